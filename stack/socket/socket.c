/* Sockets' lives: made, named, connected, accepted, closed. See lan_socket.h. */
#include "socket/socket.h"

struct socket *socket_of(struct sockets *sockets, int fd)
{
    if (fd < 0 || fd >= sockets->count || sockets->table[fd].kind == SOCKET_FREE)
        return NULL;
    return &sockets->table[fd];
}

long socket_traced(const struct sockets *sockets, const char *name, int fd, long result)
{
    const struct lan_trace *trace = sockets->trace;
    if (trace && trace->call)
        trace->call(trace->context, name, fd, result);
    return result;
}

static int traced(struct lan_host *host, const char *name, int fd, int result)
{
    return (int)socket_traced(sockets_of(host), name, fd, result);
}

/* The lowest descriptor that is free (POSIX), or -LAN_EMFILE. */
static int free_descriptor(const struct sockets *sockets)
{
    for (int fd = 0; fd < sockets->count; fd++)
        if (sockets->table[fd].kind == SOCKET_FREE)
            return fd;
    return -LAN_EMFILE;
}

/* --- socket ------------------------------------------------------------------------- */

static int open_stream(struct sockets *sockets, int fd)
{
    struct tcb *tcb = tcp_open(sockets->tcp);
    if (!tcb)
        return -LAN_ENOBUFS;
    tcp_set_descriptor(tcb, fd);
    sockets->table[fd] = (struct socket){.kind = SOCKET_STREAM, .tcb = tcb};
    return fd;
}

static int open_datagram(struct sockets *sockets, int fd)
{
    struct udp_block *block = udp_open(sockets->udp, fd);
    if (!block)
        return -LAN_ENOBUFS;
    sockets->table[fd] = (struct socket){.kind = SOCKET_DATAGRAM, .block = block};
    return fd;
}

static int open_socket(struct sockets *sockets, int domain, int type, int protocol)
{
    int kind = type & ~LAN_SOCK_NONBLOCK;
    if (domain != LAN_AF_INET)
        return -LAN_EAFNOSUPPORT;
    if (kind != LAN_SOCK_STREAM && kind != LAN_SOCK_DGRAM)
        return -LAN_EINVAL;
    if (protocol && protocol != (kind == LAN_SOCK_STREAM ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP))
        return -LAN_EPROTONOSUPPORT;

    int fd = free_descriptor(sockets);
    if (fd >= 0)
        fd = kind == LAN_SOCK_STREAM ? open_stream(sockets, fd) : open_datagram(sockets, fd);
    if (fd >= 0)
        sockets->table[fd].nonblocking = (type & LAN_SOCK_NONBLOCK) != 0;
    return fd;
}

int lan_socket(struct lan_host *host, int domain, int type, int protocol)
{
    int fd = open_socket(sockets_of(host), domain, type, protocol);
    return traced(host, "socket", fd, fd);
}

/* --- bind, listen, accept --------------------------------------------------------------- */

static int bind_socket(struct sockets *sockets, int fd, const struct lan_address *address)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!address)
        return -LAN_EFAULT;
    bool to_all = socket->kind == SOCKET_DATAGRAM &&
                  (ip_is_broadcast(sockets->ip, address->ip) || ip_is_multicast(address->ip));
    if (address->ip && !to_all && !ip_is_loopback(address->ip) &&
        !ip_is_own(sockets->ip, address->ip))
        return -LAN_EADDRNOTAVAIL;
    return socket->kind == SOCKET_STREAM ? tcp_bind(socket->tcb, address)
                                         : udp_bind(socket->block, address);
}

int lan_bind(struct lan_host *host, int fd, const struct lan_address *address)
{
    return traced(host, "bind", fd, bind_socket(sockets_of(host), fd, address));
}

static int listen_on(struct sockets *sockets, int fd, int backlog)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind != SOCKET_STREAM)
        return -LAN_EOPNOTSUPP;
    int result = tcp_listen(socket->tcb, backlog);
    socket->listening |= result == 0;
    return result;
}

int lan_listen(struct lan_host *host, int fd, int backlog)
{
    return traced(host, "listen", fd, listen_on(sockets_of(host), fd, backlog));
}

static int accept_from(struct lan_host *host, int listener_fd, struct lan_address *peer)
{
    struct sockets *sockets = sockets_of(host);
    struct socket *listener = socket_of(sockets, listener_fd);
    if (!listener)
        return -LAN_EBADF;
    if (listener->kind != SOCKET_STREAM)
        return -LAN_EOPNOTSUPP;
    if (!listener->listening)
        return -LAN_EINVAL;
    int fd = free_descriptor(sockets);
    if (fd < 0)
        return fd;

    uint64_t until = socket_wait_limit(sockets, listener, listener->receive_timeout_ms, 0);
    struct tcb *tcb;
    while (!(tcb = tcp_accept(listener->tcb))) {
        int waited = socket_wait(host, listener, LAN_POLLIN, until);
        if (waited < 0)
            return waited;
    }
    tcp_set_descriptor(tcb, fd);
    sockets->table[fd] = (struct socket){.kind = SOCKET_STREAM, .tcb = tcb};
    if (peer)
        tcp_names(tcb, NULL, peer);
    return fd;
}

int lan_accept(struct lan_host *host, int fd, struct lan_address *peer)
{
    return traced(host, "accept", fd, accept_from(host, fd, peer));
}

/* --- connect -------------------------------------------------------------------------------- */

static int connect_stream(struct lan_host *host, struct socket *socket,
                          const struct lan_address *peer)
{
    int result = tcp_connect(socket->tcb, peer);
    if (result != -LAN_EINPROGRESS)
        return result;
    uint64_t until = socket_wait_limit(sockets_of(host), socket, socket->send_timeout_ms, 0);
    result = socket_wait(host, socket, LAN_POLLOUT, until);
    if (result == -LAN_EAGAIN)
        return -LAN_EINPROGRESS; /* it goes on */
    return result < 0 ? result : -tcp_take_error(socket->tcb);
}

static int connect_socket(struct lan_host *host, int fd, const struct lan_address *peer)
{
    struct socket *socket = socket_of(sockets_of(host), fd);
    if (!socket)
        return -LAN_EBADF;
    if (!peer)
        return -LAN_EFAULT;
    if (socket->kind == SOCKET_DATAGRAM)
        return udp_connect(socket->block, peer);
    return connect_stream(host, socket, peer);
}

int lan_connect(struct lan_host *host, int fd, const struct lan_address *peer)
{
    return traced(host, "connect", fd, connect_socket(host, fd, peer));
}

/* --- shutdown, close ----------------------------------------------------------------------------
 */

static int shut_down(struct sockets *sockets, int fd, int how)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind != SOCKET_STREAM)
        return -LAN_EOPNOTSUPP;
    return tcp_shutdown(socket->tcb, how);
}

int lan_shutdown(struct lan_host *host, int fd, int how)
{
    return traced(host, "shutdown", fd, shut_down(sockets_of(host), fd, how));
}

static int close_socket(struct sockets *sockets, int fd)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind == SOCKET_STREAM)
        tcp_close(socket->tcb);
    else
        udp_close(socket->block);
    socket->kind = SOCKET_FREE;
    return 0;
}

int lan_close(struct lan_host *host, int fd)
{
    return traced(host, "close", fd, close_socket(sockets_of(host), fd));
}

/* --- names
 * ------------------------------------------------------------------------------------------ */

int lan_getsockname(struct lan_host *host, int fd, struct lan_address *address)
{
    struct socket *socket = socket_of(sockets_of(host), fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind == SOCKET_STREAM)
        tcp_names(socket->tcb, address, NULL);
    else
        *address = socket->block->local;
    return 0;
}

int lan_getpeername(struct lan_host *host, int fd, struct lan_address *address)
{
    struct socket *socket = socket_of(sockets_of(host), fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind == SOCKET_STREAM)
        tcp_names(socket->tcb, NULL, address);
    else
        *address = socket->block->peer;
    return address->port ? 0 : -LAN_ENOTCONN;
}
