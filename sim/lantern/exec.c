#define _GNU_SOURCE
#include "exec.h"

#include <stdlib.h>

#include "exec/bridge.h"
#include "exec/child.h"
#include "say.h"
#include "session.h"
#include "slirp.h"
#include "tap.h"

/* How long what a program wrote before its end may take to leave. */
#define DRAIN_US UINT64_C(10000000)

struct exec {
    struct options options;
    struct session session;
    struct bridge bridge;
    struct child child;
    int status;
};

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Sleeps until there is something for the bridge, at most until `until_us`. false: broken
 * off. */
static bool sleep_until(struct exec *exec, bool busy, uint64_t *due_us, uint64_t until_us)
{
    uint64_t next_us = min_u64(min_u64(*due_us, bridge_due_us(&exec->bridge)), until_us);
    return node_wait(exec->session.node, busy ? 0 : next_us, due_us);
}

/* The application in the host's fiber. */
static void run(struct node *node, void *context)
{
    struct exec *exec = context;
    uint64_t due_us = 0, end_us = LAN_NEVER;
    bridge_begin(&exec->bridge, node);
    if (!child_start(&exec->child, exec->bridge.session)) {
        exec->status = CHILD_NOT_RUN;
        return;
    }
    for (bool alive = true; alive;) {
        bool ended = child_has_ended(&exec->child); /* before what it left is looked at */
        bool busy = bridge_step(&exec->bridge);
        uint64_t now_us = lan_host_now(node_host(node));
        if (ended && end_us == LAN_NEVER) {
            exec->status = exec->child.status;
            end_us = now_us + DRAIN_US;
        }
        if (ended && !busy && (now_us >= end_us || bridge_has_drained(&exec->bridge)))
            return;
        alive = sleep_until(exec, busy, &due_us, end_us);
    }
}

static bool add_forwards(const struct options *options, struct peer *peer)
{
    for (unsigned i = 0; i < options->forward_count; i++) {
        const struct options_forward *forward = &options->forwards[i];
        uint16_t port = forward->port;
        if (!slirp_peer_forward(peer, forward->address, &port, SLIRP_GUEST, forward->guest_port) ||
            !slirp_peer_forward_datagrams(peer, forward->address, port, SLIRP_GUEST,
                                          forward->guest_port))
            return false;
        if (forward->port == 0)
            say("port %u of the program is port %u here", forward->guest_port, port);
    }
    return true;
}

static struct peer *open_peer(struct exec *exec)
{
    const struct options *options = &exec->options;
    struct peer *peer = options->tap ? tap_peer_new(options->tap) : slirp_peer_new();
    if (peer && !add_forwards(options, peer)) {
        peer->functions->free(peer);
        return NULL;
    }
    return peer ? bridge_peer_new(peer, &exec->bridge, exec->child.event) : NULL;
}

static int run_session(struct exec *exec)
{
    struct peer *peer = open_peer(exec);
    if (!peer || !session_open(&exec->session, &exec->options, peer, run, exec))
        return EXIT_FAILED;
    exec->status = EXIT_FAILED; /* unless the program runs */
    exec->session.quiet = true;
    session_run(&exec->session);
    session_print_stats(&exec->session);
    if (exec->options.stats)
        session_print_counters("program", bridge_counter, &exec->bridge);
    return session_close(&exec->session) ? exec->status : EXIT_FAILED;
}

int exec_main(const struct options *options)
{
    struct exec *exec = calloc(1, sizeof *exec);
    if (!exec) {
        say("no memory");
        return EXIT_FAILED;
    }
    exec->options = *options;
    exec->options.host = (struct lan_host_config){
        .socket_count = BRIDGE_SOCKETS + BRIDGE_QUESTIONS, /* queries have some */
        .connection_count = BRIDGE_CONNECTIONS,
        .buffer_count = BRIDGE_BUFFERS,
        .datagram_socket_count = BRIDGE_DATAGRAM_SOCKETS,
        .datagram_queue_bytes = BRIDGE_DATAGRAM_QUEUE_BYTES,
    };
    int status = child_find(&exec->child, options->program);
    if (status == 0) {
        bool ready = child_watch(&exec->child) && bridge_open(&exec->bridge);
        status = ready ? run_session(exec) : EXIT_FAILED;
        child_end(&exec->child);
        if (ready)
            bridge_close(&exec->bridge);
    }
    free(exec);
    return status;
}
