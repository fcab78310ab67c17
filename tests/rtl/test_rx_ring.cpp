// rx_ring: whole good frames one behind the other, and nothing else. The bench
// keeps the driver's side: what it holds must never change under it.
#include "Vrx_ring.h"
#include "bench.hpp"

namespace
{

const uint32_t RING = 8192;

struct ring {
    bench<Vrx_ring> b;
    uint32_t tail = 0;
    unsigned stored = 0;
    uint64_t stamp = 0; // of the record looked at last

    ring()
    {
        b.reset();
    }
    void tick()
    {
        b.settle();
        stored += b.dut.stored;
        b.tick();
    }
    uint32_t head()
    {
        return b.dut.head * 4;
    }
    // A byte stands in the window from the clock after it.
    void byte(uint8_t octet)
    {
        b.dut.valid = 1;
        tick();
        b.dut.valid = 0;
        b.dut.window = b.dut.window >> 8 | (uint32_t)octet << 24;
    }
    // A frame comes in: its bytes, then its end. Gives whether there was room.
    bool receive(const bytes &frame, bool keep, unsigned period = 4)
    {
        bytes line = with_fcs(frame);
        b.dut.start = 1;
        tick();
        b.dut.start = 0;
        for (uint8_t octet : line) {
            for (unsigned i = 1; i < period; i++)
                tick();
            byte(octet);
        }
        b.settle();
        bool room = b.dut.room;
        tick();
        b.dut.verdict = 1;
        b.dut.header = (uint32_t)frame.size();
        b.dut.keep = keep && room;
        b.dut.wait_sum = 1;
        tick();
        b.dut.verdict = b.dut.keep = 0;
        for (int i = 0; i < 3; i++) {
            ck_assert_uint_eq(b.dut.busy, keep && room);
            tick();
        }
        b.dut.wait_sum = 0;
        for (int i = 0; i < 6; i++)
            tick();
        ck_assert(!b.dut.busy);
        return room;
    }
    uint32_t read(uint32_t place)
    {
        b.dut.read = b.dut.reading = 1;
        b.dut.read_word = place % RING / 4;
        tick();
        b.dut.read = b.dut.reading = 0;
        return b.dut.read_data;
    }
    // The oldest record's frame, as the driver reads it.
    bytes look(uint32_t at)
    {
        uint32_t length = read(at) & 0x7FF;
        if (b.dut.want_stamp) {
            stamp = read(at + 4) | (uint64_t)read(at + 8) << 32;
            at += 8;
        }
        bytes record;
        for (uint32_t i = 4; i < 6 + length; i += 4) {
            uint32_t word = read(at + i);
            for (int k = 0; k < 4; k++)
                record.push_back((uint8_t)(word >> 8 * k));
        }
        return bytes(record.begin() + 2, record.begin() + 2 + length);
    }
    static uint32_t record_size(size_t length)
    {
        return (uint32_t)(6 + length + 3) & ~3U;
    }
    void give_back(size_t length)
    {
        tail = (tail + record_size(length)) % (2 * RING);
        b.dut.tail = tail / 4;
    }
};

} // namespace

START_TEST(test_every_length_is_stored_whole_at_every_place)
{
    ring r;
    random_source random;
    for (size_t size = 60; size <= 1518; size++) {
        bytes frame = random.octets(size);
        ck_assert(r.receive(frame, true, size % 50 == 0 ? 4 : 1));
        ck_assert_uint_eq(r.head(), (r.tail + ring::record_size(size)) % (2 * RING));
        ck_assert_bytes_eq(r.look(r.tail), frame);
        r.give_back(size);
    }
    ck_assert_uint_eq(r.stored, 1518 - 60 + 1);
}
END_TEST

START_TEST(test_frame_not_kept_leaves_no_trace)
{
    ring r;
    random_source random;
    bytes good = random.octets(100);
    r.receive(good, true);
    uint32_t head = r.head();
    for (int i = 0; i < 20; i++) {
        r.receive(random.octets(60 + random.below(1400)), false, 1);
        ck_assert_uint_eq(r.head(), head);
        ck_assert_bytes_eq(r.look(0), good);
    }
    bytes next = random.octets(77);
    r.receive(next, true);
    ck_assert_bytes_eq(r.look(head), next);
    ck_assert_uint_eq(r.stored, 2);
}
END_TEST

START_TEST(test_full_ring_refuses_whole_frames_and_touches_none_it_holds)
{
    ring r;
    random_source random;
    std::vector<bytes> held;
    for (;;) {
        bytes frame = random.octets(60 + random.below(900));
        if (!r.receive(frame, true, 1))
            break;
        held.push_back(frame);
    }
    ck_assert_uint_gt(held.size(), 8);
    for (int i = 0; i < 50; i++)
        ck_assert(!r.receive(random.octets(1514), true, 1));
    uint32_t at = r.tail;
    for (const bytes &frame : held) {
        ck_assert_bytes_eq(r.look(at), frame);
        at = (at + ring::record_size(frame.size())) % (2 * RING);
    }
    ck_assert_uint_eq(at, r.head());
    r.give_back(held[0].size());
    r.give_back(held[1].size());
    ck_assert(r.receive(bytes(60, 9), true, 1)); /* recovers with the room */
    ck_assert_bytes_eq(r.look(at), bytes(60, 9));
}
END_TEST

START_TEST(test_random_keeping_and_giving_back_never_loses_the_place)
{
    ring r;
    random_source random;
    std::vector<bytes> held;
    for (int i = 0; i < 3000; i++) {
        bytes frame = random.octets(60 + random.below(random.below(4) ? 100 : 1459));
        bool keep = random.below(5) != 0;
        if (r.receive(frame, keep, 1) && keep)
            held.push_back(frame);
        while (!held.empty() && random.below(3)) {
            ck_assert_bytes_eq(r.look(r.tail), held.front());
            r.give_back(held.front().size());
            held.erase(held.begin());
        }
    }
}
END_TEST

START_TEST(test_stamped_records_hold_the_time_between_header_and_frame)
{
    ring r;
    random_source random;
    r.b.dut.want_stamp = 1;
    for (size_t size = 60; size <= 400; size++) {
        bytes frame = random.octets(size);
        uint64_t time = random.engine();
        r.b.dut.stamp = time;
        ck_assert(r.receive(frame, true, 1));
        ck_assert_uint_eq(r.head(), (r.tail + ring::record_size(size) + 8) % (2 * RING));
        ck_assert_bytes_eq(r.look(r.tail), frame);
        ck_assert_uint_eq(r.stamp, time);
        r.give_back(size + 8);
    }
}
END_TEST

START_TEST(test_what_else_is_read_gives_zeros)
{
    ring r;
    r.receive(bytes(60, 0xFF), true);
    ck_assert_uint_eq(r.read(8), 0xFFFFFFFF);
    r.b.dut.reading = 1;
    r.tick();
    ck_assert_uint_eq(r.b.dut.read_data, 0);
}
END_TEST

TEST_MAIN("rx_ring", test_every_length_is_stored_whole_at_every_place,
          test_frame_not_kept_leaves_no_trace,
          test_full_ring_refuses_whole_frames_and_touches_none_it_holds,
          test_random_keeping_and_giving_back_never_loses_the_place,
          test_stamped_records_hold_the_time_between_header_and_frame,
          test_what_else_is_read_gives_zeros)
