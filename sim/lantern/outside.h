/* The loop between simulated and real time, and between a wire's end and a peer
 * outside of the simulation (peer.h).
 *
 * The world asks outside_pace how far it may go. Pace wall: never ahead of the
 * wall clock. When the simulation is slower than real time it falls behind, and
 * keeps the lag but for LAG_MAX, rather than catch up by a jump in which its
 * timers would run out before real peers could answer. Pace max: runs ahead
 * while frames move; only longer quiet waits for the wall clock.
 *
 * Waiting is one poll() over the peer's descriptors, so a frame from outside wakes
 * the simulation at once. Frames toward it wait in a bounded queue; peers look for
 * room before they hand one in, so that the back-pressure reaches whoever sends. */
#ifndef LANTERN_OUTSIDE_H
#define LANTERN_OUTSIDE_H

#include "options.h"
#include "peer.h"
#include "wire.h"

struct outside {
    struct world *world;
    struct peer *peer;
    struct wire_port *port;
    struct wire_end end; /* who gets what the wire brings */
    struct poll_set set;
    enum pace pace;

    /* Simulated time `anchor_ps` is wall time `anchor_ns`; see allowed_ps. */
    uint64_t anchor_ps, anchor_ns;
    uint64_t entry_ps;   /* when frames that are handed in now enter the wire */
    uint64_t looked_ns;  /* the last poll() */
    uint64_t absence_ns; /* the longest time in which nobody looked */
    uint64_t broken;     /* frames of the wire's that were not whole */

    /* Called about four times a second, and just before a long wait. false: end. */
    bool (*tick)(void *context, uint64_t wall_ns);
    /* Called once when the peer is gone or somebody asked for the end. */
    void (*end_wanted)(void *context, bool failed);
    void *context;
    uint64_t tick_due_ns;
    bool ending;
};

/* Joins the wire at `side`; takes the peer, which outside_close frees. The three
 * last members are the caller's to set. false: no memory. */
bool outside_open(struct outside *outside, struct world *world, struct wire *wire, unsigned side,
                  unsigned rate_mbps, struct peer *peer, enum pace pace);
void outside_close(struct outside *outside);

/* Counters by name; NULL past the last. */
const char *outside_counter(const struct outside *outside, unsigned index, uint64_t *value);

/* The wall clock, from any start. */
uint64_t outside_wall_ns(void);

#endif
