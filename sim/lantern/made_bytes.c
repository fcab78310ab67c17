#include "made_bytes.h"

#include <string.h>

/* The output of splitmix64 (Steele, Lea, Flood 2014) at place `counter`. */
static uint64_t word_at(uint64_t counter)
{
    uint64_t word = (counter + 1) * UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

void made_bytes_fill(uint64_t offset, uint8_t *memory, size_t size)
{
    uint64_t word = word_at(offset / 8);
    for (size_t i = 0; i < size; i++) {
        unsigned place = (offset + i) % 8;
        if (place == 0)
            word = word_at((offset + i) / 8);
        memory[i] = (uint8_t)(word >> 8 * place);
    }
}

bool made_bytes_are(uint64_t offset, const uint8_t *memory, size_t size)
{
    uint8_t expected[256];
    for (size_t at = 0; at < size; at += sizeof expected) {
        size_t part = size - at < sizeof expected ? size - at : sizeof expected;
        made_bytes_fill(offset + at, expected, part);
        if (memcmp(memory + at, expected, part) != 0)
            return false;
    }
    return true;
}

static long pull(void *context, uint64_t offset, void *memory, size_t size)
{
    (void)context;
    made_bytes_fill(offset, memory, size);
    return (long)size;
}

int made_bytes_handle(void *context, const struct lan_http_request *request,
                      struct lan_http_answer *answer)
{
    (void)context;
    uint64_t size = 0;
    const char *digit = request->rest;
    if (*digit == '\0')
        return 404;
    for (; *digit; digit++) {
        if (*digit < '0' || *digit > '9' || size > MADE_BYTES_MAX)
            return 404;
        size = size * 10 + (uint64_t)(*digit - '0');
    }
    if (size > MADE_BYTES_MAX)
        return 404;
    *answer =
        (struct lan_http_answer){.type = "application/octet-stream", .size = size, .pull = pull};
    return 200;
}
