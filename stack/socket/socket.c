/* Sockets' lives: made, named, connected, accepted, closed. See lan_socket.h. */
#include "socket/socket.h"

struct socket *socket_of(struct sockets *sockets, int fd)
{
    if (fd < 0 || fd >= sockets->count || sockets->table[fd].kind == SOCKET_FREE)
        return NULL;
    return &sockets->table[fd];
}

long socket_leave(const struct sockets *sockets, const char *name, int fd, long result)
{
    const struct lan_trace *trace = sockets->trace;
    if (trace && trace->call)
        trace->call(trace->context, name, fd, result);
    if (result != -LAN_EAGAIN)
        socket_wake(sockets);
    socket_unlock(sockets);
    return result;
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

static void put_stream(struct sockets *sockets, int fd, struct tcb *tcb)
{
    tcp_set_descriptor(tcb, fd);
    sockets->table[fd] = (struct socket){
        .kind = SOCKET_STREAM,
        .serial = sockets->next_serial++,
        .tcb = tcb,
    };
}

static int open_stream(struct sockets *sockets, int fd)
{
    struct tcb *tcb = tcp_open(sockets->tcp);
    if (!tcb)
        return -LAN_ENOBUFS;
    put_stream(sockets, fd, tcb);
    return fd;
}

static int open_datagram(struct sockets *sockets, int fd)
{
    struct udp_block *block = udp_open(sockets->udp, fd);
    if (!block)
        return -LAN_ENOBUFS;
    sockets->table[fd] = (struct socket){
        .kind = SOCKET_DATAGRAM,
        .serial = sockets->next_serial++,
        .block = block,
    };
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
    struct sockets *sockets = socket_enter(host);
    int fd = open_socket(sockets, domain, type, protocol);
    return (int)socket_leave(sockets, "socket", fd, fd);
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
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "bind", fd, bind_socket(sockets, fd, address));
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
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "listen", fd, listen_on(sockets, fd, backlog));
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

    uint64_t until = socket_wait_limit(sockets, listener, listener->receive_timeout_ms, 0);
    int fd;
    struct tcb *tcb;
    for (;;) {
        fd = free_descriptor(sockets); /* another thread may have taken the one before */
        if (fd < 0)
            return fd;
        tcb = tcp_accept(listener->tcb);
        if (tcb)
            break;
        int waited = socket_wait(host, listener, LAN_POLLIN, until);
        if (waited < 0)
            return waited;
    }
    put_stream(sockets, fd, tcb);
    if (peer)
        tcp_names(tcb, NULL, peer);
    return fd;
}

int lan_accept(struct lan_host *host, int fd, struct lan_address *peer)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "accept", fd, accept_from(host, fd, peer));
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

static int connect_datagram(const struct sockets *sockets, const struct socket *socket,
                            const struct lan_address *peer)
{
    if (!socket->broadcast && ip_is_broadcast(sockets->ip, peer->ip))
        return -LAN_EACCES;
    return udp_connect(socket->block, peer);
}

static int connect_socket(struct lan_host *host, int fd, const struct lan_address *peer)
{
    struct sockets *sockets = sockets_of(host);
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!peer)
        return -LAN_EFAULT;
    return socket->kind == SOCKET_DATAGRAM ? connect_datagram(sockets, socket, peer)
                                           : connect_stream(host, socket, peer);
}

int lan_connect(struct lan_host *host, int fd, const struct lan_address *peer)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "connect", fd, connect_socket(host, fd, peer));
}

static int disconnect(struct sockets *sockets, int fd)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind != SOCKET_DATAGRAM)
        return -LAN_EOPNOTSUPP;
    udp_disconnect(socket->block);
    return 0;
}

int lan_disconnect(struct lan_host *host, int fd)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "disconnect", fd, disconnect(sockets, fd));
}

/* --- shutdown, close ---------------------------------------------------------------------- */

static int shut_down(struct sockets *sockets, int fd, int how)
{
    struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind == SOCKET_STREAM)
        return tcp_shutdown(socket->tcb, how);
    if (how != LAN_SHUT_RD && how != LAN_SHUT_WR && how != LAN_SHUT_RDWR)
        return -LAN_EINVAL;
    if (!socket->block->peer.port)
        return -LAN_ENOTCONN;
    socket->read_shut |= how != LAN_SHUT_WR;
    socket->write_shut |= how != LAN_SHUT_RD;
    return 0;
}

int lan_shutdown(struct lan_host *host, int fd, int how)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "shutdown", fd, shut_down(sockets, fd, how));
}

/* SO_LINGER: what was written is on its way until the peer has acknowledged it; when
 * the time is over tcp goes on alone. False: another thread closed the socket. */
static bool linger(struct lan_host *host, const struct socket *socket)
{
    const struct sockets *sockets = sockets_of(host);
    uint64_t until = socket_wait_limit(sockets, socket, socket->linger_s * 1000u, 0);
    if (until == SOCKET_NO_WAIT || tcp_shutdown(socket->tcb, LAN_SHUT_WR) < 0)
        return true;
    return socket_wait(host, socket, SOCKET_DELIVERED, until) != -LAN_EBADF;
}

static int close_socket(struct lan_host *host, int fd)
{
    struct socket *socket = socket_of(sockets_of(host), fd);
    if (!socket)
        return -LAN_EBADF;
    if (socket->kind == SOCKET_DATAGRAM)
        udp_close(socket->block);
    else if (socket->lingers && socket->linger_s == 0)
        tcp_abort(socket->tcb);
    else if (socket->lingers && !linger(host, socket))
        return -LAN_EBADF;
    else
        tcp_close(socket->tcb);
    socket->kind = SOCKET_FREE;
    return 0;
}

int lan_close(struct lan_host *host, int fd)
{
    struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "close", fd, close_socket(host, fd));
}

/* --- names --------------------------------------------------------------------------------- */

static int own_name(struct sockets *sockets, int fd, struct lan_address *address)
{
    const struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!address)
        return -LAN_EFAULT;
    if (socket->kind == SOCKET_STREAM)
        tcp_names(socket->tcb, address, NULL);
    else
        *address = socket->block->local;
    return 0;
}

int lan_getsockname(struct lan_host *host, int fd, struct lan_address *address)
{
    struct sockets *sockets = socket_enter(host);
    int result = own_name(sockets, fd, address);
    socket_unlock(sockets);
    return result;
}

static int peer_name(struct sockets *sockets, int fd, struct lan_address *address)
{
    const struct socket *socket = socket_of(sockets, fd);
    if (!socket)
        return -LAN_EBADF;
    if (!address)
        return -LAN_EFAULT;
    if (socket->kind == SOCKET_STREAM ? !tcp_is_connected(socket->tcb) : !socket->block->peer.port)
        return -LAN_ENOTCONN;
    if (socket->kind == SOCKET_STREAM)
        tcp_names(socket->tcb, NULL, address);
    else
        *address = socket->block->peer;
    return 0;
}

int lan_getpeername(struct lan_host *host, int fd, struct lan_address *address)
{
    struct sockets *sockets = socket_enter(host);
    int result = peer_name(sockets, fd, address);
    socket_unlock(sockets);
    return result;
}
