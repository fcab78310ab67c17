/* Waiting, and asking many sockets at once.
 *
 * A blocking call is a small main loop of the application's kind: it steps the
 * host, looks whether what it waits for has come, and lets the port wait until the
 * next interrupt or deadline. Only here does anything wait, and only here is the
 * lock given up (by the port, while it waits). */
#include "socket/socket.h"

int socket_events(const struct socket *socket)
{
    if (socket->kind == SOCKET_STREAM)
        return tcp_events(socket->tcb) |
               (tcp_has_delivered(socket->tcb) ? (int)SOCKET_DELIVERED : 0);
    int events = udp_events(socket->block);
    if (socket->read_shut)
        events |= LAN_POLLIN;
    if (socket->read_shut && socket->write_shut)
        events |= LAN_POLLHUP;
    return events;
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

static int wait_for_socket(struct sockets *sockets, const struct socket *socket,
                           uint64_t deadline_us, uint64_t until_us)
{
    uint32_t serial = socket->serial;
    int waited = wait_once(sockets, deadline_us, until_us);
    return socket->kind == SOCKET_FREE || socket->serial != serial ? -LAN_EBADF : waited;
}

int socket_wait(struct lan_host *host, const struct socket *socket, int events, uint64_t until_us)
{
    struct sockets *sockets = sockets_of(host);
    if (until_us == SOCKET_NO_WAIT)
        return -LAN_EAGAIN;
    if (events == 0) {
        uint64_t deadline = host_step(host, sockets->now_us);
        uint64_t retry = sockets->now_us + IP_RETRY_US;
        return wait_for_socket(sockets, socket, deadline < retry ? deadline : retry, until_us);
    }
    if (events != SOCKET_DELIVERED)
        events |= LAN_POLLERR | LAN_POLLHUP;
    for (;;) {
        /* What was written a moment ago may have set a deadline. */
        uint64_t deadline = host_step(host, sockets->now_us);
        if (socket_events(socket) & events)
            return 0;
        int waited = wait_for_socket(sockets, socket, deadline, until_us);
        if (waited < 0)
            return waited;
    }
}

/* --- poll ---------------------------------------------------------------------------- */

/* What poll or select asks for. */
struct watch {
    struct lan_pollfd *fds; /* NULL: sets */
    unsigned count;
    const struct lan_fd_set *read, *write;  /* as asked for */
    struct lan_fd_set *readable, *writable; /* the answer */
};

/* How many have events. */
static int look_at_entries(struct sockets *sockets, const struct watch *watch)
{
    int ready = 0;
    for (unsigned i = 0; i < watch->count; i++) {
        struct lan_pollfd *entry = &watch->fds[i];
        entry->revents = 0;
        if (entry->fd < 0)
            continue;
        const struct socket *socket = socket_of(sockets, entry->fd);
        int wanted = (entry->events & ~(int)SOCKET_DELIVERED) | LAN_POLLERR | LAN_POLLHUP;
        entry->revents = (short)(socket ? socket_events(socket) & wanted : LAN_POLLNVAL);
        ready += entry->revents != 0;
    }
    return ready;
}

/* How many bits there are in the answer, or -LAN_EBADF. */
static int look_at_sets(struct sockets *sockets, const struct watch *watch)
{
    int ready = 0;
    lan_fd_zero(watch->readable);
    lan_fd_zero(watch->writable);
    for (int fd = 0; fd < (int)watch->count; fd++) {
        bool read = lan_fd_is_set(fd, watch->read), write = lan_fd_is_set(fd, watch->write);
        if (!read && !write)
            continue;
        const struct socket *socket = socket_of(sockets, fd);
        if (!socket)
            return -LAN_EBADF;
        int events = socket_events(socket);
        if (read && events & (LAN_POLLIN | LAN_POLLERR | LAN_POLLHUP)) {
            lan_fd_set(fd, watch->readable);
            ready++;
        }
        if (write && events & (LAN_POLLOUT | LAN_POLLERR)) {
            lan_fd_set(fd, watch->writable);
            ready++;
        }
    }
    return ready;
}

static int look(struct sockets *sockets, const struct watch *watch)
{
    return watch->fds || !watch->read ? look_at_entries(sockets, watch)
                                      : look_at_sets(sockets, watch);
}

static int wait_for_any(struct lan_host *host, const struct watch *watch, int timeout_ms)
{
    struct sockets *sockets = sockets_of(host);
    int ready = look(sockets, watch);
    if (ready != 0 || timeout_ms == 0 || !sockets->port.wait)
        return ready;
    uint64_t until = timeout_ms < 0 ? LAN_NEVER : sockets->now_us + (uint64_t)timeout_ms * 1000u;
    for (;;) {
        uint64_t deadline = host_step(host, sockets->now_us);
        ready = look(sockets, watch);
        if (ready != 0)
            return ready;
        int waited = wait_once(sockets, deadline, until);
        if (waited < 0)
            return waited == -LAN_EAGAIN ? 0 : waited;
    }
}

int lan_poll(struct lan_host *host, struct lan_pollfd *fds, unsigned count, int timeout_ms)
{
    const struct sockets *sockets = socket_enter(host);
    const struct watch watch = {.fds = fds, .count = count};
    int result = !fds && count > 0 ? -LAN_EFAULT : wait_for_any(host, &watch, timeout_ms);
    return (int)socket_leave(sockets, "poll", -1, result);
}

/* --- select -------------------------------------------------------------------------- */

static int wait_for_sets(struct lan_host *host, int count, struct lan_fd_set *read,
                         struct lan_fd_set *write, struct lan_fd_set *except, int timeout_ms)
{
    static const struct lan_fd_set none;
    struct lan_fd_set readable, writable;
    const struct watch watch = {
        .count = (unsigned)count,
        .read = read ? read : &none,
        .write = write ? write : &none,
        .readable = &readable,
        .writable = &writable,
    };
    if (count < 0 || count > LAN_FD_SETSIZE)
        return -LAN_EINVAL;
    int result = wait_for_any(host, &watch, timeout_ms);
    if (result < 0)
        return result;
    if (read)
        *read = readable;
    if (write)
        *write = writable;
    if (except)
        lan_fd_zero(except);
    return result;
}

int lan_select(struct lan_host *host, int count, struct lan_fd_set *read, struct lan_fd_set *write,
               struct lan_fd_set *except, int timeout_ms)
{
    const struct sockets *sockets = socket_enter(host);
    return (int)socket_leave(sockets, "select", -1,
                             wait_for_sets(host, count, read, write, except, timeout_ms));
}
