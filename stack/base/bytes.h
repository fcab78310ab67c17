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

static inline uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void put16(uint8_t *at, uint16_t value)
{
    if (BYTES_ARE_TURNED) {
        uint16_t turned = __builtin_bswap16(value);
        memcpy(at, &turned, sizeof turned);
        return;
    }
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
    if (BYTES_ARE_TURNED) {
        uint32_t turned = __builtin_bswap32(value);
        memcpy(at, &turned, sizeof turned);
        return;
    }
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
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

/* The next `size` bytes, or NULL when fewer are left. */
static inline const uint8_t *cursor_take(struct cursor *cursor, size_t size)
{
    if (cursor->failed || cursor->left < size) {
        cursor->failed = true;
        return NULL;
    }
    const uint8_t *taken = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return taken;
}

static inline uint8_t cursor_take8(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 1);
    return at ? at[0] : 0;
}

static inline uint16_t cursor_take16(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 2);
    return at ? get16(at) : 0;
}

static inline uint32_t cursor_take32(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 4);
    return at ? get32(at) : 0;
}

#endif
