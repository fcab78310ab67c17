#define _GNU_SOURCE
#include "outside.h"

#include <stdlib.h>
#include <time.h>

#include "interrupt.h"
#include "lan_adapter.h"

enum {
    QUEUE_COUNT = 256, /* frames toward the adapter */
    LOOK_NS = 20000,   /* while busy, the outside is looked at this often */
    SPIN_NS = 60000,   /* waits below a scheduler's tick are not slept */
    TICK_NS = 250000000,
};

#define LAG_MAX_PS    UINT64_C(10000000000) /* 10 ms */
#define CHUNK_PS      UINT64_C(20000000)    /* 20 us: granted at once while behind */
#define FREE_QUIET_PS UINT64_C(1000000000)  /* 1 ms of quiet that pace max does not wait for */
/* A frame from outside may enter this much in the past, so that its own time on the
 * wire need not be waited for, too. */
#define ENTRY_LAG_PS UINT64_C(100000000) /* 100 us */
/* And it enters this much before what is due: when this machine stalls us, answers
 * lie there that came long before a timer's end, and must not come behind it. */
#define BEFORE_DUE_PS UINT64_C(2000000000) /* 2 ms */

uint64_t outside_wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- frames ------------------------------------------------------------------------------ */

/* In a replay: the frames that were answers to the one that has just gone out. */
static void answer_again(struct outside *outside)
{
    const struct replay_input *next = replay_next(outside->replay);
    while (next->kind == REPLAY_FRAME && next->answered == outside->frames_out) {
        if (next->port < outside->port_count)
            wire_port_send(outside->ports[next->port].port, next->frame, next->size, next->when_ps);
        replay_pass(outside->replay);
    }
}

static void to_peer(void *context, const struct wire_frame *frame)
{
    struct outside_port *port = context;
    struct outside *outside = port->outside;
    if (frame->fcs_wrong || frame->alignment_wrong || frame->size < WIRE_FRAME_SIZE_MIN) {
        port->broken++;
        return;
    }
    outside->frames_out++;
    if (outside->replay) {
        answer_again(outside);
        return;
    }
    outside->sending = true;
    port->peer->functions->send(port->peer, frame->bytes, frame->size - WIRE_FCS_SIZE);
    outside->sending = false;
}

static void from_peer(void *context, const uint8_t *frame, size_t size)
{
    struct outside_port *port = context;
    struct outside *outside = port->outside;
    uint64_t now_ps = world_now(outside->world);
    uint64_t when_ps = outside->entry_ps > now_ps ? outside->entry_ps : now_ps;
    if (outside->record)
        record_frame(outside->record, (unsigned)(port - outside->ports),
                     world_granted(outside->world), outside->sending ? outside->frames_out : 0,
                     when_ps, frame, size);
    wire_port_send(port->port, frame, size, when_ps);
}

static unsigned room(void *context)
{
    const struct outside_port *port = context;
    unsigned waiting = wire_port_waiting(port->port);
    return waiting < QUEUE_COUNT ? QUEUE_COUNT - waiting : 0;
}

/* Frames that peers have handed in and that are not yet on their way. */
static unsigned waiting(const struct outside *outside)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < outside->port_count; i++)
        sum += wire_port_waiting(outside->ports[i].port);
    return sum;
}

/* --- time ----------------------------------------------------------------------------------- */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How far simulated time may have come by now. */
static uint64_t allowed_ps(const struct outside *outside, uint64_t wall_ns)
{
    return outside->anchor_ps + (wall_ns - outside->anchor_ns) * 1000;
}

/* The simulated time that stands for this moment from now on. */
static void anchor(struct outside *outside, uint64_t wall_ns, uint64_t simulated_ps)
{
    outside->anchor_ns = wall_ns;
    outside->anchor_ps = simulated_ps;
}

static void end(void *context, uint64_t now_ps)
{
    struct outside *outside = context;
    (void)now_ps;
    outside->end_wanted(outside->context, outside->failed);
}

/* As an event at the time that was granted last, so that a replay has it at the same place. */
static void end_once(struct outside *outside, bool failed)
{
    uint64_t granted_ps = world_granted(outside->world);
    if (outside->ending)
        return;
    if (outside->record)
        record_end(outside->record, granted_ps);
    outside->ending = true;
    outside->failed = failed;
    world_at(outside->world, granted_ps, end, outside);
}

/* When a frame that is found at this moment entered the wire: about now, but before
 * what is due, and not before what the world was granted. */
static uint64_t entry_ps(const struct outside *outside, uint64_t wanted_ps)
{
    uint64_t granted_ps = world_granted(outside->world);
    uint64_t now_ps = allowed_ps(outside, outside->looked_ns);
    uint64_t entry_ps = now_ps > ENTRY_LAG_PS ? now_ps - ENTRY_LAG_PS : 0;
    uint64_t before_ps = wanted_ps > BEFORE_DUE_PS ? wanted_ps - BEFORE_DUE_PS : 0;
    entry_ps = min_u64(entry_ps, before_ps);
    return entry_ps > granted_ps ? entry_ps : granted_ps;
}

/* Looks outside, for up to `wait_ns`, and takes in what came. true: the wire was
 * quiet, and is no more, so something may be due before `wanted_ps` now. */
static bool look(struct outside *outside, uint64_t wait_ns, uint64_t wanted_ps)
{
    struct poll_set *set = &outside->set;
    set->count = 0;
    set->timeout_us = wait_ns / 1000;
    unsigned interrupt = poll_set_add(set, outside->ending ? -1 : interrupt_fd(), POLLIN);
    for (unsigned i = 0; i < outside->port_count; i++) {
        struct peer *peer = outside->ports[i].peer;
        peer->functions->prepare(peer, set);
    }
    if (set->timeout_us * 1000 < wait_ns)
        wait_ns = set->timeout_us * 1000;
    struct timespec timeout = {(time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000)};
    if (ppoll(set->fds, set->count, &timeout, NULL) < 0)
        for (unsigned i = 0; i < set->count; i++)
            set->fds[i].revents = 0; /* a signal: its descriptor tells next time */
    uint64_t now_ns = outside_wall_ns();
    uint64_t absence_ns = now_ns - outside->looked_ns;
    if (absence_ns > wait_ns && absence_ns - wait_ns > outside->absence_ns)
        outside->absence_ns = absence_ns - wait_ns;
    outside->looked_ns = now_ns;

    outside->entry_ps = entry_ps(outside, wanted_ps);
    bool was_quiet = waiting(outside) == 0;
    for (unsigned i = 0; i < outside->port_count; i++) {
        struct peer *peer = outside->ports[i].peer;
        if (!peer->functions->handle(peer, set))
            end_once(outside, true);
    }
    if (set->fds[interrupt].revents)
        end_once(outside, false);
    return was_quiet && waiting(outside) > 0;
}

static void tick_if_due(struct outside *outside, uint64_t wall_ns)
{
    if (wall_ns < outside->tick_due_ns)
        return;
    outside->tick_due_ns = wall_ns + TICK_NS;
    if (!outside->tick(outside->context, wall_ns))
        end_once(outside, true);
}

/* In a replay: to where the next input came; there, that. */
static uint64_t pace_again(struct outside *outside)
{
    uint64_t granted_ps = world_granted(outside->world);
    const struct replay_input *next = replay_next(outside->replay);
    if (interrupt_came() && !outside->ending)
        end_once(outside, true);
    while (next->kind != REPLAY_NOTHING && next->granted_ps <= granted_ps &&
           (next->kind == REPLAY_END || next->answered == 0)) {
        if (next->kind == REPLAY_END)
            end_once(outside, false);
        else if (next->port < outside->port_count)
            wire_port_send(outside->ports[next->port].port, next->frame, next->size, next->when_ps);
        replay_pass(outside->replay);
    }
    if (next->kind == REPLAY_NOTHING)
        return WORLD_NEVER;
    return next->granted_ps > granted_ps ? next->granted_ps : granted_ps + CHUNK_PS;
}

/* The world_pace. */
static uint64_t pace(void *context, uint64_t wanted_ps)
{
    struct outside *outside = context;
    if (outside->replay)
        return pace_again(outside);
    uint64_t granted_ps = world_granted(outside->world);
    uint64_t wall_ns = outside_wall_ns();
    uint64_t until_ps = allowed_ps(outside, wall_ns);
    tick_if_due(outside, wall_ns);

    if (until_ps > wanted_ps && until_ps - wanted_ps > LAG_MAX_PS) {
        until_ps = wanted_ps + LAG_MAX_PS;
        anchor(outside, wall_ns, until_ps);
    }
    if (outside->pace == PACE_MAX && until_ps <= wanted_ps &&
        wanted_ps - granted_ps <= FREE_QUIET_PS) {
        until_ps = wanted_ps + CHUNK_PS;
        anchor(outside, wall_ns, until_ps);
    }
    if (until_ps > wanted_ps) { /* there is time for something to do */
        if (wall_ns - outside->looked_ns >= LOOK_NS && look(outside, 0, wanted_ps))
            return granted_ps;
        return min_u64(until_ps, wanted_ps + CHUNK_PS);
    }
    uint64_t wait_ns = wanted_ps == WORLD_NEVER ? TICK_NS : (wanted_ps - until_ps) / 1000 + 1;
    wait_ns = min_u64(wait_ns, outside->tick_due_ns - wall_ns);
    look(outside, wait_ns > SPIN_NS ? wait_ns - SPIN_NS / 2 : 0, wanted_ps);
    return granted_ps; /* it asks again, and something may be due earlier now */
}

/* --- life ------------------------------------------------------------------------------------- */

void outside_open(struct outside *outside, struct world *world, enum pace how)
{
    *outside = (struct outside){.world = world, .pace = how, .looked_ns = outside_wall_ns()};
    outside->started_ns = outside->looked_ns;
    anchor(outside, outside->looked_ns, world_now(world));
    world_set_pace(world, pace, outside);
}

struct wire_end *outside_add(struct outside *outside, struct peer *peer, struct wire_end *entry,
                             unsigned rate_mbps)
{
    struct outside_port *port = &outside->ports[outside->port_count];
    struct wire_port *queue = outside->port_count < OUTSIDE_PORTS_MAX
                                  ? wire_port_new(outside->world, rate_mbps, QUEUE_COUNT, entry)
                                  : NULL;
    if (!queue) {
        peer->functions->free(peer);
        return NULL;
    }
    outside->port_count++;
    *port = (struct outside_port){
        .outside = outside, .peer = peer, .port = queue, .end = {port, to_peer}};
    peer->sink = (struct peer_sink){port, from_peer, room};
    return &port->end;
}

void outside_close(struct outside *outside)
{
    for (unsigned i = 0; i < outside->port_count; i++) {
        outside->ports[i].peer->functions->free(outside->ports[i].peer);
        wire_port_free(outside->ports[i].port);
    }
    free(outside->set.fds);
}

uint64_t outside_wall_us(struct outside *outside)
{
    if (outside->replay)
        return replay_wall(outside->replay);
    uint64_t wall_us = (outside_wall_ns() - outside->started_ns) / 1000;
    if (outside->record)
        record_wall(outside->record, wall_us);
    return wall_us;
}

/* Of all ports, but for what is the first peer's own. */
const char *outside_counter(const struct outside *outside, unsigned index, uint64_t *value)
{
    struct wire_port_counters sum = {0, 0, 0};
    uint64_t broken = 0;
    for (unsigned i = 0; i < outside->port_count; i++) {
        const struct wire_port_counters *counters = wire_port_counters(outside->ports[i].port);
        sum.frames += counters->frames;
        sum.dropped += counters->dropped;
        broken += outside->ports[i].broken;
    }
    switch (index) {
    case 0:
        *value = sum.frames;
        return "outside_frames_in";
    case 1:
        *value = sum.dropped;
        return "outside_frames_dropped";
    case 2:
        *value = broken;
        return "outside_frames_broken";
    case 3:
        *value = outside->absence_ns / 1000;
        return "outside_longest_absence_us";
    default: {
        struct peer *peer = outside->port_count ? outside->ports[0].peer : NULL;
        return peer ? peer->functions->counter(peer, index - 4, value) : NULL;
    }
    }
}
