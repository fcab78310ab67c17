/* The queue of a socket: a ring of bytes with whole datagrams one behind the
 * other, each after its sender and size. So small ones take little room. */
#include "udp/udp.h"

#include <string.h>

struct record {
    struct lan_address source;
    uint32_t size;
};

static void ring_put(struct udp_block *block, const void *bytes, size_t size)
{
    uint32_t total = block->udp->queue_bytes, at = block->tail & (total - 1);
    size_t first = size < total - at ? size : total - at;
    memcpy(block->queue + at, bytes, first);
    memcpy(block->queue, (const uint8_t *)bytes + first, size - first);
    block->tail += (uint32_t)size;
}

static void ring_get(const struct udp_block *block, uint32_t from, void *bytes, size_t size)
{
    uint32_t total = block->udp->queue_bytes, at = from & (total - 1);
    size_t first = size < total - at ? size : total - at;
    memcpy(bytes, block->queue + at, first);
    memcpy((uint8_t *)bytes + first, block->queue, size - first);
}

bool udp_queue_is_empty(const struct udp_block *block)
{
    return block->head == block->tail;
}

bool udp_queue_put(struct udp_block *block, const struct lan_address *source,
                   const uint8_t *datagram, size_t size)
{
    const struct record record = {*source, (uint32_t)size};
    if (sizeof record + size > block->udp->queue_bytes - (block->tail - block->head))
        return false;
    ring_put(block, &record, sizeof record);
    ring_put(block, datagram, size);
    return true;
}

long udp_queue_get(struct udp_block *block, void *memory, size_t size, bool peek,
                   struct lan_address *source)
{
    struct record record;
    ring_get(block, block->head, &record, sizeof record);
    uint32_t taken = size < record.size ? (uint32_t)size : record.size;
    if (taken > 0)
        ring_get(block, block->head + (uint32_t)sizeof record, memory, taken);
    if (source)
        *source = record.source;
    if (!peek)
        block->head += (uint32_t)sizeof record + record.size;
    return (long)taken;
}
