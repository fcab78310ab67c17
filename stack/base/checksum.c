/* The Internet checksum (RFC 1071): a machine word a step, unrolled.
 *
 * A one's complement sum may be taken in any byte order and in words of any size
 * (RFC 1071 section 2), so words are added as the machine reads them, each carry
 * is added back, and the sum is folded to 16 bits at the end. */
#include "base/checksum.h"

#include <string.h>

#if UINTPTR_MAX > UINT32_MAX
typedef uint64_t word;
#else
typedef uint32_t word;
#endif

#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) ||                            \
    defined(__ARM_FEATURE_UNALIGNED)
enum { UNALIGNED_IS_FAST = 1 };
#else
enum { UNALIGNED_IS_FAST = 0 };
#endif

enum { WORDS_PER_ROUND = 4 };

static inline word add(word sum, word value)
{
    sum += value;
    return sum + (sum < value);
}

static inline uint32_t fold_to_32(word sum)
{
#if UINTPTR_MAX > UINT32_MAX
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & UINT32_MAX) + (sum >> 32);
#endif
    return (uint32_t)sum;
}

static inline uint16_t fold_to_16(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* Tells the compiler that words may be read whole, where that is so. */
#define ALIGNED(at, aligned) ((aligned) ? __builtin_assume_aligned((at), sizeof(word)) : (at))

static inline word take(uint8_t *target, const uint8_t *source, int aligned)
{
    word value;
    memcpy(&value, ALIGNED(source, aligned), sizeof value);
    if (target)
        memcpy(ALIGNED(target, aligned), &value, sizeof value);
    return value;
}

/* The last bytes, and all of them where words would have to be put together: by
 * 16 bits; an odd one at the end is followed by a zero. */
static word sum_small(word sum, uint8_t *target, const uint8_t *source, size_t size)
{
    for (; size > 0; source += 2, size -= 2) {
        uint16_t half = 0;
        size_t step = size > 1 ? 2 : 1;
        memcpy(&half, source, step);
        if (target) {
            memcpy(target, source, step);
            target += step;
        }
        sum = add(sum, half);
        if (step == 1)
            break;
    }
    return sum;
}

/* Inlined twice: with a target and without. */
static inline word sum_words(word sum, uint8_t *target, const uint8_t *source, size_t size,
                             int aligned)
{
    const size_t round = WORDS_PER_ROUND * sizeof(word);
    for (; size >= round; size -= round) {
        word value[WORDS_PER_ROUND];
        for (size_t i = 0; i < WORDS_PER_ROUND; i++)
            value[i] =
                take(target ? target + i * sizeof(word) : NULL, source + i * sizeof(word), aligned);
        for (size_t i = 0; i < WORDS_PER_ROUND; i++)
            sum = add(sum, value[i]);
        source += round;
        if (target)
            target += round;
    }
    for (; size >= sizeof(word); size -= sizeof(word)) {
        sum = add(sum, take(target, source, aligned));
        source += sizeof(word);
        if (target)
            target += sizeof(word);
    }
    return sum_small(sum, target, source, size);
}

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return fold_to_32(sum_words(sum, NULL, bytes, size, 0));
    if ((uintptr_t)bytes % sizeof(word) == 0)
        return fold_to_32(sum_words(sum, NULL, bytes, size, 1));
    return fold_to_32(sum_small(sum, NULL, bytes, size));
}

uint32_t checksum_copy(uint32_t sum, void *target, const void *source, size_t size)
{
    if (UNALIGNED_IS_FAST)
        return fold_to_32(sum_words(sum, target, source, size, 0));
    if (((uintptr_t)target | (uintptr_t)source) % sizeof(word) == 0)
        return fold_to_32(sum_words(sum, target, source, size, 1));
    return fold_to_32(sum_small(sum, target, source, size));
}

uint32_t checksum_pseudo(uint32_t source, uint32_t target, uint8_t protocol, size_t size)
{
    uint64_t sum = (uint64_t)source + target + protocol + size;
    sum = (sum & UINT32_MAX) + (sum >> 32);
    uint16_t folded = fold_to_16((uint32_t)((sum & UINT32_MAX) + (sum >> 32)));
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
