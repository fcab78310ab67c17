// The adapter in half duplex at the RMII pins (IEEE 802.3 clauses 4.2.3.2 and 4.2.4;
// MAC_CHECKLIST section D). A collision is carrier while it sends.
#include "adapter.hpp"

using namespace counter_address;

namespace
{

struct half_duplex : adapter {
    // One try at the line; times are clocks.
    struct attempt {
        uint64_t start, end;
    };
    std::vector<attempt> attempts;
    unsigned hit_at = 0;  // the dibit of a try at which others begin to send
    unsigned hits = 0;    // tries that will be met
    unsigned hit_for = 8; // dibits of their carrier; the jam is longer

    explicit half_duplex(bool at_100 = true) : adapter(at_100, 0, NIC_CONTROL_FULL_DUPLEX)
    {
    }

    unsigned bit_times(uint64_t clocks_gone) const
    {
        return (unsigned)(fast ? clocks_gone * 2 : clocks_gone / 5);
    }
    void step()
    {
        bool before = b.dut.rmii_tx_en;
        tick();
        if (b.dut.rmii_tx_en && !before)
            attempts.push_back({clocks, 0});
        if (!b.dut.rmii_tx_en && before)
            attempts.back().end = clocks;
        if (b.dut.rmii_tx_en && hits > 0 &&
            clocks - attempts.back().start == hit_at * (fast ? 1U : 10U)) {
            for (unsigned i = 0; i < hit_for; i++)
                dibit(1);
            hits--;
        }
    }
    void finish()
    {
        for (unsigned i = 0; i < 4 || !b.dut.idle || !line.empty(); i++) {
            must(i < 4000000);
            step();
        }
    }
    // Sends a frame of which the first `collisions` tries are met at dibit `at`.
    void contend(const bytes &frame, unsigned collisions, unsigned at)
    {
        attempts.clear();
        sent.clear();
        hits = collisions;
        hit_at = at;
        send(frame);
        finish();
    }
    // Slots of the back-off before the n-th try.
    unsigned slots(size_t n) const
    {
        unsigned waited = bit_times(attempts[n].start - attempts[n - 1].end);
        ck_assert_uint_ge(waited, 96);
        ck_assert_msg(waited % 512 < 140 || waited < 512, "%u bit times between tries", waited);
        return waited / 512;
    }
};

} // namespace

START_TEST(test_frame_waits_96_bit_times_after_carrier_of_others)
{
    for (bool fast : {true, false}) {
        half_duplex a(fast);
        random_source random;
        bytes frame = random.octets(60);
        uint64_t carrier_ends = a.clocks;
        a.octets(on_the_line(to_own(random, 200)));
        a.ticks(100);
        carrier_ends = a.clocks + a.line.size();
        a.send(frame);
        a.finish();
        ck_assert_uint_eq(a.attempts.size(), 1);
        ck_assert_bytes_eq(a.sent[0], on_the_line(frame));
        unsigned waited = a.bit_times(a.attempts[0].start - carrier_ends);
        ck_assert_msg(waited >= 96 && waited <= 112, "%u bit times", waited);
        a.expect(tx_deferred, 1);
        a.expect(tx_frames, 1);
        a.expect(tx_octets, 64);
        a.expect(rx_delivered, 1);
        a.expect(rx_octets, 204);
        a.check_counters();
    }
}
END_TEST

// Carrier in the first two thirds of the gap begins it anew, in the last third it
// does not count (clause 4.2.3.2.1).
START_TEST(test_carrier_in_the_first_two_thirds_of_the_gap_begins_it_anew)
{
    for (unsigned second_at = 8; second_at <= 88; second_at += 4) {
        if (second_at > 48 && second_at < 76)
            continue; // around 64: either, a byte time is 8
        half_duplex a;
        for (int i = 0; i < 100; i++)
            a.dibit(1);
        a.ticks(30);
        a.send(bytes(60, 2));
        uint64_t first_ends = a.clocks + a.line.size();
        a.silence(second_at / 2);
        for (int i = 0; i < 3; i++)
            a.dibit(1);
        uint64_t second_ends = a.clocks + a.line.size();
        a.finish();
        unsigned from_first = a.bit_times(a.attempts[0].start - first_ends);
        unsigned from_second = a.bit_times(a.attempts[0].start - second_ends);
        if (second_at <= 48)
            ck_assert_msg(from_second >= 96 && from_second <= 112, "carrier at %u: %u", second_at,
                          from_second);
        else
            ck_assert_msg(from_first >= 96 && from_first <= 112, "carrier at %u: %u", second_at,
                          from_first);
    }
}
END_TEST

START_TEST(test_collision_in_the_preamble_finishes_it_and_jams_32_bits)
{
    for (unsigned at = 1; at < 26; at++) {
        half_duplex a;
        bytes frame(60, 0x42);
        a.contend(frame, 1, at);
        ck_assert_uint_eq(a.sent.size(), 2);
        ck_assert_uint_eq(a.sent[0].size(), 12); // preamble, delimiter, jam
        for (int i = 0; i < 8; i++)
            ck_assert_uint_eq(a.sent[0][i], i < 7 ? 0x55 : 0xD5);
        ck_assert_bytes_eq(a.sent[1], on_the_line(frame));
        a.expect(tx_frames, 1);
        a.expect(tx_octets, 64);
        a.expect(tx_collisions, 1);
        a.expect(tx_single_collision, 1);
        a.expect(rx_false_carrier, 1);
        a.check_counters();
    }
}
END_TEST

START_TEST(test_collision_in_the_frame_jams_and_never_ends_in_a_right_fcs)
{
    random_source random;
    for (unsigned at = 32; at < 250; at += 3) {
        half_duplex a;
        bytes frame = random.octets(100);
        a.contend(frame, 1, at);
        ck_assert_uint_eq(a.sent.size(), 2);
        size_t size = a.sent[0].size();
        ck_assert_msg(size >= at / 4 + 4 && size <= at / 4 + 7, "%zu octets, collision at dibit %u",
                      size, at);
        bytes part(a.sent[0].begin() + 8, a.sent[0].end()), begun = on_the_line(frame);
        ck_assert(std::equal(a.sent[0].begin(), a.sent[0].end() - 4, begun.begin()));
        ck_assert_uint_ne(crc_of(part), 0x2144DF1C); // what a right FCS leaves
        ck_assert_bytes_eq(a.sent[1], begun);
    }
}
END_TEST

START_TEST(test_collision_at_10_is_jammed_and_the_frame_comes_again)
{
    half_duplex a(false);
    bytes frame(80, 0x17);
    for (unsigned at : {5U, 60U, 200U}) {
        a.contend(frame, 2, at);
        ck_assert_uint_eq(a.sent.size(), 3);
        ck_assert_bytes_eq(a.sent[2], on_the_line(frame));
        a.slots(1);
        a.slots(2);
    }
    a.expect(tx_frames, 3);
    a.expect(tx_octets, 3 * 84);
    a.expect(tx_collisions, 6);
    a.expect(tx_multiple_collisions, 3);
    a.expect(rx_false_carrier, 6);
    a.check_counters();
}
END_TEST

// r slots of 512 bit times, 0 <= r < 2^n, each as likely as another (clause
// 4.2.3.2.5). A fair count of c trials over k values lies within five deviations.
START_TEST(test_back_off_is_uniform_below_two_to_the_number_of_collisions)
{
    half_duplex a;
    const unsigned trials = 250;
    std::vector<std::vector<unsigned>> counts = {{},
                                                 std::vector<unsigned>(2),
                                                 std::vector<unsigned>(4),
                                                 std::vector<unsigned>(8),
                                                 std::vector<unsigned>(16)};
    for (unsigned i = 0; i < trials; i++) {
        a.contend(bytes(60, (uint8_t)i), 4, 40);
        ck_assert_uint_eq(a.attempts.size(), 5);
        for (unsigned n = 1; n <= 4; n++) {
            unsigned r = a.slots(n);
            ck_assert_msg(r < 1U << n, "%u slots after collision %u", r, n);
            counts[n][r]++;
        }
    }
    for (unsigned n = 1; n <= 4; n++)
        for (unsigned r = 0; r < 1U << n; r++) {
            double mean = (double)trials / (1 << n), away = counts[n][r] - mean;
            ck_assert_msg(away * away < 25 * mean, "%u slots after collision %u: %u of %u", r, n,
                          counts[n][r], trials);
        }
}
END_TEST

START_TEST(test_sixteenth_collision_gives_the_frame_up_and_the_count_begins_anew)
{
    half_duplex a;
    for (unsigned round = 0; round < 2; round++) {
        a.contend(bytes(60, 1), 16, 40);
        ck_assert_uint_eq(a.attempts.size(), 16);
        for (unsigned n = 1; n < 16; n++)
            ck_assert_uint_lt(a.slots(n), 1U << (n < 10 ? n : 10));
        ck_assert_uint_eq(a.tx_tail(), a.tx_head);
    }
    a.contend(bytes(60, 2), 1, 40);
    ck_assert_uint_eq(a.attempts.size(), 2);
    ck_assert_uint_lt(a.slots(1), 2);
    a.contend(bytes(60, 3), 15, 40);
    ck_assert_uint_eq(a.attempts.size(), 16);
    a.expect(tx_excessive_collisions, 2);
    a.expect(tx_collisions, 32 + 1 + 15);
    a.expect(tx_single_collision, 1);
    a.expect(tx_multiple_collisions, 1);
    a.expect(tx_frames, 2);
    a.expect(tx_octets, 128);
    a.expect(rx_false_carrier, 48);
    a.check_counters();
}
END_TEST

START_TEST(test_collision_after_512_bit_times_is_late_and_the_frame_is_given_up)
{
    // 512 bit times are 256 dibits from the preamble's first on.
    for (unsigned at : {268U, 300U, 400U, 700U}) {
        half_duplex a;
        a.contend(bytes(300, 1), 1, at);
        ck_assert_uint_eq(a.attempts.size(), 1);
        ck_assert_uint_lt(a.sent[0].size(), 312);
        ck_assert_uint_eq(a.tx_tail(), a.tx_head);
        a.contend(bytes(60, 2), 0, 0);
        ck_assert_bytes_eq(a.sent[0], on_the_line(bytes(60, 2)));
        a.expect(tx_late_collisions, 1);
        a.expect(tx_collisions, 1);
        a.expect(tx_frames, 1);
        a.expect(tx_octets, 64);
        a.expect(rx_false_carrier, 1);
        a.check_counters();
    }
    for (unsigned at : {200U, 244U}) {
        half_duplex a;
        a.contend(bytes(300, 1), 1, at);
        ck_assert_uint_eq(a.attempts.size(), 2);
    }
}
END_TEST

START_TEST(test_collision_fragments_leave_nothing_in_the_receive_ring)
{
    half_duplex a;
    random_source random;
    for (unsigned size = 1; size < 60; size++) {
        bytes fragment(7, 0x55), rest = random.octets(size);
        fragment.push_back(0xD5);
        fragment.insert(fragment.end(), rest.begin(), rest.end());
        a.octets(fragment);
        a.silence(60);
    }
    a.drain();
    ck_assert(a.receive().empty());
    ck_assert_uint_eq(a.read(rx_fragments) + a.read(rx_undersize), 59);
    ck_assert_uint_eq(a.read(rx_delivered), 0);
}
END_TEST

START_TEST(test_gaps_between_own_frames_in_half_duplex_are_96_bit_times)
{
    half_duplex a;
    for (int i = 0; i < 20; i++)
        a.send(bytes(60, (uint8_t)i));
    a.until_idle();
    ck_assert_uint_eq(a.sent.size(), 20);
    for (unsigned gap : a.gaps)
        ck_assert_uint_eq(gap, 48);
    a.expect(tx_frames, 20);
    a.expect(tx_octets, 20 * 64);
    a.check_counters();
}
END_TEST

START_TEST(test_frame_without_carrier_before_it_is_not_deferred)
{
    half_duplex a;
    a.contend(bytes(60, 1), 0, 0);
    a.expect(tx_frames, 1);
    a.expect(tx_octets, 64);
    a.check_counters();
}
END_TEST

namespace
{

// Two adapters on one cable, reset in the same clock, each with as much to send as
// the ring holds. Gives the frames that each has sent when `total` are through.
std::pair<uint32_t, uint32_t> share(uint32_t total)
{
    adapter one(true, 0, NIC_CONTROL_FULL_DUPLEX), two(true, 0, NIC_CONTROL_FULL_DUPLEX);
    adapter *both[2] = {&one, &two};
    uint32_t sent[2] = {}, tail[2] = {}, size = adapter::record_size(506);
    ck_assert_uint_eq(TX_RING % size, 0); // so a ring written once can be sent for ever
    bytes address = OWN;
    address[5]++;
    two.listen_to({address, address, address, address});
    one.ticks(6);
    for (int i = 0; i < 2; i++)
        both[i]->watching = false;
    // When one is clocked so is the other, and each hears what the other sends.
    auto use = [&](int i) {
        adapter &mine = *both[i], &other = *both[1 - i];
        other.before_tick = nullptr;
        mine.before_tick = [&mine, &other] {
            mine.line.clear();
            other.line.clear();
            if (other.b.dut.rmii_tx_en)
                mine.line.push_back({other.b.dut.rmii_txd, true, false});
            if (mine.b.dut.rmii_tx_en)
                other.line.push_back({mine.b.dut.rmii_txd, true, false});
            other.tick();
        };
    };
    for (int i = 0; i < 2; i++) {
        use(i);
        for (uint32_t k = 0; k < TX_RING / size; k++)
            both[i]->send(bytes(506, (uint8_t)i));
    }
    while (sent[0] + sent[1] < total) {
        for (int i = 0; i < 2; i++) { // refill: what has left is handed on once more
            use(i);
            uint32_t now = both[i]->tx_tail();
            sent[i] += ((now - tail[i]) & (2 * TX_RING - 1)) / size;
            tail[i] = now;
            both[i]->write(NIC_TX_POSITION, (now + TX_RING) & (2 * TX_RING - 1));
        }
        both[1]->ticks(6000);
    }
    one.before_tick = two.before_tick = nullptr;
    one.line.clear();
    two.line.clear();
    for (adapter *a : both) {
        ck_assert_uint_eq(a->read(tx_excessive_collisions), 0);
        ck_assert_uint_eq(a->read(tx_late_collisions), 0);
        ck_assert_uint_eq(a->read(tx_refused), 0);
        ck_assert_uint_gt(a->read(tx_collisions), 0);
    }
    return {sent[0], sent[1]};
}

} // namespace

// Two ethmacs reset together lose all their frames to the retry limit (FACTS.md).
START_TEST(test_two_stations_reset_in_one_clock_share_the_cable_and_lose_nothing)
{
    auto [one, two] = share(getenv("LANTERN_LONG") ? 100000 : 500);
    double jain =
        (double)(one + two) * (one + two) / (2.0 * ((double)one * one + (double)two * two));
    ck_assert_msg(jain >= 0.95, "%u and %u frames: %.3f", one, two, jain);
}
END_TEST

TEST_MAIN("nic: half duplex", test_frame_waits_96_bit_times_after_carrier_of_others,
          test_carrier_in_the_first_two_thirds_of_the_gap_begins_it_anew,
          test_collision_in_the_preamble_finishes_it_and_jams_32_bits,
          test_collision_in_the_frame_jams_and_never_ends_in_a_right_fcs,
          test_collision_at_10_is_jammed_and_the_frame_comes_again,
          test_back_off_is_uniform_below_two_to_the_number_of_collisions,
          test_sixteenth_collision_gives_the_frame_up_and_the_count_begins_anew,
          test_collision_after_512_bit_times_is_late_and_the_frame_is_given_up,
          test_collision_fragments_leave_nothing_in_the_receive_ring,
          test_gaps_between_own_frames_in_half_duplex_are_96_bit_times,
          test_frame_without_carrier_before_it_is_not_deferred,
          test_two_stations_reset_in_one_clock_share_the_cable_and_lose_nothing)
