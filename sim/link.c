/* See link.h. A frame on its way is a copy in memory of its own. */
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_COUNT = 64, MAC_HEADER_SIZE = 14, BITS_PER_BYTE = 8 };

#define PS_PER_SECOND UINT64_C(1000000000000)

struct side {
    struct link *link;
    unsigned index, rank;
    char stream[40];
    struct wire_end entry;
    struct wire_end *receiver; /* of what this side sent */
    uint64_t number;           /* frames that came in */
    uint64_t free_ps;          /* the rate has passed all before */
    uint64_t arrived_ps;       /* the last one in order arrives then */
    unsigned waiting;          /* frames in the queue */
};

struct link {
    struct world *world;
    struct link_config config;
    struct side sides[2];
    bool cut;
    wire_watch *watch;
    void *watch_context;
    struct link_counters counters;
    struct parcel *spare; /* memory for frames to come */
    struct parcel *all;   /* that there is */
};

struct parcel {
    struct parcel *next, *before; /* in `spare`, in `all` */
    struct side *sent_at;
    struct wire_frame frame;
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
};

static struct parcel *pack(struct side *side, const struct wire_frame *frame)
{
    struct link *link = side->link;
    struct parcel *parcel = link->spare;
    if (parcel) {
        link->spare = parcel->next;
    } else {
        parcel = malloc(sizeof *parcel);
        if (!parcel)
            return NULL;
        parcel->before = link->all;
        link->all = parcel;
    }
    parcel->sent_at = side;
    parcel->frame = *frame;
    parcel->frame.bytes = parcel->bytes;
    memcpy(parcel->bytes, frame->bytes, frame->size);
    return parcel;
}

static void arrive(void *context, uint64_t now_ps)
{
    struct parcel *parcel = context;
    struct side *side = parcel->sent_at;
    struct link *link = side->link;
    parcel->frame.end_ps = now_ps;
    if (link->cut) {
        link->counters.cut++;
    } else {
        link->counters.delivered++;
        if (link->watch)
            link->watch(link->watch_context, side->index, &parcel->frame);
        if (side->receiver)
            side->receiver->receive(side->receiver->context, &parcel->frame);
    }
    parcel->next = link->spare;
    link->spare = parcel;
}

/* --- Faults --------------------------------------------------------------------------------- */

/* Every fault draws once for each frame, so that one more does not change the others. */
static bool happens(struct side *side, enum link_fault fault)
{
    struct link *link = side->link;
    const struct link_config *config = &link->config;
    double drawn = world_random(link->world, side->stream) / 4294967296.0;
    bool does = drawn < config->probability[fault];
    for (unsigned i = 0; i < config->script_count; i++)
        does |= config->script[i].fault == fault && config->script[i].side == side->index &&
                config->script[i].number == side->number;
    link->counters.faults[fault] += does;
    return does;
}

static void damage(struct side *side, struct parcel *parcel, bool mangle)
{
    uint64_t drawn = world_random(side->link->world, side->stream);
    struct wire_frame *frame = &parcel->frame;
    size_t first = mangle ? MAC_HEADER_SIZE : 0;
    size_t size = mangle ? frame->size - WIRE_FCS_SIZE : frame->size;
    if (size <= first)
        return;
    size_t bit = (size_t)(drawn % ((size - first) * BITS_PER_BYTE));
    parcel->bytes[first + bit / BITS_PER_BYTE] ^= (uint8_t)(1u << bit % BITS_PER_BYTE);
    if (mangle)
        wire_fcs_append(parcel->bytes, size);
    frame->fcs_wrong |= !mangle;
}

/* --- Time ----------------------------------------------------------------------------------- */

static void leave_queue(void *context, uint64_t now_ps)
{
    struct side *side = context;
    (void)now_ps;
    side->waiting--;
}

/* When the frame has passed the rate; 0: there is no room in the queue. */
static uint64_t pass_rate(struct side *side, const struct wire_frame *frame)
{
    const struct link_config *config = &side->link->config;
    if (config->rate_bps == 0)
        return frame->end_ps;
    unsigned room = config->queue_count ? config->queue_count : QUEUE_COUNT;
    if (side->waiting == room)
        return 0;
    uint64_t start_ps = side->free_ps > frame->end_ps ? side->free_ps : frame->end_ps;
    uint64_t bits = (frame->size + WIRE_PREAMBLE_SIZE + WIRE_GAP_SIZE) * BITS_PER_BYTE;
    side->free_ps = start_ps + bits * (PS_PER_SECOND / config->rate_bps);
    side->waiting++;
    world_at_rank(side->link->world, side->free_ps, side->rank, leave_queue, side);
    return side->free_ps;
}

/* Jitter keeps the order; what is reordered does not. */
static uint64_t arrival(struct side *side, uint64_t passed_ps, bool reordered)
{
    const struct link_config *config = &side->link->config;
    uint64_t when_ps = passed_ps + config->delay_ps;
    uint64_t drawn = world_random(side->link->world, side->stream);
    if (config->jitter_ps)
        when_ps += config->jitter_ps / UINT32_MAX * drawn +
                   config->jitter_ps % UINT32_MAX * drawn / UINT32_MAX;
    if (reordered)
        return when_ps + (config->reorder_ps ? config->reorder_ps : 2 * config->delay_ps);
    if (when_ps <= side->arrived_ps)
        when_ps = side->arrived_ps + 1;
    side->arrived_ps = when_ps;
    return when_ps;
}

static void enter(void *context, const struct wire_frame *frame)
{
    struct side *side = context;
    struct link *link = side->link;
    side->number++;
    link->counters.frames++;
    bool lost = happens(side, LINK_LOSE), twice = happens(side, LINK_DUPLICATE);
    bool reordered = happens(side, LINK_REORDER), corrupted = happens(side, LINK_CORRUPT);
    bool mangled = happens(side, LINK_MANGLE);
    uint64_t passed_ps = lost ? 0 : pass_rate(side, frame);
    if (passed_ps == 0) {
        link->counters.queue_full += !lost;
        return;
    }
    for (unsigned copies = 0; copies < 1u + twice; copies++) {
        struct parcel *parcel = pack(side, frame);
        if (!parcel)
            return; /* a link may lose a frame */
        if (mangled)
            damage(side, parcel, true);
        if (corrupted)
            damage(side, parcel, false);
        world_at_rank(link->world, arrival(side, passed_ps, reordered), side->rank, arrive, parcel);
    }
}

/* --- Making --------------------------------------------------------------------------------- */

struct link *link_new(struct world *world, const struct link_config *config)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->world = world;
    link->config = *config;
    for (unsigned i = 0; i < 2; i++) {
        struct side *side = &link->sides[i];
        *side = (struct side){
            .link = link, .index = i, .rank = world_new_rank(world), .entry = {side, enter}};
        snprintf(side->stream, sizeof side->stream, "%s/%u", config->name, i);
    }
    world_limit_lookahead(world, config->delay_ps);
    return link;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    while (link->all) {
        struct parcel *parcel = link->all;
        link->all = parcel->before;
        free(parcel);
    }
    free(link);
}

struct wire_end *link_entry(struct link *link, unsigned side)
{
    return &link->sides[side].entry;
}

void link_connect(struct link *link, unsigned side, struct wire_end *receiver)
{
    link->sides[!side].receiver = receiver;
}

void link_set_watcher(struct link *link, wire_watch *watch, void *context)
{
    link->watch = watch;
    link->watch_context = context;
}

void link_cut(struct link *link, bool cut)
{
    link->cut = cut;
}

void link_set_probability(struct link *link, enum link_fault fault, double probability)
{
    link->config.probability[fault] = probability;
}

const struct link_counters *link_counters(const struct link *link)
{
    return &link->counters;
}
