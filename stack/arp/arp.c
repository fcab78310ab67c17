/* ARP: see arp.h. */
#include "arp/arp.h"

#include "base/bytes.h"

enum { ARP_SIZE = 28, ARP_HARDWARE_ETHERNET = 1, ARP_REQUEST = 1, ARP_REPLY = 2 };

static const uint8_t nobody[LAN_MAC_SIZE];

void arp_init(struct arp *arp, struct ether *ether, lan_ip4 address, struct arp_entry *entries,
              unsigned entry_count)
{
    *arp = (struct arp){
        .ether = ether,
        .address = address,
        .deadline_us = LAN_NEVER,
        .entries = entries,
        .latest = entries,
        .set_count = entry_count / ARP_WAYS,
    };
}

/* --- what is sent ------------------------------------------------------------------ */

struct message {
    uint16_t operation;
    lan_ip4 sender, target;
    const uint8_t *target_mac;
};

/* What comes from a link-local address everybody is to hear, so that conflicts show
 * (RFC 3927 section 2.5). */
static bool is_link_local(lan_ip4 address)
{
    return address >> 16 == (169u << 8 | 254u);
}

static bool send(struct arp *arp, const uint8_t *to, const struct message *message)
{
    if (is_link_local(message->sender))
        to = ether_broadcast;
    uint8_t *at = ether_begin(arp->ether, to, ETHER_TYPE_ARP, ARP_SIZE);
    if (!at) {
        arp->counters.arp_drop_no_room++;
        return false;
    }
    put16(at, ARP_HARDWARE_ETHERNET);
    put16(at + 2, ETHER_TYPE_IP);
    at[4] = LAN_MAC_SIZE;
    at[5] = sizeof(lan_ip4);
    put16(at + 6, message->operation);
    memcpy(at + 8, arp->ether->adapter->mac, LAN_MAC_SIZE);
    put32(at + 14, message->sender);
    memcpy(at + 18, message->target_mac, LAN_MAC_SIZE);
    put32(at + 24, message->target);
    ether_end(arp->ether, ARP_SIZE);
    return true;
}

static void send_request(struct arp *arp, const uint8_t to[LAN_MAC_SIZE], lan_ip4 sender,
                         lan_ip4 target)
{
    const struct message message = {ARP_REQUEST, sender, target, nobody};
    if (send(arp, to, &message))
        arp->counters.arp_requests_sent++;
}

void arp_ask_all(struct arp *arp, lan_ip4 sender, lan_ip4 target)
{
    send_request(arp, ether_broadcast, sender, target);
}

void arp_announce(struct arp *arp)
{
    arp_ask_all(arp, arp->address, arp->address);
}

/* One more question, to all or to the one who had the address last (RFC 1122
 * section 2.3.2.1). */
static void ask(struct arp *arp, struct arp_entry *entry, uint64_t now_us)
{
    const uint8_t *to = entry->state == ARP_STATE_CHECKING ? entry->mac : ether_broadcast;
    entry->tries++;
    entry->deadline_us = now_us + ARP_RETRY_MS * 1000u;
    if (entry->deadline_us < arp->deadline_us)
        arp->deadline_us = entry->deadline_us;
    send_request(arp, to, arp->address, entry->address);
}

/* --- the cache ------------------------------------------------------------------------- */

static struct arp_entry *set_of(struct arp *arp, lan_ip4 address)
{
    return arp->entries + (address & (arp->set_count - 1)) * ARP_WAYS;
}

static struct arp_entry *find(struct arp *arp, lan_ip4 address)
{
    struct arp_entry *set = set_of(arp, address);
    for (unsigned i = 0; i < ARP_WAYS; i++)
        if (set[i].address == address && set[i].state != ARP_FREE)
            return &set[i];
    return NULL;
}

/* A place for a new entry: a free one, else that of the neighbour heard longest
 * ago. NULL while all four are being asked for. */
static struct arp_entry *make_room(struct arp *arp, lan_ip4 address)
{
    struct arp_entry *set = set_of(arp, address), *oldest = NULL;
    for (unsigned i = 0; i < ARP_WAYS; i++) {
        if (set[i].state == ARP_FREE)
            return &set[i];
        if (set[i].state != ARP_STATE_ASKING &&
            (!oldest || set[i].deadline_us < oldest->deadline_us))
            oldest = &set[i];
    }
    return oldest;
}

APART static enum arp_result look_up(struct arp *arp, lan_ip4 address, uint64_t now_us,
                                     const uint8_t **mac)
{
    struct arp_entry *entry = find(arp, address);
    if (!entry || (entry->state == ARP_STATE_UNREACHABLE && now_us >= entry->deadline_us)) {
        if (!entry)
            entry = make_room(arp, address);
        if (!entry)
            return ARP_ASKING;
        *entry = (struct arp_entry){.address = address, .state = ARP_STATE_ASKING};
        ask(arp, entry, now_us);
    }
    if (entry->state == ARP_STATE_KNOWN && now_us >= entry->deadline_us) {
        entry->state = ARP_STATE_CHECKING;
        entry->tries = 0;
        ask(arp, entry, now_us);
    }
    arp->latest = entry;
    *mac = entry->mac;
    if (entry->state == ARP_STATE_ASKING)
        return ARP_ASKING;
    return entry->state == ARP_STATE_UNREACHABLE ? ARP_UNREACHABLE : ARP_FOUND;
}

enum arp_result arp_lookup(struct arp *arp, lan_ip4 address, uint64_t now_us, const uint8_t **mac)
{
    const struct arp_entry *latest = arp->latest;
    if (latest->address != address || latest->state != ARP_STATE_KNOWN ||
        now_us >= latest->deadline_us)
        return look_up(arp, address, now_us, mac);
    *mac = latest->mac;
    return ARP_FOUND;
}

static void step_entry(struct arp *arp, struct arp_entry *entry, uint64_t now_us)
{
    if (entry->state != ARP_STATE_ASKING && entry->state != ARP_STATE_CHECKING)
        return;
    if (now_us >= entry->deadline_us) {
        if (entry->tries < ARP_TRIES) {
            ask(arp, entry, now_us);
            return;
        }
        arp->counters.arp_failed++;
        entry->state = ARP_STATE_UNREACHABLE;
        entry->deadline_us = now_us + ARP_UNREACHABLE_MS * 1000u;
    } else if (entry->deadline_us < arp->deadline_us) {
        arp->deadline_us = entry->deadline_us;
    }
}

uint64_t arp_step(struct arp *arp, uint64_t now_us)
{
    if (now_us < arp->deadline_us)
        return arp->deadline_us;
    arp->deadline_us = LAN_NEVER;
    uint64_t acd_us = acd_step(arp, now_us);
    for (unsigned i = 0; i < arp->set_count * ARP_WAYS; i++)
        step_entry(arp, &arp->entries[i], now_us);
    if (acd_us < arp->deadline_us)
        arp->deadline_us = acd_us;
    return arp->deadline_us;
}

/* --- what is received -------------------------------------------------------------------- */

static bool parse(const struct ether_frame *frame, struct arp_packet *packet)
{
    struct cursor cursor = cursor_of(frame->payload, frame->payload_size);
    bool ours = cursor_take16(&cursor) == ARP_HARDWARE_ETHERNET;
    ours &= cursor_take16(&cursor) == ETHER_TYPE_IP;
    ours &= cursor_take8(&cursor) == LAN_MAC_SIZE;
    ours &= cursor_take8(&cursor) == sizeof(lan_ip4);
    packet->operation = cursor_take16(&cursor);
    packet->sender_mac = cursor_take(&cursor, LAN_MAC_SIZE);
    packet->sender = cursor_take32(&cursor);
    cursor_take(&cursor, LAN_MAC_SIZE);
    packet->target = cursor_take32(&cursor);
    return !cursor.failed && ours && !ether_is_group(packet->sender_mac) &&
           (packet->operation == ARP_REQUEST || packet->operation == ARP_REPLY);
}

/* Whether the sender is one that we know or have asked for. */
static bool learn(struct arp *arp, const struct arp_packet *packet, uint64_t now_us)
{
    struct arp_entry *entry = find(arp, packet->sender);
    if (!entry)
        return false;
    memcpy(entry->mac, packet->sender_mac, LAN_MAC_SIZE);
    entry->state = ARP_STATE_KNOWN;
    entry->deadline_us = now_us + ARP_KNOWN_MS * 1000u;
    return true;
}

void arp_receive(struct arp *arp, const struct ether_frame *frame, uint64_t now_us)
{
    struct arp_packet packet;
    if (!parse(frame, &packet)) {
        arp->counters.arp_drop_malformed++;
        return;
    }
    if (acd_hear(arp, &packet, now_us))
        return;
    bool known = learn(arp, &packet, now_us);
    if (packet.operation == ARP_REPLY) {
        if (known)
            arp->counters.arp_replies_received++;
        else
            arp->counters.arp_drop_unasked++;
        return;
    }
    if (packet.target != arp->address || arp->address == 0) {
        arp->counters.arp_drop_other++;
        return;
    }
    arp->counters.arp_requests_received++;
    const struct message reply = {ARP_REPLY, arp->address, packet.sender, packet.sender_mac};
    if (send(arp, packet.sender_mac, &reply))
        arp->counters.arp_replies_sent++;
}
