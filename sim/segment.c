/* See segment.h. A port's bursts are kept for a while; what another hears is put
 * together from them when it asks. */
#include "segment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rmii.h"

enum {
    BURSTS_MAX = 64, /* of a port that are remembered */
    JAM_DIBIT = 1,   /* a repeater's jam: ones and zeros in turn */
    CHUNK = 512,     /* cycles put together at once */
};

struct burst {
    uint64_t start, end; /* cycles; end grows while it lasts */
};

struct port {
    struct segment *segment;
    unsigned metres, rank;
    world_event *wake;
    void *context;
    struct wire_end *hearer; /* NULL: none */
    bool sends, collided;
    unsigned last; /* of the bursts */
    struct burst bursts[BURSTS_MAX];
    char name[32];         /* of its stream of random numbers */
    uint64_t right_cycles; /* that it hears rightly, before the next hit... */
    unsigned hit_cycles;   /* ...which lasts so much longer */
    uint8_t sent[SEGMENT_HISTORY_CYCLES];
};

/* A frame that got through, until its end is the present. */
struct note {
    struct note *next, *before; /* in `spare`, in `all` */
    struct segment *segment;
    unsigned port;
    struct wire_frame frame;
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
};

struct segment {
    struct world *world;
    struct segment_config config;
    unsigned cycles_per_dibit;
    bool cut;
    unsigned port_count;
    struct port *ports[SEGMENT_PORTS_MAX];
    wire_watch *watch;
    void *watch_context;
    struct note *spare; /* memory for notes to come */
    struct note *all;   /* that there is */
    struct segment_counters counters;
};

/* --- Ways ---------------------------------------------------------------------------------- */

static uint64_t metres_cycles(uint64_t metres)
{
    return metres * SEGMENT_PS_PER_METRE / NIC_CYCLE_PS;
}

/* Cycles from one port's pins to the other's. */
static uint64_t way(const struct segment *segment, const struct port *from, const struct port *to)
{
    uint64_t box = (uint64_t)SEGMENT_PHY_DIBITS * segment->cycles_per_dibit;
    switch (segment->config.kind) {
    case SEGMENT_BUS: {
        unsigned metres =
            from->metres > to->metres ? from->metres - to->metres : to->metres - from->metres;
        return box + metres_cycles(metres);
    }
    case SEGMENT_HUB:
        box += (uint64_t)SEGMENT_HUB_DIBITS * segment->cycles_per_dibit;
        return box + metres_cycles((uint64_t)from->metres + to->metres);
    case SEGMENT_CABLE:
    default:
        return box + metres_cycles((uint64_t)from->metres + to->metres);
    }
}

/* --- Sending --------------------------------------------------------------------------------- */

/* Whether the port sends in that cycle, as far as is known. */
static bool sent_in(const struct port *port, uint64_t cycle)
{
    for (unsigned back = 0; back < BURSTS_MAX; back++) {
        const struct burst *burst = &port->bursts[(port->last - back) % BURSTS_MAX];
        if (cycle >= burst->end)
            return false; /* those before it are over, too */
        if (cycle >= burst->start)
            return true;
    }
    return false;
}

static bool heard_in(const struct port *from, const struct port *to, uint64_t cycle)
{
    uint64_t late = way(to->segment, from, to);
    return cycle >= late && sent_in(from, cycle - late);
}

static bool hears_another(const struct port *port, uint64_t cycle)
{
    for (unsigned i = 0; i < port->segment->port_count; i++) {
        const struct port *from = port->segment->ports[i];
        if (from != port && heard_in(from, port, cycle))
            return true;
    }
    return false;
}

static void begin_burst(struct port *port, uint64_t cycle)
{
    struct segment *segment = port->segment;
    port->last = (port->last + 1) % BURSTS_MAX;
    port->bursts[port->last] = (struct burst){cycle, cycle};
    port->sends = true;
    port->collided = false;
    segment->counters.bursts++;
    for (unsigned i = 0; i < segment->port_count && !segment->cut; i++) {
        struct port *to = segment->ports[i];
        if (to != port)
            world_at_rank(segment->world, (cycle + way(segment, port, to)) * NIC_CYCLE_PS, to->rank,
                          to->wake, to->context);
    }
}

bool segment_send(struct segment *segment, unsigned index, uint64_t cycle, uint8_t symbol)
{
    struct port *port = segment->ports[index];
    if (!(symbol & RMII_VALID)) {
        port->sends = false;
        return false;
    }
    bool begins = !port->sends;
    if (begins)
        begin_burst(port, cycle);
    port->sent[cycle % SEGMENT_HISTORY_CYCLES] = symbol;
    port->bursts[port->last].end = cycle + 1;
    if (!port->collided && segment->config.kind != SEGMENT_CABLE && hears_another(port, cycle)) {
        port->collided = true;
        segment->counters.collisions++;
    }
    return begins;
}

/* --- Hearing --------------------------------------------------------------------------------- */

/* How many are heard in each cycle, and their symbols, one over the other. */
struct heard {
    uint8_t count[CHUNK], symbols[CHUNK];
    uint64_t next; /* the first cycle behind the chunk at which one is heard */
};

static void add_burst(struct heard *heard, const struct port *from, const struct burst *burst,
                      uint64_t late, uint64_t cycle, size_t count)
{
    uint64_t start = burst->start + late, end = burst->end + late;
    if (end <= cycle || burst->start == burst->end)
        return;
    if (start >= cycle + count) {
        if (start < heard->next)
            heard->next = start;
        return;
    }
    size_t first = start > cycle ? (size_t)(start - cycle) : 0;
    size_t behind = end < cycle + count ? (size_t)(end - cycle) : count;
    for (size_t i = first; i < behind; i++) {
        heard->count[i]++;
        heard->symbols[i] ^= from->sent[(cycle + i - late) % SEGMENT_HISTORY_CYCLES] & RMII_DATA;
    }
}

static void put_together(const struct port *to, struct heard *heard, uint64_t cycle, size_t count)
{
    const struct segment *segment = to->segment;
    memset(heard->count, 0, count);
    memset(heard->symbols, 0, count);
    heard->next = UINT64_MAX;
    for (unsigned i = 0; i < segment->port_count; i++) {
        const struct port *from = segment->ports[i];
        uint64_t late = way(segment, from, to);
        for (unsigned back = 0; from != to && back < BURSTS_MAX; back++) {
            const struct burst *burst = &from->bursts[(from->last - back) % BURSTS_MAX];
            add_burst(heard, from, burst, late, cycle, count);
            if (burst->end + late <= cycle)
                break; /* those before it are over, too */
        }
    }
}

/* A repeater jams all who send while another does. */
static void repeat(const struct port *to, struct heard *heard, uint64_t cycle, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (heard->count[i] + heard_in(to, to, cycle + i) > 1)
            heard->symbols[i] = JAM_DIBIT;
}

/* Draws for how many cycles it hears rightly (a geometric distribution). */
static uint64_t draw_error(const struct port *port)
{
    const struct segment *segment = port->segment;
    double dibit_error_rate = 2 * segment->config.bit_error_rate;
    double drawn = (world_random(segment->world, port->name) + 0.5) / 4294967296.0;
    double dibits = dibit_error_rate < 1 ? log(drawn) / log1p(-dibit_error_rate) : 0;
    return (uint64_t)(dibits < 1e15 ? dibits : 1e15) * segment->cycles_per_dibit;
}

/* A hit lasts for a dibit. */
static void hear_wrong(struct port *to, uint8_t *symbols, size_t count)
{
    struct segment *segment = to->segment;
    for (size_t i = 0; i < count; i++) {
        if (to->hit_cycles == 0 && to->right_cycles > 0) {
            to->right_cycles--;
            continue;
        }
        if (to->hit_cycles == 0) {
            to->hit_cycles = segment->cycles_per_dibit;
            segment->counters.bit_errors++;
        }
        symbols[i] ^= 1;
        if (--to->hit_cycles == 0)
            to->right_cycles = draw_error(to);
    }
}

static size_t min_size(size_t a, uint64_t b)
{
    return a < b ? a : (size_t)b;
}

size_t segment_hear(struct segment *segment, unsigned index, uint64_t cycle, uint8_t *symbols,
                    size_t count, uint64_t *quiet)
{
    struct port *to = segment->ports[index];
    uint64_t far_ps = world_horizon(segment->world);
    if (far_ps < world_now(segment->world))
        far_ps = world_now(segment->world);
    uint64_t far = far_ps / NIC_CYCLE_PS + (far_ps % NIC_CYCLE_PS != 0);
    count = min_size(min_size(count, CHUNK), far > cycle ? far - cycle : 1);
    struct heard heard;
    put_together(to, &heard, cycle, count);
    size_t first = 0, behind;
    while (first < count && heard.count[first] == 0)
        first++;
    if (first > 0 || segment->cut) {
        uint64_t until = first < count ? cycle + first : heard.next;
        *quiet = segment->cut ? UINT64_MAX - cycle : until - cycle;
        return 0;
    }
    for (behind = 0; behind < count && heard.count[behind] > 0; behind++)
        ;
    if (segment->config.kind == SEGMENT_HUB)
        repeat(to, &heard, cycle, behind);
    for (size_t i = 0; i < behind; i++)
        symbols[i] = heard.symbols[i] | RMII_VALID;
    if (segment->config.bit_error_rate > 0)
        hear_wrong(to, symbols, behind);
    return behind;
}

/* --- Watching -------------------------------------------------------------------------------- */

static void show(void *context, uint64_t now_ps)
{
    struct note *note = context;
    struct segment *segment = note->segment;
    (void)now_ps;
    if (segment->watch)
        segment->watch(segment->watch_context, note->port, &note->frame);
    for (unsigned i = 0; i < segment->port_count; i++) {
        const struct port *to = segment->ports[i];
        struct wire_frame heard = note->frame;
        uint64_t late_ps = way(segment, segment->ports[note->port], to) * NIC_CYCLE_PS;
        heard.start_ps += late_ps;
        heard.end_ps += late_ps;
        if (to->hearer && i != note->port)
            to->hearer->receive(to->hearer->context, &heard);
    }
    note->next = segment->spare;
    segment->spare = note;
}

void segment_note_frame(struct segment *segment, unsigned port, const struct wire_frame *frame)
{
    struct note *note = segment->spare;
    if (note) {
        segment->spare = note->next;
    } else {
        note = malloc(sizeof *note);
        if (!note)
            return;
        note->before = segment->all;
        segment->all = note;
    }
    note->segment = segment;
    note->port = port;
    note->frame = *frame;
    note->frame.bytes = note->bytes;
    memcpy(note->bytes, frame->bytes, frame->size);
    world_at_rank(segment->world, frame->end_ps, segment->ports[port]->rank, show, note);
}

void segment_set_hearer(struct segment *segment, unsigned port, struct wire_end *hearer)
{
    segment->ports[port]->hearer = hearer;
}

void segment_set_watcher(struct segment *segment, wire_watch *watch, void *context)
{
    segment->watch = watch;
    segment->watch_context = context;
}

/* --- Making ------------------------------------------------------------------------------ */

struct segment *segment_new(struct world *world, const struct segment_config *config)
{
    struct segment *segment = calloc(1, sizeof *segment);
    if (!segment)
        return NULL;
    segment->world = world;
    segment->config = *config;
    segment->cycles_per_dibit = config->rate_mbps == 10 ? 10 : 1;
    world_limit_lookahead(world,
                          (uint64_t)SEGMENT_PHY_DIBITS * segment->cycles_per_dibit * NIC_CYCLE_PS);
    return segment;
}

void segment_free(struct segment *segment)
{
    if (!segment)
        return;
    for (unsigned i = 0; i < segment->port_count; i++)
        free(segment->ports[i]);
    while (segment->all) {
        struct note *note = segment->all;
        segment->all = note->before;
        free(note);
    }
    free(segment);
}

int segment_add_port(struct segment *segment, unsigned metres, world_event *wake, void *context)
{
    unsigned most = segment->config.kind == SEGMENT_CABLE ? 2 : SEGMENT_PORTS_MAX;
    struct port *port = segment->port_count < most ? calloc(1, sizeof *port) : NULL;
    if (!port)
        return -1;
    *port = (struct port){.segment = segment,
                          .metres = metres,
                          .rank = world_new_rank(segment->world),
                          .wake = wake,
                          .context = context};
    snprintf(port->name, sizeof port->name, "%s/%u", segment->config.name, segment->port_count);
    if (segment->config.bit_error_rate > 0)
        port->right_cycles = draw_error(port);
    segment->ports[segment->port_count] = port;
    return (int)segment->port_count++;
}

void segment_cut(struct segment *segment, bool cut)
{
    segment->cut = cut;
    for (unsigned i = 0; i < segment->port_count; i++)
        segment->ports[i]->wake(segment->ports[i]->context, world_now(segment->world));
}

const struct segment_counters *segment_counters(const struct segment *segment)
{
    return &segment->counters;
}

enum segment_kind segment_kind(const struct segment *segment)
{
    return segment->config.kind;
}

unsigned segment_rate(const struct segment *segment)
{
    return segment->config.rate_mbps;
}

struct world *segment_world(const struct segment *segment)
{
    return segment->world;
}
