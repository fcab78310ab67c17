/* 4 connections with 4 MSS each way, as the peers of FACTS.md had. */
#ifndef BENCH_CONFIG_H
#define BENCH_CONFIG_H

#include "lan_host.h"

static const struct lan_host_config size_config = {
    .socket_count = 8,
    .connection_count = 4,
    .buffer_count = 8,
    .buffer_bytes = 8192, /* the power of two above 4 x 1460 */
    .datagram_socket_count = 2,
    .datagram_queue_bytes = 2048,
    .adapter_count = 1,
    .neighbour_count = 8,
    .packet_count = 2,
    .packet_bytes = 1500, /* nothing in fragments */
};

#endif
