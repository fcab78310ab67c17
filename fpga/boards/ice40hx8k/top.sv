// iCE40HX8K-B-EVN with a LAN8720 module: the adapter on the module's 50 MHz, its bus at the
// board's USB serial port, 1 Mb/s.
module top (
    input  logic       rmii_ref_clk,
    output logic [1:0] rmii_txd,
    output logic       rmii_tx_en,
    input  logic [1:0] rmii_rxd,
    input  logic       rmii_crs_dv,
    output logic       mdc,
    inout  wire        mdio,
    input  logic       uart_rx,
    output logic       uart_tx,
    output logic [7:0] led
);
    logic [15:0] reset_count = 0;
    logic        rst = 1;
    logic [1:0]  rxd;
    logic        crs_dv;

    always_ff @(posedge rmii_ref_clk) begin
        if (!reset_count[15])
            reset_count <= reset_count + 1;
        rst    <= !reset_count[15];
        rxd    <= rmii_rxd;
        crs_dv <= rmii_crs_dv;
    end

    logic mdio_in, mdio_out, mdio_drive;

    SB_IO #(.PIN_TYPE(6'b1010_01), .PULLUP(1'b1)) mdio_pin (
        .PACKAGE_PIN(mdio), .OUTPUT_ENABLE(mdio_drive), .D_OUT_0(mdio_out), .D_IN_0(mdio_in));

    host_link link (
        .clk(rmii_ref_clk), .rst(rst), .tick_count(32'd1), .tick_us(32'd0), .idle(), .idle_count(), .wait_us(),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .rmii_rxd(rxd), .rmii_crs_dv(crs_dv), .rmii_rx_er(1'b0),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in),
        .uart_rx(uart_rx), .uart_tx(uart_tx), .leds(led));
endmodule
