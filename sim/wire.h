/* A full-duplex point-to-point link between two ends, frame by frame.
 *
 * A frame enters with its last bit and arrives, whole, `delay_ps` later; it is as
 * if a store-and-forward box were in the cable, so an adapter's pins see a frame
 * begin when its sender has ended it. What a station sends was decoded from its
 * symbols, and what arrives at one becomes symbols again (station.h). */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "world.h"

enum {
    WIRE_DELAY_PS = 500000, /* 100 m of cable, 5 ns a metre */
    WIRE_WATCHERS_MAX = 4,
};

struct wire;

/* Sides are 0 and 1. NULL: no memory. Frames on their way when it is freed are
 * never delivered, so free it after the world has stopped for good. */
struct wire *wire_new(struct world *world, uint64_t delay_ps);
void wire_free(struct wire *wire);

/* What the one at `side` sends into. */
struct wire_end *wire_entry(struct wire *wire, unsigned side);
/* Who gets, at `side`, what was sent at the other. */
void wire_connect(struct wire *wire, unsigned side, struct wire_end *receiver);

/* Sees each frame with the side that sent it, in the order of arrival. */
typedef void wire_watch(void *context, unsigned side, const struct wire_frame *frame);
void wire_add_watcher(struct wire *wire, wire_watch *watch, void *context);

/* Drops everything while cut. */
void wire_cut(struct wire *wire, bool cut);

/* --- Whole frames onto a wire ---------------------------------------------------------- */

/* For whoever has no symbols: the direct link, a TAP, the user-mode network. Puts
 * frames on the wire one after the other, with the time and the gap they take. */
struct wire_port;

struct wire_port_counters {
    uint64_t frames, bytes; /* put on the wire; bytes as given, without FCS */
    uint64_t dropped;       /* the queue was full, or it was no frame's size */
};

/* At most `queue_count` frames wait. NULL: no memory. */
struct wire_port *wire_port_new(struct world *world, unsigned rate_mbps, unsigned queue_count,
                                struct wire_end *entry);
void wire_port_free(struct wire_port *port);

/* A frame (target address to payload, copied) is there at `when_ps`; shorter ones
 * are padded to 60 bytes, the FCS is appended. false: dropped. */
bool wire_port_send(struct wire_port *port, const void *frame, size_t size, uint64_t when_ps);
/* How many frames wait or are being sent. */
unsigned wire_port_waiting(const struct wire_port *port);
/* Called at the end of each frame: there is room. */
void wire_port_set_done(struct wire_port *port, world_event *done, void *context);
const struct wire_port_counters *wire_port_counters(const struct wire_port *port);

#endif
