/* The way up: a packet is parsed with the checked cursor, and either whole and
 * for this host, or dropped under a counter (RFC 1122 section 3.2.1). */
#include "ip/ip_instance.h"

#include "base/bytes.h"
#include "base/checksum.h"

enum { FRAGMENT_OFFSET = 0x1fff, MORE_FRAGMENTS = 0x2000 };
enum { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137 };

/* Whether they parse and none is a source route, which lets a stranger choose the
 * way of our answer. All others are skipped. */
static bool options_are_fine(struct cursor options)
{
    while (options.left > 0 && !options.failed) {
        uint8_t kind = cursor_take8(&options);
        if (kind == OPTION_END)
            return true;
        if (kind == OPTION_NOTHING)
            continue;
        uint8_t size = cursor_take8(&options);
        if (size < 2 || kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
            return false;
        cursor_take(&options, size - 2u);
    }
    return !options.failed;
}

/* A host sends from an address of its own, never from a group, and nobody but we
 * from ours (RFC 1122 section 3.2.1.3). */
static bool source_is_fine(const struct ip *ip, const struct ip_interface *interface,
                           lan_ip4 source)
{
    if (!interface)
        return true; /* from ourselves */
    return source != 0 && !ip_is_loopback(source) && !ip_is_multicast(source) &&
           source >> 28 != 15 && !ip_is_broadcast(ip, source) && !ip_is_own(ip, source);
}

static bool is_to_group(const struct ip *ip, lan_ip4 target)
{
    return ip_is_multicast(target) || ip_is_broadcast(ip, target);
}

/* Whether it is for us, with the right kind of MAC address. */
static bool target_is_fine(struct ip *ip, const struct ip_interface *interface,
                           const struct ether_frame *frame, lan_ip4 target)
{
    const lan_ip4 all_systems = LAN_IP4(224, 0, 0, 1); /* every host is a member */
    if (!interface || target == all_systems || ip_is_broadcast(ip, target))
        return true;
    if (!ip_is_own(ip, target)) {
        /* The place of forwarding, once there is one. */
        ip->counters.ip_drop_other++;
        return false;
    }
    if (frame->to_group) {
        ip->counters.ip_drop_unicast_to_all++;
        return false;
    }
    return true;
}

/* The fixed header and the lengths. `fragment`: the field of that name. */
static bool parse(const struct ether_frame *frame, struct ip_packet *packet, uint16_t *fragment)
{
    struct cursor cursor = cursor_of(frame->payload, frame->payload_size);
    uint8_t version_and_size = cursor_take8(&cursor);
    packet->tos = cursor_take8(&cursor);
    size_t size = cursor_take16(&cursor);
    cursor_take(&cursor, 2);
    *fragment = cursor_take16(&cursor);
    packet->ttl = cursor_take8(&cursor);
    packet->protocol = cursor_take8(&cursor);
    cursor_take(&cursor, 2);
    packet->source = cursor_take32(&cursor);
    packet->target = cursor_take32(&cursor);

    packet->header = frame->payload;
    packet->header_size = (version_and_size & 15u) * 4u;
    if (cursor.failed || version_and_size >> 4 != 4 || packet->header_size < IP_HEADER_SIZE ||
        size < packet->header_size || size > frame->payload_size)
        return false;
    packet->payload = packet->header + packet->header_size;
    packet->payload_size = size - packet->header_size;
    return true;
}

bool ip_receive(struct ip *ip, struct ip_interface *interface, const struct ether_frame *frame,
                struct ip_packet *packet)
{
    uint16_t fragment;
    ip->counters.ip_packets_received++;
    if (!parse(frame, packet, &fragment)) {
        ip->counters.ip_drop_header++;
        return false;
    }
    if (!checksum_is_right(checksum_add(0, packet->header, packet->header_size))) {
        ip->counters.ip_drop_checksum++;
        return false;
    }
    if (packet->header_size > IP_HEADER_SIZE &&
        !options_are_fine(
            cursor_of(packet->header + IP_HEADER_SIZE, packet->header_size - IP_HEADER_SIZE))) {
        ip->counters.ip_drop_options++;
        return false;
    }
    if (!source_is_fine(ip, interface, packet->source)) {
        ip->counters.ip_drop_source++;
        return false;
    }
    if (!target_is_fine(ip, interface, frame, packet->target))
        return false;
    if (fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) {
        /* The place of reassembly, once there is one. */
        ip->counters.ip_drop_fragment++;
        return false;
    }
    packet->to_group = frame->to_group || is_to_group(ip, packet->target);
    packet->interface = interface;
    packet->checksum_checked = interface && interface->ether.adapter->receive_verified;
    return true;
}
