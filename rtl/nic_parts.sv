// The adapter with the clock of its parts at pins of their own, for a simulator.
//
//   down  nic_core -> tx_rmii          up  rx_rmii -> rx_delimiter -> nic_core
//
// On a board they are one net (nic). A simulator may leave out a rising edge of clk_tx,
// clk_rx or clk_host when tx_moves, rx_moves or host_moves is low: no register and no
// memory of that part would change (tests/formal/idle proves it). So most of an octet's
// clocks cost it little more than the dibits.
module nic_parts #(
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
    input  logic        clk_tx,
    input  logic        clk_rx,
    input  logic        clk_host,
    output logic        tx_moves,
    output logic        rx_moves,
    output logic        host_moves,
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
    logic reset, fast, rx_enable, rx_hold, core_idle, tx_rmii_quiet, rx_rmii_quiet, rx_delimiter_quiet;
    logic line_run, line_valid, line_ready;
    logic [7:0] line_data, byte_data;
    logic rx_carrier, dibit_valid, dibit_error, byte_valid, frame_start, frame_end, frame_whole, frame_error, false_carrier;
    logic [1:0] dibit;

    tx_rmii tx_rmii (
        .clk(clk), .rst(reset), .fast(fast), .run(line_run),
        .in_data(line_data), .in_valid(line_valid), .in_ready(line_ready),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .quiet(tx_rmii_quiet));

    rx_rmii rx_rmii (
        .clk(clk), .rst(reset), .fast(fast),
        .rmii_rxd(rmii_rxd), .rmii_crs_dv(rmii_crs_dv), .rmii_rx_er(rmii_rx_er),
        .out_carrier(rx_carrier), .out_dibit(dibit), .out_error(dibit_error), .out_valid(dibit_valid), .quiet(rx_rmii_quiet));

    rx_delimiter #(.WIDTH(2)) rx_delimiter (
        .clk(clk), .rst(reset), .enable(rx_enable), .hold(rx_hold),
        .in_carrier(rx_carrier), .in_symbol(dibit), .in_error(dibit_error), .in_valid(dibit_valid),
        .out_data(byte_data), .out_valid(byte_valid), .out_start(frame_start), .out_end(frame_end),
        .out_whole(frame_whole), .out_error(frame_error), .false_carrier(false_carrier), .quiet(rx_delimiter_quiet));

    nic_core #(
        .TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .HALF_DUPLEX(HALF_DUPLEX), .PAUSE(PAUSE), .CHECKSUM(CHECKSUM),
        .TIME_STAMPS(TIME_STAMPS), .COALESCING(COALESCING), .FILTER(FILTER), .COUNTERS(COUNTERS), .MDIO(MDIO)
    ) nic_core (
        .clk(clk), .clk_tx(clk_tx), .clk_rx(clk_rx), .clk_host(clk_host),
        .tx_moves(tx_moves), .rx_moves(rx_moves), .host_moves(host_moves),
        .rst(rst), .tick_count(tick_count), .idle(core_idle), .idle_count(idle_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq),
        .reset(reset), .fast(fast), .rx_enable(rx_enable), .rx_hold(rx_hold),
        .line_run(line_run), .line_data(line_data), .line_valid(line_valid), .line_ready(line_ready),
        .carrier(rx_carrier || rmii_crs_dv), .frame_start(frame_start), .byte_data(byte_data), .byte_valid(byte_valid),
        .frame_end(frame_end), .frame_whole(frame_whole), .frame_error(frame_error), .false_carrier(false_carrier),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));

    assign idle = core_idle && tx_rmii_quiet && rx_rmii_quiet && rx_delimiter_quiet;
endmodule
