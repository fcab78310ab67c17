/* What our ACKs tell of data ahead of its time (RFC 2018): the ranges that
 * reassembly holds, the one that changed last first, as it keeps them. In front of
 * them, once, what came twice (RFC 2883), so that the peer sees what it sent in
 * vain. */
#include "tcp/tcb.h"

#include "base/bytes.h"

enum { OPTION_NOP = 1, OPTION_SACK = 5 };

void tcp_sack_duplicate(struct tcb *tcb, uint32_t begin, uint32_t end)
{
    struct tcp *tcp = tcb->tcp;
    if (!(tcb->flags & TCB_SACK) || begin == end)
        return;
    tcp->duplicate = (struct tcp_range){begin, end};
    tcp->duplicate_block = tcb_index(tcb);
}

static bool tells_duplicate(const struct tcb *tcb)
{
    return tcb->tcp->duplicate_block == tcb_index(tcb);
}

unsigned tcp_sack_count(const struct tcb *tcb, size_t room)
{
    unsigned wanted = tcb->held_count + tells_duplicate(tcb);
    if (wanted == 0 || !(tcb->flags & TCB_SACK) || room < TCP_SACK_HEAD_SIZE + TCP_SACK_BLOCK_SIZE)
        return 0;
    return min_u32(wanted, (uint32_t)(room - TCP_SACK_HEAD_SIZE) / TCP_SACK_BLOCK_SIZE);
}

static uint8_t *write_block(uint8_t *at, struct tcp_range range)
{
    put32(at, range.begin);
    put32(at + 4, range.end);
    return at + TCP_SACK_BLOCK_SIZE;
}

void tcp_sack_write(struct tcb *tcb, uint8_t *at, unsigned count)
{
    at[0] = at[1] = OPTION_NOP;
    at[2] = OPTION_SACK;
    at[3] = (uint8_t)(2 + count * TCP_SACK_BLOCK_SIZE);
    at += TCP_SACK_HEAD_SIZE;
    if (tells_duplicate(tcb)) {
        at = write_block(at, tcb->tcp->duplicate);
        tcb->tcp->duplicate_block = TCP_NONE;
        tcb->tcp->counters.tcp_duplicates_received++;
        count--;
    }
    for (unsigned i = 0; i < count; i++)
        at = write_block(at, tcp_notes(tcb->tcp, tcb->receive_buffer)[i].held);
}
