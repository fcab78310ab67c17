/* Sending: every length, every place in the ring, and a ring that is full. */
#include <string.h>

#include "bus_fake.h"

static uint8_t *begin(struct bench *bench, size_t size)
{
    return bench->nic.adapter.functions->send_begin(&bench->nic.adapter, size);
}

static void end(struct bench *bench, size_t size)
{
    bench->nic.adapter.functions->send_end(&bench->nic.adapter, size);
}

static void send_and_expect(struct bench *bench, uint32_t size, uint32_t seed)
{
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, size, seed);
    ck_assert(lan_nic_send(&bench->nic, frame, size));
    ck_assert(fake_send(bench->bus));
    const struct fake_frame *sent = &bench->bus->sent[(bench->bus->sent_count - 1) % FAKE_SENT_MAX];
    expect_frame(sent->bytes, sent->size, size, seed);
}

static void send_every_length(bool mapped)
{
    struct bench bench;
    bench_open(&bench, 12, 13, mapped);
    uint64_t octets = 0, frames = 0;
    for (uint32_t size = 14; size <= LAN_FRAME_SIZE_MAX; size++) {
        send_and_expect(&bench, size, size);
        octets += (size < 60 ? 60 : size) + 4;
        frames++;
    }
    EXPECT_COUNTERS(&bench.nic, .tx_frames = frames, .tx_octets = octets, .driver_link_changes = 1);
    bench_close(&bench);
}

START_TEST(test_frame_of_every_length_is_sent_as_written)
{
    send_every_length(false);
}
END_TEST

START_TEST(test_frame_of_every_length_built_in_the_ring_is_sent_as_written)
{
    send_every_length(true);
}
END_TEST

/* The longest frame from every word of the ring; before it short ones, 20 bytes
 * each, which visit every word in some order. */
static void send_from_every_place(unsigned tx_log2, bool mapped)
{
    struct bench bench;
    bench_open(&bench, tx_log2, 13, mapped);
    const uint32_t words = (2u << tx_log2) / 4;
    static bool visited[1 << 14];
    uint32_t count = 0, frames = 0;
    memset(visited, 0, sizeof visited);
    while (count < words) {
        uint32_t word = bench.bus->tx_head / 4;
        if (!visited[word]) {
            visited[word] = true;
            count++;
            send_and_expect(&bench, LAN_FRAME_SIZE_MAX, word);
        } else {
            send_and_expect(&bench, 14, word);
        }
        ck_assert_uint_lt(frames, 4 * words); /* it gets round */
        frames++;
    }
    EXPECT_COUNTERS(&bench.nic, .tx_frames = frames,
                    .tx_octets = (uint64_t)words * 1518 + (uint64_t)(frames - words) * 64,
                    .driver_link_changes = 1);
    bench_close(&bench);
}

START_TEST(test_longest_frame_from_every_place_wraps_unharmed)
{
    for (unsigned tx_log2 = 11; tx_log2 <= 13; tx_log2++)
        send_from_every_place(tx_log2, false);
}
END_TEST

START_TEST(test_longest_frame_built_at_every_place_wraps_unharmed)
{
    send_from_every_place(12, true);
}
END_TEST

START_TEST(test_frame_of_impossible_length_is_refused)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    static const uint8_t frame[2000];
    static const size_t sizes[] = {0, 1, 13, 1515, 1518, 2000, SIZE_MAX, 0x100000000 + 60};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        ck_assert(!lan_nic_send(&bench.nic, frame, sizes[i]));
    ck_assert_uint_eq(bench.bus->tx_head, 0);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_lent_frame_given_back_with_0_or_too_much_is_not_sent)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    static const size_t sizes[] = {0, 13, 101, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ck_assert_ptr_nonnull(begin(&bench, 100));
        end(&bench, sizes[i]);
        ck_assert_uint_eq(bench.bus->tx_head, 0);
    }
    end(&bench, 60); /* nothing is lent */
    ck_assert_uint_eq(bench.bus->tx_head, 0);
    send_and_expect(&bench, 60, 1);
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 1, .tx_octets = 64, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_lent_frame_given_back_shorter_takes_only_what_it_needs)
{
    struct bench bench;
    bench_open(&bench, 12, 13, true);
    uint8_t *frame = begin(&bench, 1000);
    ck_assert_uint_eq((uintptr_t)frame % 4, 2);
    fill_frame(frame, 60, 7);
    end(&bench, 60);
    ck_assert_uint_eq(bench.bus->tx_head, 68);
    ck_assert(fake_send(bench.bus));
    expect_frame(bench.bus->sent[0].bytes, bench.bus->sent[0].size, 60, 7);
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 1, .tx_octets = 64, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_frame_takes_one_call_of_the_bus_and_one_register_write)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, 500, 1);
    uint64_t accesses = bench.bus->accesses;
    ck_assert(lan_nic_send(&bench.nic, frame, 500));
    ck_assert_uint_eq(bench.bus->accesses - accesses, 508 / 4 + 1);
    ck_assert_uint_eq(bench.bus->bulk_calls, 1);
    ck_assert_uint_eq(fake_reads(bench.bus, NIC_TX_POSITION), 1); /* at the start */
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

/* Frames of one length until the ring is full, then one leaves, then one goes in. */
static void fill_and_go_on(uint32_t size, bool mapped)
{
    struct bench bench;
    bench_open(&bench, 12, 13, mapped);
    uint32_t record = (6 + size + 3) & ~3u, fits = 4096 / record, in = 0, out = 0, full = 0;
    uint8_t frame[FAKE_FRAME_MAX];
    while (out < 3 * fits) {
        fill_frame(frame, size, in);
        if (lan_nic_send(&bench.nic, frame, size)) {
            in++;
            continue;
        }
        full++;
        ck_assert_uint_eq(in - out, fits);
        ck_assert(!lan_nic_send(&bench.nic, frame, size));
        full++;
        ck_assert(!fake_irq(bench.bus));
        ck_assert(fake_send(bench.bus));
        ck_assert(fake_irq(bench.bus)); /* who lacked room is told */
        expect_frame(bench.bus->sent[out % FAKE_SENT_MAX].bytes,
                     bench.bus->sent[out % FAKE_SENT_MAX].size, size, out);
        out++;
        bench.nic.adapter.functions->service(&bench.nic.adapter, 0);
        ck_assert(!fake_irq(bench.bus));
        ck_assert_uint_eq(bench.bus->enable, NIC_INTERRUPT_RX_FRAME | NIC_INTERRUPT_TX_ERROR);
    }
    EXPECT_COUNTERS(&bench.nic, .tx_frames = out,
                    .tx_octets = (uint64_t)out * ((size < 60 ? 60 : size) + 4),
                    .driver_no_room = full, .driver_link_changes = 1);
    bench_close(&bench);
}

START_TEST(test_full_ring_refuses_until_a_frame_has_left)
{
    static const uint32_t sizes[] = {60, 61, 62, 63, 100, 500, 1018, 1358, 1514};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fill_and_go_on(sizes[i], false);
        fill_and_go_on(sizes[i], true);
    }
}
END_TEST

START_TEST(test_ring_filled_to_its_last_byte_is_not_empty)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t frame[FAKE_FRAME_MAX];
    for (uint32_t i = 0; i < 4; i++) { /* 4 records of 1024 bytes */
        fill_frame(frame, 1018, i);
        ck_assert(lan_nic_send(&bench.nic, frame, 1018));
    }
    ck_assert(!lan_nic_send(&bench.nic, frame, 14));
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert(fake_send(bench.bus));
        expect_frame(bench.bus->sent[i].bytes, bench.bus->sent[i].size, 1018, i);
    }
    ck_assert(!fake_send(bench.bus));
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 4, .tx_octets = 4 * 1022, .driver_no_room = 1,
                    .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_emptied_ring_after_an_error_has_room_again)
{
    struct bench bench;
    bench_open(&bench, 12, 13, true);
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, 1018, 0);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert(lan_nic_send(&bench.nic, frame, 1018));
    ck_assert(!lan_nic_send(&bench.nic, frame, 1018));
    bench.bus->tx_window[0] = bench.bus->tx_window[1] = 0; /* a bit error, say */
    ck_assert(fake_send(bench.bus));                       /* the adapter empties the ring */
    ck_assert(fake_irq(bench.bus));
    bench.nic.adapter.functions->service(&bench.nic.adapter, 0);
    ck_assert(!fake_irq(bench.bus));
    ck_assert_uint_eq(bench.bus->enable, NIC_INTERRUPT_RX_FRAME | NIC_INTERRUPT_TX_ERROR);
    send_and_expect(&bench, 1018, 5);
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 1, .tx_octets = 1022, .tx_refused = 1,
                    .driver_no_room = 1, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_frame_that_left_before_the_ring_was_full_does_not_wake)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, 1018, 0);
    send_and_expect(&bench, 1018, 1); /* leaves its cause set, and nobody asked */
    for (uint32_t i = 0; i < 4; i++)
        ck_assert(lan_nic_send(&bench.nic, frame, 1018));
    ck_assert(!lan_nic_send(&bench.nic, frame, 1018));
    ck_assert(!fake_irq(bench.bus));
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 1, .tx_octets = 1022, .driver_no_room = 1,
                    .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

TEST_MAIN("driver send", test_frame_of_every_length_is_sent_as_written,
          test_frame_of_every_length_built_in_the_ring_is_sent_as_written,
          test_longest_frame_from_every_place_wraps_unharmed,
          test_longest_frame_built_at_every_place_wraps_unharmed,
          test_frame_of_impossible_length_is_refused,
          test_lent_frame_given_back_with_0_or_too_much_is_not_sent,
          test_lent_frame_given_back_shorter_takes_only_what_it_needs,
          test_frame_takes_one_call_of_the_bus_and_one_register_write,
          test_full_ring_refuses_until_a_frame_has_left,
          test_ring_filled_to_its_last_byte_is_not_empty,
          test_emptied_ring_after_an_error_has_room_again,
          test_frame_that_left_before_the_ring_was_full_does_not_wake)
