/* SYN cookies (RFC 4987 section 3.6): what a listener does when half-open
 * connections fill its backlog. */
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;
static struct seen seen;

enum { PORT = 7000, MINUTE_MS = 60000 };

/* A listener whose backlog of 3 is full of SYNs from nobody; nothing to look at. */
static struct tcb *flooded(void)
{
    bench_start(&bench, NULL);
    struct tcb *listener = bench_listen(&bench);
    for (unsigned i = 0; i < 3; i++)
        GIVE(&bench, .flags = TCP_SYN, .source_port = (uint16_t)(5000 + i));
    bench_step(&bench);
    while (bench_take(&bench, &seen))
        ;
    return listener;
}

/* A SYN gets its cookie; `seen` has it. */
static void ask(uint32_t timestamp)
{
    static const uint8_t options[] = {2, 4, 0x05, 0xA0, 1, 3, 3, 7, 1, 1, 4, 2}; /* 1440, 7, SACK */
    bench.local_known = false;
    GIVE(&bench, .flags = TCP_SYN, .source_port = PORT, .options = options,
         .options_size = sizeof options, .timestamp = timestamp);
    seen = bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
}

START_TEST(test_ack_of_a_cookie_opens_with_all_options)
{
    struct tcb *listener = flooded();
    ask(500);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_cookies_sent"), 1);
    ck_assert_uint_eq(bench_blocks_used(&bench), 4); /* nothing is kept */
    ck_assert(seen.options.has_timestamps && seen.options.sack_permitted);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "hello",
         .source_port = PORT, .timestamp = 501);
    struct tcb *tcb = tcp_accept(listener);
    ck_assert_ptr_nonnull(tcb);
    ASSERT_STATE(tcb, "ESTABLISHED");
    char bytes[8];
    ck_assert_int_eq(tcp_read(tcb, bytes, sizeof bytes, 0), 5);
    ck_assert_uint_eq(tcb->mss, 1440 - 12);
    ck_assert_uint_eq(tcb->send_scale, 7);
    ck_assert(tcb->flags & TCB_SACK && tcb->flags & TCB_TIMESTAMPS);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_cookies_accepted"), 1);
}
END_TEST

START_TEST(test_cookie_without_timestamps_promises_no_scale_and_no_sack)
{
    struct tcb *listener = flooded();
    ask(0);
    ck_assert(!seen.options.sack_permitted);
    ck_assert_uint_eq(seen.options.scale, TCP_NO_SCALE);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = PORT);
    struct tcb *tcb = tcp_accept(listener);
    ck_assert_ptr_nonnull(tcb);
    ck_assert_uint_eq(tcb->mss, 1440);
    ck_assert(!(tcb->flags & (TCB_SACK | TCB_TIMESTAMPS | TCB_SCALING)));
}
END_TEST

START_TEST(test_forged_cookie_is_answered_with_a_reset)
{
    struct tcb *listener = flooded();
    ask(0);
    for (uint32_t bit = 0; bit < 32; bit++) {
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1 ^ 1u << bit,
             .source_port = PORT);
        ck_assert(bench_take(&bench, &seen));
        ck_assert_uint_eq(seen.flags, TCP_RST);
    }
    GIVE(&bench, .flags = TCP_ACK, .sequence = 2, .acknowledgment = 1, .source_port = PORT);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = PORT + 1);
    ck_assert_ptr_null(tcp_accept(listener));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_cookies_accepted"), 0);
}
END_TEST

START_TEST(test_cookie_is_good_for_a_minute_and_not_for_three)
{
    struct tcb *listener = flooded();
    ask(0);
    bench_pass(&bench, MINUTE_MS);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = PORT);
    ck_assert_ptr_nonnull(tcp_accept(listener));
    listener = flooded();
    ask(0);
    bench_pass(&bench, 3 * MINUTE_MS);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = PORT);
    ck_assert_ptr_null(tcp_accept(listener));
}
END_TEST

START_TEST(test_listener_that_gave_no_cookie_believes_none)
{
    flooded();
    ask(0);
    uint32_t isn = bench.local_isn;
    flooded();
    bench.local_isn = isn;
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = PORT);
    ck_assert(bench_take(&bench, &seen));
    ck_assert_uint_eq(seen.flags, TCP_RST);
}
END_TEST

START_TEST(test_queue_of_accepted_ones_drops_cookies_and_syns_alike)
{
    const struct tcp_config config = {
        .connection_count = 12, .buffer_count = 12, .buffer_bytes = 4096};
    bench_start(&bench, &config);
    bench_listen(&bench);
    for (uint16_t port = 1; port <= 3; port++) {
        bench.local_known = false;
        GIVE(&bench, .flags = TCP_SYN, .source_port = port);
        bench_step(&bench);
        bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
        if (port == 3)
            ask(0);
        uint32_t cookie_isn = bench.local_isn;
        if (port < 3)
            GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = port);
        else
            ck_assert_uint_ne(cookie_isn, 0);
    }
    /* Two wait, one is half open: the cookie takes the last place, and then no more. */
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = PORT);
    GIVE(&bench, .flags = TCP_SYN, .source_port = 9);
    bench_step(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_cookies_accepted"), 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_backlog"), 1);
}
END_TEST

TEST_MAIN("TCP: SYN cookies", test_ack_of_a_cookie_opens_with_all_options,
          test_cookie_without_timestamps_promises_no_scale_and_no_sack,
          test_forged_cookie_is_answered_with_a_reset,
          test_cookie_is_good_for_a_minute_and_not_for_three,
          test_listener_that_gave_no_cookie_believes_none,
          test_queue_of_accepted_ones_drops_cookies_and_syns_alike)
