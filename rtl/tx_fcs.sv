// Appends the frame check sequence: CRC-32 over every byte from the target
// address on, low byte first (IEEE 802.3 clause 3.2.9).
//
// Fifth step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii. The line cannot wait: once a frame starts, in_valid stays high to its
// last byte. tx_ring sees to that by holding whole frames.
//
// After a collision the next four bytes are the jam (clause 4.2.3.2.4): the CRC not
// complemented, which can never be the right FCS of what was sent.
module tx_fcs (
    input  logic       clk,
    input  logic       rst,
    input  logic       jam,       // pulse
    input  logic [7:0] in_data,
    input  logic       in_valid,
    input  logic       in_last,
    output logic       in_ready,
    output logic [7:0] out_data,
    output logic       out_valid,
    output logic       out_last,
    input  logic       out_ready
);
    logic [31:0] crc;
    logic        appending, jamming;
    logic [1:0]  index; // of the FCS byte
    wire take = out_valid && out_ready;

    crc32 crc32 (
        .clk(clk), .clear(rst || (take && out_last)), .step(take && !appending), .data(in_data), .crc(crc));

    assign out_valid = in_valid || appending;
    assign out_data  = appending ? crc[8 * index +: 8] ^ {8{!jamming}} : in_data;
    assign out_last  = appending && index == 2'd3;
    assign in_ready  = out_ready && !appending;

    always_ff @(posedge clk)
        if (rst) begin
            appending <= 1'b0;
            jamming   <= 1'b0;
            index     <= 2'd0;
        end else if (jam) begin
            appending <= 1'b1;
            jamming   <= 1'b1;
            index     <= 2'd0;
        end else if (take) begin
            if (appending) index <= index + 1'b1;
            appending <= appending ? !out_last : in_last;
            if (out_last) jamming <= 1'b0;
        end
endmodule
