// Checks the frame check sequence (IEEE 802.3 clause 3.2.9): after a frame's last
// byte the CRC register holds one fixed value if the FCS was right.
//
// Third step of rx_rmii -> rx_delimiter -> rx_fcs -> rx_filter -> rx_ring.
module rx_fcs (
    input  logic        clk,
    input  logic        start, // a frame begins
    input  logic [7:0]  data,
    input  logic        valid,
    output logic        right, // so far
    output logic [5:0]  bin    // multicast hash, once six bytes are in
);
    localparam [31:0] RESIDUE = 32'hdebb20e3; // 0xC704DD7B, reflected

    logic [31:0] crc;

    crc32 crc32 (.clk(clk), .clear(start), .step(valid), .data(data), .crc(crc));

    assign right = crc == RESIDUE;
    // The unreflected register's top six bits are the reflected one's low six.
    assign bin   = {crc[0], crc[1], crc[2], crc[3], crc[4], crc[5]};
endmodule
