// nic_mdio against a PHY written from IEEE 802.3 clause 22.2.4.
#include "Vnic_mdio.h"
#include "bench.hpp"
#include "phy.hpp"

namespace
{

struct station {
    bench<Vnic_mdio> b;
    phy p;
    unsigned finished = 0, half_period = 0, shortest = 1000, clocks = 0;
    bool before = false;

    station()
    {
        b.reset();
        b.dut.mdio_in = 1;
    }
    void tick()
    {
        b.settle();
        finished += b.dut.finish;
        bool level = b.dut.mdio_drive ? b.dut.mdio_out : p.out;
        b.dut.mdio_in = p.out;
        half_period++;
        if (b.dut.mdc != before) {
            if (half_period < shortest)
                shortest = half_period;
            half_period = 0;
            before = b.dut.mdc;
        }
        p.step(b.dut.mdc, level);
        b.tick();
        clocks++;
    }
    void transfer(bool write, unsigned phy_address, unsigned index, uint16_t data)
    {
        finished = clocks = 0;
        b.dut.write = b.dut.start = 1;
        b.dut.is_write = write;
        b.dut.phy = phy_address;
        b.dut.register_index = index;
        b.dut.write_data = data;
        tick();
        b.dut.write = b.dut.start = 0;
        while (b.dut.busy && clocks < 5000)
            tick();
        ck_assert_uint_eq(finished, 1);
        for (int i = 0; i < 50; i++) { /* stands still afterwards */
            tick();
            ck_assert(!b.dut.mdc && !b.dut.mdio_drive && !b.dut.busy);
        }
    }
};

} // namespace

START_TEST(test_what_is_written_is_read_back_from_every_register)
{
    station s;
    random_source random;
    for (unsigned index = 0; index < 32; index++) {
        uint16_t value = (uint16_t)random.below(65536);
        s.transfer(true, 3, index, value);
        ck_assert_uint_eq(s.p.registers[index], value);
        s.transfer(false, 3, index, 0);
        ck_assert_uint_eq(s.b.dut.read_data, value);
    }
}
END_TEST

START_TEST(test_absent_phy_reads_all_ones)
{
    station s;
    s.p.registers[1] = 0;
    s.transfer(false, 4, 1, 0);
    ck_assert_uint_eq(s.b.dut.read_data, 0xFFFF);
}
END_TEST

START_TEST(test_clock_is_no_faster_than_two_and_a_half_megahertz)
{
    station s;
    s.transfer(false, 3, 1, 0);
    ck_assert_uint_ge(s.shortest, 10); /* half periods of 50 MHz clocks */
    ck_assert_uint_le(s.clocks, 64 * 20 + 60);
}
END_TEST

START_TEST(test_poll_tells_of_each_change_of_the_link_bit_and_leaves_data_alone)
{
    station s;
    s.transfer(true, 3, 7, 0xBEEF);
    s.transfer(false, 3, 7, 0);
    s.b.dut.write = s.b.dut.want_poll = 1;
    s.tick();
    s.b.dut.write = s.b.dut.want_poll = 0;
    bool link = false;
    for (unsigned round = 0; round < 20; round++) {
        bool up = round % 3 == 1;
        s.p.registers[1] = (uint16_t)(up ? 0x0004 : 0xFFFB);
        s.b.dut.due = 1;
        s.tick();
        s.b.dut.due = 0;
        unsigned changes = 0;
        for (int i = 0; i < 2000; i++) {
            changes += s.b.dut.link_change;
            s.tick();
        }
        ck_assert_uint_eq(changes, up != link);
        ck_assert_uint_eq(s.b.dut.link, up);
        link = up;
        ck_assert_uint_eq(s.b.dut.read_data, 0xBEEF);
        ck_assert(s.b.dut.quiet);
    }
}
END_TEST

START_TEST(test_transfer_asked_for_amid_a_poll_follows_it_and_is_right)
{
    random_source random;
    station s;
    for (int i = 0; i < 60; i++) {
        s.b.dut.write = s.b.dut.want_poll = 1;
        s.b.dut.phy = 3;
        s.tick();
        s.b.dut.write = 0;
        s.b.dut.due = 1;
        s.tick();
        s.b.dut.due = 0;
        for (unsigned k = random.below(1400); k != 0; k--)
            s.tick();
        uint16_t value = (uint16_t)random.below(65536);
        unsigned index = 4 + random.below(20);
        if (i % 2) {
            s.p.registers[index] = value;
            s.transfer(false, 3, index, 0);
            ck_assert_uint_eq(s.b.dut.read_data, value);
        } else {
            s.transfer(true, 3, index, value);
            ck_assert_uint_eq(s.p.registers[index], value);
        }
    }
}
END_TEST

START_TEST(test_without_preamble_a_transfer_takes_32_bits)
{
    station s;
    s.p.ones = 32;
    s.b.dut.want_bare = 1;
    s.transfer(true, 3, 9, 0x1234);
    ck_assert_uint_eq(s.p.registers[9], 0x1234);
    ck_assert_uint_le(s.clocks, 32 * 20 + 60);
}
END_TEST

TEST_MAIN("nic_mdio", test_what_is_written_is_read_back_from_every_register,
          test_absent_phy_reads_all_ones, test_clock_is_no_faster_than_two_and_a_half_megahertz,
          test_poll_tells_of_each_change_of_the_link_bit_and_leaves_data_alone,
          test_transfer_asked_for_amid_a_poll_follows_it_and_is_right,
          test_without_preamble_a_transfer_takes_32_bits)
