/* Initial sequence numbers (RFC 6528): a clock of 4 us, and a secret function of
 * the connection, SipHash-2-4 (Aumasson and Bernstein 2012), so that one
 * connection's numbers tell nothing about another's. Its other half is where the
 * connection's timestamps begin (RFC 7323 section 5.4). */
#include "tcp/tcb.h"

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void siphash_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

uint64_t tcp_siphash(const uint64_t key[2], const uint64_t *blocks, size_t count)
{
    uint64_t v[4] = {
        key[0] ^ 0x736f6d6570736575,
        key[1] ^ 0x646f72616e646f6d,
        key[0] ^ 0x6c7967656e657261,
        key[1] ^ 0x7465646279746573,
    };
    for (size_t i = 0; i < count; i++) {
        v[3] ^= blocks[i];
        siphash_round(v);
        siphash_round(v);
        v[0] ^= blocks[i];
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        siphash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Of a pair of addresses and ports. */
static uint64_t pair_hash(const struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port,
                          lan_ip4 peer_ip, uint16_t peer_port)
{
    /* 12 bytes; SipHash wants their number in the last block's top byte. */
    const uint64_t blocks[2] = {
        (uint64_t)local_ip << 32 | peer_ip,
        (uint64_t)12 << 56 | (uint64_t)local_port << 16 | peer_port,
    };
    return tcp_siphash(tcp->isn_key, blocks, 2);
}

uint32_t tcp_initial_sequence(const struct tcb *tcb)
{
    uint32_t clock_4us = (uint32_t)(tcb->tcp->now_us >> 2);
    return clock_4us + (uint32_t)pair_hash(tcb->tcp, tcb->local_ip, tcb->local_port, tcb->peer_ip,
                                           tcb->peer_port);
}

uint32_t tcp_timestamp_offset(const struct tcp *tcp, lan_ip4 local_ip, uint16_t local_port,
                              lan_ip4 peer_ip, uint16_t peer_port)
{
    return (uint32_t)(pair_hash(tcp, local_ip, local_port, peer_ip, peer_port) >> 32);
}
