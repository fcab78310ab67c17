/* All that leaves: segments built in place in the adapter's memory by ip_begin,
 * each payload byte copied and summed once.
 *
 * tcp_output decides what may go now: the windows, Nagle, silly windows, FIN.
 * What ip has no room for stays queued, and the next tcp_step tries again; what
 * ip cannot deliver counts as sent and lost, and the timers see to it. */
#include "tcp/tcb.h"

#include "base/bytes.h"
#include "base/checksum.h"

void tcp_want_output(struct tcb *tcb)
{
    struct tcp *tcp = tcb->tcp;
    if (tcb->flags & TCB_QUEUED)
        return;
    tcb->flags |= TCB_QUEUED;
    tcb->output_next = TCP_NONE;
    if (tcp->output_last == TCP_NONE)
        tcp->output_first = tcb_index(tcb);
    else
        tcp_block(tcp, tcp->output_last)->output_next = tcb_index(tcb);
    tcp->output_last = tcb_index(tcb);
}

void tcp_run_output(struct tcp *tcp)
{
    uint16_t at = tcp->output_first;
    tcp->output_first = tcp->output_last = TCP_NONE;
    while (at != TCP_NONE) {
        struct tcb *tcb = tcp_block(tcp, at);
        at = tcb->output_next;
        tcb->flags &= (uint16_t)~TCB_QUEUED;
        tcp_output(tcb);
    }
}

/* --- the window that is told (RFC 9293 section 3.8.6.2.2) ------------------------ */

static uint32_t window_gain(const struct tcb *tcb)
{
    return tcb->read_next + tcb->tcp->config.buffer_bytes - tcb->receive_edge;
}

/* A step smaller than this would invite small segments. */
static uint32_t window_step(const struct tcb *tcb)
{
    return min_u32(tcb->tcp->config.buffer_bytes / 2, tcb->mss);
}

/* By itself, without an ACK that is due anyway: only when a quarter is free. */
bool tcp_window_is_worth_telling(const struct tcb *tcb)
{
    return window_gain(tcb) >= max_u32(tcb->tcp->config.buffer_bytes / 4, window_step(tcb));
}

/* The header's window field. The right edge never moves back. */
static uint16_t tell_window(struct tcb *tcb, uint8_t flags)
{
    uint32_t edge = tcb->receive_edge;
    if (window_gain(tcb) >= window_step(tcb))
        edge = tcb->read_next + tcb->tcp->config.buffer_bytes;
    unsigned scale = flags & TCP_SYN ? 0 : tcb->receive_scale;
    uint32_t window = edge - tcb->receive_next;
    uint32_t field = min_u32(window >> scale, UINT16_MAX);
    edge = tcb->receive_next + (field << scale);
    if (sequence_compare(edge, tcb->receive_edge) > 0)
        tcb->receive_edge = edge;
    return (uint16_t)field;
}

/* --- a segment ------------------------------------------------------------------- */

static void write_header(uint8_t *at, uint16_t source_port, uint16_t target_port, uint32_t sequence,
                         uint32_t acknowledgment, size_t header_size, uint8_t flags,
                         uint16_t window)
{
    put16(at, source_port);
    put16(at + 2, target_port);
    put32(at + 4, sequence);
    put32(at + 8, acknowledgment);
    at[12] = (uint8_t)(header_size << 2);
    at[13] = flags;
    put16(at + 14, window);
    put32(at + 16, 0); /* checksum, urgent pointer */
}

/* The size of the SYN's options; an answer tells a scale only if the peer did. */
static size_t write_syn_options(const struct tcb *tcb, uint8_t *at)
{
    lan_ip4 source;
    size_t payload_max = TCP_HEADER_SIZE + TCP_MSS_DEFAULT;
    ip_route_to(tcb->tcp->config.ip, tcb->peer_ip, &source, &payload_max);
    bool told = tcb->state == TCP_SYN_SENT || (tcb->flags & TCB_SCALING);
    return tcp_write_options(at, (uint16_t)(payload_max - TCP_HEADER_SIZE),
                             told ? tcp_receive_scale(tcb->tcp) : TCP_NO_SCALE);
}

/* ip did not take it. IP_AGAIN: it waits for the next step; after any other
 * result it counts as sent and lost, and the timers see to it. */
static enum ip_result not_sent(struct tcb *tcb, enum ip_result result)
{
    lan_ip4 source;
    size_t payload_max;
    if (result == IP_UNREACHABLE)
        tcb->soft_error = LAN_EHOSTUNREACH;
    if (result == IP_TOO_BIG &&
        ip_route_to(tcb->tcp->config.ip, tcb->peer_ip, &source, &payload_max) &&
        payload_max - TCP_HEADER_SIZE < tcb->mss) {
        tcb->mss = (uint16_t)(payload_max - TCP_HEADER_SIZE);
        result = IP_AGAIN;
    }
    if (result == IP_AGAIN)
        tcp_want_output(tcb);
    return result;
}

/* The payload from the send ring, and the checksum unless the adapter inserts it. */
static void fill_segment(struct tcb *tcb, struct ip_out *out, size_t header_size, uint32_t sequence,
                         uint32_t size)
{
    const struct tcp *tcp = tcb->tcp;
    uint8_t *data = out->payload + header_size;
    uint32_t sum =
        checksum_pseudo(tcb->local_ip, tcb->peer_ip, IP_PROTOCOL_TCP, header_size + size);
    if (out->can_insert) {
        if (size > 0)
            tcp_ring_get(tcp, tcb->send_buffer, sequence, data, size);
        checksum_store(out->payload + TCP_CHECKSUM_AT, ~sum & 0xffff);
        out->insert_at = TCP_CHECKSUM_AT;
        return;
    }
    sum = checksum_add(sum, out->payload, header_size);
    if (size > 0)
        sum = tcp_ring_get_sum(tcp, tcb->send_buffer, sequence, data, size, sum);
    checksum_store(out->payload + TCP_CHECKSUM_AT, sum);
}

/* A segment with `size` bytes of the send ring from `sequence` on. */
static enum ip_result send_segment(struct tcb *tcb, uint32_t sequence, uint32_t size, uint8_t flags)
{
    struct tcp *tcp = tcb->tcp;
    uint8_t options[TCP_SYN_OPTIONS_SIZE];
    size_t options_size = flags & TCP_SYN ? write_syn_options(tcb, options) : 0;
    size_t header_size = TCP_HEADER_SIZE + options_size;
    const struct ip_header header = {
        .source = tcb->local_ip,
        .target = tcb->peer_ip,
        .protocol = IP_PROTOCOL_TCP,
    };
    struct ip_out out;
    enum ip_result result = ip_begin(tcp->config.ip, &header, header_size + size, &out);
    if (result != IP_OK)
        return not_sent(tcb, result);

    write_header(out.payload, tcb->local_port, tcb->peer_port, sequence,
                 flags & TCP_ACK ? tcb->receive_next : 0, header_size, flags,
                 tell_window(tcb, flags));
    memcpy(out.payload + TCP_HEADER_SIZE, options, options_size);
    fill_segment(tcb, &out, header_size, sequence, size);
    ip_end(tcp->config.ip, &out, header_size + size);

    tcp->counters.tcp_segments_sent++;
    if (flags & TCP_ACK)
        tcb->ack = TCP_ACK_NONE;
    if (size > 0)
        tcb->sent_tick = tcp->now_tick;
    return IP_OK;
}

/* --- control segments ------------------------------------------------------------ */

void tcp_send_ack(struct tcb *tcb)
{
    tcb->ack = TCP_ACK_NOW;
    send_segment(tcb, tcb->send_max, 0, TCP_ACK);
}

void tcp_send_challenge(struct tcb *tcb)
{
    struct tcp *tcp = tcb->tcp;
    if (tcp->now_tick - tcb->challenge_tick >= TCP_TICKS(TCP_CHALLENGE_PERIOD_MS)) {
        tcb->challenge_tick = tcp->now_tick;
        tcb->challenge_count = 0;
    }
    if (tcb->challenge_count >= TCP_CHALLENGE_ACKS) {
        tcp->counters.tcp_drop_challenge++;
        return;
    }
    tcb->challenge_count++;
    tcp->counters.tcp_challenge_acks++;
    tcp_send_ack(tcb);
}

static void send_bare_reset(struct tcp *tcp, const struct ip_header *header, uint16_t source_port,
                            uint16_t target_port, uint32_t sequence, uint32_t acknowledgment,
                            uint8_t flags)
{
    struct ip_out out;
    if (ip_begin(tcp->config.ip, header, TCP_HEADER_SIZE, &out) != IP_OK) {
        tcp->counters.tcp_drop_reset_reply++;
        return;
    }
    write_header(out.payload, source_port, target_port, sequence, acknowledgment, TCP_HEADER_SIZE,
                 flags, 0);
    uint32_t sum = checksum_pseudo(out.source, header->target, IP_PROTOCOL_TCP, TCP_HEADER_SIZE);
    checksum_store(out.payload + TCP_CHECKSUM_AT, checksum_add(sum, out.payload, TCP_HEADER_SIZE));
    ip_end(tcp->config.ip, &out, TCP_HEADER_SIZE);
    tcp->counters.tcp_segments_sent++;
    tcp->counters.tcp_resets_sent++;
}

void tcp_send_reset(struct tcb *tcb)
{
    const struct ip_header header = {
        .source = tcb->local_ip,
        .target = tcb->peer_ip,
        .protocol = IP_PROTOCOL_TCP,
    };
    send_bare_reset(tcb->tcp, &header, tcb->local_port, tcb->peer_port, tcb->send_max,
                    tcb->receive_next, TCP_RST | TCP_ACK);
}

/* RFC 9293 section 3.5.2: a sequence number that the sender will believe. */
void tcp_answer_with_reset(struct tcp *tcp, const struct segment *segment)
{
    if (segment->flags & TCP_RST)
        return;
    const struct ip_header header = {
        .source = segment->packet->target,
        .target = segment->packet->source,
        .protocol = IP_PROTOCOL_TCP,
    };
    if (segment->flags & TCP_ACK)
        send_bare_reset(tcp, &header, segment->target_port, segment->source_port,
                        segment->acknowledgment, 0, TCP_RST);
    else
        send_bare_reset(tcp, &header, segment->target_port, segment->source_port, 0,
                        segment->sequence + segment_length(segment), TCP_RST | TCP_ACK);
}

/* --- what may be sent now -------------------------------------------------------- */

/* The control bits of a segment with data. */
static uint8_t data_flags(const struct tcb *tcb, uint32_t sequence, uint32_t size, bool fin)
{
    bool last = size > 0 && sequence + size == tcb->send_end;
    return (uint8_t)(TCP_ACK | (last ? TCP_PSH : 0) | (fin ? TCP_FIN : 0));
}

static void output_syn(struct tcb *tcb)
{
    if (tcb->send_next != tcb->send_unacked)
        return; /* on its way */
    bool resent = tcb->send_max != tcb->send_unacked;
    uint8_t flags = tcb->state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK;
    enum ip_result result = send_segment(tcb, tcb->send_unacked, 0, flags);
    if (result == IP_AGAIN)
        return;
    if (result == IP_UNREACHABLE && tcb->state == TCP_SYN_SENT) {
        tcp_end(tcb, LAN_EHOSTUNREACH); /* no way there: connect need not wait */
        return;
    }
    tcb->send_next = tcb->send_max = tcb->send_unacked + 1;
    if (resent)
        tcb->tcp->counters.tcp_resends++;
    else
        tcp_rtt_begin(tcb, tcb->send_unacked);
    if (tcb->timer != TCP_TIMER_RETRANSMIT)
        tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
}

/* The first segment in flight once more, whatever the windows say. */
static bool resend_first(struct tcb *tcb)
{
    uint32_t data_end =
        sequence_compare(tcb->send_max, tcb->send_end) > 0 ? tcb->send_end : tcb->send_max;
    uint32_t size = min_u32(data_end - tcb->send_unacked, tcb->mss);
    bool fin = tcb->send_unacked + size != tcb->send_max && tcb->send_unacked + size == data_end;
    uint8_t flags = data_flags(tcb, tcb->send_unacked, size, fin);
    if (send_segment(tcb, tcb->send_unacked, size, flags) == IP_AGAIN)
        return false;
    tcb->flags &= (uint16_t) ~(TCB_RESEND | TCB_TIMING);
    tcb->tcp->counters.tcp_resends++;
    return true;
}

/* One byte or the FIN beyond a closed window; what fits into a small one. */
static bool probe(struct tcb *tcb)
{
    uint32_t waiting = tcb->send_end - tcb->send_unacked;
    uint32_t size = min_u32(min_u32(waiting, tcb->mss), max_u32(1, tcb->send_window));
    bool fin = tcb->state >= TCP_FIN_WAIT_1 && size == waiting;
    uint8_t flags = data_flags(tcb, tcb->send_unacked, size, fin);
    if (send_segment(tcb, tcb->send_unacked, size, flags) == IP_AGAIN)
        return false;
    uint32_t end = tcb->send_unacked + size + fin;
    if (sequence_compare(end, tcb->send_max) > 0)
        tcb->send_max = end;
    if (tcb->send_window > 0)
        tcb->send_next = end;
    tcb->flags &= (uint16_t) ~(TCB_PROBE | TCB_TIMING);
    tcb->tcp->counters.tcp_window_probes++;
    return true;
}

/* RFC 9293 section 3.8.6.2.1, with Nagle as Minshall mended it: a small segment
 * waits only while another small one is in flight, so that the rest of a long
 * write does not wait for a delayed ACK. */
static bool is_worth_sending(const struct tcb *tcb, uint32_t size, uint32_t waiting)
{
    if (size == 0)
        return false;
    if (size >= tcb->mss || sequence_compare(tcb->send_next, tcb->send_max) < 0)
        return true;
    if (size == waiting && ((tcb->flags & TCB_NO_DELAY) || tcb->state >= TCP_FIN_WAIT_1 ||
                            sequence_compare(tcb->small_end, tcb->send_unacked) <= 0))
        return true;
    return tcb->send_next == tcb->send_unacked && size >= tcb->send_window_max / 2;
}

static void note_sent(struct tcb *tcb, uint32_t size, bool fin)
{
    uint32_t begin = tcb->send_next;
    tcb->send_next += size + fin;
    if (size > 0 && size < tcb->mss)
        tcb->small_end = tcb->send_next;
    if (sequence_compare(begin, tcb->send_max) < 0) {
        tcb->tcp->counters.tcp_resends++;
    } else if (!(tcb->flags & TCB_TIMING)) {
        tcp_rtt_begin(tcb, begin);
    }
    if (sequence_compare(tcb->send_next, tcb->send_max) > 0)
        tcb->send_max = tcb->send_next;
}

/* New data, and what a timeout set back. False: ip had no room. */
static bool output_data(struct tcb *tcb)
{
    uint32_t window = min_u32(tcb->send_window, tcp_congestion_limit(tcb));
    while (tcb_has_unsent(tcb)) {
        uint32_t flight = tcb->send_next - tcb->send_unacked;
        uint32_t usable = window > flight ? window - flight : 0;
        uint32_t waiting = tcb->send_end - tcb->send_next;
        uint32_t size = min_u32(min_u32(waiting, usable), tcb->mss);
        bool fin = tcb->state >= TCP_FIN_WAIT_1 && size == waiting && size < usable;
        if (!fin && !is_worth_sending(tcb, size, waiting))
            break;
        uint8_t flags = data_flags(tcb, tcb->send_next, size, fin);
        if (send_segment(tcb, tcb->send_next, size, flags) == IP_AGAIN)
            return false;
        note_sent(tcb, size, fin);
    }
    return true;
}

/* In flight: the retransmission timer runs. Held back by the peer's window, with
 * nothing in flight whose ACK would tell of a wider one: the persist timer. */
static void keep_a_timer(struct tcb *tcb)
{
    if (tcb->send_next != tcb->send_unacked) {
        if (tcb->timer != TCP_TIMER_RETRANSMIT)
            tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
    } else if (tcb->timer != TCP_TIMER_PERSIST && tcb_has_unsent(tcb)) {
        tcp_timer_start(tcb, TCP_TIMER_PERSIST, tcp_rto_ticks(tcb));
    }
}

static void output_synchronized(struct tcb *tcb)
{
    if (tcb->flags & TCB_PROBE && !probe(tcb))
        return;
    if (tcb->flags & TCB_RESEND && !resend_first(tcb))
        return;
    if (tcb->send_next == tcb->send_unacked && tcb->send_max == tcb->send_unacked)
        tcp_congestion_idle(tcb);
    bool all = output_data(tcb);
    if (tcb->send_next != tcb->send_unacked || all)
        keep_a_timer(tcb);
}

void tcp_output(struct tcb *tcb)
{
    if (tcb->state <= TCP_LISTEN)
        return;
    if (tcb->state <= TCP_SYN_RECEIVED)
        output_syn(tcb);
    else if (tcb->state < TCP_TIME_WAIT && tcb->state != TCP_FIN_WAIT_2)
        output_synchronized(tcb);
    if (tcb->ack == TCP_ACK_NOW)
        tcp_send_ack(tcb);
}
