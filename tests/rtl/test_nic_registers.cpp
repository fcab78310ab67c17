// nic_registers: every field of docs/registers.md, the bus, and the interrupt that
// loses no event.
#include "Vnic_registers.h"
#include "bench.hpp"
#include "nic_registers.h"

namespace
{

const uint32_t CAUSES = NIC_CAUSE_RX_FRAME | NIC_CAUSE_TX_EMPTY | NIC_CAUSE_RX_FULL |
                        NIC_CAUSE_TX_ERROR | NIC_CAUSE_MDIO_DONE | NIC_CAUSE_TX_FRAME;

struct registers {
    bench<Vnic_registers> b;

    registers()
    {
        b.dut.tick_count = 1;
        b.dut.counter_ready = 1;
        b.reset();
        b.tick();
    }
    // Events of this clock, as bits of Cause.
    void happen(uint32_t causes)
    {
        b.dut.rx_frame = (causes & NIC_CAUSE_RX_FRAME) != 0;
        b.dut.tx_empty = (causes & NIC_CAUSE_TX_EMPTY) != 0;
        b.dut.rx_full = (causes & NIC_CAUSE_RX_FULL) != 0;
        b.dut.tx_error = (causes & NIC_CAUSE_TX_ERROR) != 0;
        b.dut.mdio_done = (causes & NIC_CAUSE_MDIO_DONE) != 0;
        b.dut.tx_frame = (causes & NIC_CAUSE_TX_FRAME) != 0;
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
         NIC_CONTROL_PROMISCUOUS | NIC_CONTROL_BROADCAST,
     NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_BROADCAST},
    {NIC_ENABLE, CAUSES, 0},
    {NIC_ADDRESS_LOW, NIC_ADDRESS_LOW_VALUE, 0},
    {NIC_ADDRESS_HIGH, NIC_ADDRESS_HIGH_VALUE, 0},
    {NIC_HASH_LOW, NIC_HASH_LOW_VALUE, 0},
    {NIC_HASH_HIGH, NIC_HASH_HIGH_VALUE, 0},
    {NIC_TX_HEAD, 2 * 4096 - 4, 0},
    {NIC_RX_TAIL, 2 * 8192 - 4, 0},
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
    r.b.dut.tx_busy = 1;
    for (int written = 0; written < 2; written++) {
        ck_assert_uint_eq(r.read(NIC_ID), NIC_ID_VALUE_RESET);
        ck_assert_uint_eq(r.read(NIC_CAPABILITY), 1 | 12 << 8 | 13 << 12);
        ck_assert_uint_eq(r.read(NIC_STATUS), NIC_STATUS_TX_BUSY);
        ck_assert_uint_eq(r.read(NIC_TX_TAIL), 0x123 * 4);
        ck_assert_uint_eq(r.read(NIC_RX_HEAD), 0x456 * 4);
        for (uint32_t address : {NIC_ID, NIC_CAPABILITY, NIC_STATUS, NIC_TX_TAIL, NIC_RX_HEAD})
            r.write(address, 0xA5A5A5A5);
    }
}
END_TEST

START_TEST(test_places_without_a_register_read_zero_and_answer)
{
    registers r;
    r.b.dut.counter_data = 0x77;
    for (uint32_t address = 0x40; address < 0x4000; address += 4)
        must(r.read(address) == (address >= 0x80 && address < 0x100 ? 0x77 : 0));
    ck_assert_uint_eq(r.read(NIC_TX_RING), 0); /* write only */
}
END_TEST

START_TEST(test_write_of_less_than_a_word_changes_no_register)
{
    registers r;
    r.write(NIC_ADDRESS_LOW, 0x11223344);
    for (unsigned sel = 0; sel < 15; sel++) {
        r.bus(NIC_ADDRESS_LOW, true, ~0U, sel);
        ck_assert_uint_eq(r.read(NIC_ADDRESS_LOW), 0x11223344);
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
    ck_assert_uint_eq(after - before, 1000 + 2); /* and the two clocks of an access */
}
END_TEST

START_TEST(test_event_wins_over_a_clear_in_the_same_clock)
{
    registers r;
    r.write(NIC_ENABLE, CAUSES);
    for (int bit = 0; bit < 6; bit++) {
        uint32_t cause = 1U << bit;
        r.bus(NIC_CAUSE, true, CAUSES, 15, cause);
        ck_assert_uint_eq(r.read(NIC_CAUSE), cause);
        ck_assert(r.b.dut.irq);
        r.write(NIC_CAUSE, cause);
        ck_assert_uint_eq(r.read(NIC_CAUSE), 0);
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
        uint32_t events = random.below(4) ? 0 : random.below(64);
        switch (random.below(4)) {
        case 0: {
            uint32_t clear = random.below(64);
            r.bus(NIC_CAUSE, true, clear, 15, events);
            cause = (cause & ~clear) | events;
            break;
        }
        case 1:
            enable = random.below(64);
            r.bus(NIC_ENABLE, true, enable, 15, events);
            cause |= events;
            break;
        case 2: { /* sees the causes of before the access' clock, or with its events */
            uint32_t seen = r.bus(NIC_CAUSE, false, 0, 15, events);
            must(seen == cause);
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
    ck_assert_uint_eq(r.read(NIC_CAUSE), cause);
}
END_TEST

START_TEST(test_counter_read_waits_until_counters_are_ready)
{
    registers r;
    r.b.dut.counter_ready = 0;
    r.b.dut.wb_cyc = r.b.dut.wb_stb = 1;
    r.b.dut.wb_we = 0;
    r.b.dut.wb_adr = 0x80 >> 2;
    for (int i = 0; i < 40; i++) {
        r.b.tick();
        ck_assert(!r.b.dut.wb_ack);
    }
    r.b.dut.counter_ready = 1;
    r.b.tick();
    ck_assert(r.b.dut.wb_ack);
}
END_TEST

TEST_MAIN("nic_registers", test_every_field_reads_what_was_written_and_touches_no_other,
          test_what_the_adapter_says_cannot_be_written,
          test_places_without_a_register_read_zero_and_answer,
          test_write_of_less_than_a_word_changes_no_register, test_clock_advances_by_tick_count,
          test_event_wins_over_a_clear_in_the_same_clock,
          test_random_events_clears_and_masks_lose_none,
          test_counter_read_waits_until_counters_are_ready)
