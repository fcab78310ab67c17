#include "echo.h"

bool echo_stream(struct lan_host *host, struct stream *stream)
{
    for (;;) {
        if (stream->size == 0) {
            long got = lan_read(host, stream->fd, stream->memory, STREAM_SIZE);
            if (got == -LAN_EAGAIN) {
                stream->events = LAN_POLLIN;
                return true;
            }
            if (got <= 0)
                return false;
            stream->head = 0;
            stream->size = (size_t)got;
        }
        long put = lan_write(host, stream->fd, stream->memory + stream->head, stream->size);
        if (put == -LAN_EAGAIN) {
            stream->events = LAN_POLLOUT;
            return true;
        }
        if (put < 0)
            return false;
        stream->head += (size_t)put;
        stream->size -= (size_t)put;
    }
}

long echo_datagram(void *context, const struct lan_address *source, uint8_t *bytes, size_t size)
{
    (void)context, (void)bytes;
    /* Two echo services answering each other would never end. */
    return source->port < 1024 ? DATAGRAM_SILENCE : (long)size;
}
