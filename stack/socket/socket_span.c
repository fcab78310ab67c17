/* Reading and writing in place: a stream's bytes where TCP keeps them, without a copy
 * between. */
#include "socket/socket.h"

static struct socket *stream_of(struct sockets *sockets, int fd, int *error)
{
    struct socket *socket = socket_of(sockets, fd);
    *error = !socket ? -LAN_EBADF : socket->kind != SOCKET_STREAM ? -LAN_EOPNOTSUPP : 0;
    return *error ? NULL : socket;
}

static long receive_span(struct lan_host *host, int fd, const void **bytes)
{
    struct sockets *sockets = sockets_of(host);
    int error;
    const struct socket *socket = stream_of(sockets, fd, &error);
    if (!socket)
        return error;
    uint64_t until = socket_wait_limit(sockets, socket, socket->receive_timeout_ms, 0);
    for (;;) {
        const uint8_t *at = NULL;
        long size = tcp_receive_span(socket->tcb, &at);
        *bytes = at;
        if (size != -LAN_EAGAIN)
            return size;
        int waited = socket_wait(host, socket, LAN_POLLIN, until);
        if (waited < 0)
            return waited;
    }
}

long lan_receive_span(struct lan_host *host, int fd, const void **bytes)
{
    const struct sockets *sockets = socket_enter(host);
    return socket_leave(sockets, "receive_span", fd, receive_span(host, fd, bytes));
}

int lan_receive_done(struct lan_host *host, int fd, size_t size)
{
    struct sockets *sockets = socket_enter(host);
    int result;
    const struct socket *socket = stream_of(sockets, fd, &result);
    if (socket)
        result = tcp_receive_done(socket->tcb, size);
    return (int)socket_leave(sockets, "receive_done", fd, result);
}

static long send_span(struct lan_host *host, int fd, void **bytes)
{
    struct sockets *sockets = sockets_of(host);
    int error;
    const struct socket *socket = stream_of(sockets, fd, &error);
    if (!socket)
        return error;
    uint64_t until = socket_wait_limit(sockets, socket, socket->send_timeout_ms, 0);
    for (;;) {
        uint8_t *at = NULL;
        long size = tcp_send_span(socket->tcb, &at);
        *bytes = at;
        if (size != -LAN_EAGAIN)
            return size;
        int waited = socket_wait(host, socket, LAN_POLLOUT, until);
        if (waited < 0)
            return waited;
    }
}

long lan_send_span(struct lan_host *host, int fd, void **bytes)
{
    const struct sockets *sockets = socket_enter(host);
    return socket_leave(sockets, "send_span", fd, send_span(host, fd, bytes));
}

int lan_send_done(struct lan_host *host, int fd, size_t size)
{
    struct sockets *sockets = socket_enter(host);
    int result;
    const struct socket *socket = stream_of(sockets, fd, &result);
    if (socket)
        result = tcp_send_done(socket->tcb, size);
    return (int)socket_leave(sockets, "send_done", fd, result);
}
