/* The loop between simulated and real time, and between ends of media and
 * peers outside of the simulation (peer.h).
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
#include "record.h"
#include "wire.h"

enum { OUTSIDE_PORTS_MAX = 4 };

struct outside;

/* One peer at one end of a medium. */
struct outside_port {
    struct outside *outside;
    struct peer *peer;
    struct wire_port *port;
    struct wire_end end; /* who gets what the medium brings */
    uint64_t broken;     /* frames of the medium's that were not whole */
};

struct outside {
    struct world *world;
    struct outside_port ports[OUTSIDE_PORTS_MAX];
    unsigned port_count;
    struct poll_set set;
    enum pace pace;
    struct record *record; /* of what comes in; NULL: none. The caller's... */
    struct replay *replay; /* ...as this: what came in then comes again, and nothing else */
    uint64_t started_ns;   /* of the wall clock */
    uint64_t frames_out;   /* that peers got */
    bool sending;          /* one of them gets a frame now */

    /* Simulated time `anchor_ps` is wall time `anchor_ns`; see allowed_ps. */
    uint64_t anchor_ps, anchor_ns;
    uint64_t entry_ps;   /* when frames that are handed in now enter the wire */
    uint64_t looked_ns;  /* the last poll() */
    uint64_t absence_ns; /* the longest time in which nobody looked */

    /* Called about four times a second, and just before a long wait. false: end. */
    bool (*tick)(void *context, uint64_t wall_ns);
    /* Called once when the peer is gone or somebody asked for the end. */
    void (*end_wanted)(void *context, bool failed);
    void *context;
    uint64_t tick_due_ns;
    bool ending, failed;
};

/* From now on the world goes at this pace. The members from `tick` on, record and replay are
 * the caller's to set. */
void outside_open(struct outside *outside, struct world *world, enum pace pace);
/* One more peer, which sends into `entry`; who gets what comes for it, or NULL: no memory.
 * Takes the peer, also on failure; outside_close frees it. */
struct wire_end *outside_add(struct outside *outside, struct peer *peer, struct wire_end *entry,
                             unsigned rate_mbps);
void outside_close(struct outside *outside);

/* Counters by name; NULL past the last. */
const char *outside_counter(const struct outside *outside, unsigned index, uint64_t *value);

/* How long the run takes by the wall clock; in a replay, what it was then. */
uint64_t outside_wall_us(struct outside *outside);

/* The wall clock, from any start. */
uint64_t outside_wall_ns(void);

#endif
