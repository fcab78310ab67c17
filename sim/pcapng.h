/* A capture file (pcapng, IETF draft-ietf-opsawg-pcapng): nanoseconds, several
 * interfaces, the FCS included, errors marked. */
#ifndef SIM_PCAPNG_H
#define SIM_PCAPNG_H

#include "frame.h"

struct pcapng;

enum pcapng_direction { PCAPNG_UNKNOWN, PCAPNG_INBOUND, PCAPNG_OUTBOUND };

/* NULL: errno says why. `application` is noted in the file. */
struct pcapng *pcapng_open(const char *path, const char *application);

/* The index of a new interface; before its first frame. */
unsigned pcapng_add_interface(struct pcapng *file, const char *name, unsigned rate_mbps);

/* Each frame has a comment: its cycles (of its first bit, and the one behind its last),
 * what is wrong with it, and `comment`, which may be NULL. An error is remembered, and
 * told by pcapng_close. */
void pcapng_write(struct pcapng *file, unsigned interface, enum pcapng_direction direction,
                  const struct wire_frame *frame, const char *comment);

/* What is written so far can be read by others. */
void pcapng_flush(struct pcapng *file);
/* The errno of the first write that failed so far; 0: none. */
int pcapng_error(const struct pcapng *file);
/* 0, or the errno of the first write that failed: then the file is incomplete. */
int pcapng_close(struct pcapng *file);

#endif
