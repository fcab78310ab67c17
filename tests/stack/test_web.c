/* HTTP's server and client on the real sockets, TCP and IP: two hosts and a link
 * that loses frames by seed, in virtual time. */
#include <string.h>

#include "lan_http.h"
#include "test.h"

enum { QUEUE = 256, LATENCY_US = 200, CLIENTS = 4, CONNECTIONS = 3, ARENA = 1 << 20 };

/* One end of the link: what is on its way to it. */
struct end {
    struct lan_adapter adapter; /* first: the stack hands it back */
    struct end *peer;
    uint8_t frames[QUEUE][2048];
    size_t sizes[QUEUE];
    uint64_t arrives_us[QUEUE];
    unsigned first, count;
    uint8_t lent[2048];
};

static struct end ends[2];
static struct lan_host *hosts[2];
static uint64_t arenas[2][ARENA / 8];
static uint64_t now_us, random_state;
static unsigned loss_per_mille;

static uint32_t draw(void *context)
{
    (void)context;
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)(random_state * 0x2545F4914F6CDD1Du >> 32);
}

static uint8_t *send_begin(struct lan_adapter *adapter, size_t size)
{
    struct end *end = (struct end *)adapter;
    return size <= LAN_FRAME_SIZE_MAX && end->peer->count < QUEUE ? end->lent + 2 : NULL;
}

static void send_end(struct lan_adapter *adapter, size_t size)
{
    struct end *end = (struct end *)adapter, *peer = end->peer;
    if (size == 0 || draw(NULL) % 1000 < loss_per_mille)
        return;
    unsigned at = (peer->first + peer->count++) % QUEUE;
    memcpy(peer->frames[at] + 2, end->lent + 2, size);
    peer->sizes[at] = size;
    peer->arrives_us[at] = now_us + LATENCY_US;
}

static const uint8_t *receive_begin(struct lan_adapter *adapter, size_t *size)
{
    struct end *end = (struct end *)adapter;
    if (end->count == 0 || end->arrives_us[end->first] > now_us)
        return NULL;
    *size = end->sizes[end->first];
    return end->frames[end->first] + 2;
}

static void receive_end(struct lan_adapter *adapter)
{
    struct end *end = (struct end *)adapter;
    end->first = (end->first + 1) % QUEUE;
    end->count--;
}

static void join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    (void)adapter, (void)group, (void)wanted;
}

static void service(struct lan_adapter *adapter, uint64_t at_us)
{
    (void)adapter, (void)at_us;
}

static uint64_t deadline_us(const struct lan_adapter *adapter)
{
    (void)adapter;
    return UINT64_MAX;
}

static const struct lan_adapter_functions functions = {
    send_begin, send_end, receive_begin, receive_end, join, service, deadline_us};

static void begin(uint64_t seed, unsigned loss)
{
    static const struct lan_port port = {.random = draw};
    const struct lan_host_config config = {
        .connection_count = 32, .buffer_count = 16, .buffer_bytes = 16384};
    random_state = seed * 0x9E3779B97F4A7C15u | 1;
    loss_per_mille = loss;
    now_us = 1000;
    for (unsigned i = 0; i < 2; i++) {
        memset(&ends[i], 0, sizeof ends[i]);
        ends[i].peer = &ends[1 - i];
        ends[i].adapter.functions = &functions;
        ends[i].adapter.status = (struct lan_adapter_status){true, true, 100, 1};
        memcpy(ends[i].adapter.mac, (uint8_t[]){2, 0, 0, 0, 0, (uint8_t)(1 + i)}, LAN_MAC_SIZE);
        hosts[i] = lan_host_init(arenas[i], sizeof arenas[i], &config, &port, now_us);
        ck_assert_ptr_nonnull(hosts[i]);
        ck_assert_int_eq(lan_host_add_adapter(hosts[i], &ends[i].adapter,
                                              LAN_IP4(10, 0, 0, (unsigned)(1 + i)), 24),
                         0);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Both hosts and their frames at this time; when the next thing happens. */
static uint64_t step_hosts(void)
{
    uint64_t next_us = LAN_NEVER;
    for (unsigned i = 0; i < 2; i++) {
        next_us = earlier(next_us, lan_host_step(hosts[i], now_us));
        if (ends[i].count > 0)
            next_us = earlier(next_us, ends[i].arrives_us[ends[i].first]);
    }
    return next_us;
}

static long pull_bytes(void *context, uint64_t offset, void *memory, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)memory)[i] = (uint8_t)((offset + i) * 131 >> 3);
    return (long)size;
}

/* Without a size, so that it goes in chunks. */
static long pull_chunks(void *context, uint64_t offset, void *memory, size_t size)
{
    uint64_t left = *(const uint64_t *)context - offset;
    return left < size ? pull_bytes(NULL, offset, memory, (size_t)left)
                       : pull_bytes(NULL, offset, memory, size);
}

static int handle_bytes(void *context, const struct lan_http_request *request,
                        struct lan_http_answer *answer)
{
    bool chunks = strcmp(request->rest, "chunks") == 0;
    *answer = (struct lan_http_answer){.type = "text/plain",
                                       .size = chunks ? LAN_HTTP_SIZE_UNKNOWN
                                                      : *(const uint64_t *)context,
                                       .pull = chunks ? pull_chunks : pull_bytes,
                                       .context = context};
    return 200;
}

struct fetch {
    struct lan_http_client client;
    uint64_t size;
    bool wrong, ended;
};

static bool take(void *context, const void *bytes, size_t size)
{
    struct fetch *fetch = context;
    for (size_t i = 0; i < size; i++)
        fetch->wrong |= ((const uint8_t *)bytes)[i] != (uint8_t)((fetch->size + i) * 131 >> 3);
    fetch->size += size;
    return true;
}

/* CLIENTS fetch at once from a server that has fewer connections. */
static void fetch_all(uint64_t seed, unsigned loss, uint64_t size, const char *url)
{
    static struct lan_http_server server;
    static struct lan_http_connection connections[CONNECTIONS];
    static struct fetch fetches[CLIENTS];
    const struct lan_http_route routes[] = {{"/*", handle_bytes, &size}};
    begin(seed, loss);
    ck_assert_int_eq(lan_http_server_open(&server, hosts[0], &(struct lan_address){0, 80}, routes,
                                          1, connections, CONNECTIONS),
                     0);
    memset(fetches, 0, sizeof fetches);
    unsigned running = CLIENTS;
    for (unsigned i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(lan_http_client_open(&fetches[i].client, hosts[1], url,
                                              LAN_IP4(10, 0, 0, 1), take, &fetches[i], now_us),
                         LAN_HTTP_OK);
    while (running > 0) {
        ck_assert_msg(now_us < 600000000, "seed %llu stalls", (unsigned long long)seed);
        uint64_t next_us = lan_http_server_step(&server, now_us);
        for (unsigned i = 0; i < CLIENTS; i++) {
            struct fetch *fetch = &fetches[i];
            if (fetch->ended)
                continue;
            enum lan_http_progress progress = lan_http_client_step(&fetch->client, now_us);
            ck_assert_msg(progress != LAN_HTTP_FAILED, "seed %llu: %s %d", (unsigned long long)seed,
                          lan_http_error_text(fetch->client.error), fetch->client.socket_error);
            fetch->ended = progress == LAN_HTTP_DONE;
            running -= fetch->ended;
            next_us = earlier(next_us, fetch->client.deadline_us);
        }
        next_us = earlier(next_us, step_hosts());
        now_us = next_us > now_us ? earlier(next_us, now_us + 10 * LATENCY_US) : now_us + 1;
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        ck_assert(!fetches[i].wrong);
        ck_assert_uint_eq(fetches[i].size, size);
        ck_assert_uint_eq(fetches[i].client.status, 200);
    }
    ck_assert_uint_eq(server.counters.connections, CLIENTS);
    ck_assert_uint_eq(server.counters.answers_ok, CLIENTS);
    ck_assert_uint_eq(server.counters.peers_gone, 0);
    lan_http_server_close(&server);
}

START_TEST(test_several_clients_fetch_the_same_bytes_over_a_clean_link)
{
    fetch_all(1, 0, 1000000, "http://10.0.0.1/bytes");
    fetch_all(2, 0, 0, "http://10.0.0.1/bytes");
    fetch_all(3, 0, 1, "http://10.0.0.1/bytes");
    fetch_all(4, 0, 300000, "http://10.0.0.1/chunks");
}
END_TEST

START_TEST(test_several_clients_fetch_the_same_bytes_over_a_lossy_link)
{
    uint64_t begin_seed = test_seed(1), count = getenv("LANTERN_SEED") ? 1 : 20;
    for (uint64_t seed = begin_seed; seed < begin_seed + count; seed++)
        fetch_all(seed, 20, 100000, seed % 2 ? "http://10.0.0.1/bytes" : "http://10.0.0.1/chunks");
}
END_TEST

START_TEST(test_client_of_a_closed_port_is_told_that_it_was_refused)
{
    static struct fetch fetch;
    begin(1, 0);
    memset(&fetch, 0, sizeof fetch);
    lan_http_client_open(&fetch.client, hosts[1], "http://10.0.0.1:81/", LAN_IP4(10, 0, 0, 1), take,
                         &fetch, now_us);
    while (lan_http_client_step(&fetch.client, now_us) == LAN_HTTP_RUNNING) {
        step_hosts();
        now_us += LATENCY_US;
    }
    ck_assert_int_eq(fetch.client.error, LAN_HTTP_SOCKET);
    ck_assert_int_eq(fetch.client.socket_error, -LAN_ECONNREFUSED);
}
END_TEST

TEST_MAIN("web", test_several_clients_fetch_the_same_bytes_over_a_clean_link,
          test_several_clients_fetch_the_same_bytes_over_a_lossy_link,
          test_client_of_a_closed_port_is_told_that_it_was_refused)
