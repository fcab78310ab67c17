/* Two whole hosts in simulated time: UDP and TCP between them over each kind of
 * adapter, and the same bits by every way of passing the time. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#include <string.h>
#include <unistd.h>

#include "network.h"
#include "pcapng.h"
#include "station.h"
#include "test.h"

enum { SECOND_US = 1000000, DATAGRAMS = 20, STREAM_SIZE = 300000 };
#define SECOND_PS UINT64_C(1000000000000)

static uint8_t byte_at(size_t offset)
{
    return (uint8_t)(offset * 7 + (offset >> 8));
}

/* --- UDP: each datagram comes back ------------------------------------------------------ */

static void echo_datagrams(struct node *node, void *context)
{
    struct lan_host *host = node_host(node);
    struct lan_address address = {0, NETWORK_PORT}, peer;
    uint8_t memory[1472];
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    (void)context;
    ck_assert_int_eq(lan_bind(host, fd, &address), 0);
    for (;;) {
        long size = lan_recvfrom(host, fd, memory, sizeof memory, 0, &peer);
        if (size < 0)
            return;
        ck_assert_int_eq(lan_sendto(host, fd, memory, (size_t)size, 0, &peer), size);
    }
}

struct asked {
    unsigned answered;
    uint64_t round_trip_ps;
};

static void ask_datagrams(struct node *node, void *context)
{
    struct asked *asked = context;
    struct lan_host *host = node_host(node);
    struct lan_address peer = {NETWORK_ADDRESS(1), NETWORK_PORT};
    uint8_t sent[1472], received[1472];
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 1000);
    for (size_t i = 0; i < DATAGRAMS; i++) {
        size_t size = 1 + i * 77;
        for (size_t at = 0; at < size; at++)
            sent[at] = byte_at(at + i);
        uint64_t start_ps = node_now_ps(node);
        ck_assert_int_eq(lan_sendto(host, fd, sent, size, 0, &peer), (long)size);
        ck_assert_int_eq(lan_recvfrom(host, fd, received, sizeof received, 0, NULL), (long)size);
        ck_assert_mem_eq(received, sent, size);
        asked->round_trip_ps = node_now_ps(node) - start_ps;
        asked->answered++;
        node_sleep(node, node_now_ps(node) / 1000000 + 5000);
    }
    lan_close(host, fd);
}

static void run_datagrams(bool first_rtl, bool second_rtl, bool jumps, uint64_t hash[2])
{
    struct network network;
    struct asked asked = {0, 0};
    network_begin(&network, 1, (bool[]){first_rtl, second_rtl},
                  (node_application *const[]){ask_datagrams, echo_datagrams},
                  (void *const[]){&asked, NULL});
    for (unsigned i = 0; i < 2; i++)
        node_set_jumps(network.nodes[i], jumps);
    ck_assert(world_run(network.world, SECOND_PS / 5));
    ck_assert(node_has_ended(network.nodes[0]));
    ck_assert_uint_eq(asked.answered, DATAGRAMS);
    for (unsigned i = 0; i < 2; i++) {
        struct station *station = node_station(network.nodes[i], 0);
        if (station && hash)
            hash[i] = station_hash(station);
        ck_assert_uint_eq(network_counter(network.nodes[i], "rx_delivered"),
                          network_counter(network.nodes[!i], "tx_frames"));
    }
    network_end(&network);
}

START_TEST(test_datagrams_between_direct_hosts_come_back)
{
    run_datagrams(false, false, true, NULL);
}
END_TEST

START_TEST(test_datagrams_between_an_adapter_and_a_direct_host_come_back)
{
    run_datagrams(true, false, true, NULL);
    run_datagrams(false, true, true, NULL);
}
END_TEST

START_TEST(test_two_adapters_do_the_same_with_jumps_and_without)
{
    uint64_t jumping[2], again[2], stepping[2];
    run_datagrams(true, true, true, jumping);
    run_datagrams(true, true, true, again);
    run_datagrams(true, true, false, stepping);
    ck_assert_mem_eq(jumping, again, sizeof jumping);
    ck_assert_mem_eq(jumping, stepping, sizeof jumping);
    ck_assert_uint_ne(jumping[0], jumping[1]);
}
END_TEST

/* --- TCP: a stream each way at once ---------------------------------------------------- */

static void exchange(struct lan_host *host, int fd)
{
    static uint8_t memory[8192];
    size_t sent = 0, received = 0;
    while (sent < STREAM_SIZE || received < STREAM_SIZE) {
        struct lan_pollfd entry = {.fd = fd,
                                   .events = (short)((sent < STREAM_SIZE ? LAN_POLLOUT : 0) |
                                                     (received < STREAM_SIZE ? LAN_POLLIN : 0))};
        ck_assert_int_eq(lan_poll(host, &entry, 1, 5000), 1);
        if (entry.revents & LAN_POLLIN) {
            long size = lan_read(host, fd, memory, sizeof memory);
            ck_assert_int_gt(size, 0);
            for (long i = 0; i < size; i++)
                ck_assert_uint_eq(memory[i], byte_at(received + (size_t)i));
            received += (size_t)size;
        }
        if (entry.revents & LAN_POLLOUT) {
            size_t size = STREAM_SIZE - sent < sizeof memory ? STREAM_SIZE - sent : sizeof memory;
            for (size_t i = 0; i < size; i++)
                memory[i] = byte_at(sent + i);
            long written = lan_write(host, fd, memory, size);
            ck_assert_int_gt(written, 0);
            sent += (size_t)written;
        }
    }
    lan_close(host, fd);
}

static void listen_once(struct node *node, void *context)
{
    struct lan_host *host = node_host(node);
    struct lan_address address = {0, NETWORK_PORT};
    int listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    (void)context;
    ck_assert_int_eq(lan_bind(host, listener, &address), 0);
    ck_assert_int_eq(lan_listen(host, listener, 1), 0);
    int fd = lan_accept(host, listener, NULL);
    ck_assert_int_ge(fd, 0);
    lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
    exchange(host, fd);
}

static void connect_once(struct node *node, void *context)
{
    struct lan_host *host = node_host(node);
    struct lan_address peer = {NETWORK_ADDRESS(1), NETWORK_PORT};
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    (void)context;
    node_sleep(node, 10000);
    ck_assert_int_eq(lan_connect(host, fd, &peer), 0);
    lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
    exchange(host, fd);
}

static void run_streams(bool first_rtl, bool second_rtl)
{
    struct network network;
    network_begin(&network, 2, (bool[]){first_rtl, second_rtl},
                  (node_application *const[]){connect_once, listen_once},
                  (void *const[]){NULL, NULL});
    ck_assert(world_run(network.world, SECOND_PS));
    ck_assert(node_has_ended(network.nodes[0]) && node_has_ended(network.nodes[1]));
    network_end(&network);
}

START_TEST(test_streams_between_direct_hosts_are_exact)
{
    run_streams(false, false);
}
END_TEST

START_TEST(test_streams_between_two_adapters_are_exact)
{
    run_streams(true, true);
}
END_TEST

START_TEST(test_streams_between_an_adapter_and_a_direct_host_are_exact)
{
    run_streams(true, false);
}
END_TEST

/* --- Repeating -------------------------------------------------------------------------------- */

static void capture(void *context, unsigned side, const struct wire_frame *frame)
{
    pcapng_write(context, side, PCAPNG_OUTBOUND, frame, NULL);
}

/* The whole capture of a transfer, in memory of the caller; its size. */
static size_t capture_of(uint64_t seed, uint8_t *memory, size_t room)
{
    char path[] = "/tmp/lantern-node-XXXXXX";
    struct network network;
    close(mkstemp(path));
    struct pcapng *file = pcapng_open(path, "test");
    pcapng_add_interface(file, "one", 100);
    pcapng_add_interface(file, "two", 100);
    network_begin(&network, seed, (bool[]){true, false},
                  (node_application *const[]){connect_once, listen_once},
                  (void *const[]){NULL, NULL});
    wire_add_watcher(network.wire, capture, file);
    ck_assert(world_run(network.world, SECOND_PS));
    network_end(&network);
    ck_assert_int_eq(pcapng_close(file), 0);
    FILE *written = fopen(path, "rb");
    size_t size = fread(memory, 1, room, written);
    fclose(written);
    unlink(path);
    ck_assert_uint_gt(size, 2 * STREAM_SIZE);
    ck_assert_uint_lt(size, room);
    return size;
}

START_TEST(test_same_seed_gives_the_same_capture_and_another_does_not)
{
    enum { ROOM = 4 * STREAM_SIZE };
    static uint8_t first[ROOM], again[ROOM], other[ROOM];
    size_t size = capture_of(9, first, ROOM);
    ck_assert_uint_eq(capture_of(9, again, ROOM), size);
    ck_assert_mem_eq(first, again, size);
    size_t other_size = capture_of(10, other, ROOM);
    ck_assert(other_size != size || memcmp(first, other, size) != 0);
}
END_TEST

/* --- Waiting --------------------------------------------------------------------------------- */

static void wait_for_ever(struct node *node, void *context)
{
    struct lan_address address = {0, NETWORK_PORT};
    struct lan_host *host = node_host(node);
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    uint8_t byte;
    lan_bind(host, fd, &address);
    *(long *)context = lan_recvfrom(host, fd, &byte, 1, 0, NULL);
}

START_TEST(test_stopped_node_breaks_off_a_blocking_call)
{
    struct network network;
    long results[2] = {0, 0};
    network_begin(&network, 3, (bool[]){true, false},
                  (node_application *const[]){wait_for_ever, wait_for_ever},
                  (void *const[]){&results[0], &results[1]});
    ck_assert(world_run(network.world, SECOND_PS / 10));
    ck_assert(!node_has_ended(network.nodes[0]));
    node_stop(network.nodes[0]);
    node_stop(network.nodes[1]);
    ck_assert(world_run(network.world, SECOND_PS / 5));
    ck_assert_int_eq(results[0], -LAN_EINTR);
    ck_assert_int_eq(results[1], -LAN_EINTR);
    network_end(&network);
}
END_TEST

struct sleeper {
    struct node *node;
    bool called;
    uint64_t woken_ps, again_ps;
};

static void sleep_until_called(struct node *node, void *context)
{
    struct sleeper *sleeper = context;
    uint64_t due_us;
    while (!sleeper->called && node_wait(node, LAN_NEVER, &due_us))
        ; /* the adapter wakes it, too */
    sleeper->woken_ps = node_now_ps(node);
    node_wake(node); /* what comes before the wait is not lost */
    node_wait(node, LAN_NEVER, &due_us);
    sleeper->again_ps = node_now_ps(node);
}

static void call(void *context, uint64_t now_ps)
{
    struct sleeper *sleeper = context;
    (void)now_ps;
    sleeper->called = true;
    node_wake(sleeper->node);
}

START_TEST(test_woken_node_ends_its_wait_at_once)
{
    enum { MICROSECOND_PS = 1000000 };
    struct network network;
    struct sleeper sleepers[2] = {0};
    network_begin(&network, 5, (bool[]){true, false},
                  (node_application *const[]){sleep_until_called, sleep_until_called},
                  (void *const[]){&sleepers[0], &sleepers[1]});
    for (unsigned i = 0; i < 2; i++) {
        sleepers[i].node = network.nodes[i];
        world_at(network.world, SECOND_PS / 100, call, &sleepers[i]);
    }
    ck_assert(world_run(network.world, SECOND_PS / 10));
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(node_has_ended(network.nodes[i]));
        ck_assert_uint_ge(sleepers[i].woken_ps, SECOND_PS / 100);
        ck_assert_uint_lt(sleepers[i].woken_ps, SECOND_PS / 100 + 10 * MICROSECOND_PS);
        ck_assert_uint_lt(sleepers[i].again_ps, sleepers[i].woken_ps + 10 * MICROSECOND_PS);
    }
    network_end(&network);
}
END_TEST

START_TEST(test_minute_of_silence_costs_almost_no_cycles)
{
    struct network network;
    long results[2] = {0, 0};
    network_begin(&network, 4, (bool[]){true, true},
                  (node_application *const[]){wait_for_ever, wait_for_ever},
                  (void *const[]){&results[0], &results[1]});
    ck_assert(world_run(network.world, 60 * SECOND_PS));
    const struct station_counters *counters = station_counters(node_station(network.nodes[0], 0));
    ck_assert_uint_lt(counters->cycles_run, 60 * 3 * 1400); /* the PHY, three times a second */
    ck_assert_uint_gt(counters->cycles_jumped, 59 * UINT64_C(50000000));
    network_end(&network);
}
END_TEST

TEST_MAIN("node", test_datagrams_between_direct_hosts_come_back,
          test_datagrams_between_an_adapter_and_a_direct_host_come_back,
          test_two_adapters_do_the_same_with_jumps_and_without,
          test_streams_between_direct_hosts_are_exact, test_streams_between_two_adapters_are_exact,
          test_streams_between_an_adapter_and_a_direct_host_are_exact,
          test_same_seed_gives_the_same_capture_and_another_does_not,
          test_stopped_node_breaks_off_a_blocking_call, test_woken_node_ends_its_wait_at_once,
          test_minute_of_silence_costs_almost_no_cycles)
