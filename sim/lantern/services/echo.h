/* Echo (RFC 862): what comes goes back. TCP and UDP port 7. */
#ifndef LANTERN_ECHO_H
#define LANTERN_ECHO_H

#include "datagram.h"
#include "stream.h"

enum { ECHO_PORT = 7 };

stream_step echo_stream;
long echo_datagram(void *context, const struct lan_address *source, uint8_t *bytes, size_t size);

#endif
