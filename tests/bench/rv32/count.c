/* The instructions that a segment takes on rv32im: our stack back to back as
 * peers.c has it, but counted by the processor itself (minstret; qemu counts
 * every instruction as one with -icount shift=0). Runs by semihosting. PEER is
 * the stack with or without the adapter's checksums. It tells the sizes, too, which only the target
 * knows. */
#include <stdio.h>

#include "../peers/peer.h"
#include "../peers/wire.h"
#include "config.h"
#include "tcp/tcb.h"

uint64_t peer_written, peer_read;
uint8_t peer_outgoing[PEER_WRITE_SIZE], peer_incoming[PEER_WRITE_SIZE];

enum { SEGMENT_SIZE = 1460, FRAME_US = 123, WARM_UP = 500, MEASURED = 1000 };

static uint32_t instructions(void)
{
    uint32_t count;
    __asm__ volatile(".option arch, +zicsr\n\tcsrr %0, minstret" : "=r"(count));
    return count;
}

/* Moves so many segments; the instructions that each end took. */
static void move_segments(uint64_t count, unsigned batch, uint64_t taken[2])
{
    uint64_t end = peer_read + count * SEGMENT_SIZE;
    taken[SENDER] = taken[RECEIVER] = 0;
    while (peer_read < end) {
        wire.queues[SENDER].allowed = wire.queues[RECEIVER].allowed = batch;
        for (int side = 0; side < 2; side++) {
            uint32_t begin = instructions();
            PEER.step(side, wire.now_us);
            taken[side] += instructions() - begin;
        }
        wire.now_us += FRAME_US * batch;
    }
}

int main(void)
{
    wire.now_us = 1000000;
    PEER.start(1);
    static const unsigned batches[] = {2, 16};
    for (unsigned i = 0; i < 2; i++) {
        uint64_t taken[2];
        move_segments(WARM_UP, batches[i], taken);
        uint64_t begin = peer_read;
        move_segments(MEASURED, batches[i], taken);
        uint64_t bytes = peer_read - begin;
        printf("segment %u %lu %lu\n", batches[i],
               (unsigned long)(taken[SENDER] * SEGMENT_SIZE / bytes),
               (unsigned long)(taken[RECEIVER] * SEGMENT_SIZE / bytes));
    }
    printf("arena %u\nconnection %u\n", (unsigned)lan_host_size(&size_config),
           (unsigned)sizeof(struct tcb));
    return 0;
}
