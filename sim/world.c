/* See world.h. Events lie in a binary heap by time and number. */
#include "world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct event {
    uint64_t when_ps, number;
    unsigned rank;
    world_event *happens;
    void *context;
};

/* splitmix64 (Steele, Lea, Flood 2014). */
struct stream {
    uint64_t name, state;
};

struct world {
    uint64_t now_ps, seed;
    struct event *events; /* a heap */
    size_t event_count, event_room;
    uint64_t event_number;
    unsigned rank; /* the last that was given */
    struct stream *streams;
    size_t stream_count;
    struct world_runner *runners;
    struct world_runner *running;
    uint64_t horizon_ps, lookahead_ps;
    uint64_t granted_ps;
    world_pace *pace;
    void *pace_context;
    bool stopped;
};

struct world *world_new(uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        return NULL;
    world->seed = seed;
    world->lookahead_ps = WORLD_NEVER;
    return world;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    free(world->events);
    free(world->streams);
    free(world);
}

uint64_t world_now(const struct world *world)
{
    return world->now_ps;
}

/* --- Events ---------------------------------------------------------------------------- */

static bool is_before(const struct event *a, const struct event *b)
{
    if (a->when_ps != b->when_ps)
        return a->when_ps < b->when_ps;
    return a->rank != b->rank ? a->rank < b->rank : a->number < b->number;
}

unsigned world_new_rank(struct world *world)
{
    return ++world->rank;
}

void world_at(struct world *world, uint64_t when_ps, world_event *happens, void *context)
{
    world_at_rank(world, when_ps, 0, happens, context);
}

void world_at_rank(struct world *world, uint64_t when_ps, unsigned rank, world_event *happens,
                   void *context)
{
    assert(when_ps >= world->now_ps);
    if (world->event_count == world->event_room) {
        world->event_room = world->event_room ? 2 * world->event_room : 64;
        world->events = realloc(world->events, world->event_room * sizeof *world->events);
        if (!world->events)
            abort(); /* a few MiB are not to be had: nothing sensible can go on */
    }
    struct event event = {when_ps, world->event_number++, rank, happens, context};
    size_t at = world->event_count++;
    while (at > 0 && is_before(&event, &world->events[(at - 1) / 2])) {
        world->events[at] = world->events[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->events[at] = event;
    if (when_ps < world->horizon_ps)
        world->horizon_ps = when_ps;
}

static uint64_t next_event_ps(const struct world *world)
{
    return world->event_count ? world->events[0].when_ps : WORLD_NEVER;
}

static void run_event(struct world *world)
{
    struct event first = world->events[0];
    struct event last = world->events[--world->event_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= world->event_count)
            break;
        if (child + 1 < world->event_count &&
            is_before(&world->events[child + 1], &world->events[child]))
            child++;
        if (!is_before(&world->events[child], &last))
            break;
        world->events[at] = world->events[child];
        at = child;
    }
    world->events[at] = last;
    world->now_ps = first.when_ps;
    first.happens(first.context, first.when_ps);
}

/* --- Random numbers ------------------------------------------------------------------------ */

static uint64_t mixed(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

static uint64_t hash_of(const char *name)
{
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 0x100000001B3u;
    return hash;
}

static struct stream *stream_of(struct world *world, const char *name)
{
    uint64_t hash = hash_of(name);
    for (size_t i = 0; i < world->stream_count; i++)
        if (world->streams[i].name == hash)
            return &world->streams[i];
    world->streams = realloc(world->streams, (world->stream_count + 1) * sizeof *world->streams);
    if (!world->streams)
        abort();
    struct stream *stream = &world->streams[world->stream_count++];
    *stream = (struct stream){hash, mixed(world->seed) ^ hash};
    return stream;
}

uint32_t world_random(struct world *world, const char *name)
{
    struct stream *stream = stream_of(world, name);
    stream->state += 0x9E3779B97F4A7C15u;
    return (uint32_t)(mixed(stream->state) >> 32);
}

/* --- Running --------------------------------------------------------------------------------- */

void world_add_runner(struct world *world, struct world_runner *runner)
{
    struct world_runner **place = &world->runners;
    while (*place)
        place = &(*place)->next; /* in the order of their making: ties are decided by it */
    runner->next = NULL;
    *place = runner;
}

void world_remove_runner(struct world *world, struct world_runner *runner)
{
    for (struct world_runner **place = &world->runners; *place; place = &(*place)->next)
        if (*place == runner) {
            *place = runner->next;
            return;
        }
}

void world_limit_lookahead(struct world *world, uint64_t delay_ps)
{
    assert(delay_ps > 0);
    if (delay_ps < world->lookahead_ps)
        world->lookahead_ps = delay_ps;
}

uint64_t world_lookahead(const struct world *world)
{
    return world->lookahead_ps;
}

uint64_t world_horizon(const struct world *world)
{
    return world->horizon_ps;
}

void world_stop(struct world *world)
{
    world->stopped = true;
}

void world_set_pace(struct world *world, world_pace *pace, void *context)
{
    world->pace = pace;
    world->pace_context = context;
    world->granted_ps = pace ? world->now_ps : WORLD_NEVER;
}

uint64_t world_granted(const struct world *world)
{
    return world->granted_ps;
}

static uint64_t min_ps(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t later_ps(uint64_t time_ps, uint64_t delay_ps)
{
    return delay_ps > WORLD_NEVER - time_ps ? WORLD_NEVER : time_ps + delay_ps;
}

/* The runner that is furthest behind; the time of the next one in *second_ps. */
static struct world_runner *furthest_behind(const struct world *world, uint64_t *second_ps)
{
    struct world_runner *first = NULL;
    *second_ps = WORLD_NEVER;
    for (struct world_runner *runner = world->runners; runner; runner = runner->next)
        if (!first || runner->time_ps < first->time_ps) {
            if (first)
                *second_ps = first->time_ps;
            first = runner;
        } else if (runner->time_ps < *second_ps) {
            *second_ps = runner->time_ps;
        }
    return first;
}

static void run_runner(struct world *world, struct world_runner *runner, uint64_t horizon_ps)
{
    if (runner->time_ps > world->now_ps)
        world->now_ps = runner->time_ps;
    world->horizon_ps = horizon_ps;
    runner->run(runner->context);
    world->horizon_ps = 0;
}

static void ask_pace(struct world *world, uint64_t wanted_ps)
{
    uint64_t granted_ps = world->pace(world->pace_context, wanted_ps);
    if (granted_ps > world->granted_ps)
        world->granted_ps = granted_ps;
}

bool world_run(struct world *world, uint64_t until_ps)
{
    if (!world->pace)
        world->granted_ps = WORLD_NEVER;
    for (world->stopped = false; !world->stopped;) {
        uint64_t second_ps;
        struct world_runner *runner = furthest_behind(world, &second_ps);
        uint64_t event_ps = next_event_ps(world);
        uint64_t limit_ps = min_ps(event_ps, until_ps);
        if (runner && runner->time_ps < limit_ps) {
            uint64_t reach_ps = later_ps(second_ps, world->lookahead_ps);
            if (runner->time_ps >= world->granted_ps)
                ask_pace(world, runner->time_ps);
            else
                run_runner(world, runner, min_ps(min_ps(limit_ps, reach_ps), world->granted_ps));
        } else if (event_ps <= until_ps && event_ps != WORLD_NEVER) {
            if (event_ps > world->granted_ps)
                ask_pace(world, event_ps);
            else
                run_event(world);
        } else if (world->pace && (until_ps == WORLD_NEVER || until_ps > world->granted_ps)) {
            ask_pace(world, until_ps);
        } else {
            if (until_ps != WORLD_NEVER)
                world->now_ps = until_ps;
            return true;
        }
    }
    return false;
}
