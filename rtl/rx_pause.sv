// Recognises a pause frame (IEEE 802.3 annex 31B): to the pause address or to this
// station, type 0x8808, opcode 0x0001; and keeps the time it asks for.
//
// Beside rx_fcs, rx_filter and rx_class on the way rx_rmii -> rx_delimiter -> rx_ring.
module rx_pause (
    input  logic        clk,
    input  logic        start,
    input  logic        valid,
    input  logic [7:0]  data,
    input  logic [10:0] index,    // number of this byte
    input  logic        is_own,   // the target address
    output logic        is_pause, // once 16 bytes are in
    output logic [15:0] quanta    // of 512 bit times, once 18 bytes are in
);
    logic       to_pause, control; // so far
    logic [7:0] expected;
    wire        beginning = index[10:4] == '0;

    assign is_pause = control && (to_pause || is_own);

    always_comb
        case (index[3:0])
            4'd0: expected = 8'h01;
            4'd1: expected = 8'h80;
            4'd2: expected = 8'hc2;
            4'd5: expected = 8'h01;
            4'd12: expected = 8'h88;
            4'd13: expected = 8'h08;
            4'd15: expected = 8'h01;
            default: expected = 8'h00;
        endcase

    always_ff @(posedge clk)
        if (start) begin
            to_pause <= 1'b1;
            control  <= 1'b1;
        end else if (valid) begin
            if (beginning && data != expected) begin
                if (!index[3] && index[2:1] != '1) to_pause <= 1'b0;
                if (index[3:2] == '1) control <= 1'b0;
            end
            if (index == 11'd16) quanta[15:8] <= data;
            if (index == 11'd17) quanta[7:0] <= data;
        end
endmodule
