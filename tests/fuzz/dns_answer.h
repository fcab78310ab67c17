/* A DNS server under a fuzzer's hands. */
#ifndef FUZZ_DNS_ANSWER_H
#define FUZZ_DNS_ANSWER_H

#include "lan_dns.h"
#include "rig.h"

/* Where the question's name lies in the message: what a pointer 0xc00c leads to. */
enum { DNS_HEADER_SIZE = 12 };

/* A datagram arrives from the server that was asked: header and question as they must
 * be, an answer count, and these bytes; with count -1 the bytes alone. */
void dns_answer(struct rig *rig, const struct lan_dns_query *query, int count, const uint8_t *bytes,
                size_t size);

#endif
