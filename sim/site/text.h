/* Text growing in bounded memory, for pages and status. What does not fit marks
 * it and is left out. */
#ifndef SIM_SITE_TEXT_H
#define SIM_SITE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *at;
    size_t size, room;
    bool full;
};

void text_put(struct text *text, const char *words);
void text_put_number(struct text *text, uint64_t number);
void text_put_hex(struct text *text, const uint8_t *bytes, size_t size);
void text_put_ip(struct text *text, uint32_t address); /* 10.0.2.15 */
void text_put_ip_port(struct text *text, uint32_t address, uint16_t port);
void text_put_mac(struct text *text, const uint8_t mac[6]); /* 02:4c:... */

#endif
