/* IP's memory, interfaces and routes: which way, and with which address of ours. */
#include "ip/ip_instance.h"
#include "lan_socket.h"

#include <assert.h>
#include <string.h>

/* --- memory --------------------------------------------------------------------------- */

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

size_t ip_memory_size(const struct ip_config *config)
{
    return interfaces_size(config) + neighbours_size(config) +
           config->packet_count * sizeof(struct ip_waiting) + round_up(config->packet_count);
}

void ip_init(struct ip *ip, void *memory, const struct ip_config *config, uint16_t identification,
             uint64_t now_us)
{
    uint8_t *at = memory;
    assert(config->packet_count <= UINT8_MAX);
    memset(memory, 0, interfaces_size(config) + neighbours_size(config));
    *ip = (struct ip){
        .config = *config,
        .interfaces = memory,
        .neighbours = (struct arp_entry *)(void *)(at + interfaces_size(config)),
        .identification = identification,
        .now_us = now_us,
    };
    at += interfaces_size(config) + neighbours_size(config);
    ip->waiting = (struct ip_waiting *)(void *)at;
    ip->waiting_order = (uint8_t *)(ip->waiting + config->packet_count);
    for (unsigned i = 0; i < config->packet_count; i++)
        ip->waiting_order[i] = (uint8_t)i;
}

/* --- interfaces and routes ---------------------------------------------------------------- */

static bool is_host_address(lan_ip4 address)
{
    return address != 0 && address != UINT32_MAX && !ip_is_multicast(address) &&
           !ip_is_loopback(address);
}

int ip_add_route(struct ip *ip, lan_ip4 network, unsigned prefix, lan_ip4 gateway, int interface)
{
    if (prefix > 32 || interface < 0 || (unsigned)interface >= ip->interface_count ||
        (network & ~ip_mask(prefix)) != 0 || (gateway != 0 && !is_host_address(gateway)))
        return -LAN_EINVAL;
    if (ip->route_count == IP_ROUTES)
        return -LAN_ENOBUFS;

    /* Behind those of the same length: the first that was added is taken. */
    unsigned at = 0;
    while (at < ip->route_count && ip->routes[at].prefix >= prefix)
        at++;
    memmove(&ip->routes[at + 1], &ip->routes[at], (ip->route_count - at) * sizeof *ip->routes);
    ip->routes[at] = (struct ip_route){network, prefix, gateway, &ip->interfaces[interface]};
    ip->route_count++;
    return 0;
}

int ip_add_interface(struct ip *ip, struct lan_adapter *adapter, lan_ip4 address, unsigned prefix)
{
    if (!is_host_address(address) || prefix > 32)
        return -LAN_EINVAL;
    if (ip->interface_count == ip->config.interface_count || ip->route_count == IP_ROUTES)
        return -LAN_ENOBUFS;

    struct ip_interface *interface = &ip->interfaces[ip->interface_count];
    memset(interface, 0, sizeof *interface);
    interface->ether.adapter = adapter;
    interface->address = address;
    interface->prefix = prefix;
    interface->link_changes = adapter->status.link_changes - 1; /* so: to be announced */
    arp_init(&interface->arp, &interface->ether, address,
             ip->neighbours + ip->interface_count * ip->config.neighbour_count,
             ip->config.neighbour_count);
    int index = (int)ip->interface_count++;
    ip_add_route(ip, address & ip_mask(prefix), prefix, 0, index);
    return index;
}

const struct ip_route *ip_find_route(const struct ip *ip, lan_ip4 target)
{
    for (unsigned i = 0; i < ip->route_count; i++)
        if (((target ^ ip->routes[i].network) & ip_mask(ip->routes[i].prefix)) == 0)
            return &ip->routes[i];
    return NULL;
}

bool ip_is_own(const struct ip *ip, lan_ip4 address)
{
    for (unsigned i = 0; i < ip->interface_count; i++)
        if (ip->interfaces[i].address == address)
            return true;
    return false;
}

bool ip_is_broadcast(const struct ip *ip, lan_ip4 address)
{
    if (address == UINT32_MAX)
        return true;
    for (unsigned i = 0; i < ip->interface_count; i++) {
        lan_ip4 mask = ip_mask(ip->interfaces[i].prefix);
        /* A network of one or two hosts has none (RFC 3021). */
        if (ip->interfaces[i].prefix < 31 && address == (ip->interfaces[i].address | ~mask))
            return true;
    }
    return false;
}
