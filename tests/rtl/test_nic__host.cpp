// The adapter as its host meets it: a driver that sleeps until the interrupt, and
// the PHY's registers through the adapter's.
#include "adapter.hpp"
#include "phy.hpp"

using namespace counter_address;

// The driver's protocol of docs/registers.md, at every pace: clear the cause, then
// look into the ring; what comes between wakes it again.
START_TEST(test_sleeping_driver_is_woken_by_every_frame)
{
    random_source random;
    adapter a;
    const uint32_t count = 3000;
    std::deque<bytes> in;
    uint32_t came = 0, received = 0, octets = 0, asleep = 0;
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
    while (received < count) {
        if (a.line.empty() && came < count) {
            in.push_back(to_own(random, 60 + random.below(8)));
            octets += (uint32_t)in.back().size() + 4;
            a.arrive(in.back(), random.below(2) ? 20 + random.below(20) : random.below(1500) + 20);
            came++;
        }
        if (!a.b.dut.irq) {
            ck_assert_msg(asleep++ < 4000, "sleeps on %zu frames (seed %lu)", in.size(),
                          random.seed);
            a.tick();
            continue;
        }
        asleep = 0;
        a.write(NIC_INTERRUPT, 0);
        a.ticks(random.below(30));
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME);
        a.ticks(random.below(30));
        while (in.size() > 0) {
            bytes frame = a.receive();
            if (frame.empty())
                break;
            must(frame == in.front());
            in.pop_front();
            received++;
        }
        a.ticks(random.below(30));
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
        a.ticks(2); // irq follows
    }
    a.expect(rx_delivered, count);
    a.expect(rx_octets, octets);
    a.check_counters();
}
END_TEST

namespace
{

// Starts a transfer, sleeps until the interrupt, gives what Management reads then.
uint32_t manage(adapter &a, phy &p, uint32_t command)
{
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_MDIO_DONE_ENABLE);
    a.write(NIC_MDIO, command | NIC_MDIO_START);
    ck_assert(a.read(NIC_MDIO) & NIC_MDIO_START);
    for (unsigned clocks = 0; !a.b.dut.irq; clocks++) {
        must(clocks < 2000);
        must(!a.b.dut.idle);
        a.b.dut.mdio_in = p.step(a.b.dut.mdc, a.b.dut.mdio_drive ? a.b.dut.mdio_out : p.out);
        a.tick();
    }
    ck_assert_uint_eq(a.read(NIC_INTERRUPT),
                      NIC_INTERRUPT_MDIO_DONE | NIC_INTERRUPT_MDIO_DONE_ENABLE);
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_MDIO_DONE);
    a.until_idle();
    ck_assert(!a.b.dut.mdc && !a.b.dut.mdio_drive);
    uint32_t value = a.read(NIC_MDIO);
    ck_assert(!(value & NIC_MDIO_START));
    return value & NIC_MDIO_DATA;
}

} // namespace

START_TEST(test_phy_is_written_and_read_through_the_management_register)
{
    random_source random;
    adapter a;
    phy p;
    p.address = 5;
    for (uint32_t index = 0; index < 32; index++) {
        uint32_t at = index << NIC_MDIO_REGISTER_LSB, data = random.below(65536);
        manage(a, p, NIC_MDIO_WRITE | 5U << NIC_MDIO_PHY_LSB | at | data);
        ck_assert_uint_eq(p.registers[index], data);
        ck_assert_uint_eq(manage(a, p, 5U << NIC_MDIO_PHY_LSB | at), data);
        ck_assert_uint_eq(manage(a, p, 6U << NIC_MDIO_PHY_LSB | at), 0xFFFF); // nobody
    }
    a.check_counters();
}
END_TEST

TEST_MAIN("nic: host", test_sleeping_driver_is_woken_by_every_frame,
          test_phy_is_written_and_read_through_the_management_register)
