/* The site that HTTP's tests serve, and a server on fake sockets. */
#ifndef TESTS_HTTP_BENCH_H
#define TESTS_HTTP_BENCH_H

#include "http_fake_socket.h"
#include "lan_http.h"

enum { BENCH_CONNECTIONS = 3 };

struct bench {
    struct lan_host host;
    struct lan_http_server server;
    struct lan_http_connection connections[BENCH_CONNECTIONS];
    uint64_t now_us;
    unsigned released;      /* bodies given back */
    unsigned pulls_to_wait; /* /slow: so many pulls say LAN_EAGAIN first */
    long broken_after;      /* /broken: bytes until its pull function */
    long broken_result;     /* gives this */
};

/* Routes: /hello "hello\n"; /empty; /bytes/N of N bytes; /stream of 10,000 bytes and
 * unknown size; /slow, /broken; /echo/... with path and query; /busy 503. */
void bench_begin(struct bench *bench);

/* The byte of /bytes/N and /stream at this offset. */
char bench_byte(uint64_t offset);

/* Steps until nothing more can be done at this time. */
void bench_settle(struct bench *bench);

/* A peer sends `input` in pieces of `piece` bytes (0: of random sizes by `seed`),
 * and stays connected. What came back is in the stream. */
struct fake_stream *bench_exchange(struct bench *bench, const char *input, size_t size,
                                   size_t piece, uint64_t seed);

/* The next number of a sequence (xorshift64*). */
uint32_t bench_random(uint64_t *state);

#endif
