/* Keepalive (RFC 1122 section 4.2.3.6) and the user timeout (RFC 5482): how long a
 * silent peer is believed to be there.
 *
 * Keepalive waits only while nothing is in flight; else retransmission notices.
 * Its timer is the connection's one timer, and `retries` counts its probes. */
#include "tcp/tcb.h"

static bool may_wait(const struct tcb *tcb)
{
    return (tcb->flags & TCB_KEEPALIVE) && tcb->send_unacked == tcb->send_max &&
           (tcb->state == TCP_ESTABLISHED || tcb->state == TCP_CLOSE_WAIT ||
            (tcb->state == TCP_FIN_WAIT_2 && (tcb->flags & TCB_ATTACHED)));
}

void tcp_keepalive_wait(struct tcb *tcb)
{
    if (may_wait(tcb))
        tcp_timer_start(tcb, TCP_TIMER_KEEPALIVE, TCP_TICKS(tcb->keep_idle_s * 1000ull));
}

void tcp_keepalive_heard(struct tcb *tcb)
{
    if (tcb->timer != TCP_TIMER_KEEPALIVE)
        return;
    tcb->retries = 0;
    tcp_keepalive_wait(tcb);
}

void tcp_keepalive_expired(struct tcb *tcb)
{
    if (!may_wait(tcb))
        return;
    if (tcb->retries >= tcb->keep_count) {
        tcp_send_reset(tcb); /* in case that it lives and does not hear us */
        tcp_end(tcb, tcb->soft_error ? tcb->soft_error : LAN_ETIMEDOUT);
        return;
    }
    tcb->retries++;
    tcp_send_keepalive(tcb);
    tcp_timer_start(tcb, TCP_TIMER_KEEPALIVE, TCP_TICKS(tcb->keep_interval_s * 1000ull));
}

/* Since when the peer is silent is not kept: the time is that of the waits in vain so
 * far, each half as long as the next. When a window probe's time comes first, the
 * peer has answered the one before. */
uint32_t tcp_user_timeout_left(const struct tcb *tcb, uint32_t delay_ticks, bool probing)
{
    if (tcb->user_timeout == 0)
        return delay_ticks;
    uint32_t patience = (uint32_t)tcb->user_timeout * TCP_USER_TIMEOUT_TICKS;
    uint32_t passed = 0;
    for (unsigned i = probing; i < tcb->retries; i++)
        passed += delay_ticks >> (i + 1 - probing);
    return passed >= patience ? 0 : min_u32(delay_ticks, patience - passed);
}
