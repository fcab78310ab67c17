/* The fixed part of a segment's header (RFC 9293 section 3.1). */
#ifndef STACK_TCP_HEADER_H
#define STACK_TCP_HEADER_H

#include "base/bytes.h"
#include "base/checksum.h"

/* Checksum and urgent pointer are 0 as yet. Gives the numbers' sum. */
static inline uint32_t tcp_write_header(uint8_t *at, uint16_t source_port, uint16_t target_port,
                                        uint32_t sequence, uint32_t acknowledgment,
                                        size_t header_size, uint8_t flags, uint16_t window)
{
    const uint32_t ports = (uint32_t)source_port << 16 | target_port;
    const uint32_t control = (uint32_t)header_size << 26 | (uint32_t)flags << 16 | window;
    put32(at, ports);
    put32(at + 4, sequence);
    put32(at + 8, acknowledgment);
    put32(at + 12, control);
    put32(at + 16, 0); /* checksum, urgent pointer */
    return checksum_plus(checksum_plus(checksum_plus(ports, sequence), acknowledgment), control);
}

#endif
