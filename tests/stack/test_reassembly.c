/* Fragments, both ways: put together (RFC 815) and sent (RFC 791 section 3.2). The
 * bench's host puts three datagrams of up to 9000 bytes together at once. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

enum { PORT = 7000, PEER_PORT = 9, LARGE = 8992, PLACES = 3 };

/* A UDP datagram of `size` bytes with its header, no checksum, as an IP payload. */
static void fill(uint8_t *datagram, size_t size)
{
    put16(datagram, PEER_PORT);
    put16(datagram + 2, PORT);
    put16(datagram + 4, (uint16_t)size);
    put16(datagram + 6, 0);
    for (size_t i = 8; i < size; i++)
        datagram[i] = (uint8_t)(i * 7 + i / 251);
}

struct fragment {
    lan_ip4 source;
    uint16_t identification;
    size_t at, size;
    bool more;
};

/* Gives one fragment of the payload. */
static void give(struct bench *bench, const uint8_t *payload, const struct fragment *fragment)
{
    uint8_t frame[1514];
    const struct frame_ip ip = {fragment->source ? fragment->source : PEER_IP, HOST_IP, 17, NULL};
    size_t size = frame_ip(frame, &ip, payload + fragment->at, fragment->size);
    put16(frame + 18, fragment->identification);
    put16(frame + 20, (uint16_t)((fragment->more ? 0x2000 : 0) | fragment->at / 8));
    frame_fix_ip_checksum(frame);
    bench_give(bench, frame, size);
}

static void give_part(struct bench *bench, const uint8_t *payload, size_t at, size_t size,
                      bool more)
{
    const struct fragment fragment = {.identification = 1, .at = at, .size = size, .more = more};
    give(bench, payload, &fragment);
}

static int open_port(struct bench *bench)
{
    const struct lan_address own = {0, PORT};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), 0);
    return fd;
}

static void expect_datagram(struct bench *bench, int fd, const uint8_t *datagram, size_t size)
{
    static uint8_t got[LARGE];
    ck_assert_int_eq(lan_read(bench->host, fd, got, sizeof got), (long)(size - 8));
    ck_assert_mem_eq(got, datagram + 8, size - 8);
}

static void expect_nothing(struct bench *bench, int fd)
{
    uint8_t got[8];
    ck_assert_int_eq(lan_read(bench->host, fd, got, sizeof got), -LAN_EAGAIN);
}

/* --- put together -------------------------------------------------------------------------- */

START_TEST(test_fragments_in_any_order_are_put_together)
{
    static const uint8_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2},
                                        {2, 0, 3, 1}, {3, 0, 1, 2}, {0, 2, 1, 3}};
    struct bench *bench = bench_new();
    uint8_t datagram[4001];
    int fd = open_port(bench);
    fill(datagram, sizeof datagram);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        for (int j = 0; j < 4; j++) {
            size_t at = orders[i][j] * 1000u;
            expect_nothing(bench, fd);
            give_part(bench, datagram, at, at == 3000 ? 1001 : 1000, at != 3000);
        }
        expect_datagram(bench, fd, datagram, sizeof datagram);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    ck_assert_uint_eq(bench_counter(bench, "ip_packets_reassembled"), 6);
    bench_free(bench);
}
END_TEST

/* Against an oracle that is a set of bytes: any cut, any order. */
START_TEST(test_any_cut_in_any_order_is_put_together)
{
    struct bench *bench = bench_new();
    uint8_t datagram[4096];
    uint64_t seed = test_seed(5);
    srand((unsigned)seed);
    int fd = open_port(bench);
    for (unsigned round = 0; round < 500; round++) {
        size_t size = 16 + (size_t)rand() % 4000, cuts[16], count = 0;
        fill(datagram, size);
        for (size_t at = 0; at < size && count < 15;) {
            cuts[count++] = at;
            at += 8 * (1 + (size_t)rand() % 180);
        }
        cuts[count] = size;
        size_t order[16];
        for (size_t i = 0; i < count; i++) {
            size_t j = (size_t)rand() % (i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        bool fits = true;
        for (size_t i = 0; i < count; i++)
            fits &= cuts[i + 1] - cuts[i] <= 1480;
        for (size_t i = 0; fits && i < count; i++)
            give_part(bench, datagram, cuts[order[i]], cuts[order[i] + 1] - cuts[order[i]],
                      order[i] + 1 < count);
        char got[4096];
        long length = fits ? lan_read(bench->host, fd, got, sizeof got) : 0;
        ck_assert_msg(!fits ||
                          (length == (long)size - 8 && memcmp(got, datagram + 8, size - 8) == 0),
                      "round %u: LANTERN_SEED=%llu", round, (unsigned long long)seed);
    }
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_large_echo_comes_back_in_fragments)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    static uint8_t message[8008], back[8008];
    uint8_t frame[1514];
    size_t size, got = 0;
    message[0] = 8;
    for (size_t i = 4; i < sizeof message; i++)
        message[i] = (uint8_t)(i * 3 + i / 255);
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof message; i += 2)
        sum += get16(message + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(message + 2, (uint16_t)~sum);
    const struct frame_ip ip = {PEER_IP, HOST_IP, 1, NULL};
    for (size_t at = 0; at < sizeof message; at += 1480) {
        size_t part = sizeof message - at < 1480 ? sizeof message - at : 1480;
        size_t total = frame_ip(frame, &ip, message + at, part);
        put16(frame + 20, (uint16_t)((at + part < sizeof message ? 0x2000 : 0) | at / 8));
        frame_fix_ip_checksum(frame);
        bench_give(bench, frame, total);
    }
    uint16_t identification = 0;
    for (int i = 0; i < 6; i++) {
        const uint8_t *sent = bench_take(bench, &size);
        ck_assert(i == 0 || get16(sent + 18) == identification);
        identification = get16(sent + 18);
        ck_assert_uint_eq(get16(sent + 20), (i < 5 ? 0x2000u : 0) | got / 8);
        ck_assert_uint_le(size, 1514);
        memcpy(back + got, sent + 34, size - 34);
        got += size - 34;
    }
    ck_assert_uint_eq(got, sizeof message);
    ck_assert_uint_eq(back[0], 0);
    uint32_t answered = get16(message + 2) + 0x800u; /* RFC 1624: the type falls by it */
    ck_assert_uint_eq(get16(back + 2), (answered & 0xffff) + (answered >> 16));
    ck_assert_mem_eq(back + 4, message + 4, sizeof message - 4);
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    ck_assert_uint_eq(bench_counter(bench, "ip_packets_split"), 1);
    bench_free(bench);
}
END_TEST

/* RFC 8200 section 4.5 lets an exact repetition pass. */
START_TEST(test_repeated_fragment_does_no_harm)
{
    struct bench *bench = bench_new();
    uint8_t datagram[3000];
    int fd = open_port(bench);
    fill(datagram, sizeof datagram);
    give_part(bench, datagram, 1000, 1000, true);
    give_part(bench, datagram, 1000, 1000, true);
    give_part(bench, datagram, 2000, 1000, false);
    give_part(bench, datagram, 2000, 1000, false);
    give_part(bench, datagram, 1400, 600, true);
    give_part(bench, datagram, 0, 1000, true);
    expect_datagram(bench, fd, datagram, sizeof datagram);
    bench_expect_drops(bench, NULL);
    ck_assert_uint_eq(bench_counter(bench, "ip_fragments_repeated"), 3);
    bench_free(bench);
}
END_TEST

START_TEST(test_datagrams_of_several_senders_do_not_mix)
{
    struct bench *bench = bench_new();
    uint8_t datagram[PLACES][1200];
    int fd = open_port(bench);
    for (unsigned part = 0; part < 2; part++)
        for (unsigned i = 0; i < PLACES; i++) {
            fill(datagram[i], 1200);
            datagram[i][8] = (uint8_t)i;
            datagram[i][1199] = (uint8_t)i;
            const struct fragment fragment = {PEER_IP + i % 2, (uint16_t)(i / 2), part * 600u, 600,
                                              part == 0};
            give(bench, datagram[i], &fragment);
        }
    for (unsigned i = 0; i < PLACES; i++)
        expect_datagram(bench, fd, datagram[i], 1200);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

/* --- what is refused -------------------------------------------------------------------------- */

/* RFC 5722's rule: the datagram, and all that still comes of it. */
START_TEST(test_overlap_drops_the_datagram)
{
    static const struct {
        size_t at, size;
        bool more;
    } overlaps[] = {
        {0, 1008, true},     /* over the beginning of the other */
        {1992, 8, true},     /* its last 8 bytes, others */
        {992, 16, true},     /* across its beginning */
        {0, 3000, true},     /* around it: too large for a frame, so cut below */
        {1000, 1000, false}, /* the same place, as the end */
        {8, 800, false},     /* an end before what is there */
    };
    uint8_t datagram[3000], other[3000];
    fill(datagram, sizeof datagram);
    memcpy(other, datagram, sizeof other);
    for (size_t i = 0; i < sizeof other; i++)
        other[i] ^= 0x55;
    for (size_t i = 0; i < sizeof overlaps / sizeof *overlaps; i++) {
        struct bench *bench = bench_new();
        int fd = open_port(bench);
        size_t size = overlaps[i].size < 1480 ? overlaps[i].size : 1480;
        give_part(bench, datagram, 1000, 1000, true);
        give_part(bench, other, overlaps[i].at, size, overlaps[i].more);
        give_part(bench, datagram, 0, 1000, true);
        give_part(bench, datagram, 2000, 1000, false);
        expect_nothing(bench, fd);
        bench_expect_silence(bench);
        bench_expect_drops(bench, "ip_drop_overlap", 1, "ip_drop_refused", 2, NULL);
        bench_pass_time(bench, IP_REASSEMBLY_MS * 1000ull);
        bench_expect_silence(bench); /* nobody is told */
        bench_free(bench);
    }
}
END_TEST

START_TEST(test_second_end_drops_the_datagram)
{
    struct bench *bench = bench_new();
    uint8_t datagram[3000];
    fill(datagram, sizeof datagram);
    give_part(bench, datagram, 2000, 1000, false);
    give_part(bench, datagram, 1000, 800, false);
    bench_expect_drops(bench, "ip_drop_overlap", 1, NULL);
    bench_free(bench);
}
END_TEST

/* The ping of death and its kin. */
START_TEST(test_fragment_of_no_size_or_behind_the_largest_packet_is_dropped)
{
    struct bench *bench = bench_new();
    static uint8_t payload[65536];
    int drops = 0;
    static const struct {
        size_t at, size;
        bool more;
    } wrong[] = {{65528, 8, false}, {65528, 1000, true}, {65520, 8, false}, {64000, 1480, false},
                 {9000, 8, false},  {8992, 16, true},    {8992, 8, true},   {0, 0, true},
                 {0, 9, true},      {800, 1, true},      {800, 0, false}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++, drops++) {
        uint8_t frame[1514];
        const struct frame_ip ip = {PEER_IP, HOST_IP, 17, NULL};
        size_t size = frame_ip(frame, &ip, payload, wrong[i].size);
        put16(frame + 20, (uint16_t)((wrong[i].more ? 0x2000 : 0) | wrong[i].at / 8));
        frame_fix_ip_checksum(frame);
        bench_give(bench, frame, size);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_fragment", drops, NULL);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER); /* nothing is kept */
    bench_free(bench);
}
END_TEST

/* CVE-2018-5391 (FragmentSmack). */
START_TEST(test_datagram_in_too_many_pieces_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t datagram[1000];
    fill(datagram, sizeof datagram);
    for (size_t i = 0; i < IP_HOLES + 4u; i++)
        give_part(bench, datagram, 16 * (i + 1), 8, true);
    bench_expect_drops(bench, "ip_drop_pieces", 1, "ip_drop_refused", 4, NULL);
    bench_free(bench);
}
END_TEST

/* --- the pool -------------------------------------------------------------------------------- */

/* An attacker's first fragments fill the pool again and again; what comes in one go
 * between them is put together, and an own slow datagram survives his flood. */
START_TEST(test_flood_of_first_fragments_starves_nobody)
{
    struct bench *bench = bench_new();
    uint8_t datagram[2000];
    int fd = open_port(bench);
    fill(datagram, sizeof datagram);
    const struct fragment slow = {PEER_IP + 1, 1, 0, 1000, true};
    give(bench, datagram, &slow);
    for (uint16_t i = 0; i < 200; i++) {
        const struct fragment attack = {PEER_IP + 2, i, 0, 800, true};
        give(bench, datagram, &attack);
        if (i % 10 == 0) {
            const struct fragment first = {PEER_IP, i, 0, 1000, true};
            const struct fragment second = {PEER_IP, i, 1000, 1000, false};
            give(bench, datagram, &first);
            give(bench, datagram, &second);
            expect_datagram(bench, fd, datagram, sizeof datagram);
        }
    }
    const struct fragment rest = {PEER_IP + 1, 1, 1000, 1000, false};
    give(bench, datagram, &rest);
    expect_datagram(bench, fd, datagram, sizeof datagram);
    ck_assert_uint_gt(bench_counter(bench, "ip_drop_displaced"), 190);
    bench_pass_time(bench, IP_REASSEMBLY_MS * 1000ull + 20000000);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    bench_free(bench);
}
END_TEST

/* RFC 1122 section 3.3.2, RFC 792: told when the first fragment came. */
START_TEST(test_incomplete_datagram_times_out_and_its_sender_is_told)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t datagram[2000];
    size_t size;
    fill(datagram, sizeof datagram);
    give_part(bench, datagram, 0, 1000, true);
    const struct fragment headless = {PEER_IP, 2, 1000, 1000, false};
    give(bench, datagram, &headless);
    bench_pass_time(bench, IP_REASSEMBLY_MS * 1000ull - 1);
    bench_expect_silence(bench);
    bench_pass_time(bench, 1);
    bench_take(bench, &size); /* the peer's address has grown old: asked again */
    const uint8_t *error = bench_take(bench, &size);
    ck_assert_uint_eq(get16(error + 34), 0x0b01);
    ck_assert_uint_eq(get16(error + 42 + 4), 1); /* the first datagram */
    ck_assert_mem_eq(error + 42 + 20, datagram, 548 - 20);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_incomplete", 2, NULL);
    int fd = open_port(bench);
    give_part(bench, datagram, 1000, 1000, false); /* it does not complete what is gone */
    expect_nothing(bench, fd);
    bench_free(bench);
}
END_TEST

START_TEST(test_without_a_pool_fragments_are_dropped)
{
    const struct lan_host_config config = {
        .buffer_count = 2, .buffer_bytes = 1024, .packet_bytes = 1500, .datagram_socket_count = 1};
    struct bench *bench = bench_new();
    uint8_t datagram[2000];
    size_t size = lan_host_size(&config);
    free(bench->arena);
    bench->arena = malloc(size);
    bench->host =
        lan_host_init(bench->arena, size, &config,
                      &(struct lan_port){.context = bench, .random = bench_random}, bench->now_us);
    ck_assert_int_eq(lan_host_add_adapter(bench->host, &bench->adapter.base, HOST_IP, 24), 0);
    bench_step(bench);
    bench_take(bench, &size);
    fill(datagram, sizeof datagram);
    give_part(bench, datagram, 0, 1000, true);
    bench_expect_drops(bench, "ip_drop_fragment", 1, NULL);
    const struct lan_address peer = {PEER_IP, 9};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, datagram, 1473, 0, &peer), -LAN_EMSGSIZE);
    bench_free(bench);
}
END_TEST

/* --- sent ----------------------------------------------------------------------------------------
 */

static size_t take_fragments(struct bench *bench, uint8_t *datagram)
{
    size_t size, at = 0;
    const uint8_t *frame;
    while ((frame = fake_adapter_take(&bench->adapter, &size))) {
        ck_assert_uint_eq((get16(frame + 20) & 0x1fffu) * 8u, at);
        memcpy(datagram + at, frame + 34, size - 34);
        at += size - 34;
        if (!(get16(frame + 20) & 0x2000))
            return at;
    }
    return at;
}

START_TEST(test_large_datagram_waits_for_arp_and_leaves_in_fragments)
{
    struct bench *bench = bench_new();
    static uint8_t payload[LARGE - 8], datagram[LARGE];
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    int fd = open_port(bench);
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 5 + i / 250);
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, sizeof payload, 0, &peer), LARGE - 8);
    bench_answer_arp(bench, PEER_IP, PEER_MAC);
    ck_assert_uint_eq(take_fragments(bench, datagram), LARGE);
    ck_assert_uint_eq(get16(datagram + 4), LARGE);
    ck_assert_mem_eq(datagram + 8, payload, sizeof payload);
    uint32_t sum =
        (HOST_IP >> 16) + (HOST_IP & 0xffff) + (PEER_IP >> 16) + (PEER_IP & 0xffff) + 17 + LARGE;
    for (size_t i = 0; i < LARGE; i += 2)
        sum += get16(datagram + i);
    ck_assert_uint_eq((sum & 0xffff) + (sum >> 16), 0xffff);
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_next_large_datagram_waits_until_the_adapter_took_the_first)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    static uint8_t payload[5000], datagram[LARGE];
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    int fd = open_port(bench);
    bench->adapter.room = 2;
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, 5000, 0, &peer), 5000);
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, 5000, 0, &peer), -LAN_EAGAIN);
    ck_assert_uint_eq(bench_counter(bench, "ip_fragments_sent"), 2);
    bench_step(bench);
    ck_assert_uint_eq(bench->deadline_us, bench->now_us + IP_RETRY_US);
    bench->adapter.room = 100;
    bench_step(bench);
    ck_assert_uint_eq(take_fragments(bench, datagram), 5008);
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, 5000, 0, &peer), 5000);
    ck_assert_uint_eq(take_fragments(bench, datagram), 5008);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_large_datagram_to_nobody_is_dropped)
{
    struct bench *bench = bench_new();
    static uint8_t payload[5000];
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    int fd = open_port(bench);
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, 5000, 0, &peer), 5000);
    bench_pass_time(bench, ARP_TRIES * ARP_RETRY_MS * 1000);
    bench_expect_drops(bench, "ip_drop_unreachable", 1, NULL);
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, 5000, 0, &peer), 5000); /* room again */
    bench_free(bench);
}
END_TEST

START_TEST(test_large_datagram_to_ourselves_comes_whole)
{
    struct bench *bench = bench_new();
    static uint8_t payload[3800], got[4000];
    const struct lan_address own = {HOST_IP, PORT};
    int fd = open_port(bench);
    payload[3799] = 7;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(lan_sendto(bench->host, fd, payload, sizeof payload, 0, &own), 3800);
        ck_assert_uint_eq(lan_host_step(bench->host, bench->now_us), LAN_NEVER);
        ck_assert_int_eq(lan_read(bench->host, fd, got, sizeof got), 3800);
        ck_assert_mem_eq(got, payload, sizeof payload);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

/* RFC 6864 section 4: numbers of one pair and protocol differ; a packet that is not
 * to be split has none. */
START_TEST(test_identification_counts_for_each_peer_from_a_place_of_its_own)
{
    struct bench *bench = bench_new_without_route();
    static uint8_t payload[1600];
    uint16_t last[4] = {0};
    int fd = open_port(bench);
    for (int round = 0; round < 20; round++)
        for (uint32_t i = 0; i < 4; i++) {
            const struct lan_address peer = {LAN_IP4(239, 1, 1, i), 9};
            size_t size;
            ck_assert_int_eq(lan_sendto(bench->host, fd, payload, sizeof payload, 0, &peer), 1600);
            uint16_t identification = get16(bench_take(bench, &size) + 18);
            ck_assert_uint_eq(get16(bench_take(bench, &size) + 18), identification);
            if (round > 0)
                ck_assert_uint_le((uint16_t)(identification - last[i] - 1), 3);
            for (uint32_t j = 0; j < i; j++)
                ck_assert_uint_gt((uint16_t)(identification - last[j] + 8), 16);
            last[i] = identification;
        }
    bench_free(bench);
}
END_TEST

TEST_MAIN("reassembly", test_fragments_in_any_order_are_put_together,
          test_any_cut_in_any_order_is_put_together, test_large_echo_comes_back_in_fragments,
          test_repeated_fragment_does_no_harm, test_datagrams_of_several_senders_do_not_mix,
          test_overlap_drops_the_datagram, test_second_end_drops_the_datagram,
          test_fragment_of_no_size_or_behind_the_largest_packet_is_dropped,
          test_datagram_in_too_many_pieces_is_dropped, test_flood_of_first_fragments_starves_nobody,
          test_incomplete_datagram_times_out_and_its_sender_is_told,
          test_without_a_pool_fragments_are_dropped,
          test_large_datagram_waits_for_arp_and_leaves_in_fragments,
          test_next_large_datagram_waits_until_the_adapter_took_the_first,
          test_large_datagram_to_nobody_is_dropped, test_large_datagram_to_ourselves_comes_whole,
          test_identification_counts_for_each_peer_from_a_place_of_its_own)
