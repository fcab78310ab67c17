/* --dhcp: our place in the network as a DHCP server tells it, or a link-local address
 * where there is no server. */
#ifndef LANTERN_LEASE_H
#define LANTERN_LEASE_H

#include "session.h"

/* In the host's fiber: waits for an address and tells it; the client goes on beside the
 * application. false: there is none, and said why if the run was not broken off. */
bool lease_take(struct session *session);

/* Tells the server, if there is a lease. */
void lease_give_back(struct session *session);

#endif
