/* A UDP server that answers each datagram by itself: what echo, discard, chargen
 * and the control port share. */
#ifndef LANTERN_DATAGRAM_H
#define LANTERN_DATAGRAM_H

#include "service.h"

#ifndef LAN_SMALL
enum { DATAGRAM_SIZE = 16384 };
#else /* on a board */
enum { DATAGRAM_SIZE = 1024 };
#endif
enum { DATAGRAM_SILENCE = -1 }; /* no answer */

struct datagram_server {
    struct lan_host *host;
    int fd;
    /* Makes the answer to the `size` bytes in `bytes` in their place; its size,
     * at most DATAGRAM_SIZE, or DATAGRAM_SILENCE. */
    long (*answer)(void *context, const struct lan_address *source, uint8_t *bytes, size_t size);
    void *context;
    uint8_t bytes[DATAGRAM_SIZE];
};

/* 0 or a negative LAN_E number. `answer` and `context` are set by the caller. */
int datagram_server_open(struct datagram_server *server, struct lan_host *host, uint16_t port);
struct service datagram_service(struct datagram_server *server);

#endif
