/* The DHCP client's states (RFC 2131 figure 5), and their times: see lan_dhcp.h.
 *
 *   INIT --> SELECTING --offer--> REQUESTING --+
 *    `-----> REBOOTING (knows an address) -----+--ack--> PROBING --> BOUND
 *   BOUND --T1--> RENEWING --T2--> REBINDING --end--> INIT
 *
 * From any of them a DHCPNAK, or another who insists on the address, leads back to
 * INIT. While the client has no answer, a link-local address may stand in. */
#include "dhcp/dhcp.h"

#include "host/host.h"
#include "link_local/link_local.h"

enum { US_PER_MS = 1000, US_PER_S = 1000000 };

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- looking for an address ----------------------------------------------------------------- */

static void return_to_init(struct lan_dhcp *client, uint64_t wait_us)
{
    client->state = LAN_DHCP_INIT;
    client->deadline_us = client->now_us + wait_us;
}

/* RFC 2131 section 4.1: doubled each time, up to 64 s. */
static void ask(struct lan_dhcp *client, enum dhcp_kind kind)
{
    uint32_t wait_s = DHCP_WAIT_S;
    for (unsigned i = 0; i < client->tries && wait_s < DHCP_WAIT_MAX_S; i++)
        wait_s *= 2;
    client->tries++;
    client->deadline_us = dhcp_about(client, wait_s);
    dhcp_send(client, kind);
}

/* An address that is known is asked for by itself, and may be had in one round trip
 * (RFC 2131 section 3.2). */
static void begin(struct lan_dhcp *client)
{
    const bool knows = client->config.known_address != 0;
    dhcp_renumber(client);
    client->begun_us = client->now_us;
    if (knows)
        client->lease = (struct lan_dhcp_lease){.address = client->config.known_address};
    client->config.known_address = 0;
    client->state = knows ? LAN_DHCP_REBOOTING : LAN_DHCP_SELECTING;
    ask(client, knows ? DHCP_REQUEST : DHCP_DISCOVER);
}

static void select_again(struct lan_dhcp *client)
{
    if (client->config.link_local && client->tries >= DHCP_LINK_LOCAL_TRIES &&
        client->link_local.state == LAN_LINK_LOCAL_STOPPED)
        link_local_begin(&client->link_local, client->host, client->interface);
    ask(client, DHCP_DISCOVER);
}

static void request(struct lan_dhcp *client, const struct lan_dhcp_lease *offer)
{
    client->lease = *offer;
    client->state = LAN_DHCP_REQUESTING;
    client->tries = 0;
    client->asked_us = client->now_us;
    ask(client, DHCP_REQUEST);
}

/* --- the lease ------------------------------------------------------------------------------- */

static void stay_bound(struct lan_dhcp *client)
{
    client->state = LAN_DHCP_BOUND;
    client->deadline_us = dhcp_lease_time(client, client->lease.renew_s);
}

static void lose_lease(struct lan_dhcp *client, uint64_t wait_us)
{
    dhcp_unconfigure(client);
    return_to_init(client, wait_us);
}

/* RFC 2131 section 3.1.5, RFC 5227 section 2.4: the address is somebody else's. */
static void decline(struct lan_dhcp *client)
{
    client->counters.dhcp_declined++;
    dhcp_renumber(client);
    lose_lease(client, DHCP_DECLINED_S * (uint64_t)US_PER_S);
    dhcp_send(client, DHCP_DECLINE);
    client->lease = (struct lan_dhcp_lease){0};
}

/* RFC 2131 section 4.4.5: again after half of what is left, at least a minute. */
static void ask_to_extend(struct lan_dhcp *client, uint64_t end_us)
{
    uint64_t wait_us = (end_us - client->now_us) / 2;
    if (wait_us < DHCP_RENEW_MIN_S * (uint64_t)US_PER_S)
        wait_us = DHCP_RENEW_MIN_S * (uint64_t)US_PER_S;
    client->deadline_us = earlier(client->now_us + wait_us, end_us);
    dhcp_send(client, DHCP_REQUEST);
}

static void renew(struct lan_dhcp *client)
{
    if (client->state == LAN_DHCP_BOUND) {
        client->state = LAN_DHCP_RENEWING;
        client->begun_us = client->now_us;
        dhcp_renumber(client);
    }
    const uint64_t rebind_us = dhcp_lease_time(client, client->lease.rebind_s);
    const uint64_t end_us = dhcp_lease_time(client, client->lease.lease_s);
    if (client->now_us >= end_us) {
        client->counters.dhcp_expired++;
        lose_lease(client, 0);
    } else if (client->now_us >= rebind_us) {
        client->state = LAN_DHCP_REBINDING;
        ask_to_extend(client, end_us);
    } else {
        ask_to_extend(client, rebind_us);
    }
}

/* Nobody answered for an address that we know: while its lease runs it may be used on
 * (RFC 2131 section 3.2). */
static void reboot_in_vain(struct lan_dhcp *client)
{
    if (client->has_lease && client->now_us < dhcp_lease_time(client, client->lease.lease_s))
        stay_bound(client);
    else
        lose_lease(client, 0);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void receive_ack(struct lan_dhcp *client, const struct lan_dhcp_lease *lease)
{
    if (lease->address != client->lease.address) {
        client->counters.dhcp_drop_lease++;
        return;
    }
    if (client->has_lease) {
        client->counters.dhcp_renewed++;
        dhcp_configure(client, lease);
        stay_bound(client);
        return;
    }
    client->lease = *lease;
    client->state = LAN_DHCP_PROBING;
    client->deadline_us = LAN_NEVER; /* arp's */
    link_local_end(&client->link_local);
    lan_host_probe(client->host, client->interface, lease->address);
}

static void receive_nak(struct lan_dhcp *client)
{
    client->counters.dhcp_refused++;
    lose_lease(client, DHCP_REFUSED_MS * US_PER_MS);
    client->lease = (struct lan_dhcp_lease){0};
}

/* Whom we asked: one server, or all of them. */
static bool is_asked(const struct lan_dhcp *client, lan_ip4 server)
{
    bool one = client->state == LAN_DHCP_REQUESTING || client->state == LAN_DHCP_RENEWING;
    return !one || server == client->lease.server;
}

static void receive(struct lan_dhcp *client, const struct dhcp_answer *answer)
{
    const bool requests = client->state == LAN_DHCP_REQUESTING ||
                          client->state == LAN_DHCP_REBOOTING ||
                          client->state == LAN_DHCP_RENEWING || client->state == LAN_DHCP_REBINDING;
    const enum dhcp_kind kind = answer->kind;
    if (kind == DHCP_OFFER ? client->state != LAN_DHCP_SELECTING : !requests)
        client->counters.dhcp_drop_state++;
    else if (!is_asked(client, answer->lease.server))
        client->counters.dhcp_drop_server++;
    else if (kind == DHCP_OFFER)
        request(client, &answer->lease);
    else if (kind == DHCP_ACK)
        receive_ack(client, &answer->lease);
    else
        receive_nak(client);
}

/* --- a step ------------------------------------------------------------------------------------
 */

static void see_probe(struct lan_dhcp *client)
{
    switch (lan_host_probed(client->host, client->interface)) {
    case LAN_PROBE_UNUSED:
        client->counters.dhcp_bound++;
        dhcp_configure(client, &client->lease);
        stay_bound(client);
        break;
    case LAN_PROBE_TAKEN:
        decline(client);
        break;
    case LAN_PROBE_RUNNING:
        break;
    case LAN_PROBE_NONE: /* somebody else's question came between */
        lan_host_probe(client->host, client->interface, client->lease.address);
    }
}

static void act(struct lan_dhcp *client)
{
    switch (client->state) {
    case LAN_DHCP_INIT:
        begin(client);
        break;
    case LAN_DHCP_SELECTING:
        select_again(client);
        break;
    case LAN_DHCP_REQUESTING:
        if (client->tries < DHCP_REQUESTS)
            ask(client, DHCP_REQUEST);
        else
            return_to_init(client, 0);
        break;
    case LAN_DHCP_REBOOTING:
        if (client->tries < DHCP_REBOOT_REQUESTS)
            ask(client, DHCP_REQUEST);
        else
            reboot_in_vain(client);
        break;
    case LAN_DHCP_BOUND:
    case LAN_DHCP_RENEWING:
    case LAN_DHCP_REBINDING:
        renew(client);
        break;
    case LAN_DHCP_RELEASING:
        lan_dhcp_stop(client);
        break;
    case LAN_DHCP_PROBING:
    case LAN_DHCP_STOPPED:
        break;
    }
}

/* The link was away: it may be another network's now (RFC 2131 section 3.7). */
static void see_link(struct lan_dhcp *client)
{
    const struct lan_adapter *adapter = lan_host_adapter(client->host, client->interface);
    if (!adapter->status.link_up || adapter->status.link_changes == client->link_changes ||
        client->state == LAN_DHCP_RELEASING)
        return;
    client->link_changes = adapter->status.link_changes;
    if (!client->has_lease) {
        return_to_init(client, 0);
        return;
    }
    dhcp_renumber(client);
    client->begun_us = client->now_us;
    client->state = LAN_DHCP_REBOOTING;
    ask(client, DHCP_REQUEST);
}

static uint64_t step(struct lan_service *service, uint64_t now_us)
{
    uint8_t *of = (uint8_t *)service - offsetof(struct lan_dhcp, service);
    struct lan_dhcp *client = (struct lan_dhcp *)(void *)of;
    struct dhcp_answer answer;
    client->now_us = now_us;
    see_link(client);
    while (dhcp_receive(client, &answer))
        receive(client, &answer);
    if (client->state == LAN_DHCP_PROBING)
        see_probe(client);
    else if (client->has_lease && client->state != LAN_DHCP_RELEASING &&
             lan_host_address_lost(client->host, client->interface))
        decline(client);
    while (client->state != LAN_DHCP_STOPPED && now_us >= client->deadline_us)
        act(client);
    if (client->state == LAN_DHCP_STOPPED)
        return LAN_NEVER;
    return earlier(client->deadline_us, link_local_step(&client->link_local, now_us));
}

/* --- life ---------------------------------------------------------------------------------------
 */

/* Others on other interfaces have the port, too. */
static int open_socket(struct lan_dhcp *client)
{
    const struct lan_address local = {0, DHCP_CLIENT_PORT};
    client->block = udp_open(&client->host->udp, INT16_MAX); /* no descriptor's */
    if (!client->block)
        return -LAN_ENOBUFS;
    client->block->shared = true;
    int result = udp_set_interface(client->block, client->interface);
    if (result == 0)
        result = udp_bind(client->block, &local);
    if (result < 0)
        udp_close(client->block);
    return result;
}

int lan_dhcp_start(struct lan_dhcp *client, struct lan_host *host, int interface,
                   const struct lan_dhcp_config *config)
{
    const struct lan_adapter *adapter = lan_host_adapter(host, interface);
    if (!adapter)
        return -LAN_ENODEV;
    *client = (struct lan_dhcp){
        .state = LAN_DHCP_INIT,
        .service = {.step = step},
        .config = *config,
        .host = host,
        .interface = interface,
        .link_changes = adapter->status.link_changes,
        .now_us = lan_host_now(host),
        .link_local = {.deadline_us = LAN_NEVER, .host = host, .interface = interface},
    };
    int result = open_socket(client);
    if (result < 0) {
        client->state = LAN_DHCP_STOPPED;
        return result;
    }
    client->deadline_us = client->now_us + lan_host_random(host) % (DHCP_START_MS * US_PER_MS);
    lan_host_add_service(host, &client->service);
    return 0;
}

void lan_dhcp_stop(struct lan_dhcp *client)
{
    if (client->state == LAN_DHCP_STOPPED)
        return;
    dhcp_unconfigure(client);
    link_local_end(&client->link_local);
    udp_close(client->block);
    lan_host_remove_service(client->host, &client->service);
    client->state = LAN_DHCP_STOPPED;
}

/* RFC 2131 section 4.4.6. */
void lan_dhcp_release(struct lan_dhcp *client)
{
    if (!client->has_lease) {
        lan_dhcp_stop(client);
        return;
    }
    client->now_us = lan_host_now(client->host);
    dhcp_renumber(client);
    client->state = LAN_DHCP_RELEASING;
    client->deadline_us = client->now_us + DHCP_RELEASE_MS * US_PER_MS;
    dhcp_send(client, DHCP_RELEASE);
}

const char *lan_dhcp_counter(const struct lan_dhcp *client, unsigned index, uint64_t *value)
{
#define NAME(name) #name,
    static const char *const names[] = {LAN_DHCP_COUNTERS(NAME)};
#undef NAME
#define VALUE(name) client->counters.name,
    const uint32_t values[] = {LAN_DHCP_COUNTERS(VALUE)};
#undef VALUE
    if (index >= sizeof names / sizeof *names)
        return NULL;
    *value = values[index];
    return names[index];
}
