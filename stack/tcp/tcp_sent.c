/* What is in flight, segment by segment: where each ends, when it left, and what
 * became of it. The notes lie behind the send ring, in the order of the sequence
 * numbers; all else that asks for lost segments, round trips or what the path
 * holds reads them here.
 *
 * Nothing is searched while nothing is marked (TCB_MARKED): then ACKs take notes
 * off at the front, and the pipe is a subtraction. */
#include "tcp/tcb.h"

void tcp_sent_again(struct tcb *tcb, struct sent *sent)
{
    sent->time_us = tcb->tcp->now_us & SENT_TIME_MASK;
    sent->lost = false;
    sent->resent = true;
}

void tcp_sent_forget(struct tcb *tcb)
{
    tcb->sent_count = tcb->small_count = 0;
    tcb->flags &= ~(uint32_t)TCB_MARKED;
}

/* Of segments that left once the last tells all: it left latest, after the shortest
 * round trip. */
void tcp_sent_acknowledge(struct tcb *tcb, uint32_t acknowledged, struct delivery *delivery)
{
    uint32_t begin = tcb->send_unacked;
    const struct sent *last = NULL;
    while (tcb->sent_count > 0) {
        const struct sent *sent = tcp_sent_at(tcb, 0);
        if (sequence_compare(sent->end, acknowledged) > 0)
            break;
        if (sent->resent && !sent->sacked) {
            tcp_rack_delivered(tcb, sent, delivery);
        } else if (!sent->sacked) {
            last = sent;
            if (sequence_compare(sent->end, delivery->highest) < 0)
                tcb->flags |= TCB_REORDERED; /* RFC 8985 section 6.2, step 3 */
        }
        tcb->small_count = (uint16_t)(tcb->small_count - sent->small);
        if (sent->end - begin >= tcb->mss)
            tcb->flags |= TCB_FULL_ACKED;
        begin = sent->end;
        tcb->sent_first++;
        tcb->sent_count--;
    }
    if (last) {
        delivery->rtt_us = max_u32(1, tcp_sent_elapsed_us(tcb, last->time_us));
        tcp_rack_delivered(tcb, last, delivery);
    }
    if (tcb->sent_count == 0)
        tcb->flags &= ~(uint32_t)TCB_MARKED;
}

/* A peer without SACK: each duplicate ACK tells of a segment that has left. */
static uint32_t left_by_duplicates(const struct tcb *tcb, uint32_t pipe)
{
    uint32_t left = (uint32_t)tcb->duplicate_acks * tcb->mss;
    return pipe > left ? pipe - left : 0;
}

uint32_t tcp_sent_pipe(struct tcb *tcb)
{
    uint32_t pipe = tcb->send_next - tcb->send_unacked;
    if (tcb->flags & TCB_MARKED) {
        bool marked = false;
        uint32_t begin = tcb->send_unacked;
        for (unsigned i = 0; i < tcb->sent_count; i++) {
            const struct sent *sent = tcp_sent_at(tcb, i);
            if (sent->sacked || sent->lost) {
                pipe -= sent->end - begin;
                marked = true;
            }
            begin = sent->end;
        }
        if (!marked)
            tcb->flags &= ~(uint32_t)TCB_MARKED;
    }
    return tcb->duplicate_acks > 0 ? left_by_duplicates(tcb, pipe) : pipe;
}

/* RFC 6675 section 5.1. What is SACKed stays so, unless the first one in flight is:
 * then the peer has dropped what it held (RFC 2018 section 8). */
void tcp_sent_all_lost(struct tcb *tcb)
{
    bool reneged = tcb->sent_count > 0 && tcp_sent_at(tcb, 0)->sacked;
    for (unsigned i = 0; i < tcb->sent_count; i++) {
        struct sent *sent = tcp_sent_at(tcb, i);
        if (reneged)
            sent->sacked = false;
        sent->lost = !sent->sacked;
    }
    if (tcb->sent_count > 0)
        tcb->flags |= TCB_MARKED;
}
