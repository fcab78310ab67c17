/* Comparing, splitting and writing text. See http_text.h. */
#include "http/http_text.h"

#include <string.h>

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

bool http_text_begins(struct http_text text, const char *word)
{
    size_t size = strlen(word);
    return text.size >= size && memcmp(text.at, word, size) == 0;
}

bool http_text_is(struct http_text text, const char *word)
{
    return text.size == strlen(word) && http_text_begins(text, word);
}

bool http_text_begins_nocase(struct http_text text, const char *word)
{
    size_t size = strlen(word);
    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (lower(text.at[i]) != lower(word[i]))
            return false;
    return true;
}

bool http_text_is_nocase(struct http_text text, const char *word)
{
    return text.size == strlen(word) && http_text_begins_nocase(text, word);
}

static bool is_token_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_text_is_token(struct http_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_token_character(text.at[i]))
            return false;
    return text.size > 0;
}

bool http_text_number(struct http_text text, uint64_t *number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)text.at[i] - '0';
        if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return text.size > 0;
}

static bool is_space(char character)
{
    return character == ' ' || character == '\t';
}

struct http_text http_text_trim(struct http_text text)
{
    while (text.size > 0 && is_space(text.at[0])) {
        text.at++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.at[text.size - 1]))
        text.size--;
    return text;
}

struct http_text http_text_split(struct http_text *rest, char separator, bool *found)
{
    const char *end = rest->size ? memchr(rest->at, separator, rest->size) : NULL;
    struct http_text before = {rest->at, end ? (size_t)(end - rest->at) : rest->size};
    size_t taken = before.size + (end ? 1 : 0);
    *found = end != NULL;
    rest->at += taken;
    rest->size -= taken;
    return before;
}

bool http_text_lists(struct http_text list, const char *token)
{
    bool more = true;
    while (more)
        if (http_text_is_nocase(http_text_trim(http_text_split(&list, ',', &more)), token))
            return true;
    return false;
}

int http_hex_digit(char character)
{
    character = lower(character);
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

void http_write_bytes(struct http_writer *writer, const char *bytes, size_t size)
{
    if (writer->full || size > writer->left) {
        writer->full = true;
        return;
    }
    if (size > 0)
        memcpy(writer->at + writer->size, bytes, size);
    writer->size += size;
    writer->left -= size;
}

void http_write(struct http_writer *writer, const char *text)
{
    http_write_bytes(writer, text, strlen(text));
}

void http_write_number(struct http_writer *writer, uint64_t number)
{
    char digits[20]; /* 2^64 has 20 */
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    http_write_bytes(writer, digits + at, sizeof digits - at);
}
