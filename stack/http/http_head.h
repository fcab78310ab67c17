/* The head of a message: where it ends, its lines, its fields, and what they say
 * about the body (RFC 9112 sections 2, 5 and 6).
 *
 * Strict on purpose: whatever two readers could understand in two ways (a bare LF,
 * a folded line, a space before the colon, a length said twice) is refused, for
 * that is what request smuggling is made of. */
#ifndef STACK_HTTP_HEAD_H
#define STACK_HTTP_HEAD_H

#include "http/http_text.h"

enum http_scan { HTTP_SCAN_MORE, HTTP_SCAN_WHOLE, HTTP_SCAN_BAD };

/* Looks for the empty line that ends a head, from *scanned on, which remembers how
 * far it came and is the head's size when it is whole. Lines end in CR LF; no
 * control character but the tab stands in them. */
enum http_scan http_head_scan(const uint8_t *bytes, size_t size, size_t *scanned);

/* Takes the next line, without its CR LF, off the rest of a whole head. */
struct http_text http_head_line(struct http_text *rest);

struct http_field {
    struct http_text name, value;
};
enum http_take { HTTP_TAKE_FIELD, HTTP_TAKE_END, HTTP_TAKE_BAD };

/* Takes the next field line off the rest. */
enum http_take http_head_field(struct http_text *rest, struct http_field *field);

/* What the fields say about the body, gathered one by one. */
struct http_length {
    bool has_length, has_coding;
    bool bad_length;     /* twice, or not a number */
    bool unknown_coding; /* not exactly "chunked" */
    uint64_t length;
};

/* Looks at a field; others than Content-Length and Transfer-Encoding pass by. */
void http_length_note(struct http_length *length, const struct http_field *field);

#endif
