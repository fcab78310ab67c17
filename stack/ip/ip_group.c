/* Multicast groups that this host listens to (RFC 1112): who is a member, and the
 * adapters' filters. igmp tells the routers; it finds here what there is to tell. */
#include "ip/ip_instance.h"
#include "lan_socket.h"

#include "base/bytes.h"

const uint8_t *ip_group_mac(lan_ip4 group, uint8_t mac[LAN_MAC_SIZE])
{
    if (!ip_is_multicast(group))
        return ether_broadcast;
    put16(mac, 0x0100); /* RFC 1112 section 6.4: the low 23 bits of the group */
    put32(mac + 2, 0x5e000000 | (group & 0x7fffff));
    return mac;
}

static void set_filter(struct ip_interface *interface, lan_ip4 group, bool wanted)
{
    uint8_t mac[LAN_MAC_SIZE];
    struct lan_adapter *adapter = interface->ether.adapter;
    adapter->functions->join(adapter, ip_group_mac(group, mac), wanted);
}

void ip_group_hear_all_systems(struct ip_interface *interface)
{
    set_filter(interface, IP_ALL_SYSTEMS, true);
}

int ip_group_find(const struct ip *ip, const struct ip_interface *interface, lan_ip4 group)
{
    for (int i = 0; i < IP_GROUPS; i++)
        if (ip->groups[i].group == group && ip->groups[i].interface == interface &&
            ip->groups[i].users > 0)
            return i;
    return -1;
}

int ip_group_join(struct ip *ip, lan_ip4 group, int interface)
{
    if (!ip_is_multicast(group))
        return -LAN_EINVAL;
    const struct ip_route *route = ip_find_route(ip, group);
    struct ip_interface *on = NULL;
    if (interface >= 0 && (unsigned)interface < ip->interface_count)
        on = &ip->interfaces[interface];
    else if (interface < 0 && ip->interface_count > 0)
        on = route ? route->interface : &ip->interfaces[0];
    if (!on)
        return -LAN_ENODEV;

    int index = ip_group_find(ip, on, group);
    if (index >= 0) {
        ip->groups[index].users++;
        return index;
    }
    for (index = 0; index < IP_GROUPS; index++)
        if (ip->groups[index].users == 0 && !ip->groups[index].left)
            break;
    if (index == IP_GROUPS)
        return -LAN_ENOBUFS;
    ip->groups[index] =
        (struct ip_group){.group = group, .interface = on, .users = 1, .joined = true};
    ip->groups_changed = true;
    set_filter(on, group, true);
    return index;
}

/* Two groups in 32 share a MAC address: the filter stays while one needs it. */
static bool is_mac_needed(const struct ip *ip, const struct ip_group *gone)
{
    if (((gone->group ^ IP_ALL_SYSTEMS) & 0x7fffff) == 0)
        return true;
    for (unsigned i = 0; i < IP_GROUPS; i++)
        if (ip->groups[i].users > 0 && ip->groups[i].interface == gone->interface &&
            ((ip->groups[i].group ^ gone->group) & 0x7fffff) == 0)
            return true;
    return false;
}

void ip_group_leave(struct ip *ip, int index)
{
    struct ip_group *group = &ip->groups[index];
    if (--group->users > 0)
        return;
    group->left = true;
    ip->groups_changed = true;
    if (!is_mac_needed(ip, group))
        set_filter(group->interface, group->group, false);
}
