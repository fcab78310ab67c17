/* Sockets' data: read and write, for streams and datagrams, blocking and not. */
#include "socket/socket.h"

/* --- read -------------------------------------------------------------------------- */

enum {
    RECEIVE_FLAGS = LAN_MSG_DONTWAIT | LAN_MSG_PEEK | LAN_MSG_WAITALL,
    SEND_FLAGS = LAN_MSG_DONTWAIT | LAN_MSG_NOSIGNAL,
};

static long read_once(const struct socket *socket, void *memory, size_t size, int flags,
                      struct lan_address *source)
{
    if (socket->kind == SOCKET_DATAGRAM) {
        long got = udp_read(socket->block, memory, size, flags, source);
        return got == -LAN_EAGAIN && socket->read_shut ? 0 : got;
    }
    if (source)
        tcp_names(socket->tcb, NULL, source);
    return tcp_read(socket->tcb, memory, size, flags);
}

/* What comes next, at least one byte or datagram unless it is the end. */
static long read_some(struct lan_host *host, const struct socket *socket, void *memory, size_t size,
                      int flags, struct lan_address *source, uint64_t until)
{
    for (;;) {
        long got = read_once(socket, memory, size, flags, source);
        if (got != -LAN_EAGAIN)
            return got;
        int waited = socket_wait(host, socket, LAN_POLLIN, until);
        if (waited < 0)
            return waited;
    }
}

/* All of it, unless the stream ends, fails or the time is over on the way. */
static long read_all(struct lan_host *host, const struct socket *socket, uint8_t *bytes,
                     size_t size, int flags, struct lan_address *source, uint64_t until)
{
    size_t done = 0;
    while (done < size) {
        /* An error behind what came is told by the next call. */
        if (done > 0 && (socket_wait(host, socket, LAN_POLLIN, until) < 0 ||
                         socket_events(socket) & LAN_POLLERR))
            break;
        long got = read_some(host, socket, bytes + done, size - done, flags, source, until);
        if (got < 0 && done == 0)
            return got;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return (long)done;
}

static long receive(struct lan_host *host, int fd, void *memory, size_t size, int flags,
                    struct lan_address *source)
{
    struct sockets *sockets = sockets_of(host);
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!memory && size > 0)
        return -LAN_EFAULT;
    if (flags & ~RECEIVE_FLAGS)
        return -LAN_EOPNOTSUPP;
    uint64_t until = socket_wait_limit(sockets, socket, socket->receive_timeout_ms, flags);
    if (socket->kind == SOCKET_STREAM && (flags & LAN_MSG_WAITALL) && !(flags & LAN_MSG_PEEK))
        return read_all(host, socket, memory, size, flags, source, until);
    return read_some(host, socket, memory, size, flags, source, until);
}

long lan_recvfrom(struct lan_host *host, int fd, void *memory, size_t size, int flags,
                  struct lan_address *source)
{
    const struct sockets *sockets = socket_enter(host);
    return socket_leave(sockets, "recvfrom", fd, receive(host, fd, memory, size, flags, source));
}

long lan_read(struct lan_host *host, int fd, void *memory, size_t size)
{
    const struct sockets *sockets = socket_enter(host);
    return socket_leave(sockets, "read", fd, receive(host, fd, memory, size, 0, NULL));
}

/* --- write ------------------------------------------------------------------------------ */

/* All of it, unless the socket does not block or fails on the way. */
static long write_stream(struct lan_host *host, struct socket *socket, const uint8_t *bytes,
                         size_t size, uint64_t until)
{
    size_t written = 0;
    for (;;) {
        long taken = tcp_write(socket->tcb, bytes + written, size - written);
        if (taken == -LAN_EAGAIN)
            taken = socket_wait(host, socket, LAN_POLLOUT, until);
        if (taken < 0)
            return written > 0 ? (long)written : taken;
        written += (size_t)taken;
        if (written == size)
            return (long)written;
    }
}

static long write_datagram(struct lan_host *host, struct socket *socket, const void *memory,
                           size_t size, uint64_t until, const struct lan_address *target)
{
    if (socket->write_shut)
        return -LAN_EPIPE;
    if (target && !socket->broadcast && ip_is_broadcast(sockets_of(host)->ip, target->ip))
        return -LAN_EACCES;
    for (;;) {
        long sent = udp_send(socket->block, target, memory, size);
        if (sent != -LAN_EAGAIN)
            return sent;
        /* A datagram socket is always ready; it is the adapter that has no room. */
        int waited = socket_wait(host, socket, 0, until);
        if (waited < 0)
            return waited;
    }
}

static long send(struct lan_host *host, int fd, const void *memory, size_t size, int flags,
                 const struct lan_address *target)
{
    struct sockets *sockets = sockets_of(host);
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!memory && size > 0)
        return -LAN_EFAULT;
    if (flags & ~SEND_FLAGS)
        return -LAN_EOPNOTSUPP;
    uint64_t until = socket_wait_limit(sockets, socket, socket->send_timeout_ms, flags);
    if (socket->kind == SOCKET_DATAGRAM)
        return write_datagram(host, socket, memory, size, until, target);
    if (target)
        return -LAN_EISCONN;
    return write_stream(host, socket, memory, size, until);
}

long lan_sendto(struct lan_host *host, int fd, const void *memory, size_t size, int flags,
                const struct lan_address *target)
{
    const struct sockets *sockets = socket_enter(host);
    return socket_leave(sockets, "sendto", fd, send(host, fd, memory, size, flags, target));
}

long lan_write(struct lan_host *host, int fd, const void *memory, size_t size)
{
    const struct sockets *sockets = socket_enter(host);
    return socket_leave(sockets, "write", fd, send(host, fd, memory, size, 0, NULL));
}
