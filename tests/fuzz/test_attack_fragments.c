/* FragmentSmack (CVE-2018-5391) and its elders: floods of fragments that never become
 * a datagram, and fragments that lie over each other. After each a peer's datagram in
 * two fragments still arrives whole. */
#include "base/bytes.h"
#include "rig.h"
#include "test.h"

enum { IP_SIZE = 20, PORT = 9, STRANGER = LAN_IP4(10, 0, 0, 66) };

struct fragment {
    lan_ip4 source;
    uint16_t identification;
    unsigned offset; /* in bytes, a multiple of 8 */
    bool more;
    const uint8_t *bytes;
    size_t size;
};

static void receive_fragment(struct rig *rig, const struct fragment *fragment)
{
    uint8_t packet[1500];
    rig_ip_header(packet, 17, fragment->size);
    put16(packet + 4, fragment->identification);
    put16(packet + 6, (uint16_t)(fragment->offset / 8 | (fragment->more ? 0x2000 : 0)));
    put32(packet + 12, fragment->source);
    memcpy(packet + IP_SIZE, fragment->bytes, fragment->size);
    rig_seal(packet, IP_SIZE + fragment->size);
    rig_receive_ip(rig, packet, IP_SIZE + fragment->size);
}

static int begin(struct rig *rig)
{
    const struct lan_address any = {.port = PORT};
    rig_begin(rig);
    int fd = lan_socket(rig->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(rig->host, fd, &any), 0);
    return fd;
}

/* A datagram of 40 bytes in two fragments, without a checksum. */
static void assert_datagram_arrives(struct rig *rig, int fd, uint16_t identification)
{
    uint8_t udp[48] = {0, 53, 0, PORT, 0, 48, 0, 0}, got[64];
    for (unsigned i = 8; i < sizeof udp; i++)
        udp[i] = (uint8_t)(identification + i);
    receive_fragment(rig, &(struct fragment){RIG_PEER_IP, identification, 0, true, udp, 24});
    receive_fragment(rig, &(struct fragment){RIG_PEER_IP, identification, 24, false, udp + 24, 24});
    ck_assert_int_eq(lan_recvfrom(rig->host, fd, got, sizeof got, 0, NULL), 40);
    ck_assert_mem_eq(got, udp + 8, 40);
}

/* What Linux kept until its queue was long, and walked for each that came. */
START_TEST(test_fragmentsmack_flood_of_pieces_starves_no_other_sender)
{
    static const uint8_t bytes[8] = {0};
    struct rig rig;
    int fd = begin(&rig);
    for (unsigned i = 0; i < 20000; i++) {
        const struct fragment piece = {STRANGER, (uint16_t)(i / 50), 16 * (i % 50) + 8, true, bytes,
                                       8};
        receive_fragment(&rig, &piece);
        if (i % 500 == 0)
            assert_datagram_arrives(&rig, fd, (uint16_t)i);
    }
    assert_datagram_arrives(&rig, fd, 60000);
    rig_end(&rig);
}
END_TEST

/* The flood comes from as many senders as there are. */
START_TEST(test_fragmentsmack_flood_from_many_senders_ends_with_it)
{
    static const uint8_t bytes[8] = {0};
    struct rig rig;
    int fd = begin(&rig);
    for (unsigned i = 0; i < 5000; i++)
        receive_fragment(&rig, &(struct fragment){LAN_IP4(10, 1, i >> 8 & 255, (i & 255) | 1),
                                                  (uint16_t)i, 0, true, bytes, 8});
    assert_datagram_arrives(&rig, fd, 1);
    rig_end(&rig);
}
END_TEST

/* Teardrop and its kin: every pair of begin and end within three units. */
START_TEST(test_overlaps_of_every_kind_deliver_nothing_mixed)
{
    static const uint8_t udp[32] = {0, 53, 0, PORT, 0, 32, 0, 0};
    static const uint8_t other[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct rig rig;
    int fd = begin(&rig);
    uint16_t identification = 0;
    for (unsigned first = 0; first < 4; first++)
        for (unsigned end = first + 1; end <= 4; end++)
            for (unsigned last = 0; last < 2; last++) {
                uint8_t got[64];
                identification++;
                const struct fragment right = {RIG_PEER_IP, identification, 0, true, udp, 16};
                receive_fragment(&rig, &right);
                receive_fragment(&rig, &(struct fragment){RIG_PEER_IP, identification, 8 * first,
                                                          !last, other, 8 * (end - first)});
                receive_fragment(
                    &rig, &(struct fragment){RIG_PEER_IP, identification, 16, false, udp + 16, 16});
                /* Where they overlap, nothing; else what does not contradict. */
                long size = lan_recvfrom(rig.host, fd, got, sizeof got, 0, NULL);
                if (first < 2 && !(first == 0 && last)) /* that is no fragment */
                    ck_assert_int_eq(size, -LAN_EAGAIN);
            }
    assert_datagram_arrives(&rig, fd, 60000);
    rig_end(&rig);
}
END_TEST

/* The ping of death: a last piece that ends beyond 65,535. */
START_TEST(test_ping_of_death_is_dropped)
{
    static const uint8_t bytes[1400] = {0};
    struct rig rig;
    int fd = begin(&rig);
    for (unsigned offset = 60000; offset < 65536; offset += 8) {
        receive_fragment(&rig, &(struct fragment){RIG_PEER_IP, 7, offset, true, bytes, 1400});
        receive_fragment(&rig, &(struct fragment){RIG_PEER_IP, 8, offset, false, bytes, 1399});
    }
    assert_datagram_arrives(&rig, fd, 60000);
    rig_end(&rig);
}
END_TEST

TEST_MAIN("attack_fragments", test_fragmentsmack_flood_of_pieces_starves_no_other_sender,
          test_fragmentsmack_flood_from_many_senders_ends_with_it,
          test_overlaps_of_every_kind_deliver_nothing_mixed, test_ping_of_death_is_dropped)
