/* The Internet checksum (RFC 1071): the widest words that the machine adds, four a
 * round, with a copy in the same pass.
 *
 * A one's complement sum may be taken in any byte order and in words of any size
 * (RFC 1071 section 2), if no carry is lost. To catch each carry costs more than
 * to make none: every word is added whole, modulo its size, and its upper half
 * once more by itself. The upper halves' sum cannot overflow, so it is exact, and
 * subtracting it from the other leaves the lower halves' sum, exact as well. */
#include "base/checksum.h"

#include <string.h>

#if defined(__x86_64__) || defined(__aarch64__)
typedef uint64_t element;
typedef element word __attribute__((vector_size(16)));
enum { UNALIGNED_IS_FAST = 1 };
#elif UINTPTR_MAX > UINT32_MAX
typedef uint64_t element, word;
enum { UNALIGNED_IS_FAST = 0 };
#else
typedef uint32_t element, word; /* 64 Ki words are the most that is exact */
enum { UNALIGNED_IS_FAST = 0 };
#endif

enum { WORD = sizeof(word), LANES = sizeof(word) / sizeof(element) };
enum { HALF_BITS = 8 * sizeof(element) / 2 };

#define ALWAYS_INLINE static inline __attribute__((always_inline))

static inline uint32_t fold_to_32(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    return (uint32_t)((sum & UINT32_MAX) + (sum >> 32));
}

static uint16_t fold_to_16(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

struct sums {
    word whole, upper;
};

/* What the compiler knows of a call, so that it drops what the call does not need. */
enum { COPIES = 1, ALIGNED = 2 };

ALWAYS_INLINE void add_word(struct sums *sums, uint8_t *target, const uint8_t *source, size_t at,
                            int kind)
{
    word value;
    source += at;
    memcpy(&value, kind & ALIGNED ? __builtin_assume_aligned(source, WORD) : source, WORD);
    if (kind & COPIES) {
        target += at;
        memcpy(kind & ALIGNED ? __builtin_assume_aligned(target, WORD) : target, &value, WORD);
    }
    sums->whole += value;
    sums->upper += value >> HALF_BITS;
}

static uint32_t combine(uint32_t sum, const struct sums *sums)
{
    element whole[LANES], upper[LANES];
    memcpy(whole, &sums->whole, WORD);
    memcpy(upper, &sums->upper, WORD);
    uint64_t total = sum;
    for (unsigned i = 0; i < LANES; i++) {
        element lower = whole[i] - (upper[i] << HALF_BITS);
        total += (uint64_t)fold_to_32(lower) + fold_to_32(upper[i]);
    }
    return fold_to_32(total);
}

/* What is short, by 32 bits where they can be read, then by 16. An odd byte at the
 * end is followed by a zero. */
ALWAYS_INLINE uint32_t sum_short(uint64_t sum, uint8_t *target, const uint8_t *source, size_t size,
                                 int kind)
{
    uint32_t whole;
    uint16_t half;
    size_t at = 0;
    for (; (UNALIGNED_IS_FAST || kind & ALIGNED) && size - at >= 4; at += 4) {
        const uint8_t *from = source + at;
        memcpy(&whole, kind & ALIGNED ? __builtin_assume_aligned(from, 4) : from, 4);
        if (kind & COPIES)
            memcpy(kind & ALIGNED ? __builtin_assume_aligned(target + at, 4) : target + at, &whole,
                   4);
        sum += whole;
    }
    for (; size - at >= 2; at += 2) {
        memcpy(&half, source + at, 2);
        if (kind & COPIES)
            memcpy(target + at, &half, 2);
        sum += half;
    }
    if (at < size) {
        half = 0;
        memcpy(&half, source + at, 1);
        if (kind & COPIES)
            target[at] = source[at];
        sum += half;
    }
    return fold_to_32(sum);
}

ALWAYS_INLINE uint32_t sum_words(uint32_t sum, uint8_t *target, const uint8_t *source, size_t size,
                                 int kind)
{
    if (size < 4 * WORD)
        return sum_short(sum, target, source, size, kind);
    struct sums sums = {0};
    size_t at = 0;
    for (; size - at >= 4 * WORD; at += 4 * WORD) {
        add_word(&sums, target, source, at, kind);
        add_word(&sums, target, source, at + WORD, kind);
        add_word(&sums, target, source, at + 2 * WORD, kind);
        add_word(&sums, target, source, at + 3 * WORD, kind);
    }
    for (; size - at >= WORD; at += WORD)
        add_word(&sums, target, source, at, kind);
    return sum_short(combine(sum, &sums), kind & COPIES ? target + at : NULL, source + at,
                     size - at, kind);
}

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return sum_words(sum, NULL, bytes, size, 0);
    if ((uintptr_t)bytes % WORD == 0)
        return sum_words(sum, NULL, bytes, size, ALIGNED);
    return sum_short(sum, NULL, bytes, size, 0);
}

uint32_t checksum_copy(uint32_t sum, void *target, const void *source, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return sum_words(sum, target, source, size, COPIES);
    if (((uintptr_t)target | (uintptr_t)source) % WORD == 0)
        return sum_words(sum, target, source, size, COPIES | ALIGNED);
    return sum_short(sum, target, source, size, COPIES);
}

uint32_t checksum_pseudo(uint32_t source, uint32_t target, uint8_t protocol, size_t size)
{
    uint16_t folded = fold_to_16(fold_to_32((uint64_t)source + target + protocol + size));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    folded = (uint16_t)(folded << 8 | folded >> 8);
#endif
    return folded;
}

void checksum_store(uint8_t *at, uint32_t sum)
{
    uint16_t value = (uint16_t)~fold_to_16(sum);
    memcpy(at, &value, sizeof value);
}

int checksum_is_right(uint32_t sum)
{
    return fold_to_16(sum) == 0xffff;
}
