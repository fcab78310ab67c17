/* Whole frames onto a wire, one after the other. See wire.h. */
#include <stdlib.h>
#include <string.h>

#include "wire.h"

struct waiting {
    size_t size; /* with FCS */
    uint64_t when_ps;
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
};

struct wire_port {
    struct world *world;
    unsigned rate_mbps, rank;
    struct wire_end *entry;
    world_event *done;
    void *done_context;
    uint64_t start_ps; /* of the frame that is sent */
    uint64_t free_ps;  /* when the gap behind the last one is over */
    unsigned head, count, room;
    struct wire_port_counters counters;
    struct waiting queue[];
};

struct wire_port *wire_port_new(struct world *world, unsigned rate_mbps, unsigned queue_count,
                                struct wire_end *entry)
{
    struct wire_port *port = calloc(1, sizeof *port + queue_count * sizeof *port->queue);
    if (!port)
        return NULL;
    port->world = world;
    port->rate_mbps = rate_mbps;
    port->rank = world_new_rank(world);
    port->entry = entry;
    port->room = queue_count;
    return port;
}

void wire_port_free(struct wire_port *port)
{
    free(port);
}

static void end_first(void *context, uint64_t now_ps);

static void start_first(struct wire_port *port)
{
    const struct waiting *first = &port->queue[port->head];
    uint64_t duration_ps = wire_duration_ps(first->size, port->rate_mbps);
    port->start_ps = first->when_ps > port->free_ps ? first->when_ps : port->free_ps;
    port->free_ps = port->start_ps + duration_ps + wire_bytes_ps(WIRE_GAP_SIZE, port->rate_mbps);
    world_at_rank(port->world, port->start_ps + duration_ps, port->rank, end_first, port);
}

static void end_first(void *context, uint64_t now_ps)
{
    struct wire_port *port = context;
    const struct waiting *first = &port->queue[port->head];
    struct wire_frame frame = {
        .bytes = first->bytes, .size = first->size, .start_ps = port->start_ps, .end_ps = now_ps};
    if (port->entry)
        port->entry->receive(port->entry->context, &frame);
    port->head = (port->head + 1) % port->room;
    if (--port->count > 0)
        start_first(port);
    if (port->done)
        port->done(port->done_context, now_ps);
}

bool wire_port_send(struct wire_port *port, const void *frame, size_t size, uint64_t when_ps)
{
    const size_t least = WIRE_FRAME_SIZE_MIN - WIRE_FCS_SIZE;
    if (port->count == port->room || size > WIRE_FRAME_SIZE_MAX - WIRE_FCS_SIZE || size == 0) {
        port->counters.dropped++;
        return false;
    }
    struct waiting *last = &port->queue[(port->head + port->count) % port->room];
    memcpy(last->bytes, frame, size);
    port->counters.frames++;
    port->counters.bytes += size;
    if (size < least) {
        memset(last->bytes + size, 0, least - size);
        size = least;
    }
    wire_fcs_append(last->bytes, size);
    last->size = size + WIRE_FCS_SIZE;
    last->when_ps = when_ps;
    if (port->count++ == 0)
        start_first(port);
    return true;
}

unsigned wire_port_waiting(const struct wire_port *port)
{
    return port->count;
}

void wire_port_set_done(struct wire_port *port, world_event *done, void *context)
{
    port->done = done;
    port->done_context = context;
}

const struct wire_port_counters *wire_port_counters(const struct wire_port *port)
{
    return &port->counters;
}
