/* IGMP version 2 (RFC 2236): tells the routers of a network which groups this host
 * listens to, so that they send them there. host calls it; it calls ip, where the
 * groups are.
 *
 * A report is sent when a group is joined and once more, and when a router asks,
 * after a random time, unless another member was heard to report first. The last
 * reporter says when he leaves. Where a router of version 1 was heard, version 1 is
 * spoken. Deliberately absent: the router's side, and version 3's sources. */
#ifndef STACK_IGMP_H
#define STACK_IGMP_H

#include "ip/ip_instance.h"

#define IGMP_COUNTERS(X)                                                                           \
    X(igmp_received)                                                                               \
    X(igmp_reports_sent)                                                                           \
    X(igmp_leaves_sent)                                                                            \
    X(igmp_reports_saved)  /* another member reported first */                                     \
    X(igmp_drop_malformed) /* too short, or not from this network (time to live 1) */              \
    X(igmp_drop_checksum)                                                                          \
    X(igmp_drop_type)    /* not for hosts */                                                       \
    X(igmp_drop_no_room) /* ours, while there was no room */

enum igmp_type {
    IGMP_QUERY = 0x11,
    IGMP_REPORT_V1 = 0x12,
    IGMP_REPORT = 0x16,
    IGMP_LEAVE = 0x17,
};

struct igmp {
    struct ip *ip;
    const struct lan_port *port;
    uint64_t deadline_us;
    struct igmp_counters {
        IGMP_COUNTERS(COUNTER_FIELD)
    } counters;
};

void igmp_init(struct igmp *igmp, struct ip *ip, const struct lan_port *port);

void igmp_receive(struct igmp *igmp, const struct ip_packet *packet);

/* Sends what is due; the next time at which something is. */
uint64_t igmp_step(struct igmp *igmp);

#endif
