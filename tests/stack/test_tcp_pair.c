/* Two TCPs over a wire that loses, doubles, reorders and spoils: every byte comes
 * through, both sides close, nothing stalls, no block and no buffer is left. */
#include "tcp_link.h"
#include "test.h"

static struct link link_;

enum { SECOND_US = 1000000 };

static unsigned buffers_free(const struct link_end *end)
{
    unsigned free = 0;
    uint16_t at = end->tcp->free_buffer;
    while (at != TCP_NONE) {
        free++;
        memcpy(&at, end->tcp->buffers + (size_t)at * end->tcp->buffer_stride, sizeof at);
    }
    return free;
}

static void transfer(const struct link_wire *wire, uint64_t bytes_0, uint64_t bytes_1,
                     uint64_t seconds)
{
    link_start(&link_, wire);
    link_connect(&link_, bytes_0, bytes_1);
    bool done = link_run(&link_, seconds * SECOND_US);
    const struct link_stream *a = &link_.ends[0].stream, *b = &link_.ends[1].stream;
    ck_assert_msg(done && !a->failed && !b->failed,
                  "seed %lu: sent %lu and %lu, received %lu and %lu, failed %d %d, states %s %s",
                  wire->seed, a->sent, b->sent, a->received, b->received, a->failed, b->failed,
                  a->tcb ? tcp_state_name(a->tcb->state) : "-",
                  b->tcb ? tcp_state_name(b->tcb->state) : "-");
    ck_assert_msg(a->wrong == 0 && b->wrong == 0, "seed %lu: wrong bytes", wire->seed);
    ck_assert_uint_eq(a->received, bytes_1);
    ck_assert_uint_eq(b->received, bytes_0);
    ck_assert_msg(link_run_out(&link_, 2000ull * SECOND_US), "seed %lu: blocks are left",
                  wire->seed);
    ck_assert_uint_eq(buffers_free(&link_.ends[0]), 8);
    ck_assert_uint_eq(buffers_free(&link_.ends[1]), 8);
    ck_assert_uint_eq(link_.ends[0].tcp->heap_count + link_.ends[1].tcp->heap_count, 0);
}

static uint32_t counted(const char *name)
{
    uint64_t value, sum = 0;
    const char *have;
    for (unsigned end = 0; end < 2; end++)
        for (unsigned i = 0; (have = tcp_counter(link_.ends[end].tcp, i, &value)) != NULL; i++)
            if (strcmp(have, name) == 0)
                sum += value;
    return (uint32_t)sum;
}

START_TEST(test_clean_wire_transfers_without_resending_anything)
{
    const struct link_wire wire = {
        .seed = 1, .delay_us = 50, .rate_kbps = 100000, .buffer_bytes = 1 << 16};
    transfer(&wire, 3000000, 3000000, 2);
    ck_assert_uint_eq(counted("tcp_resends"), 0);
    ck_assert_uint_eq(counted("tcp_timeouts"), 0);
    ck_assert_uint_eq(counted("tcp_drop_outside"), 0);
}
END_TEST

START_TEST(test_clean_wire_fills_a_100_mbps_link_both_ways)
{
    /* 1460 of 1538 octets on the wire: 94.93 Mb/s, so 10 MB take 0.843 s. */
    const struct link_wire wire = {
        .seed = 2, .delay_us = 50, .rate_kbps = 100000, .buffer_bytes = 1 << 16};
    link_start(&link_, &wire);
    link_connect(&link_, 10000000, 0);
    uint64_t begin_us = link_.now_us;
    ck_assert(link_run(&link_, 5 * SECOND_US));
    ck_assert_uint_lt(link_.now_us - begin_us, 851000);
    link_start(&link_, &wire);
    link_connect(&link_, 10000000, 10000000);
    begin_us = link_.now_us;
    ck_assert(link_run(&link_, 5 * SECOND_US));
    ck_assert_uint_lt(link_.now_us - begin_us, 887000); /* 95 % */
}
END_TEST

START_TEST(test_clean_wire_acknowledges_every_second_segment)
{
    const struct link_wire wire = {
        .seed = 3, .delay_us = 50, .rate_kbps = 100000, .buffer_bytes = 1 << 16};
    transfer(&wire, 1460000, 0, 2);
    uint32_t acks = link_.ends[1].tcp->counters.tcp_segments_sent;
    ck_assert_uint_ge(acks, 500);
    ck_assert_uint_le(acks, 560);
}
END_TEST

START_TEST(test_lossy_wires_of_many_seeds_carry_every_byte)
{
    uint64_t first = test_seed(1);
    unsigned count = getenv("LANTERN_SEED") ? 1 : 60;
    for (uint64_t seed = first; seed < first + count; seed++) {
        const struct link_wire wire = {
            .seed = seed,
            .delay_us = 100 + (uint32_t)(seed * 977 % 20000),
            .jitter_us = seed % 3 ? (uint32_t)(seed * 131 % 3000) : 0,
            .rate_kbps = seed % 4 ? 20000 : 0,
            .loss_permille = (unsigned)(seed * 7 % 100),
            .duplicate_permille = (unsigned)(seed * 13 % 50),
            .corrupt_permille = (unsigned)(seed % 10),
            .no_room_permille = (unsigned)(seed * 31 % 300),
            .buffer_bytes = 1u << (9 + seed % 8),
            .mss = seed % 5 == 0 ? 200 : 0,
        };
        transfer(&wire, seed * 1237 % 60000, seed * 7919 % 60000, 1200);
    }
}
END_TEST

START_TEST(test_wide_window_uses_the_scale)
{
    const struct link_wire wire = {.seed = 5,
                                   .delay_us = 20000,
                                   .rate_kbps = 100000,
                                   .queue_packets = 400,
                                   .buffer_bytes = 1 << 17};
    link_start(&link_, &wire);
    link_connect(&link_, 4000000, 0);
    link_run(&link_, SECOND_US / 2);
    ck_assert_uint_gt(link_.ends[0].stream.tcb->send_window, 100000);
    ck_assert(link_run(&link_, 10 * SECOND_US));
    ck_assert_uint_eq(link_.ends[1].stream.wrong, 0);
}
END_TEST

START_TEST(test_slow_reader_closes_the_window_and_opens_it_again)
{
    const struct link_wire wire = {.seed = 6, .delay_us = 1000, .buffer_bytes = 4096};
    link_start(&link_, &wire);
    link_connect(&link_, 40000, 0);
    link_.ends[1].stream.read_pause_us = 3 * SECOND_US;
    ck_assert(link_run(&link_, 200ull * SECOND_US));
    ck_assert_uint_eq(link_.ends[1].stream.received, 40000);
    ck_assert_uint_eq(link_.ends[1].stream.wrong, 0);
    ck_assert_uint_gt(counted("tcp_window_probes"), 0);
}
END_TEST

START_TEST(test_reader_asleep_for_an_hour_is_probed_and_not_given_up)
{
    const struct link_wire wire = {.seed = 7, .delay_us = 1000, .buffer_bytes = 4096};
    link_start(&link_, &wire);
    link_connect(&link_, 20000, 0);
    link_.ends[1].stream.next_read_us = link_.now_us + 3600ull * SECOND_US;
    ck_assert(link_run(&link_, 3700ull * SECOND_US));
    ck_assert_uint_eq(link_.ends[1].stream.received, 20000);
    ck_assert_uint_gt(counted("tcp_window_probes"), 50);
}
END_TEST

START_TEST(test_both_ends_full_and_probing_make_progress)
{
    const struct link_wire wire = {
        .seed = 8, .delay_us = 500, .loss_permille = 20, .buffer_bytes = 2048};
    link_start(&link_, &wire);
    link_connect(&link_, 30000, 30000);
    link_.ends[0].stream.read_pause_us = SECOND_US;
    link_.ends[1].stream.read_pause_us = SECOND_US + 1;
    ck_assert(link_run(&link_, 600ull * SECOND_US));
    ck_assert_uint_eq(link_.ends[0].stream.received + link_.ends[1].stream.received, 60000);
}
END_TEST

START_TEST(test_half_closed_connection_carries_the_other_way)
{
    const struct link_wire wire = {.seed = 9, .delay_us = 500, .buffer_bytes = 1 << 14};
    link_start(&link_, &wire);
    link_connect(&link_, 100, 500000);
    link_.ends[1].stream.linger = true;
    ck_assert(link_run(&link_, 100ull * SECOND_US));
    ck_assert_uint_eq(link_.ends[0].stream.received, 500000);
    ck_assert_uint_eq(link_.ends[0].stream.wrong, 0);
}
END_TEST

START_TEST(test_same_seed_gives_the_same_packets)
{
    const struct link_wire wire = {.seed = 10,
                                   .delay_us = 700,
                                   .jitter_us = 900,
                                   .loss_permille = 30,
                                   .buffer_bytes = 1 << 14};
    uint64_t sent[2], ended_us[2];
    for (unsigned i = 0; i < 2; i++) {
        link_start(&link_, &wire);
        link_connect(&link_, 200000, 100000);
        ck_assert(link_run(&link_, 100ull * SECOND_US));
        sent[i] = link_.sent_packets;
        ended_us[i] = link_.now_us;
    }
    ck_assert_uint_eq(sent[0], sent[1]);
    ck_assert_uint_eq(ended_us[0], ended_us[1]);
}
END_TEST

/* --- goodput over a 20 ms round trip with a window of 64 KB ----------------------- */

struct goodput {
    double mbps, resends_per_loss, stall_s; /* means, and the longest */
};

/* 10 s each, of 6 seeds, in the long run 20; losses both ways, so that ACKs get lost, too. */
static struct goodput measure(unsigned loss_permille, enum tcp_congestion congestion)
{
    enum { SECONDS = 10 };
    const unsigned seeds = getenv("LANTERN_LONG") ? 20 : 6;
    struct goodput goodput = {0, 0, 0};
    double resends = 0, losses = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        const struct link_wire wire = {.seed = seed,
                                       .delay_us = 10000,
                                       .rate_kbps = 100000,
                                       .loss_permille = loss_permille,
                                       .buffer_bytes = 1 << 16};
        link_start(&link_, &wire);
        link_connect(&link_, 1ull << 40, 0);
        tcp_set_congestion(link_.ends[0].stream.tcb, congestion);
        link_run(&link_, SECONDS * SECOND_US);
        const struct link_stream *stream = &link_.ends[1].stream;
        goodput.mbps += (double)stream->received * 8 / SECONDS / seeds / 1e6;
        resends += counted("tcp_resends");
        losses += (double)link_.lost_segments;
        double stall_s = (double)stream->longest_stall_us / 1e6;
        if (stall_s > goodput.stall_s)
            goodput.stall_s = stall_s;
        ck_assert_uint_eq(stream->wrong, 0);
    }
    goodput.resends_per_loss = losses > 0 ? resends / losses : 0;
    printf("goodput with %s at %.1f %% loss: %.2f Mb/s, %.3f resends for each loss, no stall over "
           "%.2f s\n",
           congestion == TCP_CUBIC ? "CUBIC" : "NewReno", loss_permille / 10.0, goodput.mbps,
           goodput.resends_per_loss, goodput.stall_s);
    return goodput;
}

/* FACTS.md: lwIP 5.0, smoltcp 5.3, Linux 5.4 to 6.6 Mb/s. */
START_TEST(test_one_percent_loss_leaves_6_3_mbps_and_resends_little_else)
{
    struct goodput goodput = measure(10, TCP_CUBIC);
    ck_assert_double_ge(goodput.mbps, 6.3);
    ck_assert_double_le(goodput.resends_per_loss, 1.1);
    ck_assert_double_le(goodput.stall_s, 2.0);
}
END_TEST

/* FACTS.md: lwIP 0.37 Mb/s. */
START_TEST(test_five_percent_loss_leaves_1_5_mbps)
{
    struct goodput goodput = measure(50, TCP_CUBIC);
    ck_assert_double_ge(goodput.mbps, 1.5);
    ck_assert_double_le(goodput.resends_per_loss, 1.1);
    ck_assert_double_le(goodput.stall_s, 2.0);
}
END_TEST

START_TEST(test_new_reno_mends_losses_as_well)
{
    struct goodput goodput = measure(10, TCP_NEW_RENO);
    ck_assert_double_ge(goodput.mbps, 6.3);
    ck_assert_double_le(goodput.resends_per_loss, 1.1);
    ck_assert_double_le(goodput.stall_s, 2.0);
}
END_TEST

TEST_MAIN("tcp_pair", test_clean_wire_transfers_without_resending_anything,
          test_clean_wire_fills_a_100_mbps_link_both_ways,
          test_clean_wire_acknowledges_every_second_segment,
          test_lossy_wires_of_many_seeds_carry_every_byte, test_wide_window_uses_the_scale,
          test_slow_reader_closes_the_window_and_opens_it_again,
          test_reader_asleep_for_an_hour_is_probed_and_not_given_up,
          test_both_ends_full_and_probing_make_progress,
          test_half_closed_connection_carries_the_other_way, test_same_seed_gives_the_same_packets,
          test_one_percent_loss_leaves_6_3_mbps_and_resends_little_else,
          test_five_percent_loss_leaves_1_5_mbps, test_new_reno_mends_losses_as_well)
