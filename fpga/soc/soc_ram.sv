// The memory of the system-on-chip, with two sides: one fetches, one reads and writes.
// Each takes Wishbone's incrementing bursts (B4, registered feedback, CTI 010): the word
// behind the one that is acknowledged is read meanwhile, so that it follows at once.
//
// IMAGE: a file for $readmemh that is there at reset; "": none.
module soc_ram #(
    parameter WORDS = soc_pkg::SOC_RAM_WORDS,
    parameter IMAGE = ""
) (
    input  logic        clk,

    input  logic        fetch_stb,
    input  logic [15:0] fetch_adr,
    input  logic        fetch_more,  // the next word is wanted, too
    output logic        fetch_ack,
    output logic [31:0] fetch_data,

    input  logic        data_stb,
    input  logic        data_we,
    input  logic [3:0]  data_sel,
    input  logic [15:0] data_adr,
    input  logic        data_more,
    input  logic [31:0] data_wdata,
    output logic        data_ack,
    output logic [31:0] data_rdata
);
    (* ram_style = "block", no_rw_check *)  // code is written before it is fetched
    logic [31:0] words [0:WORDS-1] /* verilator public_flat_rw */;

    generate if (IMAGE != "") begin : g_image
        initial $readmemh(IMAGE, words);
    end endgenerate

    // --- The side that fetches -------------------------------------------------------

    wire [15:0] fetch_place = fetch_ack ? fetch_adr + 16'd1 : fetch_adr;

    always_ff @(posedge clk) begin
        fetch_ack <= fetch_stb && (!fetch_ack || fetch_more);
        if (fetch_stb)
            fetch_data <= words[fetch_place];
    end

    // --- The side that reads and writes ----------------------------------------------

    wire [15:0] data_place = data_read ? data_adr + 16'd1 : data_adr;
    wire        data_write = data_stb && data_we;
    logic       data_read;  // data_rdata is the word at data_adr

    assign data_ack = data_write || data_read;

    // Either at one address: so both sides fit one block RAM with two ports.
    always_ff @(posedge clk) begin
        data_read <= data_stb && !data_we && (!data_read || data_more);
        if (data_write) begin
            for (int i = 0; i < 4; i++)
                if (data_sel[i])
                    words[data_place][8*i +: 8] <= data_wdata[8*i +: 8];
        end else if (data_stb)
            data_rdata <= words[data_place];
    end
endmodule
