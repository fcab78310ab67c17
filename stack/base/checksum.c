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

enum { UNALIGNED_IS_FAST = 1, BLOCK = 2 * sizeof(wide), MANY = 1 };
/* Unrolled by hand the compiler would add the blocks first, which takes copies of them. */
#define UNROLLED _Pragma("GCC unroll 8")

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
static inline uint64_t lane(uint64_t whole, uint32_t upper)
{
    uint32_t overflows = (upper + UINT16_MAX - (uint32_t)(whole >> 48)) >> 16;
    return (whole & UINT32_MAX) + (whole >> 32) + overflows;
}

static inline uint32_t combine(uint32_t sum, const struct sums *sums)
{
    wide whole = sums->first + sums->second;
    narrow upper = sums->upper + __builtin_shufflevector(sums->upper, sums->upper, 2, 3, 0, 1);
    uint64_t total = sum + lane(whole[0], upper[0]) + lane(whole[1], upper[1]);
    return checksum_plus((uint32_t)total, (uint32_t)(total >> 32));
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
#define UNROLLED /* by hand: the compiler would step through each word by itself */

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

ALWAYS_INLINE uint32_t add_word(uint32_t sum, uint8_t *target, const uint8_t *source, int kind)
{
    uint32_t word;
    memcpy(&word, kind & ALIGNED ? __builtin_assume_aligned(source, 4) : source, 4);
    if (kind & COPIES)
        memcpy(kind & ALIGNED ? __builtin_assume_aligned(target, 4) : target, &word, 4);
    return checksum_plus(sum, word);
}

ALWAYS_INLINE uint32_t add_half(uint32_t sum, uint8_t *target, const uint8_t *source, int kind)
{
    uint16_t half;
    memcpy(&half, source, 2);
    if (kind & COPIES)
        memcpy(target, &half, 2);
    return checksum_plus(sum, half);
}

/* The odd byte at the end is followed by a zero. */
ALWAYS_INLINE uint32_t add_byte(uint32_t sum, uint8_t *target, const uint8_t *source, int kind)
{
    const uint8_t pair[2] = {*source, 0};
    if (kind & COPIES)
        *target = *source;
    return add_half(sum, NULL, pair, 0);
}

/* Where words cannot be read. */
ALWAYS_INLINE uint32_t sum_halves(uint32_t sum, uint8_t *target, const uint8_t *source, size_t size,
                                  int kind)
{
    size_t at = 0;
    for (; size - at >= 2; at += 2)
        sum = add_half(sum, target + at, source + at, kind);
    return at < size ? add_byte(sum, target + at, source + at, kind) : sum;
}

/* Rounds of many blocks; what is left, by the bits of its size. */
ALWAYS_INLINE uint32_t sum_words(uint32_t sum, uint8_t *target, const uint8_t *source, size_t size,
                                 int kind)
{
    size_t at = 0;
    if (size >= BLOCK) {
        struct sums sums = {0};
        UNROLLED
        for (; size - at >= BLOCK * MANY; at += BLOCK * MANY)
#pragma GCC unroll 8
            for (size_t i = 0; i < MANY; i++)
                add_block(&sums, target, source, at + i * BLOCK, kind);
#pragma GCC unroll 8
        for (size_t part = BLOCK * MANY / 2; part >= BLOCK; part /= 2)
            if (size & part) {
#pragma GCC unroll 8
                for (size_t i = 0; i < part; i += BLOCK, at += BLOCK)
                    add_block(&sums, target, source, at, kind);
            }
        sum = combine(sum, &sums);
    }
#pragma GCC unroll 8
    for (size_t part = BLOCK / 2; part >= 4; part /= 2)
        if (size & part) {
#pragma GCC unroll 8
            for (size_t i = 0; i < part; i += 4, at += 4)
                sum = add_word(sum, target + at, source + at, kind);
        }
    if (size & 2) {
        sum = add_half(sum, target + at, source + at, kind);
        at += 2;
    }
    return size & 1 ? add_byte(sum, target + at, source + at, kind) : sum;
}

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size)
{
    uint8_t *unused = (uint8_t *)(uintptr_t)bytes; /* not written; NULL + 0 is undefined in C */
    if (UNALIGNED_IS_FAST)
        return sum_words(sum, unused, bytes, size, 0);
    if ((uintptr_t)bytes % BLOCK == 0)
        return sum_words(sum, unused, bytes, size, ALIGNED);
    return sum_halves(sum, unused, bytes, size, 0);
}

uint32_t checksum_copy(uint32_t sum, void *target, const void *source, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return sum_words(sum, target, source, size, COPIES);
    if (((uintptr_t)target | (uintptr_t)source) % BLOCK == 0)
        return sum_words(sum, target, source, size, COPIES | ALIGNED);
    return sum_halves(sum, target, source, size, COPIES);
}

uint32_t checksum_of_numbers(uint32_t sum)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap16(checksum_fold(sum));
#else
    return sum;
#endif
}

void checksum_store(uint8_t *at, uint32_t sum)
{
    uint16_t value = (uint16_t)~checksum_fold(sum);
    memcpy(at, &value, sizeof value);
}
