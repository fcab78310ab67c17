/* One run of the simulation: a host on its wire, the peer at the other end, and
 * what records it.
 *
 *   node (stack, driver, adapter) -- wire --------- outside -- peer
 *                                      | each frame
 *                                      capture, page, status line
 *
 * Above: server.c and get.c, one for each kind of command. */
#ifndef LANTERN_SESSION_H
#define LANTERN_SESSION_H

#include "lan_dhcp.h"
#include "lan_dns.h"
#include "node.h"
#include "options.h"
#include "outside.h"
#include "pcapng.h"
#include "site/site.h"
#include "status_line.h"
#include "story.h"
#include "timeline.h"
#include "window.h"

enum { SESSION_NAMES = 16 }; /* remembered */

struct session {
    const struct options *options;
    lan_ip4 address; /* by DHCP: when the application begins */
    uint64_t seed;
    struct world *world;
    struct wire *wire;
    struct node *node;
    struct lan_dhcp dhcp; /* stopped unless it is asked for */
    struct lan_dns_cache dns_cache;
    struct lan_dns_entry dns_entries[SESSION_NAMES];
    struct outside outside;
    struct pcapng *pcap; /* NULL: none */
    unsigned pcap_interface;
    struct timeline *timeline;  /* NULL: none */
    struct story *story;        /* NULL: none */
    struct site_frames *frames; /* of the page */
    struct site_frames own_frames;
    node_application *application;
    void *context;
    /* Adds what the command knows to the status line; may be NULL. */
    void (*tell)(void *context, struct status *status);
    bool quiet; /* no status line: the terminal shows something else */
    uint64_t started_ns, wall_ns;
    uint64_t hash;        /* of the adapter, when it ended */
    struct window window; /* of the waveform */
    bool failed;
};

/* Makes it all; takes the peer, also on failure. `application` runs on the host
 * with `context`, and its end is the session's. false: not possible, and said
 * why; nothing is left then. */
bool session_open(struct session *session, const struct options *options, struct peer *peer,
                  node_application *application, void *context);

/* Runs until the application has ended. */
void session_run(struct session *session);

/* Ends everything and completes the files. false: something failed, and was said. */
bool session_close(struct session *session);

/* For --stats: each counter that `counter` gives, as a line of its group. */
typedef const char *session_counter(const void *context, unsigned index, uint64_t *value);
void session_print_counters(const char *group, session_counter *counter, const void *context);
/* All counters of adapter, driver, stack and surroundings, if --stats asks for them. */
void session_print_stats(struct session *session);

/* What the page shows of this moment. */
void session_look(struct session *session, struct site_view *view);

#endif
