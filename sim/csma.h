/* A station of software on a segment, for those who have whole frames: a switch's
 * port, the direct link, a TAP. It defers, sends, collides, jams and backs off as
 * IEEE 802.3 clause 4.2 wants; on a cable it sends and hears at once. */
#ifndef SIM_CSMA_H
#define SIM_CSMA_H

#include "frame.h"
#include "segment.h"

enum { CSMA_QUEUE_COUNT = 64 };

struct csma_counters {
    uint64_t sent, received; /* frames; received: of any target, with the right FCS */
    uint64_t collisions, given_up;
    uint64_t dropped; /* the queue was full */
    uint64_t broken;  /* heard with a wrong FCS, or cut: fragments of collisions, too */
};

struct csma;

/* `metres` of cable from the hub. NULL: no memory, or no port. */
struct csma *csma_new(struct segment *segment, const char *name, unsigned metres);
void csma_free(struct csma *csma);

/* Frames go in here with their last bit, and leave when the line is free. */
struct wire_end *csma_entry(struct csma *csma);
/* Who gets what it hears. */
void csma_connect(struct csma *csma, struct wire_end *receiver);

const struct csma_counters *csma_counters(const struct csma *csma);

#endif
