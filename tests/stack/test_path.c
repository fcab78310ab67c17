/* Three hosts: a client, a router of ours and a server, in virtual time. What the
 * layers owe each other across a router: path MTU discovery (RFC 1191), fragments,
 * errors that reach the socket. */
#include <string.h>

#include "fake_adapter.h"
#include "lan_socket.h"
#include "test.h"

#define CLIENT_IP      LAN_IP4(10, 0, 0, 2)
#define CLIENT_GATEWAY LAN_IP4(10, 0, 0, 1)
#define SERVER_IP      LAN_IP4(192, 168, 7, 2)
#define SERVER_GATEWAY LAN_IP4(192, 168, 7, 1)

enum { PORT = 7000, STREAM = 200000, STEP_US = 100 };

struct end {
    struct fake_adapter adapters[2];
    struct lan_host *host;
    void *arena;
    uint64_t deadline_us;
};

struct path {
    struct end client, router, server;
    uint64_t now_us;
};

static uint32_t next_random(void *context)
{
    uint64_t *state = context;
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

static void end_start(struct end *end, uint64_t *seed)
{
    const struct lan_host_config config = {.connection_count = 4,
                                           .buffer_count = 4,
                                           .buffer_bytes = 16384,
                                           .datagram_socket_count = 4,
                                           .packet_bytes = 8000};
    const struct lan_port port = {.context = seed, .random = next_random};
    size_t size = lan_host_size(&config);
    end->arena = malloc(size);
    end->host = lan_host_init(end->arena, size, &config, &port, 0);
    ck_assert_ptr_nonnull(end->host);
}

static void end_join(struct end *end, unsigned index, uint8_t mac, lan_ip4 address, lan_ip4 gateway)
{
    fake_adapter_init(&end->adapters[index], mac);
    ck_assert_int_eq(lan_host_add_adapter(end->host, &end->adapters[index].base, address, 24),
                     (int)index);
    if (gateway)
        ck_assert_int_eq(lan_host_add_route(end->host, 0, 0, gateway, 0), 0);
}

static struct path *path_new(unsigned narrow_mtu)
{
    static uint64_t seed = 1;
    struct path *path = calloc(1, sizeof *path);
    path->now_us = 1000000;
    end_start(&path->client, &seed);
    end_start(&path->router, &seed);
    end_start(&path->server, &seed);
    end_join(&path->client, 0, 1, CLIENT_IP, CLIENT_GATEWAY);
    end_join(&path->router, 0, 2, CLIENT_GATEWAY, 0);
    end_join(&path->router, 1, 3, SERVER_GATEWAY, 0);
    end_join(&path->server, 0, 4, SERVER_IP, SERVER_GATEWAY);
    ck_assert_int_eq(lan_host_set_mtu(path->router.host, 1, narrow_mtu), 0);
    lan_host_set_forwarding(path->router.host, true);
    return path;
}

static void path_free(struct path *path)
{
    free(path->client.arena);
    free(path->router.arena);
    free(path->server.arena);
    free(path);
}

static bool carry(struct fake_adapter *from, struct fake_adapter *to)
{
    size_t size;
    const uint8_t *frame = fake_adapter_take(from, &size);
    if (frame)
        fake_adapter_give(to, frame, size);
    return frame != NULL;
}

/* One round of every wire and every host. */
static void path_step(struct path *path)
{
    struct fake_adapter *client = path->client.adapters, *server = path->server.adapters;
    struct fake_adapter *near = &path->router.adapters[0], *far = &path->router.adapters[1];
    path->now_us += STEP_US;
    for (int i = 0; i < 16; i++) {
        carry(client, near);
        carry(near, client);
        carry(far, server);
        carry(server, far);
    }
    lan_host_step(path->client.host, path->now_us);
    lan_host_step(path->router.host, path->now_us);
    lan_host_step(path->server.host, path->now_us);
}

static void path_run(struct path *path, uint64_t us)
{
    for (uint64_t end = path->now_us + us; path->now_us < end;)
        path_step(path);
}

static uint64_t counter(const struct end *end, const char *wanted)
{
    const char *name;
    uint64_t value;
    for (unsigned i = 0; (name = lan_host_counter(end->host, i, &value)); i++)
        if (strcmp(name, wanted) == 0)
            return value;
    ck_abort_msg("no counter %s", wanted);
    return 0;
}

static uint8_t byte_at(size_t offset)
{
    return (uint8_t)(offset * 2654435761u >> 13);
}

/* RFC 1191: the sender learns the narrow link's MTU from the router and cuts what it
 * sends to it; nothing travels in fragments. */
START_TEST(test_stream_through_a_narrow_link_finds_its_mtu)
{
    struct path *path = path_new(600);
    const struct lan_address server = {SERVER_IP, PORT}, any = {0, PORT};
    static uint8_t chunk[4096];
    size_t sent = 0, got = 0;
    int listener = lan_socket(path->server.host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_bind(path->server.host, listener, &any), 0);
    ck_assert_int_eq(lan_listen(path->server.host, listener, 1), 0);
    int fd = lan_socket(path->client.host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_connect(path->client.host, fd, &server), -LAN_EINPROGRESS);
    path_run(path, 200000);
    int peer = lan_accept(path->server.host, listener, NULL);
    ck_assert_int_ge(peer, 0);
    for (int round = 0; round < 100000 && got < STREAM; round++) {
        size_t size = STREAM - sent < sizeof chunk ? STREAM - sent : sizeof chunk;
        for (size_t i = 0; i < size; i++)
            chunk[i] = byte_at(sent + i);
        long count = size > 0 ? lan_write(path->client.host, fd, chunk, size) : 0;
        sent += count > 0 ? (size_t)count : 0;
        path_step(path);
        count = lan_recvfrom(path->server.host, peer, chunk, sizeof chunk, LAN_MSG_DONTWAIT, NULL);
        for (long i = 0; i < count; i++)
            ck_assert_uint_eq(chunk[i], byte_at(got + (size_t)i));
        got += count > 0 ? (size_t)count : 0;
    }
    ck_assert_uint_eq(got, STREAM);
    ck_assert_uint_gt(counter(&path->router, "ip_drop_not_split"), 0);
    ck_assert_uint_lt(counter(&path->router, "ip_drop_not_split"), 20);
    ck_assert_uint_eq(counter(&path->router, "ip_fragments_sent"), 0);
    ck_assert_uint_gt(counter(&path->router, "ip_packets_forwarded"), STREAM / 560);
    path_free(path);
}
END_TEST

/* A datagram split by the sender, and again by the router, comes whole. */
START_TEST(test_datagram_split_twice_comes_whole)
{
    struct path *path = path_new(600);
    const struct lan_address server = {SERVER_IP, PORT}, any = {0, PORT};
    static uint8_t out[6000], in[6001];
    int fd = lan_socket(path->client.host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    int peer = lan_socket(path->server.host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(path->server.host, peer, &any), 0);
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = byte_at(i);
    /* Once for ARP: of a burst, four packets wait for a neighbour's address. */
    ck_assert_int_eq(lan_sendto(path->client.host, fd, out, 1, 0, &server), 1);
    path_run(path, 10000);
    ck_assert_int_eq(lan_read(path->server.host, peer, in, sizeof in), 1);
    ck_assert_int_eq(lan_sendto(path->client.host, fd, out, sizeof out, 0, &server), 6000);
    path_run(path, 100000);
    ck_assert_int_eq(lan_read(path->server.host, peer, in, sizeof in), 6000);
    ck_assert_mem_eq(in, out, sizeof out);
    ck_assert_uint_eq(counter(&path->client, "ip_fragments_sent"), 5);
    ck_assert_uint_ge(counter(&path->router, "ip_fragments_sent"), 11);
    path_free(path);
}
END_TEST

/* RFC 1122 section 4.1.3.3: the router's error reaches the connected socket. */
START_TEST(test_unreachable_host_is_told_to_the_socket)
{
    struct path *path = path_new(1500);
    const struct lan_address nobody = {SERVER_IP + 7, PORT};
    int fd = lan_socket(path->client.host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    char c;
    ck_assert_int_eq(lan_connect(path->client.host, fd, &nobody), 0);
    ck_assert_int_eq(lan_write(path->client.host, fd, "x", 1), 1);
    path_run(path, 2000000);
    ck_assert_int_eq(lan_read(path->client.host, fd, &c, 1), -LAN_EAGAIN);
    path_run(path, 2000000);
    ck_assert_int_eq(lan_read(path->client.host, fd, &c, 1), -LAN_EHOSTUNREACH);
    ck_assert_uint_eq(counter(&path->router, "ip_drop_no_neighbour"), 1);
    path_free(path);
}
END_TEST

TEST_MAIN("path", test_stream_through_a_narrow_link_finds_its_mtu,
          test_datagram_split_twice_comes_whole, test_unreachable_host_is_told_to_the_socket)
