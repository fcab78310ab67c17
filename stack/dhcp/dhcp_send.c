/* What the DHCP client says and hears: RFC 2131 table 5, and whose answers it takes. */
#include "dhcp/dhcp.h"
#include "host/host.h"

static const uint8_t *mac_of(const struct lan_dhcp *client)
{
    return lan_host_adapter(client->host, client->interface)->mac;
}

void dhcp_renumber(struct lan_dhcp *client)
{
    client->xid = lan_host_random(client->host);
    client->asked_us = client->now_us;
    client->tries = 0;
}

uint64_t dhcp_about(struct lan_dhcp *client, uint32_t seconds)
{
    uint32_t jitter_us = lan_host_random(client->host) % 2000001;
    return client->now_us + seconds * (uint64_t)1000000 + jitter_us - 1000000;
}

/* An address that we have is in the header, one that we want in an option; the server
 * is named only where it was chosen (RFC 2131 section 4.3.2). */
static struct dhcp_question question_of(const struct lan_dhcp *client, enum dhcp_kind kind)
{
    const struct lan_dhcp_lease *lease = &client->lease;
    struct dhcp_question question = {
        .kind = kind,
        .xid = client->xid,
        .seconds = (uint16_t)((client->now_us - client->begun_us) / 1000000),
        .mac = mac_of(client),
    };
    if (kind == DHCP_RELEASE) {
        question.own = lease->address;
        question.server = lease->server;
        return question;
    }
    if (client->state == LAN_DHCP_RENEWING || client->state == LAN_DHCP_REBINDING) {
        question.own = lease->address;
        return question;
    }
    question.requested = lease->address;
    if (kind == DHCP_DECLINE || client->state == LAN_DHCP_REQUESTING)
        question.server = lease->server;
    return question;
}

void dhcp_send(struct lan_dhcp *client, enum dhcp_kind kind)
{
    uint8_t message[DHCP_MESSAGE_SIZE];
    const struct dhcp_question question = question_of(client, kind);
    dhcp_write(message, &question);
    const bool to_server = kind == DHCP_RELEASE || client->state == LAN_DHCP_RENEWING;
    const struct lan_address target = {to_server ? client->lease.server : UINT32_MAX,
                                       DHCP_SERVER_PORT};
    if (udp_send(client->block, &target, message, sizeof message) < 0)
        client->counters.dhcp_drop_no_room++;
    else
        client->counters.dhcp_sent++;
}

/* false: not an answer to what we asked. */
static bool is_for_us(struct lan_dhcp *client, const uint8_t *message, size_t size,
                      const struct lan_address *source, struct dhcp_answer *answer)
{
    struct lan_dhcp_counters *counters = &client->counters;
    counters->dhcp_received++;
    if (source->port != DHCP_SERVER_PORT) {
        counters->dhcp_drop_port++;
        return false;
    }
    const enum dhcp_verdict verdict = dhcp_read(message, size, mac_of(client), answer);
    if (verdict == DHCP_MALFORMED)
        counters->dhcp_drop_malformed++;
    else if (verdict == DHCP_OTHER || answer->xid != client->xid)
        counters->dhcp_drop_other++;
    else if (verdict == DHCP_SENSELESS)
        counters->dhcp_drop_lease++;
    else
        return true;
    return false;
}

bool dhcp_receive(struct lan_dhcp *client, struct dhcp_answer *answer)
{
    uint8_t message[DHCP_MESSAGE_SIZE_MAX];
    struct lan_address source;
    while (!udp_queue_is_empty(client->block)) {
        long size = udp_read(client->block, message, sizeof message, 0, &source);
        if (size >= 0 && is_for_us(client, message, (size_t)size, &source, answer))
            return true;
    }
    return false;
}
