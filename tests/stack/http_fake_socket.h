/* The sockets under HTTP's tests: what the peer sends comes in any pieces, what
 * we send is kept. The peer's view of a connection is a fake_stream. */
#ifndef TESTS_HTTP_FAKE_SOCKET_H
#define TESTS_HTTP_FAKE_SOCKET_H

#include <string.h>

#include "lan_socket.h"

enum { FAKE_STREAMS = 8, FAKE_SENT_MAX = 1 << 20, FAKE_LISTENER = 100 };

struct fake_stream {
    bool open;     /* we hold a descriptor for it */
    bool waits;    /* in the listener */
    bool finished; /* the peer sends no more: read gives 0 behind the last byte */
    bool shut;     /* we sent our FIN */
    int lost;      /* read and write fail with this LAN_E number */
    bool nodelay;
    bool nodelay_at_end; /* how it stood at the last write */
    const char *input;
    size_t input_size, arrived, taken; /* the peer's bytes: all, in our queue, read */
    size_t write_room;                 /* bytes that write takes until it says LAN_EAGAIN */
    size_t write_piece;                /* at most, in one call */
    size_t sent_size;
    char sent[FAKE_SENT_MAX];
};

struct lan_host {
    struct fake_stream streams[FAKE_STREAMS];
    bool listens;
    int connect_result; /* of the next lan_connect */
    bool connecting;    /* not writable yet */
    int connect_error;  /* what SO_ERROR tells */
    int accept_error;   /* lan_accept fails with this LAN_E number */
};

/* `host` is zero or was begun before. */
void fake_begin(struct lan_host *host);
/* A peer knocks; it will send `input`, of which nothing has arrived yet. */
struct fake_stream *fake_knock(struct lan_host *host, const char *input, size_t size);
/* The next bytes arrive, as far as there are any. */
void fake_arrive(struct fake_stream *stream, size_t size);

#endif
