/* The DHCP client's parts: dhcp.c is RFC 2131's figure 5, dhcp_send.c what the client
 * says in it, dhcp_lease.c what the host has of it. See lan_dhcp.h. */
#ifndef STACK_DHCP_H
#define STACK_DHCP_H

#include "dhcp/dhcp_message.h"

/* Sends what the state says, with the client's number. */
void dhcp_send(struct lan_dhcp *client, enum dhcp_kind kind);

/* A new number, which strangers must guess. */
void dhcp_renumber(struct lan_dhcp *client);

/* `seconds`, 1 s more or less (RFC 2131 section 4.1), from now. */
uint64_t dhcp_about(struct lan_dhcp *client, uint32_t seconds);

/* The next message of the client's socket; false: there is none. What is no answer to
 * what it asked is dropped on the way. */
bool dhcp_receive(struct lan_dhcp *client, struct dhcp_answer *answer);

/* The host has this from now on, instead of what it had. */
void dhcp_configure(struct lan_dhcp *client, const struct lan_dhcp_lease *lease);
/* And this no more. */
void dhcp_unconfigure(struct lan_dhcp *client);

/* So many seconds after the lease was asked for. */
uint64_t dhcp_lease_time(const struct lan_dhcp *client, uint32_t seconds);

#endif
