/* DHCP messages: see dhcp_message.h. */
#include "dhcp/dhcp_message.h"

#include <assert.h>

#include "base/bytes.h"
#include "ip/ip_instance.h"
#include "limits.h"

enum { OP_REQUEST = 1, OP_REPLY = 2, HARDWARE_ETHERNET = 1, FLAG_BROADCAST = 0x8000 };
enum { CHADDR_SIZE = 16, SERVER_NAME_SIZE = 64, FILE_SIZE = 128, HEADER_SIZE = 240 };

static const uint32_t MAGIC = 0x63825363;

/* RFC 2132. */
enum option {
    OPTION_PAD = 0,
    OPTION_SUBNET_MASK = 1,
    OPTION_ROUTER = 3,
    OPTION_DNS_SERVERS = 6,
    OPTION_REQUESTED = 50,
    OPTION_LEASE = 51,
    OPTION_OVERLOAD = 52,
    OPTION_KIND = 53,
    OPTION_SERVER = 54,
    OPTION_PARAMETERS = 55,
    OPTION_SIZE_MAX = 57,
    OPTION_RENEW = 58,
    OPTION_REBIND = 59,
    OPTION_CLIENT = 61,
    OPTION_END = 255,
};

/* --- question ---------------------------------------------------------------------------- */

static uint8_t *put_option(uint8_t *at, enum option option, const void *bytes, uint8_t size)
{
    *at++ = (uint8_t)option;
    *at++ = size;
    memcpy(at, bytes, size);
    return at + size;
}

static uint8_t *put_address(uint8_t *at, enum option option, lan_ip4 address)
{
    uint8_t bytes[4];
    put32(bytes, address);
    return address ? put_option(at, option, bytes, 4) : at;
}

static uint8_t *put_wishes(uint8_t *at)
{
    static const uint8_t wishes[] = {OPTION_SUBNET_MASK, OPTION_ROUTER, OPTION_DNS_SERVERS,
                                     OPTION_LEASE,       OPTION_RENEW,  OPTION_REBIND};
    uint8_t size_max[2];
    put16(size_max, DHCP_MESSAGE_SIZE_MAX + 28); /* of the packet: RFC 2132 section 9.10 */
    at = put_option(at, OPTION_SIZE_MAX, size_max, 2);
    return put_option(at, OPTION_PARAMETERS, wishes, sizeof wishes);
}

void dhcp_write(uint8_t memory[DHCP_MESSAGE_SIZE], const struct dhcp_question *question)
{
    memset(memory, 0, DHCP_MESSAGE_SIZE);
    memory[0] = OP_REQUEST;
    memory[1] = HARDWARE_ETHERNET;
    memory[2] = LAN_MAC_SIZE;
    put32(memory + 4, question->xid);
    put16(memory + 8, question->seconds);
    put16(memory + 10, question->own ? 0 : FLAG_BROADCAST);
    put32(memory + 12, question->own);
    memcpy(memory + 28, question->mac, LAN_MAC_SIZE);
    put32(memory + HEADER_SIZE - 4, MAGIC);

    const uint8_t kind = (uint8_t)question->kind;
    uint8_t client[1 + LAN_MAC_SIZE] = {HARDWARE_ETHERNET};
    memcpy(client + 1, question->mac, LAN_MAC_SIZE);
    uint8_t *at = put_option(memory + HEADER_SIZE, OPTION_KIND, &kind, 1);
    at = put_option(at, OPTION_CLIENT, client, sizeof client);
    at = put_address(at, OPTION_REQUESTED, question->requested);
    at = put_address(at, OPTION_SERVER, question->server);
    if (question->kind == DHCP_DISCOVER || question->kind == DHCP_REQUEST)
        at = put_wishes(at);
    *at++ = OPTION_END;
    assert(at <= memory + DHCP_MESSAGE_SIZE);
}

/* --- answer ------------------------------------------------------------------------------ */

/* What the options said, before it is judged. */
struct options {
    lan_ip4 mask;
    uint8_t kind, overload;
    bool has_mask;
    struct lan_dhcp_lease lease;
};

/* A list of addresses has at least one (RFC 2132 sections 3.5, 3.8). */
static bool is_list(size_t size)
{
    return size >= 4 && size % 4 == 0;
}

static void take_dns_servers(struct lan_dhcp_lease *lease, struct cursor data)
{
    lease->dns_server_count = 0;
    while (data.left > 0 && lease->dns_server_count < LAN_DHCP_DNS_SERVERS) {
        lan_ip4 server = cursor_take32(&data);
        if (ip_is_host_address(server))
            lease->dns_servers[lease->dns_server_count++] = server;
    }
}

static bool take_number(uint32_t *number, struct cursor data)
{
    *number = cursor_take32(&data);
    return !data.failed && data.left == 0;
}

/* false: its size is wrong. Others than ours are stepped over. */
static bool take_option(struct options *options, uint8_t option, struct cursor data)
{
    struct lan_dhcp_lease *lease = &options->lease;
    switch (option) {
    case OPTION_KIND:
        options->kind = cursor_take8(&data);
        return !data.failed && data.left == 0;
    case OPTION_OVERLOAD:
        options->overload = cursor_take8(&data);
        return !data.failed && data.left == 0;
    case OPTION_SUBNET_MASK:
        options->has_mask = true;
        return take_number(&options->mask, data);
    case OPTION_ROUTER:
        if (!is_list(data.left))
            return false;
        lease->router = cursor_take32(&data);
        return true;
    case OPTION_DNS_SERVERS:
        if (!is_list(data.left))
            return false;
        take_dns_servers(lease, data);
        return true;
    case OPTION_SERVER:
        return take_number(&lease->server, data);
    case OPTION_LEASE:
        return take_number(&lease->lease_s, data);
    case OPTION_RENEW:
        return take_number(&lease->renew_s, data);
    case OPTION_REBIND:
        return take_number(&lease->rebind_s, data);
    default:
        return true;
    }
}

/* Up to the end option, or to the end of the field. */
static bool take_options(struct options *options, const uint8_t *bytes, size_t size)
{
    struct cursor cursor = cursor_of(bytes, size);
    while (cursor.left > 0) {
        uint8_t option = cursor_take8(&cursor);
        if (option == OPTION_PAD)
            continue;
        if (option == OPTION_END)
            break;
        uint8_t left = cursor_take8(&cursor);
        const uint8_t *data = cursor_take(&cursor, left);
        if (!data || !take_option(options, option, cursor_of(data, left)))
            return false;
    }
    return true;
}

/* RFC 2132 section 9.3: the fields for a file and a server's name may hold options,
 * in this order. */
static bool take_all_options(struct options *options, const uint8_t *message, size_t size)
{
    const uint8_t *server_name = message + 28 + CHADDR_SIZE, *file = server_name + SERVER_NAME_SIZE;
    if (!take_options(options, message + HEADER_SIZE, size - HEADER_SIZE))
        return false;
    const uint8_t overload = options->overload;
    return (!(overload & 1) || take_options(options, file, FILE_SIZE)) &&
           (!(overload & 2) || take_options(options, server_name, SERVER_NAME_SIZE));
}

/* Without a mask: the class of the address (RFC 950). 0: no mask of a network. */
static uint8_t prefix_of(const struct options *options)
{
    lan_ip4 address = options->lease.address;
    if (!options->has_mask)
        return address >> 31 == 0 ? 8 : address >> 30 == 2 ? 16 : 24;
    uint8_t prefix = 0;
    while (prefix < 32 && (options->mask & 1u << (31 - prefix)))
        prefix++;
    return options->mask == ip_mask(prefix) ? prefix : 0;
}

/* Neither the network's own address nor its broadcast. */
static bool is_host_of(lan_ip4 address, uint8_t prefix)
{
    lan_ip4 host = address & ~ip_mask(prefix);
    return ip_is_host_address(address) && address >> 28 != 15 &&
           (prefix >= 31 || (host != 0 && host != ~ip_mask(prefix)));
}

/* RFC 2131 section 4.4.5: T1 is half of the lease, T2 seven eighths, unless the
 * server says what can be. */
static void complete_times(struct lan_dhcp_lease *lease)
{
    if (lease->lease_s == LAN_DHCP_FOR_EVER)
        return;
    if (lease->rebind_s == 0 || lease->rebind_s >= lease->lease_s)
        lease->rebind_s = lease->lease_s - lease->lease_s / 8;
    if (lease->renew_s == 0 || lease->renew_s >= lease->rebind_s)
        lease->renew_s =
            lease->lease_s / 2 < lease->rebind_s ? lease->lease_s / 2 : lease->rebind_s / 2;
}

/* Each of a server's messages names it (RFC 2131 table 3). */
static bool judge(const struct options *options, struct lan_dhcp_lease *lease)
{
    *lease = options->lease;
    if (!ip_is_host_address(lease->server))
        return false;
    if (options->kind == DHCP_NAK)
        return true;
    lease->prefix = prefix_of(options);
    if (lease->prefix == 0 || !is_host_of(lease->address, lease->prefix) ||
        lease->lease_s < DHCP_LEASE_MIN_S)
        return false;
    if (!ip_is_host_address(lease->router) || lease->router == lease->address ||
        ((lease->router ^ lease->address) & ip_mask(lease->prefix)) != 0)
        lease->router = 0;
    complete_times(lease);
    return true;
}

enum dhcp_verdict dhcp_read(const uint8_t *message, size_t size, const uint8_t mac[LAN_MAC_SIZE],
                            struct dhcp_answer *answer)
{
    struct options options = {0};
    if (size < HEADER_SIZE || message[0] != OP_REPLY || message[1] != HARDWARE_ETHERNET ||
        message[2] != LAN_MAC_SIZE || get32(message + HEADER_SIZE - 4) != MAGIC)
        return DHCP_MALFORMED;
    if (memcmp(message + 28, mac, LAN_MAC_SIZE) != 0)
        return DHCP_OTHER;
    options.lease.address = get32(message + 16);
    if (!take_all_options(&options, message, size))
        return DHCP_MALFORMED;
    answer->kind = options.kind;
    answer->xid = get32(message + 4);
    if (options.kind != DHCP_OFFER && options.kind != DHCP_ACK && options.kind != DHCP_NAK)
        return DHCP_MALFORMED;
    return judge(&options, &answer->lease) ? DHCP_FINE : DHCP_SENSELESS;
}
