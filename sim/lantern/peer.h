/* Somebody outside of the simulation who exchanges frames with it: the user-mode
 * network (slirp.c) or a Linux TAP interface (tap.c).
 *
 * outside.c owns the loop: it collects what to wait for, waits, and lets the peer
 * handle what came. Frames here are target address to payload, without FCS. */
#ifndef LANTERN_PEER_H
#define LANTERN_PEER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one poll() waits for; grows as needed. */
struct poll_set {
    struct pollfd *fds;
    unsigned count, room;
    uint64_t timeout_us; /* at most; lowered by who needs it */
};

/* Adds a descriptor and gives its place. */
unsigned poll_set_add(struct poll_set *set, int fd, short events);

/* Where a peer's frames go, one call each; borrowed for the call. */
struct peer_sink {
    void *context;
    void (*frame)(void *context, const uint8_t *frame, size_t size);
    /* How many more frames find room now. */
    unsigned (*room)(void *context);
};

struct peer;

struct peer_functions {
    /* Gives the peer a frame of the simulation's. Frames for the sink may come
     * while this is called. */
    void (*send)(struct peer *peer, const uint8_t *frame, size_t size);
    /* Says what it waits for. */
    void (*prepare)(struct peer *peer, struct poll_set *set);
    /* Handles what poll() found, and hands in frames while there is room. false:
     * the peer is gone for good (it has said why). */
    bool (*handle)(struct peer *peer, const struct poll_set *set);
    void (*free)(struct peer *peer);
    /* Counters by name; NULL past the last. */
    const char *(*counter)(const struct peer *peer, unsigned index, uint64_t *value);
};

/* The head of every peer. */
struct peer {
    const struct peer_functions *functions;
    struct peer_sink sink; /* set by outside.c */
};

#endif
