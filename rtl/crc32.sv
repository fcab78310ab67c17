// One byte of the frame check sequence's CRC-32 (IEEE 802.3 clause 3.2.9),
// register reflected: bit 0 is the coefficient of x^31, and the byte enters low
// bit first, as it does on the wire. Combinational.
module crc32 (
    input  logic [31:0] crc,
    input  logic [7:0]  data,
    output logic [31:0] next
);
    always_comb begin
        next = crc ^ {24'd0, data};
        for (int i = 0; i < 8; i++)
            next = {1'b0, next[31:1]} ^ (next[0] ? 32'hedb88320 : 32'd0);
    end
endmodule
