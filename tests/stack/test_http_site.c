/* The home page's two routes: status.json is well formed whatever the host holds,
 * frames are told in the right words. The host is a fake of three functions. */
#include <ctype.h>

#include "http_bench.h"
#include "site/site.h"
#include "test.h"

static unsigned socket_count, over_count, counter_count; /* over: of the sockets */

const char *lan_host_counter(const struct lan_host *host, unsigned index, uint64_t *value)
{
    static char name[40];
    (void)host;
    if (index >= counter_count)
        return NULL;
    snprintf(name, sizeof name, "a_counter_with_a_long_name_%u", index);
    *value = 1000000000000 + index;
    return name;
}

bool lan_host_socket(const struct lan_host *host, unsigned index, struct lan_socket_info *info)
{
    (void)host;
    *info = (struct lan_socket_info){.descriptor = (int)index - 1,
                                     .kind = "tcp",
                                     .state = index < over_count ? "TIME-WAIT" : "ESTABLISHED",
                                     .local_address = LAN_IP4(255, 255, 255, 255),
                                     .local_port = 65535,
                                     .peer_address = LAN_IP4(10, 0, 2, 2),
                                     .peer_port = 40312,
                                     .receive_queued = 4000000000,
                                     .send_queued = 2920,
                                     .rtt_us = 4000000000,
                                     .congestion_window = 4000000000};
    return index < socket_count;
}

static void look(void *context, struct site_view *view)
{
    *view = *(const struct site_view *)context;
}

static struct site_view view;
static struct lan_adapter adapter;
static struct site site;
static struct lan_http_counters http;

static const char *one_counter(const void *context, unsigned index, uint64_t *value)
{
    *value = ((const struct lan_http_counters *)context)->requests;
    return index == 0 ? "requests" : NULL;
}

static void begin(unsigned sockets, unsigned counters)
{
    socket_count = sockets;
    over_count = 0;
    counter_count = counters;
    http.requests = 42;
    view = (struct site_view){.time_ns = 1234567890123, .wall_us = 2345678};
    adapter =
        (struct lan_adapter){.mac = {2, 0x4c, 0x41, 0x4e, 0, 1}, .status = {true, true, 100, 1}};
    memset(&site, 0, sizeof site);
    site.adapter_kind = "rtl";
    site.adapter = &adapter;
    site.address = LAN_IP4(10, 0, 2, 15);
    site.look = look;
    site.look_context = &view;
    site.groups[0] = (struct site_group){"http", one_counter, &http};
}

/* A whole JSON value (RFC 8259) at `at`; what stands behind it, or NULL. */
static const char *skip_value(const char *at)
{
    if (*at == '{' || *at == '[') {
        bool object = *at++ == '{';
        if (*at == (object ? '}' : ']'))
            return at + 1;
        for (;; at++) {
            if (object) {
                at = *at == '"' ? skip_value(at) : NULL;
                if (!at || *at++ != ':')
                    return NULL;
            }
            at = skip_value(at);
            if (!at || *at != ',')
                return at && *at == (object ? '}' : ']') ? at + 1 : NULL;
        }
    }
    if (*at == '"') {
        for (at++; *at != '"'; at++)
            if ((unsigned char)*at < ' ' || *at == '\\')
                return NULL;
        return at + 1;
    }
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++)
        if (strncmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    const char *digits = at + (*at == '-');
    size_t count = strspn(digits, "0123456789");
    return count == 0 || (count > 1 && *digits == '0') ? NULL : digits + count;
}

static char status[SITE_STATUS_SIZE + 1];

static void write_status(void)
{
    size_t size = site_status(&site, status, SITE_STATUS_SIZE);
    ck_assert_uint_le(size, SITE_STATUS_SIZE);
    status[size] = '\0';
    const char *end = skip_value(status);
    ck_assert_msg(end && strcmp(end, "\n") == 0, "%s", status);
}

START_TEST(test_status_tells_what_the_host_says)
{
    begin(2, 1);
    uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0x4c, 0x41, 0x4e, 0, 1, 0x12, 0x34};
    site_frames_note(&site.frames, 7000, true, frame, sizeof frame);
    write_status();
    static const char *const parts[] = {
        "{\"adapter\":{\"kind\":\"rtl\",\"mac\":\"02:4c:41:4e:00:01\",\"address\":\"10.0.2.15\","
        "\"link\":true,\"rate_mbps\":100,\"full_duplex\":true,\"link_changes\":1}",
        "\"time\":{\"ns\":1234567890123,\"wall_us\":2345678,\"cycles\":null}",
        "\"rings\":{\"tx\":null,\"rx\":null}",
        "\"counters\":{\"host\":{\"a_counter_with_a_long_name_0\":1000000000000},"
        "\"http\":{\"requests\":42}}",
        "\"sockets\":[{\"fd\":-1,\"kind\":\"tcp\",\"state\":\"ESTABLISHED\","
        "\"local\":\"255.255.255.255:65535\",\"peer\":\"10.0.2.2:40312\"",
        "\"sockets_count\":2,\"frames_sent\":1,\"bytes_sent\":60,\"frames_received\":0,\"bytes_"
        "received\":0",
        "\"frames\":[{\"number\":1,\"ns\":7000,\"sent\":true,\"size\":60,"
        "\"text\":\"EtherType 1234\",\"head\":\"ffffffffffff024c414e00011234",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert_msg(strstr(status, parts[i]) != NULL, "%s\nnot in\n%s", parts[i], status);
}
END_TEST

START_TEST(test_status_of_an_adapter_with_rings_and_cycles_tells_them)
{
    begin(0, 0);
    view.cycles = 99;
    view.tx_ring_used = 64;
    view.tx_ring_size = 4096;
    view.rx_ring_size = 8192;
    write_status();
    ck_assert_ptr_nonnull(strstr(status, "\"cycles\":99}"));
    ck_assert_ptr_nonnull(
        strstr(status,
               "\"rings\":{\"tx\":{\"used\":64,\"size\":4096},\"rx\":{\"used\":0,\"size\":8192}}"));
    ck_assert_ptr_nonnull(strstr(status, "\"sockets\":[],\"sockets_count\":0,"));
    ck_assert_ptr_nonnull(strstr(status, "\"frames\":[]}"));
}
END_TEST

START_TEST(test_status_with_more_than_fits_is_well_formed_all_the_same)
{
    uint8_t frame[1514] = {0};
    for (unsigned counters = 0; counters < 350; counters += 7) {
        begin(1000, counters);
        for (uint64_t i = 0; i < 100; i++)
            site_frames_note(&site.frames, UINT64_MAX, i % 2, frame, sizeof frame);
        write_status();
    }
}
END_TEST

START_TEST(test_live_sockets_are_told_before_those_that_are_over)
{
    begin(100, 0);
    over_count = 99;
    write_status();
    ck_assert_ptr_nonnull(strstr(status, "\"sockets\":[{\"fd\":98,"));
    ck_assert_ptr_nonnull(strstr(status, "\"sockets_count\":100,"));
}
END_TEST

START_TEST(test_frames_come_newest_first_and_the_oldest_are_forgotten)
{
    begin(0, 0);
    uint8_t frame[60] = {0};
    for (unsigned i = 1; i <= SITE_FRAMES + 5; i++)
        site_frames_note(&site.frames, i, false, frame, sizeof frame);
    write_status();
    ck_assert_ptr_nonnull(strstr(status, "\"frames\":[{\"number\":29,"));
    ck_assert_ptr_nonnull(strstr(status, "\"number\":6,"));
    ck_assert_ptr_null(strstr(status, "\"number\":5,"));
    ck_assert_ptr_nonnull(strstr(status, "\"frames_received\":29,\"bytes_received\":1740"));
}
END_TEST

/* Frames behind their two addresses, in hexadecimal. */
static const struct {
    const char *hex, *text;
} frames[] = {
    {"0806 0001080006040001 525500000202 0a000202 000000000000 0a00020f",
     "ARP 10.0.2.15? asks 10.0.2.2"},
    {"0806 0001080006040002 024c414e0001 0a00020f 525500000202 0a000202",
     "ARP 10.0.2.15 is at 02:4c:41:4e:00:01"},
    {"0800 4500002d000040004006000 00a0002020a00020f9d78005000000001000000025018faf00000000",
     "TCP 10.0.2.2:40312 > 10.0.2.15:80 PSH ACK 5 B"},
    {"0800 46000030000040004006000 00a0002020a00020f 01010101 9d780050 00000001 00000002 6002faf0"
     "00000000 020405b4",
     "TCP 10.0.2.2:40312 > 10.0.2.15:80 SYN 0 B"},
    {"0800 4500002000004000 40110000 0a00020f 0a000203 c0000035 000c0000 01020304",
     "UDP 10.0.2.15:49152 > 10.0.2.3:53 4 B"},
    {"0800 4500001c00004000 40010000 0a000202 0a00020f 0800000000010001",
     "ICMP 10.0.2.2 > 10.0.2.15 echo request"},
    {"0800 4500001c00004000 40010000 0a00020f 0a000202 0000000000010001",
     "ICMP 10.0.2.15 > 10.0.2.2 echo reply"},
    {"0800 4500001c00004000 40010000 0a00020f 0a000202 0301000000000000",
     "ICMP 10.0.2.15 > 10.0.2.2 type 3"},
    {"0800 4500001c00000010 40110000 0a00020f 0a000203 0000000000000000",
     "IP fragment 10.0.2.15 > 10.0.2.3"},
    {"0800 4500001400000000 402f0000 0a00020f 0a000203", "IP 10.0.2.15 > 10.0.2.3"},
    {"0800 450000", "EtherType 0800"}, /* cut off */
    {"86dd 60000000", "EtherType 86dd"},
    {"", "EtherType 0000"},
};

START_TEST(test_frame_of_the_table_is_told_in_these_words)
{
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        uint8_t bytes[128] = {0};
        size_t digits = 24; /* the addresses */
        for (const char *at = frames[i].hex; *at; at++)
            if (isxdigit((unsigned char)*at)) {
                unsigned digit =
                    (unsigned)(isdigit((unsigned char)*at) ? *at - '0' : *at - 'a' + 10);
                bytes[digits / 2] |= (uint8_t)(digit << (digits % 2 ? 0 : 4));
                digits++;
            }
        memset(&site.frames, 0, sizeof site.frames);
        site_frames_note(&site.frames, 0, false, bytes, digits / 2);
        char text[SITE_FRAME_TEXT];
        site_frame_describe(&site.frames.ring[0], text);
        ck_assert_str_eq(text, frames[i].text);
    }
}
END_TEST

START_TEST(test_any_frame_is_told_in_words_that_need_no_escape)
{
    uint64_t state = test_seed(1);
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t bytes[100];
        for (size_t b = 0; b < sizeof bytes; b++)
            bytes[b] = (uint8_t)bench_random(&state);
        size_t size = bench_random(&state) % sizeof bytes;
        bytes[12] = 8; /* mostly what is looked into */
        bytes[13] = bench_random(&state) % 4 ? 0 : 6;
        bytes[23] = (uint8_t[]){6, 17, 1, 47}[bench_random(&state) % 4];
        site_frames_note(&site.frames, i, false, bytes, size);
        char text[SITE_FRAME_TEXT];
        site_frame_describe(&site.frames.ring[(site.frames.count - 1) % SITE_FRAMES], text);
        ck_assert_uint_gt(strlen(text), 0);
        for (const char *at = text; *at; at++)
            ck_assert(*at >= ' ' && *at <= '~' && *at != '"' && *at != '\\');
    }
}
END_TEST

START_TEST(test_status_asked_while_all_snapshots_leave_is_a_503_until_one_is_gone)
{
    begin(1, 1);
    struct lan_http_request request = {.path = "/status.json", .rest = "", .query = ""};
    struct lan_http_answer answers[SITE_SNAPSHOTS + 1];
    for (unsigned i = 0; i < SITE_SNAPSHOTS; i++)
        ck_assert_int_eq(site_handle_status(&site, &request, &answers[i]), 200);
    ck_assert_int_eq(site_handle_status(&site, &request, &answers[SITE_SNAPSHOTS]), 503);
    answers[0].release(answers[0].context);
    ck_assert_int_eq(site_handle_status(&site, &request, &answers[SITE_SNAPSHOTS]), 200);
}
END_TEST

START_TEST(test_site_behind_the_server_gives_page_and_status)
{
    static struct bench bench;
    static struct lan_http_connection connections[2];
    const struct lan_http_route routes[] = {{"/", site_handle_page, NULL},
                                            {"/status.json", site_handle_status, &site}};
    struct lan_http_server server;
    begin(3, 3);
    fake_begin(&bench.host);
    lan_http_server_open(&server, &bench.host, &(struct lan_address){0, 80}, routes, 2, connections,
                         2);
    const char *input = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                        "GET /status.json HTTP/1.1\r\nHost: a\r\n\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, input, strlen(input));
    fake_arrive(stream, 1000);
    while (lan_http_server_step(&server, 1000) <= 1000) {
    }
    char *page = strstr(stream->sent, "\r\n\r\n") + 4;
    ck_assert(strncmp(page, "<!doctype html>\n", 16) == 0);
    char *end = strstr(page, "</html>\n");
    ck_assert_ptr_nonnull(end);
    const char *json = strstr(end, "\r\n\r\n") + 4;
    ck_assert_str_eq(skip_value(json), "\n");
    ck_assert(!site.snapshots[0].taken);

    /* Nothing in the page is to be fetched from elsewhere: names of XML stay names. */
    *end = '\0';
    for (const char *at = page; (at = strstr(at, "://")) != NULL; at++)
        ck_assert(strncmp(at, "://www.w3.org/2000/svg", 22) == 0);
}
END_TEST

TEST_MAIN("http_site", test_status_tells_what_the_host_says,
          test_status_of_an_adapter_with_rings_and_cycles_tells_them,
          test_status_with_more_than_fits_is_well_formed_all_the_same,
          test_live_sockets_are_told_before_those_that_are_over,
          test_frames_come_newest_first_and_the_oldest_are_forgotten,
          test_frame_of_the_table_is_told_in_these_words,
          test_any_frame_is_told_in_words_that_need_no_escape,
          test_status_asked_while_all_snapshots_leave_is_a_503_until_one_is_gone,
          test_site_behind_the_server_gives_page_and_status)
