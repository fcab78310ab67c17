/* How long a silent peer is believed: keepalive (RFC 1122 section 4.2.3.6), the user
 * timeout (RFC 5482); and what ICMP says of the path's MTU (RFC 1191, RFC 5927). */
#include "tcp_bench.h"
#include "test.h"

#include "base/bytes.h"

static struct bench bench;
static struct seen seen;
static char bytes[1 << 15];

/* --- keepalive ------------------------------------------------------------------- */

static const struct tcp_keepalive often = {.on = true, .idle_s = 10, .interval_s = 2, .count = 3};

START_TEST(test_keepalive_is_off_and_two_hours_by_default)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    struct tcp_keepalive keepalive = tcp_get_keepalive(tcb);
    ck_assert(!keepalive.on);
    ck_assert_uint_ge(keepalive.idle_s, 7200);
    bench_pass(&bench, 8000 * 1000);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_idle_peer_is_asked_with_the_number_before_the_next)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    ck_assert_int_eq(tcp_set_keepalive(tcb, &often), 0);
    bench_pass(&bench, 9900);
    bench_expect_nothing(&bench);
    bench_pass(&bench, 200);
    bench_expect(&bench, TCP_ACK, 0, 1, 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_pass(&bench, 9900);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_keepalives"), 1);
}
END_TEST

START_TEST(test_silent_peer_is_given_up_after_the_last_probe)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    tcp_set_keepalive(tcb, &often);
    bench_pass(&bench, 15500);
    for (unsigned i = 0; i < 3; i++)
        bench_expect(&bench, TCP_ACK, 0, 1, 0);
    bench_expect_nothing(&bench);
    ASSERT_STATE(tcb, "ESTABLISHED");
    bench_pass(&bench, 1000);
    bench_expect(&bench, TCP_RST | TCP_ACK, 1, 1, 0);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ETIMEDOUT);
}
END_TEST

START_TEST(test_keepalive_waits_anew_after_data_was_acknowledged)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    tcp_set_keepalive(tcb, &often);
    bench_pass(&bench, 5000);
    tcp_write(tcb, "x", 1);
    bench_expect(&bench, TCP_ACK, 1, 1, 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2);
    bench_pass(&bench, 9900);
    bench_expect_nothing(&bench);
    bench_pass(&bench, 200);
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
}
END_TEST

START_TEST(test_keepalive_of_a_listener_is_that_of_what_it_accepts)
{
    bench_start(&bench, NULL);
    tcp_set_keepalive(bench_listen(&bench), &often);
    struct tcb *tcb = bench_accepted(&bench);
    ck_assert(tcp_get_keepalive(tcb).on);
    bench_pass(&bench, 10100);
    bench_expect(&bench, TCP_ACK, 0, 1, 0);
    const struct tcp_keepalive never = {.on = true, .idle_s = 0, .interval_s = 1, .count = 1};
    ck_assert_int_eq(tcp_set_keepalive(tcb, &never), -LAN_EINVAL);
}
END_TEST

/* --- user timeout ---------------------------------------------------------------- */

START_TEST(test_user_timeout_ends_what_gets_no_answer)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    tcp_set_user_timeout(tcb, 5000);
    ck_assert_uint_ge(tcp_get_user_timeout(tcb), 5000);
    ck_assert_uint_le(tcp_get_user_timeout(tcb), 5066);
    tcp_write(tcb, "x", 1);
    bench_pass(&bench, 4800);
    ASSERT_STATE(tcb, "ESTABLISHED");
    bench_pass(&bench, 500);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ETIMEDOUT);
}
END_TEST

START_TEST(test_user_timeout_does_not_end_what_is_answered)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    tcp_set_user_timeout(tcb, 2000);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    tcp_write(tcb, "x", 1);
    for (unsigned i = 0; i < 100; i++) { /* a closed window, every probe answered */
        bench_pass(&bench, 1000);
        while (bench_take(&bench, &seen))
            GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .window = -1);
    }
    ASSERT_STATE(tcb, "ESTABLISHED");
}
END_TEST

/* --- path MTU -------------------------------------------------------------------- */

/* "Fragmentation needed" about our segment that begins at `sequence`. */
static void tell_mtu(uint32_t sequence, uint16_t mtu)
{
    uint8_t quoted[8];
    put16(quoted, bench.local_port);
    put16(quoted + 2, BENCH_PEER_PORT);
    put32(quoted + 4, bench.local_isn + sequence);
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, 3, 4, mtu);
    bench_step(&bench);
}

static struct tcb *two_full_segments(void)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    ck_assert_int_eq(tcp_write(tcb, bytes, 2920), 2920);
    bench_expect(&bench, TCP_ACK, 1, 1, 1460);
    bench_expect(&bench, TCP_ACK, 1461, 1, 1460);
    return tcb;
}

START_TEST(test_segments_forbid_fragmentation)
{
    two_full_segments(); /* RFC 1191 section 3 */
    ck_assert(bench.ip.last_header.dont_fragment);
}
END_TEST

START_TEST(test_smaller_path_mtu_cuts_what_is_in_flight_anew)
{
    struct tcb *tcb = two_full_segments(); /* RFC 1191 section 6.5: sent again at once */
    tell_mtu(1, 1000);
    ck_assert_uint_eq(tcb->mss, 960);
    bench_expect(&bench, TCP_ACK, 1, 1, 960);
    bench_expect(&bench, TCP_ACK, 961, 1, 960);
    bench_expect(&bench, TCP_ACK, 1921, 1, 960);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_path_mtu_shrunk"), 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_timeouts"), 0);
}
END_TEST

START_TEST(test_router_that_tells_no_mtu_brings_the_next_plateau)
{
    struct tcb *tcb = two_full_segments(); /* RFC 1191 section 7.1 */
    tell_mtu(1, 0);
    ck_assert_uint_eq(tcb->mss, 1492 - 40);
}
END_TEST

START_TEST(test_path_mtu_error_about_nothing_in_flight_is_dropped)
{
    struct tcb *tcb = two_full_segments(); /* RFC 5927 section 4.1 */
    tell_mtu((uint32_t)-5, 1000);
    tell_mtu(2921, 1000);
    tell_mtu(1, 1500); /* no news */
    tell_mtu(1, 60);   /* no network */
    ck_assert_uint_eq(tcb->mss, 1460);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_icmp"), 4);
}
END_TEST

START_TEST(test_path_mtu_error_while_segments_get_through_is_not_believed)
{
    struct tcb *tcb = two_full_segments(); /* RFC 5927 section 7.2 */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1461);
    tell_mtu(1461, 600);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2921);
    ck_assert_int_eq(tcp_write(tcb, bytes, 1460), 1460);
    bench_expect(&bench, TCP_ACK, 2921, 1, 1460);
    ck_assert_uint_eq(tcb->mss, 1460);
}
END_TEST

START_TEST(test_path_mtu_error_is_believed_when_a_timeout_follows)
{
    struct tcb *tcb = two_full_segments();
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1461);
    tell_mtu(1461, 600);
    ck_assert_uint_eq(tcb->mss, 1460);
    bench_pass(&bench, 1500);
    ck_assert_uint_eq(tcb->mss, 560);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_path_mtu_shrunk"), 1);
}
END_TEST

START_TEST(test_tiny_path_mtu_ends_at_the_least_and_lets_routers_cut)
{
    struct tcb *tcb = two_full_segments(); /* CVE-2019-11479; RFC 1191 section 3 */
    tell_mtu(1, 68);
    ck_assert_uint_eq(tcb->mss, TCP_MSS_MIN);
    ck_assert(!bench.ip.last_header.dont_fragment);
}
END_TEST

TEST_MAIN("TCP: liveness and path MTU", test_keepalive_is_off_and_two_hours_by_default,
          test_idle_peer_is_asked_with_the_number_before_the_next,
          test_silent_peer_is_given_up_after_the_last_probe,
          test_keepalive_waits_anew_after_data_was_acknowledged,
          test_keepalive_of_a_listener_is_that_of_what_it_accepts,
          test_user_timeout_ends_what_gets_no_answer,
          test_user_timeout_does_not_end_what_is_answered, test_segments_forbid_fragmentation,
          test_smaller_path_mtu_cuts_what_is_in_flight_anew,
          test_router_that_tells_no_mtu_brings_the_next_plateau,
          test_path_mtu_error_about_nothing_in_flight_is_dropped,
          test_path_mtu_error_while_segments_get_through_is_not_believed,
          test_path_mtu_error_is_believed_when_a_timeout_follows,
          test_tiny_path_mtu_ends_at_the_least_and_lets_routers_cut)
