/* Sockets' options: what every socket has here, what only some have in
 * socket_stream.c and socket_group.c. */
#include "socket/socket.h"

/* Level SOL_SOCKET, of every socket; -LAN_ENOPROTOOPT: none of these. */
static int set_common(struct socket *socket, int option, int value)
{
    switch (option) {
    case LAN_SO_NONBLOCK:
        socket->nonblocking = value != 0;
        return 0;
    case LAN_SO_RCVTIMEO:
    case LAN_SO_SNDTIMEO:
        if (value < 0)
            return -LAN_EDOM;
        *(option == LAN_SO_RCVTIMEO ? &socket->receive_timeout_ms : &socket->send_timeout_ms) =
            (uint32_t)value;
        return 0;
    case LAN_SO_RCVBUF: /* a wish: buffers have the size that the host was given */
    case LAN_SO_SNDBUF:
        return value > 0 ? 0 : -LAN_EINVAL;
    case LAN_SO_LINGER:
        if (value > UINT16_MAX)
            return -LAN_EINVAL;
        socket->lingers = value >= 0;
        socket->linger_s = (uint16_t)(value < 0 ? 0 : value);
        return 0;
    default:
        return -LAN_ENOPROTOOPT;
    }
}

static int set_option(struct sockets *sockets, int fd, int level, int option, int value)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    int result = level == LAN_SOL_SOCKET ? set_common(socket, option, value) : -LAN_ENOPROTOOPT;
    if (result != -LAN_ENOPROTOOPT)
        return result;
    return socket->kind == SOCKET_STREAM
               ? socket_set_stream_option(socket->tcb, level, option, value)
               : socket_set_datagram_option(socket, level, option, value);
}

int lan_setsockopt(struct lan_host *host, int fd, int level, int option, int value)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "setsockopt", fd,
                             set_option(sockets, fd, level, option, value));
}

static int get_common(const struct socket *socket, int option, int *value)
{
    switch (option) {
    case LAN_SO_NONBLOCK:
        *value = socket->nonblocking;
        return 0;
    case LAN_SO_RCVTIMEO:
        *value = (int)socket->receive_timeout_ms;
        return 0;
    case LAN_SO_SNDTIMEO:
        *value = (int)socket->send_timeout_ms;
        return 0;
    case LAN_SO_TYPE:
        *value = socket->kind == SOCKET_STREAM ? LAN_SOCK_STREAM : LAN_SOCK_DGRAM;
        return 0;
    case LAN_SO_ACCEPTCONN:
        *value = socket->listening;
        return 0;
    case LAN_SO_LINGER:
        *value = socket->lingers ? socket->linger_s : -1;
        return 0;
    default:
        return -LAN_ENOPROTOOPT;
    }
}

static int get_option(struct sockets *sockets, int fd, int level, int option, int *value)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!value)
        return -LAN_EFAULT;
    int result = level == LAN_SOL_SOCKET ? get_common(socket, option, value) : -LAN_ENOPROTOOPT;
    if (result != -LAN_ENOPROTOOPT)
        return result;
    return socket->kind == SOCKET_STREAM
               ? socket_get_stream_option(socket->tcb, level, option, value)
               : socket_get_datagram_option(socket, level, option, value);
}

int lan_getsockopt(struct lan_host *host, int fd, int level, int option, int *value)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "getsockopt", fd,
                             get_option(sockets, fd, level, option, value));
}
