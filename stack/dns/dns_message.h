/* DNS messages (RFC 1035 section 4): a question is written, an answer parsed.
 *
 * A name is kept as on the wire: labels, each behind its size, up to the empty
 * one, letters lower-case. Bytes in, numbers out; nothing here sends. */
#ifndef STACK_DNS_MESSAGE_H
#define STACK_DNS_MESSAGE_H

#include "lan_dns.h"

enum {
    DNS_PORT = 53,
    DNS_MESSAGE_SIZE_MAX = 512, /* by UDP, without EDNS */
};

struct dns_name {
    uint8_t size; /* 0: none; the empty last label counts */
    uint8_t bytes[LAN_DNS_NAME_SIZE];
};

/* From text, with or without a dot at the end; false: not a name. */
bool dns_name_from_text(struct dns_name *name, const char *text);

/* "10.0.0.1"; false: not an address. */
bool dns_address_from_text(lan_ip4 *address, const char *text);

/* The question for the addresses of `name`; its size. */
size_t dns_write_question(uint8_t memory[DNS_MESSAGE_SIZE_MAX], uint16_t id,
                          const struct dns_name *name);

enum dns_answer {
    DNS_ADDRESS,    /* `address` is stored */
    DNS_NO_ADDRESS, /* there is no such name, or it has none */
    DNS_FAILED,     /* the server cannot or will not, or its answer is broken */
    DNS_STRANGE,    /* not an answer to this question */
};

/* Follows aliases (CNAME) within the message. `ttl_s`: how long an address, or that
 * there is none, may be remembered; 0: not at all. */
enum dns_answer dns_read_answer(const uint8_t *message, size_t size, uint16_t id,
                                const struct dns_name *name, lan_ip4 *address, uint32_t *ttl_s);

#endif
