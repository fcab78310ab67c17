/* A host: one TCP/IP stack with its adapters, in the caller's memory.
 *
 * Above: lan_socket.h, which takes the host as its first argument.
 * Below: lan_adapter.h.
 *
 * No heap and no globals: all memory is the arena given at the start, so a
 * hundred hosts live in one process. Time comes in as an argument of
 * lan_host_step, the next deadline goes out as its result, randomness comes in
 * through one function. The same inputs give the same frames. */
#ifndef LAN_HOST_H
#define LAN_HOST_H

#include "lan_adapter.h"

/* IPv4 addresses are numbers in host order: 10.0.2.15 is 0x0A00020F. */
typedef uint32_t lan_ip4;
#define LAN_IP4(a, b, c, d)                                                                        \
    ((lan_ip4)(a) << 24 | (lan_ip4)(b) << 16 | (lan_ip4)(c) << 8 | (lan_ip4)(d))

#define LAN_NEVER UINT64_MAX

/* What the host needs from the system around it. */
struct lan_port {
    void *context; /* handed to each function */
    /* 32 unpredictable bits (RFC 6528, RFC 6056 rest on this). */
    uint32_t (*random)(void *context);
    /* Called by blocking socket calls: waits until an adapter's interrupt or
     * until `until_us`, whichever is first, then calls lan_host_step. false:
     * the wait was broken off, and the call ends with LAN_EINTR. NULL: no call
     * blocks. */
    bool (*wait)(void *context, uint64_t until_us);
    /* For several threads: the host's one lock, which need not be recursive, and
     * `wake`. Each call of lan_socket.h holds the lock, and so do lan_host_step, _now,
     * _random, _counter and _socket; all else of this header is for one thread, which
     * takes the lock around it when there are others.
     *
     * `wait` is called with the lock held, gives it up while it waits (as
     * pthread_cond_timedwait does) and while it calls lan_host_step, and takes it
     * again. `wake` is called with the lock held: something happened that another
     * thread may wait for, so every wait returns soon. NULL: there is one thread. */
    void (*lock)(void *context);
    void (*unlock)(void *context);
    void (*wake)(void *context);
};

/* How much of everything; each has a default (0) in stack/limits.h. */
struct lan_host_config {
    uint16_t socket_count;          /* descriptors, of every kind */
    uint16_t connection_count;      /* TCP control blocks, TIME_WAIT included */
    uint16_t buffer_count;          /* socket buffers: two for a connection */
    uint32_t buffer_bytes;          /* of one buffer, a power of two */
    uint16_t datagram_socket_count; /* UDP control blocks, each with its queue */
    uint32_t datagram_queue_bytes;  /* received and not yet read, of each */
    uint16_t adapter_count;         /* that can be added */
    uint16_t neighbour_count;       /* MAC addresses remembered for each: a power of two >= 4 */
    uint16_t packet_count;          /* packets that wait for ARP or are to ourselves */
    uint32_t packet_bytes;          /* the largest packet in fragments; at most 1500: none */
    uint16_t reassembly_count;      /* packets put together from fragments at once */
    const char *name;               /* for traces; may be NULL; borrowed */
    const struct lan_trace *trace;  /* may be NULL; borrowed */
};

/* Observers of what the host does; each may be NULL. For timelines. */
struct lan_trace {
    void *context;
    /* A socket call begins and ends; `result` as the call returns it. */
    void (*call)(void *context, const char *name, int descriptor, long result);
    /* A TCP connection changes its state (names of RFC 9293, section 3.3.2). */
    void (*state)(void *context, int descriptor, const char *from, const char *to);
};

struct lan_host;

/* Bytes of arena that this configuration takes. */
size_t lan_host_size(const struct lan_host_config *config);

/* Makes a host in `arena` (8-byte aligned, at least lan_host_size bytes, kept by
 * the caller until the host is no more). NULL: the arena is too small. */
struct lan_host *lan_host_init(void *arena, size_t size, const struct lan_host_config *config,
                               const struct lan_port *port, uint64_t now_us);

/* Joins an adapter (borrowed) as the next interface; its index, or a negative
 * LAN_E number. `prefix` is the length of the network part. */
int lan_host_add_adapter(struct lan_host *host, struct lan_adapter *adapter, lan_ip4 address,
                         unsigned prefix);

/* The interface's address from now on, with the route to its network; other routes
 * stay. (0, 0): it has none. 0 or a negative LAN_E number. */
int lan_host_set_address(struct lan_host *host, int interface, lan_ip4 address, unsigned prefix);

/* The interface's address and prefix as they are now; false: no such interface. */
bool lan_host_address(const struct lan_host *host, int interface, lan_ip4 *address,
                      unsigned *prefix);

/* Asks everybody on the interface's network whether the address is taken, for 4 to
 * 7 s (RFC 5227); one address at a time. An address is probed before it is set.
 * 0 or -LAN_EINVAL. */
int lan_host_probe(struct lan_host *host, int interface, lan_ip4 address);

/* What came of it. */
enum lan_probe {
    LAN_PROBE_NONE, /* nothing is asked */
    LAN_PROBE_RUNNING,
    LAN_PROBE_UNUSED, /* nobody answered: it can be set */
    LAN_PROBE_TAKEN,
};
enum lan_probe lan_host_probed(const struct lan_host *host, int interface);

/* Another insists on having the interface's address: it was told so, and went on
 * within 10 s (RFC 5227 section 2.4). Holds until the address is set again. */
bool lan_host_address_lost(const struct lan_host *host, int interface);

/* The largest packet by this interface, 68 to 1500; at first 1500. 0 or a negative
 * LAN_E number. */
int lan_host_set_mtu(struct lan_host *host, int interface, unsigned mtu);

/* --- routes --------------------------------------------------------------------------- */

/* Packets to `network`/`prefix` go out by `interface`, to `gateway` (0: the
 * target itself). Prefix 0 is the default route. The longest prefix is taken, of
 * these the lowest metric whose link is up, of these the first added. */
struct lan_route {
    lan_ip4 network;
    unsigned prefix;
    lan_ip4 gateway;
    int interface;
    uint16_t metric;
};

/* 0 or a negative LAN_E number. */
int lan_host_put_route(struct lan_host *host, const struct lan_route *route);
int lan_host_remove_route(struct lan_host *host, const struct lan_route *route);

/* The index-th route in the order in which they are tried; false: past the last. */
bool lan_host_route(const struct lan_host *host, unsigned index, struct lan_route *route);

/* The same as lan_host_put_route with metric 0. */
int lan_host_add_route(struct lan_host *host, lan_ip4 network, unsigned prefix, lan_ip4 gateway,
                       int interface);

/* A host that forwards is a router (RFC 1812): what is not for it goes on by its
 * routes, and senders are told by ICMP what cannot. Off at first (RFC 1122 section
 * 3.3.1). */
void lan_host_set_forwarding(struct lan_host *host, bool forwarding);

/* DNS servers are asked in the order added. */
int lan_host_add_dns_server(struct lan_host *host, lan_ip4 server);
/* 0 or -LAN_EINVAL: it is none. */
int lan_host_remove_dns_server(struct lan_host *host, lan_ip4 server);

/* Names that were resolved: see lan_dns_use_cache. NULL: none are remembered. */
struct lan_dns_cache;
void lan_host_set_dns_cache(struct lan_host *host, struct lan_dns_cache *cache);
struct lan_dns_cache *lan_host_dns_cache(const struct lan_host *host);

/* The interface's adapter, for its MAC address and its link; NULL: no such interface. */
const struct lan_adapter *lan_host_adapter(const struct lan_host *host, int interface);

/* --- time ----------------------------------------------------------------------------- */

/* A part that is added to the host and lives as it does, as the DHCP client: each step
 * of the host calls it with the time; it gives its next deadline. */
struct lan_service {
    uint64_t (*step)(struct lan_service *service, uint64_t now_us);
    struct lan_service *next; /* the host's */
};

/* The host borrows it. A service adds and removes none while it is stepped but
 * itself. */
void lan_host_add_service(struct lan_host *host, struct lan_service *service);
void lan_host_remove_service(struct lan_host *host, struct lan_service *service);

/* Takes in what the adapters received, sends what is due, runs what timed out.
 * Call it after an interrupt, and no later than the time it returns (in the
 * clock of now_us; LAN_NEVER: only after an interrupt). */
uint64_t lan_host_step(struct lan_host *host, uint64_t now_us);

/* The time of the last step. */
uint64_t lan_host_now(const struct lan_host *host);

/* 32 unpredictable bits, from the port. */
uint32_t lan_host_random(struct lan_host *host);

/* The DNS servers in the order added; 0 past the last. */
lan_ip4 lan_host_dns_server(const struct lan_host *host, unsigned index);

/* Every counter of the host by name; NULL past the last. Order is fixed. */
const char *lan_host_counter(const struct lan_host *host, unsigned index, uint64_t *value);

/* One line for each socket, for people and pages. */
struct lan_socket_info {
    int descriptor;
    const char *kind;  /* "tcp", "udp" */
    const char *state; /* RFC 9293 name, or "" */
    lan_ip4 local_address, peer_address;
    uint16_t local_port, peer_port;
    uint32_t receive_queued, send_queued; /* bytes */
    uint32_t rtt_us, congestion_window;   /* of TCP; else 0 */
};
/* Fills `info` for the index-th live socket or connection; false past the last. */
bool lan_host_socket(const struct lan_host *host, unsigned index, struct lan_socket_info *info);

#endif
