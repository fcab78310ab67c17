/* What the peer's SACK blocks say of our segments in flight (RFC 2018, RFC 6675),
 * and which of the blocks tell of something that came twice (RFC 2883).
 *
 * A block is believed only within what is in flight, and a segment counts as SACKed
 * when all of it is. */
#include "tcp/tcb.h"

#include "base/bytes.h"

static struct tcp_range block_at(const struct segment *segment, unsigned index)
{
    const uint8_t *at = segment->options.sack + (size_t)index * TCP_SACK_BLOCK_SIZE;
    return (struct tcp_range){get32(at), get32(at + 4)};
}

/* RFC 2883 section 4: the first block, below the ACK number or within the second. */
static bool is_duplicate(const struct segment *segment, struct tcp_range first)
{
    if (sequence_compare(first.begin, segment->acknowledgment) < 0)
        return true;
    if (segment->options.sack_count < 2)
        return false;
    struct tcp_range second = block_at(segment, 1);
    return sequence_compare(first.begin, second.begin) >= 0 &&
           sequence_compare(first.end, second.end) <= 0;
}

static void mark(struct tcb *tcb, struct tcp_range block, struct delivery *delivery)
{
    uint32_t begin = tcb->send_unacked;
    for (unsigned i = 0; i < tcb->sent_count; i++) {
        struct sent *sent = tcp_sent_at(tcb, i);
        if (sequence_compare(sent->end, block.end) > 0)
            return;
        if (!sent->sacked && sequence_compare(begin, block.begin) >= 0) {
            tcp_rack_delivered(tcb, sent, delivery);
            sent->sacked = true;
            sent->lost = false;
            tcb->flags |= TCB_MARKED;
            delivery->sacked = true;
        }
        begin = sent->end;
    }
}

void tcp_scoreboard_update(struct tcb *tcb, struct delivery *delivery)
{
    const struct segment *segment = delivery->segment;
    for (unsigned i = 0; i < segment->options.sack_count; i++) {
        struct tcp_range block = block_at(segment, i);
        if (sequence_compare(block.end, block.begin) <= 0 ||
            sequence_compare(block.end, tcb->send_max) > 0 ||
            tcb->send_max - block.begin > tcb->tcp->config.buffer_bytes * 2)
            continue;
        if (i == 0 && is_duplicate(segment, block)) {
            delivery->duplicate = true;
            delivery->tail_duplicate = block.end == tcb->recover;
            tcb->tcp->counters.tcp_duplicates_told++;
            continue;
        }
        if (sequence_compare(block.begin, tcb->send_unacked) >= 0)
            mark(tcb, block, delivery);
    }
}

uint32_t tcp_scoreboard_highest(const struct tcb *tcb)
{
    for (unsigned i = tcb->flags & TCB_MARKED ? tcb->sent_count : 0; i-- > 0;)
        if (tcp_sent_at(tcb, i)->sacked)
            return tcp_sent_at(tcb, i)->end;
    return tcb->send_unacked;
}

bool tcp_scoreboard_has(const struct tcb *tcb, unsigned count)
{
    for (unsigned i = 0; i < tcb->sent_count && count > 0; i++)
        count -= tcp_sent_at(tcb, i)->sacked;
    return count == 0;
}
