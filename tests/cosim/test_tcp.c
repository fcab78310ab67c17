/* Application to wire: our sockets, TCP, IP, driver and the cycle-accurate adapter
 * against lwIP, over 100 Mb/s and a cable of 0.1 ms, in simulated time.
 *
 * What the wire can carry: 1460 bytes of payload in every 1538 byte times, that is
 * 94.93 Mb/s. */
#include "lwip_peer.h"
#include "node.h"
#include "test.h"
#include "wire.h"

#include <string.h>

enum { PORT = 7000, RATE_MBPS = 100, DELAY_PS = 100000000, CHUNK = 16384 };
static const uint8_t OUR_MAC[6] = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};
static const uint8_t PEER_MAC[6] = {0x02, 0x6C, 0x77, 0x49, 0x50, 0x01};
#define OUR_ADDRESS  LAN_IP4(10, 0, 0, 1)
#define PEER_ADDRESS LAN_IP4(10, 0, 0, 2)

struct trip {
    struct world *world;
    struct wire *wire;
    struct wire_port *port; /* lwIP's way onto the wire */
    struct wire_end peer_end;
    struct node *node;
    struct lwip_peer_stream peer;
    uint64_t to_send, sent, received, wrong;
    uint64_t first_us, last_sent_us, last_received_us;
    long result;
    bool done;
};

static void transmit(void *context, const uint8_t *frame, size_t size)
{
    struct trip *t = context;
    ck_assert(wire_port_send(t->port, frame, size, world_now(t->world)));
}

static void peer_receive(void *context, const struct wire_frame *frame)
{
    struct trip *t = context;
    (void)t;
    ck_assert(!frame->fcs_wrong);
    lwip_peer_receive(frame->bytes, frame->size - WIRE_FCS_SIZE);
}

/* lwIP's clock has milliseconds. */
static void peer_tick(void *context, uint64_t now_ps)
{
    struct trip *t = context;
    lwip_peer_step(now_ps / 1000000000);
    world_at(t->world, now_ps + 1000000000, peer_tick, t);
}

static uint64_t now_us(struct trip *t)
{
    return node_now_ps(t->node) / 1000000;
}

/* Sends and takes in at once, in one loop, as an application with poll does. */
static void exchange(struct trip *t, int fd)
{
    struct lan_host *host = node_host(t->node);
    static uint8_t out[CHUNK], in[CHUNK];
    bool ended = false;
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1), 0);
    t->first_us = now_us(t);
    if (t->to_send == 0)
        lan_shutdown(host, fd, LAN_SHUT_WR);
    while (!ended || t->sent < t->to_send) {
        struct lan_pollfd poll = {.fd = fd, .events = LAN_POLLIN};
        if (t->sent < t->to_send)
            poll.events |= LAN_POLLOUT;
        if (lan_poll(host, &poll, 1, -1) < 0)
            break;
        if (poll.revents & LAN_POLLOUT && t->sent < t->to_send) {
            size_t size = t->to_send - t->sent < CHUNK ? (size_t)(t->to_send - t->sent) : CHUNK;
            for (size_t i = 0; i < size; i++)
                out[i] = lwip_peer_byte(t->sent + i);
            long count = lan_write(host, fd, out, size);
            t->sent += count > 0 ? (uint64_t)count : 0;
            if (t->sent == t->to_send)
                lan_shutdown(host, fd, LAN_SHUT_WR);
        }
        if (poll.revents & (LAN_POLLIN | LAN_POLLHUP | LAN_POLLERR) && !ended) {
            long count = lan_read(host, fd, in, sizeof in);
            for (long i = 0; i < count; i++)
                t->wrong += in[i] != lwip_peer_byte(t->received + (uint64_t)i);
            if (count > 0) {
                t->received += (uint64_t)count;
                t->last_received_us = now_us(t);
            } else if (count == 0)
                ended = true;
            else if (count != -LAN_EAGAIN) {
                t->result = count;
                break;
            }
        }
    }
    lan_close(host, fd);
    t->done = true;
}

static void connect_application(struct node *node, void *context)
{
    struct trip *t = context;
    struct lan_host *host = node_host(node);
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    struct lan_address peer = {.ip = PEER_ADDRESS, .port = PORT};
    t->result = lan_connect(host, fd, &peer);
    if (t->result == 0)
        exchange(t, fd);
}

static void accept_application(struct node *node, void *context)
{
    struct trip *t = context;
    struct lan_host *host = node_host(node);
    int listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    struct lan_address local = {.port = PORT};
    ck_assert_int_eq(lan_bind(host, listener, &local), 0);
    ck_assert_int_eq(lan_listen(host, listener, 4), 0);
    int fd = lan_accept(host, listener, NULL);
    ck_assert_int_ge(fd, 0);
    exchange(t, fd);
}

static void trip_start_on(struct trip *t, bool rtl, bool half_duplex, node_application *application,
                          uint64_t to_send, uint64_t to_receive)
{
    memset(t, 0, sizeof *t);
    t->to_send = to_send;
    t->peer.to_send = to_receive;
    t->world = world_new(test_seed(1));
    t->wire = wire_new(t->world, DELAY_PS);
    const char *error = NULL;
    struct node_config config = {
        .name = "host",
        .rtl = rtl,
        .adapter_count = 1,
        .adapters = {{
            .rate_mbps = RATE_MBPS,
            .half_duplex = half_duplex,
            .fixed_line = true,
            .address = OUR_ADDRESS,
            .prefix = 24,
        }},
        .application = application,
        .context = t,
    };
    memcpy(config.adapters[0].mac, OUR_MAC, sizeof OUR_MAC);
    t->node = node_new(t->world, &config, &error);
    ck_assert_msg(t->node != NULL, "%s", error);
    node_connect(t->node, 0, wire_entry(t->wire, 0));
    wire_connect(t->wire, 0, node_end(t->node, 0));
    t->port = wire_port_new(t->world, RATE_MBPS, 256, wire_entry(t->wire, 1));
    t->peer_end = (struct wire_end){.context = t, .receive = peer_receive};
    wire_connect(t->wire, 1, &t->peer_end);
    lwip_peer_start(PEER_ADDRESS, 24, PEER_MAC, transmit, t);
    world_at(t->world, 0, peer_tick, t);
}

static void trip_start(struct trip *t, bool rtl, node_application *application, uint64_t to_send,
                       uint64_t to_receive)
{
    trip_start_on(t, rtl, false, application, to_send, to_receive);
}

static void trip_run(struct trip *t, uint64_t limit_ms)
{
    for (uint64_t ms = 1; ms <= limit_ms && !(t->done && t->peer.control_block == NULL); ms++)
        world_run(t->world, ms * 1000000000);
    ck_assert_msg(t->done, "not done after %lu ms: sent %lu, received %lu, result %ld",
                  (unsigned long)limit_ms, (unsigned long)t->sent, (unsigned long)t->received,
                  t->result);
}

static uint64_t counter(struct trip *t, const char *wanted)
{
    const char *name;
    uint64_t value;
    for (unsigned i = 0; (name = lan_host_counter(node_host(t->node), i, &value)) != NULL; i++)
        if (strcmp(name, wanted) == 0)
            return value;
    ck_abort_msg("no counter %s", wanted);
    return 0;
}

static void check_streams(struct trip *t)
{
    ck_assert_int_eq(t->peer.failed, 0);
    ck_assert_uint_eq(t->received, t->peer.to_send);
    ck_assert_uint_eq(t->peer.received, t->to_send);
    ck_assert_uint_eq(t->wrong + t->peer.wrong, 0);
}

static void trip_end(struct trip *t)
{
    node_stop(t->node);
    world_run(t->world, world_now(t->world) + 1000000000);
    node_free(t->node);
    wire_port_free(t->port);
    wire_free(t->wire);
    world_free(t->world);
}

static double mbps(uint64_t bytes, uint64_t from_us, uint64_t to_us)
{
    return (double)bytes * 8 / (double)(to_us - from_us);
}

static const double WIRE_MBPS = 1460.0 / 1538 * RATE_MBPS;
enum { BULK = 4 << 20 };

START_TEST(test_bulk_from_the_peer_reaches_99_percent_of_the_wire)
{
    static struct trip t;
    trip_start(&t, true, connect_application, 0, BULK);
    lwip_peer_listen(PORT, &t.peer);
    trip_run(&t, 2000);
    check_streams(&t);
    double rate = mbps(BULK, t.first_us, t.last_received_us);
    printf("receiving: %.2f Mb/s of %.2f\n", rate, WIRE_MBPS);
    ck_assert_double_ge(rate, 0.99 * WIRE_MBPS);
    ck_assert_uint_eq(counter(&t, "tcp_resends"), 0);
    trip_end(&t);
}
END_TEST

START_TEST(test_bulk_to_the_peer_reaches_99_percent_of_the_wire)
{
    static struct trip t;
    trip_start(&t, true, connect_application, BULK, 0);
    lwip_peer_listen(PORT, &t.peer);
    /* The peer ends when it has all: its end is the last byte's way back. */
    trip_run(&t, 2000);
    check_streams(&t);
    double rate = mbps(BULK, t.first_us, world_now(t.world) / 1000000);
    printf("sending: %.2f Mb/s of %.2f\n", rate, WIRE_MBPS);
    ck_assert_double_ge(rate, 0.98 * WIRE_MBPS); /* to the millisecond in which the peer closed */
    ck_assert_uint_eq(counter(&t, "tcp_resends"), 0);
    trip_end(&t);
}
END_TEST

START_TEST(test_bulk_both_ways_at_once_reaches_95_percent_each_way)
{
    static struct trip t;
    trip_start(&t, true, accept_application, BULK, BULK);
    lwip_peer_connect(OUR_ADDRESS, PORT, &t.peer);
    trip_run(&t, 3000);
    check_streams(&t);
    double in = mbps(BULK, t.first_us, t.last_received_us);
    double both = mbps(BULK, t.first_us, world_now(t.world) / 1000000);
    printf("both ways: in %.2f, all done at %.2f Mb/s of %.2f\n", in, both, WIRE_MBPS);
    ck_assert_double_ge(both, 0.95 * WIRE_MBPS);
    ck_assert_uint_eq(counter(&t, "tcp_resends"), 0);
    trip_end(&t);
}
END_TEST

/* 0, 1 and odd numbers of bytes, both openings, both adapters. */
START_TEST(test_small_streams_open_pass_and_close)
{
    static const struct {
        uint64_t out, in;
    } sizes[] = {{0, 0}, {1, 1}, {1461, 0}, {0, 1459}, {100001, 65537}};
    bool rtl = _i & 1, accepts = _i & 2;
    static struct trip t;
    trip_start(&t, rtl, accepts ? accept_application : connect_application, sizes[_i / 4].out,
               sizes[_i / 4].in);
    if (accepts)
        lwip_peer_connect(OUR_ADDRESS, PORT, &t.peer);
    else
        lwip_peer_listen(PORT, &t.peer);
    trip_run(&t, 10000);
    check_streams(&t);
    trip_end(&t);
}
END_TEST

/* lwIP sums every segment by itself: the stream is the same, whoever does it for us. */
START_TEST(test_streams_are_exact_with_the_adapters_checksums_and_with_our_own)
{
    static const uint32_t each[] = {LAN_ADAPTER_SENDS_CHECKSUM | LAN_ADAPTER_RECEIVES_CHECKSUM,
                                    LAN_ADAPTER_SENDS_CHECKSUM, LAN_ADAPTER_RECEIVES_CHECKSUM, 0};
    enum { SIZE = 300001 };
    static struct trip t;
    trip_start(&t, true, connect_application, SIZE, SIZE);
    struct lan_adapter *adapter = &node_nic(t.node, 0)->adapter;
    ck_assert_uint_eq(adapter->capabilities, each[0]);
    adapter->capabilities = each[_i];
    lwip_peer_listen(PORT, &t.peer);
    trip_run(&t, 1000);
    check_streams(&t);
    ck_assert_uint_eq(counter(&t, "tcp_resends"), 0);
    ck_assert_uint_eq(counter(&t, "tcp_drop_checksum"), 0);
    trip_end(&t);
}
END_TEST

static uint64_t adapter_counter(struct trip *t, const char *wanted)
{
    const char *name;
    uint64_t value;
    for (unsigned i = 0; (name = node_counter(t->node, 0, i, &value)) != NULL; i++)
        if (strcmp(name, wanted) == 0)
            return value;
    ck_abort_msg("no counter %s", wanted);
    return 0;
}

START_TEST(test_streams_both_ways_in_half_duplex_are_exact_and_nothing_is_given_up)
{
    static struct trip t;
    enum { SIZE = 1 << 20 };
    trip_start_on(&t, true, true, connect_application, SIZE, SIZE);
    lwip_peer_listen(PORT, &t.peer);
    trip_run(&t, 3000);
    check_streams(&t);
    ck_assert_uint_eq(adapter_counter(&t, "tx_excessive_collisions"), 0);
    ck_assert_uint_eq(adapter_counter(&t, "tx_late_collisions"), 0);
    ck_assert_uint_gt(adapter_counter(&t, "tx_collisions"), 0);
    printf("half duplex: %.2f Mb/s both ways together\n",
           mbps(2 * (uint64_t)SIZE, t.first_us, t.last_received_us));
    trip_end(&t);
}
END_TEST

static void add(Suite *suite, const TTest *test, int times)
{
    TCase *test_case = tcase_create(test->name);
    tcase_set_timeout(test_case, 300);
    tcase_add_loop_test(test_case, test, 0, times);
    suite_add_tcase(suite, test_case);
}

int main(void)
{
    Suite *suite = suite_create("cosim: TCP against lwIP");
    add(suite, test_bulk_from_the_peer_reaches_99_percent_of_the_wire, 1);
    add(suite, test_bulk_to_the_peer_reaches_99_percent_of_the_wire, 1);
    add(suite, test_bulk_both_ways_at_once_reaches_95_percent_each_way, 1);
    add(suite, test_small_streams_open_pass_and_close, 20);
    add(suite, test_streams_are_exact_with_the_adapters_checksums_and_with_our_own, 4);
    add(suite, test_streams_both_ways_in_half_duplex_are_exact_and_nothing_is_given_up, 1);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
