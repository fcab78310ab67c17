/* Header prediction: what the short way for expected data must do as the long one does. */
#include "tcp_bench.h"

#include "test.h"

static struct bench bench;

START_TEST(test_window_told_with_expected_data_counts)
{
    bench_start(&bench, NULL); /* RFC 9293 section 3.10.7.4: SND.WND */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 10);
    ck_assert_uint_eq(tcb->send_window, BENCH_WINDOW);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 11, .acknowledgment = 1, .size = 10, .window = 700);
    ck_assert_uint_eq(tcb->send_window, 700);
    ck_assert_uint_eq(tcb->receive_next - tcb->read_next, 20);
}
END_TEST

START_TEST(test_window_of_a_segment_older_than_expected_data_does_not_count)
{
    bench_start(&bench, NULL); /* RFC 9293 section 3.10.7.4: SND.WL1 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 10);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 11, .acknowledgment = 1, .size = 10);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 6, .acknowledgment = 1, .size = 30, .window = 700);
    ck_assert_uint_eq(tcb->send_window, BENCH_WINDOW);
    ck_assert_uint_eq(tcb->receive_next - tcb->read_next, 35);
}
END_TEST

START_TEST(test_expected_data_shows_that_the_peer_lives)
{
    const struct tcp_keepalive often = {.on = true, .idle_s = 10, .interval_s = 2, .count = 3};
    bench_start(&bench, NULL); /* RFC 1122 section 4.2.3.6 */
    struct tcb *tcb = bench_established(&bench);
    ck_assert_int_eq(tcp_set_keepalive(tcb, &often), 0);
    bench_pass(&bench, 9900);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 10);
    bench_pass(&bench, 9900);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_keepalives"), 0);
    bench_pass(&bench, 200);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_keepalives"), 1);
}
END_TEST

START_TEST(test_data_beyond_the_window_is_cut_at_its_edge)
{
    const struct tcp_config config = {
        .connection_count = 4, .buffer_count = 4, .buffer_bytes = 512};
    bench_start(&bench, &config); /* RFC 9293 section 3.10.7.4, first step */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 500);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 501, .acknowledgment = 1, .size = 40);
    ck_assert_uint_eq(tcb->receive_next - tcb->read_next, 512);
}
END_TEST

TEST_MAIN("TCP: header prediction", test_window_told_with_expected_data_counts,
          test_window_of_a_segment_older_than_expected_data_does_not_count,
          test_expected_data_shows_that_the_peer_lives,
          test_data_beyond_the_window_is_cut_at_its_edge)
