/* Hosts on media that carry symbols: a cable, a bus, a repeater hub. Streams pass byte by
 * byte, stations collide and recover, and the same seed gives the same bits by every way of
 * passing the time. */
#include <string.h>

#include "node.h"
#include "segment.h"
#include "station.h"
#include "test.h"

enum { HOSTS_MAX = 8, PORT = 7, MEMORY_SIZE = 4096 };
#define SECOND_PS UINT64_C(1000000000000)

struct place {
    unsigned index;
    size_t size; /* bytes that it sends to host 0 and wants back */
    uint64_t start_us;
    bool done;
};

struct setting {
    enum segment_kind kind;
    unsigned rate_mbps, hosts, direct; /* `direct` of them, the last ones, have no adapter */
    size_t size;
    double bit_error_rate;
    bool steps; /* every cycle is run */
    uint64_t limit_ps;
};

struct outcome {
    struct segment_counters counters;
    uint64_t hash; /* of all adapters */
    uint64_t end_ps;
    unsigned done;
};

static uint8_t byte_at(unsigned index, size_t offset)
{
    return (uint8_t)(offset * 7 + (offset >> 8) + index * 31);
}

/* Gives back what each connection brings; one after the other. */
static void echo(struct node *node, void *context)
{
    struct lan_host *host = node_host(node);
    static uint8_t memory[MEMORY_SIZE];
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), peer;
    (void)context;
    ck_assert_int_eq(lan_bind(host, fd, &(struct lan_address){0, PORT}), 0);
    ck_assert_int_eq(lan_listen(host, fd, HOSTS_MAX), 0);
    while ((peer = lan_accept(host, fd, NULL)) >= 0) {
        long size;
        while ((size = lan_read(host, peer, memory, sizeof memory)) > 0)
            for (long at = 0; at < size;) {
                long put = lan_write(host, peer, memory + at, (size_t)(size - at));
                if (put < 0)
                    return;
                at += put;
            }
        lan_close(host, peer);
    }
}

/* Sends a block and reads it back, until all has come. */
static void ask(struct node *node, void *context)
{
    struct place *place = context;
    struct lan_host *host = node_host(node);
    uint8_t memory[MEMORY_SIZE];
    if (!node_sleep(node, place->start_us))
        return;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    if (lan_connect(host, fd, &(struct lan_address){LAN_IP4(10, 0, 0, 1), PORT}) < 0)
        return;
    for (size_t sent = 0; sent < place->size;) {
        size_t size = place->size - sent < MEMORY_SIZE ? place->size - sent : MEMORY_SIZE;
        for (size_t i = 0; i < size; i++)
            memory[i] = byte_at(place->index, sent + i);
        for (size_t at = 0; at < size;) {
            long put = lan_write(host, fd, memory + at, size - at);
            if (put < 0)
                return;
            at += (size_t)put;
        }
        for (size_t at = 0; at < size;) {
            long got = lan_read(host, fd, memory, size - at);
            if (got <= 0)
                return;
            for (long i = 0; i < got; i++)
                ck_assert_uint_eq(memory[i], byte_at(place->index, sent + at + (size_t)i));
            at += (size_t)got;
        }
        sent += size;
    }
    lan_close(host, fd);
    place->done = true;
}

static void run(const struct setting *setting, uint64_t seed, struct outcome *outcome)
{
    static const char *const names[HOSTS_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct node *nodes[HOSTS_MAX];
    struct place places[HOSTS_MAX];
    struct world *world = world_new(seed);
    struct segment *segment = segment_new(world, &(struct segment_config){
                                                     .kind = setting->kind,
                                                     .name = "segment",
                                                     .rate_mbps = setting->rate_mbps,
                                                     .bit_error_rate = setting->bit_error_rate,
                                                 });
    memset(outcome, 0, sizeof *outcome);
    for (unsigned i = 0; i < setting->hosts; i++) {
        places[i] = (struct place){.index = i, .size = setting->size, .start_us = 10000};
        struct node_config config = {
            .name = names[i],
            .rtl = i + setting->direct < setting->hosts,
            .adapter_count = 1,
            .adapters = {{.rate_mbps = setting->rate_mbps,
                          .half_duplex = setting->kind != SEGMENT_CABLE,
                          .mac = {2, 0, 0, 0, 0, (uint8_t)(1 + i)},
                          .address = LAN_IP4(10, 0, 0, 1 + i),
                          .prefix = 24}},
            .application = i == 0 ? echo : ask,
            .context = &places[i],
        };
        const char *error;
        nodes[i] = node_new(world, &config, &error);
        ck_assert_msg(nodes[i] != NULL, "%s", error);
        node_set_jumps(nodes[i], !setting->steps);
        ck_assert(node_join(nodes[i], 0, segment, i * 30));
    }
    uint64_t step_ps = SECOND_PS / 100;
    for (outcome->end_ps = step_ps; outcome->end_ps <= setting->limit_ps;
         outcome->end_ps += step_ps) {
        ck_assert(world_run(world, outcome->end_ps));
        for (unsigned i = outcome->done = 0; i < setting->hosts; i++)
            outcome->done += i > 0 && places[i].done;
        if (outcome->done == setting->hosts - 1)
            break;
    }
    outcome->counters = *segment_counters(segment);
    for (unsigned i = 0; i < setting->hosts; i++) {
        struct station *station = node_station(nodes[i], 0);
        outcome->hash = outcome->hash * 31 + (station ? station_hash(station) : 0);
        node_free(nodes[i]);
    }
    segment_free(segment);
    world_free(world);
}

static void expect_done(const struct setting *setting, uint64_t seed, struct outcome *outcome)
{
    run(setting, seed, outcome);
    ck_assert_msg(outcome->done == setting->hosts - 1, "%u of %u streams came back (seed %llu)",
                  outcome->done, setting->hosts - 1, (unsigned long long)seed);
}

static const struct setting cable = {
    .kind = SEGMENT_CABLE, .rate_mbps = 100, .hosts = 2, .size = 60000, .limit_ps = 2 * SECOND_PS};
static const struct setting hub = {
    .kind = SEGMENT_HUB, .rate_mbps = 100, .hosts = 5, .size = 20000, .limit_ps = 5 * SECOND_PS};
static const struct setting bus = {
    .kind = SEGMENT_BUS, .rate_mbps = 10, .hosts = 3, .size = 12000, .limit_ps = 5 * SECOND_PS};

START_TEST(test_two_adapters_on_a_cable_pass_a_stream_in_full_duplex)
{
    struct outcome outcome;
    expect_done(&cable, 1, &outcome);
    ck_assert_uint_eq(outcome.counters.collisions, 0);
}
END_TEST

START_TEST(test_five_adapters_on_a_hub_collide_and_all_streams_come_back)
{
    struct outcome outcome;
    expect_done(&hub, 1, &outcome);
    ck_assert_uint_gt(outcome.counters.collisions, 0);
}
END_TEST

START_TEST(test_three_adapters_on_a_bus_at_10_collide_and_all_streams_come_back)
{
    struct outcome outcome;
    expect_done(&bus, 1, &outcome);
    ck_assert_uint_gt(outcome.counters.collisions, 0);
}
END_TEST

START_TEST(test_stations_of_software_share_a_hub_with_adapters)
{
    struct setting setting = hub;
    struct outcome outcome;
    setting.direct = 2;
    expect_done(&setting, 1, &outcome);
    ck_assert_uint_gt(outcome.counters.collisions, 0);
    setting.kind = SEGMENT_CABLE;
    setting.hosts = 2;
    setting.direct = 1;
    expect_done(&setting, 1, &outcome);
}
END_TEST

START_TEST(test_a_cable_with_bit_errors_loses_frames_and_no_byte_of_a_stream)
{
    struct setting setting = cable;
    struct outcome outcome;
    setting.bit_error_rate = 1e-5;
    setting.limit_ps = 20 * SECOND_PS;
    expect_done(&setting, 1, &outcome);
    ck_assert_uint_gt(outcome.counters.bit_errors, 3);
}
END_TEST

/* The same again, with jumps or without, and another with another seed. */
static void expect_repeated(const struct setting *setting)
{
    struct setting stepping = *setting;
    struct outcome first, again, stepped, other;
    stepping.steps = true;
    run(setting, 1, &first);
    run(setting, 1, &again);
    run(&stepping, 1, &stepped);
    run(setting, 2, &other);
    ck_assert_uint_eq(first.hash, again.hash);
    ck_assert_uint_eq(first.hash, stepped.hash);
    ck_assert_mem_eq(&first.counters, &again.counters, sizeof first.counters);
    ck_assert_mem_eq(&first.counters, &stepped.counters, sizeof first.counters);
    ck_assert_uint_ne(first.hash, other.hash);
}

START_TEST(test_the_same_seed_gives_the_same_bits_with_jumps_and_without)
{
    struct setting small_hub = hub, small_bus = bus, small_cable = cable;
    small_hub.hosts = 4;
    small_hub.direct = 1;
    small_hub.size = 5000;
    small_bus.size = 3000;
    small_cable.size = 20000;
    small_cable.bit_error_rate = 1e-5;
    small_hub.limit_ps = small_bus.limit_ps = small_cable.limit_ps = SECOND_PS / 25;
    expect_repeated(&small_hub);
    expect_repeated(&small_bus);
    expect_repeated(&small_cable);
}
END_TEST

TEST_MAIN("segment", test_two_adapters_on_a_cable_pass_a_stream_in_full_duplex,
          test_five_adapters_on_a_hub_collide_and_all_streams_come_back,
          test_three_adapters_on_a_bus_at_10_collide_and_all_streams_come_back,
          test_stations_of_software_share_a_hub_with_adapters,
          test_a_cable_with_bit_errors_loses_frames_and_no_byte_of_a_stream,
          test_the_same_seed_gives_the_same_bits_with_jumps_and_without)
