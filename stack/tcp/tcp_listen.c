/* The passive side of the handshake: a SYN to a listener (RFC 9293 section
 * 3.10.7.2) makes a block in SYN_RECEIVED without buffers; the ACK that completes
 * it brings the buffers and the place in the listener's queue. As long as that has
 * places, a SYN is answered: by a cookie when half-open connections take them. */
#include "tcp/tcb.h"

/* False: the segment is none that could open a connection. */
static bool is_opening(struct tcb *listener, const struct segment *segment)
{
    struct tcp *tcp = listener->tcp;
    if (segment->flags & TCP_RST) {
        tcp->counters.tcp_drop_reset++;
        return false;
    }
    if (segment->flags & TCP_ACK) {
        tcp->counters.tcp_drop_acknowledges++;
        tcp_answer_with_reset(tcp, segment);
        return false;
    }
    if (!(segment->flags & TCP_SYN)) {
        tcp->counters.tcp_drop_state++;
        return false;
    }
    if (listener->listen.waiting >= listener->listen.backlog) {
        tcp->counters.tcp_drop_backlog++;
        return false;
    }
    return true;
}

struct tcb *tcp_listen_block(struct tcb *listener, const struct segment *segment,
                             const struct tcp_options *options)
{
    struct tcp *tcp = listener->tcp;
    size_t payload_max;
    lan_ip4 source;
    if (!ip_route_to(tcp->config.ip, segment->packet->source, &source, &payload_max))
        return NULL;
    struct tcb *tcb = tcp_new_block(tcp);
    if (!tcb)
        return NULL;

    tcb->local_ip = segment->packet->target;
    tcb->peer_ip = segment->packet->source;
    tcb->local_port = segment->target_port;
    tcb->peer_port = segment->source_port;
    tcb->flags |= listener->flags & (TCB_NO_DELAY | TCB_NEW_RENO | TCB_KEEPALIVE | TCB_MSS_LIMITED);
    tcb->keep_idle_s = listener->keep_idle_s;
    tcb->keep_interval_s = listener->keep_interval_s;
    tcb->keep_count = listener->keep_count;
    tcb->user_timeout = listener->user_timeout;
    tcb->ttl = listener->ttl;
    tcb->tos = listener->tos;
    tcp_table_add(tcb);
    tcb->listener = tcb_index(listener);
    listener->listen.pending++;

    tcb->timestamp_offset =
        tcp_timestamp_offset(tcp, tcb->local_ip, tcb->local_port, tcb->peer_ip, tcb->peer_port);
    tcp_learn_options(tcb, options, tcp_limit_payload(listener, payload_max));
    return tcb;
}

void tcp_listen_number(struct tcb *tcb, uint32_t isn, uint32_t peer_isn)
{
    tcb->receive_next = tcb->read_next = tcb->receive_edge = peer_isn + 1;
    tcb->send_unacked = tcb->send_next = tcb->send_max = isn;
    tcb->send_end = isn + 1;
}

void tcp_receive_listen(struct tcb *listener, const struct segment *segment, const uint32_t *floor)
{
    struct tcp *tcp = listener->tcp;
    size_t payload_max;
    lan_ip4 source;
    if (!is_opening(listener, segment))
        return;
    if (!ip_route_to(tcp->config.ip, segment->packet->source, &source, &payload_max)) {
        tcp->counters.tcp_drop_address++; /* an answer would not get there */
        return;
    }
    struct tcb *tcb = NULL;
    if (listener->listen.pending < listener->listen.backlog)
        tcb = tcp_listen_block(listener, segment, &segment->options);
    if (!tcb) {
        tcp_cookie_send(listener, segment,
                        (uint16_t)(tcp_limit_payload(listener, payload_max) - TCP_HEADER_SIZE));
        return;
    }
    uint32_t isn = tcp_initial_sequence(tcb);
    if (floor && sequence_compare(isn, *floor) <= 0)
        isn = *floor + 1;
    tcp_listen_number(tcb, isn, segment->sequence);
    tcp_set_window(tcb, segment);
    tcp_set_state(tcb, TCP_SYN_RECEIVED);
    tcp_want_output(tcb);
}

bool tcp_establish(struct tcb *tcb)
{
    if (tcb->send_buffer == TCP_NONE && !tcp_take_buffers(tcb)) {
        tcb->tcp->counters.tcp_drop_no_buffer++;
        return false;
    }
    tcp_ring_begin(tcb->tcp, tcb->send_buffer, tcb->send_end);
    if (tcb->receive_buffer != TCP_NONE) /* closed early: nobody will read */
        tcp_ring_begin(tcb->tcp, tcb->receive_buffer, tcb->read_next);
    if (tcb->sent_us != 0) /* 0: sent more than once, or by nobody we know of */
        tcp_rtt_sample(tcb, (uint32_t)tcb->tcp->now_us - tcb->sent_us);
    tcb->send_unacked = tcb->send_next = tcb->send_max = tcb->send_end;
    tcb->retries = tcb->backoff = 0;
    tcb->soft_error = 0;
    tcp_timer_stop(tcb);
    tcp_set_state(tcb, TCP_ESTABLISHED);
    tcp_congestion_start(tcb);
    tcp_keepalive_wait(tcb);
    if (tcb->listener == TCP_NONE) {
        tcb->tcp->counters.tcp_connections_opened++;
    } else {
        tcb->tcp->counters.tcp_connections_accepted++;
        tcp_accept_add(tcp_block(tcb->tcp, tcb->listener), tcb);
    }
    if (tcb->flags & TCB_CLOSE_EARLY) {
        tcp_set_state(tcb, TCP_FIN_WAIT_1);
        tcp_want_output(tcb);
    }
    return true;
}
