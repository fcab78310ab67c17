/* See node.h. As a runner of the world, a node alternates between its adapter,
 * which runs until an interrupt, and its fiber, which runs until it waits for one
 * or for the horizon. */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include "bus_model.h"
#include "direct_link.h"
#include "fiber.h"
#include "phy.h"
#include "timeline.h"

enum {
    PS_PER_US = 1000000,
    LINK_WAIT_US = 1000000, /* the application starts without a link after that */
    COUNT_US = 60000000,    /* how often the driver carries counters on, at least */
};

struct node {
    struct world *world;
    struct node_config config;
    struct world_runner runner;
    struct fiber *fiber;
    bool running;     /* as the world's runner */
    bool waits;       /* the fiber, for an interrupt or for wake_ps... */
    bool held;        /* ...or in a bus access, for the horizon */
    bool interrupted; /* direct: a frame or room has come */
    bool stopped, ended;
    uint64_t wake_ps, counted_us;

    void *arena;
    struct lan_host *host;
    struct lan_port port;
    struct lan_trace trace;
    unsigned timeline_host;

    struct wire_end in, out;
    struct wire_end *entry;

    struct lan_adapter *adapter; /* that of one of these */
    struct direct_link *direct;
    struct station *station;
    struct phy phy;
    struct lan_bus bus;
    struct lan_nic nic;
};

uint64_t node_now_ps(const struct node *node)
{
    return node->station ? station_now_ps(node->station) : world_now(node->world);
}

static uint64_t now_us(const struct node *node)
{
    return node_now_ps(node) / PS_PER_US;
}

/* The first cycle that begins at this time or later. */
static uint64_t cycle_at(uint64_t time_ps)
{
    return time_ps / NIC_CYCLE_PS + (time_ps % NIC_CYCLE_PS != 0);
}

/* --- In the fiber ------------------------------------------------------------------- */

static void sleep_until(struct node *node, uint64_t until_us)
{
    bool never = until_us > WORLD_NEVER / PS_PER_US;
    node->wake_ps = never ? WORLD_NEVER : until_us * PS_PER_US;
    node->waits = true;
    fiber_yield(node->fiber);
}

/* The adapter's counters have 32 bits. */
static void carry_counters(struct node *node)
{
    if (!node->station || now_us(node) - node->counted_us < COUNT_US)
        return;
    lan_nic_count(&node->nic);
    node->counted_us = now_us(node);
}

static uint64_t step(struct node *node, uint64_t until_us)
{
    if (node->station && until_us > node->counted_us + COUNT_US)
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

static void live(void *context)
{
    struct node *node = context;
    uint64_t patience_us = now_us(node) + LINK_WAIT_US;
    uint64_t due_us = lan_host_step(node->host, now_us(node));
    while (!node->adapter->status.link_up && now_us(node) < patience_us && !node->stopped)
        due_us = step(node, due_us < patience_us ? due_us : patience_us);
    if (node->config.application)
        node->config.application(node, node->config.context);
    node->ended = true;
    for (due_us = lan_host_step(node->host, now_us(node));;)
        due_us = step(node, due_us);
}

/* --- As a runner -------------------------------------------------------------------- */

/* When the quiet adapter, or the fiber, will do something by itself. */
static uint64_t quiet_until_ps(const struct node *node)
{
    uint64_t cycle = station_quiet_until(node->station);
    uint64_t end_ps = cycle > WORLD_NEVER / NIC_CYCLE_PS ? WORLD_NEVER : cycle * NIC_CYCLE_PS;
    return end_ps < node->wake_ps ? end_ps : node->wake_ps;
}

/* Whether the fiber may go on; else says how long it is quiet. */
static bool wakes(struct node *node)
{
    uint64_t horizon_ps = world_horizon(node->world);
    if (node->station) {
        /* It may stop early where it is quiet, unless the wake is at hand. */
        unsigned stop = NIC_STOP_IRQ | (node->wake_ps >= horizon_ps ? NIC_STOP_IDLE : 0);
        unsigned why = station_run(node->station, cycle_at(node->wake_ps), stop);
        if (why == NIC_STOP_IRQ && node->config.timeline)
            timeline_note(node->config.timeline, node->timeline_host, TIMELINE_INTERRUPTS,
                          node_now_ps(node), node_now_ps(node), "irq");
        node->runner.time_ps = why == NIC_STOP_IDLE ? quiet_until_ps(node) : node_now_ps(node);
        return why == NIC_STOP_IRQ || node_now_ps(node) >= node->wake_ps;
    }
    bool wakes = node->interrupted || world_now(node->world) >= node->wake_ps;
    node->runner.time_ps = node->wake_ps;
    return wakes;
}

static void resume(struct node *node)
{
    uint64_t accesses = node->station ? station_accesses(node->station) : 0;
    uint64_t start_ps = node_now_ps(node);
    node->waits = node->held = node->interrupted = false;
    fiber_resume(node->fiber);
    if (!node->config.timeline || !node->station || station_accesses(node->station) == accesses)
        return;
    timeline_note(node->config.timeline, node->timeline_host, TIMELINE_BUS, start_ps,
                  node_now_ps(node), "%u accesses",
                  (unsigned)(station_accesses(node->station) - accesses));
}

static void limit(struct node *node)
{
    if (node->station)
        station_set_horizon(node->station, cycle_at(world_horizon(node->world)));
}

static void run(void *context)
{
    struct node *node = context;
    node->running = true;
    limit(node);
    while (!node->waits || wakes(node)) {
        resume(node);
        if (node->held) {
            node->runner.time_ps = node_now_ps(node);
            break;
        }
    }
    node->running = false;
}

/* The station has come to the horizon within an access. */
static void hold(void *context)
{
    struct node *node = context;
    node->held = true;
    fiber_yield(node->fiber);
}

/* A parked adapter comes up to the present. */
static void catch_up(struct node *node)
{
    uint64_t now_ps = world_now(node->world);
    if (node->station) {
        station_set_horizon(node->station, UINT64_MAX);
        station_run(node->station, cycle_at(now_ps), 0);
        now_ps = node_now_ps(node);
    }
    if (node->runner.time_ps > now_ps)
        node->runner.time_ps = now_ps;
}

/* --- Frames ------------------------------------------------------------------------- */

static void transmit(void *context, const struct wire_frame *frame)
{
    struct node *node = context;
    if (node->config.timeline)
        timeline_note_frame(node->config.timeline, node->timeline_host, true, frame);
    if (node->entry)
        node->entry->receive(node->entry->context, frame);
    if (node->running)
        limit(node); /* it may have brought the horizon nearer */
}

static void take(void *context, const struct wire_frame *frame)
{
    struct node *node = context;
    if (node->config.timeline)
        timeline_note_frame(node->config.timeline, node->timeline_host, false, frame);
    if (node->station) {
        catch_up(node);
        station_receive(node->station, frame);
    } else {
        direct_link_receive(node->direct, frame);
    }
}

static void interrupt(void *context)
{
    struct node *node = context;
    node->interrupted = true;
    if (!node->running)
        catch_up(node);
}

void node_connect(struct node *node, struct wire_end *entry)
{
    node->entry = entry;
}

struct wire_end *node_end(struct node *node)
{
    return &node->in;
}

void node_stop(struct node *node)
{
    if (node->stopped)
        return;
    node->stopped = true;
    if (node->waits && !node->ended) {
        node->wake_ps = 0;
        if (!node->running)
            catch_up(node);
    }
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

static void note_call(void *context, const char *name, int descriptor, long result)
{
    struct node *node = context;
    uint64_t now_ps = node_now_ps(node);
    timeline_note(node->config.timeline, node->timeline_host, TIMELINE_CALLS, now_ps, now_ps,
                  "%s(%d) = %ld", name, descriptor, result);
}

static void note_state(void *context, int descriptor, const char *from, const char *to)
{
    struct node *node = context;
    uint64_t now_ps = node_now_ps(node);
    timeline_note(node->config.timeline, node->timeline_host, TIMELINE_TCP, now_ps, now_ps,
                  "%d: %s to %s", descriptor, from, to);
}

/* --- Making ------------------------------------------------------------------------- */

static const char *make_direct(struct node *node)
{
    node->direct = malloc(sizeof *node->direct);
    if (!node->direct)
        return "no memory";
    node->out = (struct wire_end){node, transmit};
    if (!direct_link_init(node->direct, node->world, node->config.rate_mbps, node->config.mac,
                          &node->out)) {
        free(node->direct);
        node->direct = NULL;
        return "no memory";
    }
    node->direct->promiscuous = node->config.promiscuous;
    node->direct->interrupt = interrupt;
    node->direct->context = node;
    node->adapter = &node->direct->adapter;
    return NULL;
}

static const char *make_rtl(struct node *node)
{
    node->out = (struct wire_end){node, transmit};
    node->station = station_new(node->config.rate_mbps, &node->out);
    if (!node->station)
        return "no memory";
    station_set_wait(node->station, hold, node);
    station_run(node->station, cycle_at(world_now(node->world)), 0);
    phy_init(&node->phy, node->config.rate_mbps, !node->config.half_duplex);
    if (node->config.half_duplex)
        line_set_half_duplex(station_line(node->station),
                             (uint64_t)random_bits(node) << 32 | random_bits(node));
    else
        line_set_full_duplex(station_line(node->station), node->phy.pause);
    nic_model_set_phy(station_model(node->station), phy_pins, &node->phy);
    node->bus = bus_model_of(node->station);
    struct lan_nic_config nic = {.listen = node->config.promiscuous ? LAN_NIC_PROMISCUOUS : 0,
                                 .fast = node->config.rate_mbps == 100,
                                 .full_duplex = !node->config.half_duplex,
                                 .pause = true,
                                 .follow_phy = !node->config.fixed_line,
                                 .phy_address = PHY_ADDRESS};
    memcpy(nic.mac, node->config.mac, LAN_MAC_SIZE);
    enum lan_nic_result result = lan_nic_start(&node->nic, &node->bus, &nic, now_us(node));
    node->adapter = &node->nic.adapter;
    return result == LAN_NIC_OK ? NULL : lan_nic_result_text(result);
}

static const char *make_host(struct node *node)
{
    struct lan_host_config config = node->config.host;
    config.name = node->config.name;
    if (node->config.timeline) {
        node->timeline_host = timeline_add_host(node->config.timeline, node->config.name);
        node->trace = (struct lan_trace){node, note_call, note_state};
        config.trace = &node->trace;
    }
    node->port = (struct lan_port){node, random_bits, wait_for};
    size_t size = (lan_host_size(&config) + 15) & ~(size_t)15;
    node->arena = aligned_alloc(16, size);
    if (!node->arena)
        return "no memory";
    node->host = lan_host_init(node->arena, size, &config, &node->port, now_us(node));
    if (!node->host)
        return "the host finds no room in its arena";
    if (lan_host_add_adapter(node->host, node->adapter, node->config.address, node->config.prefix) <
        0)
        return "the host takes no adapter with this address";
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
    node->in = (struct wire_end){node, take};
    node->runner = (struct world_runner){.context = node, .run = run};
    *error = config->rtl ? make_rtl(node) : make_direct(node);
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
    station_free(node->station);
    if (node->direct) {
        direct_link_deinit(node->direct);
        free(node->direct);
    }
    free(node);
}

/* --- Looking at it ------------------------------------------------------------------ */

/* The adapter's counters come over its bus. The fiber may be within an access;
 * then those of a moment ago must do. */
static void bring_counters(struct node *node)
{
    bool outside = !node->running;
    if (outside && (node->held || !node->waits))
        return;
    if (outside) {
        catch_up(node);
        station_set_horizon(node->station, UINT64_MAX);
    }
    lan_nic_count(&node->nic);
}

const char *node_counter(struct node *node, unsigned index, uint64_t *value)
{
    if (node->direct)
        return direct_link_counter(node->direct, index, value);
    if (index == 0)
        bring_counters(node);
    return lan_nic_counter(&node->nic, index, value);
}

void node_set_jumps(struct node *node, bool jumps)
{
    if (node->station)
        station_set_jumps(node->station, jumps);
}

struct lan_host *node_host(struct node *node)
{
    return node->host;
}

struct lan_adapter *node_adapter(struct node *node)
{
    return node->adapter;
}

struct lan_nic *node_nic(struct node *node)
{
    return node->station ? &node->nic : NULL;
}

struct station *node_station(struct node *node)
{
    return node->station;
}

struct phy *node_phy(struct node *node)
{
    return node->station ? &node->phy : NULL;
}

struct world *node_world(struct node *node)
{
    return node->world;
}
