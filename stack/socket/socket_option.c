/* Sockets' options: what every socket has here, TCP's own in tcp. And the words
 * for errors. */
#include "socket/socket.h"

static int set_option(struct sockets *sockets, int fd, int level, int option, int value)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (level == LAN_SOL_SOCKET) {
        switch (option) {
        case LAN_SO_NONBLOCK:
            socket->nonblocking = value != 0;
            return 0;
        case LAN_SO_RCVTIMEO:
        case LAN_SO_SNDTIMEO:
            if (value < 0)
                return -LAN_EINVAL;
            *(option == LAN_SO_RCVTIMEO ? &socket->receive_timeout_ms : &socket->send_timeout_ms) =
                (uint32_t)value;
            return 0;
        default:
            break;
        }
    }
    return socket->kind == SOCKET_STREAM
               ? tcp_set_option(socket->tcb, level, option, value)
               : socket_set_datagram_option(socket->block, level, option, value);
}

int lan_setsockopt(struct lan_host *host, int fd, int level, int option, int value)
{
    struct sockets *sockets = sockets_of(host);
    return (int)socket_traced(sockets, "setsockopt", fd,
                              set_option(sockets, fd, level, option, value));
}

static int get_option(struct sockets *sockets, int fd, int level, int option, int *value)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!value)
        return -LAN_EFAULT;
    if (level == LAN_SOL_SOCKET && option == LAN_SO_NONBLOCK)
        *value = socket->nonblocking;
    else if (level == LAN_SOL_SOCKET && option == LAN_SO_RCVTIMEO)
        *value = (int)socket->receive_timeout_ms;
    else if (level == LAN_SOL_SOCKET && option == LAN_SO_SNDTIMEO)
        *value = (int)socket->send_timeout_ms;
    else if (socket->kind == SOCKET_STREAM)
        return tcp_get_option(socket->tcb, level, option, value);
    else
        return socket_get_datagram_option(socket->block, level, option, value);
    return 0;
}

int lan_getsockopt(struct lan_host *host, int fd, int level, int option, int *value)
{
    struct sockets *sockets = sockets_of(host);
    return (int)socket_traced(sockets, "getsockopt", fd,
                              get_option(sockets, fd, level, option, value));
}

const char *lan_error_text(int error)
{
    switch (error < 0 ? -error : error) {
    case 0:
        return "no error";
    case LAN_ENOENT:
        return "no such name";
    case LAN_EINTR:
        return "interrupted";
    case LAN_EIO:
        return "server failed";
    case LAN_EBADF:
        return "bad descriptor";
    case LAN_EAGAIN:
        return "not now, try again";
    case LAN_ENOMEM:
        return "out of memory";
    case LAN_EFAULT:
        return "bad pointer";
    case LAN_ENODEV:
        return "no such interface";
    case LAN_EINVAL:
        return "invalid argument";
    case LAN_EMFILE:
        return "too many sockets";
    case LAN_EPIPE:
        return "broken pipe";
    case LAN_ENOTSOCK:
        return "not a socket";
    case LAN_EDESTADDRREQ:
        return "target address required";
    case LAN_EMSGSIZE:
        return "message too long";
    case LAN_ENOPROTOOPT:
        return "no such option";
    case LAN_EPROTONOSUPPORT:
        return "protocol not supported";
    case LAN_EOPNOTSUPP:
        return "operation not supported";
    case LAN_EAFNOSUPPORT:
        return "address family not supported";
    case LAN_EADDRINUSE:
        return "address in use";
    case LAN_EADDRNOTAVAIL:
        return "address not available";
    case LAN_ENETDOWN:
        return "network is down";
    case LAN_ENETUNREACH:
        return "network unreachable";
    case LAN_ECONNABORTED:
        return "connection aborted";
    case LAN_ECONNRESET:
        return "connection reset by peer";
    case LAN_ENOBUFS:
        return "no buffer space";
    case LAN_EISCONN:
        return "already connected";
    case LAN_ENOTCONN:
        return "not connected";
    case LAN_ETIMEDOUT:
        return "timed out";
    case LAN_ECONNREFUSED:
        return "connection refused";
    case LAN_EHOSTUNREACH:
        return "host unreachable";
    case LAN_EALREADY:
        return "already in progress";
    case LAN_EINPROGRESS:
        return "in progress";
    default:
        return "unknown error";
    }
}
