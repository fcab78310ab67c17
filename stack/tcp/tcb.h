/* The insides of TCP: the control block, and what its files call of each other.
 *
 *   tcp_receive.c -> tcp_timestamps.c, tcp_acknowledge.c, tcp_reassembly.c
 *   tcp_acknowledge.c -> tcp_sent.c       what is in flight, segment by segment
 *                     -> tcp_scoreboard.c what the peer's SACKs say of it
 *                     -> tcp_rack.c       which of it is lost
 *                     -> tcp_congestion.c -> tcp_cubic.c, tcp_new_reno.c
 *   tcp_reassembly.c  -> tcp_sack.c (what our ACKs tell), tcp_buffer.c
 *   tcp_listen.c      -> tcp_cookies.c
 *   tcp_error.c       -> tcp_path_mtu.c
 *   tcp_send.c (all that leaves)
 *   tcp_timer.c (all that waits) -> tcp_rtt.c, tcp_tail_probe.c, tcp_keepalive.c
 *   tcp_connection.c, tcp_stream.c, tcp_settings.c (the upper side)
 *   tcp_table.c (who is who)          tcp.c (memory and pools)
 *
 * One idea carries the buffers: the byte with sequence number s lies at place
 * s mod the ring's size, sent or received, in order or ahead of its time. So a
 * ring needs no head and no tail, and reassembly copies no byte twice. Behind each
 * ring stand its notes: of a send ring the segments in flight, of a receive ring
 * the ranges ahead of their time; 8 bytes for each 512 of the ring. */
#ifndef STACK_TCB_H
#define STACK_TCB_H

#include <assert.h>
#include <string.h>

#include "limits.h"
#include "tcp/tcp.h"
#include "tcp/tcp_counters.h"
#include "tcp/tcp_sequence.h"

enum { TCP_HEADER_SIZE = 20, TCP_HEADER_SIZE_MAX = 60, TCP_CHECKSUM_AT = 16 };

/* Bits of the header's control byte (RFC 9293 section 3.1). */
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

/* RFC 9293 section 3.3.2. The order matters: from ESTABLISHED on both SYNs are
 * acknowledged, from FIN_WAIT_1 on our FIN stands at send_end. */
enum tcp_state {
    TCP_CLOSED,
    TCP_LISTEN,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_CLOSE_WAIT,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
};

/* What the one timer of a connection waits for; the delayed ACK has its own. */
enum tcp_timer {
    TCP_TIMER_NONE,
    TCP_TIMER_RETRANSMIT,
    TCP_TIMER_TAIL_PROBE, /* RFC 8985's PTO */
    TCP_TIMER_REORDER,    /* RFC 8985: what is late may still come */
    TCP_TIMER_PERSIST,
    TCP_TIMER_KEEPALIVE,
    TCP_TIMER_FIN_WAIT_2,
    TCP_TIMER_TIME_WAIT,
};

enum tcp_ack { TCP_ACK_NONE, TCP_ACK_DELAYED, TCP_ACK_NOW };

/* The first eleven are those asked for most: they fit into an instruction. */
enum {
    TCB_MARKED = 1 << 0,           /* something in flight is marked as SACKed or lost */
    TCB_RECOVERING = 1 << 1,       /* fast recovery, until `recover` is acknowledged */
    TCB_TIMESTAMPS = 1 << 2,       /* both SYNs carried one */
    TCB_SACK = 1 << 3,             /* both SYNs permitted SACK */
    TCB_ATTACHED = 1 << 4,         /* a socket holds it */
    TCB_TIMED_OUT = 1 << 5,        /* after a timeout, until `recover` is acknowledged */
    TCB_RESEND = 1 << 6,           /* one lost segment leaves whatever the window says */
    TCB_TAIL_PROBED = 1 << 7,      /* a tail probe is out, until `recover` is acknowledged */
    TCB_LISTED = 1 << 8,           /* stands in the table */
    TCB_TAIL_RESENT = 1 << 9,      /* and it was nothing new */
    TCB_WANT_TAIL_PROBE = 1 << 10, /* the timer asks for one */
    TCB_QUEUED = 1 << 11,          /* stands in the list of those with something to send */
    TCB_NO_DELAY = 1 << 12,        /* Nagle is off */
    TCB_CLOSE_EARLY = 1 << 13,     /* shut down in SYN_RECEIVED: the FIN follows the handshake */
    TCB_READ_SHUT = 1 << 14,       /* nobody wants to read: data is acknowledged and gone */
    TCB_PEER_CLOSED = 1 << 15,     /* the peer's FIN has its place before receive_next */
    TCB_FIN_HELD = 1 << 16,        /* a FIN came ahead of its time, at fin_sequence */
    TCB_PROBE = 1 << 17,           /* the persist timer asks for a segment */
    TCB_SYN_LOST = 1 << 18,        /* the SYN was sent more than once */
    TCB_ACTIVE = 1 << 19,          /* opened by connect */
    TCB_SCALING = 1 << 20,         /* both SYNs told a window scale */
    TCB_REORDERED = 1 << 21,       /* the path was seen to reorder */
    TCB_DELIVERED = 1 << 22,       /* rack_us and rack_end are valid */
    TCB_NEW_RENO = 1 << 23,        /* not CUBIC */
    TCB_KEEPALIVE = 1 << 24,       /* an idle peer is asked whether it lives */
    TCB_FULL_ACKED = 1 << 25,      /* a segment of full size got through */
    TCB_MSS_LIMITED = 1 << 26,     /* mss begins as what the user asked for (TCP_MAXSEG) */
    TCB_BOUND = 1 << 27,           /* by the user, not by connect */
    TCB_RECEIVE_LENT = 1 << 28,    /* the user reads in the receive ring: it stays */
    TCB_SEND_LENT = 1 << 29,       /* and writes in the send ring */
};

/* No control block, no buffer. */
#define TCP_NONE UINT16_MAX

/* Sequence numbers of bytes received ahead of their time: [begin, end). */
struct tcp_range {
    uint32_t begin, end;
};

/* A segment in flight: it begins where the one before it ends. */
struct sent {
    uint32_t end;
    uint32_t time_us : 28; /* when it left last; compared by tcp_sent_elapsed */
    uint32_t sacked : 1;   /* the peer holds it (RFC 2018) */
    uint32_t lost : 1;     /* is to be sent again */
    uint32_t resent : 1;   /* was */
    uint32_t small : 1;    /* less than the MSS */
};

union tcp_note {
    struct tcp_range held;
    struct sent sent;
};

/* Words stand first, those of every segment before others: a processor with short
 * instructions reaches 128 bytes with them. */
struct tcb {
    struct tcp *tcp;
    uint32_t flags;

    /* RFC 9293 section 3.3.1: SND. Bytes from send_unacked to send_end are in
     * the ring. A smaller MTU and a window taken back set send_next back;
     * send_max stays. SND.WL2 is not kept: no ACK below SND.UNA gets that far. */
    uint32_t send_unacked, send_next, send_max, send_end;
    uint32_t send_window, send_window_max;
    uint32_t window_sequence; /* SND.WL1 */

    /* RCV. The ring holds what lies from read_next on. */
    uint32_t receive_next, read_next;
    uint32_t receive_edge; /* the right edge of the widest window told */
    uint32_t fin_sequence;

    /* tcp_congestion.c, tcp_cubic.c (the last four) */
    uint32_t congestion_window, slow_start_threshold;
    uint32_t recover; /* RFC 6582; of a tail probe RFC 8985's TLP.end_seq */
    uint32_t window_before, window_friendly, epoch_tick; /* W_max, W_est */

    /* tcp_rtt.c, tcp_timer.c. srtt and rttvar are 8 and 4 times the microseconds. */
    uint32_t srtt_us8, rttvar_us4;
    uint32_t timer_tick, ack_tick, wake_tick;

    lan_ip4 local_ip, peer_ip;

    union {
        struct {                        /* tcp_rack.c (RFC 8985) */
            uint32_t rack_us, rack_end; /* RACK.xmit_ts and its end_seq */
            uint32_t rtt_min_us;        /* RACK.min_RTT */
        };
        struct {                       /* LISTEN */
            uint16_t backlog, waiting; /* established, not yet given away */
            uint16_t pending;          /* these and the half open */
            uint16_t first, last;      /* of `waiting`, oldest first */
        } listen;
    };
    uint32_t rack_rtt_us;     /* RACK.rtt */
    uint32_t duplicate_round; /* RFC 8985's RACK.dsack_round: D-SACKs up to here count once */
    uint32_t sent_us;         /* when the SYN, later data left last */

    /* tcp_timestamps.c (RFC 7323) */
    uint32_t timestamp_recent, timestamp_tick; /* TS.Recent, and when it came */
    uint32_t timestamp_offset;                 /* of our clock for this connection */

    uint16_t local_port, peer_port;

    /* Indices of other control blocks. */
    uint16_t table_next;               /* same bucket of the table; next free one */
    uint16_t queue_next, queue_before; /* a listener's accepted ones, or all in TIME_WAIT */
    uint16_t output_next;              /* the next with something to send */
    uint16_t listener;                 /* which has not given it away yet */
    uint16_t heap_index;               /* its place among the deadlines */
    uint16_t send_buffer, receive_buffer;

    int16_t descriptor;
    uint16_t mss; /* the most data a segment to the peer carries, timestamps deducted */
    uint8_t state, timer, ack;
    uint8_t error, soft_error; /* LAN_E numbers: the pending one; ICMP's latest advice */

    uint8_t retries; /* of the segment in flight, or probes without an answer */
    uint8_t backoff; /* RTO is doubled so often */
    uint8_t duplicate_acks;
    uint8_t send_scale;    /* the peer's shift of RFC 7323; ours is the same for all */
    uint8_t reorder_steps; /* RFC 8985's reo_wnd_mult and, above it, reo_wnd_persist */
    uint8_t keep_interval_s, keep_count;
    uint8_t ttl, tos; /* of IP; a ttl of 0: its default */
    uint16_t keep_idle_s;
    uint16_t user_timeout; /* in TCP_USER_TIMEOUT_TICKS; 0: none */
    uint16_t challenges;   /* 12 bits which period, 4 bits how many in it */
    uint16_t plateau_ms;   /* CUBIC's K; 0: no epoch yet */
    uint16_t path_mtu;     /* an ICMP error's, that waits for being proved; 0: none */

    uint16_t held_count;             /* notes of the receive ring: struct tcp_range */
    uint16_t sent_first, sent_count; /* notes of the send ring: struct sent */
    uint16_t small_count;            /* of these are small */
};

_Static_assert(sizeof(struct tcb) <= 200, "a connection takes at most 200 bytes");
_Static_assert(sizeof(union tcp_note) == 8, "a note takes 8 bytes");
enum { TCP_ORIGIN_SIZE = 8 }; /* one byte, and the next buffer aligned */

struct tcp {
    uint64_t now_us;
    uint32_t now_tick;
    uint32_t buffer_stride; /* a buffer with its notes and its origin */
    struct tcb *blocks;
    uint16_t *table; /* first control block of each bucket */
    uint16_t *heap;
    uint8_t *buffers;
    uint8_t *notes; /* of the first buffer */
    struct tcp_config config;
    struct tcp_range duplicate; /* the next ACK of this block tells of it (RFC 2883) */
    uint16_t duplicate_block;
    uint8_t receive_scale; /* the shift by which a buffer fits into the header's 16 bits */
    uint16_t note_mask;    /* notes of a buffer, less one */
    uint16_t table_mask;
    uint16_t heap_count;
    uint16_t free_block, free_buffer;
    uint16_t output_first, output_last;
    uint16_t time_wait_first, time_wait_last;
    struct tcp_counters counters;
    uint32_t table_key;
    uint32_t cookie_tick; /* when the last SYN cookie left */
    uint64_t isn_key[2];
    uint64_t cookie_key[2];
};

/* A segment's options. */
struct tcp_options {
    uint16_t mss;  /* 0: not told */
    uint8_t scale; /* TCP_NO_SCALE: not told */
    bool sack_permitted;
    bool has_timestamps;
    uint8_t sack_count;
    const uint8_t *sack;                /* the blocks as received, 8 bytes each */
    uint32_t timestamp, timestamp_echo; /* TSval, TSecr */
};
/* NOP, NOP, kind 8, size 10: as nearly everyone lays timestamps out. */
#define TCP_TIMESTAMPS_LAYOUT 0x0101080Au

enum {
    TCP_NO_SCALE = 255,
    TCP_TIMESTAMPS_SIZE = 12, /* with the padding of RFC 7323 appendix A */
    TCP_SACK_HEAD_SIZE = 4,   /* with its padding */
    TCP_SACK_BLOCK_SIZE = 8,
    TCP_OPTIONS_SIZE_MAX = 40,
};

/* A received segment, parsed (RFC 9293 section 3.10, SEG). */
struct segment {
    const struct ip_packet *packet;
    const uint8_t *option_bytes;
    const uint8_t *data;
    struct tcp_options options;
    uint32_t sequence, acknowledgment;
    uint32_t size;       /* of the data; SYN and FIN not counted */
    uint32_t header_sum; /* of the fixed header's numbers */
    uint16_t source_port, target_port;
    uint16_t options_size;
    uint16_t window;
    uint8_t flags;
    bool placed; /* the data lies in the receive ring already */
};

/* SEG.LEN: SYN and FIN take a sequence number each. */
static inline uint32_t segment_length(const struct segment *segment)
{
    return segment->size + ((segment->flags & TCP_SYN) != 0) + ((segment->flags & TCP_FIN) != 0);
}

static inline struct tcb *tcp_block(const struct tcp *tcp, uint16_t index)
{
    return &tcp->blocks[index];
}

static inline uint16_t tcb_index(const struct tcb *tcb)
{
    return (uint16_t)(tcb - tcb->tcp->blocks);
}

static inline uint32_t tcb_unread(const struct tcb *tcb)
{
    return tcb->receive_next - tcb->read_next - ((tcb->flags & TCB_PEER_CLOSED) != 0);
}

/* The peer's stream is open. */
static inline bool tcb_can_receive(const struct tcb *tcb)
{
    return tcb->state == TCP_ESTABLISHED || tcb->state == TCP_FIN_WAIT_1 ||
           tcb->state == TCP_FIN_WAIT_2;
}

/* Data, or the FIN that stands behind it. */
static inline bool tcb_has_unsent(const struct tcb *tcb)
{
    return tcb->send_next != tcb->send_end + (tcb->state >= TCP_FIN_WAIT_1);
}

/* What stands behind the ring of that buffer. */
static inline union tcp_note *tcp_notes(const struct tcp *tcp, uint16_t buffer)
{
    return (union tcp_note *)(void *)(tcp->notes + (size_t)buffer * tcp->buffer_stride);
}

static inline uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* --- tcp.c: pools ---------------------------------------------------------------- */

/* A control block off the free list, or the oldest one in TIME_WAIT; or NULL. */
struct tcb *tcp_new_block(struct tcp *tcp);
void tcp_free_block(struct tcb *tcb);
/* As a new one; its buffers are to be given back before. */
void tcp_blank_block(struct tcb *tcb);
bool tcp_take_buffers(struct tcb *tcb);
void tcp_free_send_buffer(struct tcb *tcb);
void tcp_free_receive_buffer(struct tcb *tcb);

/* What packets to the peer may carry, `payload_max` by the route, once the user's
 * limit of a segment is kept (TCP_MAXSEG). */
static inline size_t tcp_limit_payload(const struct tcb *tcb, size_t payload_max)
{
    size_t limit = (size_t)TCP_HEADER_SIZE + tcb->mss;
    return tcb->flags & TCB_MSS_LIMITED && limit < payload_max ? limit : payload_max;
}

/* --- tcp_table.c: the table of connections, queues, states ----------------------- */

/* Both take a bound or listening one too: then the peer is 0:0. */
void tcp_table_add(struct tcb *tcb);
void tcp_table_remove(struct tcb *tcb);
struct tcb *tcp_find_connection(struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port,
                                lan_ip4 peer_ip, uint16_t peer_port);
/* The listening or bound one for this address; with local_ip 0 any at this port. */
struct tcb *tcp_find_bound(struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port);
void tcp_set_state(struct tcb *tcb, enum tcp_state state);
const char *tcp_state_name(enum tcp_state state);
void tcp_enter_time_wait(struct tcb *tcb);
/* A block in TIME_WAIT that has no socket may be recycled, the oldest first. */
void tcp_time_wait_add(struct tcb *tcb);
void tcp_accept_add(struct tcb *listener, struct tcb *tcb);
struct tcb *tcp_accept_take(struct tcb *listener);
/* The connection is over: into CLOSED with this error (0: none), buffers and
 * timers given back; the block too, unless a socket or a listener holds it. */
void tcp_end(struct tcb *tcb, int error);

/* --- tcp_isn.c ------------------------------------------------------------------- */

uint32_t tcp_initial_sequence(const struct tcb *tcb);
/* Where the clock of such a connection's timestamps begins. */
uint32_t tcp_timestamp_offset(const struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port,
                              lan_ip4 peer_ip, uint16_t peer_port);
/* `blocks`: the bytes, low first, the last block with their number on top. */
uint64_t tcp_siphash(const uint64_t key[2], const uint64_t *blocks, size_t count);

/* --- tcp_options.c --------------------------------------------------------------- */

/* False when an option's length is wrong (RFC 9293 MUST-7). */
bool tcp_parse_options(const uint8_t *bytes, size_t size, struct tcp_options *options);
/* The options of a SYN; `tell` says which. Gives their size. */
size_t tcp_write_syn_options(uint8_t *at, const struct tcp_options *tell);
/* What the peer's SYN tells, within `payload_max` bytes behind the IP header. */
void tcp_learn_options(struct tcb *tcb, const struct tcp_options *options, size_t payload_max);

/* --- tcp_timestamps.c (RFC 7323 sections 3 to 5) --------------------------------- */

/* What our clock shows to this peer. */
uint32_t tcp_timestamp(const struct tcb *tcb);
/* Gives the numbers' sum. */
uint32_t tcp_timestamp_write(const struct tcb *tcb, uint8_t at[TCP_TIMESTAMPS_SIZE]);
/* Rule R1 of section 5.3, and a segment without timestamps: false, it is dropped. */
bool tcp_timestamp_is_acceptable(struct tcb *tcb, const struct segment *segment);
/* Rule R3: TS.Recent. */
void tcp_timestamp_learn(struct tcb *tcb, const struct segment *segment);
/* The round trip that the echo tells; 0: it tells none. */
uint32_t tcp_timestamp_rtt_us(const struct tcb *tcb, const struct segment *segment);

/* --- tcp_buffer.c: the rings ----------------------------------------------------- */

/* The first byte that the ring of that buffer will hold has this number. */
void tcp_ring_begin(struct tcp *tcp, uint16_t buffer, uint32_t sequence);
/* Bytes into the ring of that buffer from `sequence` on. */
void tcp_ring_put(struct tcp *tcp, uint16_t buffer, uint32_t sequence, const uint8_t *source,
                  uint32_t size);
void tcp_ring_get(const struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint8_t *target,
                  uint32_t size);
/* The same with the checksum on the way, even where the ring wraps. */
uint32_t tcp_ring_get_sum(const struct tcp *tcp, uint16_t buffer, uint32_t sequence,
                          uint8_t *target, uint32_t size, uint32_t sum);
/* Where that byte lies, and how many lie in one piece from there on. */
uint8_t *tcp_ring_span(const struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint32_t *size);
/* The place of `sequence` when `size` bytes lie there in one piece, else NULL. */
uint8_t *tcp_ring_place(struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint32_t size);

/* --- tcp_reassembly.c ------------------------------------------------------------ */

/* Steps 7 and 8 of section 3.10.7.4: the segment's data and its FIN. */
void tcp_receive_data(struct tcb *tcb, struct segment *segment);
/* Step 7 for data that is next and fits into the window. */
void tcp_receive_in_order(struct tcb *tcb, const struct segment *segment);

/* --- tcp_sack.c ------------------------------------------------------------------ */

/* The next ACK tells that [begin, end) came twice (RFC 2883). */
void tcp_sack_duplicate(struct tcb *tcb, uint32_t begin, uint32_t end);
/* How many blocks an ACK with so much room for options carries. */
unsigned tcp_sack_count(const struct tcb *tcb, size_t room);
/* Writes the option with so many blocks. */
void tcp_sack_write(struct tcb *tcb, uint8_t *at, unsigned count);

/* --- tcp_acknowledge.c ----------------------------------------------------------- */

/* Step 5: false when the segment is not to be looked at any further. */
bool tcp_receive_ack(struct tcb *tcb, const struct segment *segment);
void tcp_set_window(struct tcb *tcb, const struct segment *segment);

/* --- tcp_sent.c ------------------------------------------------------------------ */

enum { SENT_TIME_MASK = (1 << 28) - 1 }; /* of sent.time_us: 268 s */

static inline struct sent *tcp_sent_at(const struct tcb *tcb, unsigned index)
{
    unsigned at = (tcb->sent_first + index) & tcb->tcp->note_mask;
    return &tcp_notes(tcb->tcp, tcb->send_buffer)[at].sent;
}

static inline uint32_t tcp_sent_begin(const struct tcb *tcb, unsigned index)
{
    return index > 0 ? tcp_sent_at(tcb, index - 1)->end : tcb->send_unacked;
}

/* No note is free: nothing more can be in flight. */
static inline bool tcp_sent_is_full(const struct tcb *tcb)
{
    return tcb->sent_count > tcb->tcp->note_mask;
}

static inline uint32_t tcp_sent_elapsed_us(const struct tcb *tcb, uint32_t time_us)
{
    return ((uint32_t)tcb->tcp->now_us - time_us) & SENT_TIME_MASK;
}

static inline void tcp_sent_add(struct tcb *tcb, uint32_t end, bool small, bool resent)
{
    *tcp_sent_at(tcb, tcb->sent_count) = (struct sent){
        .end = end,
        .time_us = tcb->tcp->now_us & SENT_TIME_MASK,
        .sacked = false,
        .lost = false,
        .resent = resent,
        .small = small,
    };
    tcb->sent_count++;
    tcb->small_count = (uint16_t)(tcb->small_count + small);
}

/* Stamps one that leaves again. */
void tcp_sent_again(struct tcb *tcb, struct sent *sent);
/* All of them: what is in flight will be cut anew. */
void tcp_sent_forget(struct tcb *tcb);
/* RFC 6675's pipe: what is in flight and neither SACKed nor lost. */
uint32_t tcp_sent_pipe(struct tcb *tcb);
void tcp_sent_all_lost(struct tcb *tcb);

/* --- tcp_scoreboard.c, tcp_rack.c ------------------------------------------------ */

/* What one ACK brought. */
struct delivery {
    const struct segment *segment;
    uint32_t rtt_us;     /* of the newest segment sent once; 0: none */
    uint32_t highest;    /* RACK.fack as it was before */
    bool sacked;         /* something is SACKed that was not */
    bool duplicate;      /* a D-SACK */
    bool tail_duplicate; /* of the tail probe's segment */
    bool repeated;       /* RFC 5681's duplicate ACK */
};

/* Takes off what `acknowledged` covers. */
void tcp_sent_acknowledge(struct tcb *tcb, uint32_t acknowledged, struct delivery *delivery);
/* RFC 2018, RFC 6675 section 3, RFC 2883: the segment's SACK blocks. */
void tcp_scoreboard_update(struct tcb *tcb, struct delivery *delivery);
/* The highest number SACKed or acknowledged. */
uint32_t tcp_scoreboard_highest(const struct tcb *tcb);
/* At least so many segments are SACKed. */
bool tcp_scoreboard_has(const struct tcb *tcb, unsigned count);
/* RFC 8985 section 6.2, steps 2 and 3: this segment was delivered. */
void tcp_rack_delivered(struct tcb *tcb, const struct sent *sent, struct delivery *delivery);
/* Step 4's answer to a D-SACK. */
void tcp_rack_duplicate(struct tcb *tcb);
/* Step 5; starts the reordering timer when something may still come. True:
 * something is lost. */
bool tcp_rack_detect(struct tcb *tcb);
void tcp_rack_recovered(struct tcb *tcb);

/* --- tcp_tail_probe.c (RFC 8985 section 7) --------------------------------------- */

/* Whether one may be scheduled now. */
bool tcp_tail_probe_is_due(const struct tcb *tcb);
uint32_t tcp_tail_probe_ticks(const struct tcb *tcb);
/* Notes that one was sent, `resent` when it was nothing new. */
void tcp_tail_probe_sent(struct tcb *tcb, bool resent);
void tcp_tail_probe_acked(struct tcb *tcb, const struct delivery *delivery);

/* --- tcp_listen.c, tcp_cookies.c ------------------------------------------------- */

/* Section 3.10.7.2. A SYN that reuses TIME_WAIT numbers above `floor`. */
void tcp_receive_listen(struct tcb *listener, const struct segment *segment, const uint32_t *floor);
/* A block for a peer that opens a connection, its number not yet set; NULL: none. */
struct tcb *tcp_listen_block(struct tcb *listener, const struct segment *segment,
                             const struct tcp_options *options);
/* Numbers for it: both streams stand behind their SYN's. */
void tcp_listen_number(struct tcb *tcb, uint32_t isn, uint32_t peer_isn);
/* The handshake is done. False: no buffers, the segment is dropped. */
bool tcp_establish(struct tcb *tcb);

/* Answers a SYN without keeping anything of it (RFC 4987 section 3.6). */
void tcp_cookie_send(struct tcb *listener, const struct segment *syn, uint16_t mss);
/* A block in SYN_RECEIVED, as the ACK of a cookie lets one believe; NULL: none. */
struct tcb *tcp_cookie_accept(struct tcb *listener, const struct segment *ack);

/* --- tcp_send.c ------------------------------------------------------------------ */

/* Puts the block into the list of those that tcp_step sends for. */
void tcp_want_output(struct tcb *tcb);
/* Sends all that may be sent now. */
void tcp_output(struct tcb *tcb);
void tcp_run_output(struct tcp *tcp);
/* An ACK at once; when there is no room, with the next tcp_step. */
void tcp_send_ack(struct tcb *tcb);
/* RFC 1122 section 4.2.3.6: an ACK of old, which the peer must answer. */
void tcp_send_keepalive(struct tcb *tcb);
/* RFC 5961 section 7: sent unless too many were. */
void tcp_send_challenge(struct tcb *tcb);
/* `size` bytes of the send ring from `sequence` on, as one segment. */
enum ip_result tcp_send_segment(struct tcb *tcb, uint32_t sequence, uint32_t size, uint8_t flags);
/* The control bits of a segment with data. */
uint8_t tcp_data_flags(const struct tcb *tcb, uint32_t sequence, uint32_t size, bool fin);

/* --- tcp_resend.c ---------------------------------------------------------------- */

/* What is marked as lost, as the window allows. False: ip had no room. */
bool tcp_resend_lost(struct tcb *tcb);
/* The last segment in flight once more (RFC 8985 section 7.3). */
bool tcp_resend_last(struct tcb *tcb);

/* --- tcp_bare.c ------------------------------------------------------------------ */

/* A segment of no connection, without data. */
struct tcp_bare {
    uint16_t source_port, target_port;
    uint32_t sequence, acknowledgment;
    uint8_t flags;
    uint16_t window;
    const uint8_t *options;
    size_t options_size;
};

/* When there is no room for it, the peer's retransmission brings another. */
void tcp_send_bare(struct tcp *tcp, const struct ip_header *header, const struct tcp_bare *bare);
void tcp_send_reset(struct tcb *tcb);
void tcp_answer_with_reset(struct tcp *tcp, const struct segment *segment);

/* --- tcp_window.c: the window that is told --------------------------------------- */

/* The header's window field. The right edge never moves back. */
uint16_t tcp_tell_window(struct tcb *tcb, uint8_t flags);
/* Whether the window deserves a segment of its own. */
bool tcp_window_is_worth_telling(const struct tcb *tcb);

/* --- tcp_timer.c ----------------------------------------------------------------- */

void tcp_timer_start(struct tcb *tcb, enum tcp_timer timer, uint32_t delay_ticks);
void tcp_timer_stop(struct tcb *tcb);
void tcp_timer_forget(struct tcb *tcb); /* all of them: the block is given back */
/* What is in flight decides: RTO, the tail probe's PTO, keepalive or none. */
void tcp_timer_restart(struct tcb *tcb);
void tcp_delay_ack(struct tcb *tcb);
void tcp_run_timers(struct tcp *tcp);
uint64_t tcp_next_deadline(const struct tcp *tcp);

/* --- tcp_rtt.c ------------------------------------------------------------------- */

void tcp_rtt_sample(struct tcb *tcb, uint32_t rtt_us);
uint32_t tcp_rto_ticks(const struct tcb *tcb);

/* --- tcp_keepalive.c ------------------------------------------------------------- */

/* The peer was heard. */
void tcp_keepalive_heard(struct tcb *tcb);
/* Nothing is in flight from now on: starts to wait, if that is asked for. */
void tcp_keepalive_wait(struct tcb *tcb);
/* The time is up. */
void tcp_keepalive_expired(struct tcb *tcb);
/* RFC 5482: how long the next wait for an answer may take, at most `delay_ticks`;
 * 0: the user's patience is over. */
uint32_t tcp_user_timeout_left(const struct tcb *tcb, uint32_t delay_ticks, bool probing);

/* --- tcp_path_mtu.c (RFC 1191, RFC 5927 section 7) ------------------------------- */

/* An ICMP error about a segment in flight that did not fit into `mtu`. */
void tcp_path_mtu_told(struct tcb *tcb, uint16_t mtu);
/* Nothing gets through: what ICMP told is believed. True: something changed. */
bool tcp_path_mtu_believe(struct tcb *tcb);
/* Segments, with their options, of at most so many bytes from here on; what is in
 * flight is cut anew. True: that was news. */
bool tcp_path_mtu_shrink(struct tcb *tcb, uint32_t mss);

/* --- tcp_congestion.c, tcp_cubic.c, tcp_new_reno.c ------------------------------- */

void tcp_congestion_start(struct tcb *tcb);
/* `acked` bytes more are acknowledged, of the `flight` that was out. */
void tcp_congestion_acked(struct tcb *tcb, uint32_t acked, uint32_t flight);
/* An ACK that says nothing new, from a peer without SACK. */
void tcp_congestion_duplicate(struct tcb *tcb);
/* Something is lost: once for each window. */
void tcp_congestion_loss(struct tcb *tcb);
/* The same without a recovery, of the `flight` that was out. */
void tcp_congestion_reduce(struct tcb *tcb, uint32_t flight);
void tcp_congestion_timeout(struct tcb *tcb);
/* Before sending: after a pause nobody knows what the path still carries. */
void tcp_congestion_idle(struct tcb *tcb);
/* What may be sent now on top of what is in flight. */
uint32_t tcp_congestion_room(struct tcb *tcb);

/* Congestion avoidance: the window grows by `acked` bytes' worth. */
void tcp_cubic_grow(struct tcb *tcb, uint32_t acked);
void tcp_new_reno_grow(struct tcb *tcb, uint32_t acked);
/* After a loss: the new slow start threshold. */
uint32_t tcp_cubic_reduce(struct tcb *tcb, uint32_t flight);
uint32_t tcp_new_reno_reduce(uint32_t flight);

#endif
