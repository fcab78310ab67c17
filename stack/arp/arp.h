/* ARP (RFC 826): which MAC address has this IP address? One cache for each
 * interface. ip calls it; it calls ether.
 *
 * Only what was asked for makes an entry; what others tell updates one that is
 * there. An entry that has grown old is used on while its owner is asked again,
 * so that a stream does not stumble every minute. Deliberately absent as yet:
 * finding address conflicts (RFC 5227). */
#ifndef STACK_ARP_H
#define STACK_ARP_H

#include "ether/ether.h"
#include "lan_host.h"
#include "limits.h"

#define ARP_COUNTERS(X)                                                                            \
    X(arp_requests_sent)                                                                           \
    X(arp_requests_received) /* for our address */                                                 \
    X(arp_replies_sent)                                                                            \
    X(arp_replies_received)                                                                        \
    X(arp_failed)         /* asked ARP_TRIES times, nobody answered */                             \
    X(arp_conflicts)      /* somebody else has our address */                                      \
    X(arp_drop_malformed) /* too short, not IPv4 over Ethernet, or a senseless sender */           \
    X(arp_drop_other)     /* asks for another host's address */                                    \
    X(arp_drop_unasked)   /* an answer without a question */                                       \
    X(arp_drop_no_room)   /* ours, while the adapter was full */

enum arp_state {
    ARP_FREE,
    ARP_STATE_ASKING,      /* nothing known yet */
    ARP_STATE_KNOWN,       /* until the deadline */
    ARP_STATE_CHECKING,    /* known, and asked again */
    ARP_STATE_UNREACHABLE, /* until the deadline nobody is asked */
};

struct arp_entry {
    uint64_t deadline_us;
    lan_ip4 address;
    uint8_t mac[LAN_MAC_SIZE];
    uint8_t state;
    uint8_t tries;
};

struct arp {
    struct ether *ether;
    lan_ip4 address;           /* ours */
    uint64_t deadline_us;      /* no question is due before it */
    struct arp_entry *entries; /* sets of ARP_WAYS */
    unsigned set_count;
    struct arp_counters {
        ARP_COUNTERS(COUNTER_FIELD)
    } counters;
};

enum arp_result { ARP_FOUND, ARP_ASKING, ARP_UNREACHABLE };

/* `entry_count` is a power of two and at least ARP_WAYS; the entries are free. */
void arp_init(struct arp *arp, struct ether *ether, lan_ip4 address, struct arp_entry *entries,
              unsigned entry_count);

/* ARP_FOUND: `mac` points to it, until the next call. ARP_ASKING: ask again after
 * an answer or arp_step. */
enum arp_result arp_lookup(struct arp *arp, lan_ip4 address, uint64_t now_us, const uint8_t **mac);

void arp_receive(struct arp *arp, const struct ether_frame *frame, uint64_t now_us);

/* Tells everybody our address (a gratuitous request, RFC 5944 section 4.6). */
void arp_announce(struct arp *arp);

/* Asks again where no answer came; gives the next time at which it will. */
uint64_t arp_step(struct arp *arp, uint64_t now_us);

#endif
