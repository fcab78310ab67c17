/* ARP (RFC 826): which MAC address has this IP address? One cache for each
 * interface. ip calls it; it calls ether.
 *
 * Only what was asked for makes an entry; what others tell updates one that is
 * there. An entry that has grown old is used on while its owner is asked again,
 * so that a stream does not stumble every minute. acd.c finds who else claims our
 * address (RFC 5227). */
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
    X(arp_failed)          /* asked ARP_TRIES times, nobody answered */                            \
    X(arp_conflicts)       /* somebody else has our address */                                     \
    X(arp_defended)        /* and was told so */                                                   \
    X(arp_probes_answered) /* the address we wanted is taken */                                    \
    X(arp_drop_malformed)  /* too short, not IPv4 over Ethernet, or a senseless sender */          \
    X(arp_drop_other)      /* asks for another host's address */                                   \
    X(arp_drop_unasked)    /* an answer without a question */                                      \
    X(arp_drop_no_room)    /* ours, while the adapter was full */

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

/* Conflict detection: see acd.c. */
enum acd_state {
    ACD_IDLE,
    ACD_PROBING,
    ACD_UNUSED, /* nobody has the address: it can be claimed */
    ACD_TAKEN,
    ACD_ANNOUNCING, /* claimed; one announcement is still to come */
};

struct acd {
    uint64_t deadline_us;
    uint64_t defended_until_us; /* whoever claims our address before that wins */
    lan_ip4 address;
    uint32_t random;
    uint8_t state, probes;
    bool is_lost;
};

struct arp {
    struct ether *ether;
    lan_ip4 address;           /* ours */
    uint64_t deadline_us;      /* no question is due before it */
    struct arp_entry *entries; /* sets of ARP_WAYS */
    unsigned set_count;
    const struct arp_entry *latest; /* found: the next packet mostly goes there too */
    struct acd acd;
    struct arp_counters {
        ARP_COUNTERS(COUNTER_FIELD)
    } counters;
};

/* A received packet, parsed. */
struct arp_packet {
    uint16_t operation;
    const uint8_t *sender_mac;
    lan_ip4 sender, target;
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

/* Probes `address`; arp->acd.state tells what comes of it. */
void acd_probe(struct arp *arp, lan_ip4 address, uint32_t random, uint64_t now_us);
/* arp->address is new. */
void acd_claim(struct arp *arp, uint64_t now_us);

/* Asks again where no answer came; gives the next time at which it will. */
uint64_t arp_step(struct arp *arp, uint64_t now_us);

/* --- between the files of arp ------------------------------------------------------------ */

void arp_ask_all(struct arp *arp, lan_ip4 sender, lan_ip4 target);
uint64_t acd_step(struct arp *arp, uint64_t now_us);
/* true: it is somebody else who claims our address, and nothing is to be learnt. */
bool acd_hear(struct arp *arp, const struct arp_packet *packet, uint64_t now_us);

#endif
