#define _GNU_SOURCE
#include "get.h"

#include <stdlib.h>
#include <unistd.h>

#include "fetch.h"
#include "interrupt.h"
#include "say.h"
#include "session.h"
#include "silent.h"
#include "slirp.h"
#include "tap.h"

struct get {
    struct session session;
    struct fetch fetch;
    int status;
};

/* The application in the host's fiber. */
static void fetch(struct node *node, void *context)
{
    struct get *get = context;
    get->status = fetch_run(&get->fetch, node_host(node));
}

static void tell(void *context, struct status *status)
{
    const struct lan_http_client *client = &((struct get *)context)->fetch.client;
    status->done = client->received;
    status->whole = client->body_size == LAN_HTTP_SIZE_UNKNOWN ? 0 : client->body_size;
}

static int run_session(struct get *get, const struct options *options)
{
    struct peer *peer = options->replay ? silent_peer_new()
                        : options->tap  ? tap_peer_new(options->tap)
                                        : slirp_peer_new();
    if (!peer || !session_open(&get->session, options, peer, fetch, get))
        return EXIT_FAILED;
    get->session.tell = tell;
    get->session.quiet = !options->output && isatty(STDOUT_FILENO);
    session_run(&get->session);
    session_print_stats(&get->session);
    return session_close(&get->session) ? get->status : EXIT_FAILED;
}

int get_main(const struct options *options)
{
    if (!fetch_check(options->url))
        return EXIT_USAGE;
    struct get *get = calloc(1, sizeof *get);
    if (!get) {
        say("no memory");
        return EXIT_FAILED;
    }
    get->fetch.url = options->url;
    get->fetch.output = options->output;
    int status = interrupt_install() ? run_session(get, options) : EXIT_FAILED;
    free(get);
    return status;
}
