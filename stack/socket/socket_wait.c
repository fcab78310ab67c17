/* Waiting, and asking many sockets at once.
 *
 * A blocking call is a small main loop of the application's kind: it steps the
 * host, looks whether what it waits for has come, and lets the port wait until the
 * next interrupt or deadline. Only here does anything wait. */
#include "socket/socket.h"

short socket_events(const struct socket *socket)
{
    return socket->kind == SOCKET_STREAM ? tcp_events(socket->tcb) : udp_events(socket->block);
}

uint64_t socket_wait_limit(const struct sockets *sockets, const struct socket *socket,
                           uint32_t timeout_ms, int flags)
{
    if (socket->nonblocking || (flags & LAN_MSG_DONTWAIT) || !sockets->port.wait)
        return SOCKET_NO_WAIT;
    return timeout_ms ? sockets->now_us + timeout_ms * 1000ull : LAN_NEVER;
}

/* Until an interrupt, the host's next deadline or `until_us`. */
static int wait_once(struct sockets *sockets, uint64_t deadline_us, uint64_t until_us)
{
    if (sockets->now_us >= until_us)
        return -LAN_EAGAIN;
    uint64_t first = deadline_us < until_us ? deadline_us : until_us;
    return sockets->port.wait(sockets->port.context, first) ? 0 : -LAN_EINTR;
}

int socket_wait(struct lan_host *host, const struct socket *socket, int events, uint64_t until_us)
{
    struct sockets *sockets = sockets_of(host);
    if (until_us == SOCKET_NO_WAIT)
        return -LAN_EAGAIN;
    if (events == 0) {
        uint64_t deadline = lan_host_step(host, sockets->now_us);
        uint64_t retry = sockets->now_us + IP_RETRY_US;
        return wait_once(sockets, deadline < retry ? deadline : retry, until_us);
    }
    events |= LAN_POLLERR | LAN_POLLHUP;
    for (;;) {
        /* What was written a moment ago may have set a deadline. */
        uint64_t deadline = lan_host_step(host, sockets->now_us);
        if (socket_events(socket) & events)
            return 0;
        int waited = wait_once(sockets, deadline, until_us);
        if (waited < 0)
            return waited;
    }
}

/* --- poll ---------------------------------------------------------------------------- */

/* How many have events. */
static int look(struct sockets *sockets, struct lan_pollfd *fds, unsigned count)
{
    int ready = 0;
    for (unsigned i = 0; i < count; i++) {
        struct lan_pollfd *entry = &fds[i];
        entry->revents = 0;
        if (entry->fd < 0)
            continue;
        const struct socket *socket = socket_of(sockets, entry->fd);
        if (socket)
            entry->revents =
                (short)(socket_events(socket) & (entry->events | LAN_POLLERR | LAN_POLLHUP));
        else
            entry->revents = LAN_POLLNVAL;
        ready += entry->revents != 0;
    }
    return ready;
}

static int poll(struct lan_host *host, struct lan_pollfd *fds, unsigned count, int timeout_ms)
{
    struct sockets *sockets = sockets_of(host);
    if (!fds && count > 0)
        return -LAN_EFAULT;
    int ready = look(sockets, fds, count);
    if (ready > 0 || timeout_ms == 0 || !sockets->port.wait)
        return ready;
    uint64_t until = timeout_ms < 0 ? LAN_NEVER : sockets->now_us + (uint64_t)timeout_ms * 1000u;
    for (;;) {
        uint64_t deadline = lan_host_step(host, sockets->now_us);
        ready = look(sockets, fds, count);
        if (ready > 0)
            return ready;
        int waited = wait_once(sockets, deadline, until);
        if (waited < 0)
            return waited == -LAN_EAGAIN ? 0 : waited;
    }
}

int lan_poll(struct lan_host *host, struct lan_pollfd *fds, unsigned count, int timeout_ms)
{
    return (int)socket_traced(sockets_of(host), "poll", -1, poll(host, fds, count, timeout_ms));
}
