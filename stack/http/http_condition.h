/* Conditional requests (RFC 9110 section 13): what If-Match, If-None-Match and If-Range
 * mean for a body with, or without, an entity tag. */
#ifndef STACK_HTTP_CONDITION_H
#define STACK_HTTP_CONDITION_H

#include "http/http_text.h"

/* The fields as they came; a field that came more often than once counts as one that
 * matches nothing. */
struct http_conditions {
    unsigned match_count, none_match_count, if_range_count;
    struct http_text match, none_match, if_range;
};

/* 200: go on; 304 or 412: answer so instead (section 13.2.2). `tag`: "": there is none. */
unsigned http_condition_status(const struct http_conditions *conditions, const char *tag);

/* Whether a range may be served: there is no If-Range, or it names this very body. */
bool http_condition_allows_range(const struct http_conditions *conditions, const char *tag);

#endif
