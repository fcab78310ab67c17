/* The wire between two ends of one stack: frames are built and read where they
 * lie, so that a stack which can do so copies nothing here. With a delay and a
 * loss it serves for goodput, without for counting instructions. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_FRAMES = 1024, WIRE_FRAME_SIZE = 1600 };

struct wire_frame {
    uint64_t due_us;
    size_t size;
    _Alignas(8) uint8_t memory[WIRE_FRAME_SIZE]; /* the frame begins at 2 */
};

/* What one end has received or will. */
struct wire_queue {
    struct wire_frame frames[WIRE_FRAMES];
    unsigned head, tail;
    unsigned allowed; /* frames that this step may still take */
    uint64_t free_us; /* when all that was sent has left */
    bool refused;     /* the sender was told that there is no room */
    uint64_t data_frames, other_frames, lost_frames;
    uint64_t data_bytes; /* of TCP, in data frames */
};

struct wire {
    struct wire_queue queues[2];
    uint64_t now_us, delay_us, random;
    unsigned frame_us;        /* a data frame takes this long; 0: no time */
    unsigned loss_permille10; /* of 10,000 */
};

extern struct wire wire;

/* Memory for the next frame of that end; NULL while there is no room. */
uint8_t *wire_lend(int end);
void wire_send(int end, size_t size);
/* The oldest frame that has arrived at that end, or NULL. */
const uint8_t *wire_next(int end, size_t *size);
void wire_release(int end);
/* When the next frame arrives there, or there is room again. */
uint64_t wire_due_us(int end);

#endif
