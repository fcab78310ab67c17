// The adapter without its line's pins: a 10/100 (and gigabit) Ethernet MAC with one
// Wishbone slave and an interrupt on the host side. It moves bytes under an enable;
// nic, nic_mii and nic_gmii put a line before it. Registers: docs/registers.md.
//
//   down  tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line -> (line)
//   up    (line) -> rx_window, rx_fcs, rx_filter, rx_pause, rx_sum, rx_class -> rx_ring
//
// `idle` is high when nothing in here will change until an input does, or for
// idle_count clocks, apart from counters that advance by tick_count (tied to 1 on a
// board). tests/formal proves it; the simulation jumps over quiet time by it.
//
// Every parameter from HALF_DUPLEX on is 1 or 0: what is left out costs nothing.
module nic_core #(
    parameter TX_RING_LOG2 = 12, // 11 to 13: log2 of bytes
    parameter RX_RING_LOG2 = 13, // 11 to 14
    parameter HALF_DUPLEX  = 1,
    parameter PAUSE        = 1,
    parameter CHECKSUM     = 1,
    parameter TIME_STAMPS  = 1,
    parameter COALESCING   = 1,
    parameter FILTER       = 1,  // three more unicast addresses, multicast hash
    parameter COUNTERS     = 1,
    parameter MDIO         = 1
) (
    input  logic        clk,
    input  logic        clk_tx,        // three parts of it, see nic_parts
    input  logic        clk_rx,
    input  logic        clk_host,
    output logic        tx_moves,
    output logic        rx_moves,
    output logic        host_moves,
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

    output logic        reset,         // for the line, with what it is told:
    output logic        fast,
    output logic        rx_enable,
    output logic        rx_hold,       // no new frame yet

    output logic        line_run,      // line_ready is wanted, once a byte time
    output logic [7:0]  line_data,
    output logic        line_valid,
    input  logic        line_ready,

    input  logic        carrier,
    input  logic        frame_start,   // the delimiter was found
    input  logic [7:0]  byte_data,
    input  logic        byte_valid,
    input  logic        frame_end,
    input  logic        frame_whole,   // with frame_end
    input  logic        frame_error,   // with frame_end
    input  logic        false_carrier,

    output logic        mdc,
    output logic        mdio_out,
    output logic        mdio_drive,
    input  logic        mdio_in
);
    logic tx_enable, full_duplex, promiscuous, broadcast, all_multicast, errors;
    logic pause_obey, pause_auto, pause_send, pause_end, stamps, paused;
    logic [TX_RING_LOG2-2:0] tx_head, tx_tail;
    logic [RX_RING_LOG2-2:0] rx_head, rx_tail;
    logic tx_ring_write, tx_ring_taken, reading, rx_ring_read, rx_ring_taken, host_table_read, host_table_write, host_table_taken;
    logic [31:0] rx_ring_data, table_data;
    logic mdio_access, mdio_busy, mdio_poll, mdio_bare, mdio_done, link, link_change, poll_due;
    logic [15:0] mdio_data;
    logic [4:0]  mdio_phy;
    logic [63:0] now, tx_stamp;
    logic tx_stamped;
    logic tx_record_moves, tx_ring_moves, tx_line_moves, tx_pause_moves, rx_filter_moves, rx_ring_moves, table_moves, peer_moves;
    logic registers_quiet, table_quiet, mdio_quiet, tx_record_quiet, tx_ring_ready, tx_pause_quiet, tx_line_quiet;

    // --- Down: from the ring to the line --------------------------------------------

    logic [7:0] ring_data, pause_data, pad_data, fcs_data;
    logic ring_valid, ring_last, ring_ready, pause_valid, pause_last, pause_ready, pad_valid, pad_last, pad_ready;
    logic fcs_valid, fcs_last, fcs_ready;
    logic more, record_read, record_taken, offer, take, insert, stamp, refused;
    logic [TX_RING_LOG2-2:0] record_position;
    logic [31:0] ring_word;
    logic [1:0]  last_lane;
    logic [6:0]  insert_at;
    logic [15:0] tx_sum;
    logic [10:0] tx_index;
    logic committed, delimiter, jam, sent, again, late, excessive, waiting, pause_chosen;
    logic tx_waited, tx_once, tx_more;
    wire  settled = sent || late || excessive;

    tx_record #(.LOG2(TX_RING_LOG2), .CHECKSUM(CHECKSUM)) tx_record (
        .clk(clk_tx), .rst(reset), .enable(tx_enable), .head(tx_head), .more(more),
        .read(record_read), .read_taken(record_taken), .position(record_position), .word(ring_word),
        .offer(offer), .take(take), .last_lane(last_lane), .insert(insert), .insert_at(insert_at), .sum(tx_sum), .stamp(stamp),
        .sender_done(tx_ring_ready), .refused(refused), .moves(tx_record_moves), .quiet(tx_record_quiet));

    tx_ring #(.LOG2(TX_RING_LOG2), .CHECKSUM(CHECKSUM)) tx_ring (
        .clk(clk_tx), .rst(reset),
        .write(tx_ring_write), .write_word(wb_adr[TX_RING_LOG2-1:2]), .write_sel(wb_sel), .write_data(wb_wdata),
        .write_taken(tx_ring_taken), .tail(tx_tail),
        .side_read(record_read), .side_taken(record_taken), .side_position(record_position), .word(ring_word),
        .offer(offer), .take(take), .last_lane(last_lane), .insert(insert), .insert_at(insert_at), .sum(tx_sum),
        .refused(refused), .ready(tx_ring_ready),
        .out_data(ring_data), .out_valid(ring_valid), .out_last(ring_last), .out_ready(ring_ready),
        .index(tx_index), .done(settled && !pause_chosen), .again(again), .moves(tx_ring_moves));

    tx_pad tx_pad (
        .clk(clk_tx), .rst(reset), .restart(settled || again), .index(tx_index),
        .in_data(pause_data), .in_valid(pause_valid), .in_last(pause_last), .in_ready(pause_ready),
        .out_data(pad_data), .out_valid(pad_valid), .out_last(pad_last), .out_ready(pad_ready));

    tx_fcs tx_fcs (
        .clk(clk_tx), .rst(reset), .jam(jam),
        .in_data(pad_data), .in_valid(pad_valid), .in_last(pad_last), .in_ready(pad_ready),
        .out_data(fcs_data), .out_valid(fcs_valid), .out_last(fcs_last), .out_ready(fcs_ready));

    tx_line #(.HALF_DUPLEX(HALF_DUPLEX)) tx_line (
        .clk(clk_tx), .rst(reset), .half(!full_duplex), .carrier(carrier), .waiting(waiting), .urgent(pause_chosen),
        .in_data(fcs_data), .in_valid(fcs_valid), .in_last(fcs_last), .in_ready(fcs_ready), .index(tx_index),
        .out_data(line_data), .out_valid(line_valid), .out_ready(line_ready), .run(line_run),
        .committed(committed), .delimiter(delimiter), .jam(jam),
        .sent(sent), .again(again), .late(late), .excessive(excessive),
        .waited(tx_waited), .once(tx_once), .more(tx_more),
        .moves(tx_line_moves), .quiet(tx_line_quiet));

    // --- Up: from the line to the ring ------------------------------------------------

    logic [31:0] window;
    logic [10:0] rx_index, rx_octets;
    logic fcs_right, accept, is_own, is_broadcast, is_multicast, is_pause, room, ring_busy, sum_busy, rx_stored;
    logic verdict, keep, delivered, bad_fcs, bad_symbol, bad_length;
    logic filter_read;
    logic [5:0] bin, filter_index, rx_class_index;
    logic [15:0] rx_sum_data, quanta;
    logic [1:0]  level;
    logic [63:0] rx_stamp;
    wire  [10:0] length = rx_octets - 11'd4;

    assign rx_hold = verdict || ring_busy;

    rx_window rx_window (.clk(clk_rx), .valid(byte_valid), .data(byte_data), .window(window));

    rx_fcs rx_fcs (
        .clk(clk_rx), .start(frame_start), .data(byte_data), .valid(byte_valid), .right(fcs_right), .bin(bin));

    rx_filter #(.FILTER(FILTER)) rx_filter (
        .clk(clk_rx), .start(frame_start), .valid(byte_valid), .newest(window[31:24]), .bin(bin),
        .table_read(filter_read), .table_index(filter_index), .table_data(table_data),
        .promiscuous(promiscuous), .broadcast(broadcast), .all_multicast(all_multicast),
        .accept(accept), .is_own(is_own), .is_broadcast(is_broadcast), .is_multicast(is_multicast), .moves(rx_filter_moves));

    rx_class rx_class (
        .clk(clk_rx), .rst(reset), .start(frame_start), .data(byte_data), .valid(byte_valid), .finish(frame_end),
        .whole(frame_whole), .error(frame_error), .right(fcs_right), .accept(accept), .is_pause(is_pause), .room(room),
        .want_errors(errors), .index(rx_index), .verdict(verdict), .class_index(rx_class_index), .keep(keep),
        .delivered(delivered), .octets(rx_octets), .bad_fcs(bad_fcs), .bad_symbol(bad_symbol), .bad_length(bad_length));

    rx_ring #(.LOG2(RX_RING_LOG2), .TIME_STAMPS(TIME_STAMPS)) rx_ring (
        .clk(clk_rx), .rst(reset), .start(frame_start), .valid(byte_valid), .window(window),
        .verdict(verdict), .keep(keep), .wait_sum(sum_busy),
        .header(32'(length) << nic_pkg::NIC_RX_RECORD_LENGTH_LSB
              | 32'(is_broadcast) << nic_pkg::NIC_RX_RECORD_BROADCAST_LSB
              | 32'(is_multicast) << nic_pkg::NIC_RX_RECORD_MULTICAST_LSB
              | 32'(bad_fcs) << nic_pkg::NIC_RX_RECORD_BAD_FCS_LSB
              | 32'(bad_symbol) << nic_pkg::NIC_RX_RECORD_BAD_SYMBOL_LSB
              | 32'(bad_length) << nic_pkg::NIC_RX_RECORD_BAD_LENGTH_LSB
              | 32'(rx_sum_data) << nic_pkg::NIC_RX_RECORD_SUM_LSB),
        .want_stamp(stamps), .stamp(rx_stamp),
        .room(room), .stored(rx_stored), .busy(ring_busy), .level(level),
        .head(rx_head), .tail(rx_tail), .reading(reading), .read(rx_ring_read), .read_word(wb_adr[RX_RING_LOG2-1:2]), .read_taken(rx_ring_taken), .read_data(rx_ring_data),
        .moves(rx_ring_moves));

    if (CHECKSUM) begin : sums
        rx_sum rx_sum (
            .clk(clk_rx), .start(frame_start), .valid(byte_valid), .index(rx_index), .oldest(window[7:0]),
            .finish(frame_end), .sum(rx_sum_data), .busy(sum_busy));
    end else begin : no_sums
        assign rx_sum_data = '0;
        assign sum_busy    = 1'b0;
    end

    // --- Pause, both ways -----------------------------------------------------------------

    logic pause_table_read, pause_table_taken;
    logic [5:0] pause_table_index;
    wire  pause_event = verdict && rx_class_index == nic_pkg::NIC_COUNT_RX_PAUSE && pause_obey && full_duplex;

    if (PAUSE) begin : pauses
        logic peer_waits; // it was asked to

        wire  too_full = pause_auto && full_duplex && verdict && level == 2'd3;
        wire  eased    = peer_waits && !level[1];

        assign peer_moves = too_full || eased;

        always_ff @(posedge clk_host)
            if (reset) peer_waits <= 1'b0;
            else if (too_full) peer_waits <= 1'b1;
            else if (eased) peer_waits <= 1'b0;

        rx_pause rx_pause (
            .clk(clk_rx), .start(frame_start), .valid(byte_valid), .data(byte_data), .index(rx_index), .is_own(is_own),
            .is_pause(is_pause), .quanta(quanta));

        tx_pause tx_pause (
            .clk(clk_tx), .rst(reset), .ask(too_full || (pause_send && full_duplex)), .release_it(eased || (pause_end && full_duplex)),
            .table_read(pause_table_read), .table_index(pause_table_index), .table_taken(pause_table_taken), .table_data(table_data[7:0]),
            .in_data(ring_data), .in_valid(ring_valid), .in_last(ring_last), .in_ready(ring_ready),
            .out_data(pause_data), .out_valid(pause_valid), .out_last(pause_last), .out_ready(pause_ready),
            .committed(committed), .over(settled || again), .chosen(pause_chosen), .moves(tx_pause_moves), .quiet(tx_pause_quiet));
    end else begin : no_pauses
        wire unused = &{1'b0, level, pause_auto, pause_send, pause_end, pause_table_taken, committed, is_own, rx_index};

        assign pause_data        = ring_data;
        assign pause_valid       = ring_valid;
        assign pause_last        = ring_last;
        assign ring_ready        = pause_ready;
        assign pause_chosen      = 1'b0;
        assign is_pause          = 1'b0;
        assign quanta            = '0;
        assign pause_table_read  = 1'b0;
        assign pause_table_index = '0;
        assign tx_pause_quiet    = 1'b1;
        assign tx_pause_moves    = 1'b0;
        assign peer_moves        = 1'b0;
    end

    assign paused = waiting && full_duplex;

    tx_wait #(.HALF_DUPLEX(HALF_DUPLEX), .PAUSE(PAUSE)) tx_wait (
        .clk(clk_tx), .rst(reset), .tick(line_ready), .stir(host_table_write && host_table_taken), .stir_data(wb_wdata[7:0]),
        .back_off(again), .sent(sent), .given_up(late || excessive), .pause(pause_event), .quanta(quanta), .waiting(waiting));

    // --- Beside: table, management, time stamps, registers -----------------------------------

    nic_table #(.COUNTERS(COUNTERS)) nic_table (
        .clk(clk_host), .rst(reset),
        .filter_read(filter_read), .filter_index(filter_index),
        .pause_read(pause_table_read), .pause_index(pause_table_index), .pause_taken(pause_table_taken),
        .host_read(host_table_read), .host_write(host_table_write), .host_index(wb_adr[7:2]), .host_data(wb_wdata),
        .host_taken(host_table_taken), .data(table_data),
        .rx_event(verdict), .rx_class(rx_class_index), .rx_octets(rx_octets), .rx_delivered(delivered),
        .rx_broadcast(is_broadcast), .rx_multicast(is_multicast), .rx_false_carrier(false_carrier),
        .tx_sent(sent), .tx_late(late), .tx_excessive(excessive), .tx_octets(tx_index),
        .tx_pause(pause_chosen), .tx_waited(tx_waited), .tx_once(tx_once), .tx_more(tx_more), .tx_collision(jam), .tx_refused(refused),
        .moves(table_moves), .quiet(table_quiet));

    if (MDIO) begin : manages
        nic_mdio nic_mdio (
            .clk(clk_host), .rst(reset), .write(mdio_access),
            .start(wb_wdata[nic_pkg::NIC_MDIO_START_LSB]), .is_write(wb_wdata[nic_pkg::NIC_MDIO_WRITE_LSB]),
            .want_poll(wb_wdata[nic_pkg::NIC_MDIO_POLL_LSB]), .want_bare(wb_wdata[nic_pkg::NIC_MDIO_NO_PREAMBLE_LSB]),
            .phy(wb_wdata[nic_pkg::NIC_MDIO_PHY_LSB +: 5]), .register_index(wb_wdata[nic_pkg::NIC_MDIO_REGISTER_LSB +: 5]),
            .write_data(wb_wdata[nic_pkg::NIC_MDIO_DATA_LSB +: 16]), .read_data(mdio_data), .busy(mdio_busy), .finish(mdio_done),
            .poll(mdio_poll), .bare(mdio_bare), .poll_phy(mdio_phy), .due(poll_due), .link(link), .link_change(link_change),
            .quiet(mdio_quiet), .mdc(mdc), .mdio_out(mdio_out), .mdio_drive(mdio_drive), .mdio_in(mdio_in));
    end else begin : no_management
        wire unused = &{1'b0, mdio_in, mdio_access, poll_due};

        assign {mdio_busy, mdio_done, mdio_poll, mdio_bare, link, link_change, mdc, mdio_drive} = '0;
        assign mdio_data  = '0;
        assign mdio_phy   = '0;
        assign mdio_out   = 1'b1;
        assign mdio_quiet = 1'b1;
    end

    if (TIME_STAMPS) begin : stamped
        logic wanted; // by the frame that is being sent

        always_ff @(posedge clk_rx)
            if (frame_start) rx_stamp <= now;

        always_ff @(posedge clk_tx) begin
            if (take) wanted <= stamp;
            if (delimiter && wanted && !pause_chosen) tx_stamp <= now;
        end

        assign tx_stamped = sent && wanted && !pause_chosen;
    end else begin : not_stamped
        wire unused = &{1'b0, now, stamp, delimiter};

        assign rx_stamp   = '0;
        assign tx_stamp   = '0;
        assign tx_stamped = 1'b0;
    end

    nic_registers #(
        .TX_RING_LOG2(TX_RING_LOG2), .RX_RING_LOG2(RX_RING_LOG2), .TIME_STAMPS(TIME_STAMPS), .COALESCING(COALESCING),
        .CAPABILITIES({1'(MDIO), 1'(COUNTERS), 1'(FILTER), 1'(COALESCING), 1'(TIME_STAMPS), 1'(CHECKSUM), 1'(PAUSE), 1'(HALF_DUPLEX)})
    ) nic_registers (
        .clk(clk), .clk_host(clk_host), .rst(rst), .tick_count(tick_count), .idle_count(idle_count),
        .wb_cyc(wb_cyc), .wb_stb(wb_stb), .wb_we(wb_we), .wb_sel(wb_sel), .wb_adr(wb_adr),
        .wb_wdata(wb_wdata), .wb_rdata(wb_rdata), .wb_ack(wb_ack), .irq(irq),
        .reset(reset), .tx_enable(tx_enable), .rx_enable(rx_enable), .fast(fast), .full_duplex(full_duplex),
        .promiscuous(promiscuous), .broadcast(broadcast), .all_multicast(all_multicast), .errors(errors),
        .pause_obey(pause_obey), .pause_auto(pause_auto), .pause_send(pause_send), .pause_end(pause_end), .stamps(stamps),
        .tx_busy(line_run), .rx_busy(carrier), .paused(paused),
        .tx_head(tx_head), .tx_tail(tx_tail), .rx_head(rx_head), .rx_tail(rx_tail),
        .tx_ring_write(tx_ring_write), .tx_ring_taken(tx_ring_taken), .reading(reading), .rx_ring_read(rx_ring_read), .rx_ring_taken(rx_ring_taken), .rx_ring_data(rx_ring_data),
        .table_read(host_table_read), .table_write(host_table_write), .table_taken(host_table_taken), .table_data(table_data),
        .rx_stored(rx_stored), .rx_full(verdict && rx_class_index == nic_pkg::NIC_COUNT_RX_RING_FULL),
        .tx_empty(settled && !pause_chosen && !more), .tx_frame(settled && !pause_chosen), .tx_error(refused),
        .mdio_done(mdio_done), .link_change(link_change), .tx_stamped(tx_stamped),
        .mdio_access(mdio_access), .mdio_busy(mdio_busy), .mdio_data(mdio_data), .mdio_phy(mdio_phy),
        .mdio_poll(mdio_poll), .mdio_bare(mdio_bare), .link(link), .poll_due(poll_due),
        .now(now), .tx_stamp(tx_stamp), .quiet(registers_quiet));

    // A part that does not move keeps its state in the coming clock.
    assign tx_moves   = reset || line_ready || tx_record_moves || tx_ring_moves || tx_pause_moves || tx_line_moves || pause_event
                     || (host_table_write && host_table_taken);
    assign rx_moves   = reset || frame_start || byte_valid || frame_end || verdict || rx_filter_moves || rx_ring_moves
                     || sum_busy || reading;
    assign host_moves = rst || !registers_quiet || table_moves || !mdio_quiet || poll_due || peer_moves;

    assign idle = !rst && registers_quiet && table_quiet && mdio_quiet && tx_record_quiet && tx_ring_ready && tx_pause_quiet
               && tx_line_quiet && !carrier && !verdict && !ring_busy && !rx_stored && !sum_busy;
endmodule
