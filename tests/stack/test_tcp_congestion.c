/* How the windows of CUBIC (RFC 9438) and NewReno (RFC 5681) grow and shrink, alone:
 * round trips are played by hand. And what a block may be told (RFC 9293 section
 * 3.9.1). */
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;

enum { MSS = BENCH_MSS, ROUND_MS = 100 };

static struct tcb *connected(uint32_t segments)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    tcb->srtt_us8 = ROUND_MS * 1000 * 8;
    tcb->congestion_window = segments * MSS;
    return tcb;
}

/* Round trips in which all of the window is acknowledged, two segments at a time. */
static void pass_rounds(struct tcb *tcb, unsigned count, void (*grow)(struct tcb *, uint32_t))
{
    for (unsigned round = 0; round < count; round++) {
        uint32_t window = tcb->congestion_window;
        for (uint32_t acked = 0; acked < window; acked += 2 * MSS)
            grow(tcb, 2 * MSS);
        bench.now_us += ROUND_MS * 1000;
        tcp_set_time(bench.tcp, bench.now_us);
    }
}

static double segments(const struct tcb *tcb)
{
    return (double)tcb->congestion_window / MSS;
}

START_TEST(test_cubic_falls_to_seven_tenths)
{
    struct tcb *tcb = connected(100); /* RFC 9438 section 4.6 */
    tcp_congestion_reduce(tcb, 100 * MSS);
    ck_assert_double_ge(segments(tcb), 69.9);
    ck_assert_double_le(segments(tcb), 70.0);
}
END_TEST

START_TEST(test_cubic_is_back_after_k_and_beyond_after_twice_that)
{
    struct tcb *tcb = connected(100); /* figures 1 and 2: K = cbrt(30 / 0.4) = 4.22 s */
    tcp_congestion_reduce(tcb, 100 * MSS);
    pass_rounds(tcb, 21, tcp_cubic_grow);
    ck_assert_double_ge(segments(tcb), 95); /* 0.4 * (2.1 - 4.22)^3 + 100 = 96.2 */
    ck_assert_double_le(segments(tcb), 98);
    pass_rounds(tcb, 21, tcp_cubic_grow);
    ck_assert_double_ge(segments(tcb), 99);
    ck_assert_double_le(segments(tcb), 101);
    pass_rounds(tcb, 42, tcp_cubic_grow);
    ck_assert_double_ge(segments(tcb), 125); /* 0.4 * 4.18^3 + 100 = 129 */
    ck_assert_double_le(segments(tcb), 133);
}
END_TEST

START_TEST(test_cubic_on_a_short_path_grows_as_reno_would)
{
    struct tcb *tcb = connected(20); /* section 4.3: 3 * 0.3 / 1.7 of a segment a round */
    tcb->srtt_us8 = 1000 * 8;
    tcp_congestion_reduce(tcb, 20 * MSS);
    double before = segments(tcb);
    for (unsigned round = 0; round < 8; round++) {
        uint32_t window = tcb->congestion_window;
        for (uint32_t acked = 0; acked < window; acked += 2 * MSS)
            tcp_cubic_grow(tcb, 2 * MSS);
        bench.now_us += 1000;
        tcp_set_time(bench.tcp, bench.now_us);
    }
    ck_assert_double_ge(segments(tcb) - before, 3.5);
    ck_assert_double_le(segments(tcb) - before, 5.5);
}
END_TEST

START_TEST(test_cubic_that_loses_again_early_gives_way)
{
    struct tcb *tcb = connected(100); /* section 4.7, fast convergence */
    tcp_congestion_reduce(tcb, 100 * MSS);
    ck_assert_uint_eq(tcb->window_before, 100 * MSS);
    tcp_congestion_reduce(tcb, 70 * MSS);
    ck_assert_uint_le(tcb->window_before, 60 * MSS);
    ck_assert_uint_ge(tcb->window_before, 59 * MSS);
}
END_TEST

START_TEST(test_cubic_time_stands_still_while_nothing_is_sent)
{
    struct tcb *tcb = connected(100); /* section 4.2 */
    tcp_congestion_reduce(tcb, 100 * MSS);
    pass_rounds(tcb, 5, tcp_cubic_grow);
    bench.now_us += 3600 * 1000000ull;
    tcp_set_time(bench.tcp, bench.now_us);
    tcp_congestion_idle(tcb);
    pass_rounds(tcb, 1, tcp_cubic_grow);
    ck_assert_double_le(segments(tcb), 16);
}
END_TEST

START_TEST(test_new_reno_halves_and_grows_a_segment_a_round)
{
    struct tcb *tcb = connected(40); /* RFC 5681 section 3.1 */
    tcp_set_congestion(tcb, TCP_NEW_RENO);
    ck_assert_int_eq(tcp_get_congestion(tcb), TCP_NEW_RENO);
    tcp_congestion_reduce(tcb, 40 * MSS);
    ck_assert_uint_eq(tcb->congestion_window, 20 * MSS);
    pass_rounds(tcb, 10, tcp_new_reno_grow);
    ck_assert_double_ge(segments(tcb), 29);
    ck_assert_double_le(segments(tcb), 31);
}
END_TEST

START_TEST(test_window_is_two_segments_at_least)
{
    struct tcb *tcb = connected(2);
    tcp_congestion_reduce(tcb, 2 * MSS);
    ck_assert_uint_eq(tcb->slow_start_threshold, 2 * MSS);
    tcp_set_congestion(tcb, TCP_NEW_RENO);
    tcp_congestion_reduce(tcb, 2 * MSS);
    ck_assert_uint_eq(tcb->slow_start_threshold, 2 * MSS);
}
END_TEST

/* --- what a user may ask for ----------------------------------------------------- */

START_TEST(test_ttl_and_tos_are_those_of_the_listener_or_of_the_block)
{
    bench_start(&bench, NULL); /* RFC 9293 MUST-48, MUST-49 */
    tcp_set_ttl(bench_listen(&bench), 9);
    tcp_set_tos(bench.listener, 0xB8);
    struct tcb *tcb = bench_accepted(&bench);
    ck_assert_uint_eq(bench.ip.last_header.ttl, 9);
    ck_assert_uint_eq(bench.ip.last_header.tos, 0xB8);
    tcp_set_tos(tcb, 0x10); /* SHLD-21 */
    tcp_set_ttl(tcb, 200);
    tcp_write(tcb, "x", 1);
    bench_expect(&bench, TCP_ACK, 1, 1, 1);
    ck_assert_uint_eq(bench.ip.last_header.ttl, 200);
    ck_assert_uint_eq(bench.ip.last_header.tos, 0x10);
    ck_assert_uint_eq(tcp_get_ttl(tcb), 200);
    ck_assert_uint_eq(tcp_get_tos(tcb), 0x10);
}
END_TEST

START_TEST(test_connect_to_a_group_is_refused)
{
    static const lan_ip4 groups[] = {LAN_IP4(224, 0, 0, 1), UINT32_MAX, 0};
    bench_start(&bench, NULL); /* MUST-46 */
    for (unsigned i = 0; i < 3; i++) {
        const struct lan_address peer = {.ip = groups[i], .port = 7};
        ck_assert_int_eq(tcp_connect(tcp_open(bench.tcp), &peer), -LAN_ENETUNREACH);
    }
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_two_listeners_of_one_port_have_each_its_address)
{
    bench_start(&bench, NULL); /* MUST-41, MUST-42 */
    const struct lan_address here = {.ip = BENCH_LOCAL_IP, .port = BENCH_LOCAL_PORT};
    const struct lan_address there = {.ip = BENCH_LOCAL_IP + 1, .port = BENCH_LOCAL_PORT};
    struct tcb *a = tcp_open(bench.tcp), *b = tcp_open(bench.tcp);
    ck_assert_int_eq(tcp_bind(a, &here), 0);
    ck_assert_int_eq(tcp_bind(b, &there), 0);
    ck_assert_int_eq(tcp_listen(a, 1), 0);
    ck_assert_int_eq(tcp_listen(b, 1), 0);
    bench.listener = a;
    ck_assert_ptr_nonnull(bench_accepted(&bench));
    ck_assert_ptr_null(tcp_accept(b));
}
END_TEST

START_TEST(test_reset_with_data_resets_even_through_a_closed_window)
{
    const struct tcp_config config = {
        .connection_count = 4, .buffer_count = 4, .buffer_bytes = 512};
    bench_start(&bench, &config); /* SHLD-2, MUST-66 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 512);
    bench_step(&bench);
    ck_assert_uint_eq(tcb->receive_edge, tcb->receive_next);
    GIVE(&bench, .flags = TCP_RST, .sequence = 513, .data = "because of the rain");
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ECONNRESET);
}
END_TEST

START_TEST(test_connection_takes_200_bytes)
{
    ck_assert_uint_le(sizeof(struct tcb), 200); /* without its buffers and their notes */
    printf("a control block takes %zu bytes, the notes of 64 KiB %u\n", sizeof(struct tcb),
           65536 / TCP_BYTES_PER_NOTE * (unsigned)sizeof(union tcp_note));
}
END_TEST

TEST_MAIN("TCP: congestion control and settings", test_cubic_falls_to_seven_tenths,
          test_cubic_is_back_after_k_and_beyond_after_twice_that,
          test_cubic_on_a_short_path_grows_as_reno_would,
          test_cubic_that_loses_again_early_gives_way,
          test_cubic_time_stands_still_while_nothing_is_sent,
          test_new_reno_halves_and_grows_a_segment_a_round, test_window_is_two_segments_at_least,
          test_ttl_and_tos_are_those_of_the_listener_or_of_the_block,
          test_connect_to_a_group_is_refused, test_two_listeners_of_one_port_have_each_its_address,
          test_reset_with_data_resets_even_through_a_closed_window, test_connection_takes_200_bytes)
