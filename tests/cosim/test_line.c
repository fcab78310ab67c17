/* The driver on the cycle-accurate adapter, and what two ends of a line arrange between
 * them: pauses, half duplex, the link, and how often the host is told of frames. */
#include "bus_model.h"
#include "lan_nic.h"
#include "phy.h"
#include "test.h"

#include <string.h>

static const uint8_t MAC[LAN_MAC_SIZE] = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};

enum { FRAME_SIZE_MAX = 1514, NUMBER_AT = 20 };

struct bench {
    struct station *station;
    struct lan_bus bus;
    struct lan_nic nic;
    struct phy phy;
    struct wire_end end;
    uint32_t put, received; /* frames to the host: numbered */
    uint32_t sent, seen;    /* frames from it, likewise */
    uint32_t interrupts;
};

/* A frame that is known by its number. */
static void make_frame(uint8_t *frame, size_t size, uint32_t number)
{
    memcpy(frame, MAC, LAN_MAC_SIZE);
    for (size_t i = LAN_MAC_SIZE; i < size; i++)
        frame[i] = (uint8_t)(i * 31 + number);
    memcpy(frame + NUMBER_AT, &number, sizeof number);
}

static size_t largest; /* frame of this test */

static size_t size_of(uint32_t number)
{
    return 60 + number * 977u % (largest - 59);
}

static void expect_frame(const uint8_t *frame, size_t size, uint32_t number)
{
    uint8_t expected[FRAME_SIZE_MAX];
    ck_assert_uint_eq(size, size_of(number));
    make_frame(expected, size, number);
    ck_assert_msg(memcmp(frame, expected, size) == 0, "frame %u is another", number);
}

static void on_wire(void *context, const struct wire_frame *frame)
{
    struct bench *b = context;
    ck_assert(!frame->fcs_wrong && !frame->alignment_wrong);
    expect_frame(frame->bytes, frame->size - WIRE_FCS_SIZE, b->seen++);
}

static void bench_start(struct bench *b, const struct lan_nic_config *wanted)
{
    struct lan_nic_config config = *wanted;
    unsigned rate_mbps = config.fast ? 100 : 10;
    memset(b, 0, sizeof *b);
    largest = FRAME_SIZE_MAX;
    b->end = (struct wire_end){.context = b, .receive = on_wire};
    b->station = station_new(rate_mbps, &b->end);
    ck_assert_ptr_nonnull(b->station);
    phy_init(&b->phy, rate_mbps, config.full_duplex);
    nic_model_set_phy(station_model(b->station), phy_pins, &b->phy);
    if (config.full_duplex)
        line_set_full_duplex(station_line(b->station), config.pause);
    else
        line_set_half_duplex(station_line(b->station), test_seed(7));
    b->bus = bus_model_of(b->station);
    memcpy(config.mac, MAC, sizeof MAC);
    ck_assert_int_eq(lan_nic_start(&b->nic, &b->bus, &config, 0), LAN_NIC_OK);
}

/* Puts frames on the line as long as its far side takes them. */
static void flood(struct bench *b, uint32_t limit)
{
    uint8_t bytes[FRAME_SIZE_MAX + WIRE_FCS_SIZE];
    while (b->put < limit && station_line(b->station)->queue_count < STATION_QUEUE_COUNT) {
        size_t size = size_of(b->put);
        make_frame(bytes, size, b->put++);
        wire_fcs_append(bytes, size);
        struct wire_frame frame = {.bytes = bytes, .size = size + WIRE_FCS_SIZE};
        ck_assert(station_receive(b->station, &frame));
    }
}

static void send_up_to(struct bench *b, uint32_t limit)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    while (b->sent < limit) {
        make_frame(bytes, size_of(b->sent), b->sent);
        if (!lan_nic_send(&b->nic, bytes, size_of(b->sent)))
            return;
        b->sent++;
    }
}

static bool take_one(struct bench *b)
{
    uint8_t bytes[FRAME_SIZE_MAX];
    size_t size = lan_nic_receive(&b->nic, bytes, sizeof bytes);
    if (size > 0)
        expect_frame(bytes, size, b->received++);
    return size > 0;
}

static void service(struct bench *b)
{
    struct lan_adapter *adapter = &b->nic.adapter;
    adapter->functions->service(adapter, station_now_ps(b->station) / 1000000);
}

/* Up to so many cycles, or to an interrupt, which is counted; whether there was one. */
static bool run(struct bench *b, uint64_t cycles)
{
    unsigned why = station_run(b->station, station_cycle(b->station) + cycles, NIC_STOP_IRQ);
    b->interrupts += why == NIC_STOP_IRQ;
    return why == NIC_STOP_IRQ;
}

static uint64_t counter(struct bench *b, const char *wanted)
{
    uint64_t value;
    const char *name;
    lan_nic_count(&b->nic);
    for (unsigned i = 0; (name = lan_nic_counter(&b->nic, i, &value)) != NULL; i++)
        if (strcmp(name, wanted) == 0)
            return value;
    ck_abort_msg("no counter %s", wanted);
    return 0;
}

/* --- Interrupts --------------------------------------------------------------------------- */

/* Frames as fast as the line brings them, for a host that acts on interrupts alone. */
START_TEST(test_line_rate_costs_at_most_one_interrupt_for_eight_frames)
{
    enum { COUNT = 4000 };
    static struct bench b;
    const struct lan_nic_config config = {.fast = true, .full_duplex = true};
    bench_start(&b, &config);
    largest = 400;
    ck_assert(lan_nic_coalesce(&b.nic, 8, 320)); /* longer than 8 such frames take */
    for (unsigned rounds = 0; b.received < COUNT; rounds++) {
        ck_assert_uint_lt(rounds, COUNT);
        flood(&b, COUNT);
        if (!run(&b, 2000000))
            continue;
        service(&b);
        while (take_one(&b)) {
        }
    }
    printf("%u frames, %u interrupts\n", b.received, b.interrupts);
    ck_assert_uint_le(b.interrupts, COUNT / 8 + 1);
    ck_assert_uint_eq(counter(&b, "rx_ring_full"), 0);
    ck_assert_uint_eq(counter(&b, "rx_delivered"), COUNT);
    station_free(b.station);
}
END_TEST

START_TEST(test_frame_alone_is_told_of_within_the_time_that_was_set)
{
    static const uint32_t times_us[] = {0, 10, 50, 300};
    for (size_t i = 0; i < sizeof times_us / sizeof *times_us; i++) {
        static struct bench b;
        const struct lan_nic_config config = {.fast = true, .full_duplex = true};
        bench_start(&b, &config);
        ck_assert(lan_nic_coalesce(&b.nic, 8, times_us[i]));
        for (uint32_t n = 1; n <= 20; n++) {
            uint64_t start = station_cycle(b.station);
            flood(&b, n);
            ck_assert(run(&b, 1000000));
            uint64_t waited_ps = (station_cycle(b.station) - start) * NIC_CYCLE_PS -
                                 wire_duration_ps(size_of(n - 1) + WIRE_FCS_SIZE, 100);
            ck_assert_uint_le(waited_ps, (uint64_t)times_us[i] * 1000000 + 7000000);
            ck_assert_uint_ge(waited_ps + 6000000, (uint64_t)times_us[i] * 1000000);
            service(&b);
            ck_assert(take_one(&b));
            ck_assert(!take_one(&b));
            run(&b, 3000 + n * 100); /* other places within the adapter's units of time */
        }
        station_free(b.station);
    }
}
END_TEST

/* --- Pause ---------------------------------------------------------------------------------- */

/* A host that takes one frame each 0.3 ms, while the line brings 4 or 5 in that time. */
static uint64_t flood_slow_host(struct bench *b, bool pause, uint32_t count)
{
    const struct lan_nic_config config = {.fast = true, .full_duplex = true, .pause = pause};
    uint8_t bytes[FRAME_SIZE_MAX];
    uint64_t taken = 0;
    bench_start(b, &config);
    for (unsigned rounds = 0; rounds < count + 200; rounds++) {
        flood(b, count);
        station_run(b->station, station_cycle(b->station) + 15000, 0);
        service(b);
        if (pause)
            taken += take_one(b);
        else
            taken += lan_nic_receive(&b->nic, bytes, sizeof bytes) > 0;
    }
    return taken;
}

START_TEST(test_flood_of_a_slow_host_loses_nothing_with_pause)
{
    static struct bench b;
    ck_assert_uint_eq(flood_slow_host(&b, true, 600), 600);
    ck_assert_uint_eq(counter(&b, "rx_ring_full"), 0);
    ck_assert_uint_gt(counter(&b, "tx_pause"), 10);
    ck_assert_uint_eq(station_line(b.station)->paused, counter(&b, "tx_pause"));
    station_free(b.station);
}
END_TEST

START_TEST(test_flood_of_a_slow_host_loses_frames_without_pause)
{
    static struct bench b;
    ck_assert_uint_lt(flood_slow_host(&b, false, 600), 400);
    ck_assert_uint_gt(counter(&b, "rx_ring_full"), 200);
    ck_assert_uint_eq(counter(&b, "tx_pause"), 0);
    station_free(b.station);
}
END_TEST

START_TEST(test_peer_is_held_and_let_go_by_command)
{
    static struct bench b;
    const struct lan_nic_config config = {.fast = true, .full_duplex = true, .pause = true};
    bench_start(&b, &config);
    ck_assert(lan_nic_pause_peer(&b.nic, true));
    run(&b, 2000);
    flood(&b, 5);
    run(&b, 5000000); /* 0.1 s; the pause is 0.34 s long */
    ck_assert(!take_one(&b));
    ck_assert(lan_nic_pause_peer(&b.nic, false));
    while (b.received < 5) {
        ck_assert(run(&b, 100000));
        service(&b);
        while (take_one(&b)) {
        }
    }
    ck_assert_uint_eq(counter(&b, "tx_pause"), 2);
    station_free(b.station);
}
END_TEST

/* --- Half duplex ------------------------------------------------------------------------------ */

static void share_line(unsigned rate_mbps, uint32_t count)
{
    static struct bench b;
    const struct lan_nic_config config = {.fast = rate_mbps == 100};
    bench_start(&b, &config);
    for (unsigned rounds = 0; b.received < count || b.seen < count; rounds++) {
        ck_assert_uint_lt(rounds, 100 * count);
        flood(&b, count);
        send_up_to(&b, count);
        run(&b, 200000);
        service(&b);
        while (take_one(&b)) {
        }
    }
    uint64_t collisions = counter(&b, "tx_collisions");
    printf("%u Mb/s: %u frames each way, %lu collisions\n", rate_mbps, count,
           (unsigned long)collisions);
    ck_assert_uint_gt(collisions, count / 20);
    ck_assert_uint_eq(collisions, station_line(b.station)->collisions);
    ck_assert_uint_eq(counter(&b, "rx_fragments"), collisions);
    ck_assert_uint_eq(counter(&b, "tx_frames"), count);
    ck_assert_uint_eq(counter(&b, "rx_delivered"), count);
    ck_assert_uint_eq(counter(&b, "tx_late_collisions"), 0);
    ck_assert_uint_eq(counter(&b, "tx_excessive_collisions"), 0);
    ck_assert_uint_eq(station_line(b.station)->given_up, 0);
    ck_assert_uint_eq(counter(&b, "rx_fcs_errors") + counter(&b, "rx_alignment_errors"), 0);
    station_free(b.station);
}

START_TEST(test_shared_line_brings_every_frame_both_ways)
{
    share_line(100, 1500);
    share_line(10, 150);
}
END_TEST

/* --- The link -----------------------------------------------------------------------------------
 */

static void follow_interrupts(struct bench *b, uint64_t cycles)
{
    uint64_t end = station_cycle(b->station) + cycles;
    while (station_cycle(b->station) < end)
        if (run(b, end - station_cycle(b->station)))
            service(b);
}

START_TEST(test_link_that_goes_and_comes_is_seen_by_interrupts)
{
    enum { TWO_POLLS = 36000000 };
    static struct bench b;
    const struct lan_nic_config config = {
        .fast = true, .full_duplex = true, .follow_phy = true, .phy_address = PHY_ADDRESS};
    const struct lan_adapter_status *status = &b.nic.adapter.status;
    bench_start(&b, &config);
    follow_interrupts(&b, 50000); /* 1 ms: found up at once */
    ck_assert(status->link_up);
    follow_interrupts(&b, TWO_POLLS);
    ck_assert_uint_eq(status->link_changes, 1);
    uint64_t accesses = station_accesses(b.station);
    follow_interrupts(&b, 10 * (uint64_t)TWO_POLLS);
    ck_assert_uint_eq(station_accesses(b.station), accesses); /* a steady link costs nothing */

    phy_set_link(&b.phy, false);
    follow_interrupts(&b, TWO_POLLS);
    ck_assert(!status->link_up);
    b.phy.rate_mbps = 10;
    b.phy.full_duplex = false;
    phy_set_link(&b.phy, true);
    follow_interrupts(&b, TWO_POLLS);
    ck_assert(status->link_up && status->rate_mbps == 10 && !status->full_duplex);
    ck_assert_uint_eq(status->link_changes, 3);

    phy_set_link(&b.phy, false); /* shorter than the time between two polls */
    phy_set_link(&b.phy, true);
    follow_interrupts(&b, 2 * (uint64_t)TWO_POLLS);
    ck_assert(status->link_up);
    ck_assert_uint_eq(status->link_changes, 5);
    station_free(b.station);
}
END_TEST

TEST_MAIN("cosim: line", test_line_rate_costs_at_most_one_interrupt_for_eight_frames,
          test_frame_alone_is_told_of_within_the_time_that_was_set,
          test_flood_of_a_slow_host_loses_nothing_with_pause,
          test_flood_of_a_slow_host_loses_frames_without_pause,
          test_peer_is_held_and_let_go_by_command, test_shared_line_brings_every_frame_both_ways,
          test_link_that_goes_and_comes_is_seen_by_interrupts)
