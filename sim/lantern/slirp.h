/* The user-mode network, by libslirp: a small network 10.0.2.0/24 whose router
 * (10.0.2.2) turns our packets into this machine's own sockets. Needs no
 * privileges. */
#ifndef LANTERN_SLIRP_H
#define LANTERN_SLIRP_H

#include "lan_host.h"
#include "peer.h"

#define SLIRP_GUEST       LAN_IP4(10, 0, 2, 15) /* the simulated host */
#define SLIRP_ROUTER      LAN_IP4(10, 0, 2, 2)  /* and this machine's own services */
#define SLIRP_NAME_SERVER LAN_IP4(10, 0, 2, 3)

enum { SLIRP_PREFIX = 24 };

/* NULL: it could not be made, and said why. */
struct peer *slirp_peer_new(void);

/* Connections to `address`:`*port` of this machine reach `guest_port` of `guest`, which
 * is SLIRP_GUEST or somebody behind it, if that is a router. Port 0 takes a free one;
 * *port is the one taken. false: not possible, and said why. */
bool slirp_peer_forward(struct peer *peer, lan_ip4 address, uint16_t *port, lan_ip4 guest,
                        uint16_t guest_port);
/* The same of datagrams; the port is not 0. */
bool slirp_peer_forward_datagrams(struct peer *peer, lan_ip4 address, uint16_t port, lan_ip4 guest,
                                  uint16_t guest_port);

#endif
