/* Congestion control, what all its kinds share: slow start, the initial window of
 * RFC 6928, when a loss counts (RFC 5681, RFC 6582, RFC 6675), what may be sent.
 * tcp_cubic.c and tcp_new_reno.c say how the window grows and shrinks.
 *
 * tcp_acknowledge and tcp_timer say what happened; tcp_send and tcp_resend ask for
 * the room. Growth is by bytes acknowledged, not by ACKs (RFC 3465), as ours may
 * stand for many segments. */
#include "tcp/tcb.h"

/* RFC 6928 section 2; after a lost SYN RFC 5681 section 3.1. */
static uint32_t initial_window(const struct tcb *tcb)
{
    uint32_t mss = tcb->mss;
    if (tcb->flags & TCB_SYN_LOST)
        return mss;
    return min_u32(TCP_INITIAL_WINDOW_SEGMENTS * mss, max_u32(2 * mss, TCP_INITIAL_WINDOW_BYTES));
}

void tcp_congestion_start(struct tcb *tcb)
{
    tcb->congestion_window = initial_window(tcb);
    tcb->slow_start_threshold = UINT32_MAX;
    tcb->recover = tcb->duplicate_round = tcb->send_unacked;
    tcb->sent_us = (uint32_t)tcb->tcp->now_us;
}

static void grow(struct tcb *tcb, uint32_t acked, uint32_t flight)
{
    uint32_t window = tcb->congestion_window, mss = tcb->mss;
    if (flight < window / 2)
        return; /* the window was not what held the sender back */
    if (window > UINT32_MAX / 4)
        return;
    acked = min_u32(acked, 2 * mss);
    if (window < tcb->slow_start_threshold)
        tcb->congestion_window += acked;
    else if (tcb->flags & TCB_NEW_RENO)
        tcp_new_reno_grow(tcb, acked);
    else
        tcp_cubic_grow(tcb, acked);
}

/* RFC 6582 section 3.2 step 3, a full ACK: no burst behind it. */
static void recovered(struct tcb *tcb)
{
    uint32_t left = tcb->send_max - tcb->send_unacked;
    if (tcb->flags & TCB_RECOVERING) {
        tcb->congestion_window =
            min_u32(tcb->slow_start_threshold, max_u32(left, tcb->mss) + tcb->mss);
        tcp_rack_recovered(tcb);
    }
    tcb->duplicate_acks = 0;
    tcb->flags &= ~(uint32_t)(TCB_RECOVERING | TCB_TIMED_OUT | TCB_RESEND);
}

/* Without SACK a partial ACK is all that tells of the next loss: the segment behind
 * what it covers. The others that it covers were counted as duplicate ACKs. */
static void partial_ack(struct tcb *tcb, uint32_t acked)
{
    unsigned covered = acked / tcb->mss;
    unsigned repeated = covered > 0 ? covered - 1 : 0;
    tcb->duplicate_acks =
        (uint8_t)(tcb->duplicate_acks > repeated ? tcb->duplicate_acks - repeated : 0);
    if (tcb->sent_count == 0)
        return;
    tcp_sent_at(tcb, 0)->lost = true;
    tcb->flags |= TCB_MARKED | TCB_RESEND;
}

void tcp_congestion_acked(struct tcb *tcb, uint32_t acked, uint32_t flight)
{
    bool over = sequence_compare(tcb->send_unacked, tcb->recover) >= 0;
    if ((tcb->flags & (TCB_RECOVERING | TCB_TIMED_OUT)) && over) {
        recovered(tcb);
        return;
    }
    if (tcb->flags & TCB_RECOVERING) {
        if (!(tcb->flags & TCB_SACK))
            partial_ack(tcb, acked);
        return;
    }
    tcb->duplicate_acks = 0;
    grow(tcb, acked, flight);
}

void tcp_congestion_reduce(struct tcb *tcb, uint32_t flight)
{
    uint32_t reduced =
        tcb->flags & TCB_NEW_RENO ? tcp_new_reno_reduce(flight) : tcp_cubic_reduce(tcb, flight);
    tcb->slow_start_threshold = max_u32(reduced, 2u * tcb->mss);
    tcb->congestion_window = tcb->slow_start_threshold;
}

void tcp_congestion_loss(struct tcb *tcb)
{
    if (tcb->flags & (TCB_RECOVERING | TCB_TIMED_OUT))
        return;
    tcp_congestion_reduce(tcb, tcb->send_max - tcb->send_unacked);
    tcb->recover = tcb->send_max;
    tcb->flags &= ~(uint32_t)(TCB_TAIL_PROBED | TCB_TAIL_RESENT);
    tcb->flags |= TCB_RECOVERING | TCB_RESEND;
    if (tcb->timer == TCP_TIMER_TAIL_PROBE)
        tcp_timer_restart(tcb);
    tcb->tcp->counters.tcp_fast_retransmits++;
}

/* Each tells that a segment has left the path, so that the first two let a new one
 * go (RFC 3042); the third, that the first in flight is lost. */
void tcp_congestion_duplicate(struct tcb *tcb)
{
    if (tcb->duplicate_acks < UINT8_MAX)
        tcb->duplicate_acks++;
    if (tcb->duplicate_acks != TCP_DUPLICATE_ACKS || tcb->sent_count == 0 ||
        (tcb->flags & (TCB_RECOVERING | TCB_TIMED_OUT)) ||
        sequence_compare(tcb->send_unacked, tcb->recover) < 0)
        return;
    tcp_sent_at(tcb, 0)->lost = true;
    tcb->flags |= TCB_MARKED;
    tcp_congestion_loss(tcb);
}

/* The threshold stays when a resent segment is lost, too (RFC 5681 section 3.1). */
void tcp_congestion_timeout(struct tcb *tcb)
{
    if (tcb->retries <= 1)
        tcp_congestion_reduce(tcb, tcb->send_max - tcb->send_unacked);
    tcb->congestion_window = tcb->mss;
    tcb->recover = tcb->send_max;
    tcb->duplicate_acks = 0;
    tcb->flags &= ~(uint32_t)(TCB_RECOVERING | TCB_TAIL_PROBED | TCB_TAIL_RESENT);
    tcb->flags |= TCB_TIMED_OUT | TCB_RESEND;
    tcp_sent_all_lost(tcb);
}

/* RFC 5681 section 4.1; RFC 9438 section 4.2: its time does not run meanwhile. */
void tcp_congestion_idle(struct tcb *tcb)
{
    uint32_t idle_ticks = ((uint32_t)tcb->tcp->now_us - tcb->sent_us) / TCP_TICK_US;
    if (idle_ticks <= tcp_rto_ticks(tcb))
        return;
    tcb->congestion_window = min_u32(tcb->congestion_window, initial_window(tcb));
    tcb->plateau_ms = 0;
}

uint32_t tcp_congestion_room(struct tcb *tcb)
{
    uint32_t pipe = tcp_sent_pipe(tcb);
    return tcb->congestion_window > pipe ? tcb->congestion_window - pipe : 0;
}
