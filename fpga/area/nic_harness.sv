// The adapter between registered pins, for its speed alone: a path from or to a
// pin would otherwise be left out of nextpnr's figure, or be all of it. Line pins
// are registered once; the host side is wider than a package likes, and stands
// behind two shift registers. Its own registers are no part of any area figure.
module nic_harness (
    input  logic       clk,
    input  logic       host_in,
    input  logic       host_load,
    output logic       host_out,

    output logic [1:0] rmii_txd,
    output logic       rmii_tx_en,
    input  logic [1:0] rmii_rxd,
    input  logic       rmii_crs_dv,
    input  logic       rmii_rx_er,

    output logic       mdc,
    output logic       mdio_out,
    output logic       mdio_drive,
    input  logic       mdio_in
);
    logic [53:0] host;    // rst, wb_cyc, wb_stb, wb_we, wb_sel, wb_adr, wb_wdata
    logic [34:0] answer, answer_now;
    logic [4:0] line;
    logic [5:0] line_now;

    always_ff @(posedge clk) begin
        host <= {host[52:0], host_in};
        answer <= host_load ? answer_now : {answer[33:0], 1'b0};
        line <= {rmii_rxd, rmii_crs_dv, rmii_rx_er, mdio_in};
        {rmii_txd, rmii_tx_en, mdc, mdio_out, mdio_drive} <= line_now;
    end

    assign host_out = answer[34];

    nic nic (
        .clk(clk), .rst(host[53]), .tick_count(32'd1), .idle(answer_now[34]),
        .wb_cyc(host[52]), .wb_stb(host[51]), .wb_we(host[50]), .wb_sel(host[49:46]), .wb_adr(host[45:32]),
        .wb_wdata(host[31:0]), .wb_rdata(answer_now[31:0]), .wb_ack(answer_now[32]), .irq(answer_now[33]),
        .rmii_txd(line_now[5:4]), .rmii_tx_en(line_now[3]), .rmii_rxd(line[4:3]), .rmii_crs_dv(line[2]), .rmii_rx_er(line[1]),
        .mdc(line_now[2]), .mdio_out(line_now[1]), .mdio_drive(line_now[0]), .mdio_in(line[0]));
endmodule
