// The adapter, down: MAC_CHECKLIST section A.
#include "adapter.hpp"

using namespace counter_address;

START_TEST(test_every_length_leaves_right_at_100)
{
    adapter a;
    random_source random;
    uint32_t octets = 0, count = 0;
    for (size_t size = 14; size <= 1518; size++, count++) {
        bytes frame = random.octets(size);
        a.send(frame);
        a.until_idle();
        ck_assert_uint_eq(a.sent.size(), 1);
        ck_assert_bytes_eq(a.sent[0], on_the_line(frame));
        a.sent.clear();
        octets += (uint32_t)(size < 60 ? 64 : size + 4);
    }
    a.expect(tx_frames, count);
    a.expect(tx_octets, octets);
    a.check_counters();
}
END_TEST

START_TEST(test_lengths_leave_right_at_10)
{
    adapter a(false);
    random_source random;
    uint32_t octets = 0, count = 0;
    for (size_t size = 14; size <= 1518; size += size < 70 ? 1 : 181, count++) {
        bytes frame = random.octets(size);
        a.send(frame);
        a.until_idle();
        ck_assert_bytes_eq(a.sent.at(0), on_the_line(frame));
        a.sent.clear();
        octets += (uint32_t)(size < 60 ? 64 : size + 4);
    }
    a.expect(tx_frames, count);
    a.expect(tx_octets, octets);
    a.check_counters();
}
END_TEST

static void check_gaps(bool fast)
{
    adapter a(fast);
    random_source random;
    std::vector<bytes> frames;
    uint32_t octets = 0;
    for (int i = 0; i < 200; i++) {
        frames.push_back(random.octets(60 + random.below(i % 2 ? 4 : 600)));
        a.send(frames.back());
        octets += (uint32_t)frames.back().size() + 4;
    }
    a.until_idle();
    ck_assert_uint_eq(a.sent.size(), frames.size());
    for (size_t i = 0; i < frames.size(); i++)
        ck_assert_bytes_eq(a.sent[i], on_the_line(frames[i]));
    for (unsigned gap : a.gaps)
        ck_assert_uint_eq(gap, fast ? 48 : 480); /* 96 bit times, none lost */
    a.expect(tx_frames, 200);
    a.expect(tx_octets, octets);
    a.check_counters();
}

START_TEST(test_full_ring_leaves_with_gaps_of_exactly_96_bit_times_at_100)
{
    check_gaps(true);
}
END_TEST

START_TEST(test_full_ring_leaves_with_gaps_of_exactly_96_bit_times_at_10)
{
    check_gaps(false);
}
END_TEST

START_TEST(test_frame_handed_over_at_any_clock_of_a_gap_waits_for_its_end)
{
    for (unsigned later = 0; later < 80; later++) {
        adapter a;
        a.send(bytes(60, 1));
        a.write_record(bytes(60, 2));
        while (a.sent.empty())
            a.tick();
        a.ticks(later);
        a.write(NIC_TX_POSITION, a.tx_head);
        a.until_idle();
        ck_assert_uint_eq(a.sent.size(), 2);
        ck_assert_msg(a.gaps[0] >= 48, "handed over after %u: a gap of %u", later, a.gaps[0]);
    }
}
END_TEST

START_TEST(test_impossible_record_is_refused_counted_and_the_next_is_clean)
{
    adapter a;
    random_source random;
    uint32_t refused = 0, good = 0;
    for (uint32_t length : {0U, 13U, 1519U, 2047U, 1000U}) {
        a.write(NIC_TX_RING + (a.tx_head & (TX_RING - 1)), length); /* 64 bytes are handed over */
        a.tx_head = (a.tx_head + 64) & (2 * TX_RING - 1);
        a.write(NIC_TX_POSITION, a.tx_head);
        a.ticks(20);
        ck_assert_uint_eq(a.tx_tail(), a.tx_head);
        ck_assert(a.read(NIC_INTERRUPT) & NIC_INTERRUPT_TX_ERROR);
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_TX_ERROR);
        refused++;
        bytes frame = random.octets(64);
        a.send(frame);
        a.until_idle();
        good++;
        ck_assert_uint_eq(a.sent.size(), good);
        ck_assert_bytes_eq(a.sent.back(), on_the_line(frame));
    }
    a.expect(tx_refused, refused);
    a.expect(tx_frames, good);
    a.expect(tx_octets, good * 68);
    a.check_counters();
}
END_TEST

START_TEST(test_reset_amid_a_frame_lowers_tx_en_at_once_and_nothing_follows)
{
    random_source random;
    for (int i = 0; i < 200; i++) {
        adapter a;
        a.send(random.octets(200));
        a.send(random.octets(200));
        a.ticks(random.below(1800));
        a.watching = false;
        a.write(NIC_CONTROL, NIC_CONTROL_RESET);
        for (int k = 0; k < 500; k++) {
            a.tick();
            must(!a.b.dut.rmii_tx_en);
        }
        ck_assert(a.b.dut.idle);
        a.check_counters(); /* all 0 */
    }
}
END_TEST

START_TEST(test_causes_tell_of_each_frame_and_of_the_last)
{
    adapter a;
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_TX_EMPTY_ENABLE);
    a.send(bytes(60, 1));
    a.send(bytes(60, 2));
    while (a.sent.size() < 1)
        a.tick();
    a.ticks(3);
    ck_assert(!a.b.dut.irq);
    ck_assert_uint_eq(a.read(NIC_INTERRUPT) & 0xFFFF, NIC_INTERRUPT_TX_FRAME);
    while (a.sent.size() < 2)
        a.tick();
    a.ticks(10);
    ck_assert(a.b.dut.irq);
    ck_assert_uint_eq(a.read(NIC_INTERRUPT) & 0xFFFF,
                      NIC_INTERRUPT_TX_FRAME | NIC_INTERRUPT_TX_EMPTY);
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_TX_FRAME | NIC_INTERRUPT_TX_EMPTY);
    a.ticks(2);
    ck_assert(!a.b.dut.irq);
    a.expect(tx_frames, 2);
    a.expect(tx_octets, 128);
    a.check_counters();
}
END_TEST

TEST_MAIN("nic: transmit", test_every_length_leaves_right_at_100, test_lengths_leave_right_at_10,
          test_full_ring_leaves_with_gaps_of_exactly_96_bit_times_at_100,
          test_full_ring_leaves_with_gaps_of_exactly_96_bit_times_at_10,
          test_frame_handed_over_at_any_clock_of_a_gap_waits_for_its_end,
          test_impossible_record_is_refused_counted_and_the_next_is_clean,
          test_reset_amid_a_frame_lowers_tx_en_at_once_and_nothing_follows,
          test_causes_tell_of_each_frame_and_of_the_last)
