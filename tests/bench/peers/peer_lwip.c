/* lwIP as Debian builds it, two of it in one process: each end is a copy of the
 * library in a namespace of its own. */
#define _GNU_SOURCE /* dlmopen */

#include "peer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip_end.h"
#include "wire.h"

typedef void start_function(const struct lwip_outside *given);
typedef uint64_t step_function(uint64_t now);

static step_function *step_of[2];

static void *symbol(void *library, const char *name)
{
    void *found = library ? dlsym(library, name) : NULL;
    if (!found) {
        fprintf(stderr, "peers: lwIP: %s\n", dlerror());
        exit(1);
    }
    return found;
}

static void start(uint64_t seed)
{
    static struct lwip_outside outside[2];
    (void)seed; /* its first sequence number is fixed */
    for (int i = 0; i < 2; i++) {
        outside[i] = (struct lwip_outside){
            .end = i,
            .port = PEER_PORT,
            .lend = wire_lend,
            .send = wire_send,
            .next = wire_next,
            .release = wire_release,
            .written = &peer_written,
            .read = &peer_read,
            .outgoing = peer_outgoing,
            .incoming = peer_incoming,
            .write_size = PEER_WRITE_SIZE,
        };
        void *library = dlmopen(LM_ID_NEWLM, LWIP_END, RTLD_NOW | RTLD_LOCAL);
        start_function *start_end;
        *(void **)&start_end = symbol(library, "lwip_end_start");
        *(void **)&step_of[i] = symbol(library, "lwip_end_step");
        start_end(&outside[i]);
    }
}

static uint64_t step(int end, uint64_t now_us)
{
    return step_of[end](now_us);
}

const struct peer peer_lwip = {.name = "lwIP", .start = start, .step = step};
