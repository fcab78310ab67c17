/* The known classes of attacks on small stacks, each by what its papers describe,
 * from a peer who knows the connection's numbers. Each test ends in use: after the
 * attack the host still answers, and the counter of what was dropped has moved.
 *
 *   Ripple20 (JSOF, 2020)       lengths that contradict each other, tunnels, ARP
 *   AMNESIA:33 (Forescout 2020) options without end, DNS counts, urgent pointers
 *   NUMBER:JACK (2021)          initial sequence numbers that can be foretold
 *   URGENT/11 (Armis, 2019)     IP options, urgent pointers, TCP options
 *   SegmentSmack (CVE-2018-5390), CVE-2019-11477 to -11479 (SACK panic)
 *
 * NAME:WRECK is in test_attack_dns.c, FragmentSmack in test_attack_fragments.c. */
#include "base/bytes.h"
#include "script.h"
#include "test.h"

enum { IP_SIZE = 20, ETHER_SIZE = 14 };

static uint64_t counter(const struct rig *rig, const char *name)
{
    uint64_t value;
    const char *found;
    for (unsigned i = 0; (found = lan_host_counter(rig->host, i, &value)); i++)
        if (strcmp(found, name) == 0)
            return value;
    ck_abort_msg("no counter %s", name);
}

/* A ping of 8 bytes is answered: the host lives. */
static void assert_alive(struct rig *rig)
{
    uint8_t packet[IP_SIZE + 16] = {0};
    rig_ip_header(packet, 1, 16);
    packet[IP_SIZE] = 8;
    rig_seal(packet, sizeof packet);
    rig->last_sent_size = 0;
    rig_receive_ip(rig, packet, sizeof packet);
    ck_assert_uint_eq(rig->last_sent_size, ETHER_SIZE + sizeof packet);
    ck_assert_uint_eq(rig->last_sent[ETHER_SIZE + IP_SIZE], 0); /* echo reply */
}

/* The peer's bytes still reach the application of an established connection. */
static void assert_stream_works(struct script *script)
{
    char got[8] = "";
    while (lan_read(script->rig.host, script->fd, got, sizeof got) > 0) {
    }
    rig_segment(&script->rig, &(struct rig_segment){.flags = RIG_ACK | RIG_PSH,
                                                    .window = 8192,
                                                    .data = (const uint8_t *)"alive",
                                                    .size = 5});
    ck_assert_int_eq(lan_read(script->rig.host, script->fd, got, sizeof got), 5);
    ck_assert_mem_eq(got, "alive", 5);
}

/* --- Ripple20 ------------------------------------------------------------------------ */

/* CVE-2020-11898 read memory into echo replies, as the IP length exceeded what came. */
START_TEST(test_ripple20_length_beyond_the_frame_is_dropped_and_leaks_nothing)
{
    struct rig rig;
    rig_begin(&rig);
    uint8_t packet[IP_SIZE + 8] = {0};
    for (unsigned more = 1; more < 1400; more += 31) {
        rig_ip_header(packet, 1, 8);
        put16(packet + 2, (uint16_t)(sizeof packet + more));
        packet[IP_SIZE] = 8;
        put16(packet + IP_SIZE + 2, 0xf7ff);
        rig_seal(packet, sizeof packet);
        rig.last_sent_size = 0;
        rig_receive_ip(&rig, packet, sizeof packet);
        ck_assert_uint_eq(rig.last_sent_size, 0);
    }
    ck_assert_uint_gt(counter(&rig, "ip_drop_header"), 0);
    assert_alive(&rig);
    rig_end(&rig);
}
END_TEST

/* The other way round: what lies behind the packet in its frame is not its own. */
START_TEST(test_ripple20_bytes_behind_the_packet_are_not_echoed)
{
    struct rig rig;
    rig_begin(&rig);
    uint8_t packet[200];
    memset(packet, 0x5e, sizeof packet);
    rig_ip_header(packet, 1, 8);
    memcpy(packet + IP_SIZE, "\x08\0\0\0\0\1\0\2", 8);
    rig_seal(packet, IP_SIZE + 8);
    rig.last_sent_size = 0;
    rig_receive_ip(&rig, packet, sizeof packet);
    ck_assert_uint_eq(rig.last_sent_size, ETHER_SIZE + IP_SIZE + 8);
    rig_end(&rig);
}
END_TEST

/* CVE-2020-11896, -11897: IP in IP, its inner length larger than the outer. */
START_TEST(test_ripple20_packet_in_a_packet_is_no_tunnel)
{
    struct rig rig;
    rig_begin(&rig);
    uint8_t packet[IP_SIZE + IP_SIZE + 16] = {0};
    rig_ip_header(packet, 4, IP_SIZE + 16);
    rig_ip_header(packet + IP_SIZE, 17, 1000);
    rig_seal(packet, sizeof packet);
    uint64_t before = counter(&rig, "ip_drop_protocol");
    rig_receive_ip(&rig, packet, sizeof packet);
    ck_assert_uint_eq(counter(&rig, "ip_drop_protocol"), before + 1);
    assert_alive(&rig);
    rig_end(&rig);
}
END_TEST

/* CVE-2020-11914: ARP read beyond a short frame. The rig's frames end where they end. */
START_TEST(test_ripple20_arp_cut_at_any_byte_is_dropped)
{
    struct rig rig;
    rig_begin(&rig);
    static const uint8_t asks[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,  2, 8, 6,
                                     0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,  0, 0, 2,
                                     10,   0,    0,    2,    0,    0,    0, 0, 0, 0, 10, 0, 0, 1};
    for (size_t size = 0; size < sizeof asks; size++) {
        rig.last_sent_size = 0;
        rig_receive(&rig, asks, size);
        ck_assert_uint_eq(rig.last_sent_size, 0);
    }
    ck_assert_uint_ge(counter(&rig, "arp_drop_malformed"), 27);
    rig_receive(&rig, asks, sizeof asks);
    ck_assert_uint_ne(rig.last_sent_size, 0);
    rig_end(&rig);
}
END_TEST

/* CVE-2020-11909, -11910: header lengths that leave nothing, or less than nothing. */
START_TEST(test_ripple20_header_sizes_that_underflow_are_dropped)
{
    struct script script;
    script_begin(&script, SCRIPT_ESTABLISHED, 0);
    struct rig *rig = &script.rig;
    for (unsigned words = 0; words < 16; words++) {
        uint8_t packet[IP_SIZE + 20] = {0};
        rig_ip_header(packet, 6, 20);
        packet[0] = (uint8_t)(0x40 | words);
        packet[IP_SIZE + 12] = 0x50;
        rig_seal(packet, sizeof packet);
        rig_receive_ip(rig, packet, sizeof packet);
        rig_ip_header(packet, 6, 20);
        put16(packet + IP_SIZE, rig->peer.port);
        put16(packet + IP_SIZE + 2, rig->peer.local_port);
        packet[IP_SIZE + 12] = (uint8_t)(words << 4);
        rig_seal(packet, sizeof packet);
        rig_receive_ip(rig, packet, sizeof packet);
    }
    ck_assert_uint_ge(counter(rig, "ip_drop_header"), 5);
    ck_assert_uint_ge(counter(rig, "tcp_drop_header"), 15);
    assert_stream_works(&script);
    rig_end(rig);
}
END_TEST

/* --- AMNESIA:33 ---------------------------------------------------------------------- */

/* CVE-2020-24337 (picoTCP): an option of size 0 made an endless loop; CVE-2020-13988
 * (uIP): an MSS option cut off by the header's end was read beyond it. */
START_TEST(test_amnesia33_tcp_options_of_any_size_and_place_end)
{
    for (unsigned kind = 0; kind < 40; kind++) {
        for (unsigned size = 0; size < 256; size += size < 44 ? 1 : 53) {
            struct script script;
            const uint8_t options[] = {1, (uint8_t)kind, (uint8_t)size, 0xff, 5,
                                       2, (uint8_t)kind, (uint8_t)size};
            script_begin(&script, kind & 1 ? SCRIPT_ESTABLISHED : SCRIPT_LISTEN, 0);
            rig_segment(&script.rig, &(struct rig_segment){.flags = kind & 1 ? RIG_ACK : RIG_SYN,
                                                           .window = 8192,
                                                           .options = options,
                                                           .options_size = sizeof options});
            if (kind & 1)
                assert_stream_works(&script);
            rig_end(&script.rig);
        }
    }
}
END_TEST

/* CVE-2020-13987, -17438: UDP's and TCP's sizes against IP's. */
START_TEST(test_amnesia33_udp_length_that_lies_is_dropped)
{
    struct rig rig;
    rig_begin(&rig);
    uint8_t packet[IP_SIZE + 12];
    for (unsigned length = 0; length < 0x10000; length += length < 16 ? 1 : 997) {
        if (length >= 8 && length <= 12)
            continue;
        memset(packet, 0, sizeof packet);
        rig_ip_header(packet, 17, 12);
        memcpy(packet + IP_SIZE, "\0\x35\0\x09", 4);
        put16(packet + IP_SIZE + 4, (uint16_t)length);
        rig_seal(packet, sizeof packet);
        uint64_t before = counter(&rig, "udp_drop_header");
        rig_receive_ip(&rig, packet, sizeof packet);
        ck_assert_msg(counter(&rig, "udp_drop_header") == before + 1, "length %u", length);
    }
    assert_alive(&rig);
    rig_end(&rig);
}
END_TEST

/* --- NUMBER:JACK --------------------------------------------------------------------- */

static void open_listener(struct rig *rig)
{
    const struct lan_address any = {.port = 7};
    int fd = lan_socket(rig->host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    lan_bind(rig->host, fd, &any);
    ck_assert_int_eq(lan_listen(rig->host, fd, 2), 0);
    rig->peer.local_port = 7;
}

static uint32_t initial_sequence(struct rig *rig, uint16_t peer_port)
{
    rig->peer.port = peer_port;
    rig->peer.next = 1000;
    rig_flags(rig, RIG_SYN);
    uint32_t number = rig->peer.ack - 1;
    rig_flags(rig, RIG_RST);
    return number;
}

/* RFC 6528: at one time, numbers of other connections tell nothing of ours: no two
 * of 64 are equal, nor two of their differences, and every bit changes. */
START_TEST(test_number_jack_numbers_of_other_connections_tell_nothing)
{
    enum { COUNT = 64 };
    struct script script;
    uint32_t numbers[COUNT], changed = 0;
    script_begin(&script, SCRIPT_LISTEN, 0);
    for (unsigned i = 0; i < COUNT; i++)
        numbers[i] = initial_sequence(&script.rig, (uint16_t)(20000 + i));
    for (unsigned i = 1; i < COUNT; i++) {
        changed |= numbers[i] ^ numbers[i - 1];
        for (unsigned k = 1; k < i; k++) {
            ck_assert_uint_ne(numbers[i], numbers[k]);
            ck_assert_uint_ne(numbers[i] - numbers[i - 1], numbers[k] - numbers[k - 1]);
        }
    }
    ck_assert_uint_eq(changed, UINT32_MAX);
    rig_end(&script.rig);
}
END_TEST

/* The secret is the host's own: another host, of other randomness, begins elsewhere. */
START_TEST(test_number_jack_two_hosts_begin_at_unrelated_numbers)
{
    struct rig one, two;
    rig_begin_seeded(&one, 1);
    rig_begin_seeded(&two, 2);
    open_listener(&one);
    open_listener(&two);
    uint32_t first = initial_sequence(&one, 20000) - initial_sequence(&two, 20000);
    uint32_t second = initial_sequence(&one, 20001) - initial_sequence(&two, 20001);
    ck_assert_uint_ne(first, second);
    rig_end(&one);
    rig_end(&two);
}
END_TEST

/* --- URGENT/11 ----------------------------------------------------------------------- */

/* CVE-2019-12256: source routes in a packet that provokes an ICMP error. */
START_TEST(test_urgent11_source_routes_are_refused_and_not_sent_back)
{
    static const uint8_t kinds[] = {0x83, 0x89, 7, 0x44};
    struct rig rig;
    rig_begin(&rig);
    for (unsigned i = 0; i < sizeof kinds; i++) {
        for (unsigned pointer = 0; pointer < 256; pointer += 5) {
            for (unsigned size = 0; size < 64; size += 3) {
                uint8_t packet[60 + 8] = {0};
                rig_ip_header(packet, 99, 48);
                packet[0] = 0x4f;
                packet[20] = kinds[i];
                packet[21] = (uint8_t)size;
                packet[22] = (uint8_t)pointer;
                packet[23] = kinds[i]; /* and again, within */
                packet[24] = (uint8_t)pointer;
                rig_seal(packet, sizeof packet);
                rig.last_sent_size = 0;
                rig_receive_ip(&rig, packet, sizeof packet);
                if (rig.last_sent_size > 0) /* without options of ours */
                    ck_assert_uint_eq(rig.last_sent[ETHER_SIZE], 0x45);
                if (kinds[i] & 0x80)
                    ck_assert_uint_eq(rig.last_sent_size, 0);
            }
            rig_pass(&rig, 3000000);
        }
    }
    ck_assert_uint_gt(counter(&rig, "ip_drop_options"), 0);
    assert_alive(&rig);
    rig_end(&rig);
}
END_TEST

/* CVE-2019-12255, -12260, -12261, -12263 and uIP's CVE-2020-17437: an urgent pointer
 * of 0, inside, at the end, beyond, far beyond; in order, overlapping, ahead. Bytes
 * are delivered in line, each once (RFC 6093). */
START_TEST(test_urgent11_urgent_pointer_of_any_value_delivers_in_line)
{
    static const uint16_t pointers[] = {0, 1, 4, 5, 6, 1000, 0x7fff, 0x8000, 0xffff};
    for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        for (int offset = -5; offset <= 5; offset += 5) {
            struct script script;
            char got[32] = "";
            script_begin(&script, SCRIPT_ESTABLISHED, 0);
            struct rig *rig = &script.rig;
            struct rig_segment segment = {.flags = RIG_ACK | RIG_URG,
                                          .window = 8192,
                                          .urgent = pointers[i],
                                          .data = (const uint8_t *)"first",
                                          .size = 5};
            rig_segment(rig, &segment);
            segment.sequence_off = offset;
            segment.data = (const uint8_t *)(offset < 0 ? "first" : "later");
            rig_segment(rig, &segment);
            segment.sequence_off = 0;
            segment.data = (const uint8_t *)"whole";
            if (offset != 0)
                rig_segment(rig, &segment);
            long size = lan_read(rig->host, script.fd, got, sizeof got);
            ck_assert_str_eq(got, offset < 0    ? "firstwhole"
                                  : offset == 0 ? "firstlater"
                                                : "firstwholelater");
            ck_assert_int_eq(size, (long)strlen(got));
            rig_end(rig);
        }
    }
}
END_TEST

/* CVE-2019-12258: options that do not parse, in a segment of a connection, cut it. */
START_TEST(test_urgent11_malformed_options_do_not_cut_a_connection)
{
    static const uint8_t options[] = {3, 2, 8, 0, 5, 1, 2, 0xff};
    struct script script;
    script_begin(&script, SCRIPT_ESTABLISHED, 7);
    for (unsigned i = 0; i < 200; i++) {
        rig_segment(&script.rig, &(struct rig_segment){.flags = RIG_ACK,
                                                       .sequence_off = (int)(i % 3) - 1,
                                                       .window = 8192,
                                                       .options = options + i % 8,
                                                       .options_size = 8 - i % 8});
        script.rig.peer.timestamp++;
    }
    ck_assert_uint_eq(script.rig.resets_sent, 0);
    assert_stream_works(&script);
    rig_end(&script.rig);
}
END_TEST

/* --- SegmentSmack and SACK panic ----------------------------------------------------- */

/* Linux sorted each of thousands of tiny segments into a list, again and again. Here
 * what is remembered of the gaps has a limit, and the stream is whole in the end. */
START_TEST(test_segmentsmack_thousands_of_tiny_gaps_cost_a_fixed_memory)
{
    struct script script;
    uint8_t data[2048], got[2048];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    script_begin(&script, SCRIPT_ESTABLISHED, 7);
    struct rig *rig = &script.rig;
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned at = 1; at < sizeof data; at += 2) {
            uint32_t next = rig->peer.next;
            rig->sent_in_step = 0;
            rig_segment(rig, &(struct rig_segment){.flags = RIG_ACK,
                                                   .sequence_off = (int32_t)at,
                                                   .window = 8192,
                                                   .data = data + at,
                                                   .size = 1});
            rig->peer.next = next;
            ck_assert_uint_le(rig->sent_in_step, 1);
        }
    }
    ck_assert_uint_gt(counter(rig, "tcp_drop_held"), 9000);
    for (unsigned at = 0; at < sizeof data; at += 512)
        rig_segment(rig, &(struct rig_segment){
                             .flags = RIG_ACK, .window = 8192, .data = data + at, .size = 512});
    ck_assert_int_eq(lan_read(rig->host, script.fd, got, sizeof got), sizeof got);
    ck_assert_mem_eq(got, data, sizeof data);
    assert_stream_works(&script);
    rig_end(rig);
}
END_TEST

/* CVE-2019-11477 to -11479: SACK blocks of any kind, and an MSS of next to nothing. */
START_TEST(test_sack_panic_small_mss_and_sack_blocks_of_every_kind_end_well)
{
    static const uint8_t options[] = {2, 4, 0, 1, 4, 2};
    uint8_t data[4096] = {0};
    uint64_t state = test_seed(1);
    struct script script;
    script_begin(&script, SCRIPT_LISTEN, 0);
    struct rig *rig = &script.rig;
    rig_segment(rig, &(struct rig_segment){
                         .flags = RIG_SYN, .window = 65535, .options = options, .options_size = 6});
    rig_flags(rig, RIG_ACK);
    script.fd = lan_accept(rig->host, script.listener, NULL);
    ck_assert_int_ge(script.fd, 0);
    for (unsigned round = 0; round < 500; round++) {
        uint8_t sack[34] = {5, 34};
        lan_write(rig->host, script.fd, data, sizeof data);
        rig_pass(rig, 1000);
        for (unsigned i = 0; i < 8; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            put32(sack + 2 + 4 * i, rig->peer.ack - (uint32_t)(state >> 33) % 5000 +
                                        (round % 5 == 0 ? 3000000000u : 0));
        }
        rig_segment(rig, &(struct rig_segment){.flags = RIG_ACK,
                                               .acknowledgment_off = -(int32_t)(round % 7) * 64,
                                               .window = 65535,
                                               .options = sack,
                                               .options_size = sizeof sack});
    }
    /* CVE-2019-11479: headers are not all that is sent. */
    ck_assert_uint_le(rig->frames_sent, 500 * (sizeof data / 64 + 2));
    assert_stream_works(&script);
    rig_end(rig);
}
END_TEST

TEST_MAIN("attack", test_ripple20_length_beyond_the_frame_is_dropped_and_leaks_nothing,
          test_ripple20_bytes_behind_the_packet_are_not_echoed,
          test_ripple20_packet_in_a_packet_is_no_tunnel,
          test_ripple20_arp_cut_at_any_byte_is_dropped,
          test_ripple20_header_sizes_that_underflow_are_dropped,
          test_amnesia33_tcp_options_of_any_size_and_place_end,
          test_amnesia33_udp_length_that_lies_is_dropped,
          test_number_jack_numbers_of_other_connections_tell_nothing,
          test_number_jack_two_hosts_begin_at_unrelated_numbers,
          test_urgent11_source_routes_are_refused_and_not_sent_back,
          test_urgent11_urgent_pointer_of_any_value_delivers_in_line,
          test_urgent11_malformed_options_do_not_cut_a_connection,
          test_segmentsmack_thousands_of_tiny_gaps_cost_a_fixed_memory,
          test_sack_panic_small_mss_and_sack_blocks_of_every_kind_end_well)
