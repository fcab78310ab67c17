/* A DHCP server, played by a test: see dhcp_server.h. */
#include "dhcp_server.h"

#include <check.h>
#include <string.h>

#include "base/bytes.h"
#include "dhcp/dhcp_message.h"

enum { ETHER = 14, IP = 20, UDP = 8, OPTIONS_AT = 240 };

struct bench *dhcp_bench(struct lan_dhcp *client, const struct lan_dhcp_config *config)
{
    const struct lan_dhcp_config plain = {0};
    struct bench *bench = bench_new_without_route();
    ck_assert_int_eq(lan_host_set_address(bench->host, 0, 0, 0), 0);
    bench_step(bench);
    bench_expect_silence(bench);
    ck_assert_int_eq(lan_dhcp_start(client, bench->host, 0, config ? config : &plain), 0);
    return bench;
}

/* --- hearing ---------------------------------------------------------------------------------- */

static void take_apart(struct dhcp_heard *heard, const uint8_t *frame, size_t size)
{
    const uint8_t *message = frame + ETHER + IP + UDP;
    *heard = (struct dhcp_heard){.source = get32(frame + ETHER + 12),
                                 .target = get32(frame + ETHER + 16)};
    ck_assert_uint_eq(frame[ETHER + 9], 17);
    ck_assert_uint_eq(get16(frame + ETHER + IP), 68);
    ck_assert_uint_eq(get16(frame + ETHER + IP + 2), 67);
    ck_assert_uint_ge(size, ETHER + IP + UDP + 300); /* RFC 1542 section 2.1 */
    ck_assert_uint_eq(get32(message), 0x01010600);
    ck_assert_mem_eq(message + 28, HOST_MAC, 6);
    ck_assert_uint_eq(get32(message + 236), 0x63825363);
    heard->xid = get32(message + 4);
    heard->seconds = get16(message + 8);
    heard->flags = get16(message + 10);
    heard->own = get32(message + 12);
    const uint8_t *at = message + OPTIONS_AT;
    for (; *at != 255; at += 2 + at[1]) {
        ck_assert(at < frame + size);
        if (*at == 53)
            heard->kind = at[2];
        else if (*at == 50)
            heard->requested = get32(at + 2);
        else if (*at == 54)
            heard->server = get32(at + 2);
        else if (*at == 61)
            heard->has_client = at[1] == 7 && at[2] == 1 && memcmp(at + 3, HOST_MAC, 6) == 0;
    }
}

bool dhcp_hear_within(struct bench *bench, unsigned seconds, struct dhcp_heard *heard)
{
    uint64_t end = bench->now_us + seconds * (uint64_t)SECOND_US;
    for (;;) {
        size_t size;
        const uint8_t *frame;
        while ((frame = fake_adapter_take(&bench->adapter, &size)))
            if (get16(frame + 12) == 0x0800) {
                take_apart(heard, frame, size);
                return true;
            }
        bench_step(bench);
        if (bench->adapter.outgoing.head != bench->adapter.outgoing.tail)
            continue;
        if (bench->now_us >= end || bench->deadline_us > end)
            return false;
        bench->now_us = bench->deadline_us;
    }
}

struct dhcp_heard dhcp_expect(struct bench *bench, uint8_t kind)
{
    struct dhcp_heard heard = {0};
    ck_assert(dhcp_hear_within(bench, 70, &heard));
    ck_assert_uint_eq(heard.kind, kind);
    ck_assert(heard.has_client);
    return heard;
}

/* --- saying ----------------------------------------------------------------------------------- */

struct dhcp_said dhcp_answer_to(const struct dhcp_heard *heard, uint8_t kind)
{
    struct dhcp_said said = {
        .kind = kind,
        .xid = heard->xid,
        .address = kind == DHCP_NAK ? 0 : OFFERED_IP,
        .server = SERVER_IP,
        .mask = LAN_IP4(255, 255, 255, 0),
        .router = GATEWAY_IP,
        .lease_s = LEASE_S,
        .port = 67,
    };
    memcpy(said.mac, HOST_MAC, 6);
    return said;
}

static uint8_t *put_number(uint8_t *at, uint8_t option, uint32_t value)
{
    if (value == 0)
        return at;
    at[0] = option;
    at[1] = 4;
    put32(at + 2, value);
    return at + 6;
}

size_t dhcp_message(uint8_t *message, const struct dhcp_said *said)
{
    memset(message, 0, OPTIONS_AT);
    put32(message, 0x02010600);
    put32(message + 4, said->xid);
    put32(message + 16, said->address);
    memcpy(message + 28, said->mac, 6);
    put32(message + 236, 0x63825363);
    uint8_t *at = message + OPTIONS_AT;
    memcpy(at, (const uint8_t[]){53, 1, said->kind}, 3);
    at += 3;
    if (said->options_size > 0)
        memcpy(at, said->options, said->options_size);
    at += said->options_size;
    at = put_number(at, 54, said->server);
    at = put_number(at, 1, said->mask);
    at = put_number(at, 3, said->router);
    at = put_number(at, 6, said->kind == DHCP_NAK ? 0 : NAMES_IP);
    at = put_number(at, 51, said->lease_s);
    at = put_number(at, 58, said->renew_s);
    at = put_number(at, 59, said->rebind_s);
    *at++ = 255;
    return (size_t)(at - message);
}

void dhcp_say_bytes(struct bench *bench, uint16_t port, const uint8_t *message, size_t size)
{
    uint8_t frame[1514], datagram[1472];
    put16(datagram, port);
    put16(datagram + 2, 68);
    put16(datagram + 4, (uint16_t)(UDP + size));
    put16(datagram + 6, 0); /* no checksum */
    memcpy(datagram + UDP, message, size);
    const struct frame_ip ip = {
        .source = SERVER_IP, .target = UINT32_MAX, .protocol = 17, .target_mac = BROADCAST_MAC};
    bench_give(bench, frame, frame_ip(frame, &ip, datagram, UDP + size));
}

void dhcp_say(struct bench *bench, const struct dhcp_said *said)
{
    uint8_t message[600];
    dhcp_say_bytes(bench, said->port, message, dhcp_message(message, said));
}

void dhcp_bind(struct bench *bench, struct lan_dhcp *client)
{
    struct dhcp_heard heard = dhcp_expect(bench, DHCP_DISCOVER);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
    dhcp_say(bench, &said);
    heard = dhcp_expect(bench, DHCP_REQUEST);
    said = dhcp_answer_to(&heard, DHCP_ACK);
    dhcp_say(bench, &said);
    ck_assert_int_eq(client->state, LAN_DHCP_PROBING);
    bench_pass_time(bench, 8 * SECOND_US);
    ck_assert_int_eq(client->state, LAN_DHCP_BOUND);
    size_t size;
    while (fake_adapter_take(&bench->adapter, &size))
        ; /* probes and announcements */
}
