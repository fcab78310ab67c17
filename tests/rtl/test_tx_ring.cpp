// tx_ring: bytes of a record to the line, again after a collision, its checksum in
// place. The bench plays tx_record and the line.
#include "Vtx_ring.h"
#include "bench.hpp"

namespace
{

const uint32_t RING = 4096; // bytes

struct ring {
    bench<Vtx_ring> b;
    random_source random;
    uint32_t head = 0;      // bytes, modulo twice the ring
    bool busy_side = false; // tx_record wants to read each clock

    ring()
    {
        b.reset();
    }
    void tick()
    {
        b.dut.side_read = busy_side;
        b.tick();
    }
    void write_word(uint32_t place, uint32_t value, unsigned sel = 15)
    {
        b.dut.write = 1;
        b.dut.write_word = place % RING / 4;
        b.dut.write_sel = sel;
        b.dut.write_data = value;
        b.settle();
        while (!b.dut.write_taken)
            tick();
        tick();
        b.dut.write = 0;
    }
    void put(const bytes &frame)
    {
        bytes record(6);
        record.insert(record.end(), frame.begin(), frame.end());
        record.resize((record.size() + 3) & ~3U, 0xEE);
        for (uint32_t at = 0; at < record.size(); at += 4, head = (head + 4) % (2 * RING)) {
            uint32_t word;
            memcpy(&word, &record[at], 4);
            write_word(head, word);
        }
    }
    // Hands over the record that ends at `end`, of a frame of `size` bytes.
    void offer(uint32_t end, size_t size)
    {
        b.dut.side_position = end / 4;
        b.dut.last_lane = (6 + size - 1) % 4;
        b.dut.offer = 1;
        b.settle();
        while (!b.dut.take)
            tick();
        tick();
        b.dut.offer = 0;
        b.dut.insert = 0;
    }
    // Takes `count` bytes or the whole frame, a byte every `period` clocks.
    bytes take(unsigned period = 4, size_t count = 2000)
    {
        bytes frame;
        for (unsigned clock = 0; clock < 9000 && frame.size() < count; clock++) {
            b.dut.index = (uint16_t)frame.size();
            b.dut.out_ready = clock >= 4 && clock % period == 0;
            b.settle();
            if (b.dut.out_ready && clock > 8)
                must(b.dut.out_valid); /* the line cannot wait */
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
    void pulse(CData &signal)
    {
        signal = 1;
        tick();
        signal = 0;
        tick();
    }
};

} // namespace

START_TEST(test_every_length_leaves_whole_at_every_place_of_the_ring_and_any_pace)
{
    ring r;
    for (uint32_t size = 14; size <= 1518; size++) {
        bytes frame = r.random.octets(size);
        r.busy_side = size % 2;
        r.put(frame);
        r.offer(r.head, size);
        ck_assert_bytes_eq(r.take(size % 3 == 0 ? 1 : 4), frame);
        ck_assert(!r.b.dut.ready);
        r.pulse(r.b.dut.done);
        ck_assert_uint_eq(r.b.dut.tail * 4, r.head);
        ck_assert(r.b.dut.ready);
    }
}
END_TEST

START_TEST(test_host_writes_at_every_clock_do_not_starve_the_line)
{
    ring r;
    bytes frame = r.random.octets(1000);
    r.put(frame);
    r.offer(r.head, frame.size());
    r.b.dut.write = 1;
    r.b.dut.write_word = 1000; /* behind */
    r.b.dut.write_sel = 15;
    ck_assert_bytes_eq(r.take(4), frame);
}
END_TEST

START_TEST(test_collided_frame_comes_again_from_its_start)
{
    ring r;
    for (size_t seen = 0; seen < 90; seen++) {
        bytes frame = r.random.octets(100);
        uint32_t before = r.b.dut.tail;
        r.put(frame);
        r.offer(r.head, frame.size());
        bytes part = r.take(4, seen);
        ck_assert(std::equal(part.begin(), part.end(), frame.begin()));
        r.pulse(r.b.dut.again);
        ck_assert_uint_eq(r.b.dut.tail, before);
        ck_assert_bytes_eq(r.take(), frame);
        r.pulse(r.b.dut.done);
    }
}
END_TEST

START_TEST(test_frame_given_up_is_passed_over)
{
    ring r;
    for (size_t seen = 0; seen < 80; seen++) {
        bytes frame = r.random.octets(90), next = r.random.octets(70);
        r.put(frame);
        uint32_t end = r.head;
        r.put(next);
        r.offer(end, frame.size());
        r.take(4, seen);
        r.pulse(r.b.dut.done);
        ck_assert_uint_eq(r.b.dut.tail * 4, end);
        r.offer(r.head, next.size());
        ck_assert_bytes_eq(r.take(), next);
        r.pulse(r.b.dut.done);
    }
}
END_TEST

START_TEST(test_checksum_stands_where_it_belongs_and_zero_is_sent_as_ones)
{
    ring r;
    for (uint32_t sum : {0x1234U, 0x0000U, 0xFFFFU, 0xFF00U})
        for (unsigned at = 0; at < 45; at++) {
            bytes frame = r.random.octets(90), expected = frame;
            uint16_t field = sum == 0xFFFF ? 0xFFFF : (uint16_t)~sum;
            expected[2 * at] = (uint8_t)field;
            expected[2 * at + 1] = (uint8_t)(field >> 8);
            r.put(frame);
            r.b.dut.insert = 1;
            r.b.dut.insert_at = at + 3; /* the frame begins at the record's half-word 3 */
            r.b.dut.sum = (uint16_t)sum;
            r.offer(r.head, frame.size());
            ck_assert_bytes_eq(r.take(), expected);
            r.pulse(r.b.dut.done);
        }
}
END_TEST

START_TEST(test_refused_ring_is_emptied_to_where_the_walker_stands)
{
    ring r;
    r.put(bytes(60, 1));
    r.b.dut.side_position = r.head / 4;
    r.pulse(r.b.dut.refused);
    r.tick();
    ck_assert_uint_eq(r.b.dut.tail * 4, r.head);
    bytes frame(70, 3);
    r.put(frame);
    r.offer(r.head, 70);
    ck_assert_bytes_eq(r.take(), frame);
}
END_TEST

START_TEST(test_byte_selects_write_only_their_bytes)
{
    ring r;
    bytes frame(60);
    for (size_t i = 0; i < frame.size(); i++)
        frame[i] = (uint8_t)(i + 1);
    r.put(bytes(60, 0xAA));
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t place = 6 + i;
        r.write_word(place & ~3U, 0x01010101U * frame[i], 1U << (place & 3));
    }
    r.offer(r.head, 60);
    ck_assert_bytes_eq(r.take(), frame);
}
END_TEST

TEST_MAIN("tx_ring", test_every_length_leaves_whole_at_every_place_of_the_ring_and_any_pace,
          test_host_writes_at_every_clock_do_not_starve_the_line,
          test_collided_frame_comes_again_from_its_start, test_frame_given_up_is_passed_over,
          test_checksum_stands_where_it_belongs_and_zero_is_sent_as_ones,
          test_refused_ring_is_emptied_to_where_the_walker_stands,
          test_byte_selects_write_only_their_bytes)
