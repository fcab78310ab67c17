/* The insides of TCP: the control block, and what its files call of each other.
 *
 *   tcp_receive.c -> tcp_acknowledge.c -> tcp_congestion.c
 *                 -> tcp_reassembly.c  -> tcp_buffer.c
 *   tcp_send.c (all that leaves)      tcp_timer.c (all that waits)
 *   tcp_connection.c, tcp_stream.c (the upper side)
 *   tcp_table.c (who is who)          tcp.c (memory and pools)
 *
 * One idea carries the buffers: the byte with sequence number s lies at place
 * s mod the ring's size, sent or received, in order or ahead of its time. So a
 * ring needs no head and no tail, and reassembly copies no byte twice. */
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
    TCP_TIMER_PERSIST,
    TCP_TIMER_FIN_WAIT_2,
    TCP_TIMER_TIME_WAIT,
};

enum tcp_ack { TCP_ACK_NONE, TCP_ACK_DELAYED, TCP_ACK_NOW };

enum {
    TCB_ATTACHED = 1 << 0,    /* a socket holds it */
    TCB_QUEUED = 1 << 1,      /* stands in the list of those with something to send */
    TCB_NO_DELAY = 1 << 2,    /* Nagle is off */
    TCB_CLOSE_EARLY = 1 << 3, /* shut down in SYN_RECEIVED: the FIN follows the handshake */
    TCB_READ_SHUT = 1 << 4,   /* nobody wants to read: data is acknowledged and gone */
    TCB_PEER_CLOSED = 1 << 5, /* the peer's FIN has its place before receive_next */
    TCB_FIN_HELD = 1 << 6,    /* a FIN came ahead of its time, at fin_sequence */
    TCB_TIMING = 1 << 7,      /* rtt_sequence is being timed */
    TCB_RECOVERING = 1 << 8,  /* fast recovery, until `recover` is acknowledged */
    TCB_RESEND = 1 << 9,      /* the first segment in flight is to be sent again */
    TCB_PROBE = 1 << 10,      /* the persist timer asks for a segment */
    TCB_SYN_LOST = 1 << 11,   /* the SYN was sent more than once */
    TCB_ACTIVE = 1 << 12,     /* opened by connect */
    TCB_LISTED = 1 << 13,     /* stands in the table */
    TCB_SCALING = 1 << 14,    /* both SYNs told a window scale */
};

/* No control block, no buffer. */
#define TCP_NONE UINT16_MAX

/* Sequence numbers of bytes received ahead of their time: [begin, end). */
struct tcp_range {
    uint32_t begin, end;
};

struct tcb {
    struct tcp *tcp;

    /* Who is who. */
    lan_ip4 local_ip, peer_ip;
    uint16_t local_port, peer_port;

    /* Indices of other control blocks. */
    uint16_t table_next;               /* same bucket of the table; next free one */
    uint16_t queue_next, queue_before; /* a listener's accepted ones, or all in TIME_WAIT */
    uint16_t output_next;              /* the next with something to send */
    uint16_t listener;                 /* which has not given it away yet */
    uint16_t heap_index;               /* its place among the deadlines */
    uint16_t send_buffer, receive_buffer;

    int16_t descriptor;
    uint16_t flags;
    uint8_t state, timer, ack;
    uint8_t error, soft_error; /* LAN_E numbers: the pending one; ICMP's latest advice */

    uint8_t retries; /* of the segment in flight, or probes without an answer */
    uint8_t backoff; /* RTO is doubled so often */
    uint8_t duplicate_acks;
    uint8_t send_scale, receive_scale; /* shifts of RFC 7323 */
    uint8_t held_count;
    uint8_t challenge_count;
    uint16_t mss; /* the most data a segment to the peer carries */

    /* RFC 9293 section 3.3.1: SND. Bytes from send_unacked to send_end are in
     * the ring. A timeout sets send_next back; send_max stays. */
    uint32_t send_unacked, send_next, send_max, send_end;
    uint32_t send_window, send_window_max;
    uint32_t window_sequence, window_acknowledged; /* SND.WL1, SND.WL2 */
    uint32_t small_end;                            /* where the last segment below MSS ended */

    /* RCV. The ring holds what lies from read_next on. */
    uint32_t receive_next, read_next;
    uint32_t receive_edge; /* the right edge of the widest window told */
    uint32_t fin_sequence;

    union {
        struct tcp_range held[TCP_HELD_RANGES]; /* in order, apart from each other */
        struct {                                /* LISTEN */
            uint16_t backlog, pending;          /* pending: not yet given away */
            uint16_t first, last;               /* established ones, oldest first */
        } listen;
    };

    /* tcp_congestion.c */
    uint32_t congestion_window, slow_start_threshold, recover;

    /* tcp_timer.c. srtt and rttvar are 8 and 4 times the microseconds. */
    uint32_t srtt_us8, rttvar_us4;
    uint32_t rtt_sequence, rtt_begin_us;
    uint32_t timer_tick, ack_tick, wake_tick, sent_tick, challenge_tick;
};

/* The next issue adds SACK, RACK and CUBIC within the 200 bytes of a connection. */
_Static_assert(sizeof(struct tcb) <= 200, "a connection takes at most 200 bytes");

struct tcp {
    struct tcp_config config;
    uint64_t now_us;
    uint32_t now_tick;
    uint64_t isn_key[2];
    uint32_t table_key;
    uint16_t table_mask;
    uint16_t heap_count;
    uint16_t free_block, free_buffer;
    uint16_t output_first, output_last;
    uint16_t time_wait_first, time_wait_last;
    struct tcb *blocks;
    uint16_t *table; /* first control block of each bucket */
    uint16_t *heap;
    uint8_t *buffers;
    struct tcp_counters counters;
};

/* A received segment, parsed (RFC 9293 section 3.10, SEG). */
struct segment {
    const struct ip_packet *packet;
    const uint8_t *options;
    const uint8_t *data;
    uint32_t sequence, acknowledgment;
    uint32_t size; /* of the data; SYN and FIN not counted */
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
bool tcp_take_buffers(struct tcb *tcb);
void tcp_free_send_buffer(struct tcb *tcb);
void tcp_free_receive_buffer(struct tcb *tcb);

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
/* `blocks`: the bytes, low first, the last block with their number on top. */
uint64_t tcp_siphash(const uint64_t key[2], const uint64_t *blocks, size_t count);

/* --- tcp_options.c --------------------------------------------------------------- */

struct tcp_options {
    uint16_t mss;  /* 0: not told */
    uint8_t scale; /* TCP_NO_SCALE: not told */
};
enum { TCP_NO_SCALE = 255, TCP_SYN_OPTIONS_SIZE = 8 };

/* False when an option's length is wrong (RFC 9293 MUST-7). */
bool tcp_parse_options(const uint8_t *bytes, size_t size, struct tcp_options *options);
/* The options of a SYN; `scale` may be TCP_NO_SCALE. Gives their size. */
size_t tcp_write_options(uint8_t *at, uint16_t mss, uint8_t scale);
/* The shift by which our buffers fit into the header's 16 bits. */
uint8_t tcp_receive_scale(const struct tcp *tcp);
/* What the peer's SYN tells, within `payload_max` bytes behind the IP header. */
void tcp_learn_options(struct tcb *tcb, const struct tcp_options *options, size_t payload_max);

/* --- tcp_buffer.c: the rings ----------------------------------------------------- */

/* Bytes into the ring of that buffer from `sequence` on. */
void tcp_ring_put(struct tcp *tcp, uint16_t buffer, uint32_t sequence, const uint8_t *source,
                  uint32_t size);
void tcp_ring_get(const struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint8_t *target,
                  uint32_t size);
/* The same with the checksum on the way, even where the ring wraps. */
uint32_t tcp_ring_get_sum(const struct tcp *tcp, uint16_t buffer, uint32_t sequence,
                          uint8_t *target, uint32_t size, uint32_t sum);
/* The place of `sequence` when `size` bytes lie there in one piece, else NULL. */
uint8_t *tcp_ring_place(struct tcp *tcp, uint16_t buffer, uint32_t sequence, uint32_t size);

/* --- tcp_reassembly.c ------------------------------------------------------------ */

/* Steps 7 and 8 of section 3.10.7.4: the segment's data and its FIN. */
void tcp_receive_data(struct tcb *tcb, struct segment *segment);

/* --- tcp_acknowledge.c ----------------------------------------------------------- */

/* Step 5: false when the segment is not to be looked at any further. */
bool tcp_receive_ack(struct tcb *tcb, const struct segment *segment);
void tcp_set_window(struct tcb *tcb, const struct segment *segment);

/* --- tcp_listen.c ---------------------------------------------------------------- */

/* Section 3.10.7.2. A SYN that reuses TIME_WAIT numbers above `floor`. */
void tcp_receive_listen(struct tcb *listener, const struct segment *segment, const uint32_t *floor);
/* The handshake is done. False: no buffers, the segment is dropped. */
bool tcp_establish(struct tcb *tcb);

/* --- tcp_send.c ------------------------------------------------------------------ */

/* Puts the block into the list of those that tcp_step sends for. */
void tcp_want_output(struct tcb *tcb);
/* Sends all that may be sent now. */
void tcp_output(struct tcb *tcb);
void tcp_run_output(struct tcp *tcp);
/* An ACK at once; when there is no room, with the next tcp_step. */
void tcp_send_ack(struct tcb *tcb);
void tcp_send_reset(struct tcb *tcb);
void tcp_answer_with_reset(struct tcp *tcp, const struct segment *segment);
/* RFC 5961 section 7: sent unless too many were. */
void tcp_send_challenge(struct tcb *tcb);
/* Whether the window deserves a segment of its own. */
bool tcp_window_is_worth_telling(const struct tcb *tcb);

/* --- tcp_timer.c ----------------------------------------------------------------- */

void tcp_timer_start(struct tcb *tcb, enum tcp_timer timer, uint32_t delay_ticks);
void tcp_timer_stop(struct tcb *tcb);
void tcp_timer_forget(struct tcb *tcb); /* all of them: the block is given back */
void tcp_delay_ack(struct tcb *tcb);
uint32_t tcp_rto_ticks(const struct tcb *tcb);
void tcp_rtt_begin(struct tcb *tcb, uint32_t sequence);
void tcp_rtt_end(struct tcb *tcb, uint32_t acknowledged);
void tcp_run_timers(struct tcp *tcp);
uint64_t tcp_next_deadline(const struct tcp *tcp);

/* --- tcp_congestion.c ------------------------------------------------------------ */

void tcp_congestion_start(struct tcb *tcb);
/* `acked` bytes more are acknowledged, of the `flight` that was out. */
void tcp_congestion_acked(struct tcb *tcb, uint32_t acked, uint32_t flight);
void tcp_congestion_duplicate(struct tcb *tcb);
void tcp_congestion_timeout(struct tcb *tcb);
/* Before sending: after a pause nobody knows what the path still carries. */
void tcp_congestion_idle(struct tcb *tcb);
/* What may be in flight. */
uint32_t tcp_congestion_limit(const struct tcb *tcb);

#endif
