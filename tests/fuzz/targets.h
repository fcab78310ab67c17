/* Each target takes one input, whatever it is, and aborts when something is wrong. */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_TARGETS(X)                                                                            \
    X(arp) X(ip) X(icmp) X(udp) X(tcp) X(dns) X(dhcp) X(http_server) X(http_client) X(rtp) X(host)

#define FUZZ_DECLARE(name) void fuzz_##name(const uint8_t *bytes, size_t size);
FUZZ_TARGETS(FUZZ_DECLARE)

#endif
