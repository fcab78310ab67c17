/* What a topology file describes: media, hosts on them, what the hosts do, faults, and what
 * must be true in the end. docs/topology.md is the file's own description. */
#ifndef LANTERN_TOPOLOGY_H
#define LANTERN_TOPOLOGY_H

#include "bridge.h"
#include "lan_host.h"
#include "link.h"
#include "node.h"

enum {
    TOPOLOGY_NAME_SIZE = 32,
    TOPOLOGY_TEXT_SIZE = 256,
    TOPOLOGY_MEDIA_MAX = 64,
    TOPOLOGY_HOSTS_MAX = 64,
    TOPOLOGY_OUTSIDES_MAX = 4,
    TOPOLOGY_JOINS_MAX = 16,
    TOPOLOGY_ROUTES_MAX = 16,
    TOPOLOGY_PROGRAMS_MAX = 8,
    TOPOLOGY_NAMES_MAX = 16,
    TOPOLOGY_EVENTS_MAX = 128,
    TOPOLOGY_EXPECTATIONS_MAX = 64,
};

/* Where something stands in the file, for errors. */
struct topology_place {
    unsigned line, column; /* from 1 on */
};

enum medium_kind { MEDIUM_CABLE, MEDIUM_BUS, MEDIUM_HUB, MEDIUM_SWITCH, MEDIUM_LINK };

struct topology_medium {
    char name[TOPOLOGY_NAME_SIZE];
    enum medium_kind kind;
    unsigned rate_mbps;
    unsigned metres;             /* of cable, bus: from one tap to the next; hub: to each host */
    double bit_error_rate;       /* cable, bus, hub */
    struct link_config link;     /* link */
    struct bridge_config bridge; /* switch */
    unsigned joins[TOPOLOGY_JOINS_MAX], join_count; /* switch: media that it is joined to */
    struct topology_place place;
};

struct topology_adapter {
    unsigned medium;
    uint8_t mac[LAN_MAC_SIZE];
    lan_ip4 address;
    unsigned prefix;
    unsigned mtu; /* 0: 1500 */
};

enum program_kind {
    PROGRAM_SERVE,  /* services: echo, discard, chargen, http */
    PROGRAM_NAMES,  /* a DNS server for the names here */
    PROGRAM_GET,    /* fetches a URL */
    PROGRAM_STREAM, /* TCP: sends bytes; from an echo server it wants them back */
    PROGRAM_ASK,    /* UDP: datagrams to an echo server, one after the other */
    PROGRAM_SPEAK,  /* RTP: a tune as 16-bit samples */
    PROGRAM_LISTEN, /* plays what comes by RTP into a WAV file */
};

struct topology_name {
    char name[TOPOLOGY_TEXT_SIZE];
    lan_ip4 address;
};

struct topology_program {
    enum program_kind kind;
    uint64_t start_us;
    unsigned services;             /* serve: SERVICE_ bits of options.h */
    char url[TOPOLOGY_TEXT_SIZE];  /* get */
    unsigned times;                /* get: one after the other */
    unsigned tries;                /* get, stream: connections that may break before it gives up */
    struct lan_address target;     /* stream, ask, speak; listen: the port */
    uint64_t bytes;                /* stream */
    unsigned count, size;          /* ask: datagrams, octets of each */
    uint64_t interval_us;          /* ask */
    uint64_t duration_us;          /* speak */
    unsigned rate_hz, channels;    /* speak, listen */
    uint64_t packet_us;            /* speak, listen: of sound in each packet */
    uint64_t delay_us;             /* listen: from a packet's arrival to its playing... */
    uint64_t delay_max_us;         /* ...at most, when it adapts; 0: it does not */
    char path[TOPOLOGY_TEXT_SIZE]; /* listen: of the WAV file; "": none */
    struct topology_name names[TOPOLOGY_NAMES_MAX];
    unsigned name_count;
};

struct topology_host {
    char name[TOPOLOGY_NAME_SIZE];
    struct topology_adapter adapters[NODE_ADAPTERS_MAX];
    unsigned adapter_count;
    bool forwarding, direct; /* direct: without the Verilated adapter */
    int drift_ppm;           /* how much too fast its clock is */
    lan_ip4 gateway, name_server;
    struct lan_route routes[TOPOLOGY_ROUTES_MAX];
    unsigned route_count;
    struct topology_program programs[TOPOLOGY_PROGRAMS_MAX];
    unsigned program_count;
    struct topology_place place;
};

/* This machine, as one more host. */
struct topology_outside {
    char name[TOPOLOGY_NAME_SIZE];
    unsigned medium;
    char tap[16];               /* "": the user-mode network */
    struct lan_address listen;  /* user: this machine's programs connect to it... */
    struct lan_address forward; /* ...and reach this one; 0: nobody */
    struct topology_place place;
};

enum topology_action {
    ACTION_CUT, /* a cable, bus, hub or link carries nothing */
    ACTION_MEND,
    ACTION_UNPLUG, /* a host's first adapter loses its link */
    ACTION_PLUG,
    ACTION_LOSE,   /* a link loses with this probability from now on */
    ACTION_RESET,  /* a host's adapters forget all, and nobody tells the driver */
    ACTION_REBOOT, /* a host begins anew, and so does what it runs and has not ended */
};

struct topology_event {
    uint64_t when_ps;
    enum topology_action action;
    unsigned target; /* medium or host */
    double probability;
};

/* "hub.collisions > 0" */
struct topology_expectation {
    char owner[TOPOLOGY_NAME_SIZE], counter[TOPOLOGY_NAME_SIZE * 2];
    char operator[3]; /* ">", "<", "=", ">=", "<=" */
    uint64_t value;
    struct topology_place place;
};

struct topology {
    char about[TOPOLOGY_TEXT_SIZE];
    bool seed_given;
    uint64_t seed;
    uint64_t limit_ps;  /* the run fails when it is not done by then */
    uint64_t linger_ps; /* it goes on so long after the last program's end */
    struct topology_medium media[TOPOLOGY_MEDIA_MAX];
    unsigned medium_count;
    struct topology_host hosts[TOPOLOGY_HOSTS_MAX];
    unsigned host_count;
    struct topology_outside outsides[TOPOLOGY_OUTSIDES_MAX];
    unsigned outside_count;
    struct topology_event events[TOPOLOGY_EVENTS_MAX];
    unsigned event_count;
    struct topology_expectation expectations[TOPOLOGY_EXPECTATIONS_MAX];
    unsigned expectation_count;
};

/* Reads the file. `rate_mbps` is of media that do not say theirs; a bus has 10. false: it cannot
 * be, and said where and why, each mistake in a line. */
bool topology_read(struct topology *topology, const char *path, unsigned rate_mbps);

#endif
