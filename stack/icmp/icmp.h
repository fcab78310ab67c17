/* ICMP (RFC 792): answers echoes, tells senders that a packet does not belong
 * here, and takes in what others tell about ours. host calls it; it calls ip.
 *
 * Errors for tcp and udp are given to the host, which hands them on: nothing here
 * knows a port. Redirects are ignored; routes are the host's own. */
#ifndef STACK_ICMP_H
#define STACK_ICMP_H

#include "ip/ip_instance.h"

#define ICMP_COUNTERS(X)                                                                           \
    X(icmp_received)                                                                               \
    X(icmp_sent)                                                                                   \
    X(icmp_echoes_answered)                                                                        \
    X(icmp_errors_received)                                                                        \
    X(icmp_errors_sent)                                                                            \
    X(icmp_drop_short)                                                                             \
    X(icmp_drop_checksum)                                                                          \
    X(icmp_drop_group)      /* an echo to all (RFC 1122 section 3.2.2.6) */                        \
    X(icmp_drop_type)       /* nothing that we take notice of */                                   \
    X(icmp_drop_quote)      /* an error about a packet that is not ours */                         \
    X(icmp_errors_withheld) /* about an error, a group's packet, a later fragment */               \
    X(icmp_drop_limit)      /* an error of ours, over the limit */                                 \
    X(icmp_drop_no_room)    /* ours, while there was no room or no way */

enum { ICMP_HEADER_SIZE = 8 };

enum icmp_type {
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_REDIRECT = 5,
    ICMP_ECHO = 8,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
    ICMP_TIMESTAMP = 13,
    ICMP_TIMESTAMP_REPLY = 14,
};

enum icmp_unreachable_code {
    ICMP_NETWORK = 0,
    ICMP_HOST = 1,
    ICMP_PROTOCOL = 2,
    ICMP_PORT = 3,
    ICMP_TOO_BIG = 4,
};

struct icmp {
    struct ip *ip;
    const struct lan_port *port;
    uint64_t period_end_us; /* errors are counted until then */
    uint32_t errors_left;
    struct icmp_counters {
        ICMP_COUNTERS(COUNTER_FIELD)
    } counters;
};

/* An error about a packet of ours. */
struct icmp_error {
    lan_ip4 source, target; /* of that packet: we, and where it went */
    uint8_t protocol;
    uint8_t type, code;
    uint16_t mtu;          /* of ICMP_TOO_BIG (RFC 1191), else 0 */
    const uint8_t *quoted; /* the first 8 bytes of its payload */
};

void icmp_init(struct icmp *icmp, struct ip *ip, const struct lan_port *port);

/* true: `error` is to be handed on. */
bool icmp_receive(struct icmp *icmp, const struct ip_packet *packet, struct icmp_error *error);

/* Tells the sender of `packet` what is wrong with it, if that is right (RFC 1122
 * section 3.2.2, RFC 1812 section 4.3.2.7) and not too often. */
void icmp_send_error(struct icmp *icmp, const struct ip_packet *packet,
                     const struct ip_report *report);

#endif
