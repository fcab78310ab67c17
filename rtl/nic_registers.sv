// The host side: a Wishbone B4 slave (classic cycles) in front of the registers,
// the table and the two rings. Addresses and fields: nic_pkg, from nic.rdl.
//
// A write is answered in the clock after it is seen, a read in the one after that:
// what stands behind a block RAM is put into a register first. A ring whose memory the
// line needs makes an access wait for one more clock, the table for a few while
// counters are added up and for 64 after a reset.
// A cause's event wins over a clear in the same clock, so none is lost.
module nic_registers #(
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13,
    parameter TIME_STAMPS  = 1,
    parameter COALESCING   = 1,
    parameter [7:0] CAPABILITIES = '1   // capability[23:16]
) (
    input  logic        clk,         // of the time
    input  logic        clk_host,    // of all else, see nic_parts
    input  logic        rst,         // power-on
    input  logic [31:0] tick_count,
    output logic [31:0] idle_count,  // clocks until `poll_due`

    input  logic        wb_cyc,
    input  logic        wb_stb,
    input  logic        wb_we,
    input  logic [3:0]  wb_sel,
    input  logic [15:2] wb_adr,
    input  logic [31:0] wb_wdata,
    output logic [31:0] wb_rdata,
    output logic        wb_ack,
    output logic        irq,

    output logic        reset,       // of everything behind this module
    output logic        tx_enable,
    output logic        rx_enable,
    output logic        fast,
    output logic        full_duplex,
    output logic        promiscuous,
    output logic        broadcast,
    output logic        all_multicast,
    output logic        errors,
    output logic        pause_obey,
    output logic        pause_auto,
    output logic        pause_send,  // pulse
    output logic        pause_end,   // pulse
    output logic        stamps,
    input  logic        tx_busy,
    input  logic        rx_busy,
    input  logic        paused,

    output logic [TX_RING_LOG2-2:0] tx_head,
    input  logic [TX_RING_LOG2-2:0] tx_tail,
    input  logic [RX_RING_LOG2-2:0] rx_head,
    output logic [RX_RING_LOG2-2:0] rx_tail,
    output logic        tx_ring_write,
    input  logic        tx_ring_taken,
    output logic        reading,     // anything
    output logic        rx_ring_read,
    input  logic        rx_ring_taken,
    input  logic [31:0] rx_ring_data,
    output logic        table_read,
    output logic        table_write,
    input  logic        table_taken,
    input  logic [31:0] table_data,

    input  logic        rx_stored,   // pulses
    input  logic        rx_full,
    input  logic        tx_empty,
    input  logic        tx_frame,
    input  logic        tx_error,
    input  logic        mdio_done,
    input  logic        link_change,
    input  logic        tx_stamped,

    output logic        mdio_access, // pulse: the register is written
    input  logic        mdio_busy,
    input  logic [15:0] mdio_data,
    input  logic [4:0]  mdio_phy,
    input  logic        mdio_poll,
    input  logic        mdio_bare,
    input  logic        link,
    output logic        poll_due,    // pulse

    output logic [63:0] now,
    input  logic [63:0] tx_stamp,
    output logic        quiet
);
    logic fetched; // what is read was asked for a clock ago
    wire strobe = wb_cyc && wb_stb;
    wire access = strobe && !wb_ack && !fetched && !reset;
    wire in_rx_ring   = wb_adr[15];
    wire in_tx_ring   = wb_adr[15:14] == nic_pkg::NIC_TX_RING_ADDRESS[15:14];
    wire in_low       = wb_adr[15:9] == '0;
    wire in_table     = in_low && wb_adr[8];
    wire in_registers = in_low && wb_adr[8:6] == '0;
    wire writable_row = wb_adr[7];  // the counters are not
    wire must_wait = (tx_ring_write && !tx_ring_taken) || (rx_ring_read && !rx_ring_taken)
                  || ((table_read || table_write) && !table_taken);
    wire answered = access && !must_wait;
    wire write    = access && wb_we && in_registers && wb_sel == '1;

    assign tx_ring_write = access && wb_we && in_tx_ring;
    assign rx_ring_read  = access && !wb_we && in_rx_ring;
    assign table_read    = access && !wb_we && in_table;
    assign table_write   = access && wb_we && in_table && wb_sel == '1 && writable_row;

    wire [15:0] address = {10'd0, wb_adr[5:2], 2'b00};
    wire writes_control   = write && address == nic_pkg::NIC_CONTROL_ADDRESS;
    wire writes_interrupt = write && address == nic_pkg::NIC_INTERRUPT_ADDRESS;

    assign mdio_access = write && address == nic_pkg::NIC_MDIO_ADDRESS;
    assign pause_send  = writes_control && wb_wdata[nic_pkg::NIC_CONTROL_PAUSE_SEND_LSB];
    assign pause_end   = writes_control && wb_wdata[nic_pkg::NIC_CONTROL_PAUSE_END_LSB];

    always_ff @(posedge clk_host) begin
        reset <= rst || (writes_control && wb_wdata[nic_pkg::NIC_CONTROL_RESET_LSB]);
        wb_ack <= !rst && ((answered && wb_we) || (fetched && strobe));
        fetched <= !rst && answered && !wb_we;
    end

    // --- What is written ----------------------------------------------------------

    always_ff @(posedge clk_host)
        if (reset) begin
            tx_enable     <= nic_pkg::NIC_CONTROL_TX_ENABLE_RESET;
            rx_enable     <= nic_pkg::NIC_CONTROL_RX_ENABLE_RESET;
            fast          <= nic_pkg::NIC_CONTROL_FAST_RESET;
            full_duplex   <= nic_pkg::NIC_CONTROL_FULL_DUPLEX_RESET;
            promiscuous   <= nic_pkg::NIC_CONTROL_PROMISCUOUS_RESET;
            broadcast     <= nic_pkg::NIC_CONTROL_BROADCAST_RESET;
            all_multicast <= nic_pkg::NIC_CONTROL_ALL_MULTICAST_RESET;
            errors        <= nic_pkg::NIC_CONTROL_ERRORS_RESET;
            pause_obey    <= nic_pkg::NIC_CONTROL_PAUSE_OBEY_RESET;
            pause_auto    <= nic_pkg::NIC_CONTROL_PAUSE_AUTO_RESET;
            stamps        <= nic_pkg::NIC_CONTROL_STAMPS_RESET;
            tx_head       <= '0;
            rx_tail       <= '0;
        end else if (write) begin
            if (writes_control) begin
                tx_enable     <= wb_wdata[nic_pkg::NIC_CONTROL_TX_ENABLE_LSB];
                rx_enable     <= wb_wdata[nic_pkg::NIC_CONTROL_RX_ENABLE_LSB];
                fast          <= wb_wdata[nic_pkg::NIC_CONTROL_FAST_LSB];
                full_duplex   <= wb_wdata[nic_pkg::NIC_CONTROL_FULL_DUPLEX_LSB];
                promiscuous   <= wb_wdata[nic_pkg::NIC_CONTROL_PROMISCUOUS_LSB];
                broadcast     <= wb_wdata[nic_pkg::NIC_CONTROL_BROADCAST_LSB];
                all_multicast <= wb_wdata[nic_pkg::NIC_CONTROL_ALL_MULTICAST_LSB];
                errors        <= wb_wdata[nic_pkg::NIC_CONTROL_ERRORS_LSB];
                pause_obey    <= wb_wdata[nic_pkg::NIC_CONTROL_PAUSE_OBEY_LSB];
                pause_auto    <= wb_wdata[nic_pkg::NIC_CONTROL_PAUSE_AUTO_LSB];
                stamps        <= wb_wdata[nic_pkg::NIC_CONTROL_STAMPS_LSB];
            end
            if (address == nic_pkg::NIC_TX_POSITION_ADDRESS) tx_head <= wb_wdata[TX_RING_LOG2:2];
            if (address == nic_pkg::NIC_RX_POSITION_ADDRESS) rx_tail <= wb_wdata[RX_RING_LOG2:2];
        end

    // --- Interrupts ---------------------------------------------------------------

    logic [7:0]  cause, enable;
    logic        rx_frame, coalesce_quiet;
    wire  [7:0]  happened = {tx_stamped, link_change, mdio_done, tx_error, tx_frame, tx_empty, rx_full, rx_frame};

    always_ff @(posedge clk_host)
        if (reset) begin
            cause  <= '0;
            enable <= '0;
            irq    <= 1'b0;
        end else begin
            if (writes_interrupt || happened != '0)
                cause <= (cause & ~(wb_wdata[7:0] & {8{writes_interrupt}})) | happened;
            if (writes_interrupt) enable <= wb_wdata[nic_pkg::NIC_INTERRUPT_RX_FRAME_ENABLE_LSB +: 8];
            irq <= (cause & enable) != '0;
        end

    if (COALESCING) begin : coalesces
        logic [3:0] frames;
        logic [5:0] time_units;

        always_ff @(posedge clk_host)
            if (reset) {frames, time_units} <= '0;
            else if (write && address == nic_pkg::NIC_COALESCE_ADDRESS) begin
                frames     <= wb_wdata[nic_pkg::NIC_COALESCE_FRAMES_LSB +: 4];
                time_units <= wb_wdata[nic_pkg::NIC_COALESCE_TIME_LSB +: 6];
            end

        nic_coalesce nic_coalesce (
            .clk(clk_host), .rst(reset), .stored(rx_stored), .empty(rx_head == rx_tail), .tick(cycles[7:0] == '1),
            .frames(frames), .time_units(time_units),
            .announce(rx_frame), .quiet(coalesce_quiet));
    end else begin : no_coalescing
        assign rx_frame       = rx_stored;
        assign coalesce_quiet = 1'b1;
    end

    // --- Time ---------------------------------------------------------------------

    localparam POLL_LOG2 = 24, CLOCK_WIDTH = TIME_STAMPS ? 32 : POLL_LOG2 + 1;

    logic [CLOCK_WIDTH-1:0] cycles, cycles_next;
    logic [31:0] time_rate, time_high;

    assign cycles_next = cycles + CLOCK_WIDTH'(tick_count);
    assign poll_due    = cycles_next[POLL_LOG2] != cycles[POLL_LOG2];
    assign idle_count  = mdio_poll ? (32'd1 << POLL_LOG2) - 32'(cycles[POLL_LOG2-1:0]) : '1;

    always_ff @(posedge clk)
        if (reset) cycles <= '0;
        else cycles <= cycles_next;

    if (TIME_STAMPS) begin : stamped
        nic_time nic_time (
            .clk(clk), .rst(reset), .tick_count(tick_count),
            .write_low(write && address == nic_pkg::NIC_TIME_LOW_ADDRESS),
            .write_high(write && address == nic_pkg::NIC_TIME_HIGH_ADDRESS),
            .write_rate(write && address == nic_pkg::NIC_TIME_RATE_ADDRESS),
            .write_step(write && address == nic_pkg::NIC_TIME_STEP_ADDRESS),
            .read_low(access && !wb_we && in_registers && address == nic_pkg::NIC_TIME_LOW_ADDRESS),
            .write_data(wb_wdata), .rate(time_rate), .high(time_high), .now(now));
    end else begin : no_stamps
        wire unused = &{1'b0, tick_count};

        assign now       = '0;
        assign time_rate = '0;
        assign time_high = '0;
    end

    // --- Reading ------------------------------------------------------------------

    logic [31:0] register_data;

    assign reading = access && !wb_we;

    always_ff @(posedge clk_host)
        if (reading) begin
            register_data <= '0;
            if (in_registers)
                case (address)
                    nic_pkg::NIC_ID_ADDRESS: register_data <= nic_pkg::NIC_ID_VALUE_RESET;
                    nic_pkg::NIC_CAPABILITY_ADDRESS: begin
                        register_data[nic_pkg::NIC_CAPABILITY_REVISION_LSB +: nic_pkg::NIC_CAPABILITY_REVISION_WIDTH] <= 8'd2;
                        register_data[nic_pkg::NIC_CAPABILITY_TX_RING_LOG2_LSB +: nic_pkg::NIC_CAPABILITY_TX_RING_LOG2_WIDTH] <= TX_RING_LOG2[3:0];
                        register_data[nic_pkg::NIC_CAPABILITY_RX_RING_LOG2_LSB +: nic_pkg::NIC_CAPABILITY_RX_RING_LOG2_WIDTH] <= RX_RING_LOG2[3:0];
                        register_data[nic_pkg::NIC_CAPABILITY_HALF_DUPLEX_LSB +: 8] <= CAPABILITIES;
                    end
                    nic_pkg::NIC_CONTROL_ADDRESS: begin
                        register_data[nic_pkg::NIC_CONTROL_TX_ENABLE_LSB] <= tx_enable;
                        register_data[nic_pkg::NIC_CONTROL_RX_ENABLE_LSB] <= rx_enable;
                        register_data[nic_pkg::NIC_CONTROL_FAST_LSB] <= fast;
                        register_data[nic_pkg::NIC_CONTROL_FULL_DUPLEX_LSB] <= full_duplex;
                        register_data[nic_pkg::NIC_CONTROL_PROMISCUOUS_LSB] <= promiscuous;
                        register_data[nic_pkg::NIC_CONTROL_BROADCAST_LSB] <= broadcast;
                        register_data[nic_pkg::NIC_CONTROL_ALL_MULTICAST_LSB] <= all_multicast;
                        register_data[nic_pkg::NIC_CONTROL_ERRORS_LSB] <= errors;
                        register_data[nic_pkg::NIC_CONTROL_PAUSE_OBEY_LSB] <= pause_obey;
                        register_data[nic_pkg::NIC_CONTROL_PAUSE_AUTO_LSB] <= pause_auto;
                        register_data[nic_pkg::NIC_CONTROL_STAMPS_LSB] <= stamps;
                        register_data[nic_pkg::NIC_CONTROL_TX_BUSY_LSB] <= tx_busy;
                        register_data[nic_pkg::NIC_CONTROL_RX_BUSY_LSB] <= rx_busy;
                        register_data[nic_pkg::NIC_CONTROL_PAUSED_LSB] <= paused;
                        register_data[nic_pkg::NIC_CONTROL_LINK_LSB] <= link;
                    end
                    nic_pkg::NIC_INTERRUPT_ADDRESS: begin
                        register_data[nic_pkg::NIC_INTERRUPT_RX_FRAME_LSB +: 8] <= cause;
                        register_data[nic_pkg::NIC_INTERRUPT_RX_FRAME_ENABLE_LSB +: 8] <= enable;
                    end
                    nic_pkg::NIC_TX_POSITION_ADDRESS:
                        register_data[nic_pkg::NIC_TX_POSITION_TAIL_LSB + 2 +: TX_RING_LOG2 - 1] <= tx_tail;
                    nic_pkg::NIC_RX_POSITION_ADDRESS:
                        register_data[nic_pkg::NIC_RX_POSITION_HEAD_LSB + 2 +: RX_RING_LOG2 - 1] <= rx_head;
                    nic_pkg::NIC_MDIO_ADDRESS: begin
                        register_data[nic_pkg::NIC_MDIO_DATA_LSB +: nic_pkg::NIC_MDIO_DATA_WIDTH] <= mdio_data;
                        register_data[nic_pkg::NIC_MDIO_PHY_LSB +: nic_pkg::NIC_MDIO_PHY_WIDTH] <= mdio_phy;
                        register_data[nic_pkg::NIC_MDIO_POLL_LSB] <= mdio_poll;
                        register_data[nic_pkg::NIC_MDIO_NO_PREAMBLE_LSB] <= mdio_bare;
                        register_data[nic_pkg::NIC_MDIO_START_LSB] <= mdio_busy;
                    end
                    nic_pkg::NIC_CLOCK_ADDRESS: if (TIME_STAMPS) register_data <= 32'(cycles);
                    nic_pkg::NIC_TIME_LOW_ADDRESS: if (TIME_STAMPS) register_data <= now[31:0];
                    nic_pkg::NIC_TIME_HIGH_ADDRESS: if (TIME_STAMPS) register_data <= time_high;
                    nic_pkg::NIC_TIME_RATE_ADDRESS: if (TIME_STAMPS) register_data <= time_rate;
                    nic_pkg::NIC_TX_STAMP_LOW_ADDRESS: if (TIME_STAMPS) register_data <= tx_stamp[31:0];
                    nic_pkg::NIC_TX_STAMP_HIGH_ADDRESS: if (TIME_STAMPS) register_data <= tx_stamp[63:32];
                    default: ;
                endcase
        end

    // The ring gives zeros when something else is read.
    always_ff @(posedge clk_host)
        if (fetched) wb_rdata <= rx_ring_data | register_data | (table_data & {32{in_table}});

    assign quiet = !strobe && !wb_ack && !fetched && !reset && happened == '0 && irq == ((cause & enable) != '0)
                && coalesce_quiet;
endmodule
