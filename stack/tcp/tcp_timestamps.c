/* Timestamps (RFC 7323): each segment carries our clock and echoes the peer's. The
 * echo tells a round trip even of what was sent twice; the peer's clock tells
 * segments of an earlier turn of the sequence numbers (PAWS, section 5).
 *
 * The clock is TCP's tick, 1.024 ms, from a place that is another for each pair of
 * addresses and ports, so that nobody learns how long we are up (section 5.4), and
 * the same when they meet again, as RFC 6191 needs it. */
#include "tcp/tcb.h"

#include "base/bytes.h"
#include "base/checksum.h"

uint32_t tcp_timestamp(const struct tcb *tcb)
{
    return tcb->tcp->now_tick + tcb->timestamp_offset;
}

uint32_t tcp_timestamp_write(const struct tcb *tcb, uint8_t at[TCP_TIMESTAMPS_SIZE])
{
    uint32_t now = tcp_timestamp(tcb), echo = tcb->timestamp_recent;
    put32(at, TCP_TIMESTAMPS_LAYOUT);
    put32(at + 4, now);
    put32(at + 8, echo);
    return checksum_plus(checksum_plus(TCP_TIMESTAMPS_LAYOUT, now), echo);
}

static bool is_recent_valid(const struct tcb *tcb)
{
    return tcb->tcp->now_tick - tcb->timestamp_tick < TCP_TICKS(TCP_TIMESTAMP_VALID_MS);
}

bool tcp_timestamp_is_acceptable(struct tcb *tcb, const struct segment *segment)
{
    if (segment->flags & (TCP_RST | TCP_SYN))
        return true; /* RFC 5961 sees to these */
    if (!segment->options.has_timestamps) {
        tcb->tcp->counters.tcp_drop_timestamps++; /* section 3.2 */
        return false;
    }
    if (sequence_compare(segment->options.timestamp, tcb->timestamp_recent) >= 0 ||
        !is_recent_valid(tcb))
        return true;
    tcb->tcp->counters.tcp_drop_paws++;
    if (segment_length(segment) == 0)
        tcp_send_challenge(tcb); /* two who answer each other's late ACKs would go on */
    else
        tcp_send_ack(tcb);
    return false;
}

/* SEG.SEQ <= Last.ACK.sent: while an ACK is due, the oldest it covers is echoed
 * (section 4.2); when none is, all that came is acknowledged. */
void tcp_timestamp_learn(struct tcb *tcb, const struct segment *segment)
{
    if (!segment->options.has_timestamps || tcb->ack != TCP_ACK_NONE ||
        sequence_compare(segment->sequence, tcb->receive_next) > 0 ||
        (sequence_compare(segment->options.timestamp, tcb->timestamp_recent) < 0 &&
         is_recent_valid(tcb)))
        return;
    tcb->timestamp_recent = segment->options.timestamp;
    tcb->timestamp_tick = tcb->tcp->now_tick;
}

uint32_t tcp_timestamp_rtt_us(const struct tcb *tcb, const struct segment *segment)
{
    if (!(tcb->flags & TCB_TIMESTAMPS) || !segment->options.has_timestamps)
        return 0;
    uint32_t ticks = tcp_timestamp(tcb) - segment->options.timestamp_echo;
    return ticks < TCP_TICKS(TCP_RTO_MAX_MS) ? max_u32(1, ticks * TCP_TICK_US) : 0;
}
