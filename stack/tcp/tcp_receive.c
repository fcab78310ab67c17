/* A segment arrives: RFC 9293 section 3.10.7, its steps in its order. Steps 5, 7
 * and 8 are files of their own (tcp_acknowledge.c, tcp_reassembly.c).
 *
 * The usual case, data in its place for a block without gaps, is copied into the
 * ring while it is summed: what lies there is nobody's, so that a wrong checksum
 * spoils nothing. Where its ACK is as usual too, receive_expected is all. */
#include "tcp/tcb.h"

#include "base/bytes.h"
#include "base/checksum.h"

/* Section 3.1. Nothing is answered to what was not sent to us alone, by one host
 * (RFC 1122 section 4.2.3.10). */
static bool parse(struct tcp *tcp, const struct ip_packet *packet, struct segment *segment)
{
    const uint8_t *header = packet->payload;
    size_t header_size = packet->payload_size >= TCP_HEADER_SIZE ? (header[12] >> 4) * 4u : 0;
    if (header_size < TCP_HEADER_SIZE || header_size > packet->payload_size) {
        tcp->counters.tcp_drop_header++;
        return false;
    }
    if (packet->to_group || packet->source == 0 || packet->source >= LAN_IP4(224, 0, 0, 0)) {
        tcp->counters.tcp_drop_address++;
        return false;
    }
    const uint32_t ports = get32(header), control = get32(header + 12);
    *segment = (struct segment){
        .packet = packet,
        .option_bytes = header + TCP_HEADER_SIZE,
        .options_size = (uint16_t)(header_size - TCP_HEADER_SIZE),
        .data = header + header_size,
        .size = (uint32_t)(packet->payload_size - header_size),
        .source_port = (uint16_t)(ports >> 16),
        .target_port = (uint16_t)ports,
        .sequence = get32(header + 4),
        .acknowledgment = get32(header + 8),
        .flags = (uint8_t)(control >> 16),
        .window = (uint16_t)control,
    };
    uint32_t sum = checksum_plus(checksum_plus(ports, segment->sequence), segment->acknowledgment);
    segment->header_sum = checksum_plus(checksum_plus(sum, control), get32(header + 16));
    return true;
}

/* Where the data may lie before its checksum is known, or NULL. */
static uint8_t *place_ahead(struct tcb *tcb, const struct segment *segment)
{
    if (!tcb || !tcb_can_receive(tcb) || tcb->held_count > 0 || segment->size == 0 ||
        (segment->flags & (TCP_SYN | TCP_RST)) || segment->sequence != tcb->receive_next ||
        segment->size > tcb->receive_edge - tcb->receive_next || tcb->receive_buffer == TCP_NONE)
        return NULL;
    return tcp_ring_place(tcb->tcp, tcb->receive_buffer, segment->sequence, segment->size);
}

static bool checksum_is_good(struct tcb *tcb, struct segment *segment)
{
    const struct ip_packet *packet = segment->packet;
    if (packet->checksum_checked)
        return true;
    uint32_t numbers = checksum_pseudo_numbers(packet->source, packet->target, IP_PROTOCOL_TCP,
                                               packet->payload_size);
    uint32_t sum = checksum_of_numbers(checksum_plus(numbers, segment->header_sum));
    if (segment->options_size > 0)
        sum = checksum_add(sum, segment->option_bytes, segment->options_size);
    uint8_t *place = place_ahead(tcb, segment);
    if (place) {
        sum = checksum_copy(sum, place, segment->data, segment->size);
        segment->placed = true;
    } else if (segment->size > 0) {
        sum = checksum_add(sum, segment->data, segment->size);
    }
    return checksum_is_right(sum);
}

/* RFC 9293 MUST-7: what does not parse is not believed in anything. */
static bool options_are_good(struct tcp *tcp, struct segment *segment)
{
    segment->options.scale = TCP_NO_SCALE;
    if (segment->options_size == 0 ||
        tcp_parse_options(segment->option_bytes, segment->options_size, &segment->options))
        return true;
    tcp->counters.tcp_drop_options++;
    return false;
}

/* Section 3.10.7.3, its fourth step: the peer's SYN. */
static void receive_syn_answer(struct tcb *tcb, struct segment *segment)
{
    size_t payload_max;
    lan_ip4 source;
    if (!ip_route_to(tcb->tcp->config.ip, tcb->peer_ip, &source, &payload_max))
        payload_max = TCP_HEADER_SIZE + TCP_MSS_DEFAULT;
    tcp_learn_options(tcb, &segment->options, tcp_limit_payload(tcb, payload_max));

    /* Until now numbers were counted from 0. */
    uint32_t first = segment->sequence + 1;
    tcb->receive_next += first;
    tcb->read_next += first;
    tcb->receive_edge += first;
    tcp_set_window(tcb, segment);

    if (!(segment->flags & TCP_ACK)) {
        tcb->send_next = tcb->send_unacked; /* both open at once: SYN,ACK with our number */
        tcp_set_state(tcb, TCP_SYN_RECEIVED);
        tcp_want_output(tcb);
        return;
    }
    if (!tcp_establish(tcb))
        return;
    tcb->ack = TCP_ACK_NOW;
    tcp_want_output(tcb);
    segment->flags &= (uint8_t)~TCP_SYN;
    segment->sequence = first;
    tcp_receive_data(tcb, segment);
}

static void receive_syn_sent(struct tcb *tcb, struct segment *segment)
{
    struct tcp *tcp = tcb->tcp;
    bool acknowledges = segment->flags & TCP_ACK;
    if (acknowledges && (sequence_compare(segment->acknowledgment, tcb->send_unacked) <= 0 ||
                         sequence_compare(segment->acknowledgment, tcb->send_max) > 0)) {
        tcp->counters.tcp_drop_acknowledges++;
        tcp_answer_with_reset(tcp, segment);
        return;
    }
    if (segment->flags & TCP_RST) {
        if (acknowledges) {
            tcp->counters.tcp_resets_received++;
            tcp_end(tcb, LAN_ECONNREFUSED);
        } else {
            tcp->counters.tcp_drop_reset++;
        }
        return;
    }
    if (segment->flags & TCP_SYN)
        receive_syn_answer(tcb, segment);
    else
        tcp->counters.tcp_drop_state++;
}

/* Step 1: the sequence number (section 3.4, the four cases). False: outside. */
static bool is_acceptable(const struct tcb *tcb, const struct segment *segment)
{
    uint32_t length = segment_length(segment);
    uint32_t window = tcb->receive_edge - tcb->receive_next;
    uint32_t begin = segment->sequence - tcb->receive_next;
    uint32_t end = begin + length - 1;
    if (length == 0)
        return window == 0 ? begin == 0 : begin < window;
    return begin < window || (window > 0 && end < window);
}

/* What step 1 forgives. */
static void adapt(struct tcb *tcb, struct segment *segment)
{
    /* The SYN that we know, in SYN_RECEIVED: with an ACK the peer opened, too, and
     * that ACK counts; without one our answer was lost. */
    if (tcb->state == TCP_SYN_RECEIVED && (segment->flags & TCP_SYN) &&
        segment->sequence + 1 == tcb->receive_next) {
        if (segment->flags & TCP_ACK) {
            segment->sequence++;
            segment->flags &= (uint8_t)~TCP_SYN;
        } else {
            tcb->send_next = tcb->send_unacked;
        }
        tcp_want_output(tcb);
    }
    /* A closed window takes no data, but ACK and RST count (RFC 9293 MUST-66). */
    if (segment->sequence == tcb->receive_next && tcb->receive_edge == tcb->receive_next &&
        segment_length(segment) > 0 && !(segment->flags & TCP_SYN)) {
        segment->size = 0;
        segment->flags &= (uint8_t)~TCP_FIN;
        tcb->ack = TCP_ACK_NOW;
        tcp_want_output(tcb);
    }
}

static void receive_outside(struct tcb *tcb, const struct segment *segment)
{
    tcb->tcp->counters.tcp_drop_outside++;
    if (segment->flags & TCP_RST)
        return;
    if (tcb->state == TCP_TIME_WAIT && (segment->flags & TCP_FIN))
        tcp_timer_start(tcb, TCP_TIMER_TIME_WAIT, TCP_TICKS(TCP_TIME_WAIT_MS));
    if (tcb->state == TCP_SYN_RECEIVED && (segment->flags & TCP_SYN))
        return; /* adapt has seen to it */
    if (sequence_compare(segment->sequence + segment->size, tcb->receive_next) <= 0)
        tcp_sack_duplicate(tcb, segment->sequence, segment->sequence + segment->size);
    if (segment->size == 0 && !(segment->flags & TCP_FIN))
        tcp_send_challenge(tcb); /* two who answer each other would never end */
    else
        tcp_send_ack(tcb);
}

/* Step 2: RST resets only with the very next number (RFC 5961 section 3). */
static void receive_reset(struct tcb *tcb, const struct segment *segment)
{
    struct tcp *tcp = tcb->tcp;
    if (tcb->state == TCP_TIME_WAIT) {
        tcp->counters.tcp_drop_reset++; /* RFC 1337 */
        return;
    }
    if (segment->sequence != tcb->receive_next) {
        tcp->counters.tcp_drop_reset++;
        tcp_send_challenge(tcb);
        return;
    }
    tcp->counters.tcp_resets_received++;
    bool opening = tcb->state == TCP_SYN_RECEIVED && (tcb->flags & TCB_ACTIVE);
    bool closing = tcb->state == TCP_CLOSING || tcb->state == TCP_LAST_ACK;
    tcp_end(tcb, opening ? LAN_ECONNREFUSED : closing ? 0 : LAN_ECONNRESET);
}

/* Section 3.10.7.4. */
static void receive_synchronized(struct tcb *tcb, struct segment *segment)
{
    if (tcb->flags & TCB_KEEPALIVE)
        tcp_keepalive_heard(tcb);
    /* Before step 1: RFC 7323 section 5.3 */
    if (tcb->flags & TCB_TIMESTAMPS && !tcp_timestamp_is_acceptable(tcb, segment))
        return;
    adapt(tcb, segment);
    /* 1: sequence number */
    if (!is_acceptable(tcb, segment)) {
        receive_outside(tcb, segment);
        return;
    }
    if (tcb->flags & TCB_TIMESTAMPS)
        tcp_timestamp_learn(tcb, segment);
    /* 2: RST */
    if (segment->flags & TCP_RST) {
        receive_reset(tcb, segment);
        return;
    }
    /* 3: security: absent here, as everywhere */
    /* 4: SYN: RFC 5961 section 4 */
    if (segment->flags & TCP_SYN) {
        tcb->tcp->counters.tcp_drop_state++;
        tcp_send_challenge(tcb);
        return;
    }
    /* 5: ACK */
    if (!tcp_receive_ack(tcb, segment))
        return;
    /* 6: URG: urgent data is read in its place (RFC 6093) */
    /* 7: data, 8: FIN */
    tcp_receive_data(tcb, segment);
}

/* Header prediction (Van Jacobson; RFC 1323 section 4.3): nearly every segment to a
 * receiver is the next data, and its ACK tells nothing new. Of section 3.10.7.4 that
 * leaves TS.Recent, SND.WL1 and step 7. False: it is another; nothing is done. */
static bool receive_expected(struct tcb *tcb, const struct segment *segment)
{
    const struct tcp_options *options = &segment->options;
    bool timestamps = tcb->flags & TCB_TIMESTAMPS;
    if (tcb->state != TCP_ESTABLISHED || (segment->flags & ~TCP_PSH) != TCP_ACK ||
        segment->sequence != tcb->receive_next || segment->size == 0 ||
        segment->size > tcb->receive_edge - tcb->receive_next || tcb->receive_buffer == TCP_NONE ||
        (tcb->flags & (TCB_KEEPALIVE | TCB_FIN_HELD)))
        return false;
    if (segment->acknowledgment != tcb->send_unacked || tcb->send_max != tcb->send_unacked ||
        tcb->send_end != tcb->send_unacked || options->sack_count > 0 ||
        (uint32_t)segment->window << tcb->send_scale != tcb->send_window)
        return false;
    if (timestamps && (!options->has_timestamps ||
                       sequence_compare(options->timestamp, tcb->timestamp_recent) < 0))
        return false;
    if (timestamps)
        tcp_timestamp_learn(tcb, segment);
    tcb->window_sequence = segment->sequence;
    tcp_receive_in_order(tcb, segment);
    return true;
}

/* Section 3.10.7.1 and 3.10.7.2: no connection has these addresses. */
static void receive_unconnected(struct tcp *tcp, struct segment *segment)
{
    struct tcb *bound = tcp_find_bound(tcp, segment->packet->target, segment->target_port);
    if (bound && bound->state == TCP_LISTEN) {
        if (!options_are_good(tcp, segment))
            return;
        struct tcb *tcb = tcp_cookie_accept(bound, segment);
        if (tcb)
            receive_synchronized(tcb, segment);
        else
            tcp_receive_listen(bound, segment, NULL);
        return;
    }
    tcp->counters.tcp_drop_no_port++;
    tcp_answer_with_reset(tcp, segment);
}

/* RFC 6191 section 2: it cannot be an old SYN of the connection that is over. */
static bool is_new_incarnation(const struct tcb *tcb, const struct segment *syn)
{
    if (syn->options.has_timestamps) {
        if (!(tcb->flags & TCB_TIMESTAMPS))
            return true; /* segments without timestamps will be dropped from here on */
        int32_t newer = sequence_compare(syn->options.timestamp, tcb->timestamp_recent);
        if (newer != 0)
            return newer > 0;
    }
    return sequence_compare(syn->sequence, tcb->receive_next) >= 0;
}

/* A new connection of the same two ports meets the old one's TIME_WAIT (RFC 1122
 * section 4.2.2.13). True: it was one. */
static bool reuse_time_wait(struct tcb *tcb, const struct segment *segment)
{
    struct tcp *tcp = tcb->tcp;
    if (tcb->state != TCP_TIME_WAIT ||
        (segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN ||
        !is_new_incarnation(tcb, segment))
        return false;
    struct tcb *listener = tcp_find_bound(tcp, tcb->local_ip, tcb->local_port);
    if (!listener || listener->state != TCP_LISTEN)
        return false;
    uint32_t floor = tcb->send_max;
    tcp->counters.tcp_time_wait_reused++;
    tcp_end(tcb, 0);
    tcp_receive_listen(listener, segment, &floor);
    return true;
}

void tcp_receive(struct tcp *tcp, const struct ip_packet *packet)
{
    struct segment segment;
    tcp->counters.tcp_segments_received++;
    if (!parse(tcp, packet, &segment))
        return;
    struct tcb *tcb = tcp_find_connection(tcp, packet->target, segment.target_port, packet->source,
                                          segment.source_port);
    if (!checksum_is_good(tcb, &segment)) {
        tcp->counters.tcp_drop_checksum++;
        return;
    }
    if (!tcb)
        receive_unconnected(tcp, &segment);
    else if (!options_are_good(tcp, &segment))
        return;
    else if (receive_expected(tcb, &segment))
        return;
    else if (tcb->state == TCP_SYN_SENT)
        receive_syn_sent(tcb, &segment);
    else if (!reuse_time_wait(tcb, &segment))
        receive_synchronized(tcb, &segment);
}
