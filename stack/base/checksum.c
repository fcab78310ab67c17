/* The Internet checksum (RFC 1071): the widest words that the machine adds, several a
 * round, with a copy in the same pass.
 *
 * A one's complement sum may be taken in any byte order and in words of any size
 * (RFC 1071 section 2), if no carry is lost. To catch each carry costs more than
 * to make none: every word is added whole, modulo its size, and its upper part
 * once more by itself, which cannot overflow. How often the first sum did is what
 * the second tells that the first does not. A call takes up to 256 KiB. */
#include "base/checksum.h"

#include <string.h>

#include "base/bytes.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* What the compiler knows of a call, so that it drops what the call does not need. */
enum { COPIES = 1, ALIGNED = 2 };

/* --- many words at once ---------------------------------------------------------------- */

#if defined(__x86_64__) || (defined(__aarch64__) && !defined(__AARCH64EB__))

/* Two words of 64 bits in each of two registers: from both one shuffle picks the four
 * upper halves, of whose upper halves a sum in 32 bits holds 65,536. */
typedef uint64_t wide __attribute__((vector_size(16)));
typedef uint32_t narrow __attribute__((vector_size(16)));

enum { UNALIGNED_IS_FAST = 1, BLOCK = 2 * sizeof(wide), MANY = 4 };

struct sums {
    wide first, second; /* whole, of each register */
    narrow upper;
};

ALWAYS_INLINE void add_block(struct sums *sums, uint8_t *target, const uint8_t *source, size_t at,
                             int kind)
{
    source += at;
    wide a, b;
    memcpy(&a, source, sizeof a);
    memcpy(&b, source + sizeof a, sizeof b);
    if (kind & COPIES) {
        target += at;
        memcpy(target, &a, sizeof a);
        memcpy(target + sizeof a, &b, sizeof b);
    }
    sums->first += a;
    sums->second += b;
    sums->upper += __builtin_shufflevector((narrow)a, (narrow)b, 1, 3, 5, 7) >> 16;
}

/* Of one lane. The true sum's bits from 48 up are `upper`, or more by the carries out of
 * what was left away, fewer than 65,536; `whole` has the lower 16 of them exact. */
static inline uint32_t lane(uint32_t sum, uint64_t whole, uint32_t upper)
{
    uint32_t overflows = (upper + UINT16_MAX - (uint32_t)(whole >> 48)) >> 16;
    return checksum_plus(
        checksum_plus(checksum_plus(sum, (uint32_t)whole), (uint32_t)(whole >> 32)), overflows);
}

static inline uint32_t combine(uint32_t sum, const struct sums *sums)
{
    wide whole = sums->first + sums->second;
    sum = lane(sum, whole[0], sums->upper[0] + sums->upper[2]);
    return lane(sum, whole[1], sums->upper[1] + sums->upper[3]);
}

#else

/* Words of 32 bits. The sum of the upper halves is exact, and so is, without it, that
 * of the lower ones. */
enum { UNALIGNED_IS_FAST = 0, BLOCK = sizeof(uint32_t) };
#ifdef __OPTIMIZE_SIZE__
enum { MANY = 1 };
#else
enum { MANY = 8 };
#endif

struct sums {
    uint32_t whole, upper;
};

ALWAYS_INLINE void add_block(struct sums *sums, uint8_t *target, const uint8_t *source, size_t at,
                             int kind)
{
    source += at;
    uint32_t value;
    memcpy(&value, __builtin_assume_aligned(source, BLOCK), BLOCK);
    if (kind & COPIES)
        memcpy(__builtin_assume_aligned(target + at, BLOCK), &value, BLOCK);
    sums->whole += value;
    sums->upper += value >> 16;
}

static inline uint32_t combine(uint32_t sum, const struct sums *sums)
{
    uint32_t lower = sums->whole - (sums->upper << 16);
    return checksum_plus(checksum_plus(sum, lower), sums->upper);
}

#endif

/* --- any number of bytes ----------------------------------------------------------------- */

/* What is short, by 32 bits where they can be read, then by 16. An odd byte at the
 * end is followed by a zero. */
ALWAYS_INLINE uint32_t sum_short(uint32_t sum, uint8_t *target, const uint8_t *source, size_t at,
                                 size_t size, int kind)
{
    uint32_t whole;
    uint16_t half;
    for (; (UNALIGNED_IS_FAST || kind & ALIGNED) && size - at >= 4; at += 4) {
        const uint8_t *from = source + at;
        memcpy(&whole, kind & ALIGNED ? __builtin_assume_aligned(from, 4) : from, 4);
        if (kind & COPIES)
            memcpy(kind & ALIGNED ? __builtin_assume_aligned(target + at, 4) : target + at, &whole,
                   4);
        sum = checksum_plus(sum, whole);
    }
    for (; size - at >= 2; at += 2) {
        memcpy(&half, source + at, 2);
        if (kind & COPIES)
            memcpy(target + at, &half, 2);
        sum = checksum_plus(sum, half);
    }
    if (at < size) {
        half = 0;
        memcpy(&half, source + at, 1);
        if (kind & COPIES)
            target[at] = source[at];
        sum = checksum_plus(sum, half);
    }
    return sum;
}

ALWAYS_INLINE uint32_t sum_words(uint32_t sum, uint8_t *target, const uint8_t *source, size_t size,
                                 int kind)
{
    size_t at = 0;
    if (size >= BLOCK * MANY) {
        struct sums sums = {0};
        for (; size - at >= BLOCK * MANY; at += BLOCK * MANY)
#pragma GCC unroll 8
            for (size_t i = 0; i < MANY; i++)
                add_block(&sums, target, source, at + i * BLOCK, kind);
        for (; size - at >= BLOCK; at += BLOCK)
            add_block(&sums, target, source, at, kind);
        sum = combine(sum, &sums);
    }
    return sum_short(sum, target, source, at, size, kind);
}

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return sum_words(sum, NULL, bytes, size, 0);
    if ((uintptr_t)bytes % BLOCK == 0)
        return sum_words(sum, NULL, bytes, size, ALIGNED);
    return sum_short(sum, NULL, bytes, 0, size, 0);
}

uint32_t checksum_copy(uint32_t sum, void *target, const void *source, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return sum_words(sum, target, source, size, COPIES);
    if (((uintptr_t)target | (uintptr_t)source) % BLOCK == 0)
        return sum_words(sum, target, source, size, COPIES | ALIGNED);
    return sum_short(sum, target, source, 0, size, COPIES);
}

void checksum_store(uint8_t *at, uint32_t sum)
{
    uint16_t value = (uint16_t)~checksum_fold(sum);
    memcpy(at, &value, sizeof value);
}
