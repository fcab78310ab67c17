/* See wire.h. */
#include "wire.h"

struct wire wire;

enum {
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

/* What a frame carries of the stream; IP has no options here. */
static unsigned tcp_data_size(const uint8_t *frame)
{
    enum { TYPE_AT = 12, IP_SIZE_AT = 16, PROTOCOL_AT = 23, TCP_AT = 34, OFFSET_AT = 46, TCP = 6 };
    if (frame[TYPE_AT] != 8 || frame[TYPE_AT + 1] != 0 || frame[PROTOCOL_AT] != TCP)
        return 0;
    unsigned size = (unsigned)frame[IP_SIZE_AT] << 8 | frame[IP_SIZE_AT + 1];
    return size - (TCP_AT - 14u) - (frame[OFFSET_AT] >> 4) * 4u;
}

void wire_send(int end, size_t size)
{
    struct wire_queue *queue = &wire.queues[!end];
    struct wire_frame *frame = &queue->frames[queue->tail % WIRE_FRAMES];
    unsigned data_size = tcp_data_size(frame->memory + 2);
    queue->data_bytes += data_size;
    if (data_size > 0)
        queue->data_frames++;
    else
        queue->other_frames++;
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
