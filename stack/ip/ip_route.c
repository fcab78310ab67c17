/* IP's memory, interfaces and routes: which way, and with which address of ours. */
#include "ip/ip_instance.h"
#include "lan_socket.h"

#include <assert.h>
#include <string.h>

/* --- memory --------------------------------------------------------------------------- */

/* Before a large payload, with the header at its end; keeps it 8-byte aligned. */
enum { LARGE_HEADER_ROOM = (IP_HEADER_SIZE_MAX + 7) & ~7 };

static size_t round_up(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

static size_t interfaces_size(const struct ip_config *config)
{
    return round_up(config->interface_count * sizeof(struct ip_interface));
}

static size_t neighbours_size(const struct ip_config *config)
{
    return round_up((size_t)config->interface_count * config->neighbour_count *
                    sizeof(struct arp_entry));
}

static size_t large_size(const struct ip_config *config)
{
    return config->packet_bytes ? LARGE_HEADER_ROOM + config->packet_bytes : 0;
}

static size_t reassemblies_size(const struct ip_config *config)
{
    return round_up(config->reassembly_count * sizeof(struct ip_reassembly)) +
           config->reassembly_count * large_size(config);
}

size_t ip_memory_size(const struct ip_config *config)
{
    return interfaces_size(config) + neighbours_size(config) +
           config->packet_count * sizeof(struct ip_waiting) + round_up(config->packet_count) +
           large_size(config) + reassemblies_size(config);
}

void ip_init(struct ip *ip, void *memory, const struct ip_config *config, uint32_t secret,
             uint64_t now_us)
{
    uint8_t *at = memory;
    assert(config->packet_count <= UINT8_MAX && config->packet_bytes % 8 == 0);
    memset(memory, 0, interfaces_size(config) + neighbours_size(config));
    *ip = (struct ip){
        .config = *config,
        .interfaces = memory,
        .neighbours = (struct arp_entry *)(void *)(at + interfaces_size(config)),
        .secret = secret,
        .now_us = now_us,
    };
    at += interfaces_size(config) + neighbours_size(config);
    ip->waiting = (struct ip_waiting *)(void *)at;
    ip->waiting_order = (uint8_t *)(ip->waiting + config->packet_count);
    for (unsigned i = 0; i < config->packet_count; i++)
        ip->waiting_order[i] = (uint8_t)i;
    at = ip->waiting_order + round_up(config->packet_count);
    ip->split.large = (struct ip_large){at + LARGE_HEADER_ROOM, config->packet_bytes, 0, 0};
    at += large_size(config);
    ip->reassembly_deadline_us = LAN_NEVER;
    ip->reassemblies = (struct ip_reassembly *)(void *)at;
    at += round_up(config->reassembly_count * sizeof(struct ip_reassembly));
    for (unsigned i = 0; i < config->reassembly_count; i++, at += large_size(config))
        ip->reassemblies[i] = (struct ip_reassembly){
            .large = {.payload = at + LARGE_HEADER_ROOM, .capacity = config->packet_bytes}};
}

/* --- routes ---------------------------------------------------------------------------- */

bool ip_is_host_address(lan_ip4 address)
{
    return address != 0 && address != UINT32_MAX && !ip_is_multicast(address) &&
           !ip_is_loopback(address);
}

/* Behind those that are as good: the first that was added is taken. */
static void insert(struct ip *ip, const struct ip_route *route)
{
    ip_forget(ip);
    unsigned at = 0;
    while (at < ip->route_count &&
           (ip->routes[at].prefix > route->prefix ||
            (ip->routes[at].prefix == route->prefix && ip->routes[at].metric <= route->metric)))
        at++;
    memmove(&ip->routes[at + 1], &ip->routes[at], (ip->route_count - at) * sizeof *ip->routes);
    ip->routes[at] = *route;
    ip->route_count++;
}

static void remove_at(struct ip *ip, unsigned at)
{
    ip_forget(ip);
    ip->route_count--;
    memmove(&ip->routes[at], &ip->routes[at + 1], (ip->route_count - at) * sizeof *ip->routes);
}

int ip_add_route(struct ip *ip, const struct lan_route *route)
{
    if (route->prefix > 32 || route->interface < 0 ||
        (unsigned)route->interface >= ip->interface_count ||
        (route->network & ~ip_mask(route->prefix)) != 0 ||
        (route->gateway != 0 && !ip_is_host_address(route->gateway)))
        return -LAN_EINVAL;
    if (ip->route_count == IP_ROUTES)
        return -LAN_ENOBUFS;
    const struct ip_route added = {
        .network = route->network,
        .prefix = (uint8_t)route->prefix,
        .metric = route->metric,
        .gateway = route->gateway,
        .interface = &ip->interfaces[route->interface],
    };
    insert(ip, &added);
    return 0;
}

bool ip_get_route(const struct ip *ip, unsigned index, struct lan_route *route)
{
    if (index >= ip->route_count)
        return false;
    const struct ip_route *found = &ip->routes[index];
    *route = (struct lan_route){
        .network = found->network,
        .prefix = found->prefix,
        .gateway = found->gateway,
        .interface = (int)(found->interface - ip->interfaces),
        .metric = found->metric,
    };
    return true;
}

int ip_remove_route(struct ip *ip, const struct lan_route *route)
{
    struct lan_route other;
    for (unsigned i = 0; ip_get_route(ip, i, &other); i++)
        if (other.network == route->network && other.prefix == route->prefix &&
            other.gateway == route->gateway && other.interface == route->interface &&
            other.metric == route->metric) {
            remove_at(ip, i);
            return 0;
        }
    return -LAN_ENOENT;
}

/* Of equally long prefixes the one with the lowest metric whose link is up; while
 * none is, the first. */
const struct ip_route *ip_find_route(const struct ip *ip, lan_ip4 target)
{
    const struct ip_route *best = NULL;
    for (unsigned i = 0; i < ip->route_count; i++) {
        const struct ip_route *route = &ip->routes[i];
        if (((target ^ route->network) & ip_mask(route->prefix)) != 0)
            continue;
        if (best && route->prefix < best->prefix)
            break;
        if (route->interface->ether.adapter->status.link_up)
            return route;
        if (!best)
            best = route;
    }
    return best;
}

/* --- interfaces ------------------------------------------------------------------------------ */

static bool is_address_of(lan_ip4 address, unsigned prefix)
{
    return prefix <= 32 && (ip_is_host_address(address) || (address == 0 && prefix == 0));
}

int ip_add_interface(struct ip *ip, struct lan_adapter *adapter, lan_ip4 address, unsigned prefix)
{
    if (!is_address_of(address, prefix))
        return -LAN_EINVAL;
    if (ip->interface_count == ip->config.interface_count || ip->route_count == IP_ROUTES)
        return -LAN_ENOBUFS;

    struct ip_interface *interface = &ip->interfaces[ip->interface_count];
    memset(interface, 0, sizeof *interface);
    interface->ether.adapter = adapter;
    interface->mtu = ETHER_MTU;
    interface->link_changes = adapter->status.link_changes - 1; /* so: to be announced */
    arp_init(&interface->arp, &interface->ether, 0,
             ip->neighbours + ip->interface_count * ip->config.neighbour_count,
             ip->config.neighbour_count);
    int index = (int)ip->interface_count++;
    ip_set_address(ip, index, address, prefix);
    ip_group_hear_all_systems(interface);
    return index;
}

/* The route to the network of its own. */
static struct lan_route own_route(const struct ip *ip, int interface)
{
    const struct ip_interface *of = &ip->interfaces[interface];
    return (struct lan_route){
        .network = of->address & ip_mask(of->prefix),
        .prefix = of->prefix,
        .interface = interface,
    };
}

int ip_set_address(struct ip *ip, int interface, lan_ip4 address, unsigned prefix)
{
    if (interface < 0 || (unsigned)interface >= ip->interface_count ||
        !is_address_of(address, prefix))
        return -LAN_EINVAL;
    struct ip_interface *of = &ip->interfaces[interface];
    ip_forget(ip);
    if (of->address != 0) {
        const struct lan_route old = own_route(ip, interface);
        ip_remove_route(ip, &old);
    }
    of->address = of->arp.address = address;
    of->prefix = prefix;
    acd_claim(&of->arp, ip->now_us);
    of->link_changes = of->ether.adapter->status.link_changes - 1;
    if (address == 0)
        return 0;
    const struct lan_route route = own_route(ip, interface);
    return ip_add_route(ip, &route);
}

int ip_set_mtu(struct ip *ip, int interface, unsigned mtu)
{
    if (interface < 0 || (unsigned)interface >= ip->interface_count || mtu < IP_MTU_MIN ||
        mtu > ETHER_MTU)
        return -LAN_EINVAL;
    ip->interfaces[interface].mtu = mtu;
    return 0;
}

bool ip_is_own(const struct ip *ip, lan_ip4 address)
{
    for (unsigned i = 0; i < ip->interface_count; i++)
        if (ip->interfaces[i].address == address)
            return address != 0;
    return false;
}

bool ip_is_broadcast(const struct ip *ip, lan_ip4 address)
{
    if (address == UINT32_MAX)
        return true;
    for (unsigned i = 0; i < ip->interface_count; i++) {
        lan_ip4 mask = ip_mask(ip->interfaces[i].prefix);
        /* A network of one or two hosts has none (RFC 3021). */
        if (ip->interfaces[i].prefix < 31 && ip->interfaces[i].address != 0 &&
            address == (ip->interfaces[i].address | ~mask))
            return true;
    }
    return false;
}
