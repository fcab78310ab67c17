#include "discard.h"

bool discard_stream(struct lan_host *host, struct stream *stream)
{
    long got;
    while ((got = lan_read(host, stream->fd, stream->memory, STREAM_SIZE)) > 0)
        ;
    stream->events = LAN_POLLIN;
    return got == -LAN_EAGAIN;
}

long discard_datagram(void *context, const struct lan_address *source, uint8_t *bytes, size_t size)
{
    (void)context, (void)source, (void)bytes, (void)size;
    return DATAGRAM_SILENCE;
}
