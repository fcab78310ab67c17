/* The far side of an adapter's line: it shows the frames that wait for the adapter,
 * one after the other, on the adapter's receive pins.
 *
 * In full duplex it sends when it likes, and obeys pause frames where the two have
 * agreed on that (IEEE 802.3 annex 31B). In half duplex it is a station like the
 * adapter (clause 4.2): it defers to the adapter's carrier, which it sees after the
 * cable's delay, so the two may collide; then it jams, backs off and tries again. */
#ifndef SIM_STATION_LINE_H
#define SIM_STATION_LINE_H

#include "rmii.h"

enum {
    STATION_QUEUE_COUNT = 64, /* frames that may wait for the line */
    LINE_DELAY_DIBITS = 16,   /* until one side sees what the other does: a PHY, cable, a PHY */
    LINE_TRIES_MAX = 16,
};

struct station_line {
    unsigned cycles_per_dibit;
    bool half_duplex, obeys_pause;
    uint64_t random;

    struct rmii_encoder encoder;
    unsigned tries;       /* of the first frame of the queue */
    bool jams;            /* the try that is shown has collided */
    uint64_t hold_cycle;  /* not before: back-off, or a pause */
    bool carrier;         /* the adapter sends... */
    uint64_t since_cycle; /* ...since then, or has not sent since then */

    /* Counters. shown: frames, each try of one; given up: frames, after 16 tries. */
    uint64_t shown, collisions, given_up, paused;

    unsigned queue_head, queue_count;
    struct line_queued {
        struct wire_frame frame;
        uint8_t bytes[WIRE_FRAME_SIZE_MAX];
    } queue[STATION_QUEUE_COUNT];
};

/* From the next frame on; what waits is kept. */
void line_set_rate(struct station_line *line, unsigned rate_mbps);
/* Half duplex, with a seed for the back-off; or full, and whether it obeys pauses. */
void line_set_half_duplex(struct station_line *line, uint64_t seed);
void line_set_full_duplex(struct station_line *line, bool obeys_pause);

/* false: the queue is full. */
bool line_put(struct station_line *line, const struct wire_frame *frame);
/* A station_source (station.h). What it said of a quiet stretch holds until line_put,
 * line_carrier or line_take_pause. */
size_t line_show(void *context, uint64_t cycle, uint8_t *symbols, size_t count, uint64_t *quiet);

/* The adapter's carrier came or went. */
void line_carrier(struct station_line *line, uint64_t cycle, bool on);
/* Whether the adapter's frame is a pause that was obeyed: it goes no further. */
bool line_take_pause(struct station_line *line, const struct wire_frame *frame);

#endif
