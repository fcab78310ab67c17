// The adapter with MII instead of RMII (IEEE 802.3 clause 22), full duplex: nibbles
// with the PHY's own clocks, 2.5 MHz at 10 and 25 MHz at 100 Mb/s. `clk` is any
// clock of 30 MHz or more; what the pins carry crosses to it through clock_fifo.
//
//   down  nic_core -> clock_fifo -> nibbles     up  nibbles -> clock_fifo -> rx_delimiter -> nic_core
//
// The PHY's clocks tell the rate, so control.fast means nothing here. Time stamps
// are taken in `clk`, at the crossing's near side.
module nic_mii #(
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13,
    parameter PAUSE        = 1,
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

    input  logic        mii_tx_clk,
    input  logic        rst_tx,      // of mii_tx_clk
    output logic [3:0]  mii_txd,
    output logic        mii_tx_en,
    input  logic        mii_rx_clk,
    input  logic        rst_rx,      // of mii_rx_clk
    input  logic [3:0]  mii_rxd,
    input  logic        mii_rx_dv,
    input  logic        mii_rx_er,

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

    // --- Down: each byte time is an entry, gaps too ---------------------------------------

    logic tx_ready, tx_valid, second, tx_enable_now;
    logic [7:0] tx_octet;

    assign line_ready = line_run && tx_ready;

    clock_fifo #(.WIDTH(9), .LOG2(3)) tx_fifo (
        .clk_in(clk), .rst_in(rst), .in_data({line_valid, line_data}), .in_valid(line_run), .in_ready(tx_ready),
        .clk_out(mii_tx_clk), .rst_out(rst_tx), .out_data({tx_enable_now, tx_octet}), .out_valid(tx_valid), .out_ready(second));

    always_ff @(posedge mii_tx_clk)
        if (rst_tx) begin
            second    <= 1'b0;
            mii_tx_en <= 1'b0;
            mii_txd   <= '0;
        end else begin
            second    <= tx_valid && !second;
            mii_tx_en <= tx_valid && tx_enable_now;
            mii_txd   <= !(tx_valid && tx_enable_now) ? '0 : second ? tx_octet[7:4] : tx_octet[3:0];
        end

    // --- Up: every nibble of a frame is an entry, and one more for its end ---------------------

    logic rx_dv, rx_dv_before, rx_er, rx_valid, rx_carrier, rx_symbol_error, in_carrier, unused_rx_ready;
    logic [3:0] rxd, rx_symbol;

    always_ff @(posedge mii_rx_clk) begin
        rxd          <= mii_rxd;
        rx_er        <= mii_rx_er;
        rx_dv        <= mii_rx_dv && !rst_rx;
        rx_dv_before <= rx_dv && !rst_rx;
    end

    clock_fifo #(.WIDTH(6), .LOG2(3)) rx_fifo (
        .clk_in(mii_rx_clk), .rst_in(rst_rx), .in_data({rx_dv, rx_er, rxd}), .in_valid(rx_dv || rx_dv_before),
        .in_ready(unused_rx_ready), // clk is faster than the nibbles: it never fills
        .clk_out(clk), .rst_out(rst), .out_data({rx_carrier, rx_symbol_error, rx_symbol}), .out_valid(rx_valid), .out_ready(1'b1));

    always_ff @(posedge clk)
        if (rst) in_carrier <= 1'b0;
        else if (rx_valid) in_carrier <= rx_carrier;

    wire carrier_now = rx_valid ? rx_carrier : in_carrier;

    rx_delimiter #(.WIDTH(4)) rx_delimiter (
        .clk(clk), .rst(reset), .enable(rx_enable), .hold(rx_hold),
        .in_carrier(carrier_now), .in_symbol(rx_symbol), .in_error(rx_symbol_error), .in_valid(rx_valid && rx_carrier),
        .out_data(byte_data), .out_valid(byte_valid), .out_start(frame_start), .out_end(frame_end),
        .out_whole(frame_whole), .out_error(frame_error), .false_carrier(false_carrier), .quiet(unused_quiet));

    nic_core #(
        .TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .HALF_DUPLEX(0), .PAUSE(PAUSE), .CHECKSUM(CHECKSUM),
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
