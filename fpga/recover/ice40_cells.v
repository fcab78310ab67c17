// The iCE40's block RAM, for Verilator: what icebox_vlog leaves as a cell. The
// four shapes keep their words as the device does (Lattice TN1250): in the bits
// that share an index modulo 16 / 2^mode. A read and a write of one place in one
// cycle gives what was there before.
module SB_RAM40_4K #(
    parameter READ_MODE = 0,
    parameter WRITE_MODE = 0,
    parameter [255:0] INIT_0 = 0, parameter [255:0] INIT_1 = 0, parameter [255:0] INIT_2 = 0, parameter [255:0] INIT_3 = 0,
    parameter [255:0] INIT_4 = 0, parameter [255:0] INIT_5 = 0, parameter [255:0] INIT_6 = 0, parameter [255:0] INIT_7 = 0,
    parameter [255:0] INIT_8 = 0, parameter [255:0] INIT_9 = 0, parameter [255:0] INIT_A = 0, parameter [255:0] INIT_B = 0,
    parameter [255:0] INIT_C = 0, parameter [255:0] INIT_D = 0, parameter [255:0] INIT_E = 0, parameter [255:0] INIT_F = 0
) (
    output [15:0] RDATA,
    input         RCLK, RCLKE, RE,
    input  [10:0] RADDR,
    input         WCLK, WCLKE, WE,
    input  [10:0] WADDR,
    input  [15:0] MASK, WDATA
);
    localparam [4095:0] INIT = {INIT_F, INIT_E, INIT_D, INIT_C, INIT_B, INIT_A, INIT_9, INIT_8,
                                INIT_7, INIT_6, INIT_5, INIT_4, INIT_3, INIT_2, INIT_1, INIT_0};
    // The one data bit of each group that a narrow port has.
    localparam WRITE_BIT = WRITE_MODE == 3 ? 3 : WRITE_MODE == 2 ? 1 : 0;
    localparam READ_BIT = READ_MODE == 3 ? 3 : READ_MODE == 2 ? 1 : 0;

    reg [15:0] memory [0:255];
    reg [15:0] word = 0;
    reg [2:0] part = 0;
    wire [15:0] data, mask;

    integer place;
    initial for (place = 0; place < 256; place = place + 1) memory[place] = INIT[16 * place +: 16];

    genvar i;
    generate
        for (i = 0; i < 16; i = i + 1) begin : bits
            if (WRITE_MODE == 0) begin : whole
                assign data[i] = WDATA[i];
                assign mask[i] = MASK[i];
            end else begin : narrow
                localparam GROUP = i >> WRITE_MODE << WRITE_MODE;
                localparam INDEX = i & ((1 << WRITE_MODE) - 1);
                assign data[i] = WDATA[GROUP + WRITE_BIT];
                assign mask[i] = (WADDR[10:8] & ((1 << WRITE_MODE) - 1)) != INDEX;
            end
            if (READ_MODE == 0) begin : all
                assign RDATA[i] = word[i];
            end else if ((i & ((1 << READ_MODE) - 1)) == READ_BIT) begin : one
                assign RDATA[i] = word[(i >> READ_MODE << READ_MODE) + (part & ((1 << READ_MODE) - 1))];
            end else begin : none
                assign RDATA[i] = 0;
            end
        end
    endgenerate

    always @(posedge WCLK) if (WE && WCLKE) memory[WADDR[7:0]] <= (memory[WADDR[7:0]] & mask) | (data & ~mask);

    always @(posedge RCLK) if (RE && RCLKE) begin
        word <= memory[RADDR[7:0]];
        part <= RADDR[10:8];
    end
endmodule
