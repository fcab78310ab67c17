/* NewReno's window (RFC 5681 section 3.1): a segment more each round trip, half
 * of what is in flight after a loss. */
#include "tcp/tcb.h"

void tcp_new_reno_grow(struct tcb *tcb, uint32_t acked)
{
    tcb->congestion_window += max_u32(1, tcb->mss * acked / tcb->congestion_window);
}

uint32_t tcp_new_reno_reduce(uint32_t flight)
{
    return flight / 2;
}
