/* Sound over UDP: RTP (RFC 3550) with linear 16-bit samples (L16, RFC 3551 section
 * 4.5.11), a sender and a receiver.
 *
 * Above: the application. Below: lan_socket.h, and nothing else of the stack.
 * No heap, no globals: all memory is the caller's. Nothing here ever waits: the sender
 * sends what is due and says when to come again; the receiver has a jitter buffer, and
 * whenever a player asks it for samples it gives exactly so many, those that came or,
 * in the place of those that did not, a faded repetition of what came before.
 *
 *     lan_rtp_receiver_open(&receiver, host, &config, slots, 32);
 *     each time the sound card has room, or a packet came:
 *         lan_rtp_receiver_step(&receiver, now_us);
 *         lan_rtp_receiver_play(&receiver, samples, 441);
 *
 * With `rtcp` both sides tell each other how it goes, one port above the sound's: the
 * receiver what it misses, the sender that it ends.
 *
 * Samples are interleaved: one frame is a sample of each channel at one time. Each
 * receiver plays one source.
 *
 * Deliberately absent: more than two in one session, mixing of several sources, other encodings,
 * repeated packets and error correction (RFC 2198, RFC 5109), encryption (RFC 3711). */
#ifndef LAN_RTP_H
#define LAN_RTP_H

#include "lan_socket.h"

enum {
    LAN_RTP_HEADER_SIZE = 12,   /* RFC 3550 section 5.1, without what is optional */
    LAN_RTP_PAYLOAD_MAX = 1460, /* so that a datagram is one frame of Ethernet */
    LAN_RTP_SAMPLES_MAX = LAN_RTP_PAYLOAD_MAX / 2,
    LAN_RTP_DATAGRAM_MAX = LAN_RTP_HEADER_SIZE + LAN_RTP_PAYLOAD_MAX,
    LAN_RTP_CSRC_MAX = 15,
    LAN_RTP_CHANNELS_MAX = 8,

    /* RFC 3551 section 6: both at 44.1 kHz. For anything else 96 to 127, as agreed. */
    LAN_RTP_L16_STEREO = 10,
    LAN_RTP_L16_MONO = 11,
    LAN_RTP_DYNAMIC = 96,

    LAN_RTCP_CNAME_SIZE = 24,
    LAN_RTCP_DATAGRAM_MAX = 512, /* that is taken */
};

/* --- the packet ------------------------------------------------------------------------ */

/* RFC 3550 section 5.1. Of a parsed one the pointers lead into its bytes. */
struct lan_rtp_packet {
    bool marker; /* of sound: the first after a silence */
    uint8_t payload_type;
    uint16_t sequence;
    uint32_t timestamp; /* of the payload's first frame, in frames */
    uint32_t ssrc;      /* who sends */
    uint8_t csrc_count; /* whose sound was mixed into this */
    uint32_t csrc[LAN_RTP_CSRC_MAX];
    bool has_extension; /* section 5.3.1 */
    uint16_t extension_profile;
    const uint8_t *extension;
    size_t extension_size; /* bytes, a multiple of 4 */
    const uint8_t *payload;
    size_t payload_size;
    uint8_t padding_size; /* its own count byte included; 0: none */
};

/* false: it is none (version 2), or says that it is longer than it is. */
bool lan_rtp_parse(const uint8_t *bytes, size_t size, struct lan_rtp_packet *packet);

/* Its size in `bytes`; 0: there is no room, or no such packet. */
size_t lan_rtp_build(const struct lan_rtp_packet *packet, uint8_t *bytes, size_t room);

/* --- the sound ------------------------------------------------------------------------- */

struct lan_rtp_format {
    uint32_t rate_hz;       /* frames a second, at most 192000 */
    uint8_t channels;       /* 1 to LAN_RTP_CHANNELS_MAX */
    uint8_t payload_type;   /* LAN_RTP_L16_MONO, ... */
    uint16_t packet_frames; /* in each packet: of 10 ms at 44.1 kHz 441 */
};

/* --- RTCP: RFC 3550 section 6 ------------------------------------------------------------ */

struct lan_rtcp {
    bool open;
    int fd;
    uint32_t ssrc;
    char cname[LAN_RTCP_CNAME_SIZE];
    struct lan_address peer;       /* a sender's target; ip 0: reports from anybody */
    struct lan_address reports_to; /* of a receiver */
    uint64_t next_us;              /* when the next report is due; 0: it is not known yet */
    uint32_t last_sr;              /* of the sender, when it came, and what was there then */
    uint64_t last_sr_us, expected_before, received_before;
    uint64_t sent, received, refused; /* datagrams */
    uint8_t datagram[LAN_RTCP_DATAGRAM_MAX];
};

/* What the receiver told last. */
struct lan_rtp_report {
    uint64_t count;                    /* of reports; 0: none, and nothing is known */
    uint8_t fraction_lost;             /* of 256, since the report before */
    int32_t lost;                      /* packets in all */
    uint32_t jitter_us, round_trip_us; /* 0: not known */
};

/* --- sender ---------------------------------------------------------------------------- */

enum { LAN_RTP_QUIET = 0, LAN_RTP_END = -1 };

struct lan_rtp_sender_config {
    struct lan_address target;
    struct lan_rtp_format format;
    /* Gives the next `frames` frames: how many it gave (fewer make a shorter packet),
     * LAN_RTP_QUIET: for so long nothing is sent, or LAN_RTP_END. Must not wait. */
    int (*pull)(void *context, int16_t *samples, unsigned frames);
    void *context;
    bool rtcp;
};

struct lan_rtp_sender {
    struct lan_host *host;
    struct lan_rtp_sender_config config;
    int fd;
    bool started, ended, told_end, quiet;
    uint16_t sequence;         /* of the next packet */
    uint32_t timestamp, ssrc;  /* the same */
    uint64_t start_us, frames; /* of sound since then */
    uint64_t sent, octets;     /* packets and payload (RFC 3550 section 6.4.1) */
    struct lan_rtcp rtcp;
    struct lan_rtp_report report;
    uint64_t refused; /* packets that the stack did not take; never repeated */
    int16_t samples[LAN_RTP_SAMPLES_MAX];
    uint8_t payload[LAN_RTP_PAYLOAD_MAX];
    uint8_t datagram[LAN_RTP_DATAGRAM_MAX];
};

/* 0 or a negative LAN_E number; -LAN_EINVAL: a format that does not fit. */
int lan_rtp_sender_open(struct lan_rtp_sender *sender, struct lan_host *host,
                        const struct lan_rtp_sender_config *config);
/* Sends what is due; the first call sends the first packet. When to call again;
 * LAN_NEVER: the sound has ended. */
uint64_t lan_rtp_sender_step(struct lan_rtp_sender *sender, uint64_t now_us);
void lan_rtp_sender_close(struct lan_rtp_sender *sender);

/* --- receiver -------------------------------------------------------------------------- */

/* Packets, but for the last five: frames. */
#define LAN_RTP_COUNTERS(X)                                                                        \
    X(rtp_received)     /* of this sound, once each */                                             \
    X(rtp_malformed)    /* no RTP, or half a frame at its end */                                   \
    X(rtp_other_type)   /* another payload type */                                                 \
    X(rtp_other_source) /* another SSRC, or one not yet believed */                                \
    X(rtp_out_of_range) /* a sequence number from nowhere */                                       \
    X(rtp_duplicate)                                                                               \
    X(rtp_reordered)      /* a later one came before it */                                         \
    X(rtp_late)           /* its time to be played had passed */                                   \
    X(rtp_no_room)        /* all slots were taken */                                               \
    X(rtp_source_changes) /* the sender began anew with another SSRC */                            \
    X(rtp_restarts)       /* its numbers jumped */                                                 \
    X(rtp_gaps)           /* places where sound was missing */                                     \
    X(rtp_concealed)      /* frames there that were filled by repetition */                        \
    X(rtp_silent)         /* and those behind, when that had faded out */                          \
    X(rtp_longest_gap)                                                                             \
    X(rtp_added)   /* by the adaptive delay, in growing (in gaps, too) */                          \
    X(rtp_skipped) /* the same, in shrinking */

struct lan_rtp_counters {
#define LAN_RTP_COUNTER_FIELD(name) uint64_t name;
    LAN_RTP_COUNTERS(LAN_RTP_COUNTER_FIELD)
#undef LAN_RTP_COUNTER_FIELD
};

/* One packet that waits to be played. */
struct lan_rtp_slot {
    uint32_t timestamp;
    uint16_t sequence;
    uint16_t frames; /* 0: free */
    int16_t samples[LAN_RTP_SAMPLES_MAX];
};

/* The jitter buffer: packets by their timestamps, and how far has been played. */
struct lan_rtp_buffer {
    struct lan_rtp_slot *slots;
    unsigned slot_count;
    unsigned channels;
    uint32_t fade_frames, end_frames, far_frames, window_frames;
    uint32_t delay_frames, delay_max_frames; /* the latter 0: it stays as set */
    bool running;                            /* there is a sound, and a position in it */
    bool ending;                             /* no more will come than is on its way */
    bool begun;                              /* some of it has been played */
    uint32_t position;                       /* timestamp of the next frame to play */
    uint32_t stretch_frames;                 /* to be put in before it: the delay grows */
    uint16_t played_sequence;
    uint32_t gap_frames; /* since the last frame that came */
    bool gap_is_ours;    /* the delay grew in it */
    /* By so much packets came before their time, in this window; what of it to keep. */
    uint32_t least_margin, most_margin, keep_frames, window_left;
    int16_t history[LAN_RTP_SAMPLES_MAX]; /* what was played last, newest at the end */
};

/* RFC 3550 appendices A.1 and A.8: one source's sequence numbers and jitter. */
struct lan_rtp_source {
    bool known;
    uint32_t ssrc;
    uint64_t base, highest;       /* sequence numbers: the first and the last, turns counted */
    uint32_t bad;                 /* the number after the last from nowhere */
    unsigned probation;           /* so many more in a row until it is believed */
    uint64_t seen;                /* bit i: highest - i came */
    uint64_t received;            /* since base, once each */
    uint64_t heard_us;            /* the last time */
    uint32_t transit, jitter_x16; /* in frames */
    bool timed;
    bool ended; /* it said so (BYE) */
};

struct lan_rtp_receiver_config {
    struct lan_address local;
    struct lan_address peer; /* port 0: from anybody; else only from there */
    struct lan_rtp_format format;
    /* From a packet's arrival to its playing. With a delay_max_ms above it the delay
     * adapts: it grows when packets come late, and shrinks again slowly. */
    uint32_t delay_ms, delay_max_ms;
    bool rtcp;
};

struct lan_rtp_receiver {
    struct lan_host *host;
    struct lan_rtp_format format;
    int fd;
    struct lan_rtp_source source, candidate; /* who is played, and who might be next */
    struct lan_rtp_buffer buffer;
    struct lan_rtp_counters counters;
    struct lan_rtcp rtcp;
    uint8_t datagram[LAN_RTP_DATAGRAM_MAX];
};

/* `slots` are borrowed: as many as the delay has packets, and some more for bursts.
 * 0 or a negative LAN_E number; -LAN_EINVAL: a format that does not fit. */
int lan_rtp_receiver_open(struct lan_rtp_receiver *receiver, struct lan_host *host,
                          const struct lan_rtp_receiver_config *config, struct lan_rtp_slot *slots,
                          unsigned slot_count);
/* Takes in what came. */
void lan_rtp_receiver_step(struct lan_rtp_receiver *receiver, uint64_t now_us);
/* The same of one datagram that somebody else received. */
void lan_rtp_receiver_take(struct lan_rtp_receiver *receiver, const uint8_t *bytes, size_t size,
                           uint64_t now_us);
/* The next `frames` frames, always so many. */
void lan_rtp_receiver_play(struct lan_rtp_receiver *receiver, int16_t *samples, unsigned frames);
/* There is a sound: from its first packet until its last one's end, where the sender tells
 * (RTCP), else until none has come for a second. */
bool lan_rtp_receiver_plays(const struct lan_rtp_receiver *receiver);
void lan_rtp_receiver_close(struct lan_rtp_receiver *receiver);

/* Packets that should have come by now and did not (RFC 3550 appendix A.3). */
uint64_t lan_rtp_receiver_lost(const struct lan_rtp_receiver *receiver);
/* Section 6.4.1, in microseconds. */
uint32_t lan_rtp_receiver_jitter_us(const struct lan_rtp_receiver *receiver);
/* Every counter by name; NULL past the last. */
const char *lan_rtp_receiver_counter(const struct lan_rtp_receiver *receiver, unsigned index,
                                     uint64_t *value);

#endif
