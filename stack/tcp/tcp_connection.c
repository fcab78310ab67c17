/* The upper side of TCP, the calls that open and close (RFC 9293 section 3.10.1
 * and 3.10.4 to 3.10.5). Reading and writing are in tcp_stream.c. */
#include "tcp/tcb.h"

struct tcb *tcp_open(struct tcp *tcp)
{
    struct tcb *tcb = tcp_new_block(tcp);
    if (tcb)
        tcb->flags |= TCB_ATTACHED;
    return tcb;
}

void tcp_set_descriptor(struct tcb *tcb, int descriptor)
{
    tcb->descriptor = (int16_t)descriptor;
}

/* --- ports ----------------------------------------------------------------------- */

/* RFC 6056 algorithm 1: a random port, and from there the next that is free; to a
 * peer only the pair need be. 0: none. */
static uint16_t choose_port(struct tcb *tcb, lan_ip4 peer_ip, uint16_t peer_port)
{
    struct tcp *tcp = tcb->tcp;
    uint32_t offset = tcp->config.port->random(tcp->config.port->context);
    for (unsigned i = 0; i < TCP_PORT_COUNT; i++) {
        uint16_t port = (uint16_t)(TCP_PORT_FIRST + (offset + i) % TCP_PORT_COUNT);
        if (!tcp_find_bound(tcp, tcb->local_ip, port) &&
            (!peer_port || !tcp_find_connection(tcp, tcb->local_ip, port, peer_ip, peer_port)))
            return port;
    }
    return 0;
}

int tcp_bind(struct tcb *tcb, const struct lan_address *local)
{
    if (tcb->state != TCP_CLOSED || (tcb->flags & (TCB_LISTED | TCB_ACTIVE)))
        return -LAN_EINVAL;
    tcb->local_ip = local->ip;
    tcb->local_port = local->port ? local->port : choose_port(tcb, 0, 0);
    if (tcb->local_port == 0 || tcp_find_bound(tcb->tcp, tcb->local_ip, tcb->local_port)) {
        tcb->local_port = 0;
        return -LAN_EADDRINUSE;
    }
    tcb->flags |= TCB_BOUND;
    tcp_table_add(tcb);
    return 0;
}

/* --- opening --------------------------------------------------------------------- */

int tcp_listen(struct tcb *tcb, int backlog)
{
    if ((tcb->state != TCP_CLOSED && tcb->state != TCP_LISTEN) || (tcb->flags & TCB_ACTIVE))
        return -LAN_EINVAL;
    if (!(tcb->flags & TCB_LISTED)) {
        const struct lan_address any = {0, 0};
        int result = tcp_bind(tcb, &any);
        if (result < 0)
            return result;
    }
    if (tcb->state != TCP_LISTEN) {
        tcb->listen.pending = tcb->listen.waiting = 0;
        tcb->listen.first = tcb->listen.last = TCP_NONE;
        tcp_set_state(tcb, TCP_LISTEN);
    }
    int limit = backlog > TCP_BACKLOG_MAX ? TCP_BACKLOG_MAX : backlog;
    tcb->listen.backlog = (uint16_t)(limit < 1 ? 1 : limit);
    return 0;
}

struct tcb *tcp_accept(struct tcb *listener)
{
    if (listener->state != TCP_LISTEN)
        return NULL;
    struct tcb *tcb = tcp_accept_take(listener);
    if (tcb)
        tcb->flags |= TCB_ATTACHED;
    return tcb;
}

static int may_connect(const struct tcb *tcb, const struct lan_address *peer)
{
    if (tcb->state == TCP_LISTEN)
        return -LAN_EOPNOTSUPP;
    if (tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECEIVED)
        return -LAN_EALREADY;
    if (tcb->state != TCP_CLOSED)
        return -LAN_EISCONN;
    if (peer->port == 0)
        return -LAN_EINVAL;
    if (peer->ip == 0 || peer->ip >= LAN_IP4(224, 0, 0, 0))
        return -LAN_ENETUNREACH;
    return 0;
}

/* Moves the block in the table from its port to its connection. */
static int take_addresses(struct tcb *tcb, const struct lan_address *peer, lan_ip4 source)
{
    struct tcp *tcp = tcb->tcp;
    lan_ip4 bound_ip = tcb->local_ip;
    tcb->local_ip = bound_ip ? bound_ip : source;
    uint16_t port =
        tcb->flags & TCB_LISTED ? tcb->local_port : choose_port(tcb, peer->ip, peer->port);
    int error = port == 0 ? LAN_EADDRNOTAVAIL : 0;
    if (!error && tcp_find_connection(tcp, tcb->local_ip, port, peer->ip, peer->port))
        error = LAN_EADDRINUSE;
    if (!error && !tcp_take_buffers(tcb))
        error = LAN_ENOBUFS;
    if (error) {
        tcb->local_ip = bound_ip;
        return -error;
    }
    tcp_table_remove(tcb);
    tcb->local_port = port;
    tcb->peer_ip = peer->ip;
    tcb->peer_port = peer->port;
    tcp_table_add(tcb);
    return 0;
}

/* What was lent ends with the connection; of one that is over the buffers go too. */
static void take_spans_back(struct tcb *tcb)
{
    tcb->flags &= ~(uint32_t)(TCB_RECEIVE_LENT | TCB_SEND_LENT);
    if (tcb->state == TCP_CLOSED) {
        tcp_free_send_buffer(tcb);
        tcp_free_receive_buffer(tcb);
    }
}

/* A block whose connection is over, or never came about, becomes as new but for what
 * its user has set; where it was bound it is bound again. */
static int begin_again(struct tcb *tcb)
{
    struct tcp *tcp = tcb->tcp;
    const struct lan_address local = {tcb->local_ip, tcb->local_port};
    const struct tcb before = *tcb;
    take_spans_back(tcb);
    tcp_blank_block(tcb);
    tcb->descriptor = before.descriptor;
    tcb->flags |= before.flags & (TCB_ATTACHED | TCB_NO_DELAY | TCB_NEW_RENO | TCB_KEEPALIVE);
    tcb->keep_idle_s = before.keep_idle_s;
    tcb->keep_interval_s = before.keep_interval_s;
    tcb->keep_count = before.keep_count;
    tcb->user_timeout = before.user_timeout;
    tcb->ttl = before.ttl;
    tcb->tos = before.tos;
    if (before.flags & TCB_MSS_LIMITED) {
        tcb->flags |= TCB_MSS_LIMITED;
        tcb->mss = before.mss;
    }
    if (tcp->duplicate_block == tcb_index(tcb))
        tcp->duplicate_block = TCP_NONE;
    return before.flags & TCB_BOUND ? tcp_bind(tcb, &local) : 0;
}

int tcp_connect(struct tcb *tcb, const struct lan_address *peer)
{
    size_t payload_max;
    lan_ip4 source;
    int result = may_connect(tcb, peer);
    if (result < 0)
        return result;
    if (tcb->error) /* of the attempt before: told once, then there may be another */
        return -tcp_take_error(tcb);
    if (tcb->peer_port != 0)
        result = begin_again(tcb);
    if (result < 0)
        return result;
    if (!ip_route_to(tcb->tcp->config.ip, peer->ip, &source, &payload_max))
        return -LAN_ENETUNREACH;
    result = take_addresses(tcb, peer, source);
    if (result < 0)
        return result;

    tcb->flags |= TCB_ACTIVE;
    tcb->mss = (uint16_t)(tcp_limit_payload(tcb, payload_max) - TCP_HEADER_SIZE);
    tcb->send_unacked = tcp_initial_sequence(tcb);
    tcb->timestamp_offset = tcp_timestamp_offset(tcb->tcp, tcb->local_ip, tcb->local_port,
                                                 tcb->peer_ip, tcb->peer_port);
    tcb->send_next = tcb->send_max = tcb->send_unacked;
    tcb->send_end = tcb->send_unacked + 1;
    tcp_set_state(tcb, TCP_SYN_SENT);
    tcp_output(tcb);
    return tcb->state == TCP_CLOSED ? -tcp_take_error(tcb) : -LAN_EINPROGRESS;
}

/* --- closing --------------------------------------------------------------------- */

/* Our FIN follows what is still to be sent. */
static void close_sending(struct tcb *tcb)
{
    if (tcb->state == TCP_SYN_RECEIVED)
        tcb->flags |= TCB_CLOSE_EARLY;
    else if (tcb->state == TCP_ESTABLISHED)
        tcp_set_state(tcb, TCP_FIN_WAIT_1);
    else if (tcb->state == TCP_CLOSE_WAIT)
        tcp_set_state(tcb, TCP_LAST_ACK);
    else
        return;
    tcp_output(tcb);
}

int tcp_shutdown(struct tcb *tcb, int how)
{
    if (how != LAN_SHUT_RD && how != LAN_SHUT_WR && how != LAN_SHUT_RDWR)
        return -LAN_EINVAL;
    if (tcb->state <= TCP_SYN_SENT)
        return -LAN_ENOTCONN;
    if (how != LAN_SHUT_WR) {
        tcb->flags |= TCB_READ_SHUT;
        tcb->read_next += tcb_unread(tcb);
    }
    if (how != LAN_SHUT_RD)
        close_sending(tcb);
    return 0;
}

/* Connections that nobody will accept any more: all blocks are looked through, as
 * this happens once in a listener's life. */
static void abandon_pending(struct tcb *listener)
{
    struct tcp *tcp = listener->tcp;
    for (unsigned i = 0; i < tcp->config.connection_count && listener->listen.pending > 0; i++) {
        struct tcb *tcb = &tcp->blocks[i];
        if (!(tcb->flags & TCB_LISTED) || tcb->listener != tcb_index(listener) ||
            tcb->state != TCP_SYN_RECEIVED)
            continue;
        tcp_send_reset(tcb);
        tcp_end(tcb, 0);
    }
    for (struct tcb *tcb; (tcb = tcp_accept(listener)) != NULL;) {
        if (tcb->state != TCP_CLOSED)
            tcp_send_reset(tcb);
        tcb->flags &= (uint32_t)~TCB_ATTACHED;
        tcp_end(tcb, 0);
    }
}

void tcp_abort(struct tcb *tcb)
{
    take_spans_back(tcb);
    if (tcb->state > TCP_SYN_SENT && tcb->state < TCP_TIME_WAIT) {
        tcp_send_reset(tcb);
        tcb->descriptor = -1;
        tcb->flags &= (uint32_t)~TCB_ATTACHED;
        tcp_end(tcb, 0);
        return;
    }
    tcp_close(tcb);
}

bool tcp_has_delivered(const struct tcb *tcb)
{
    return tcb->state <= TCP_SYN_SENT || tcb->state == TCP_FIN_WAIT_2 ||
           tcb->state == TCP_TIME_WAIT;
}

void tcp_close(struct tcb *tcb)
{
    take_spans_back(tcb);
    if (tcb->state == TCP_LISTEN)
        abandon_pending(tcb);
    tcb->descriptor = -1;
    tcb->flags &= (uint32_t)~TCB_ATTACHED;
    if (tcb->state <= TCP_SYN_SENT) {
        tcp_end(tcb, 0);
        return;
    }
    if (tcb_unread(tcb) > 0 && tcb->state != TCP_TIME_WAIT) {
        tcp_send_reset(tcb);
        tcp_end(tcb, 0);
        return;
    }
    tcp_free_receive_buffer(tcb);
    if (tcb->state == TCP_FIN_WAIT_2)
        tcp_timer_start(tcb, TCP_TIMER_FIN_WAIT_2, TCP_TICKS(TCP_FIN_WAIT_2_MS));
    else if (tcb->state == TCP_TIME_WAIT)
        tcp_time_wait_add(tcb);
    else
        close_sending(tcb);
}
