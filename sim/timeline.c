/* See timeline.h. The format is a JSON array of events; times are microseconds. */
#include "timeline.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "teller.h"

enum { HOSTS_MAX = 256, MOMENT_PS = 20000 }; /* how long a call is shown; it takes no time */

struct timeline {
    FILE *file; /* NULL: words only */
    struct teller *teller;
    int error;
    unsigned host_count;
    struct flow_table *flows;
    uint64_t began[HOSTS_MAX][FLOW_IDS_MAX]; /* writes since the last accesses, of each host */
    unsigned began_count[HOSTS_MAX];
    uint64_t began_ps[HOSTS_MAX]; /* the last of them */
};

static void write_text(struct timeline *timeline, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void write_text(struct timeline *timeline, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    errno = 0;
    if (timeline->file && timeline->error == 0 && vfprintf(timeline->file, format, arguments) < 0)
        timeline->error = errno ? errno : EIO;
    va_end(arguments);
}

static void write_string(struct timeline *timeline, const char *text)
{
    write_text(timeline, "\"");
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            write_text(timeline, "\\%c", *text);
        else if ((unsigned char)*text >= ' ')
            write_text(timeline, "%c", *text);
    write_text(timeline, "\"");
}

struct timeline *timeline_open(const char *path)
{
    struct timeline *timeline = calloc(1, sizeof *timeline);
    if (!timeline)
        return NULL;
    timeline->file = fopen(path, "w");
    timeline->flows = flow_table_new();
    if (!timeline->file || !timeline->flows) {
        int error = errno;
        if (timeline->file)
            fclose(timeline->file);
        flow_table_free(timeline->flows);
        free(timeline);
        errno = error;
        return NULL;
    }
    write_text(timeline, "[{\"ph\":\"M\",\"name\":\"lantern\",\"pid\":0}");
    return timeline;
}

struct timeline *timeline_open_words(struct teller *teller)
{
    struct timeline *timeline = calloc(1, sizeof *timeline);
    if (!timeline)
        return NULL;
    timeline->teller = teller;
    timeline->flows = flow_table_new();
    if (timeline->flows)
        return timeline;
    free(timeline);
    return NULL;
}

/* What a process (track 0) or a track is called; tracks count from 1 there. */
static void write_name(struct timeline *timeline, const char *what, unsigned host, unsigned track,
                       const char *name)
{
    write_text(timeline,
               ",\n{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":", what,
               host, track);
    write_string(timeline, name);
    write_text(timeline, "}}");
    if (track > 0)
        write_text(timeline,
                   ",\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":%u,\"tid\":%u,"
                   "\"args\":{\"sort_index\":%u}}",
                   host, track, track);
}

unsigned timeline_add_host(struct timeline *timeline, const char *name)
{
    static const char *const tracks[TIMELINE_TRACKS] = {"socket calls", "TCP states", "interrupts",
                                                        "bus",          "sent",       "received"};
    unsigned host = ++timeline->host_count;
    if (timeline->teller)
        teller_add_host(timeline->teller, name);
    write_name(timeline, "process_name", host, 0, name);
    for (unsigned track = 0; track < TIMELINE_TRACKS; track++)
        write_name(timeline, "thread_name", host, track + 1, tracks[track]);
    return host;
}

void timeline_note(struct timeline *timeline, unsigned host, enum timeline_track track,
                   uint64_t start_ps, uint64_t end_ps, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (timeline->teller && track == TIMELINE_TCP)
        teller_tell_state(timeline->teller, host, start_ps, text);
    write_text(timeline, ",\n{\"pid\":%u,\"tid\":%u,\"ts\":%.6f,\"name\":", host,
               (unsigned)track + 1, (double)start_ps / 1e6);
    write_string(timeline, text);
    if (end_ps > start_ps)
        write_text(timeline, ",\"ph\":\"X\",\"dur\":%.6f}", (double)(end_ps - start_ps) / 1e6);
    else
        write_text(timeline, ",\"ph\":\"i\",\"s\":\"t\"}");
}

/* --- Flows ------------------------------------------------------------------------------ */

enum phase { FLOW_BEGINS = 's', FLOW_GOES_ON = 't', FLOW_ENDS = 'f' };

/* Joins the event that is shown there at that time to the flows. */
static void join_flows(struct timeline *timeline, unsigned host, enum timeline_track track,
                       uint64_t time_ps, enum phase phase, const uint64_t *ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        write_text(
            timeline,
            ",\n{\"ph\":\"%c\",\"cat\":\"bytes\",\"name\":\"bytes\",\"id\":%llu,%s\"pid\":%u,"
            "\"tid\":%u,\"ts\":%.6f}",
            (char)phase, (unsigned long long)ids[i], phase == FLOW_ENDS ? "\"bp\":\"e\"," : "",
            host, (unsigned)track + 1, (double)time_ps / 1e6);
}

void timeline_note_call(struct timeline *timeline, unsigned host, uint64_t now_ps, const char *name,
                        int descriptor, long result, const struct flow_way *way)
{
    uint64_t ids[FLOW_IDS_MAX];
    timeline_note(timeline, host, TIMELINE_CALLS, now_ps, now_ps + MOMENT_PS, "%s(%d) = %ld", name,
                  descriptor, result);
    bool writes = strcmp(name, "write") == 0;
    unsigned count = way && result > 0;
    if (count && writes)
        ids[0] = flow_written(timeline->flows, way, (size_t)result);
    else if (count)
        count = flow_read(timeline->flows, way, (size_t)result, ids);
    if (timeline->teller)
        teller_tell_call(timeline->teller, host, now_ps, name, descriptor, result, ids, count);
    if (!way || result <= 0)
        return;
    join_flows(timeline, host, TIMELINE_CALLS, now_ps, writes ? FLOW_BEGINS : FLOW_ENDS, ids,
               count);
    if (writes && host < HOSTS_MAX && timeline->began_count[host] < FLOW_IDS_MAX)
        timeline->began[host][timeline->began_count[host]++] = ids[0];
    if (writes && host < HOSTS_MAX)
        timeline->began_ps[host] = now_ps;
}

void timeline_note_bus(struct timeline *timeline, unsigned host, uint64_t start_ps, uint64_t end_ps,
                       unsigned accesses)
{
    timeline_note(timeline, host, TIMELINE_BUS, start_ps, end_ps, "%u accesses", accesses);
    if (host >= HOSTS_MAX)
        return;
    if (timeline->teller)
        teller_tell_bus(timeline->teller, host, start_ps, end_ps, accesses, timeline->began[host],
                        timeline->began_count[host]);
    /* The writes came within it, or at its end. */
    uint64_t time_ps = timeline->began_ps[host] > start_ps ? timeline->began_ps[host] : start_ps;
    join_flows(timeline, host, TIMELINE_BUS, time_ps, FLOW_GOES_ON, timeline->began[host],
               timeline->began_count[host]);
    timeline->began_count[host] = 0;
}

/* --- Frames ----------------------------------------------------------------------------- */

/* Of an EtherType, or within IPv4 of a protocol. */
static const char *name_of(const struct wire_frame *frame)
{
    enum { TYPE = 12, IP_PROTOCOL = 23, IPV4 = 0x0800, ARP = 0x0806 };
    if (frame->size <= IP_PROTOCOL)
        return "runt";
    unsigned type = (unsigned)frame->bytes[TYPE] << 8 | frame->bytes[TYPE + 1];
    if (type == ARP)
        return "ARP";
    if (type != IPV4)
        return "frame";
    switch (frame->bytes[IP_PROTOCOL]) {
    case 1:
        return "ICMP";
    case 6:
        return "TCP";
    case 17:
        return "UDP";
    default:
        return "IPv4";
    }
}

void timeline_note_frame(struct timeline *timeline, unsigned host, bool sent,
                         const struct wire_frame *frame)
{
    timeline_note(timeline, host, sent ? TIMELINE_SENT : TIMELINE_RECEIVED, frame->start_ps,
                  frame->end_ps, "%s %zu B%s%s", name_of(frame), frame->size,
                  frame->fcs_wrong ? ", wrong FCS" : "",
                  frame->alignment_wrong ? ", not aligned" : "");
    uint64_t ids[FLOW_IDS_MAX];
    unsigned count =
        frame->fcs_wrong ? 0 : flow_frame(timeline->flows, frame->bytes, frame->size, sent, ids);
    if (timeline->teller)
        teller_tell_frame(timeline->teller, host, sent, frame, ids, count);
    join_flows(timeline, host, sent ? TIMELINE_SENT : TIMELINE_RECEIVED, frame->start_ps,
               FLOW_GOES_ON, ids, count);
}

int timeline_error(const struct timeline *timeline)
{
    return timeline->error;
}

int timeline_close(struct timeline *timeline)
{
    write_text(timeline, "]\n");
    int error = timeline->error;
    errno = 0;
    if (timeline->file && fclose(timeline->file) != 0 && error == 0)
        error = errno ? errno : EIO;
    flow_table_free(timeline->flows);
    free(timeline);
    return error;
}
