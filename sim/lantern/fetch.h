/* What `lantern get` does on the simulated host: name, connection, request, and
 * the page to standard output or a file. Redirects are followed. */
#ifndef LANTERN_FETCH_H
#define LANTERN_FETCH_H

#include <stdbool.h>

#include "lan_http.h"

struct fetch {
    const char *url;
    const char *output; /* NULL: standard output */

    int fd;
    int write_error; /* errno of the output; 0: none */
    struct lan_http_client client;
};

/* Looks at the URL before anything is simulated. false: wrong, and said why. */
bool fetch_check(const char *url);

/* The exit status; says what failed. Blocks on the host's sockets. */
int fetch_run(struct fetch *fetch, struct lan_host *host);

#endif
