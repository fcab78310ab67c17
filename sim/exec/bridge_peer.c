/* See bridge.h. What the bridge waits for on this machine, within the session's one
 * poll(): a peer around the peer. It wakes the host, in whose fiber the work is done. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "bridge.h"
#include "say.h"

struct bridge_peer {
    struct peer peer;
    struct peer *inner;
    struct bridge *bridge;
    int fd; /* one more that wakes */
    unsigned fd_place;
};

static struct bridge_peer *of(struct peer *peer)
{
    return (struct bridge_peer *)peer; /* its head */
}

static void send_frame(struct peer *peer, const uint8_t *frame, size_t size)
{
    struct bridge_peer *self = of(peer);
    self->inner->sink = peer->sink;
    self->inner->functions->send(self->inner, frame, size);
}

static void prepare(struct peer *peer, struct poll_set *set)
{
    struct bridge_peer *self = of(peer);
    struct bridge *bridge = self->bridge;
    self->inner->sink = peer->sink;
    self->inner->functions->prepare(self->inner, set);
    self->fd_place = poll_set_add(set, self->fd, POLLIN);
    bridge_prepare_questions(bridge, set);
    bridge->targets_place = poll_set_add(set, bridge->must_retry ? -1 : bridge->targets_fd, POLLIN);
    for (unsigned i = 0; i < bridge->socket_count; i++) {
        struct bridge_socket *socket = &bridge->sockets[i];
        /* With nothing to wait for it still tells that the program has closed it. */
        bool waits = socket->state != BRIDGE_FREE && !socket->ready_here &&
                     (socket->waits_here || !socket->gone);
        socket->place = poll_set_add(set, waits ? socket->end : -1, socket->waits_here);
    }
}

static void wake(void *context, uint64_t now_ps)
{
    struct bridge *bridge = context;
    (void)now_ps;
    bridge->waking = false;
    node_wake(bridge->node);
}

static bool handle(struct peer *peer, const struct poll_set *set)
{
    struct bridge_peer *self = of(peer);
    struct bridge *bridge = self->bridge;
    bool ready = set->fds[self->fd_place].revents || set->fds[bridge->targets_place].revents;
    ready |= bridge_see_questions(bridge, set);
    for (unsigned i = 0; i < bridge->socket_count; i++) {
        struct bridge_socket *socket = &bridge->sockets[i];
        short revents = set->fds[socket->place].revents;
        socket->ready_here |= revents;
        socket->gone |= (revents & POLLHUP) != 0;
        ready |= revents != 0;
    }
    if (ready && bridge->node && !bridge->waking) {
        struct world *world = node_world(bridge->node);
        bridge->waking = true;
        world_at(world, world_granted(world), wake, bridge);
    }
    return self->inner->functions->handle(self->inner, set);
}

static void free_peer(struct peer *peer)
{
    struct bridge_peer *self = of(peer);
    self->inner->functions->free(self->inner);
    free(self);
}

static const char *counter(const struct peer *peer, unsigned index, uint64_t *value)
{
    const struct peer *inner = ((const struct bridge_peer *)peer)->inner;
    return inner->functions->counter(inner, index, value);
}

struct peer *bridge_peer_new(struct peer *inner, struct bridge *bridge, int fd)
{
    static const struct peer_functions functions = {send_frame, prepare, handle, free_peer,
                                                    counter};
    struct bridge_peer *self = calloc(1, sizeof *self);
    if (!self) {
        say("no memory");
        inner->functions->free(inner);
        return NULL;
    }
    *self = (struct bridge_peer){{&functions, {0}}, inner, bridge, fd, 0};
    return &self->peer;
}
