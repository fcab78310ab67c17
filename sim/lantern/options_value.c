#include "options_value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

bool value_number(const char *text, uint64_t *number)
{
    if (*text < '0' || *text > '9') /* strtoull takes spaces and signs, too */
        return false;
    char *end;
    errno = 0;
    *number = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    return errno == 0 && *end == '\0';
}

bool value_ip4(const char *text, lan_ip4 *address)
{
    struct in_addr parsed;
    if (inet_pton(AF_INET, text, &parsed) != 1)
        return false;
    *address = ntohl(parsed.s_addr);
    return true;
}

/* The part of `text` before `mark` as an address, the part behind it as a number. */
static bool address_and_number(const char *text, char mark, lan_ip4 *address, uint64_t *number)
{
    const char *at = strchr(text, mark);
    char copy[INET_ADDRSTRLEN] = "";
    if (!at || (size_t)(at - text) >= sizeof copy)
        return false;
    memcpy(copy, text, (size_t)(at - text));
    return value_ip4(copy, address) && value_number(at + 1, number);
}

bool value_ip4_port(const char *text, lan_ip4 *address, uint16_t *port)
{
    uint64_t number;
    if (!address_and_number(text, ':', address, &number) || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

bool value_forward(const char *text, lan_ip4 *address, uint16_t *port, uint16_t *guest_port)
{
    char here[sizeof "255.255.255.255:65535"];
    uint64_t number;
    const char *first = strchr(text, ':'), *second = first ? strchr(first + 1, ':') : NULL;
    size_t size = second ? (size_t)(second - text) : strlen(text);
    if (size >= sizeof here)
        return false;
    memcpy(here, text, size);
    here[size] = '\0';
    if (!value_ip4_port(here, address, port))
        return false;
    number = *port;
    if (second && !value_number(second + 1, &number))
        return false;
    *guest_port = (uint16_t)number;
    return number > 0 && number <= UINT16_MAX;
}

bool value_network(const char *text, lan_ip4 *address, unsigned *prefix)
{
    uint64_t number;
    if (!address_and_number(text, '/', address, &number) || number < 1 || number > 30)
        return false;
    *prefix = (unsigned)number;
    uint32_t in_network = *address << *prefix >> *prefix;
    return in_network != 0 && in_network != UINT32_MAX >> *prefix && *address >> 28 != 0xe;
}

enum { PPM_MAX = 1000 };

bool value_ppm(const char *text, int *ppm)
{
    char more[4] = "";
    int parsed;
    if (!text || sscanf(text, "%d%3s", &parsed, more) != 2 || strcmp(more, "ppm") != 0 ||
        parsed < -PPM_MAX || parsed > PPM_MAX)
        return false;
    *ppm = parsed;
    return true;
}

bool value_mac(const char *text, uint8_t mac[LAN_MAC_SIZE])
{
    uint8_t parsed[LAN_MAC_SIZE];
    char more;
    if (strspn(text, "0123456789abcdefABCDEF:") != strlen(text) ||
        sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &parsed[0], &parsed[1], &parsed[2],
               &parsed[3], &parsed[4], &parsed[5], &more) != LAN_MAC_SIZE)
        return false;
    static const uint8_t zero[LAN_MAC_SIZE];
    if (parsed[0] & 1 || memcmp(parsed, zero, sizeof zero) == 0)
        return false;
    memcpy(mac, parsed, sizeof parsed);
    return true;
}

bool value_services(const char *text, unsigned *services)
{
    static const char *const names[] = {"echo", "discard", "chargen", "http"};
    *services = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (;;) {
        size_t size = strcspn(text, ",");
        unsigned i = 0;
        while (i < 4 && (strlen(names[i]) != size || strncmp(names[i], text, size) != 0))
            i++;
        if (i == 4)
            return false;
        *services |= 1U << i;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

/* --- A number with its unit ---------------------------------------------------------------- */

struct unit {
    const char *name; /* NULL behind the last */
    double factor;
};

static bool parse(const char *text, const struct unit *units, double *value)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || errno || !(number >= 0))
        return false;
    for (; units->name; units++)
        if (strcmp(end, units->name) == 0) {
            *value = number * units->factor;
            return true;
        }
    return false;
}

bool value_time(const char *text, uint64_t *ps)
{
    static const struct unit units[] = {{"ns", 1e3}, {"us", 1e6},   {"ms", 1e9},
                                        {"s", 1e12}, {"min", 6e13}, {NULL, 0}};
    double value;
    if (!parse(text, units, &value) || value > 1e19)
        return false;
    *ps = (uint64_t)(value + 0.5);
    return true;
}

bool value_share(const char *text, double *share)
{
    static const struct unit units[] = {{"%", 0.01}, {"", 1}, {NULL, 0}};
    double value;
    if (!parse(text, units, &value) || value > 1)
        return false;
    *share = value;
    return true;
}

bool value_rate(const char *text, uint64_t *bps)
{
    static const struct unit units[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {NULL, 0}};
    double value;
    if (!parse(text, units, &value) || value > 1e12)
        return false;
    *bps = (uint64_t)value;
    return true;
}
