/* Internet checksums that the adapter computes (RFC 1071): where it is to put one on
 * sending, and what its sum over a received frame says of the TCP, UDP or ICMP in it.
 *
 * The one place of the driver that looks into a packet, and only at what a checksum
 * needs: it belongs here because it trades octets the adapter summed for those the
 * stack would sum. What it does not recognise it leaves to the stack. */
#include "nic.h"

enum { IP_AT = 14, IP_HEADER_MIN = 20, ICMP = 1, TCP = 6, UDP = 17, UDP_LENGTH_AT = 4 };

/* A sum's words have their first octet in the low bits, as the adapter's. */
static uint32_t word_at(const uint8_t *aligned)
{
    const uint8_t *at = __builtin_assume_aligned(aligned, 4);
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t swap16(uint32_t value)
{
    return (value << 8 | value >> 8) & 0xFFFF;
}

static uint64_t sum_padding(const uint8_t *frame, size_t from, size_t size)
{
    uint64_t sum = 0;
    for (; from < size; from++)
        sum += (uint32_t)frame[from] << 8 * (from % 2);
    return sum;
}

static uint32_t fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16 & 0xFFFF) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint32_t)((sum & 0xFFFF) + (sum >> 16));
}

/* The whole sum is that of the IP header, of its payload, and of what the line's
 * minimal frame added behind it. A right header sums to 0 in one's complement (the
 * stack looks whether it is right), the padding is taken off, so the payload's is
 * left; with the pseudo-header it is 0, written 0xFFFF, when the checksum is right. */
bool nic_sum_is_right(const uint8_t *frame, size_t size, uint32_t sum)
{
    const uint8_t *ip = frame + IP_AT;
    if (size < IP_AT + IP_HEADER_MIN || frame[12] != 0x08 || frame[13] != 0x00)
        return false;
    uint32_t first = word_at(ip), second = word_at(ip + 4), third = word_at(ip + 8);
    uint32_t header_size = 4 * (first & 0xF), total = swap16(first >> 16);
    uint32_t protocol = third >> 8 & 0xFF;
    if ((first & 0xF0) != 0x40 || (second & 0xFF3F0000) != 0 || header_size < IP_HEADER_MIN ||
        total < header_size || total > size - IP_AT)
        return false; /* not IPv4, a fragment, or nonsense */
    uint64_t all = sum;
    if (protocol == TCP || protocol == UDP) {
        uint32_t length = total - header_size;
        const uint8_t *udp = ip + header_size;
        if (protocol == UDP &&
            (length < 8 || swap16(word_at(udp + UDP_LENGTH_AT) & 0xFFFF) != length))
            return false; /* its checksum ends elsewhere */
        all += (uint64_t)word_at(ip + 12) + word_at(ip + 16) + (protocol << 8) + swap16(length);
    } else if (protocol != ICMP) {
        return false;
    }
    if (IP_AT + total < size)
        all += 0xFFFF - fold(sum_padding(frame, IP_AT + total, size));
    return fold(all) == 0xFFFF;
}

/* From bytes of the frame to words and half-words of the record. */
uint32_t nic_sum_fields(const struct lan_checksum *sum)
{
    if (sum->at == 0)
        return 0;
    uint32_t from = (NIC_TX_RING_FRAME_OFFSET + (uint32_t)sum->from) / 4;
    uint32_t at = (NIC_TX_RING_FRAME_OFFSET + (uint32_t)sum->at) / 2;
    return from << NIC_TX_RECORD_SUM_FROM_LSB | at << NIC_TX_RECORD_SUM_AT_LSB;
}
