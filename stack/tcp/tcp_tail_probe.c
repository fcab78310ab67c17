/* Tail loss probe (RFC 8985 section 7): when the last segments of a flight are
 * lost, nothing behind them makes the peer speak. Two round trips after the last
 * one left, a new segment or the last one again makes it, long before RTO.
 *
 * While a probe is out, `recover` is its end (TLP.end_seq): outside of recovery
 * nobody else needs it. */
#include "tcp/tcb.h"

bool tcp_tail_probe_is_due(const struct tcb *tcb)
{
    return (tcb->flags & (TCB_SACK | TCB_MARKED | TCB_RECOVERING | TCB_TIMED_OUT |
                          TCB_TAIL_PROBED)) == TCB_SACK &&
           tcb->state >= TCP_ESTABLISHED && tcb->srtt_us8 > 0 && tcb->backoff == 0 &&
           tcb->sent_count > 0 && tcb->send_next == tcb->send_max;
}

uint32_t tcp_tail_probe_ticks(const struct tcb *tcb)
{
    uint32_t ticks = max_u32(tcb->srtt_us8 / 4 / TCP_TICK_US, TCP_TAIL_PROBE_MIN_TICKS);
    if (tcb->sent_count == 1)
        ticks += TCP_TICKS(TCP_TAIL_PROBE_ACK_DELAY_MS);
    return min_u32(ticks, tcp_rto_ticks(tcb));
}

void tcp_tail_probe_sent(struct tcb *tcb, bool resent)
{
    tcb->flags &= ~(uint32_t)(TCB_WANT_TAIL_PROBE | TCB_TAIL_RESENT);
    tcb->flags |= resent ? TCB_TAIL_PROBED | TCB_TAIL_RESENT : TCB_TAIL_PROBED;
    tcb->recover = tcb->send_max;
    tcb->tcp->counters.tcp_tail_probes++;
}

/* Section 7.4.2: was the segment that the probe repeated lost? Then the probe has
 * mended that, but the path must be believed to be full. */
void tcp_tail_probe_acked(struct tcb *tcb, const struct delivery *delivery)
{
    int32_t beyond = sequence_compare(delivery->segment->acknowledgment, tcb->recover);
    if (beyond < 0)
        return;
    bool in_vain = !(tcb->flags & TCB_TAIL_RESENT) || delivery->tail_duplicate ||
                   (delivery->repeated && delivery->segment->options.sack_count == 0);
    if (!in_vain && beyond == 0)
        return; /* the copy's own ACK will tell */
    tcb->flags &= ~(uint32_t)(TCB_TAIL_PROBED | TCB_TAIL_RESENT);
    if (!in_vain)
        tcp_congestion_reduce(tcb, tcb->congestion_window);
}
