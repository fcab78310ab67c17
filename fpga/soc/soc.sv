// The system-on-chip: a processor (VexRiscv of PyPI's pythondata-cpu-vexriscv, rv32im
// with caches), memory, the adapter, console and time, on one clock: RMII's 50 MHz.
//
//   fetches -------------- soc_ram
//   data ---+------------- soc_ram       0x4....... cached
//           +------------- nic           0x8000.... not cached, as all from 0x80000000 on
//           +------------- soc_io        0x8001....
//
// An address where nothing is, answers with a bus error: the processor traps.
module soc #(
    parameter RAM_WORDS    = soc_pkg::SOC_RAM_WORDS,
    parameter RAM_IMAGE    = "",
    parameter UART_CLOCKS  = 50,
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13
) (
    input  logic        clk,
    input  logic        rst,

    // For the simulation, where quiet time is jumped over: on a board 1 and 0.
    input  logic [31:0] tick_count,
    input  logic [31:0] tick_us,
    output logic        idle,
    output logic [31:0] idle_count,  // clocks until the adapter changes by itself
    output logic [31:0] wait_us,     // until the processor goes on by itself

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
    localparam [2:0] CTI_MORE = 3'b010;

    // --- The processor -----------------------------------------------------------------

    logic        fetch_cyc, fetch_stb, fetch_ack;
    logic [29:0] fetch_adr;
    logic [31:0] fetch_data;
    logic [2:0]  fetch_cti;
    logic        data_cyc, data_stb, data_we, data_ack;
    logic [29:0] data_adr;
    logic [3:0]  data_sel;
    logic [2:0]  data_cti;
    logic [31:0] data_wdata, data_rdata;
    logic        irq;

    wire fetch_wrong = fetch_stb && fetch_adr[29:16] != soc_pkg::SOC_RAM_ADDRESS[31:18];

    /* verilator lint_off PINCONNECTEMPTY */
    VexRiscv processor (
        .clk(clk), .reset(rst),
        .externalResetVector(soc_pkg::SOC_RAM_ADDRESS),
        .timerInterrupt(1'b0), .softwareInterrupt(1'b0), .externalInterruptArray({31'd0, irq}),
        .iBusWishbone_CYC(fetch_cyc), .iBusWishbone_STB(fetch_stb), .iBusWishbone_ACK(fetch_ack || fetch_wrong), .iBusWishbone_WE(),
        .iBusWishbone_ADR(fetch_adr), .iBusWishbone_DAT_MISO(fetch_data), .iBusWishbone_DAT_MOSI(), .iBusWishbone_SEL(),
        .iBusWishbone_ERR(fetch_wrong), .iBusWishbone_CTI(fetch_cti), .iBusWishbone_BTE(),
        .dBusWishbone_CYC(data_cyc), .dBusWishbone_STB(data_stb), .dBusWishbone_ACK(data_ack), .dBusWishbone_WE(data_we),
        .dBusWishbone_ADR(data_adr), .dBusWishbone_DAT_MISO(data_rdata), .dBusWishbone_DAT_MOSI(data_wdata), .dBusWishbone_SEL(data_sel),
        .dBusWishbone_ERR(data_wrong), .dBusWishbone_CTI(data_cti), .dBusWishbone_BTE());
    /* verilator lint_on PINCONNECTEMPTY */

    // --- Who is meant --------------------------------------------------------------------

    wire access  = data_cyc && data_stb;
    wire is_ram  = data_adr[29:16] == soc_pkg::SOC_RAM_ADDRESS[31:18];
    wire is_high = data_adr[29:16] == soc_pkg::SOC_NIC_ADDRESS[31:18];
    wire is_nic  = is_high && data_adr[15:14] == 2'd0;
    wire is_io   = is_high && (data_adr[15:14] == 2'd1 || data_adr[15:14] == 2'd2);

    wire data_wrong = access && !is_ram && !is_nic && !is_io;

    logic        ram_ack, nic_ack, io_ack;
    logic [31:0] ram_rdata, nic_rdata, io_rdata;

    assign data_ack   = ram_ack || (is_nic && nic_ack) || (is_io && io_ack) || data_wrong;
    assign data_rdata = is_ram ? ram_rdata : is_nic ? nic_rdata : io_rdata;

    // --- Memory --------------------------------------------------------------------------

    soc_ram #(.WORDS(RAM_WORDS), .IMAGE(RAM_IMAGE)) ram (
        .clk(clk),
        .fetch_stb(fetch_cyc && fetch_stb && !fetch_wrong), .fetch_adr(fetch_adr[15:0]), .fetch_more(fetch_cti == CTI_MORE),
        .fetch_ack(fetch_ack), .fetch_data(fetch_data),
        .data_stb(access && is_ram), .data_we(data_we), .data_sel(data_sel), .data_adr(data_adr[15:0]), .data_more(data_cti == CTI_MORE),
        .data_wdata(data_wdata), .data_ack(ram_ack), .data_rdata(ram_rdata));

    // --- The adapter -----------------------------------------------------------------------

    logic        nic_idle;

    nic #(.TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .TIME_STAMPS(0)) nic (
        .clk(clk), .rst(rst), .tick_count(tick_count), .idle(nic_idle), .idle_count(idle_count),
        .wb_cyc(data_cyc && is_nic), .wb_stb(data_stb && is_nic), .wb_we(data_we), .wb_sel(data_sel),
        .wb_adr(data_adr[13:0]), .wb_wdata(data_wdata), .wb_rdata(nic_rdata), .wb_ack(nic_ack), .irq(irq),
        .rmii_txd(rmii_txd), .rmii_tx_en(rmii_tx_en), .rmii_rxd(rmii_rxd), .rmii_crs_dv(rmii_crs_dv), .rmii_rx_er(rmii_rx_er),
        .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));

    // --- The small parts ---------------------------------------------------------------------

    logic waits;

    soc_io #(.UART_CLOCKS(UART_CLOCKS)) io (
        .clk(clk), .rst(rst), .tick_count(tick_count), .tick_us(tick_us), .waits(waits), .wait_us(wait_us),
        .stb(access && is_io), .we(data_we), .adr(data_adr[15:0]), .wdata(data_wdata), .ack(io_ack), .rdata(io_rdata),
        .adapter_irq(irq), .uart_rx(uart_rx), .uart_tx(uart_tx), .leds(leds));

    // What the processor had begun beside its wait is over after so many clocks.
    localparam SETTLED = 63;
    logic [5:0] still;

    assign idle = nic_idle && still == SETTLED;

    always_ff @(posedge clk)
        if (rst || !waits || fetch_stb)
            still <= 0;
        else if (still != SETTLED)
            still <= still + 1;
endmodule
