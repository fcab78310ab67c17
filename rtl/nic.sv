// The Lantern adapter: a 10/100 Ethernet MAC with RMII on the line side and one
// Wishbone slave with an interrupt on the host side.
//
// One clock, the 50 MHz reference clock of RMII; a host on another clock comes
// through rtl/lib/wb_bridge. Inside: nic_parts. Parameters and `idle`: nic_core.
module nic #(
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13,
    parameter HALF_DUPLEX  = 1,
    parameter PAUSE        = 1,
    parameter CHECKSUM     = 1,
    parameter TIME_STAMPS  = 1,
    parameter COALESCING   = 1,
    parameter FILTER       = 1,
    parameter COUNTERS     = 1,
    parameter MDIO         = 1
) (
    input  logic        clk,
    input  logic        rst,
    input  logic [31:0] tick_count,
    output logic        idle,
    output logic [31:0] idle_count,

    input  logic        wb_cyc,
    input  logic        wb_stb,
    input  logic        wb_we,
    input  logic [3:0]  wb_sel,
    input  logic [15:2] wb_adr,
    input  logic [31:0] wb_wdata,
    output logic [31:0] wb_rdata,
    output logic        wb_ack,
    output logic        irq,

    output logic [1:0]  rmii_txd,
    output logic        rmii_tx_en,
    input  logic [1:0]  rmii_rxd,
    input  logic        rmii_crs_dv,
    input  logic        rmii_rx_er,

    output logic        mdc,
    output logic        mdio_out,
    output logic        mdio_drive,
    input  logic        mdio_in
);
    logic unused_tx_moves, unused_rx_moves, unused_host_moves;

    nic_parts #(
        .TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .HALF_DUPLEX(HALF_DUPLEX), .PAUSE(PAUSE), .CHECKSUM(CHECKSUM),
        .TIME_STAMPS(TIME_STAMPS), .COALESCING(COALESCING), .FILTER(FILTER), .COUNTERS(COUNTERS), .MDIO(MDIO)
    ) nic_parts (
        .clk(clk), .clk_tx(clk), .clk_rx(clk), .clk_host(clk),
        .tx_moves(unused_tx_moves), .rx_moves(unused_rx_moves), .host_moves(unused_host_moves),
        .rst(rst), .tick_count(tick_count), .idle(idle), .idle_count(idle_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en),
        .rmii_rxd(rmii_rxd), .rmii_crs_dv(rmii_crs_dv), .rmii_rx_er(rmii_rx_er),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));
endmodule
