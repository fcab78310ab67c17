// The host side: a Wishbone B4 slave (classic cycles) in front of the registers,
// the counters and the two rings. Addresses and fields: nic_pkg, from nic.rdl.
//
// Every access is answered in the clock after it is seen; only a counter may
// make it wait, for the 32 clocks after a reset. A cause's event wins over a
// clear in the same clock, so none is lost.
module nic_registers #(
    parameter TX_RING_LOG2 = 12,
    parameter RX_RING_LOG2 = 13
) (
    input  logic        clk,
    input  logic        rst,         // power-on
    input  logic [31:0] tick_count,

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
    output logic        promiscuous,
    output logic        broadcast,
    output logic [47:0] own,
    output logic [63:0] hash,

    output logic [TX_RING_LOG2-2:0] tx_head,
    input  logic [TX_RING_LOG2-2:0] tx_tail,
    input  logic [RX_RING_LOG2-2:0] rx_head,
    output logic [RX_RING_LOG2-2:0] rx_tail,
    output logic        tx_ring_write,
    output logic        rx_ring_read,
    input  logic [31:0] rx_ring_data,
    output logic        counter_read,
    input  logic [31:0] counter_data,
    input  logic        counter_ready,

    input  logic        tx_busy,
    input  logic        rx_busy,
    input  logic        rx_frame,    // events of Cause
    input  logic        tx_empty,
    input  logic        rx_full,
    input  logic        tx_error,
    input  logic        mdio_done,
    input  logic        tx_frame,

    output logic        mdio_start,
    input  logic        mdio_busy,
    input  logic [15:0] mdio_data,
    output logic        mdio_write,
    output logic        quiet
);
    wire access = wb_cyc && wb_stb && !wb_ack && !reset;
    wire [15:0] address = {wb_adr, 2'b00};
    wire in_registers = wb_adr[15:14] == 2'd0;
    wire in_tx_ring   = wb_adr[15:14] == nic_pkg::NIC_TX_RING_ADDRESS[15:14];
    wire in_rx_ring   = wb_adr[15] == nic_pkg::NIC_RX_RING_ADDRESS[15];
    wire in_counters  = in_registers && wb_adr[13:7] == nic_pkg::NIC_COUNTERS_ADDRESS[13:7];
    wire answered = access && (!in_counters || wb_we || counter_ready);
    wire write    = access && wb_we && in_registers && wb_sel == '1;

    assign tx_ring_write = access && wb_we && in_tx_ring;
    assign rx_ring_read  = access && !wb_we && in_rx_ring;
    assign counter_read  = access && !wb_we && in_counters && counter_ready;

    // --- Writing ----------------------------------------------------------------

    logic [5:0] cause, enable;
    logic full_duplex; // kept for the driver; the line side knows no other yet
    wire  [5:0] happened = {tx_frame, mdio_done, tx_error, rx_full, tx_empty, rx_frame};
    wire  writes_cause = write && address == nic_pkg::NIC_CAUSE_ADDRESS;
    wire  writes_mdio  = write && address == nic_pkg::NIC_MDIO_ADDRESS;
    logic [31:0] cycles;

    assign mdio_start = writes_mdio && wb_wdata[nic_pkg::NIC_MDIO_START_LSB];
    assign mdio_write = wb_wdata[nic_pkg::NIC_MDIO_WRITE_LSB];

    always_ff @(posedge clk) begin
        reset <= rst || (write && address == nic_pkg::NIC_CONTROL_ADDRESS && wb_wdata[nic_pkg::NIC_CONTROL_RESET_LSB]);
        wb_ack <= !rst && answered;
    end

    always_ff @(posedge clk)
        if (reset) begin
            tx_enable   <= nic_pkg::NIC_CONTROL_TX_ENABLE_RESET;
            rx_enable   <= nic_pkg::NIC_CONTROL_RX_ENABLE_RESET;
            fast        <= nic_pkg::NIC_CONTROL_FAST_RESET;
            promiscuous <= nic_pkg::NIC_CONTROL_PROMISCUOUS_RESET;
            broadcast   <= nic_pkg::NIC_CONTROL_BROADCAST_RESET;
            full_duplex <= nic_pkg::NIC_CONTROL_FULL_DUPLEX_RESET;
            enable      <= '0;
            own         <= '0;
            hash        <= '0;
            tx_head     <= '0;
            rx_tail     <= '0;
        end else if (write)
            case (address)
                nic_pkg::NIC_CONTROL_ADDRESS: begin
                    tx_enable   <= wb_wdata[nic_pkg::NIC_CONTROL_TX_ENABLE_LSB];
                    rx_enable   <= wb_wdata[nic_pkg::NIC_CONTROL_RX_ENABLE_LSB];
                    fast        <= wb_wdata[nic_pkg::NIC_CONTROL_FAST_LSB];
                    promiscuous <= wb_wdata[nic_pkg::NIC_CONTROL_PROMISCUOUS_LSB];
                    broadcast   <= wb_wdata[nic_pkg::NIC_CONTROL_BROADCAST_LSB];
                    full_duplex <= wb_wdata[nic_pkg::NIC_CONTROL_FULL_DUPLEX_LSB];
                end
                nic_pkg::NIC_ENABLE_ADDRESS:       enable      <= wb_wdata[5:0];
                nic_pkg::NIC_ADDRESS_LOW_ADDRESS:  own[31:0]   <= wb_wdata;
                nic_pkg::NIC_ADDRESS_HIGH_ADDRESS: own[47:32]  <= wb_wdata[15:0];
                nic_pkg::NIC_HASH_LOW_ADDRESS:     hash[31:0]  <= wb_wdata;
                nic_pkg::NIC_HASH_HIGH_ADDRESS:    hash[63:32] <= wb_wdata;
                nic_pkg::NIC_TX_HEAD_ADDRESS:      tx_head     <= wb_wdata[TX_RING_LOG2:2];
                nic_pkg::NIC_RX_TAIL_ADDRESS:      rx_tail     <= wb_wdata[RX_RING_LOG2:2];
                default: ;
            endcase

    always_ff @(posedge clk)
        if (reset) begin
            cause <= '0;
            irq   <= 1'b0;
        end else begin
            if (writes_cause || happened != '0)
                cause <= (cause & ~(writes_cause ? wb_wdata[5:0] : 6'd0)) | happened;
            irq <= (cause & enable) != '0;
        end

    always_ff @(posedge clk)
        if (reset) cycles <= '0;
        else cycles <= cycles + tick_count;

    // --- Reading ----------------------------------------------------------------

    logic [31:0] register_data;
    logic        from_ring, from_counter;

    always_ff @(posedge clk)
        if (access && !wb_we) begin
            register_data <= '0;
            case (address)
                nic_pkg::NIC_ID_ADDRESS: register_data <= nic_pkg::NIC_ID_VALUE_RESET;
                nic_pkg::NIC_CAPABILITY_ADDRESS: begin
                    register_data[nic_pkg::NIC_CAPABILITY_REVISION_LSB +: nic_pkg::NIC_CAPABILITY_REVISION_WIDTH] <= 8'd1;
                    register_data[nic_pkg::NIC_CAPABILITY_TX_RING_LOG2_LSB +: nic_pkg::NIC_CAPABILITY_TX_RING_LOG2_WIDTH] <= TX_RING_LOG2[3:0];
                    register_data[nic_pkg::NIC_CAPABILITY_RX_RING_LOG2_LSB +: nic_pkg::NIC_CAPABILITY_RX_RING_LOG2_WIDTH] <= RX_RING_LOG2[3:0];
                end
                nic_pkg::NIC_CONTROL_ADDRESS: begin
                    register_data[nic_pkg::NIC_CONTROL_TX_ENABLE_LSB] <= tx_enable;
                    register_data[nic_pkg::NIC_CONTROL_RX_ENABLE_LSB] <= rx_enable;
                    register_data[nic_pkg::NIC_CONTROL_FAST_LSB] <= fast;
                    register_data[nic_pkg::NIC_CONTROL_FULL_DUPLEX_LSB] <= full_duplex;
                    register_data[nic_pkg::NIC_CONTROL_PROMISCUOUS_LSB] <= promiscuous;
                    register_data[nic_pkg::NIC_CONTROL_BROADCAST_LSB] <= broadcast;
                end
                nic_pkg::NIC_STATUS_ADDRESS: begin
                    register_data[nic_pkg::NIC_STATUS_TX_BUSY_LSB] <= tx_busy;
                    register_data[nic_pkg::NIC_STATUS_RX_BUSY_LSB] <= rx_busy;
                end
                nic_pkg::NIC_CAUSE_ADDRESS:        register_data[5:0] <= cause;
                nic_pkg::NIC_ENABLE_ADDRESS:       register_data[5:0] <= enable;
                nic_pkg::NIC_ADDRESS_LOW_ADDRESS:  register_data <= own[31:0];
                nic_pkg::NIC_ADDRESS_HIGH_ADDRESS: register_data[15:0] <= own[47:32];
                nic_pkg::NIC_HASH_LOW_ADDRESS:     register_data <= hash[31:0];
                nic_pkg::NIC_HASH_HIGH_ADDRESS:    register_data <= hash[63:32];
                nic_pkg::NIC_TX_HEAD_ADDRESS:      register_data[TX_RING_LOG2:2] <= tx_head;
                nic_pkg::NIC_TX_TAIL_ADDRESS:      register_data[TX_RING_LOG2:2] <= tx_tail;
                nic_pkg::NIC_RX_HEAD_ADDRESS:      register_data[RX_RING_LOG2:2] <= rx_head;
                nic_pkg::NIC_RX_TAIL_ADDRESS:      register_data[RX_RING_LOG2:2] <= rx_tail;
                nic_pkg::NIC_MDIO_ADDRESS: begin
                    register_data[nic_pkg::NIC_MDIO_DATA_LSB +: nic_pkg::NIC_MDIO_DATA_WIDTH] <= mdio_data;
                    register_data[nic_pkg::NIC_MDIO_START_LSB] <= mdio_busy;
                end
                nic_pkg::NIC_CLOCK_ADDRESS: register_data <= cycles;
                default: ;
            endcase
            from_ring     <= in_rx_ring;
            from_counter  <= in_counters;
        end

    assign wb_rdata = from_ring ? rx_ring_data : from_counter ? counter_data : register_data;
    assign quiet = !(wb_cyc && wb_stb) && !wb_ack && !reset && happened == '0 && irq == ((cause & enable) != '0);
endmodule
