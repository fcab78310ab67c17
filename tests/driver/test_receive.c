/* Receiving: every length, every place in the ring, batches, and frames that are
 * held while more arrive. */
#include <string.h>

#include "bus_fake.h"

static const uint8_t *begin(struct bench *bench, size_t *size)
{
    return bench->nic.adapter.functions->receive_begin(&bench->nic.adapter, size);
}

static void end(struct bench *bench)
{
    bench->nic.adapter.functions->receive_end(&bench->nic.adapter);
}

static bool arrive(struct bench *bench, uint32_t size, uint32_t seed)
{
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, size, seed);
    return fake_receive(bench->bus, frame, size);
}

static void expect_next(struct bench *bench, uint32_t expected_size, uint32_t seed)
{
    size_t size;
    const uint8_t *frame = begin(bench, &size);
    ck_assert_ptr_nonnull(frame);
    ck_assert_uint_eq((uintptr_t)frame % 4, 2);
    expect_frame(frame, size, expected_size, seed);
    end(bench);
}

static void receive_every_length(bool mapped)
{
    struct bench bench;
    bench_open(&bench, 12, 13, mapped);
    uint64_t frames = 0, octets = 0;
    size_t size;
    for (uint32_t length = 60; length <= 1518; length++) {
        ck_assert(arrive(&bench, length, length));
        expect_next(&bench, length, length);
        ck_assert_ptr_null(begin(&bench, &size));
        ck_assert_uint_eq(bench.bus->rx_tail, bench.bus->rx_head);
        frames++;
        octets += length + 4;
    }
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = frames, .rx_octets = octets,
                    .driver_link_changes = 1);
    bench_close(&bench);
}

START_TEST(test_frame_of_every_length_is_received_as_sent)
{
    receive_every_length(false);
}
END_TEST

START_TEST(test_frame_of_every_length_is_read_in_the_ring_as_sent)
{
    receive_every_length(true);
}
END_TEST

static void receive_at_every_place(unsigned rx_log2, bool mapped)
{
    struct bench bench;
    bench_open(&bench, 12, rx_log2, mapped);
    const uint32_t words = (2u << rx_log2) / 4;
    static bool visited[1 << 14];
    uint32_t count = 0, frames = 0;
    memset(visited, 0, sizeof visited);
    while (count < words) {
        uint32_t word = bench.bus->rx_head / 4, length = visited[word] ? 60 : 1518;
        count += !visited[word];
        visited[word] = true;
        ck_assert(arrive(&bench, length, word));
        expect_next(&bench, length, word);
        frames++;
    }
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = frames,
                    .rx_octets = (uint64_t)words * 1522 + (uint64_t)(frames - words) * 64,
                    .driver_link_changes = 1);
    bench_close(&bench);
}

START_TEST(test_longest_frame_at_every_place_wraps_unharmed)
{
    for (unsigned rx_log2 = 11; rx_log2 <= 14; rx_log2++)
        receive_at_every_place(rx_log2, false);
}
END_TEST

START_TEST(test_longest_frame_read_at_every_place_wraps_unharmed)
{
    receive_at_every_place(13, true);
}
END_TEST

START_TEST(test_batch_of_frames_reads_head_once)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    size_t size;
    uint32_t before = fake_reads(bench.bus, NIC_RX_POSITION);
    for (uint32_t i = 0; i < 100; i++)
        ck_assert(arrive(&bench, 60, i));
    for (uint32_t i = 0; i < 100; i++)
        expect_next(&bench, 60, i);
    ck_assert_uint_eq(fake_reads(bench.bus, NIC_RX_POSITION) - before, 1);
    ck_assert_ptr_null(begin(&bench, &size));
    ck_assert_uint_eq(fake_reads(bench.bus, NIC_RX_POSITION) - before, 2);
    ck_assert(!fake_irq(bench.bus));
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = 100, .rx_octets = 6400, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_frame_not_given_back_is_lent_again_and_read_once)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    size_t size, again;
    ck_assert(arrive(&bench, 100, 1));
    ck_assert(arrive(&bench, 100, 2));
    const uint8_t *frame = begin(&bench, &size);
    uint64_t accesses = bench.bus->accesses;
    ck_assert_ptr_eq(begin(&bench, &again), frame);
    ck_assert_uint_eq(size, again);
    ck_assert_uint_eq(bench.bus->accesses, accesses);
    expect_frame(frame, size, 100, 1);
    end(&bench);
    end(&bench); /* nothing is lent */
    expect_next(&bench, 100, 2);
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = 2, .rx_octets = 208, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_held_frame_is_not_touched_by_those_that_arrive)
{
    struct bench bench;
    bench_open(&bench, 12, 13, true);
    uint64_t in = 0;
    size_t size;
    ck_assert(arrive(&bench, 1000, 1));
    const uint8_t *held = begin(&bench, &size);
    while (arrive(&bench, 1000, 2))
        in++;
    ck_assert_uint_eq(in, 7);
    expect_frame(held, size, 1000, 1);
    end(&bench);
    ck_assert(arrive(&bench, 1000, 2)); /* the space of the first */
    for (uint64_t i = 0; i <= in; i++)
        expect_next(&bench, 1000, 2);
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = in + 2, .rx_octets = (in + 2) * 1004,
                    .rx_ring_full = 1, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_ring_filled_to_its_last_byte_is_not_empty)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    for (uint32_t i = 0; i < 8; i++) /* 8 records of 1024 bytes */
        ck_assert(arrive(&bench, 1018, i));
    ck_assert(!arrive(&bench, 60, 9));
    for (uint32_t i = 0; i < 8; i++)
        expect_next(&bench, 1018, i);
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = 8, .rx_octets = 8 * 1022, .rx_ring_full = 1,
                    .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_group_frame_is_received_like_any_other)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t frame[60] = {0x01, 0, 0x5E, 0, 0, 1}, got[60];
    ck_assert(fake_receive(bench.bus, frame, 60));
    ck_assert_uint_eq(lan_nic_receive(&bench.nic, got, sizeof got), 60);
    ck_assert_mem_eq(got, frame, 60);
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = 1, .rx_octets = 64, .rx_multicast = 1,
                    .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_copy_into_too_little_room_tells_the_whole_size)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t got[101], whole[200];
    got[100] = 0xA5;
    fill_frame(whole, 200, 1);
    ck_assert(arrive(&bench, 200, 1));
    ck_assert_uint_eq(lan_nic_receive(&bench.nic, got, 100), 200);
    ck_assert_mem_eq(got, whole, 100);
    ck_assert_uint_eq(got[100], 0xA5);
    ck_assert_uint_eq(lan_nic_receive(&bench.nic, got, 100), 0);
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = 1, .rx_octets = 204, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

TEST_MAIN("driver receive", test_frame_of_every_length_is_received_as_sent,
          test_frame_of_every_length_is_read_in_the_ring_as_sent,
          test_longest_frame_at_every_place_wraps_unharmed,
          test_longest_frame_read_at_every_place_wraps_unharmed,
          test_batch_of_frames_reads_head_once,
          test_frame_not_given_back_is_lent_again_and_read_once,
          test_held_frame_is_not_touched_by_those_that_arrive,
          test_ring_filled_to_its_last_byte_is_not_empty,
          test_group_frame_is_received_like_any_other,
          test_copy_into_too_little_room_tells_the_whole_size)
