/* Timestamps and PAWS (RFC 7323), and what they do for TIME_WAIT (RFC 6191). */
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;
static struct seen seen;

enum { THEIRS = 5000 };

static struct tcb *open_with_timestamps(void)
{
    bench_start(&bench, NULL);
    return bench_established_modern(&bench, THEIRS);
}

START_TEST(test_syn_offers_timestamps_sack_and_scale)
{
    bench_start(&bench, NULL); /* RFC 7323 section 3.2 */
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = BENCH_PEER_PORT};
    tcp_connect(tcp_open(bench.tcp), &peer);
    ck_assert(bench_take(&bench, &seen));
    ck_assert(seen.options.has_timestamps && seen.options.sack_permitted);
    ck_assert_uint_eq(seen.options.timestamp_echo, 0);
    ck_assert_uint_ne(seen.options.scale, TCP_NO_SCALE);
    ck_assert_uint_eq(seen.options.mss, FAKE_IP_SIZE_MAX - TCP_HEADER_SIZE); /* MUST-67 */
}
END_TEST

START_TEST(test_answer_offers_only_what_the_syn_did)
{
    static const uint8_t sack_permitted[] = {1, 1, 4, 2};
    bench_start(&bench, NULL);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    bench_step(&bench);
    ck_assert(bench_take(&bench, &seen));
    ck_assert(!seen.options.has_timestamps && !seen.options.sack_permitted);
    GIVE(&bench, .flags = TCP_SYN, .source_port = 9, .timestamp = 77, .options = sack_permitted,
         .options_size = 4);
    bench_step(&bench);
    ck_assert(bench_take(&bench, &seen));
    ck_assert(seen.options.has_timestamps && seen.options.sack_permitted);
    ck_assert_uint_eq(seen.options.timestamp_echo, 77);
}
END_TEST

START_TEST(test_every_segment_carries_the_clock_and_the_echo)
{
    struct tcb *tcb = open_with_timestamps();
    uint32_t before = bench.timestamp_seen;
    bench_pass(&bench, 100);
    ck_assert_int_eq(tcp_write(tcb, "hello", 5), 5);
    seen = bench_expect(&bench, TCP_ACK, 1, 1, 5);
    ck_assert_uint_eq(seen.options.timestamp_echo, THEIRS);
    ck_assert_uint_ge(seen.options.timestamp - before, 90);
    ck_assert_uint_le(seen.options.timestamp - before, 110);
    ck_assert_uint_eq(seen.options.mss, 0); /* RFC 9293 MUST-65 */
}
END_TEST

START_TEST(test_full_segment_leaves_room_for_the_timestamps)
{
    static char bytes[3000];
    struct tcb *tcb = open_with_timestamps(); /* RFC 6691 section 2 */
    ck_assert_int_eq(tcp_write(tcb, bytes, sizeof bytes), sizeof bytes);
    bench_expect(&bench, TCP_ACK, 1, 1, BENCH_MSS - 12);
    ck_assert_uint_eq(tcb->mss, BENCH_MSS - 12);
}
END_TEST

START_TEST(test_segment_with_an_old_timestamp_is_acknowledged_and_dropped)
{
    struct tcb *tcb = open_with_timestamps(); /* RFC 7323 section 5.3, R1 */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "old",
         .timestamp = THEIRS - 1);
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
    ck_assert_uint_eq(tcb_unread(tcb), 0);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_paws"), 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "new",
         .timestamp = THEIRS);
    ck_assert_uint_eq(tcb_unread(tcb), 3);
}
END_TEST

START_TEST(test_late_acks_with_old_timestamps_are_answered_no_more_than_challenges)
{
    open_with_timestamps(); /* on a path that reorders; RFC 5961 section 7 */
    for (unsigned i = 0; i < 100; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1,
             .timestamp = THEIRS - 1 - i);
    for (unsigned i = 0; i < TCP_CHALLENGE_ACKS; i++)
        bench_expect(&bench, TCP_ACK, 1, 1, 0);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_paws"), 100);
}
END_TEST

START_TEST(test_reset_with_an_old_timestamp_resets)
{
    struct tcb *tcb = open_with_timestamps(); /* section 5.3: PAWS is not for RST */
    GIVE(&bench, .flags = TCP_RST, .sequence = 1, .timestamp = THEIRS - 100);
    ASSERT_STATE(tcb, "CLOSED");
}
END_TEST

START_TEST(test_segment_without_a_timestamp_is_dropped)
{
    struct tcb *tcb = open_with_timestamps(); /* section 3.2 */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "x");
    bench_step(&bench);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(tcb_unread(tcb), 0);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_timestamps"), 1);
}
END_TEST

START_TEST(test_old_timestamp_is_taken_after_24_days_of_silence)
{
    struct tcb *tcb = open_with_timestamps(); /* section 5.5 */
    bench.now_us += 25ull * 86400 * 1000000;
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "late",
         .timestamp = THEIRS - 1000);
    ck_assert_uint_eq(tcb_unread(tcb), 4);
    ck_assert_uint_eq(tcb->timestamp_recent, THEIRS - 1000);
}
END_TEST

START_TEST(test_delayed_ack_echoes_the_first_of_the_segments_it_covers)
{
    open_with_timestamps(); /* section 4.3 (a) */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "a",
         .timestamp = THEIRS + 1);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 2, .acknowledgment = 1, .data = "b",
         .timestamp = THEIRS + 9);
    bench_step(&bench);
    seen = bench_expect(&bench, TCP_ACK, 1, 3, 0);
    ck_assert_uint_eq(seen.options.timestamp_echo, THEIRS + 1);
}
END_TEST

START_TEST(test_ack_of_a_segment_behind_a_gap_echoes_the_last_in_order)
{
    open_with_timestamps(); /* section 4.3 (b) */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 11, .acknowledgment = 1, .data = "b",
         .timestamp = THEIRS + 9);
    seen = bench_expect(&bench, TCP_ACK, 1, 1, 0);
    ck_assert_uint_eq(seen.options.timestamp_echo, THEIRS);
}
END_TEST

START_TEST(test_echo_tells_the_round_trip_of_a_resent_segment)
{
    struct tcb *tcb = open_with_timestamps(); /* section 4, against Karn's blindness */
    ck_assert_int_eq(tcp_write(tcb, "x", 1), 1);
    bench_expect(&bench, TCP_ACK, 1, 1, 1);
    while (bench_counter(&bench, "tcp_resends") == 0)
        bench_pass(&bench, 10);
    uint32_t first = bench.timestamp_seen;
    while (bench_take(&bench, &seen))
        ck_assert_uint_ge(seen.options.timestamp, first); /* a fresh one */
    ck_assert_uint_gt(seen.options.timestamp + bench.timestamp_seen, first);
    bench.now_us += 50000;
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2, .timestamp = THEIRS + 1);
    ck_assert_uint_eq(tcb->backoff, 0);
    ck_assert_uint_gt(tcb->srtt_us8 / 8, 3000);
    ck_assert_uint_lt(tcb->srtt_us8 / 8, 15000); /* 0 at the SYN, then about 50 ms: an eighth */
}
END_TEST

/* Both FINs behind us; the peer's clock showed THEIRS + 1. */
static struct tcb *time_wait_with_timestamps(void)
{
    struct tcb *tcb;
    bench_start(&bench, NULL);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_SYN, .timestamp = THEIRS);
    bench_step(&bench);
    bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .timestamp = THEIRS);
    tcb = tcp_accept(bench.listener);
    tcp_close(tcb);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 1, 1, 0);
    GIVE(&bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 2,
         .timestamp = THEIRS + 1);
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 2, 2, 0);
    ASSERT_STATE(tcb, "TIME-WAIT");
    return tcb;
}

START_TEST(test_time_wait_syn_with_a_later_timestamp_opens_though_its_number_is_lower)
{
    time_wait_with_timestamps(); /* RFC 6191 section 2 */
    GIVE(&bench, .flags = TCP_SYN, .sequence = (uint32_t)-5000, .timestamp = THEIRS + 2);
    bench_step(&bench);
    ck_assert(bench_take(&bench, &seen));
    ck_assert_uint_eq(seen.flags, TCP_SYN | TCP_ACK);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_time_wait_reused"), 1);
}
END_TEST

START_TEST(test_time_wait_syn_with_an_earlier_timestamp_does_not_open)
{
    time_wait_with_timestamps();
    GIVE(&bench, .flags = TCP_SYN, .sequence = 5000, .timestamp = THEIRS - 1);
    bench_step(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_time_wait_reused"), 0);
}
END_TEST

START_TEST(test_time_wait_syn_with_the_same_timestamp_opens_by_its_number)
{
    time_wait_with_timestamps();
    GIVE(&bench, .flags = TCP_SYN, .sequence = (uint32_t)-5000, .timestamp = THEIRS + 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_time_wait_reused"), 0);
    GIVE(&bench, .flags = TCP_SYN, .sequence = 5000, .timestamp = THEIRS + 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_time_wait_reused"), 1);
}
END_TEST

START_TEST(test_clock_of_a_pair_goes_on_when_it_meets_again)
{
    const struct tcp *tcp;
    bench_start(&bench, NULL); /* RFC 6191 needs it, RFC 7323 section 5.4 the difference */
    tcp = bench.tcp;
    uint32_t offset = tcp_timestamp_offset(tcp, 1, 2, 3, 4);
    ck_assert_uint_eq(offset, tcp_timestamp_offset(tcp, 1, 2, 3, 4));
    ck_assert_uint_ne(offset, tcp_timestamp_offset(tcp, 1, 2, 3, 5));
}
END_TEST

TEST_MAIN("TCP: timestamps", test_syn_offers_timestamps_sack_and_scale,
          test_answer_offers_only_what_the_syn_did,
          test_every_segment_carries_the_clock_and_the_echo,
          test_full_segment_leaves_room_for_the_timestamps,
          test_segment_with_an_old_timestamp_is_acknowledged_and_dropped,
          test_late_acks_with_old_timestamps_are_answered_no_more_than_challenges,
          test_reset_with_an_old_timestamp_resets, test_segment_without_a_timestamp_is_dropped,
          test_old_timestamp_is_taken_after_24_days_of_silence,
          test_delayed_ack_echoes_the_first_of_the_segments_it_covers,
          test_ack_of_a_segment_behind_a_gap_echoes_the_last_in_order,
          test_echo_tells_the_round_trip_of_a_resent_segment,
          test_time_wait_syn_with_a_later_timestamp_opens_though_its_number_is_lower,
          test_time_wait_syn_with_an_earlier_timestamp_does_not_open,
          test_time_wait_syn_with_the_same_timestamp_opens_by_its_number,
          test_clock_of_a_pair_goes_on_when_it_meets_again)
