/* Fragments over the cycle-accurate adapter, with lwIP as the peer: what it splits
 * we put together, and the other way round (RFC 791 section 3.2, RFC 815). */
#include "lwip_peer.h"
#include "node.h"
#include "test.h"
#include "wire.h"

#include <string.h>

enum { RATE_MBPS = 100, DELAY_PS = 100000000, LARGE = 8000, PORT = 7 };
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
    struct lwip_peer_ping small, large;
    unsigned echoed, wrong;
};

static void transmit(void *context, const uint8_t *frame, size_t size)
{
    struct trip *t = context;
    ck_assert(wire_port_send(t->port, frame, size, world_now(t->world)));
}

static void peer_receive(void *context, const struct wire_frame *frame)
{
    (void)context;
    ck_assert(!frame->fcs_wrong);
    lwip_peer_receive(frame->bytes, frame->size - WIRE_FCS_SIZE);
}

static void peer_tick(void *context, uint64_t now_ps)
{
    struct trip *t = context;
    lwip_peer_step(now_ps / 1000000000);
    world_at(t->world, now_ps + 1000000000, peer_tick, t);
}

/* lwIP keeps one packet for a neighbour whose address it asks, so a small ping
 * goes first. */
static void ping_small(void *context, uint64_t now_ps)
{
    struct trip *t = context;
    (void)now_ps;
    t->small.size = 8;
    lwip_peer_ping(OUR_ADDRESS, &t->small);
}

static void ping_large(void *context, uint64_t now_ps)
{
    struct trip *t = context;
    (void)now_ps;
    t->large.size = LARGE;
    lwip_peer_ping(OUR_ADDRESS, &t->large);
}

static void send_large_datagrams(struct node *node, void *context)
{
    struct trip *t = context;
    struct lan_host *host = node_host(node);
    const struct lan_address peer = {PEER_ADDRESS, PORT};
    static uint8_t out[LARGE], in[LARGE + 1];
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 100), 0);
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < LARGE; i++)
            out[i] = lwip_peer_byte(i + (size_t)round * 1000);
        if (lan_sendto(host, fd, out, LARGE, 0, &peer) != LARGE)
            t->wrong++;
        long got = lan_read(host, fd, in, sizeof in);
        t->echoed += got == LARGE;
        t->wrong += got != LARGE || memcmp(in, out, LARGE) != 0;
    }
    lan_close(host, fd);
}

static void trip_start(struct trip *t, bool rtl, node_application *application)
{
    memset(t, 0, sizeof *t);
    t->world = world_new(test_seed(1));
    t->wire = wire_new(t->world, DELAY_PS);
    const char *error = NULL;
    struct node_config config = {
        .name = "host",
        .rtl = rtl,
        .adapter_count = 1,
        .adapters = {{
            .rate_mbps = RATE_MBPS,
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

static void trip_end(struct trip *t)
{
    node_stop(t->node);
    world_run(t->world, world_now(t->world) + 1000000000);
    node_free(t->node);
    wire_port_free(t->port);
    wire_free(t->wire);
    world_free(t->world);
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

static const uint64_t MS = 1000000000;

static void check_ping_of_8000_bytes(bool rtl)
{
    static struct trip t;
    trip_start(&t, rtl, NULL);
    world_at(t.world, 5 * MS, ping_small, &t);
    world_at(t.world, 10 * MS, ping_large, &t);
    world_run(t.world, 20 * MS);
    ck_assert_uint_eq(t.small.answers, 1);
    ck_assert_uint_eq(t.small.wrong, 0);
    ck_assert_uint_eq(t.large.answers, 1);
    ck_assert_uint_eq(t.large.wrong, 0);
    ck_assert_uint_eq(counter(&t, "ip_fragments_received"), 6);
    ck_assert_uint_eq(counter(&t, "ip_fragments_sent"), 6);
    ck_assert_uint_eq(counter(&t, "ip_packets_reassembled"), 1);
    trip_end(&t);
}

START_TEST(test_ping_of_8000_bytes_from_lwip_is_answered_over_the_adapter)
{
    check_ping_of_8000_bytes(true);
}
END_TEST

START_TEST(test_ping_of_8000_bytes_from_lwip_is_answered_over_the_direct_link)
{
    check_ping_of_8000_bytes(false);
}
END_TEST

static void check_datagrams_of_8000_bytes(bool rtl)
{
    static struct trip t;
    trip_start(&t, rtl, send_large_datagrams);
    lwip_peer_echo_datagrams(PORT);
    world_run(t.world, 100 * MS);
    ck_assert_uint_eq(t.echoed, 5);
    ck_assert_uint_eq(t.wrong, 0);
    ck_assert_uint_eq(counter(&t, "ip_packets_split"), 5);
    ck_assert_uint_eq(counter(&t, "ip_packets_reassembled"), 5);
    trip_end(&t);
}

START_TEST(test_datagrams_of_8000_bytes_come_back_from_lwip_over_the_adapter)
{
    check_datagrams_of_8000_bytes(true);
}
END_TEST

START_TEST(test_datagrams_of_8000_bytes_come_back_from_lwip_over_the_direct_link)
{
    check_datagrams_of_8000_bytes(false);
}
END_TEST

TEST_MAIN("fragment", test_ping_of_8000_bytes_from_lwip_is_answered_over_the_adapter,
          test_ping_of_8000_bytes_from_lwip_is_answered_over_the_direct_link,
          test_datagrams_of_8000_bytes_come_back_from_lwip_over_the_adapter,
          test_datagrams_of_8000_bytes_come_back_from_lwip_over_the_direct_link)
