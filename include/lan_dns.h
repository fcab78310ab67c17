/* DNS (RFC 1034, RFC 1035): the IPv4 address of a name, asked by UDP.
 *
 * Above: the application. Below: lan_socket.h, and nothing else of the stack. UDP
 * loses datagrams, so the application asks again: that happens here. A query is
 * an object of the caller that is stepped and never blocks; lan_resolve is the
 * loop around it. Several servers are asked in turn, each time by a socket of its own
 * port and with a random number (RFC 5452).
 *
 * Deliberately absent: TCP for truncated answers, search lists. */
#ifndef LAN_DNS_H
#define LAN_DNS_H

#include "lan_socket.h"

enum { LAN_DNS_NAME_SIZE = 255 }; /* octets on the wire (RFC 1035 section 2.3.4) */

struct lan_dns_query {
    /* To wait for: data on this descriptor, or this time. */
    int fd;
    uint64_t deadline_us;
    /* Datagrams that did not answer our question, and were dropped. */
    uint32_t strange_answers;

    /* The rest is its own. */
    struct lan_host *host;
    lan_ip4 only_server, address;
    unsigned asked; /* how often */
    int error;      /* what to say in the end */
    int known;      /* without asking: 0 or -LAN_ENOENT */
    uint16_t id;
    uint8_t name_size;
    uint8_t name[LAN_DNS_NAME_SIZE];
};

/* What was answered, for as long as the answers say; that there is no such name, for a
 * minute at most. The memory is the caller's. What is full gives up the entry that
 * would go first. */
struct lan_dns_entry {
    uint64_t until_us;
    lan_ip4 address; /* 0: there is none */
    uint8_t name_size;
    uint8_t name[LAN_DNS_NAME_SIZE];
};
struct lan_dns_cache {
    struct lan_dns_entry *entries;
    unsigned count;
    uint32_t hits, misses;
};

/* The host's names are looked up there from now on, before servers are asked; an
 * answer of a server that a caller named is neither. NULL: in none. The entries are
 * empty then; the cache is borrowed. */
void lan_dns_use_cache(struct lan_host *host, struct lan_dns_cache *cache);

/* Begins to ask for `name` ("www.example.org"; "10.0.0.1" is its own answer).
 * `server` 0: those of the host. 0; -LAN_EINVAL: no valid name; -LAN_ENETUNREACH:
 * no server. Nothing is held until the first step. */
int lan_dns_begin(struct lan_dns_query *query, struct lan_host *host, const char *name,
                  lan_ip4 server);

/* Asks or asks again, and takes in answers. 0: `address` is stored. -LAN_EAGAIN:
 * not yet; step again when `fd` has data, and no later than `deadline_us`. Else
 * it failed: -LAN_ENOENT (no such name, or it has no address), -LAN_ETIMEDOUT
 * (nobody answered), -LAN_EIO (servers say that they cannot), -LAN_EMFILE.
 * After anything but -LAN_EAGAIN the query is over and holds nothing. */
int lan_dns_step(struct lan_dns_query *query, uint64_t now_us, lan_ip4 *address);

/* Ends it early. */
void lan_dns_cancel(struct lan_dns_query *query);

/* The same, blocking: 0 or the negative numbers of lan_dns_begin and
 * lan_dns_step, -LAN_EINTR, or -LAN_EAGAIN when the host's port cannot wait. */
int lan_resolve(struct lan_host *host, const char *name, lan_ip4 *address);

#endif
