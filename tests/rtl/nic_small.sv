// The adapter with every option left out, for test_nic_small.
module nic_small (
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
    nic #(.HALF_DUPLEX(0), .PAUSE(0), .CHECKSUM(0), .TIME_STAMPS(0), .COALESCING(0), .FILTER(0), .COUNTERS(0), .MDIO(0)) nic (.*);
endmodule
