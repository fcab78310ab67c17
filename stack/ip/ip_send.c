/* The way down: route, source, next hop, headers in place. See ip.h. */
#include "ip/ip_instance.h"

#include "base/bytes.h"
#include "base/checksum.h"

enum { VERSION_AND_SIZE = 0x45 };

static struct ip_interface *interface_of(struct ip *ip, lan_ip4 address)
{
    for (unsigned i = 0; i < ip->interface_count; i++)
        if (ip->interfaces[i].address == address)
            return &ip->interfaces[i];
    return NULL;
}

/* `source` is the caller's wish or 0. */
static bool find_way(struct ip *ip, lan_ip4 source, lan_ip4 target, struct ip_way *way)
{
    way->to_all = false;
    way->next_hop = target;
    if (ip_is_loopback(target) || ip_is_own(ip, target)) {
        way->interface = NULL;
        way->source = source ? source : target;
        return true;
    }
    const struct ip_route *route = ip_find_route(ip, target);
    if (target == UINT32_MAX || ip_is_multicast(target)) {
        /* On the network that the source chose, else as the routes say. */
        way->to_all = true;
        way->interface = interface_of(ip, source);
        if (!way->interface && route)
            way->interface = route->interface;
        if (!way->interface && ip->interface_count > 0)
            way->interface = &ip->interfaces[0];
        if (!way->interface)
            return false;
    } else {
        if (!route || target == 0)
            return false;
        way->interface = route->interface;
        way->to_all = ip_is_broadcast(ip, target) && !route->gateway;
        if (route->gateway)
            way->next_hop = route->gateway;
    }
    way->source = source ? source : way->interface->address;
    return true;
}

/* What goes to ourselves is never split: it waits in a packet of the pool. */
static size_t mtu_of(const struct ip_way *way)
{
    return way->interface ? way->interface->mtu : ETHER_MTU;
}

bool ip_route_to(struct ip *ip, lan_ip4 target, lan_ip4 *source, size_t *payload_max)
{
    struct ip_way way;
    if (!find_way(ip, 0, target, &way))
        return false;
    *source = way.source;
    *payload_max = mtu_of(&way) - IP_HEADER_SIZE;
    return true;
}

/* --- a packet ----------------------------------------------------------------------- */

/* All but total length and checksum, which ip_end knows. */
static void write_header(struct ip *ip, uint8_t *at, const struct ip_header *header, lan_ip4 source)
{
    at[0] = VERSION_AND_SIZE;
    at[1] = header->tos;
    if (header->dont_fragment)
        put32(at + 4, IP_DONT_FRAGMENT); /* RFC 6864 section 4.1: needs no number */
    else
        put32(at + 4, (uint32_t)ip_identify(ip, source, header->target, header->protocol) << 16);
    at[8] = header->ttl ? header->ttl : IP_TTL;
    at[9] = header->protocol;
    put16(at + 10, 0);
    put32(at + 12, source);
    put32(at + 16, header->target);
}

/* RFC 1112 section 6.4: the low 23 bits of the group. */
static const uint8_t *group_mac(lan_ip4 group, uint8_t mac[LAN_MAC_SIZE])
{
    if (!ip_is_multicast(group))
        return ether_broadcast;
    put16(mac, 0x0100);
    put32(mac + 2, 0x5e000000 | (group & 0x7fffff));
    return mac;
}

enum arp_result ip_find_mac(struct ip *ip, const struct ip_way *way, uint8_t group[LAN_MAC_SIZE],
                            const uint8_t **mac)
{
    if (way->to_all) {
        *mac = group_mac(way->next_hop, group);
        return ARP_FOUND;
    }
    return arp_lookup(&way->interface->arp, way->next_hop, ip->now_us, mac);
}

/* Memory for the packet: the adapter's, or that of one that waits. */
static enum ip_result find_memory(struct ip *ip, const struct ip_way *way, size_t size,
                                  struct ip_out *out, uint8_t **packet)
{
    uint8_t group[LAN_MAC_SIZE];
    const uint8_t *mac = NULL;
    enum arp_result found = way->interface ? ip_find_mac(ip, way, group, &mac) : ARP_ASKING;
    if (found == ARP_UNREACHABLE) {
        ip->counters.ip_drop_unreachable++;
        return IP_UNREACHABLE;
    }
    out->interface = way->interface;
    out->waiting = NULL;
    out->insert_at = 0;
    out->can_insert = found == ARP_FOUND &&
                      (way->interface->ether.adapter->capabilities & LAN_ADAPTER_SENDS_CHECKSUM);
    if (found == ARP_FOUND) {
        *packet = ether_begin(&way->interface->ether, mac, ETHER_TYPE_IP, size);
        return *packet ? IP_OK : IP_AGAIN;
    }
    struct ip_waiting *waiting = ip_waiting_take(ip, way->interface, way->next_hop);
    if (!waiting)
        return IP_AGAIN;
    out->waiting = waiting;
    *packet = waiting->packet;
    return IP_OK;
}

/* The same for a packet that leaves in fragments. */
static enum ip_result find_large_memory(struct ip *ip, const struct ip_way *way,
                                        const struct ip_header *header, size_t payload_size,
                                        struct ip_out *out, uint8_t **packet)
{
    enum ip_result result =
        header->dont_fragment ? IP_TOO_BIG : ip_split_begin(ip, way, payload_size);
    if (result == IP_TOO_BIG)
        ip->counters.ip_drop_too_big++;
    if (result != IP_OK)
        return result;
    out->interface = way->interface;
    out->waiting = &ip->split;
    out->can_insert = false;
    out->insert_at = 0;
    *packet = ip->split.large.payload - IP_HEADER_SIZE;
    return IP_OK;
}

enum ip_result ip_begin(struct ip *ip, const struct ip_header *header, size_t payload_size,
                        struct ip_out *out)
{
    struct ip_way way;
    if (!find_way(ip, header->source, header->target, &way)) {
        ip->counters.ip_drop_no_route++;
        return IP_UNREACHABLE;
    }
    uint8_t *packet;
    enum ip_result result =
        payload_size > mtu_of(&way) - IP_HEADER_SIZE
            ? find_large_memory(ip, &way, header, payload_size, out, &packet)
            : find_memory(ip, &way, IP_HEADER_SIZE + payload_size, out, &packet);
    if (result != IP_OK)
        return result;
    write_header(ip, packet, header, way.source);
    out->payload = packet + IP_HEADER_SIZE;
    out->source = way.source;
    return IP_OK;
}

static void end_large(struct ip *ip, size_t payload_size)
{
    ip->split.large.size = (uint32_t)payload_size;
    ip->split.large.header_size = IP_HEADER_SIZE;
    if (payload_size > 0)
        ip_split_end(ip);
    else
        ip->split.state = IP_SPLIT_FREE;
}

void ip_end(struct ip *ip, struct ip_out *out, size_t payload_size)
{
    uint8_t *packet = out->payload - IP_HEADER_SIZE;
    size_t size = payload_size > 0 ? IP_HEADER_SIZE + payload_size : 0;
    if (size > 0) {
        put16(packet + 2, (uint16_t)size);
        checksum_store(packet + 10, checksum_add(0, packet, IP_HEADER_SIZE));
        ip->counters.ip_packets_sent++;
    }
    if (out->insert_at)
        ether_insert_checksum(&out->interface->ether, IP_HEADER_SIZE,
                              IP_HEADER_SIZE + out->insert_at);
    if (!out->waiting)
        ether_end(&out->interface->ether, size);
    else if (out->waiting == &ip->split)
        end_large(ip, payload_size);
    else if (size > 0)
        ip_waiting_put(ip, out->waiting, size);
}
