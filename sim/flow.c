/* See flow.h. A connection's bytes are counted from the one behind its SYN. */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

enum {
    WRITES_MAX = 256, /* of one direction that are remembered */
    ETHER_TYPE = 12,
    IP_AT = 14,
    IP_HEADER_MIN = 20,
    TCP_HEADER_MIN = 20,
    PROTOCOL_TCP = 6,
    FLAG_SYN = 2,
};

struct written {
    uint64_t start, end, id; /* offsets in the stream */
};

struct stream {
    struct stream *next;
    struct flow_way way;
    uint32_t first; /* sequence number of the first byte */
    uint64_t written, read;
    unsigned count; /* of writes, all ever */
    struct written writes[WRITES_MAX];
};

struct flow_table {
    struct stream *streams;
    uint64_t last_id;
};

struct flow_table *flow_table_new(void)
{
    return calloc(1, sizeof(struct flow_table));
}

void flow_table_free(struct flow_table *table)
{
    while (table && table->streams) {
        struct stream *stream = table->streams;
        table->streams = stream->next;
        free(stream);
    }
    free(table);
}

static bool is_same(const struct flow_way *a, const struct flow_way *b)
{
    return a->source_ip == b->source_ip && a->target_ip == b->target_ip &&
           a->source_port == b->source_port && a->target_port == b->target_port;
}

/* NULL: there is none, or where it is to be made no memory. */
static struct stream *find(struct flow_table *table, const struct flow_way *way, bool make)
{
    struct stream *stream = table->streams;
    while (stream && !is_same(&stream->way, way))
        stream = stream->next;
    if (stream || !make)
        return stream;
    stream = calloc(1, sizeof *stream);
    if (stream) {
        stream->way = *way;
        stream->next = table->streams;
        table->streams = stream;
    }
    return stream;
}

/* The writes that have bytes from start to end. */
static unsigned overlapping(const struct stream *stream, uint64_t start, uint64_t end,
                            uint64_t ids[FLOW_IDS_MAX])
{
    unsigned found = 0;
    unsigned first = stream->count > WRITES_MAX ? stream->count - WRITES_MAX : 0;
    for (unsigned i = first; i < stream->count && found < FLOW_IDS_MAX; i++) {
        const struct written *write = &stream->writes[i % WRITES_MAX];
        if (write->start < end && write->end > start)
            ids[found++] = write->id;
    }
    return found;
}

uint64_t flow_written(struct flow_table *table, const struct flow_way *way, size_t size)
{
    struct stream *stream = find(table, way, true);
    if (!stream)
        return 0;
    struct written *write = &stream->writes[stream->count++ % WRITES_MAX];
    *write = (struct written){stream->written, stream->written + size, ++table->last_id};
    stream->written += size;
    return write->id;
}

unsigned flow_read(struct flow_table *table, const struct flow_way *way, size_t size,
                   uint64_t ids[FLOW_IDS_MAX])
{
    struct stream *stream = find(table, way, false);
    if (!stream)
        return 0;
    stream->read += size;
    return overlapping(stream, stream->read - size, stream->read, ids);
}

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint16_t half_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

unsigned flow_frame(struct flow_table *table, const uint8_t *frame, size_t size, bool sent,
                    uint64_t ids[FLOW_IDS_MAX])
{
    const uint8_t *ip = frame + IP_AT;
    if (size < IP_AT + IP_HEADER_MIN + TCP_HEADER_MIN || half_at(frame + ETHER_TYPE) != 0x0800 ||
        ip[9] != PROTOCOL_TCP || (half_at(ip + 6) & 0x3FFF) != 0)
        return 0; /* a fragment joins nothing */
    size_t ip_header = (ip[0] & 15u) * 4, total = half_at(ip + 2);
    const uint8_t *tcp = ip + ip_header;
    if (ip_header < IP_HEADER_MIN || total < ip_header + TCP_HEADER_MIN || IP_AT + total > size)
        return 0;
    struct flow_way way = {word_at(ip + 12), word_at(ip + 16), half_at(tcp), half_at(tcp + 2)};
    size_t tcp_header = (tcp[12] >> 4) * 4u;
    bool begins = (tcp[13] & FLAG_SYN) != 0;
    struct stream *stream = find(table, &way, begins && sent);
    if (!stream || total < ip_header + tcp_header)
        return 0;
    if (begins) {
        uint32_t first = word_at(tcp + 4) + 1;
        if (sent && stream->first != first) /* a new connection between the same ports */
            stream->written = stream->read = stream->count = 0;
        stream->first = first;
        return 0;
    }
    size_t payload = total - ip_header - tcp_header;
    uint64_t start = (uint32_t)(word_at(tcp + 4) - stream->first);
    return payload ? overlapping(stream, start, start + payload, ids) : 0;
}
