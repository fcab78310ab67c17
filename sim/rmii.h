/* Frames to RMII symbols and back (RMII specification 1.2; dibits low first). One
 * symbol a clock cycle as in nic_model.h; at 10 Mb/s each dibit lasts ten. */
#ifndef SIM_RMII_H
#define SIM_RMII_H

#include "frame.h"
#include "nic_model.h"

/* Shows one frame after the other on the adapter's receive pins. */
struct rmii_encoder {
    unsigned cycles_per_dibit;
    uint64_t free_cycle; /* the gap behind the last frame is over */
    size_t at, end;      /* cycles of the frame that is shown; at == end: none */
    size_t size;         /* octets, preamble and SFD included */
    bool symbol_wrong, alignment_wrong;
    uint8_t octets[WIRE_PREAMBLE_SIZE + WIRE_FRAME_SIZE_MAX + 1];
};

void rmii_encoder_init(struct rmii_encoder *encoder, unsigned rate_mbps);
/* Begins with the next frame; the last one has ended. */
void rmii_encode(struct rmii_encoder *encoder, const struct wire_frame *frame);
/* The symbols of the next cycles, the first of which is `cycle`; how many. 0: the
 * frame has ended. */
size_t rmii_encoder_symbols(struct rmii_encoder *encoder, uint64_t cycle, uint8_t *symbols,
                            size_t count);

/* Takes frames from the adapter's transmit pins. */
struct rmii_decoder {
    unsigned cycles_per_dibit;
    bool sending;
    bool delimited; /* the SFD was there */
    unsigned phase; /* cycles of the dibit that have passed */
    uint64_t start_cycle;
    unsigned octet, dibits; /* of the octet that comes in */
    size_t size;
    uint8_t octets[WIRE_FRAME_SIZE_MAX];
};

void rmii_decoder_init(struct rmii_decoder *decoder, unsigned rate_mbps);
/* Takes the symbol of `cycle`. true: a frame has ended before it; `frame` borrows
 * the decoder's memory until the next symbol. A burst without SFD is no frame. */
bool rmii_decode(struct rmii_decoder *decoder, uint64_t cycle, uint8_t symbol,
                 struct wire_frame *frame);

#endif
