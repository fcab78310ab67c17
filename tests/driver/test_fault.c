/* An adapter that answers what it cannot: unplugged, reset, or lying. The driver
 * ends every call after a bounded number of accesses, touches no memory but its
 * own (the sanitizers watch), and works again once the adapter does. */
#include <string.h>

#include "bus_fake.h"

enum { RETRY_US = LAN_NIC_RETRY_MS * 1000, ACCESSES_MAX = 4000 };

static const uint8_t group[] = {0x01, 0, 0x5E, 0, 0, 1};

/* A bit of everything, as the stack does it. */
static void work(struct bench *bench, uint64_t now_us)
{
    struct lan_adapter *adapter = &bench->nic.adapter;
    uint8_t frame[FAKE_FRAME_MAX];
    uint64_t begun = bench->bus->accesses;
    adapter->functions->service(adapter, now_us);
    for (unsigned i = 0; i < 4 && lan_nic_receive(&bench->nic, frame, sizeof frame); i++) {
    }
    fill_frame(frame, 1000, 1);
    for (unsigned i = 0; i < 6 && lan_nic_send(&bench->nic, frame, 1000); i++) {
    }
    lan_nic_count(&bench->nic);
    MUST(bench->bus->accesses - begun < ACCESSES_MAX, "%llu accesses",
         (unsigned long long)(bench->bus->accesses - begun));
}

static void arrive(struct bench *bench, uint32_t size, uint32_t seed)
{
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, size, seed);
    fake_receive(bench->bus, frame, size);
}

static uint64_t faults(struct bench *bench)
{
    uint64_t value;
    lan_nic_counter(&bench->nic, NIC_COUNTED_driver_faults, &value);
    return value;
}

/* Both directions work, with the station's address and groups in place. */
static void expect_sound(struct bench *bench, uint64_t now_us)
{
    struct lan_bus *bus = bench->bus;
    struct lan_adapter *adapter = &bench->nic.adapter;
    uint8_t frame[FAKE_FRAME_MAX];
    adapter->functions->service(adapter, now_us);
    MUST(adapter->status.link_up, "the link stays down");
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++)
        MUST(fake_address(bus, 0, i) == test_mac[i], "the address is gone");
    MUST(fake_hash(bus) != 0, "the groups are gone");
    while (fake_send(bus)) { /* make room */
    }
    adapter->functions->service(adapter, now_us);
    while (lan_nic_receive(&bench->nic, frame, sizeof frame)) {
    }
    fill_frame(frame, 777, 9);
    MUST(lan_nic_send(&bench->nic, frame, 777), "no room");
    MUST(fake_send(bus), "nothing left");
    const struct fake_frame *sent = &bus->sent[(bus->sent_count - 1) % FAKE_SENT_MAX];
    expect_frame(sent->bytes, sent->size, 777, 9);
    arrive(bench, 888, 10);
    fake_wait(bus);
    MUST(fake_irq(bus), "no interrupt");
    expect_frame(frame, lan_nic_receive(&bench->nic, frame, sizeof frame), 888, 10);
}

static void open_with_traffic(struct bench *bench, bool mapped)
{
    bench_open(bench, 12, 13, mapped);
    struct lan_adapter *adapter = &bench->nic.adapter;
    adapter->functions->join(adapter, group, true);
    /* Positions that are not those after a reset. */
    for (uint32_t i = 0; i < 3; i++) {
        uint8_t frame[FAKE_FRAME_MAX];
        fill_frame(frame, 100, i);
        MUST(lan_nic_send(&bench->nic, frame, 100) && fake_send(bench->bus), "no room");
        arrive(bench, 200, i);
        MUST(lan_nic_receive(&bench->nic, frame, sizeof frame) == 200, "nothing came");
    }
    arrive(bench, 300, 4);
    arrive(bench, 300, 5);
}

static void unplug_before(struct lan_bus *bus, uint64_t access)
{
    if (access == *(const uint64_t *)bus->context)
        bus->absent = true;
}

START_TEST(test_adapter_unplugged_at_any_access_is_lost_and_found)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        uint64_t after = 0;
        bool reached = true;
        while (reached) {
            struct bench bench;
            struct lan_adapter *adapter = &bench.nic.adapter;
            open_with_traffic(&bench, mapped);
            uint64_t when = bench.bus->accesses + after;
            bench.bus->context = &when;
            bench.bus->before = unplug_before;
            work(&bench, 1000);
            reached = bench.bus->absent;
            bench.bus->absent = true;
            work(&bench, 2000); /* by now it was noticed */
            MUST(!adapter->status.link_up, "the link is still up");
            MUST(faults(&bench) == 1, "%llu faults", (unsigned long long)faults(&bench));
            work(&bench, 2000 + RETRY_US); /* still away */
            MUST(adapter->functions->deadline_us(adapter) > 2000 + RETRY_US, "no next time");
            bench.bus->before = NULL;
            bench.bus->absent = false;
            fake_reset(bench.bus);
            expect_sound(&bench, 3000 + 2 * RETRY_US);
            MUST(faults(&bench) == 1, "%llu faults", (unsigned long long)faults(&bench));
            MUST(adapter->status.link_changes == 3, "%u changes", adapter->status.link_changes);
            bench_close(&bench);
            after += after < 40 ? 1 : 29; /* then the words of copies */
        }
        ck_assert_uint_gt(after, 25);
    }
}
END_TEST

START_TEST(test_lost_adapter_is_left_alone_until_the_deadline)
{
    struct bench bench;
    struct lan_adapter *adapter = &bench.nic.adapter;
    bench_open(&bench, 12, 13, false);
    bench.bus->absent = true;
    adapter->functions->service(adapter, 5000);
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), 5000 + RETRY_US);
    uint64_t accesses = bench.bus->accesses;
    work(&bench, 5000 + RETRY_US - 1);
    ck_assert_uint_eq(bench.bus->accesses, accesses);
    work(&bench, 5000 + RETRY_US);
    ck_assert_uint_eq(bench.bus->accesses, accesses + 1); /* who are you? */
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), 5000 + 2 * RETRY_US);
    EXPECT_COUNTERS(&bench.nic, .driver_faults = 1, .driver_link_changes = 2);
    bench_close(&bench);
}
END_TEST

/* Somebody else resets it, while it is running. */
START_TEST(test_adapter_reset_behind_our_back_is_started_anew)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        struct bench bench;
        open_with_traffic(&bench, mapped);
        fake_reset(bench.bus);
        bench.bus->lies = true;
        uint64_t now_us = 0;
        for (unsigned i = 0; i < 3; i++) {
            work(&bench, now_us);
            now_us += RETRY_US;
        }
        bench.bus->lies = false;
        expect_sound(&bench, now_us);
        ck_assert_uint_ge(faults(&bench), 1);
        bench_close(&bench);
    }
}
END_TEST

struct lie {
    uint64_t access; /* that reads `value` instead */
    uint32_t value;
    uint32_t about; /* its address, filled in */
};

static uint32_t lie_once(struct lan_bus *bus, uint64_t access, uint32_t address, uint32_t value)
{
    struct lie *lie = bus->context;
    if (access != lie->access)
        return value;
    lie->about = address;
    return lie->value;
}

/* Each read, in turn, gives each of these. */
START_TEST(test_every_read_may_lie_and_the_driver_recovers)
{
    static const uint32_t lies[] = {
        0,      1,      2,          4,          20,         59,         60,         1518,
        1519,   2047,   0x0FFC,     0x1000,     0x1FFC,     0x2000,     0x3FFC,     0x4000,
        0x203C, 0x27FA, 0x0FFC0000, 0x10000000, 0x20000000, 0x3FFC0000, 0x7FFFFFFC, UINT32_MAX};
    for (size_t which = 0; which < sizeof lies / sizeof *lies; which++)
        for (uint64_t after = 0; after < 60; after++) {
            struct bench bench;
            open_with_traffic(&bench, true);
            struct lie lie = {.access = bench.bus->accesses + after, .value = lies[which]};
            bench.bus->context = &lie;
            bench.bus->read_hook = lie_once;
            bench.bus->lies = true;
            uint64_t now_us = 0;
            for (unsigned i = 0; i < 8; i++) {
                work(&bench, now_us);
                arrive(&bench, 64 + i, i);
                fake_send(bench.bus);
                now_us += RETRY_US;
            }
            bench.bus->read_hook = NULL;
            while (faults(&bench) == 0 && lie.about == NIC_RX_POSITION && now_us < 40 * RETRY_US) {
                arrive(&bench, 64, 1); /* a head too far ahead shows when it is caught up */
                work(&bench, now_us += RETRY_US);
            }
            work(&bench, now_us += RETRY_US);
            bench.bus->lies = false;
            expect_sound(&bench, now_us + RETRY_US);
            bench_close(&bench);
        }
}
END_TEST

static uint32_t lie_at_random(struct lan_bus *bus, uint64_t access, uint32_t address,
                              uint32_t value)
{
    uint32_t *state = bus->context;
    (void)access;
    *state = *state * 1664525u + 1013904223u;
    uint32_t dice = *state >> 24;
    if (dice < 180 || address == NIC_ID)
        return value;
    if (dice < 200)
        return value ^ 1u << (dice & 31);
    *state = *state * 1664525u + 1013904223u;
    return dice < 220 ? *state >> 20 << 2 : dice < 250 ? *state & 0x7FF : *state;
}

START_TEST(test_adapter_that_lies_at_random_does_no_harm)
{
    for (uint32_t seed = 0; seed < 400; seed++) {
        struct bench bench;
        uint32_t state = seed * 2654435761u + (uint32_t)test_seed(1);
        open_with_traffic(&bench, seed % 2);
        bench.bus->context = &state;
        bench.bus->read_hook = lie_at_random;
        bench.bus->lies = true;
        uint64_t now_us = 0;
        for (unsigned i = 0; i < 30; i++) {
            work(&bench, now_us);
            arrive(&bench, 60 + i * 40, i);
            fake_send(bench.bus);
            now_us += RETRY_US / 2;
        }
        ck_assert_uint_ge(faults(&bench), 1);
        bench.bus->read_hook = NULL;
        bench.bus->absent = true; /* whatever it believes now, a new start mends it */
        work(&bench, now_us);
        work(&bench, now_us + 1);
        bench.bus->absent = false;
        fake_reset(bench.bus);
        bench.bus->lies = false;
        expect_sound(&bench, now_us + 2 * RETRY_US);
        bench_close(&bench);
    }
}
END_TEST

/* Each impossible record and position by itself, so that each check is seen to
 * be there. */
START_TEST(test_impossible_record_is_a_fault)
{
    static const uint16_t lengths[] = {0, 13, 59, 1519, 2047, 301 /* beyond head */};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct bench bench;
        uint8_t frame[FAKE_FRAME_MAX];
        bench_open(&bench, 12, 13, true);
        arrive(&bench, 298, 1); /* a record of 304 bytes, 301 would need 308 */
        bench.bus->rx_window[0] = (uint8_t)lengths[i];
        bench.bus->rx_window[1] = (uint8_t)(lengths[i] >> 8);
        ck_assert_uint_eq(lan_nic_receive(&bench.nic, frame, sizeof frame), 0);
        EXPECT_COUNTERS(&bench.nic, .driver_faults = 1, .driver_link_changes = 2);
        bench_close(&bench);
    }
}
END_TEST

START_TEST(test_impossible_position_is_a_fault)
{
    static const uint32_t heads[] = {1, 2, 0x2004, 0x3FFC, 0x4000, 0xFFFC, 0xFFFF};
    static const uint32_t tails[] = {1, 2, 4, 0x1FFC, 0x2000, 0xFFFC, 0xFFFF};
    uint8_t frame[FAKE_FRAME_MAX];
    fill_frame(frame, 1018, 1);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct bench bench;
        bench_open(&bench, 12, 13, false);
        arrive(&bench, 1018, 1); /* what lies at the tail looks right */
        bench.bus->rx_head = heads[i];
        bench.bus->lies = true;
        ck_assert_uint_eq(lan_nic_receive(&bench.nic, frame, sizeof frame), 0);
        ck_assert_uint_eq(faults(&bench), 1);
        bench_close(&bench);
    }
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct bench bench;
        bench_open(&bench, 12, 13, false);
        for (unsigned k = 0; k < 4; k++)
            ck_assert(lan_nic_send(&bench.nic, frame, 1018));
        /* From 0 it may go to 0x1000, the head; or it goes where nothing is. */
        bench.bus->tx_tail = tails[i] == 4 ? 0x1004 : tails[i];
        bench.bus->tx_head = 0;
        bench.bus->lies = true;
        ck_assert(!lan_nic_send(&bench.nic, frame, 1018));
        ck_assert_uint_eq(faults(&bench), 1);
        bench_close(&bench);
    }
}
END_TEST

TEST_MAIN("driver fault", test_adapter_unplugged_at_any_access_is_lost_and_found,
          test_lost_adapter_is_left_alone_until_the_deadline,
          test_adapter_reset_behind_our_back_is_started_anew,
          test_every_read_may_lie_and_the_driver_recovers,
          test_adapter_that_lies_at_random_does_no_harm, test_impossible_record_is_a_fault,
          test_impossible_position_is_a_fault)
