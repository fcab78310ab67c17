/* UDP: see udp.h. */
#include "udp/udp.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "icmp/icmp.h"

#include <assert.h>

enum { UDP_HEADER_SIZE = 8, UDP_CHECKSUM_AT = 6 };

static size_t blocks_size(uint16_t block_count)
{
    return (block_count * sizeof(struct udp_block) + 7) & ~(size_t)7;
}

size_t udp_memory_size(uint16_t block_count, uint32_t queue_bytes)
{
    return blocks_size(block_count) + (size_t)block_count * queue_bytes;
}

void udp_init(struct udp *udp, void *memory, uint16_t block_count, uint32_t queue_bytes,
              struct ip *ip, const struct lan_port *port)
{
    assert((queue_bytes & (queue_bytes - 1)) == 0);
    *udp = (struct udp){
        .ip = ip,
        .port = port,
        .blocks = memory,
        .block_count = block_count,
        .queue_bytes = queue_bytes,
    };
    uint8_t *queues = (uint8_t *)memory + blocks_size(block_count);
    for (unsigned i = 0; i < block_count; i++)
        udp->blocks[i] = (struct udp_block){
            .udp = udp, .queue = queues + (size_t)i * queue_bytes, .descriptor = -1};
}

struct udp_block *udp_open(struct udp *udp, int descriptor)
{
    for (unsigned i = 0; i < udp->block_count; i++)
        if (udp->blocks[i].descriptor < 0) {
            udp->blocks[i].descriptor = descriptor;
            return &udp->blocks[i];
        }
    return NULL;
}

void udp_close(struct udp_block *block)
{
    *block = (struct udp_block){.udp = block->udp, .queue = block->queue, .descriptor = -1};
}

/* --- ports ------------------------------------------------------------------------------ */

/* Whether another socket would take some of the datagrams to `local`. */
static bool is_taken(const struct udp *udp, const struct lan_address *local)
{
    for (unsigned i = 0; i < udp->block_count; i++) {
        const struct lan_address *other = &udp->blocks[i].local;
        if (other->port == local->port && (!other->ip || !local->ip || other->ip == local->ip))
            return true;
    }
    return false;
}

int udp_bind(struct udp_block *block, const struct lan_address *local)
{
    struct udp *udp = block->udp;
    struct lan_address wanted = *local;
    if (block->local.port)
        return -LAN_EINVAL;
    if (wanted.port) {
        if (is_taken(udp, &wanted))
            return -LAN_EADDRINUSE;
        block->local = wanted;
        return 0;
    }
    /* RFC 6056 section 3.3.1: begin anywhere, take the next that is free. */
    uint32_t start = udp->port->random(udp->port->context);
    for (uint32_t i = 0; i < UDP_PORT_COUNT; i++) {
        wanted.port = (uint16_t)(UDP_PORT_FIRST + (start + i) % UDP_PORT_COUNT);
        if (!is_taken(udp, &wanted)) {
            block->local = wanted;
            return 0;
        }
    }
    return -LAN_EADDRINUSE;
}

static int bind_if_needed(struct udp_block *block)
{
    const struct lan_address any = {0, 0};
    return block->local.port ? 0 : udp_bind(block, &any);
}

int udp_connect(struct udp_block *block, const struct lan_address *peer)
{
    lan_ip4 source;
    size_t payload_max;
    if (!peer->ip || !peer->port)
        return -LAN_EINVAL;
    if (!ip_route_to(block->udp->ip, peer->ip, &source, &payload_max))
        return -LAN_ENETUNREACH;
    int result = bind_if_needed(block);
    if (result < 0)
        return result;
    if (!block->local.ip)
        block->local.ip = source;
    block->peer = *peer;
    return 0;
}

/* The socket for a datagram: a connected one before one that is bound to the
 * address before one that takes any. */
static struct udp_block *find(struct udp *udp, const struct lan_address *local,
                              const struct lan_address *peer)
{
    struct udp_block *best = NULL;
    for (unsigned i = 0; i < udp->block_count; i++) {
        struct udp_block *block = &udp->blocks[i];
        if (block->descriptor < 0 || block->local.port != local->port)
            continue;
        bool to_all = !block->local.ip || ip_is_broadcast(udp->ip, local->ip);
        if (!to_all && block->local.ip != local->ip)
            continue;
        if (block->peer.port) {
            if (block->peer.ip == peer->ip && block->peer.port == peer->port)
                return block;
        } else if (!best || !best->local.ip) {
            best = block;
        }
    }
    return best;
}

/* --- datagrams ------------------------------------------------------------------------------ */

static long error_of(const struct udp *udp, enum ip_result result, lan_ip4 target)
{
    switch (result) {
    case IP_OK:
        return 0;
    case IP_AGAIN:
        return -LAN_EAGAIN;
    case IP_TOO_BIG:
        return -LAN_EMSGSIZE;
    case IP_UNREACHABLE:
        break;
    }
    return ip_find_route(udp->ip, target) ? -LAN_EHOSTUNREACH : -LAN_ENETUNREACH;
}

/* The payload, and the checksum unless the adapter inserts it. */
static void fill_datagram(struct ip_out *out, uint32_t sum, const void *memory, size_t size)
{
    uint8_t *checksum = out->payload + UDP_CHECKSUM_AT;
    if (out->can_insert) {
        if (size > 0)
            memcpy(out->payload + UDP_HEADER_SIZE, memory, size);
        checksum_store(checksum, ~sum & 0xffff);
        out->insert_at = UDP_CHECKSUM_AT;
        return;
    }
    put16(checksum, 0);
    sum = checksum_add(sum, out->payload, UDP_HEADER_SIZE);
    checksum_store(checksum, checksum_copy(sum, out->payload + UDP_HEADER_SIZE, memory, size));
    if (get16(checksum) == 0)
        put16(checksum, 0xffff); /* 0 would say that there is none */
}

long udp_send(struct udp_block *block, const struct lan_address *target, const void *memory,
              size_t size)
{
    struct udp *udp = block->udp;
    if (!target)
        target = &block->peer;
    if (!target->port || !target->ip)
        return -LAN_EDESTADDRREQ;
    if (size > UINT16_MAX - UDP_HEADER_SIZE)
        return -LAN_EMSGSIZE;
    if (block->error)
        return -udp_take_error(block);
    int bound = bind_if_needed(block);
    if (bound < 0)
        return bound;

    const struct ip_header header = {
        .source = block->local.ip,
        .target = target->ip,
        .protocol = IP_PROTOCOL_UDP,
    };
    size_t total = UDP_HEADER_SIZE + size;
    struct ip_out out;
    enum ip_result result = ip_begin(udp->ip, &header, total, &out);
    if (result != IP_OK)
        return error_of(udp, result, target->ip);

    put16(out.payload, block->local.port);
    put16(out.payload + 2, target->port);
    put16(out.payload + 4, (uint16_t)total);
    fill_datagram(&out, checksum_pseudo(out.source, target->ip, IP_PROTOCOL_UDP, total), memory,
                  size);
    ip_end(udp->ip, &out, total);
    udp->counters.udp_sent++;
    return (long)size;
}

static bool checksum_is_fine(const struct ip_packet *packet, size_t size, uint16_t checksum)
{
    if (checksum == 0 || packet->checksum_checked)
        return true;
    uint32_t sum = checksum_pseudo(packet->source, packet->target, IP_PROTOCOL_UDP, size);
    return checksum_is_right(checksum_add(sum, packet->payload, size));
}

bool udp_receive(struct udp *udp, const struct ip_packet *packet)
{
    struct cursor cursor = cursor_of(packet->payload, packet->payload_size);
    struct lan_address source = {.ip = packet->source}, target = {.ip = packet->target};
    source.port = cursor_take16(&cursor);
    target.port = cursor_take16(&cursor);
    size_t size = cursor_take16(&cursor);
    uint16_t checksum = cursor_take16(&cursor);
    udp->counters.udp_received++;
    if (cursor.failed || size < UDP_HEADER_SIZE || size > packet->payload_size ||
        target.port == 0) {
        udp->counters.udp_drop_header++;
        return true;
    }
    if (!checksum_is_fine(packet, size, checksum)) {
        udp->counters.udp_drop_checksum++;
        return true;
    }
    struct udp_block *block = find(udp, &target, &source);
    if (!block) {
        udp->counters.udp_drop_no_port++;
        return false;
    }
    if (!udp_queue_put(block, &source, cursor.at, size - UDP_HEADER_SIZE))
        udp->counters.udp_drop_full++;
    return true;
}

long udp_read(struct udp_block *block, void *memory, size_t size, int flags,
              struct lan_address *source)
{
    if (block->error)
        return -udp_take_error(block);
    if (udp_queue_is_empty(block))
        return -LAN_EAGAIN;
    return udp_queue_get(block, memory, size, flags & LAN_MSG_PEEK, source);
}

/* --- errors and events -------------------------------------------------------------------- */

void udp_receive_error(struct udp *udp, lan_ip4 source, lan_ip4 target, const uint8_t *quoted,
                       uint8_t type, uint8_t code)
{
    const struct lan_address local = {source, get16(quoted)}, peer = {target, get16(quoted + 2)};
    struct udp_block *block = find(udp, &local, &peer);
    /* Only a connected socket can tell whom the error is about. */
    if (!block || !block->peer.port || (type == ICMP_UNREACHABLE && code == ICMP_TOO_BIG)) {
        udp->counters.udp_drop_icmp++;
        return;
    }
    if (type == ICMP_UNREACHABLE && (code == ICMP_PORT || code == ICMP_PROTOCOL))
        block->error = LAN_ECONNREFUSED;
    else if (type == ICMP_UNREACHABLE && code == ICMP_NETWORK)
        block->error = LAN_ENETUNREACH;
    else
        block->error = LAN_EHOSTUNREACH;
}

short udp_events(const struct udp_block *block)
{
    int events = LAN_POLLOUT;
    if (!udp_queue_is_empty(block))
        events |= LAN_POLLIN;
    if (block->error)
        events |= LAN_POLLERR;
    return (short)events;
}

int udp_take_error(struct udp_block *block)
{
    int error = block->error;
    block->error = 0;
    return error;
}
