/* RTCP for two: a sender that tells what it has sent and that it ends, and a receiver that
 * tells what came of it (RFC 3550 section 6).
 *
 * It has a socket of its own, one port above RTP's (section 11). The sender writes to the
 * receiver's; the receiver answers where the sender's reports come from (RFC 4961). The
 * interval is that of section 6.2 for a few: 5 s, times a random 0.5 to 1.5, the first
 * half of it. Clocks are the host's own, as section 6.4.1 allows. */
#include <string.h>

#include "base/bytes.h"
#include "rtp/rtp.h"

/* 32 bits of seconds, 32 of fraction. */
static uint64_t ntp_of(uint64_t now_us)
{
    return (now_us / 1000000 << 32) + ((now_us % 1000000 << 32) / 1000000);
}

/* The middle 32 bits, in which reports count time: units of 1/65536 s. */
static uint32_t middle_of(uint64_t ntp)
{
    return (uint32_t)(ntp >> 16);
}

static uint64_t interval_us(struct lan_host *host)
{
    uint64_t share = lan_host_random(host) >> 16; /* of 65536 */
    return RTCP_INTERVAL_MS * 1000ull / 2 + (RTCP_INTERVAL_MS * 1000ull * share >> 16);
}

int rtcp_open(struct lan_rtcp *rtcp, struct lan_host *host, uint32_t ssrc,
              const struct lan_address *local, const struct lan_address *peer)
{
    rtcp->ssrc = ssrc;
    rtcp->open = true;
    rtcp->peer = *peer;
    /* RFC 7022 section 4.2: 96 random bits. */
    for (unsigned i = 0; i < LAN_RTCP_CNAME_SIZE; i++)
        rtcp->cname[i] = "0123456789abcdef"[lan_host_random(host) >> 28];
    rtcp->fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    return rtcp->fd < 0 ? rtcp->fd : lan_bind(host, rtcp->fd, local);
}

void rtcp_close(struct lan_rtcp *rtcp, struct lan_host *host)
{
    if (rtcp->open && rtcp->fd >= 0)
        lan_close(host, rtcp->fd);
    rtcp->open = false;
}

/* What is sent or was received lies in rtcp->datagram. Messages are built and read in
 * functions of their own, so that the way down to the adapter has none in its frames. */

static size_t build(struct lan_rtcp *rtcp, struct rtcp_message *message)
{
    message->ssrc = rtcp->ssrc;
    message->cname = rtcp->cname;
    return rtcp_build(message, rtcp->datagram);
}

static void send(struct lan_rtcp *rtcp, struct lan_host *host, const struct lan_address *target,
                 size_t size)
{
    long sent = lan_sendto(host, rtcp->fd, rtcp->datagram, size, LAN_MSG_DONTWAIT, target);
    rtcp->sent += sent == (long)size;
}

/* Its size; 0: there is none, or an ICMP error was told. */
static size_t receive(struct lan_rtcp *rtcp, struct lan_host *host, struct lan_address *from)
{
    long got =
        lan_recvfrom(host, rtcp->fd, rtcp->datagram, sizeof rtcp->datagram, LAN_MSG_DONTWAIT, from);
    return got > 0 ? (size_t)got : 0;
}

/* It is from somebody who may send it; `wanted`: whose blocks. */
static bool read(struct lan_rtcp *rtcp, size_t size, uint32_t wanted,
                 const struct lan_address *from, struct rtcp_message *message)
{
    bool right = rtcp_parse(rtcp->datagram, size, wanted, message) &&
                 (rtcp->peer.ip == 0 || from->ip == rtcp->peer.ip);
    rtcp->received += right;
    rtcp->refused += !right;
    return right;
}

/* --- sender ------------------------------------------------------------------------------- */

static APART size_t build_sender_report(struct lan_rtp_sender *sender, uint64_t now_us, bool bye)
{
    uint64_t elapsed_us = now_us - sender->start_us;
    uint64_t elapsed = elapsed_us * sender->config.format.rate_hz / 1000000;
    struct rtcp_message message = {
        .is_sender = true,
        .ntp = ntp_of(now_us),
        .rtp_timestamp = sender->timestamp + (uint32_t)(elapsed - sender->frames),
        .packets = (uint32_t)sender->sent,
        .octets = (uint32_t)sender->octets,
        .bye = bye,
    };
    return build(&sender->rtcp, &message);
}

static void take_report(struct lan_rtp_sender *sender, const struct rtcp_block *block,
                        uint64_t now_us)
{
    struct lan_rtp_report *report = &sender->report;
    uint64_t rate = sender->config.format.rate_hz;
    report->count++;
    report->fraction_lost = block->fraction_lost;
    report->lost = block->lost;
    report->jitter_us = (uint32_t)(block->jitter * UINT64_C(1000000) / rate);
    /* Section 6.4.1, figure 2. A negative one is a peer's error. */
    uint32_t trip = middle_of(ntp_of(now_us)) - block->last_sr - block->delay_since_sr;
    if (block->last_sr != 0 && trip < RTCP_ROUND_TRIP_MAX_S << 16)
        report->round_trip_us = (uint32_t)(trip * UINT64_C(1000000) >> 16);
}

static APART void read_report(struct lan_rtp_sender *sender, size_t size,
                              const struct lan_address *from, uint64_t now_us)
{
    struct rtcp_message message;
    if (read(&sender->rtcp, size, sender->ssrc, from, &message) && message.has_block)
        take_report(sender, &message.block, now_us);
}

uint64_t rtcp_sender_step(struct lan_rtp_sender *sender, uint64_t now_us)
{
    struct lan_rtcp *rtcp = &sender->rtcp;
    if (!rtcp->open)
        return LAN_NEVER;
    struct lan_address from;
    size_t size;
    for (unsigned i = 0;
         i < RTCP_PACKETS_PER_STEP && (size = receive(rtcp, sender->host, &from)) > 0; i++)
        read_report(sender, size, &from, now_us);
    if (rtcp->next_us == 0)
        rtcp->next_us = now_us + interval_us(sender->host) / 2;
    if (sender->ended || now_us >= rtcp->next_us) {
        size = build_sender_report(sender, now_us, sender->ended);
        send(rtcp, sender->host, &rtcp->peer, size);
        rtcp->next_us = now_us + interval_us(sender->host);
    }
    return rtcp->next_us;
}

/* --- receiver ----------------------------------------------------------------------------- */

/* RFC 3550 appendix A.3. */
static APART size_t build_receiver_report(struct lan_rtp_receiver *receiver, uint64_t now_us)
{
    struct lan_rtcp *rtcp = &receiver->rtcp;
    const struct lan_rtp_source *source = &receiver->source;
    uint64_t lost = lan_rtp_receiver_lost(receiver), expected = source->received + lost;
    if (expected < rtcp->expected_before || source->received < rtcp->received_before)
        rtcp->expected_before = rtcp->received_before = 0; /* another sound */
    uint64_t expected_now = expected - rtcp->expected_before;
    uint64_t received_now = source->received - rtcp->received_before;
    rtcp->expected_before = expected;
    rtcp->received_before = source->received;
    struct rtcp_message message = {.has_block = true,
                                   .block = {
                                       .ssrc = source->ssrc,
                                       .lost = lost > 0x7fffff ? 0x7fffff : (int32_t)lost,
                                       .highest = rtp_source_highest(source),
                                       .jitter = source->jitter_x16 >> 4,
                                       .last_sr = rtcp->last_sr,
                                   }};
    if (expected_now > received_now)
        message.block.fraction_lost =
            (uint8_t)(((expected_now - received_now) * 256 - 1) / expected_now);
    if (rtcp->last_sr != 0)
        message.block.delay_since_sr =
            (uint32_t)(middle_of(ntp_of(now_us)) - middle_of(ntp_of(rtcp->last_sr_us)));
    return build(rtcp, &message);
}

static APART void hear_sender(struct lan_rtp_receiver *receiver, size_t size,
                              const struct lan_address *from, uint64_t now_us)
{
    struct lan_rtcp *rtcp = &receiver->rtcp;
    struct lan_rtp_source *source = &receiver->source;
    struct rtcp_message message;
    if (!read(rtcp, size, rtcp->ssrc, from, &message) || !source->known || source->probation > 0 ||
        message.ssrc != source->ssrc)
        return;
    if (message.is_sender) {
        rtcp->last_sr = middle_of(message.ntp);
        rtcp->last_sr_us = now_us;
        rtcp->reports_to = *from;
        if (rtcp->next_us == 0)
            rtcp->next_us = now_us + interval_us(receiver->host) / 2;
    }
    if (message.bye) {
        source->ended = true;
        receiver->buffer.ending = true;
    }
}

void rtcp_receiver_step(struct lan_rtp_receiver *receiver, uint64_t now_us)
{
    struct lan_rtcp *rtcp = &receiver->rtcp;
    if (!rtcp->open)
        return;
    struct lan_address from;
    size_t size;
    for (unsigned i = 0;
         i < RTCP_PACKETS_PER_STEP && (size = receive(rtcp, receiver->host, &from)) > 0; i++)
        hear_sender(receiver, size, &from, now_us);
    if (rtcp->next_us != 0 && now_us >= rtcp->next_us && !receiver->source.ended) {
        size = build_receiver_report(receiver, now_us);
        send(rtcp, receiver->host, &rtcp->reports_to, size);
        rtcp->next_us = now_us + interval_us(receiver->host);
    }
}
