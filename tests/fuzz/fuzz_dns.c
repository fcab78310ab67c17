/* Answers to a DNS question: the parser alone, then as datagrams to a client. */
#include <stdlib.h>

#include "base/bytes.h"
#include "dns/dns_message.h"
#include "rig.h"
#include "targets.h"

/* In memory of its own size, as the fuzzer's input may not be. */
static void parse(const uint8_t *bytes, size_t size)
{
    struct dns_name name;
    lan_ip4 address;
    uint8_t *message = malloc(size + 1);
    memcpy(message, bytes, size);
    message = realloc(message, size ? size : 1);
    dns_name_from_text(&name, "www.example.org");
    dns_read_answer(message, size, size >= 2 ? get16(message) : 0, &name, &address);
    free(message);
}

/* The question's own bytes, then what the fuzzer adds. */
static void answer(struct rig *rig, const struct lan_dns_query *query, const uint8_t *bytes,
                   size_t size, bool echoes)
{
    uint8_t packet[20 + 8 + DNS_MESSAGE_SIZE_MAX], *udp = packet + 20, *dns = udp + 8;
    struct lan_address here = {0, 0};
    size_t question = 0;
    lan_getsockname(rig->host, query->fd, &here);
    if (echoes) {
        memset(dns, 0, 12);
        put16(dns, query->id);
        put16(dns + 2, 0x8180);
        put16(dns + 4, 1);
        put16(dns + 6, size > 0 ? bytes[0] % 8u : 0);
        memcpy(dns + 12, query->name, query->name_size);
        question = 12u + query->name_size;
        put16(dns + question, 1);
        put16(dns + question + 2, 1);
        question += 4;
    }
    if (size > DNS_MESSAGE_SIZE_MAX - question)
        size = DNS_MESSAGE_SIZE_MAX - question;
    memcpy(dns + question, bytes, size);
    size_t whole = 8 + question + size;
    rig_ip_header(packet, 17, whole);
    put16(udp, 53);
    put16(udp + 2, here.port);
    put16(udp + 4, (uint16_t)whole);
    put16(udp + 6, 0);
    rig_seal(packet, 20 + whole);
    rig_receive_ip(rig, packet, 20 + whole);
}

void fuzz_dns(const uint8_t *bytes, size_t size)
{
    struct rig rig;
    struct lan_dns_query query;
    lan_ip4 address;
    if (size == 0)
        return;
    uint8_t how = bytes[0];
    parse(bytes + 1, size - 1);
    rig_begin(&rig);
    if (lan_dns_begin(&query, rig.host, "www.example.org", 0) == 0 &&
        lan_dns_step(&query, rig.now_us, &address) == -LAN_EAGAIN) {
        rig_step(&rig);
        answer(&rig, &query, bytes + 1, size - 1, how & 1);
        if (lan_dns_step(&query, rig.now_us, &address) == -LAN_EAGAIN)
            lan_dns_cancel(&query);
    }
    rig_end(&rig);
}
