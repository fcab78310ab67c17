/* IGMP: see igmp.h. */
#include "igmp/igmp.h"

#include "base/bytes.h"
#include "base/checksum.h"

enum { IGMP_SIZE = 8, TOS_INTERNETWORK_CONTROL = 0xc0 };

static const lan_ip4 ALL_ROUTERS = LAN_IP4(224, 0, 0, 2);

void igmp_init(struct igmp *igmp, struct ip *ip, const struct lan_port *port)
{
    *igmp = (struct igmp){.ip = ip, .port = port, .deadline_us = LAN_NEVER};
}

/* --- what is sent ---------------------------------------------------------------------- */

static bool send(struct igmp *igmp, const struct ip_group *group, enum igmp_type type,
                 lan_ip4 target)
{
    const struct ip_header header = {
        .target = target,
        .protocol = IP_PROTOCOL_IGMP,
        .ttl = 1,
        .tos = TOS_INTERNETWORK_CONTROL,
        .router_alert = true, /* RFC 2236 section 2 */
        .interface = group->interface,
    };
    struct ip_out out;
    if (ip_begin(igmp->ip, &header, IGMP_SIZE, &out) != IP_OK) {
        igmp->counters.igmp_drop_no_room++;
        return false;
    }
    uint32_t first = (uint32_t)type << 24;
    put32(out.payload, first);
    put32(out.payload + 4, group->group);
    checksum_store(out.payload + 2, checksum_of_numbers(checksum_plus(first, group->group)));
    ip_end(igmp->ip, &out, IGMP_SIZE);
    return true;
}

static bool is_version_1(const struct igmp *igmp, const struct ip_group *group)
{
    return igmp->ip->now_us < group->interface->igmp_v1_until_us;
}

static void report(struct igmp *igmp, struct ip_group *group)
{
    enum igmp_type type = is_version_1(igmp, group) ? IGMP_REPORT_V1 : IGMP_REPORT;
    if (send(igmp, group, type, group->group)) {
        igmp->counters.igmp_reports_sent++;
        group->is_last_reporter = true;
    }
    group->report_us = LAN_NEVER;
}

/* Up to `limit_us` from now. */
static uint64_t random_time(struct igmp *igmp, uint32_t limit_us)
{
    return igmp->ip->now_us + igmp->port->random(igmp->port->context) % (limit_us + 1);
}

/* RFC 2236 section 3: at once, and again lest the first be lost. */
static void tell_joined(struct igmp *igmp, struct ip_group *group)
{
    group->joined = false;
    report(igmp, group);
    group->report_us = random_time(igmp, IGMP_UNSOLICITED_US);
}

static void tell_left(struct igmp *igmp, struct ip_group *group)
{
    group->left = false;
    if (group->is_last_reporter && !is_version_1(igmp, group) &&
        send(igmp, group, IGMP_LEAVE, ALL_ROUTERS))
        igmp->counters.igmp_leaves_sent++;
}

uint64_t igmp_step(struct igmp *igmp)
{
    struct ip *ip = igmp->ip;
    if (!ip->groups_changed && ip->now_us < igmp->deadline_us)
        return igmp->deadline_us;
    ip->groups_changed = false;
    igmp->deadline_us = LAN_NEVER;
    for (unsigned i = 0; i < IP_GROUPS; i++) {
        struct ip_group *group = &ip->groups[i];
        if (group->left)
            tell_left(igmp, group);
        if (group->users == 0)
            continue;
        if (group->joined)
            tell_joined(igmp, group);
        else if (ip->now_us >= group->report_us)
            report(igmp, group);
        if (group->report_us < igmp->deadline_us)
            igmp->deadline_us = group->report_us;
    }
    return igmp->deadline_us;
}

/* --- what is received ---------------------------------------------------------------------- */

/* RFC 2236 section 3: the time is drawn anew unless what is left of it is less than
 * the limit. */
static void answer_later(struct igmp *igmp, struct ip_group *group, uint32_t limit_us)
{
    uint64_t limit = igmp->ip->now_us + limit_us;
    if (group->report_us == LAN_NEVER || group->report_us > limit)
        group->report_us = random_time(igmp, limit_us);
    if (group->report_us < igmp->deadline_us)
        igmp->deadline_us = group->report_us;
}

static void receive_query(struct igmp *igmp, struct ip_interface *interface, uint8_t tenths,
                          lan_ip4 asked)
{
    uint32_t limit_us = tenths * 100000u;
    if (tenths == 0) { /* RFC 2236 section 4: a router of version 1 */
        limit_us = IGMP_UNSOLICITED_US;
        interface->igmp_v1_until_us = igmp->ip->now_us + IGMP_V1_US;
    }
    for (unsigned i = 0; i < IP_GROUPS; i++) {
        struct ip_group *group = &igmp->ip->groups[i];
        if (group->users > 0 && !group->joined && group->interface == interface &&
            (asked == 0 || asked == group->group))
            answer_later(igmp, group, limit_us);
    }
}

static void receive_report(struct igmp *igmp, const struct ip_interface *interface, lan_ip4 group)
{
    int index = ip_group_find(igmp->ip, interface, group);
    if (index < 0 || igmp->ip->groups[index].report_us == LAN_NEVER)
        return;
    igmp->ip->groups[index].report_us = LAN_NEVER;
    igmp->ip->groups[index].is_last_reporter = false;
    igmp->counters.igmp_reports_saved++;
}

void igmp_receive(struct igmp *igmp, const struct ip_packet *packet)
{
    struct cursor cursor = cursor_of(packet->payload, packet->payload_size);
    uint8_t type = cursor_take8(&cursor), tenths = cursor_take8(&cursor);
    cursor_take(&cursor, 2);
    lan_ip4 group = cursor_take32(&cursor);
    igmp->counters.igmp_received++;
    if (cursor.failed || packet->ttl != 1 || !packet->interface) {
        igmp->counters.igmp_drop_malformed++;
        return;
    }
    if (!checksum_is_right(checksum_add(0, packet->payload, packet->payload_size))) {
        igmp->counters.igmp_drop_checksum++;
        return;
    }
    switch (type) {
    case IGMP_QUERY:
        receive_query(igmp, packet->interface, tenths, group);
        break;
    case IGMP_REPORT_V1:
    case IGMP_REPORT:
        receive_report(igmp, packet->interface, group);
        break;
    default:
        igmp->counters.igmp_drop_type++;
    }
}
