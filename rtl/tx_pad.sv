// Appends zeros to a frame shorter than 60 bytes (IEEE 802.3 clause 4.2.3.3).
//
// Fourth step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii. Zeros, never what the ring held before: no old bytes leak onto the wire.
module tx_pad (
    input  logic        clk,
    input  logic        rst,
    input  logic        restart,   // the frame is over or begins anew
    input  logic [10:0] index,     // number of the byte offered, in the frame
    input  logic [7:0]  in_data,
    input  logic        in_valid,
    input  logic        in_last,
    output logic        in_ready,
    output logic [7:0]  out_data,
    output logic        out_valid,
    output logic        out_last,
    input  logic        out_ready
);
    logic padding;
    wire  enough = index[10:6] != '0 || (index[5:3] == '1 && (index[2] || index[1:0] == '1)); // byte 59 or later

    assign out_valid = in_valid || padding;
    assign out_data  = padding ? 8'd0 : in_data;
    assign out_last  = enough && (padding || in_last);
    assign in_ready  = out_ready && !padding;

    always_ff @(posedge clk)
        if (rst || restart) padding <= 1'b0;
        else if (out_ready && in_valid && in_last && !enough) padding <= 1'b1;
endmodule
