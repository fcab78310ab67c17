/* See station_line.h. */
#include "station_line.h"

#include <assert.h>
#include <string.h>

enum {
    DIBITS_PER_OCTET = 4,
    GAP_DIBITS = WIRE_GAP_SIZE * DIBITS_PER_OCTET,
    PREAMBLE_DIBITS = WIRE_PREAMBLE_SIZE * DIBITS_PER_OCTET,
    JAM_DIBITS = 16,     /* IEEE 802.3 table 4-2: jamSize, 32 bits */
    SLOT_DIBITS = 256,   /* slotTime, 512 bits; a pause quantum, too */
    BACK_OFF_LIMIT = 10, /* backOffLimit */
};

void line_set_rate(struct station_line *line, unsigned rate_mbps)
{
    assert(!line->carrier && line->encoder.at == line->encoder.end);
    rmii_encoder_init(&line->encoder, rate_mbps);
    line->cycles_per_dibit = line->encoder.cycles_per_dibit;
}

void line_set_half_duplex(struct station_line *line, uint64_t seed)
{
    line->half_duplex = true;
    line->obeys_pause = false;
    line->random = seed;
}

void line_set_full_duplex(struct station_line *line, bool obeys_pause)
{
    line->half_duplex = false;
    line->obeys_pause = obeys_pause;
    line->hold_cycle = 0;
}

bool line_put(struct station_line *line, const struct wire_frame *frame)
{
    if (line->queue_count == STATION_QUEUE_COUNT)
        return false;
    unsigned last = (line->queue_head + line->queue_count++) % STATION_QUEUE_COUNT;
    struct line_queued *queued = &line->queue[last];
    queued->frame = *frame;
    queued->frame.bytes = queued->bytes;
    memcpy(queued->bytes, frame->bytes, frame->size);
    return true;
}

static void leave_queue(struct station_line *line)
{
    line->queue_head = (line->queue_head + 1) % STATION_QUEUE_COUNT;
    line->queue_count--;
    line->tries = 0;
}

static uint64_t cycles(const struct station_line *line, uint64_t dibits)
{
    return dibits * line->cycles_per_dibit;
}

/* --- Half duplex -------------------------------------------------------------------------- */

void line_carrier(struct station_line *line, uint64_t cycle, bool on)
{
    line->carrier = on;
    line->since_cycle = cycle;
}

/* What the adapter does is seen after the cable's delay. */
static bool sees_carrier(const struct station_line *line, uint64_t cycle)
{
    return line->carrier && cycle >= line->since_cycle + cycles(line, LINE_DELAY_DIBITS);
}

static void hold(struct station_line *line, uint64_t slots)
{
    line->hold_cycle = line->encoder.free_cycle + cycles(line, slots * SLOT_DIBITS);
}

static uint64_t slots_max(const struct station_line *line)
{
    return (1u << (line->tries < BACK_OFF_LIMIT ? line->tries : BACK_OFF_LIMIT)) - 1;
}

/* The try is over: it got through, or it has collided. Then it waits a whole number of
 * slots below 2^n at the n-th try (clause 4.2.3.2.5). Who got through lets the other one
 * go first, as the adapter does (rtl/tx_wait.sv says why). */
static void end_try(struct station_line *line)
{
    if (!line->jams) {
        hold(line, slots_max(line));
        leave_queue(line);
        return;
    }
    line->jams = false;
    line->tries++;
    if (line->tries < LINE_TRIES_MAX) {
        line->random = line->random * 6364136223846793005u + 1442695040888963407u;
        hold(line, line->random >> 33 & slots_max(line));
        return;
    }
    line->given_up++;
    leave_queue(line);
}

/* Both send: the preamble is ended, then 32 bits of whatever follows are the jam. */
static void watch_for_collision(struct station_line *line, uint64_t cycle)
{
    struct rmii_encoder *encoder = &line->encoder;
    if (line->jams || !sees_carrier(line, cycle) || encoder->at < cycles(line, PREAMBLE_DIBITS))
        return;
    line->jams = true;
    line->collisions++;
    size_t end = encoder->at + cycles(line, JAM_DIBITS);
    if (encoder->end > end)
        encoder->end = end;
}

/* --- Pause -------------------------------------------------------------------------------- */

bool line_take_pause(struct station_line *line, const struct wire_frame *frame)
{
    static const uint8_t group[] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01};
    static const uint8_t pause[] = {0x88, 0x08, 0x00, 0x01};
    const uint8_t *at = frame->bytes;
    if (!line->obeys_pause || frame->fcs_wrong || frame->size < WIRE_FRAME_SIZE_MIN ||
        memcmp(at, group, sizeof group) != 0 || memcmp(at + 12, pause, sizeof pause) != 0)
        return false;
    uint64_t quanta = (uint64_t)at[16] << 8 | at[17];
    line->hold_cycle = frame->end_ps / NIC_CYCLE_PS + cycles(line, quanta * SLOT_DIBITS);
    line->paused++;
    return true;
}

/* --- What the pins show --------------------------------------------------------------------- */

/* The first cycle at which the next frame may begin; UINT64_MAX: not as long as nothing
 * else happens. */
static uint64_t next_start(const struct station_line *line, uint64_t cycle)
{
    uint64_t start = line->encoder.free_cycle;
    if (line->queue_count == 0)
        return UINT64_MAX;
    if (line->hold_cycle > start)
        start = line->hold_cycle;
    if (!line->half_duplex)
        return start;
    if (sees_carrier(line, cycle))
        return UINT64_MAX;
    uint64_t gap_ends = line->since_cycle + cycles(line, LINE_DELAY_DIBITS + GAP_DIBITS);
    return line->carrier || gap_ends < start ? start : gap_ends;
}

size_t line_show(void *context, uint64_t cycle, uint8_t *symbols, size_t count, uint64_t *quiet)
{
    struct station_line *line = context;
    struct rmii_encoder *encoder = &line->encoder;
    if (encoder->at == encoder->end) {
        uint64_t start = next_start(line, cycle);
        if (cycle < start) {
            *quiet = start - cycle;
            return 0;
        }
        rmii_encode(encoder, &line->queue[line->queue_head].frame);
        line->shown++;
        if (!line->half_duplex)
            leave_queue(line);
    }
    if (!line->half_duplex)
        return rmii_encoder_symbols(encoder, cycle, symbols, count);
    watch_for_collision(line, cycle);
    /* So much at once that it can still look what the adapter does. */
    size_t chunk = cycles(line, LINE_DELAY_DIBITS);
    size_t shown = rmii_encoder_symbols(encoder, cycle, symbols, count < chunk ? count : chunk);
    if (encoder->at == encoder->end)
        end_try(line);
    return shown;
}
