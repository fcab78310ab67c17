/* Which socket, or which sockets, a datagram is for. */
#include "udp/udp.h"

#include "base/bytes.h"
#include "base/checksum.h"

/* Port, address, peer and adapter are such that the block could take it. */
static bool is_match(const struct udp_block *block, const struct lan_address *local,
                     const struct lan_address *peer, const struct ip_interface *interface)
{
    if (block->descriptor < 0 || block->local.port != local->port)
        return false;
    if (block->bound_interface && interface && block->bound_interface != interface)
        return false;
    return !block->peer.port || (block->peer.ip == peer->ip && block->peer.port == peer->port);
}

struct udp_block *udp_find(struct udp *udp, const struct lan_address *local,
                           const struct lan_address *peer, const struct ip_interface *interface)
{
    struct udp_block *best = NULL;
    for (unsigned i = 0; i < udp->block_count; i++) {
        struct udp_block *block = &udp->blocks[i];
        if (!is_match(block, local, peer, interface) ||
            (block->local.ip && block->local.ip != local->ip))
            continue;
        if (block->peer.port)
            return block;
        if (!best || (!best->local.ip && block->local.ip))
            best = block;
    }
    return best;
}

/* A broadcast reaches whoever has the port, on any address of ours; a group's
 * datagram whoever joined it. */
static bool is_for(const struct udp_block *block, lan_ip4 target, int group)
{
    if (group >= 0)
        return (block->groups >> group & 1) &&
               (!block->local.ip || block->local.ip == target || !ip_is_multicast(block->local.ip));
    return !ip_is_multicast(block->local.ip);
}

bool udp_deliver_to_all(struct udp *udp, const struct udp_arrival *arrival)
{
    bool wanted = false;
    int group = ip_is_multicast(arrival->local.ip)
                    ? ip_group_find(udp->ip, arrival->interface, arrival->local.ip)
                    : -1;
    for (unsigned i = 0; i < udp->block_count; i++) {
        struct udp_block *block = &udp->blocks[i];
        if (!is_match(block, &arrival->local, &arrival->peer, arrival->interface) ||
            !is_for(block, arrival->local.ip, group))
            continue;
        wanted = true;
        if (!udp_queue_put(block, &arrival->peer, arrival->bytes, arrival->size))
            udp->counters.udp_drop_full++;
    }
    return wanted;
}

static bool deliver(struct udp *udp, const struct udp_arrival *arrival, bool to_group)
{
    if (to_group)
        return udp_deliver_to_all(udp, arrival);
    struct udp_block *block = udp_find(udp, &arrival->local, &arrival->peer, arrival->interface);
    if (!block)
        return false;
    if (!udp_queue_put(block, &arrival->peer, arrival->bytes, arrival->size))
        udp->counters.udp_drop_full++;
    return true;
}

static bool checksum_is_fine(const struct ip_packet *packet, size_t size, uint16_t checksum)
{
    if (checksum == 0 || packet->checksum_checked)
        return true; /* 0: the sender made none (RFC 768) */
    uint32_t sum = checksum_pseudo(packet->source, packet->target, IP_PROTOCOL_UDP, size);
    return checksum_is_right(checksum_add(sum, packet->payload, size));
}

bool udp_receive(struct udp *udp, const struct ip_packet *packet)
{
    struct cursor cursor = cursor_of(packet->payload, packet->payload_size);
    struct udp_arrival arrival = {
        .peer = {.ip = packet->source},
        .local = {.ip = packet->target},
        .interface = packet->interface,
    };
    arrival.peer.port = cursor_take16(&cursor);
    arrival.local.port = cursor_take16(&cursor);
    size_t size = cursor_take16(&cursor);
    uint16_t checksum = cursor_take16(&cursor);
    udp->counters.udp_received++;
    if (cursor.failed || size < UDP_HEADER_SIZE || size > packet->payload_size ||
        arrival.local.port == 0) {
        udp->counters.udp_drop_header++;
        return true;
    }
    if (!checksum_is_fine(packet, size, checksum)) {
        udp->counters.udp_drop_checksum++;
        return true;
    }
    arrival.bytes = cursor.at;
    arrival.size = size - UDP_HEADER_SIZE;
    if (deliver(udp, &arrival, packet->to_group))
        return true;
    udp->counters.udp_drop_no_port++;
    return false;
}
