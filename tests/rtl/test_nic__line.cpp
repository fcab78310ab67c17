// The adapter at the RMII pins: the ways in which a PHY may begin and end a frame
// (RMII specification 1.2; MAC_CHECKLIST 14 to 20, 29), at both rates.
#include "adapter.hpp"

using namespace counter_address;

namespace
{

// How one frame comes.
struct manner {
    unsigned zeros = 0;     // dibits 00 before the preamble
    unsigned preamble = 28; // dibits 01 before the delimiter's four
    unsigned held = 0;      // dibits still to come when carrier ends: CRS_DV toggles
    bool second = true;     // CRS_DV at the last of them
    unsigned dribble = 0;   // dibits left over
};

void arrive(adapter &a, const bytes &frame, const manner &m)
{
    std::vector<uint8_t> dibits(m.zeros, 0);
    dibits.insert(dibits.end(), m.preamble + 3, 1);
    dibits.push_back(3);
    for (uint8_t octet : with_fcs(frame))
        for (int i = 0; i < 4; i++)
            dibits.push_back(octet >> 2 * i & 3);
    dibits.insert(dibits.end(), m.dribble, 2);
    for (size_t i = 0; i < dibits.size(); i++) {
        size_t after = dibits.size() - 1 - i; // dibits behind this one
        a.dibit(dibits[i], after >= m.held || (after % 2 == 0) == m.second);
    }
    a.silence(48);
}

void check_all(bool fast, const std::vector<manner> &manners)
{
    adapter a(fast);
    random_source random;
    uint32_t octets = 0;
    for (const manner &m : manners) {
        bytes frame = to_own(random, 60 + random.below(20));
        arrive(a, frame, m);
        a.drain();
        bytes got = a.receive();
        ck_assert_msg(got == frame,
                      "%zu bytes of %zu: %u zeros, preamble %u, held %u ending in %d, dribble %u",
                      got.size(), frame.size(), m.zeros, m.preamble, m.held, m.second, m.dribble);
        octets += (uint32_t)frame.size() + 4;
    }
    a.expect(rx_delivered, (uint32_t)manners.size());
    a.expect(rx_octets, octets);
    a.check_counters();
}

std::vector<manner> beginnings()
{
    std::vector<manner> all;
    for (unsigned zeros : {0, 1, 2, 3, 8})
        for (unsigned preamble = 0; preamble <= 84; preamble += preamble < 32 ? 1 : 13) {
            manner m;
            m.zeros = zeros;
            m.preamble = preamble;
            all.push_back(m);
        }
    return all;
}

// Toggling ends high, in the second dibit of a nibble; or low in a first one that
// has no second: that dibit is cut off, so it may only be one left over.
std::vector<manner> endings()
{
    std::vector<manner> all;
    for (unsigned held = 0; held <= 16; held++)
        for (unsigned dribble = 0; dribble < 4; dribble++)
            for (bool second : {true, false}) {
                if (!second && dribble == 0)
                    continue;
                manner m;
                m.held = held;
                m.dribble = dribble;
                m.second = second;
                all.push_back(m);
            }
    return all;
}

} // namespace

START_TEST(test_every_beginning_of_a_frame_is_understood_at_100)
{
    check_all(true, beginnings());
}
END_TEST

START_TEST(test_every_beginning_of_a_frame_is_understood_at_10)
{
    check_all(false, beginnings());
}
END_TEST

START_TEST(test_every_ending_of_a_frame_is_understood_at_100)
{
    check_all(true, endings());
}
END_TEST

START_TEST(test_every_ending_of_a_frame_is_understood_at_10)
{
    check_all(false, endings());
}
END_TEST

START_TEST(test_rx_er_without_carrier_is_nothing)
{
    adapter a;
    for (int i = 0; i < 100; i++) {
        a.line.push_back({2, false, true});
        a.line.push_back({0, false, false});
    }
    a.drain();
    ck_assert(a.receive().empty());
    a.check_counters();
}
END_TEST

TEST_MAIN("nic: line", test_every_beginning_of_a_frame_is_understood_at_100,
          test_every_beginning_of_a_frame_is_understood_at_10,
          test_every_ending_of_a_frame_is_understood_at_100,
          test_every_ending_of_a_frame_is_understood_at_10, test_rx_er_without_carrier_is_nothing)
