/* The passive side of the handshake: a SYN to a listener (RFC 9293 section
 * 3.10.7.2) makes a block in SYN_RECEIVED without buffers; the ACK that completes
 * it brings the buffers and the place in the listener's queue. */
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
    if (listener->listen.pending >= listener->listen.backlog) {
        tcp->counters.tcp_drop_backlog++;
        return false;
    }
    return true;
}

void tcp_receive_listen(struct tcb *listener, const struct segment *segment, const uint32_t *floor)
{
    struct tcp *tcp = listener->tcp;
    struct tcp_options options;
    size_t payload_max;
    lan_ip4 source;
    if (!is_opening(listener, segment))
        return;
    if (!tcp_parse_options(segment->options, segment->options_size, &options)) {
        tcp->counters.tcp_drop_options++;
        return;
    }
    if (!ip_route_to(tcp->config.ip, segment->packet->source, &source, &payload_max)) {
        tcp->counters.tcp_drop_address++; /* an answer would not get there */
        return;
    }
    struct tcb *tcb = tcp_new_block(tcp);
    if (!tcb) {
        tcp->counters.tcp_drop_no_block++;
        return;
    }

    tcb->local_ip = segment->packet->target;
    tcb->peer_ip = segment->packet->source;
    tcb->local_port = segment->target_port;
    tcb->peer_port = segment->source_port;
    tcb->flags |= listener->flags & TCB_NO_DELAY;
    tcp_table_add(tcb);
    tcb->listener = tcb_index(listener);
    listener->listen.pending++;

    tcp_learn_options(tcb, &options, payload_max);
    tcb->receive_next = tcb->read_next = tcb->receive_edge = segment->sequence + 1;
    uint32_t isn = tcp_initial_sequence(tcb);
    if (floor && sequence_compare(isn, *floor) <= 0)
        isn = *floor + 1;
    tcb->send_unacked = tcb->send_next = tcb->send_max = isn;
    tcb->send_end = isn + 1;
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
    tcp_rtt_end(tcb, tcb->send_end);
    tcb->send_unacked = tcb->send_next = tcb->send_max = tcb->small_end = tcb->send_end;
    tcb->retries = tcb->backoff = 0;
    tcb->soft_error = 0;
    tcp_timer_stop(tcb);
    tcp_set_state(tcb, TCP_ESTABLISHED);
    tcp_congestion_start(tcb);
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
