/* See bridge.h. Streams: listening, connecting, and the bytes both ways, from the
 * kernel's memory straight into the stack's buffers and back. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include "bridge.h"

enum { PORT_FIRST = 49152, PORT_COUNT = 16384, PORT_TRIES = 16 }; /* RFC 6335 section 6 */

/* --- accept ---------------------------------------------------------------------------------- */

static uint32_t new_id(struct bridge *bridge)
{
    uint32_t id;
    do
        if (getrandom(&id, sizeof id, 0) != sizeof id)
            id = (uint32_t)bridge->step_count;
    while (bridge_find(bridge, id));
    return id;
}

static void begin_flow(struct bridge *bridge, struct bridge_socket *socket)
{
    socket->state = BRIDGE_FLOWS;
    socket->waits_here = POLLIN;
    socket->waits_there = LAN_POLLIN;
    bridge->streams++;
}

/* To the program's listener, by connecting to it. */
static bool offer(struct bridge *bridge, struct bridge_socket *socket)
{
    const struct exec_name listener = {.kind = 's', .id = socket->listener};
    int result = bridge_connect_named(bridge, socket->end, &listener);
    if (result == -EAGAIN) { /* its queue is full */
        socket->state = BRIDGE_OFFERED;
        bridge->must_retry = true;
        return false;
    }
    if (result < 0)
        bridge_remove(bridge, socket);
    else
        begin_flow(bridge, socket);
    return true;
}

static bool offers_one(const struct bridge *bridge, uint32_t listener)
{
    for (unsigned i = 0; i < bridge->socket_count; i++)
        if (bridge->sockets[i].state == BRIDGE_OFFERED && bridge->sockets[i].listener == listener)
            return true;
    return false;
}

static bool accept_streams(struct bridge *bridge, const struct bridge_socket *listener)
{
    const uint32_t id = listener->id;
    bool done = false;
    while (!offers_one(bridge, id)) {
        struct lan_address peer;
        int lan = lan_accept(bridge->host, listener->lan, &peer);
        struct bridge_socket *socket =
            lan < 0 ? NULL : bridge_add(bridge, 'c', new_id(bridge), lan);
        if (!socket) {
            if (lan >= 0)
                lan_close(bridge->host, lan);
            return done;
        }
        done = true;
        lan_setsockopt(bridge->host, lan, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
        const struct exec_name name = {'c', socket->id, peer.ip, peer.port};
        socket->listener = id;
        socket->peer = peer;
        socket->end = bridge_open_named(bridge, SOCK_STREAM, &name);
        if (socket->end < 0)
            bridge_remove(bridge, socket);
        else
            offer(bridge, socket);
    }
    return done;
}

/* --- connect --------------------------------------------------------------------------------- */

/* The ends of streams that the program connects. */
void bridge_accept_ends(struct bridge *bridge)
{
    for (;;) {
        struct sockaddr_un address;
        socklen_t size = sizeof address;
        struct exec_name name;
        int fd = accept4(bridge->streams_fd, (struct sockaddr *)&address, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct bridge_socket *socket = exec_name_read(&address, size, bridge->session, &name)
                                           ? bridge_find(bridge, name.id)
                                           : NULL;
        if (socket && socket->state == BRIDGE_IDLE && socket->end < 0)
            socket->end = fd;
        else
            close(fd);
    }
}

/* The filler is unread then, so the program's end sees an error, as of a TCP socket. */
static void fail(struct bridge_socket *socket, int error)
{
    socket->error = error;
    socket->state = BRIDGE_FAILED;
    close(socket->end);
    socket->end = -1;
    socket->waits_here = socket->waits_there = 0;
}

static int connect_again(struct bridge_socket *socket)
{
    int error = socket->error;
    switch (socket->state) {
    case BRIDGE_CONNECTS:
        return -EALREADY;
    case BRIDGE_FAILED:
        socket->error = 0;
        return error ? -error : EXEC_ANEW;
    case BRIDGE_FLOWS:
        if (socket->told)
            return -EISCONN;
        socket->told = true;
        return 0;
    default:
        return -EISCONN;
    }
}

/* A port of its own for each connection in turn. A peer that has closed first keeps the old
 * one in TIME_WAIT, and libslirp refuses a new connection from there, where others compare
 * sequence numbers; random ports meet after some 150 short connections. */
static void choose_port(struct bridge *bridge, const struct bridge_socket *socket)
{
    struct lan_address local = {0, 0};
    if (lan_getsockname(bridge->host, socket->lan, &local) < 0 || local.port != 0)
        return;
    for (unsigned tries = 0; tries < PORT_TRIES; tries++) {
        local.port = (uint16_t)(PORT_FIRST + bridge->port_count++ % PORT_COUNT);
        if (lan_bind(bridge->host, socket->lan, &local) == 0)
            return;
    }
}

int bridge_connect_stream(struct bridge *bridge, struct bridge_socket *socket,
                          const struct lan_address *peer, bool waits)
{
    if (socket->state != BRIDGE_IDLE)
        return connect_again(socket);
    if (socket->end < 0)
        return -EINVAL;
    choose_port(bridge, socket);
    int result = lan_connect(bridge->host, socket->lan, peer);
    socket->filled = true;
    socket->told = waits || result == 0;
    if (result == 0) {
        begin_flow(bridge, socket);
    } else if (result == -LAN_EINPROGRESS) {
        socket->state = BRIDGE_CONNECTS;
        socket->waits_there = LAN_POLLOUT;
    } else {
        fail(socket, 0);
    }
    return result;
}

static bool see_connection(struct bridge *bridge, struct bridge_socket *socket)
{
    int error = 0;
    if (socket->gone) {
        bridge_remove(bridge, socket);
        return true;
    }
    if (!socket->ready_there)
        return false;
    lan_getsockopt(bridge->host, socket->lan, LAN_SOL_SOCKET, LAN_SO_ERROR, &error);
    if (error)
        fail(socket, error);
    else
        begin_flow(bridge, socket);
    return true;
}

/* --- bytes -------------------------------------------------------------------------------------
 */

/* Where the program's own bytes begin in these; `size`: not yet. */
static size_t skip_filler(struct bridge_socket *socket, const uint8_t *bytes, size_t size)
{
    const uint8_t *end = memchr(bytes, EXEC_FILLER_END, size);
    socket->filled = end == NULL;
    return end ? (size_t)(end + 1 - bytes) : size;
}

/* The program closed it while there was something for it to read: a reset for the peer. */
static void abandon(struct bridge *bridge, struct bridge_socket *socket)
{
    lan_setsockopt(bridge->host, socket->lan, LAN_SOL_SOCKET, LAN_SO_LINGER, 0);
    bridge_remove(bridge, socket);
}

static void lose(struct bridge *bridge, struct bridge_socket *socket, int error)
{
    socket->error = error;
    bridge_remove(bridge, socket);
}

/* The program ends its side, or has closed it. */
static void end_up(struct bridge *bridge, struct bridge_socket *socket)
{
    struct pollfd end = {.fd = socket->end};
    socket->up_ended = true;
    if (poll(&end, 1, 0) > 0 && end.revents & POLLHUP)
        bridge_remove(bridge, socket);
    else
        lan_shutdown(bridge->host, socket->lan, LAN_SHUT_WR);
}

/* What the program writes; true: something was done. *error: the connection is lost. */
static bool flow_up(struct bridge *bridge, struct bridge_socket *socket, int *error)
{
    for (bool done = false;; done = true) {
        void *at;
        long room = lan_send_span(bridge->host, socket->lan, &at);
        if (room == -LAN_EAGAIN) {
            socket->waits_there |= LAN_POLLOUT;
            return done;
        }
        if (room < 0) {
            *error = (int)-room;
            return done;
        }
        ssize_t got = recv(socket->end, at, (size_t)room, 0);
        bool nothing = got < 0 && errno == EAGAIN;
        size_t size = got > 0 ? (size_t)got : 0;
        if (socket->filled && size > 0) {
            size_t skipped = skip_filler(socket, at, size);
            size -= skipped;
            memmove(at, (uint8_t *)at + skipped, size);
        }
        lan_send_done(bridge->host, socket->lan, size);
        bridge->bytes_up += size;
        if (nothing) {
            socket->waits_here |= POLLIN;
            return done;
        }
        if (got > 0)
            continue;
        if (got < 0)
            abandon(bridge, socket);
        else
            end_up(bridge, socket);
        return true;
    }
}

/* What the peer has sent. An error is told once, so one that is known stays. */
static bool flow_down(struct bridge *bridge, struct bridge_socket *socket, int *error)
{
    for (bool done = false;; done = true) {
        const void *at;
        long size = lan_receive_span(bridge->host, socket->lan, &at);
        if (size == -LAN_EAGAIN) {
            socket->waits_there |= LAN_POLLIN;
            return done;
        }
        if (size < 0) {
            *error = *error ? *error : (int)-size;
            return done;
        }
        if (size == 0) {
            shutdown(socket->end, SHUT_WR);
            socket->down_ended = true;
            return true;
        }
        ssize_t put = send(socket->end, at, (size_t)size, MSG_NOSIGNAL);
        if (put < 0 && errno == EAGAIN) {
            lan_receive_done(bridge->host, socket->lan, 0);
            socket->waits_here |= POLLOUT;
            return done;
        }
        /* A program that reads no more leaves it to be thrown away. */
        size_t taken = put < 0 ? (size_t)size : (size_t)put;
        lan_receive_done(bridge->host, socket->lan, taken);
        bridge->bytes_down += taken;
    }
}

/* What came before a connection was lost is still the program's to read. */
static bool flow(struct bridge *bridge, struct bridge_socket *socket)
{
    int error = 0;
    socket->waits_here = socket->waits_there = 0;
    bool done = !socket->up_ended && flow_up(bridge, socket, &error);
    if (socket->state == BRIDGE_FLOWS && socket->up_ended && socket->gone) {
        bridge_remove(bridge, socket);
        return true;
    }
    if (socket->state == BRIDGE_FLOWS && !socket->down_ended)
        done |= flow_down(bridge, socket, &error);
    if (socket->state != BRIDGE_FLOWS)
        return true;
    if (error && !(socket->waits_here & POLLOUT)) {
        lose(bridge, socket, error);
        return true;
    }
    if (socket->up_ended && socket->down_ended)
        bridge_remove(bridge, socket);
    return done;
}

bool bridge_step_stream(struct bridge *bridge, struct bridge_socket *socket)
{
    switch (socket->state) {
    case BRIDGE_LISTENS:
        return accept_streams(bridge, socket);
    case BRIDGE_OFFERED:
        return offer(bridge, socket);
    case BRIDGE_CONNECTS:
        return see_connection(bridge, socket);
    case BRIDGE_FLOWS:
        return flow(bridge, socket);
    default:
        return false;
    }
}
