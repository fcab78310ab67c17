/* See teller.h. Before the write it tells what prepares it (names, neighbours, the handshake),
 * after it what ends the connection; of data only the frames that carry the write's bytes. */
#include "teller.h"

#include <stdarg.h>
#include <string.h>

enum { TYPE = 12, IP = 14, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, FIN = 1, SYN = 2, RST = 4 };

__attribute__((format(printf, 5, 6))) static void
say(struct teller *teller, unsigned host, uint64_t now_ps, const char *who, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(teller->out, "%12.3f us  %-12s %-16s ", (double)now_ps * 1e-6,
            host <= teller->name_count ? teller->names[host] : "", who);
    vfprintf(teller->out, format, arguments);
    putc('\n', teller->out);
    va_end(arguments);
}

void teller_add_host(struct teller *teller, const char *name)
{
    if (teller->name_count + 1 < TELLER_HOSTS_MAX)
        snprintf(teller->names[++teller->name_count], sizeof teller->names[0], "%s", name);
}

static bool is_wanted(const struct teller *teller, const uint64_t *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (ids[i] == teller->wanted)
            return true;
    return false;
}

void teller_tell_call(struct teller *teller, unsigned host, uint64_t now_ps, const char *name,
                      int descriptor, long result, const uint64_t *ids, unsigned count)
{
    bool moves = strcmp(name, "read") == 0 || strcmp(name, "write") == 0;
    if (moves && !is_wanted(teller, ids, count))
        return;
    if (strcmp(name, "poll") == 0 || (result < 0 && strcmp(name, "connect") != 0))
        return; /* nothing to take, or to see */
    if (strcmp(name, "write") == 0) {
        teller->begun_ps = now_ps;
        teller->seen = true;
        say(teller, host, now_ps, "stack/socket",
            "write(%d) puts %ld bytes into the send buffer of its connection", descriptor, result);
    } else if (strcmp(name, "read") == 0) {
        say(teller, host, now_ps, "stack/socket",
            "read(%d) gives %ld bytes to the program, %.3f us after the write", descriptor, result,
            (double)(now_ps - teller->begun_ps) * 1e-6);
    } else {
        say(teller, host, now_ps, "stack/socket", "%s(%d) = %ld", name, descriptor, result);
    }
}

void teller_tell_state(struct teller *teller, unsigned host, uint64_t now_ps, const char *text)
{
    say(teller, host, now_ps, "stack/tcp", "connection %s", text);
}

void teller_tell_bus(struct teller *teller, unsigned host, uint64_t start_ps, uint64_t end_ps,
                     unsigned accesses, const uint64_t *ids, unsigned count)
{
    if (is_wanted(teller, ids, count))
        say(teller, host, start_ps, "driver",
            "copies packets to the adapter's ring and tells it to send: %u accesses in %.2f us",
            accesses, (double)(end_ps - start_ps) * 1e-6);
}

/* --- Frames ------------------------------------------------------------------------------- */

static unsigned half_at(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static unsigned long word_at(const uint8_t *at)
{
    return (unsigned long)half_at(at) << 16 | half_at(at + 2);
}

static void put_ip(char *text, size_t size, const uint8_t *at)
{
    snprintf(text, size, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]);
}

/* What it is in words; false: data of others, or nothing for this story. */
static bool describe(const struct wire_frame *frame, bool wanted, char *text, size_t size)
{
    const uint8_t *at = frame->bytes, *ip = at + IP;
    char source[16], target[16];
    if (frame->size < 64)
        return false;
    if (half_at(at + TYPE) == 0x0806) {
        put_ip(source, sizeof source, at + 28);
        put_ip(target, sizeof target, at + 38);
        if (strcmp(source, target) == 0)
            snprintf(text, size, "ARP by broadcast: %s announces itself", source);
        else if (half_at(at + 20) == 1)
            snprintf(text, size, "ARP by broadcast: who has %s? tell %s", target, source);
        else
            snprintf(text, size, "ARP: %s is at %02x:%02x:%02x:%02x:%02x:%02x", source, at[22],
                     at[23], at[24], at[25], at[26], at[27]);
        return true;
    }
    if (half_at(at + TYPE) != 0x0800)
        return false;
    put_ip(source, sizeof source, ip + 12);
    put_ip(target, sizeof target, ip + 16);
    const uint8_t *next = ip + (ip[0] & 15) * 4;
    if (ip[9] == PROTOCOL_UDP) {
        snprintf(text, size, "UDP %s:%u to %s:%u, TTL %u", source, half_at(next), target,
                 half_at(next + 2), ip[8]);
        return true;
    }
    if (ip[9] != PROTOCOL_TCP || !(wanted || (next[13] & (SYN | FIN | RST))))
        return false;
    snprintf(text, size, "TCP %s:%u to %s:%u, TTL %u,%s%s%s sequence number %lu%s", source,
             half_at(next), target, half_at(next + 2), ip[8], next[13] & SYN ? " SYN" : "",
             next[13] & FIN ? " FIN" : "", next[13] & RST ? " RST" : "", word_at(next + 4),
             wanted ? ", with bytes of the write" : "");
    return true;
}

void teller_tell_frame(struct teller *teller, unsigned host, bool sent,
                       const struct wire_frame *frame, const uint64_t *ids, unsigned count)
{
    char text[200];
    if (!describe(frame, is_wanted(teller, ids, count), text, sizeof text))
        return;
    if (sent)
        say(teller, host, frame->start_ps, "rtl/tx_*",
            "sends until %.3f us preamble, SFD, %zu bytes, FCS: %s", (double)frame->end_ps * 1e-6,
            frame->size - WIRE_FCS_SIZE, text);
    else
        say(teller, host, frame->end_ps, "rtl/rx_*", "%s: %s",
            frame->fcs_wrong ? "hears a frame with a wrong FCS, and drops it"
                             : "finds SFD, FCS and address, stores the frame, interrupts",
            text);
}
