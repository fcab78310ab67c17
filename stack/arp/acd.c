/* Address conflict detection (RFC 5227): before an address is used, everybody is
 * asked whether it is taken; while it is used, another who claims it is told once,
 * and if he insists the address is lost. Who wanted the address (a DHCP client, a
 * link-local address, a person) reads what came of it and acts. */
#include "arp/arp.h"

#include <string.h>

static void set_deadline(struct arp *arp, uint64_t deadline_us)
{
    arp->acd.deadline_us = deadline_us;
    if (deadline_us < arp->deadline_us)
        arp->deadline_us = deadline_us;
}

/* `from_ms` to `to_ms` from now; RFC 5227 wants hosts that start together apart,
 * no more, so that a generator from one seed will do. */
static uint64_t random_time(struct arp *arp, uint64_t now_us, uint32_t from_ms, uint32_t to_ms)
{
    arp->acd.random = arp->acd.random * 1664525u + 1013904223u;
    uint32_t range_us = (to_ms - from_ms) * 1000u;
    return now_us + from_ms * 1000u + ((uint64_t)arp->acd.random * range_us >> 32);
}

void acd_probe(struct arp *arp, lan_ip4 address, uint32_t random, uint64_t now_us)
{
    arp->acd = (struct acd){.state = ACD_PROBING, .address = address, .random = random};
    set_deadline(arp, random_time(arp, now_us, 0, ACD_PROBE_WAIT_MS));
}

void acd_claim(struct arp *arp, uint64_t now_us)
{
    bool probed = arp->acd.state == ACD_UNUSED && arp->acd.address == arp->address;
    arp->acd.is_lost = false;
    arp->acd.defended_until_us = 0;
    arp->acd.state = probed ? ACD_ANNOUNCING : ACD_IDLE;
    if (probed) /* the first announcement is everybody's (ip_step) */
        set_deadline(arp, now_us + ACD_ANNOUNCE_INTERVAL_MS * 1000u);
}

uint64_t acd_step(struct arp *arp, uint64_t now_us)
{
    struct acd *acd = &arp->acd;
    if (acd->state != ACD_PROBING && acd->state != ACD_ANNOUNCING)
        return LAN_NEVER;
    if (now_us < acd->deadline_us)
        return acd->deadline_us;
    if (acd->state == ACD_ANNOUNCING) {
        arp_announce(arp);
        acd->state = ACD_IDLE;
        return LAN_NEVER;
    }
    if (acd->probes == ACD_PROBES) {
        acd->state = ACD_UNUSED;
        return LAN_NEVER;
    }
    acd->probes++;
    arp_ask_all(arp, 0, acd->address);
    acd->deadline_us = acd->probes < ACD_PROBES
                           ? random_time(arp, now_us, ACD_PROBE_MIN_MS, ACD_PROBE_MAX_MS)
                           : now_us + ACD_ANNOUNCE_WAIT_MS * 1000u;
    return acd->deadline_us;
}

/* RFC 5227 section 2.4 (b). */
static void defend(struct arp *arp, uint64_t now_us)
{
    arp->counters.arp_conflicts++;
    if (now_us < arp->acd.defended_until_us) {
        arp->acd.is_lost = true;
        return;
    }
    arp->acd.defended_until_us = now_us + ACD_DEFEND_INTERVAL_MS * 1000u;
    arp->counters.arp_defended++;
    arp_announce(arp);
}

bool acd_hear(struct arp *arp, const struct arp_packet *packet, uint64_t now_us)
{
    if (memcmp(packet->sender_mac, arp->ether->adapter->mac, LAN_MAC_SIZE) == 0)
        return false;
    /* Somebody has what we probe, or probes it at the same time (section 2.1.1). */
    bool takes_it = packet->sender == arp->acd.address ||
                    (packet->sender == 0 && packet->target == arp->acd.address);
    if (arp->acd.state == ACD_PROBING && takes_it) {
        arp->counters.arp_probes_answered++;
        arp->acd.state = ACD_TAKEN;
    }
    if (arp->address == 0 || packet->sender != arp->address)
        return false;
    defend(arp, now_us);
    return true;
}
