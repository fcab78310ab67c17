// Says what became of a frame: exactly one class, which is the counter it goes
// to (RFC 2819, RFC 3635; IEEE 802.3 clause 4.2.4.1).
//
// Beside rx_fcs, rx_filter and rx_sum on the way rx_rmii -> rx_delimiter -> rx_ring.
// The verdict is given a clock after the frame's end and holds until the next.
module rx_class (
    input  logic        clk,
    input  logic        rst,
    input  logic        start,
    input  logic [7:0]  data,
    input  logic        valid,
    input  logic        finish,       // the frame is over
    input  logic        whole,        // no dibits left over
    input  logic        error,        // RX_ER
    input  logic        right,        // FCS
    input  logic        accept,       // address
    input  logic        is_pause,
    input  logic        room,         // in the ring
    input  logic        want_errors,
    output logic [10:0] index,        // number of the byte that comes; 2047: that and more
    output logic        verdict,      // pulse; what follows is new
    output logic [5:0]  class_index,
    output logic        keep,         // in the ring
    output logic        delivered,    // without an error
    output logic [10:0] octets,       // FCS included
    output logic        bad_fcs,
    output logic        bad_symbol,
    output logic        bad_length
);
    logic tag_high, has_tag; // type 0x8100, IEEE 802.1Q
    wire  too_short = index[10:6] == '0; // below 64
    wire  near_long = index[10] && index[8:5] == '1;
    wire  above_1518 = (index[10] && index[9]) || (near_long && (index[4] || index[3:0] == '1));
    wire  above_1522 = (index[10] && index[9]) || (near_long && index[4] && (index[3:2] != '0 || index[1:0] == '1));
    wire  too_long  = has_tag ? above_1522 : above_1518;
    wire  wrong     = error || too_short || too_long || !right;
    wire  markable  = (index[10:5] != '0 || (index[4] && index[3:1] != '0)) && index != '1; // 18 to 2046

    always_ff @(posedge clk)
        if (rst) verdict <= 1'b0;
        else verdict <= finish;

    always_ff @(posedge clk)
        if (finish) begin
            if (error) class_index <= nic_pkg::NIC_COUNT_RX_SYMBOL_ERRORS;
            else if (too_short) class_index <= right ? nic_pkg::NIC_COUNT_RX_UNDERSIZE : nic_pkg::NIC_COUNT_RX_FRAGMENTS;
            else if (too_long) class_index <= right ? nic_pkg::NIC_COUNT_RX_OVERSIZE : nic_pkg::NIC_COUNT_RX_JABBER;
            else if (!right) class_index <= whole ? nic_pkg::NIC_COUNT_RX_FCS_ERRORS : nic_pkg::NIC_COUNT_RX_ALIGNMENT_ERRORS;
            else if (is_pause) class_index <= nic_pkg::NIC_COUNT_RX_PAUSE;
            else if (!accept) class_index <= nic_pkg::NIC_COUNT_RX_FILTERED;
            else if (!room) class_index <= nic_pkg::NIC_COUNT_RX_RING_FULL;
            else class_index <= nic_pkg::NIC_COUNT_RX_DELIVERED;
            delivered  <= !wrong && !is_pause && accept && room;
            keep       <= (wrong ? want_errors && markable : !is_pause && accept) && room;
            octets     <= index;
            bad_fcs    <= !right;
            bad_symbol <= error;
            bad_length <= too_short || too_long;
        end

    always_ff @(posedge clk)
        if (start) begin
            index    <= '0;
            tag_high <= 1'b0;
            has_tag  <= 1'b0;
        end else if (valid) begin
            if (index != '1) index <= index + 1'b1;
            if (index == 11'd12) tag_high <= data == 8'h81;
            if (index == 11'd13) has_tag <= tag_high && data == 8'h00;
        end
endmodule
