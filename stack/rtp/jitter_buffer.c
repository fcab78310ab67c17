/* The jitter buffer: keeps packets until they are played, and plays whenever asked.
 *
 * The position is the timestamp of the next frame to play. It begins `delay` before
 * the first packet's and goes on by what is played, come what may; so a packet has that
 * long to arrive, and nothing ever waits for it. A frame in whose place nothing has come
 * is concealed: what was played last is repeated, first backwards, then forwards, and so
 * on, which begins where the sound stopped and makes no step, fading to silence in
 * RTP_FADE_MS. A hole in the timestamps without one in the sequence numbers is a silence
 * of the sender's and no gap.
 *
 * An adaptive delay grows at once, when a packet comes late, by so much that the next
 * will not be, and shrinks by a part of what nobody needed in RTP_WINDOW_MS. A sender
 * whose clock goes faster or slower than the player's is followed in the same way.
 *
 * Deliberately absent: finding the pitch, stretching time without a sound of its own. */
#include "base/bytes.h"
#include "rtp/rtp.h"

static uint32_t min32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t frames_of(uint32_t rate_hz, uint32_t ms)
{
    return (uint32_t)((uint64_t)rate_hz * ms / 1000);
}

void jitter_buffer_init(struct lan_rtp_buffer *buffer, const struct lan_rtp_receiver_config *config,
                        struct lan_rtp_slot *slots, unsigned slot_count)
{
    uint32_t rate = config->format.rate_hz;
    memset(buffer, 0, sizeof *buffer);
    buffer->slots = slots;
    buffer->slot_count = slot_count;
    buffer->channels = config->format.channels;
    buffer->fade_frames = frames_of(rate, RTP_FADE_MS) + 1;
    buffer->end_frames = frames_of(rate, RTP_END_MS);
    buffer->far_frames = frames_of(rate, RTP_FAR_MS);
    buffer->window_frames = frames_of(rate, RTP_WINDOW_MS);
    buffer->delay_frames = frames_of(rate, config->delay_ms);
    if (config->delay_max_ms > config->delay_ms)
        buffer->delay_max_frames = frames_of(rate, config->delay_max_ms);
    jitter_buffer_clear(buffer);
}

void jitter_buffer_clear(struct lan_rtp_buffer *buffer)
{
    for (unsigned i = 0; i < buffer->slot_count; i++)
        buffer->slots[i].frames = 0;
    buffer->running = buffer->begun = buffer->ending = false;
    buffer->gap_frames = buffer->stretch_frames = 0;
    buffer->gap_is_ours = false;
    buffer->least_margin = UINT32_MAX;
    buffer->most_margin = 0;
    buffer->window_left = buffer->window_frames;
    memset(buffer->history, 0, sizeof buffer->history);
}

/* --- packets ---------------------------------------------------------------------------- */

static struct lan_rtp_slot *free_slot(struct lan_rtp_buffer *buffer)
{
    for (unsigned i = 0; i < buffer->slot_count; i++)
        if (buffer->slots[i].frames == 0)
            return &buffer->slots[i];
    return NULL;
}

/* A packet came `late` frames too late: the next that is so slow shall be in time. */
static void grow_delay(struct lan_rtp_buffer *buffer, uint32_t late, uint32_t jitter)
{
    uint32_t most = buffer->most_margin + buffer->stretch_frames;
    if (late <= buffer->stretch_frames || most >= buffer->delay_max_frames)
        return; /* it is growing already, or has grown up */
    uint32_t more = late - buffer->stretch_frames + jitter;
    buffer->stretch_frames += min32(more, buffer->delay_max_frames - most);
    buffer->least_margin = 0;
}

static void note_margin(struct lan_rtp_buffer *buffer, int32_t ahead)
{
    uint32_t margin = ahead < 0 ? 0 : (uint32_t)ahead;
    if (buffer->least_margin > margin)
        buffer->least_margin = margin;
    if (buffer->most_margin < margin)
        buffer->most_margin = margin;
}

void jitter_buffer_put(struct lan_rtp_buffer *buffer, const struct lan_rtp_packet *packet,
                       uint32_t jitter_frames, struct lan_rtp_counters *counters)
{
    uint32_t frames = (uint32_t)packet->payload_size / 2 / buffer->channels;
    int32_t ahead = (int32_t)(packet->timestamp - buffer->position);
    int32_t far = (int32_t)buffer->far_frames;
    if (buffer->running && (ahead > far || ahead < -far)) {
        jitter_buffer_clear(buffer);
        counters->rtp_restarts++;
    }
    if (!buffer->running) {
        buffer->running = true;
        buffer->position = packet->timestamp - buffer->delay_frames;
        ahead = (int32_t)buffer->delay_frames;
    }
    if (ahead + (int32_t)frames <= 0) {
        counters->rtp_late++;
        grow_delay(buffer, (uint32_t)-ahead, jitter_frames);
        return;
    }
    struct lan_rtp_slot *slot = free_slot(buffer);
    if (!slot) {
        counters->rtp_no_room++;
        return;
    }
    slot->timestamp = packet->timestamp;
    slot->sequence = packet->sequence;
    slot->frames = (uint16_t)frames;
    for (uint32_t i = 0; i < frames * buffer->channels; i++)
        slot->samples[i] = (int16_t)get16(packet->payload + 2 * i);
    buffer->keep_frames = frames + 4 * jitter_frames;
    note_margin(buffer, ahead);
}

/* --- playing ---------------------------------------------------------------------------- */

/* The newest `frames` that were played go to the end of the history. */
static void remember(struct lan_rtp_buffer *buffer, const int16_t *samples, uint32_t frames)
{
    uint32_t size = LAN_RTP_SAMPLES_MAX / buffer->channels * buffer->channels;
    uint32_t count = frames * buffer->channels;
    if (count >= size) {
        memcpy(buffer->history, samples + (count - size), size * sizeof *samples);
        return;
    }
    memmove(buffer->history, buffer->history + count, (size - count) * sizeof *samples);
    memcpy(buffer->history + (size - count), samples, count * sizeof *samples);
}

/* The history as it is seen from its end, in a mirror at each end. */
static void conceal(struct lan_rtp_buffer *buffer, int16_t *samples, uint32_t frames)
{
    uint32_t length = LAN_RTP_SAMPLES_MAX / buffer->channels;
    int32_t fade = (int32_t)buffer->fade_frames;
    for (uint32_t i = 0; i < frames; i++, buffer->gap_frames++) {
        int32_t gain =
            buffer->gap_frames < buffer->fade_frames ? fade - (int32_t)buffer->gap_frames : 0;
        uint32_t back = buffer->gap_frames % (2 * length);
        uint32_t frame = back < length ? length - 1 - back : back - length;
        for (unsigned c = 0; c < buffer->channels; c++)
            *samples++ =
                (int16_t)(buffer->history[frame * buffer->channels + c] * (int64_t)gain / fade);
    }
}

/* A packet of this number is played. If it is the next, its sender was silent, which
 * nobody could know while it lasted. */
static void end_gap(struct lan_rtp_buffer *buffer, uint16_t sequence,
                    struct lan_rtp_counters *counters)
{
    bool missing = buffer->gap_is_ours || sequence != (uint16_t)(buffer->played_sequence + 1);
    if (buffer->gap_frames == 0 || !missing) {
        buffer->gap_frames = 0;
        return;
    }
    buffer->gap_is_ours = false;
    uint32_t concealed = min32(buffer->gap_frames, buffer->fade_frames);
    counters->rtp_gaps++;
    counters->rtp_concealed += concealed;
    counters->rtp_silent += buffer->gap_frames - concealed;
    if (counters->rtp_longest_gap < buffer->gap_frames)
        counters->rtp_longest_gap = buffer->gap_frames;
    buffer->gap_frames = 0;
}

/* The packet that has the position, else the first one after it, else NULL. What has been
 * played or passed is freed. */
static struct lan_rtp_slot *next_slot(struct lan_rtp_buffer *buffer)
{
    struct lan_rtp_slot *next = NULL;
    int32_t least = INT32_MAX;
    for (unsigned i = 0; i < buffer->slot_count; i++) {
        struct lan_rtp_slot *slot = &buffer->slots[i];
        int32_t ahead = (int32_t)(slot->timestamp - buffer->position);
        if (slot->frames == 0)
            continue;
        if (ahead + slot->frames <= 0) {
            slot->frames = 0;
        } else if (ahead < least) {
            next = slot;
            least = ahead;
        }
    }
    return next;
}

static uint32_t play_slot(struct lan_rtp_buffer *buffer, struct lan_rtp_slot *slot,
                          int16_t *samples, uint32_t room, struct lan_rtp_counters *counters)
{
    uint32_t played = buffer->position - slot->timestamp;
    uint32_t frames = min32(room, slot->frames - played);
    const int16_t *from = slot->samples + played * buffer->channels;
    end_gap(buffer, slot->sequence, counters);
    memcpy(samples, from, frames * buffer->channels * sizeof *samples);
    remember(buffer, from, frames);
    buffer->begun = true;
    buffer->played_sequence = slot->sequence;
    return frames;
}

/* Nothing has come for the position; `slot`, unless NULL, is what comes next. */
static uint32_t play_hole(struct lan_rtp_buffer *buffer, const struct lan_rtp_slot *slot,
                          int16_t *samples, uint32_t room)
{
    uint32_t frames = slot ? min32(room, slot->timestamp - buffer->position) : room;
    bool quiet = slot && slot->sequence == (uint16_t)(buffer->played_sequence + 1);
    if (!buffer->begun || (quiet && buffer->gap_frames == 0))
        memset(samples, 0, frames * buffer->channels * sizeof *samples);
    else
        conceal(buffer, samples, frames);
    return frames;
}

/* At a window's end: half of what no packet has needed is skipped. */
static void shrink_delay(struct lan_rtp_buffer *buffer, uint32_t frames,
                         struct lan_rtp_counters *counters)
{
    if (buffer->window_left > frames) {
        buffer->window_left -= frames;
        return;
    }
    buffer->window_left = buffer->window_frames;
    if (buffer->least_margin != UINT32_MAX && buffer->least_margin > buffer->keep_frames) {
        uint32_t skipped = (buffer->least_margin - buffer->keep_frames + 1) / 2;
        buffer->position += skipped;
        counters->rtp_skipped += skipped;
    }
    buffer->most_margin = 0;
    buffer->least_margin = UINT32_MAX;
}

void jitter_buffer_play(struct lan_rtp_buffer *buffer, int16_t *samples, unsigned frames,
                        struct lan_rtp_counters *counters)
{
    uint32_t done = 0;
    while (done < frames && buffer->running) {
        int16_t *at = samples + done * buffer->channels;
        uint32_t room = frames - done, count;
        if (buffer->stretch_frames > 0) {
            count = min32(buffer->stretch_frames, room);
            conceal(buffer, at, count);
            buffer->stretch_frames -= count;
            buffer->gap_is_ours = true;
            counters->rtp_added += count;
        } else {
            struct lan_rtp_slot *slot = next_slot(buffer);
            if (!slot && buffer->ending) {
                jitter_buffer_clear(buffer);
                break;
            }
            if (slot && (int32_t)(slot->timestamp - buffer->position) <= 0)
                count = play_slot(buffer, slot, at, room, counters);
            else
                count = play_hole(buffer, slot, at, room);
            buffer->position += count;
            /* The last gap of a sound that has ended was none. */
            if (!slot && buffer->gap_frames > buffer->end_frames)
                jitter_buffer_clear(buffer);
        }
        done += count;
    }
    memset(samples + done * buffer->channels, 0,
           (frames - done) * buffer->channels * sizeof *samples);
    if (buffer->running && buffer->delay_max_frames > 0)
        shrink_delay(buffer, frames, counters);
}

void jitter_buffer_pass(struct lan_rtp_buffer *buffer, int16_t *samples, unsigned frames)
{
    memset(samples, 0, frames * buffer->channels * sizeof *samples);
    buffer->position += frames;
}
