/* Discard (RFC 863): what comes is thrown away. TCP and UDP port 9. */
#ifndef LANTERN_DISCARD_H
#define LANTERN_DISCARD_H

#include "datagram.h"
#include "stream.h"

enum { DISCARD_PORT = 9 };

stream_step discard_stream;
long discard_datagram(void *context, const struct lan_address *source, uint8_t *bytes, size_t size);

#endif
