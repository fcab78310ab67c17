/* What a DHCP server says, and when: the parser alone, then as datagrams to a client. */
#include <stdlib.h>

#include "base/bytes.h"
#include "dhcp/dhcp_message.h"
#include "rig.h"
#include "targets.h"

enum { IP_SIZE = 20, UDP_SIZE = 8, HEADER_SIZE = 240, SAID_SIZE_MAX = 600, SAID_MAX = 64 };

/* In memory of its own size, as the fuzzer's input may not be. */
static void parse(const uint8_t *bytes, size_t size)
{
    static const uint8_t mac[LAN_MAC_SIZE] = {2};
    struct dhcp_answer answer;
    uint8_t *message = malloc(size ? size : 1);
    memcpy(message, bytes, size);
    if (dhcp_read(message, size, size >= 34 ? message + 28 : mac, &answer) == DHCP_FINE &&
        answer.kind != DHCP_NAK &&
        (answer.lease.prefix == 0 || answer.lease.prefix > 32 ||
         answer.lease.dns_server_count > LAN_DHCP_DNS_SERVERS || answer.lease.lease_s == 0 ||
         (answer.lease.lease_s != LAN_DHCP_FOR_EVER &&
          (answer.lease.renew_s >= answer.lease.rebind_s ||
           answer.lease.rebind_s >= answer.lease.lease_s))))
        abort();
    free(message);
}

/* A header as it must be, and the options that every server sends. */
static size_t write_right(uint8_t *message, const struct rig *rig, const struct lan_dhcp *client,
                          uint8_t kind)
{
    const uint8_t options[] = {53, 1, kind, 54, 4, 10, 0, 0, 2, 51, 4, 0, 0, 1, 0};
    memset(message, 0, HEADER_SIZE);
    put32(message, 0x02010600);
    put32(message + 4, client->xid);
    put32(message + 16, kind == DHCP_NAK ? 0 : RIG_IP);
    memcpy(message + 28, rig->adapter.mac, LAN_MAC_SIZE);
    put32(message + HEADER_SIZE - 4, 0x63825363);
    memcpy(message + HEADER_SIZE, options, sizeof options);
    return HEADER_SIZE + sizeof options;
}

static void say(struct rig *rig, const uint8_t *message, size_t size)
{
    uint8_t packet[IP_SIZE + UDP_SIZE + SAID_SIZE_MAX], *udp = packet + IP_SIZE;
    rig_ip_header(packet, 17, UDP_SIZE + size);
    put32(packet + 16, UINT32_MAX);
    put16(udp, DHCP_SERVER_PORT);
    put16(udp + 2, DHCP_CLIENT_PORT);
    put16(udp + 4, (uint16_t)(UDP_SIZE + size));
    put16(udp + 6, 0);
    memcpy(udp + UDP_SIZE, message, size);
    rig_seal(packet, IP_SIZE + UDP_SIZE + size);
    rig_receive_ip(rig, packet, IP_SIZE + UDP_SIZE + size);
}

/* One step of the input: how (two bits: the kind, or no header; the rest: how long the
 * server waits, in quarters of a power of two), a size, and so many bytes. */
static bool say_next(struct rig *rig, const struct lan_dhcp *client, struct cursor *input)
{
    static const uint8_t kinds[] = {0, DHCP_OFFER, DHCP_ACK, DHCP_NAK};
    uint8_t message[SAID_SIZE_MAX];
    const uint8_t how = cursor_take8(input);
    size_t size = cursor_take8(input);
    if (input->failed)
        return false;
    size = size < input->left ? size : input->left;
    const uint8_t *bytes = cursor_take(input, size);
    size_t head = how & 3 ? write_right(message, rig, client, kinds[how & 3]) : 0;
    memcpy(message + head, bytes, size);
    rig_pass(rig, UINT64_C(250000) << (how >> 2) % 16);
    say(rig, message, head + size);
    return true;
}

void fuzz_dhcp(const uint8_t *bytes, size_t size)
{
    struct rig rig;
    struct lan_dhcp client;
    struct cursor input = cursor_of(bytes, size);
    const uint8_t how = cursor_take8(&input);
    const struct lan_dhcp_config config = {
        .known_address = how & 1 ? RIG_IP : 0,
        .link_local = how & 2,
    };
    parse(bytes, size);
    rig_begin(&rig);
    lan_host_set_address(rig.host, 0, 0, 0);
    if (lan_dhcp_start(&client, rig.host, 0, &config) == 0) {
        for (unsigned i = 0; i < SAID_MAX && say_next(&rig, &client, &input); i++)
            if (client.has_lease && client.lease.prefix == 0)
                abort();
        lan_dhcp_stop(&client);
    }
    rig_end(&rig);
}
