// The ECP5's block RAM, for Verilator, with the ports and parameters that Yosys
// and nextpnr give it (Lattice FPGA-TN-02204): 18 Kbit as 512 rows of four groups
// of nine. A port of 9, 18 or 36 bits has whole groups, and the lowest bits of
// its address are their write enables; one of 1, 2 or 4 bits leaves every ninth
// bit out. With a width of 36 the memory is pseudo dual port: A writes, B reads,
// and the low half of what is read stands on DOA. A read and a write of one place
// in one cycle gives what was there before.
//
// Not here, because no design of ours uses them: the output registers, an
// asynchronous reset of the output, the selection of one of eight blocks.
module DP16KD #(
    parameter DATA_WIDTH_A = 18, parameter DATA_WIDTH_B = 18,
    parameter WRITEMODE_A = "NORMAL", parameter WRITEMODE_B = "NORMAL",
    parameter REGMODE_A = "NOREG", parameter REGMODE_B = "NOREG",
    parameter RESETMODE = "SYNC", parameter ASYNC_RESET_RELEASE = "SYNC", parameter GSR = "DISABLED",
    parameter CSDECODE_A = "0b000", parameter CSDECODE_B = "0b000",
    parameter CLKAMUX = "CLKA", parameter CLKBMUX = "CLKB",
    parameter [319:0] INITVAL_00 = 0, parameter [319:0] INITVAL_01 = 0, parameter [319:0] INITVAL_02 = 0,
    parameter [319:0] INITVAL_03 = 0, parameter [319:0] INITVAL_04 = 0, parameter [319:0] INITVAL_05 = 0,
    parameter [319:0] INITVAL_06 = 0, parameter [319:0] INITVAL_07 = 0, parameter [319:0] INITVAL_08 = 0,
    parameter [319:0] INITVAL_09 = 0, parameter [319:0] INITVAL_0A = 0, parameter [319:0] INITVAL_0B = 0,
    parameter [319:0] INITVAL_0C = 0, parameter [319:0] INITVAL_0D = 0, parameter [319:0] INITVAL_0E = 0,
    parameter [319:0] INITVAL_0F = 0, parameter [319:0] INITVAL_10 = 0, parameter [319:0] INITVAL_11 = 0,
    parameter [319:0] INITVAL_12 = 0, parameter [319:0] INITVAL_13 = 0, parameter [319:0] INITVAL_14 = 0,
    parameter [319:0] INITVAL_15 = 0, parameter [319:0] INITVAL_16 = 0, parameter [319:0] INITVAL_17 = 0,
    parameter [319:0] INITVAL_18 = 0, parameter [319:0] INITVAL_19 = 0, parameter [319:0] INITVAL_1A = 0,
    parameter [319:0] INITVAL_1B = 0, parameter [319:0] INITVAL_1C = 0, parameter [319:0] INITVAL_1D = 0,
    parameter [319:0] INITVAL_1E = 0, parameter [319:0] INITVAL_1F = 0, parameter [319:0] INITVAL_20 = 0,
    parameter [319:0] INITVAL_21 = 0, parameter [319:0] INITVAL_22 = 0, parameter [319:0] INITVAL_23 = 0,
    parameter [319:0] INITVAL_24 = 0, parameter [319:0] INITVAL_25 = 0, parameter [319:0] INITVAL_26 = 0,
    parameter [319:0] INITVAL_27 = 0, parameter [319:0] INITVAL_28 = 0, parameter [319:0] INITVAL_29 = 0,
    parameter [319:0] INITVAL_2A = 0, parameter [319:0] INITVAL_2B = 0, parameter [319:0] INITVAL_2C = 0,
    parameter [319:0] INITVAL_2D = 0, parameter [319:0] INITVAL_2E = 0, parameter [319:0] INITVAL_2F = 0,
    parameter [319:0] INITVAL_30 = 0, parameter [319:0] INITVAL_31 = 0, parameter [319:0] INITVAL_32 = 0,
    parameter [319:0] INITVAL_33 = 0, parameter [319:0] INITVAL_34 = 0, parameter [319:0] INITVAL_35 = 0,
    parameter [319:0] INITVAL_36 = 0, parameter [319:0] INITVAL_37 = 0, parameter [319:0] INITVAL_38 = 0,
    parameter [319:0] INITVAL_39 = 0, parameter [319:0] INITVAL_3A = 0, parameter [319:0] INITVAL_3B = 0,
    parameter [319:0] INITVAL_3C = 0, parameter [319:0] INITVAL_3D = 0, parameter [319:0] INITVAL_3E = 0,
    parameter [319:0] INITVAL_3F = 0
) (
    input  ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6, ADA7, ADA8,
    input  ADA9, ADA10, ADA11, ADA12, ADA13,
    input  DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8,
    input  DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15, DIA16, DIA17,
    input  CSA0, CSA1, CSA2,
    input  CLKA, CEA, OCEA, WEA, RSTA,
    output DOA0, DOA1, DOA2, DOA3, DOA4, DOA5, DOA6, DOA7, DOA8,
    output DOA9, DOA10, DOA11, DOA12, DOA13, DOA14, DOA15, DOA16, DOA17,
    input  ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6, ADB7, ADB8,
    input  ADB9, ADB10, ADB11, ADB12, ADB13,
    input  DIB0, DIB1, DIB2, DIB3, DIB4, DIB5, DIB6, DIB7, DIB8,
    input  DIB9, DIB10, DIB11, DIB12, DIB13, DIB14, DIB15, DIB16, DIB17,
    input  CSB0, CSB1, CSB2,
    input  CLKB, CEB, OCEB, WEB, RSTB,
    output DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8,
    output DOB9, DOB10, DOB11, DOB12, DOB13, DOB14, DOB15, DOB16, DOB17
);
    localparam WIDE = DATA_WIDTH_A == 36 || DATA_WIDTH_B == 36;

    reg [35:0] rows [0:511];
    reg [35:0] out_a = 0, out_b = 0;

    integer i, k;
    wire [20479:0] INIT = {
        INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
        INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
        INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
        INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
        INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
        INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
        INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
        INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00};
    initial
        for (i = 0; i < 512; i = i + 1)
            for (k = 0; k < 2; k = k + 1) rows[i][18 * k +: 18] = INIT[20 * (2 * i + k) +: 18];

    wire [13:0] address_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
    wire [13:0] address_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
    wire [35:0] data_a = {{DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0}, {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0}};
    wire [35:0] data_b = {18'b0, data_a[35:18]};

    // Where a port's bits begin in its row.
    function [5:0] first(input integer width, input [13:0] address);
        case (width)
            36: first = 0;
            18: first = address[4] ? 18 : 0;
            9: first = 9 * address[4:3];
            4: first = 9 * address[4:3] + 4 * address[2];
            2: first = 9 * address[4:3] + 2 * address[2:1];
            default: first = 9 * address[4:3] + address[2:0];
        endcase
    endfunction

    function [35:0] ones(input integer width, input [13:0] address);
        case (width)
            36: ones = {{9{address[3]}}, {9{address[2]}}, {9{address[1]}}, {9{address[0]}}};
            18: ones = {18'b0, {9{address[1]}}, {9{address[0]}}};
            default: ones = (36'd1 << width) - 36'd1;
        endcase
    endfunction

    wire [5:0] first_a = first(DATA_WIDTH_A, address_a), first_b = first(DATA_WIDTH_B, address_b);
    wire [35:0] mask_a = ones(DATA_WIDTH_A, address_a) << first_a, mask_b = ones(DATA_WIDTH_B, address_b) << first_b;
    wire [35:0] old_a = rows[address_a[13:5]], old_b = rows[address_b[13:5]];
    wire [35:0] new_a = (old_a & ~mask_a) | (data_a << first_a & mask_a);
    wire [35:0] new_b = (old_b & ~mask_b) | (data_b << first_b & mask_b);

    wire clock_a = CLKA ^ (CLKAMUX == "INV"), clock_b = CLKB ^ (CLKBMUX == "INV");

    always @(posedge clock_a) begin
        if (CEA && WEA) rows[address_a[13:5]] <= new_a;
        if (RSTA && RESETMODE == "SYNC") out_a <= 0;
        else if (!CEA) out_a <= out_a;
        else if (!WEA || WRITEMODE_A == "READBEFOREWRITE") out_a <= old_a >> first_a;
        else if (WRITEMODE_A == "WRITETHROUGH") out_a <= new_a >> first_a;
    end

    always @(posedge clock_b) begin
        if (CEB && WEB && !WIDE) rows[address_b[13:5]] <= new_b;
        if (RSTB && RESETMODE == "SYNC") out_b <= 0;
        else if (!CEB) out_b <= out_b;
        else if (!WEB || WIDE || WRITEMODE_B == "READBEFOREWRITE") out_b <= old_b >> first_b;
        else if (WRITEMODE_B == "WRITETHROUGH") out_b <= new_b >> first_b;
    end

    assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = WIDE ? out_b[17:0] : out_a[17:0];
    assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = DATA_WIDTH_B == 36 ? out_b[35:18] : out_b[17:0];
endmodule
