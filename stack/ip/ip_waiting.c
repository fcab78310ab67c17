/* Packets of ours that cannot leave yet: while ARP asks for their next hop, or
 * because they are to ourselves and the next step takes them in. A small pool;
 * their order is an array of indices. And IP's part of a step, which sends them. */
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
        if (at_place(ip, i)->interface == interface && at_place(ip, i)->next_hop == next_hop) {
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
    waiting->next_hop = next_hop;
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

/* --- to ourselves ---------------------------------------------------------------------- */

static bool find_looped(struct ip *ip, unsigned *place)
{
    for (*place = 0; *place < ip->waiting_count; ++*place)
        if (!at_place(ip, *place)->interface)
            return true;
    return false;
}

bool ip_loop_begin(struct ip *ip, struct ip_packet *packet)
{
    unsigned place;
    while (find_looped(ip, &place)) {
        const struct ip_waiting *waiting = at_place(ip, place);
        const struct ether_frame frame = {
            .type = ETHER_TYPE_IP, .payload = waiting->packet, .payload_size = waiting->size};
        if (ip_receive(ip, NULL, &frame, packet))
            return true;
        free_place(ip, place);
    }
    return false;
}

void ip_loop_end(struct ip *ip)
{
    unsigned place;
    if (find_looped(ip, &place))
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
        ip->counters.ip_drop_unreachable++;
        return IP_OK;
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
    if (status->link_changes == interface->link_changes || !status->link_up)
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
        if (waiting->interface && send_waiting(ip, waiting) == IP_OK)
            free_place(ip, place);
        else
            place++;
    }
}

uint64_t ip_deadline(const struct ip *ip)
{
    uint64_t deadline = ip->no_room ? ip->now_us + IP_RETRY_US : LAN_NEVER;
    for (unsigned place = 0; place < ip->waiting_count; place++)
        if (!ip->waiting[ip->waiting_order[place]].interface)
            return ip->now_us;
    for (unsigned i = 0; i < ip->interface_count; i++)
        if (ip->interfaces[i].arp.deadline_us < deadline)
            deadline = ip->interfaces[i].arp.deadline_us;
    return deadline;
}
