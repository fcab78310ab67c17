/* The last frames, and a frame in words. See site.h. */
#include <string.h>

#include "base/bytes.h"
#include "site/site.h"
#include "site/text.h"

enum { TYPE_IP = 0x0800, TYPE_ARP = 0x0806 };
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

void site_frames_note(struct site_frames *frames, uint64_t time_ns, bool sent, const uint8_t *bytes,
                      size_t size)
{
    struct site_frame *frame = &frames->ring[frames->count % SITE_FRAMES];
    *frame = (struct site_frame){
        .time_ns = time_ns, .number = ++frames->count, .size = (uint16_t)size, .sent = sent};
    frames->sent_count += sent;
    *(sent ? &frames->sent_bytes : &frames->received_bytes) += size;
    memcpy(frame->head, bytes, size < SITE_FRAME_HEAD ? size : SITE_FRAME_HEAD);
}

static void describe_arp(struct cursor *packet, struct text *text)
{
    cursor_take(packet, 6); /* Ethernet and IPv4, by their numbers and sizes */
    uint16_t operation = cursor_take16(packet);
    const uint8_t *source_mac = cursor_take(packet, LAN_MAC_SIZE);
    lan_ip4 source = cursor_take32(packet);
    cursor_take(packet, LAN_MAC_SIZE);
    lan_ip4 target = cursor_take32(packet);
    if (packet->failed)
        return;
    text_put_ip(text, operation == 1 ? target : source);
    if (operation == 1) {
        text_put(text, "? asks ");
        text_put_ip(text, source);
    } else {
        text_put(text, " is at ");
        text_put_mac(text, source_mac);
    }
}

static void describe_icmp(struct cursor *message, struct text *text)
{
    uint8_t type = cursor_take8(message);
    if (message->failed)
        return;
    text_put(text, type == 8 ? " echo request" : type == 0 ? " echo reply" : " type ");
    if (type != 8 && type != 0)
        text_put_number(text, type);
}

static void describe_flags(unsigned flags, struct text *text)
{
    static const char *const names[] = {" FIN", " SYN", " RST", " PSH", " ACK", " URG"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (flags >> i & 1)
            text_put(text, names[i]);
}

/* "source:port > target:port", flags, and the bytes of payload. */
static void describe_ports(uint8_t protocol, lan_ip4 source, lan_ip4 target, size_t size,
                           struct cursor *segment, struct text *text)
{
    uint16_t source_port = cursor_take16(segment);
    uint16_t target_port = cursor_take16(segment);
    text_put_ip_port(text, source, source_port);
    text_put(text, " > ");
    text_put_ip_port(text, target, target_port);
    size_t header_size = 8;
    if (protocol == PROTOCOL_TCP) {
        cursor_take(segment, 8);
        header_size = (size_t)(cursor_take8(segment) >> 4) * 4;
        describe_flags(cursor_take8(segment), text);
    }
    if (segment->failed || header_size > size)
        return;
    text_put(text, " ");
    text_put_number(text, size - header_size);
    text_put(text, " B");
}

static void describe_ip(struct cursor *packet, struct text *text)
{
    size_t header_size = (size_t)(cursor_take8(packet) & 15) * 4;
    cursor_take8(packet);
    size_t size = cursor_take16(packet);
    cursor_take16(packet);
    unsigned offset = cursor_take16(packet) & 0x1fff;
    cursor_take8(packet);
    uint8_t protocol = cursor_take8(packet);
    cursor_take16(packet);
    lan_ip4 source = cursor_take32(packet), target = cursor_take32(packet);
    cursor_take(packet, header_size > 20 ? header_size - 20 : 0);
    if (packet->failed || size < header_size)
        return;
    bool has_ports = offset == 0 && (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP);
    text_put(text, offset > 0                  ? "IP fragment "
                   : protocol == PROTOCOL_TCP  ? "TCP "
                   : protocol == PROTOCOL_UDP  ? "UDP "
                   : protocol == PROTOCOL_ICMP ? "ICMP "
                                               : "IP ");
    if (has_ports) {
        describe_ports(protocol, source, target, size - header_size, packet, text);
        return;
    }
    text_put_ip(text, source);
    text_put(text, " > ");
    text_put_ip(text, target);
    if (offset == 0 && protocol == PROTOCOL_ICMP)
        describe_icmp(packet, text);
}

void site_frame_describe(const struct site_frame *frame, char words[SITE_FRAME_TEXT])
{
    struct text text = {.at = words, .room = SITE_FRAME_TEXT - 1};
    size_t size = frame->size < SITE_FRAME_HEAD ? frame->size : SITE_FRAME_HEAD;
    struct cursor cursor = cursor_of(frame->head, size);
    cursor_take(&cursor, 2 * LAN_MAC_SIZE);
    uint16_t type = cursor_take16(&cursor);
    if (type == TYPE_ARP) {
        text_put(&text, "ARP ");
        describe_arp(&cursor, &text);
    } else if (type == TYPE_IP) {
        describe_ip(&cursor, &text);
    }
    if (text.size == 0) {
        text_put(&text, "EtherType ");
        text_put_hex(&text, (uint8_t[]){(uint8_t)(type >> 8), (uint8_t)type}, 2);
    }
    words[text.size] = '\0';
}
