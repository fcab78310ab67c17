/* A service as the loop sees it: descriptors to wait for, and a step.
 *
 * Services are written against lan_socket.h alone, never block and keep their
 * memory in a struct of their own, so that they run on a board as they do here. */
#ifndef LANTERN_SERVICE_H
#define LANTERN_SERVICE_H

#include "lan_socket.h"

#ifndef LAN_SMALL
enum {
    SERVICES_POLL_MAX = 192, /* descriptors of all services together */
    SERVICES_MAX = 64,
};
#else /* on a board */
enum { SERVICES_POLL_MAX = 32, SERVICES_MAX = 12 };
#endif

struct service {
    void *context; /* handed to each function */
    /* Stores what to wait for from `fds` on, and gives how many. */
    unsigned (*poll)(void *context, struct lan_pollfd *fds);
    /* Does all that can be done now; the time of its next step if none of its
     * descriptors has an event before, or LAN_NEVER. */
    uint64_t (*step)(void *context, uint64_t now_us);
    void (*close)(void *context);
};

/* From now until a deadline, for lan_poll: rounded up, so that it has come by then. */
int service_timeout_ms(uint64_t now_us, uint64_t deadline_us);

/* Runs them until a wait is broken off, then closes them all. 0: it was asked to
 * end; else the negative LAN_E number of what failed. */
int services_run(struct lan_host *host, const struct service *services, unsigned count);

#endif
