// The host's side of the adapter, at its pins:
// - each access is answered in the next clock (one to a counter that is not ready:
//   in the clock after it is), and nothing but an access is answered;
// - Cause is what its description says, in any order of events, writes and resets:
//   an event in the clock of a clear wins, so none is lost;
// - irq follows Cause and Enable one clock later.
module nic_registers_proof (
    input logic        clk,
    input logic        rst,
    input logic        wb_cyc,
    input logic        wb_stb,
    input logic        wb_we,
    input logic [3:0]  wb_sel,
    input logic [15:2] wb_adr,
    input logic [31:0] wb_wdata,
    input logic        counter_ready,
    input logic [5:0]  happened
);
    logic        wb_ack, irq, reset;
    logic [31:0] wb_rdata;
    (* hierconn *) wire [5:0] \dut.cause ;
    (* hierconn *) wire [5:0] \dut.enable ;
    (* hierconn *) wire [31:0] \dut.register_data ;

    nic_registers dut (
        .clk(clk), .rst(rst), .tick_count(32'd1),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq), .reset(reset),
        .tx_tail('0), .rx_head('0), .rx_ring_data('0), .counter_data('0),
        .counter_ready(counter_ready), .tx_busy(1'b0), .rx_busy(1'b0),
        .rx_frame(happened[0]), .tx_empty(happened[1]), .rx_full(happened[2]),
        .tx_error(happened[3]), .mdio_done(happened[4]), .tx_frame(happened[5]),
        .mdio_busy(1'b0), .mdio_data('0));

    // --- What the description says, once more -------------------------------------

    wire [15:0] address = {wb_adr, 2'b00};
    wire asked    = wb_cyc && wb_stb && !wb_ack && !reset;
    wire counter  = !wb_we && address >= nic_pkg::NIC_COUNTERS_ADDRESS && address < nic_pkg::NIC_COUNTERS_ADDRESS + 16'h80;
    wire write    = asked && wb_we && wb_sel == 4'b1111;
    wire [5:0] clear = write && address == nic_pkg::NIC_CAUSE_ADDRESS ? wb_wdata[5:0] : 6'd0;

    logic [5:0] cause, enable, cause_before;
    logic pending, answer_due, reads_cause;

    always_ff @(posedge clk) begin
        answer_due   <= !rst && asked && (!counter || counter_ready);
        reads_cause  <= asked && !wb_we && address == nic_pkg::NIC_CAUSE_ADDRESS;
        cause_before <= cause;
        pending      <= !reset && (cause & enable) != '0;
        if (reset) begin
            cause  <= '0;
            enable <= '0;
        end else begin
            cause <= (cause & ~clear) | happened;
            if (write && address == nic_pkg::NIC_ENABLE_ADDRESS) enable <= wb_wdata[5:0];
        end
    end

    always_comb begin
        assert (wb_ack == answer_due);
        assert (irq == pending);
        if (reads_cause) assert (\dut.register_data == {26'd0, cause_before});
        assert (\dut.cause == cause);
        assert (\dut.enable == enable);
    end
endmodule
