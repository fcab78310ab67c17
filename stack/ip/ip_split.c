/* Fragmentation (RFC 791 section 3.2): one packet larger than its link carries
 * stands in a buffer and leaves in fragments, as ARP and the adapter allow. The
 * next such packet waits for it (IP_AGAIN): so a large datagram is whole or late,
 * and never half. */
#include "ip/ip_instance.h"

#include "base/bytes.h"
#include "base/checksum.h"

enum ip_result ip_split_begin(struct ip *ip, const struct ip_way *way, size_t payload_size)
{
    struct ip_split *split = &ip->split;
    if (payload_size > split->large.capacity || payload_size > UINT16_MAX - IP_HEADER_SIZE)
        return IP_TOO_BIG;
    if (split->state != IP_SPLIT_FREE)
        return IP_AGAIN;
    split->state = IP_SPLIT_BUILT;
    split->interface = way->interface;
    split->next_hop = way->next_hop;
    split->to_all = way->to_all;
    split->sent = 0;
    return IP_OK;
}

void ip_split_end(struct ip *ip)
{
    struct ip_split *split = &ip->split;
    split->fragment = get16(split->large.payload - split->large.header_size + 6);
    split->state = split->interface ? IP_SPLIT_LEAVING : IP_SPLIT_LOOPED;
    if (!split->interface)
        ip->counters.ip_packets_looped++;
    else if (ip_split_step(ip))
        ip->no_room = true;
}

/* Later fragments carry only the options that say so in their first bit. The
 * options have parsed before. */
static void keep_copied_options(struct ip_large *large)
{
    uint8_t kept[IP_HEADER_SIZE_MAX];
    const uint8_t *header = large->payload - large->header_size;
    size_t at = IP_HEADER_SIZE, size = IP_HEADER_SIZE;
    memcpy(kept, header, IP_HEADER_SIZE);
    while (at < large->header_size && header[at] != IP_OPTION_END) {
        size_t option_size = header[at] == IP_OPTION_NOTHING ? 1 : header[at + 1];
        if (header[at] & IP_OPTION_COPIED) {
            memcpy(kept + size, header + at, option_size);
            size += option_size;
        }
        at += option_size;
    }
    while (size % 4 != 0)
        kept[size++] = IP_OPTION_END;
    kept[0] = (uint8_t)(0x40 | size / 4);
    large->header_size = (uint32_t)size;
    memcpy(large->payload - size, kept, size);
}

/* false: the adapter has no room. */
static bool send_fragment(struct ip *ip, const uint8_t *mac)
{
    struct ip_split *split = &ip->split;
    struct ip_large *large = &split->large;
    size_t room = (split->interface->mtu - large->header_size) & ~(size_t)7;
    size_t left = large->size - split->sent, size = left < room ? left : room;
    uint8_t *at =
        ether_begin(&split->interface->ether, mac, ETHER_TYPE_IP, large->header_size + size);
    if (!at)
        return false;
    uint16_t more = size < left ? IP_MORE_FRAGMENTS : split->fragment & IP_MORE_FRAGMENTS;
    uint32_t offset = (split->fragment & IP_FRAGMENT_OFFSET) + split->sent / 8;
    uint8_t *header = large->payload - large->header_size;
    put16(header + 2, (uint16_t)(large->header_size + size));
    put16(header + 6, (uint16_t)(more | offset));
    put16(header + 10, 0);
    checksum_store(at + 10, checksum_copy(0, at, header, large->header_size));
    memcpy(at + large->header_size, large->payload + split->sent, size);
    ether_end(&split->interface->ether, large->header_size + size);
    ip->counters.ip_fragments_sent++;

    if (split->sent == 0 && large->header_size > IP_HEADER_SIZE)
        keep_copied_options(large);
    split->sent += (uint32_t)size;
    return true;
}

bool ip_split_step(struct ip *ip)
{
    struct ip_split *split = &ip->split;
    const struct ip_way way = {
        .interface = split->interface, .next_hop = split->next_hop, .to_all = split->to_all};
    uint8_t group[LAN_MAC_SIZE];
    const uint8_t *mac;
    while (split->state == IP_SPLIT_LEAVING) {
        switch (ip_find_mac(ip, &way, group, &mac)) {
        case ARP_ASKING:
            return false;
        case ARP_UNREACHABLE:
            ip->counters.ip_drop_unreachable++;
            split->state = IP_SPLIT_FREE;
            return false;
        case ARP_FOUND:
            break;
        }
        if (!send_fragment(ip, mac))
            return true;
        if (split->sent == split->large.size) {
            ip->counters.ip_packets_split++;
            split->state = IP_SPLIT_FREE;
        }
    }
    return false;
}
