/* What the command line asked for. */
#ifndef LANTERN_OPTIONS_H
#define LANTERN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lan_host.h"

enum command {
    COMMAND_SERVE,
    COMMAND_GET,
    COMMAND_HOST,
    COMMAND_NET,
    COMMAND_EXPLAIN,
    COMMAND_EXEC
};

enum pace { PACE_WALL, PACE_MAX };

enum {
    SERVICE_ECHO = 1 << 0,
    SERVICE_DISCARD = 1 << 1,
    SERVICE_CHARGEN = 1 << 2,
    SERVICE_HTTP = 1 << 3,
    SERVICE_ALL = SERVICE_ECHO | SERVICE_DISCARD | SERVICE_CHARGEN | SERVICE_HTTP,
};

enum { OPTIONS_FORWARDS_MAX = 8 };

/* A port of this machine that reaches one of the simulated host. */
struct options_forward {
    lan_ip4 address;
    uint16_t port, guest_port;
};

struct options {
    enum command command;
    struct lan_host_config host; /* the command's own: how large it is */

    /* Of all commands. */
    bool rtl; /* the Verilated adapter, else the direct one */
    unsigned rate_mbps;
    bool full_duplex;
    bool seed_given;
    uint64_t seed;
    enum pace pace;
    const char *pcap, *wave, *timeline, *story; /* files to write; NULL: none */
    bool stats;
    uint64_t wave_from_ps, wave_to_ps; /* what of the run is in it; to 0: all the rest */
    const char *wave_host;             /* net: whose adapter; NULL: the first host's */
    uint64_t packet;                   /* the frame whose start is wanted in... */
    uint64_t *packet_ps;               /* ...this; NULL: none */
    const char *record;                /* a file for all that comes from outside; NULL: none */
    struct replay *replay;             /* it all comes from such a file; NULL: no */
    char *const *words;                /* of the command line, without the program's name */
    int word_count;
    bool jumps; /* over quiet time; off: every cycle is run, with the same result */

    uint64_t explained; /* explain: the number of the write, from 1 on */

    /* net, explain: the file that describes it. */
    const char *topology;
    uint64_t for_ps; /* simulated time after which it ends; 0: when all is done */

    /* serve: where this machine's programs connect to. */
    lan_ip4 listen_address;
    uint16_t listen_port;

    const char *root; /* serve, host: files to serve; NULL: none */

    /* get */
    const char *url;
    const char *output; /* NULL: standard output */

    /* exec: the program with its arguments, and where this machine's programs reach it. */
    char *const *program;
    struct options_forward forwards[OPTIONS_FORWARDS_MAX];
    unsigned forward_count;

    bool dhcp; /* serve, get, host: a DHCP server tells our place in the network */

    /* host, and get by TAP: our place in that network. */
    const char *tap; /* NULL: the user-mode network */
    lan_ip4 address;
    unsigned prefix;
    lan_ip4 gateway, dns_server; /* 0: none */
    uint8_t mac[LAN_MAC_SIZE];
    unsigned services;
    uint16_t control_port; /* 0: none */
};

/* Reads the whole command line. Mistakes, --help and --version end the program
 * here: one line and status 2, or status 0. */
void options_parse(struct options *options, int argc, char **argv);

#endif
