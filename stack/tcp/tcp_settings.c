/* What a user may set of a connection, and what it tells of itself (RFC 9293 section
 * 3.9.1). */
#include "tcp/tcb.h"

static void set_flag(struct tcb *tcb, uint32_t flag, bool on)
{
    tcb->flags = on ? tcb->flags | flag : tcb->flags & ~flag;
}

void tcp_set_congestion(struct tcb *tcb, enum tcp_congestion congestion)
{
    set_flag(tcb, TCB_NEW_RENO, congestion == TCP_NEW_RENO);
    tcb->plateau_ms = 0;
}

enum tcp_congestion tcp_get_congestion(const struct tcb *tcb)
{
    return tcb->flags & TCB_NEW_RENO ? TCP_NEW_RENO : TCP_CUBIC;
}

int tcp_set_keepalive(struct tcb *tcb, const struct tcp_keepalive *keepalive)
{
    if (keepalive->idle_s == 0 || keepalive->interval_s == 0 || keepalive->count == 0)
        return -LAN_EINVAL;
    tcb->keep_idle_s = keepalive->idle_s;
    tcb->keep_interval_s = keepalive->interval_s;
    tcb->keep_count = keepalive->count;
    set_flag(tcb, TCB_KEEPALIVE, keepalive->on);
    if (tcb->timer == TCP_TIMER_KEEPALIVE)
        tcp_timer_stop(tcb);
    if (tcb->timer == TCP_TIMER_NONE)
        tcp_keepalive_wait(tcb);
    return 0;
}

struct tcp_keepalive tcp_get_keepalive(const struct tcb *tcb)
{
    return (struct tcp_keepalive){
        .on = tcb->flags & TCB_KEEPALIVE,
        .idle_s = tcb->keep_idle_s,
        .interval_s = tcb->keep_interval_s,
        .count = tcb->keep_count,
    };
}

void tcp_set_user_timeout(struct tcb *tcb, uint32_t timeout_ms)
{
    uint64_t unit_us = (uint64_t)TCP_USER_TIMEOUT_TICKS * TCP_TICK_US;
    uint64_t units = (timeout_ms * 1000ull + unit_us - 1) / unit_us;
    tcb->user_timeout = (uint16_t)(units < UINT16_MAX ? units : UINT16_MAX);
}

uint32_t tcp_get_user_timeout(const struct tcb *tcb)
{
    return tcb->user_timeout * (TCP_USER_TIMEOUT_TICKS * TCP_TICK_US) / 1000;
}

int tcp_set_mss(struct tcb *tcb, int mss)
{
    if (tcb->state > TCP_LISTEN)
        return -LAN_EISCONN;
    if (mss < TCP_MSS_MIN || mss > TCP_MSS_MAX)
        return -LAN_EINVAL;
    tcb->mss = (uint16_t)mss;
    tcb->flags |= TCB_MSS_LIMITED;
    return 0;
}

uint16_t tcp_get_mss(const struct tcb *tcb)
{
    return tcb->mss;
}

bool tcp_is_connected(const struct tcb *tcb)
{
    return tcb->state >= TCP_SYN_RECEIVED;
}

void tcp_set_ttl(struct tcb *tcb, uint8_t ttl)
{
    tcb->ttl = ttl;
}

uint8_t tcp_get_ttl(const struct tcb *tcb)
{
    return tcb->ttl;
}

void tcp_set_tos(struct tcb *tcb, uint8_t tos)
{
    tcb->tos = tos;
}

uint8_t tcp_get_tos(const struct tcb *tcb)
{
    return tcb->tos;
}

int tcp_set_option(struct tcb *tcb, int level, int option, int value)
{
    if (level == LAN_IPPROTO_TCP && option == LAN_TCP_NODELAY) {
        set_flag(tcb, TCB_NO_DELAY, value != 0);
        tcp_output(tcb);
        return 0;
    }
    /* Bound ports are always reused as with this option set. */
    return level == LAN_SOL_SOCKET && option == LAN_SO_REUSEADDR ? 0 : -LAN_ENOPROTOOPT;
}

int tcp_get_option(struct tcb *tcb, int level, int option, int *value)
{
    if (level == LAN_IPPROTO_TCP && option == LAN_TCP_NODELAY)
        *value = (tcb->flags & TCB_NO_DELAY) != 0;
    else if (level != LAN_SOL_SOCKET)
        return -LAN_ENOPROTOOPT;
    else if (option == LAN_SO_SNDBUF || option == LAN_SO_RCVBUF)
        *value = (int)tcb->tcp->config.buffer_bytes;
    else if (option == LAN_SO_REUSEADDR)
        *value = 1;
    else if (option == LAN_SO_ERROR)
        *value = tcp_take_error(tcb);
    else
        return -LAN_ENOPROTOOPT;
    return 0;
}

void tcp_names(const struct tcb *tcb, struct lan_address *local, struct lan_address *peer)
{
    if (local)
        *local = (struct lan_address){tcb->local_ip, tcb->local_port};
    if (peer)
        *peer = (struct lan_address){tcb->peer_ip, tcb->peer_port};
}

void tcp_info(const struct tcb *tcb, struct lan_socket_info *info)
{
    bool connected = tcb->state >= TCP_ESTABLISHED;
    *info = (struct lan_socket_info){
        .descriptor = tcb->descriptor,
        .kind = "tcp",
        .state = tcp_state_name(tcb->state),
        .local_address = tcb->local_ip,
        .peer_address = tcb->peer_ip,
        .local_port = tcb->local_port,
        .peer_port = tcb->peer_port,
        .receive_queued = tcb->state == TCP_LISTEN ? 0 : tcb_unread(tcb),
        .send_queued =
            connected && tcb->send_buffer != TCP_NONE ? tcb->send_end - tcb->send_unacked : 0,
        .rtt_us = tcb->srtt_us8 / 8,
        .congestion_window = connected ? tcb->congestion_window : 0,
    };
}
