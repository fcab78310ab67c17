// The host's side of the adapter, at its pins:
// - a write is answered in the next clock, or in the clock after the memory it goes to
//   takes it, a read in the clock after that, and nothing but an access is answered;
// - the causes are what their description says, in any order of events, writes and
//   resets: an event in the clock of a clear wins, so none is lost;
// - irq follows causes and enables one clock later;
// - a frame that is stored raises its cause at once or leaves the coalescing's time
//   running, until the ring is empty: no wake-up is lost;
// - the poll of the PHY is not due before idle_count clocks have gone.
module nic_registers_proof (
    input logic        clk,
    input logic        rst,
    input logic [31:0] tick_count,
    input logic        wb_cyc,
    input logic        wb_stb,
    input logic        wb_we,
    input logic [3:0]  wb_sel,
    input logic [15:2] wb_adr,
    input logic [31:0] wb_wdata,
    input logic        tx_ring_taken,
    input logic        rx_ring_taken,
    input logic        table_taken,
    input logic        mdio_poll,
    input logic        rx_stored,
    input logic [11:0] rx_head,
    input logic [6:0]  events
);
    logic        wb_ack, irq, reset, poll_due;
    logic [31:0] wb_rdata, idle_count;
    logic [11:0] rx_tail;
    (* hierconn *) wire [7:0] \dut.cause , \dut.enable ;
    (* hierconn *) wire \dut.rx_frame , \dut.coalesces.nic_coalesce.armed ;
    (* hierconn *) wire [31:0] \dut.register_data ;
    (* hierconn *) wire \dut.fetched ;

    nic_registers dut (
        .clk(clk), .clk_host(clk), .rst(rst), .tick_count(tick_count), .idle_count(idle_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq), .reset(reset),
        .tx_busy(1'b0), .rx_busy(1'b0), .paused(1'b0), .tx_tail('0), .rx_head(rx_head), .rx_tail(rx_tail),
        .tx_ring_taken(tx_ring_taken), .rx_ring_taken(rx_ring_taken), .rx_ring_data('0),
        .table_taken(table_taken), .table_data('0),
        .rx_stored(rx_stored), .rx_full(events[0]), .tx_empty(events[1]), .tx_frame(events[2]),
        .tx_error(events[3]), .mdio_done(events[4]), .link_change(events[5]), .tx_stamped(events[6]),
        .mdio_busy(1'b0), .mdio_data('0), .mdio_phy('0), .mdio_poll(mdio_poll), .mdio_bare(1'b0), .link(1'b0),
        .poll_due(poll_due), .tx_stamp('0));

    // --- What the description says, once more -------------------------------------

    wire [15:0] address = {wb_adr, 2'b00};
    wire asked    = wb_cyc && wb_stb && !wb_ack && !fetched && !reset;
    wire whole    = wb_sel == 4'b1111;
    wire in_table = address >= 16'h100 && address < 16'h200;
    wire waits    = (wb_we && address >= 16'h4000 && address < 16'h8000 && !tx_ring_taken)
                 || (!wb_we && address >= 16'h8000 && !rx_ring_taken)
                 || (in_table && (!wb_we || (whole && address >= 16'h180)) && !table_taken);
    wire write    = asked && wb_we && whole && address == nic_pkg::NIC_INTERRUPT_ADDRESS;
    wire [7:0] clear = write ? wb_wdata[7:0] : 8'd0;

    logic [7:0] cause, enable, cause_before, enable_before;
    logic pending, answer_due, fetched, reads_cause, told_cause;
    logic [31:0] told;
    logic unannounced; // a frame in the ring, stored after the last announcement

    always_ff @(posedge clk) begin
        answer_due    <= !rst && ((asked && !waits && wb_we) || (fetched && wb_cyc && wb_stb));
        fetched       <= !rst && asked && !waits && !wb_we;
        told_cause    <= fetched && reads_cause;
        told          <= \dut.register_data ;
        reads_cause   <= asked && !wb_we && address == nic_pkg::NIC_INTERRUPT_ADDRESS;
        cause_before  <= cause;
        enable_before <= enable;
        pending       <= !reset && (cause & enable) != '0;
        if (reset) begin
            cause  <= '0;
            enable <= '0;
        end else begin
            cause <= (cause & ~clear) | {events, \dut.rx_frame };
            if (write) enable <= wb_wdata[23:16];
        end
        if (reset || \dut.rx_frame ) unannounced <= 1'b0;
        else if (rx_stored) unannounced <= 1'b1;
        else if (rx_head == rx_tail) unannounced <= 1'b0;
    end

    always_comb begin
        assert (wb_ack == answer_due);
        assert (\dut.fetched == fetched);
        assert (irq == pending);
        if (reads_cause) assert (\dut.register_data == {8'd0, enable_before, 8'd0, cause_before});
        if (told_cause) assert (wb_rdata == told);
        assert (\dut.cause == cause);
        assert (\dut.enable == enable);
        assert (\dut.coalesces.nic_coalesce.armed == unannounced);
        if (mdio_poll && tick_count < idle_count) assert (!poll_due);
    end
endmodule
