/* memcpy and memset by words, as newlib has them: 1460 aligned bytes take about
 * the 953 instructions of FACTS.md. Debian's picolibc is built for size and moves
 * single bytes. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    uint8_t *to = target;
    const uint8_t *from = source;
    if (((uintptr_t)to ^ (uintptr_t)from) % 4 == 0) {
        for (; size > 0 && (uintptr_t)to % 4 != 0; size--)
            *to++ = *from++;
        for (; size >= 32; size -= 32, to += 32, from += 32) {
            word *wide = (word *)(void *)to;
            const word *in = (const word *)(const void *)from;
            word a = in[0], b = in[1], c = in[2], d = in[3];
            word e = in[4], f = in[5], g = in[6], h = in[7];
            wide[0] = a, wide[1] = b, wide[2] = c, wide[3] = d;
            wide[4] = e, wide[5] = f, wide[6] = g, wide[7] = h;
        }
        for (; size >= 4; size -= 4, to += 4, from += 4)
            *(word *)(void *)to = *(const word *)(const void *)from;
    }
    while (size-- > 0)
        *to++ = *from++;
    return target;
}

void *memset(void *target, int value, size_t size)
{
    uint8_t *to = target;
    word wide = (uint8_t)value * 0x01010101u;
    for (; size > 0 && (uintptr_t)to % 4 != 0; size--)
        *to++ = (uint8_t)value;
    for (; size >= 4; size -= 4, to += 4)
        *(word *)(void *)to = wide;
    while (size-- > 0)
        *to++ = (uint8_t)value;
    return target;
}
