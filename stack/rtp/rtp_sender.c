/* The sender: asks for a packet's samples when they are due and sends them. What the
 * stack does not take is lost, as on the way: sound that comes late is of no use. */
#include "base/bytes.h"
#include "rtp/rtp.h"

int lan_rtp_sender_open(struct lan_rtp_sender *sender, struct lan_host *host,
                        const struct lan_rtp_sender_config *config)
{
    if (!rtp_format_fits(&config->format))
        return -LAN_EINVAL;
    memset(sender, 0, sizeof *sender);
    sender->host = host;
    sender->config = *config;
    sender->quiet = true;
    sender->fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    if (sender->fd < 0)
        return sender->fd;
    int result = lan_connect(host, sender->fd, &config->target);
    if (result < 0) {
        lan_rtp_sender_close(sender);
        return result;
    }
    /* RFC 3550 section 5.1: all three are random. */
    sender->ssrc = lan_host_random(host);
    sender->timestamp = lan_host_random(host);
    sender->sequence = (uint16_t)lan_host_random(host);
    if (config->rtcp) {
        const struct lan_address any = {0},
                                 peer = {config->target.ip, (uint16_t)(config->target.port + 1)};
        result = rtcp_open(&sender->rtcp, host, sender->ssrc, &any, &peer);
        if (result < 0)
            lan_rtp_sender_close(sender);
    }
    return result;
}

static APART void send(struct lan_rtp_sender *sender, unsigned frames)
{
    unsigned samples = frames * sender->config.format.channels;
    for (unsigned i = 0; i < samples; i++)
        put16(sender->payload + 2 * i, (uint16_t)sender->samples[i]);
    const struct lan_rtp_packet packet = {
        .marker = sender->quiet,
        .payload_type = sender->config.format.payload_type,
        .sequence = sender->sequence,
        .timestamp = sender->timestamp,
        .ssrc = sender->ssrc,
        .payload = sender->payload,
        .payload_size = 2u * samples,
    };
    size_t size = lan_rtp_build(&packet, sender->datagram, sizeof sender->datagram);
    long result =
        lan_sendto(sender->host, sender->fd, sender->datagram, size, LAN_MSG_DONTWAIT, NULL);
    sender->sequence++;
    sender->quiet = false;
    if (result < 0) {
        sender->refused++;
        return;
    }
    sender->sent++;
    sender->octets += packet.payload_size;
}

/* From the first packet on, so that no rounding adds up. */
static uint64_t due_us(const struct lan_rtp_sender *sender)
{
    return sender->start_us + sender->frames * 1000000 / sender->config.format.rate_hz;
}

uint64_t lan_rtp_sender_step(struct lan_rtp_sender *sender, uint64_t now_us)
{
    const struct lan_rtp_sender_config *config = &sender->config;
    if (!sender->started) {
        sender->started = true;
        sender->start_us = now_us;
    }
    while (!sender->ended && due_us(sender) <= now_us) {
        unsigned frames = config->format.packet_frames;
        int given = config->pull(config->context, sender->samples, frames);
        if (given < 0) {
            sender->ended = true;
            break;
        }
        if (given > 0 && (unsigned)given < frames)
            frames = (unsigned)given;
        if (given > 0)
            send(sender, frames);
        else
            sender->quiet = true;
        sender->timestamp += frames;
        sender->frames += frames;
    }
    uint64_t report_us = sender->told_end ? LAN_NEVER : rtcp_sender_step(sender, now_us);
    sender->told_end = sender->ended;
    if (sender->ended)
        return LAN_NEVER;
    return due_us(sender) < report_us ? due_us(sender) : report_us;
}

void lan_rtp_sender_close(struct lan_rtp_sender *sender)
{
    rtcp_close(&sender->rtcp, sender->host);
    if (sender->fd >= 0)
        lan_close(sender->host, sender->fd);
    sender->fd = -1;
}
