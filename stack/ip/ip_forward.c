/* Forwarding (RFC 1812 section 5): another host's packet goes on to the next hop,
 * with one hop less to live. What cannot go on is dropped under a counter, and
 * its sender told. */
#include "ip/ip_instance.h"

#include "base/bytes.h"

/* Addresses that stand for no other host (RFC 1812 section 5.3.7), or only for one on
 * the same link (RFC 3927 section 2.7). */
static bool may_pass(lan_ip4 address)
{
    return address >> 24 != 0 && !ip_is_loopback(address) && address >> 28 != 15 &&
           address >> 16 != (169u << 8 | 254u);
}

/* One hop less; the checksum follows (RFC 1624 equation 3, for a word that falls
 * by 0x0100). */
static void age(uint8_t *header)
{
    uint32_t sum = get16(header + 10) + 0x0100u;
    header[8]--;
    put16(header + 10, (uint16_t)(sum + (sum >> 16)));
}

/* In fragments, through the buffer for that. */
static enum ip_result split(struct ip *ip, const struct ip_packet *packet, const struct ip_way *way)
{
    enum ip_result result = ip_split_begin(ip, way, packet->payload_size);
    if (result != IP_OK)
        return result;
    struct ip_large *large = &ip->split.large;
    uint8_t *header = large->payload - packet->header_size;
    memcpy(header, packet->header, packet->header_size + packet->payload_size);
    age(header);
    large->header_size = (uint32_t)packet->header_size;
    large->size = (uint32_t)packet->payload_size;
    ip_split_end(ip);
    return IP_OK;
}

/* In one piece, at once or after ARP's answer. */
static enum ip_result pass_on(struct ip *ip, const struct ip_packet *packet,
                              const struct ip_way *way)
{
    size_t size = packet->header_size + packet->payload_size;
    const uint8_t *mac;
    struct ip_interface *interface = way->interface;
    switch (arp_lookup(&interface->arp, way->next_hop, ip->now_us, &mac)) {
    case ARP_UNREACHABLE:
        return IP_UNREACHABLE;
    case ARP_FOUND: {
        uint8_t *at = ether_begin(&interface->ether, mac, ETHER_TYPE_IP, size);
        if (!at)
            return IP_AGAIN;
        memcpy(at, packet->header, size);
        age(at);
        ether_end(&interface->ether, size);
        return IP_OK;
    }
    case ARP_ASKING:
        break;
    }
    struct ip_waiting *waiting = ip_waiting_take(ip, interface, way->next_hop);
    if (!waiting)
        return IP_AGAIN;
    memcpy(waiting->packet, packet->header, size);
    age(waiting->packet);
    waiting->from = packet->interface;
    ip_waiting_put(ip, waiting, size);
    return IP_OK;
}

static enum ip_verdict tell(struct ip_report *report, enum ip_fault fault, uint32_t detail)
{
    *report = (struct ip_report){fault, detail};
    return IP_TELL;
}

/* A host on the network where the packet came from could have sent it to the next
 * hop itself (RFC 1812 section 5.2.7.2). */
static bool is_detour(const struct ip_packet *packet, const struct ip_way *way)
{
    return way->interface == packet->interface &&
           ip_is_on_network(way->interface, packet->source) &&
           ip_is_on_network(way->interface, way->next_hop);
}

enum ip_verdict ip_forward(struct ip *ip, const struct ip_packet *packet, uint16_t fragment,
                           struct ip_report *report)
{
    if (packet->to_group || !may_pass(packet->target) || !may_pass(packet->source)) {
        ip->counters.ip_drop_martian++;
        return IP_DONE;
    }
    if (packet->ttl <= 1) {
        ip->counters.ip_drop_ttl++;
        return tell(report, IP_FAULT_TTL, 0);
    }
    const struct ip_route *route = ip_find_route(ip, packet->target);
    if (!route) {
        ip->counters.ip_drop_no_way++;
        return tell(report, IP_FAULT_NO_WAY, 0);
    }
    const struct ip_way way = {
        .interface = route->interface,
        .next_hop = route->gateway ? route->gateway : packet->target,
    };
    bool fits = packet->header_size + packet->payload_size <= way.interface->mtu;
    if (!fits && (fragment & IP_DONT_FRAGMENT)) {
        ip->counters.ip_drop_not_split++;
        return tell(report, IP_FAULT_NOT_SPLIT, way.interface->mtu);
    }
    switch (fits ? pass_on(ip, packet, &way) : split(ip, packet, &way)) {
    case IP_UNREACHABLE:
        ip->counters.ip_drop_no_neighbour++;
        return tell(report, IP_FAULT_NO_NEIGHBOUR, 0);
    case IP_AGAIN:
    case IP_TOO_BIG:
        ip->counters.ip_drop_congestion++;
        return IP_DONE;
    case IP_OK:
        break;
    }
    ip->counters.ip_packets_forwarded++;
    return is_detour(packet, &way) ? tell(report, IP_FAULT_REDIRECT, way.next_hop) : IP_DONE;
}
