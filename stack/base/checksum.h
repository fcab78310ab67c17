/* The Internet checksum (RFC 1071): the one's complement sum of 16-bit words.
 *
 * A partial sum is a uint32_t that begins at 0 and is carried from call to call;
 * every piece but the last has an even number of bytes. Sums are kept in the
 * machine's byte order (RFC 1071 section 2 (B)); checksum_finish gives the two
 * bytes in the order in which checksum_store writes them to the wire. */
#ifndef STACK_CHECKSUM_H
#define STACK_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A one's complement sum in 32 bits: what is carried out comes in again below. */
static inline uint32_t checksum_plus(uint32_t sum, uint32_t value)
{
    sum += value;
    return sum + (sum < value);
}

static inline uint16_t checksum_fold(uint32_t sum)
{
    sum += sum << 16 | sum >> 16;
    return (uint16_t)(sum >> 16);
}

/* Fields that are read or written as numbers anyway need no second look: their sum,
 * each at its place in a word of 32 bits, as a sum of the bytes. */
uint32_t checksum_of_numbers(uint32_t sum);

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size);

/* Copies and adds in one pass. */
uint32_t checksum_copy(uint32_t sum, void *target, const void *source, size_t size);

/* The pseudo header of TCP and UDP (RFC 9293 section 3.1, RFC 768), as numbers. */
static inline uint32_t checksum_pseudo_numbers(uint32_t source, uint32_t target, uint8_t protocol,
                                               size_t size)
{
    return checksum_plus(checksum_plus(source, target), protocol + (uint32_t)size);
}

static inline uint32_t checksum_pseudo(uint32_t source, uint32_t target, uint8_t protocol,
                                       size_t size)
{
    return checksum_of_numbers(checksum_pseudo_numbers(source, target, protocol, size));
}

/* Writes the complement of the sum to the two bytes at `at`. */
void checksum_store(uint8_t *at, uint32_t sum);

/* Whether a sum over everything, checksum field included, says "intact". */
static inline bool checksum_is_right(uint32_t sum)
{
    return checksum_fold(sum) == 0xffff;
}

#endif
