/* Inside RTP: what a source's numbers say, and the jitter buffer.
 *
 *   datagram -> rtp_packet (format) -> rtp_source (is it believable, new, lost?)
 *            -> jitter_buffer (until its time) -> samples */
#ifndef STACK_RTP_H
#define STACK_RTP_H

#include "lan_rtp.h"
#include "limits.h"

static inline bool rtp_format_fits(const struct lan_rtp_format *format)
{
    return format->rate_hz > 0 && format->rate_hz <= RTP_RATE_MAX_HZ && format->channels > 0 &&
           format->channels <= LAN_RTP_CHANNELS_MAX && format->payload_type < 128 &&
           format->packet_frames > 0 &&
           format->packet_frames * format->channels <= LAN_RTP_SAMPLES_MAX;
}

/* --- rtp_source.c ---------------------------------------------------------------------- */

enum rtp_order {
    RTP_NEXT,      /* behind all that came, with or without a hole */
    RTP_EARLIER,   /* fills a hole */
    RTP_DUPLICATE, /* came before */
    RTP_NOWHERE,   /* too far off to be believed, or not yet */
    RTP_RESTART,   /* as that, but it goes on from there: the sender began anew */
};

/* The first packet of a source, which is not believed yet. */
void rtp_source_begin(struct lan_rtp_source *source, uint32_t ssrc, uint16_t sequence);
/* A further one. */
enum rtp_order rtp_source_update(struct lan_rtp_source *source, uint16_t sequence);
/* It came at this time, both in frames. */
void rtp_source_time(struct lan_rtp_source *source, uint32_t timestamp, uint32_t arrived);

/* --- jitter_buffer.c ------------------------------------------------------------------- */

void jitter_buffer_init(struct lan_rtp_buffer *buffer, const struct lan_rtp_receiver_config *config,
                        struct lan_rtp_slot *slots, unsigned slot_count);
/* Nothing is left in it; the next packet begins a sound. */
void jitter_buffer_clear(struct lan_rtp_buffer *buffer);
/* Keeps a packet's samples; counts why not. `jitter_frames` is what the delay adapts to. */
void jitter_buffer_put(struct lan_rtp_buffer *buffer, const struct lan_rtp_packet *packet,
                       uint32_t jitter_frames, struct lan_rtp_counters *counters);
void jitter_buffer_play(struct lan_rtp_buffer *buffer, int16_t *samples, unsigned frames,
                        struct lan_rtp_counters *counters);
/* The same, but nobody hears it: silence, and time goes on. */
void jitter_buffer_pass(struct lan_rtp_buffer *buffer, int16_t *samples, unsigned frames);

#endif
