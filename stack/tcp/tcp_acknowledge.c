/* Step 5 of RFC 9293 section 3.10.7.4, the ACK field: what the peer has got and what
 * that tells of losses, how much more it will take, and which closing state our FIN
 * brings about. */
#include "tcp/tcb.h"

void tcp_set_window(struct tcb *tcb, const struct segment *segment)
{
    unsigned scale = segment->flags & TCP_SYN ? 0 : tcb->send_scale;
    tcb->send_window = (uint32_t)segment->window << scale;
    tcb->send_window_max = max_u32(tcb->send_window_max, tcb->send_window);
    tcb->window_sequence = segment->sequence;
}

/* RFC 5681 section 2: an ACK that says nothing new. Answers to window probes are
 * none. */
static bool is_duplicate(const struct tcb *tcb, const struct segment *segment)
{
    return segment->acknowledgment == tcb->send_unacked && tcb->send_max != tcb->send_unacked &&
           segment_length(segment) == 0 && tcb->send_window > 0 &&
           (uint32_t)segment->window << tcb->send_scale == tcb->send_window;
}

/* SND.UNA moves. RFC 6298 sections 5.2 and 5.3 start the timer anew. */
static void advance(struct tcb *tcb, struct delivery *delivery)
{
    uint32_t acknowledged = delivery->segment->acknowledgment;
    tcp_sent_acknowledge(tcb, acknowledged, delivery);
    tcb->send_unacked = acknowledged;
    if (sequence_compare(tcb->send_next, acknowledged) < 0)
        tcb->send_next = acknowledged;
    tcb->flags &= ~(uint32_t)TCB_WANT_TAIL_PROBE;
    tcb->retries = 0;

    /* A timestamp's echo tells a round trip where Karn's rule finds none. */
    if (delivery->rtt_us == 0)
        delivery->rtt_us = tcp_timestamp_rtt_us(tcb, delivery->segment);
    if (delivery->rtt_us > 0)
        tcp_rtt_sample(tcb, delivery->rtt_us);
    else if (tcb->timer == TCP_TIMER_PERSIST)
        tcb->backoff = 0; /* a probe was taken */
}

/* The usual case is the first branch: in order, nothing lost, nothing waited for. */
static void process(struct tcb *tcb, const struct segment *segment, uint32_t acked)
{
    struct delivery delivery = {.segment = segment, .highest = tcp_scoreboard_highest(tcb)};
    uint32_t flight = tcb->send_max - tcb->send_unacked;
    delivery.repeated = acked == 0 && is_duplicate(tcb, segment);

    if (acked > 0)
        advance(tcb, &delivery);
    if ((tcb->flags & TCB_SACK) && segment->options.sack_count > 0)
        tcp_scoreboard_update(tcb, &delivery);
    if (delivery.duplicate)
        tcp_rack_duplicate(tcb);
    if (tcb->flags & TCB_TAIL_PROBED)
        tcp_tail_probe_acked(tcb, &delivery);
    if (acked > 0) {
        tcp_congestion_acked(tcb, acked, flight);
        /* What leaves now starts it, if anything does. */
        if (tcb_has_unsent(tcb))
            tcp_timer_stop(tcb);
        else
            tcp_timer_restart(tcb);
    } else if (delivery.repeated && !(tcb->flags & TCB_SACK)) {
        tcp_congestion_duplicate(tcb);
    }
    if ((tcb->flags & TCB_SACK) && (tcb->flags & (TCB_MARKED | TCB_RECOVERING | TCB_TIMED_OUT)) &&
        tcp_rack_detect(tcb))
        tcp_congestion_loss(tcb);
}

/* SND.WND from the newest segment only (SND.WL1). */
static void update_window(struct tcb *tcb, const struct segment *segment)
{
    if (sequence_compare(segment->sequence, tcb->window_sequence) < 0 ||
        sequence_compare(segment->acknowledgment, tcb->send_unacked) < 0)
        return;
    tcp_set_window(tcb, segment);
    if (tcb->timer != TCP_TIMER_PERSIST)
        return;
    tcb->retries = 0; /* it answers */
    if (tcb->send_window > 0) {
        tcb->backoff = 0;
        tcb->flags &= (uint32_t)~TCB_PROBE;
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

    if (acked >= 0 && (tcb->send_max != tcb->send_unacked || segment->options.sack_count > 0))
        process(tcb, segment, (uint32_t)acked);
    update_window(tcb, segment);

    if (tcb->state >= TCP_FIN_WAIT_1 && sequence_compare(tcb->send_unacked, tcb->send_end) > 0)
        return fin_acknowledged(tcb);
    if (tcb_has_unsent(tcb) || (tcb->flags & TCB_MARKED))
        tcp_want_output(tcb);
    return true;
}
