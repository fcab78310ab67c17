/* A server for iperf3 (its protocol 3.1 and later): one test at a time, one stream, TCP or
 * UDP, either way. The data are what lies in the buffers: they are neither made nor looked
 * at, as iperf3 itself does with --zerocopy. */
#ifndef IPERF_H
#define IPERF_H

#include "services/service.h"

enum {
    IPERF_PORT = 5201,
    IPERF_COOKIE_SIZE = 37,
    IPERF_TEXT_SIZE = 1024, /* parameters and results, as JSON */
    IPERF_DATAGRAM_SIZE = 1472,
};

struct iperf {
    struct lan_host *host;
    int listener, control, stream, datagrams; /* negative: none */
    uint8_t step;
    bool udp, reverse;    /* reverse: we send */
    uint32_t blksize;     /* of a datagram that we send */
    uint64_t interval_ns; /* between datagrams that we send */
    uint32_t text_size, text_done;
    uint8_t head[IPERF_COOKIE_SIZE], head_size;
    char text[IPERF_TEXT_SIZE];
    struct lan_address peer; /* of datagrams */
    uint64_t begun_us, ended_us, bytes, next_ns;
    uint32_t packets, lost, last_packet;
};

/* 0 or a negative LAN_E number. */
int iperf_open(struct iperf *iperf, struct lan_host *host);
struct service iperf_service(struct iperf *iperf);

#endif
