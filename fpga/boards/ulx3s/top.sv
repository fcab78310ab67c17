// ULX3S with a LAN8720 module on J1: the system-on-chip on the module's 50 MHz.
module top #(
    parameter RAM_WORDS = soc_pkg::SOC_RAM_WORDS,
    parameter RAM_IMAGE = "",
    parameter RX_RING_LOG2 = 13
) (
    input  logic       rmii_ref_clk,
    input  logic       button_n,
    output logic [1:0] rmii_txd,
    output logic       rmii_tx_en,
    input  logic [1:0] rmii_rxd,
    input  logic       rmii_crs_dv,
    output logic       mdc,
    inout  wire        mdio,
    input  logic       uart_rx,
    output logic       uart_tx,
    output logic [7:0] led,
    output logic       wifi_gpio0
);
    assign wifi_gpio0 = 1;

    soc_on_board #(.RAM_WORDS(RAM_WORDS), .RAM_IMAGE(RAM_IMAGE), .RX_RING_LOG2(RX_RING_LOG2)) board (
        .clk(rmii_ref_clk), .reset_n(button_n),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .rmii_rxd(rmii_rxd), .rmii_crs_dv(rmii_crs_dv),
        .mdc(mdc), .mdio(mdio), .uart_rx(uart_rx), .uart_tx(uart_tx), .led(led));
endmodule
