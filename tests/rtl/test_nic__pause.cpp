// Flow control at the RMII pins (IEEE 802.3 clause 31, annex 31B; MAC_CHECKLIST
// section E). A quantum is 512 bit times: 256 clocks at 100 Mb/s, 2560 at 10.
#include "adapter.hpp"

using namespace counter_address;

namespace
{

const bytes PAUSE_ADDRESS = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01};

bytes pause_frame(unsigned quanta, bytes target = PAUSE_ADDRESS, unsigned opcode = 1)
{
    bytes frame = target;
    frame.insert(frame.end(), {0x02, 1, 2, 3, 4, 5, 0x88, 0x08, (uint8_t)(opcode >> 8),
                               (uint8_t)opcode, (uint8_t)(quanta >> 8), (uint8_t)quanta});
    return padded(frame);
}

// After the pause frame a frame is sent; gives the clocks from the end of the one on
// the line to the start of the other.
uint64_t held(adapter &a, const bytes &pause)
{
    a.until_idle();
    a.arrive(pause, 0);
    while (!a.line.empty())
        a.tick();
    uint64_t from = a.clocks;
    a.ticks(a.fast ? 12 : 120);
    size_t before = a.sent.size();
    a.send(bytes(60, 7));
    while (!a.b.dut.rmii_tx_en)
        a.tick();
    uint64_t waited = a.clocks - from;
    a.until_idle();
    ck_assert_uint_eq(a.sent.size(), before + 1);
    ck_assert_bytes_eq(a.sent.back(), on_the_line(bytes(60, 7)));
    return waited;
}

void write_template(adapter &a, unsigned quanta)
{
    for (uint32_t i = 0; i < 6; i++)
        a.write(NIC_PAUSE_0 + 4 * i, PAUSE_ADDRESS[i]);
    const uint8_t rest[] = {0x88, 0x08, 0, 1, (uint8_t)(quanta >> 8), (uint8_t)quanta};
    for (uint32_t i = 0; i < 6; i++)
        a.write(NIC_PAUSE_12 + 4 * i, rest[i]);
}

bytes own_pause(unsigned quanta)
{
    bytes frame = pause_frame(quanta);
    std::copy(OWN.begin(), OWN.end(), frame.begin() + 6);
    return frame;
}

} // namespace

START_TEST(test_pause_holds_the_transmitter_for_its_quanta_and_no_longer)
{
    for (bool fast : {true, false}) {
        adapter a(fast, NIC_CONTROL_PAUSE_OBEY);
        uint64_t quantum = fast ? 256 : 2560;
        uint32_t count = 0;
        for (unsigned quanta : {1, 2, 7, 40}) {
            uint64_t waited = held(a, pause_frame(quanta));
            // A byte time less: the unit of the transmitter's clock.
            ck_assert_msg(waited >= quanta * quantum - quantum / 64 &&
                              waited <= quanta * quantum + quantum / 2,
                          "%u quanta: %lu clocks", quanta, waited);
            count++;
        }
        ck_assert(a.receive().empty());
        a.expect(rx_pause, count);
        a.expect(tx_frames, count);
        a.expect(tx_octets, 64 * count);
        a.check_counters();
    }
}
END_TEST

START_TEST(test_pause_to_the_own_address_is_obeyed_and_others_are_not)
{
    adapter a(true, NIC_CONTROL_PAUSE_OBEY);
    ck_assert_uint_ge(held(a, pause_frame(8, OWN)), 8 * 256);
    bytes broken = pause_frame(8), short_type = pause_frame(8), other = OWN;
    ck_assert_uint_lt(held(a, pause_frame(8, OWN, 2)), 200); // another opcode, delivered
    ck_assert(!a.receive().empty());
    ck_assert_uint_lt(held(a, pause_frame(8, PAUSE_ADDRESS, 0x101)), 200);
    other[5] ^= 4;
    ck_assert_uint_lt(held(a, pause_frame(8, other)), 200);
    for (int octet : {0, 1, 2, 3, 4, 5}) {
        bytes target = PAUSE_ADDRESS;
        target[octet] ^= 0x20;
        ck_assert_uint_lt(held(a, pause_frame(8, target)), 200);
    }
    short_type[13] = 0x09;
    ck_assert_uint_lt(held(a, short_type), 200);
    a.expect(rx_pause, 1);
    a.expect(rx_delivered, 1);
    a.expect(rx_octets, 64);
    a.expect(rx_filtered, 9);
    a.expect(tx_frames, 11);
    a.expect(tx_octets, 11 * 64);
    a.check_counters();
}
END_TEST

START_TEST(test_pause_with_a_wrong_fcs_is_not_obeyed)
{
    adapter a(true, NIC_CONTROL_PAUSE_OBEY);
    bytes line = on_the_line(pause_frame(100));
    line.back() ^= 1;
    a.octets(line);
    a.drain();
    a.send(bytes(60, 1));
    uint64_t from = a.clocks;
    while (!a.b.dut.rmii_tx_en)
        a.tick();
    ck_assert_uint_lt(a.clocks - from, 200);
    a.expect(rx_fcs_errors, 1);
    a.expect(tx_frames, 1);
    a.expect(tx_octets, 64);
    a.check_counters();
}
END_TEST

START_TEST(test_pause_is_obeyed_only_when_enabled_and_in_full_duplex)
{
    adapter off(true, 0), half(true, NIC_CONTROL_PAUSE_OBEY, NIC_CONTROL_FULL_DUPLEX);
    ck_assert_uint_lt(held(off, pause_frame(100)), 200);
    ck_assert_uint_lt(held(half, pause_frame(100)), 200);
    ck_assert(off.receive().empty() && half.receive().empty());
}
END_TEST

START_TEST(test_frame_in_flight_is_finished_and_the_next_waits)
{
    for (unsigned at = 0; at < 1000; at += 97) {
        adapter a(true, NIC_CONTROL_PAUSE_OBEY);
        bytes first(300, 1), second(60, 2);
        for (unsigned i = 0; i < at; i++)
            a.silence(1);
        a.arrive(pause_frame(20), 0);
        uint64_t begin = 0, end = 0;
        a.send(first);
        a.send(second);
        while (a.sent.size() < 1 || !a.b.dut.rmii_tx_en) {
            bool carried = !a.line.empty();
            a.tick();
            if (carried && a.line.empty())
                end = a.clocks;
        }
        begin = a.clocks;
        a.until_idle();
        ck_assert_uint_eq(a.sent.size(), 2);
        ck_assert_bytes_eq(a.sent[0], on_the_line(first));
        ck_assert_bytes_eq(a.sent[1], on_the_line(second));
        ck_assert_uint_ge(begin - end, 20 * 256);
    }
}
END_TEST

START_TEST(test_new_pause_replaces_the_old_and_zero_ends_it)
{
    adapter a(true, NIC_CONTROL_PAUSE_OBEY);
    a.arrive(pause_frame(5000), 48);
    a.drain();
    ck_assert(a.read(NIC_CONTROL) & NIC_CONTROL_PAUSED);
    a.arrive(pause_frame(0), 48);
    uint64_t before = a.clocks;
    a.until_idle();
    ck_assert_uint_lt(a.clocks - before, 500);
    ck_assert(!(a.read(NIC_CONTROL) & NIC_CONTROL_PAUSED));
    a.arrive(pause_frame(65535), 48);
    a.arrive(pause_frame(10), 48);
    a.drain();
    uint64_t from = a.clocks;
    a.until_idle();
    ck_assert_uint_le(a.clocks - from, 10 * 256 + 64);
}
END_TEST

// 65535 quanta are 336 ms at 100 Mb/s: a peer that has died holds no longer.
START_TEST(test_longest_pause_ends_by_itself)
{
    adapter a(true, NIC_CONTROL_PAUSE_OBEY);
    unsigned quanta = getenv("LANTERN_LONG") ? 65535 : 4099;
    uint64_t waited = held(a, pause_frame(quanta));
    ck_assert_uint_ge(waited, quanta * 256UL);
    ck_assert_uint_le(waited, quanta * 256UL + 128);
}
END_TEST

START_TEST(test_pause_frame_on_command_is_what_the_table_says)
{
    for (bool fast : {true, false}) {
        adapter a(fast);
        write_template(a, 0x1234);
        a.write(NIC_CONTROL, a.control | NIC_CONTROL_PAUSE_SEND);
        a.until_idle();
        a.write(NIC_CONTROL, a.control | NIC_CONTROL_PAUSE_END);
        a.until_idle();
        ck_assert_uint_eq(a.sent.size(), 2);
        ck_assert_bytes_eq(a.sent[0], on_the_line(own_pause(0x1234)));
        ck_assert_bytes_eq(a.sent[1], on_the_line(own_pause(0)));
        a.expect(tx_pause, 2);
        a.expect(tx_frames, 2);
        a.expect(tx_octets, 128);
        a.check_counters();
    }
}
END_TEST

START_TEST(test_pause_frame_is_not_held_by_a_pause)
{
    adapter a(true, NIC_CONTROL_PAUSE_OBEY);
    write_template(a, 9);
    a.arrive(pause_frame(1000));
    a.drain();
    a.send(bytes(60, 1));
    uint64_t from = a.clocks;
    a.write(NIC_CONTROL, a.control | NIC_CONTROL_PAUSE_SEND);
    while (a.sent.size() < 1)
        a.tick();
    ck_assert_uint_lt(a.clocks - from, 800);
    ck_assert_bytes_eq(a.sent[0], on_the_line(own_pause(9)));
    a.until_idle();
    ck_assert_uint_gt(a.clocks - from, 900 * 256);
    ck_assert_bytes_eq(a.sent.at(1), on_the_line(bytes(60, 1)));
}
END_TEST

START_TEST(test_pause_frame_slips_between_frames_and_harms_none)
{
    random_source random;
    for (unsigned at = 0; at < 1500; at += 7) {
        adapter a;
        write_template(a, 77);
        std::vector<bytes> frames;
        for (int i = 0; i < 3; i++) {
            frames.push_back(random.octets(14 + random.below(80)));
            a.send(frames.back());
        }
        a.ticks(at);
        a.write(NIC_CONTROL, a.control | NIC_CONTROL_PAUSE_SEND);
        a.until_idle();
        ck_assert_uint_eq(a.sent.size(), 4);
        size_t next = 0, pauses = 0;
        for (const bytes &sent : a.sent)
            if (sent == on_the_line(own_pause(77)))
                pauses++;
            else
                ck_assert_bytes_eq(sent, on_the_line(frames[next++]));
        ck_assert_uint_eq(pauses, 1);
        for (unsigned gap : a.gaps)
            ck_assert_uint_ge(gap, 48);
    }
}
END_TEST

START_TEST(test_ring_three_quarters_full_asks_for_a_pause_and_half_full_ends_it)
{
    adapter a(true, NIC_CONTROL_PAUSE_AUTO);
    random_source random;
    write_template(a, 0xFFFF);
    unsigned stored = 0;
    while (a.sent.empty() && stored < 9) {
        a.arrive(to_own(random, 1000));
        a.drain();
        a.until_idle();
        stored++;
    }
    // 6144 of 8192 bytes are reached with the seventh record of 1008.
    ck_assert_uint_eq(stored, 7);
    ck_assert_uint_eq(a.sent.size(), 1);
    ck_assert_bytes_eq(a.sent[0], on_the_line(own_pause(0xFFFF)));
    while (a.sent.size() == 1) {
        ck_assert(!a.receive().empty());
        a.until_idle();
        stored--;
    }
    ck_assert_uint_eq(stored, 4); // 4032 bytes are below half
    ck_assert_bytes_eq(a.sent[1], on_the_line(own_pause(0)));
    a.expect(rx_delivered, 7);
    a.expect(rx_octets, 7 * 1004);
    a.expect(tx_pause, 2);
    a.expect(tx_frames, 2);
    a.expect(tx_octets, 128);
    a.check_counters();
}
END_TEST

TEST_MAIN("nic: pause", test_pause_holds_the_transmitter_for_its_quanta_and_no_longer,
          test_pause_to_the_own_address_is_obeyed_and_others_are_not,
          test_pause_with_a_wrong_fcs_is_not_obeyed,
          test_pause_is_obeyed_only_when_enabled_and_in_full_duplex,
          test_frame_in_flight_is_finished_and_the_next_waits,
          test_new_pause_replaces_the_old_and_zero_ends_it, test_longest_pause_ends_by_itself,
          test_pause_frame_on_command_is_what_the_table_says,
          test_pause_frame_is_not_held_by_a_pause,
          test_pause_frame_slips_between_frames_and_harms_none,
          test_ring_three_quarters_full_asks_for_a_pause_and_half_full_ends_it)
