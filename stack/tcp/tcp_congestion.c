/* Congestion control: slow start, congestion avoidance, fast retransmit and fast
 * recovery (RFC 5681), NewReno's answer to partial ACKs (RFC 6582), the initial
 * window of RFC 6928, limited transmit (RFC 3042).
 *
 * tcp_acknowledge and tcp_timer say what happened; tcp_send asks for the limit.
 * Growth is by bytes acknowledged, not by ACKs (RFC 3465), as ours may stand for
 * many segments. */
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
    tcb->recover = tcb->send_unacked;
    tcb->sent_tick = tcb->tcp->now_tick;
}

static void grow(struct tcb *tcb, uint32_t acked, uint32_t flight)
{
    uint32_t window = tcb->congestion_window, mss = tcb->mss;
    if (flight < window / 2)
        return; /* the window was not what held the sender back */
    if (window > UINT32_MAX / 4)
        return;
    if (window < tcb->slow_start_threshold)
        tcb->congestion_window += min_u32(acked, 2 * mss);
    else
        tcb->congestion_window += max_u32(1, mss * min_u32(acked, 2 * mss) / window);
}

/* RFC 6582 section 3.2. */
void tcp_congestion_acked(struct tcb *tcb, uint32_t acked, uint32_t flight)
{
    tcb->duplicate_acks = 0;
    if (!(tcb->flags & TCB_RECOVERING)) {
        grow(tcb, acked, flight);
        return;
    }

    uint32_t mss = tcb->mss;
    if (sequence_compare(tcb->send_unacked, tcb->recover) >= 0) {
        uint32_t left = tcb->send_max - tcb->send_unacked;
        tcb->congestion_window = min_u32(tcb->slow_start_threshold, max_u32(left, mss) + mss);
        tcb->flags &= (uint16_t)~TCB_RECOVERING;
        return;
    }
    /* A partial ACK: the segment behind what it covers is lost, too. */
    tcb->congestion_window -= min_u32(acked, tcb->congestion_window - mss);
    if (acked >= mss)
        tcb->congestion_window += mss;
    tcb->flags |= TCB_RESEND;
}

static uint32_t half_the_flight(const struct tcb *tcb)
{
    return max_u32((tcb->send_max - tcb->send_unacked) / 2, 2u * tcb->mss);
}

void tcp_congestion_duplicate(struct tcb *tcb)
{
    if (tcb->duplicate_acks < UINT8_MAX)
        tcb->duplicate_acks++;

    if (tcb->flags & TCB_RECOVERING) {
        /* A segment has left the path. The window held by the peer bounds this. */
        tcb->congestion_window += tcb->mss;
    } else if (tcb->duplicate_acks == TCP_DUPLICATE_ACKS &&
               sequence_compare(tcb->send_unacked, tcb->recover) >= 0) {
        /* Not one of those that a timeout's resending brings about. */
        tcb->slow_start_threshold = half_the_flight(tcb);
        tcb->congestion_window = tcb->slow_start_threshold + TCP_DUPLICATE_ACKS * tcb->mss;
        tcb->recover = tcb->send_max;
        tcb->flags |= TCB_RECOVERING | TCB_RESEND;
        tcb->tcp->counters.tcp_fast_retransmits++;
    }
}

void tcp_congestion_timeout(struct tcb *tcb)
{
    /* The same again when a resent segment is lost, too, as RFC 5681 section 3.1
     * asks: what is in flight has not changed. */
    tcb->slow_start_threshold = half_the_flight(tcb);
    tcb->congestion_window = tcb->mss;
    tcb->recover = tcb->send_max;
    tcb->duplicate_acks = 0;
    tcb->flags &= (uint16_t) ~(TCB_RECOVERING | TCB_RESEND);
}

/* RFC 5681 section 4.1. */
void tcp_congestion_idle(struct tcb *tcb)
{
    if (tcb->tcp->now_tick - tcb->sent_tick <= tcp_rto_ticks(tcb))
        return;
    tcb->congestion_window = min_u32(tcb->congestion_window, initial_window(tcb));
}

uint32_t tcp_congestion_limit(const struct tcb *tcb)
{
    /* The first two duplicate ACKs let a new segment go each (RFC 3042). */
    if (tcb->duplicate_acks < TCP_DUPLICATE_ACKS && !(tcb->flags & TCB_RECOVERING))
        return tcb->congestion_window + tcb->duplicate_acks * (uint32_t)tcb->mss;
    return tcb->congestion_window;
}
