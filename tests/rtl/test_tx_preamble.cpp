// tx_preamble: IEEE 802.3 clauses 3.2.1, 3.2.2 and 4.4.2. The line's byte clock is
// out_ready, given while `run` is high.
#include "Vtx_preamble.h"
#include "bench.hpp"

struct line {
    bench<Vtx_preamble> b;
    std::vector<int> slots; // one for each byte time: the byte, or -1 for silence
    std::vector<size_t> done;

    line()
    {
        b.reset();
    }
    // Offers frames one after the other for `clocks`, a byte time being `period`.
    void run(std::vector<bytes> frames, unsigned clocks, unsigned period)
    {
        size_t frame = 0, at = 0;
        for (unsigned clock = 0; clock < clocks; clock++) {
            b.dut.in_valid = frame < frames.size();
            b.dut.in_data = b.dut.in_valid ? frames[frame][at] : 0xEE;
            b.dut.in_last = b.dut.in_valid && at + 1 == frames[frame].size();
            b.settle();
            b.dut.out_ready = b.dut.run && clock % period == 0;
            b.settle();
            if (b.dut.out_ready)
                slots.push_back(b.dut.out_valid ? b.dut.out_data : -1);
            if (b.dut.done)
                done.push_back(slots.size());
            if (b.dut.in_valid && b.dut.in_ready && ++at == frames[frame].size()) {
                frame++;
                at = 0;
            }
            b.tick();
        }
    }
};

START_TEST(test_frame_leaves_behind_seven_octets_of_preamble_and_the_delimiter)
{
    line l;
    random_source random;
    bytes frame = random.octets(64);
    l.run({frame}, 1000, 4);
    std::vector<int> expected(7, 0x55);
    expected.push_back(0xD5);
    expected.insert(expected.end(), frame.begin(), frame.end());
    expected.resize(expected.size() + 12, -1);
    ck_assert(l.slots == expected);
    ck_assert(l.b.dut.quiet);
}
END_TEST

START_TEST(test_waiting_frame_starts_exactly_twelve_byte_times_after_the_last)
{
    for (unsigned period : {1U, 4U, 40U}) {
        line l;
        l.run({bytes(64, 1), bytes(70, 2), bytes(64, 3)}, 400 * period, period);
        size_t silence = 0;
        std::vector<size_t> gaps;
        for (int slot : l.slots) {
            if (slot >= 0 && silence)
                gaps.push_back(silence);
            silence = slot < 0 ? silence + 1 : 0;
        }
        ck_assert(gaps == (std::vector<size_t>{12, 12}));
        ck_assert_uint_eq(l.done.size(), 3);
    }
}
END_TEST

START_TEST(test_done_comes_when_the_last_byte_has_left)
{
    line l;
    l.run({bytes(64, 7)}, 400, 1);
    ck_assert_uint_eq(l.done.size(), 1);
    ck_assert_uint_eq(l.done[0], 8 + 64 + 1); /* in the first byte time of the gap */
}
END_TEST

TEST_MAIN("tx_preamble", test_frame_leaves_behind_seven_octets_of_preamble_and_the_delimiter,
          test_waiting_frame_starts_exactly_twelve_byte_times_after_the_last,
          test_done_comes_when_the_last_byte_has_left)
