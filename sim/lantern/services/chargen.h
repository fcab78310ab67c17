/* Character generator (RFC 864): lines of 72 characters, each line begins one
 * character later in the alphabet of the 95 printable ones. TCP and UDP port 19. */
#ifndef LANTERN_CHARGEN_H
#define LANTERN_CHARGEN_H

#include "datagram.h"
#include "stream.h"

enum {
    CHARGEN_PORT = 19,
    CHARGEN_DATAGRAM_SIZE = 512, /* the longest answer, RFC 864 */
};

stream_step chargen_stream;
/* `context` is a uint64_t: how many characters there were so far. */
long chargen_datagram(void *context, const struct lan_address *source, uint8_t *bytes, size_t size);

#endif
