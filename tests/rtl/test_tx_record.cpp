// tx_record: which records are possible, and the Internet checksum (RFC 1071)
// against a sum made here. The bench keeps the ring's memory and head.
#include "Vtx_record.h"
#include "bench.hpp"
#include "nic_registers.h"

namespace
{

const uint32_t RING = 4096; // bytes

struct walker {
    bench<Vtx_record> b;
    random_source random;
    uint32_t memory[RING / 4] = {};
    uint32_t head = 0; // bytes, modulo twice the ring
    unsigned refused = 0, free_of_four = 4;

    walker()
    {
        b.reset();
        b.dut.enable = 1;
    }
    void tick()
    {
        b.dut.read_taken = random.below(4) < free_of_four;
        b.settle();
        bool reads = b.dut.read && b.dut.read_taken;
        uint32_t at = b.dut.position % (RING / 4);
        refused += b.dut.refused;
        b.tick();
        b.dut.word = reads ? memory[at] : (uint32_t)random.engine(); /* only a clock later */
        b.settle();
    }
    void put(const bytes &frame, uint32_t header)
    {
        bytes record(6);
        record.insert(record.end(), frame.begin(), frame.end());
        record.resize((record.size() + 3) & ~3U, 0);
        memcpy(record.data(), &header, 4);
        for (uint32_t at = 0; at < record.size(); at += 4, head = (head + 4) % (2 * RING))
            memcpy(&memory[head % RING / 4], &record[at], 4);
        b.dut.head = head / 4;
    }
    bool offered()
    {
        for (int i = 0; i < 9000 && !b.dut.offer && !refused; i++)
            tick();
        return b.dut.offer;
    }
    void take()
    {
        b.dut.take = 1;
        tick();
        b.dut.take = 0;
    }
};

uint16_t ones_sum(const bytes &frame, size_t from)
{
    uint32_t sum = 0;
    for (size_t i = from; i < frame.size(); i++)
        sum += (uint32_t)frame[i] << ((i - from) % 2 * 8);
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

} // namespace

START_TEST(test_every_possible_length_is_offered_with_its_end)
{
    for (unsigned free_of_four : {4U, 1U}) {
        walker w;
        w.free_of_four = free_of_four;
        for (uint32_t size = 14; size <= 1518; size += free_of_four == 4 ? 1 : 13) {
            w.put(w.random.octets(size), size);
            ck_assert(w.offered());
            ck_assert_uint_eq(w.b.dut.position * 4, w.head);
            ck_assert_uint_eq(w.b.dut.last_lane, (6 + size - 1) % 4);
            ck_assert(!w.b.dut.insert);
            ck_assert(w.b.dut.more);
            w.take();
            ck_assert(!w.b.dut.more && w.b.dut.quiet);
        }
        ck_assert_uint_eq(w.refused, 0);
    }
}
END_TEST

START_TEST(test_sum_is_that_of_the_words_from_the_one_named_to_the_end)
{
    walker w;
    for (int i = 0; i < 400; i++) {
        w.free_of_four = 1 + w.random.below(4);
        uint32_t size = 60 + w.random.below(i % 3 ? 60 : 1458);
        uint32_t from = 2 + w.random.below(14), at = 3 + w.random.below(20);
        bytes frame = w.random.octets(size);
        if (i % 5 == 0)
            std::fill(frame.begin() + 4 * from - 6, frame.end(), i % 2 ? 0xFF : 0x00);
        w.put(frame, size | from << NIC_TX_RECORD_SUM_FROM_LSB | at << NIC_TX_RECORD_SUM_AT_LSB |
                         (i % 7 ? 0 : NIC_TX_RECORD_STAMP));
        ck_assert(w.offered());
        uint16_t expected = ones_sum(frame, 4 * from - 6);
        ck_assert_uint_eq(w.b.dut.sum, expected);
        ck_assert(w.b.dut.insert);
        ck_assert_uint_eq(w.b.dut.insert_at, at);
        ck_assert_uint_eq(w.b.dut.stamp, i % 7 == 0);
        w.take();
    }
}
END_TEST

START_TEST(test_impossible_record_is_refused_when_those_before_it_have_left)
{
    for (uint32_t length : {0U, 1U, 13U, 1519U, 2047U, 69U}) {
        walker w;
        w.put(bytes(64, 1), 64);
        w.put(bytes(62, 2), length); /* 69: beyond head by a word */
        ck_assert(w.offered());
        w.take();
        for (int i = 0; i < 9000; i++)
            w.tick();
        ck_assert_uint_eq(w.refused, 0);
        ck_assert(w.b.dut.more && !w.b.dut.quiet);
        w.b.dut.sender_done = 1;
        w.tick();
        w.b.dut.sender_done = 0;
        ck_assert_uint_eq(w.refused, 1);
        ck_assert_uint_eq(w.b.dut.position * 4, w.head);
        w.refused = 0;
        w.put(bytes(60, 3), 60);
        ck_assert(w.offered());
    }
}
END_TEST

START_TEST(test_sum_from_behind_the_end_does_no_harm)
{
    walker w;
    bytes frame(20, 9);
    w.put(frame, 20 | 31U << NIC_TX_RECORD_SUM_FROM_LSB);
    ck_assert(w.offered());
    w.take();
    w.put(frame, 20);
    ck_assert(w.offered());
}
END_TEST

START_TEST(test_without_enable_nothing_is_offered)
{
    walker w;
    w.b.dut.enable = 0;
    w.put(bytes(60, 1), 60);
    for (int i = 0; i < 100; i++) {
        w.tick();
        ck_assert(!w.b.dut.offer && w.b.dut.quiet);
    }
    w.b.dut.enable = 1;
    ck_assert(w.offered());
    w.b.dut.enable = 0; /* and what was offered is withdrawn */
    w.tick();
    ck_assert(!w.b.dut.offer && w.b.dut.quiet);
}
END_TEST

TEST_MAIN("tx_record", test_every_possible_length_is_offered_with_its_end,
          test_sum_is_that_of_the_words_from_the_one_named_to_the_end,
          test_impossible_record_is_refused_when_those_before_it_have_left,
          test_sum_from_behind_the_end_does_no_harm, test_without_enable_nothing_is_offered)
