/* Step 5 of RFC 9293 section 3.10.7.4, the ACK field: what the peer has got, how
 * much more it will take, and which closing state our FIN brings about. */
#include "tcp/tcb.h"

void tcp_set_window(struct tcb *tcb, const struct segment *segment)
{
    unsigned scale = segment->flags & TCP_SYN ? 0 : tcb->send_scale;
    tcb->send_window = (uint32_t)segment->window << scale;
    tcb->send_window_max = max_u32(tcb->send_window_max, tcb->send_window);
    tcb->window_sequence = segment->sequence;
    tcb->window_acknowledged = segment->acknowledgment;
}

/* RFC 5681 section 2: an ACK that says nothing new. Answers to window probes are
 * none. */
static bool is_duplicate(const struct tcb *tcb, const struct segment *segment)
{
    return segment->acknowledgment == tcb->send_unacked && tcb->send_max != tcb->send_unacked &&
           segment_length(segment) == 0 && tcb->send_window > 0 &&
           (uint32_t)segment->window << tcb->send_scale == tcb->send_window;
}

static void advance(struct tcb *tcb, uint32_t acknowledged)
{
    uint32_t acked = acknowledged - tcb->send_unacked;
    uint32_t flight = tcb->send_max - tcb->send_unacked;
    bool was_recovering = tcb->flags & TCB_RECOVERING;

    tcp_rtt_end(tcb, acknowledged);
    tcb->send_unacked = acknowledged;
    if (sequence_compare(tcb->send_next, acknowledged) < 0)
        tcb->send_next = acknowledged;
    tcb->flags &= (uint16_t)~TCB_RESEND;
    tcb->retries = 0;
    tcp_congestion_acked(tcb, acked, flight);

    /* RFC 6298 sections 5.2 and 5.3; in recovery only the first partial ACK starts
     * the timer anew (RFC 6582 section 4, "impatient"). */
    if (tcb->timer == TCP_TIMER_PERSIST)
        tcb->backoff = 0; /* a probe was taken; RTO itself waits for a new round trip */
    if (tcb->send_unacked == tcb->send_max) {
        tcp_timer_stop(tcb);
    } else if (!was_recovering || !(tcb->flags & TCB_RECOVERING)) {
        tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
    }
}

/* SND.WND from the newest segment only (SND.WL1, SND.WL2). */
static void update_window(struct tcb *tcb, const struct segment *segment)
{
    int32_t newer = sequence_compare(segment->sequence, tcb->window_sequence);
    if (newer < 0 ||
        (newer == 0 && sequence_compare(segment->acknowledgment, tcb->window_acknowledged) < 0))
        return;
    tcp_set_window(tcb, segment);
    if (tcb->timer != TCP_TIMER_PERSIST)
        return;
    tcb->retries = 0; /* it answers */
    if (tcb->send_window > 0) {
        tcb->backoff = 0;
        tcb->flags &= (uint16_t)~TCB_PROBE;
        tcp_timer_stop(tcb);
    }
}

/* Everything up to our FIN is acknowledged. False: that was the end. */
static bool fin_acknowledged(struct tcb *tcb)
{
    switch (tcb->state) {
    case TCP_FIN_WAIT_1:
        tcp_set_state(tcb, TCP_FIN_WAIT_2);
        tcp_free_send_buffer(tcb);
        if (!(tcb->flags & TCB_ATTACHED))
            tcp_timer_start(tcb, TCP_TIMER_FIN_WAIT_2, TCP_TICKS(TCP_FIN_WAIT_2_MS));
        return true;
    case TCP_CLOSING:
        tcp_enter_time_wait(tcb);
        return true;
    case TCP_LAST_ACK:
        tcp_end(tcb, 0);
        return false;
    default:
        return true;
    }
}

bool tcp_receive_ack(struct tcb *tcb, const struct segment *segment)
{
    struct tcp *tcp = tcb->tcp;
    uint32_t acknowledged = segment->acknowledgment;
    if (!(segment->flags & TCP_ACK)) {
        tcp->counters.tcp_drop_acknowledges++;
        return false;
    }

    bool too_new = sequence_compare(acknowledged, tcb->send_max) > 0;
    if (tcb->state == TCP_SYN_RECEIVED) {
        if (too_new || sequence_compare(acknowledged, tcb->send_unacked) <= 0) {
            tcp->counters.tcp_drop_acknowledges++;
            tcp_answer_with_reset(tcp, segment);
            return false;
        }
        if (!tcp_establish(tcb))
            return false;
        tcp_set_window(tcb, segment);
    }

    /* RFC 5961 section 5: an ACK of the far past is as forged as one of the future. */
    int32_t acked = sequence_compare(acknowledged, tcb->send_unacked);
    if (too_new || acked < -(int64_t)tcb->send_window_max) {
        tcp->counters.tcp_drop_acknowledges++;
        tcp_send_challenge(tcb);
        return false;
    }

    if (acked > 0)
        advance(tcb, acknowledged);
    else if (is_duplicate(tcb, segment))
        tcp_congestion_duplicate(tcb);
    update_window(tcb, segment);

    if (tcb->state >= TCP_FIN_WAIT_1 && sequence_compare(tcb->send_unacked, tcb->send_end) > 0)
        return fin_acknowledged(tcb);
    if (tcb_has_unsent(tcb) || (tcb->flags & TCB_RESEND))
        tcp_want_output(tcb);
    return true;
}
