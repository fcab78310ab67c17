/* What leaves again: segments that are marked as lost, first the oldest, as the
 * congestion window allows (RFC 6675 section 5, step C); the first of a recovery
 * in any case. Each leaves whole, as it was cut, with today's ACK and timestamp. */
#include "tcp/tcb.h"

/* False: ip had no room. */
static bool resend(struct tcb *tcb, unsigned index)
{
    struct sent *sent = tcp_sent_at(tcb, index);
    uint32_t begin = tcp_sent_begin(tcb, index);
    uint32_t data_end = sequence_compare(sent->end, tcb->send_end) > 0 ? tcb->send_end : sent->end;
    uint32_t size = data_end - begin;
    uint8_t flags = tcp_data_flags(tcb, begin, size, sent->end != data_end);
    if (tcp_send_segment(tcb, begin, size, flags) == IP_AGAIN)
        return false;
    if (tcb->sent_count == 0)
        return true; /* the MTU became smaller, and all will be cut anew */
    tcp_sent_again(tcb, sent);
    tcb->tcp->counters.tcp_resends++;
    return true;
}

bool tcp_resend_lost(struct tcb *tcb)
{
    uint32_t room = tcp_congestion_room(tcb);
    for (unsigned i = 0; i < tcb->sent_count; i++) {
        if (!tcp_sent_at(tcb, i)->lost)
            continue;
        uint32_t size = tcp_sent_at(tcb, i)->end - tcp_sent_begin(tcb, i);
        if (size > room && !(tcb->flags & TCB_RESEND))
            return true;
        if (!resend(tcb, i))
            return false;
        room -= min_u32(size, room);
        tcb->flags &= ~(uint32_t)TCB_RESEND;
    }
    return true;
}

bool tcp_resend_last(struct tcb *tcb)
{
    return tcb->sent_count == 0 || resend(tcb, tcb->sent_count - 1u);
}
