/* The fixed part of a segment's header (RFC 9293 section 3.1). */
#ifndef STACK_TCP_HEADER_H
#define STACK_TCP_HEADER_H

#include "base/bytes.h"

/* Checksum and urgent pointer are 0 as yet. */
static inline void tcp_write_header(uint8_t *at, uint16_t source_port, uint16_t target_port,
                                    uint32_t sequence, uint32_t acknowledgment, size_t header_size,
                                    uint8_t flags, uint16_t window)
{
    put16(at, source_port);
    put16(at + 2, target_port);
    put32(at + 4, sequence);
    put32(at + 8, acknowledgment);
    at[12] = (uint8_t)(header_size << 2);
    at[13] = flags;
    put16(at + 14, window);
    put32(at + 16, 0); /* checksum, urgent pointer */
}

#endif
