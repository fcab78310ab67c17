// The system-on-chip as a board's top has it: reset from power-up, the simulation's
// inputs tied, the line's light. What differs between boards is pins and sizes.
module soc_on_board #(
    parameter RAM_WORDS    = soc_pkg::SOC_RAM_WORDS,
    parameter RAM_IMAGE    = "",
    parameter UART_CLOCKS  = 50,
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13
) (
    input  logic       clk,       // RMII's reference clock, 50 MHz
    input  logic       reset_n,   // a button, or 1

    output logic [1:0] rmii_txd,
    output logic       rmii_tx_en,
    input  logic [1:0] rmii_rxd,
    input  logic       rmii_crs_dv,
    output logic       mdc,
    inout  wire        mdio,

    input  logic       uart_rx,
    output logic       uart_tx,
    output logic [7:0] led        // 0 link, 1 address, 6 traffic, 7 the firmware lives
);
    // About a millisecond after the clock began, and while the button is pressed.
    logic [15:0] reset_count = 0;
    logic [1:0]  button_sync = 0;
    logic        rst = 1;

    always_ff @(posedge clk) begin
        button_sync <= {button_sync[0], !reset_n};
        if (button_sync[1])
            reset_count <= 0;
        else if (!reset_count[15])
            reset_count <= reset_count + 1;
        rst <= !reset_count[15];
    end

    // The input pins' own registers: the PHY's outputs are stable around the clock's rise
    // for a few nanoseconds only.
    logic [1:0] rxd;
    logic       crs_dv;

    always_ff @(posedge clk) begin
        rxd    <= rmii_rxd;
        crs_dv <= rmii_crs_dv;
    end

    logic mdio_out, mdio_drive;
    assign mdio = mdio_drive ? mdio_out : 1'bz;

    // A light that a person sees: a 21 ms flash for what passes.
    logic [7:0]  lights;
    logic [20:0] flash = 0;

    always_ff @(posedge clk)
        if (rst)
            flash <= 0;
        else if (crs_dv || rmii_tx_en)
            flash <= '1;
        else if (flash != 0)
            flash <= flash - 1;

    assign led = {lights[7], flash != 0, lights[5:0]};

    /* verilator lint_off PINCONNECTEMPTY */
    soc #(
        .RAM_WORDS(RAM_WORDS), .RAM_IMAGE(RAM_IMAGE), .UART_CLOCKS(UART_CLOCKS),
        .TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2)
    ) soc (
        .clk(clk), .rst(rst), .tick_count(32'd1), .tick_us(32'd0), .idle(), .idle_count(), .wait_us(),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .rmii_rxd(rxd), .rmii_crs_dv(crs_dv), .rmii_rx_er(1'b0),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio),
        .uart_rx(uart_rx), .uart_tx(uart_tx), .leds(lights));
    /* verilator lint_on PINCONNECTEMPTY */
endmodule
