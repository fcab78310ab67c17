#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "interrupt.h"
#include "say.h"
#include "services/chargen.h"
#include "services/control.h"
#include "services/discard.h"
#include "services/echo.h"
#include "session.h"
#include "silent.h"
#include "slirp.h"
#include "tap.h"
#include "web.h"

enum { READY_SIZE = 200 };

struct server {
    const struct options *options;
    struct session session;
    char ready[READY_SIZE]; /* the line that says that it can be used */
    struct service services[SERVICES_MAX];
    unsigned service_count;
    bool failed;

    struct web web;
    struct stream_server echo, discard, chargen;
    struct datagram_server echo_datagrams, discard_datagrams, chargen_datagrams;
    uint64_t chargen_position;
    struct control control;
};

static const char *ip_text(lan_ip4 address, char text[INET_ADDRSTRLEN])
{
    return inet_ntop(AF_INET, &(struct in_addr){htonl(address)}, text, INET_ADDRSTRLEN);
}

static const char *adapter_text(const struct options *options)
{
    return options->rtl ? "the cycle-accurate adapter" : "the direct link";
}

/* --- the services ------------------------------------------------------------------------- */

static void add_service(struct server *server, struct service service)
{
    server->services[server->service_count++] = service;
}

/* One service on TCP and UDP. */
static int open_pair(struct server *server, uint16_t port, struct stream_server *streams,
                     stream_step *step, struct datagram_server *datagrams)
{
    struct lan_host *host = node_host(server->session.node);
    int result = stream_server_open(streams, host, port, step);
    if (result < 0)
        return result;
    add_service(server, stream_service(streams));
    result = datagram_server_open(datagrams, host, port);
    if (result == 0)
        add_service(server, datagram_service(datagrams));
    return result;
}

static int open_small_services(struct server *server, unsigned wanted)
{
    int result = 0;
    server->echo_datagrams.answer = echo_datagram;
    server->discard_datagrams.answer = discard_datagram;
    server->chargen_datagrams.answer = chargen_datagram;
    server->chargen_datagrams.context = &server->chargen_position;
    if (wanted & SERVICE_ECHO)
        result = open_pair(server, ECHO_PORT, &server->echo, echo_stream, &server->echo_datagrams);
    if (result == 0 && wanted & SERVICE_DISCARD)
        result = open_pair(server, DISCARD_PORT, &server->discard, discard_stream,
                           &server->discard_datagrams);
    if (result == 0 && wanted & SERVICE_CHARGEN)
        result = open_pair(server, CHARGEN_PORT, &server->chargen, chargen_stream,
                           &server->chargen_datagrams);
    return result;
}

static const char *adapter_counter(const void *context, unsigned index, uint64_t *value)
{
    return node_counter((struct node *)(uintptr_t)context, 0, index, value);
}

static void look(void *context, struct site_view *view)
{
    session_look(context, view);
}

static int open_web(struct server *server)
{
    struct node *node = server->session.node;
    server->web.site.adapter_kind = server->options->rtl ? "rtl" : "direct";
    server->web.site.host = node_host(node);
    server->web.site.adapter = node_adapter(node, 0);
    server->web.site.address = server->session.address;
    server->web.site.look = look;
    server->web.site.look_context = &server->session;
    server->web.site.groups[0] = (struct site_group){"adapter", adapter_counter, node};
    int result = web_open(&server->web, node_host(node));
    if (result == 0)
        add_service(server, web_service(&server->web));
    return result;
}

static int open_services(struct server *server, unsigned wanted)
{
    struct lan_host *host = node_host(server->session.node);
    int result = open_small_services(server, wanted);
    if (result == 0 && wanted & SERVICE_HTTP)
        result = open_web(server);
    if (result == 0 && server->options->control_port) {
        result = control_open(&server->control, host, server->options->control_port);
        if (result == 0)
            add_service(server, control_service(&server->control));
    }
    return result;
}

static void tell_ready(const struct server *server)
{
    const struct options *options = server->options;
    char text[INET_ADDRSTRLEN];
    if (options->command == COMMAND_HOST && !options->replay)
        say("%s is ready on %s, by %s at %u Mb/s; Ctrl-C ends it",
            ip_text(server->session.address, text), options->tap, adapter_text(options),
            options->rate_mbps);
    else
        say("%s", server->ready);
}

/* The application in the host's fiber. */
static void serve(struct node *node, void *context)
{
    struct server *server = context;
    unsigned wanted =
        server->options->command == COMMAND_SERVE ? SERVICE_HTTP : server->options->services;
    int result = open_services(server, wanted);
    if (result == 0) {
        tell_ready(server);
        result = services_run(node_host(node), server->services, server->service_count);
    }
    if (result < 0) {
        say("the services ended: %s", lan_error_text(result));
        server->failed = true;
    }
}

/* --- the command ------------------------------------------------------------------------------ */

static struct peer *open_peer(struct server *server)
{
    const struct options *options = server->options;
    const char *adapter = adapter_text(options);
    char text[INET_ADDRSTRLEN];
    if (options->replay) {
        snprintf(server->ready, sizeof server->ready, "the replay runs, by %s at %u Mb/s", adapter,
                 options->rate_mbps);
        return silent_peer_new();
    }
    if (options->command == COMMAND_HOST)
        return tap_peer_new(options->tap);
    struct peer *peer = slirp_peer_new();
    uint16_t port = options->listen_port;
    if (peer && !slirp_peer_forward(peer, options->listen_address, &port, SLIRP_GUEST, WEB_PORT)) {
        peer->functions->free(peer);
        return NULL;
    }
    snprintf(server->ready, sizeof server->ready,
             "http://%s:%u/ is ready, by %s at %u Mb/s; Ctrl-C ends it",
             ip_text(options->listen_address, text), port, adapter, options->rate_mbps);
    return peer;
}

static const char *http_counter(const void *server, unsigned index, uint64_t *value)
{
    return lan_http_server_counter(server, index, value);
}

static bool run_session(struct server *server)
{
    struct peer *peer = open_peer(server);
    if (!peer || !session_open(&server->session, server->options, peer, serve, server))
        return false;
    server->session.frames = &server->web.site.frames;
    session_run(&server->session);
    session_print_stats(&server->session);
    if (server->options->stats)
        session_print_counters("http", http_counter, &server->web.server);
    return session_close(&server->session) && !server->failed;
}

int server_main(const struct options *options)
{
    struct server *server = calloc(1, sizeof *server); /* 3 MB */
    if (!server) {
        say("no memory");
        return EXIT_FAILED;
    }
    server->options = options;
    server->web.root = options->root ? files_open_root(options->root) : -1;
    bool done =
        (!options->root || server->web.root >= 0) && interrupt_install() && run_session(server);
    if (server->web.root >= 0)
        close(server->web.root);
    free(server);
    return done ? EXIT_DONE : EXIT_FAILED;
}
