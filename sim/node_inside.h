/* What node.c, node_time.c and node_port.c share, and nobody else sees. */
#ifndef SIM_NODE_INSIDE_H
#define SIM_NODE_INSIDE_H

#include "bus_model.h"
#include "csma.h"
#include "direct_link.h"
#include "node.h"
#include "phy.h"
#include "station.h"

/* One adapter with what it hangs on: the Verilated one with its PHY, bus and driver, or
 * the direct link. */
struct node_port {
    struct node *node;
    unsigned index;
    struct wire_end in, out;
    struct wire_end *entry;

    struct lan_adapter *adapter; /* that of one of these */
    struct direct_link *direct;
    struct station *station;
    struct phy phy;
    struct lan_bus bus;
    struct lan_nic nic;

    struct segment *segment; /* NULL: frames go by in, out and entry */
    unsigned segment_port;
    struct wire_end heard; /* what the adapter hears there, for the timeline */
    struct csma *csma;     /* the direct link's station on it */
};

struct node {
    struct world *world;
    struct node_config config;
    struct world_runner runner;
    struct fiber *fiber;
    bool running;     /* as the world's runner */
    bool waits;       /* the fiber, for an interrupt or for wake_ps... */
    bool held;        /* ...or in a bus access, for the horizon */
    bool interrupted; /* direct: a frame or room has come */
    bool stopped, ended;
    unsigned reboots;
    bool woken; /* by node_wake */
    uint64_t wake_ps, counted_us;

    void *arena;
    size_t arena_size;
    struct lan_host *host;
    struct lan_port port;
    struct lan_trace trace;
    unsigned timeline_host;

    unsigned port_count;
    struct node_port ports[NODE_ADAPTERS_MAX];
};

/* --- node.c: what its ports tell it -------------------------------------------------- */

void node_sends(struct node *node, const struct wire_frame *frame, struct wire_end *entry);
void node_takes(struct node *node, const struct wire_frame *frame);
void node_hears(struct node *node, const struct wire_frame *frame); /* by its pins */

/* --- node_time.c ---------------------------------------------------------------------- */

void node_run(void *context);           /* as the world's runner */
void node_hold(void *context);          /* a station came to the horizon within an access */
void node_pass(void *context);          /* an access to one adapter takes time for all */
void node_limit(struct node *node);     /* the horizon may have come nearer */
void node_interrupt(struct node *node); /* direct: a frame or room has come */
void node_run_all_to(struct node *node, uint64_t cycle);
uint64_t node_cycle(const struct node *node); /* all adapters are there, but within an access */
void node_set_horizon(struct node *node, uint64_t cycle);

/* --- node_port.c ---------------------------------------------------------------------- */

/* Makes the adapter as the node's config says. NULL, or what failed as one line. */
const char *node_port_open(struct node_port *port, struct world *world,
                           const struct node_config *config, uint64_t now_us);
void node_port_close(struct node_port *port);
/* Its driver starts the adapter; NULL, or what failed. */
const char *node_port_start(struct node_port *port, const struct node_adapter_config *config,
                            uint64_t now_us);
/* As after the power has come; what the line does goes on. */
void node_port_reboot(struct node_port *port, const struct node_adapter_config *config);
/* false: no memory, or the segment has no more ports. */
bool node_port_join(struct node_port *port, struct segment *segment, unsigned metres,
                    const char *name);

/* The first cycle that begins at this time or later. */
static inline uint64_t cycle_at(uint64_t time_ps)
{
    return time_ps / NIC_CYCLE_PS + (time_ps % NIC_CYCLE_PS != 0);
}

#endif
