/* The control port, for test programs: a UDP port where a line asks the host to
 * act first.
 *
 *   C <ip> <port>              connects there by TCP, and echoes what comes
 *   D <dns-server-ip> <name>   resolves the name: answers `A <ip>`, or `E`
 *
 * C has no answer: the connection itself is it. Anything else is answered `E`. */
#ifndef LANTERN_CONTROL_H
#define LANTERN_CONTROL_H

#include "datagram.h"
#include "lan_dns.h"
#include "stream.h"

enum { CONTROL_QUERIES = 16 }; /* names being resolved at once; more are answered `E` */

struct control_query {
    bool taken;
    struct lan_address asker;
    struct lan_dns_query query;
};

struct control {
    struct datagram_server port;
    struct stream_server connections;
    struct control_query queries[CONTROL_QUERIES];
};

/* 0 or a negative LAN_E number. */
int control_open(struct control *control, struct lan_host *host, uint16_t port);
struct service control_service(struct control *control);

#endif
