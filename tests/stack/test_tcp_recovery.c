/* What a peer's SACKs tell and what follows: the scoreboard (RFC 2018, RFC 6675),
 * D-SACK (RFC 2883), RACK and the tail probe (RFC 8985), limited transmit (RFC
 * 3042). */
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;
static struct seen seen;
static char bytes[1 << 16];

enum { MSS = BENCH_MSS, RTT_MS = 20 };

/* The first byte of segment `index`. */
static uint32_t at(unsigned index)
{
    return 1 + index * MSS;
}

/* `count` segments in flight since a round trip, which is known to be RTT_MS. */
static struct tcb *in_flight(unsigned count)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established_modern(&bench, 0);
    tcb->srtt_us8 = RTT_MS * 1000 * 8;
    tcb->rttvar_us4 = RTT_MS * 2000;
    tcb->congestion_window = count * MSS;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 >> 2);
    ck_assert_int_eq(tcp_write(tcb, bytes, count * MSS), count * MSS);
    for (unsigned i = 0; i < count; i++)
        bench_expect(&bench, TCP_ACK, at(i), 1, MSS);
    bench_expect_nothing(&bench);
    bench.now_us += RTT_MS * 1000;
    return tcb;
}

#define ACKNOWLEDGE(number, ...)                                                                   \
    do {                                                                                           \
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = (number), __VA_ARGS__);    \
        bench_step(&bench);                                                                        \
    } while (0)

static void expect_segment(unsigned index)
{
    seen = bench_expect(&bench, TCP_ACK, at(index), 1, MSS);
    ck_assert_mem_eq(seen.data, bytes + at(index) - 1, MSS);
}

/* --- the scoreboard -------------------------------------------------------------- */

START_TEST(test_three_segments_sacked_behind_a_hole_resend_it_and_nothing_else)
{
    struct tcb *tcb = in_flight(10); /* RFC 6675 section 5, RFC 8985 section 6.2 */
    for (unsigned i = 2; i <= 4; i++)
        ACKNOWLEDGE(1, .sack = {{at(1), at(i)}});
    expect_segment(0);
    bench_expect_nothing(&bench);
    ck_assert(tcb->flags & TCB_RECOVERING);
    ACKNOWLEDGE(at(10));
    bench_expect_nothing(&bench);
    ck_assert(!(tcb->flags & TCB_RECOVERING));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_fast_retransmits"), 1);
}
END_TEST

START_TEST(test_every_hole_of_one_sack_is_resent_once)
{
    in_flight(10);
    ACKNOWLEDGE(1, .sack = {{at(7), at(9)}, {at(4), at(6)}, {at(1), at(3)}});
    expect_segment(0);
    bench_pass(&bench, 1);
    expect_segment(3);
    expect_segment(6);
    ACKNOWLEDGE(at(3), .sack = {{at(7), at(9)}, {at(4), at(6)}});
    ACKNOWLEDGE(at(6), .sack = {{at(7), at(9)}});
    ACKNOWLEDGE(at(9));
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 3);
}
END_TEST

START_TEST(test_what_a_timeout_resends_leaves_out_what_is_sacked)
{
    in_flight(5); /* RFC 6675 section 5.1 */
    ACKNOWLEDGE(1, .sack = {{at(1), at(2)}});
    bench_pass(&bench, 3000);
    while (bench_take(&bench, &seen))
        ck_assert_uint_ne(seen.sequence, at(1));
    ck_assert_uint_ge(bench_counter(&bench, "tcp_resends"), 1);
}
END_TEST

START_TEST(test_peer_that_drops_what_it_sacked_gets_it_again)
{
    struct tcb *tcb = in_flight(3); /* RFC 2018 section 8 */
    ACKNOWLEDGE(1, .sack = {{at(1), at(3)}});
    bench_pass(&bench, 1000);
    while (bench_take(&bench, &seen))
        ;
    ACKNOWLEDGE(at(1));
    bench_pass(&bench, 5000);
    bool again = false;
    while (bench_take(&bench, &seen))
        again |= seen.sequence == at(1) && seen.size == MSS;
    ck_assert(again);
    ck_assert(!tcp_sent_at(tcb, 0)->sacked);
}
END_TEST

START_TEST(test_sack_of_what_was_never_sent_is_ignored)
{
    struct tcb *tcb = in_flight(4);
    ACKNOWLEDGE(1, .sack = {{at(2), at(6)}, {at(3), at(2)}, {(uint32_t)-5000, (uint32_t)-4000}});
    ck_assert(!(tcb->flags & TCB_MARKED));
    for (unsigned i = 0; i < 4; i++)
        ck_assert(!tcp_sent_at(tcb, i)->sacked);
}
END_TEST

START_TEST(test_half_a_segment_sacked_counts_for_nothing)
{
    struct tcb *tcb = in_flight(4); /* RFC 2018 section 5: only what is there whole */
    ACKNOWLEDGE(1, .sack = {{at(1), at(2) - 1}});
    ck_assert(!tcp_sent_at(tcb, 1)->sacked);
}
END_TEST

/* --- RACK ------------------------------------------------------------------------ */

START_TEST(test_one_segment_sacked_waits_a_quarter_round_trip_for_the_late_one)
{
    struct tcb *tcb = in_flight(4); /* RFC 8985 section 6.2, steps 4 and 5 */
    ACKNOWLEDGE(1, .sack = {{at(1), at(2)}});
    bench_expect_nothing(&bench);
    ck_assert_int_eq(tcb->timer, TCP_TIMER_REORDER);
    bench_pass(&bench, RTT_MS / 4 + 3);
    expect_segment(0);
    ck_assert(tcb->flags & TCB_RECOVERING);
}
END_TEST

START_TEST(test_late_segment_teaches_patience)
{
    struct tcb *tcb = in_flight(4);
    ACKNOWLEDGE(1, .sack = {{at(1), at(2)}});
    ACKNOWLEDGE(at(2));
    ck_assert(tcb->flags & TCB_REORDERED); /* step 3 */
    ck_assert(!(tcb->flags & TCB_RECOVERING));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

START_TEST(test_lost_resent_segment_is_resent_without_a_timeout)
{
    struct tcb *tcb = in_flight(12); /* what RACK can and three duplicate ACKs cannot */
    ACKNOWLEDGE(1, .sack = {{at(1), at(8)}});
    expect_segment(0);
    ck_assert_int_eq(tcp_write(tcb, bytes, 4 * MSS), 4 * MSS);
    bench_step(&bench);
    unsigned fresh = 0;
    while (bench_take(&bench, &seen))
        fresh++;
    ck_assert_uint_ge(fresh, 1);
    bench.now_us += RTT_MS * 1000 + 1000;
    ACKNOWLEDGE(1, .sack = {{at(1), at(13)}}); /* the new one arrived, the resent one did not */
    bench_pass(&bench, RTT_MS);
    bool again = false;
    while (bench_take(&bench, &seen))
        again |= seen.sequence == 1;
    ck_assert(again);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_timeouts"), 0);
}
END_TEST

START_TEST(test_d_sack_widens_the_reordering_window_once_a_round)
{
    struct tcb *tcb = in_flight(4); /* RFC 2883 section 4, RFC 8985 section 6.2 step 4 */
    ACKNOWLEDGE(at(2), .sack = {{at(0), at(1)}});
    ACKNOWLEDGE(at(3), .sack = {{at(0), at(1)}});
    ck_assert_uint_eq(tcb->reorder_steps & 15, 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_duplicates_told"), 2);
}
END_TEST

/* --- the tail probe -------------------------------------------------------------- */

START_TEST(test_lost_tail_is_probed_after_two_round_trips)
{
    in_flight(4); /* RFC 8985 section 7 */
    bench_pass(&bench, RTT_MS + 5);
    seen = bench_expect(&bench, TCP_ACK, at(3), 1, MSS);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_tail_probes"), 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_timeouts"), 0);
}
END_TEST

START_TEST(test_tail_probe_prefers_new_data)
{
    struct tcb *tcb = in_flight(4); /* section 7.3 */
    ck_assert_int_eq(tcp_write(tcb, bytes + 4 * MSS, 2 * MSS), 2 * MSS);
    bench_expect_nothing(&bench); /* the congestion window is full */
    bench_pass(&bench, RTT_MS + 5);
    expect_segment(4);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

START_TEST(test_sack_for_the_probe_brings_the_lost_tail_back)
{
    in_flight(6);
    ACKNOWLEDGE(at(3));
    bench_pass(&bench, 2 * RTT_MS + 10);
    expect_segment(5);
    bench.now_us += RTT_MS * 1000;
    ACKNOWLEDGE(at(3), .sack = {{at(5), at(6)}});
    bench_pass(&bench, RTT_MS);
    expect_segment(3);
    expect_segment(4);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_timeouts"), 0);
}
END_TEST

START_TEST(test_loss_that_the_probe_mended_still_shrinks_the_window)
{
    struct tcb *tcb = in_flight(4); /* section 7.4.2: no D-SACK, so it was lost */
    bench_pass(&bench, RTT_MS + 5);
    expect_segment(3);
    ACKNOWLEDGE(at(4));
    ck_assert(tcb->flags & TCB_TAIL_PROBED); /* a D-SACK may still come */
    ck_assert_int_eq(tcp_write(tcb, bytes + 4 * MSS, MSS), MSS);
    expect_segment(4);
    ACKNOWLEDGE(at(5));
    ck_assert(!(tcb->flags & TCB_TAIL_PROBED));
    ck_assert_uint_eq(tcb->congestion_window, tcb->slow_start_threshold);
}
END_TEST

START_TEST(test_probe_in_vain_costs_nothing)
{
    struct tcb *tcb = in_flight(4);
    uint32_t before = tcb->congestion_window;
    bench_pass(&bench, RTT_MS + 5);
    expect_segment(3);
    ACKNOWLEDGE(at(4));
    ACKNOWLEDGE(at(4), .sack = {{at(3), at(4)}});
    ck_assert(!(tcb->flags & TCB_TAIL_PROBED));
    ck_assert_uint_ge(tcb->congestion_window, before);
}
END_TEST

START_TEST(test_second_expiry_after_a_probe_is_a_timeout)
{
    struct tcb *tcb = in_flight(4);
    bench_pass(&bench, 1500);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_tail_probes"), 1);
    ck_assert_uint_ge(bench_counter(&bench, "tcp_timeouts"), 1);
    ck_assert_uint_eq(tcb->congestion_window, MSS);
}
END_TEST

/* --- limited transmit (RFC 3042) ------------------------------------------------- */

START_TEST(test_first_two_sacks_let_a_new_segment_go_each)
{
    struct tcb *tcb = in_flight(4);
    tcb->flags |= TCB_REORDERED; /* so that none of them is believed to be a loss */
    ck_assert_int_eq(tcp_write(tcb, bytes + 4 * MSS, 4 * MSS), 4 * MSS);
    ACKNOWLEDGE(1, .sack = {{at(1), at(2)}});
    expect_segment(4);
    bench_expect_nothing(&bench);
    ACKNOWLEDGE(1, .sack = {{at(1), at(3)}});
    expect_segment(5);
    bench_expect_nothing(&bench);
}
END_TEST

/* --- our own SACKs --------------------------------------------------------------- */

static void give_piece(uint32_t sequence, const char *data)
{
    GIVE(&bench, .flags = TCP_ACK, .sequence = sequence, .acknowledgment = 1, .data = data);
    bench_step(&bench);
}

static void expect_blocks(uint32_t acknowledgment, unsigned count, const uint32_t *edges)
{
    seen = bench_expect(&bench, TCP_ACK, 1, acknowledgment, 0);
    ck_assert_uint_eq(seen.options.sack_count, count);
    for (unsigned i = 0; i < 2 * count; i++) {
        const uint8_t *edge = seen.options.sack + 4 * i;
        uint32_t number =
            (uint32_t)edge[0] << 24 | (uint32_t)edge[1] << 16 | (uint32_t)edge[2] << 8 | edge[3];
        ck_assert_uint_eq(number - bench.peer_isn, edges[i]);
    }
}
#define EXPECT_BLOCKS(acknowledgment, count, ...)                                                  \
    expect_blocks(acknowledgment, count, (const uint32_t[]){__VA_ARGS__})

START_TEST(test_ack_tells_the_latest_range_first)
{
    bench_start(&bench, NULL); /* RFC 2018 section 4 */
    bench_established_modern(&bench, 0);
    give_piece(11, "aa");
    EXPECT_BLOCKS(1, 1, 11, 13);
    give_piece(31, "cc");
    EXPECT_BLOCKS(1, 2, 31, 33, 11, 13);
    give_piece(21, "bb");
    EXPECT_BLOCKS(1, 3, 21, 23, 31, 33, 11, 13);
    give_piece(13, "aa");
    EXPECT_BLOCKS(1, 3, 11, 15, 21, 23, 31, 33);
    give_piece(1, "0123456789");
    EXPECT_BLOCKS(15, 2, 21, 23, 31, 33);
}
END_TEST

START_TEST(test_four_blocks_fit_and_three_beside_timestamps)
{
    bench_start(&bench, NULL); /* RFC 2018 section 3 */
    bench_established_modern(&bench, 0);
    for (uint32_t i = 1; i <= 5; i++)
        give_piece(10 * i + 1, "x");
    while (bench_take(&bench, &seen))
        ck_assert_uint_le(seen.options.sack_count, 4);
    bench_start(&bench, NULL);
    bench_established_modern(&bench, 99);
    for (uint32_t i = 1; i <= 4; i++)
        GIVE(&bench, .flags = TCP_ACK, .sequence = 10 * i + 1, .acknowledgment = 1, .data = "x",
             .timestamp = 99);
    unsigned most = 0;
    while (bench_take(&bench, &seen))
        most = seen.options.sack_count > most ? seen.options.sack_count : most;
    ck_assert_uint_eq(most, 3);
}
END_TEST

START_TEST(test_segment_that_came_twice_is_told_once)
{
    bench_start(&bench, NULL); /* RFC 2883 section 4 */
    bench_established_modern(&bench, 0);
    give_piece(1, "abcd");
    bench_pass(&bench, 50);
    EXPECT_BLOCKS(5, 0, 0);
    give_piece(1, "abcd");
    EXPECT_BLOCKS(5, 1, 1, 5);
    give_piece(21, "xy");
    EXPECT_BLOCKS(5, 1, 21, 23);
    give_piece(21, "xy");
    EXPECT_BLOCKS(5, 2, 21, 23, 21, 23); /* within the second block: section 4.1.2 */
    give_piece(31, "z");
    EXPECT_BLOCKS(5, 2, 31, 32, 21, 23);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_duplicates_received"), 2);
}
END_TEST

START_TEST(test_peer_without_sack_gets_none)
{
    bench_start(&bench, NULL);
    bench_established(&bench);
    give_piece(11, "aa");
    EXPECT_BLOCKS(1, 0, 0);
}
END_TEST

TEST_MAIN("TCP: recovery", test_three_segments_sacked_behind_a_hole_resend_it_and_nothing_else,
          test_every_hole_of_one_sack_is_resent_once,
          test_what_a_timeout_resends_leaves_out_what_is_sacked,
          test_peer_that_drops_what_it_sacked_gets_it_again,
          test_sack_of_what_was_never_sent_is_ignored,
          test_half_a_segment_sacked_counts_for_nothing,
          test_one_segment_sacked_waits_a_quarter_round_trip_for_the_late_one,
          test_late_segment_teaches_patience, test_lost_resent_segment_is_resent_without_a_timeout,
          test_d_sack_widens_the_reordering_window_once_a_round,
          test_lost_tail_is_probed_after_two_round_trips, test_tail_probe_prefers_new_data,
          test_sack_for_the_probe_brings_the_lost_tail_back,
          test_loss_that_the_probe_mended_still_shrinks_the_window,
          test_probe_in_vain_costs_nothing, test_second_expiry_after_a_probe_is_a_timeout,
          test_first_two_sacks_let_a_new_segment_go_each, test_ack_tells_the_latest_range_first,
          test_four_blocks_fit_and_three_beside_timestamps,
          test_segment_that_came_twice_is_told_once, test_peer_without_sack_gets_none)
