/* What a datagram socket chooses about groups and adapters. */
#include "udp/udp.h"

static int interface_at(const struct udp *udp, int index, struct ip_interface **interface)
{
    if (index >= 0 && (unsigned)index >= udp->ip->interface_count)
        return -LAN_ENODEV;
    *interface = index < 0 ? NULL : &udp->ip->interfaces[index];
    return 0;
}

int udp_set_interface(struct udp_block *block, int interface)
{
    return interface_at(block->udp, interface, &block->bound_interface);
}

int udp_set_group_interface(struct udp_block *block, int interface)
{
    return interface_at(block->udp, interface, &block->group_interface);
}

int udp_join(struct udp_block *block, lan_ip4 group, int interface)
{
    struct ip *ip = block->udp->ip;
    int index = ip_group_join(ip, group, interface);
    if (index < 0)
        return index;
    if (block->groups >> index & 1) {
        ip_group_leave(ip, index);
        return -LAN_EADDRINUSE;
    }
    block->groups |= 1u << index;
    return 0;
}

int udp_leave(struct udp_block *block, lan_ip4 group, int interface)
{
    struct ip *ip = block->udp->ip;
    for (int i = 0; i < IP_GROUPS; i++) {
        if (!(block->groups >> i & 1) || ip->groups[i].group != group ||
            (interface >= 0 && ip->groups[i].interface - ip->interfaces != interface))
            continue;
        block->groups &= ~(1u << i);
        ip_group_leave(ip, i);
        return 0;
    }
    return -LAN_EADDRNOTAVAIL;
}

void udp_leave_all(struct udp_block *block)
{
    for (int i = 0; i < IP_GROUPS; i++)
        if (block->groups >> i & 1)
            ip_group_leave(block->udp->ip, i);
    block->groups = 0;
}
