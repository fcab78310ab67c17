/* ICMP: see icmp.h. */
#include "icmp/icmp.h"

#include "base/bytes.h"
#include "base/checksum.h"

void icmp_init(struct icmp *icmp, struct ip *ip, const struct lan_port *port)
{
    *icmp = (struct icmp){.ip = ip, .port = port};
}

/* --- what is received ---------------------------------------------------------------- */

/* The same payload goes back, copied and summed once. */
static void answer_echo(struct icmp *icmp, const struct ip_packet *packet)
{
    const struct ip_header header = {
        .source = packet->target,
        .target = packet->source,
        .protocol = IP_PROTOCOL_ICMP,
        .tos = packet->tos,
    };
    struct ip_out out;
    if (ip_begin(icmp->ip, &header, packet->payload_size, &out) != IP_OK) {
        icmp->counters.icmp_drop_no_room++;
        return;
    }
    uint8_t *at = out.payload;
    put32(at, (uint32_t)ICMP_ECHO_REPLY << 24);
    uint32_t sum = checksum_copy(0, at + 4, packet->payload + 4, packet->payload_size - 4);
    checksum_store(at + 2, sum);
    ip_end(icmp->ip, &out, packet->payload_size);
    icmp->counters.icmp_echoes_answered++;
    icmp->counters.icmp_sent++;
}

/* The packet that an error quotes. */
static bool parse_error(struct icmp *icmp, struct cursor cursor, struct icmp_error *error)
{
    cursor_take(&cursor, 4); /* checksum, unused */
    uint16_t mtu = cursor_take16(&cursor);
    error->mtu = error->type == ICMP_UNREACHABLE && error->code == ICMP_TOO_BIG ? mtu : 0;
    uint8_t version_and_size = cursor_take8(&cursor);
    cursor_take(&cursor, 8);
    error->protocol = cursor_take8(&cursor);
    cursor_take(&cursor, 2);
    error->source = cursor_take32(&cursor);
    error->target = cursor_take32(&cursor);
    size_t header_size = (version_and_size & 15u) * 4u;
    if (version_and_size >> 4 != 4 || header_size < IP_HEADER_SIZE)
        return false;
    cursor_take(&cursor, header_size - IP_HEADER_SIZE);
    error->quoted = cursor_take(&cursor, ICMP_QUOTE_SIZE);
    return !cursor.failed && ip_is_own(icmp->ip, error->source);
}

bool icmp_receive(struct icmp *icmp, const struct ip_packet *packet, struct icmp_error *error)
{
    icmp->counters.icmp_received++;
    if (packet->payload_size < ICMP_HEADER_SIZE) {
        icmp->counters.icmp_drop_short++;
        return false;
    }
    if (!packet->checksum_checked &&
        !checksum_is_right(checksum_add(0, packet->payload, packet->payload_size))) {
        icmp->counters.icmp_drop_checksum++;
        return false;
    }
    struct cursor cursor = cursor_of(packet->payload, packet->payload_size);
    error->type = cursor_take8(&cursor);
    error->code = cursor_take8(&cursor);
    switch (error->type) {
    case ICMP_ECHO:
        if (packet->to_group)
            icmp->counters.icmp_drop_group++;
        else
            answer_echo(icmp, packet);
        return false;
    case ICMP_UNREACHABLE:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM:
        if (parse_error(icmp, cursor, error)) {
            icmp->counters.icmp_errors_received++;
            return true;
        }
        icmp->counters.icmp_drop_quote++;
        return false;
    default:
        icmp->counters.icmp_drop_type++;
        return false;
    }
}
