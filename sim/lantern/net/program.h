/* What runs on the hosts of a topology, each as a service that is stepped and never
 * blocks. Servers run to the end; the others have an end of their own, and a result. */
#ifndef LANTERN_PROGRAM_H
#define LANTERN_PROGRAM_H

#include "lan_rtp.h"
#include "services/service.h"
#include "topology.h"

enum {
    PROGRAM_SERVICES_MAX = 7,
    PROGRAM_TEXT_SIZE = 160,
    PROGRAM_PAUSE_US = 100000, /* after a connection that broke, before the next */
};

/* How a program with an end did. */
struct program_result {
    bool finite, done, failed;
    uint64_t begun_us, ended_us;
    unsigned tried;                     /* get, stream: connections that broke */
    uint64_t bytes;                     /* that came (get), or went (stream) */
    unsigned count, answered;           /* of what was asked */
    uint64_t least_us, most_us, sum_us; /* round trips */
    struct lan_rtp_report heard_of;     /* speak: what the listener told last */
    uint64_t gaps, gap_us, longest_us;  /* listen: where sound was missing */
    uint64_t late;                      /* listen: packets after their time */
    char error[PROGRAM_TEXT_SIZE];      /* why it failed */
};

struct program {
    const struct topology_program *wanted;
    struct lan_host *host;
    struct program_result result;
    void *own; /* of its kind; program_free frees it */
};

/* What a host tells of itself to its web server. */
struct site;

/* Opens it and stores its services; how many, or a negative LAN_E number. `site` is what a
 * web server shows. */
int program_open(struct program *program, struct lan_host *host,
                 const struct topology_program *wanted, const struct site *site,
                 struct service services[PROGRAM_SERVICES_MAX]);
void program_free(struct program *program);

/* For each kind: makes `own`, and the service. false: no memory. */
bool program_get_open(struct program *program, struct service *service);
bool program_stream_open(struct program *program, struct service *service);
bool program_ask_open(struct program *program, struct service *service);
bool program_speak_open(struct program *program, struct service *service);
bool program_listen_open(struct program *program, struct service *service);
int program_names_open(struct program *program, struct service *service);

/* A program's own counter by name (those of listen); NULL past the last. */
const char *program_counter(const struct program *program, unsigned index, uint64_t *value);
const char *program_listen_counter(const struct program *program, unsigned index, uint64_t *value);

/* It has ended; `error` NULL: as it should. */
void program_end(struct program *program, uint64_t now_us, const char *error);
/* A connection broke: whether it shall be tried anew. */
bool program_tries_again(struct program *program);
void program_fail(struct program *program, uint64_t now_us, int error); /* a LAN_E number */

#endif
