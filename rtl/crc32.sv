// The CRC-32 register of the frame check sequence (IEEE 802.3 clause 3.2.9),
// reflected: bit 0 is the coefficient of x^31, and a byte enters low bit first, as
// it does on the wire.
//
// The step stands behind its enable, so that a simulator works on it once a byte
// and not once a clock.
module crc32 (
    input  logic        clk,
    input  logic        clear,  // to all ones; before `step`
    input  logic        step,   // take `data` in
    input  logic [7:0]  data,
    output logic [31:0] crc
);
    function automatic logic [31:0] next(input logic [31:0] before_it, input logic [7:0] octet);
        next = before_it ^ {24'd0, octet};
        for (int i = 0; i < 8; i++)
            next = {1'b0, next[31:1]} ^ (next[0] ? 32'hedb88320 : 32'd0);
    endfunction

    always_ff @(posedge clk)
        if (clear) crc <= '1;
        else if (step) crc <= next(crc, data);
endmodule
