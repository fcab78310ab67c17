/* The RTP packet (RFC 3550 section 5.1), parsed and built.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     |                           timestamp                           |
 *     |                              SSRC                             |
 *     |                 CSRC, CC times; extension, if X               |
 *     |                 payload; padding, if P, its count last        | */
#include "base/bytes.h"
#include "lan_rtp.h"

enum { VERSION = 2, PADDING = 0x20, EXTENSION = 0x10, MARKER = 0x80 };

bool lan_rtp_parse(const uint8_t *bytes, size_t size, struct lan_rtp_packet *packet)
{
    struct cursor cursor = cursor_of(bytes, size);
    uint8_t first = cursor_take8(&cursor), second = cursor_take8(&cursor);
    *packet = (struct lan_rtp_packet){
        .marker = second & MARKER,
        .payload_type = second & 0x7f,
        .csrc_count = first & 0x0f,
        .has_extension = first & EXTENSION,
    };
    packet->sequence = cursor_take16(&cursor);
    packet->timestamp = cursor_take32(&cursor);
    packet->ssrc = cursor_take32(&cursor);
    for (unsigned i = 0; i < packet->csrc_count; i++)
        packet->csrc[i] = cursor_take32(&cursor);
    if (packet->has_extension) {
        packet->extension_profile = cursor_take16(&cursor);
        packet->extension_size = (size_t)cursor_take16(&cursor) * 4;
        packet->extension = cursor_take(&cursor, packet->extension_size);
    }
    if (cursor.failed || first >> 6 != VERSION)
        return false;
    if (first & PADDING) {
        packet->padding_size = cursor.left ? cursor.at[cursor.left - 1] : 0;
        if (packet->padding_size == 0 || packet->padding_size > cursor.left)
            return false;
    }
    packet->payload = cursor.at;
    packet->payload_size = cursor.left - packet->padding_size;
    return true;
}

static uint8_t *put_extension(const struct lan_rtp_packet *packet, uint8_t *at)
{
    put16(at, packet->extension_profile);
    put16(at + 2, (uint16_t)(packet->extension_size / 4));
    if (packet->extension_size)
        memcpy(at + 4, packet->extension, packet->extension_size);
    return at + 4 + packet->extension_size;
}

size_t lan_rtp_build(const struct lan_rtp_packet *packet, uint8_t *bytes, size_t room)
{
    size_t size = LAN_RTP_HEADER_SIZE + (size_t)packet->csrc_count * 4 + packet->payload_size +
                  packet->padding_size;
    if (packet->has_extension)
        size += 4 + packet->extension_size;
    if (size > room || packet->csrc_count > LAN_RTP_CSRC_MAX || packet->payload_type > 0x7f ||
        packet->extension_size % 4 != 0 || packet->extension_size / 4 > UINT16_MAX)
        return 0;
    bytes[0] = (uint8_t)(VERSION << 6 | (packet->padding_size ? PADDING : 0) |
                         (packet->has_extension ? EXTENSION : 0) | packet->csrc_count);
    bytes[1] = (uint8_t)((packet->marker ? MARKER : 0) | packet->payload_type);
    put16(bytes + 2, packet->sequence);
    put32(bytes + 4, packet->timestamp);
    put32(bytes + 8, packet->ssrc);
    uint8_t *at = bytes + LAN_RTP_HEADER_SIZE;
    for (unsigned i = 0; i < packet->csrc_count; i++, at += 4)
        put32(at, packet->csrc[i]);
    if (packet->has_extension)
        at = put_extension(packet, at);
    if (packet->payload_size)
        memcpy(at, packet->payload, packet->payload_size);
    if (packet->padding_size) {
        memset(at + packet->payload_size, 0, packet->padding_size - 1u);
        bytes[size - 1] = packet->padding_size;
    }
    return size;
}
