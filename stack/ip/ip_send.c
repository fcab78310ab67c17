/* The way down: route, source, next hop, headers in place. See ip.h. */
#include "ip/ip_instance.h"

#include "base/bytes.h"
#include "base/checksum.h"

enum { VERSION = 0x40, OPTION_ROUTER_ALERT = 0x94, ROUTER_ALERT_SIZE = 4 };

static struct ip_interface *interface_of(struct ip *ip, lan_ip4 address)
{
    for (unsigned i = 0; address && i < ip->interface_count; i++)
        if (ip->interfaces[i].address == address)
            return &ip->interfaces[i];
    return NULL;
}

/* Which interface carries what is to a group, or to all that hear. */
static struct ip_interface *interface_to_all(struct ip *ip, const struct ip_header *header,
                                             const struct ip_route *route)
{
    struct ip_interface *interface = header->interface;
    if (!interface)
        interface = interface_of(ip, header->source);
    if (!interface && route)
        interface = route->interface;
    if (!interface && ip->interface_count > 0)
        interface = &ip->interfaces[0];
    return interface;
}

/* No better one waits for its link to come up. */
static bool is_first_choice(const struct ip *ip, const struct ip_route *route, lan_ip4 target)
{
    if (!route->interface->ether.adapter->status.link_up)
        return false;
    for (const struct ip_route *better = ip->routes; better < route; better++)
        if (((target ^ better->network) & ip_mask(better->prefix)) == 0)
            return false;
    return true;
}

/* Of `header`, source (0: none wished), target and interface count. The way is
 * remembered when the same will be found for the next packet. */
APART static const struct ip_way *look_for_way(struct ip *ip, const struct ip_header *header)
{
    lan_ip4 source = header->source, target = header->target;
    struct ip_memory *memory = &ip->memory;
    struct ip_way *way = &memory->way;
    memory->target = 0;
    way->to_all = false;
    way->next_hop = target;
    if (ip_is_loopback(target) || ip_is_own(ip, target)) {
        way->interface = NULL;
        way->source = source ? source : target;
        return way;
    }
    const struct ip_route *route = ip_find_route(ip, target);
    if (target == UINT32_MAX || ip_is_multicast(target)) {
        way->to_all = true;
        way->interface = interface_to_all(ip, header, route);
        if (!way->interface)
            return NULL;
    } else {
        if (!route || target == 0)
            return NULL;
        way->interface = route->interface;
        way->to_all = ip_is_broadcast(ip, target) && !route->gateway;
        if (route->gateway)
            way->next_hop = route->gateway;
        if (!way->to_all && is_first_choice(ip, route, target)) {
            memory->target = target;
            memory->wished = source;
        }
    }
    way->source = source ? source : way->interface->address;
    return way;
}

/* NULL: none. It holds until the next call. */
static const struct ip_way *find_way(struct ip *ip, const struct ip_header *header)
{
    const struct ip_memory *memory = &ip->memory;
    if (memory->target == header->target && memory->wished == header->source && header->target &&
        memory->way.interface->ether.adapter->status.link_up)
        return &memory->way;
    return look_for_way(ip, header);
}

/* What goes to ourselves is never split: it waits in a packet of the pool. */
static size_t mtu_of(const struct ip_way *way)
{
    return way->interface ? way->interface->mtu : ETHER_MTU;
}

bool ip_route_to(struct ip *ip, lan_ip4 target, lan_ip4 *source, size_t *payload_max)
{
    const struct ip_header header = {.target = target};
    const struct ip_way *way = find_way(ip, &header);
    if (!way)
        return false;
    *source = way->source;
    *payload_max = mtu_of(way) - IP_HEADER_SIZE;
    return true;
}

/* --- a packet ----------------------------------------------------------------------- */

/* All but total length and checksum, which ip_end knows. Gives the numbers' sum. */
static uint32_t write_header(struct ip *ip, uint8_t *at, const struct ip_header *header,
                             const struct ip_out *out)
{
    const lan_ip4 source = out->source, target = header->target;
    uint32_t first = (VERSION | out->header_size / 4u) << 24 | (uint32_t)header->tos << 16;
    uint32_t second = IP_DONT_FRAGMENT;
    if (!header->dont_fragment) /* RFC 6864 section 4.1: else it needs no number */
        second = (uint32_t)ip_identify(ip, source, target, header->protocol) << 16;
    uint32_t ttl = header->ttl ? header->ttl : IP_TTL;
    uint32_t third = ttl << 24 | (uint32_t)header->protocol << 16;
    put32(at, first);
    put32(at + 4, second);
    put32(at + 8, third);
    put32(at + 12, source);
    put32(at + 16, target);
    uint32_t sum = checksum_plus(checksum_plus(first, second), third);
    sum = checksum_plus(checksum_plus(sum, source), target);
    if (header->router_alert) {
        const uint32_t option = (uint32_t)OPTION_ROUTER_ALERT << 24 | ROUTER_ALERT_SIZE << 16;
        put32(at + IP_HEADER_SIZE, option);
        sum = checksum_plus(sum, option);
    }
    return sum;
}

enum arp_result ip_find_mac(struct ip *ip, const struct ip_way *way, uint8_t group[LAN_MAC_SIZE],
                            const uint8_t **mac)
{
    if (way->to_all) {
        *mac = ip_group_mac(way->next_hop, group);
        return ARP_FOUND;
    }
    return arp_lookup(&way->interface->arp, way->next_hop, ip->now_us, mac);
}

/* Memory for the packet: the adapter's, or that of one that waits. */
static enum ip_result find_memory(struct ip *ip, const struct ip_way *way, size_t size,
                                  struct ip_out *out, uint8_t **packet)
{
    struct ip_interface *interface = way->interface;
    uint8_t group[LAN_MAC_SIZE];
    const uint8_t *mac = NULL;
    enum arp_result found = interface ? ip_find_mac(ip, way, group, &mac) : ARP_ASKING;
    if (found == ARP_UNREACHABLE) {
        ip->counters.ip_drop_unreachable++;
        return IP_UNREACHABLE;
    }
    out->interface = interface;
    out->waiting = NULL;
    out->insert_at = 0;
    out->can_insert =
        found == ARP_FOUND && (interface->ether.adapter->capabilities & LAN_ADAPTER_SENDS_CHECKSUM);
    if (found == ARP_FOUND) {
        *packet = ether_begin(&interface->ether, mac, ETHER_TYPE_IP, size);
        return *packet ? IP_OK : IP_AGAIN;
    }
    struct ip_waiting *waiting = ip_waiting_take(ip, interface, way->next_hop);
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
    *packet = ip->split.large.payload - out->header_size;
    return IP_OK;
}

enum ip_result ip_begin(struct ip *ip, const struct ip_header *header, size_t payload_size,
                        struct ip_out *out)
{
    const struct ip_way *way = find_way(ip, header);
    if (!way) {
        ip->counters.ip_drop_no_route++;
        return IP_UNREACHABLE;
    }
    uint8_t *packet;
    const uint8_t header_size = IP_HEADER_SIZE + (header->router_alert ? ROUTER_ALERT_SIZE : 0);
    out->header_size = header_size;
    enum ip_result result = header_size + payload_size > mtu_of(way)
                                ? find_large_memory(ip, way, header, payload_size, out, &packet)
                                : find_memory(ip, way, header_size + payload_size, out, &packet);
    if (result != IP_OK)
        return result;
    out->payload = packet + header_size;
    out->source = way->source;
    out->header_sum = write_header(ip, packet, header, out);
    return IP_OK;
}

static void end_large(struct ip *ip, const struct ip_out *out, size_t payload_size)
{
    ip->split.large.size = (uint32_t)payload_size;
    ip->split.large.header_size = out->header_size;
    if (payload_size > 0)
        ip_split_end(ip);
    else
        ip->split.state = IP_SPLIT_FREE;
}

void ip_end(struct ip *ip, struct ip_out *out, size_t payload_size)
{
    size_t header_size = out->header_size;
    uint8_t *packet = out->payload - header_size;
    size_t size = payload_size > 0 ? header_size + payload_size : 0;
    put16(packet + 2, (uint16_t)size);
    put16(packet + 10, (uint16_t)~checksum_fold(checksum_plus(out->header_sum, (uint32_t)size)));
    ip->counters.ip_packets_sent += size > 0;
    if (out->insert_at)
        ether_insert_checksum(&out->interface->ether, header_size, header_size + out->insert_at);
    if (!out->waiting)
        ether_end(&out->interface->ether, size);
    else if (out->waiting == &ip->split)
        end_large(ip, out, payload_size);
    else if (size > 0)
        ip_waiting_put(ip, out->waiting, size);
}
