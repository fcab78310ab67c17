/* All that waits: retransmission (RFC 6298), tail probes and reordering (RFC 8985),
 * window probes, keepalive, delayed ACKs, FIN_WAIT_2 and TIME_WAIT.
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

void tcp_timer_restart(struct tcb *tcb)
{
    if (tcb->send_unacked == tcb->send_max) {
        tcp_timer_stop(tcb);
        tcp_keepalive_wait(tcb);
    } else if (tcp_tail_probe_is_due(tcb)) {
        tcp_timer_start(tcb, TCP_TIMER_TAIL_PROBE, tcp_tail_probe_ticks(tcb));
    } else {
        tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
    }
}

void tcp_delay_ack(struct tcb *tcb)
{
    tcb->ack = TCP_ACK_DELAYED;
    tcb->ack_tick = tcb->tcp->now_tick + TCP_TICKS(TCP_DELAYED_ACK_MS);
    wake_by(tcb, tcb->ack_tick);
}

/* --- what happens when time is up ------------------------------------------------ */

static unsigned retries_max(const struct tcb *tcb)
{
    if (tcb->state == TCP_SYN_SENT)
        return TCP_SYN_RETRIES;
    return tcb->state == TCP_SYN_RECEIVED ? TCP_SYN_RECEIVED_RETRIES : TCP_RETRIES;
}

/* The peer keeps silent: what ICMP said of it last is the better reason. Else the
 * timer starts again, for twice as long or what is left of the user's patience. */
static bool give_up(struct tcb *tcb, enum tcp_timer timer)
{
    uint32_t left = 0;
    if (tcb->retries < retries_max(tcb)) {
        tcb->retries++;
        if (tcb->backoff < UINT8_MAX)
            tcb->backoff++;
        left = tcp_user_timeout_left(tcb, tcp_rto_ticks(tcb), timer == TCP_TIMER_PERSIST);
    }
    if (left == 0) {
        tcp_end(tcb, tcb->soft_error ? tcb->soft_error : LAN_ETIMEDOUT);
        return true;
    }
    tcp_timer_start(tcb, timer, left);
    return false;
}

/* RFC 9293 section 3.8.6.1: never ends while the peer answers, as each answer
 * sets `retries` back. */
static void persist_expired(struct tcb *tcb)
{
    if (give_up(tcb, TCP_TIMER_PERSIST))
        return;
    tcb->flags |= TCB_PROBE;
    tcp_want_output(tcb);
}

/* RFC 6298 section 5: what is in flight counts as lost and is sent again, from the
 * first on, as the window grows anew. */
static void retransmit_expired(struct tcb *tcb)
{
    bool opening = tcb->state < TCP_ESTABLISHED;
    if (opening || tcb->send_window == 0) {
        tcb->send_next = tcb->send_unacked;
        tcp_sent_forget(tcb);
    }
    if (!opening && tcb->send_window == 0) {
        persist_expired(tcb); /* the peer took its window back */
        return;
    }
    if (give_up(tcb, TCP_TIMER_RETRANSMIT))
        return;
    tcb->tcp->counters.tcp_timeouts++;
    if (opening) {
        tcb->flags |= TCB_SYN_LOST;
    } else {
        tcp_congestion_timeout(tcb);
        tcp_path_mtu_believe(tcb);
    }
    tcp_want_output(tcb);
}

/* What was late has not come (RFC 8985 section 6.2, step 5). */
static void reorder_expired(struct tcb *tcb)
{
    if (tcp_rack_detect(tcb))
        tcp_congestion_loss(tcb);
    if (tcb->timer == TCP_TIMER_NONE)
        tcp_timer_restart(tcb);
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
    case TCP_TIMER_TAIL_PROBE:
        if (tcp_tail_probe_is_due(tcb))
            tcb->flags |= TCB_WANT_TAIL_PROBE;
        tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
        tcp_want_output(tcb);
        break;
    case TCP_TIMER_REORDER:
        reorder_expired(tcb);
        break;
    case TCP_TIMER_PERSIST:
        persist_expired(tcb);
        break;
    case TCP_TIMER_KEEPALIVE:
        tcp_keepalive_expired(tcb);
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
