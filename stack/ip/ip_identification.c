/* Identification (RFC 6864): a packet that may be split must not carry the number
 * of another that may still be under way between the same hosts with the same
 * protocol. A packet that is not to be split needs none and carries 0.
 *
 * Each such triple counts on its own, by a few counters that share out all
 * triples, and from a place of its own, which only a secret tells: so no stranger
 * learns from our answers to him how much we send to others (RFC 7739's reasons
 * hold for IPv4 too), nor foresees a number to forge a fragment with. */
#include "ip/ip_instance.h"

static uint32_t mix(uint32_t hash, uint32_t word)
{
    hash = (hash ^ word) * 0x9e3779b1u;
    hash ^= hash >> 15;
    hash *= 0x85ebca77u;
    return hash ^ hash >> 13;
}

uint16_t ip_identify(struct ip *ip, lan_ip4 source, lan_ip4 target, uint8_t protocol)
{
    uint32_t hash = mix(mix(mix(ip->secret, source), target), protocol ^ ip->secret);
    uint16_t *counter = &ip->identifications[hash >> 16 & (IP_IDENTIFICATIONS - 1)];
    return (uint16_t)(hash + (*counter)++);
}
