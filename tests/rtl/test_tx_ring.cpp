// tx_ring: records in, bytes out; the ring is kept like a driver's copy of it.
#include "Vtx_ring.h"
#include "bench.hpp"

namespace
{

const uint32_t RING = 4096; // bytes

struct ring {
    bench<Vtx_ring> b;
    uint32_t head = 0; // bytes, modulo twice the ring
    unsigned refused = 0, emptied = 0;

    ring()
    {
        b.reset();
        b.dut.enable = 1;
    }
    void write_word(uint32_t place, uint32_t value, unsigned sel = 15)
    {
        b.dut.write = 1;
        b.dut.write_word = place % RING / 4;
        b.dut.write_sel = sel;
        b.dut.write_data = value;
        tick();
        b.dut.write = 0;
    }
    void tick()
    {
        b.settle();
        refused += b.dut.refused;
        emptied += b.dut.emptied;
        b.tick();
    }
    // Writes a record; says `length` in its header whatever the frame's size.
    void put(const bytes &frame, uint32_t length)
    {
        bytes record(6);
        record.insert(record.end(), frame.begin(), frame.end());
        record.resize((record.size() + 3) & ~3U, 0xEE);
        write_word(head, length);
        for (uint32_t at = 4; at < record.size(); at += 4) {
            uint32_t word;
            memcpy(&word, &record[at], 4);
            write_word(head + at, word);
        }
        head = (head + (uint32_t)record.size()) % (2 * RING);
    }
    void commit()
    {
        b.dut.head = head / 4;
        b.settle();
    }
    uint32_t tail()
    {
        return b.dut.tail * 4;
    }
    // Takes one frame, a byte every four clocks; empty when none comes.
    bytes take()
    {
        bytes frame;
        for (unsigned clock = 0; clock < 8000; clock++) {
            b.dut.out_ready = clock % 4 == 0;
            b.settle();
            bool given = b.dut.out_valid && b.dut.out_ready, last = b.dut.out_last;
            if (given)
                frame.push_back(b.dut.out_data);
            tick();
            if (given && last)
                break;
        }
        b.dut.out_ready = 0;
        return frame;
    }
    void done()
    {
        b.dut.done = 1;
        tick();
        b.dut.done = 0;
        tick();
    }
};

} // namespace

START_TEST(test_every_length_leaves_whole_at_every_place_of_the_ring)
{
    ring r;
    random_source random;
    for (uint32_t size = 14; size <= 1518; size++) {
        bytes frame = random.octets(size);
        r.put(frame, size);
        r.commit();
        ck_assert_bytes_eq(r.take(), frame);
        ck_assert_uint_eq(r.b.dut.octets, (size < 60 ? 60 : size) + 4);
        r.done();
        ck_assert_uint_eq(r.tail(), r.head);
        ck_assert(r.b.dut.quiet);
    }
    ck_assert_uint_eq(r.refused, 0);
    ck_assert_uint_eq(r.emptied, 1518 - 14 + 1);
}
END_TEST

START_TEST(test_full_ring_leaves_frame_by_frame_in_order)
{
    ring r;
    random_source random;
    std::vector<bytes> frames;
    for (int i = 0; i < 60; i++) { /* 60 x 68 = 4080 bytes */
        frames.push_back(random.octets(60));
        r.put(frames.back(), 60);
    }
    r.commit();
    for (const bytes &frame : frames) {
        ck_assert_bytes_eq(r.take(), frame);
        r.done();
    }
    ck_assert_uint_eq(r.emptied, 1);
    ck_assert(r.b.dut.quiet);
}
END_TEST

START_TEST(test_record_stays_until_done)
{
    ring r;
    r.put(bytes(60, 1), 60);
    r.commit();
    r.take();
    for (int i = 0; i < 100; i++) {
        r.tick();
        ck_assert_uint_eq(r.tail(), 0);
    }
    r.done();
    ck_assert_uint_eq(r.tail(), 68);
}
END_TEST

START_TEST(test_impossible_lengths_empty_the_ring_and_the_next_frame_is_clean)
{
    for (uint32_t length : {0U, 1U, 13U, 1519U, 2047U}) {
        ring r;
        r.put(bytes(60, 1), length);
        r.put(bytes(60, 2), 60);
        r.commit();
        for (int i = 0; i < 20; i++)
            r.tick();
        ck_assert_uint_eq(r.refused, 1);
        ck_assert_uint_eq(r.tail(), r.head);
        ck_assert(!r.b.dut.out_valid);
        bytes frame(70, 3);
        r.put(frame, 70);
        r.commit();
        ck_assert_bytes_eq(r.take(), frame);
        ck_assert_uint_eq(r.refused, 1);
    }
}
END_TEST

START_TEST(test_record_that_reaches_beyond_head_empties_the_ring)
{
    ring r;
    r.put(bytes(60, 1), 65); /* one word more than was handed over */
    r.commit();
    for (int i = 0; i < 20; i++)
        r.tick();
    ck_assert_uint_eq(r.refused, 1);
    ck_assert_uint_eq(r.tail(), r.head);
}
END_TEST

START_TEST(test_without_enable_nothing_leaves)
{
    ring r;
    r.b.dut.enable = 0;
    r.put(bytes(60, 1), 60);
    r.commit();
    for (int i = 0; i < 50; i++) {
        r.tick();
        ck_assert(!r.b.dut.out_valid);
        ck_assert(r.b.dut.quiet);
    }
    r.b.dut.enable = 1;
    ck_assert_bytes_eq(r.take(), bytes(60, 1));
}
END_TEST

START_TEST(test_byte_selects_write_only_their_bytes)
{
    ring r;
    bytes frame(60);
    for (size_t i = 0; i < frame.size(); i++)
        frame[i] = (uint8_t)(i + 1);
    r.put(bytes(60, 0xAA), 60);
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t place = 6 + i;
        r.write_word(place & ~3U, 0x01010101U * frame[i], 1U << (place & 3));
    }
    r.commit();
    ck_assert_bytes_eq(r.take(), frame);
}
END_TEST

TEST_MAIN("tx_ring", test_every_length_leaves_whole_at_every_place_of_the_ring,
          test_full_ring_leaves_frame_by_frame_in_order, test_record_stays_until_done,
          test_impossible_lengths_empty_the_ring_and_the_next_frame_is_clean,
          test_record_that_reaches_beyond_head_empties_the_ring, test_without_enable_nothing_leaves,
          test_byte_selects_write_only_their_bytes)
