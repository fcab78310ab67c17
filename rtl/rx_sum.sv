// Sums a received frame from its 15th octet on, the FCS left out, in one's
// complement (RFC 1071): with it the driver checks TCP, UDP, ICMP and fragments
// without touching their bytes.
//
// Beside rx_fcs, rx_filter and rx_class on the way rx_rmii -> rx_delimiter -> rx_ring.
//
// A byte is added when four more have come, so that the FCS never is. Turning the
// sum by a byte before each addition puts every byte into its half of the word; the
// carry, turned likewise, goes in with the next byte, and zeros after the frame
// bring in the last one and turn the sum right.
module rx_sum (
    input  logic        clk,
    input  logic        start,
    input  logic        valid,
    input  logic [10:0] index,    // number of the byte that comes
    input  logic [7:0]  oldest,   // the byte four before it
    input  logic        finish,   // the frame is over; at least two clocks before `sum` is wanted
    output logic [15:0] sum,      // first octet of a word in bits 7:0
    output logic        busy      // still at it after finish
);
    localparam [10:0] FROM = 11'd14, FCS = 11'd4;

    logic        counts; // the oldest byte is behind the MAC header
    logic        carry, odd;
    logic [15:0] turned;
    logic [1:0]  zeros;  // still to be added
    wire         step = (valid && counts) || busy;
    wire  [7:0]  addend = busy ? 8'd0 : oldest;

    assign busy = zeros != '0;
    assign sum  = {turned[7:0], turned[15:8]};

    always_ff @(posedge clk)
        if (start) begin
            counts <= 1'b0;
            carry  <= 1'b0;
            odd    <= 1'b0;
            turned <= '0;
            zeros  <= '0;
        end else begin
            if (valid && index == FROM + FCS - 1'b1) counts <= 1'b1;
            if (finish) zeros <= odd ? 2'd3 : 2'd2;
            if (busy) zeros <= zeros - 1'b1;
            if (step) begin
                {carry, turned} <= {1'b0, turned[7:0], turned[15:8]} + {8'd0, carry, addend};
                odd <= !odd;
            end
        end
endmodule
