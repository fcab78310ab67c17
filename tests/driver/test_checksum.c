/* Checksums that the adapter computes: those it inserts, and what its sum over a
 * received frame says. The fake sums octet by octet, as docs/registers.md says. */
#include <string.h>

#include "bus_fake.h"

enum { IP = 14, ICMP = 1, TCP = 6, UDP = 17, HEADER_MAX = 60 };

struct packet {
    uint8_t protocol;
    unsigned header_size; /* of IP */
    unsigned size;        /* of the payload */
    uint32_t seed;
};

static void put16be(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* RFC 1071, as simple as it can be said: big-endian words, an odd octet is a high one. */
static uint32_t naive_sum(uint32_t sum, const uint8_t *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return sum;
}

static uint32_t pseudo_sum(const uint8_t *ip, uint32_t size)
{
    return ip[9] == ICMP ? 0 : naive_sum(ip[9] + size, ip + 12, 8);
}

static unsigned checksum_at(uint8_t protocol)
{
    return protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
}

/* A right packet in a frame of at least 60 bytes; `filler` behind it. Its size. */
static uint32_t make(uint8_t *frame, const struct packet *packet, uint8_t filler)
{
    uint32_t total = packet->header_size + packet->size;
    uint8_t *ip = frame + IP, *payload = ip + packet->header_size;
    memset(frame, filler, FAKE_FRAME_MAX);
    fill_frame(frame, IP + total, packet->seed);
    put16be(frame + 12, 0x0800);
    ip[0] = (uint8_t)(0x40 | packet->header_size / 4);
    put16be(ip + 2, total);
    put16be(ip + 6, packet->seed % 2 ? 0x4000 : 0); /* may not be fragmented, or may */
    ip[9] = packet->protocol;
    put16be(ip + 10, 0);
    put16be(ip + 10, ~naive_sum(0, ip, packet->header_size) & 0xFFFF);
    if (packet->protocol == UDP)
        put16be(payload + 4, packet->size);
    unsigned at = checksum_at(packet->protocol);
    put16be(payload + at, 0);
    uint32_t sum = naive_sum(pseudo_sum(ip, packet->size), payload, packet->size);
    put16be(payload + at, sum == 0xFFFF ? 0xFFFF : ~sum & 0xFFFF);
    return IP + total < 60 ? 60 : IP + total;
}

/* What the driver says of it. */
static bool is_verified(struct bench *bench, const uint8_t *frame, uint32_t size)
{
    struct lan_adapter *adapter = &bench->nic.adapter;
    size_t got;
    MUST(fake_receive(bench->bus, frame, size), "no room");
    MUST(adapter->functions->receive_begin(adapter, &got) && got == size, "it did not come");
    bool verified = adapter->receive_verified;
    adapter->functions->receive_end(adapter);
    return verified;
}

static uint32_t minimum(uint8_t protocol)
{
    return protocol == TCP ? 20 : 8;
}

static const uint8_t protocols[] = {ICMP, TCP, UDP};

START_TEST(test_right_packet_of_every_size_is_verified)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    bench_open(&bench, 12, 13, true);
    for (size_t p = 0; p < sizeof protocols; p++)
        for (uint32_t size = minimum(protocols[p]); size <= 1480; size++) {
            const struct packet packet = {protocols[p], 20, size, size};
            uint32_t whole = make(frame, &packet, (uint8_t)size);
            MUST(is_verified(&bench, frame, whole), "protocol %u, %u bytes", protocols[p], size);
        }
    bench_close(&bench);
}
END_TEST

START_TEST(test_right_packet_behind_ip_options_is_verified)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    bench_open(&bench, 12, 13, false);
    for (size_t p = 0; p < sizeof protocols; p++)
        for (unsigned header = 20; header <= HEADER_MAX; header += 4) {
            const struct packet packet = {protocols[p], header, 101, header};
            uint32_t whole = make(frame, &packet, 0xEE);
            ck_assert(is_verified(&bench, frame, whole));
        }
    bench_close(&bench);
}
END_TEST

/* A single wrong bit in anything that a transport's checksum covers. */
START_TEST(test_packet_with_any_wrong_bit_is_not_verified)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    bench_open(&bench, 12, 13, true);
    for (size_t p = 0; p < sizeof protocols; p++)
        for (unsigned bit = 0; bit < 8 * 45; bit++) {
            const struct packet packet = {protocols[p], 20, 45, bit};
            uint32_t whole = make(frame, &packet, 0x77);
            frame[IP + 20 + bit / 8] ^= (uint8_t)(1 << bit % 8);
            MUST(!is_verified(&bench, frame, whole), "protocol %u, bit %u", protocols[p], bit);
        }
    bench_close(&bench);
}
END_TEST

/* The adapter's sum says nothing of them: the stack decides. */
START_TEST(test_packet_that_is_not_recognised_is_left_to_the_stack)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    static const struct {
        unsigned at;
        uint8_t value;
    } changes[] = {
        {12, 0x86},                    /* another type */
        {13, 0x06},        {IP, 0x65}, /* version 6 */
        {IP, 0x44},                    /* a header of 16 bytes */
        {IP, 0x4F},                    /* of 60, more than there is */
        {IP + 2, 0x05},                /* longer than the frame */
        {IP + 3, 19},                  /* shorter than its header */
        {IP + 6, 0x20},                /* more fragments */
        {IP + 7, 1},                   /* the second */
        {IP + 9, 2},                   /* another protocol */
        {IP + 20 + 5, 17},             /* UDP's own length is less: 17 of 20 */
    };
    bench_open(&bench, 12, 13, false);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct packet packet = {UDP, 20, 20, 2};
        uint32_t whole = make(frame, &packet, 0);
        frame[changes[i].at] = changes[i].value;
        /* Right by itself, so that only the check in question can refuse it. */
        put16be(frame + IP + 10, 0);
        put16be(frame + IP + 10, ~naive_sum(0, frame + IP, 20) & 0xFFFF);
        MUST(!is_verified(&bench, frame, whole), "change %zu", i);
    }
    bench_close(&bench);
}
END_TEST

START_TEST(test_random_frames_are_hardly_ever_verified)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    bench_open(&bench, 12, 13, true);
    uint32_t state = (uint32_t)test_seed(1);
    unsigned verified = 0;
    for (unsigned i = 0; i < 20000; i++) {
        state = state * 1664525u + 1013904223u;
        const struct packet packet = {protocols[i % 3], 20, 40 + state % 1000, state};
        uint32_t whole = make(frame, &packet, (uint8_t)i);
        put16be(frame + IP + 20 + checksum_at(protocols[i % 3]), state >> 8);
        verified += is_verified(&bench, frame, whole);
    }
    ck_assert_uint_le(verified, 4);
    bench_close(&bench);
}
END_TEST

START_TEST(test_build_without_checksums_verifies_nothing)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    struct lan_nic_config config = test_config();
    bench.bus = fake_new(12, 13, false);
    bench.bus->holds &= ~NIC_CAPABILITY_CHECKSUM;
    ck_assert_int_eq(lan_nic_start(&bench.nic, bench.bus, &config, 0), LAN_NIC_OK);
    ck_assert_uint_eq(bench.nic.adapter.capabilities, 0);
    const struct packet packet = {TCP, 20, 100, 1};
    ck_assert(!is_verified(&bench, frame, make(frame, &packet, 0)));
    bench_close(&bench);
}
END_TEST

/* --- Sending ---------------------------------------------------------------------------- */

static void send_all_sizes(bool mapped)
{
    struct bench bench;
    uint8_t frame[FAKE_FRAME_MAX];
    bench_open(&bench, 12, 13, mapped);
    struct lan_adapter *adapter = &bench.nic.adapter;
    ck_assert_uint_eq(adapter->capabilities,
                      LAN_ADAPTER_SENDS_CHECKSUM | LAN_ADAPTER_RECEIVES_CHECKSUM);
    for (size_t p = 0; p < sizeof protocols; p++)
        for (uint32_t size = minimum(protocols[p]); size <= 1480; size += size < 70 ? 1 : 37) {
            const struct packet packet = {protocols[p], 20, size, size};
            unsigned at = IP + 20 + checksum_at(protocols[p]);
            make(frame, &packet, 0);
            uint8_t *lent = adapter->functions->send_begin(adapter, IP + 20 + size);
            memcpy(lent, frame, IP + 20 + size);
            put16be(lent + at, pseudo_sum(frame + IP, size));
            adapter->send_sum = (struct lan_checksum){.from = IP + 20, .at = (uint16_t)at};
            adapter->functions->send_end(adapter, IP + 20 + size);
            MUST(fake_send(bench.bus), "nothing left");
            const struct fake_frame *sent =
                &bench.bus->sent[(bench.bus->sent_count - 1) % FAKE_SENT_MAX];
            MUST(sent->size == IP + 20 + size, "%u bytes", sent->size);
            MUST(memcmp(sent->bytes, frame, sent->size) == 0, "protocol %u, %u bytes", protocols[p],
                 size);
        }
    bench_close(&bench);
}

START_TEST(test_checksum_is_inserted_where_the_frame_says)
{
    send_all_sizes(false);
    send_all_sizes(true);
}
END_TEST

START_TEST(test_frame_for_an_adapter_that_does_not_sum_is_built_where_it_can_be_read)
{
    for (int sums = 0; sums < 2; sums++) {
        struct bench bench;
        struct lan_nic_config config = test_config();
        bench.bus = fake_new(12, 13, true);
        bench.bus->holds &= sums ? ~0u : ~NIC_CAPABILITY_CHECKSUM;
        ck_assert_int_eq(lan_nic_start(&bench.nic, bench.bus, &config, 0), LAN_NIC_OK);
        ck_assert_int_eq(bench.nic.tx_map != NULL, sums);
        bench_close(&bench);
    }
}
END_TEST

/* What stands behind the frame in the ring or the staging buffer is of an older one. */
START_TEST(test_checksum_of_a_frame_after_a_longer_one_does_not_see_it)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        struct bench bench;
        uint8_t old[FAKE_FRAME_MAX];
        bench_open(&bench, 12, 13, mapped);
        struct lan_adapter *adapter = &bench.nic.adapter;
        memset(old, 0xFF, sizeof old);
        old[0] = 2;
        for (unsigned i = 0; i < 4; i++) { /* round the ring */
            ck_assert(lan_nic_send(&bench.nic, old, 1018));
            ck_assert(fake_send(bench.bus));
        }
        uint8_t *lent = adapter->functions->send_begin(adapter, 61);
        memset(lent, 0x11, 61);
        memset(lent + 34, 0, 27);
        adapter->send_sum = (struct lan_checksum){.from = 34, .at = 40};
        adapter->functions->send_end(adapter, 61);
        ck_assert(fake_send(bench.bus));
        const uint8_t *bytes = bench.bus->sent[4].bytes;
        ck_assert_uint_eq(bytes[40] << 8 | bytes[41], 0xFFFF);
        /* The next frame asks for none, so it is left alone. */
        ck_assert(lan_nic_send(&bench.nic, old, 60));
        ck_assert(fake_send(bench.bus));
        ck_assert_mem_eq(bench.bus->sent[5].bytes, old, 60);
        bench_close(&bench);
    }
}
END_TEST

TEST_MAIN("driver checksum", test_right_packet_of_every_size_is_verified,
          test_right_packet_behind_ip_options_is_verified,
          test_packet_with_any_wrong_bit_is_not_verified,
          test_packet_that_is_not_recognised_is_left_to_the_stack,
          test_random_frames_are_hardly_ever_verified,
          test_build_without_checksums_verifies_nothing,
          test_checksum_is_inserted_where_the_frame_says,
          test_frame_for_an_adapter_that_does_not_sum_is_built_where_it_can_be_read,
          test_checksum_of_a_frame_after_a_longer_one_does_not_see_it)
