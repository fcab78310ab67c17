/* ARP, IPv4, ICMP and UDP: packets from a stranger to a host with a waiting
 * socket and something under way. An input is a list of packets, each with a byte
 * that says how much of its outside is made right. */
#include "base/bytes.h"
#include "rig.h"
#include "targets.h"

enum { SEALED = 1, FROM_PEER = 2, TO_US = 4, WITH_HEADER = 8, TIME_PASSES = 16, BROADCAST = 32 };

static int open_datagram(struct rig *rig, uint16_t port)
{
    const struct lan_address any = {.port = port};
    int fd = lan_socket(rig->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    lan_bind(rig->host, fd, &any);
    return fd;
}

static void read_some(struct rig *rig, int fd)
{
    uint8_t memory[700];
    struct lan_address source;
    (void)lan_recvfrom(rig->host, fd, memory, sizeof memory, 0, &source);
}

static void receive_packet(struct rig *rig, struct input *input, uint8_t protocol)
{
    uint8_t packet[1500];
    uint8_t how = input_8(input);
    size_t wanted = input_16(input) % 1481u, begin = how & WITH_HEADER ? 20 : 0;
    size_t size = begin + input_bytes(input, packet + begin, wanted);
    if (begin) {
        rig_ip_header(packet, protocol, size - begin);
        if (how & 128)
            put16(packet + 6, input_16(input)); /* a fragment */
        if (how & 64)
            put16(packet + 4, input_8(input));
    } else if (size >= 20) {
        if (how & FROM_PEER)
            put32(packet + 12, RIG_PEER_IP);
        if (how & TO_US)
            put32(packet + 16, how & BROADCAST ? 0xffffffffu : RIG_IP);
    }
    if (how & SEALED)
        rig_seal(packet, size);
    rig_receive_ip(rig, packet, size);
    if (how & TIME_PASSES)
        rig_pass(rig, (uint64_t)input_8(input) << 18);
}

static void run(const uint8_t *bytes, size_t size, uint8_t protocol)
{
    struct rig rig;
    struct input input = {bytes, size};
    rig_begin(&rig);
    int fd = open_datagram(&rig, 9);
    while (input.left > 0) {
        receive_packet(&rig, &input, protocol);
        if (rig.frames_sent % 3 == 0)
            read_some(&rig, fd);
    }
    rig_end(&rig);
}

void fuzz_ip(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    run(bytes, size, input_8(&input));
}

void fuzz_icmp(const uint8_t *bytes, size_t size)
{
    run(bytes, size, 1);
}

void fuzz_udp(const uint8_t *bytes, size_t size)
{
    run(bytes, size, 17);
}

void fuzz_arp(const uint8_t *bytes, size_t size)
{
    struct rig rig;
    struct input input = {bytes, size};
    rig_begin(&rig);
    int fd = open_datagram(&rig, 9);
    while (input.left > 0) {
        uint8_t frame[LAN_FRAME_SIZE_MAX] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, 0,
                                             1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10};
        uint8_t how = input_8(&input);
        size_t begin = how % 43u; /* so much of a right request is left */
        size_t end = begin + input_bytes(&input, frame + begin, input_8(&input));
        rig_receive(&rig, frame, how & 128 ? end : end < 42 ? 42 : end);
        if (how & 64) { /* we want to know someone */
            const struct lan_address there = {LAN_IP4(10, 0, 0, input_8(&input)), 9};
            (void)lan_sendto(rig.host, fd, "?", 1, 0, &there);
            rig_pass(&rig, (uint64_t)input_8(&input) << 16);
        }
    }
    rig_end(&rig);
}
