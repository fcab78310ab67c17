/* Where the body of a message ends, and which of its bytes are the body's: by
 * length, by chunks, or by the end of the connection (RFC 9112 sections 6 and 7).
 * Trailers are read over. Works on whatever pieces the bytes come in. */
#ifndef STACK_HTTP_FRAMING_H
#define STACK_HTTP_FRAMING_H

#include "http/http_text.h"
#include "lan_http.h"

enum { HTTP_CHUNK_LINE_MAX = 256, HTTP_TRAILER_MAX = 1024 }; /* bytes */

enum http_framing_kind { HTTP_BY_LENGTH, HTTP_BY_CHUNKS, HTTP_BY_CLOSE };

void http_framing_begin(struct lan_http_framing *framing, enum http_framing_kind kind,
                        uint64_t length);

enum http_feed { HTTP_FEED_MORE, HTTP_FEED_END, HTTP_FEED_BAD };

/* Reads on in `bytes`: *used says how many it took, `body` the run of body among
 * them (or none). MORE with *used < size: call again with the rest. A body of
 * length 0 ends without a byte: call it once before reading. */
enum http_feed http_framing_take(struct lan_http_framing *framing, const uint8_t *bytes,
                                 size_t size, size_t *used, struct http_text *body);

#endif
