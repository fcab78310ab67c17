/* memcpy and memset by words: 1460 aligned bytes take about the 953 instructions of
 * FACTS.md. Debian's picolibc is built for size and moves single bytes. What lies askew is
 * read by whole words, too, and put together: the adapter's memory is slow to read. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

enum { WORD = 4 };

static size_t copy_words(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t left = size;
    for (; left >= 32; left -= 32, to += 32, from += 32) {
        word *wide = (word *)(void *)to;
        const word *in = (const word *)(const void *)from;
        word a = in[0], b = in[1], c = in[2], d = in[3];
        word e = in[4], f = in[5], g = in[6], h = in[7];
        wide[0] = a, wide[1] = b, wide[2] = c, wide[3] = d;
        wide[4] = e, wide[5] = f, wide[6] = g, wide[7] = h;
    }
    for (; left >= WORD; left -= WORD, to += WORD, from += WORD)
        *(word *)(void *)to = *(const word *)(const void *)from;
    return size - left;
}

/* `from` is not aligned, `to` is. A word that is read holds at least one byte that is
 * wanted, so nothing beyond is touched. */
static size_t copy_askew(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t askew = (uintptr_t)from % WORD, left = size;
    unsigned low = (unsigned)askew * 8, high = 32 - low;
    const word *in = (const word *)(const void *)(from - askew);
    word *out = (word *)(void *)to;
    word part = *in++ >> low;
    for (; left >= 4 * WORD; left -= 4 * WORD) {
        word a = in[0], b = in[1], c = in[2], d = in[3];
        out[0] = part | a << high, out[1] = a >> low | b << high;
        out[2] = b >> low | c << high, out[3] = c >> low | d << high;
        part = d >> low;
        in += 4;
        out += 4;
    }
    for (; left >= WORD; left -= WORD) {
        word next = *in++;
        *out++ = part | next << high;
        part = next >> low;
    }
    return size - left;
}

void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    uint8_t *to = target;
    const uint8_t *from = source;
    if (size >= 4 * WORD) {
        for (; (uintptr_t)to % WORD != 0; size--)
            *to++ = *from++;
        size_t done =
            (uintptr_t)from % WORD == 0 ? copy_words(to, from, size) : copy_askew(to, from, size);
        to += done;
        from += done;
        size -= done;
    }
    while (size-- > 0)
        *to++ = *from++;
    return target;
}

void *memset(void *target, int value, size_t size)
{
    uint8_t *to = target;
    word wide = (uint8_t)value * 0x01010101u;
    for (; size > 0 && (uintptr_t)to % WORD != 0; size--)
        *to++ = (uint8_t)value;
    for (; size >= WORD; size -= WORD, to += WORD)
        *(word *)(void *)to = wide;
    while (size-- > 0)
        *to++ = (uint8_t)value;
    return target;
}
