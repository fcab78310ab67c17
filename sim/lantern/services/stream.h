/* A TCP server of many connections that each do one small thing: what echo,
 * discard and chargen share. */
#ifndef LANTERN_STREAM_H
#define LANTERN_STREAM_H

#include <stdbool.h>

#include "service.h"

#ifndef LAN_SMALL
enum {
    STREAM_COUNT = 32,   /* connections at once; more wait in the listener */
    STREAM_SIZE = 16384, /* bytes of a connection between read and write */
};
#else /* on a board */
enum { STREAM_COUNT = 1, STREAM_SIZE = 1460 };
#endif

struct stream {
    int fd;            /* negative: free */
    short events;      /* what it waits for */
    uint64_t position; /* bytes made so far */
    size_t head, size; /* what lies in memory */
    uint8_t memory[STREAM_SIZE];
};

/* Moves what can be moved now and says in `events` what it waits for. false: the
 * connection is over. */
typedef bool stream_step(struct lan_host *host, struct stream *stream);

struct stream_server {
    struct lan_host *host;
    stream_step *step;
    int listener; /* negative: none, connections come by stream_server_adopt */
    struct stream streams[STREAM_COUNT];
};

/* Listens on `port` (0: on none). 0 or a negative LAN_E number. */
int stream_server_open(struct stream_server *server, struct lan_host *host, uint16_t port,
                       stream_step *step);
/* Takes a non-blocking socket that connects or is connected. false: there is no
 * room, and it is closed. */
bool stream_server_adopt(struct stream_server *server, int fd);
struct service stream_service(struct stream_server *server);

#endif
