/* See bridge.h. */
#include "bridge.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAC_SIZE = 6,
    PAUSE_SIZE = 60,
    PAUSE_QUANTA = 0xFFFF,
    QUANTUM_BITS = 512,
    PROBES_MAX = 16, /* places of the table that an address may lie in */
};

#define PS_PER_SECOND UINT64_C(1000000000000)

struct bridge_port {
    struct bridge *bridge;
    unsigned index, rate_mbps;
    struct wire_end end;
    struct wire_end *entry;
    struct wire_port *queue; /* NULL: rate 0 */
    uint64_t paused_ps;      /* a pause was sent to who is there; 0: none holds */
    int full_port;           /* the port that it was paused for */
};

struct place {
    uint8_t address[MAC_SIZE];
    uint8_t port;
    bool used;
    uint64_t seen_ps;
};

struct bridge {
    struct world *world;
    struct bridge_config config;
    unsigned port_count;
    struct bridge_port ports[BRIDGE_PORTS_MAX];
    struct place places[BRIDGE_ADDRESSES_MAX];
    struct bridge_counters counters;
};

/* --- Addresses -------------------------------------------------------------------------------- */

static bool is_fresh(const struct bridge *bridge, const struct place *place)
{
    return place->used &&
           world_now(bridge->world) - place->seen_ps < bridge->config.ageing_s * PS_PER_SECOND;
}

static unsigned first_place(const uint8_t *address)
{
    uint32_t hash = 0x811C9DC5; /* FNV-1a */
    for (unsigned i = 0; i < MAC_SIZE; i++)
        hash = (hash ^ address[i]) * 0x01000193;
    return hash % BRIDGE_ADDRESSES_MAX;
}

static const struct place *find(const struct bridge *bridge, const uint8_t *address)
{
    for (unsigned i = 0; i < PROBES_MAX; i++) {
        const struct place *place =
            &bridge->places[(first_place(address) + i) % BRIDGE_ADDRESSES_MAX];
        if (is_fresh(bridge, place) && memcmp(place->address, address, MAC_SIZE) == 0)
            return place;
    }
    return NULL;
}

/* The place of the address; else the one that is free or was not seen for longest. */
static struct place *place_for(struct bridge *bridge, const uint8_t *address)
{
    struct place *oldest = NULL;
    for (unsigned i = 0; i < PROBES_MAX; i++) {
        struct place *place = &bridge->places[(first_place(address) + i) % BRIDGE_ADDRESSES_MAX];
        if (place->used && memcmp(place->address, address, MAC_SIZE) == 0)
            return place;
        if (!oldest || (oldest->used && (!place->used || place->seen_ps < oldest->seen_ps)))
            oldest = place;
    }
    return oldest;
}

static void learn(struct bridge *bridge, const uint8_t *address, unsigned port)
{
    if (address[0] & 1)
        return; /* nobody sends from a group */
    struct place *place = place_for(bridge, address);
    bool known = is_fresh(bridge, place) && memcmp(place->address, address, MAC_SIZE) == 0;
    bridge->counters.learned += !known || place->port != port;
    memcpy(place->address, address, MAC_SIZE);
    place->port = (uint8_t)port;
    place->used = true;
    place->seen_ps = world_now(bridge->world);
}

int bridge_port_of(const struct bridge *bridge, const uint8_t address[6])
{
    const struct place *place = find(bridge, address);
    return place ? place->port : -1;
}

/* --- Pause ------------------------------------------------------------------------------------ */

static void send_pause(struct bridge_port *port, unsigned quanta)
{
    /* To the group of annex 31B, from an address of no station. */
    uint8_t frame[PAUSE_SIZE] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01, 0x02, 0x42,
                                 0x52, 0x49, 0x44, 0x00, 0x88, 0x08, 0x00, 0x01};
    frame[10] = 0x47;
    frame[11] = (uint8_t)port->index;
    frame[16] = (uint8_t)(quanta >> 8);
    frame[17] = (uint8_t)quanta;
    uint64_t now_ps = world_now(port->bridge->world);
    port->paused_ps = quanta ? now_ps : 0;
    port->bridge->counters.pauses++;
    wire_port_send(port->queue, frame, sizeof frame, now_ps);
}

/* Three quarters full: who fills it shall wait; asked again when half of the pause is over. */
static void hold_back(struct bridge_port *from, const struct bridge_port *to)
{
    if (!from->bridge->config.pauses || !from->queue || !to->queue ||
        wire_port_waiting(to->queue) < from->bridge->config.queue_count * 3 / 4)
        return;
    uint64_t half_ps = PAUSE_QUANTA / 2 * (QUANTUM_BITS * UINT64_C(1000000) / from->rate_mbps);
    if (from->paused_ps && world_now(from->bridge->world) - from->paused_ps < half_ps)
        return;
    from->full_port = (int)to->index;
    send_pause(from, PAUSE_QUANTA);
}

/* A frame has left: below a quarter, who waits may go on. */
static void let_go(void *context, uint64_t now_ps)
{
    struct bridge_port *port = context;
    struct bridge *bridge = port->bridge;
    (void)now_ps;
    if (wire_port_waiting(port->queue) > bridge->config.queue_count / 4)
        return;
    for (unsigned i = 0; i < bridge->port_count; i++) {
        struct bridge_port *other = &bridge->ports[i];
        if (other->paused_ps && other->full_port == (int)port->index)
            send_pause(other, 0);
    }
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void send(struct bridge_port *from, struct bridge_port *to, const struct wire_frame *frame)
{
    uint64_t now_ps = world_now(to->bridge->world);
    if (!to->queue) {
        struct wire_frame leaving = *frame;
        leaving.start_ps = leaving.end_ps = now_ps;
        to->entry->receive(to->entry->context, &leaving);
        return;
    }
    if (!wire_port_send(to->queue, frame->bytes, frame->size - WIRE_FCS_SIZE, now_ps))
        to->bridge->counters.dropped++;
    hold_back(from, to);
}

/* 01-80-C2-00-00-00 to -0F end at a bridge (IEEE 802.1D table 7-10). */
static bool is_for_bridges(const uint8_t *address)
{
    static const uint8_t reserved[] = {0x01, 0x80, 0xC2, 0x00, 0x00};
    return memcmp(address, reserved, sizeof reserved) == 0 && address[5] < 0x10;
}

static void take(void *context, const struct wire_frame *frame)
{
    struct bridge_port *port = context;
    struct bridge *bridge = port->bridge;
    if (frame->fcs_wrong || frame->alignment_wrong || frame->symbol_wrong ||
        frame->size < WIRE_FRAME_SIZE_MIN) {
        bridge->counters.wrong++;
        return;
    }
    learn(bridge, frame->bytes + MAC_SIZE, port->index);
    const struct place *place = find(bridge, frame->bytes);
    if (is_for_bridges(frame->bytes) || (place && place->port == port->index)) {
        bridge->counters.filtered++;
    } else if (place) {
        bridge->counters.forwarded++;
        send(port, &bridge->ports[place->port], frame);
    } else {
        bridge->counters.flooded++;
        for (unsigned i = 0; i < bridge->port_count; i++)
            if (i != port->index)
                send(port, &bridge->ports[i], frame);
    }
}

/* --- Making ----------------------------------------------------------------------------------- */

struct bridge *bridge_new(struct world *world, const struct bridge_config *config)
{
    struct bridge *bridge = calloc(1, sizeof *bridge);
    if (!bridge)
        return NULL;
    bridge->world = world;
    bridge->config = *config;
    if (!bridge->config.queue_count)
        bridge->config.queue_count = BRIDGE_QUEUE_COUNT;
    if (!bridge->config.ageing_s)
        bridge->config.ageing_s = BRIDGE_AGEING_S;
    return bridge;
}

void bridge_free(struct bridge *bridge)
{
    if (!bridge)
        return;
    for (unsigned i = 0; i < bridge->port_count; i++)
        wire_port_free(bridge->ports[i].queue);
    free(bridge);
}

int bridge_add_port(struct bridge *bridge, struct wire_end *entry, unsigned rate_mbps)
{
    if (bridge->port_count == BRIDGE_PORTS_MAX)
        return -1;
    struct bridge_port *port = &bridge->ports[bridge->port_count];
    *port = (struct bridge_port){.bridge = bridge,
                                 .index = bridge->port_count,
                                 .rate_mbps = rate_mbps,
                                 .end = {port, take},
                                 .entry = entry,
                                 .full_port = -1};
    if (rate_mbps) {
        port->queue = wire_port_new(bridge->world, rate_mbps, bridge->config.queue_count, entry);
        if (!port->queue)
            return -1;
        wire_port_set_done(port->queue, let_go, port);
    }
    return (int)bridge->port_count++;
}

struct wire_end *bridge_end(struct bridge *bridge, unsigned port)
{
    return &bridge->ports[port].end;
}

const struct bridge_counters *bridge_counters(const struct bridge *bridge)
{
    return &bridge->counters;
}
