// rx_filter: which target addresses are listened to. The bench keeps the table.
#include "Vrx_filter.h"
#include "bench.hpp"
#include "counters.hpp"

namespace
{

const bytes OWN = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};

struct filter {
    bench<Vrx_filter> b;
    uint32_t table[64] = {};
    bool read = false;
    unsigned row = 0;

    filter()
    {
        b.dut.broadcast = 1;
        for (unsigned slot = 0; slot < 4; slot++)
            listen(slot, OWN);
    }
    static unsigned row_of(uint32_t address)
    {
        return (address - counter_address::tx_frames) / 4;
    }
    void listen(unsigned slot, const bytes &address)
    {
        for (unsigned i = 0; i < 6; i++) {
            uint32_t &word = table[row_of(NIC_FILTER_0) + i];
            word = (word & ~(0xFFU << 8 * slot)) | (uint32_t)address[i] << 8 * slot;
        }
    }
    void hash(uint64_t bins)
    {
        for (unsigned i = 0; i < 8; i++)
            table[row_of(NIC_HASH_0) + i] = (uint8_t)(bins >> 8 * i);
    }
    // A byte is seen a clock after it was valid; another reader may use the table then.
    void tick()
    {
        b.settle();
        bool reads = b.dut.table_read;
        unsigned index = b.dut.table_index;
        b.tick();
        b.dut.table_data = reads ? table[index] : 0xA5A5A5A5;
        b.settle();
    }
    // The verdict on a frame to `address`, a byte every `period` clocks.
    bool accepts(const bytes &address, unsigned bin = 0, unsigned period = 4)
    {
        b.dut.start = 1;
        tick();
        b.dut.start = 0;
        b.dut.bin = 63 - bin; /* not yet */
        for (unsigned i = 0; i < 20; i++) {
            uint8_t octet = i < 6 ? address[i] : (uint8_t)i;
            b.dut.valid = 1;
            tick();
            b.dut.valid = 0;
            b.dut.newest = octet;
            b.dut.bin = i == 5 ? bin : 63 - bin; /* the CRC goes on */
            if (period == 1)
                continue;
            tick();
            for (unsigned k = 2; k < period; k++)
                tick();
        }
        tick();
        tick();
        return b.dut.accept;
    }
};

} // namespace

START_TEST(test_own_address_yes_and_each_of_its_48_neighbours_no)
{
    filter f;
    for (unsigned period : {1U, 4U}) {
        ck_assert(f.accepts(OWN, 0, period));
        for (int bit = 0; bit < 48; bit++) {
            bytes other = OWN;
            other[(size_t)bit / 8] ^= (uint8_t)(1 << bit % 8);
            ck_assert_msg(!f.accepts(other, 0, period), "bit %d", bit);
            ck_assert(f.accepts(OWN, 0, period)); /* nothing is kept */
        }
    }
}
END_TEST

START_TEST(test_four_addresses_each_with_its_48_neighbours)
{
    filter f;
    random_source random;
    std::vector<bytes> mine;
    for (unsigned slot = 0; slot < 4; slot++) {
        bytes address = random.octets(6);
        address[0] &= 0xFE;
        mine.push_back(address);
        f.listen(slot, address);
    }
    for (const bytes &address : mine) {
        ck_assert(f.accepts(address));
        ck_assert(f.b.dut.is_own);
        for (int bit = 0; bit < 48; bit++) {
            bytes other = address;
            other[(size_t)bit / 8] ^= (uint8_t)(1 << bit % 8);
            ck_assert(!f.accepts(other));
        }
    }
    bytes mixed = mine[0]; /* half of one, half of another */
    std::copy(mine[1].begin() + 3, mine[1].end(), mixed.begin() + 3);
    ck_assert(!f.accepts(mixed));
}
END_TEST

START_TEST(test_broadcast_yes_unless_disabled_and_47_of_48_ones_no)
{
    filter f;
    bytes all(6, 0xFF);
    ck_assert(f.accepts(all));
    ck_assert(f.b.dut.is_broadcast && !f.b.dut.is_multicast);
    for (int bit = 0; bit < 48; bit++) {
        bytes other = all;
        other[(size_t)bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!f.accepts(other));
        ck_assert(!f.b.dut.is_broadcast);
    }
    f.b.dut.broadcast = 0;
    f.hash(~0ULL); /* nor by the hash */
    f.b.dut.all_multicast = 1;
    ck_assert(!f.accepts(all, 5));
}
END_TEST

START_TEST(test_group_passes_by_its_bin_alone)
{
    filter f;
    bytes group = {0x01, 0x00, 0x5E, 1, 2, 3};
    for (unsigned bin = 0; bin < 64; bin++) {
        f.hash(1ULL << bin);
        ck_assert(f.accepts(group, bin));
        ck_assert(f.b.dut.is_multicast && !f.b.dut.is_broadcast);
        f.hash(~(1ULL << bin));
        ck_assert(!f.accepts(group, bin));
    }
    f.b.dut.all_multicast = 1;
    ck_assert(f.accepts(group, 1));
}
END_TEST

START_TEST(test_hash_is_no_way_in_for_a_unicast_address)
{
    filter f;
    f.hash(~0ULL);
    f.b.dut.all_multicast = 1;
    ck_assert(!f.accepts({0x02, 9, 9, 9, 9, 9}, 3));
}
END_TEST

START_TEST(test_promiscuous_hears_everything)
{
    filter f;
    f.b.dut.promiscuous = 1;
    f.b.dut.broadcast = 0;
    random_source random;
    for (int i = 0; i < 100; i++)
        ck_assert(f.accepts(random.octets(6), random.below(64)));
}
END_TEST

TEST_MAIN("rx_filter", test_own_address_yes_and_each_of_its_48_neighbours_no,
          test_four_addresses_each_with_its_48_neighbours,
          test_broadcast_yes_unless_disabled_and_47_of_48_ones_no,
          test_group_passes_by_its_bin_alone, test_hash_is_no_way_in_for_a_unicast_address,
          test_promiscuous_hears_everything)
