// The adapter under everything at once, by seed (LANTERN_SEED replays): each frame
// seen is in exactly one counter; resets and changes of rate leave a whole adapter.
#include "adapter.hpp"

using namespace counter_address;

namespace
{

struct tally {
    uint32_t counts[32] = {};
    uint32_t &operator[](uint32_t address)
    {
        return counts[(address - COUNTERS_BASE) / 4];
    }
};

enum damage { NONE, FLIPPED, SYMBOL };

// A frame with random preamble, ending and gap; gives whether dibits were left over.
bool arrive(adapter &a, random_source &random, bytes line, damage damage)
{
    if (damage == FLIPPED)
        line[random.below((uint32_t)line.size())] ^= (uint8_t)(1 << random.below(8));
    for (unsigned i = random.below(40); i > 0; i--)
        a.dibit(1);
    a.octets({0xD5});
    size_t dibits = line.size() * 4, toggling = random.below(3) ? 0 : 2 * random.below(5);
    unsigned dribble = random.below(4) ? 0 : 1 + random.below(3);
    size_t wrong = damage == SYMBOL ? random.below((uint32_t)dibits) : dibits;
    for (size_t i = 0; i < dibits; i++)
        a.dibit(line[i / 4] >> 2 * (i % 4) & 3, dribble || i + toggling < dibits || i % 2,
                i == wrong);
    for (unsigned i = 0; i < dribble; i++)
        a.dibit((uint8_t)random.below(4));
    a.silence(20 + random.below(60));
    return dribble != 0;
}

size_t random_size(random_source &random)
{
    return random.below(3) ? 60 + random.below(70) : 60 + random.below(1455);
}

// One event on the line; what may be delivered goes to `good`.
void something_arrives(adapter &a, random_source &random, tally &count, std::deque<bytes> &good)
{
    bytes frame = to_own(random, random_size(random));
    bool broken;
    switch (random.below(12)) {
    case 0: // too short
        frame.resize(14 + random.below(46));
        broken = random.below(2);
        arrive(a, random, with_fcs(frame), broken ? FLIPPED : NONE);
        count[broken ? rx_fragments : rx_undersize]++;
        break;
    case 1: // too long
        frame = to_own(random, 1515 + random.below(600));
        broken = random.below(2);
        arrive(a, random, with_fcs(frame), broken ? FLIPPED : NONE);
        count[broken ? rx_jabber : rx_oversize]++;
        break;
    case 2:
        count[arrive(a, random, with_fcs(frame), FLIPPED) ? rx_alignment_errors : rx_fcs_errors]++;
        break;
    case 3:
        arrive(a, random, with_fcs(frame), SYMBOL);
        count[rx_symbol_errors]++;
        break;
    case 4: // to somebody else, or to a group not joined
        frame[random.below(6)] ^= (uint8_t)(1 << random.below(8));
        arrive(a, random, with_fcs(frame), NONE);
        count[rx_filtered]++;
        break;
    case 5:
        for (unsigned i = 1 + random.below(200); i > 0; i--)
            a.dibit(2);
        a.silence(20);
        count[rx_false_carrier]++;
        break;
    case 6:
        memset(frame.data(), 0xFF, 6);
        arrive(a, random, with_fcs(frame), NONE);
        good.push_back(frame);
        break;
    default:
        arrive(a, random, with_fcs(frame), NONE);
        good.push_back(frame);
    }
}

void conserve(bool fast, unsigned events)
{
    adapter a(fast);
    random_source random;
    tally count;
    std::deque<bytes> good, out;
    unsigned away = 0; // the driver, for so many rounds: the ring fills
    auto take_all = [&] {
        for (bytes frame; !(frame = a.receive()).empty();) {
            while (!good.empty() && good.front() != frame) { // it found no room
                good.pop_front();
                count[rx_ring_full]++;
            }
            ck_assert_msg(!good.empty(), "a frame that was not sent (seed %lu)", random.seed);
            good.pop_front();
            count[rx_delivered]++;
            count[rx_octets] += (uint32_t)frame.size() + 4;
            count[rx_broadcast] += frame[0] == 0xFF;
        }
    };
    while (events > 0 || !a.line.empty()) {
        if (events > 0 && a.line.size() < 1000) {
            something_arrives(a, random, count, good);
            events--;
        }
        if (a.tx_room() > 1600 && random.below(4) == 0) {
            out.push_back(random.octets(14 + random.below(random.below(8) ? 100 : 1505)));
            a.send(out.back());
            count[tx_frames]++;
            count[tx_octets] += (uint32_t)padded(out.back()).size() + 4;
        }
        a.ticks(random.below(fast ? 600 : 6000));
        if (away > 0)
            away--;
        else if (random.below(100) == 0)
            away = 300;
        else
            take_all();
    }
    a.drain();
    take_all();
    count[rx_ring_full] += (uint32_t)good.size();
    a.until_idle();
    ck_assert_uint_gt(count[rx_delivered], 0);
    ck_assert_uint_gt(count[rx_ring_full], 0);
    ck_assert_uint_eq(a.sent.size(), out.size());
    for (size_t i = 0; i < out.size(); i++)
        ck_assert_bytes_eq(a.sent[i], on_the_line(out[i]));
    for (unsigned place = 0; place < 32; place++)
        a.expect(COUNTERS_BASE + 4 * place, count.counts[place]);
    a.check_counters();
}

// One frame each way, and no trace of what was before.
void check_whole(adapter &a, random_source &random)
{
    bytes in = to_own(random, 60 + random.below(100)), out = random.octets(60 + random.below(100));
    while (!a.receive().empty())
        ;
    a.until_idle();
    a.sent.clear();
    a.watching = true;
    a.arrive(in);
    a.send(out);
    a.drain();
    a.until_idle();
    ck_assert_bytes_eq(a.receive(), in);
    ck_assert(a.receive().empty());
    ck_assert_uint_eq(a.sent.size(), 1);
    ck_assert_bytes_eq(a.sent[0], on_the_line(out));
}

} // namespace

START_TEST(test_every_event_is_in_exactly_one_counter_at_100)
{
    conserve(true, 6000);
}
END_TEST

START_TEST(test_every_event_is_in_exactly_one_counter_at_10)
{
    conserve(false, 600);
}
END_TEST

START_TEST(test_reset_at_any_clock_leaves_an_adapter_as_new)
{
    random_source random;
    adapter a;
    for (int i = 0; i < 3000; i++) {
        a.watching = false;
        std::vector<bytes> arriving;
        for (int k = 0; k < 3; k++) {
            arriving.push_back(to_own(random, 60 + random.below(60)));
            a.arrive(arriving.back(), 20 + random.below(40));
            a.send(random.octets(14 + random.below(100)));
        }
        a.ticks(random.below(1200));
        if (random.below(2)) {
            a.write(NIC_CONTROL, NIC_CONTROL_RESET);
        } else {
            a.b.dut.rst = 1;
            a.ticks(2); // TX_EN falls within a dibit
            a.b.dut.rst = 0;
        }
        must(!a.b.dut.rmii_tx_en);
        for (unsigned k = random.below(200); k > 0; k--) {
            a.tick();
            must(!a.b.dut.rmii_tx_en);
        }
        a.configure();
        a.drain();
        uint32_t whole = 0, octets = 0;
        for (bytes frame; !(frame = a.receive()).empty(); whole++) {
            octets += (uint32_t)frame.size() + 4;
            size_t at = 0;
            while (at < arriving.size() && arriving[at] != frame)
                at++;
            must(at < arriving.size());
        }
        a.until_idle();
        must(a.read(rx_delivered) == whole && a.read(rx_octets) == octets);
        must(a.read(tx_frames) == 0);
        if (i % 10 == 0)
            check_whole(a, random);
    }
}
END_TEST

START_TEST(test_rate_changed_amid_traffic_is_clean_with_the_next_frame)
{
    random_source random;
    for (int i = 0; i < 200; i++) {
        adapter a(random.below(2));
        a.watching = false;
        for (int k = 0; k < 3; k++) {
            a.arrive(to_own(random, 60 + random.below(60)));
            a.send(random.octets(60 + random.below(60)));
        }
        for (int changes = 1 + (int)random.below(3); changes > 0; changes--) {
            a.ticks(random.below(a.fast ? 1000 : 10000));
            a.fast = !a.fast;
            a.write(NIC_CONTROL, NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE |
                                     NIC_CONTROL_FULL_DUPLEX | (a.fast ? NIC_CONTROL_FAST : 0));
        }
        a.drain();
        a.until_idle();
        check_whole(a, random);
    }
}
END_TEST

TEST_MAIN("nic: random", test_every_event_is_in_exactly_one_counter_at_100,
          test_every_event_is_in_exactly_one_counter_at_10,
          test_reset_at_any_clock_leaves_an_adapter_as_new,
          test_rate_changed_amid_traffic_is_clean_with_the_next_frame)
