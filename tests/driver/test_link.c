/* The link as the PHY tells it. */
#include <string.h>

#include "bus_fake.h"

enum { POLL_US = LAN_NIC_LINK_POLL_MS * 1000, PHY_ADDRESS = 3 };
enum { BMCR = 0, BMSR = 1, ANLPAR = 5 };
enum { NEGOTIATED = 1 << 5, LINK = 1 << 2 };
enum { HALF_10 = 1 << 5, FULL_10 = 1 << 6, HALF_100 = 1 << 7, FULL_100 = 1 << 8 };

struct line {
    struct bench bench;
    uint64_t now_us;
};

static void service(struct line *line)
{
    struct lan_adapter *adapter = &line->bench.nic.adapter;
    adapter->functions->service(adapter, line->now_us);
}

/* One poll: the PHY answers, the interrupt is served, until nothing is asked. */
static void poll(struct line *line)
{
    struct lan_adapter *adapter = &line->bench.nic.adapter;
    struct lan_bus *bus = line->bench.bus;
    if (!bus->mdio_busy) {
        uint64_t deadline = adapter->functions->deadline_us(adapter);
        ck_assert_uint_le(deadline, line->now_us + POLL_US);
        line->now_us = deadline > line->now_us ? deadline : line->now_us;
        service(line);
    }
    for (unsigned i = 0; bus->mdio_busy; i++) {
        ck_assert_uint_lt(i, 4);
        ck_assert_uint_eq(bus->phy_address, PHY_ADDRESS);
        ck_assert(!fake_irq(bus));
        line->now_us += 26;
        fake_finish_mdio(bus);
        ck_assert(fake_irq(bus));
        service(line);
    }
}

static void open_line(struct line *line, uint16_t partner, bool up)
{
    memset(line, 0, sizeof *line);
    line->now_us = 5000000;
    line->bench.bus = fake_new(12, 13, false);
    line->bench.bus->phy[BMSR] = NEGOTIATED;
    line->bench.bus->phy[ANLPAR] = partner;
    fake_link(line->bench.bus, up);
    struct lan_nic_config config = test_config();
    config.follow_phy = true;
    config.phy_address = PHY_ADDRESS;
    ck_assert_int_eq(lan_nic_start(&line->bench.nic, line->bench.bus, &config, line->now_us),
                     LAN_NIC_OK);
    ck_assert(!line->bench.nic.adapter.status.link_up);
}

static void expect_mode(const struct line *line, uint32_t rate_mbps, bool full_duplex)
{
    const struct lan_adapter_status *status = &line->bench.nic.adapter.status;
    ck_assert(status->link_up);
    ck_assert_uint_eq(status->rate_mbps, rate_mbps);
    ck_assert_int_eq(status->full_duplex, full_duplex);
    uint32_t control = line->bench.bus->control;
    ck_assert_int_eq((control & NIC_CONTROL_FAST) != 0, rate_mbps == 100);
    ck_assert_int_eq((control & NIC_CONTROL_FULL_DUPLEX) != 0, full_duplex);
    ck_assert(control & NIC_CONTROL_TX_ENABLE);
    ck_assert(control & NIC_CONTROL_RX_ENABLE);
}

START_TEST(test_link_of_every_partner_takes_the_best_mode)
{
    for (unsigned set = 0; set < 16; set++) {
        struct line line;
        open_line(&line, (uint16_t)(set << 5 | 1), true);
        poll(&line);
        unsigned partner = set << 5;
        if (partner & FULL_100)
            expect_mode(&line, 100, true);
        else if (partner & HALF_100)
            expect_mode(&line, 100, false);
        else
            expect_mode(&line, 10, partner & FULL_10);
        ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 1);
        EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
        bench_close(&line.bench);
    }
}
END_TEST

START_TEST(test_link_without_negotiation_takes_the_mode_that_is_set)
{
    for (unsigned mode = 0; mode < 4; mode++) {
        struct line line;
        open_line(&line, 0, true);
        line.bench.bus->phy[BMSR] = LINK;
        line.bench.bus->phy[BMCR] = (uint16_t)((mode & 1) << 13 | (mode & 2) << 7);
        poll(&line);
        expect_mode(&line, mode & 1 ? 100 : 10, mode & 2);
        EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
        bench_close(&line.bench);
    }
}
END_TEST

START_TEST(test_nothing_is_sent_while_the_link_is_down)
{
    struct line line;
    uint8_t frame[60];
    fill_frame(frame, 60, 1);
    open_line(&line, FULL_100, false);
    poll(&line);
    ck_assert(!lan_nic_send(&line.bench.nic, frame, 60));
    fake_link(line.bench.bus, true);
    poll(&line);
    ck_assert(lan_nic_send(&line.bench.nic, frame, 60));
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_link_that_goes_and_comes_back_slower_is_followed)
{
    struct line line;
    open_line(&line, FULL_100, true);
    poll(&line);
    expect_mode(&line, 100, true);
    fake_link(line.bench.bus, false);
    poll(&line);
    ck_assert(!line.bench.nic.adapter.status.link_up);
    poll(&line);
    ck_assert(!line.bench.nic.adapter.status.link_up);
    line.bench.bus->phy[ANLPAR] = FULL_10;
    fake_link(line.bench.bus, true);
    poll(&line);
    expect_mode(&line, 10, true);
    ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 3);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_flap_between_two_polls_is_two_changes)
{
    struct line line;
    open_line(&line, FULL_100, true);
    poll(&line);
    fake_link(line.bench.bus, false);
    fake_link(line.bench.bus, true);
    poll(&line);
    expect_mode(&line, 100, true);
    ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 3);
    poll(&line);
    ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 3);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_absent_phy_is_no_link)
{
    struct line line;
    open_line(&line, FULL_100, true);
    line.bench.bus->phy[BMSR] = 0xFFFF;
    for (unsigned i = 0; i < 5; i++)
        poll(&line);
    ck_assert(!line.bench.nic.adapter.status.link_up);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 0);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_steady_link_is_asked_once_a_period)
{
    struct line line;
    open_line(&line, FULL_100, true);
    poll(&line);
    uint32_t asked = fake_writes(line.bench.bus, NIC_MDIO);
    uint64_t begun = line.now_us;
    for (unsigned i = 0; i < 10; i++)
        poll(&line);
    ck_assert_uint_eq(fake_writes(line.bench.bus, NIC_MDIO) - asked, 10);
    ck_assert_uint_ge(line.now_us - begun, 9 * (uint64_t)POLL_US);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

/* A caller without interrupts, who comes at deadlines only. */
START_TEST(test_link_is_followed_by_who_comes_at_deadlines_only)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    open_line(&line, FULL_10, true);
    for (unsigned i = 0; i < 4; i++) {
        line.now_us = adapter->functions->deadline_us(adapter);
        service(&line);
        fake_finish_mdio(line.bench.bus);
    }
    expect_mode(&line, 10, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

static void finish_at(struct lan_bus *bus, uint64_t access)
{
    if (access == *(const uint64_t *)bus->context)
        fake_finish_mdio(bus);
}

/* The transfer ends before or after any access of the driver. */
START_TEST(test_answer_at_any_access_is_taken)
{
    for (uint64_t after = 0; after < 30; after++) {
        struct line line;
        open_line(&line, FULL_10, true);
        service(&line);
        uint64_t when = line.bench.bus->accesses + after;
        line.bench.bus->context = &when;
        line.bench.bus->before = finish_at;
        for (unsigned i = 0; i < 30; i++) {
            line.now_us += 10;
            service(&line);
            size_t size;
            struct lan_adapter *adapter = &line.bench.nic.adapter;
            ck_assert_ptr_null(adapter->functions->receive_begin(adapter, &size));
        }
        fake_finish_mdio(line.bench.bus);
        ck_assert(fake_irq(line.bench.bus));
        service(&line);
        expect_mode(&line, 10, true);
        line.bench.bus->before = NULL;
        EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
        bench_close(&line.bench);
    }
}
END_TEST

START_TEST(test_transfer_that_never_ends_is_a_fault)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    open_line(&line, FULL_100, true);
    poll(&line);
    line.now_us = adapter->functions->deadline_us(adapter);
    service(&line); /* asks */
    line.now_us = adapter->functions->deadline_us(adapter);
    service(&line); /* not answered in a whole period */
    ck_assert(!adapter->status.link_up);
    line.now_us = adapter->functions->deadline_us(adapter);
    service(&line); /* started anew */
    poll(&line);
    expect_mode(&line, 100, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_faults = 1, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_answer_that_is_not_there_yet_is_a_fault)
{
    struct line line;
    open_line(&line, FULL_100, true);
    service(&line);
    line.bench.bus->cause |= NIC_CAUSE_MDIO_DONE; /* and still busy */
    service(&line);
    EXPECT_COUNTERS(&line.bench.nic, .driver_faults = 1);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_stopped_driver_asks_no_more)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    open_line(&line, FULL_100, true);
    poll(&line);
    lan_nic_stop(&line.bench.nic);
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), UINT64_MAX);
    uint64_t accesses = line.bench.bus->accesses;
    line.now_us += 10 * (uint64_t)POLL_US;
    service(&line);
    ck_assert_uint_eq(line.bench.bus->accesses, accesses);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 2);
    bench_close(&line.bench);
}
END_TEST

TEST_MAIN("driver link", test_link_of_every_partner_takes_the_best_mode,
          test_link_without_negotiation_takes_the_mode_that_is_set,
          test_nothing_is_sent_while_the_link_is_down,
          test_link_that_goes_and_comes_back_slower_is_followed,
          test_flap_between_two_polls_is_two_changes, test_absent_phy_is_no_link,
          test_steady_link_is_asked_once_a_period,
          test_link_is_followed_by_who_comes_at_deadlines_only, test_answer_at_any_access_is_taken,
          test_transfer_that_never_ends_is_a_fault, test_answer_that_is_not_there_yet_is_a_fault,
          test_stopped_driver_asks_no_more)
