/* A topology, built: media, hosts with their programs, this machine's ends, and a capture
 * of every frame of every medium. */
#ifndef LANTERN_NETWORK_H
#define LANTERN_NETWORK_H

#include "csma.h"
#include "options.h"
#include "outside.h"
#include "pcapng.h"
#include "program.h"
#include "segment.h"
#include "site/site.h"
#include "story.h"
#include "timeline.h"
#include "topology.h"
#include "window.h"

enum {
    NETWORK_WIRES_MAX = 256,
    NETWORK_CSMAS_MAX = 64,
    NETWORK_NAME_SIZE = 2 * TOPOLOGY_NAME_SIZE + 2,
};

struct network;

/* A medium whose frames are captured. */
struct network_watch {
    struct network *network;
    unsigned interface, channel; /* of the capture, of the story */
    char name[NETWORK_NAME_SIZE];
    const char *ends[2];                 /* of a wire... */
    const struct network_medium *medium; /* ...or it is this; NULL: a wire */
};

struct network_medium {
    const struct topology_medium *wanted;
    struct segment *segment; /* one of these */
    struct bridge *bridge;
    struct link *link;
    unsigned link_ends;                  /* taken so far */
    unsigned taps;                       /* of a segment, likewise */
    const char *ends[SEGMENT_PORTS_MAX]; /* who is there, of link or segment */
    unsigned end_count;
};

struct network_host {
    struct network *network;
    const struct topology_host *wanted;
    struct node *node;
    struct site site;
    struct program programs[TOPOLOGY_PROGRAMS_MAX];
    unsigned program_count;
};

/* An event of the topology, to come. */
struct network_fault {
    struct network *network;
    const struct topology_event *event;
};

struct network {
    const struct topology *topology;
    const struct options *options;
    struct world *world;
    struct network_medium media[TOPOLOGY_MEDIA_MAX];
    struct network_host hosts[TOPOLOGY_HOSTS_MAX];
    struct wire *wires[NETWORK_WIRES_MAX];
    unsigned wire_count;
    struct csma *csmas[NETWORK_CSMAS_MAX];
    unsigned csma_count;
    struct network_watch watches[TOPOLOGY_MEDIA_MAX + NETWORK_WIRES_MAX];
    unsigned watch_count;
    struct outside outside;
    struct pcapng *pcap;       /* NULL: none; the caller's */
    struct story *story;       /* likewise */
    struct timeline *timeline; /* likewise */
    uint64_t frames, bytes;    /* that any medium carried */
    struct network_fault faults[TOPOLOGY_EVENTS_MAX];
    struct window window; /* of the waveform */
    bool late, failed;    /* the limit was reached; a host's services failed */
};

/* Builds it at time 0. false: not possible, and said why; network_close all the same. */
bool network_open(struct network *network, struct world *world, const struct topology *topology,
                  const struct options *options, struct pcapng *pcap, struct timeline *timeline,
                  struct story *story);
/* false: the waveform is not complete, and said why. */
bool network_close(struct network *network);

/* The topology's faults, each an event at its time. */
void network_plan_faults(struct network *network);

/* How many programs with an end have not come to it. */
unsigned network_unfinished(const struct network *network);

/* Breaks off what the hosts do, so that the run ends. */
void network_stop(struct network *network);

/* Every counter of a medium by name; NULL past the last. */
const char *network_medium_counter(const struct network_medium *medium, unsigned index,
                                   uint64_t *value);
/* Every counter of a host: of each adapter, then of the stack. */
const char *network_host_counter(struct network_host *host, unsigned index, uint64_t *value);
/* Tells the story who is there. */
void network_introduce(struct network *network);
/* Over all adapters: every dibit sent, interrupt edge and register read, with its cycle. */
uint64_t network_hash(const struct network *network);

#endif
