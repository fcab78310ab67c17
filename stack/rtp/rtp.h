/* Inside RTP: what a source's numbers say, and the jitter buffer.
 *
 *   datagram -> rtp_packet (format) -> rtp_source (is it believable, new, lost?)
 *            -> jitter_buffer (until its time) -> samples
 *   rtcp beside it, on both sides: rtcp_packet (format), rtcp (what to tell) */
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
/* The last sequence number, with its turns: as section 6.4.1 reports it. */
uint32_t rtp_source_highest(const struct lan_rtp_source *source);
/* It came at this time, both in frames. */
void rtp_source_time(struct lan_rtp_source *source, uint32_t timestamp, uint32_t arrived);

/* --- rtcp_packet.c --------------------------------------------------------------------- */

struct rtcp_block { /* RFC 3550 section 6.4.1 */
    uint32_t ssrc;
    uint8_t fraction_lost; /* of 256 */
    int32_t lost;
    uint32_t highest, jitter, last_sr, delay_since_sr;
};

/* One datagram, as far as it matters here. */
struct rtcp_message {
    uint32_t ssrc;  /* who sends it */
    bool is_sender; /* the next four are there */
    uint64_t ntp;
    uint32_t rtp_timestamp, packets, octets;
    bool has_block;
    struct rtcp_block block;
    bool bye;          /* it ends */
    const char *cname; /* of one to be built */
};

enum {
    RTCP_BLOCK_SIZE = 24,
    RTCP_SDES_SIZE = 36, /* head, SSRC, CNAME item, zeros to a whole word */
    RTCP_SIZE_MAX = 28 + RTCP_BLOCK_SIZE + RTCP_SDES_SIZE + 8,
};

size_t rtcp_build(const struct rtcp_message *message, uint8_t bytes[RTCP_SIZE_MAX]);
/* `wanted`: whose block. false: it is no RTCP. */
bool rtcp_parse(const uint8_t *bytes, size_t size, uint32_t wanted, struct rtcp_message *message);

/* --- rtcp.c ---------------------------------------------------------------------------- */

/* 0 or a negative LAN_E number; then rtcp_close frees what there is. */
int rtcp_open(struct lan_rtcp *rtcp, struct lan_host *host, uint32_t ssrc,
              const struct lan_address *local, const struct lan_address *peer);
void rtcp_close(struct lan_rtcp *rtcp, struct lan_host *host);
/* Takes in reports, sends what is due; a sender that has ended says so. When to call
 * again. */
uint64_t rtcp_sender_step(struct lan_rtp_sender *sender, uint64_t now_us);
void rtcp_receiver_step(struct lan_rtp_receiver *receiver, uint64_t now_us);

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
