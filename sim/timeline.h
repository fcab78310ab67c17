/* What happened when, from the socket call down to the frame on the wire, as a
 * Chrome trace (JSON): open it in https://ui.perfetto.dev or chrome://tracing.
 * Each host is a process there, each kind of happening a track of it. */
#ifndef SIM_TIMELINE_H
#define SIM_TIMELINE_H

#include "frame.h"

struct timeline;

/* NULL: errno says why. */
struct timeline *timeline_open(const char *path);

/* No file: what happens is told in words to the teller, which is borrowed. */
struct teller;
struct timeline *timeline_open_words(struct teller *teller);

enum timeline_track {
    TIMELINE_CALLS,      /* of sockets */
    TIMELINE_TCP,        /* changes of a connection's state */
    TIMELINE_INTERRUPTS, /* the host wakes */
    TIMELINE_BUS,        /* register accesses, batch by batch */
    TIMELINE_SENT,       /* frames on the wire */
    TIMELINE_RECEIVED,
    TIMELINE_TRACKS,
};

/* The number of a new host. */
unsigned timeline_add_host(struct timeline *timeline, const char *name);

/* `text` is made of printf's format; start == end is a moment. */
void timeline_note(struct timeline *timeline, unsigned host, enum timeline_track track,
                   uint64_t start_ps, uint64_t end_ps, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* A socket call's end. A write begins a flow, that goes through the register accesses after
 * it, the frames that carry its bytes, there and where they arrive, to the reads that get
 * them. `way` is the direction of the bytes; NULL: none went. */
struct flow_way;
void timeline_note_call(struct timeline *timeline, unsigned host, uint64_t now_ps, const char *name,
                        int descriptor, long result, const struct flow_way *way);
/* Register accesses, after the calls that led to them. */
void timeline_note_bus(struct timeline *timeline, unsigned host, uint64_t start_ps, uint64_t end_ps,
                       unsigned accesses);
/* A frame in words: "ARP", "IPv4 TCP 60 B". */
void timeline_note_frame(struct timeline *timeline, unsigned host, bool sent,
                         const struct wire_frame *frame);

/* The errno of the first write that failed so far; 0: none. */
int timeline_error(const struct timeline *timeline);
/* 0, or the errno of the first write that failed. */
int timeline_close(struct timeline *timeline);

#endif
