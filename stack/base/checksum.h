/* The Internet checksum (RFC 1071): the one's complement sum of 16-bit words.
 *
 * A partial sum is a uint32_t that begins at 0 and is carried from call to call;
 * every piece but the last has an even number of bytes. Sums are kept in the
 * machine's byte order (RFC 1071 section 2 (B)); checksum_finish gives the two
 * bytes in the order in which checksum_store writes them to the wire. */
#ifndef STACK_CHECKSUM_H
#define STACK_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size);

/* Copies and adds in one pass. */
uint32_t checksum_copy(uint32_t sum, void *target, const void *source, size_t size);

/* The pseudo header of TCP and UDP (RFC 9293 section 3.1, RFC 768). */
uint32_t checksum_pseudo(uint32_t source, uint32_t target, uint8_t protocol, size_t size);

/* Writes the complement of the sum to the two bytes at `at`. */
void checksum_store(uint8_t *at, uint32_t sum);

/* Whether a sum over everything, checksum field included, says "intact". */
int checksum_is_right(uint32_t sum);

#endif
