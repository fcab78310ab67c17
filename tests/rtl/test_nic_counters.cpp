// nic_counters against plain additions.
#include "Vnic_counters.h"
#include "bench.hpp"
#include "counters.hpp"

namespace
{

struct counters {
    bench<Vnic_counters> b;
    std::vector<uint32_t> expected = std::vector<uint32_t>(32, 0);

    counters()
    {
        b.reset();
        while (!b.dut.ready)
            b.tick();
    }
    uint32_t read(unsigned index)
    {
        b.dut.read = 1;
        b.dut.read_index = index;
        b.tick();
        b.dut.read = 0;
        return b.dut.read_data;
    }
    void check()
    {
        while (!b.dut.quiet)
            b.tick();
        for (unsigned i = 0; i < 32; i++)
            ck_assert_msg(read(i) == expected[i], "counter %u is %u, not %u", i, read(i),
                          expected[i]);
    }
    void received(unsigned index, unsigned octets, bool broadcast, bool multicast)
    {
        b.dut.rx_event = 1;
        b.dut.rx_class = index;
        b.dut.rx_octets = octets;
        b.dut.rx_broadcast = broadcast;
        b.dut.rx_multicast = multicast;
        expected[index]++;
        if (index == RX_DELIVERED) {
            expected[RX_OCTETS] += octets;
            expected[RX_BROADCAST] += broadcast;
            expected[RX_MULTICAST] += multicast;
        }
    }
    void sent(unsigned octets)
    {
        b.dut.tx_event = 1;
        b.dut.tx_octets = octets;
        expected[TX_FRAMES]++;
        expected[TX_OCTETS] += octets;
    }
    void tick()
    {
        b.tick();
        b.dut.rx_event = b.dut.tx_event = b.dut.tx_refused = b.dut.false_carrier = 0;
    }
};

} // namespace

START_TEST(test_after_reset_every_counter_reads_zero)
{
    counters c;
    c.received(RX_DELIVERED, 64, true, false);
    c.tick();
    c.check();
    c.b.reset();
    ck_assert(!c.b.dut.ready);
    while (!c.b.dut.ready)
        c.b.tick();
    c.expected.assign(32, 0);
    c.check();
}
END_TEST

START_TEST(test_both_directions_may_end_a_frame_in_one_clock)
{
    counters c;
    c.received(RX_DELIVERED, 1518, false, true);
    c.sent(64);
    c.tick();
    c.check();
}
END_TEST

START_TEST(test_random_events_and_reads_lose_nothing)
{
    counters c;
    random_source random;
    const unsigned classes[] = {RX_DELIVERED,        RX_FILTERED,      RX_RING_FULL, RX_FCS_ERRORS,
                                RX_ALIGNMENT_ERRORS, RX_SYMBOL_ERRORS, RX_UNDERSIZE, RX_FRAGMENTS,
                                RX_OVERSIZE,         RX_JABBER};
    for (int i = 0; i < 20000; i++) {
        /* Frames are at least 24 clocks apart in each direction. */
        c.received(classes[random.below(10)], random.below(2048), random.below(2), random.below(2));
        if (random.below(2))
            c.sent(64 + random.below(1455));
        if (random.below(20) == 0) {
            c.b.dut.tx_refused = 1;
            c.expected[TX_REFUSED]++;
        }
        c.tick();
        if (random.below(20) == 0) {
            c.b.dut.false_carrier = 1;
            c.expected[RX_FALSE_CARRIER]++;
            c.tick();
        }
        for (int k = 0; k < 24; k++) /* a host reads as often as its bus lets it */
            if (k % 2)
                c.read(random.below(32));
            else
                c.tick();
    }
    c.check();
}
END_TEST

START_TEST(test_counter_wraps_at_two_to_the_32nd)
{
    counters c;
    for (uint32_t i = 0; i < (1U << 21) + 2000; i++) { /* somewhat more than 2^32 octets */
        c.received(RX_DELIVERED, 2047, false, false);
        for (int k = 0; k < 6; k++)
            c.tick();
    }
    c.check();
    ck_assert_uint_lt(c.expected[RX_OCTETS], 1U << 24);
}
END_TEST

TEST_MAIN("nic_counters", test_after_reset_every_counter_reads_zero,
          test_both_directions_may_end_a_frame_in_one_clock,
          test_random_events_and_reads_lose_nothing, test_counter_wraps_at_two_to_the_32nd)
