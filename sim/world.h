/* The simulated world: one clock in integer picoseconds, one seed, events in the
 * order of their time (ties: by rank, below), and runners: hosts
 * with their adapters, whose time runs by itself between the events.
 *
 * The runner that is furthest behind runs next, up to where something from
 * outside may reach it: the next event, or the next furthest behind plus the
 * shortest delay of a wire. So nothing ever arrives in anybody's past, and the
 * order of everything follows from the seed alone.
 *
 * Above: node.h, wire.h and who builds a network of them. Deliberately absent:
 * threads (docs/decisions/0003). */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#define WORLD_NEVER UINT64_MAX

struct world;

typedef void world_event(void *context, uint64_t now_ps);

struct world *world_new(uint64_t seed); /* NULL: no memory */
void world_free(struct world *world);

/* The time of the event, or of the runner, that runs; else how far the world is. */
uint64_t world_now(const struct world *world);

/* `event` happens at `when_ps`, which is not before world_now. */
void world_at(struct world *world, uint64_t when_ps, world_event *event, void *context);

/* Of events at the same time, those of a lower rank happen first, in the order in which
 * they were made; world_at has rank 0. Each place where something comes from (a side of a
 * wire, a port) takes a rank when it is made: in which order runners come to make their
 * events then matters to nobody. */
unsigned world_new_rank(struct world *world);
void world_at_rank(struct world *world, uint64_t when_ps, unsigned rank, world_event *event,
                   void *context);

/* The next 32 bits of the stream of random numbers with this name: each host and
 * medium has its own, so that adding one does not change the others. */
uint32_t world_random(struct world *world, const char *stream);

/* Runs until `until_ps` (true), or until world_stop (false). Also true when
 * nothing would ever happen any more. */
bool world_run(struct world *world, uint64_t until_ps);
void world_stop(struct world *world);

/* Asked when the world would go on from, or jump to, `wanted_ps` (WORLD_NEVER:
 * nothing is due), which is not before what was granted. All that happens
 * before the time it returns, and the events at it, may happen then; up to
 * `wanted_ps`: nothing yet, and it is asked again. Inputs from outside arrive here,
 * as events at or after the time granted last. */
typedef uint64_t world_pace(void *context, uint64_t wanted_ps);
void world_set_pace(struct world *world, world_pace *pace, void *context);
uint64_t world_granted(const struct world *world);

/* --- For those who run ------------------------------------------------------------- */

struct world_runner {
    void *context;
    /* Runs to world_horizon, and stores in time_ps how far it came. */
    void (*run)(void *context);
    /* Nothing comes out of it before. Ahead of what it has computed when it knows
     * to be quiet; WORLD_NEVER: until something from outside wakes it. */
    uint64_t time_ps;
    struct world_runner *next; /* the world's */
};

void world_add_runner(struct world *world, struct world_runner *runner);
void world_remove_runner(struct world *world, struct world_runner *runner);

/* How far the runner that runs may go; an event that it makes may bring it nearer. */
uint64_t world_horizon(const struct world *world);

/* A medium says that nothing passes it in less than `delay_ps` (at least 1). */
void world_limit_lookahead(struct world *world, uint64_t delay_ps);
/* The shortest of all: what somebody does is felt by nobody else before. */
uint64_t world_lookahead(const struct world *world);

#endif
