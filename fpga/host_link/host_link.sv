// The adapter for a PC: no processor, its bus comes over a UART.
module host_link #(
    parameter UART_CLOCKS  = 50,
    parameter TX_RING_LOG2 = 11,
    parameter RX_RING_LOG2 = 12
) (
    input  logic        clk,
    input  logic        rst,

    // For the simulation, where quiet time is jumped over: on a board 1 and 0.
    input  logic [31:0] tick_count,
    input  logic [31:0] tick_us,
    output logic        idle,
    output logic [31:0] idle_count,
    output logic [31:0] wait_us,

    output logic [1:0]  rmii_txd,
    output logic        rmii_tx_en,
    input  logic [1:0]  rmii_rxd,
    input  logic        rmii_crs_dv,
    input  logic        rmii_rx_er,
    output logic        mdc,
    output logic        mdio_out,
    output logic        mdio_drive,
    input  logic        mdio_in,

    input  logic        uart_rx,
    output logic        uart_tx,
    output logic [7:0]  leds
);
    logic        wb_cyc, wb_we, wb_ack, irq, nic_idle, quiet;
    logic [15:2] wb_adr;
    logic [31:0] wb_wdata, wb_rdata;

    assign idle    = nic_idle && quiet;
    assign wait_us = '1;
    assign leds    = {irq, 6'd0, !quiet};
    wire   unused_tick = ^tick_us;

    uart_bus #(.UART_CLOCKS(UART_CLOCKS)) uart_bus (
        .clk(clk), .rst(rst), .uart_rx(uart_rx), .uart_tx(uart_tx),
        .wb_cyc(wb_cyc), .wb_we(wb_we), .wb_adr(wb_adr), .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack),
        .irq(irq), .quiet(quiet));

    nic #(.TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .TIME_STAMPS(0)) nic (
        .clk(clk), .rst(rst), .tick_count(tick_count), .idle(nic_idle), .idle_count(idle_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_cyc), .wb_we(wb_we), .wb_sel(4'hf), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .rmii_rxd(rmii_rxd), .rmii_crs_dv(rmii_crs_dv), .rmii_rx_er(rmii_rx_er),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));
endmodule
