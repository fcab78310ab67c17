/* UDP: see udp.h. */
#include "udp/udp.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "icmp/icmp.h"

#include <assert.h>

enum { UDP_CHECKSUM_AT = 6 };

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
    udp_leave_all(block);
    *block = (struct udp_block){.udp = block->udp, .queue = block->queue, .descriptor = -1};
}

/* --- ports ------------------------------------------------------------------------------ */

/* Whether another socket would take some of the datagrams to `local`, and not both
 * of them share. */
static bool is_taken(const struct udp *udp, const struct lan_address *local, bool shared)
{
    for (unsigned i = 0; i < udp->block_count; i++) {
        const struct lan_address *other = &udp->blocks[i].local;
        if (other->port == local->port && !(shared && udp->blocks[i].shared) &&
            (!other->ip || !local->ip || other->ip == local->ip))
            return true;
    }
    return false;
}

static int take_port(struct udp_block *block, const struct lan_address *local)
{
    struct udp *udp = block->udp;
    struct lan_address wanted = *local;
    if (wanted.port) {
        if (is_taken(udp, &wanted, block->shared))
            return -LAN_EADDRINUSE;
        block->local = wanted;
        return 0;
    }
    /* RFC 6056 section 3.3.1: begin anywhere, take the next that is free. */
    uint32_t start = udp->port->random(udp->port->context);
    for (uint32_t i = 0; i < UDP_PORT_COUNT; i++) {
        wanted.port = (uint16_t)(UDP_PORT_FIRST + (start + i) % UDP_PORT_COUNT);
        if (!is_taken(udp, &wanted, false)) {
            block->local = wanted;
            return 0;
        }
    }
    return -LAN_EADDRINUSE;
}

int udp_bind(struct udp_block *block, const struct lan_address *local)
{
    if (block->local.port)
        return -LAN_EINVAL;
    int result = take_port(block, local);
    if (result == 0) {
        block->bound_ip = local->ip != 0;
        block->bound_port = true;
    }
    return result;
}

static int bind_if_needed(struct udp_block *block)
{
    const struct lan_address any = {0, 0};
    return block->local.port ? 0 : take_port(block, &any);
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
    if (!block->bound_ip)
        block->local.ip = source;
    block->peer = *peer;
    return 0;
}

void udp_disconnect(struct udp_block *block)
{
    block->peer = (struct lan_address){0, 0};
    block->error = 0;
    if (!block->bound_ip)
        block->local.ip = 0;
    if (!block->bound_port)
        block->local.port = 0;
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

/* Groups have an adapter and a time to live of their own. */
static struct ip_header header_of(const struct udp_block *block, lan_ip4 target)
{
    bool to_group = ip_is_multicast(target);
    struct ip_header header = {
        .source =
            ip_is_multicast(block->local.ip) || block->local.ip == UINT32_MAX ? 0 : block->local.ip,
        .target = target,
        .protocol = IP_PROTOCOL_UDP,
        .ttl = to_group ? block->group_ttl : block->ttl,
        .tos = block->tos,
        .interface = block->bound_interface,
    };
    if (to_group && header.ttl == 0)
        header.ttl = IP_GROUP_TTL;
    if (to_group && block->group_interface)
        header.interface = block->group_interface;
    return header;
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

    const struct ip_header header = header_of(block, target->ip);
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
    const struct udp_arrival arrival = {
        .peer = {out.source, block->local.port},
        .local = *target,
        .interface = out.interface,
        .bytes = memory,
        .size = size,
    };
    ip_end(udp->ip, &out, total);
    udp->counters.udp_sent++;
    if (ip_is_multicast(target->ip) && !block->no_loop)
        udp_deliver_to_all(udp, &arrival); /* other members on this host */
    return (long)size;
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
    struct udp_block *block = udp_find(udp, &local, &peer, NULL);
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
