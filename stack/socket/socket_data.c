/* Sockets' data: read and write, for streams and datagrams, blocking and not. */
#include "socket/socket.h"

/* --- read -------------------------------------------------------------------------- */

static long read_once(const struct socket *socket, void *memory, size_t size, int flags,
                      struct lan_address *source)
{
    if (socket->kind == SOCKET_DATAGRAM)
        return udp_read(socket->block, memory, size, flags, source);
    if (source)
        tcp_names(socket->tcb, NULL, source);
    return tcp_read(socket->tcb, memory, size, flags);
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
    uint64_t until = socket_wait_limit(sockets, socket, socket->receive_timeout_ms, flags);
    for (;;) {
        long got = read_once(socket, memory, size, flags, source);
        if (got != -LAN_EAGAIN)
            return got;
        int waited = socket_wait(host, socket, LAN_POLLIN, until);
        if (waited < 0)
            return waited;
    }
}

long lan_recvfrom(struct lan_host *host, int fd, void *memory, size_t size, int flags,
                  struct lan_address *source)
{
    return socket_traced(sockets_of(host), "recvfrom", fd,
                         receive(host, fd, memory, size, flags, source));
}

long lan_read(struct lan_host *host, int fd, void *memory, size_t size)
{
    return socket_traced(sockets_of(host), "read", fd, receive(host, fd, memory, size, 0, NULL));
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
    return socket_traced(sockets_of(host), "sendto", fd,
                         send(host, fd, memory, size, flags, target));
}

long lan_write(struct lan_host *host, int fd, const void *memory, size_t size)
{
    return socket_traced(sockets_of(host), "write", fd, send(host, fd, memory, size, 0, NULL));
}
