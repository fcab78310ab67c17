/* IP's interfaces and routes: which way, and with which address of ours. */
#include "ip/ip_instance.h"
#include "lan_socket.h"

#include <string.h>

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
    if (ip->interface_count == IP_INTERFACES || ip->route_count == IP_ROUTES)
        return -LAN_ENOBUFS;

    struct ip_interface *interface = &ip->interfaces[ip->interface_count];
    memset(interface, 0, sizeof *interface);
    interface->ether.adapter = adapter;
    interface->address = address;
    interface->prefix = prefix;
    interface->link_changes = adapter->status.link_changes - 1; /* so: to be announced */
    arp_init(&interface->arp, &interface->ether, address);
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
