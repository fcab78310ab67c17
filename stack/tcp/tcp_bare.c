/* Segments that need no connection: resets (RFC 9293 section 3.5.2) and the answer
 * that a SYN cookie is. */
#include "tcp/tcb.h"
#include "tcp/tcp_header.h"

void tcp_send_bare(struct tcp *tcp, const struct ip_header *header, const struct tcp_bare *bare)
{
    struct ip_out out;
    size_t size = TCP_HEADER_SIZE + bare->options_size;
    if (ip_begin(tcp->config.ip, header, size, &out) != IP_OK) {
        tcp->counters.tcp_drop_bare++;
        return;
    }
    uint32_t numbers =
        tcp_write_header(out.payload, bare->source_port, bare->target_port, bare->sequence,
                         bare->acknowledgment, size, bare->flags, bare->window);
    numbers = checksum_plus(
        numbers, checksum_pseudo_numbers(out.source, header->target, IP_PROTOCOL_TCP, size));
    uint32_t sum = checksum_of_numbers(numbers);
    if (bare->options_size > 0)
        sum = checksum_copy(sum, out.payload + TCP_HEADER_SIZE, bare->options, bare->options_size);
    checksum_store(out.payload + TCP_CHECKSUM_AT, sum);
    ip_end(tcp->config.ip, &out, size);
    tcp->counters.tcp_segments_sent++;
    if (bare->flags & TCP_RST)
        tcp->counters.tcp_resets_sent++;
}

void tcp_send_reset(struct tcb *tcb)
{
    const struct ip_header header = {
        .source = tcb->local_ip,
        .target = tcb->peer_ip,
        .protocol = IP_PROTOCOL_TCP,
    };
    const struct tcp_bare reset = {
        .source_port = tcb->local_port,
        .target_port = tcb->peer_port,
        .sequence = tcb->send_max,
        .acknowledgment = tcb->receive_next,
        .flags = TCP_RST | TCP_ACK,
    };
    tcp_send_bare(tcb->tcp, &header, &reset);
}

/* A sequence number that the sender will believe. */
void tcp_answer_with_reset(struct tcp *tcp, const struct segment *segment)
{
    if (segment->flags & TCP_RST)
        return;
    const struct ip_header header = {
        .source = segment->packet->target,
        .target = segment->packet->source,
        .protocol = IP_PROTOCOL_TCP,
    };
    bool acknowledges = segment->flags & TCP_ACK;
    const struct tcp_bare reset = {
        .source_port = segment->target_port,
        .target_port = segment->source_port,
        .sequence = acknowledges ? segment->acknowledgment : 0,
        .acknowledgment = acknowledges ? 0 : segment->sequence + segment_length(segment),
        .flags = acknowledges ? TCP_RST : TCP_RST | TCP_ACK,
    };
    tcp_send_bare(tcp, &header, &reset);
}
