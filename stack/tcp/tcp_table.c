/* Who is who among the control blocks: the table that finds a segment's
 * connection, the queues blocks stand in, their states, and a connection's end.
 *
 * A block is free, or in the table, or closed and held by its socket. */
#include "tcp/tcb.h"

/* --- the table ------------------------------------------------------------------- */

static uint16_t *bucket(struct tcp *tcp, lan_ip4 peer_ip, uint16_t peer_port, uint16_t local_port)
{
    uint32_t hash = (peer_ip ^ tcp->table_key) * 0x9E3779B1u; /* 2^32 by the golden ratio */
    hash = (hash ^ (uint32_t)peer_port << 16 ^ local_port) * 0x85EBCA6Bu;
    return &tcp->table[(hash >> 16 ^ hash >> 8) & tcp->table_mask];
}

void tcp_table_add(struct tcb *tcb)
{
    uint16_t *first = bucket(tcb->tcp, tcb->peer_ip, tcb->peer_port, tcb->local_port);
    tcb->table_next = *first;
    *first = tcb_index(tcb);
    tcb->flags |= TCB_LISTED;
}

void tcp_table_remove(struct tcb *tcb)
{
    if (!(tcb->flags & TCB_LISTED))
        return;
    uint16_t *link = bucket(tcb->tcp, tcb->peer_ip, tcb->peer_port, tcb->local_port);
    while (*link != tcb_index(tcb))
        link = &tcp_block(tcb->tcp, *link)->table_next;
    *link = tcb->table_next;
    tcb->flags &= (uint32_t)~TCB_LISTED;
}

struct tcb *tcp_find_connection(struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port,
                                lan_ip4 peer_ip, uint16_t peer_port)
{
    uint16_t at = *bucket(tcp, peer_ip, peer_port, local_port);
    while (at != TCP_NONE) {
        struct tcb *tcb = tcp_block(tcp, at);
        if (tcb->peer_ip == peer_ip && tcb->peer_port == peer_port &&
            tcb->local_port == local_port && tcb->local_ip == local_ip)
            return tcb;
        at = tcb->table_next;
    }
    return NULL;
}

struct tcb *tcp_find_bound(struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port)
{
    uint16_t at = *bucket(tcp, 0, 0, local_port);
    while (at != TCP_NONE) {
        struct tcb *tcb = tcp_block(tcp, at);
        if (tcb->peer_port == 0 && tcb->local_port == local_port &&
            (local_ip == 0 || tcb->local_ip == 0 || tcb->local_ip == local_ip))
            return tcb;
        at = tcb->table_next;
    }
    return NULL;
}

/* --- queues of blocks ------------------------------------------------------------ */

static void queue_add(struct tcb *tcb, uint16_t *first, uint16_t *last)
{
    tcb->queue_next = TCP_NONE;
    tcb->queue_before = *last;
    if (*last == TCP_NONE)
        *first = tcb_index(tcb);
    else
        tcp_block(tcb->tcp, *last)->queue_next = tcb_index(tcb);
    *last = tcb_index(tcb);
}

static void queue_remove(struct tcb *tcb, uint16_t *first, uint16_t *last)
{
    if (tcb->queue_before == TCP_NONE)
        *first = tcb->queue_next;
    else
        tcp_block(tcb->tcp, tcb->queue_before)->queue_next = tcb->queue_next;
    if (tcb->queue_next == TCP_NONE)
        *last = tcb->queue_before;
    else
        tcp_block(tcb->tcp, tcb->queue_next)->queue_before = tcb->queue_before;
}

void tcp_time_wait_add(struct tcb *tcb)
{
    queue_add(tcb, &tcb->tcp->time_wait_first, &tcb->tcp->time_wait_last);
}

void tcp_accept_add(struct tcb *listener, struct tcb *tcb)
{
    queue_add(tcb, &listener->listen.first, &listener->listen.last);
    listener->listen.waiting++;
}

struct tcb *tcp_accept_take(struct tcb *listener)
{
    if (listener->listen.first == TCP_NONE)
        return NULL;
    struct tcb *tcb = tcp_block(listener->tcp, listener->listen.first);
    queue_remove(tcb, &listener->listen.first, &listener->listen.last);
    tcb->listener = TCP_NONE;
    listener->listen.pending--;
    listener->listen.waiting--;
    return tcb;
}

/* --- states ---------------------------------------------------------------------- */

const char *tcp_state_name(enum tcp_state state)
{
    static const char names[][13] = {
        "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT",
        "FIN-WAIT-1", "FIN-WAIT-2", "CLOSING",  "LAST-ACK",     "TIME-WAIT",
    };
    return names[state];
}

void tcp_set_state(struct tcb *tcb, enum tcp_state state)
{
    const struct lan_trace *trace = tcb->tcp->config.trace;
    if (trace && trace->state && state != tcb->state)
        trace->state(trace->context, tcb->descriptor, tcp_state_name(tcb->state),
                     tcp_state_name(state));
    tcb->state = (uint8_t)state;
}

/* Waits out old segments (RFC 9293 section 3.6.1). */
void tcp_enter_time_wait(struct tcb *tcb)
{
    tcp_set_state(tcb, TCP_TIME_WAIT);
    tcp_free_send_buffer(tcb);
    if (!(tcb->flags & TCB_ATTACHED)) {
        tcp_free_receive_buffer(tcb);
        tcp_time_wait_add(tcb);
    }
    tcp_timer_start(tcb, TCP_TIMER_TIME_WAIT, TCP_TICKS(TCP_TIME_WAIT_MS));
}

void tcp_end(struct tcb *tcb, int error)
{
    struct tcp *tcp = tcb->tcp;
    if (tcb->state == TCP_TIME_WAIT && !(tcb->flags & TCB_ATTACHED))
        queue_remove(tcb, &tcp->time_wait_first, &tcp->time_wait_last);
    if (tcb->state == TCP_SYN_RECEIVED && tcb->listener != TCP_NONE) {
        tcp_block(tcp, tcb->listener)->listen.pending--;
        tcb->listener = TCP_NONE;
    }

    bool held = (tcb->flags & TCB_ATTACHED) || tcb->listener != TCP_NONE;
    tcp_set_state(tcb, TCP_CLOSED);
    tcp_timer_forget(tcb);
    tcp_table_remove(tcb);
    tcp_free_send_buffer(tcb);
    if (error || !held)
        tcp_free_receive_buffer(tcb);
    if (error) {
        tcb->error = (uint8_t)error;
        tcb->read_next = tcb->receive_next; /* what was unread is lost */
        tcb->flags &= (uint32_t)~TCB_PEER_CLOSED;
        tcp->counters.tcp_connections_failed++;
    }
    if (!held)
        tcp_free_block(tcb);
}
