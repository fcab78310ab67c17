/* What leaves and when: segmentation, Nagle, silly windows, probes, RTO, fast
 * retransmit, the windows, and adapters without room. Section numbers without a
 * name are RFC 9293's. */
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;
static struct seen seen;
static char bytes[1 << 17];

static void fill(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 >> 3);
}

/* An established block whose congestion window holds nothing back. */
static struct tcb *wide_open(void)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    tcb->congestion_window = 1 << 20;
    fill();
    return tcb;
}

static void acknowledge(uint32_t number)
{
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = number);
    bench_step(&bench);
}

/* Lets time pass until something is sent. */
static uint64_t wait_for_a_segment(void)
{
    uint64_t begin_us = bench.now_us;
    bench_step(&bench);
    while (bench.ip.count == 0) {
        ck_assert_uint_ne(bench.deadline_us, LAN_NEVER);
        bench.now_us = bench.deadline_us;
        bench_step(&bench);
    }
    return bench.now_us - begin_us;
}

static void expect_data(uint32_t sequence, size_t size)
{
    seen = bench_expect(&bench, TCP_ACK, sequence, 1, size);
    ck_assert_mem_eq(seen.data, bytes + sequence - 1, size);
}

/* --- segmentation, Nagle, silly windows (3.7.4, 3.8.6.2.1) ----------------------- */

START_TEST(test_long_write_leaves_in_full_segments_and_pushes_the_last)
{
    struct tcb *tcb = wide_open();
    ck_assert_int_eq(tcp_write(tcb, bytes, 4000), 4000);
    expect_data(1, 1460);
    ck_assert(!(seen.flags & TCP_PSH));
    expect_data(1461, 1460);
    expect_data(2921, 1080);
    ck_assert(seen.flags & TCP_PSH);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_initial_window_is_ten_segments)
{
    bench_start(&bench, NULL); /* RFC 6928 */
    struct tcb *tcb = bench_established(&bench);
    fill();
    ck_assert_int_eq(tcp_write(tcb, bytes, 30000), 30000);
    for (uint32_t i = 0; i < 10; i++)
        expect_data(1 + 1460 * i, 1460);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_slow_start_sends_two_segments_for_each_acknowledged)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    fill();
    ck_assert_int_eq(tcp_write(tcb, bytes, 60000), 60000);
    for (uint32_t i = 0; i < 10; i++)
        expect_data(1 + 1460 * i, 1460);
    acknowledge(1 + 1460);
    expect_data(1 + 1460 * 10, 1460);
    expect_data(1 + 1460 * 11, 1460);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_second_small_write_waits_for_the_ack_of_the_first)
{
    struct tcb *tcb = wide_open(); /* 3.7.4, Nagle */
    ck_assert_int_eq(tcp_write(tcb, bytes, 10), 10);
    ck_assert_int_eq(tcp_write(tcb, bytes + 10, 10), 10);
    ck_assert_int_eq(tcp_write(tcb, bytes + 20, 10), 10);
    expect_data(1, 10);
    bench_step(&bench);
    bench_expect_nothing(&bench);
    acknowledge(11);
    expect_data(11, 20);
}
END_TEST

START_TEST(test_second_small_write_leaves_at_once_without_nagle)
{
    struct tcb *tcb = wide_open();
    ck_assert_int_eq(tcp_set_option(tcb, LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 1), 0);
    ck_assert_int_eq(tcp_write(tcb, bytes, 10), 10);
    ck_assert_int_eq(tcp_write(tcb, bytes + 10, 10), 10);
    expect_data(1, 10);
    expect_data(11, 10);
}
END_TEST

START_TEST(test_window_smaller_than_a_segment_waits_to_be_worth_it)
{
    struct tcb *tcb = wide_open(); /* sender's silly window avoidance */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = 100);
    ck_assert_int_eq(tcp_write(tcb, bytes, 5000), 5000);
    bench_expect_nothing(&bench);
    bench_pass(&bench, 400); /* the override timer */
    expect_data(1, 100);
    ck_assert_int_eq(tcp_write(tcb, bytes + 5000, 100), 100);
    bench_expect_nothing(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 101);
    bench_step(&bench);
    expect_data(101, 1460);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

/* --- zero windows (3.8.6.1) ------------------------------------------------------ */

START_TEST(test_closed_window_is_probed_ever_more_slowly)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    ck_assert_int_eq(tcp_write(tcb, bytes, 5000), 5000);
    uint64_t gap_us = 0;
    for (unsigned i = 0; i < 10; i++) {
        uint64_t waited_us = wait_for_a_segment();
        expect_data(1, 1);
        ck_assert_uint_ge(waited_us + 2000, gap_us);
        ck_assert_uint_le(waited_us, 61000000);
        gap_us = waited_us;
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    }
    ck_assert_uint_gt(gap_us, 50000000);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_fast_retransmits"), 0);
}
END_TEST

START_TEST(test_closed_window_is_probed_for_ever_while_answered)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    ck_assert_int_eq(tcp_write(tcb, bytes, 5000), 5000);
    for (unsigned i = 0; i < 200; i++) {
        bench_pass(&bench, 61000);
        while (bench_take(&bench, &seen))
            ck_assert_uint_eq(seen.size, 1);
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    }
    ASSERT_STATE(tcb, "ESTABLISHED");
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_step(&bench);
    expect_data(1, 1460);
}
END_TEST

START_TEST(test_closed_window_without_answers_times_out)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    ck_assert_int_eq(tcp_write(tcb, bytes, 5000), 5000);
    bench_pass(&bench, 100 * 1000);
    ASSERT_STATE(tcb, "ESTABLISHED");
    bench_pass(&bench, 900 * 1000);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ETIMEDOUT);
}
END_TEST

START_TEST(test_probed_byte_that_was_taken_is_not_sent_again)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    ck_assert_int_eq(tcp_write(tcb, bytes, 3000), 3000);
    bench_pass(&bench, 300);
    expect_data(1, 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2);
    bench_step(&bench);
    expect_data(2, 1460);
    expect_data(1462, 1460);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

START_TEST(test_fin_behind_a_closed_window_is_the_probe)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    tcp_close(tcb);
    bench_expect_nothing(&bench);
    bench_pass(&bench, 300);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 1, 1, 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2, .window = -1);
    ASSERT_STATE(tcb, "FIN-WAIT-2");
}
END_TEST

START_TEST(test_window_taken_back_is_probed_and_not_timed_out)
{
    struct tcb *tcb = wide_open(); /* 3.8.6: shrinking is discouraged, and survived */
    ck_assert_int_eq(tcp_write(tcb, bytes, 2920), 2920);
    expect_data(1, 1460);
    expect_data(1461, 1460);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    for (unsigned i = 0; i < 60; i++) {
        bench_pass(&bench, 61000);
        while (bench_take(&bench, &seen))
            ck_assert_uint_le(seen.size, 1);
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    }
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_step(&bench);
    expect_data(1, 1460);
    expect_data(1461, 1460);
    ASSERT_STATE(tcb, "ESTABLISHED");
}
END_TEST

/* --- retransmission (RFC 6298) --------------------------------------------------- */

START_TEST(test_lost_segment_is_sent_again_after_rto_that_doubles)
{
    struct tcb *tcb = wide_open();
    ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
    expect_data(1, 100);
    uint64_t wanted_us = TCP_RTO_VARIANCE_MIN_MS * 1000;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t waited_us = wait_for_a_segment();
        expect_data(1, 100);
        ck_assert_uint_ge(waited_us, wanted_us);
        ck_assert_uint_le(waited_us, wanted_us + wanted_us / 50);
        wanted_us *= 2;
    }
}
END_TEST

START_TEST(test_timeout_sends_one_segment_and_starts_slowly)
{
    struct tcb *tcb = wide_open();
    tcp_set_congestion(tcb, TCP_NEW_RENO);
    ck_assert_int_eq(tcp_write(tcb, bytes, 14600), 14600);
    for (uint32_t i = 0; i < 10; i++)
        expect_data(1 + 1460 * i, 1460);
    bench_pass(&bench, 210);
    expect_data(1, 1460);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(tcb->congestion_window, 1460);
    ck_assert_uint_eq(tcb->slow_start_threshold, 7300); /* half of what was in flight */
    acknowledge(1 + 1460 * 9);                          /* the peer had kept the rest */
    expect_data(1 + 1460 * 9, 1460);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 2);
}
END_TEST

START_TEST(test_round_trip_of_a_resent_segment_is_not_measured)
{
    struct tcb *tcb = wide_open(); /* Karn */
    uint32_t srtt = tcb->srtt_us8;
    ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
    bench_pass(&bench, 250);
    acknowledge(101);
    ck_assert_uint_eq(tcb->srtt_us8, srtt);
}
END_TEST

START_TEST(test_rto_stays_doubled_until_a_new_round_trip_is_measured)
{
    struct tcb *tcb = wide_open(); /* RFC 6298 section 5 */
    uint32_t rto = tcp_rto_ticks(tcb);
    ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
    bench_pass(&bench, 700); /* 200 ms, then 400 ms */
    acknowledge(101);
    ck_assert_uint_eq(tcp_rto_ticks(tcb), 4 * rto);
    ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
    acknowledge(201);
    ck_assert_uint_eq(tcp_rto_ticks(tcb), rto);
}
END_TEST

START_TEST(test_rto_follows_the_round_trip)
{
    struct tcb *tcb = wide_open();
    for (uint32_t i = 0; i < 20; i++) {
        ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
        bench_pass(&bench, 100);
        acknowledge(1 + 100 * (i + 1));
    }
    struct lan_socket_info info;
    tcp_info(tcb, &info);
    ck_assert_uint_gt(info.rtt_us, 90000);
    ck_assert_uint_lt(info.rtt_us, 110000);
    ck_assert_uint_gt(tcp_rto_ticks(tcb), TCP_TICKS(290));
    ck_assert_uint_lt(tcp_rto_ticks(tcb), TCP_TICKS(330));
    ck_assert_str_eq(info.state, "ESTABLISHED");
}
END_TEST

START_TEST(test_lost_syn_makes_the_first_window_one_segment_and_rto_3_s)
{
    bench_start(&bench, NULL); /* RFC 5681 section 3.1, RFC 6298 section 5.7 */
    struct tcb *tcb = bench_syn_sent(&bench);
    bench_pass(&bench, 1100);
    bench_expect(&bench, TCP_SYN, 0, 0, 0);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1);
    ck_assert_uint_eq(tcb->congestion_window, TCP_MSS_DEFAULT);
    ck_assert_uint_eq(tcp_rto_ticks(tcb), TCP_TICKS(3000));
}
END_TEST

/* --- fast retransmit and recovery (RFC 5681 section 3.2, RFC 6582) --------------- */

START_TEST(test_third_duplicate_ack_resends_and_two_let_new_segments_go)
{
    struct tcb *tcb = wide_open();
    tcp_set_congestion(tcb, TCP_NEW_RENO);
    tcb->congestion_window = 5 * 1460;
    ck_assert_int_eq(tcp_write(tcb, bytes, 20 * 1460), 20 * 1460);
    for (uint32_t i = 0; i < 5; i++)
        expect_data(1 + 1460 * i, 1460);
    acknowledge(1);
    expect_data(1 + 1460 * 5, 1460); /* RFC 3042 */
    acknowledge(1);
    expect_data(1 + 1460 * 6, 1460);
    acknowledge(1);
    expect_data(1, 1460);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(tcb->slow_start_threshold, 7 * 1460 / 2);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_fast_retransmits"), 1);
}
END_TEST

START_TEST(test_partial_ack_resends_the_next_hole_and_full_ack_ends_recovery)
{
    struct tcb *tcb = wide_open();
    tcp_set_congestion(tcb, TCP_NEW_RENO);
    tcb->congestion_window = 10 * 1460;
    ck_assert_int_eq(tcp_write(tcb, bytes, 10 * 1460), 10 * 1460);
    for (uint32_t i = 0; i < 10; i++)
        expect_data(1 + 1460 * i, 1460);
    for (unsigned i = 0; i < 3; i++)
        acknowledge(1);
    expect_data(1, 1460);
    acknowledge(1 + 1460 * 4);
    expect_data(1 + 1460 * 4, 1460);
    ck_assert(tcb->flags & TCB_RECOVERING);
    ck_assert_uint_eq(tcb->congestion_window, 5 * 1460);
    acknowledge(1 + 1460 * 10);
    bench_expect_nothing(&bench);
    ck_assert(!(tcb->flags & TCB_RECOVERING));
    ck_assert_uint_le(tcb->congestion_window, tcb->slow_start_threshold);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_timeouts"), 0);
}
END_TEST

START_TEST(test_duplicate_acks_after_a_timeout_do_not_resend)
{
    struct tcb *tcb = wide_open(); /* RFC 6582 section 4.1 */
    ck_assert_int_eq(tcp_write(tcb, bytes, 10 * 1460), 10 * 1460);
    bench_pass(&bench, 210);
    while (bench_take(&bench, &seen))
        ;
    acknowledge(1 + 1460);
    for (unsigned i = 0; i < 5; i++)
        acknowledge(1 + 1460);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_fast_retransmits"), 0);
}
END_TEST

START_TEST(test_acks_with_data_or_another_window_are_no_duplicates)
{
    struct tcb *tcb = wide_open();
    ck_assert_int_eq(tcp_write(tcb, bytes, 5 * 1460), 5 * 1460);
    for (uint32_t i = 0; i < 4; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + i, .acknowledgment = 1, .data = "x");
    for (int i = 0; i < 4; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 5, .acknowledgment = 1, .window = 60000 + i);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_fast_retransmits"), 0);
}
END_TEST

START_TEST(test_sender_with_little_to_send_gains_no_window)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    uint32_t window = tcb->congestion_window;
    for (uint32_t i = 0; i < 50; i++) {
        ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
        acknowledge(1 + 100 * (i + 1));
    }
    ck_assert_uint_eq(tcb->congestion_window, window);
}
END_TEST

START_TEST(test_pause_longer_than_rto_shrinks_the_window_again)
{
    struct tcb *tcb = wide_open(); /* RFC 5681 section 4.1 */
    ck_assert_int_eq(tcp_write(tcb, bytes, 1460), 1460);
    expect_data(1, 1460);
    acknowledge(1461);
    bench_pass(&bench, 1000);
    ck_assert_int_eq(tcp_write(tcb, bytes + 1460, 30000), 30000);
    for (uint32_t i = 0; i < 10; i++)
        expect_data(1461 + 1460 * i, 1460);
    bench_expect_nothing(&bench);
}
END_TEST

/* --- receiving: windows and ACKs (3.8.6.2.2, 3.8.6.3) ---------------------------- */

START_TEST(test_second_segment_is_acknowledged_with_the_step)
{
    wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 1460);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1461, .acknowledgment = 1, .size = 1460);
    bench_expect_nothing(&bench);
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 1, 2921, 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_batch_of_segments_gets_one_ack)
{
    wide_open(); /* MUST-58, MUST-59 */
    for (uint32_t i = 0; i < 8; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + 1460 * i, .acknowledgment = 1, .size = 1460);
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 1, 1 + 1460 * 8, 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_answer_carries_the_ack)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "question");
    ck_assert_int_eq(tcp_write(tcb, bytes, 6), 6);
    bench_expect(&bench, TCP_ACK, 1, 9, 6);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 9, .acknowledgment = 7);
    bench_pass(&bench, 100);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_full_buffer_closes_the_window_and_a_quarter_opens_it)
{
    const struct tcp_config config = {
        .connection_count = 2, .buffer_count = 2, .buffer_bytes = 8192};
    bench_start(&bench, &config);
    struct tcb *tcb = bench_established(&bench);
    for (uint32_t i = 0; i < 8; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + 1024 * i, .acknowledgment = 1, .size = 1024);
    bench_step(&bench);
    seen = bench_expect(&bench, TCP_ACK, 1, 8193, 0);
    ck_assert_uint_eq(seen.window, 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 8193, .acknowledgment = 1, .data = "probe");
    bench_step(&bench);
    seen = bench_expect(&bench, TCP_ACK, 1, 8193, 0);
    ck_assert_uint_eq(seen.window, 0);

    ck_assert_int_eq(tcp_read(tcb, bytes, 1000, 0), 1000);
    bench_expect_nothing(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 8193, .acknowledgment = 1, .data = "probe");
    bench_step(&bench);
    seen = bench_expect(&bench, TCP_ACK, 1, 8193, 0);
    ck_assert_uint_eq(seen.window, 0); /* 1000 bytes would invite a small segment */
    ck_assert_int_eq(tcp_read(tcb, bytes, 2000, 0), 2000);
    seen = bench_expect(&bench, TCP_ACK, 1, 8193, 0);
    ck_assert_uint_eq(seen.window, 3000);
}
END_TEST

START_TEST(test_closed_window_still_takes_acks)
{
    const struct tcp_config config = {
        .connection_count = 2, .buffer_count = 2, .buffer_bytes = 1024};
    bench_start(&bench, &config); /* MUST-66 */
    struct tcb *tcb = bench_established(&bench);
    ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 1024);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1025, .acknowledgment = 101, .data = "full");
    ck_assert_uint_eq(tcb->send_unacked, bench.local_isn + 101);
    GIVE(&bench, .flags = TCP_RST, .sequence = 1025);
    ASSERT_STATE(tcb, "CLOSED");
}
END_TEST

START_TEST(test_window_scale_of_both_sides_is_used)
{
    const uint8_t options[] = {2, 4, 5, 0xB4, 1, 3, 3, 7};
    const struct tcp_config config = {
        .connection_count = 2, .buffer_count = 2, .buffer_bytes = 1 << 17};
    bench_start(&bench, &config); /* RFC 7323 section 2.2 */
    struct tcb *tcb = tcp_open(bench.tcp);
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = BENCH_PEER_PORT};
    ck_assert_int_eq(tcp_connect(tcb, &peer), -LAN_EINPROGRESS);
    seen = bench_expect(&bench, TCP_SYN, 0, 0, 0);
    ck_assert_uint_eq(seen.options.scale, 2);
    ck_assert_uint_eq(seen.options.mss, 1460);
    ck_assert_uint_eq(seen.window, 65535);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1, .options = options,
         .options_size = sizeof options, .window = 1000);
    bench_step(&bench);
    ck_assert_uint_eq(tcb->send_window, 1000); /* a SYN's window is not scaled */
    seen = bench_expect(&bench, TCP_ACK, 1, 1, 0);
    ck_assert_uint_eq(seen.window, (1 << 17) >> 2);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = 1000);
    ck_assert_uint_eq(tcb->send_window, 128000);

    uint32_t edge = tcb->receive_edge; /* RFC 7323 section 2.4: rounding takes nothing back */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "x");
    bench_pass(&bench, 50);
    seen = bench_expect(&bench, TCP_ACK, 1, 2, 0);
    ck_assert_uint_eq(seen.window, (1 << 15) - 1);
    ck_assert_uint_eq(tcb->receive_edge, edge);
}
END_TEST

START_TEST(test_window_scale_is_not_told_to_who_did_not_ask)
{
    const struct tcp_config config = {
        .connection_count = 4, .buffer_count = 2, .buffer_bytes = 1 << 17};
    bench_start(&bench, &config);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    bench_step(&bench);
    seen = bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    ck_assert_uint_eq(seen.options.scale, TCP_NO_SCALE);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    struct tcb *tcb = tcp_accept(bench.listener);
    ck_assert_uint_eq(tcb->mss, TCP_MSS_DEFAULT); /* MUST-15 */
    ck_assert_uint_eq(tcb->send_window, 65535);
    tcp_write(tcb, bytes, 1);
    seen = bench_expect(&bench, TCP_ACK, 1, 1, 1);
    ck_assert_uint_eq(seen.window, 65535);
}
END_TEST

/* --- reassembly ------------------------------------------------------------------ */

START_TEST(test_segments_out_of_order_are_put_together)
{
    struct tcb *tcb = wide_open();
    static const unsigned order[] = {3, 1, 5, 0, 4, 2};
    for (unsigned i = 0; i < 6; i++) {
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + 1000 * order[i], .acknowledgment = 1,
             .data = bytes + 1000 * order[i], .size = 1000);
        bench_step(&bench);
    }
    static const uint32_t acknowledged[] = {1, 1, 1, 2001, 2001, 6001};
    for (unsigned i = 0; i < 6; i++)
        bench_expect(&bench, TCP_ACK, 1, acknowledged[i], 0); /* RFC 5681 section 4.2: at once */
    static char got[6000];
    ck_assert_int_eq(tcp_read(tcb, got, sizeof got, 0), 6000);
    ck_assert_mem_eq(got, bytes, 6000);
    ck_assert_uint_eq(tcb->held_count, 0);
}
END_TEST

START_TEST(test_overlapping_segments_are_put_together)
{
    struct tcb *tcb = wide_open();
    static const struct {
        uint32_t begin, size;
    } pieces[] = {{2000, 500}, {1000, 700}, {2400, 600}, {1500, 600}, {900, 50}, {0, 950}};
    for (unsigned i = 0; i < 6; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + pieces[i].begin, .acknowledgment = 1,
             .data = bytes + pieces[i].begin, .size = pieces[i].size);
    ck_assert_uint_eq(tcb->held_count, 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 901, .acknowledgment = 1, .data = bytes + 900,
         .size = 200);
    static char got[4000];
    ck_assert_int_eq(tcp_read(tcb, got, sizeof got, 0), 3000);
    ck_assert_mem_eq(got, bytes, 3000);
}
END_TEST

START_TEST(test_touching_segments_become_one_range)
{
    struct tcb *tcb = wide_open();
    static const uint32_t begins[] = {300, 100, 200};
    for (unsigned i = 0; i < 3; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + begins[i], .acknowledgment = 1,
             .data = bytes + begins[i], .size = 100);
    ck_assert_uint_eq(tcb->held_count, 1);
}
END_TEST

START_TEST(test_segment_that_covers_a_held_one_keeps_its_own_end)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 101, .acknowledgment = 1, .data = bytes + 100,
         .size = 100);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = bytes, .size = 300);
    static char got[400];
    ck_assert_int_eq(tcp_read(tcb, got, sizeof got, 0), 300);
    ck_assert_mem_eq(got, bytes, 300);
}
END_TEST

START_TEST(test_number_0_is_no_fin)
{
    struct tcb *tcb = wide_open();
    uint32_t to_zero = 0 - (bench.peer_isn + 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = to_zero);
    ck_assert_uint_eq(tcb->receive_next, 0);
    ASSERT_STATE(tcb, "ESTABLISHED");
}
END_TEST

START_TEST(test_more_gaps_than_ranges_drops_and_counts)
{
    struct tcb *tcb = wide_open();
    for (unsigned i = 0; i < TCP_HELD_RANGES + 1; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 101 + 200 * i, .acknowledgment = 1,
             .data = bytes + 100 + 200 * i, .size = 100);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_held"), 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_held_segments"), TCP_HELD_RANGES);
    for (unsigned i = 0; i < TCP_HELD_RANGES + 1; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1 + 200 * i, .acknowledgment = 1,
             .data = bytes + 200 * i, .size = 100);
    static char got[4000];
    ck_assert_int_eq(tcp_read(tcb, got, sizeof got, 0), 200 * TCP_HELD_RANGES + 100);
    ck_assert_mem_eq(got, bytes, 200 * TCP_HELD_RANGES + 100);
}
END_TEST

START_TEST(test_fin_ahead_of_its_time_closes_when_the_gap_is_filled)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK | TCP_FIN, .sequence = 4, .acknowledgment = 1, .data = "def");
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
    ASSERT_STATE(tcb, "ESTABLISHED");
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "abc");
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 1, 8, 0);
    ASSERT_STATE(tcb, "CLOSE-WAIT");
    ck_assert_int_eq(tcp_read(tcb, bytes, 100, 0), 6);
    ck_assert_mem_eq(bytes, "abcdef", 6);
}
END_TEST

START_TEST(test_bad_checksum_spoils_nothing_that_is_held)
{
    struct tcb *tcb = wide_open();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 4, .acknowledgment = 1, .data = "def");
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "XXXXXX",
         .bad_checksum = true);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "abc");
    ck_assert_int_eq(tcp_read(tcb, bytes, 100, 0), 6);
    ck_assert_mem_eq(bytes, "abcdef", 6);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_checksum"), 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 7, .acknowledgment = 1, .data = "XX",
         .bad_checksum = true);
    ck_assert_int_eq(tcp_read(tcb, bytes, 100, 0), -LAN_EAGAIN);
}
END_TEST

START_TEST(test_data_beyond_the_window_is_cut)
{
    const struct tcp_config config = {
        .connection_count = 2, .buffer_count = 2, .buffer_bytes = 1024};
    bench_start(&bench, &config);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK | TCP_FIN, .sequence = 1, .acknowledgment = 1, .size = 1400);
    ASSERT_STATE(tcb, "ESTABLISHED");
    ck_assert_int_eq(tcp_read(tcb, bytes, 2000, 0), 1024);
}
END_TEST

START_TEST(test_fin_at_the_edge_of_the_window_is_taken_when_it_opens)
{
    const struct tcp_config config = {
        .connection_count = 2, .buffer_count = 2, .buffer_bytes = 1024};
    bench_start(&bench, &config);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK | TCP_FIN, .sequence = 1, .acknowledgment = 1, .size = 1024);
    bench_pass(&bench, 50);
    seen = bench_expect(&bench, TCP_ACK, 1, 1025, 0);
    ck_assert_uint_eq(seen.window, 0);
    ck_assert_int_eq(tcp_read(tcb, bytes, 2000, 0), 1024);
    bench_expect(&bench, TCP_ACK, 1, 1025, 0);
    GIVE(&bench, .flags = TCP_ACK | TCP_FIN, .sequence = 1025, .acknowledgment = 1);
    ck_assert_int_eq(tcp_read(tcb, bytes, 2000, 0), 0);
}
END_TEST

/* --- ip says no ------------------------------------------------------------------ */

START_TEST(test_no_room_keeps_everything_for_the_next_step)
{
    struct tcb *tcb = wide_open();
    bench.ip.refusal = IP_AGAIN;
    ck_assert_int_eq(tcp_write(tcb, bytes, 3000), 3000);
    tcp_close(tcb);
    bench_step(&bench);
    ck_assert_uint_le(bench.deadline_us - bench.now_us, TCP_RETRY_US);
    bench.ip.refusal = IP_OK;
    bench_step(&bench);
    expect_data(1, 1460);
    expect_data(1461, 1460);
    bench_expect(&bench, TCP_ACK | TCP_FIN, 2921, 1, 80);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

START_TEST(test_no_room_keeps_an_ack_and_a_fast_retransmit)
{
    struct tcb *tcb = wide_open();
    ck_assert_int_eq(tcp_write(tcb, bytes, 14600), 14600);
    while (bench_take(&bench, &seen))
        ;
    bench.ip.refusal = IP_AGAIN;
    for (unsigned i = 0; i < 3; i++)
        acknowledge(1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 10, .acknowledgment = 1, .data = "ahead");
    bench_step(&bench);
    bench.ip.refusal = IP_OK;
    bench_step(&bench);
    expect_data(1, 1460);
    bench_expect_nothing(&bench); /* the data carried the ACK */
}
END_TEST

START_TEST(test_no_room_for_a_syn_sends_it_later)
{
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = BENCH_PEER_PORT};
    bench_start(&bench, NULL);
    bench.ip.refusal = IP_AGAIN;
    struct tcb *tcb = tcp_open(bench.tcp);
    ck_assert_int_eq(tcp_connect(tcb, &peer), -LAN_EINPROGRESS);
    bench_step(&bench);
    bench.ip.refusal = IP_OK;
    bench_step(&bench);
    bench_expect(&bench, TCP_SYN, 0, 0, 0);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

START_TEST(test_no_room_for_a_reset_is_counted)
{
    bench_start(&bench, NULL);
    bench.ip.refusal = IP_AGAIN;
    GIVE(&bench, .flags = TCP_SYN);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_bare"), 1);
}
END_TEST

START_TEST(test_smaller_mtu_makes_smaller_segments)
{
    struct tcb *tcb = wide_open();
    bench.ip.payload_max = 1000 + TCP_HEADER_SIZE;
    ck_assert_int_eq(tcp_write(tcb, bytes, 2000), 2000);
    bench_step(&bench);
    expect_data(1, 1000);
    expect_data(1001, 1000);
}
END_TEST

START_TEST(test_unreachable_peer_counts_as_loss)
{
    struct tcb *tcb = wide_open();
    bench.ip.refusal = IP_UNREACHABLE;
    ck_assert_int_eq(tcp_write(tcb, bytes, 100), 100);
    bench.ip.refusal = IP_OK;
    bench_pass(&bench, 210);
    expect_data(1, 100);
    ASSERT_STATE(tcb, "ESTABLISHED");
}
END_TEST

TEST_MAIN(
    "tcp_send", test_long_write_leaves_in_full_segments_and_pushes_the_last,
    test_initial_window_is_ten_segments, test_slow_start_sends_two_segments_for_each_acknowledged,
    test_second_small_write_waits_for_the_ack_of_the_first,
    test_second_small_write_leaves_at_once_without_nagle,
    test_window_smaller_than_a_segment_waits_to_be_worth_it,
    test_closed_window_is_probed_ever_more_slowly,
    test_closed_window_is_probed_for_ever_while_answered,
    test_closed_window_without_answers_times_out, test_probed_byte_that_was_taken_is_not_sent_again,
    test_fin_behind_a_closed_window_is_the_probe,
    test_window_taken_back_is_probed_and_not_timed_out,
    test_lost_segment_is_sent_again_after_rto_that_doubles,
    test_timeout_sends_one_segment_and_starts_slowly,
    test_round_trip_of_a_resent_segment_is_not_measured,
    test_rto_stays_doubled_until_a_new_round_trip_is_measured, test_rto_follows_the_round_trip,
    test_lost_syn_makes_the_first_window_one_segment_and_rto_3_s,
    test_third_duplicate_ack_resends_and_two_let_new_segments_go,
    test_partial_ack_resends_the_next_hole_and_full_ack_ends_recovery,
    test_duplicate_acks_after_a_timeout_do_not_resend,
    test_acks_with_data_or_another_window_are_no_duplicates,
    test_sender_with_little_to_send_gains_no_window,
    test_pause_longer_than_rto_shrinks_the_window_again,
    test_second_segment_is_acknowledged_with_the_step, test_batch_of_segments_gets_one_ack,
    test_answer_carries_the_ack, test_full_buffer_closes_the_window_and_a_quarter_opens_it,
    test_closed_window_still_takes_acks, test_window_scale_of_both_sides_is_used,
    test_window_scale_is_not_told_to_who_did_not_ask, test_segments_out_of_order_are_put_together,
    test_overlapping_segments_are_put_together, test_touching_segments_become_one_range,
    test_segment_that_covers_a_held_one_keeps_its_own_end, test_number_0_is_no_fin,
    test_more_gaps_than_ranges_drops_and_counts,
    test_fin_ahead_of_its_time_closes_when_the_gap_is_filled,
    test_bad_checksum_spoils_nothing_that_is_held, test_data_beyond_the_window_is_cut,
    test_fin_at_the_edge_of_the_window_is_taken_when_it_opens,
    test_no_room_keeps_everything_for_the_next_step,
    test_no_room_keeps_an_ack_and_a_fast_retransmit, test_no_room_for_a_syn_sends_it_later,
    test_no_room_for_a_reset_is_counted, test_smaller_mtu_makes_smaller_segments,
    test_unreachable_peer_counts_as_loss)
