#define _GNU_SOURCE
#include "console.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "outside.h"

struct console {
    struct peer peer;
    struct peer *network;
    struct soc_host *host;
    bool ended; /* nothing more will be typed */
    unsigned place;
};

static struct console *console_of(struct peer *peer)
{
    return (struct console *)(void *)peer;
}

static void heard(void *context, uint8_t byte)
{
    (void)context;
    putchar(byte);
    fflush(stdout);
}

static void send(struct peer *peer, const uint8_t *frame, size_t size)
{
    struct peer *network = console_of(peer)->network;
    network->sink = peer->sink;
    network->functions->send(network, frame, size);
}

static void prepare(struct peer *peer, struct poll_set *set)
{
    struct console *console = console_of(peer);
    console->network->sink = peer->sink;
    console->network->functions->prepare(console->network, set);
    bool room = console->host->typed_count < SOC_TYPED_SIZE;
    console->place = poll_set_add(set, !console->ended && room ? STDIN_FILENO : -1, POLLIN);
}

/* When what comes in now enters the simulation. */
static uint64_t entry_ps(const struct peer *peer)
{
    const struct outside_port *port = peer->sink.context;
    return port->outside->entry_ps;
}

static void take_typed(struct console *console)
{
    uint8_t bytes[SOC_TYPED_SIZE];
    ssize_t size = read(STDIN_FILENO, bytes, SOC_TYPED_SIZE - console->host->typed_count);
    if (size > 0)
        soc_host_type(console->host, entry_ps(&console->peer), bytes, (size_t)size);
    else
        console->ended = true;
}

static bool handle(struct peer *peer, const struct poll_set *set)
{
    struct console *console = console_of(peer);
    if (set->fds[console->place].revents)
        take_typed(console);
    return console->network->functions->handle(console->network, set);
}

static void release(struct peer *peer)
{
    struct console *console = console_of(peer);
    console->network->functions->free(console->network);
    free(console);
}

static const char *counter(const struct peer *peer, unsigned index, uint64_t *value)
{
    const struct peer *network = ((const struct console *)(const void *)peer)->network;
    return network->functions->counter(network, index, value);
}

struct peer *console_peer_new(struct peer *network, struct soc_host *host)
{
    static const struct peer_functions functions = {send, prepare, handle, release, counter};
    struct console *console = calloc(1, sizeof *console);
    if (!console) {
        network->functions->free(network);
        return NULL;
    }
    *console = (struct console){.peer.functions = &functions, .network = network, .host = host};
    soc_model_set_console(host->model, heard, NULL);
    return &console->peer;
}
