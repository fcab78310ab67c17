// nic_registers: every field of docs/registers.md, the bus, and the interrupt that
// loses no event.
#include "Vnic_registers.h"
#include "bench.hpp"
#include "nic_registers.h"

namespace
{

const unsigned CAUSE_COUNT = 8;
const uint32_t CAUSES = (1U << CAUSE_COUNT) - 1,
               ENABLES = CAUSES << NIC_INTERRUPT_RX_FRAME_ENABLE_LSB;

// The clock of the time and that of all else are one here.
struct one_clock : Vnic_registers {
    using Vnic_registers::Vnic_registers;
    void eval()
    {
        clk_host = clk;
        Vnic_registers::eval();
    }
};

struct registers {
    bench<one_clock> b;

    registers()
    {
        b.dut.tick_count = 1;
        b.dut.table_taken = b.dut.tx_ring_taken = b.dut.rx_ring_taken = 1;
        b.reset();
        b.tick();
    }
    // Events of this clock, as bits of Interrupt.
    void happen(uint32_t causes)
    {
        b.dut.rx_stored = (causes & NIC_INTERRUPT_RX_FRAME) != 0;
        b.dut.rx_full = (causes & NIC_INTERRUPT_RX_FULL) != 0;
        b.dut.tx_empty = (causes & NIC_INTERRUPT_TX_EMPTY) != 0;
        b.dut.tx_frame = (causes & NIC_INTERRUPT_TX_FRAME) != 0;
        b.dut.tx_error = (causes & NIC_INTERRUPT_TX_ERROR) != 0;
        b.dut.mdio_done = (causes & NIC_INTERRUPT_MDIO_DONE) != 0;
        b.dut.link_change = (causes & NIC_INTERRUPT_LINK) != 0;
        b.dut.tx_stamped = (causes & NIC_INTERRUPT_TX_STAMP) != 0;
    }
    uint32_t bus(uint32_t address, bool we, uint32_t data, unsigned sel = 15, uint32_t causes = 0)
    {
        b.dut.wb_cyc = b.dut.wb_stb = 1;
        b.dut.wb_we = we;
        b.dut.wb_sel = sel;
        b.dut.wb_adr = (uint16_t)(address >> 2);
        b.dut.wb_wdata = data;
        happen(causes); // in the very clock of the access
        b.tick();
        happen(0);
        for (int wait = 0; !b.dut.wb_ack; wait++) {
            must(wait < 100);
            b.tick();
        }
        uint32_t value = b.dut.wb_rdata;
        b.tick();
        must(!b.dut.wb_ack); /* one answer */
        b.dut.wb_cyc = b.dut.wb_stb = 0;
        b.settle();
        return value;
    }
    uint32_t read(uint32_t address)
    {
        return bus(address, false, 0);
    }
    void write(uint32_t address, uint32_t data)
    {
        bus(address, true, data);
    }
};

// What a driver may write and read back, and what the register reads after reset.
const struct {
    uint32_t address, writable, reset;
} PLAIN[] = {
    {NIC_CONTROL,
     NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX |
         NIC_CONTROL_PROMISCUOUS | NIC_CONTROL_BROADCAST | NIC_CONTROL_ALL_MULTICAST |
         NIC_CONTROL_ERRORS | NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO | NIC_CONTROL_STAMPS,
     NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_BROADCAST},
    {NIC_INTERRUPT, ENABLES, 0},
    {NIC_TIME_RATE, NIC_TIME_RATE_NS, NIC_TIME_RATE_NS_RESET},
};

} // namespace

START_TEST(test_every_field_reads_what_was_written_and_touches_no_other)
{
    registers r;
    for (auto &entry : PLAIN) {
        ck_assert_uint_eq(r.read(entry.address), entry.reset);
        for (int bit = 0; bit < 32; bit++) {
            uint32_t value = 1U << bit;
            if (entry.address == NIC_CONTROL && value == NIC_CONTROL_RESET)
                continue;
            r.write(entry.address, value);
            ck_assert_uint_eq(r.read(entry.address), value & entry.writable);
        }
        r.write(entry.address, entry.address == NIC_CONTROL ? ~NIC_CONTROL_RESET : ~0U);
        ck_assert_uint_eq(r.read(entry.address), entry.writable);
    }
    for (auto &entry : PLAIN) /* and all of them still */
        ck_assert_uint_eq(r.read(entry.address), entry.writable);
    r.write(NIC_CONTROL, NIC_CONTROL_RESET);
    r.b.tick();
    for (auto &entry : PLAIN)
        ck_assert_uint_eq(r.read(entry.address), entry.reset);
}
END_TEST

START_TEST(test_what_the_adapter_says_cannot_be_written)
{
    registers r;
    r.b.dut.tx_tail = 0x123;
    r.b.dut.rx_head = 0x456;
    r.b.dut.tx_busy = r.b.dut.paused = r.b.dut.link = 1;
    r.b.dut.mdio_data = 0xBEEF;
    r.b.dut.mdio_phy = 9;
    uint32_t says = NIC_CONTROL_TX_BUSY | NIC_CONTROL_PAUSED | NIC_CONTROL_LINK;
    for (int written = 0; written < 2; written++) {
        ck_assert_uint_eq(r.read(NIC_ID), NIC_ID_VALUE_RESET);
        ck_assert_uint_eq(r.read(NIC_CAPABILITY), 0xFF << 16 | 13 << 12 | 12 << 8 | 2);
        ck_assert_uint_eq(r.read(NIC_CONTROL) & 0xF0000000, says);
        ck_assert_uint_eq(r.read(NIC_TX_POSITION), 0x123U * 4 << NIC_TX_POSITION_TAIL_LSB);
        ck_assert_uint_eq(r.read(NIC_RX_POSITION), 0x456U * 4 << NIC_RX_POSITION_HEAD_LSB);
        ck_assert_uint_eq(r.read(NIC_MDIO), 0xBEEF | 9U << NIC_MDIO_PHY_LSB);
        for (uint32_t address : {NIC_ID, NIC_CAPABILITY, NIC_TX_POSITION, NIC_RX_POSITION})
            r.write(address, 0xA5A5A5A5);
        ck_assert_uint_eq(r.b.dut.tx_head, (0xA5A5 & (2 * 4096 - 4)) / 4);
        ck_assert_uint_eq(r.b.dut.rx_tail, (0xA5A5 & (2 * 8192 - 4)) / 4);
    }
}
END_TEST

START_TEST(test_places_without_a_register_read_zero_and_answer)
{
    registers r;
    r.b.dut.table_data = 0x77;
    for (uint32_t address = 0x40; address < 0x4000; address += 4)
        must(r.read(address) == (address >= 0x100 && address < 0x200 ? 0x77 : 0));
    ck_assert_uint_eq(r.read(NIC_TX_RING), 0); /* write only */
}
END_TEST

START_TEST(test_rows_of_the_driver_are_written_counters_are_not)
{
    registers r;
    for (uint32_t address = 0x100; address < 0x200; address += 4) {
        r.b.dut.wb_cyc = r.b.dut.wb_stb = r.b.dut.wb_we = 1;
        r.b.dut.wb_sel = 15;
        r.b.dut.wb_adr = (uint16_t)(address >> 2);
        r.b.settle();
        ck_assert_uint_eq(r.b.dut.table_write, address >= NIC_PAUSE_0);
        r.b.tick();
        ck_assert(r.b.dut.wb_ack);
        r.b.dut.wb_cyc = r.b.dut.wb_stb = 0;
        r.b.tick();
    }
}
END_TEST

START_TEST(test_write_of_less_than_a_word_changes_no_register)
{
    registers r;
    r.write(NIC_TIME_RATE, 0x11223344);
    for (unsigned sel = 0; sel < 15; sel++) {
        r.bus(NIC_TIME_RATE, true, ~0U, sel);
        ck_assert_uint_eq(r.read(NIC_TIME_RATE), 0x11223344);
    }
}
END_TEST

START_TEST(test_clock_advances_by_tick_count)
{
    registers r;
    uint32_t before = r.read(NIC_CLOCK);
    r.b.dut.tick_count = 1000;
    r.b.tick();
    r.b.dut.tick_count = 1;
    uint32_t after = r.read(NIC_CLOCK);
    ck_assert_uint_eq(after - before, 1000 + 3); /* and the three clocks of a read */
}
END_TEST

START_TEST(test_time_can_be_set_stepped_and_steered)
{
    registers r;
    r.write(NIC_TIME_HIGH, 7);
    r.write(NIC_TIME_LOW, 0xFFFFFFF0); /* 20 ns a clock: the high word changes at once */
    uint32_t low = r.read(NIC_TIME_LOW), high = r.read(NIC_TIME_HIGH);
    ck_assert_uint_eq(high, 8);
    ck_assert_uint_lt(low, 200);
    r.write(NIC_TIME_STEP, (uint32_t)-100000);
    ck_assert_uint_gt(r.read(NIC_TIME_LOW), 0xFFFE0000);
    ck_assert_uint_eq(r.read(NIC_TIME_HIGH), 7);
    r.write(NIC_TIME_RATE, 0x01800000); /* one and a half */
    uint32_t before = r.read(NIC_TIME_LOW);
    for (int i = 0; i < 997; i++) /* a read takes three more */
        r.b.tick();
    ck_assert_uint_eq(r.read(NIC_TIME_LOW) - before, 1500);
}
END_TEST

START_TEST(test_poll_is_due_every_2_to_the_24_clocks_and_idle_count_says_when)
{
    registers r;
    ck_assert_uint_eq(r.b.dut.idle_count, ~0U);
    r.b.dut.mdio_poll = 1;
    for (int round = 0; round < 3; round++) {
        r.b.settle();
        uint32_t left = r.b.dut.idle_count;
        ck_assert_uint_le(left, 1U << 24);
        r.b.dut.tick_count = left - 1;
        r.b.settle();
        ck_assert(!r.b.dut.poll_due);
        r.b.dut.tick_count = left;
        r.b.settle();
        ck_assert(r.b.dut.poll_due);
        r.b.tick();
        r.b.dut.tick_count = 1;
        r.b.settle();
        ck_assert(!r.b.dut.poll_due);
        ck_assert_uint_eq(r.b.dut.idle_count, 1U << 24);
    }
}
END_TEST

START_TEST(test_event_wins_over_a_clear_in_the_same_clock)
{
    registers r;
    for (unsigned bit = 0; bit < CAUSE_COUNT; bit++) {
        uint32_t cause = 1U << bit;
        r.bus(NIC_INTERRUPT, true, CAUSES | ENABLES, 15, cause);
        ck_assert_uint_eq(r.read(NIC_INTERRUPT), cause | ENABLES);
        ck_assert(r.b.dut.irq);
        r.write(NIC_INTERRUPT, cause | ENABLES);
        ck_assert_uint_eq(r.read(NIC_INTERRUPT), ENABLES);
        ck_assert(!r.b.dut.irq);
    }
}
END_TEST

START_TEST(test_random_events_clears_and_masks_lose_none)
{
    registers r;
    random_source random;
    uint32_t cause = 0, enable = 0;
    for (int i = 0; i < 300000; i++) {
        uint32_t events = random.below(4) ? 0 : random.below(1U << CAUSE_COUNT);
        switch (random.below(3)) {
        case 0: {
            uint32_t clear = random.below(1U << CAUSE_COUNT);
            enable = random.below(1U << CAUSE_COUNT);
            r.bus(NIC_INTERRUPT, true, clear | enable << NIC_INTERRUPT_RX_FRAME_ENABLE_LSB, 15,
                  events);
            cause = (cause & ~clear) | events;
            break;
        }
        case 1: { /* sees the causes of before the access' clock, or with its events */
            uint32_t seen = r.bus(NIC_INTERRUPT, false, 0, 15, events);
            must((seen & CAUSES) == cause);
            cause |= events;
            break;
        }
        default:
            r.happen(events);
            r.b.tick();
            r.happen(0);
            cause |= events;
        }
        r.b.tick();
        must((bool)r.b.dut.irq == ((cause & enable) != 0));
    }
    ck_assert_uint_eq(r.read(NIC_INTERRUPT) & CAUSES, cause);
}
END_TEST

START_TEST(test_access_waits_until_its_memory_is_free)
{
    registers r;
    const struct {
        uint32_t address;
        bool we;
        CData *taken;
    } ACCESSES[] = {
        {0x100, false, &r.b.dut.table_taken},
        {NIC_FILTER_0, true, &r.b.dut.table_taken},
        {NIC_TX_RING, true, &r.b.dut.tx_ring_taken},
        {NIC_RX_RING, false, &r.b.dut.rx_ring_taken},
    };
    for (auto &entry : ACCESSES) {
        *entry.taken = 0;
        r.b.dut.wb_cyc = r.b.dut.wb_stb = 1;
        r.b.dut.wb_we = entry.we;
        r.b.dut.wb_sel = 15;
        r.b.dut.wb_adr = (uint16_t)(entry.address >> 2);
        for (int i = 0; i < 40; i++) {
            r.b.tick();
            ck_assert(!r.b.dut.wb_ack);
        }
        *entry.taken = 1;
        r.b.tick();
        if (!entry.we) {
            ck_assert(!r.b.dut.wb_ack);
            r.b.tick();
        }
        ck_assert(r.b.dut.wb_ack);
        r.b.dut.wb_cyc = r.b.dut.wb_stb = 0;
        r.b.tick();
    }
}
END_TEST

TEST_MAIN("nic_registers", test_every_field_reads_what_was_written_and_touches_no_other,
          test_what_the_adapter_says_cannot_be_written,
          test_places_without_a_register_read_zero_and_answer,
          test_rows_of_the_driver_are_written_counters_are_not,
          test_write_of_less_than_a_word_changes_no_register, test_clock_advances_by_tick_count,
          test_time_can_be_set_stepped_and_steered,
          test_poll_is_due_every_2_to_the_24_clocks_and_idle_count_says_when,
          test_event_wins_over_a_clear_in_the_same_clock,
          test_random_events_clears_and_masks_lose_none, test_access_waits_until_its_memory_is_free)
