/* Pieces of a message's text: they point into the connection's memory. */
#ifndef STACK_HTTP_TEXT_H
#define STACK_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_text {
    const char *at;
    size_t size;
};

/* Equal to `word`; letters of either case (RFC 9110: names of fields, codings). */
bool http_text_is(struct http_text text, const char *word);
bool http_text_is_nocase(struct http_text text, const char *word);
bool http_text_begins(struct http_text text, const char *word);
bool http_text_begins_nocase(struct http_text text, const char *word);

/* All of it is a token (RFC 9110 section 5.6.2), at least one character. */
bool http_text_is_token(struct http_text text);

/* All of it is one decimal number below 2^64. No sign, no space. */
bool http_text_number(struct http_text text, uint64_t *number);

/* Without spaces and tabs at both ends. */
struct http_text http_text_trim(struct http_text text);

/* Takes what stands before the first `separator` off `rest`; all of it, and
 * found false, when there is none. */
struct http_text http_text_split(struct http_text *rest, char separator, bool *found);

/* A comma-separated list holds this token, in letters of either case. */
bool http_text_lists(struct http_text list, const char *token);

/* The value of a hexadecimal digit, or -1. */
int http_hex_digit(char character);

/* Text growing in bounded memory. What does not fit marks it, and all the rest
 * is left out; so the writer asks once, at the end. */
struct http_writer {
    char *at;
    size_t size, left;
    bool full;
};
void http_write(struct http_writer *writer, const char *text);
void http_write_bytes(struct http_writer *writer, const char *bytes, size_t size);
void http_write_number(struct http_writer *writer, uint64_t number);

#endif
