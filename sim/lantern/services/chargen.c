#include "chargen.h"

enum { LINE_SIZE = 72, ALPHABET_SIZE = 95, LINE_WITH_END = LINE_SIZE + 2 };

static uint8_t character(uint64_t position)
{
    uint64_t line = position / LINE_WITH_END, column = position % LINE_WITH_END;
    if (column >= LINE_SIZE)
        return column == LINE_SIZE ? '\r' : '\n';
    return (uint8_t)(' ' + (line + column) % ALPHABET_SIZE);
}

static void fill(uint8_t *bytes, size_t size, uint64_t position)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = character(position + i);
}

bool chargen_stream(struct lan_host *host, struct stream *stream)
{
    for (;;) {
        if (stream->size == 0) {
            /* What the peer says is thrown away; when it ends, so do we. */
            long got;
            while ((got = lan_read(host, stream->fd, stream->memory, STREAM_SIZE)) > 0)
                ;
            if (got != -LAN_EAGAIN)
                return false;
            fill(stream->memory, STREAM_SIZE, stream->position);
            stream->position += STREAM_SIZE;
            stream->head = 0;
            stream->size = STREAM_SIZE;
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

long chargen_datagram(void *context, const struct lan_address *source, uint8_t *bytes, size_t size)
{
    (void)size;
    if (source->port < 1024) /* another service: see echo */
        return DATAGRAM_SILENCE;
    uint64_t *position = context;
    fill(bytes, CHARGEN_DATAGRAM_SIZE, *position);
    *position += LINE_WITH_END;
    return CHARGEN_DATAGRAM_SIZE;
}
