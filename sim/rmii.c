#include "rmii.h"

#include <assert.h>
#include <string.h>

enum {
    DIBITS_PER_OCTET = 4,
    PREAMBLE_OCTET = 0x55,
    SFD_OCTET = 0xD5,
    SFD_DIBIT = 3,
    SYMBOL_WRONG_OCTET = WIRE_PREAMBLE_SIZE + 20, /* where RX_ER is shown: within any frame */
};

static unsigned cycles_of(unsigned rate_mbps)
{
    return rate_mbps == 10 ? 10 : 1;
}

/* --- To the adapter ---------------------------------------------------------------------- */

void rmii_encoder_init(struct rmii_encoder *encoder, unsigned rate_mbps)
{
    memset(encoder, 0, sizeof *encoder);
    encoder->cycles_per_dibit = cycles_of(rate_mbps);
}

void rmii_encode(struct rmii_encoder *encoder, const struct wire_frame *frame)
{
    assert(encoder->at == encoder->end && frame->size <= WIRE_FRAME_SIZE_MAX);
    memset(encoder->octets, PREAMBLE_OCTET, WIRE_PREAMBLE_SIZE - 1);
    encoder->octets[WIRE_PREAMBLE_SIZE - 1] = SFD_OCTET;
    memcpy(encoder->octets + WIRE_PREAMBLE_SIZE, frame->bytes, frame->size);
    encoder->size = WIRE_PREAMBLE_SIZE + frame->size;
    encoder->octets[encoder->size] = 0; /* half of it is shown when it is not aligned */
    encoder->symbol_wrong = frame->symbol_wrong;
    size_t dibits =
        encoder->size * DIBITS_PER_OCTET + (frame->alignment_wrong ? DIBITS_PER_OCTET / 2 : 0);
    encoder->at = 0;
    encoder->end = dibits * encoder->cycles_per_dibit;
}

static uint8_t symbol_at(const struct rmii_encoder *encoder, size_t dibit)
{
    size_t octet = dibit / DIBITS_PER_OCTET;
    unsigned data = encoder->octets[octet] >> 2 * (dibit % DIBITS_PER_OCTET) & RMII_DATA;
    bool wrong = encoder->symbol_wrong && octet == SYMBOL_WRONG_OCTET;
    return (uint8_t)(data | RMII_VALID | (wrong ? RMII_ERROR : 0));
}

size_t rmii_encoder_symbols(struct rmii_encoder *encoder, uint64_t cycle, uint8_t *symbols,
                            size_t count)
{
    size_t left = encoder->end - encoder->at;
    if (count > left)
        count = left;
    for (size_t i = 0; i < count; i++)
        symbols[i] = symbol_at(encoder, encoder->cycles_per_dibit == 1
                                            ? encoder->at + i
                                            : (encoder->at + i) / encoder->cycles_per_dibit);
    encoder->at += count;
    if (count > 0 && encoder->at == encoder->end)
        encoder->free_cycle =
            cycle + count + WIRE_GAP_SIZE * DIBITS_PER_OCTET * encoder->cycles_per_dibit;
    return count;
}

/* --- From the adapter ---------------------------------------------------------------------- */

void rmii_decoder_init(struct rmii_decoder *decoder, unsigned rate_mbps)
{
    memset(decoder, 0, sizeof *decoder);
    decoder->cycles_per_dibit = cycles_of(rate_mbps);
}

static void take_dibit(struct rmii_decoder *decoder, unsigned dibit)
{
    if (!decoder->delimited) {
        decoder->delimited = dibit == SFD_DIBIT;
        return;
    }
    decoder->octet |= dibit << 2 * decoder->dibits;
    if (++decoder->dibits < DIBITS_PER_OCTET)
        return;
    if (decoder->size < sizeof decoder->octets)
        decoder->octets[decoder->size++] = (uint8_t)decoder->octet;
    decoder->octet = decoder->dibits = 0;
}

static bool end_frame(struct rmii_decoder *decoder, uint64_t cycle, struct wire_frame *frame)
{
    decoder->sending = false;
    *frame = (struct wire_frame){
        .bytes = decoder->octets,
        .size = decoder->size,
        .start_ps = decoder->start_cycle * NIC_CYCLE_PS,
        .end_ps = cycle * NIC_CYCLE_PS,
        .fcs_wrong = !wire_fcs_is_right(decoder->octets, decoder->size),
        .alignment_wrong = decoder->dibits != 0 || decoder->phase != 0,
    };
    return decoder->delimited;
}

bool rmii_decode(struct rmii_decoder *decoder, uint64_t cycle, uint8_t symbol,
                 struct wire_frame *frame)
{
    if (!(symbol & RMII_VALID))
        return decoder->sending && end_frame(decoder, cycle, frame);
    if (!decoder->sending) {
        decoder->sending = true;
        decoder->delimited = false;
        decoder->start_cycle = cycle;
        decoder->phase = decoder->octet = decoder->dibits = 0;
        decoder->size = 0;
    }
    if (decoder->phase == 0)
        take_dibit(decoder, symbol & RMII_DATA);
    if (++decoder->phase == decoder->cycles_per_dibit)
        decoder->phase = 0;
    return false;
}
