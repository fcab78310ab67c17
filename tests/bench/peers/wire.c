/* See wire.h. */
#include "wire.h"

struct wire wire;

enum {
    DATA_FRAME_MIN = 1000,
    TCP_AT = 34,         /* where its header begins: IP has no options here */
    ADAPTER_FRAMES = 16, /* that the sender's adapter holds */
};

uint8_t *wire_lend(int end)
{
    struct wire_queue *queue = &wire.queues[!end];
    bool busy = queue->free_us > wire.now_us + ADAPTER_FRAMES * wire.frame_us;
    if (busy || queue->tail - queue->head == WIRE_FRAMES) {
        queue->refused = true;
        return NULL;
    }
    return queue->frames[queue->tail % WIRE_FRAMES].memory + 2;
}

void wire_send(int end, size_t size)
{
    struct wire_queue *queue = &wire.queues[!end];
    struct wire_frame *frame = &queue->frames[queue->tail % WIRE_FRAMES];
    if (size >= DATA_FRAME_MIN) {
        queue->data_frames++;
        queue->data_bytes += size - TCP_AT - (frame->memory[2 + TCP_AT + 12] >> 4) * 4u;
    } else {
        queue->other_frames++;
    }
    if (wire.frame_us > 0) {
        if (queue->free_us < wire.now_us)
            queue->free_us = wire.now_us;
        queue->free_us += wire.frame_us * size / WIRE_FRAME_SIZE;
    }
    if (wire.loss_permille10 > 0) {
        wire.random = wire.random * 6364136223846793005u + 1442695040888963407u;
        if ((wire.random >> 33) % 10000 < wire.loss_permille10) {
            queue->lost_frames++;
            return;
        }
    }
    frame->size = size;
    frame->due_us = (queue->free_us > wire.now_us ? queue->free_us : wire.now_us) + wire.delay_us;
    queue->tail++;
}

const uint8_t *wire_next(int end, size_t *size)
{
    struct wire_queue *queue = &wire.queues[end];
    struct wire_frame *frame = &queue->frames[queue->head % WIRE_FRAMES];
    if (queue->allowed == 0 || queue->head == queue->tail || frame->due_us > wire.now_us)
        return NULL;
    queue->allowed--;
    *size = frame->size;
    return frame->memory + 2;
}

void wire_release(int end)
{
    wire.queues[end].head++;
}

uint64_t wire_due_us(int end)
{
    const struct wire_queue *queue = &wire.queues[end];
    const struct wire_queue *there = &wire.queues[!end];
    uint64_t due =
        there->refused ? there->free_us - ADAPTER_FRAMES * wire.frame_us / 2 : UINT64_MAX;
    uint64_t arrival = queue->frames[queue->head % WIRE_FRAMES].due_us;
    return queue->head != queue->tail && arrival < due ? arrival : due;
}
