// The adapter with GMII (IEEE 802.3 clause 35): 1000 Mb/s, full duplex, a byte each
// clock. `clk` is 125 MHz and goes to the PHY as GTX_CLK; what comes crosses to it
// from the PHY's RX_CLK through clock_fifo.
//
//   down  nic_core -> registers     up  bytes -> clock_fifo -> rx_delimiter -> nic_core
//
// Pause frames are neither sent nor obeyed here: an octet of the table every clock is
// more than its one reading side gives. Time counts 8 ns a clock: the driver sets time_rate.
module nic_gmii #(
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13,
    parameter CHECKSUM     = 1,
    parameter TIME_STAMPS  = 0,
    parameter COALESCING   = 1,
    parameter FILTER       = 1,
    parameter COUNTERS     = 1,
    parameter MDIO         = 1
) (
    input  logic        clk,
    input  logic        rst,

    input  logic        wb_cyc,
    input  logic        wb_stb,
    input  logic        wb_we,
    input  logic [3:0]  wb_sel,
    input  logic [15:2] wb_adr,
    input  logic [31:0] wb_wdata,
    output logic [31:0] wb_rdata,
    output logic        wb_ack,
    output logic        irq,

    output logic [7:0]  gmii_txd,
    output logic        gmii_tx_en,
    input  logic        gmii_rx_clk,
    input  logic        rst_rx,      // of gmii_rx_clk
    input  logic [7:0]  gmii_rxd,
    input  logic        gmii_rx_dv,
    input  logic        gmii_rx_er,

    output logic        mdc,
    output logic        mdio_out,
    output logic        mdio_drive,
    input  logic        mdio_in
);
    logic reset, rx_enable, rx_hold, line_run, line_valid, line_ready;
    logic [7:0] line_data, byte_data;
    logic byte_valid, frame_start, frame_end, frame_whole, frame_error, false_carrier;
    logic unused_quiet, unused_idle, unused_fast, unused_tx_moves, unused_rx_moves, unused_host_moves;
    logic [31:0] unused_idle_count;

    // --- Down: a byte each clock ---------------------------------------------------------

    assign line_ready = line_run;

    always_ff @(posedge clk)
        if (rst) begin
            gmii_tx_en <= 1'b0;
            gmii_txd   <= '0;
        end else begin
            gmii_tx_en <= line_run && line_valid;
            gmii_txd   <= line_run && line_valid ? line_data : '0;
        end

    // --- Up: every byte of a frame is an entry, and one more for its end ---------------------

    logic rx_dv, rx_dv_before, rx_er, rx_valid, rx_carrier, rx_symbol_error, in_carrier, unused_rx_ready;
    logic [7:0] rxd, rx_symbol;

    always_ff @(posedge gmii_rx_clk) begin
        rxd          <= gmii_rxd;
        rx_er        <= gmii_rx_er;
        rx_dv        <= gmii_rx_dv && !rst_rx;
        rx_dv_before <= rx_dv && !rst_rx;
    end

    clock_fifo #(.WIDTH(10), .LOG2(4)) rx_fifo (
        .clk_in(gmii_rx_clk), .rst_in(rst_rx), .in_data({rx_dv, rx_er, rxd}), .in_valid(rx_dv || rx_dv_before),
        .in_ready(unused_rx_ready), // gaps make up for any difference of the clocks: it never fills
        .clk_out(clk), .rst_out(rst), .out_data({rx_carrier, rx_symbol_error, rx_symbol}), .out_valid(rx_valid), .out_ready(1'b1));

    always_ff @(posedge clk)
        if (rst) in_carrier <= 1'b0;
        else if (rx_valid) in_carrier <= rx_carrier;

    wire carrier_now = rx_valid ? rx_carrier : in_carrier;

    rx_delimiter #(.WIDTH(8)) rx_delimiter (
        .clk(clk), .rst(reset), .enable(rx_enable), .hold(rx_hold),
        .in_carrier(carrier_now), .in_symbol(rx_symbol), .in_error(rx_symbol_error), .in_valid(rx_valid && rx_carrier),
        .out_data(byte_data), .out_valid(byte_valid), .out_start(frame_start), .out_end(frame_end),
        .out_whole(frame_whole), .out_error(frame_error), .false_carrier(false_carrier), .quiet(unused_quiet));

    nic_core #(
        .TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .HALF_DUPLEX(0), .PAUSE(0), .CHECKSUM(CHECKSUM),
        .TIME_STAMPS(TIME_STAMPS), .COALESCING(COALESCING), .FILTER(FILTER), .COUNTERS(COUNTERS), .MDIO(MDIO)
    ) nic_core (
        .clk(clk), .clk_tx(clk), .clk_rx(clk), .clk_host(clk),
        .tx_moves(unused_tx_moves), .rx_moves(unused_rx_moves), .host_moves(unused_host_moves),
        .rst(rst), .tick_count(32'd1), .idle(unused_idle), .idle_count(unused_idle_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq),
        .reset(reset), .fast(unused_fast), .rx_enable(rx_enable), .rx_hold(rx_hold),
        .line_run(line_run), .line_data(line_data), .line_valid(line_valid), .line_ready(line_ready),
        .carrier(carrier_now), .frame_start(frame_start), .byte_data(byte_data), .byte_valid(byte_valid),
        .frame_end(frame_end), .frame_whole(frame_whole), .frame_error(frame_error), .false_carrier(false_carrier),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));
endmodule
