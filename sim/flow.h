/* Which write's bytes a frame carries, and which read gets them: what joins the events of a
 * timeline to a flow. It looks at TCP from outside: at the calls' results and at the frames'
 * sequence numbers. */
#ifndef SIM_FLOW_H
#define SIM_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_table;

/* One direction of a connection. */
struct flow_way {
    uint32_t source_ip, target_ip;
    uint16_t source_port, target_port;
};

enum { FLOW_IDS_MAX = 16 }; /* writes that one event is joined to, at most */

struct flow_table *flow_table_new(void); /* NULL: no memory */
void flow_table_free(struct flow_table *table);

/* `size` bytes more were written; the number of this write, from 1 on; 0: no memory. */
uint64_t flow_written(struct flow_table *table, const struct flow_way *way, size_t size);
/* So many more were read: the numbers of the writes that they are from; how many. */
unsigned flow_read(struct flow_table *table, const struct flow_way *way, size_t size,
                   uint64_t ids[FLOW_IDS_MAX]);
/* The same for the bytes that a frame carries. It is seen where it is `sent` first. */
unsigned flow_frame(struct flow_table *table, const uint8_t *frame, size_t size, bool sent,
                    uint64_t ids[FLOW_IDS_MAX]);

#endif
