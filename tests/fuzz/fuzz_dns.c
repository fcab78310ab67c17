/* Answers to a DNS question: the parser alone, then as datagrams to a client. */
#include <stdlib.h>

#include "base/bytes.h"
#include "dns/dns_message.h"
#include "dns_answer.h"
#include "targets.h"

/* In memory of its own size, as the fuzzer's input may not be. */
static void parse(const uint8_t *bytes, size_t size)
{
    struct dns_name name;
    lan_ip4 address;
    uint32_t ttl_s;
    uint8_t *message = malloc(size + 1);
    memcpy(message, bytes, size);
    message = realloc(message, size ? size : 1);
    dns_name_from_text(&name, "www.example.org");
    dns_read_answer(message, size, size >= 2 ? get16(message) : 0, &name, &address, &ttl_s);
    free(message);
}

void fuzz_dns(const uint8_t *bytes, size_t size)
{
    struct rig rig;
    struct lan_dns_query query;
    lan_ip4 address;
    if (size < 2)
        return;
    uint8_t how = bytes[0];
    parse(bytes + 1, size - 1);
    rig_begin(&rig);
    if (lan_dns_begin(&query, rig.host, "www.example.org", 0) == 0 &&
        lan_dns_step(&query, rig.now_us, &address) == -LAN_EAGAIN) {
        rig_step(&rig);
        dns_answer(&rig, &query, how & 1 ? bytes[1] % 8 : -1, bytes + 1, size - 1);
        if (lan_dns_step(&query, rig.now_us, &address) == -LAN_EAGAIN)
            lan_dns_cancel(&query);
    }
    rig_end(&rig);
}
