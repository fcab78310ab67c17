/* What tcp calls of ip, for tests of tcp alone. */
#include "tcp_fake_ip.h"

#include <check.h>
#include <string.h>

void fake_ip_init(struct ip *ip, lan_ip4 address)
{
    memset(ip, 0, sizeof *ip);
    ip->address = address;
    ip->payload_max = FAKE_IP_SIZE_MAX;
}

enum ip_result ip_begin(struct ip *ip, const struct ip_header *header, size_t payload_size,
                        struct ip_out *out)
{
    ck_assert_msg(!ip->building, "ip_begin before the ip_end of the packet before");
    ck_assert_int_eq(header->protocol, IP_PROTOCOL_TCP);
    if (ip->refusal != IP_OK && ip->refuse_after == 0)
        return ip->refusal;
    if (ip->refuse_after > 0)
        ip->refuse_after--;
    if (payload_size > ip->payload_max)
        return IP_TOO_BIG;
    ip->building = true;
    ip->last_header = *header;
    ip->asked = payload_size;
    memset(ip->packet.payload, 0xEE, sizeof ip->packet.payload);
    ip->packet.source = header->source ? header->source : ip->address;
    ip->packet.target = header->target;
    *out = (struct ip_out){.payload = ip->packet.payload, .source = ip->packet.source};
    return IP_OK;
}

void ip_end(struct ip *ip, struct ip_out *out, size_t payload_size)
{
    ck_assert_msg(ip->building, "ip_end without ip_begin");
    ck_assert_ptr_eq(out->payload, ip->packet.payload);
    ck_assert_uint_le(payload_size, ip->asked);
    ip->building = false;
    ip->packet.size = payload_size;
    if (payload_size == 0)
        return;
    if (ip->deliver) {
        ip->deliver(ip->context, &ip->packet);
        return;
    }
    ck_assert_msg(ip->count < FAKE_IP_SENT_MAX, "more was sent than the test looks at");
    ip->sent[(ip->first + ip->count++) % FAKE_IP_SENT_MAX] = ip->packet;
}

bool ip_route_to(struct ip *ip, lan_ip4 target, lan_ip4 *source, size_t *payload_max)
{
    (void)target;
    if (ip->no_route)
        return false;
    *source = ip->address;
    *payload_max = ip->payload_max;
    return true;
}

const struct fake_packet *fake_ip_take(struct ip *ip)
{
    if (ip->count == 0)
        return NULL;
    const struct fake_packet *packet = &ip->sent[ip->first];
    ip->first = (ip->first + 1) % FAKE_IP_SENT_MAX;
    ip->count--;
    return packet;
}
