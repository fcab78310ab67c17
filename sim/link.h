/* A lossy, slow link between two ends, frame by frame: what lies between a wire's two
 * sides on the internet. Each direction has its own queue and its own stream of random
 * numbers; a script can name frames one by one. */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include "wire.h"

enum { LINK_SCRIPT_MAX = 32 };

enum link_fault {
    LINK_LOSE,
    LINK_DUPLICATE,
    LINK_REORDER, /* it arrives behind those that come in the next reorder_ps */
    LINK_CORRUPT, /* one bit is wrong, and so is the FCS */
    LINK_MANGLE,  /* one bit behind the MAC header is wrong, the FCS is right again */
    LINK_FAULTS,
};

struct link_script {
    unsigned side;         /* that sent the frame */
    uint64_t number;       /* of the frame from that side, from 1 on */
    enum link_fault fault; /* what happens to it */
};

struct link_config {
    const char *name;                /* borrowed; of its streams of random numbers */
    uint64_t delay_ps;               /* at least 1 */
    uint64_t jitter_ps;              /* up to so much more; order is kept */
    uint64_t reorder_ps;             /* how much later; 0: twice the delay */
    uint64_t rate_bps;               /* 0: as fast as frames come */
    unsigned queue_count;            /* frames that wait for the rate; 0: 64 */
    double probability[LINK_FAULTS]; /* of each fault, for each frame */
    struct link_script script[LINK_SCRIPT_MAX];
    unsigned script_count;
};

struct link_counters {
    uint64_t frames;              /* came in, of both sides */
    uint64_t delivered;           /* went out, duplicates too */
    uint64_t queue_full;          /* lost for want of room */
    uint64_t cut;                 /* lost while it was cut */
    uint64_t faults[LINK_FAULTS]; /* that happened */
};

struct link;

/* Sides are 0 and 1, as with a wire. NULL: no memory. */
struct link *link_new(struct world *world, const struct link_config *config);
/* After the world has stopped for good. */
void link_free(struct link *link);
struct wire_end *link_entry(struct link *link, unsigned side);
void link_connect(struct link *link, unsigned side, struct wire_end *receiver);
/* Sees each frame that arrives, with the side that sent it. */
void link_set_watcher(struct link *link, wire_watch *watch, void *context);
void link_cut(struct link *link, bool cut);
/* The probability of a fault from now on. */
void link_set_probability(struct link *link, enum link_fault fault, double probability);
const struct link_counters *link_counters(const struct link *link);

#endif
