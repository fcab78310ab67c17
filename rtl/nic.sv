// The Lantern adapter: a 10/100 Ethernet MAC with RMII on the line side and one
// Wishbone slave with an interrupt on the host side. Registers: docs/registers.md.
//
//   down  tx_ring -> tx_pad -> tx_fcs -> tx_preamble -> tx_rmii
//   up    rx_rmii -> rx_delimiter -> rx_fcs, rx_filter, rx_class -> rx_ring
//
// One clock, the 50 MHz reference clock of RMII; a host on another clock comes
// through rtl/lib/wb_bridge.
//
// `idle` is high when nothing in here will change until an input does, apart from
// counters that advance by tick_count (tied to 1 on a board). tests/formal proves
// it; the simulation jumps over quiet time by it.
module nic #(
    parameter TX_RING_LOG2 = 12, // 11 to 13: log2 of bytes
    parameter RX_RING_LOG2 = 13  // 11 to 14
) (
    input  logic        clk,
    input  logic        rst,
    input  logic [31:0] tick_count,
    output logic        idle,

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
    logic reset, tx_enable, rx_enable, fast, promiscuous, broadcast;
    logic [47:0] own;
    logic [63:0] hash;
    logic [TX_RING_LOG2-2:0] tx_head, tx_tail;
    logic [RX_RING_LOG2-2:0] rx_head, rx_tail;
    logic tx_ring_write, rx_ring_read, counter_read, counter_ready;
    logic [31:0] rx_ring_data, counter_data;
    logic mdio_start, mdio_write, mdio_busy, mdio_done;
    logic [15:0] mdio_data;
    logic registers_quiet, counters_quiet, tx_ring_quiet, tx_line_quiet, tx_rmii_quiet, rx_line_quiet, rx_delimiter_quiet, rx_ring_quiet;
    logic tx_run, tx_done, tx_emptied, tx_refused, rx_stored;

    // --- Down: from the ring to the line --------------------------------------------

    logic [7:0] ring_data, pad_data, fcs_data, line_data;
    logic ring_valid, ring_last, ring_ready, pad_valid, pad_last, pad_ready;
    logic fcs_valid, fcs_last, fcs_ready, line_valid, line_ready;
    logic [10:0] tx_octets;

    tx_ring #(.LOG2(TX_RING_LOG2)) tx_ring (
        .clk(clk), .rst(reset),
        .write(tx_ring_write), .write_word(wb_adr[TX_RING_LOG2-1:2]), .write_sel(wb_sel), .write_data(wb_wdata),
        .head(tx_head), .tail(tx_tail), .enable(tx_enable),
        .out_data(ring_data), .out_valid(ring_valid), .out_last(ring_last), .out_ready(ring_ready),
        .done(tx_done), .octets(tx_octets), .emptied(tx_emptied), .refused(tx_refused), .quiet(tx_ring_quiet));

    tx_pad tx_pad (
        .clk(clk), .rst(reset),
        .in_data(ring_data), .in_valid(ring_valid), .in_last(ring_last), .in_ready(ring_ready),
        .out_data(pad_data), .out_valid(pad_valid), .out_last(pad_last), .out_ready(pad_ready));

    tx_fcs tx_fcs (
        .clk(clk), .rst(reset),
        .in_data(pad_data), .in_valid(pad_valid), .in_last(pad_last), .in_ready(pad_ready),
        .out_data(fcs_data), .out_valid(fcs_valid), .out_last(fcs_last), .out_ready(fcs_ready));

    tx_preamble tx_preamble (
        .clk(clk), .rst(reset),
        .in_data(fcs_data), .in_valid(fcs_valid), .in_last(fcs_last), .in_ready(fcs_ready),
        .out_data(line_data), .out_valid(line_valid), .out_ready(line_ready),
        .done(tx_done), .run(tx_run), .quiet(tx_line_quiet));

    tx_rmii tx_rmii (
        .clk(clk), .rst(reset), .fast(fast), .run(tx_run),
        .in_data(line_data), .in_valid(line_valid), .in_ready(line_ready),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .quiet(tx_rmii_quiet));

    // --- Up: from the line to the ring ------------------------------------------------

    logic rx_carrier, dibit_valid, dibit_error, byte_valid, frame_start, frame_end, frame_whole, frame_error, false_carrier;
    logic [1:0] dibit;
    logic [7:0] byte_data;
    logic fcs_right, accept, is_broadcast, is_multicast, room;
    logic [5:0] bin;
    logic [10:0] rx_octets;
    logic [4:0] rx_class_index;

    rx_rmii rx_rmii (
        .clk(clk), .rst(reset), .fast(fast),
        .rmii_rxd(rmii_rxd), .rmii_crs_dv(rmii_crs_dv), .rmii_rx_er(rmii_rx_er),
        .out_carrier(rx_carrier), .out_dibit(dibit), .out_error(dibit_error), .out_valid(dibit_valid), .quiet(rx_line_quiet));

    rx_delimiter rx_delimiter (
        .clk(clk), .rst(reset), .enable(rx_enable),
        .in_carrier(rx_carrier), .in_dibit(dibit), .in_error(dibit_error), .in_valid(dibit_valid),
        .out_data(byte_data), .out_valid(byte_valid), .out_start(frame_start), .out_end(frame_end),
        .out_whole(frame_whole), .out_error(frame_error), .false_carrier(false_carrier), .quiet(rx_delimiter_quiet));

    rx_fcs rx_fcs (
        .clk(clk), .start(frame_start), .data(byte_data), .valid(byte_valid), .right(fcs_right), .bin(bin));

    rx_filter rx_filter (
        .clk(clk), .start(frame_start), .data(byte_data), .valid(byte_valid), .bin(bin),
        .own(own), .hash(hash), .promiscuous(promiscuous), .broadcast(broadcast),
        .accept(accept), .is_broadcast(is_broadcast), .is_multicast(is_multicast));

    rx_class rx_class (
        .clk(clk), .start(frame_start), .data(byte_data), .valid(byte_valid),
        .whole(frame_whole), .error(frame_error), .right(fcs_right), .accept(accept), .room(room),
        .octets(rx_octets), .class_index(rx_class_index));

    rx_ring #(.LOG2(RX_RING_LOG2)) rx_ring (
        .clk(clk), .rst(reset),
        .start(frame_start), .data(byte_data), .valid(byte_valid), .finish(frame_end),
        .keep(rx_class_index == nic_pkg::NIC_COUNT_RX_DELIVERED), .octets(rx_octets),
        .is_broadcast(is_broadcast), .is_multicast(is_multicast),
        .room(room), .stored(rx_stored), .quiet(rx_ring_quiet),
        .head(rx_head), .tail(rx_tail), .read(rx_ring_read), .read_word(wb_adr[RX_RING_LOG2-1:2]), .read_data(rx_ring_data));

    // --- Beside: counters, management, registers ----------------------------------------

    nic_counters nic_counters (
        .clk(clk), .rst(reset),
        .rx_event(frame_end), .rx_class(rx_class_index), .rx_octets(rx_octets),
        .rx_broadcast(is_broadcast), .rx_multicast(is_multicast), .false_carrier(false_carrier),
        .tx_event(tx_done), .tx_octets(tx_octets), .tx_refused(tx_refused),
        .read(counter_read), .read_index(wb_adr[6:2]), .read_data(counter_data), .ready(counter_ready), .quiet(counters_quiet));

    nic_mdio nic_mdio (
        .clk(clk), .rst(reset), .start(mdio_start), .is_write(mdio_write),
        .phy(wb_wdata[nic_pkg::NIC_MDIO_PHY_LSB +: 5]), .register_index(wb_wdata[nic_pkg::NIC_MDIO_REGISTER_LSB +: 5]),
        .write_data(wb_wdata[nic_pkg::NIC_MDIO_DATA_LSB +: 16]), .read_data(mdio_data), .busy(mdio_busy), .finish(mdio_done),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));

    nic_registers #(.TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2)) nic_registers (
        .clk(clk), .rst(rst), .tick_count(tick_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq),
        .reset(reset), .tx_enable(tx_enable), .rx_enable(rx_enable), .fast(fast),
        .promiscuous(promiscuous), .broadcast(broadcast), .own(own), .hash(hash),
        .tx_head(tx_head), .tx_tail(tx_tail), .rx_head(rx_head), .rx_tail(rx_tail),
        .tx_ring_write(tx_ring_write), .rx_ring_read(rx_ring_read), .rx_ring_data(rx_ring_data),
        .counter_read(counter_read), .counter_data(counter_data), .counter_ready(counter_ready),
        .tx_busy(tx_run), .rx_busy(rx_carrier),
        .rx_frame(rx_stored), .tx_empty(tx_emptied),
        .rx_full(frame_end && rx_class_index == nic_pkg::NIC_COUNT_RX_RING_FULL),
        .tx_error(tx_refused), .mdio_done(mdio_done), .tx_frame(tx_done),
        .mdio_start(mdio_start), .mdio_busy(mdio_busy), .mdio_data(mdio_data), .mdio_write(mdio_write),
        .quiet(registers_quiet));

    assign idle = !rst && registers_quiet && counters_quiet && tx_ring_quiet && tx_line_quiet && tx_rmii_quiet && !mdio_busy
               && rx_line_quiet && rx_delimiter_quiet && rx_ring_quiet;
endmodule
