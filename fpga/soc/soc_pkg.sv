// Written by tools/soc-registers from fpga/soc/soc.rdl; change it there, then `make registers`.
package soc_pkg;
    localparam logic [31:0] SOC_RAM_ADDRESS = 32'h40000000;
    localparam logic [31:0] SOC_NIC_ADDRESS = 32'h80000000;
    localparam int SOC_RAM_WORDS = 65536;
    localparam logic [31:0] SOC_UART_DATA_ADDRESS = 32'h80010000;
    localparam logic [31:0] SOC_UART_STATE_ADDRESS = 32'h80010004;
    localparam logic [31:0] SOC_TIME_LOW_ADDRESS = 32'h80020000;
    localparam logic [31:0] SOC_TIME_HIGH_ADDRESS = 32'h80020004;
    localparam logic [31:0] SOC_WAIT_ADDRESS = 32'h80020008;
    localparam logic [31:0] SOC_ALARM_ADDRESS = 32'h8002000c;
    localparam logic [31:0] SOC_CYCLES_ADDRESS = 32'h80020010;
    localparam logic [31:0] SOC_LIGHTS_ADDRESS = 32'h80020014;
endpackage
