/* The driver on the cycle-accurate adapter: frames both ways, byte for byte, and
 * at line rate with the least gap. The line's other end is this test. */
#include "bus_model.h"
#include "lan_nic.h"
#include "test.h"

#include <string.h>

static const uint8_t MAC[LAN_MAC_SIZE] = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};

enum { QUEUE = 64 }; /* frames that the test remembers in each direction */

struct seen {
    uint8_t bytes[1600];
    size_t size;
};

struct bench {
    struct station *station;
    struct lan_bus bus;
    struct lan_nic nic;
    struct wire_end end;
    uint64_t random;
    /* What has been handed over and not yet come out at the other side. */
    struct seen to_wire[QUEUE], to_host[QUEUE];
    unsigned wire_first, wire_count, host_first, host_count;
    uint64_t sent, received, last_end_ps, least_gap_ps, most_gap_ps;
};

static uint64_t next_random(struct bench *b)
{
    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    return b->random;
}

/* A random frame to this station that is no VLAN frame by chance. */
static void make_frame(struct bench *b, struct seen *frame, size_t size)
{
    frame->size = size;
    for (size_t i = 0; i < size; i++)
        frame->bytes[i] = (uint8_t)(next_random(b) >> 24);
    memcpy(frame->bytes, MAC, LAN_MAC_SIZE);
    frame->bytes[12] = 0x08;
}

/* The adapter's frame on the wire: is it the next that was sent? */
static void on_wire(void *context, const struct wire_frame *frame)
{
    struct bench *b = context;
    ck_assert_uint_gt(b->wire_count, 0);
    struct seen *expected = &b->to_wire[b->wire_first++ % QUEUE];
    b->wire_count--;
    size_t size = expected->size < 60 ? 60 : expected->size;
    memset(expected->bytes + expected->size, 0, size - expected->size);
    ck_assert_uint_eq(frame->size, size + WIRE_FCS_SIZE);
    ck_assert(!frame->fcs_wrong && !frame->alignment_wrong);
    ck_assert_mem_eq(frame->bytes, expected->bytes, size);
    if (b->sent > 0) {
        uint64_t gap = frame->start_ps - b->last_end_ps;
        b->least_gap_ps = gap < b->least_gap_ps ? gap : b->least_gap_ps;
        b->most_gap_ps = gap > b->most_gap_ps ? gap : b->most_gap_ps;
    }
    b->last_end_ps = frame->end_ps;
    b->sent++;
}

static void bench_start(struct bench *b, unsigned rate_mbps)
{
    memset(b, 0, sizeof *b);
    b->random = test_seed(88172645463325252ULL);
    b->least_gap_ps = UINT64_MAX;
    b->end = (struct wire_end){.context = b, .receive = on_wire};
    b->station = station_new(rate_mbps, &b->end);
    ck_assert_ptr_nonnull(b->station);
    b->bus = bus_model_of(b->station);
    struct lan_nic_config config = {.fast = rate_mbps == 100, .full_duplex = true};
    memcpy(config.mac, MAC, sizeof MAC);
    ck_assert_int_eq(lan_nic_start(&b->nic, &b->bus, &config, 0), LAN_NIC_OK);
}

static bool send(struct bench *b, size_t size)
{
    struct seen *frame = &b->to_wire[(b->wire_first + b->wire_count) % QUEUE];
    make_frame(b, frame, size);
    b->wire_count++; /* before: a short one may leave while it is handed over */
    if (lan_nic_send(&b->nic, frame->bytes, size))
        return true;
    b->wire_count--;
    return false;
}

static bool arrive(struct bench *b, size_t size)
{
    struct seen *frame = &b->to_host[(b->host_first + b->host_count) % QUEUE];
    make_frame(b, frame, size);
    wire_fcs_append(frame->bytes, size);
    struct wire_frame on_the_wire = {.bytes = frame->bytes, .size = size + WIRE_FCS_SIZE};
    if (!station_receive(b->station, &on_the_wire))
        return false;
    b->host_count++;
    return true;
}

/* Takes what the driver has; each must be the next that arrived. */
static void take_all(struct bench *b)
{
    struct lan_adapter *adapter = &b->nic.adapter;
    const uint8_t *bytes;
    size_t size;
    while ((bytes = adapter->functions->receive_begin(adapter, &size)) != NULL) {
        ck_assert_uint_gt(b->host_count, 0);
        struct seen *expected = &b->to_host[b->host_first++ % QUEUE];
        b->host_count--;
        ck_assert_uint_eq(size, expected->size);
        ck_assert_mem_eq(bytes, expected->bytes, size);
        adapter->functions->receive_end(adapter);
        b->received++;
    }
}

static void service(struct bench *b)
{
    b->nic.adapter.functions->service(&b->nic.adapter, station_now_ps(b->station) / 1000000);
    take_all(b);
}

static void until_quiet(struct bench *b)
{
    for (int i = 0; i < 100 && (b->wire_count || b->host_count); i++) {
        station_run(b->station, station_cycle(b->station) + 200000, NIC_STOP_IRQ);
        service(b);
    }
    ck_assert_uint_eq(b->wire_count, 0);
    ck_assert_uint_eq(b->host_count, 0);
}

/* Every counter of the adapter and the driver: those named, and all others 0. */
static void check_counters(struct bench *b, uint64_t tx_octets, uint64_t rx_octets)
{
    lan_nic_count(&b->nic);
    uint64_t value;
    const char *name;
    for (unsigned i = 0; (name = lan_nic_counter(&b->nic, i, &value)) != NULL; i++) {
        uint64_t expected = strcmp(name, "tx_frames") == 0             ? b->sent
                            : strcmp(name, "tx_octets") == 0           ? tx_octets
                            : strcmp(name, "rx_delivered") == 0        ? b->received
                            : strcmp(name, "rx_octets") == 0           ? rx_octets
                            : strcmp(name, "driver_link_changes") == 0 ? 1 /* up, at the start */
                                                                       : 0;
        if (strcmp(name, "driver_no_room") == 0)
            continue; /* how often the test came too early */
        ck_assert_msg(value == expected, "%s is %lu, not %lu", name, (unsigned long)value,
                      (unsigned long)expected);
    }
    station_free(b->station);
}

START_TEST(test_frame_of_every_length_passes_both_ways_byte_for_byte)
{
    static struct bench b;
    bench_start(&b, 100);
    uint64_t tx_octets = 0, rx_octets = 0;
    for (size_t size = 14; size <= LAN_FRAME_SIZE_MAX; size++) {
        ck_assert(send(&b, size));
        tx_octets += (size < 60 ? 60 : size) + WIRE_FCS_SIZE;
        if (size >= 60) {
            ck_assert(arrive(&b, size));
            rx_octets += size + WIRE_FCS_SIZE;
        }
        until_quiet(&b);
    }
    ck_assert_uint_eq(b.sent, LAN_FRAME_SIZE_MAX - 14 + 1);
    ck_assert_uint_eq(b.received, LAN_FRAME_SIZE_MAX - 60 + 1);
    check_counters(&b, tx_octets, rx_octets);
}
END_TEST

START_TEST(test_frames_pass_both_ways_at_10)
{
    static struct bench b;
    bench_start(&b, 10);
    uint64_t tx_octets = 0, rx_octets = 0;
    for (size_t size = 60; size <= LAN_FRAME_SIZE_MAX; size += 727) {
        ck_assert(send(&b, size));
        ck_assert(arrive(&b, size));
        tx_octets += size + WIRE_FCS_SIZE;
        rx_octets += size + WIRE_FCS_SIZE;
        until_quiet(&b);
    }
    check_counters(&b, tx_octets, rx_octets);
}
END_TEST

/* `count` frames each way, handed over as fast as they are taken. */
static void line_rate(struct bench *b, unsigned count, bool random_sizes)
{
    bench_start(b, 100);
    uint64_t tx_octets = 0, rx_octets = 0, wire_bytes = 0;
    unsigned to_send = count, to_arrive = count;
    size_t tx_size = 60, rx_size = 60;
    uint64_t start = station_cycle(b->station);
    while (to_send || to_arrive || b->wire_count || b->host_count) {
        while (to_arrive && b->host_count < QUEUE - 1 && arrive(b, rx_size)) {
            to_arrive--;
            rx_octets += rx_size + WIRE_FCS_SIZE;
            rx_size = random_sizes ? 60 + next_random(b) % (LAN_FRAME_SIZE_MAX - 59) : 60;
        }
        while (to_send && b->wire_count < QUEUE - 1 && send(b, tx_size)) {
            to_send--;
            tx_octets += tx_size + WIRE_FCS_SIZE;
            wire_bytes += tx_size + WIRE_FCS_SIZE + WIRE_PREAMBLE_SIZE + WIRE_GAP_SIZE;
            tx_size = random_sizes ? 60 + next_random(b) % (LAN_FRAME_SIZE_MAX - 59) : 60;
            take_all(b);
        }
        station_run(b->station, station_cycle(b->station) + 20000, NIC_STOP_IRQ);
        service(b);
    }
    /* Never a cycle more than 96 bit times of silence, to the last frame. */
    ck_assert_uint_eq(b->least_gap_ps, 960000);
    ck_assert_msg(b->most_gap_ps == 960000, "a gap of %lu ps", (unsigned long)b->most_gap_ps);
    uint64_t cycles = station_cycle(b->station) - start;
    ck_assert_uint_lt(cycles, wire_bytes * 4 + 20000 + cycles / 100);
    ck_assert_uint_eq(b->sent, count);
    ck_assert_uint_eq(b->received, count);
    check_counters(b, tx_octets, rx_octets);
}

START_TEST(test_10000_random_frames_both_ways_at_line_rate_lose_nothing)
{
    static struct bench b;
    line_rate(&b, 10000, true);
}
END_TEST

START_TEST(test_148809_small_frames_a_second_both_ways_lose_nothing)
{
    static struct bench b;
    line_rate(&b, 20000, false);
}
END_TEST

TEST_MAIN("cosim: frames", test_frame_of_every_length_passes_both_ways_byte_for_byte,
          test_frames_pass_both_ways_at_10,
          test_10000_random_frames_both_ways_at_line_rate_lose_nothing,
          test_148809_small_frames_a_second_both_ways_lose_nothing)
