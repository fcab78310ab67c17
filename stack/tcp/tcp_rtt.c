/* The round trip, and the retransmission timeout that comes from it (RFC 6298).
 *
 * What was sent twice tells no round trip (Karn), unless a timestamp says which
 * copy was answered (RFC 7323 section 4). */
#include "tcp/tcb.h"

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

/* Jacobson's filter: srtt += (rtt - srtt) / 8, rttvar += (|rtt - srtt| - rttvar) / 4. */
void tcp_rtt_sample(struct tcb *tcb, uint32_t rtt_us)
{
    tcb->backoff = 0;
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
