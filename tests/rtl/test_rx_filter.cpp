// rx_filter: which target addresses are listened to.
#include "Vrx_filter.h"
#include "bench.hpp"

namespace
{

const bytes OWN = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};

struct filter {
    bench<Vrx_filter> b;

    filter()
    {
        b.dut.broadcast = 1;
        for (int i = 5; i >= 0; i--)
            b.dut.own = b.dut.own << 8 | OWN[(size_t)i];
    }
    // The verdict on a frame to `address`.
    bool accepts(const bytes &address, unsigned bin = 0)
    {
        b.dut.start = 1;
        b.tick();
        b.dut.start = 0;
        b.dut.bin = bin;
        b.dut.valid = 1;
        for (uint8_t octet : address) {
            b.dut.data = octet;
            b.tick();
        }
        for (int i = 0; i < 58; i++) {
            b.dut.data = (uint8_t)i;
            b.tick();
        }
        b.dut.valid = 0;
        b.settle();
        return b.dut.accept;
    }
};

} // namespace

START_TEST(test_own_address_yes_and_each_of_its_48_neighbours_no)
{
    filter f;
    ck_assert(f.accepts(OWN));
    for (int bit = 0; bit < 48; bit++) {
        bytes other = OWN;
        other[(size_t)bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_msg(!f.accepts(other), "bit %d", bit);
        ck_assert(f.accepts(OWN)); /* nothing is kept */
    }
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
    f.b.dut.hash = ~0ULL; /* nor by the hash */
    ck_assert(!f.accepts(all, 5));
}
END_TEST

START_TEST(test_group_passes_by_its_bin_alone)
{
    filter f;
    bytes group = {0x01, 0x00, 0x5E, 1, 2, 3};
    for (unsigned bin = 0; bin < 64; bin++) {
        f.b.dut.hash = 1ULL << bin;
        ck_assert(f.accepts(group, bin));
        ck_assert(f.b.dut.is_multicast && !f.b.dut.is_broadcast);
        f.b.dut.hash = ~(1ULL << bin);
        ck_assert(!f.accepts(group, bin));
    }
}
END_TEST

START_TEST(test_hash_is_no_way_in_for_a_unicast_address)
{
    filter f;
    f.b.dut.hash = ~0ULL;
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
          test_broadcast_yes_unless_disabled_and_47_of_48_ones_no,
          test_group_passes_by_its_bin_alone, test_hash_is_no_way_in_for_a_unicast_address,
          test_promiscuous_hears_everything)
