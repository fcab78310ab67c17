/* The receiver: takes packets from its socket, believes or drops them, and has the
 * jitter buffer keep them until they are played.
 *
 * One source is played. When it has been still for RTP_SOURCE_STILL_MS another may take
 * its place: a sender that began anew has a new SSRC. */
#include <string.h>

#include "rtp/rtp.h"

int lan_rtp_receiver_open(struct lan_rtp_receiver *receiver, struct lan_host *host,
                          const struct lan_rtp_receiver_config *config, struct lan_rtp_slot *slots,
                          unsigned slot_count)
{
    if (!rtp_format_fits(&config->format) || config->delay_ms > RTP_DELAY_MAX_MS ||
        config->delay_max_ms > RTP_DELAY_MAX_MS)
        return -LAN_EINVAL;
    memset(receiver, 0, sizeof *receiver);
    receiver->host = host;
    receiver->format = config->format;
    jitter_buffer_init(&receiver->buffer, config, slots, slot_count);
    receiver->fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    if (receiver->fd < 0)
        return receiver->fd;
    int result = lan_bind(host, receiver->fd, &config->local);
    if (result == 0 && config->peer.port != 0)
        result = lan_connect(host, receiver->fd, &config->peer);
    if (result == 0 && config->rtcp) {
        const struct lan_address local = {config->local.ip, (uint16_t)(config->local.port + 1)};
        const struct lan_address from = {config->peer.ip, 0};
        result = rtcp_open(&receiver->rtcp, host, lan_host_random(host), &local, &from);
    }
    if (result < 0)
        lan_rtp_receiver_close(receiver);
    return result;
}

/* The sender said that it has ended, and all has been played. */
static bool is_over(const struct lan_rtp_receiver *receiver)
{
    return receiver->source.ended && !receiver->buffer.running;
}

/* Another SSRC than the one that is played: once it is believed and the other is still, or
 * never was believed, it is played. false: not now. */
static bool change_source(struct lan_rtp_receiver *receiver, const struct lan_rtp_packet *packet,
                          uint64_t now_us)
{
    struct lan_rtp_source *candidate = &receiver->candidate, *source = &receiver->source;
    if (!candidate->known || candidate->ssrc != packet->ssrc) {
        rtp_source_begin(candidate, packet->ssrc, packet->sequence);
        return false;
    }
    rtp_source_update(candidate, packet->sequence);
    bool plays = source->probation == 0 && !is_over(receiver);
    if (candidate->probation > 0 ||
        (plays && now_us - source->heard_us < RTP_SOURCE_STILL_MS * 1000ull))
        return false;
    receiver->counters.rtp_source_changes += source->probation == 0;
    /* What came before it was believed is not missed. */
    rtp_source_begin(source, packet->ssrc, packet->sequence);
    source->probation = 0;
    candidate->known = false;
    jitter_buffer_clear(&receiver->buffer);
    return true;
}

/* true: the packet is of the sound that is played, and new. */
static bool is_wanted(struct lan_rtp_receiver *receiver, const struct lan_rtp_packet *packet,
                      uint64_t now_us)
{
    struct lan_rtp_source *source = &receiver->source;
    struct lan_rtp_counters *counters = &receiver->counters;
    if (!source->known) {
        rtp_source_begin(source, packet->ssrc, packet->sequence);
        return true;
    }
    if (packet->ssrc != source->ssrc) {
        if (change_source(receiver, packet, now_us))
            return true;
        counters->rtp_other_source++;
        return false;
    }
    if (is_over(receiver)) {
        counters->rtp_other_source++;
        return false;
    }
    bool believed = source->probation == 0;
    switch (rtp_source_update(source, packet->sequence)) {
    case RTP_NEXT:
        return true;
    case RTP_EARLIER:
        counters->rtp_reordered++;
        return true;
    case RTP_DUPLICATE:
        counters->rtp_duplicate++;
        return false;
    case RTP_RESTART:
        jitter_buffer_clear(&receiver->buffer);
        counters->rtp_restarts++;
        return true;
    case RTP_NOWHERE:
    default:
        counters->rtp_out_of_range++;
        if (!believed) /* the first was from nowhere; this may be the first */
            jitter_buffer_clear(&receiver->buffer);
        return !believed;
    }
}

void lan_rtp_receiver_take(struct lan_rtp_receiver *receiver, const uint8_t *bytes, size_t size,
                           uint64_t now_us)
{
    struct lan_rtp_source *source = &receiver->source;
    struct lan_rtp_packet packet;
    unsigned frame_size = 2u * receiver->format.channels;
    if (!lan_rtp_parse(bytes, size, &packet) || packet.payload_size == 0 ||
        packet.payload_size % frame_size != 0 || packet.payload_size > LAN_RTP_PAYLOAD_MAX) {
        receiver->counters.rtp_malformed++;
        return;
    }
    if (packet.payload_type != receiver->format.payload_type) {
        receiver->counters.rtp_other_type++;
        return;
    }
    if (!is_wanted(receiver, &packet, now_us))
        return;
    receiver->counters.rtp_received++;
    source->heard_us = now_us;
    uint64_t rate = receiver->format.rate_hz;
    rtp_source_time(source, packet.timestamp,
                    (uint32_t)(now_us / 1000000 * rate + now_us % 1000000 * rate / 1000000));
    jitter_buffer_put(&receiver->buffer, &packet, source->jitter_x16 >> 4, &receiver->counters);
}

void lan_rtp_receiver_step(struct lan_rtp_receiver *receiver, uint64_t now_us)
{
    bool more = true;
    for (unsigned i = 0; i < RTP_PACKETS_PER_STEP && more; i++) {
        long got = lan_recvfrom(receiver->host, receiver->fd, receiver->datagram,
                                sizeof receiver->datagram, LAN_MSG_DONTWAIT, NULL);
        if (got == -LAN_ECONNREFUSED)
            continue; /* the peer of before: its error is told once */
        more = got >= 0;
        if (more)
            lan_rtp_receiver_take(receiver, receiver->datagram, (size_t)got, now_us);
    }
    rtcp_receiver_step(receiver, now_us);
}

void lan_rtp_receiver_play(struct lan_rtp_receiver *receiver, int16_t *samples, unsigned frames)
{
    if (receiver->source.probation == 0)
        jitter_buffer_play(&receiver->buffer, samples, frames, &receiver->counters);
    else
        jitter_buffer_pass(&receiver->buffer, samples, frames);
}

bool lan_rtp_receiver_plays(const struct lan_rtp_receiver *receiver)
{
    return receiver->buffer.running;
}

void lan_rtp_receiver_close(struct lan_rtp_receiver *receiver)
{
    rtcp_close(&receiver->rtcp, receiver->host);
    if (receiver->fd >= 0)
        lan_close(receiver->host, receiver->fd);
    receiver->fd = -1;
}

uint64_t lan_rtp_receiver_lost(const struct lan_rtp_receiver *receiver)
{
    const struct lan_rtp_source *source = &receiver->source;
    return source->known ? source->highest - source->base + 1 - source->received : 0;
}

uint32_t lan_rtp_receiver_jitter_us(const struct lan_rtp_receiver *receiver)
{
    return (uint32_t)((uint64_t)(receiver->source.jitter_x16 >> 4) * 1000000 /
                      receiver->format.rate_hz);
}

const char *lan_rtp_receiver_counter(const struct lan_rtp_receiver *receiver, unsigned index,
                                     uint64_t *value)
{
    const struct lan_rtp_counters *counters = &receiver->counters;
    static const char *const names[] = {
#define NAME(name) #name,
        LAN_RTP_COUNTERS(NAME)
#undef NAME
    };
    const uint64_t values[] = {
#define VALUE(name) counters->name,
        LAN_RTP_COUNTERS(VALUE)
#undef VALUE
    };
    if (index >= sizeof names / sizeof *names)
        return NULL;
    *value = values[index];
    return names[index];
}
