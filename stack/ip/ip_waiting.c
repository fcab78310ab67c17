/* Packets of ours that cannot leave yet: while ARP asks for their next hop, or
 * because they are to ourselves and the next step takes them in. A small pool;
 * their order is an array of indices. And IP's part of a step, which sends them. */
#include "base/bytes.h"
#include "ip/ip_instance.h"
#include "lan_socket.h"

#include <assert.h>
#include <string.h>

static struct ip_waiting *at_place(struct ip *ip, unsigned place)
{
    return &ip->waiting[ip->waiting_order[place]];
}

static void free_place(struct ip *ip, unsigned place)
{
    uint8_t index = ip->waiting_order[place];
    ip->waiting_count--;
    memmove(&ip->waiting_order[place], &ip->waiting_order[place + 1], ip->waiting_count - place);
    ip->waiting_order[ip->waiting_count] = index;
}

/* So that one neighbour that does not answer cannot take the whole pool, and of
 * what waits for him the latest is kept. */
static void displace(struct ip *ip, const struct ip_interface *interface, lan_ip4 next_hop)
{
    unsigned count = 0, oldest = 0;
    for (unsigned i = ip->waiting_count; i-- > 0;)
        if (at_place(ip, i)->interface == interface && at_place(ip, i)->next_hop == next_hop &&
            at_place(ip, i)->state == IP_WAITING_FOR_ARP) {
            oldest = i;
            count++;
        }
    if (count >= IP_WAITING_FOR_ONE) {
        ip->counters.ip_drop_waiting++;
        free_place(ip, oldest);
    }
}

struct ip_waiting *ip_waiting_take(struct ip *ip, struct ip_interface *interface, lan_ip4 next_hop)
{
    if (interface)
        displace(ip, interface, next_hop);
    if (ip->waiting_count == ip->config.packet_count)
        return NULL;
    struct ip_waiting *waiting = at_place(ip, ip->waiting_count);
    waiting->interface = interface;
    waiting->from = NULL;
    waiting->next_hop = next_hop;
    waiting->state = interface ? IP_WAITING_FOR_ARP : IP_WAITING_LOOPED;
    return waiting;
}

void ip_waiting_put(struct ip *ip, struct ip_waiting *waiting, size_t size)
{
    assert(waiting == at_place(ip, ip->waiting_count));
    waiting->size = (uint32_t)size;
    ip->waiting_count++;
    if (waiting->interface)
        ip->counters.ip_packets_waited++;
    else
        ip->counters.ip_packets_looped++;
}

/* The oldest in this state. */
static bool find(struct ip *ip, enum ip_waiting_state state, unsigned *place)
{
    for (*place = 0; *place < ip->waiting_count; ++*place)
        if (at_place(ip, *place)->state == state)
            return true;
    return false;
}

/* --- to ourselves ---------------------------------------------------------------------- */

static bool receive_own(struct ip *ip, const uint8_t *bytes, size_t size, struct ip_packet *packet)
{
    const struct ether_frame frame = {
        .type = ETHER_TYPE_IP, .payload = bytes, .payload_size = size};
    struct ip_report report;
    return ip_receive(ip, NULL, &frame, packet, &report) == IP_DELIVER;
}

bool ip_loop_begin(struct ip *ip, struct ip_packet *packet)
{
    unsigned place;
    const struct ip_large *large = &ip->split.large;
    if (ip->split.state == IP_SPLIT_LOOPED) {
        if (receive_own(ip, large->payload - large->header_size, large->header_size + large->size,
                        packet))
            return true;
        ip->split.state = IP_SPLIT_FREE;
    }
    while (find(ip, IP_WAITING_LOOPED, &place)) {
        const struct ip_waiting *waiting = at_place(ip, place);
        if (receive_own(ip, waiting->packet, waiting->size, packet))
            return true;
        free_place(ip, place);
    }
    return false;
}

void ip_loop_end(struct ip *ip)
{
    unsigned place;
    if (ip->split.state == IP_SPLIT_LOOPED)
        ip->split.state = IP_SPLIT_FREE;
    else if (find(ip, IP_WAITING_LOOPED, &place))
        free_place(ip, place);
}

/* --- what is to be told --------------------------------------------------------------------- */

bool ip_report_begin(struct ip *ip, struct ip_packet *packet, struct ip_report *report)
{
    unsigned place;
    struct ether_frame frame = {.type = ETHER_TYPE_IP};
    if (!ip->to_tell)
        return false;
    const struct ip_reassembly *expired = ip_reassembly_expired(ip);
    if (expired) {
        frame.payload = expired->large.payload - expired->large.header_size;
        frame.payload_size = get16(frame.payload + 2);
        packet->interface = expired->interface;
        packet->to_group = expired->to_group || ip_is_broadcast(ip, expired->target) ||
                           ip_is_multicast(expired->target);
        *report = (struct ip_report){IP_FAULT_REASSEMBLY, 0};
    } else if (find(ip, IP_WAITING_FAILED, &place)) {
        const struct ip_waiting *waiting = at_place(ip, place);
        frame.payload = waiting->packet;
        frame.payload_size = waiting->size;
        packet->interface = waiting->from;
        packet->to_group = false;
        *report = (struct ip_report){IP_FAULT_NO_NEIGHBOUR, 0};
    } else {
        ip->to_tell = false;
        return false;
    }
    uint16_t fragment;
    uint32_t sum;
    return ip_parse(&frame, packet, &fragment, &sum);
}

void ip_report_end(struct ip *ip)
{
    unsigned place;
    struct ip_reassembly *expired = ip_reassembly_expired(ip);
    if (expired)
        expired->state = IP_REASSEMBLY_FREE;
    else if (find(ip, IP_WAITING_FAILED, &place))
        free_place(ip, place);
}

/* --- a step ------------------------------------------------------------------------------ */

/* Sends it if ARP has found its next hop. IP_OK: its place is free. */
static enum ip_result send_waiting(struct ip *ip, struct ip_waiting *waiting)
{
    const uint8_t *mac;
    struct ip_interface *interface = waiting->interface;
    switch (arp_lookup(&interface->arp, waiting->next_hop, ip->now_us, &mac)) {
    case ARP_ASKING:
        return IP_AGAIN;
    case ARP_UNREACHABLE:
        if (!waiting->from) {
            ip->counters.ip_drop_unreachable++;
            return IP_OK;
        }
        ip->counters.ip_drop_no_neighbour++;
        waiting->state = IP_WAITING_FAILED;
        ip->to_tell = true;
        return IP_UNREACHABLE;
    case ARP_FOUND:
        break;
    }
    uint8_t *packet = ether_begin(&interface->ether, mac, ETHER_TYPE_IP, waiting->size);
    if (!packet) {
        ip->no_room = true;
        return IP_AGAIN;
    }
    memcpy(packet, waiting->packet, waiting->size);
    ether_end(&interface->ether, waiting->size);
    return IP_OK;
}

static void announce(struct ip_interface *interface)
{
    const struct lan_adapter_status *status = &interface->ether.adapter->status;
    if (status->link_changes == interface->link_changes || !status->link_up ||
        interface->address == 0)
        return;
    interface->link_changes = status->link_changes;
    arp_announce(&interface->arp);
}

void ip_step(struct ip *ip, uint64_t now_us)
{
    ip->now_us = now_us;
    ip->no_room = false;
    for (unsigned i = 0; i < ip->interface_count; i++) {
        announce(&ip->interfaces[i]);
        arp_step(&ip->interfaces[i].arp, now_us);
    }
    for (unsigned place = 0; place < ip->waiting_count;) {
        struct ip_waiting *waiting = at_place(ip, place);
        if (waiting->state == IP_WAITING_FOR_ARP && send_waiting(ip, waiting) == IP_OK)
            free_place(ip, place);
        else
            place++;
    }
    ip->no_room |= ip_split_step(ip);
    ip_reassembly_step(ip);
}

uint64_t ip_deadline(const struct ip *ip)
{
    uint64_t deadline = ip->no_room ? ip->now_us + IP_RETRY_US : LAN_NEVER;
    if (ip->reassembly_deadline_us < deadline)
        deadline = ip->reassembly_deadline_us;
    for (unsigned place = 0; place < ip->waiting_count; place++)
        if (ip->waiting[ip->waiting_order[place]].state != IP_WAITING_FOR_ARP)
            return ip->now_us;
    if (ip->split.state == IP_SPLIT_LOOPED)
        return ip->now_us;
    for (unsigned i = 0; i < ip->interface_count; i++)
        if (ip->interfaces[i].arp.deadline_us < deadline)
            deadline = ip->interfaces[i].arp.deadline_us;
    return deadline;
}
