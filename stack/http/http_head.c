/* Reading a message's head. See http_head.h. */
#include "http/http_head.h"

enum http_scan http_head_scan(const uint8_t *bytes, size_t size, size_t *scanned)
{
    for (; *scanned < size; (*scanned)++) {
        size_t i = *scanned;
        uint8_t byte = bytes[i];
        bool after_cr = i > 0 && bytes[i - 1] == '\r';
        if ((byte == '\n') != after_cr)
            return HTTP_SCAN_BAD;
        if ((byte < ' ' && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7f)
            return HTTP_SCAN_BAD;
        bool line_is_empty = byte == '\n' && (i == 1 || bytes[i - 2] == '\n');
        if (line_is_empty) {
            *scanned = i + 1;
            return HTTP_SCAN_WHOLE;
        }
    }
    return HTTP_SCAN_MORE;
}

struct http_text http_head_line(struct http_text *rest)
{
    bool found;
    struct http_text line = http_text_split(rest, '\n', &found);
    if (line.size > 0)
        line.size--; /* the CR, which the scan has seen */
    return line;
}

enum http_take http_head_field(struct http_text *rest, struct http_field *field)
{
    struct http_text line = http_head_line(rest);
    if (line.size == 0)
        return HTTP_TAKE_END;
    bool found;
    field->name = http_text_split(&line, ':', &found);
    field->value = http_text_trim(line);
    /* A folded line begins with a space, so its name is no token either. */
    return found && http_text_is_token(field->name) ? HTTP_TAKE_FIELD : HTTP_TAKE_BAD;
}

void http_length_note(struct http_length *length, const struct http_field *field)
{
    if (http_text_is_nocase(field->name, "Content-Length")) {
        if (length->has_length || !http_text_number(field->value, &length->length))
            length->bad_length = true;
        length->has_length = true;
    } else if (http_text_is_nocase(field->name, "Transfer-Encoding")) {
        if (length->has_coding || !http_text_is_nocase(field->value, "chunked"))
            length->unknown_coding = true;
        length->has_coding = true;
    }
}
