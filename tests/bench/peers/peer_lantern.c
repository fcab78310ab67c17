/* Our stack through its sockets, as an application has it. */
#include "peer.h"

#include <stdlib.h>

#include "lan_socket.h"
#include "wire.h"

struct end {
    struct lan_adapter adapter;
    struct lan_host *host;
    uint64_t random;
    int listener, stream;
};

static struct end ends[2];

static int index_of(const struct lan_adapter *adapter)
{
    return adapter == &ends[1].adapter;
}

static uint8_t *send_begin(struct lan_adapter *adapter, size_t size)
{
    (void)size;
    adapter->send_sum = (struct lan_checksum){0, 0};
    return wire_lend(index_of(adapter));
}

static void send_end(struct lan_adapter *adapter, size_t size)
{
    if (size > 0)
        wire_send(index_of(adapter), size);
}

static const uint8_t *receive_begin(struct lan_adapter *adapter, size_t *size)
{
    adapter->receive_verified = adapter->capabilities & LAN_ADAPTER_RECEIVES_CHECKSUM;
    return wire_next(index_of(adapter), size);
}

static void receive_end(struct lan_adapter *adapter)
{
    wire_release(index_of(adapter));
}

static void join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    (void)adapter, (void)group, (void)wanted;
}

static void service(struct lan_adapter *adapter, uint64_t now_us)
{
    (void)adapter, (void)now_us;
}

static uint64_t deadline_us(const struct lan_adapter *adapter)
{
    (void)adapter;
    return UINT64_MAX;
}

static const struct lan_adapter_functions functions = {
    .send_begin = send_begin,
    .send_end = send_end,
    .receive_begin = receive_begin,
    .receive_end = receive_end,
    .join = join,
    .service = service,
    .deadline_us = deadline_us,
};

static uint32_t next_random(void *context)
{
    struct end *end = context;
    end->random = end->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(end->random >> 32);
}

static int new_socket(struct lan_host *host)
{
    return lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
}

static void start_with(uint64_t seed, uint32_t capabilities)
{
    const struct lan_host_config config = {
        .socket_count = 4, .connection_count = 4, .buffer_count = 8, .buffer_bytes = 65536};
    for (int i = 0; i < 2; i++) {
        struct end *end = &ends[i];
        end->adapter = (struct lan_adapter){
            .functions = &functions,
            .mac = {2, 0, 0, 0, 0, (uint8_t)(i + 1)},
            .capabilities = capabilities,
            .status = {.link_up = true, .full_duplex = true, .rate_mbps = 100, .link_changes = 1}};
        end->random = seed + (uint64_t)i;
        const struct lan_port port = {.context = end, .random = next_random};
        size_t size = lan_host_size(&config);
        end->host =
            lan_host_init(aligned_alloc(64, (size + 63) / 64 * 64), size, &config, &port, 0);
        lan_host_add_adapter(end->host, &end->adapter, LAN_IP4(10, 0, 0, 1) + (lan_ip4)i, 24);
        end->listener = end->stream = -1;
    }
    struct end *receiver = &ends[RECEIVER], *sender = &ends[SENDER];
    const struct lan_address any = {.port = PEER_PORT};
    receiver->listener = new_socket(receiver->host);
    lan_bind(receiver->host, receiver->listener, &any);
    lan_listen(receiver->host, receiver->listener, 1);
    const struct lan_address there = {LAN_IP4(10, 0, 0, 2), PEER_PORT};
    sender->stream = new_socket(sender->host);
    lan_connect(sender->host, sender->stream, &there);
}

static void write_all(struct end *end)
{
    long size;
    do {
        size = lan_write(end->host, end->stream, peer_outgoing, sizeof peer_outgoing);
        if (size > 0)
            peer_written += (uint64_t)size;
    } while (size == (long)sizeof peer_outgoing);
}

static void read_all(struct end *end)
{
    if (end->stream < 0)
        end->stream = lan_accept(end->host, end->listener, NULL);
    if (end->stream < 0)
        return;
    long size;
    do {
        size = lan_read(end->host, end->stream, peer_incoming, sizeof peer_incoming);
        if (size > 0)
            peer_read += (uint64_t)size;
    } while (size == (long)sizeof peer_incoming);
}

static uint64_t step(int index, uint64_t now_us)
{
    struct end *end = &ends[index];
    uint64_t deadline = lan_host_step(end->host, now_us);
    if (index == SENDER)
        write_all(end);
    else
        read_all(end);
    return deadline;
}

static void start(uint64_t seed)
{
    start_with(seed, 0);
}

/* As above our adapter, which computes checksums on the way; nothing is wrong on this
 * wire, so here it need not. */
static void start_relieved(uint64_t seed)
{
    start_with(seed, LAN_ADAPTER_SENDS_CHECKSUM | LAN_ADAPTER_RECEIVES_CHECKSUM);
}

/* The same without a copy between the application and TCP: it writes and reads in place.
 * What it writes is there already, as from a converter that fills the span. */
static void write_in_place(struct end *end)
{
    void *room;
    long size;
    while ((size = lan_send_span(end->host, end->stream, &room)) > 0) {
        lan_send_done(end->host, end->stream, (size_t)size);
        peer_written += (uint64_t)size;
    }
}

static void read_in_place(struct end *end)
{
    const void *bytes;
    long size;
    if (end->stream < 0)
        end->stream = lan_accept(end->host, end->listener, NULL);
    if (end->stream < 0)
        return;
    while ((size = lan_receive_span(end->host, end->stream, &bytes)) > 0) {
        lan_receive_done(end->host, end->stream, (size_t)size);
        peer_read += (uint64_t)size;
    }
}

static uint64_t step_in_place(int index, uint64_t now_us)
{
    struct end *end = &ends[index];
    uint64_t deadline = lan_host_step(end->host, now_us);
    if (index == SENDER)
        write_in_place(end);
    else
        read_in_place(end);
    return deadline;
}

const struct peer peer_lantern_in_place = {
    .name = "Lantern in place", .start = start_relieved, .step = step_in_place};
const struct peer peer_lantern_relieved = {
    .name = "Lantern+adapter", .start = start_relieved, .step = step};
const struct peer peer_lantern = {.name = "Lantern", .start = start, .step = step};
