/* A host in the world: a stack, its adapter, and a fiber in which the
 * application runs as if it were alone.
 *
 *   application -> lan_socket -> stack -> driver -> bus_model -> station -> wire   rtl
 *   application -> lan_socket -> stack -> direct_link ------------------> wire   direct
 *
 * A node with several adapters (a router) has one clock: they go in step, and it looks
 * for interrupts every NODE_GRID_CYCLES.
 *
 * Blocking socket calls sleep the fiber. C code takes no simulated time but the
 * bus cycles it spends. When the application returns, the host goes on by itself:
 * it answers, retransmits and waits out TIME_WAIT until the node is freed. */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include "lan_nic.h"
#include "lan_socket.h"
#include "wire.h"

struct node;
struct station;
struct timeline;
struct phy;
struct segment;

typedef void node_application(struct node *node, void *context);

struct node_adapter_config {
    unsigned rate_mbps;
    bool half_duplex; /* rtl: the adapter and the far side of its line share it */
    bool fixed_line;  /* rtl: the driver does not ask the PHY; the line is always up */
    bool promiscuous;
    uint8_t mac[LAN_MAC_SIZE];
    lan_ip4 address;
    unsigned prefix;
};

enum { NODE_ADAPTERS_MAX = 8, NODE_GRID_CYCLES = 64 };

struct node_config {
    const char *name; /* borrowed; names its stream of random numbers, too */
    bool rtl;         /* Verilated adapters, else direct links */
    int drift_ppm;    /* how much faster than the world's the host's clock goes */
    unsigned adapter_count;
    struct node_adapter_config adapters[NODE_ADAPTERS_MAX];
    struct lan_host_config host;   /* its name, trace and adapter_count are set here */
    struct timeline *timeline;     /* may be NULL */
    node_application *application; /* may be NULL: it only answers */
    void *context;
};

/* Starts at world_now. On failure NULL, and why as one line in *error. */
struct node *node_new(struct world *world, const struct node_config *config, const char **error);
void node_free(struct node *node);

/* Where an adapter's frames go, and who takes those to it. */
void node_connect(struct node *node, unsigned adapter, struct wire_end *entry);
struct wire_end *node_end(struct node *node, unsigned adapter);
/* Or it joins a segment, `metres` of cable away: by its pins, or where it is direct by a
 * station of software. Frames that it sends go to what node_connect named before, for
 * whoever watches. false: no memory, or no port. */
bool node_join(struct node *node, unsigned adapter, struct segment *segment, unsigned metres);

unsigned node_adapter_count(const struct node *node);
struct lan_host *node_host(struct node *node);
struct lan_adapter *node_adapter(struct node *node, unsigned adapter);
struct lan_nic *node_nic(struct node *node, unsigned adapter);     /* NULL: direct */
struct station *node_station(struct node *node, unsigned adapter); /* NULL: direct */
struct phy *node_phy(struct node *node, unsigned adapter);         /* NULL: direct */
struct world *node_world(struct node *node);
uint64_t node_now_ps(const struct node *node); /* its own time, with the bus cycles spent */

/* A parked node comes up to world_now, as before something happens to it. */
void node_catch_up(struct node *node);

/* Breaks off what it waits for, now and from now on: blocking calls end with
 * LAN_EINTR, so that the application ends. */
void node_stop(struct node *node);
bool node_has_ended(const struct node *node); /* the application has returned */
/* It waits for the world within a register access; its counters cannot be read now. */
bool node_is_in_access(const struct node *node);

/* Events of the world. The adapters lose all they know and the driver is not told; or the
 * whole host begins anew, its PHYs too: the application is called again. */
void node_reset_adapters(struct node *node);
void node_reboot(struct node *node);
unsigned node_reboots(const struct node *node);

/* For the application: sleeps, the host alive; false: broken off. */
bool node_sleep(struct node *node, uint64_t until_us);

/* Counters of the wire's side: an adapter's by name; NULL past the last. */
const char *node_counter(struct node *node, unsigned adapter, unsigned index, uint64_t *value);

/* For an application that serves others, too: sleeps until an interrupt, node_wake or
 * `until_us`, then steps the host; *due_us is when that wants its next step. false: broken
 * off. */
bool node_wait(struct node *node, uint64_t until_us, uint64_t *due_us);
/* Ends node_wait, or the next one. An event of the world. */
void node_wake(struct node *node);

/* Off: every cycle is run, for comparison. Before the first world_run. */
void node_set_jumps(struct node *node, bool jumps);

#endif
