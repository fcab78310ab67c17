/* Reading and writing numbers of the wire (big-endian) and a checked cursor.
 * No struct is ever laid over bytes: this is the only door. */
#ifndef STACK_BYTES_H
#define STACK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where bytes are stored one by one gcc gathers several numbers into wider words by
 * shifts, which costs more than to turn each. */
#if defined(__x86_64__) || (defined(__aarch64__) && !defined(__AARCH64EB__))
enum { BYTES_ARE_TURNED = 1 };
#else
enum { BYTES_ARE_TURNED = 0 };
#endif

/* Elsewhere a number that lies as a processor likes it is still one access: frames may
 * lie in an adapter's memory, where each access takes as long as ten instructions. */
static inline bool bytes_are_even(const uint8_t *at)
{
    return !BYTES_ARE_TURNED && (uintptr_t)at % 2 == 0;
}

static inline bool bytes_are_a_word(const uint8_t *at)
{
    return !BYTES_ARE_TURNED && (uintptr_t)at % 4 == 0;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define bytes_from_wire16(value) ((uint16_t)((value) << 8 | (value) >> 8))
/* The builtin is a call of a function on processors without an instruction for it. */
#define bytes_from_wire32(value)                                                                   \
    ((value) << 24 | ((value)&0xff00u) << 8 | ((value) >> 8 & 0xff00u) | (value) >> 24)
#else
#define bytes_from_wire16(value) (value)
#define bytes_from_wire32(value) (value)
#endif

/* Before what is rarely called by what often is, so that it does not save registers for
 * both. */
#define APART __attribute__((noinline))

static inline uint16_t get16(const uint8_t *at)
{
    if (bytes_are_even(at)) {
        uint16_t value;
        memcpy(&value, __builtin_assume_aligned(at, 2), sizeof value);
        return bytes_from_wire16(value);
    }
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline void put16(uint8_t *at, uint16_t value)
{
    if (BYTES_ARE_TURNED) {
        uint16_t turned = __builtin_bswap16(value);
        memcpy(at, &turned, sizeof turned);
        return;
    }
    if (bytes_are_even(at)) {
        uint16_t turned = bytes_from_wire16(value);
        memcpy(__builtin_assume_aligned(at, 2), &turned, sizeof turned);
        return;
    }
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* A place in bytes that came from outside. Every take checks what is left; the
 * first that fails marks the cursor, and it stays failed and gives zeros. So a
 * parser takes all it needs and asks once, at the end, whether it was there. */
struct cursor {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static inline struct cursor cursor_of(const uint8_t *bytes, size_t size)
{
    return (struct cursor){.at = bytes, .left = size, .failed = false};
}

/* Where size counts there is one of each in bytes.c, which is shorter than each in its
 * place. */
#ifdef __OPTIMIZE_SIZE__
uint32_t get32(const uint8_t *at);
void put32(uint8_t *at, uint32_t value);
const uint8_t *cursor_take(struct cursor *cursor, size_t size);
uint8_t cursor_take8(struct cursor *cursor);
uint16_t cursor_take16(struct cursor *cursor);
uint32_t cursor_take32(struct cursor *cursor);
#else
#define BYTES_BODY static inline
#include "base/bytes_body.h"
#endif

#endif
