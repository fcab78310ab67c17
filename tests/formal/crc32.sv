// The step of a whole byte is eight steps of the definition (IEEE 802.3 clause
// 3.2.9): a shift register over x^32 + x^26 + ... + 1, its top bit the coefficient
// of x^31, a byte entering low bit first. For every state and every byte.
module crc32_proof (
    input logic       clk,
    input logic       clear,
    input logic       step,
    input logic [7:0] data
);
    localparam [31:0] POLYNOMIAL = 32'h04c11db7;

    logic [31:0] crc, definition, after;

    crc32 dut (.clk(clk), .clear(clear), .step(step), .data(data), .crc(crc));

    always_comb begin
        after = definition;
        for (int i = 0; i < 8; i++)
            after = {after[30:0], 1'b0} ^ (after[31] ^ data[i] ? POLYNOMIAL : 32'd0);
    end

    always_ff @(posedge clk)
        if (clear) definition <= '1;
        else if (step) definition <= after;

    always_comb
        for (int i = 0; i < 32; i++)
            assert (crc[i] == definition[31 - i]);
endmodule
