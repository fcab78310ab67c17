/* Values on the command line, from text; false when it is none. */
#ifndef LANTERN_OPTIONS_VALUE_H
#define LANTERN_OPTIONS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "lan_host.h"

enum { VALUE_INTERFACE_SIZE = 15 }; /* characters of a Linux interface's name */

bool value_number(const char *text, uint64_t *number); /* decimal, or 0x and hexadecimal */
bool value_ip4(const char *text, lan_ip4 *address);
bool value_ip4_port(const char *text, lan_ip4 *address, uint16_t *port); /* 127.0.0.1:80 */
/* 127.0.0.1:8080:80, of which the last may be left out: then it is the one before it. */
bool value_forward(const char *text, lan_ip4 *address, uint16_t *port, uint16_t *guest_port);
/* 10.0.0.2/24: a host's address, so neither the network's own nor its broadcast's. */
bool value_network(const char *text, lan_ip4 *address, unsigned *prefix);
bool value_mac(const char *text, uint8_t mac[LAN_MAC_SIZE]); /* 02:..., of one station */
bool value_services(const char *text, unsigned *services);   /* "echo,http", "none" */
bool value_time(const char *text, uint64_t *ps);   /* "20ms", "1.5s", "300us", "50ns", "2min" */
bool value_share(const char *text, double *share); /* "1%", "0.01", "1e-6": 0 to 1 */
bool value_ppm(const char *text, int *ppm);        /* "-50ppm": -1000 to 1000 */
bool value_rate(const char *text, uint64_t *bps);  /* "10M", "256k": bits a second */

#endif
