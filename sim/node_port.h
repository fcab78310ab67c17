/* One adapter of a node, with what it hangs on: the Verilated one with its PHY, bus and
 * driver, or the direct link. Inside of node.c. */
#ifndef SIM_NODE_PORT_H
#define SIM_NODE_PORT_H

#include "bus_model.h"
#include "csma.h"
#include "direct_link.h"
#include "node.h"
#include "phy.h"
#include "station.h"

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
    struct csma *csma; /* the direct link's station on it */
};

/* What the ports need of their node. */
void node_sends(struct node *node, const struct wire_frame *frame, struct wire_end *entry);
void node_takes(struct node *node, const struct wire_frame *frame);
void node_interrupt(struct node *node);
void node_limit(struct node *node); /* the horizon may have come nearer */
void node_catch_up(struct node *node);

/* Makes the adapter as the node's config says. NULL, or what failed as one line. */
const char *node_port_open(struct node_port *port, struct world *world,
                           const struct node_config *config, uint64_t now_us);
void node_port_close(struct node_port *port);
/* false: no memory, or the segment has no more ports. */
bool node_port_join(struct node_port *port, struct segment *segment, unsigned metres,
                    const char *name);

/* The first cycle that begins at this time or later. */
static inline uint64_t cycle_at(uint64_t time_ps)
{
    return time_ps / NIC_CYCLE_PS + (time_ps % NIC_CYCLE_PS != 0);
}

#endif
