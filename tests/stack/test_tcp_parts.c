/* The parts of TCP alone: headers and options that lie, SipHash, the rings with
 * their checksum, sequence numbers around 2^32, and pools that run dry. */
#include "base/bytes.h"
#include "base/checksum.h"
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;
static struct seen seen;

/* --- headers --------------------------------------------------------------------- */

START_TEST(test_header_that_is_short_or_lies_is_dropped)
{
    uint8_t bytes[40] = {0};
    bench_start(&bench, NULL);
    bytes[13] = TCP_SYN;
    for (size_t size = 0; size < TCP_HEADER_SIZE; size++)
        bench_give_raw(&bench, bytes, size);
    for (unsigned words = 0; words < 5; words++) {
        bytes[12] = (uint8_t)(words << 4);
        bench_give_raw(&bench, bytes, TCP_HEADER_SIZE);
    }
    bytes[12] = 6 << 4; /* options that are not there */
    bench_give_raw(&bench, bytes, TCP_HEADER_SIZE + 3);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_header"), 26);
}
END_TEST

START_TEST(test_segment_to_a_group_is_not_answered)
{
    bench_start(&bench, NULL); /* RFC 1122 section 4.2.3.10 */
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_SYN, .to_group = true);
    GIVE(&bench, .flags = TCP_ACK, .to_group = true);
    bench_step(&bench);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_address"), 2);
}
END_TEST

START_TEST(test_bad_checksum_is_dropped_unless_the_adapter_checked)
{
    bench_start(&bench, NULL);
    GIVE(&bench, .flags = TCP_SYN, .bad_checksum = true);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_checksum"), 1);
    GIVE(&bench, .flags = TCP_SYN, .bad_checksum = true, .checksum_checked = true);
    ck_assert(bench_take(&bench, &seen));
}
END_TEST

START_TEST(test_every_single_bit_error_is_noticed)
{
    uint8_t bytes[TCP_HEADER_SIZE + 101] = {0};
    bench_start(&bench, NULL);
    bench_established(&bench);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        struct given given = {.flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .size = 101};
        uint8_t data[101];
        memset(data, 0xA5, sizeof data);
        put16(bytes, BENCH_PEER_PORT);
        put16(bytes + 2, bench.local_port);
        put32(bytes + 4, bench.peer_isn + given.sequence);
        put32(bytes + 8, bench.local_isn + given.acknowledgment);
        bytes[12] = 5 << 4;
        bytes[13] = TCP_ACK;
        put16(bytes + 14, 5000);
        put16(bytes + 16, 0);
        memcpy(bytes + TCP_HEADER_SIZE, data, sizeof data);
        uint32_t sum =
            checksum_pseudo(BENCH_PEER_IP, BENCH_LOCAL_IP, IP_PROTOCOL_TCP, sizeof bytes);
        checksum_store(bytes + 16, checksum_add(sum, bytes, sizeof bytes));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const struct ip_packet packet = {.source = BENCH_PEER_IP,
                                         .target = BENCH_LOCAL_IP,
                                         .protocol = IP_PROTOCOL_TCP,
                                         .payload = bytes,
                                         .payload_size = sizeof bytes};
        tcp_receive(bench.tcp, &packet);
    }
    /* Two bit errors in the data offset make a bad header before they are summed. */
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_checksum") +
                          bench_counter(&bench, "tcp_drop_header"),
                      sizeof bytes * 8);
    bench_step(&bench);
    bench_expect_nothing(&bench);
}
END_TEST

/* --- options (section 3.1) ------------------------------------------------------- */

START_TEST(test_options_of_a_linux_syn_are_understood)
{
    const uint8_t linux_syn[] = {2, 4, 5, 0xB4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7};
    struct tcp_options options;
    ck_assert(tcp_parse_options(linux_syn, sizeof linux_syn, &options));
    ck_assert_uint_eq(options.mss, 1460);
    ck_assert_uint_eq(options.scale, 7);
}
END_TEST

START_TEST(test_options_end_hides_what_follows)
{
    const uint8_t bytes[] = {1, 1, 0, 2, 4, 5, 0xB4, 3};
    struct tcp_options options;
    ck_assert(tcp_parse_options(bytes, sizeof bytes, &options));
    ck_assert_uint_eq(options.mss, 0);
    ck_assert_uint_eq(options.scale, TCP_NO_SCALE);
}
END_TEST

START_TEST(test_options_scale_above_14_counts_as_14)
{
    const uint8_t bytes[] = {3, 3, 200, 0};
    struct tcp_options options; /* RFC 7323 section 2.3 */
    ck_assert(tcp_parse_options(bytes, sizeof bytes, &options));
    ck_assert_uint_eq(options.scale, 14);
}
END_TEST

START_TEST(test_options_with_wrong_lengths_are_refused)
{
    static const uint8_t wrong[][4] = {
        {2, 0, 1, 1}, {2, 1, 1, 1}, {2, 3, 5, 1},  {2, 5, 5, 1}, {3, 2, 1, 1},     {3, 4, 1, 1},
        {8, 0, 1, 1}, {8, 1, 1, 1}, {8, 10, 1, 1}, {1, 1, 1, 2}, {255, 255, 1, 1}, {1, 1, 3, 3},
    };
    struct tcp_options options; /* MUST-7 */
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!tcp_parse_options(wrong[i], 4, &options), "case %u", i);
}
END_TEST

START_TEST(test_options_of_any_bytes_end)
{
    uint32_t random = 1;
    for (unsigned i = 0; i < 100000; i++) {
        uint8_t bytes[40];
        struct tcp_options options;
        for (size_t j = 0; j < sizeof bytes; j++)
            bytes[j] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24) % 11;
        tcp_parse_options(bytes, i % sizeof bytes, &options);
        ck_assert(options.scale <= 14 || options.scale == TCP_NO_SCALE);
    }
}
END_TEST

START_TEST(test_syn_with_malformed_options_is_dropped_in_listen_and_syn_sent)
{
    const uint8_t bad[] = {2, 0, 0, 0};
    bench_start(&bench, NULL);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_SYN, .options = bad, .options_size = sizeof bad);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1, .options = bad,
         .options_size = sizeof bad);
    bench_step(&bench);
    bench_expect_nothing(&bench);
    ASSERT_STATE(tcb, "SYN-SENT");
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_options"), 2);
}
END_TEST

START_TEST(test_tiny_mss_is_raised)
{
    const uint8_t options[] = {2, 4, 0, 1};
    bench_start(&bench, NULL); /* CVE-2019-11479 */
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1, .options = options,
         .options_size = sizeof options);
    ck_assert_uint_eq(tcb->mss, TCP_MSS_MIN);
}
END_TEST

/* --- initial sequence numbers (RFC 6528) ----------------------------------------- */

START_TEST(test_siphash_gives_the_number_of_its_paper)
{
    const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    const uint64_t blocks[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    ck_assert_uint_eq(tcp_siphash(key, blocks, 2), 0xa129ca6149be45e5);
}
END_TEST

START_TEST(test_isn_differs_by_peer_and_key_and_grows_every_4_us)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = tcp_open(bench.tcp);
    tcb->local_ip = 1;
    tcb->peer_port = 2;
    uint32_t first = tcp_initial_sequence(tcb);
    tcp_set_time(bench.tcp, bench.now_us + 4000);
    ck_assert_uint_eq(tcp_initial_sequence(tcb) - first, 1000);
    tcb->peer_port = 3;
    ck_assert_uint_gt(tcp_initial_sequence(tcb) - first + 100000, 200000);
    tcb->peer_port = 2;
    bench.tcp->isn_key[0]++;
    ck_assert_uint_gt(tcp_initial_sequence(tcb) - first + 100000, 200000);
}
END_TEST

/* --- rings ----------------------------------------------------------------------- */

START_TEST(test_ring_sums_what_it_copies_at_every_place_around_the_edge)
{
    const struct tcp_config config = {
        .connection_count = 1, .buffer_count = 2, .buffer_bytes = 512};
    static uint8_t source[512], copy[512], plain[512];
    bench_start(&bench, &config);
    for (unsigned i = 0; i < sizeof source; i++)
        source[i] = (uint8_t)(i * 37 + (i >> 3));
    tcp_ring_begin(bench.tcp, 1, 0xFFFFFFFF - 40);
    for (uint32_t sequence = 0xFFFFFFFF - 40; sequence != 40; sequence++)
        for (uint32_t size = 0; size <= 130; size++) {
            tcp_ring_put(bench.tcp, 1, sequence, source, size);
            memset(copy, 0, sizeof copy);
            uint32_t sum = tcp_ring_get_sum(bench.tcp, 1, sequence, copy, size, 0);
            tcp_ring_get(bench.tcp, 1, sequence, plain, size);
            ck_assert(size == 0 || memcmp(copy, source, size) == 0);
            ck_assert(size == 0 || memcmp(plain, source, size) == 0);
            uint8_t got[2], wanted[2];
            checksum_store(got, sum);
            checksum_store(wanted, checksum_add(0, source, size));
            ck_assert_mem_eq(got, wanted, 2);
        }
}
END_TEST

START_TEST(test_ring_place_is_told_only_where_it_does_not_wrap)
{
    const struct tcp_config config = {
        .connection_count = 1, .buffer_count = 2, .buffer_bytes = 512};
    bench_start(&bench, &config);
    tcp_ring_begin(bench.tcp, 0, 500);
    ck_assert_ptr_nonnull(tcp_ring_place(bench.tcp, 0, 500, 12));
    ck_assert_ptr_null(tcp_ring_place(bench.tcp, 0, 500, 13));
    ck_assert_ptr_eq(tcp_ring_place(bench.tcp, 0, 512, 1), tcp_ring_place(bench.tcp, 0, 0, 1));
}
END_TEST

/* A random initial number would put it anywhere, and every copy of the connection
 * would go between places of different alignment. */
START_TEST(test_ring_begins_at_a_word_whatever_the_first_number_is)
{
    const struct tcp_config config = {
        .connection_count = 1, .buffer_count = 2, .buffer_bytes = 512};
    bench_start(&bench, &config);
    for (uint32_t first = 1000; first < 1004; first++) {
        tcp_ring_begin(bench.tcp, 0, first);
        ck_assert_uint_eq((uintptr_t)tcp_ring_place(bench.tcp, 0, first, 1) % 4, 0);
    }
}
END_TEST

/* --- sequence numbers ------------------------------------------------------------ */

START_TEST(test_sequence_numbers_compare_around_the_circle)
{
    ck_assert_int_lt(sequence_compare(0xFFFFFFFF, 0), 0);
    ck_assert_int_gt(sequence_compare(5, 0xFFFFFFF0), 0);
    ck_assert_int_eq(sequence_compare(7, 7), 0);
    ck_assert_int_gt(sequence_compare(0x7FFFFFFF, 0), 0);
}
END_TEST

START_TEST(test_our_own_numbers_wrap_in_the_middle_of_a_stream)
{
    static char bytes[20000];
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    /* As if the ISN had been 3000 below 2^32: the block's numbers move along. */
    uint32_t shift = 0xFFFFFFFFu - 3000 - tcb->send_end;
    tcb->send_unacked += shift;
    tcb->send_next += shift;
    tcb->send_max += shift;
    tcb->send_end += shift;
    tcb->recover += shift;
    tcb->duplicate_round += shift;
    bench.local_isn += shift;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i >> 5);
    ck_assert_int_eq(tcp_write(tcb, bytes, sizeof bytes), sizeof bytes);
    uint32_t got = 1;
    for (unsigned i = 0; i < 14; i++) {
        while (bench_take(&bench, &seen)) {
            ck_assert_uint_eq(seen.sequence, got);
            ck_assert_mem_eq(seen.data, bytes + got - 1, seen.size);
            got += (uint32_t)seen.size;
        }
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = got);
        bench_step(&bench);
    }
    ck_assert_uint_eq(got, 1 + sizeof bytes);
    ck_assert_uint_eq(tcb->send_unacked, bench.local_isn + got);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_resends"), 0);
}
END_TEST

/* --- pools, ports, times --------------------------------------------------------- */

START_TEST(test_no_buffers_leave_the_handshake_open_until_some_are_free)
{
    const struct tcp_config config = {
        .connection_count = 6, .buffer_count = 3, .buffer_bytes = 512};
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = 1};
    bench_start(&bench, &config);
    struct tcb *first = tcp_open(bench.tcp);
    ck_assert_int_eq(tcp_connect(first, &peer), -LAN_EINPROGRESS);
    ck_assert_int_eq(tcp_connect(tcp_open(bench.tcp), &peer), -LAN_ENOBUFS);
    fake_ip_take(&bench.ip);
    bench_syn_received(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_no_buffer"), 1);
    ck_assert_ptr_null(tcp_accept(bench.listener));
    tcp_close(first);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    ck_assert_ptr_nonnull(tcp_accept(bench.listener));
}
END_TEST

START_TEST(test_no_blocks_leave_a_syn_its_cookie_and_drop_the_ack)
{
    const struct tcp_config config = {
        .connection_count = 2, .buffer_count = 2, .buffer_bytes = 512};
    bench_start(&bench, &config);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    GIVE(&bench, .flags = TCP_SYN, .source_port = 9);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_cookies_sent"), 1);
    ck_assert(bench_take(&bench, &seen));
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .source_port = 9);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_no_block"), 1);
}
END_TEST

START_TEST(test_chosen_ports_are_dynamic_random_and_apart)
{
    const struct tcp_config config = {
        .connection_count = 200, .buffer_count = 2, .buffer_bytes = 512};
    uint16_t ports[200];
    unsigned in_order = 0;
    bench_start(&bench, &config); /* RFC 6056 */
    for (unsigned i = 0; i < 200; i++) {
        const struct lan_address any = {0, 0};
        struct lan_address local;
        struct tcb *tcb = tcp_open(bench.tcp);
        ck_assert_int_eq(tcp_bind(tcb, &any), 0);
        tcp_names(tcb, &local, NULL);
        ports[i] = local.port;
        ck_assert_uint_ge(local.port, TCP_PORT_FIRST);
        for (unsigned j = 0; j < i; j++)
            ck_assert_uint_ne(ports[j], local.port);
        in_order += i > 0 && ports[i] == ports[i - 1] + 1;
    }
    ck_assert_uint_lt(in_order, 10);
}
END_TEST

START_TEST(test_many_timers_run_out_in_their_order)
{
    const struct tcp_config config = {
        .connection_count = 100, .buffer_count = 200, .buffer_bytes = 512};
    bench_start(&bench, &config);
    for (uint16_t i = 0; i < 100; i++) {
        const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = (uint16_t)(1 + i)};
        bench.now_us += 1000u * (1u + i * 37u % 50u);
        tcp_set_time(bench.tcp, bench.now_us);
        ck_assert_int_eq(tcp_connect(tcp_open(bench.tcp), &peer), -LAN_EINPROGRESS);
        fake_ip_take(&bench.ip);
    }
    uint16_t next = 1;
    bench_step(&bench);
    while (next <= 100) { /* each SYN again, a second after it was first sent */
        while (bench_take(&bench, &seen) && next <= 100)
            ck_assert_uint_eq(seen.target_port, next++);
        bench.now_us = bench.deadline_us;
        bench_step(&bench);
    }
}
END_TEST

START_TEST(test_timers_started_moved_and_stopped_at_random_wake_in_time)
{
    enum { COUNT = 60 };
    const struct tcp_config config = {
        .connection_count = COUNT, .buffer_count = 2, .buffer_bytes = 512};
    struct tcb *blocks[COUNT];
    bench_start(&bench, &config);
    for (unsigned i = 0; i < COUNT; i++)
        blocks[i] = tcp_open(bench.tcp);
    uint32_t random = (uint32_t)test_seed(1);
    for (unsigned i = 0; i < 20000; i++) {
        random = random * 1664525u + 1013904223u;
        struct tcb *tcb = blocks[(random >> 8) % COUNT];
        if (random >> 30 == 0)
            tcp_timer_forget(tcb);
        else
            tcp_timer_start(tcb, TCP_TIMER_TIME_WAIT, (random >> 16) % 1000);
        /* The deadline is never later than the first timer (it may be earlier). */
        uint32_t first = UINT32_MAX;
        for (unsigned j = 0; j < COUNT; j++)
            if (blocks[j]->timer && blocks[j]->timer_tick < first)
                first = blocks[j]->timer_tick;
        uint64_t deadline_us = tcp_next_deadline(bench.tcp);
        if (first != UINT32_MAX)
            ck_assert_uint_le(deadline_us, (uint64_t)first * TCP_TICK_US);
        const struct tcp *tcp = bench.tcp;
        for (unsigned j = 1; j < tcp->heap_count; j++)
            ck_assert_uint_le(tcp->blocks[tcp->heap[(j - 1) / 2]].wake_tick,
                              tcp->blocks[tcp->heap[j]].wake_tick);
    }
}
END_TEST

START_TEST(test_idle_tcp_has_no_deadline)
{
    bench_start(&bench, NULL);
    bench_step(&bench);
    ck_assert_uint_eq(bench.deadline_us, LAN_NEVER);
    bench_established(&bench);
    bench_pass(&bench, 3000); /* the handshake's timer is looked at once more */
    ck_assert_uint_eq(bench.deadline_us, LAN_NEVER);
}
END_TEST

START_TEST(test_counters_have_names_and_an_end)
{
    uint64_t value;
    unsigned count = 0;
    bench_start(&bench, NULL);
    for (const char *name; (name = tcp_counter(bench.tcp, count, &value)) != NULL; count++) {
        ck_assert_int_eq(strncmp(name, "tcp_", 4), 0);
        ck_assert_uint_eq(value, 0);
    }
    ck_assert_uint_eq(count, sizeof(struct tcp_counters) / sizeof(uint32_t));
}
END_TEST

TEST_MAIN("tcp_parts", test_header_that_is_short_or_lies_is_dropped,
          test_segment_to_a_group_is_not_answered,
          test_bad_checksum_is_dropped_unless_the_adapter_checked,
          test_every_single_bit_error_is_noticed, test_options_of_a_linux_syn_are_understood,
          test_options_end_hides_what_follows, test_options_scale_above_14_counts_as_14,
          test_options_with_wrong_lengths_are_refused, test_options_of_any_bytes_end,
          test_syn_with_malformed_options_is_dropped_in_listen_and_syn_sent,
          test_tiny_mss_is_raised, test_siphash_gives_the_number_of_its_paper,
          test_isn_differs_by_peer_and_key_and_grows_every_4_us,
          test_ring_sums_what_it_copies_at_every_place_around_the_edge,
          test_ring_place_is_told_only_where_it_does_not_wrap,
          test_ring_begins_at_a_word_whatever_the_first_number_is,
          test_sequence_numbers_compare_around_the_circle,
          test_our_own_numbers_wrap_in_the_middle_of_a_stream,
          test_no_buffers_leave_the_handshake_open_until_some_are_free,
          test_no_blocks_leave_a_syn_its_cookie_and_drop_the_ack,
          test_chosen_ports_are_dynamic_random_and_apart, test_many_timers_run_out_in_their_order,
          test_timers_started_moved_and_stopped_at_random_wake_in_time,
          test_idle_tcp_has_no_deadline, test_counters_have_names_and_an_end)
