/* Two ends of one stack back to back, in virtual time:
 *
 *   peers STACK segments COUNT BATCH   moves so many segments; at most BATCH frames
 *                                      arrive at a time. Prints what moved; callgrind
 *                                      counts what lies in send_side or receive_side.
 *   peers STACK goodput LOSS SEED      10 s over a 20 ms round trip, with a loss in
 *                                      1/10,000; prints Mb/s and resends per loss. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "wire.h"

uint64_t peer_written, peer_read;
uint8_t peer_outgoing[PEER_WRITE_SIZE], peer_incoming[PEER_WRITE_SIZE];

enum { SEGMENT_SIZE = 1460, GOODPUT_S = 10, FRAME_US = 123 /* at 100 Mb/s */ };

/* By these names callgrind finds what belongs to whom. */
__attribute__((noinline)) uint64_t send_side(const struct peer *peer);
__attribute__((noinline)) uint64_t receive_side(const struct peer *peer);

uint64_t send_side(const struct peer *peer)
{
    return peer->step(SENDER, wire.now_us);
}

uint64_t receive_side(const struct peer *peer)
{
    return peer->step(RECEIVER, wire.now_us);
}

/* Time goes on as on a wire. */
static void move_segments(const struct peer *peer, uint64_t count, unsigned batch)
{
    wire.now_us = 1000000;
    peer->start(1);
    while (peer_read < count * SEGMENT_SIZE) {
        wire.queues[SENDER].allowed = wire.queues[RECEIVER].allowed = batch;
        send_side(peer);
        receive_side(peer);
        wire.now_us += FRAME_US * batch;
    }
    const struct wire_queue *there = &wire.queues[RECEIVER], *back = &wire.queues[SENDER];
    printf("%s: %llu segments, %.2f for each ACK\n", peer->name,
           (unsigned long long)there->data_frames,
           (double)there->data_frames / (double)back->other_frames);
}

static uint64_t min_time(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void measure_goodput(const struct peer *peer, unsigned loss_permille10, uint64_t seed)
{
    wire.now_us = 1000000;
    wire.delay_us = 10000;
    wire.frame_us = FRAME_US;
    wire.random = seed;
    uint64_t end_us = wire.now_us + GOODPUT_S * 1000000ull;
    peer->start(seed);
    uint64_t last_read = 0, last_read_us = wire.now_us, stall_us = 0, lossless_us = 200000;
    uint64_t deadlines[2] = {0, 0};
    while (wire.now_us < end_us) {
        for (int end = 0; end < 2; end++) {
            if (wire_due_us(end) > wire.now_us && deadlines[end] > wire.now_us)
                continue;
            wire.queues[end].allowed = WIRE_FRAMES;
            wire.queues[!end].refused = false;
            deadlines[end] = end == SENDER ? send_side(peer) : receive_side(peer);
        }
        if (wire.now_us >= 1000000 + lossless_us)
            wire.loss_permille10 = loss_permille10; /* not the handshake */
        if (peer_read != last_read) {
            stall_us =
                wire.now_us - last_read_us > stall_us ? wire.now_us - last_read_us : stall_us;
            last_read = peer_read;
            last_read_us = wire.now_us;
        }
        uint64_t next = min_time(min_time(wire_due_us(0), wire_due_us(1)),
                                 min_time(deadlines[0], deadlines[1]));
        wire.now_us = next > wire.now_us ? min_time(next, end_us) : wire.now_us + 1;
    }
    stall_us = end_us - last_read_us > stall_us ? end_us - last_read_us : stall_us;
    const struct wire_queue *there = &wire.queues[RECEIVER];
    double segment = (double)there->data_bytes / (double)there->data_frames; /* less with options */
    double resent = (double)there->data_frames - (double)peer_read / segment -
                    (double)(there->tail - there->head);
    printf("%.3f %.2f %.2f\n", (double)peer_read * 8 / GOODPUT_S / 1e6,
           there->lost_frames ? resent / (double)there->lost_frames : 0.0, (double)stall_us / 1e6);
}

int main(int argc, char **argv)
{
    static const struct peer *const all[] = {
        &peer_lantern,
        &peer_lantern_relieved,
#ifdef HAVE_LWIP
        &peer_lwip,
#endif
#ifdef HAVE_SMOLTCP
        &peer_smoltcp,
#endif
    };
    for (unsigned i = 0; argc == 5 && i < sizeof all / sizeof *all; i++) {
        if (strcmp(argv[1], all[i]->name) != 0)
            continue;
        unsigned long first = strtoul(argv[3], NULL, 0), second = strtoul(argv[4], NULL, 0);
        if (strcmp(argv[2], "segments") == 0)
            move_segments(all[i], first, (unsigned)second);
        else
            measure_goodput(all[i], (unsigned)first, second);
        return 0;
    }
    fprintf(stderr, "usage: peers STACK segments COUNT BATCH | STACK goodput LOSS SEED\n");
    return 2;
}
