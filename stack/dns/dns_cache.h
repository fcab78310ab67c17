/* Names that were resolved (RFC 1035 section 7.4, RFC 2308): a fixed number, each until
 * its time is over. dns.c looks here before it asks. */
#ifndef STACK_DNS_CACHE_H
#define STACK_DNS_CACHE_H

#include "dns/dns_message.h"

/* 0: `address` is stored. -LAN_ENOENT: there is none, and it is known. -LAN_EAGAIN: not
 * known. `cache` may be NULL. */
int dns_cache_find(struct lan_dns_cache *cache, const struct dns_name *name, uint64_t now_us,
                   lan_ip4 *address);

/* Address 0: there is none. ttl_s 0: nothing is kept, and what was known is forgotten. */
void dns_cache_put(struct lan_dns_cache *cache, const struct dns_name *name, uint64_t now_us,
                   lan_ip4 address, uint32_t ttl_s);

#endif
