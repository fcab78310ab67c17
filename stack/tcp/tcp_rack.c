/* RACK (RFC 8985 section 6): a segment is lost when one that left later has
 * arrived, and it has had time enough since to be merely late.
 *
 * The reordering window is nothing until the path was seen to reorder, then a
 * quarter of the smallest round trip, and one quarter more for each round in which
 * a D-SACK told of a segment sent again in vain. */
#include "tcp/tcb.h"

/* `tcb->reorder_steps`: the quarters less one below, recoveries left above. */
enum { STEPS_MASK = 15, PERSIST_SHIFT = 4 };

/* RACK_sent_after: by time, then by sequence number. */
static bool left_after(const struct tcb *tcb, uint32_t a_us, uint32_t a_end, uint32_t b_us,
                       uint32_t b_end)
{
    uint32_t a_ago = tcp_sent_elapsed_us(tcb, a_us), b_ago = tcp_sent_elapsed_us(tcb, b_us);
    return a_ago < b_ago || (a_ago == b_ago && sequence_compare(a_end, b_end) > 0);
}

/* Step 1. The smallest of the last few hundred: a larger one lifts it by 1/256 of
 * the difference, so that a path that became longer is noticed. */
static void learn_minimum(struct tcb *tcb, uint32_t rtt_us)
{
    if (tcb->rtt_min_us == 0 || rtt_us < tcb->rtt_min_us)
        tcb->rtt_min_us = max_u32(1, rtt_us);
    else
        tcb->rtt_min_us += (rtt_us - tcb->rtt_min_us) / 256;
}

/* The ACK may be one of an earlier copy: its echo or its haste give it away. */
static bool is_of_an_earlier_copy(const struct tcb *tcb, const struct delivery *delivery,
                                  uint32_t rtt_us)
{
    if (rtt_us < tcb->rtt_min_us)
        return true;
    uint32_t echoed_us = tcp_timestamp_rtt_us(tcb, delivery->segment);
    return echoed_us > rtt_us + 2 * TCP_TICK_US;
}

void tcp_rack_delivered(struct tcb *tcb, const struct sent *sent, struct delivery *delivery)
{
    uint32_t rtt_us = tcp_sent_elapsed_us(tcb, sent->time_us);
    if (sent->resent) {
        if (is_of_an_earlier_copy(tcb, delivery, rtt_us))
            return;
    } else {
        learn_minimum(tcb, rtt_us);
        if (sequence_compare(sent->end, delivery->highest) < 0)
            tcb->flags |= TCB_REORDERED; /* step 3 */
    }
    tcb->rack_rtt_us = rtt_us;
    if ((tcb->flags & TCB_DELIVERED) &&
        !left_after(tcb, sent->time_us, sent->end, tcb->rack_us, tcb->rack_end))
        return;
    tcb->flags |= TCB_DELIVERED;
    tcb->rack_us = sent->time_us;
    tcb->rack_end = sent->end;
}

void tcp_rack_duplicate(struct tcb *tcb)
{
    if (sequence_compare(tcb->send_unacked, tcb->duplicate_round) < 0)
        return; /* once in a round trip */
    tcb->duplicate_round = tcb->send_max;
    unsigned steps = tcb->reorder_steps & STEPS_MASK;
    if (steps < TCP_REORDER_STEPS_MAX)
        steps++;
    tcb->reorder_steps = (uint8_t)(TCP_REORDER_PERSIST << PERSIST_SHIFT | steps);
}

/* A recovery without D-SACKs: after 16 of them the window is small again. */
void tcp_rack_recovered(struct tcb *tcb)
{
    unsigned persist = tcb->reorder_steps >> PERSIST_SHIFT;
    if (persist <= 1)
        tcb->reorder_steps = 0;
    else
        tcb->reorder_steps = (uint8_t)(tcb->reorder_steps - (1 << PERSIST_SHIFT));
}

/* Step 4. */
static uint32_t reordering_window_us(const struct tcb *tcb)
{
    if (!(tcb->flags & TCB_REORDERED) && ((tcb->flags & (TCB_RECOVERING | TCB_TIMED_OUT)) ||
                                          tcp_scoreboard_has(tcb, TCP_DUPLICATE_ACKS)))
        return 0;
    uint32_t quarters = 1u + (tcb->reorder_steps & STEPS_MASK);
    return min_u32(quarters * (tcb->rtt_min_us / 4), tcb->srtt_us8 / 8);
}

bool tcp_rack_detect(struct tcb *tcb)
{
    if (!(tcb->flags & TCB_DELIVERED))
        return false;
    uint32_t patience_us = tcb->rack_rtt_us + reordering_window_us(tcb);
    uint32_t wait_us = 0;
    bool lost = false;
    for (unsigned i = 0; i < tcb->sent_count; i++) {
        struct sent *sent = tcp_sent_at(tcb, i);
        if (sent->sacked || sent->lost ||
            !left_after(tcb, tcb->rack_us, tcb->rack_end, sent->time_us, sent->end))
            continue;
        uint32_t ago_us = tcp_sent_elapsed_us(tcb, sent->time_us);
        if (ago_us >= patience_us) {
            sent->lost = true;
            lost = true;
        } else {
            wait_us = max_u32(wait_us, patience_us - ago_us);
        }
    }
    if (lost)
        tcb->flags |= TCB_MARKED;
    if (wait_us > 0)
        tcp_timer_start(tcb, TCP_TIMER_REORDER, wait_us / TCP_TICK_US);
    return lost;
}
