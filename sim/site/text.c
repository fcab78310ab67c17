/* See text.h. No printf: firmware writes its status with this, too. */
#include "site/text.h"

#include <string.h>

static void put(struct text *text, const char *bytes, size_t size)
{
    if (text->full || size > text->room - text->size) {
        text->full = true;
        return;
    }
    memcpy(text->at + text->size, bytes, size);
    text->size += size;
}

void text_put(struct text *text, const char *words)
{
    put(text, words, strlen(words));
}

void text_put_number(struct text *text, uint64_t number)
{
    char digits[20]; /* 2^64 has 20 */
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(text, digits + at, sizeof digits - at);
}

void text_put_hex(struct text *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++)
        put(text, (char[]){digits[bytes[i] >> 4], digits[bytes[i] & 15]}, 2);
}

void text_put_ip(struct text *text, uint32_t address)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        text_put_number(text, address >> shift & 255);
        if (shift > 0)
            text_put(text, ".");
    }
}

void text_put_ip_port(struct text *text, uint32_t address, uint16_t port)
{
    text_put_ip(text, address);
    text_put(text, ":");
    text_put_number(text, port);
}

void text_put_mac(struct text *text, const uint8_t mac[6])
{
    for (size_t i = 0; i < 6; i++) {
        text_put_hex(text, mac + i, 1);
        if (i < 5)
            text_put(text, ":");
    }
}
