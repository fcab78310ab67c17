/* The trip of one write, in words: what each step did with its bytes, in the order in which it
 * happened, with the folder that did it. */
#ifndef SIM_TELLER_H
#define SIM_TELLER_H

#include <stdio.h>

#include "frame.h"

enum { TELLER_HOSTS_MAX = 256 };

struct teller {
    FILE *out;
    uint64_t wanted; /* the number of the write, from 1 on */
    uint64_t begun_ps;
    bool seen;
    char names[TELLER_HOSTS_MAX][40];
    unsigned name_count;
};

void teller_add_host(struct teller *teller, const char *name);
/* A socket call; `ids` are the writes whose bytes it moved. */
void teller_tell_call(struct teller *teller, unsigned host, uint64_t now_ps, const char *name,
                      int descriptor, long result, const uint64_t *ids, unsigned count);
void teller_tell_state(struct teller *teller, unsigned host, uint64_t now_ps, const char *text);
void teller_tell_bus(struct teller *teller, unsigned host, uint64_t start_ps, uint64_t end_ps,
                     unsigned accesses, const uint64_t *ids, unsigned count);
/* A frame, where it is sent or has come. */
void teller_tell_frame(struct teller *teller, unsigned host, bool sent,
                       const struct wire_frame *frame, const uint64_t *ids, unsigned count);

#endif
