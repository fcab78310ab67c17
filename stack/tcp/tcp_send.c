/* All that leaves: segments built in place in the adapter's memory by ip_begin,
 * each payload byte copied and summed once.
 *
 * tcp_output decides what may go now: the windows, Nagle, silly windows, FIN.
 * What ip has no room for stays queued, and the next tcp_step tries again; what
 * ip cannot deliver counts as sent and lost, and the timers see to it. */
#include "tcp/tcb.h"
#include "tcp/tcp_header.h"

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
        tcb->flags &= (uint32_t)~TCB_QUEUED;
        tcp_output(tcb);
    }
}

/* --- a segment ------------------------------------------------------------------- */

/* What our SYN tells; an answer only what the peer's asked for. */
static size_t write_syn_options(struct tcb *tcb, uint8_t *at)
{
    lan_ip4 source;
    size_t payload_max = TCP_HEADER_SIZE + TCP_MSS_DEFAULT;
    ip_route_to(tcb->tcp->config.ip, tcb->peer_ip, &source, &payload_max);
    bool first = tcb->state == TCP_SYN_SENT;
    const struct tcp_options tell = {
        .mss = (uint16_t)(tcp_limit_payload(tcb, payload_max) - TCP_HEADER_SIZE),
        .scale = first || (tcb->flags & TCB_SCALING) ? tcb->tcp->receive_scale : TCP_NO_SCALE,
        .sack_permitted = first || (tcb->flags & TCB_SACK),
        .has_timestamps = first || (tcb->flags & TCB_TIMESTAMPS),
        .timestamp = tcp_timestamp(tcb),
        .timestamp_echo = tcb->timestamp_recent,
    };
    return tcp_write_syn_options(at, &tell);
}

/* SACK goes with data only where the segment has room for it. */
static unsigned sack_blocks(const struct tcb *tcb, uint32_t size)
{
    uint16_t duplicate_block = tcb->tcp->duplicate_block;
    if (tcb->held_count == 0 && (duplicate_block == TCP_NONE || duplicate_block != tcb_index(tcb)))
        return 0;
    size_t room =
        TCP_OPTIONS_SIZE_MAX - (tcb->flags & TCB_TIMESTAMPS ? (size_t)TCP_TIMESTAMPS_SIZE : 0);
    if (size > 0)
        room = min_u32((uint32_t)room, tcb->mss > size ? tcb->mss - size : 0);
    return tcp_sack_count(tcb, room);
}

/* Gives the numbers' sum of what is the same in every segment, and what it leaves, which
 * is to be summed from memory. */
static uint32_t write_options(struct tcb *tcb, uint8_t *at, unsigned blocks, uint8_t **rest)
{
    uint32_t sum = 0;
    *rest = at;
    if (tcb->flags & TCB_TIMESTAMPS) {
        sum = tcp_timestamp_write(tcb, at);
        *rest = at + TCP_TIMESTAMPS_SIZE;
    }
    if (blocks > 0)
        tcp_sack_write(tcb, *rest, blocks);
    return sum;
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
        tcp_path_mtu_shrink(tcb, (uint32_t)payload_max - TCP_HEADER_SIZE))
        result = IP_AGAIN;
    if (result == IP_AGAIN)
        tcp_want_output(tcb);
    return result;
}

/* The payload from the send ring, and the checksum unless the adapter inserts it: the
 * header's `numbers` are summed, from `rest` on it is read. */
static void fill_segment(const struct tcb *tcb, struct ip_out *out, uint32_t numbers,
                         const uint8_t *rest, size_t header_size, uint32_t sequence, uint32_t size)
{
    const struct tcp *tcp = tcb->tcp;
    uint8_t *data = out->payload + header_size;
    uint32_t pseudo =
        checksum_pseudo_numbers(tcb->local_ip, tcb->peer_ip, IP_PROTOCOL_TCP, header_size + size);
    if (out->can_insert) {
        if (size > 0)
            tcp_ring_get(tcp, tcb->send_buffer, sequence, data, size);
        put16(out->payload + TCP_CHECKSUM_AT, checksum_fold(pseudo));
        out->insert_at = TCP_CHECKSUM_AT;
        return;
    }
    uint32_t sum = checksum_of_numbers(checksum_plus(numbers, pseudo));
    if (rest != data)
        sum = checksum_add(sum, rest, (size_t)(data - rest));
    if (size > 0)
        sum = tcp_ring_get_sum(tcp, tcb->send_buffer, sequence, data, size, sum);
    checksum_store(out->payload + TCP_CHECKSUM_AT, sum);
}

enum ip_result tcp_send_segment(struct tcb *tcb, uint32_t sequence, uint32_t size, uint8_t flags)
{
    struct tcp *tcp = tcb->tcp;
    uint8_t syn_options[TCP_OPTIONS_SIZE_MAX];
    unsigned blocks = 0;
    size_t header_size = TCP_HEADER_SIZE;
    if (flags & TCP_SYN) {
        header_size += write_syn_options(tcb, syn_options);
    } else {
        blocks = sack_blocks(tcb, size);
        header_size += tcb->flags & TCB_TIMESTAMPS ? (size_t)TCP_TIMESTAMPS_SIZE : 0;
        header_size += blocks > 0 ? TCP_SACK_HEAD_SIZE + blocks * TCP_SACK_BLOCK_SIZE : 0;
    }
    const struct ip_header header = {
        .source = tcb->local_ip,
        .target = tcb->peer_ip,
        .protocol = IP_PROTOCOL_TCP,
        .ttl = tcb->ttl,
        .tos = tcb->tos,
        .dont_fragment = tcb->mss > TCP_MSS_MIN, /* RFC 1191 */
    };
    struct ip_out out;
    enum ip_result result = ip_begin(tcp->config.ip, &header, header_size + size, &out);
    if (result != IP_OK)
        return not_sent(tcb, result);

    uint8_t *rest = out.payload + TCP_HEADER_SIZE;
    uint32_t numbers = tcp_write_header(out.payload, tcb->local_port, tcb->peer_port, sequence,
                                        flags & TCP_ACK ? tcb->receive_next : 0, header_size, flags,
                                        tcp_tell_window(tcb, flags));
    if (flags & TCP_SYN)
        memcpy(rest, syn_options, header_size - TCP_HEADER_SIZE);
    else
        numbers = checksum_plus(numbers, write_options(tcb, rest, blocks, &rest));
    fill_segment(tcb, &out, numbers, rest, header_size, sequence, size);
    ip_end(tcp->config.ip, &out, header_size + size);

    tcp->counters.tcp_segments_sent++;
    if (flags & TCP_ACK)
        tcb->ack = TCP_ACK_NONE;
    if (size > 0 || (flags & TCP_SYN))
        tcb->sent_us = (uint32_t)tcp->now_us;
    return IP_OK;
}

/* --- control segments ------------------------------------------------------------ */

void tcp_send_ack(struct tcb *tcb)
{
    tcb->ack = TCP_ACK_NOW;
    tcp_send_segment(tcb, tcb->send_max, 0, TCP_ACK);
}

void tcp_send_keepalive(struct tcb *tcb)
{
    tcp_send_segment(tcb, tcb->send_max - 1, 0, TCP_ACK);
    tcb->tcp->counters.tcp_keepalives++;
}

void tcp_send_challenge(struct tcb *tcb)
{
    struct tcp *tcp = tcb->tcp;
    unsigned period = tcp->now_tick / TCP_TICKS(TCP_CHALLENGE_PERIOD_MS) & 0xFFF;
    if (tcb->challenges >> 4 != period)
        tcb->challenges = (uint16_t)(period << 4);
    if ((tcb->challenges & 15) >= TCP_CHALLENGE_ACKS) {
        tcp->counters.tcp_drop_challenge++;
        return;
    }
    tcb->challenges++;
    tcp->counters.tcp_challenge_acks++;
    tcp_send_ack(tcb);
}

/* --- what may be sent now -------------------------------------------------------- */

uint8_t tcp_data_flags(const struct tcb *tcb, uint32_t sequence, uint32_t size, bool fin)
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
    enum ip_result result = tcp_send_segment(tcb, tcb->send_unacked, 0, flags);
    if (result == IP_AGAIN)
        return;
    if (result == IP_UNREACHABLE && tcb->state == TCP_SYN_SENT) {
        tcp_end(tcb, LAN_EHOSTUNREACH); /* no way there: connect need not wait */
        return;
    }
    tcb->send_next = tcb->send_max = tcb->send_unacked + 1;
    if (resent) {
        tcb->tcp->counters.tcp_resends++;
        tcb->sent_us = 0; /* which of them will be answered? (Karn) */
    }
    if (tcb->timer != TCP_TIMER_RETRANSMIT)
        tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
}

/* Notes that [send_next, end) is in flight. */
static void note_sent(struct tcb *tcb, uint32_t end, uint32_t size)
{
    bool resent = sequence_compare(tcb->send_next, tcb->send_max) < 0;
    tcp_sent_add(tcb, end, size > 0 && size < tcb->mss, resent);
    if (resent)
        tcb->tcp->counters.tcp_resends++;
    tcb->send_next = end;
    if (sequence_compare(end, tcb->send_max) > 0)
        tcb->send_max = end;
}

/* One byte or the FIN beyond a closed window; what fits into a small one. */
static bool probe(struct tcb *tcb)
{
    uint32_t waiting = tcb->send_end - tcb->send_unacked;
    uint32_t size = min_u32(min_u32(waiting, tcb->mss), max_u32(1, tcb->send_window));
    bool fin = tcb->state >= TCP_FIN_WAIT_1 && size == waiting;
    uint8_t flags = tcp_data_flags(tcb, tcb->send_unacked, size, fin);
    if (tcp_send_segment(tcb, tcb->send_unacked, size, flags) == IP_AGAIN)
        return false;
    uint32_t end = tcb->send_unacked + size + fin;
    if (tcb->send_window > 0)
        note_sent(tcb, end, size);
    else if (sequence_compare(end, tcb->send_max) > 0)
        tcb->send_max = end;
    tcb->flags &= ~(uint32_t)TCB_PROBE;
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
    if (size == waiting &&
        ((tcb->flags & TCB_NO_DELAY) || tcb->state >= TCP_FIN_WAIT_1 || tcb->small_count == 0))
        return true;
    return tcb->send_next == tcb->send_unacked && size >= tcb->send_window_max / 2;
}

static uint32_t window_room(const struct tcb *tcb)
{
    uint32_t flight = tcb->send_next - tcb->send_unacked;
    return tcb->send_window > flight ? tcb->send_window - flight : 0;
}

/* New data, and what was set back. False: ip had no room. */
static bool output_data(struct tcb *tcb)
{
    if (!tcb_has_unsent(tcb))
        return true;
    uint32_t usable = tcb->flags & TCB_WANT_TAIL_PROBE
                          ? tcb->mss /* beyond the congestion window: RFC 8985 section 7.3 */
                          : tcp_congestion_room(tcb);
    usable = min_u32(usable, window_room(tcb));
    while (tcb_has_unsent(tcb) && !tcp_sent_is_full(tcb)) {
        uint32_t waiting = tcb->send_end - tcb->send_next;
        uint32_t size = min_u32(min_u32(waiting, usable), tcb->mss);
        bool fin = tcb->state >= TCP_FIN_WAIT_1 && size == waiting && size < usable;
        if (!fin && !is_worth_sending(tcb, size, waiting))
            break;
        uint8_t flags = tcp_data_flags(tcb, tcb->send_next, size, fin);
        if (tcp_send_segment(tcb, tcb->send_next, size, flags) == IP_AGAIN)
            return false;
        note_sent(tcb, tcb->send_next + size + fin, size);
        usable -= size + fin;
    }
    return true;
}

/* The timer asks for something that makes the peer speak: something new, or else
 * the last segment again. False: ip had no room. */
static bool output_tail_probe(struct tcb *tcb)
{
    uint32_t before = tcb->send_max;
    if (!output_data(tcb))
        return false;
    bool resent = tcb->send_max == before;
    if (resent && !tcp_resend_last(tcb))
        return false;
    tcp_tail_probe_sent(tcb, resent);
    tcp_timer_start(tcb, TCP_TIMER_RETRANSMIT, tcp_rto_ticks(tcb));
    return true;
}

/* In flight: RTO or the tail probe's timer runs, anew with what was just sent. Held
 * back by the peer's window, with nothing in flight whose ACK would tell of a wider
 * one: the persist timer. */
static void keep_a_timer(struct tcb *tcb, bool sent_new)
{
    if (tcb->send_next != tcb->send_unacked) {
        if (tcb->timer == TCP_TIMER_NONE || tcb->timer == TCP_TIMER_KEEPALIVE ||
            tcb->timer == TCP_TIMER_PERSIST || (sent_new && tcb->timer == TCP_TIMER_TAIL_PROBE))
            tcp_timer_restart(tcb);
    } else if (tcb->timer != TCP_TIMER_PERSIST && tcb_has_unsent(tcb)) {
        tcp_timer_start(tcb, TCP_TIMER_PERSIST, tcp_rto_ticks(tcb));
    }
}

static void output_synchronized(struct tcb *tcb)
{
    if (tcb->flags & TCB_PROBE && !probe(tcb))
        return;
    if (tcb->flags & TCB_MARKED && !tcp_resend_lost(tcb))
        return;
    if (tcb->flags & TCB_WANT_TAIL_PROBE && !output_tail_probe(tcb))
        return;
    if (tcb->send_next == tcb->send_unacked && tcb->send_max == tcb->send_unacked)
        tcp_congestion_idle(tcb);
    uint32_t before = tcb->send_max;
    bool all = output_data(tcb);
    if (tcb->send_next != tcb->send_unacked || all)
        keep_a_timer(tcb, tcb->send_max != before);
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
