/* What only datagram sockets have: options of IP, and groups. */
#include "socket/socket.h"

/* An int option that is a byte of the header. */
static int set_byte(uint8_t *field, int value, int min)
{
    if (value < min || value > UINT8_MAX)
        return -LAN_EINVAL;
    *field = (uint8_t)value;
    return 0;
}

static int set_ip_option(struct udp_block *block, int option, int value)
{
    switch (option) {
    case LAN_IP_TOS:
        return set_byte(&block->tos, value, 0);
    case LAN_IP_TTL:
        return set_byte(&block->ttl, value, 1);
    case LAN_IP_MULTICAST_TTL:
        return set_byte(&block->group_ttl, value, 1);
    case LAN_IP_MULTICAST_LOOP:
        block->no_loop = value == 0;
        return 0;
    case LAN_IP_MULTICAST_IF:
        return udp_set_group_interface(block, value);
    default:
        return -LAN_ENOPROTOOPT;
    }
}

int socket_set_datagram_option(struct socket *socket, int level, int option, int value)
{
    struct udp_block *block = socket->block;
    if (level == LAN_IPPROTO_IP)
        return set_ip_option(block, option, value);
    if (level != LAN_SOL_SOCKET)
        return -LAN_ENOPROTOOPT;
    switch (option) {
    case LAN_SO_REUSEADDR:
        block->shared = value != 0;
        return 0;
    case LAN_SO_BROADCAST:
        socket->broadcast = value != 0;
        return 0;
    case LAN_SO_BINDTODEVICE:
        return udp_set_interface(block, value);
    default:
        return -LAN_ENOPROTOOPT;
    }
}

static int interface_index(const struct udp_block *block, const struct ip_interface *interface)
{
    return interface ? (int)(interface - block->udp->ip->interfaces) : -1;
}

static int get_ip_option(const struct udp_block *block, int option, int *value)
{
    switch (option) {
    case LAN_IP_TOS:
        *value = block->tos;
        return 0;
    case LAN_IP_TTL:
        *value = block->ttl ? block->ttl : IP_TTL;
        return 0;
    case LAN_IP_MULTICAST_TTL:
        *value = block->group_ttl ? block->group_ttl : IP_GROUP_TTL;
        return 0;
    case LAN_IP_MULTICAST_LOOP:
        *value = !block->no_loop;
        return 0;
    case LAN_IP_MULTICAST_IF:
        *value = interface_index(block, block->group_interface);
        return 0;
    default:
        return -LAN_ENOPROTOOPT;
    }
}

int socket_get_datagram_option(struct socket *socket, int level, int option, int *value)
{
    struct udp_block *block = socket->block;
    if (level == LAN_IPPROTO_IP)
        return get_ip_option(block, option, value);
    if (level != LAN_SOL_SOCKET)
        return -LAN_ENOPROTOOPT;
    switch (option) {
    case LAN_SO_ERROR:
        *value = udp_take_error(block);
        return 0;
    case LAN_SO_BROADCAST:
        *value = socket->broadcast;
        return 0;
    case LAN_SO_SNDBUF: /* the largest datagram: what is sent waits in the adapter */
        *value = UINT16_MAX;
        return 0;
    case LAN_SO_RCVBUF:
        *value = (int)block->udp->queue_bytes;
        return 0;
    case LAN_SO_REUSEADDR:
        *value = block->shared;
        return 0;
    case LAN_SO_BINDTODEVICE:
        *value = interface_index(block, block->bound_interface);
        return 0;
    default:
        return -LAN_ENOPROTOOPT;
    }
}

/* --- groups ------------------------------------------------------------------------------ */

static int change_group(struct lan_host *host, int fd,
                        int (*change)(struct udp_block *, lan_ip4, int), lan_ip4 group,
                        int interface)
{
    struct socket *socket = socket_of(sockets_of(host), fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind != SOCKET_DATAGRAM)
        return -LAN_EOPNOTSUPP;
    return change(socket->block, group, interface);
}

int lan_join_group(struct lan_host *host, int fd, lan_ip4 group, int interface)
{
    const struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "join_group", fd,
                             change_group(host, fd, udp_join, group, interface));
}

int lan_leave_group(struct lan_host *host, int fd, lan_ip4 group, int interface)
{
    const struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "leave_group", fd,
                             change_group(host, fd, udp_leave, group, interface));
}
