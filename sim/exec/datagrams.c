/* See bridge.h. Datagrams. A program's socket hears from the stack by sockets whose names
 * are the datagrams' sources; it sends to one socket that takes targets, and, connected,
 * to its own. A full queue leaves the datagram where it was. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "bridge.h"

/* --- up -------------------------------------------------------------------------------------- */

/* Hands one on; false: it has to wait. */
static bool send_up(struct bridge *bridge, struct bridge_socket *socket, const uint8_t *bytes,
                    size_t size, const struct lan_address *target)
{
    long put = lan_sendto(bridge->host, socket->lan, bytes, size, LAN_MSG_DONTWAIT, target);
    if (put == -LAN_EAGAIN) {
        bridge->must_retry = true;
        return false;
    }
    bridge->datagrams_up++;
    if (put < 0)
        socket->error = (int)-put;
    return true;
}

bool bridge_take_targets(struct bridge *bridge)
{
    for (bool done = false;; done = true) {
        struct sockaddr_un address;
        struct exec_name name;
        struct exec_target target;
        socklen_t address_size = sizeof address;
        ssize_t got = recvfrom(bridge->targets_fd, bridge->memory, sizeof bridge->memory, MSG_PEEK,
                               (struct sockaddr *)&address, &address_size);
        if (got < 0)
            return done;
        struct bridge_socket *socket =
            exec_name_read(&address, address_size, bridge->session, &name)
                ? bridge_find(bridge, name.id)
                : NULL;
        if (socket && socket->state == BRIDGE_DATAGRAMS && (size_t)got >= sizeof target) {
            memcpy(&target, bridge->memory, sizeof target);
            const struct lan_address peer = {target.ip, target.port};
            if (!send_up(bridge, socket, bridge->memory + sizeof target,
                         (size_t)got - sizeof target, &peer))
                return done;
        }
        recv(bridge->targets_fd, bridge->memory, 1, MSG_TRUNC);
    }
}

static bool take_connected(struct bridge *bridge, struct bridge_socket *socket)
{
    for (bool done = false;; done = true) {
        ssize_t got = recv(socket->end, bridge->memory, sizeof bridge->memory, MSG_PEEK);
        if (got < 0 || !send_up(bridge, socket, bridge->memory, (size_t)got, NULL))
            return done;
        recv(socket->end, bridge->memory, 1, MSG_TRUNC);
    }
}

/* --- down ------------------------------------------------------------------------------------- */

/* A socket whose name is this address; negative: there can be none. */
static int source(struct bridge *bridge, const struct lan_address *address)
{
    struct bridge_source *oldest = &bridge->sources[0];
    for (unsigned i = 0; i < BRIDGE_SOURCES; i++) {
        struct bridge_source *one = &bridge->sources[i];
        if (one->fd >= 0 && one->ip == address->ip && one->port == address->port) {
            one->used = bridge->step_count;
            return one->fd;
        }
        if (one->used < oldest->used)
            oldest = one;
    }
    if (oldest->fd >= 0)
        close(oldest->fd);
    const struct exec_name name = {'f', 0, address->ip, address->port};
    *oldest = (struct bridge_source){bridge_open_named(bridge, SOCK_DGRAM, &name), address->ip,
                                     address->port, bridge->step_count};
    return oldest->fd;
}

static ssize_t send_down(struct bridge *bridge, const struct bridge_socket *socket, size_t size,
                         const struct lan_address *from)
{
    struct sockaddr_un address;
    const struct exec_name name = {.kind = 'd', .id = socket->id};
    socklen_t address_size = exec_name_write(&address, bridge->session, &name);
    bool connected =
        socket->end >= 0 && from->ip == socket->peer.ip && from->port == socket->peer.port;
    int fd = connected ? socket->end : source(bridge, from);
    return sendto(fd, bridge->memory, size, MSG_NOSIGNAL, (struct sockaddr *)&address,
                  address_size);
}

/* An ICMP error: an empty datagram makes the program look. */
static void tell_error(struct bridge *bridge, struct bridge_socket *socket, int error)
{
    if (error == LAN_ENOTCONN || socket->end < 0)
        return;
    socket->error = error;
    send_down(bridge, socket, 0, &socket->peer);
}

static bool hand_down(struct bridge *bridge, struct bridge_socket *socket)
{
    for (bool done = false;; done = true) {
        struct lan_address from = {0, 0};
        long got = lan_recvfrom(bridge->host, socket->lan, bridge->memory, sizeof bridge->memory,
                                LAN_MSG_PEEK | LAN_MSG_DONTWAIT, &from);
        if (got == -LAN_EAGAIN)
            return done;
        if (got < 0) {
            tell_error(bridge, socket, (int)-got);
            return true;
        }
        if (send_down(bridge, socket, (size_t)got, &from) < 0 && errno == EAGAIN) {
            bridge->must_retry = true;
            return done;
        }
        bridge->datagrams_down++;
        lan_recvfrom(bridge->host, socket->lan, bridge->memory, 1, LAN_MSG_DONTWAIT, NULL);
    }
}

bool bridge_step_datagrams(struct bridge *bridge, struct bridge_socket *socket)
{
    bool done = socket->end >= 0 && take_connected(bridge, socket);
    return hand_down(bridge, socket) || done;
}

/* --- connect -----------------------------------------------------------------------------------
 */

int bridge_connect_datagrams(struct bridge *bridge, struct bridge_socket *socket,
                             const struct lan_address *peer)
{
    const struct exec_name name = {'u', socket->id, peer->ip, peer->port};
    const struct exec_name program = {.kind = 'd', .id = socket->id};
    int result = lan_connect(bridge->host, socket->lan, peer);
    if (result < 0)
        return result;
    if (socket->end >= 0)
        close(socket->end);
    socket->peer = *peer;
    socket->end = bridge_open_named(bridge, SOCK_DGRAM, &name);
    socket->waits_here = POLLIN;
    if (socket->end < 0)
        return socket->end;
    return bridge_connect_named(bridge, socket->end, &program);
}
