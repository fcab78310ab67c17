/* A node as a runner of the world: it alternates between its adapters, which run until
 * an interrupt, and its fiber, which runs until it waits for one or for the horizon. */
#include "fiber.h"
#include "node_inside.h"
#include "timeline.h"

/* All adapters are at the same cycle but within a bus access. */
uint64_t node_cycle(const struct node *node)
{
    uint64_t latest = 0;
    for (unsigned i = 0; i < node->port_count; i++) {
        uint64_t cycle = station_cycle(node->ports[i].station);
        latest = cycle > latest ? cycle : latest;
    }
    return latest;
}

uint64_t node_now_ps(const struct node *node)
{
    return node->config.rtl ? node_cycle(node) * NIC_CYCLE_PS : world_now(node->world);
}

/* --- As a runner -------------------------------------------------------------------- */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t cycle_ps(uint64_t cycle)
{
    return cycle > WORLD_NEVER / NIC_CYCLE_PS ? WORLD_NEVER : cycle * NIC_CYCLE_PS;
}

static void note_interrupt(struct node *node)
{
    if (node->config.timeline)
        timeline_note(node->config.timeline, node->timeline_host, TIMELINE_INTERRUPTS,
                      node_now_ps(node), node_now_ps(node), "irq");
}

/* With one adapter: it runs until it interrupts. */
static bool run_one(struct node *node)
{
    struct station *station = node->ports[0].station;
    uint64_t horizon_ps = world_horizon(node->world);
    /* It may stop early where it is quiet, unless the wake is at hand. */
    unsigned stop = NIC_STOP_IRQ | (node->wake_ps >= horizon_ps ? NIC_STOP_IDLE : 0);
    unsigned why = station_run(station, cycle_at(node->wake_ps), stop);
    if (why == NIC_STOP_IRQ)
        note_interrupt(node);
    node->runner.time_ps = why == NIC_STOP_IDLE
                               ? min_u64(cycle_ps(station_quiet_until(station)), node->wake_ps)
                               : node_now_ps(node);
    return why == NIC_STOP_IRQ || node_now_ps(node) >= node->wake_ps;
}

static bool is_interrupting(const struct node *node)
{
    for (unsigned i = 0; i < node->port_count; i++)
        if (nic_model_irq(station_model(node->ports[i].station)))
            return true;
    return false;
}

void node_run_all_to(struct node *node, uint64_t cycle)
{
    for (unsigned i = 0; i < node->port_count; i++)
        station_run(node->ports[i].station, cycle, 0);
}

/* With several: in step, from one look for interrupts to the next. */
static bool run_several(struct node *node)
{
    for (;;) {
        uint64_t cycle = node_cycle(node);
        bool interrupts = is_interrupting(node);
        if (interrupts && cycle % NODE_GRID_CYCLES == 0) {
            note_interrupt(node);
            return true;
        }
        node->runner.time_ps = cycle_ps(cycle);
        if (cycle_ps(cycle) >= node->wake_ps)
            return true;
        uint64_t horizon = cycle_at(world_horizon(node->world));
        uint64_t end = min_u64(horizon, cycle_at(node->wake_ps));
        if (cycle >= end)
            return false;
        uint64_t quiet_until = UINT64_MAX;
        for (unsigned i = 0; i < node->port_count; i++)
            quiet_until = min_u64(quiet_until, station_quiet_until(node->ports[i].station));
        if (quiet_until >= end && end == horizon && !interrupts) {
            node->runner.time_ps = min_u64(cycle_ps(quiet_until), node->wake_ps);
            return false;
        }
        /* What one of them begins to send must not find another beyond the time at which
         * that is felt. */
        uint64_t step = world_lookahead(node->world) / NIC_CYCLE_PS;
        uint64_t next = (cycle / NODE_GRID_CYCLES + 1) * NODE_GRID_CYCLES;
        next = min_u64(next, cycle + (step ? step : 1));
        if (!interrupts && quiet_until > next)
            next = quiet_until;
        node_run_all_to(node, min_u64(next, end));
    }
}

/* Whether the fiber may go on; else says how long it is quiet. */
static bool wakes(struct node *node)
{
    if (node->config.rtl)
        return node->port_count == 1 ? run_one(node) : run_several(node);
    bool wakes = node->interrupted || world_now(node->world) >= node->wake_ps;
    node->runner.time_ps = node->wake_ps;
    return wakes;
}

static uint64_t accesses(const struct node *node)
{
    uint64_t sum = 0;
    for (unsigned i = 0; node->config.rtl && i < node->port_count; i++)
        sum += station_accesses(node->ports[i].station);
    return sum;
}

static void resume(struct node *node)
{
    uint64_t before = accesses(node), start_ps = node_now_ps(node);
    node->waits = node->held = node->interrupted = false;
    fiber_resume(node->fiber);
    if (node->config.timeline && accesses(node) != before)
        timeline_note_bus(node->config.timeline, node->timeline_host, start_ps, node_now_ps(node),
                          (unsigned)(accesses(node) - before));
}

void node_set_horizon(struct node *node, uint64_t cycle)
{
    for (unsigned i = 0; node->config.rtl && i < node->port_count; i++)
        station_set_horizon(node->ports[i].station, cycle);
}

static void limit(struct node *node)
{
    node_set_horizon(node, cycle_at(world_horizon(node->world)));
}

void node_run(void *context)
{
    struct node *node = context;
    node->running = true;
    limit(node);
    while (!node->waits || wakes(node)) {
        resume(node);
        limit(node); /* what it did may have brought the horizon nearer */
        if (node->held) {
            node->runner.time_ps = node_now_ps(node);
            break;
        }
    }
    node->running = false;
}

/* With several adapters: an access to one takes time for all. */
void node_pass(void *context)
{
    struct node *node = context;
    node_run_all_to(node, node_cycle(node));
}

/* The station has come to the horizon within an access. */
void node_hold(void *context)
{
    struct node *node = context;
    node_pass(node);
    node->held = true;
    fiber_yield(node->fiber);
}

/* A parked adapter comes up to the present. */
void node_catch_up(struct node *node)
{
    uint64_t now_ps = world_now(node->world);
    if (node->config.rtl) {
        node_set_horizon(node, UINT64_MAX);
        node_run_all_to(node, cycle_at(now_ps));
        now_ps = node_now_ps(node);
    }
    if (node->runner.time_ps > now_ps)
        node->runner.time_ps = now_ps;
}

void node_limit(struct node *node)
{
    if (node->running)
        limit(node);
}

void node_interrupt(struct node *node)
{
    node->interrupted = true;
    if (!node->running)
        node_catch_up(node);
}
