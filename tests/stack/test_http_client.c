/* The HTTP client on fake sockets, and its URLs. */
#include "http_bench.h"
#include "test.h"

static struct lan_host host;
static struct lan_http_client client;
static char body[1 << 20];
static size_t body_size, body_limit;

static bool take(void *context, const void *bytes, size_t size)
{
    ck_assert_ptr_eq(context, &body_size);
    if (body_size + size > body_limit)
        return false;
    memcpy(body + body_size, bytes, size);
    body_size += size;
    return true;
}

static void open_client(const char *url)
{
    fake_begin(&host);
    body_size = 0;
    body_limit = sizeof body;
    ck_assert_int_eq(
        lan_http_client_open(&client, &host, url, LAN_IP4(10, 0, 2, 2), take, &body_size, 1000),
        LAN_HTTP_OK);
}

/* The server sends `answer` in pieces, then closes. */
static enum lan_http_progress get(const char *answer, size_t size, size_t piece)
{
    open_client("http://a/dir/page?x");
    struct fake_stream *stream = &host.streams[0];
    stream->input = answer;
    stream->input_size = size;
    enum lan_http_progress progress = lan_http_client_step(&client, 1000);
    while (progress == LAN_HTTP_RUNNING && stream->arrived < size) {
        fake_arrive(stream, piece);
        progress = lan_http_client_step(&client, 1000);
    }
    stream->finished = true;
    progress = lan_http_client_step(&client, 1000);
    ck_assert(!stream->open);
    return progress;
}

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
    const char *answer;
    unsigned status;
    const char *body;
} answers[] = {
    {OK "Content-Length: 5\r\n\r\nhello", 200, "hello"},
    {OK "content-length:5 \r\n\r\nhello and more", 200, "hello"},
    {OK "Content-Length: 0\r\n\r\n", 200, ""},
    {OK "\r\nhello", 200, "hello"},
    {OK "\r\n", 200, ""},
    {"HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello"},
    {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404, "no"},
    {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, ""},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" OK "\r\nhi", 200, "hi"},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A;x=y\r\n, my world\r\n0\r\n\r\n", 200,
     "hello, my world"},
    {OK "Transfer-Encoding: CHUNKED\r\n\r\n1 ;x\r\nh\r\n1\r\ni\r\n000\r\nT: v\r\nU: w\r\n\r\n", 200,
     "hi"},
    {OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, ""},
    {"HTTP/1.1 300 Choices\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nhi", 300, "hi"},
    {"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nhi", 302, "hi"}, /* leads nowhere */
};

START_TEST(test_answer_of_the_table_gives_this_body_in_whatever_pieces)
{
    static const size_t pieces[] = {1 << 20, 1, 2, 7};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            const char *answer = answers[i].answer;
            enum lan_http_progress progress = get(answer, strlen(answer), pieces[p]);
            ck_assert_msg(progress == LAN_HTTP_DONE, "%s: %s", answer,
                          lan_http_error_text(client.error));
            ck_assert_uint_eq(client.status, answers[i].status);
            ck_assert_uint_eq(client.received, body_size);
            body[body_size] = '\0';
            ck_assert_str_eq(body, answers[i].body);
        }
}
END_TEST

#define S16     "0123456789abcdef"
#define S256    S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16
#define S4096   S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256
#define INTERIM "HTTP/1.1 100 Continue\r\n\r\n"

static const struct {
    const char *answer;
    enum lan_http_error error;
} broken[] = {
    {"", LAN_HTTP_ANSWER_EMPTY},
    {"HTTP/1.1 200 O", LAN_HTTP_ANSWER_CUT},
    {OK "Content-Length: 5\r\n", LAN_HTTP_ANSWER_CUT},
    {OK "Content-Length: 5\r\n\r\nhell", LAN_HTTP_ANSWER_CUT},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", LAN_HTTP_ANSWER_CUT},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", LAN_HTTP_ANSWER_CUT},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"\r\nHTTP/1.1 200 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.1 200 OK\n\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/2.0 200 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.x 200 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.1 20 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.1 2000 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.1 099 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.1 600 OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {"HTTP/1.1 abc OK\r\n\r\n", LAN_HTTP_ANSWER_LINE},
    {OK "A: b\n\r\n", LAN_HTTP_ANSWER_FIELD},
    {OK "A : b\r\n\r\n", LAN_HTTP_ANSWER_FIELD},
    {OK " A: b\r\n\r\n", LAN_HTTP_ANSWER_FIELD},
    {OK "nothing\r\n\r\n", LAN_HTTP_ANSWER_FIELD},
    {OK "A: " S4096 "\r\n\r\n", LAN_HTTP_ANSWER_LONG},
    {OK "Content-Length: x\r\n\r\n", LAN_HTTP_ANSWER_LENGTH},
    {OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", LAN_HTTP_ANSWER_LENGTH},
    {OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", LAN_HTTP_ANSWER_LENGTH},
    {OK "Transfer-Encoding: gzip\r\n\r\n", LAN_HTTP_ANSWER_CODING},
    {OK "Transfer-Encoding: chunked\r\n\r\nhello\r\n", LAN_HTTP_ANSWER_CHUNK},
    {OK "Transfer-Encoding: chunked\r\n\r\n\r\n", LAN_HTTP_ANSWER_CHUNK},
    {OK "Transfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n", LAN_HTTP_ANSWER_CHUNK},
    {OK "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", LAN_HTTP_ANSWER_CHUNK},
    {INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM OK "\r\n",
     LAN_HTTP_ANSWER_INTERIM},
    {"HTTP/1.1 301 Moved\r\nLocation: https://b/\r\n\r\n", LAN_HTTP_URL_SCHEME},
    {"HTTP/1.1 301 Moved\r\nLocation: http://b:x/\r\n\r\n", LAN_HTTP_URL_PORT},
    {"HTTP/1.1 301 Moved\r\nLocation: /a b\r\n\r\n", LAN_HTTP_URL_CHARACTER},
    {"HTTP/1.1 301 Moved\r\nLocation: /" S256 S256 S256 S256 "\r\n\r\n", LAN_HTTP_URL_LONG},
};

START_TEST(test_broken_answer_of_the_table_is_this_error)
{
    static const size_t pieces[] = {1 << 20, 1};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            const char *answer = broken[i].answer;
            ck_assert_int_eq(get(answer, strlen(answer), pieces[p]), LAN_HTTP_FAILED);
            ck_assert_msg(client.error == broken[i].error, "%s: %s", answer,
                          lan_http_error_text(client.error));
        }
}
END_TEST

START_TEST(test_request_is_complete_however_little_the_socket_takes)
{
    open_client("http://a.example:8080?x=1#part");
    host.streams[0].write_piece = 5;
    lan_http_client_step(&client, 1000);
    ck_assert_str_eq(host.streams[0].sent,
                     "GET /?x=1 HTTP/1.1\r\nHost: a.example:8080\r\nUser-Agent: lantern\r\n"
                     "Accept: */*\r\nConnection: close\r\n\r\n");
}
END_TEST

START_TEST(test_large_body_comes_whole)
{
    static char answer[600000];
    size_t head = (size_t)sprintf(answer, OK "Content-Length: 500000\r\n\r\n");
    for (size_t i = 0; i < 500000; i++)
        answer[head + i] = bench_byte(i);
    ck_assert_int_eq(get(answer, head + 500000, 1460), LAN_HTTP_DONE);
    ck_assert_uint_eq(client.body_size, 500000);
    ck_assert_mem_eq(body, answer + head, 500000);
}
END_TEST

START_TEST(test_redirect_tells_its_location_and_gives_no_body)
{
    const char *answer = "HTTP/1.1 307 Elsewhere\r\nLocation: ../other?y\r\n"
                         "Content-Length: 5\r\n\r\nhello";
    ck_assert_int_eq(get(answer, strlen(answer), 1 << 20), LAN_HTTP_DONE);
    ck_assert_uint_eq(client.status, 307);
    ck_assert_str_eq(client.location, "http://a/other?y");
    ck_assert_uint_eq(body_size, 0);
}
END_TEST

START_TEST(test_connection_that_comes_later_is_waited_for)
{
    fake_begin(&host);
    host.connect_result = -LAN_EINPROGRESS;
    host.connecting = true;
    lan_http_client_open(&client, &host, "http://a/", 1, take, &body_size, 0);
    ck_assert_int_eq(lan_http_client_step(&client, 0), LAN_HTTP_RUNNING);
    ck_assert_int_eq(lan_http_client_poll(&client).events, LAN_POLLOUT);
    ck_assert_uint_eq(host.streams[0].sent_size, 0);
    host.connecting = false;
    lan_http_client_step(&client, 0);
    ck_assert_uint_gt(host.streams[0].sent_size, 0);
    ck_assert_int_eq(lan_http_client_poll(&client).events, LAN_POLLIN);
}
END_TEST

START_TEST(test_connection_refused_later_is_told)
{
    fake_begin(&host);
    host.connect_result = -LAN_EINPROGRESS;
    host.connect_error = LAN_ECONNREFUSED;
    lan_http_client_open(&client, &host, "http://a/", 1, take, &body_size, 0);
    ck_assert_int_eq(lan_http_client_step(&client, 0), LAN_HTTP_FAILED);
    ck_assert_int_eq(client.error, LAN_HTTP_SOCKET);
    ck_assert_int_eq(client.socket_error, -LAN_ECONNREFUSED);
    ck_assert_int_eq(lan_http_client_poll(&client).fd, -1);
}
END_TEST

START_TEST(test_connection_refused_at_once_is_told)
{
    fake_begin(&host);
    host.connect_result = -LAN_ENETUNREACH;
    ck_assert_int_eq(lan_http_client_open(&client, &host, "http://a/", 1, take, &body_size, 0),
                     LAN_HTTP_SOCKET);
    ck_assert_int_eq(client.socket_error, -LAN_ENETUNREACH);
    ck_assert_int_eq(lan_http_client_step(&client, 0), LAN_HTTP_FAILED);
    fake_begin(&host);
    host.accept_error = LAN_EMFILE; /* no socket to be had */
    ck_assert_int_eq(lan_http_client_open(&client, &host, "http://a/", 1, take, &body_size, 0),
                     LAN_HTTP_SOCKET);
    ck_assert_int_eq(client.socket_error, -LAN_EMFILE);
}
END_TEST

START_TEST(test_connection_lost_while_reading_is_told)
{
    open_client("http://a/");
    lan_http_client_step(&client, 1000);
    host.streams[0].lost = LAN_ECONNRESET;
    ck_assert_int_eq(lan_http_client_step(&client, 1000), LAN_HTTP_FAILED);
    ck_assert_int_eq(client.socket_error, -LAN_ECONNRESET);
}
END_TEST

START_TEST(test_server_that_falls_silent_times_out_and_one_that_drips_does_not)
{
    static const char answer[] = OK "Content-Length: 100\r\n\r\n";
    open_client("http://a/");
    struct fake_stream *stream = &host.streams[0];
    stream->input = answer;
    stream->input_size = sizeof answer - 1;
    uint64_t now_us = 1000;
    for (unsigned i = 0; i < 10; i++) {
        fake_arrive(stream, 1);
        ck_assert_int_eq(lan_http_client_step(&client, now_us), LAN_HTTP_RUNNING);
        ck_assert_uint_eq(client.deadline_us, now_us + LAN_HTTP_STALL_MS * 1000);
        now_us = client.deadline_us - 1;
    }
    ck_assert_int_eq(lan_http_client_step(&client, now_us + 1), LAN_HTTP_FAILED);
    ck_assert_int_eq(client.error, LAN_HTTP_TIMEOUT);
    ck_assert(!stream->open);
}
END_TEST

START_TEST(test_sink_that_wants_no_more_ends_it)
{
    static const char answer[] = OK "Content-Length: 100\r\n\r\n0123456789";
    open_client("http://a/");
    body_limit = 5;
    host.streams[0].input = answer;
    host.streams[0].input_size = sizeof answer - 1;
    fake_arrive(&host.streams[0], 1000);
    ck_assert_int_eq(lan_http_client_step(&client, 1000), LAN_HTTP_FAILED);
    ck_assert_int_eq(client.error, LAN_HTTP_SINK);
}
END_TEST

START_TEST(test_client_given_up_closes_its_socket_once)
{
    open_client("http://a/");
    lan_http_client_close(&client);
    ck_assert(!host.streams[0].open);
    lan_http_client_close(&client);
}
END_TEST

static const struct {
    const char *text;
    enum lan_http_error error;
    const char *name;
    unsigned port;
    const char *target;
} urls[] = {
    {"http://a", LAN_HTTP_OK, "a", 80, ""},
    {"HTTP://a-b.c_d.example/", LAN_HTTP_OK, "a-b.c_d.example", 80, "/"},
    {"http://10.0.2.2:8080/a/b?c=d", LAN_HTTP_OK, "10.0.2.2", 8080, "/a/b?c=d"},
    {"http://a:/b", LAN_HTTP_OK, "a", 80, "/b"},
    {"http://a:65535?q/x#f?g", LAN_HTTP_OK, "a", 65535, "?q/x"},
    {"http://a/#", LAN_HTTP_OK, "a", 80, "/"},
    {"", LAN_HTTP_URL_SCHEME, NULL, 0, NULL},
    {"a", LAN_HTTP_URL_SCHEME, NULL, 0, NULL},
    {"https://a", LAN_HTTP_URL_SCHEME, NULL, 0, NULL},
    {"http:/a", LAN_HTTP_URL_SCHEME, NULL, 0, NULL},
    {"http://", LAN_HTTP_URL_HOST, NULL, 0, NULL},
    {"http:///a", LAN_HTTP_URL_HOST, NULL, 0, NULL},
    {"http://:80/", LAN_HTTP_URL_HOST, NULL, 0, NULL},
    {"http://user@a/", LAN_HTTP_URL_HOST, NULL, 0, NULL},
    {"http://[::1]/", LAN_HTTP_URL_HOST, NULL, 0, NULL},
    {"http://a:0/", LAN_HTTP_URL_PORT, NULL, 0, NULL},
    {"http://a:65536/", LAN_HTTP_URL_PORT, NULL, 0, NULL},
    {"http://a:8x/", LAN_HTTP_URL_PORT, NULL, 0, NULL},
    {"http://a/b c", LAN_HTTP_URL_CHARACTER, NULL, 0, NULL},
    {"http://a/\r\nX: y", LAN_HTTP_URL_CHARACTER, NULL, 0, NULL},
    {"http://a/\xc3\xa4", LAN_HTTP_URL_CHARACTER, NULL, 0, NULL},
    {"http://a/" S256 S256 S256 S256, LAN_HTTP_URL_LONG, NULL, 0, NULL},
};

START_TEST(test_url_of_the_table_has_these_parts)
{
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct lan_http_url url;
        enum lan_http_error error = lan_http_url_parse(urls[i].text, &url);
        ck_assert_msg(error == urls[i].error, "%s: %s", urls[i].text, lan_http_error_text(error));
        if (error)
            continue;
        ck_assert_uint_eq(url.host_size, strlen(urls[i].name));
        ck_assert_mem_eq(url.host, urls[i].name, url.host_size);
        ck_assert_uint_eq(url.port, urls[i].port);
        ck_assert_uint_eq(url.target_size, strlen(urls[i].target));
        ck_assert_mem_eq(url.target, urls[i].target, url.target_size);
    }
}
END_TEST

/* On the page http://a:81/b/c/d?q (RFC 3986 section 5.4 has most of these). */
static const struct {
    const char *location, *joined;
} joins[] = {
    {"http://x/y", "http://x/y"},
    {"//x/y", "http://x/y"},
    {"g", "http://a:81/b/c/g"},
    {"./g", "http://a:81/b/c/g"},
    {"g/", "http://a:81/b/c/g/"},
    {"/g", "http://a:81/g"},
    {"?y", "http://a:81/b/c/d?y"},
    {"g?y", "http://a:81/b/c/g?y"},
    {"g?y/./x", "http://a:81/b/c/g?y/./x"},
    {"#s", "http://a:81/b/c/d?q"},
    {"g#s", "http://a:81/b/c/g"},
    {"", "http://a:81/b/c/d?q"},
    {".", "http://a:81/b/c/"},
    {"./", "http://a:81/b/c/"},
    {"..", "http://a:81/b/"},
    {"../g", "http://a:81/b/g"},
    {"../..", "http://a:81/"},
    {"../../g", "http://a:81/g"},
    {"../../../../g", "http://a:81/g"},
    {"/./g", "http://a:81/g"},
    {"/../g", "http://a:81/g"},
    {"g.", "http://a:81/b/c/g."},
    {"..g", "http://a:81/b/c/..g"},
    {"./g/.", "http://a:81/b/c/g/"},
    {"g/./h", "http://a:81/b/c/g/h"},
    {"g/../h", "http://a:81/b/c/h"},
};

START_TEST(test_location_of_the_table_becomes_this_url)
{
    char joined[LAN_HTTP_URL_SIZE];
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        ck_assert_int_eq(lan_http_url_join("http://a:81/b/c/d?q", joins[i].location, joined),
                         LAN_HTTP_OK);
        ck_assert_str_eq(joined, joins[i].joined);
    }
    ck_assert_int_eq(lan_http_url_join("http://a", "g", joined), LAN_HTTP_OK);
    ck_assert_str_eq(joined, "http://a/g");
    ck_assert_int_eq(lan_http_url_join("http://a", "?g", joined), LAN_HTTP_OK);
    ck_assert_str_eq(joined, "http://a/?g");
    ck_assert_int_eq(lan_http_url_join("http://a/", "ftp://b/", joined), LAN_HTTP_URL_SCHEME);
    ck_assert_int_eq(lan_http_url_join("http://a/", "mailto:b", joined), LAN_HTTP_URL_SCHEME);
}
END_TEST

START_TEST(test_every_error_has_words_of_its_own)
{
    for (int i = 0; i <= LAN_HTTP_SINK; i++)
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(lan_http_error_text((enum lan_http_error)i),
                             lan_http_error_text((enum lan_http_error)j));
}
END_TEST

TEST_MAIN("http_client", test_answer_of_the_table_gives_this_body_in_whatever_pieces,
          test_broken_answer_of_the_table_is_this_error,
          test_request_is_complete_however_little_the_socket_takes, test_large_body_comes_whole,
          test_redirect_tells_its_location_and_gives_no_body,
          test_connection_that_comes_later_is_waited_for, test_connection_refused_later_is_told,
          test_connection_refused_at_once_is_told, test_connection_lost_while_reading_is_told,
          test_server_that_falls_silent_times_out_and_one_that_drips_does_not,
          test_sink_that_wants_no_more_ends_it, test_client_given_up_closes_its_socket_once,
          test_url_of_the_table_has_these_parts, test_location_of_the_table_becomes_this_url,
          test_every_error_has_words_of_its_own)
