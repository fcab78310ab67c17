/* All that waits: retransmission (RFC 6298, Karn's rule), window probes, delayed
 * ACKs, FIN_WAIT_2 and TIME_WAIT; and the round trip that RTO comes from.
 *
 * A connection has one timer for its state and one for the delayed ACK. It stands
 * in a heap by the first of them, lazily: a deadline that moves away (with every
 * ACK) leaves the heap alone, and when the old time comes, the block is put back
 * for the new one. So deadlines cost nothing per segment. */
#include "tcp/tcb.h"

/* --- the heap -------------------------------------------------------------------- */

static bool wakes_before(const struct tcp *tcp, uint16_t a, uint16_t b)
{
    return sequence_compare(tcp->blocks[a].wake_tick, tcp->blocks[b].wake_tick) < 0;
}

static void heap_put(struct tcp *tcp, unsigned at, uint16_t block)
{
    tcp->heap[at] = block;
    tcp->blocks[block].heap_index = (uint16_t)at;
}

static void heap_up(struct tcp *tcp, unsigned at)
{
    uint16_t block = tcp->heap[at];
    while (at > 0 && wakes_before(tcp, block, tcp->heap[(at - 1) / 2])) {
        heap_put(tcp, at, tcp->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_put(tcp, at, block);
}

static void heap_down(struct tcp *tcp, unsigned at)
{
    uint16_t block = tcp->heap[at];
    for (unsigned child; (child = 2 * at + 1) < tcp->heap_count; at = child) {
        if (child + 1 < tcp->heap_count &&
            wakes_before(tcp, tcp->heap[child + 1], tcp->heap[child]))
            child++;
        if (!wakes_before(tcp, tcp->heap[child], block))
            break;
        heap_put(tcp, at, tcp->heap[child]);
    }
    heap_put(tcp, at, block);
}

static void heap_remove(struct tcb *tcb)
{
    struct tcp *tcp = tcb->tcp;
    unsigned at = tcb->heap_index;
    if (at == TCP_NONE)
        return;
    tcb->heap_index = TCP_NONE;
    uint16_t moved = tcp->heap[--tcp->heap_count];
    if (at == tcp->heap_count)
        return;
    heap_put(tcp, at, moved);
    heap_up(tcp, at);
    heap_down(tcp, tcp->blocks[moved].heap_index);
}

static void wake_by(struct tcb *tcb, uint32_t tick)
{
    struct tcp *tcp = tcb->tcp;
    if (tcb->heap_index == TCP_NONE) {
        tcb->wake_tick = tick;
        heap_put(tcp, tcp->heap_count++, tcb_index(tcb));
    } else if (sequence_compare(tick, tcb->wake_tick) < 0) {
        tcb->wake_tick = tick;
    } else {
        return;
    }
    heap_up(tcp, tcb->heap_index);
}

/* --- time ------------------------------------------------------------------------ */

void tcp_set_time(struct tcp *tcp, uint64_t now_us)
{
    tcp->now_us = now_us;
    tcp->now_tick = (uint32_t)(now_us / TCP_TICK_US);
}

uint64_t tcp_next_deadline(const struct tcp *tcp)
{
    uint64_t deadline = LAN_NEVER;
    if (tcp->heap_count > 0) {
        int32_t left = sequence_compare(tcp->blocks[tcp->heap[0]].wake_tick, tcp->now_tick);
        deadline = (tcp->now_us / TCP_TICK_US + (uint32_t)(left > 0 ? left : 0)) * TCP_TICK_US;
    }
    if (tcp->output_first != TCP_NONE && tcp->now_us + TCP_RETRY_US < deadline)
        deadline = tcp->now_us + TCP_RETRY_US;
    return deadline;
}

void tcp_timer_start(struct tcb *tcb, enum tcp_timer timer, uint32_t delay_ticks)
{
    tcb->timer = (uint8_t)timer;
    tcb->timer_tick = tcb->tcp->now_tick + delay_ticks + 1; /* this tick is running already */
    wake_by(tcb, tcb->timer_tick);
}

void tcp_timer_stop(struct tcb *tcb)
{
    tcb->timer = TCP_TIMER_NONE;
}

void tcp_timer_forget(struct tcb *tcb)
{
    tcb->timer = TCP_TIMER_NONE;
    tcb->ack = TCP_ACK_NONE;
    heap_remove(tcb);
}

void tcp_delay_ack(struct tcb *tcb)
{
    tcb->ack = TCP_ACK_DELAYED;
    tcb->ack_tick = tcb->tcp->now_tick + TCP_TICKS(TCP_DELAYED_ACK_MS);
    wake_by(tcb, tcb->ack_tick);
}

/* --- the round trip (RFC 6298 section 2) ----------------------------------------- */

uint32_t tcp_rto_ticks(const struct tcb *tcb)
{
    uint32_t ticks;
    if (tcb->srtt_us8)
        ticks = (tcb->srtt_us8 / 8 + max_u32(tcb->rttvar_us4, TCP_RTO_VARIANCE_MIN_MS * 1000)) /
                    TCP_TICK_US +
                1;
    else if (tcb->flags & TCB_SYN_LOST && tcb->state >= TCP_ESTABLISHED)
        ticks = TCP_TICKS(TCP_RTO_AFTER_SYN_LOSS_MS);
    else
        ticks = TCP_TICKS(TCP_RTO_INITIAL_MS);
    return min_u32(ticks << min_u32(tcb->backoff, 10), TCP_TICKS(TCP_RTO_MAX_MS));
}

void tcp_rtt_begin(struct tcb *tcb, uint32_t sequence)
{
    tcb->flags |= TCB_TIMING;
    tcb->rtt_sequence = sequence;
    tcb->rtt_begin_us = (uint32_t)tcb->tcp->now_us;
}

/* Jacobson's filter: srtt += (rtt - srtt) / 8, rttvar += (|rtt - srtt| - rttvar) / 4. */
void tcp_rtt_end(struct tcb *tcb, uint32_t acknowledged)
{
    if (!(tcb->flags & TCB_TIMING) || sequence_compare(acknowledged, tcb->rtt_sequence) <= 0)
        return;
    tcb->flags &= (uint16_t)~TCB_TIMING;
    tcb->backoff = 0;

    uint32_t rtt_us = (uint32_t)tcb->tcp->now_us - tcb->rtt_begin_us;
    rtt_us = max_u32(1, min_u32(rtt_us, TCP_RTO_MAX_MS * 1000));
    if (tcb->srtt_us8 == 0) {
        tcb->srtt_us8 = rtt_us * 8;
        tcb->rttvar_us4 = rtt_us * 2;
        return;
    }
    uint32_t srtt_us = tcb->srtt_us8 / 8;
    uint32_t error_us = rtt_us > srtt_us ? rtt_us - srtt_us : srtt_us - rtt_us;
    tcb->rttvar_us4 += error_us - tcb->rttvar_us4 / 4;
    tcb->srtt_us8 += rtt_us - srtt_us;
}

/* --- what happens when time is up ------------------------------------------------ */

static unsigned retries_max(const struct tcb *tcb)
{
    if (tcb->state == TCP_SYN_SENT)
        return TCP_SYN_RETRIES;
    return tcb->state == TCP_SYN_RECEIVED ? TCP_SYN_RECEIVED_RETRIES : TCP_RETRIES;
}

/* The peer keeps silent: what ICMP said of it last is the better reason. */
static bool give_up(struct tcb *tcb)
{
    if (tcb->retries < retries_max(tcb))
        return false;
    tcp_end(tcb, tcb->soft_error ? tcb->soft_error : LAN_ETIMEDOUT);
    return true;
}

/* RFC 9293 section 3.8.6.1: never ends while the peer answers, as each answer
 * sets `retries` back. */
static void persist_expired(struct tcb *tcb)
{
    if (give_up(tcb))
        return;
    tcb->retries++;
    if (tcb->backoff < UINT8_MAX)
        tcb->backoff++;
    tcb->flags |= TCB_PROBE;
    tcp_timer_start(tcb, TCP_TIMER_PERSIST, tcp_rto_ticks(tcb));
    tcp_want_output(tcb);
}

/* RFC 6298 section 5: everything in flight is sent again, from the first on, as
 * the window grows anew; an ACK for what the peer has kept skips it. */
static void retransmit_expired(struct tcb *tcb)
{
    tcb->send_next = tcb->send_unacked;
    tcb->flags &= (uint16_t)~TCB_TIMING;
    if (tcb->state >= TCP_ESTABLISHED && tcb->send_window == 0) {
        persist_expired(tcb); /* the peer took its window back */
        return;
    }
    if (give_up(tcb))
        return;
    tcb->tcp->counters.tcp_timeouts++;
    tcb->retries++;
    tcb->backoff++;
    if (tcb->state < TCP_ESTABLISHED)
        tcb->flags |= TCB_SYN_LOST;
    else
        tcp_congestion_timeout(tcb);
    tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
    tcp_want_output(tcb);
}

static void timer_expired(struct tcb *tcb)
{
    enum tcp_timer timer = tcb->timer;
    tcb->timer = TCP_TIMER_NONE;
    switch (timer) {
    case TCP_TIMER_RETRANSMIT:
        retransmit_expired(tcb);
        break;
    case TCP_TIMER_PERSIST:
        persist_expired(tcb);
        break;
    case TCP_TIMER_FIN_WAIT_2:
    case TCP_TIMER_TIME_WAIT:
        tcp_end(tcb, 0);
        break;
    case TCP_TIMER_NONE:
        break;
    }
}

static void wake(struct tcb *tcb)
{
    uint32_t now = tcb->tcp->now_tick;
    if (tcb->ack == TCP_ACK_DELAYED) {
        if (sequence_compare(tcb->ack_tick, now) <= 0) {
            tcb->ack = TCP_ACK_NOW;
            tcp_want_output(tcb);
        } else {
            wake_by(tcb, tcb->ack_tick);
        }
    }
    if (tcb->timer != TCP_TIMER_NONE) {
        if (sequence_compare(tcb->timer_tick, now) <= 0)
            timer_expired(tcb);
        else
            wake_by(tcb, tcb->timer_tick);
    }
}

void tcp_run_timers(struct tcp *tcp)
{
    while (tcp->heap_count > 0) {
        struct tcb *tcb = tcp_block(tcp, tcp->heap[0]);
        if (sequence_compare(tcb->wake_tick, tcp->now_tick) > 0)
            break;
        heap_remove(tcb);
        wake(tcb);
    }
}
