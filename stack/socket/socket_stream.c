/* What only stream sockets have: options of TCP, and of IP for their packets. */
#include "limits.h"
#include "socket/socket.h"

/* --- keepalive ----------------------------------------------------------------------- */

static bool is_within(int value, int min, int max)
{
    return value >= min && value <= max;
}

static int set_keepalive(struct tcb *tcb, int option, int value)
{
    struct tcp_keepalive keepalive = tcp_get_keepalive(tcb);
    if (option == LAN_TCP_KEEPIDLE) {
        if (!is_within(value, 1, UINT16_MAX))
            return -LAN_EINVAL;
        keepalive.idle_s = (uint16_t)value;
    } else if (!is_within(value, 1, UINT8_MAX)) {
        return -LAN_EINVAL;
    } else if (option == LAN_TCP_KEEPINTVL) {
        keepalive.interval_s = (uint8_t)value;
    } else {
        keepalive.count = (uint8_t)value;
    }
    return tcp_set_keepalive(tcb, &keepalive);
}

static int switch_keepalive(struct tcb *tcb, bool on)
{
    struct tcp_keepalive keepalive = tcp_get_keepalive(tcb);
    keepalive.on = on;
    return tcp_set_keepalive(tcb, &keepalive);
}

/* --- set ------------------------------------------------------------------------------- */

static int set_tcp_option(struct tcb *tcb, int option, int value)
{
    switch (option) {
    case LAN_TCP_MAXSEG:
        return tcp_set_mss(tcb, value);
    case LAN_TCP_KEEPIDLE:
    case LAN_TCP_KEEPINTVL:
    case LAN_TCP_KEEPCNT:
        return set_keepalive(tcb, option, value);
    case LAN_TCP_CONGESTION:
        if (value != LAN_TCP_CUBIC && value != LAN_TCP_NEW_RENO)
            return -LAN_ENOENT;
        tcp_set_congestion(tcb, value == LAN_TCP_CUBIC ? TCP_CUBIC : TCP_NEW_RENO);
        return 0;
    case LAN_TCP_USER_TIMEOUT:
        if (value < 0)
            return -LAN_EINVAL;
        tcp_set_user_timeout(tcb, (uint32_t)value);
        return 0;
    default:
        return tcp_set_option(tcb, LAN_IPPROTO_TCP, option, value);
    }
}

static int set_ip_option(struct tcb *tcb, int option, int value)
{
    if (option != LAN_IP_TTL && option != LAN_IP_TOS)
        return -LAN_ENOPROTOOPT;
    if (!is_within(value, option == LAN_IP_TTL, UINT8_MAX))
        return -LAN_EINVAL;
    if (option == LAN_IP_TTL)
        tcp_set_ttl(tcb, (uint8_t)value);
    else
        tcp_set_tos(tcb, (uint8_t)value);
    return 0;
}

int socket_set_stream_option(struct tcb *tcb, int level, int option, int value)
{
    if (level == LAN_IPPROTO_TCP)
        return set_tcp_option(tcb, option, value);
    if (level == LAN_IPPROTO_IP)
        return set_ip_option(tcb, option, value);
    if (level == LAN_SOL_SOCKET && option == LAN_SO_KEEPALIVE)
        return switch_keepalive(tcb, value != 0);
    return tcp_set_option(tcb, level, option, value);
}

/* --- get ------------------------------------------------------------------------------- */

static int get_tcp_option(struct tcb *tcb, int option, int *value)
{
    const struct tcp_keepalive keepalive = tcp_get_keepalive(tcb);
    switch (option) {
    case LAN_TCP_MAXSEG:
        *value = tcp_get_mss(tcb);
        return 0;
    case LAN_TCP_KEEPIDLE:
        *value = keepalive.idle_s;
        return 0;
    case LAN_TCP_KEEPINTVL:
        *value = keepalive.interval_s;
        return 0;
    case LAN_TCP_KEEPCNT:
        *value = keepalive.count;
        return 0;
    case LAN_TCP_CONGESTION:
        *value = tcp_get_congestion(tcb) == TCP_CUBIC ? LAN_TCP_CUBIC : LAN_TCP_NEW_RENO;
        return 0;
    case LAN_TCP_USER_TIMEOUT:
        *value = (int)tcp_get_user_timeout(tcb);
        return 0;
    default:
        return tcp_get_option(tcb, LAN_IPPROTO_TCP, option, value);
    }
}

static int get_ip_option(const struct tcb *tcb, int option, int *value)
{
    if (option == LAN_IP_TTL)
        *value = tcp_get_ttl(tcb) ? tcp_get_ttl(tcb) : IP_TTL;
    else if (option == LAN_IP_TOS)
        *value = tcp_get_tos(tcb);
    else
        return -LAN_ENOPROTOOPT;
    return 0;
}

int socket_get_stream_option(struct tcb *tcb, int level, int option, int *value)
{
    if (level == LAN_IPPROTO_TCP)
        return get_tcp_option(tcb, option, value);
    if (level == LAN_IPPROTO_IP)
        return get_ip_option(tcb, option, value);
    if (level == LAN_SOL_SOCKET && option == LAN_SO_KEEPALIVE) {
        *value = tcp_get_keepalive(tcb).on;
        return 0;
    }
    return tcp_get_option(tcb, level, option, value);
}
