/* DHCP client (RFC 2131, RFC 2132): asks a server for an address, with its network,
 * router and DNS servers, gives them to the host and keeps the lease.
 *
 * Above: the application. Below: the host, which steps the client. A client is an
 * object of the caller for one interface, which has no address of its own:
 *
 *     lan_host_add_adapter(host, adapter, 0, 0);
 *     lan_dhcp_start(&client, host, 0, &(struct lan_dhcp_config){0});
 *
 * An offered address is probed before it is used (RFC 5227), which takes 4 to 7 s.
 * Deliberately absent: DHCPINFORM, authentication (RFC 3118), options split in
 * several (RFC 3396), all options but those of struct lan_dhcp_lease. */
#ifndef LAN_DHCP_H
#define LAN_DHCP_H

#include "lan_link_local.h"

/* RFC 2131 figure 5, and what lies around it. */
enum lan_dhcp_state {
    LAN_DHCP_STOPPED,
    LAN_DHCP_INIT, /* begins at its deadline */
    LAN_DHCP_SELECTING,
    LAN_DHCP_REQUESTING,
    LAN_DHCP_REBOOTING, /* asks for an address that it knows, INIT-REBOOT included */
    LAN_DHCP_PROBING,   /* acknowledged; is it really nobody's? */
    LAN_DHCP_BOUND,
    LAN_DHCP_RENEWING,
    LAN_DHCP_REBINDING,
    LAN_DHCP_RELEASING, /* told the server; has the address until that has left */
};

enum { LAN_DHCP_DNS_SERVERS = 3 };

#define LAN_DHCP_FOR_EVER UINT32_MAX

/* What a server gives. 0: it did not say. */
struct lan_dhcp_lease {
    lan_ip4 address, router, server;
    lan_ip4 dns_servers[LAN_DHCP_DNS_SERVERS];
    uint8_t dns_server_count, prefix;
    uint32_t lease_s, renew_s, rebind_s; /* from the request on; T1 and T2 of the RFC */
};

struct lan_dhcp_config {
    lan_ip4 known_address; /* of an earlier lease: asked for first; 0: none */
    bool link_local;       /* without an answer: a link-local address (RFC 3927) meanwhile */
};

#define LAN_DHCP_COUNTERS(X)                                                                       \
    X(dhcp_sent)                                                                                   \
    X(dhcp_received)                                                                               \
    X(dhcp_bound)    /* leases begun, not counting those renewed */                                \
    X(dhcp_renewed)  /* the server, or another one, extended it */                                 \
    X(dhcp_refused)  /* the server said no (DHCPNAK) */                                            \
    X(dhcp_declined) /* somebody else has the address */                                           \
    X(dhcp_expired)                                                                                \
    X(dhcp_drop_port)      /* not from a server's port */                                          \
    X(dhcp_drop_malformed) /* no message, or one that breaks off */                                \
    X(dhcp_drop_other)     /* another client's, or an answer to nothing we asked now */            \
    X(dhcp_drop_state)     /* of a kind that does not belong here */                               \
    X(dhcp_drop_server)    /* not from the server that we chose */                                 \
    X(dhcp_drop_lease)     /* what it gives no host can have */                                    \
    X(dhcp_drop_no_room)   /* ours, while there was no room below */

#define LAN_DHCP_COUNTER_FIELD(name) uint32_t name;

struct lan_dhcp {
    enum lan_dhcp_state state;
    bool has_lease;              /* the host has `lease` */
    struct lan_dhcp_lease lease; /* else the one asked for */
    struct lan_dhcp_counters {
        LAN_DHCP_COUNTERS(LAN_DHCP_COUNTER_FIELD)
    } counters;
    struct lan_link_local link_local; /* stopped unless it is needed */

    /* The rest is its own. */
    struct lan_service service;
    struct lan_dhcp_config config;
    struct lan_host *host;
    struct udp_block *block;
    int interface;
    uint32_t xid, link_changes, tries;
    uint64_t now_us, deadline_us;
    uint64_t begun_us; /* to look for an address */
    uint64_t asked_us; /* the lease counts from here, once it is given */
    uint64_t leased_us;
};

/* Begins to ask. The memory is the host's until lan_dhcp_stop. 0; -LAN_ENODEV: no such
 * interface; -LAN_ENOBUFS: no datagram socket left; -LAN_EADDRINUSE: another has the
 * port. */
int lan_dhcp_start(struct lan_dhcp *client, struct lan_host *host, int interface,
                   const struct lan_dhcp_config *config);

/* Gives the address back; the client stops at a step within a second. */
void lan_dhcp_release(struct lan_dhcp *client);

/* Stops at once and tells nobody. The interface has no address then. */
void lan_dhcp_stop(struct lan_dhcp *client);

/* Every counter by name; NULL past the last. */
const char *lan_dhcp_counter(const struct lan_dhcp *client, unsigned index, uint64_t *value);

#endif
