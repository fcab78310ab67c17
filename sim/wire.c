/* See wire.h. A frame on its way is a copy in memory of its own. */
#include "wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct wire_side {
    struct wire *wire;
    unsigned index, rank;
    struct wire_end entry;
    struct wire_end *receiver; /* of what was sent at the other side */
};

struct wire {
    struct world *world;
    uint64_t delay_ps;
    bool cut;
    struct wire_side sides[2];
    struct {
        wire_watch *watch;
        void *context;
    } watchers[WIRE_WATCHERS_MAX];
    unsigned watcher_count;
    struct transit *spare; /* memory for frames to come */
    struct transit *all;   /* that there is */
};

struct transit {
    struct transit *next, *before; /* in `spare`, in `all` */
    struct wire_side *sent_at;
    struct wire_frame frame;
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
};

static void arrive(void *context, uint64_t now_ps)
{
    struct transit *transit = context;
    struct wire_side *side = transit->sent_at;
    struct wire *wire = side->wire;
    (void)now_ps;
    if (!wire->cut) {
        for (unsigned i = 0; i < wire->watcher_count; i++)
            wire->watchers[i].watch(wire->watchers[i].context, side->index, &transit->frame);
        struct wire_end *receiver = wire->sides[!side->index].receiver;
        if (receiver)
            receiver->receive(receiver->context, &transit->frame);
    }
    transit->next = wire->spare;
    wire->spare = transit;
}

static void enter(void *context, const struct wire_frame *frame)
{
    struct wire_side *side = context;
    struct wire *wire = side->wire;
    struct transit *transit = wire->spare;
    assert(frame->size <= WIRE_FRAME_SIZE_MAX);
    if (transit) {
        wire->spare = transit->next;
    } else {
        transit = malloc(sizeof *transit);
        if (!transit)
            return; /* a wire may lose a frame */
        transit->before = wire->all;
        wire->all = transit;
    }
    transit->sent_at = side;
    transit->frame = *frame;
    transit->frame.bytes = transit->bytes;
    memcpy(transit->bytes, frame->bytes, frame->size);
    world_at_rank(wire->world, frame->end_ps + wire->delay_ps, side->rank, arrive, transit);
}

struct wire *wire_new(struct world *world, uint64_t delay_ps)
{
    struct wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        return NULL;
    wire->world = world;
    wire->delay_ps = delay_ps;
    for (unsigned i = 0; i < 2; i++) {
        struct wire_side *side = &wire->sides[i];
        *side = (struct wire_side){
            .wire = wire, .index = i, .rank = world_new_rank(world), .entry = {side, enter}};
    }
    world_limit_lookahead(world, delay_ps);
    return wire;
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    while (wire->all) {
        struct transit *transit = wire->all;
        wire->all = transit->before;
        free(transit);
    }
    free(wire);
}

struct wire_end *wire_entry(struct wire *wire, unsigned side)
{
    return &wire->sides[side].entry;
}

void wire_connect(struct wire *wire, unsigned side, struct wire_end *receiver)
{
    wire->sides[side].receiver = receiver;
}

void wire_add_watcher(struct wire *wire, wire_watch *watch, void *context)
{
    assert(wire->watcher_count < WIRE_WATCHERS_MAX);
    wire->watchers[wire->watcher_count].watch = watch;
    wire->watchers[wire->watcher_count++].context = context;
}

void wire_cut(struct wire *wire, bool cut)
{
    wire->cut = cut;
}
