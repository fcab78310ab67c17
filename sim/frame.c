#include "frame.h"

#include <zlib.h>

uint64_t wire_bytes_ps(size_t size, unsigned rate_mbps)
{
    return (uint64_t)size * 8 * 1000000 / rate_mbps;
}

uint64_t wire_duration_ps(size_t size, unsigned rate_mbps)
{
    return wire_bytes_ps(WIRE_PREAMBLE_SIZE + size, rate_mbps);
}

/* zlib's CRC-32 is that of clause 3.2.9. */
static uint32_t fcs(const uint8_t *bytes, size_t size)
{
    return (uint32_t)crc32(0, bytes, (uInt)size);
}

void wire_fcs_append(uint8_t *bytes, size_t size)
{
    uint32_t value = fcs(bytes, size);
    for (unsigned i = 0; i < WIRE_FCS_SIZE; i++)
        bytes[size + i] = (uint8_t)(value >> 8 * i);
}

bool wire_fcs_is_right(const uint8_t *bytes, size_t size)
{
    const uint32_t residue = 0x2144DF1C; /* of every intact frame, FCS included */
    return size >= WIRE_FCS_SIZE && fcs(bytes, size) == residue;
}
