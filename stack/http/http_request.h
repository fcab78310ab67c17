/* A request as the server understands it (RFC 9112 section 3, RFC 9110). */
#ifndef STACK_HTTP_REQUEST_H
#define STACK_HTTP_REQUEST_H

#include "http/http_condition.h"
#include "http/http_head.h"
#include "lan_http.h"

struct http_request {
    struct lan_http_request seen; /* what the handler gets */
    bool served;                  /* GET or HEAD; else 405 */
    bool version_1_0;
    bool keep_alive;
    bool expects_continue;  /* the client waits before it sends the body */
    bool has_range;         /* `range` is to be looked at */
    struct http_text range; /* the Range field's value */
    struct http_conditions conditions;
    struct http_length body;
};

/* Reads a whole head and decodes the path in place; what `request` points to lies
 * in `head`. 0, or the status with which to refuse it (then the connection must
 * be closed, for nobody knows where the next request begins). */
unsigned http_request_parse(uint8_t *head, size_t size, struct http_request *request);

enum http_range { HTTP_RANGE_ALL, HTTP_RANGE_PART, HTTP_RANGE_OUTSIDE };

/* What one range (RFC 9110 section 14.1.2) means for a body of `size` bytes: from
 * *first to before *end. ALL: not one we serve, so it is as if it were not there. */
enum http_range http_range_parse(struct http_text range, uint64_t size, uint64_t *first,
                                 uint64_t *end);

#endif
