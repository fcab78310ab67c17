/* ICMP errors of ours: what is told, about what, and how often. */
#include "base/bytes.h"
#include "base/checksum.h"
#include "icmp/icmp.h"

enum { TOS_INTERNETWORK_CONTROL = 0xc0 }; /* RFC 1812 section 4.3.2.5 */

/* The first word and the second: type, code, and what the fault adds. */
static uint32_t first_word(enum ip_fault fault)
{
    static const struct {
        uint8_t type, code;
    } numbers[] = {
        [IP_FAULT_NO_WAY] = {ICMP_UNREACHABLE, ICMP_NETWORK},
        [IP_FAULT_NO_NEIGHBOUR] = {ICMP_UNREACHABLE, ICMP_HOST},
        [IP_FAULT_PROTOCOL] = {ICMP_UNREACHABLE, ICMP_PROTOCOL},
        [IP_FAULT_PORT] = {ICMP_UNREACHABLE, ICMP_PORT},
        [IP_FAULT_NOT_SPLIT] = {ICMP_UNREACHABLE, ICMP_TOO_BIG},
        [IP_FAULT_TTL] = {ICMP_TIME_EXCEEDED, 0},
        [IP_FAULT_REASSEMBLY] = {ICMP_TIME_EXCEEDED, 1},
        [IP_FAULT_OPTION] = {ICMP_PARAMETER_PROBLEM, 0},
        [IP_FAULT_REDIRECT] = {ICMP_REDIRECT, 1}, /* for the host (RFC 1812 section 5.2.7.2) */
    };
    return (uint32_t)numbers[fault].type << 24 | (uint32_t)numbers[fault].code << 16;
}

static uint32_t second_word(const struct ip_report *report)
{
    /* The pointer of a parameter problem is the first byte, the MTU (RFC 1191
     * section 4) the last two, the gateway all four. */
    return report->fault == IP_FAULT_OPTION ? report->detail << 24 : report->detail;
}

/* All would answer at once; nobody hears it; or errors would breed errors. */
static bool is_to_be_told(const struct ip_packet *packet)
{
    if (packet->to_group || (get16(packet->header + 6) & IP_FRAGMENT_OFFSET))
        return false;
    if (packet->protocol != IP_PROTOCOL_ICMP)
        return true;
    uint8_t type = packet->payload_size > 0 ? packet->payload[0] : (uint8_t)ICMP_UNREACHABLE;
    return type == ICMP_ECHO || type == ICMP_ECHO_REPLY || type == ICMP_TIMESTAMP ||
           type == ICMP_TIMESTAMP_REPLY;
}

static bool is_within_limit(struct icmp *icmp)
{
    uint64_t now_us = icmp->ip->now_us;
    if (now_us >= icmp->period_end_us) {
        icmp->period_end_us = now_us + ICMP_ERRORS_PERIOD_US;
        icmp->errors_left = ICMP_ERRORS + icmp->port->random(icmp->port->context) % ICMP_ERRORS;
    }
    if (icmp->errors_left == 0)
        return false;
    icmp->errors_left--;
    return true;
}

/* As much of it as fits (RFC 1812 section 4.3.2.3). */
static size_t quote_size(const struct ip_packet *packet)
{
    size_t room = ICMP_ERROR_SIZE - IP_HEADER_SIZE - ICMP_HEADER_SIZE;
    size_t size = packet->header_size + packet->payload_size;
    return size < room ? size : room;
}

void icmp_send_error(struct icmp *icmp, const struct ip_packet *packet,
                     const struct ip_report *report)
{
    if (!is_to_be_told(packet)) {
        icmp->counters.icmp_errors_withheld++;
        return;
    }
    if (!is_within_limit(icmp)) {
        icmp->counters.icmp_drop_limit++;
        return;
    }
    /* From the address that it was sent to if that is ours, else from that of the
     * interface by which this leaves (RFC 1812 section 4.3.2.4). */
    const struct ip_header header = {
        .source = ip_is_own(icmp->ip, packet->target) ? packet->target : 0,
        .target = packet->source,
        .protocol = IP_PROTOCOL_ICMP,
        .tos = TOS_INTERNETWORK_CONTROL,
    };
    size_t quoted = quote_size(packet), size = ICMP_HEADER_SIZE + quoted;
    struct ip_out out;
    if (ip_begin(icmp->ip, &header, size, &out) != IP_OK) {
        icmp->counters.icmp_drop_no_room++;
        return;
    }
    uint32_t first = first_word(report->fault), second = second_word(report);
    uint32_t sum = checksum_of_numbers(checksum_plus(first, second));
    put32(out.payload, first);
    put32(out.payload + 4, second);
    sum = checksum_copy(sum, out.payload + ICMP_HEADER_SIZE, packet->header, quoted);
    checksum_store(out.payload + 2, sum);
    ip_end(icmp->ip, &out, size);
    icmp->counters.icmp_errors_sent++;
    icmp->counters.icmp_sent++;
}
