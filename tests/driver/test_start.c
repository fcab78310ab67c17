/* Start, stop, and the address filter. */
#include <string.h>

#include "bus_fake.h"

static const uint8_t frame[64];

START_TEST(test_start_writes_address_filter_causes_and_control)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    const struct lan_bus *bus = bench.bus;
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++)
        for (unsigned k = 0; k < LAN_NIC_ADDRESSES; k++)
            ck_assert_uint_eq(fake_address(bus, k, i), test_mac[i]);
    ck_assert_uint_eq(fake_hash(bus), 0);
    ck_assert_uint_eq(bus->coalesce, 8 | 10 << 8); /* 10 x 5.12 us */
    ck_assert_uint_eq(bus->enable, NIC_INTERRUPT_RX_FRAME | NIC_INTERRUPT_TX_ERROR);
    ck_assert_uint_eq(bus->control, NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE |
                                        NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX |
                                        NIC_CONTROL_BROADCAST);
    ck_assert_mem_eq(bench.nic.adapter.mac, test_mac, LAN_MAC_SIZE);
    const struct lan_adapter_status *status = &bench.nic.adapter.status;
    ck_assert(status->link_up && status->full_duplex);
    ck_assert_uint_eq(status->rate_mbps, 100);
    ck_assert_uint_eq(bench.nic.adapter.functions->deadline_us(&bench.nic.adapter), UINT64_MAX);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_start_of_10_mbit_and_promiscuous_sets_those_bits)
{
    struct lan_bus *bus = fake_new(12, 13, false);
    struct lan_nic nic;
    struct lan_nic_config config = test_config();
    config.fast = false;
    config.listen = LAN_NIC_PROMISCUOUS;
    ck_assert_int_eq(lan_nic_start(&nic, bus, &config, 0), LAN_NIC_OK);
    ck_assert(!(bus->control & NIC_CONTROL_FAST));
    ck_assert(bus->control & NIC_CONTROL_PROMISCUOUS);
    ck_assert_uint_eq(nic.adapter.status.rate_mbps, 10);
    EXPECT_COUNTERS(&nic, .driver_link_changes = 1);
    fake_free(bus);
}
END_TEST

START_TEST(test_start_after_use_resets_the_adapter)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t bytes[60];
    fill_frame(bytes, 60, 1);
    ck_assert(fake_receive(bench.bus, bytes, 60));
    ck_assert(lan_nic_send(&bench.nic, bytes, 60));
    struct lan_nic_config config = test_config();
    ck_assert_int_eq(lan_nic_start(&bench.nic, bench.bus, &config, 0), LAN_NIC_OK);
    ck_assert_uint_eq(bench.bus->tx_head | bench.bus->rx_head | bench.bus->cause, 0);
    ck_assert_uint_eq(lan_nic_receive(&bench.nic, bytes, sizeof bytes), 0);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

/* Nothing but reading happened, and what was not started does nothing. */
static void expect_refused(struct lan_bus *bus, const struct lan_nic_config *config,
                           enum lan_nic_result result)
{
    struct lan_nic nic;
    size_t size;
    ck_assert_int_eq(lan_nic_start(&nic, bus, config, 0), result);
    uint64_t accesses = bus->accesses;
    struct lan_adapter *adapter = &nic.adapter;
    ck_assert(!adapter->status.link_up);
    ck_assert(!lan_nic_send(&nic, frame, sizeof frame));
    ck_assert_ptr_null(adapter->functions->receive_begin(adapter, &size));
    adapter->functions->receive_end(adapter);
    adapter->functions->send_end(adapter, 60);
    adapter->functions->service(adapter, 1000000);
    adapter->functions->join(adapter, (const uint8_t[]){1, 0, 0, 0, 0, 1}, true);
    lan_nic_stop(&nic);
    ck_assert_uint_eq(bus->accesses, accesses);
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), UINT64_MAX);
    EXPECT_COUNTERS(&nic, .driver_faults = 0);
}

START_TEST(test_start_without_an_adapter_is_refused)
{
    struct lan_bus *bus = fake_new(12, 13, false);
    struct lan_nic_config config = test_config();
    bus->absent = true;
    expect_refused(bus, &config, LAN_NIC_ABSENT);
    fake_free(bus);
}
END_TEST

START_TEST(test_start_of_another_device_writes_nothing)
{
    struct lan_bus *bus = fake_new(12, 13, false);
    struct lan_nic_config config = test_config();
    bus->id = NIC_ID_VALUE_RESET ^ 1;
    expect_refused(bus, &config, LAN_NIC_ABSENT);
    for (uint32_t address = 0; address < NIC_TX_RING; address += 4)
        ck_assert_uint_eq(fake_writes(bus, address), 0);
    fake_free(bus);
}
END_TEST

START_TEST(test_start_of_an_adapter_that_does_not_reset_is_refused)
{
    for (int which = 0; which < 3; which++) {
        struct lan_bus *bus = fake_new(12, 13, false);
        struct lan_nic_config config = test_config();
        bus->ignores_reset = true;
        *(which == 0 ? &bus->tx_tail : which == 1 ? &bus->rx_head : &bus->cause) = 4;
        expect_refused(bus, &config, LAN_NIC_ABSENT);
        fake_free(bus);
    }
}
END_TEST

/* A ring must hold the longest frame, and fill half its window at most. */
START_TEST(test_start_with_every_ring_size_takes_those_that_work)
{
    for (unsigned tx = 0; tx < 16; tx++)
        for (unsigned rx = 0; rx < 16; rx++) {
            struct lan_bus *bus = fake_new(tx, rx, false);
            struct lan_nic nic;
            struct lan_nic_config config = test_config();
            bool works = tx >= 11 && tx <= 13 && rx >= 11 && rx <= 14;
            ck_assert_msg((lan_nic_start(&nic, bus, &config, 0) == LAN_NIC_OK) == works,
                          "rings of 2^%u and 2^%u bytes", tx, rx);
            EXPECT_COUNTERS(&nic, .driver_link_changes = works);
            fake_free(bus);
        }
}
END_TEST

START_TEST(test_start_with_a_group_address_or_none_is_refused)
{
    struct lan_bus *bus = fake_new(12, 13, false);
    struct lan_nic_config config = test_config();
    config.mac[0] |= 1;
    expect_refused(bus, &config, LAN_NIC_BAD_MAC);
    memset(config.mac, 0, sizeof config.mac);
    expect_refused(bus, &config, LAN_NIC_BAD_MAC);
    fake_free(bus);
}
END_TEST

START_TEST(test_start_in_half_duplex_clears_the_bits_of_full_duplex)
{
    struct lan_bus *bus = fake_new(12, 13, false);
    struct lan_nic nic;
    struct lan_nic_config config = test_config();
    config.full_duplex = false;
    config.pause = true;
    ck_assert_int_eq(lan_nic_start(&nic, bus, &config, 0), LAN_NIC_OK);
    ck_assert(!(bus->control &
                (NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO)));
    ck_assert(!nic.adapter.status.full_duplex);
    ck_assert(!lan_nic_pause_peer(&nic, true));
    EXPECT_COUNTERS(&nic, .driver_link_changes = 1);
    fake_free(bus);
}
END_TEST

/* What a build of the adapter lacks is not used, and refused where it is wanted. */
START_TEST(test_start_with_what_this_build_lacks_is_refused)
{
    for (int which = 0; which < 3; which++) {
        struct lan_bus *bus = fake_new(12, 13, false);
        struct lan_nic_config config = test_config();
        static const uint32_t lacks[] = {NIC_CAPABILITY_HALF_DUPLEX, NIC_CAPABILITY_MDIO,
                                         NIC_CAPABILITY_TIME_STAMPS};
        bus->holds &= ~lacks[which];
        config.full_duplex = which != 0;
        config.follow_phy = which == 1;
        config.receive_stamps = which == 2;
        expect_refused(bus, &config, LAN_NIC_UNSUPPORTED);
        fake_free(bus);
    }
}
END_TEST

START_TEST(test_build_of_nothing_optional_starts_and_uses_none_of_it)
{
    struct lan_bus *bus = fake_new(12, 13, false);
    struct lan_nic nic;
    struct lan_nic_config config = test_config();
    const uint8_t group[] = {0x01, 0, 0x5E, 0, 0, 1};
    uint64_t ns;
    config.pause = true;
    bus->holds = 0;
    bus->counters[FAKE_tx_frames] = 77; /* what has no counters may show anything */
    ck_assert_int_eq(lan_nic_start(&nic, bus, &config, 0), LAN_NIC_OK);
    ck_assert_uint_eq(nic.adapter.capabilities, 0);
    ck_assert_uint_eq(fake_writes(bus, NIC_COALESCE) + fake_writes(bus, NIC_HASH_0) +
                          fake_writes(bus, NIC_PAUSE_0) + fake_writes(bus, NIC_MDIO),
                      0);
    ck_assert(!(bus->control & (NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO)));
    ck_assert(!lan_nic_coalesce(&nic, 8, 50));
    ck_assert(!lan_nic_set_address(&nic, 1, test_mac));
    ck_assert(!lan_nic_time(&nic, &ns) && !lan_nic_set_time(&nic, 0) &&
              !lan_nic_step_time(&nic, 1) && !lan_nic_set_time_rate(&nic, 1) &&
              !lan_nic_ask_sent_time(&nic) && !lan_nic_sent_time(&nic, &ns));
    nic.adapter.functions->join(&nic.adapter, group, true); /* no hash: all of them */
    ck_assert(bus->control & NIC_CONTROL_ALL_MULTICAST);
    nic.adapter.functions->join(&nic.adapter, group, false);
    ck_assert(!(bus->control & NIC_CONTROL_ALL_MULTICAST));
    EXPECT_COUNTERS(&nic, .driver_link_changes = 1);
    fake_free(bus);
}
END_TEST

START_TEST(test_stop_silences_the_adapter_and_keeps_its_counters)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t bytes[60];
    fill_frame(bytes, 60, 1);
    ck_assert(lan_nic_send(&bench.nic, bytes, 60));
    ck_assert(fake_send(bench.bus));
    lan_nic_stop(&bench.nic);
    ck_assert(!fake_receive(bench.bus, bytes, 60));
    ck_assert(!fake_irq(bench.bus));
    ck_assert_uint_eq(bench.bus->enable, 0);
    ck_assert(!(bench.bus->control & (NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE)));
    ck_assert(!lan_nic_send(&bench.nic, bytes, 60));
    ck_assert_uint_eq(lan_nic_receive(&bench.nic, bytes, sizeof bytes), 0);
    ck_assert(!bench.nic.adapter.status.link_up);
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 1, .tx_octets = 64, .driver_link_changes = 2);
    bench_close(&bench);
}
END_TEST

START_TEST(test_every_result_has_its_own_text)
{
    for (int a = LAN_NIC_OK; a <= LAN_NIC_BAD_MAC; a++)
        for (int b = LAN_NIC_OK; b < a; b++)
            ck_assert_str_ne(lan_nic_result_text((enum lan_nic_result)a),
                             lan_nic_result_text((enum lan_nic_result)b));
}
END_TEST

/* --- The filter -------------------------------------------------------------------- */

/* The bin by the other form of the CRC: reflected, so its low bits, turned round,
 * are the top ones of the register that the rdl names. */
static unsigned bin_by_reflected_crc(const uint8_t *group)
{
    uint32_t crc = UINT32_MAX;
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++) {
        crc ^= group[i];
        for (unsigned k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    unsigned bin = 0;
    for (unsigned k = 0; k < 6; k++)
        bin |= (crc >> k & 1u) << (5 - k);
    return bin;
}

START_TEST(test_join_of_a_group_opens_its_bin_and_leave_closes_it)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    struct lan_adapter *adapter = &bench.nic.adapter;
    uint64_t bins_seen = 0;
    for (unsigned i = 0; i < 512; i++) {
        const uint8_t group[] = {0x01,      0x00, 0x5E, (uint8_t)(i * 37), (uint8_t)(i >> 3),
                                 (uint8_t)i};
        adapter->functions->join(adapter, group, true);
        ck_assert_uint_eq(fake_hash(bench.bus), 1ull << bin_by_reflected_crc(group));
        bins_seen |= fake_hash(bench.bus);
        adapter->functions->join(adapter, group, false);
        ck_assert_uint_eq(fake_hash(bench.bus), 0);
    }
    ck_assert_uint_eq(bins_seen, UINT64_MAX);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_leave_of_one_of_two_groups_in_a_bin_keeps_it_open)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    struct lan_adapter *adapter = &bench.nic.adapter;
    uint8_t first[] = {0x01, 0, 0x5E, 0, 0, 1}, second[] = {0x01, 0, 0x5E, 0, 0, 2};
    while (bin_by_reflected_crc(first) != bin_by_reflected_crc(second))
        second[5]++;
    adapter->functions->join(adapter, first, true);
    adapter->functions->join(adapter, second, true);
    adapter->functions->join(adapter, first, false);
    ck_assert_uint_eq(fake_hash(bench.bus), 1ull << bin_by_reflected_crc(second));
    adapter->functions->join(adapter, second, false);
    ck_assert_uint_eq(fake_hash(bench.bus), 0);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_leave_without_join_changes_nothing)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    struct lan_adapter *adapter = &bench.nic.adapter;
    const uint8_t group[] = {0x01, 0, 0x5E, 0, 0, 1};
    adapter->functions->join(adapter, group, false);
    ck_assert_uint_eq(fake_hash(bench.bus), 0);
    adapter->functions->join(adapter, group, true);
    ck_assert_uint_ne(fake_hash(bench.bus), 0);
    adapter->functions->join(adapter, group, false);
    ck_assert_uint_eq(fake_hash(bench.bus), 0);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_bin_of_more_groups_than_can_be_counted_stays_open)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    struct lan_adapter *adapter = &bench.nic.adapter;
    const uint8_t group[] = {0x01, 0, 0x5E, 0, 0, 1};
    for (unsigned i = 0; i < 300; i++)
        adapter->functions->join(adapter, group, true);
    for (unsigned i = 0; i < 299; i++)
        adapter->functions->join(adapter, group, false);
    ck_assert_uint_ne(fake_hash(bench.bus), 0);
    EXPECT_COUNTERS(&bench.nic, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

TEST_MAIN("driver start", test_start_writes_address_filter_causes_and_control,
          test_start_of_10_mbit_and_promiscuous_sets_those_bits,
          test_start_after_use_resets_the_adapter, test_start_without_an_adapter_is_refused,
          test_start_of_another_device_writes_nothing,
          test_start_of_an_adapter_that_does_not_reset_is_refused,
          test_start_with_every_ring_size_takes_those_that_work,
          test_start_with_a_group_address_or_none_is_refused,
          test_start_in_half_duplex_clears_the_bits_of_full_duplex,
          test_start_with_what_this_build_lacks_is_refused,
          test_build_of_nothing_optional_starts_and_uses_none_of_it,
          test_stop_silences_the_adapter_and_keeps_its_counters, test_every_result_has_its_own_text,
          test_join_of_a_group_opens_its_bin_and_leave_closes_it,
          test_leave_of_one_of_two_groups_in_a_bin_keeps_it_open,
          test_leave_without_join_changes_nothing,
          test_bin_of_more_groups_than_can_be_counted_stays_open)
