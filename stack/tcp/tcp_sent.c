/* What is in flight, segment by segment: where each ends, when it left, and what
 * became of it. The notes lie behind the send ring, in the order of the sequence
 * numbers; all else that asks for lost segments, round trips or what the path
 * holds reads them here.
 *
 * Nothing is searched while nothing is marked (TCB_MARKED): then ACKs take notes
 * off at the front, and the pipe is a subtraction. */
#include "tcp/tcb.h"

enum { TIME_MASK = (1 << 28) - 1 }; /* of sent.time_us: 268 s */

struct sent *tcp_sent_at(const struct tcb *tcb, unsigned index)
{
    unsigned at = (tcb->sent_first + index) & tcb->tcp->note_mask;
    return &tcp_notes(tcb->tcp, tcb->send_buffer)[at].sent;
}

uint32_t tcp_sent_begin(const struct tcb *tcb, unsigned index)
{
    return index > 0 ? tcp_sent_at(tcb, index - 1)->end : tcb->send_unacked;
}

bool tcp_sent_is_full(const struct tcb *tcb)
{
    return tcb->sent_count > tcb->tcp->note_mask;
}

void tcp_sent_add(struct tcb *tcb, uint32_t end, bool small)
{
    *tcp_sent_at(tcb, tcb->sent_count) = (struct sent){
        .end = end,
        .time_us = tcb->tcp->now_us & TIME_MASK,
        .small = small,
    };
    tcb->sent_count++;
    if (small)
        tcb->small_count++;
}

void tcp_sent_again(struct tcb *tcb, struct sent *sent)
{
    sent->time_us = tcb->tcp->now_us & TIME_MASK;
    sent->lost = false;
    sent->resent = true;
}

void tcp_sent_forget(struct tcb *tcb)
{
    tcb->sent_count = tcb->small_count = 0;
    tcb->flags &= ~(uint32_t)TCB_MARKED;
}

uint32_t tcp_sent_elapsed_us(const struct tcb *tcb, uint32_t time_us)
{
    return ((uint32_t)tcb->tcp->now_us - time_us) & TIME_MASK;
}

void tcp_sent_acknowledge(struct tcb *tcb, uint32_t acknowledged, struct delivery *delivery)
{
    uint32_t begin = tcb->send_unacked;
    while (tcb->sent_count > 0) {
        const struct sent *sent = tcp_sent_at(tcb, 0);
        if (sequence_compare(sent->end, acknowledged) > 0)
            break;
        if (!sent->sacked) {
            if (!sent->resent)
                delivery->rtt_us = max_u32(1, tcp_sent_elapsed_us(tcb, sent->time_us));
            tcp_rack_delivered(tcb, sent, delivery);
        }
        if (sent->small)
            tcb->small_count--;
        if (sent->end - begin >= tcb->mss)
            tcb->flags |= TCB_FULL_ACKED;
        begin = sent->end;
        tcb->sent_first++;
        tcb->sent_count--;
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
