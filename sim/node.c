/* See node.h. The host's life in its fiber, and its making; node_time.c is its way
 * through time, node_port.c one of its adapters. */
#include "node.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fiber.h"
#include "flow.h"
#include "node_inside.h"
#include "timeline.h"

enum {
    PS_PER_US = 1000000,
    MILLION = 1000000,
    LINK_WAIT_US = 1000000, /* the application starts without a link after that */
    COUNT_US = 60000000,    /* how often the driver carries counters on, at least */
};

/* The host's clock, whose quartz is not the world's. */
static uint64_t now_us(const struct node *node)
{
    uint64_t world_us = node_now_ps(node) / PS_PER_US;
    return world_us + (uint64_t)((int64_t)world_us / MILLION * node->config.drift_ppm) +
           (uint64_t)((int64_t)world_us % MILLION * node->config.drift_ppm / MILLION);
}

/* When that clock shows this, or hardly later. */
static uint64_t world_ps(const struct node *node, uint64_t host_us)
{
    if (host_us > WORLD_NEVER / PS_PER_US / 2)
        return WORLD_NEVER;
    uint64_t rate = (uint64_t)(MILLION + node->config.drift_ppm);
    uint64_t world_us = host_us / rate * MILLION + host_us % rate * MILLION / rate;
    return (node->config.drift_ppm ? world_us + 2 : world_us) * PS_PER_US;
}

/* --- In the fiber ------------------------------------------------------------------- */

static void sleep_until(struct node *node, uint64_t until_us)
{
    node->wake_ps = world_ps(node, until_us);
    node->waits = true;
    fiber_yield(node->fiber);
}

/* The adapter's counters have 32 bits. */
static void carry_counters(struct node *node)
{
    if (!node->config.rtl || now_us(node) - node->counted_us < COUNT_US)
        return;
    for (unsigned i = 0; i < node->port_count; i++)
        lan_nic_count(&node->ports[i].nic);
    node->counted_us = now_us(node);
}

static uint64_t step(struct node *node, uint64_t until_us)
{
    if (node->config.rtl && until_us > node->counted_us + COUNT_US)
        until_us = node->counted_us + COUNT_US;
    sleep_until(node, until_us);
    carry_counters(node);
    return lan_host_step(node->host, now_us(node));
}

static bool is_broken_off(const struct node *node)
{
    return node->stopped && !node->ended;
}

/* lan_port.wait. */
static bool wait_for(void *context, uint64_t until_us)
{
    struct node *node = context;
    if (is_broken_off(node))
        return false;
    step(node, until_us);
    return !is_broken_off(node);
}

bool node_sleep(struct node *node, uint64_t until_us)
{
    while (!is_broken_off(node) && now_us(node) < until_us) {
        uint64_t due_us = lan_host_step(node->host, now_us(node));
        step(node, due_us < until_us ? due_us : until_us);
    }
    return !is_broken_off(node);
}

bool node_wait(struct node *node, uint64_t until_us, uint64_t *due_us)
{
    *due_us = step(node, node->woken || is_broken_off(node) ? 0 : until_us);
    node->woken = false;
    return !is_broken_off(node);
}

/* --- Beginning ---------------------------------------------------------------------- */

static const char *start_host(struct node *node)
{
    node->host =
        lan_host_init(node->arena, node->arena_size, &node->config.host, &node->port, now_us(node));
    if (!node->host)
        return "the host finds no room in its arena";
    for (unsigned i = 0; i < node->port_count; i++) {
        const struct node_adapter_config *adapter = &node->config.adapters[i];
        if (lan_host_add_adapter(node->host, node->ports[i].adapter, adapter->address,
                                 adapter->prefix) < 0)
            return "the host takes no adapter with this address";
    }
    return NULL;
}

/* After a reboot, in the fiber: its drivers' accesses take time. What could be made once
 * can be made again. */
static void begin_anew(struct node *node)
{
    const char *error = NULL;
    for (unsigned i = 0; node->config.rtl && i < node->port_count && !error; i++)
        error = node_port_start(&node->ports[i], &node->config.adapters[i], now_us(node));
    node->counted_us = now_us(node);
    error = error ? error : start_host(node);
    assert(!error);
    (void)error;
}

static bool has_links(const struct node *node)
{
    for (unsigned i = 0; i < node->port_count; i++)
        if (!node->ports[i].adapter->status.link_up)
            return false;
    return true;
}

static void live(void *context)
{
    struct node *node = context;
    if (node->reboots > 0)
        begin_anew(node);
    uint64_t patience_us = now_us(node) + LINK_WAIT_US;
    uint64_t due_us = lan_host_step(node->host, now_us(node));
    while (!has_links(node) && now_us(node) < patience_us && !node->stopped)
        due_us = step(node, due_us < patience_us ? due_us : patience_us);
    if (node->config.application)
        node->config.application(node, node->config.context);
    node->ended = true;
    for (due_us = lan_host_step(node->host, now_us(node));;)
        due_us = step(node, due_us);
}

/* --- Frames ------------------------------------------------------------------------- */

void node_sends(struct node *node, const struct wire_frame *frame, struct wire_end *entry)
{
    if (node->config.timeline)
        timeline_note_frame(node->config.timeline, node->timeline_host, true, frame);
    if (entry)
        entry->receive(entry->context, frame);
    node_limit(node);
}

void node_hears(struct node *node, const struct wire_frame *frame)
{
    if (node->config.timeline)
        timeline_note_frame(node->config.timeline, node->timeline_host, false, frame);
}

void node_takes(struct node *node, const struct wire_frame *frame)
{
    node_hears(node, frame);
    if (node->config.rtl)
        node_catch_up(node);
}

void node_connect(struct node *node, unsigned adapter, struct wire_end *entry)
{
    node->ports[adapter].entry = entry;
}

struct wire_end *node_end(struct node *node, unsigned adapter)
{
    return &node->ports[adapter].in;
}

bool node_join(struct node *node, unsigned adapter, struct segment *segment, unsigned metres)
{
    return node_port_join(&node->ports[adapter], segment, metres, node->config.name);
}

static void end_wait(struct node *node)
{
    if (node->waits && !node->ended) {
        node->wake_ps = 0;
        if (!node->running)
            node_catch_up(node);
    }
}

void node_stop(struct node *node)
{
    if (node->stopped)
        return;
    node->stopped = true;
    end_wait(node);
}

void node_wake(struct node *node)
{
    node->woken = true;
    end_wait(node);
}

void node_reset_adapters(struct node *node)
{
    node_catch_up(node);
    for (unsigned i = 0; node->config.rtl && i < node->port_count; i++)
        station_reset(node->ports[i].station);
}

void node_reboot(struct node *node)
{
    struct fiber *fiber = fiber_new(live, node);
    assert(fiber);
    node_catch_up(node);
    fiber_free(node->fiber);
    node->fiber = fiber;
    for (unsigned i = 0; i < node->port_count; i++)
        node_port_reboot(&node->ports[i], &node->config.adapters[i]);
    node->waits = node->held = node->interrupted = node->woken = node->ended = false;
    node->reboots++;
}

unsigned node_reboots(const struct node *node)
{
    return node->reboots;
}

bool node_has_ended(const struct node *node)
{
    return node->ended;
}

bool node_is_in_access(const struct node *node)
{
    return node->held;
}

/* --- For its stack ------------------------------------------------------------------ */

static uint32_t random_bits(void *context)
{
    struct node *node = context;
    return world_random(node->world, node->config.name);
}

/* The direction in which a call's bytes went. */
static bool way_of(struct node *node, const char *name, int descriptor, struct flow_way *way)
{
    struct lan_socket_info info;
    bool writes = strcmp(name, "write") == 0;
    if (!writes && strcmp(name, "read") != 0)
        return false;
    for (unsigned i = 0; lan_host_socket(node->host, i, &info); i++) {
        if (info.descriptor != descriptor || strcmp(info.kind, "tcp") != 0)
            continue;
        struct flow_way out = {info.local_address, info.peer_address, info.local_port,
                               info.peer_port};
        struct flow_way in = {info.peer_address, info.local_address, info.peer_port,
                              info.local_port};
        *way = writes ? out : in;
        return true;
    }
    return false;
}

static void note_call(void *context, const char *name, int descriptor, long result)
{
    struct node *node = context;
    struct flow_way way;
    bool goes = result > 0 && way_of(node, name, descriptor, &way);
    timeline_note_call(node->config.timeline, node->timeline_host, node_now_ps(node), name,
                       descriptor, result, goes ? &way : NULL);
}

static void note_state(void *context, int descriptor, const char *from, const char *to)
{
    struct node *node = context;
    uint64_t now_ps = node_now_ps(node);
    timeline_note(node->config.timeline, node->timeline_host, TIMELINE_TCP, now_ps, now_ps,
                  "%d: %s to %s", descriptor, from, to);
}

/* --- Making ------------------------------------------------------------------------- */

static const char *make_ports(struct node *node)
{
    for (unsigned i = 0; i < node->config.adapter_count; i++) {
        struct node_port *port = &node->ports[i];
        port->node = node;
        port->index = i;
        const char *error = node_port_open(port, node->world, &node->config, now_us(node));
        if (port->station)
            node->port_count = i + 1;
        if (error)
            return error;
        node->port_count = i + 1;
        if (!node->config.rtl)
            continue;
        station_set_wait(port->station, node_hold, node);
        node_run_all_to(node, node_cycle(node)); /* those before it wait for its start */
    }
    for (unsigned i = 0; node->config.rtl && node->port_count > 1 && i < node->port_count; i++) {
        node->ports[i].bus.passed = node_pass;
        node->ports[i].bus.context = node;
    }
    return NULL;
}

static const char *make_host(struct node *node)
{
    struct lan_host_config *config = &node->config.host;
    config->name = node->config.name;
    config->adapter_count = (uint16_t)node->config.adapter_count;
    if (node->config.timeline) {
        node->timeline_host = timeline_add_host(node->config.timeline, node->config.name);
        node->trace = (struct lan_trace){node, note_call, note_state};
        config->trace = &node->trace;
    }
    node->port = (struct lan_port){.context = node, .random = random_bits, .wait = wait_for};
    node->arena_size = (lan_host_size(config) + 15) & ~(size_t)15;
    node->arena = aligned_alloc(16, node->arena_size);
    if (!node->arena)
        return "no memory";
    const char *error = start_host(node);
    if (error)
        return error;
    node->fiber = fiber_new(live, node);
    return node->fiber ? NULL : "no memory";
}

struct node *node_new(struct world *world, const struct node_config *config, const char **error)
{
    struct node *node = calloc(1, sizeof *node);
    *error = "no memory";
    if (!node)
        return NULL;
    node->world = world;
    node->config = *config;
    node->runner = (struct world_runner){.context = node, .run = node_run};
    *error = make_ports(node);
    if (!*error)
        *error = make_host(node);
    node->counted_us = now_us(node);
    node->runner.time_ps = node_now_ps(node);
    world_add_runner(world, &node->runner);
    if (!*error)
        return node;
    node_free(node);
    return NULL;
}

void node_free(struct node *node)
{
    if (!node)
        return;
    world_remove_runner(node->world, &node->runner);
    fiber_free(node->fiber);
    free(node->arena);
    for (unsigned i = 0; i < NODE_ADAPTERS_MAX; i++)
        node_port_close(&node->ports[i]);
    free(node);
}

/* --- Looking at it ------------------------------------------------------------------ */

/* The adapter's counters come over its bus. The fiber may be within an access;
 * then those of a moment ago must do. */
static void bring_counters(struct node *node, unsigned adapter)
{
    bool outside = !node->running;
    if (outside && (node->held || !node->waits))
        return;
    if (outside) {
        node_catch_up(node);
        node_set_horizon(node, UINT64_MAX);
        lan_host_step(node->host, now_us(node)); /* what the adapter has, the stack shall have */
    }
    lan_nic_count(&node->ports[adapter].nic);
}

const char *node_counter(struct node *node, unsigned adapter, unsigned index, uint64_t *value)
{
    if (!node->config.rtl)
        return direct_link_counter(node->ports[adapter].direct, index, value);
    if (index == 0)
        bring_counters(node, adapter);
    return lan_nic_counter(&node->ports[adapter].nic, index, value);
}

void node_set_jumps(struct node *node, bool jumps)
{
    for (unsigned i = 0; node->config.rtl && i < node->port_count; i++)
        station_set_jumps(node->ports[i].station, jumps);
}

unsigned node_adapter_count(const struct node *node)
{
    return node->port_count;
}

struct lan_host *node_host(struct node *node)
{
    return node->host;
}

struct lan_adapter *node_adapter(struct node *node, unsigned adapter)
{
    return node->ports[adapter].adapter;
}

struct lan_nic *node_nic(struct node *node, unsigned adapter)
{
    return node->config.rtl ? &node->ports[adapter].nic : NULL;
}

struct station *node_station(struct node *node, unsigned adapter)
{
    return node->ports[adapter].station;
}

struct phy *node_phy(struct node *node, unsigned adapter)
{
    return node->config.rtl ? &node->ports[adapter].phy : NULL;
}

struct world *node_world(struct node *node)
{
    return node->world;
}
