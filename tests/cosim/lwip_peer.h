/* lwIP (Debian's liblwip), a TCP/IP stack we did not write, as a peer in
 * simulated time: frames in, frames out, no thread, no clock of its own.
 *
 * lwIP keeps its state in globals, so there is one peer in a process; libcheck
 * runs each test in a process of its own. */
#ifndef TESTS_LWIP_PEER_H
#define TESTS_LWIP_PEER_H

#include <stddef.h>
#include <stdint.h>

typedef void lwip_peer_transmit(void *context, const uint8_t *frame, size_t size);

void lwip_peer_start(uint32_t address, unsigned prefix, const uint8_t mac[6],
                     lwip_peer_transmit *transmit, void *context);
/* A frame (target address to payload, no FCS) arrives. */
void lwip_peer_receive(const uint8_t *frame, size_t size);
/* Runs lwIP's timers; gives the milliseconds until the next. */
uint32_t lwip_peer_step(uint64_t now_ms);

/* What the peer does with TCP, and what came of it. Bytes of a stream are those
 * of lwip_peer_byte(offset), both ways; every received one is compared. */
uint8_t lwip_peer_byte(uint64_t offset);

struct lwip_peer_stream {
    void *control_block; /* lwIP's; NULL when it is over */
    uint64_t to_send, sent, received;
    uint64_t wrong;               /* received bytes that were not the expected ones */
    int connected, ended, failed; /* the other side closed; lwIP's error */
};

/* Listens at `port`; `stream` is filled by the first connection, which sends
 * stream->to_send bytes, takes in all that comes, and closes when both are done. */
void lwip_peer_listen(uint16_t port, struct lwip_peer_stream *stream);
void lwip_peer_connect(uint32_t address, uint16_t port, struct lwip_peer_stream *stream);

/* An echo request of `size` bytes of lwip_peer_byte, and what came back of it. */
struct lwip_peer_ping {
    size_t size;
    unsigned answers, wrong;
};
void lwip_peer_ping(uint32_t address, struct lwip_peer_ping *ping);

/* Sends every datagram at `port` back to its sender. */
void lwip_peer_echo_datagrams(uint16_t port);

#endif
