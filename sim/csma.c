/* See csma.h. A runner of the world that goes cycle by cycle while it hears or sends
 * something, and is parked otherwise. */
#include "csma.h"

#include <stdlib.h>
#include <string.h>

#include "rmii.h"

enum {
    DIBITS_PER_OCTET = 4,
    GAP_DIBITS = WIRE_GAP_SIZE * DIBITS_PER_OCTET,
    GAP_FIRST_DIBITS = GAP_DIBITS * 2 / 3, /* within it, a carrier starts the gap again */
    PREAMBLE_DIBITS = WIRE_PREAMBLE_SIZE * DIBITS_PER_OCTET,
    JAM_DIBITS = 16,            /* IEEE 802.3 table 4-2: jamSize, 32 bits */
    SLOT_DIBITS = 256,          /* slotTime, 512 bits */
    BACK_OFF_LIMIT = 10,        /* backOffLimit */
    TRIES_MAX = 16,             /* attemptLimit */
    CHUNK = SEGMENT_PHY_DIBITS, /* cycles passed at once: nothing comes back sooner */
};

struct queued {
    struct wire_frame frame;
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
};

/* A frame that was heard, until its end is the present. */
struct heard {
    struct heard *next, *before; /* in `spare`, in `all` */
    struct csma *csma;
    struct wire_frame frame;
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
};

struct csma {
    struct world *world;
    struct segment *segment;
    const char *name;
    unsigned port, cycles_per_dibit;
    bool half_duplex;
    struct world_runner runner;
    unsigned rank;
    struct wire_end entry;
    struct wire_end *receiver;
    struct heard *spare; /* memory for frames to come */
    struct heard *all;   /* that there is */
    uint64_t cycle;      /* it has come so far */

    struct rmii_encoder encoder;
    bool sending, hit, jams; /* hit: another is heard, too */
    unsigned tries;
    uint64_t start_cycle; /* of what it sends */
    uint64_t hold_cycle;  /* not before: back-off */
    uint64_t quiet_cycle; /* the line is free since then */
    struct rmii_decoder decoder;

    struct csma_counters counters;
    unsigned head, count;
    struct queued queue[CSMA_QUEUE_COUNT];
};

static uint64_t cycles(const struct csma *csma, uint64_t dibits)
{
    return dibits * csma->cycles_per_dibit;
}

/* --- Sending ------------------------------------------------------------------------------- */

static void leave_queue(struct csma *csma)
{
    csma->head = (csma->head + 1) % CSMA_QUEUE_COUNT;
    csma->count--;
    csma->tries = 0;
}

static uint64_t start_cycle(const struct csma *csma)
{
    uint64_t start = csma->quiet_cycle + cycles(csma, GAP_DIBITS);
    return csma->hold_cycle > start ? csma->hold_cycle : start;
}

/* The gap has two parts (clause 4.2.3.2.1): a carrier that comes in its last third is not
 * waited for, so that both collide and neither is always late. */
static bool may_start(const struct csma *csma, uint64_t cycle, bool carrier)
{
    if (csma->count == 0 || cycle < start_cycle(csma))
        return false;
    uint64_t decided = start_cycle(csma) - cycles(csma, GAP_DIBITS - GAP_FIRST_DIBITS);
    return !csma->half_duplex || !carrier ||
           (cycle == start_cycle(csma) && csma->decoder.start_cycle > decided);
}

static uint64_t slots_max(const struct csma *csma)
{
    return (1u << (csma->tries < BACK_OFF_LIMIT ? csma->tries : BACK_OFF_LIMIT)) - 1;
}

/* Whoever got through after a collision lets the others go first, as the adapter does
 * (docs/decisions/0006). */
static void end_try(struct csma *csma, uint64_t cycle)
{
    csma->sending = csma->hit = false;
    csma->quiet_cycle = cycle;
    if (!csma->jams) {
        csma->hold_cycle = cycle + cycles(csma, slots_max(csma) * SLOT_DIBITS);
        csma->counters.sent++;
        struct wire_frame *frame = &csma->queue[csma->head].frame;
        frame->end_ps = cycle * NIC_CYCLE_PS;
        frame->start_ps = csma->start_cycle * NIC_CYCLE_PS;
        segment_note_frame(csma->segment, csma->port, frame);
        leave_queue(csma);
        return;
    }
    csma->jams = false;
    csma->tries++;
    if (csma->tries == TRIES_MAX) {
        csma->counters.given_up++;
        leave_queue(csma);
        return;
    }
    uint64_t slots = world_random(csma->world, csma->name) & slots_max(csma);
    csma->hold_cycle = cycle + cycles(csma, slots * SLOT_DIBITS);
}

/* The preamble is ended, then 32 bits of whatever follows are the jam. */
static void collide(struct csma *csma)
{
    struct rmii_encoder *encoder = &csma->encoder;
    if (csma->jams || encoder->at < cycles(csma, PREAMBLE_DIBITS))
        return;
    csma->jams = true;
    csma->counters.collisions++;
    size_t end = encoder->at + cycles(csma, JAM_DIBITS);
    if (encoder->end > end)
        encoder->end = end;
}

static void send_cycle(struct csma *csma, uint64_t cycle)
{
    uint8_t symbol = 0;
    rmii_encoder_symbols(&csma->encoder, cycle, &symbol, 1);
    segment_send(csma->segment, csma->port, cycle, symbol);
}

/* --- Hearing ------------------------------------------------------------------------------- */

static void deliver(void *context, uint64_t now_ps)
{
    struct heard *heard = context;
    struct csma *csma = heard->csma;
    (void)now_ps;
    if (csma->receiver)
        csma->receiver->receive(csma->receiver->context, &heard->frame);
    heard->next = csma->spare;
    csma->spare = heard;
}

/* As an event: a runner's own time is ahead of the world's. */
static void plan_delivery(struct csma *csma, const struct wire_frame *frame)
{
    struct heard *heard = csma->spare;
    if (heard) {
        csma->spare = heard->next;
    } else {
        heard = malloc(sizeof *heard);
        if (!heard)
            return;
        heard->before = csma->all;
        csma->all = heard;
    }
    heard->csma = csma;
    heard->frame = *frame;
    heard->frame.bytes = heard->bytes;
    memcpy(heard->bytes, frame->bytes, frame->size);
    world_at_rank(csma->world, frame->end_ps, csma->rank, deliver, heard);
}

static void hear_cycle(struct csma *csma, uint64_t cycle, uint8_t symbol)
{
    struct wire_frame frame;
    bool was_hearing = csma->decoder.sending;
    bool whole = rmii_decode(&csma->decoder, cycle, symbol, &frame);
    if (!was_hearing || csma->decoder.sending)
        return;
    if (csma->half_duplex)
        csma->quiet_cycle = cycle;
    if (!whole || frame.fcs_wrong || frame.alignment_wrong) {
        csma->counters.broken++;
        return;
    }
    csma->counters.received++;
    plan_delivery(csma, &frame);
}

/* --- As a runner ----------------------------------------------------------------------------- */

static void pass_cycle(struct csma *csma, uint64_t cycle, uint8_t heard)
{
    bool carrier = (heard & RMII_VALID) != 0;
    csma->hit |= csma->half_duplex && csma->sending && carrier;
    if (csma->hit)
        collide(csma);
    if (!csma->sending || !csma->half_duplex)
        hear_cycle(csma, cycle, heard);
    if (csma->sending && csma->encoder.at == csma->encoder.end) {
        segment_send(csma->segment, csma->port, cycle, 0);
        end_try(csma, cycle);
    }
    if (!csma->sending && may_start(csma, cycle, carrier)) {
        rmii_encode(&csma->encoder, &csma->queue[csma->head].frame);
        csma->sending = true;
        csma->start_cycle = cycle;
    }
    if (csma->sending)
        send_cycle(csma, cycle);
}

/* Until when nothing is heard or sent; UINT64_MAX: until somebody is heard. */
static uint64_t quiet_until(const struct csma *csma, uint64_t quiet)
{
    uint64_t end = quiet < UINT64_MAX - csma->cycle ? csma->cycle + quiet : UINT64_MAX;
    if (csma->sending || csma->decoder.sending)
        return csma->cycle;
    uint64_t start = csma->count > 0 ? start_cycle(csma) : UINT64_MAX;
    if (start < csma->cycle)
        start = csma->cycle;
    return start < end ? start : end;
}

static uint64_t cycle_at(uint64_t time_ps)
{
    return time_ps / NIC_CYCLE_PS + (time_ps % NIC_CYCLE_PS != 0);
}

/* A parked one comes up to the present. */
static void catch_up(struct csma *csma)
{
    uint64_t cycle = cycle_at(world_now(csma->world));
    if (csma->cycle < cycle && !csma->sending && !csma->decoder.sending)
        csma->cycle = cycle;
}

static void run(void *context)
{
    struct csma *csma = context;
    catch_up(csma);
    for (uint64_t horizon; csma->cycle < (horizon = cycle_at(world_horizon(csma->world)));) {
        uint8_t heard[CHUNK] = {0};
        uint64_t quiet = 0, left = horizon - csma->cycle;
        size_t most = left < CHUNK ? (size_t)left : CHUNK;
        size_t count = segment_hear(csma->segment, csma->port, csma->cycle, heard, most, &quiet);
        if (count == 0) {
            uint64_t end = quiet_until(csma, quiet);
            if (end >= horizon) {
                csma->runner.time_ps =
                    end < WORLD_NEVER / NIC_CYCLE_PS ? end * NIC_CYCLE_PS : WORLD_NEVER;
                return;
            }
            if (end > csma->cycle) {
                csma->cycle = end;
                continue;
            }
            count = quiet < most ? (size_t)quiet : most;
        }
        for (size_t i = 0; i < count; i++)
            pass_cycle(csma, csma->cycle++, heard[i]);
    }
    csma->runner.time_ps = csma->cycle * NIC_CYCLE_PS;
}

/* Somebody is heard, or there is a frame. */
static void wake(void *context, uint64_t now_ps)
{
    struct csma *csma = context;
    (void)now_ps;
    catch_up(csma);
    if (csma->runner.time_ps > csma->cycle * NIC_CYCLE_PS)
        csma->runner.time_ps = csma->cycle * NIC_CYCLE_PS;
}

static void enter(void *context, const struct wire_frame *frame)
{
    struct csma *csma = context;
    if (csma->count == CSMA_QUEUE_COUNT || frame->size > WIRE_FRAME_SIZE_MAX) {
        csma->counters.dropped++;
        return;
    }
    struct queued *last = &csma->queue[(csma->head + csma->count++) % CSMA_QUEUE_COUNT];
    last->frame = *frame;
    last->frame.bytes = last->bytes;
    memcpy(last->bytes, frame->bytes, frame->size);
    wake(csma, world_now(csma->world));
}

/* --- Making ---------------------------------------------------------------------------------- */

struct csma *csma_new(struct segment *segment, const char *name, unsigned metres)
{
    struct csma *csma = calloc(1, sizeof *csma);
    if (!csma)
        return NULL;
    csma->world = segment_world(segment);
    csma->segment = segment;
    csma->name = name;
    csma->half_duplex = segment_kind(segment) != SEGMENT_CABLE;
    csma->entry = (struct wire_end){csma, enter};
    csma->rank = world_new_rank(csma->world);
    csma->runner = (struct world_runner){.context = csma, .run = run, .time_ps = WORLD_NEVER};
    rmii_encoder_init(&csma->encoder, segment_rate(segment));
    rmii_decoder_init(&csma->decoder, segment_rate(segment));
    csma->cycles_per_dibit = csma->encoder.cycles_per_dibit;
    int port = segment_add_port(segment, metres, wake, csma);
    if (port < 0) {
        free(csma);
        return NULL;
    }
    csma->port = (unsigned)port;
    world_add_runner(csma->world, &csma->runner);
    return csma;
}

void csma_free(struct csma *csma)
{
    if (!csma)
        return;
    world_remove_runner(csma->world, &csma->runner);
    while (csma->all) {
        struct heard *heard = csma->all;
        csma->all = heard->before;
        free(heard);
    }
    free(csma);
}

struct wire_end *csma_entry(struct csma *csma)
{
    return &csma->entry;
}

void csma_connect(struct csma *csma, struct wire_end *receiver)
{
    csma->receiver = receiver;
}

const struct csma_counters *csma_counters(const struct csma *csma)
{
    return &csma->counters;
}
