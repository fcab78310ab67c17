/* /bytes/N: N bytes that follow from their place alone, so that a test knows what
 * to expect of any size without a file. Byte i is byte i % 8, low first, of
 * splitmix64's output for the counter i / 8. */
#ifndef LANTERN_MADE_BYTES_H
#define LANTERN_MADE_BYTES_H

#include "lan_http.h"

#define MADE_BYTES_MAX (UINT64_C(1) << 40)

/* The bytes from `offset` on. */
void made_bytes_fill(uint64_t offset, uint8_t *memory, size_t size);
/* Whether they are these. */
bool made_bytes_are(uint64_t offset, const uint8_t *memory, size_t size);

lan_http_handler made_bytes_handle; /* context: NULL; its route ends in '*', which is N */

#endif
