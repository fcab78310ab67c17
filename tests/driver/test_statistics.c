/* Counters carried from 32 bits to 64. */
#include <string.h>

#include "bus_fake.h"

START_TEST(test_every_register_arrives_under_its_own_name)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    struct expected_counters expected = {.driver_link_changes = 1};
    uint64_t values[NIC_COUNTER_COUNT];
    for (uint32_t i = 0; i < NIC_COUNTER_COUNT; i++)
        values[i] = bench.bus->counters[i] = 1000 + i;
    memcpy(&expected, values, sizeof values);
    expect_counters(&bench.nic, &expected);
    ck_assert_uint_eq(expected.rx_false_carrier, 1000 + FAKE_rx_false_carrier);
    bench_close(&bench);
}
END_TEST

START_TEST(test_counter_past_32_bits_is_carried_on)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint64_t octets = 0;
    for (unsigned i = 0; i < 50; i++) {
        uint32_t step = i % 2 ? UINT32_MAX : 0x90000000u; /* the most that is not lost */
        octets += step;
        bench.bus->counters[FAKE_rx_octets] += step;
        EXPECT_COUNTERS(&bench.nic, .rx_octets = octets, .driver_link_changes = 1);
    }
    ck_assert_uint_gt(octets, 1ull << 36);
    bench_close(&bench);
}
END_TEST

START_TEST(test_names_end_with_null_and_differ)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint64_t value = 0;
    const char *names[LAN_NIC_COUNTERS_MAX];
    unsigned count = 0;
    while ((names[count] = lan_nic_counter(&bench.nic, count, &value))) {
        for (unsigned i = 0; i < count; i++)
            ck_assert_str_ne(names[i], names[count]);
        count++;
    }
    ck_assert_uint_eq(count, NIC_COUNTED_ALL);
    ck_assert_ptr_null(lan_nic_counter(&bench.nic, UINT32_MAX, &value));
    ck_assert_str_eq(names[0], "tx_frames");
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_value_is_that_of_the_last_count)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint64_t value;
    lan_nic_count(&bench.nic);
    bench.bus->counters[FAKE_tx_frames] = 5;
    lan_nic_counter(&bench.nic, NIC_COUNTED_tx_frames, &value);
    ck_assert_uint_eq(value, 0);
    lan_nic_count(&bench.nic);
    lan_nic_counter(&bench.nic, NIC_COUNTED_tx_frames, &value);
    ck_assert_uint_eq(value, 5);
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 5, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

static void unplug_before(struct lan_bus *bus, uint64_t access)
{
    bus->absent = access >= *(const uint64_t *)bus->context;
}

/* Unplugged anywhere in the count: all of it is believed, or none. */
START_TEST(test_count_of_an_adapter_that_goes_adds_nothing)
{
    for (uint64_t after = 0; after <= NIC_COUNTER_COUNT; after++) {
        struct bench bench;
        bench_open(&bench, 12, 13, false);
        for (uint32_t i = 0; i < NIC_COUNTER_COUNT; i++)
            bench.bus->counters[i] = 7;
        uint64_t when = bench.bus->accesses + after;
        bench.bus->context = &when;
        bench.bus->before = unplug_before;
        EXPECT_COUNTERS(&bench.nic, .driver_faults = 1, .driver_link_changes = 2);
        EXPECT_COUNTERS(&bench.nic, .driver_faults = 1, .driver_link_changes = 2);
        bench_close(&bench);
    }
}
END_TEST

START_TEST(test_counts_before_a_restart_are_kept)
{
    struct bench bench;
    struct lan_adapter *adapter = &bench.nic.adapter;
    bench_open(&bench, 12, 13, false);
    bench.bus->counters[FAKE_tx_frames] = 100;
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 100, .driver_link_changes = 1);
    bench.bus->absent = true;
    adapter->functions->service(adapter, 0);
    bench.bus->absent = false;
    fake_reset(bench.bus);
    adapter->functions->service(adapter, adapter->functions->deadline_us(adapter));
    bench.bus->counters[FAKE_tx_frames] = 3;
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 103, .driver_faults = 1, .driver_link_changes = 3);
    bench_close(&bench);
}
END_TEST

TEST_MAIN("driver statistics", test_every_register_arrives_under_its_own_name,
          test_counter_past_32_bits_is_carried_on, test_names_end_with_null_and_differ,
          test_value_is_that_of_the_last_count, test_count_of_an_adapter_that_goes_adds_nothing,
          test_counts_before_a_restart_are_kept)
