/* Every limit and every time of the stack, with where it comes from. Sizes of
 * tables are chosen by the host's configuration; here are their defaults. */
#ifndef STACK_LIMITS_H
#define STACK_LIMITS_H

#include <stdint.h>

/* --- host: defaults of struct lan_host_config, for a PC; 9 MiB in all --------------- */

enum {
    HOST_SOCKETS = 128,
    HOST_CONNECTIONS = 512, /* most of them in TIME_WAIT, which needs no buffers */
    HOST_BUFFERS = 128,
    HOST_BUFFER_BYTES = 65536, /* what a window can say without scaling */
    HOST_DATAGRAM_SOCKETS = 16,
    HOST_DATAGRAM_QUEUE_BYTES = 16384,
    HOST_ADAPTERS = 4,
    HOST_NEIGHBOURS = 64,
    HOST_PACKETS = 16,
    HOST_REASSEMBLIES = 4,
    HOST_PACKET_BYTES = 65536, /* RFC 791 section 3.1: no packet is larger */

    HOST_DNS_SERVERS = 4,

    /* Frames of one adapter that a step takes in, so that neither timers nor other
     * adapters wait; about as many share one ACK of TCP. */
    HOST_FRAMES_PER_STEP = 16,
};

/* --- ARP -------------------------------------------------------------------------- */

enum {
    /* Neighbours are found by the low bits of their address, so a network of as many
     * in a row as the cache holds fits without pushing anyone out. */
    ARP_WAYS = 4,

    ARP_KNOWN_MS = 60000, /* RFC 1122 section 2.3.2.1: of the order of a minute */
    ARP_RETRY_MS = 1000,  /* there too: at most one request a second */
    ARP_TRIES = 3,
    ARP_UNREACHABLE_MS = 1000, /* how long nobody is asked again; then the next packet does */
};

/* --- address conflict detection: RFC 5227 section 1.1 -------------------------------- */

enum {
    ACD_PROBE_WAIT_MS = 1000, /* before the first probe, at most */
    ACD_PROBES = 3,
    ACD_PROBE_MIN_MS = 1000, /* between them */
    ACD_PROBE_MAX_MS = 2000,
    ACD_ANNOUNCE_WAIT_MS = 2000, /* after the last */
    ACD_ANNOUNCE_INTERVAL_MS = 2000,
    ACD_DEFEND_INTERVAL_MS = 10000,
};

/* --- link-local addresses: RFC 3927 section 9 ----------------------------------------- */

enum {
    LINK_LOCAL_CONFLICTS = 10,
    LINK_LOCAL_WAIT_S = 60, /* between addresses from then on */
};

/* --- DHCP --------------------------------------------------------------------------- */

enum {
    /* RFC 2131 section 4.4.1 would have 1 to 10 s, for hosts that all come up after
     * the current was off; dhclient, udhcpc and Linux' own ask at once or so. */
    DHCP_START_MS = 500,
    /* RFC 2131 section 4.1: 4, 8, 16, 32, 64 s, each 1 s more or less. */
    DHCP_WAIT_S = 4,
    DHCP_WAIT_MAX_S = 64,
    DHCP_REQUESTS = 4,        /* section 3.1.5: for an offer, 60 s in all */
    DHCP_REBOOT_REQUESTS = 2, /* section 3.2.4: for a known address; then any will do */
    DHCP_RENEW_MIN_S = 60,    /* section 4.4.5: between requests, at least */
    DHCP_DECLINED_S = 10,     /* section 3.1.5: at least, before it begins again */
    DHCP_REFUSED_MS = 1000,   /* a server that always says no is not asked without end */
    DHCP_RELEASE_MS = 1000,   /* in which ARP finds the server */
    /* Unanswered, before a link-local address: 12 s. */
    DHCP_LINK_LOCAL_TRIES = 2,
    DHCP_LEASE_MIN_S = 10, /* who gives less wants to keep us busy */
};

/* --- IP ----------------------------------------------------------------------------- */

enum {
    IP_ROUTES = 24,
    IP_TTL = 64,      /* RFC 1700, "IP option numbers" */
    IP_GROUPS = 8,    /* joined, of all interfaces; at most 32 */
    IP_GROUP_TTL = 1, /* RFC 1112 section 6.1: groups stay on the network unless asked */

    IP_REASSEMBLY_MS = 60000, /* RFC 1122 section 3.3.2: 60 to 120 s */
    IP_HOLES = 16,            /* of one datagram; in order there is one */
    IP_MTU_MIN = 68,          /* RFC 791 section 3.2: 60 of header and 8 of payload */

    /* Counters of identifications that all (source, target, protocol) share: a
     * power of two. */
    IP_IDENTIFICATIONS = 16,

    /* Packets that wait for one neighbour's MAC address; the oldest gives way (RFC
     * 1122 section 2.3.2.2: the latest is kept). */
    IP_WAITING_FOR_ONE = 4,

    /* When an adapter without an interrupt for it may have room again. */
    IP_RETRY_US = 1000,
};

/* --- ICMP ----------------------------------------------------------------------------- */

enum {
    /* Errors sent in one second: this many and up to as many again, drawn each
     * time, so that nobody learns by counting them which ports are open
     * (CVE-2020-25705). RFC 1122 section 3.2.2 asks for a limit. */
    ICMP_ERRORS = 32,
    ICMP_ERRORS_PERIOD_US = 1000000,
    ICMP_QUOTE_SIZE = 8,   /* of the payload, at least (RFC 792) */
    ICMP_ERROR_SIZE = 576, /* RFC 1812 section 4.3.2.3: of a packet that tells, at most */
};

/* --- IGMP ----------------------------------------------------------------------------- */

enum {
    IGMP_UNSOLICITED_US = 10000000, /* RFC 2236 sections 4 and 8.10: within 10 s */
    IGMP_V1_US = 400000000,         /* section 8.11: so long version 1 is spoken */
};

/* --- sockets and ports --------------------------------------------------------------- */

enum {
    UDP_PORT_FIRST = 49152, /* RFC 6335 section 6: dynamic ports */
    UDP_PORT_COUNT = 16384,
};

/* --- DNS ---------------------------------------------------------------------------------- */

enum {
    /* RFC 1035 section 4.2.1 speaks of 2 to 5 s; today's names take far below one.
     * The wait doubles with every round: 1 + 2 + 4 + 8 s. */
    DNS_WAIT_MS = 1000,
    DNS_ROUNDS = 4,
    DNS_ALIASES = 8, /* CNAMEs that one answer may chain */

    DNS_TTL_MAX_S = 86400,   /* RFC 8767 section 4: no longer than days */
    DNS_NEGATIVE_MAX_S = 60, /* that there is no such name; RFC 2308 allows hours */
};

/* --- RTP ---------------------------------------------------------------------------- */

enum {
    /* RFC 3550 appendix A.1. */
    RTP_MIN_SEQUENTIAL = 2,
    RTP_MAX_DROPOUT = 3000,
    RTP_MAX_MISORDER = 100,
    RTP_NEAR = 16, /* of the first numbers from each other, else a stray is among them */

    RTP_RATE_MAX_HZ = 192000,
    RTP_DELAY_MAX_MS = 2000,
    RTP_FADE_MS = 40,           /* of a repetition, to silence */
    RTP_END_MS = 1000,          /* without a packet: the sound is over */
    RTP_FAR_MS = 5000,          /* a timestamp so far off is of another sound */
    RTP_WINDOW_MS = 2000,       /* in which it is seen what delay nobody needed */
    RTP_SOURCE_STILL_MS = 200,  /* then another may be played */
    RTP_PACKETS_PER_STEP = 256, /* so that a flood does not hold the player up */

    RTCP_INTERVAL_MS = 5000, /* RFC 3550 section 6.2 */
    RTCP_PACKETS_PER_STEP = 8,
    RTCP_ROUND_TRIP_MAX_S = 60,
};

/* --- TCP ------------------------------------------------------------------------ */

#define TCP_TICK_US   1024u /* its timers count in 2^10 us, so that no division is needed */
#define TCP_TICKS(ms) ((uint32_t)((ms)*1000ull / TCP_TICK_US))

enum {
    /* RFC 6298 sections 2.1 and 5.7. */
    TCP_RTO_INITIAL_MS = 1000,
    TCP_RTO_AFTER_SYN_LOSS_MS = 3000,
    /* RTO is SRTT and at least this much. RFC 6298 section 2.4 asks for a second,
     * from the days of coarse clocks; Linux has used 200 ms since 1999. It must
     * exceed any peer's delayed ACK (Linux 40 to 200 ms, Windows and BSD less). */
    TCP_RTO_VARIANCE_MIN_MS = 200,
    TCP_RTO_MAX_MS = 60000, /* RFC 6298 section 2.5: at least 60 s */

    /* RFC 9293 MUST-40: below 500 ms; Linux' lowest, so far below anyone's RTO. */
    TCP_DELAYED_ACK_MS = 40,

    /* RFC 9293 section 3.8.3: R2 at least 100 s (0.2 to 51.2 s doubling, then 60 s
     * each, make 282 s), 180 s for a SYN (183 s). Nobody waits for a handshake that
     * we did not begin: 63 s, as Linux. */
    TCP_RETRIES = 12,
    TCP_SYN_RETRIES = 7,
    TCP_SYN_RECEIVED_RETRIES = 5,

    /* Two MSL of 30 s: RFC 9293's 2 minutes are of 1981; Linux, BSD and the
     * routers' hop limits live with 60 s. */
    TCP_TIME_WAIT_MS = 60000,
    /* In FIN_WAIT_2 without a socket: the peer may never close (Linux: 60 s). */
    TCP_FIN_WAIT_2_MS = 60000,

    /* RFC 5961 section 7's example, for each connection: one limit for all lets
     * strangers count each other's (CVE-2016-5696). */
    TCP_CHALLENGE_ACKS = 10,
    TCP_CHALLENGE_PERIOD_MS = 5000,

    TCP_MSS_DEFAULT = 536, /* RFC 9293 MUST-15: when the peer does not say */
    TCP_MSS_MAX = 1460,    /* of Ethernet's 1500 */
    TCP_MSS_MIN = 64,      /* below it headers are all that is sent (CVE-2019-11479) */

    /* RFC 6928 section 2. */
    TCP_INITIAL_WINDOW_SEGMENTS = 10,
    TCP_INITIAL_WINDOW_BYTES = 14600,
    TCP_DUPLICATE_ACKS = 3, /* RFC 5681 section 3.2 */

    /* Gaps that reassembly remembers, where the buffer has notes for as many: at 5 %
     * loss three in a 64 KiB window. The time for a segment grows with them
     * (CVE-2018-5390), so that there is an end. */
    TCP_HELD_RANGES = 16,

    /* A note for so many bytes of a buffer, and at least a few: one for each segment
     * in flight, so that the usual 536 bytes do not run out of them. */
    TCP_BYTES_PER_NOTE = 512,
    TCP_NOTES_MIN = 8,

    /* RFC 7323 section 5.5: TS.Recent is of no use after 24 days. */
    TCP_TIMESTAMP_VALID_MS = 2073600000,

    /* RFC 8985: section 7.2's allowance for a peer that delays its ACK (Linux: 200
     * ms at most); a probe is never sooner than two ticks; section 6.2's bounds of
     * the reordering window's growth. */
    TCP_TAIL_PROBE_ACK_DELAY_MS = 200,
    TCP_TAIL_PROBE_MIN_TICKS = 2,
    TCP_REORDER_STEPS_MAX = 15,
    TCP_REORDER_PERSIST = 15,

    /* RFC 9438 section 4.6: beta; section 4.1: C, in segments for s^3. */
    TCP_CUBIC_BETA_PERCENT = 70,
    TCP_CUBIC_C_PERCENT = 40,

    /* RFC 1122 section 4.2.3.6: at least two hours; how often then is left open
     * (here as Linux). */
    TCP_KEEPALIVE_IDLE_S = 7200,
    TCP_KEEPALIVE_INTERVAL_S = 75,
    TCP_KEEPALIVE_COUNT = 9,

    TCP_USER_TIMEOUT_TICKS = 64,

    /* Below this no ICMP error makes a packet (RFC 791: any network carries it). */
    TCP_PATH_MTU_MIN = 68,

    /* SYN cookies (RFC 4987 section 3.6): their count advances each 2^16 ticks, 67 s,
     * and one is good in the period it was made in and in the next. */
    TCP_COOKIE_PERIOD_SHIFT = 16,

    /* When an adapter without an interrupt for it may have room again. */
    TCP_RETRY_US = 1000,

    /* RFC 6335 section 6: dynamic ports. */
    TCP_PORT_FIRST = 49152,
    TCP_PORT_COUNT = 16384,

    TCP_BACKLOG_MAX = 1024,
    TCP_CONNECTIONS_MAX = 32768,
    TCP_BUFFER_BYTES_MIN = 512,
    TCP_BUFFER_BYTES_MAX = 1 << 20,
};

#endif
