/* The link as the PHY tells it: the adapter polls and interrupts, the driver asks. */
#include <string.h>

#include "bus_fake.h"

enum { ANSWER_US = LAN_NIC_ANSWER_MS * 1000, RETRY_US = LAN_NIC_RETRY_MS * 1000 };
enum { EARLY_US = LAN_NIC_POLL_MS * 1000 };
enum { PHY_ADDRESS = 3, POLL_US = 335544 };
enum { BMCR = 0, BMSR = 1, ANAR = 4, ANLPAR = 5 };
enum { NEGOTIATE = 1 << 12, NEGOTIATE_AGAIN = 1 << 9, LINK = 1 << 2 };
enum { HALF_10 = 1 << 5, FULL_10 = 1 << 6, HALF_100 = 1 << 7, FULL_100 = 1 << 8 };
enum { PAUSE = 1 << 10, ASYMMETRIC = 1 << 11, OFFER = 0x01E1 };

struct line {
    struct bench bench;
    uint64_t now_us;
};

static void service(struct line *line)
{
    struct lan_adapter *adapter = &line->bench.nic.adapter;
    adapter->functions->service(adapter, line->now_us);
}

/* The PHY answers, the interrupt is served, until nothing is asked. */
static void answer(struct line *line)
{
    struct lan_bus *bus = line->bench.bus;
    for (unsigned i = 0; bus->mdio_busy; i++) {
        ck_assert_uint_lt(i, 6);
        ck_assert_uint_eq(bus->phy_address, PHY_ADDRESS);
        line->now_us += 26;
        fake_finish_mdio(bus);
        ck_assert(fake_irq(bus));
        service(line);
    }
}

/* The adapter's next look at the PHY, and what the driver makes of it. */
static void poll(struct line *line)
{
    line->now_us += POLL_US;
    fake_poll(line->bench.bus);
    if (!fake_irq(line->bench.bus))
        return;
    service(line);
    answer(line);
}

static void start_line(struct line *line, const struct lan_nic_config *config)
{
    line->now_us = 5000000;
    ck_assert_int_eq(lan_nic_start(&line->bench.nic, line->bench.bus, config, line->now_us),
                     LAN_NIC_OK);
    ck_assert(!line->bench.nic.adapter.status.link_up);
}

static void prepare_line(struct line *line, uint16_t partner, bool up)
{
    memset(line, 0, sizeof *line);
    line->bench.bus = fake_new(12, 13, false);
    line->bench.bus->phy[BMCR] = NEGOTIATE;
    line->bench.bus->phy[ANAR] = OFFER;
    line->bench.bus->phy[ANLPAR] = partner;
    fake_link(line->bench.bus, up);
}

static struct lan_nic_config follow(void)
{
    struct lan_nic_config config = test_config();
    config.follow_phy = true;
    config.phy_address = PHY_ADDRESS;
    return config;
}

static void open_line(struct line *line, uint16_t partner, bool up)
{
    prepare_line(line, partner, up);
    line->bench.bus->phy_lost_link = false;
    const struct lan_nic_config config = follow();
    start_line(line, &config);
    answer(line);
    ck_assert(line->bench.bus->mdio & NIC_MDIO_POLL);
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
        prepare_line(&line, 0, true);
        line.bench.bus->phy[BMCR] = (uint16_t)((mode & 1) << 13 | (mode & 2) << 7);
        const struct lan_nic_config config = follow();
        start_line(&line, &config);
        answer(&line);
        poll(&line);
        expect_mode(&line, mode & 1 ? 100 : 10, mode & 2);
        EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
        bench_close(&line.bench);
    }
}
END_TEST

START_TEST(test_half_duplex_is_not_offered_by_a_build_without_it)
{
    struct line line;
    prepare_line(&line, HALF_10 | HALF_100, true);
    line.bench.bus->holds &= ~NIC_CAPABILITY_HALF_DUPLEX;
    const struct lan_nic_config config = follow();
    start_line(&line, &config);
    answer(&line);
    ck_assert_uint_eq(line.bench.bus->phy[ANAR], 1 | FULL_10 | FULL_100);
    ck_assert(line.bench.bus->phy[BMCR] & NEGOTIATE_AGAIN);
    poll(&line); /* the PHY found a partner in half duplex nevertheless */
    ck_assert(!line.bench.nic.adapter.status.link_up);
    line.bench.bus->phy[ANLPAR] |= FULL_10;
    fake_link(line.bench.bus, false);
    poll(&line);
    fake_link(line.bench.bus, true);
    poll(&line);
    poll(&line);
    expect_mode(&line, 10, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_offer_that_is_right_already_is_not_negotiated_again)
{
    struct line line;
    open_line(&line, FULL_100, true);
    ck_assert_uint_eq(line.bench.bus->phy[BMCR], NEGOTIATE);
    ck_assert_uint_eq(line.bench.bus->phy[ANAR], OFFER);
    bench_close(&line.bench);
}
END_TEST

/* Table 28B-3 for a station that offers both ways, against every partner. */
START_TEST(test_pause_with_every_partner_is_that_of_annex_28b)
{
    static const struct {
        uint32_t partner, control;
    } table[] = {
        {0, 0},
        {ASYMMETRIC, NIC_CONTROL_PAUSE_OBEY},
        {PAUSE, NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO},
        {PAUSE | ASYMMETRIC, NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int full = 0; full < 2; full++) {
            struct line line;
            prepare_line(&line, (uint16_t)(table[i].partner | (full ? FULL_100 : HALF_100)), true);
            struct lan_nic_config config = follow();
            config.pause = true;
            start_line(&line, &config);
            answer(&line);
            ck_assert_uint_eq(line.bench.bus->phy[ANAR], OFFER | PAUSE | ASYMMETRIC);
            ck_assert_uint_eq(line.bench.bus->phy[BMCR] & (NEGOTIATE | NEGOTIATE_AGAIN),
                              NEGOTIATE | NEGOTIATE_AGAIN);
            poll(&line);
            expect_mode(&line, 100, full);
            ck_assert_uint_eq(line.bench.bus->control &
                                  (NIC_CONTROL_PAUSE_OBEY | NIC_CONTROL_PAUSE_AUTO),
                              full ? table[i].control : 0);
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
    ck_assert(!line.bench.nic.adapter.status.link_up);
    poll(&line);
    expect_mode(&line, 100, true);
    ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 3);
    poll(&line);
    ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 3);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_flap_that_was_served_too_late_is_two_changes)
{
    struct line line;
    open_line(&line, FULL_100, true);
    poll(&line);
    fake_link(line.bench.bus, false);
    fake_poll(line.bench.bus);
    fake_link(line.bench.bus, true);
    poll(&line); /* the first interrupt served is of a link that is up */
    poll(&line);
    expect_mode(&line, 100, true);
    ck_assert_uint_eq(line.bench.nic.adapter.status.link_changes, 3);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_link_that_goes_while_the_partner_is_asked_stays_down)
{
    struct line line;
    open_line(&line, FULL_100, false);
    fake_link(line.bench.bus, true);
    line.bench.bus->phy_lost_link = false;
    fake_poll(line.bench.bus);
    service(&line); /* asks the partner */
    ck_assert(line.bench.bus->mdio_busy);
    fake_link(line.bench.bus, false);
    fake_poll(line.bench.bus);
    service(&line);
    answer(&line);
    ck_assert(!line.bench.nic.adapter.status.link_up);
    line.bench.bus->phy[ANLPAR] = FULL_10;
    fake_link(line.bench.bus, true);
    line.bench.bus->phy_lost_link = false;
    poll(&line);
    expect_mode(&line, 10, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_link_found_up_at_the_start_is_no_flap_when_it_is_polled)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    open_line(&line, FULL_100, true);
    expect_mode(&line, 100, true); /* without waiting for a poll */
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), line.now_us + EARLY_US);
    poll(&line);
    expect_mode(&line, 100, true);
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), UINT64_MAX);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_link_that_goes_before_the_first_poll_is_down_when_that_is_over)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    open_line(&line, FULL_100, true);
    fake_link(line.bench.bus, false);
    poll(&line); /* the adapter never saw it up: nothing has changed for it */
    ck_assert(adapter->status.link_up);
    line.now_us = adapter->functions->deadline_us(adapter);
    service(&line);
    ck_assert(!adapter->status.link_up);
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), UINT64_MAX);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 2);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_other_partner_before_the_first_poll_is_noticed)
{
    struct line line;
    open_line(&line, FULL_100, true);
    fake_link(line.bench.bus, false);
    line.bench.bus->phy[ANLPAR] = FULL_10;
    fake_link(line.bench.bus, true);
    poll(&line); /* sees the loss */
    poll(&line);
    expect_mode(&line, 10, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_absent_phy_is_no_link_until_it_comes)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    prepare_line(&line, FULL_100, true);
    line.bench.bus->phy[BMCR] = 0xFFFF;
    const struct lan_nic_config config = follow();
    start_line(&line, &config);
    for (unsigned i = 0; i < 5; i++) {
        answer(&line);
        poll(&line);
        ck_assert(!adapter->status.link_up);
        ck_assert_uint_gt(adapter->functions->deadline_us(adapter), line.now_us);
        line.now_us += RETRY_US;
        service(&line); /* asks again */
    }
    line.bench.bus->phy[BMCR] = NEGOTIATE;
    line.bench.bus->phy_lost_link = false;
    answer(&line);
    poll(&line);
    expect_mode(&line, 100, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_steady_link_costs_the_driver_nothing)
{
    struct line line;
    struct lan_adapter *adapter = &line.bench.nic.adapter;
    open_line(&line, FULL_100, true);
    poll(&line);
    uint64_t accesses = line.bench.bus->accesses;
    for (unsigned i = 0; i < 10; i++)
        poll(&line);
    ck_assert_uint_eq(line.bench.bus->accesses, accesses);
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), UINT64_MAX);
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
        fake_poll(line.bench.bus);
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
        service(&line);
        expect_mode(&line, 10, true);
        line.bench.bus->before = NULL;
        EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 1);
        bench_close(&line.bench);
    }
}
END_TEST

static void flap_at(struct lan_bus *bus, uint64_t access)
{
    uint64_t when = *(const uint64_t *)bus->context;
    if (access == when || access == when + 1) {
        fake_link(bus, access != when);
        fake_poll(bus);
    }
}

/* The link goes and comes between any two accesses: it is up at the end, and it was
 * seen, unless nothing was known of it yet. */
START_TEST(test_flap_at_any_access_ends_with_the_link_up)
{
    for (uint64_t after = 0; after < 20; after++) {
        struct line line;
        open_line(&line, FULL_100, true);
        uint64_t when = line.bench.bus->accesses + after;
        line.bench.bus->context = &when;
        line.bench.bus->before = flap_at;
        for (unsigned i = 0; i < 30; i++) {
            poll(&line);
            service(&line);
            answer(&line);
        }
        ck_assert_uint_gt(line.bench.bus->accesses, when);
        expect_mode(&line, 100, true);
        line.bench.bus->before = NULL;
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
    fake_link(line.bench.bus, false);
    poll(&line);
    fake_link(line.bench.bus, true);
    fake_poll(line.bench.bus);
    service(&line); /* asks */
    ck_assert_uint_eq(adapter->functions->deadline_us(adapter), line.now_us + ANSWER_US);
    line.now_us = adapter->functions->deadline_us(adapter);
    service(&line); /* not answered */
    ck_assert(!adapter->status.link_up);
    line.now_us = adapter->functions->deadline_us(adapter);
    service(&line); /* started anew */
    answer(&line);
    poll(&line);
    expect_mode(&line, 100, true);
    EXPECT_COUNTERS(&line.bench.nic, .driver_faults = 1, .driver_link_changes = 3);
    bench_close(&line.bench);
}
END_TEST

START_TEST(test_answer_that_is_not_there_yet_is_a_fault)
{
    struct line line;
    prepare_line(&line, FULL_100, true);
    const struct lan_nic_config config = follow();
    start_line(&line, &config);
    line.bench.bus->cause |= NIC_INTERRUPT_MDIO_DONE; /* and still busy */
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
    ck_assert_uint_eq(line.bench.bus->mdio, 0); /* nor does the adapter */
    uint64_t accesses = line.bench.bus->accesses;
    line.now_us += 10 * (uint64_t)RETRY_US;
    service(&line);
    ck_assert_uint_eq(line.bench.bus->accesses, accesses);
    EXPECT_COUNTERS(&line.bench.nic, .driver_link_changes = 2);
    bench_close(&line.bench);
}
END_TEST

TEST_MAIN("driver link", test_link_of_every_partner_takes_the_best_mode,
          test_link_without_negotiation_takes_the_mode_that_is_set,
          test_half_duplex_is_not_offered_by_a_build_without_it,
          test_offer_that_is_right_already_is_not_negotiated_again,
          test_pause_with_every_partner_is_that_of_annex_28b,
          test_nothing_is_sent_while_the_link_is_down,
          test_link_that_goes_and_comes_back_slower_is_followed,
          test_flap_between_two_polls_is_two_changes,
          test_flap_that_was_served_too_late_is_two_changes,
          test_link_that_goes_while_the_partner_is_asked_stays_down,
          test_link_found_up_at_the_start_is_no_flap_when_it_is_polled,
          test_link_that_goes_before_the_first_poll_is_down_when_that_is_over,
          test_other_partner_before_the_first_poll_is_noticed,
          test_absent_phy_is_no_link_until_it_comes, test_steady_link_costs_the_driver_nothing,
          test_answer_at_any_access_is_taken, test_flap_at_any_access_ends_with_the_link_up,
          test_transfer_that_never_ends_is_a_fault, test_answer_that_is_not_there_yet_is_a_fault,
          test_stopped_driver_asks_no_more)
