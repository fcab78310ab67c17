/* stack/base/bytes.h as a proof sees it: the same, but the cursor is a model that
 * can do all that the real one can. A take fails or gives memory of exactly so many
 * unknown bytes, so a parser that reads one more is found; how much is left may be
 * anything. So the proof holds for messages of every size. prove_cursor.c proves
 * that the real one gives no more than it has. */
#ifndef PROOF_BYTES_H
#define PROOF_BYTES_H

#include <__fc_builtin.h>

#define _Alignas(size) /* unknown to Frama-C, and nothing here rests on it */

#define cursor_take   real_cursor_take
#define cursor_take8  real_cursor_take8
#define cursor_take16 real_cursor_take16
#define cursor_take32 real_cursor_take32
#include "../../../../stack/base/bytes.h"
#undef cursor_take
#undef cursor_take8
#undef cursor_take16
#undef cursor_take32

/* That all compared bytes are written, too, is what AddressSanitizer and valgrind are
 * for; here it is that they are there. */
static inline int proof_memcmp(const void *a, const void *b, size_t size)
{
    //@ assert \valid_read((const char *)a + (0 .. size - 1));
    //@ assert \valid_read((const char *)b + (0 .. size - 1));
    (void)a, (void)b, (void)size;
    return Frama_C_interval(-1, 1);
}
#define memcmp proof_memcmp

enum { PROOF_MESSAGE_MAX = 65535 };

static uint8_t proof_taken[PROOF_MESSAGE_MAX];

static inline const uint8_t *cursor_take(struct cursor *cursor, size_t size)
{
    if (cursor->failed || size > cursor->left || size > PROOF_MESSAGE_MAX ||
        Frama_C_interval(0, 1)) {
        cursor->failed = true;
        return NULL;
    }
    cursor->left = (size_t)Frama_C_interval(0, PROOF_MESSAGE_MAX);
    Frama_C_make_unknown((char *)proof_taken, sizeof proof_taken);
    return proof_taken + (PROOF_MESSAGE_MAX - size);
}

static inline uint8_t cursor_take8(struct cursor *cursor)
{
    return cursor_take(cursor, 1) ? (uint8_t)Frama_C_interval(0, 255) : 0;
}

static inline uint16_t cursor_take16(struct cursor *cursor)
{
    return cursor_take(cursor, 2) ? (uint16_t)Frama_C_interval(0, 65535) : 0;
}

static inline uint32_t cursor_take32(struct cursor *cursor)
{
    return cursor_take(cursor, 4) ? (uint32_t)Frama_C_unsigned_int_interval(0, 0xffffffffu) : 0;
}

#endif
