// Internet checksums at the pins, against RFC 1071 written out: inserted where the
// record says so, and handed with what is received.
#include "adapter.hpp"

using namespace counter_address;

namespace
{

// One's complement sum of 16-bit words in network order, an odd last octet first in
// its word.
uint16_t sum_of(const bytes &data, size_t from)
{
    uint32_t sum = 0;
    for (size_t i = from; i < data.size(); i++)
        sum += (i - from) % 2 ? data[i] : (uint32_t)data[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

// Frame offsets; the frame begins at octet 6 of its record.
uint32_t insert(size_t from, size_t at)
{
    return (uint32_t)((from + NIC_TX_RING_FRAME_OFFSET) / 4 << NIC_TX_RECORD_SUM_FROM_LSB |
                      (at + NIC_TX_RING_FRAME_OFFSET) / 2 << NIC_TX_RECORD_SUM_AT_LSB);
}

bytes with_sum(bytes frame, size_t from, size_t at)
{
    uint16_t sum = (uint16_t)~sum_of(frame, from);
    if (sum == 0)
        sum = 0xFFFF;
    frame[at] = (uint8_t)(sum >> 8);
    frame[at + 1] = (uint8_t)sum;
    return frame;
}

// Sums are equal also when one is 0 and the other 0xFFFF: the two zeros.
bool same(uint16_t a, uint16_t b)
{
    return a == b || (a == 0 && b == 0xFFFF) || (a == 0xFFFF && b == 0);
}

} // namespace

START_TEST(test_checksum_is_inserted_in_frames_of_every_length)
{
    adapter a;
    random_source random;
    for (size_t size = 40; size <= 1514; size += size < 130 ? 1 : 41) {
        bytes frame = random.octets(size);
        size_t from = 34, at = size % 2 ? 40 : 50; // UDP's place, or TCP's
        if (at + 2 > size)
            at = 36;
        a.send(frame, insert(from, at));
        a.until_idle();
        bytes expected = with_sum(frame, from, at);
        ck_assert_bytes_eq(a.sent.at(0), on_the_line(expected));
        a.sent.clear();
    }
}
END_TEST

START_TEST(test_checksum_of_any_range_goes_anywhere)
{
    random_source random;
    adapter a;
    for (int i = 0; i < 300; i++) {
        bytes frame = random.octets(60 + random.below(140));
        size_t from = 4 * (1 + random.below(12)) - 2 + 4, at = 2 * random.below(29);
        bool inside = at >= from;
        bytes expected = frame;
        uint16_t sum = (uint16_t)~sum_of(frame, from);
        if (sum == 0)
            sum = 0xFFFF;
        expected[at] = (uint8_t)(sum >> 8);
        expected[at + 1] = (uint8_t)sum;
        a.send(frame, insert(from, at));
        a.until_idle();
        ck_assert_msg(a.sent.at(0) == on_the_line(expected), "from %zu at %zu %d", from, at,
                      inside);
        a.sent.clear();
    }
}
END_TEST

START_TEST(test_checksum_of_zero_leaves_as_all_ones)
{
    adapter a;
    bytes frame(60, 0);
    frame[34] = frame[35] = 0xFF; // sums to 0xFFFF, whose complement is 0
    a.send(frame, insert(34, 40));
    bytes zero(60, 0); // sums to 0, whose complement is 0xFFFF
    a.send(zero, insert(34, 40));
    a.until_idle();
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(a.sent[i][8 + 40], 0xFF);
        ck_assert_uint_eq(a.sent[i][8 + 41], 0xFF);
    }
}
END_TEST

START_TEST(test_checksums_of_a_full_ring_at_line_rate_are_each_their_own)
{
    adapter a;
    random_source random;
    std::vector<bytes> expected;
    for (int i = 0; i < 300; i++) {
        bytes frame = random.octets(60 + random.below(random.below(4) ? 30 : 900));
        bool wanted = random.below(3);
        a.send(frame, wanted ? insert(34, 50) : 0);
        expected.push_back(wanted ? with_sum(frame, 34, 50) : frame);
    }
    a.until_idle();
    ck_assert_uint_eq(a.sent.size(), expected.size());
    for (size_t i = 0; i < expected.size(); i++)
        ck_assert_bytes_eq(a.sent[i], on_the_line(expected[i]));
    unsigned late = 0;
    for (unsigned gap : a.gaps) {
        ck_assert_uint_ge(gap, 48);
        late += gap > 49;
    }
    ck_assert_uint_le(late, a.gaps.size() / 10); // the bench itself writes words slowly
}
END_TEST

START_TEST(test_checksum_stays_right_when_the_frame_is_sent_again_after_a_collision)
{
    random_source random;
    for (unsigned at = 40; at < 240; at += 9) {
        adapter a(true, 0, NIC_CONTROL_FULL_DUPLEX);
        bytes frame = random.octets(100);
        a.send(frame, insert(34, 50));
        while (!a.b.dut.rmii_tx_en)
            a.tick();
        a.ticks(at);
        for (int i = 0; i < 8; i++)
            a.dibit(1);
        a.until_idle();
        a.drain();
        a.until_idle();
        ck_assert_uint_eq(a.sent.size(), 2);
        ck_assert_bytes_eq(a.sent[1], on_the_line(with_sum(frame, 34, 50)));
    }
}
END_TEST

START_TEST(test_sum_of_received_frames_of_every_length_is_right)
{
    adapter a;
    random_source random;
    for (size_t size = 60; size <= 1514; size++) {
        bytes frame = to_own(random, size);
        if (size % 7 == 0) // much carry
            std::fill(frame.begin() + 14, frame.end(), 0xFF);
        a.arrive(frame, 20 + random.below(30));
        a.drain();
        ck_assert_bytes_eq(a.receive(), frame);
        uint16_t got = (uint16_t)(a.header >> NIC_RX_RECORD_SUM_LSB);
        got = (uint16_t)(got >> 8 | got << 8); // its first octet is the low one
        ck_assert_msg(same(got, sum_of(frame, 14)), "%zu octets: %04x, not %04x", size, got,
                      sum_of(frame, 14));
    }
}
END_TEST

START_TEST(test_sum_of_one_frame_owes_nothing_to_the_one_before)
{
    adapter a;
    random_source random;
    for (int i = 0; i < 200; i++) {
        bytes first = to_own(random, 60 + random.below(40)),
              second = to_own(random, 60 + random.below(40));
        bytes broken = on_the_line(first);
        broken.resize(random.below((uint32_t)broken.size() - 8) + 8);
        a.octets(broken);
        a.silence(20);
        a.arrive(second, 20);
        a.drain();
        ck_assert_bytes_eq(a.receive(), second);
        uint16_t got = (uint16_t)(a.header >> NIC_RX_RECORD_SUM_LSB);
        ck_assert(same((uint16_t)(got >> 8 | got << 8), sum_of(second, 14)));
    }
}
END_TEST

TEST_MAIN("nic: sums", test_checksum_is_inserted_in_frames_of_every_length,
          test_checksum_of_any_range_goes_anywhere, test_checksum_of_zero_leaves_as_all_ones,
          test_checksums_of_a_full_ring_at_line_rate_are_each_their_own,
          test_checksum_stays_right_when_the_frame_is_sent_again_after_a_collision,
          test_sum_of_received_frames_of_every_length_is_right,
          test_sum_of_one_frame_owes_nothing_to_the_one_before)
