/* The window that our segments tell (RFC 9293 section 3.8.6.2.2): the right edge moves
 * in steps worth a segment, and never back. */
#include "tcp/tcb.h"

static uint32_t window_gain(const struct tcb *tcb)
{
    return tcb->read_next + tcb->tcp->config.buffer_bytes - tcb->receive_edge;
}

/* A step smaller than this would invite small segments. */
static uint32_t window_step(const struct tcb *tcb)
{
    return min_u32(tcb->tcp->config.buffer_bytes / 2, tcb->mss);
}

/* By itself, without an ACK that is due anyway: only when a quarter is free. */
bool tcp_window_is_worth_telling(const struct tcb *tcb)
{
    return window_gain(tcb) >= max_u32(tcb->tcp->config.buffer_bytes / 4, window_step(tcb));
}

/* The header's window field. The right edge never moves back. */
uint16_t tcp_tell_window(struct tcb *tcb, uint8_t flags)
{
    bool scaled = (tcb->flags & TCB_SCALING) && !(flags & TCP_SYN);
    unsigned scale = scaled ? tcb->tcp->receive_scale : 0;
    uint32_t gain = window_gain(tcb), window = tcb->receive_edge - tcb->receive_next;
    if (gain < window_step(tcb))
        return (uint16_t)min_u32(window >> scale, UINT16_MAX);

    uint32_t field = min_u32((window + gain) >> scale, UINT16_MAX);
    uint32_t edge = tcb->receive_next + (field << scale);
    if (sequence_compare(edge, tcb->receive_edge) > 0)
        tcb->receive_edge = edge;
    return (uint16_t)field;
}
