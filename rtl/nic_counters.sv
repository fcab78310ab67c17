// The counters: 32 words of memory, one adder, and a sequencer that brings the
// events in one after the other.
//
// A frame, sent or received, hands over one event; what it adds to which
// counters is worked off in the following few clocks, long before the next frame
// can end. A host read goes first and sees whole 32-bit values. After a reset the
// sequencer first writes zeros; reads wait for that.
module nic_counters (
    input  logic        clk,
    input  logic        rst,

    input  logic        rx_event,     // a frame is over
    input  logic [4:0]  rx_class,     // its counter
    input  logic [10:0] rx_octets,
    input  logic        rx_broadcast,
    input  logic        rx_multicast,
    input  logic        false_carrier,
    input  logic        tx_event,     // a frame has left
    input  logic [10:0] tx_octets,
    input  logic        tx_refused,

    input  logic        read,
    input  logic [4:0]  read_index,
    output logic [31:0] read_data,
    output logic        ready,        // reads are possible
    output logic        quiet
);

    logic [31:0] memory [0:31];

    // What is due: one bit for each addition, in the order they are made.
    localparam RX_CLASS = 0, RX_OCTETS = 1, RX_BROADCAST = 2, RX_MULTICAST = 3, FALSE_CARRIER = 4,
               TX_FRAMES = 5, TX_OCTETS = 6, TX_REFUSED = 7;
    logic [7:0]  due, arriving, chosen;
    logic [4:0]  class_held;
    logic [10:0] rx_octets_held, tx_octets_held;

    wire delivered = rx_class == nic_pkg::NIC_COUNT_RX_DELIVERED;

    always_comb begin
        arriving = '0;
        arriving[RX_CLASS]      = rx_event;
        arriving[RX_OCTETS]     = rx_event && delivered;
        arriving[RX_BROADCAST]  = rx_event && delivered && rx_broadcast;
        arriving[RX_MULTICAST]  = rx_event && delivered && rx_multicast;
        arriving[FALSE_CARRIER] = false_carrier;
        arriving[TX_FRAMES]     = tx_event;
        arriving[TX_OCTETS]     = tx_event;
        arriving[TX_REFUSED]    = tx_refused;
    end

    // An addition takes two clocks: read, then write the sum.
    typedef enum logic [1:0] {CLEAR, PICK, ADD} state_t;
    state_t      state;
    logic [4:0]  index, index_chosen;
    logic [10:0] amount, amount_chosen;

    assign chosen = due & (~due + 8'd1); // the lowest

    always_comb begin
        index_chosen  = nic_pkg::NIC_COUNT_RX_FALSE_CARRIER;
        amount_chosen = 11'd1;
        if (chosen[RX_CLASS]) index_chosen = class_held;
        if (chosen[RX_OCTETS]) begin index_chosen = nic_pkg::NIC_COUNT_RX_OCTETS; amount_chosen = rx_octets_held; end
        if (chosen[RX_BROADCAST]) index_chosen = nic_pkg::NIC_COUNT_RX_BROADCAST;
        if (chosen[RX_MULTICAST]) index_chosen = nic_pkg::NIC_COUNT_RX_MULTICAST;
        if (chosen[TX_FRAMES]) index_chosen = nic_pkg::NIC_COUNT_TX_FRAMES;
        if (chosen[TX_OCTETS]) begin index_chosen = nic_pkg::NIC_COUNT_TX_OCTETS; amount_chosen = tx_octets_held; end
        if (chosen[TX_REFUSED]) index_chosen = nic_pkg::NIC_COUNT_TX_REFUSED;
    end

    wire pick = state == PICK && due != '0 && !read;

    assign ready = state != CLEAR;
    assign quiet = state == PICK && due == '0;

    always_ff @(posedge clk)
        if (read || pick) read_data <= memory[read ? read_index : index_chosen];

    always_ff @(posedge clk)
        if (state != PICK) memory[index] <= state == CLEAR ? '0 : read_data + {21'd0, amount};

    always_ff @(posedge clk) begin
        if (rx_event) begin
            class_held     <= rx_class;
            rx_octets_held <= rx_octets;
        end
        if (tx_event) tx_octets_held <= tx_octets;
    end

    always_ff @(posedge clk)
        if (rst) begin
            state <= CLEAR;
            index <= '0;
            due   <= '0;
        end else begin
            due <= (due & ~(pick ? chosen : 8'd0)) | arriving;
            case (state)
                CLEAR: begin
                    index <= index + 1'b1;
                    if (index == '1) state <= PICK;
                end
                PICK:
                    if (pick) begin
                        index  <= index_chosen;
                        amount <= amount_chosen;
                        state  <= ADD;
                    end
                default: state <= PICK;
            endcase
        end
endmodule
