/* The way up: a packet is parsed with the checked cursor, and either whole and
 * for this host, or dropped under a counter (RFC 1122 section 3.2.1). */
#include "ip/ip_instance.h"

#include "base/bytes.h"
#include "base/checksum.h"

enum { OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137 };

/* Whether they parse and none is a source route, which lets a stranger choose the
 * way of our answer. All others are skipped. */
static enum ip_verdict check_options(struct ip *ip, const struct ip_packet *packet,
                                     struct ip_report *report)
{
    struct cursor options =
        cursor_of(packet->header + IP_HEADER_SIZE, packet->header_size - IP_HEADER_SIZE);
    while (options.left > 0) {
        const uint8_t *option = options.at;
        uint8_t kind = cursor_take8(&options);
        if (kind == IP_OPTION_END)
            break;
        if (kind == IP_OPTION_NOTHING)
            continue;
        if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE) {
            ip->counters.ip_drop_source_route++;
            return IP_DONE;
        }
        uint8_t size = cursor_take8(&options);
        if (size < 2 || !cursor_take(&options, size - 2u)) {
            ip->counters.ip_drop_options++;
            *report = (struct ip_report){IP_FAULT_OPTION, (uint32_t)(option - packet->header)};
            return IP_TELL;
        }
    }
    return IP_DELIVER;
}

/* A host sends from an address of its own, never from a group, and nobody but we
 * from ours (RFC 1122 section 3.2.1.3). */
static bool source_is_fine(struct ip *ip, const struct ip_interface *interface, lan_ip4 source)
{
    if (!interface || (source == ip->memory.peer && source != 0))
        return true; /* from ourselves, or from where the packet before came */
    bool fine = source != 0 && !ip_is_loopback(source) && !ip_is_multicast(source) &&
                source >> 28 != 15 && !ip_is_broadcast(ip, source) && !ip_is_own(ip, source);
    if (fine)
        ip->memory.peer = source;
    return fine;
}

static bool is_to_group(const struct ip *ip, lan_ip4 target)
{
    return ip_is_multicast(target) || ip_is_broadcast(ip, target);
}

/* Whether it is for us, with the right kind of MAC address, or goes on. */
static enum ip_verdict check_target(struct ip *ip, const struct ip_packet *packet,
                                    uint16_t fragment, struct ip_report *report)
{
    const struct ip_interface *interface = packet->interface;
    lan_ip4 target = packet->target;
    if (!interface)
        return IP_DELIVER;
    if ((target == interface->address && target != 0) || ip_is_own(ip, target)) {
        if (!packet->to_group)
            return IP_DELIVER;
        ip->counters.ip_drop_unicast_to_all++;
        return IP_DONE;
    }
    if (target == IP_ALL_SYSTEMS || target == UINT32_MAX)
        return IP_DELIVER;
    if (ip_is_multicast(target)) {
        if (ip_group_find(ip, interface, target) >= 0)
            return IP_DELIVER;
        ip->counters.ip_drop_group++;
        return IP_DONE;
    }
    if (ip_is_broadcast(ip, target)) {
        if (ip_is_on_network(interface, target))
            return IP_DELIVER;
        ip->counters.ip_drop_broadcast++;
        return IP_DONE;
    }
    if (ip->forwarding)
        return ip_forward(ip, packet, fragment, report);
    ip->counters.ip_drop_other++;
    return IP_DONE;
}

bool ip_parse(const struct ether_frame *frame, struct ip_packet *packet, uint16_t *fragment,
              uint32_t *sum)
{
    if (frame->payload_size < IP_HEADER_SIZE)
        return false;
    const uint8_t *header = frame->payload;
    const uint32_t first = get32(header), second = get32(header + 4), third = get32(header + 8);
    const size_t size = first & UINT16_MAX;
    packet->header = header;
    packet->header_size = (first >> 24 & 15u) * 4u;
    packet->tos = (uint8_t)(first >> 16);
    packet->ttl = (uint8_t)(third >> 24);
    packet->protocol = (uint8_t)(third >> 16);
    packet->source = get32(header + 12);
    packet->target = get32(header + 16);
    *fragment = (uint16_t)second;
    *sum = checksum_plus(checksum_plus(first, second), third);
    *sum = checksum_plus(checksum_plus(*sum, packet->source), packet->target);
    if (first >> 28 != 4 || packet->header_size < IP_HEADER_SIZE || size < packet->header_size ||
        size > frame->payload_size)
        return false;
    packet->payload = packet->header + packet->header_size;
    packet->payload_size = size - packet->header_size;
    return true;
}

enum ip_verdict ip_receive(struct ip *ip, struct ip_interface *interface,
                           const struct ether_frame *frame, struct ip_packet *packet,
                           struct ip_report *report)
{
    uint16_t fragment;
    uint32_t sum;
    ip->counters.ip_packets_received++;
    if (!ip_parse(frame, packet, &fragment, &sum)) {
        ip->counters.ip_drop_header++;
        return IP_DONE;
    }
    if (packet->header_size > IP_HEADER_SIZE)
        sum = checksum_add(checksum_of_numbers(sum), packet->header + IP_HEADER_SIZE,
                           packet->header_size - IP_HEADER_SIZE);
    if (!checksum_is_right(sum)) {
        ip->counters.ip_drop_checksum++;
        return IP_DONE;
    }
    if (!source_is_fine(ip, interface, packet->source)) {
        ip->counters.ip_drop_source++;
        return IP_DONE;
    }
    packet->interface = interface;
    packet->to_group = frame->to_group;
    if (packet->header_size > IP_HEADER_SIZE) {
        enum ip_verdict verdict = check_options(ip, packet, report);
        if (verdict != IP_DELIVER)
            return verdict;
    }
    enum ip_verdict verdict = check_target(ip, packet, fragment, report);
    if (verdict != IP_DELIVER)
        return verdict;
    if (!interface || packet->target != interface->address)
        packet->to_group |= is_to_group(ip, packet->target);
    packet->checksum_checked = interface && interface->ether.adapter->receive_verified;
    if ((fragment & (IP_MORE_FRAGMENTS | IP_FRAGMENT_OFFSET)) &&
        !ip_reassemble(ip, packet, fragment))
        return IP_DONE;
    return IP_DELIVER;
}
