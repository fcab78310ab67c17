/* SYN cookies (RFC 4987 section 3.6): when half-open connections fill a listener's
 * backlog, or no control block is free, the answer to a SYN carries in its sequence
 * number what is to be known again, and nothing is kept.
 *
 *   number:    3 bits place in the table of MSS, 5 bits count of periods, 24 bits
 *              of a keyed hash over these, the addresses, the peer's number and
 *   timestamp: in its low 5 bits, when the peer offers timestamps: window scale and
 *              whether SACK is permitted; without timestamps there is neither. */
#include "tcp/tcb.h"

#include "base/checksum.h"

enum { MSS_SHIFT = 29, COUNT_SHIFT = 24, COUNT_MASK = 31 };
enum { OPTIONS_MASK = 31, OPTIONS_SACK = 16, OPTIONS_NO_SCALE = 15 };

static const uint16_t mss_table[] = {TCP_MSS_MIN, 216, 536, 1024, 1220, 1300, 1440, 1460};

static uint32_t count_now(const struct tcp *tcp)
{
    return tcp->now_tick >> TCP_COOKIE_PERIOD_SHIFT;
}

/* `options`: what goes into the timestamp. */
static uint32_t cookie(const struct tcp *tcp, const struct segment *segment, uint32_t peer_isn,
                       uint32_t mss_index, uint32_t count, uint32_t options)
{
    const uint64_t blocks[3] = {
        (uint64_t)segment->packet->target << 32 | segment->packet->source,
        (uint64_t)peer_isn << 32 | (uint32_t)segment->target_port << 16 | segment->source_port,
        (uint64_t)22 << 56 | (uint64_t)count << 16 | mss_index << 8 | options,
    };
    uint32_t hash = (uint32_t)tcp_siphash(tcp->cookie_key, blocks, 3) & ((1u << COUNT_SHIFT) - 1);
    return mss_index << MSS_SHIFT | (count & COUNT_MASK) << COUNT_SHIFT | hash;
}

static uint32_t pack_options(const struct tcp_options *options)
{
    if (!options->has_timestamps)
        return OPTIONS_NO_SCALE;
    uint32_t scale = options->scale == TCP_NO_SCALE ? OPTIONS_NO_SCALE : options->scale;
    return scale | (options->sack_permitted ? OPTIONS_SACK : 0);
}

/* Our clock, set back to the last time when its low bits were these. */
static uint32_t timestamp_with(uint32_t timestamp, uint32_t options)
{
    uint32_t with = (timestamp & ~(uint32_t)OPTIONS_MASK) | options;
    return sequence_compare(with, timestamp) > 0 ? with - (OPTIONS_MASK + 1) : with;
}

void tcp_cookie_send(struct tcb *listener, const struct segment *syn, uint16_t mss)
{
    struct tcp *tcp = listener->tcp;
    const struct ip_header header = {
        .source = syn->packet->target,
        .target = syn->packet->source,
        .protocol = IP_PROTOCOL_TCP,
    };
    uint32_t mss_index = 7;
    while (mss_index > 0 && mss_table[mss_index] > (syn->options.mss ? syn->options.mss : 536))
        mss_index--;
    uint32_t packed = pack_options(&syn->options);
    uint32_t clock =
        tcp->now_tick + tcp_timestamp_offset(tcp, syn->packet->target, syn->target_port,
                                             syn->packet->source, syn->source_port);
    const struct tcp_options tell = {
        .mss = mss,
        .scale =
            (packed & OPTIONS_NO_SCALE) == OPTIONS_NO_SCALE ? TCP_NO_SCALE : tcp->receive_scale,
        .sack_permitted = packed & OPTIONS_SACK,
        .has_timestamps = syn->options.has_timestamps,
        .timestamp = timestamp_with(clock, packed),
        .timestamp_echo = syn->options.timestamp,
    };
    uint8_t options[TCP_OPTIONS_SIZE_MAX];
    size_t options_size = tcp_write_syn_options(options, &tell);
    uint32_t isn = cookie(tcp, syn, syn->sequence, mss_index, count_now(tcp), packed);
    tcp->cookie_tick = tcp->now_tick;
    tcp->counters.tcp_cookies_sent++;
    tcp_send_bare(tcp, &header,
                  &(const struct tcp_bare){
                      .source_port = syn->target_port,
                      .target_port = syn->source_port,
                      .sequence = isn,
                      .acknowledgment = syn->sequence + 1,
                      .flags = TCP_SYN | TCP_ACK,
                      .window = (uint16_t)min_u32(tcp->config.buffer_bytes, UINT16_MAX),
                      .options = options,
                      .options_size = options_size,
                  });
}

/* Whether the number is one that we gave not long ago. */
static bool is_ours(const struct tcp *tcp, const struct segment *ack, uint32_t packed)
{
    uint32_t isn = ack->acknowledgment - 1;
    uint32_t age = (count_now(tcp) - (isn >> COUNT_SHIFT)) & COUNT_MASK;
    return age <= 1 && isn == cookie(tcp, ack, ack->sequence - 1, isn >> MSS_SHIFT,
                                     count_now(tcp) - age, packed);
}

struct tcb *tcp_cookie_accept(struct tcb *listener, const struct segment *ack)
{
    struct tcp *tcp = listener->tcp;
    if ((ack->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_ACK ||
        tcp->counters.tcp_cookies_sent == 0 ||
        (tcp->now_tick - tcp->cookie_tick) >> TCP_COOKIE_PERIOD_SHIFT > 1)
        return NULL;
    uint32_t packed =
        ack->options.has_timestamps ? ack->options.timestamp_echo & OPTIONS_MASK : OPTIONS_NO_SCALE;
    if (!is_ours(tcp, ack, packed))
        return NULL;
    if (listener->listen.waiting >= listener->listen.backlog) {
        tcp->counters.tcp_drop_backlog++;
        return NULL;
    }
    uint32_t isn = ack->acknowledgment - 1, scale = packed & OPTIONS_NO_SCALE;
    const struct tcp_options options = {
        .mss = mss_table[isn >> MSS_SHIFT],
        .scale = scale == OPTIONS_NO_SCALE ? TCP_NO_SCALE : (uint8_t)scale,
        .sack_permitted = packed & OPTIONS_SACK,
        .has_timestamps = ack->options.has_timestamps,
        .timestamp = ack->options.timestamp,
    };
    struct tcb *tcb = tcp_listen_block(listener, ack, &options);
    if (!tcb) {
        tcp->counters.tcp_drop_no_block++;
        return NULL;
    }
    tcp_listen_number(tcb, isn, ack->sequence - 1);
    tcb->send_next = tcb->send_max = isn + 1;
    tcb->receive_edge += min_u32(tcp->config.buffer_bytes, UINT16_MAX);
    tcp_set_state(tcb, TCP_SYN_RECEIVED);
    tcp->counters.tcp_cookies_accepted++;
    return tcb;
}
