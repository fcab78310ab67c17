/* A frame on the wire in simulated time, as media, captures and ports see it. */
#ifndef SIM_FRAME_H
#define SIM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_FRAME_SIZE_MAX = 2048, /* bytes carried at most, FCS included */
    WIRE_PREAMBLE_SIZE = 8,     /* preamble and SFD, IEEE 802.3 clause 3.2.1 */
    WIRE_FCS_SIZE = 4,
    WIRE_GAP_SIZE = 12,       /* 96 bit times, clause 4.4.2 */
    WIRE_FRAME_SIZE_MIN = 64, /* clause 4.4.2, FCS included */
};

struct wire_frame {
    const uint8_t *bytes; /* target address to FCS; borrowed for the call */
    size_t size;
    uint64_t start_ps; /* first bit of the preamble */
    uint64_t end_ps;   /* behind the last bit of the FCS */
    bool fcs_wrong;
    bool alignment_wrong; /* does not end on an octet: half of one follows */
    bool symbol_wrong;    /* the PHY saw a symbol that is none (RX_ER) */
};

/* One end of a medium, as seen from the other side: somebody who takes frames. */
struct wire_end {
    void *context;
    /* The last bit of `frame` passes now. */
    void (*receive)(void *context, const struct wire_frame *frame);
};

/* Time on the wire of `size` bytes; a frame's is that of its preamble and all its
 * bytes, FCS included. */
uint64_t wire_bytes_ps(size_t size, unsigned rate_mbps);
uint64_t wire_duration_ps(size_t size, unsigned rate_mbps);

/* Writes the FCS of the `size` bytes at `bytes` behind them, lowest byte first. */
void wire_fcs_append(uint8_t *bytes, size_t size);
/* Of a whole frame. */
bool wire_fcs_is_right(const uint8_t *bytes, size_t size);

#endif
