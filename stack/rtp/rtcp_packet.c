/* RTCP packets (RFC 3550 section 6), built and parsed. A datagram is a compound of
 * several, the first a sender's or a receiver's report (section 6.1).
 *
 *      |V=2|P|   RC    |      PT       |  length in words - 1  |
 *      SR 200: SSRC, NTP time (8), RTP time, packets, octets, RC blocks
 *      RR 201: SSRC, RC blocks
 *      a block: SSRC, fraction lost (1), lost (3), highest, jitter, last SR, delay since
 *      SDES 202: for each source SSRC, items, 0    BYE 203: RC times SSRC, reason */
#include "base/bytes.h"
#include "rtp/rtp.h"

enum { VERSION = 2 << 6, PADDING = 0x20, SR = 200, RR = 201, SDES = 202, BYE = 203, CNAME = 1 };

static void put_head(uint8_t *at, unsigned count, unsigned type, size_t size)
{
    at[0] = (uint8_t)(VERSION | count);
    at[1] = (uint8_t)type;
    put16(at + 2, (uint16_t)(size / 4 - 1));
}

static uint8_t *put_block(const struct rtcp_block *block, uint8_t *at)
{
    put32(at, block->ssrc);
    put32(at + 4, (uint32_t)block->fraction_lost << 24 | ((uint32_t)block->lost & 0xffffff));
    put32(at + 8, block->highest);
    put32(at + 12, block->jitter);
    put32(at + 16, block->last_sr);
    put32(at + 20, block->delay_since_sr);
    return at + RTCP_BLOCK_SIZE;
}

static uint8_t *put_report(const struct rtcp_message *message, uint8_t *begin)
{
    uint8_t *at = begin + 8;
    put32(begin + 4, message->ssrc);
    if (message->is_sender) {
        put32(at, (uint32_t)(message->ntp >> 32));
        put32(at + 4, (uint32_t)message->ntp);
        put32(at + 8, message->rtp_timestamp);
        put32(at + 12, message->packets);
        put32(at + 16, message->octets);
        at += 20;
    }
    if (message->has_block)
        at = put_block(&message->block, at);
    put_head(begin, message->has_block, message->is_sender ? SR : RR, (size_t)(at - begin));
    return at;
}

size_t rtcp_build(const struct rtcp_message *message, uint8_t bytes[RTCP_SIZE_MAX])
{
    uint8_t *at = put_report(message, bytes), *begin = at;
    put32(at + 4, message->ssrc);
    at[8] = CNAME;
    at[9] = LAN_RTCP_CNAME_SIZE;
    memcpy(at + 10, message->cname, LAN_RTCP_CNAME_SIZE);
    memset(at + 10 + LAN_RTCP_CNAME_SIZE, 0, RTCP_SDES_SIZE - 10 - LAN_RTCP_CNAME_SIZE);
    at += RTCP_SDES_SIZE;
    put_head(begin, 1, SDES, RTCP_SDES_SIZE);
    if (message->bye) {
        put_head(at, 1, BYE, 8);
        put32(at + 4, message->ssrc);
        at += 8;
    }
    return (size_t)(at - bytes);
}

static void take_report(struct cursor *packet, unsigned count, bool is_sender, uint32_t wanted,
                        struct rtcp_message *message)
{
    message->ssrc = cursor_take32(packet);
    if (is_sender) {
        message->is_sender = true;
        message->ntp = (uint64_t)cursor_take32(packet) << 32;
        message->ntp |= cursor_take32(packet);
        message->rtp_timestamp = cursor_take32(packet);
        message->packets = cursor_take32(packet);
        message->octets = cursor_take32(packet);
    }
    for (; count > 0; count--) {
        struct rtcp_block block = {.ssrc = cursor_take32(packet)};
        uint32_t lost = cursor_take32(packet);
        block.fraction_lost = (uint8_t)(lost >> 24);
        lost &= 0xffffff;
        block.lost = (int32_t)lost - (lost & 0x800000 ? 0x1000000 : 0);
        block.highest = cursor_take32(packet);
        block.jitter = cursor_take32(packet);
        block.last_sr = cursor_take32(packet);
        block.delay_since_sr = cursor_take32(packet);
        if (block.ssrc == wanted && !packet->failed) {
            message->has_block = true;
            message->block = block;
        }
    }
}

/* Appendix A.2: the lengths add up, and the first is a report without padding. */
bool rtcp_parse(const uint8_t *bytes, size_t size, uint32_t wanted, struct rtcp_message *message)
{
    struct cursor cursor = cursor_of(bytes, size);
    memset(message, 0, sizeof *message);
    for (bool first = true; cursor.left > 0; first = false) {
        uint8_t head = cursor_take8(&cursor), type = cursor_take8(&cursor);
        size_t length = (size_t)cursor_take16(&cursor) * 4;
        const uint8_t *body = cursor_take(&cursor, length);
        if (cursor.failed || (head & 0xc0) != VERSION || (first && type != SR && type != RR) ||
            (head & PADDING && (first || cursor.left > 0)))
            return false;
        struct cursor packet = cursor_of(body, length);
        unsigned count = head & 0x1f;
        if (type == SR || type == RR)
            take_report(&packet, count, type == SR, wanted, message);
        for (; type == BYE && count > 0; count--)
            message->bye |= cursor_take32(&packet) == message->ssrc && !packet.failed;
        if (packet.failed)
            return false;
    }
    return size > 0;
}
