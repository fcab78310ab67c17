// The table: one small memory that holds the counters and what the driver sets for
// the address filter and for pause frames. Rows: docs/registers.md, from the first
// counter on.
//
// It has one reading side. The filter, which cannot wait, goes first; then the
// pause frame, the counters' additions, the host. A row is never read while it is
// written, so it does not matter what the memory gives then.
//
// A frame, sent or received, hands over its events in one clock; they are added one
// after the other, long before the next frame can end: read, take, add and write are
// a clock each. What the host writes goes the same way, with nothing to add.
// After a reset the sequencer first writes zeros; the host waits for that.
module nic_table #(
    parameter COUNTERS = 1
) (
    input  logic        clk,
    input  logic        rst,

    input  logic        filter_read,
    input  logic [5:0]  filter_index,
    input  logic        pause_read,
    input  logic [5:0]  pause_index,
    output logic        pause_taken,
    input  logic        host_read,
    input  logic        host_write,
    input  logic [5:0]  host_index,
    input  logic [31:0] host_data,
    output logic        host_taken,
    output logic [31:0] data,         // of the row that was taken one clock before

    input  logic        rx_event,     // a frame is over
    input  logic [5:0]  rx_class,     // its counter; this and the next hold until the next event
    input  logic [10:0] rx_octets,
    input  logic        rx_delivered,
    input  logic        rx_broadcast,
    input  logic        rx_multicast,
    input  logic        rx_false_carrier,
    input  logic        tx_sent,      // a frame has left; octets hold until the next one starts
    input  logic        tx_late,      // or was given up
    input  logic        tx_excessive,
    input  logic [10:0] tx_octets,
    input  logic        tx_pause,
    input  logic        tx_waited,    // it was deferred or had collisions
    input  logic        tx_once,      // one of them
    input  logic        tx_more,      // several of them
    input  logic        tx_collision, // any time
    input  logic        tx_refused,
    output logic        moves,        // something changes in this clock
    output logic        quiet
);
    (* ram_style = "block" *) logic [31:0] memory [0:63];

    typedef enum logic [2:0] {CLEAR, PICK, READ, TAKE, STORE} state_t;
    state_t      state;
    logic [5:0]  index;
    logic        due_any, arrives;
    logic [31:0] row;
    logic [10:0] amount;

    // --- The memory and who gets it ---------------------------------------------------

    wire         unused_by_line = !filter_read && !pause_read;
    wire         store       = host_taken && host_write;
    wire         read        = !unused_by_line || state == READ || (host_taken && host_read);
    wire         write       = state == CLEAR || (state == STORE && unused_by_line);
    wire  [5:0]  read_index  = filter_read ? filter_index : pause_read ? pause_index : state == READ ? index : host_index;

    assign pause_taken = !filter_read;
    assign host_taken  = (host_read || (host_write && !due_any)) && state == PICK && unused_by_line;
    assign moves       = rst || state != PICK || due_any || arrives || read || store;
    assign quiet       = state == PICK && !due_any;

    always_ff @(posedge clk)
        if (write) memory[index] <= row + {21'd0, amount};

    always_ff @(posedge clk)
        if (read) begin
            data <= memory[read_index];
            if (write && index == read_index) data <= 'x;
        end

    always_ff @(posedge clk)
        if (rst) row <= '0;
        else if (store) row <= host_data;
        else if (state == TAKE) row <= data;

    // --- The counters -------------------------------------------------------------------

    if (COUNTERS) begin : counters
        // What is due, one bit an addition, in the order they are made.
        localparam TX_OCTETS = 0, RX_CLASS = 1, RX_OCTETS = 2, RX_GROUP = 3, TX_WAITED = 4, TX_PAUSE = 5,
                   TX_FRAMES = 6, TX_GIVEN_UP = 7, TX_COLLISION = 8, TX_REFUSED = 9;
        logic [10:0] due;
        wire  [10:0] arriving = {rx_false_carrier, tx_refused, tx_collision, tx_late || tx_excessive, tx_sent, tx_sent && tx_pause,
                                 tx_sent && tx_waited, rx_event && rx_delivered && (rx_broadcast || rx_multicast),
                                 rx_event && rx_delivered, rx_event, tx_sent};

        logic gave_up_late, sent_once, sent_more;

        assign due_any = due != '0;
        assign arrives = arriving != '0;

        always_ff @(posedge clk) begin
            if (tx_late || tx_excessive) gave_up_late <= tx_late;
            if (tx_sent) {sent_once, sent_more} <= {tx_once, tx_more};
            if (rst || store) amount <= '0;
            else if (state == PICK && due_any)
                amount <= due[TX_OCTETS] ? tx_octets : due[RX_OCTETS] && !due[RX_CLASS] ? rx_octets : 11'd1;
        end

        always_ff @(posedge clk)
            if (rst) due <= '0;
            else if (state == PICK && due_any) due <= (due & (due - 1'b1)) | arriving; // the lowest leaves
            else if (arriving != '0) due <= due | arriving;

        always_ff @(posedge clk)
            if (rst) begin
                state <= CLEAR;
                index <= '0;
            end else
                case (state)
                    CLEAR: begin
                        index <= index + 1'b1;
                        if (index == '1) state <= PICK;
                    end
                    PICK:
                        if (due_any) begin
                            state <= READ;
                            index <= due[TX_OCTETS] ? nic_pkg::NIC_COUNT_TX_OCTETS
                                   : due[RX_CLASS] ? rx_class
                                   : due[RX_OCTETS] ? nic_pkg::NIC_COUNT_RX_OCTETS
                                   : due[RX_GROUP] ? (rx_broadcast ? nic_pkg::NIC_COUNT_RX_BROADCAST : nic_pkg::NIC_COUNT_RX_MULTICAST)
                                   : due[TX_WAITED] ? (sent_more ? nic_pkg::NIC_COUNT_TX_MULTIPLE_COLLISIONS
                                                       : sent_once ? nic_pkg::NIC_COUNT_TX_SINGLE_COLLISION : nic_pkg::NIC_COUNT_TX_DEFERRED)
                                   : due[TX_PAUSE] ? nic_pkg::NIC_COUNT_TX_PAUSE
                                   : due[TX_FRAMES] ? nic_pkg::NIC_COUNT_TX_FRAMES
                                   : due[TX_GIVEN_UP] ? (gave_up_late ? nic_pkg::NIC_COUNT_TX_LATE_COLLISIONS : nic_pkg::NIC_COUNT_TX_EXCESSIVE_COLLISIONS)
                                   : due[TX_COLLISION] ? nic_pkg::NIC_COUNT_TX_COLLISIONS
                                   : due[TX_REFUSED] ? nic_pkg::NIC_COUNT_TX_REFUSED : nic_pkg::NIC_COUNT_RX_FALSE_CARRIER;
                        end else if (store) begin
                            state <= STORE;
                            index <= host_index;
                        end
                    READ:
                        if (unused_by_line) state <= TAKE;
                    TAKE: state <= STORE;
                    default:
                        if (unused_by_line) state <= PICK;
                endcase
    end else begin : no_counters
        wire unused = &{1'b0, rx_event, rx_class, rx_octets, rx_delivered, rx_broadcast, rx_multicast, rx_false_carrier, tx_sent, tx_late,
                        tx_excessive, tx_octets, tx_pause, tx_waited, tx_once, tx_more, tx_collision, tx_refused};

        assign due_any = 1'b0;
        assign arrives = 1'b0;
        assign amount  = '0;

        always_ff @(posedge clk)
            if (rst) begin
                state <= CLEAR;
                index <= '0;
            end else
                case (state)
                    CLEAR: begin
                        index <= index + 1'b1;
                        if (index == '1) state <= PICK;
                    end
                    PICK:
                        if (store) begin
                            state <= STORE;
                            index <= host_index;
                        end
                    default:
                        if (unused_by_line) state <= PICK;
                endcase
    end
endmodule
