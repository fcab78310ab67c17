// Says what became of a frame: exactly one class, which is the counter it goes
// to (RFC 2819, RFC 3635; IEEE 802.3 clause 4.2.4.1).
//
// Beside rx_filter and rx_ring; its verdict holds while in_end pulses.
module rx_class (
    input  logic        clk,
    input  logic        start,
    input  logic [7:0]  data,
    input  logic        valid,
    input  logic        whole,   // no dibits left over
    input  logic        error,   // RX_ER
    input  logic        right,   // FCS
    input  logic        accept,  // address
    input  logic        room,    // in the ring
    output logic [10:0] octets,  // FCS included; 2047 stands for that and more
    output logic [4:0]  class_index
);
    localparam [10:0] SIZE_MIN = 11'd64, SIZE_MAX = 11'd1518, TAGGED_MAX = 11'd1522;

    logic tag_high, has_tag; // type 0x8100, IEEE 802.1Q
    wire  too_long = octets > (has_tag ? TAGGED_MAX : SIZE_MAX);

    always_comb
        if (error) class_index = nic_pkg::NIC_COUNT_RX_SYMBOL_ERRORS;
        else if (octets < SIZE_MIN) class_index = right ? nic_pkg::NIC_COUNT_RX_UNDERSIZE : nic_pkg::NIC_COUNT_RX_FRAGMENTS;
        else if (too_long) class_index = right ? nic_pkg::NIC_COUNT_RX_OVERSIZE : nic_pkg::NIC_COUNT_RX_JABBER;
        else if (!right) class_index = whole ? nic_pkg::NIC_COUNT_RX_FCS_ERRORS : nic_pkg::NIC_COUNT_RX_ALIGNMENT_ERRORS;
        else if (!accept) class_index = nic_pkg::NIC_COUNT_RX_FILTERED;
        else if (!room) class_index = nic_pkg::NIC_COUNT_RX_RING_FULL;
        else class_index = nic_pkg::NIC_COUNT_RX_DELIVERED;

    always_ff @(posedge clk)
        if (start) begin
            octets   <= '0;
            tag_high <= 1'b0;
            has_tag   <= 1'b0;
        end else if (valid) begin
            if (octets != '1) octets <= octets + 1'b1;
            if (octets == 11'd12) tag_high <= data == 8'h81;
            if (octets == 11'd13) has_tag <= tag_high && data == 8'h00;
        end
endmodule
