/* The simulated world: one clock in integer picoseconds, one seed, and events in
 * the order of their time (ties: in the order they were made).
 *
 * Hosts are fibers: their C code runs until it waits for time, for an interrupt,
 * or for a cycle that the world has not reached yet, and takes no simulated time
 * except the bus cycles it spends. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

struct world;

typedef void world_event(void *context, uint64_t now_ps);

struct world *world_new(uint64_t seed);
void world_free(struct world *world);
uint64_t world_now(const struct world *world);
/* The next 32 bits of the stream named `stream` (each host and medium has its
 * own, so that adding one does not change the others). */
uint32_t world_random(struct world *world, unsigned stream);
void world_at(struct world *world, uint64_t when_ps, world_event *event, void *context);

/* One end of a link as it looks from the medium: somebody who takes frames. */
struct wire_end {
    void *context;
    /* The last bit of `frame` arrives now. */
    void (*receive)(void *context, const struct wire_frame *frame);
};

#endif
