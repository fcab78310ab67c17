/* Sequence numbers live on a circle of 2^32 (RFC 9293 section 3.4): here is the
 * one comparison, used for nothing else but them and the timer's ticks. */
#ifndef STACK_TCP_SEQUENCE_H
#define STACK_TCP_SEQUENCE_H

#include <stdint.h>

/* How far `a` lies after `b`: negative before it, 0 on it. Right while the two
 * are less than 2^31 apart. */
static inline int32_t sequence_compare(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

#endif
