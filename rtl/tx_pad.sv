// Appends zeros to a frame shorter than 60 bytes (IEEE 802.3 clause 4.2.3.3).
//
// Second step of tx_ring -> tx_pad -> tx_fcs -> tx_preamble -> tx_rmii.
// Zeros, never what the ring held before: no old bytes leak onto the wire.
module tx_pad (
    input  logic       clk,
    input  logic       rst,
    input  logic [7:0] in_data,
    input  logic       in_valid,
    input  logic       in_last,
    output logic       in_ready,
    output logic [7:0] out_data,
    output logic       out_valid,
    output logic       out_last,
    input  logic       out_ready
);
    localparam [5:0] SIZE_MIN = 6'd60;

    logic [5:0] count;   // bytes sent, no further than SIZE_MIN
    logic       padding;
    wire take   = out_valid && out_ready;
    wire enough = count >= SIZE_MIN - 1'b1;

    assign out_valid = in_valid || padding;
    assign out_data  = padding ? 8'd0 : in_data;
    assign out_last  = enough && (padding || in_last);
    assign in_ready  = out_ready && !padding;

    always_ff @(posedge clk)
        if (rst) begin
            count   <= '0;
            padding <= 1'b0;
        end else if (take) begin
            count   <= out_last ? '0 : enough ? count : count + 1'b1;
            padding <= !out_last && (padding || in_last);
        end
endmodule
