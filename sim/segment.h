/* A medium that carries symbols: what one port sends the others hear, some cycles
 * later, dibit by dibit.
 *
 *   cable  two ports, each hears the other; full duplex
 *   bus    10BASE5: each hears the sum of all others, after the way between their taps
 *   hub    a repeater: one sender goes to all others; of several, all hear a jam
 *          (IEEE 802.3 clauses 9 and 27)
 *
 * Above: node.h for adapters, csma.h for stations of software. Below: world.h.
 * The shortest way is the world's lookahead: nobody runs further ahead of another
 * than it takes to hear him, so what is heard is known when it is asked for. When a
 * port begins to send, each other one is woken at the time it hears that. */
#ifndef SIM_SEGMENT_H
#define SIM_SEGMENT_H

#include "nic_model.h"
#include "wire.h"

enum {
    SEGMENT_PORTS_MAX = 64,
    SEGMENT_PHY_DIBITS = 12,        /* a transceiver's way out and another's way in */
    SEGMENT_HUB_DIBITS = 16,        /* through a repeater of class II: at most 46 bits */
    SEGMENT_PS_PER_METRE = 5000,    /* cable, at 2/3 of light's speed */
    SEGMENT_HISTORY_CYCLES = 16384, /* for how long a port's symbols are kept */
};

enum segment_kind { SEGMENT_CABLE, SEGMENT_BUS, SEGMENT_HUB };

struct segment_config {
    enum segment_kind kind;
    const char *name; /* borrowed; of its stream of random numbers */
    unsigned rate_mbps;
    double bit_error_rate; /* each port hears each bit wrong with this probability */
};

struct segment_counters {
    uint64_t bursts;     /* TX_EN up to TX_EN down, of any port */
    uint64_t collisions; /* of these, begun or continued while another was heard */
    uint64_t bit_errors; /* dibits that somebody heard wrong */
};

struct segment;

/* NULL: no memory. */
struct segment *segment_new(struct world *world, const struct segment_config *config);
void segment_free(struct segment *segment);

/* One more port, `metres` of cable from the hub, from the bus's end or, of a cable's
 * second port, from the first. `wake` is called when it begins to hear somebody.
 * The port's index, or -1: it has no more. */
int segment_add_port(struct segment *segment, unsigned metres, world_event *wake, void *context);

/* The port sends this symbol in this cycle; calls come in order of cycles. A symbol
 * that is not RMII_VALID ends a burst. true: a burst begins, so that the world's horizon
 * may have come nearer. */
bool segment_send(struct segment *segment, unsigned port, uint64_t cycle, uint8_t symbol);

/* What the port hears from `cycle` on: how many symbols, at most `count`; 0: nothing,
 * for *quiet cycles at least. Not further than the world has come. */
size_t segment_hear(struct segment *segment, unsigned port, uint64_t cycle, uint8_t *symbols,
                    size_t count, uint64_t *quiet);

/* Whoever sent it says that a frame has got through. */
void segment_note_frame(struct segment *segment, unsigned port, const struct wire_frame *frame);
/* Sees each of these at its end, with the port that sent it, in the order of time. */
void segment_set_watcher(struct segment *segment, wire_watch *watch, void *context);

/* And what the port hears of them, likewise, each at its end there. For timelines: it has its
 * symbols from segment_hear. */
void segment_set_hearer(struct segment *segment, unsigned port, struct wire_end *hearer);

/* Cut: nobody hears anybody from now on. */
void segment_cut(struct segment *segment, bool cut);

const struct segment_counters *segment_counters(const struct segment *segment);
enum segment_kind segment_kind(const struct segment *segment);
unsigned segment_rate(const struct segment *segment);
struct world *segment_world(const struct segment *segment);

#endif
