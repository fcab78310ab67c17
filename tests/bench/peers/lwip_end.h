/* Between peer_lwip.c and each copy of lwip_end.c. */
#ifndef BENCH_LWIP_END_H
#define BENCH_LWIP_END_H

#include <stddef.h>
#include <stdint.h>

struct lwip_outside {
    int end;
    uint16_t port;
    uint8_t *(*lend)(int end);
    void (*send)(int end, size_t size);
    const uint8_t *(*next)(int end, size_t *size);
    void (*release)(int end);
    uint64_t *written, *read;
    const uint8_t *outgoing;
    uint8_t *incoming;
    unsigned write_size;
};

void lwip_end_start(const struct lwip_outside *given);
uint64_t lwip_end_step(uint64_t now);

#endif
