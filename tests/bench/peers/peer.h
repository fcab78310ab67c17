/* A stack under measurement: two ends of it, 10.0.0.1 that sends a stream and
 * 10.0.0.2 that receives it, joined by the wire. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>

enum { SENDER, RECEIVER };

/* The same work for each: writes of this size as room comes, reads of as much. */
enum { PEER_WRITE_SIZE = 8192, PEER_PORT = 5001 };

struct peer {
    const char *name;
    /* Makes both ends; the sender begins to connect. */
    void (*start)(uint64_t seed);
    /* Takes in what has arrived at this end, lets its application write or read
     * all it can, and sends what is due; when it wants to be called again. */
    uint64_t (*step)(int end, uint64_t now_us);
};

extern const struct peer peer_lantern, peer_lantern_relieved, peer_lantern_in_place, peer_lwip,
    peer_smoltcp;

/* What the applications count. */
extern uint64_t peer_written, peer_read;
/* What they write, and where they read to. */
extern uint8_t peer_outgoing[PEER_WRITE_SIZE], peer_incoming[PEER_WRITE_SIZE];

#endif
