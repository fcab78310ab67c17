/* Path MTU discovery (RFC 1191): segments leave with "don't fragment", and a router
 * that cannot pass one on says by ICMP what would fit.
 *
 * Anyone can say that (RFC 5927 section 7). So it is believed at once only while no
 * segment of the present size ever got through; else when a timeout shows that they
 * no longer do. The size does not rise again in a connection's life (RFC 1191
 * section 6.3 leaves that open); the next one begins with the adapter's. */
#include "tcp/tcb.h"

/* RFC 1191 section 7: for routers that do not say what fits. */
static uint32_t plateau_below(uint32_t size)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
    for (unsigned i = 0; i < sizeof plateaus / sizeof *plateaus; i++)
        if (plateaus[i] < size)
            return plateaus[i];
    return TCP_PATH_MTU_MIN;
}

static uint32_t options_size(const struct tcb *tcb)
{
    return tcb->flags & TCB_TIMESTAMPS ? TCP_TIMESTAMPS_SIZE : 0;
}

bool tcp_path_mtu_shrink(struct tcb *tcb, uint32_t mss)
{
    mss = max_u32(mss, TCP_MSS_MIN + options_size(tcb)) - options_size(tcb);
    if (mss >= tcb->mss)
        return false;
    tcb->mss = (uint16_t)mss;
    tcb->flags &= ~(uint32_t)(TCB_FULL_ACKED | TCB_RECOVERING | TCB_RESEND);
    tcb->duplicate_acks = 0;
    if (tcb->state >= TCP_ESTABLISHED) {
        tcb->send_next = tcb->send_unacked;
        tcp_sent_forget(tcb);
        tcp_want_output(tcb);
    }
    return true;
}

void tcp_path_mtu_told(struct tcb *tcb, uint16_t mtu)
{
    uint32_t now = tcb->mss + options_size(tcb) + TCP_HEADER_SIZE + IP_HEADER_SIZE;
    uint32_t told = mtu > 0 ? mtu : plateau_below(now);
    if (told >= now || told < TCP_PATH_MTU_MIN) {
        tcb->tcp->counters.tcp_drop_icmp++;
        return;
    }
    tcb->path_mtu = (uint16_t)told;
    if (!(tcb->flags & TCB_FULL_ACKED))
        tcp_path_mtu_believe(tcb);
}

bool tcp_path_mtu_believe(struct tcb *tcb)
{
    if (tcb->path_mtu == 0)
        return false;
    uint32_t mss = (uint32_t)tcb->path_mtu - TCP_HEADER_SIZE - IP_HEADER_SIZE;
    tcb->path_mtu = 0;
    if (!tcp_path_mtu_shrink(tcb, mss))
        return false;
    tcb->tcp->counters.tcp_path_mtu_shrunk++;
    return true;
}
