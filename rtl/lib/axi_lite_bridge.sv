// An AXI4-Lite host for the adapter, or for any slave of its Wishbone: one access at a time,
// each answered once, a write and a read that wait both in turn. A write begins when its address
// and its data are there, in whatever order they came. Every access is answered OKAY, as the
// adapter has no other answer; protection bits are not looked at.
//
// One clock, the adapter's. A host on another clock puts wb_bridge between.
module axi_lite_bridge (
    input  logic        clk,
    input  logic        rst,

    input  logic        s_awvalid,
    output logic        s_awready,
    input  logic [15:0] s_awaddr,
    input  logic        s_wvalid,
    output logic        s_wready,
    input  logic [31:0] s_wdata,
    input  logic [3:0]  s_wstrb,
    output logic        s_bvalid,
    input  logic        s_bready,
    output logic [1:0]  s_bresp,
    input  logic        s_arvalid,
    output logic        s_arready,
    input  logic [15:0] s_araddr,
    output logic        s_rvalid,
    input  logic        s_rready,
    output logic [31:0] s_rdata,
    output logic [1:0]  s_rresp,

    output logic        wb_cyc,
    output logic        wb_stb,
    output logic        wb_we,
    output logic [3:0]  wb_sel,
    output logic [15:2] wb_adr,
    output logic [31:0] wb_wdata,
    input  logic [31:0] wb_rdata,
    input  logic        wb_ack
);
    logic going;

    // The last answer has been taken, or is being taken, so that there is room for the next.
    wire free         = !going && (!s_bvalid || s_bready) && (!s_rvalid || s_rready);
    wire wants_write  = s_awvalid && s_wvalid;
    wire takes_write  = free && wants_write && (!s_arvalid || !wb_we);
    wire takes_read   = free && s_arvalid && !takes_write;
    wire unused_lanes = &{1'b0, s_awaddr[1:0], s_araddr[1:0]};

    assign s_awready = takes_write;
    assign s_wready  = takes_write;
    assign s_arready = takes_read;
    assign s_bresp   = 2'b00;
    assign s_rresp   = 2'b00;
    assign wb_cyc    = going;
    assign wb_stb    = going;

    always_ff @(posedge clk) begin
        if (s_bready)
            s_bvalid <= 1'b0;
        if (s_rready)
            s_rvalid <= 1'b0;
        if (takes_write || takes_read) begin
            going    <= 1'b1;
            wb_we    <= takes_write; // whoever had its turn last stands back
            wb_sel   <= takes_write ? s_wstrb : 4'b1111;
            wb_adr   <= takes_write ? s_awaddr[15:2] : s_araddr[15:2];
            wb_wdata <= s_wdata;
        end
        if (going && wb_ack) begin
            going    <= 1'b0;
            s_bvalid <= wb_we;
            s_rvalid <= !wb_we;
            s_rdata  <= wb_rdata;
        end
        if (rst) begin
            going    <= 1'b0;
            wb_we    <= 1'b0;
            s_bvalid <= 1'b0;
            s_rvalid <= 1'b0;
        end
    end
endmodule
