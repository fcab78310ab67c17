/* See dns_answer.h. */
#include "dns_answer.h"

#include "base/bytes.h"

enum { IP_SIZE = 20, UDP_SIZE = 8, MESSAGE_SIZE_MAX = 1200 };

static size_t write_question(const struct lan_dns_query *query, uint8_t *dns, unsigned count)
{
    memset(dns, 0, DNS_HEADER_SIZE);
    put16(dns, query->id);
    put16(dns + 2, 0x8180);
    put16(dns + 4, 1);
    put16(dns + 6, (uint16_t)count);
    memcpy(dns + DNS_HEADER_SIZE, query->name, query->name_size);
    size_t size = DNS_HEADER_SIZE + (size_t)query->name_size;
    put16(dns + size, 1);
    put16(dns + size + 2, 1);
    return size + 4;
}

void dns_answer(struct rig *rig, const struct lan_dns_query *query, int count, const uint8_t *bytes,
                size_t size)
{
    uint8_t packet[IP_SIZE + UDP_SIZE + MESSAGE_SIZE_MAX], *udp = packet + IP_SIZE;
    uint8_t *dns = udp + UDP_SIZE;
    struct lan_address here = {0, 0};
    lan_getsockname(rig->host, query->fd, &here);
    size_t question = count >= 0 ? write_question(query, dns, (unsigned)count) : 0;
    if (size > MESSAGE_SIZE_MAX - question)
        size = MESSAGE_SIZE_MAX - question;
    memcpy(dns + question, bytes, size);
    size_t whole = UDP_SIZE + question + size;
    rig_ip_header(packet, 17, whole);
    put16(udp, 53);
    put16(udp + 2, here.port);
    put16(udp + 4, (uint16_t)whole);
    put16(udp + 6, 0);
    rig_seal(packet, IP_SIZE + whole);
    rig_receive_ip(rig, packet, IP_SIZE + whole);
}
