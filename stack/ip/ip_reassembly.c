/* Reassembly (RFC 815): fragments are put where they belong in the datagram's
 * buffer; what is missing is a list of holes that stand in the buffer itself, each
 * in its own first bytes. So a datagram takes no more memory than its bytes.
 *
 * Two fragments that claim the same bytes are an attack or an accident that no
 * receiver can decide: the datagram is given up with all that still comes of it
 * (RFC 5722's rule; RFC 8200 section 4.5 lets an exact repetition pass).
 *
 * The pool is fixed. When it is full the oldest datagram gives way, of the sender
 * who has the most: a flood of first fragments costs others no more than the
 * datagram under way, and what comes in one go is always put together. A datagram
 * in too many pieces is given up too (CVE-2018-5391). */
#include "ip/ip_instance.h"

#include "base/bytes.h"

enum { NO_HOLE = 0xffff, UNIT = 8 }; /* offsets count units of 8 bytes */

/* In the first bytes of the hole; first and last unit are missing. */
struct hole {
    uint16_t last, next;
};

/* What a fragment claims. */
struct piece {
    const uint8_t *bytes;
    uint32_t size;
    uint16_t first, last; /* units */
    bool is_end;
};

static struct hole hole_at(const struct ip_reassembly *of, uint16_t first)
{
    struct hole hole;
    memcpy(&hole, of->large.payload + (size_t)first * UNIT, sizeof hole);
    return hole;
}

static void put_hole(struct ip_reassembly *of, uint16_t first, struct hole hole)
{
    memcpy(of->large.payload + (size_t)first * UNIT, &hole, sizeof hole);
}

/* --- the pool ---------------------------------------------------------------------------- */

static struct ip_reassembly *find(struct ip *ip, const struct ip_packet *packet,
                                  uint16_t identification)
{
    for (unsigned i = 0; i < ip->config.reassembly_count; i++) {
        struct ip_reassembly *of = &ip->reassemblies[i];
        if ((of->state == IP_REASSEMBLY_OPEN || of->state == IP_REASSEMBLY_REFUSED) &&
            of->identification == identification && of->source == packet->source &&
            of->target == packet->target && of->protocol == packet->protocol)
            return of;
    }
    return NULL;
}

static unsigned count_of(const struct ip *ip, lan_ip4 source)
{
    unsigned count = 0;
    for (unsigned i = 0; i < ip->config.reassembly_count; i++)
        count +=
            ip->reassemblies[i].state != IP_REASSEMBLY_FREE && ip->reassemblies[i].source == source;
    return count;
}

/* A free place, else that of the oldest of the sender with the most. */
static struct ip_reassembly *make_room(struct ip *ip)
{
    struct ip_reassembly *victim = NULL;
    unsigned most = 0;
    for (unsigned i = 0; i < ip->config.reassembly_count; i++) {
        struct ip_reassembly *of = &ip->reassemblies[i];
        if (of->state == IP_REASSEMBLY_FREE)
            return of;
        unsigned count = count_of(ip, of->source);
        if (count > most || (count == most && of->deadline_us < victim->deadline_us)) {
            victim = of;
            most = count;
        }
    }
    if (victim)
        ip->counters.ip_drop_displaced++;
    return victim;
}

static struct ip_reassembly *open_one(struct ip *ip, const struct ip_packet *packet,
                                      uint16_t identification)
{
    struct ip_reassembly *of = make_room(ip);
    if (!of)
        return NULL;
    *of = (struct ip_reassembly){
        .large = {.payload = of->large.payload, .capacity = of->large.capacity},
        .state = IP_REASSEMBLY_OPEN,
        .protocol = packet->protocol,
        .identification = identification,
        .source = packet->source,
        .target = packet->target,
        .interface = packet->interface,
        .first_hole = 0,
        .hole_count = 1,
        .deadline_us = ip->now_us + IP_REASSEMBLY_MS * 1000ull,
    };
    put_hole(of, 0, (struct hole){(uint16_t)(of->large.capacity / UNIT - 1), NO_HOLE});
    if (of->deadline_us < ip->reassembly_deadline_us)
        ip->reassembly_deadline_us = of->deadline_us;
    return of;
}

/* --- holes ----------------------------------------------------------------------------------- */

/* The hole that holds the whole piece, and the one before it; NO_HOLE: none. */
static uint16_t find_hole(const struct ip_reassembly *of, const struct piece *piece,
                          uint16_t *before)
{
    *before = NO_HOLE;
    for (uint16_t at = of->first_hole; at != NO_HOLE; at = hole_at(of, at).next) {
        if (at <= piece->first && piece->last <= hole_at(of, at).last)
            return at;
        *before = at;
    }
    return NO_HOLE;
}

/* Whether all of it is there already, the same to the byte. */
static bool is_repeated(const struct ip_reassembly *of, const struct piece *piece)
{
    uint32_t end = piece->first * UNIT + piece->size;
    if (end > of->large.capacity || (of->large.size > 0 && end > of->large.size) ||
        piece->is_end != (end == of->large.size))
        return false;
    for (uint16_t at = of->first_hole; at != NO_HOLE; at = hole_at(of, at).next)
        if (at <= piece->last && piece->first <= hole_at(of, at).last)
            return false;
    return memcmp(of->large.payload + (size_t)piece->first * UNIT, piece->bytes, piece->size) == 0;
}

static void link_hole(struct ip_reassembly *of, uint16_t before, uint16_t next)
{
    if (before == NO_HOLE) {
        of->first_hole = next;
        return;
    }
    struct hole hole = hole_at(of, before);
    hole.next = next;
    put_hole(of, before, hole);
}

/* Puts the piece into its hole; what is left of that are up to two smaller ones. */
static void fill(struct ip_reassembly *of, uint16_t at, uint16_t before, const struct piece *piece)
{
    const struct hole hole = hole_at(of, at);
    uint16_t next = hole.next;
    of->hole_count--;
    if (piece->is_end) {
        of->large.size = piece->first * UNIT + piece->size;
    } else if (piece->last < hole.last) {
        uint16_t behind = (uint16_t)(piece->last + 1);
        put_hole(of, behind, (struct hole){hole.last, next});
        next = behind;
        of->hole_count++;
    }
    if (at < piece->first) {
        put_hole(of, at, (struct hole){(uint16_t)(piece->first - 1), next});
        next = at;
        of->hole_count++;
    }
    link_hole(of, before, next);
    memcpy(of->large.payload + (size_t)piece->first * UNIT, piece->bytes, piece->size);
}

/* false: the datagram is to be given up. */
static bool put_piece(struct ip *ip, struct ip_reassembly *of, const struct piece *piece)
{
    uint16_t before, at = find_hole(of, piece, &before);
    if (at == NO_HOLE) {
        if (!is_repeated(of, piece)) {
            ip->counters.ip_drop_overlap++;
            return false;
        }
        ip->counters.ip_fragments_repeated++;
        return true;
    }
    /* The end lies in the hole without an end, or something is behind it. */
    if (piece->is_end && hole_at(of, at).last != of->large.capacity / UNIT - 1) {
        ip->counters.ip_drop_overlap++;
        return false;
    }
    fill(of, at, before, piece);
    if (of->hole_count > IP_HOLES) {
        ip->counters.ip_drop_pieces++;
        return false;
    }
    return true;
}

/* --- a fragment --------------------------------------------------------------------------------
 */

/* The header of the first fragment is the datagram's (RFC 791 section 3.2). */
static void keep_header(struct ip_reassembly *of, const struct ip_packet *packet)
{
    of->large.header_size = (uint32_t)packet->header_size;
    memcpy(of->large.payload - packet->header_size, packet->header, packet->header_size);
}

/* false: it makes no sense, or ends behind what a packet can be. */
static bool to_piece(const struct ip *ip, const struct ip_packet *packet, uint16_t fragment,
                     struct piece *piece)
{
    uint32_t size = (uint32_t)packet->payload_size;
    uint32_t first = fragment & IP_FRAGMENT_OFFSET, end = first * UNIT + size;
    *piece = (struct piece){
        .bytes = packet->payload,
        .size = size,
        .first = (uint16_t)first,
        .last = (uint16_t)((end - 1) / UNIT),
        .is_end = !(fragment & IP_MORE_FRAGMENTS),
    };
    if (size == 0 || end + packet->header_size > UINT16_MAX)
        return false;
    return piece->is_end ? end <= ip->config.packet_bytes
                         : size % UNIT == 0 && end < ip->config.packet_bytes;
}

bool ip_reassemble(struct ip *ip, struct ip_packet *packet, uint16_t fragment)
{
    uint16_t identification = get16(packet->header + 4);
    struct piece piece;
    ip->counters.ip_fragments_received++;
    if (!to_piece(ip, packet, fragment, &piece)) {
        ip->counters.ip_drop_fragment++;
        return false;
    }
    struct ip_reassembly *of = find(ip, packet, identification);
    if (!of)
        of = open_one(ip, packet, identification);
    if (!of || of->state == IP_REASSEMBLY_REFUSED) {
        ip->counters.ip_drop_refused++;
        return false;
    }
    if (!put_piece(ip, of, &piece)) {
        of->state = IP_REASSEMBLY_REFUSED;
        return false;
    }
    of->to_group |= packet->to_group;
    if (piece.first == 0)
        keep_header(of, packet);
    if (of->first_hole != NO_HOLE)
        return false;

    of->state = IP_REASSEMBLY_FREE; /* its bytes stay until the next fragment */
    packet->payload = of->large.payload;
    packet->payload_size = of->large.size;
    packet->header_size = of->large.header_size;
    packet->header = packet->payload - packet->header_size;
    packet->tos = packet->header[1];
    packet->ttl = packet->header[8];
    packet->to_group = of->to_group;
    packet->checksum_checked = false;
    ip->counters.ip_packets_reassembled++;
    return true;
}

/* --- time --------------------------------------------------------------------------------------
 */

/* Gives up what is too old. Who sent the first fragment is told (RFC 792). */
void ip_reassembly_step(struct ip *ip)
{
    if (ip->now_us < ip->reassembly_deadline_us)
        return;
    ip->reassembly_deadline_us = LAN_NEVER;
    for (unsigned i = 0; i < ip->config.reassembly_count; i++) {
        struct ip_reassembly *of = &ip->reassemblies[i];
        if (of->state != IP_REASSEMBLY_OPEN && of->state != IP_REASSEMBLY_REFUSED)
            continue;
        if (ip->now_us < of->deadline_us) {
            if (of->deadline_us < ip->reassembly_deadline_us)
                ip->reassembly_deadline_us = of->deadline_us;
            continue;
        }
        bool told = of->state == IP_REASSEMBLY_OPEN && of->large.header_size > 0;
        ip->counters.ip_drop_incomplete += of->state == IP_REASSEMBLY_OPEN;
        of->state = told ? IP_REASSEMBLY_EXPIRED : IP_REASSEMBLY_FREE;
        ip->to_tell |= told;
    }
}

struct ip_reassembly *ip_reassembly_expired(struct ip *ip)
{
    for (unsigned i = 0; i < ip->config.reassembly_count; i++)
        if (ip->reassemblies[i].state == IP_REASSEMBLY_EXPIRED)
            return &ip->reassemblies[i];
    return NULL;
}
