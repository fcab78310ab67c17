#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "services/chargen.h"
#include "services/discard.h"
#include "services/echo.h"
#include "web.h"

/* All servers of one host. */
struct servers {
    struct web web;
    struct stream_server echo, discard, chargen;
    struct datagram_server echo_datagrams, discard_datagrams, chargen_datagrams;
    uint64_t chargen_position;
};

static int open_pair(struct lan_host *host, uint16_t port, struct stream_server *streams,
                     stream_step *step, struct datagram_server *datagrams, struct service *services)
{
    int result = stream_server_open(streams, host, port, step);
    if (result < 0)
        return result;
    services[0] = stream_service(streams);
    result = datagram_server_open(datagrams, host, port);
    services[1] = datagram_service(datagrams);
    return result;
}

static int open_servers(struct program *program, const struct site *site, struct service *services)
{
    struct lan_host *host = program->host;
    struct servers *servers = calloc(1, sizeof *servers);
    unsigned wanted = program->wanted->services;
    int count = 0, result = 0;
    program->own = servers;
    if (!servers)
        return -LAN_ENOMEM;
    servers->echo_datagrams.answer = echo_datagram;
    servers->discard_datagrams.answer = discard_datagram;
    servers->chargen_datagrams.answer = chargen_datagram;
    servers->chargen_datagrams.context = &servers->chargen_position;
    if (result == 0 && wanted & SERVICE_ECHO) {
        result = open_pair(host, ECHO_PORT, &servers->echo, echo_stream, &servers->echo_datagrams,
                           services + count);
        count += 2;
    }
    if (result == 0 && wanted & SERVICE_DISCARD) {
        result = open_pair(host, DISCARD_PORT, &servers->discard, discard_stream,
                           &servers->discard_datagrams, services + count);
        count += 2;
    }
    if (result == 0 && wanted & SERVICE_CHARGEN) {
        result = open_pair(host, CHARGEN_PORT, &servers->chargen, chargen_stream,
                           &servers->chargen_datagrams, services + count);
        count += 2;
    }
    if (result == 0 && wanted & SERVICE_HTTP) {
        servers->web.root = -1;
        servers->web.site = *site;
        result = web_open(&servers->web, host);
        services[count++] = web_service(&servers->web);
    }
    return result < 0 ? result : count;
}

int program_open(struct program *program, struct lan_host *host,
                 const struct topology_program *wanted, const struct site *site,
                 struct service services[PROGRAM_SERVICES_MAX])
{
    bool opened = false;
    *program = (struct program){.wanted = wanted, .host = host};
    switch (wanted->kind) {
    case PROGRAM_SERVE:
        return open_servers(program, site, services);
    case PROGRAM_NAMES:
        return program_names_open(program, services);
    case PROGRAM_GET:
        opened = program_get_open(program, services);
        break;
    case PROGRAM_STREAM:
        opened = program_stream_open(program, services);
        break;
    case PROGRAM_ASK:
        opened = program_ask_open(program, services);
        break;
    case PROGRAM_SPEAK:
        opened = program_speak_open(program, services);
        break;
    case PROGRAM_LISTEN:
        opened = program_listen_open(program, services);
        break;
    }
    program->result.finite = true;
    return opened ? 1 : -LAN_ENOMEM;
}

void program_free(struct program *program)
{
    free(program->own);
}

const char *program_counter(const struct program *program, unsigned index, uint64_t *value)
{
    bool counts = program->own && program->wanted->kind == PROGRAM_LISTEN;
    return counts ? program_listen_counter(program, index, value) : NULL;
}

void program_end(struct program *program, uint64_t now_us, const char *error)
{
    struct program_result *result = &program->result;
    result->done = true;
    result->ended_us = now_us;
    result->failed = error != NULL;
    if (error)
        snprintf(result->error, sizeof result->error, "%s", error);
}

bool program_tries_again(struct program *program)
{
    return ++program->result.tried < program->wanted->tries;
}

void program_fail(struct program *program, uint64_t now_us, int error)
{
    program_end(program, now_us, lan_error_text(error));
}
