/* What a user may set while the adapter runs: addresses, what is listened to,
 * coalescing, pause, and the clock. */
#include <string.h>

#include "bus_fake.h"

static const uint8_t other[LAN_MAC_SIZE] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

static void expect_address(const struct lan_bus *bus, unsigned index, const uint8_t *mac)
{
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++)
        ck_assert_uint_eq(fake_address(bus, index, i), mac[i]);
}

START_TEST(test_further_address_stands_beside_the_own_one)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    for (unsigned index = 1; index < LAN_NIC_ADDRESSES; index++) {
        ck_assert(lan_nic_set_address(&bench.nic, index, other));
        expect_address(bench.bus, index, other);
        expect_address(bench.bus, 0, test_mac);
        ck_assert(lan_nic_set_address(&bench.nic, index, NULL));
        expect_address(bench.bus, index, test_mac);
    }
    bench_close(&bench);
}
END_TEST

START_TEST(test_further_address_that_is_none_is_refused)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    static const uint8_t group[LAN_MAC_SIZE] = {1}, none[LAN_MAC_SIZE];
    ck_assert(!lan_nic_set_address(&bench.nic, 0, other)); /* the own one */
    ck_assert(!lan_nic_set_address(&bench.nic, LAN_NIC_ADDRESSES, other));
    ck_assert(!lan_nic_set_address(&bench.nic, 1, group));
    ck_assert(!lan_nic_set_address(&bench.nic, 1, none));
    lan_nic_stop(&bench.nic);
    ck_assert(!lan_nic_set_address(&bench.nic, 1, other));
    bench_close(&bench);
}
END_TEST

START_TEST(test_settings_outlive_a_lost_adapter)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    struct lan_adapter *adapter = &bench.nic.adapter;
    ck_assert(lan_nic_set_address(&bench.nic, 2, other));
    ck_assert(lan_nic_coalesce(&bench.nic, 3, 1000));
    lan_nic_listen(&bench.nic, LAN_NIC_ALL_MULTICAST | LAN_NIC_ERRORS);
    uint32_t control = bench.bus->control, coalesce = bench.bus->coalesce;
    bench.bus->absent = true;
    adapter->functions->service(adapter, 0);
    bench.bus->absent = false;
    fake_reset(bench.bus);
    adapter->functions->service(adapter, adapter->functions->deadline_us(adapter));
    expect_address(bench.bus, 2, other);
    ck_assert_uint_eq(bench.bus->control, control);
    ck_assert_uint_eq(bench.bus->coalesce, coalesce);
    EXPECT_COUNTERS(&bench.nic, .driver_faults = 1, .driver_link_changes = 3);
    bench_close(&bench);
}
END_TEST

START_TEST(test_listening_sets_the_bits_it_names_and_no_others)
{
    static const struct {
        uint8_t what;
        uint32_t control;
    } each[] = {{LAN_NIC_PROMISCUOUS, NIC_CONTROL_PROMISCUOUS},
                {LAN_NIC_ALL_MULTICAST, NIC_CONTROL_ALL_MULTICAST},
                {LAN_NIC_ERRORS, NIC_CONTROL_ERRORS},
                {0, 0}};
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint32_t plain = bench.bus->control;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        lan_nic_listen(&bench.nic, each[i].what);
        ck_assert_uint_eq(bench.bus->control, plain | each[i].control);
    }
    bench_close(&bench);
}
END_TEST

/* --- Frames with errors, and times ------------------------------------------------------- */

static void arrive(struct bench *bench, uint32_t size, uint32_t seed, uint32_t marks)
{
    uint8_t frame[2046];
    fill_frame(frame, size, seed);
    ck_assert(fake_receive_marked(bench->bus, frame, size, marks));
}

START_TEST(test_frames_with_errors_are_told_to_who_asks_and_kept_from_the_stack)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        struct bench bench;
        uint8_t got[2046];
        struct lan_nic_marks marks;
        bench_open(&bench, 12, 14, mapped);
        lan_nic_listen(&bench.nic, LAN_NIC_ERRORS);
        for (int stack = 0; stack < 2; stack++) {
            arrive(&bench, 14, 1, NIC_RX_RECORD_BAD_LENGTH | NIC_RX_RECORD_BAD_FCS);
            arrive(&bench, 2042, 2, NIC_RX_RECORD_BAD_LENGTH);
            arrive(&bench, 100, 3, 0);
            arrive(&bench, 200, 4, NIC_RX_RECORD_BAD_SYMBOL);
            if (stack) {
                ck_assert_uint_eq(lan_nic_receive(&bench.nic, got, sizeof got), 100);
                ck_assert_uint_eq(lan_nic_receive(&bench.nic, got, sizeof got), 0);
            } else {
                ck_assert_uint_eq(lan_nic_receive_marked(&bench.nic, got, 2046, &marks), 14);
                ck_assert(marks.bad_length && marks.bad_fcs && !marks.bad_symbol);
                ck_assert_uint_eq(lan_nic_receive_marked(&bench.nic, got, 2046, &marks), 2042);
                ck_assert(marks.bad_length && !marks.bad_fcs && !marks.bad_symbol);
                ck_assert_uint_eq(lan_nic_receive_marked(&bench.nic, got, 2046, &marks), 100);
                ck_assert(!marks.bad_length && !marks.bad_fcs && !marks.bad_symbol);
                expect_frame(got, 100, 100, 3);
                ck_assert_uint_eq(lan_nic_receive_marked(&bench.nic, got, 2046, &marks), 200);
                ck_assert(!marks.bad_length && !marks.bad_fcs && marks.bad_symbol);
                expect_frame(got, 200, 200, 4);
            }
            ck_assert_uint_eq(lan_nic_receive_marked(&bench.nic, got, 2046, &marks), 0);
            ck_assert_uint_eq(bench.bus->rx_tail, bench.bus->rx_head);
        }
        EXPECT_COUNTERS(&bench.nic, .rx_delivered = 2, .rx_octets = 208, .driver_link_changes = 1);
        bench_close(&bench);
    }
}
END_TEST

START_TEST(test_received_frame_carries_its_time)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        struct lan_nic nic;
        struct lan_bus *bus = fake_new(12, 13, mapped);
        struct lan_nic_config config = test_config();
        struct lan_nic_marks marks;
        uint8_t frame[FAKE_FRAME_MAX], got[FAKE_FRAME_MAX];
        config.receive_stamps = true;
        ck_assert_int_eq(lan_nic_start(&nic, bus, &config, 0), LAN_NIC_OK);
        for (uint32_t size = 60; size < 1519; size += 13) {
            bus->time_ns = 0x123456789ABCDEF0u + size;
            fill_frame(frame, size, size);
            ck_assert(fake_receive(bus, frame, size));
            ck_assert_uint_eq(lan_nic_receive_marked(&nic, got, sizeof got, &marks), size);
            ck_assert_uint_eq(marks.time_ns, 0x123456789ABCDEF0u + size);
            expect_frame(got, size, size, size);
        }
        fake_free(bus);
    }
}
END_TEST

START_TEST(test_clock_is_read_set_stepped_and_steered)
{
    struct bench bench;
    uint64_t ns;
    bench_open(&bench, 12, 13, false);
    ck_assert(lan_nic_set_time(&bench.nic, 0xFEDCBA9876543210u));
    ck_assert(lan_nic_time(&bench.nic, &ns));
    ck_assert_uint_eq(ns, 0xFEDCBA9876543210u);
    ck_assert(lan_nic_step_time(&bench.nic, -1000));
    ck_assert(lan_nic_time(&bench.nic, &ns));
    ck_assert_uint_eq(ns, 0xFEDCBA9876543210u - 1000);
    ck_assert(lan_nic_set_time_rate(&bench.nic, 100000000)); /* a tenth faster: 22 ns */
    ck_assert_uint_eq(bench.bus->time_rate, 22u << 24);
    ck_assert(lan_nic_set_time_rate(&bench.nic, -100000000));
    ck_assert_uint_eq(bench.bus->time_rate, 18u << 24);
    ck_assert(lan_nic_set_time_rate(&bench.nic, 0));
    ck_assert_uint_eq(bench.bus->time_rate, 20u << 24);
    ck_assert(!lan_nic_set_time_rate(&bench.nic, 100000001));
    ck_assert(!lan_nic_set_time_rate(&bench.nic, INT32_MIN));
    bench_close(&bench);
}
END_TEST

START_TEST(test_time_of_a_sent_frame_is_that_of_the_one_asked_for)
{
    struct bench bench;
    struct lan_adapter *adapter = &bench.nic.adapter;
    uint8_t frame[60];
    uint64_t ns;
    bench_open(&bench, 12, 13, false);
    fill_frame(frame, 60, 1);
    bench.bus->time_ns = 111;
    ck_assert(lan_nic_send(&bench.nic, frame, 60)); /* nobody asked for its time */
    ck_assert(lan_nic_ask_sent_time(&bench.nic));
    ck_assert(lan_nic_send(&bench.nic, frame, 60));
    ck_assert(lan_nic_send(&bench.nic, frame, 60));
    ck_assert(fake_send(bench.bus));
    ck_assert(!fake_irq(bench.bus));
    ck_assert(!lan_nic_sent_time(&bench.nic, &ns));
    bench.bus->time_ns = 0x500000222;
    ck_assert(fake_send(bench.bus));
    ck_assert(fake_irq(bench.bus));
    bench.bus->time_ns = 0x500000333;
    ck_assert(fake_send(bench.bus));
    adapter->functions->service(adapter, 0);
    ck_assert(!fake_irq(bench.bus));
    ck_assert(lan_nic_sent_time(&bench.nic, &ns));
    ck_assert_uint_eq(ns, 0x500000222);
    ck_assert(!lan_nic_sent_time(&bench.nic, &ns)); /* told once */
    bench_close(&bench);
}
END_TEST

/* --- Coalescing, pause -------------------------------------------------------------------- */

START_TEST(test_eight_frames_are_one_interrupt)
{
    struct bench bench;
    struct lan_adapter *adapter = &bench.nic.adapter;
    uint8_t got[FAKE_FRAME_MAX];
    bench_open(&bench, 12, 13, false);
    unsigned interrupts = 0, received = 0;
    for (uint32_t i = 0; i < 800; i++) {
        arrive(&bench, 60, i, 0);
        if (!fake_irq(bench.bus))
            continue;
        interrupts++;
        adapter->functions->service(adapter, 0);
        while (lan_nic_receive(&bench.nic, got, sizeof got))
            expect_frame(got, 60, 60, received++);
        ck_assert(!fake_irq(bench.bus));
    }
    ck_assert_uint_eq(interrupts, 100);
    ck_assert_uint_eq(received, 800);
    arrive(&bench, 60, 0, 0); /* alone: told of when the time is over */
    ck_assert(!fake_irq(bench.bus));
    ck_assert(fake_wait(bench.bus));
    ck_assert(fake_irq(bench.bus));
    EXPECT_COUNTERS(&bench.nic, .rx_delivered = 801, .rx_octets = 801 * 64,
                    .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_coalescing_is_set_in_units_of_the_adapter)
{
    static const struct {
        uint8_t frames;
        uint32_t time_us, coalesce;
    } each[] = {{8, 50, 8 | 10 << 8},
                {15, 320, 15 | 63 << 8},
                {255, 1000000, 15 | 63 << 8},
                {1, 1, 1 | 1 << 8},
                {0, 50, 0},
                {8, 0, 0}};
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        ck_assert(lan_nic_coalesce(&bench.nic, each[i].frames, each[i].time_us));
        ck_assert_uint_eq(bench.bus->coalesce, each[i].coalesce);
    }
    arrive(&bench, 60, 1, 0);
    ck_assert(fake_irq(bench.bus));
    bench_close(&bench);
}
END_TEST

/* IEEE 802.3 annex 31B: the reserved group, type 0x8808, opcode 1, the longest time. */
START_TEST(test_pause_frame_is_that_of_annex_31b)
{
    static const uint8_t head[] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01};
    static const uint8_t tail[] = {0x88, 0x08, 0x00, 0x01, 0xFF, 0xFF};
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_uint_eq(fake_pause(bench.bus, i), head[i]);
        ck_assert_uint_eq(fake_pause(bench.bus, 12 + i), tail[i]);
        ck_assert_uint_eq(fake_pause(bench.bus, 6 + i) & 0xFF, test_mac[i]);
    }
    bench_close(&bench);
}
END_TEST

static uint32_t last_control;

static void see_control(struct lan_bus *bus, uint32_t value)
{
    (void)bus;
    last_control = value;
}

START_TEST(test_peer_is_paused_only_where_that_was_agreed_on)
{
    for (int pause = 0; pause < 2; pause++) {
        struct lan_bus *bus = fake_new(12, 13, false);
        struct lan_nic nic;
        struct lan_nic_config config = test_config();
        config.pause = pause;
        ck_assert_int_eq(lan_nic_start(&nic, bus, &config, 0), LAN_NIC_OK);
        uint32_t agreed = NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO;
        ck_assert_uint_eq(bus->control & agreed, pause ? agreed : 0);
        bus->see_control = see_control;
        last_control = 0;
        ck_assert_int_eq(lan_nic_pause_peer(&nic, true), pause);
        ck_assert_uint_eq(last_control & (NIC_CONTROL_PAUSE_SEND | NIC_CONTROL_PAUSE_END),
                          pause ? NIC_CONTROL_PAUSE_SEND : 0);
        ck_assert_int_eq(lan_nic_pause_peer(&nic, false), pause);
        ck_assert_uint_eq(last_control & (NIC_CONTROL_PAUSE_SEND | NIC_CONTROL_PAUSE_END),
                          pause ? NIC_CONTROL_PAUSE_END : 0);
        fake_free(bus);
    }
}
END_TEST

TEST_MAIN("driver options", test_further_address_stands_beside_the_own_one,
          test_further_address_that_is_none_is_refused, test_settings_outlive_a_lost_adapter,
          test_listening_sets_the_bits_it_names_and_no_others,
          test_frames_with_errors_are_told_to_who_asks_and_kept_from_the_stack,
          test_received_frame_carries_its_time, test_clock_is_read_set_stepped_and_steered,
          test_time_of_a_sent_frame_is_that_of_the_one_asked_for,
          test_eight_frames_are_one_interrupt, test_coalescing_is_set_in_units_of_the_adapter,
          test_pause_frame_is_that_of_annex_31b, test_peer_is_paused_only_where_that_was_agreed_on)
