// The table: one small memory that holds the counters and what the driver sets for
// the address filter and for pause frames. Rows: docs/registers.md, from the first
// counter on.
//
// It has one reading side. The filter, which cannot wait, goes first; then the
// pause frame, the counters' additions, the host. A row is never read while it is
// written, so it does not matter what the memory gives then.
//
// A frame, sent or received, hands over its events in one clock; they are added
// one after the other, three clocks each, long before the next frame can end.
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
    output logic        quiet
);
    (* ram_style = "block" *) logic [31:0] memory [0:63];

    typedef enum logic [1:0] {CLEAR, PICK, READ, ADD} state_t;
    state_t      state;
    logic [5:0]  index;
    logic        due_any;
    logic [31:0] sum;

    // --- The memory and who gets it ---------------------------------------------------

    wire         add_read    = state == READ && !filter_read && !pause_read;
    wire         writing     = state == CLEAR || state == ADD;
    wire         read        = filter_read || pause_read || add_read || (host_taken && host_read);
    wire         write       = writing || (host_taken && host_write);
    wire  [5:0]  read_index  = filter_read ? filter_index : pause_read ? pause_index : state == READ ? index : host_index;
    wire  [5:0]  write_index = writing ? index : host_index;
    wire  [31:0] write_data  = writing ? sum : host_data;

    assign pause_taken = !filter_read;
    assign host_taken  = (host_read || host_write) && state == PICK && !filter_read && !pause_read;
    assign quiet       = state == PICK && !due_any;

    always_ff @(posedge clk)
        if (write) memory[write_index] <= write_data;

    always_ff @(posedge clk)
        if (read) begin
            data <= memory[read_index];
            if (write && write_index == read_index) data <= 'x;
        end

    // --- The counters -------------------------------------------------------------------

    if (COUNTERS) begin : counters
        // What is due, one bit an addition, in the order they are made.
        localparam RX_CLASS = 0, RX_OCTETS = 1, RX_GROUP = 2, TX_OCTETS = 3, TX_WAITED = 4, TX_PAUSE = 5,
                   TX_FRAMES = 6, TX_GIVEN_UP = 7, TX_COLLISION = 8, TX_REFUSED = 9, RX_FALSE_CARRIER = 10;
        logic [10:0] due, arriving;
        logic [10:0] amount;

        always_comb begin
            arriving = '0;
            arriving[RX_CLASS]         = rx_event;
            arriving[RX_OCTETS]        = rx_event && rx_delivered;
            arriving[RX_GROUP]         = rx_event && rx_delivered && (rx_broadcast || rx_multicast);
            arriving[TX_OCTETS]        = tx_sent;
            arriving[TX_WAITED]        = tx_sent && tx_waited;
            arriving[TX_PAUSE]         = tx_sent && tx_pause;
            arriving[TX_FRAMES]        = tx_sent;
            arriving[TX_GIVEN_UP]      = tx_late || tx_excessive;
            arriving[TX_COLLISION]     = tx_collision;
            arriving[TX_REFUSED]       = tx_refused;
            arriving[RX_FALSE_CARRIER] = rx_false_carrier;
        end

        function automatic logic [10:0] first(input logic [10:0] bits);
            logic seen;
            seen = 1'b0;
            for (int i = 0; i < 11; i++) begin
                first[i] = bits[i] && !seen;
                seen     = seen || bits[i];
            end
        endfunction

        logic gave_up_late, sent_once, sent_more;
        wire  [10:0] chosen = first(due);

        assign due_any = due != '0;
        assign sum     = state == CLEAR ? '0 : data + {21'd0, amount};

        always_ff @(posedge clk) begin
            if (tx_late || tx_excessive) gave_up_late <= tx_late;
            if (tx_sent) {sent_once, sent_more} <= {tx_once, tx_more};
            if (state == PICK && due_any)
                amount <= chosen[RX_OCTETS] ? rx_octets : chosen[TX_OCTETS] ? tx_octets : 11'd1;
        end

        always_ff @(posedge clk)
            if (rst) due <= '0;
            else if (due_any || arriving != '0) due <= (due & ~(state == PICK ? chosen : '0)) | arriving;

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
                            index <= chosen[RX_CLASS] ? rx_class
                                   : chosen[RX_OCTETS] ? nic_pkg::NIC_COUNT_RX_OCTETS
                                   : chosen[RX_GROUP] ? (rx_broadcast ? nic_pkg::NIC_COUNT_RX_BROADCAST : nic_pkg::NIC_COUNT_RX_MULTICAST)
                                   : chosen[TX_OCTETS] ? nic_pkg::NIC_COUNT_TX_OCTETS
                                   : chosen[TX_WAITED] ? (sent_more ? nic_pkg::NIC_COUNT_TX_MULTIPLE_COLLISIONS
                                                       : sent_once ? nic_pkg::NIC_COUNT_TX_SINGLE_COLLISION : nic_pkg::NIC_COUNT_TX_DEFERRED)
                                   : chosen[TX_PAUSE] ? nic_pkg::NIC_COUNT_TX_PAUSE
                                   : chosen[TX_FRAMES] ? nic_pkg::NIC_COUNT_TX_FRAMES
                                   : chosen[TX_GIVEN_UP] ? (gave_up_late ? nic_pkg::NIC_COUNT_TX_LATE_COLLISIONS : nic_pkg::NIC_COUNT_TX_EXCESSIVE_COLLISIONS)
                                   : chosen[TX_COLLISION] ? nic_pkg::NIC_COUNT_TX_COLLISIONS
                                   : chosen[TX_REFUSED] ? nic_pkg::NIC_COUNT_TX_REFUSED : nic_pkg::NIC_COUNT_RX_FALSE_CARRIER;
                        end
                    READ:
                        if (add_read) state <= ADD;
                    default: state <= PICK;
                endcase
    end else begin : no_counters
        wire unused = &{1'b0, rx_event, rx_class, rx_octets, rx_delivered, rx_broadcast, rx_multicast, rx_false_carrier, tx_sent, tx_late,
                        tx_excessive, tx_octets, tx_pause, tx_waited, tx_once, tx_more, tx_collision, tx_refused};

        assign due_any = 1'b0;
        assign sum     = '0;

        always_ff @(posedge clk)
            if (rst) begin
                state <= CLEAR;
                index <= '0;
            end else if (state == CLEAR) begin
                index <= index + 1'b1;
                if (index == '1) state <= PICK;
            end
    end
endmodule
