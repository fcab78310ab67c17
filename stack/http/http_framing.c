/* Reading a body as it comes. See http_framing.h.
 *
 *   SIZE digits -> (EXTENSION) -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE
 *                                     | 0
 *   END <- LAST_LF <- TRAILER <-------+     a trailer line: LINE -> LINE_LF -> TRAILER */
#include "http/http_framing.h"

enum step { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, LINE, LINE_LF, LAST_LF };

void http_framing_begin(struct lan_http_framing *framing, enum http_framing_kind kind,
                        uint64_t length)
{
    *framing = (struct lan_http_framing){
        .kind = (uint8_t)kind, .step = SIZE, .left = kind == HTTP_BY_CHUNKS ? 0 : length};
}

/* A run of body, at most what is left of it. */
static void take_run(struct lan_http_framing *framing, const uint8_t *bytes, size_t size,
                     size_t *used, struct http_text *body)
{
    *used = size < framing->left ? size : (size_t)framing->left;
    *body = (struct http_text){(const char *)bytes, *used};
    framing->left -= *used;
}

static bool take_size_digit(struct lan_http_framing *framing, char character)
{
    int digit = http_hex_digit(character);
    if (digit < 0 || framing->left > UINT64_MAX >> 4)
        return false;
    framing->left = framing->left << 4 | (unsigned)digit;
    return true;
}

/* The step that follows when `expected` comes; anything else is BAD. */
static enum http_feed expect(struct lan_http_framing *framing, uint8_t byte, char expected,
                             enum step next)
{
    framing->step = (uint8_t)next;
    return byte == (uint8_t)expected ? HTTP_FEED_MORE : HTTP_FEED_BAD;
}

/* A byte of a chunk's size line. */
static enum http_feed take_size_byte(struct lan_http_framing *framing, uint8_t byte)
{
    bool has_digit = framing->line_size > 0;
    if (++framing->line_size > HTTP_CHUNK_LINE_MAX)
        return HTTP_FEED_BAD;
    if (has_digit && byte == '\r')
        return expect(framing, byte, '\r', SIZE_LF);
    if (framing->step == EXTENSION)
        return (byte < ' ' && byte != '\t') || byte == 0x7f ? HTTP_FEED_BAD : HTTP_FEED_MORE;
    if (has_digit && (byte == ';' || byte == ' ' || byte == '\t'))
        return expect(framing, byte, (char)byte, EXTENSION);
    return take_size_digit(framing, (char)byte) ? HTTP_FEED_MORE : HTTP_FEED_BAD;
}

/* A byte of the trailer. */
static enum http_feed take_trailer_byte(struct lan_http_framing *framing, uint8_t byte)
{
    if (++framing->line_size > HTTP_TRAILER_MAX)
        return HTTP_FEED_BAD;
    if (byte == '\r')
        return expect(framing, byte, '\r', framing->step == TRAILER ? LAST_LF : LINE_LF);
    framing->step = LINE;
    return (byte < ' ' && byte != '\t') || byte == 0x7f ? HTTP_FEED_BAD : HTTP_FEED_MORE;
}

/* A byte of the chunks' framing. */
static enum http_feed take_byte(struct lan_http_framing *framing, uint8_t byte)
{
    switch ((enum step)framing->step) {
    case SIZE:
    case EXTENSION:
        return take_size_byte(framing, byte);
    case SIZE_LF:
        framing->line_size = 0;
        return expect(framing, byte, '\n', framing->left > 0 ? DATA : TRAILER);
    case DATA_CR:
        return expect(framing, byte, '\r', DATA_LF);
    case DATA_LF:
        return expect(framing, byte, '\n', SIZE);
    case TRAILER:
    case LINE:
        return take_trailer_byte(framing, byte);
    case LINE_LF:
        return expect(framing, byte, '\n', TRAILER);
    case LAST_LF:
        return byte == '\n' ? HTTP_FEED_END : HTTP_FEED_BAD;
    case DATA:
        break;
    }
    return HTTP_FEED_BAD;
}

enum http_feed http_framing_take(struct lan_http_framing *framing, const uint8_t *bytes,
                                 size_t size, size_t *used, struct http_text *body)
{
    *used = 0;
    *body = (struct http_text){(const char *)bytes, 0};
    if (framing->kind != HTTP_BY_CHUNKS) {
        take_run(framing, bytes, size, used, body);
        return framing->left == 0 ? HTTP_FEED_END : HTTP_FEED_MORE;
    }
    while (*used < size) {
        if (framing->step == DATA) {
            size_t run;
            take_run(framing, bytes + *used, size - *used, &run, body);
            *used += run;
            if (framing->left == 0)
                framing->step = DATA_CR;
            return HTTP_FEED_MORE;
        }
        enum http_feed feed = take_byte(framing, bytes[(*used)++]);
        if (feed != HTTP_FEED_MORE)
            return feed;
    }
    return HTTP_FEED_MORE;
}
