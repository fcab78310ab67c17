/* A switching hub (IEEE 802.1D): learns behind which port each address is, stores frames
 * whole, and forwards them to that port, or to all others while it does not know.
 *
 * Each port stands at one side of a wire. Frames wait in the port's queue; where that
 * runs full the bridge pauses whoever fills it (IEEE 802.3 annex 31B), if it may. */
#ifndef SIM_BRIDGE_H
#define SIM_BRIDGE_H

#include "wire.h"

enum {
    BRIDGE_PORTS_MAX = 64,
    BRIDGE_ADDRESSES_MAX = 1024, /* a power of two */
    BRIDGE_QUEUE_COUNT = 64,     /* frames that wait for a port, unless said otherwise */
    BRIDGE_AGEING_S = 300,       /* IEEE 802.1D table 7-5 */
};

struct bridge_config {
    unsigned queue_count; /* 0: BRIDGE_QUEUE_COUNT */
    unsigned ageing_s;    /* 0: BRIDGE_AGEING_S */
    bool pauses;
};

struct bridge_counters {
    uint64_t forwarded; /* frames to the one port that they are for */
    uint64_t flooded;   /* frames to all other ports */
    uint64_t filtered;  /* for the port that they came from, or for bridges only */
    uint64_t wrong;     /* FCS, alignment, or size */
    uint64_t dropped;   /* copies for which a port's queue had no room */
    uint64_t pauses;    /* pause frames sent, those that end a pause too */
    uint64_t learned;   /* addresses that were new, or have moved */
};

struct bridge;

struct bridge *bridge_new(struct world *world, const struct bridge_config *config); /* NULL: no
                                                                                       memory */
void bridge_free(struct bridge *bridge);
/* One more port, at this side of the wire, by which it sends at `rate_mbps` (0: frames
 * leave whole, and who stands on the other side sees to their time). Its index, or -1. */
int bridge_add_port(struct bridge *bridge, struct wire_end *entry, unsigned rate_mbps);
/* Who gets what comes to the port. */
struct wire_end *bridge_end(struct bridge *bridge, unsigned port);
const struct bridge_counters *bridge_counters(const struct bridge *bridge);
/* The port that an address is known behind; -1: none. */
int bridge_port_of(const struct bridge *bridge, const uint8_t address[6]);

#endif
