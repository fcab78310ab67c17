/* The rings of TCP: the byte with sequence number s lies at s - origin mod
 * buffer_bytes. The origin puts a connection's first byte at a multiple of four, as
 * the payload in a frame is: initial numbers are random, and a copy between places
 * of different alignment takes a processor that wants words five times as long.
 *
 * Nothing here knows what the bytes are for or which of them are valid. */
#include "tcp/tcb.h"

#include "base/bytes.h"
#include "base/checksum.h"

static uint8_t *ring(const struct tcp *tcp, uint16_t buffer)
{
    return tcp->buffers + (size_t)buffer * tcp->buffer_stride;
}

static uint8_t *origin(const struct tcp *tcp, uint16_t buffer)
{
    return ring(tcp, buffer) + tcp->buffer_stride - TCP_ORIGIN_SIZE;
}

void tcp_ring_begin(struct tcp *tcp, uint16_t buffer, uint32_t sequence)
{
    *origin(tcp, buffer) = sequence & 3;
}

/* Where `sequence` lies, and how many bytes are left from there to the edge. */
static uint32_t place(const struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint32_t *to_edge)
{
    uint32_t at = (sequence - *origin(tcp, buffer)) & (tcp->config.buffer_bytes - 1);
    *to_edge = tcp->config.buffer_bytes - at;
    return at;
}

void tcp_ring_put(struct tcp *tcp, uint16_t buffer, uint32_t sequence, const uint8_t *source,
                  uint32_t size)
{
    uint32_t to_edge, at = place(tcp, buffer, sequence, &to_edge);
    uint32_t first = min_u32(size, to_edge);
    memcpy(ring(tcp, buffer) + at, source, first);
    memcpy(ring(tcp, buffer), source + first, size - first);
}

void tcp_ring_get(const struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint8_t *target,
                  uint32_t size)
{
    uint32_t to_edge, at = place(tcp, buffer, sequence, &to_edge);
    uint32_t first = min_u32(size, to_edge);
    memcpy(target, ring(tcp, buffer) + at, first);
    memcpy(target + first, ring(tcp, buffer), size - first);
}

/* All pieces of a checksum but the last are even. So when an odd byte stands
 * before the edge, it goes as a pair with the one behind. */
APART static uint32_t get_sum_over_edge(const uint8_t *ring, uint32_t to_edge, const uint8_t *from,
                                        uint8_t *target, uint32_t size, uint32_t sum)
{
    uint32_t first = to_edge & ~1u;
    sum = checksum_copy(sum, target, from, first);
    if (to_edge & 1) {
        const uint8_t pair[2] = {from[first], ring[0]};
        sum = checksum_copy(sum, target + first, pair, 2);
        first += 2;
    }
    return checksum_copy(sum, target + first, ring + (first - to_edge), size - first);
}

uint32_t tcp_ring_get_sum(const struct tcp *tcp, uint16_t buffer, uint32_t sequence,
                          uint8_t *target, uint32_t size, uint32_t sum)
{
    uint32_t to_edge, at = place(tcp, buffer, sequence, &to_edge);
    const uint8_t *begin = ring(tcp, buffer);
    if (size > to_edge)
        return get_sum_over_edge(begin, to_edge, begin + at, target, size, sum);
    return checksum_copy(sum, target, begin + at, size);
}

uint8_t *tcp_ring_place(struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint32_t size)
{
    uint32_t to_edge, at = place(tcp, buffer, sequence, &to_edge);
    return size <= to_edge ? ring(tcp, buffer) + at : NULL;
}

uint8_t *tcp_ring_span(const struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint32_t *size)
{
    return ring(tcp, buffer) + place(tcp, buffer, sequence, size);
}
