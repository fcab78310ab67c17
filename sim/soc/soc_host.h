/* A simulated system-on-chip in the world: its RMII pins on a wire, its console in two
 * functions. The counterpart of node.h, but the processor is simulated, too. */
#ifndef SIM_SOC_HOST_H
#define SIM_SOC_HOST_H

#include "phy.h"
#include "soc_model.h"
#include "station_line.h"
#include "world.h"

enum { SOC_TYPED_SIZE = 256, SOC_BATCH = 64 };

struct soc_host {
    struct soc_model *model;
    struct world *world;
    struct world_runner runner;
    struct wire_end in;    /* connect the wire's side to it */
    struct wire_end *sent; /* who gets its frames; the caller's to set */
    struct phy phy;

    uint64_t cycle, jumped; /* where it is, and how many of them were not run */
    bool all_cycles;        /* none is jumped over, for comparison; the caller's to set */
    struct station_line line;
    struct rmii_decoder decoder;
    uint8_t shown[SOC_BATCH], sends[SOC_BATCH];
    size_t shown_at, shown_count;
    uint64_t quiet_until, dropped;

    uint8_t typed[SOC_TYPED_SIZE];  /* for the console, not yet said... */
    size_t typed_count, typed_here; /* ...and how much of it has come by now */
};

/* Begins at the world's start, full duplex at 100 Mb/s. The caller puts the firmware into
 * soc_model_ram. false: no memory. */
bool soc_host_open(struct soc_host *host, struct world *world);
void soc_host_start(struct soc_host *host);
void soc_host_close(struct soc_host *host);

/* Bytes for the console that come at that time; what finds no room is not taken. How many
 * were. */
size_t soc_host_type(struct soc_host *host, uint64_t when_ps, const uint8_t *bytes, size_t size);

#endif
