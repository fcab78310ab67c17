/* The HTTP server on fake sockets: what it answers, refuses, and waits for. */
#include "http_bench.h"
#include "test.h"

static struct bench bench;

#define S16   "0123456789abcdef"
#define S256  S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16 S16
#define S4096 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256 S256
#define HOST  "Host: a\r\n"
#define GET   "GET /hello HTTP/1.1\r\n"

/* A request, and what its answer begins with. `closes`: the connection ends with
 * it; else a second request on it is answered, too. */
static const struct {
    const char *request, *answer;
    bool closes;
} requests[] = {
    {GET HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"\r\n" GET HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {GET "hOST:a\r\n\r\n", "HTTP/1.1 200 OK\r\n", false},
    {GET "Host:\r\n\r\n", "HTTP/1.1 200 OK\r\n", false},
    {GET HOST "Connection: close\r\n\r\n", "HTTP/1.1 200 OK\r\n", true},
    {GET HOST "Connection: x, Close\r\n\r\n", "HTTP/1.1 200 OK\r\n", true},
    {"GET /hello HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n", true},
    {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 200 OK\r\n", true},
    {"GET /hello HTTP/1.7\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"HEAD /hello HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"GET http://a/hello HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"GET HTTP://a HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"GET http://a?q HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {"GET /h%65llo?x=%zz HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\n", false},
    {GET HOST "Content-Length: 5\r\n\r\nabcde", "HTTP/1.1 200 OK\r\n", false},
    {GET HOST "Content-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n", false},
    {GET HOST "Transfer-Encoding: Chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0\r\nT: v\r\n\r\n",
     "HTTP/1.1 200 OK\r\n", false},
    {GET HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\n", true},
    {"GET /nothing HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 404 Not Found\r\n", false},
    {"GET /hello/ HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 404 Not Found\r\n", false},
    {"GET /busy HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 503 Service Unavailable\r\n", false},
    {"POST /hello HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
     "HTTP/1.1 405 Method Not Allowed\r\n", false},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", false},
    {"CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", false},
    {"POST /hello HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n",
     "HTTP/1.1 413 Content Too Large\r\n", true},
    {"GET /" S4096, "HTTP/1.1 414 URI Too Long\r\n", true},
    {GET HOST "X: " S4096, "HTTP/1.1 431 Request Header Fields Too Large\r\n", true},
    {"BREW /hello HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 501 Not Implemented\r\n", true},
    {"get /hello HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 501 Not Implemented\r\n", true},
    {GET HOST "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 Not Implemented\r\n", true},
    {GET HOST "Transfer-Encoding: chunked, chunked\r\n\r\n", "HTTP/1.1 501 Not Implemented\r\n",
     true},
    {GET HOST "Transfer-Encoding: chunked, gzip\r\n\r\n", "HTTP/1.1 501 Not Implemented\r\n", true},
    {GET HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     "HTTP/1.1 501 Not Implemented\r\n", true},
    {"GET /hello HTTP/2.0\r\n" HOST "\r\n", "HTTP/1.1 505 HTTP Version Not Supported\r\n", true},
    {"GET /hello HTTP/0.9\r\n" HOST "\r\n", "HTTP/1.1 505 HTTP Version Not Supported\r\n", true},
};

/* Each of these is refused with 400, and the connection closed. */
static const char *const malformed[] = {
    "GET /hello HTTP/1.1\n" HOST "\r\n", /* bare LF */
    GET "Host: a\n\r\n",                 /* bare LF in a field */
    GET "Host: a\r\rX: b\r\n\r\n",       /* bare CR */
    GET "Host: a\rb\r\n\r\n",            /* bare CR */
    GET HOST "X: a\x01\r\n\r\n",         /* a control character */
    GET HOST "X: a\x7f\r\n\r\n",         /* another */
    "\x16\x03\x01 a TLS greeting",       /* the wrong protocol */
    GET HOST "X: a\r\n b\r\n\r\n",       /* a folded line */
    GET " Host: a\r\n\r\n",              /* a space before the first field */
    GET "Host : a\r\n\r\n",              /* a space before the colon */
    GET HOST ": a\r\n\r\n",              /* no name */
    GET HOST "no colon\r\n\r\n",         /* no colon */
    GET HOST "X(y): a\r\n\r\n",          /* a name that is no token */
    GET "\r\n",                          /* no Host */
    GET HOST HOST "\r\n",                /* two of it */
    GET "Host: a b\r\n\r\n",             /* a space in it */
    GET "Host: a/b\r\n\r\n",             /* a path in it */
    GET HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
    GET HOST "Content-Length: 5, 5\r\n\r\nabcde",
    GET HOST "Content-Length: +5\r\n\r\nabcde",
    GET HOST "Content-Length: 0x5\r\n\r\nabcde",
    GET HOST "Content-Length: 5 5\r\n\r\nabcde",
    GET HOST "Content-Length:\r\n\r\n",
    GET HOST "Content-Length: -1\r\n\r\n",
    GET HOST "Content-Length: 18446744073709551616\r\n\r\n",
    GET HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    GET HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "GET /hello HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    GET HOST "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n",             /* no digit */
    GET HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",            /* a sign */
    GET HOST "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n",            /* bare LF */
    GET HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",         /* data too long */
    GET HOST "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", /* over 2^64 */
    GET HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nT: v\n\r\n",       /* bare LF in the trailer */
    GET HOST "Transfer-Encoding: chunked\r\n\r\n3;" S256 "\r\nabc\r\n0\r\n\r\n",
    GET HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nT: " S256 S256 S256 S256 "\r\n\r\n",
    "GET  /hello HTTP/1.1\r\n" HOST "\r\n",  /* two spaces */
    "GET /hello  HTTP/1.1\r\n" HOST "\r\n",  /* two spaces */
    "GET /hello HTTP/1.1 \r\n" HOST "\r\n",  /* a space behind */
    " GET /hello HTTP/1.1\r\n" HOST "\r\n",  /* a space before */
    "GET\t/hello\tHTTP/1.1\r\n" HOST "\r\n", /* tabs */
    "GET /hello\r\n\r\n",                    /* HTTP/0.9 */
    "GET /hello HTTP/1\r\n" HOST "\r\n",     /* half a version */
    "GET /hello http/1.1\r\n" HOST "\r\n",   /* case matters here */
    "GET /hello HTTP/11.1\r\n" HOST "\r\n",
    "GET hello HTTP/1.1\r\n" HOST "\r\n", /* no slash */
    "GET * HTTP/1.1\r\n" HOST "\r\n",     /* only for OPTIONS */
    "GET ?x HTTP/1.1\r\n" HOST "\r\n",
    "GET http:// HTTP/1.1\r\n" HOST "\r\n", /* no host */
    "GET http:///hello HTTP/1.1\r\n" HOST "\r\n",
    "GET /hel#lo HTTP/1.1\r\n" HOST "\r\n",       /* a fragment */
    "GET /hell\xc3\xb6 HTTP/1.1\r\n" HOST "\r\n", /* beyond ASCII */
    "GET /h%6 HTTP/1.1\r\n" HOST "\r\n",          /* half an escape */
    "GET /h%zz HTTP/1.1\r\n" HOST "\r\n",
    "GET /h%00 HTTP/1.1\r\n" HOST "\r\n",  /* NUL */
    "GET /a%2fb HTTP/1.1\r\n" HOST "\r\n", /* a hidden slash */
    "GET /a\\b HTTP/1.1\r\n" HOST "\r\n",
    "GET /a%5cb HTTP/1.1\r\n" HOST "\r\n",
    "GET /.. HTTP/1.1\r\n" HOST "\r\n",
    "GET /../etc/passwd HTTP/1.1\r\n" HOST "\r\n",
    "GET /echo/%2e%2E/x HTTP/1.1\r\n" HOST "\r\n",
    "GET /echo/./x HTTP/1.1\r\n" HOST "\r\n",
    "GET /echo/. HTTP/1.1\r\n" HOST "\r\n",
};

/* The requests of the tables come with a second one behind them. */
static size_t with_second(char *memory, const char *request)
{
    return (size_t)sprintf(memory, "%s%s", request, "GET /empty HTTP/1.1\r\nHost: b\r\n\r\n");
}

static unsigned count_answers(const struct fake_stream *stream)
{
    unsigned count = 0;
    const char *at = stream->sent;
    while ((at = strstr(at, "HTTP/1.1 ")) != NULL) {
        count++;
        at++;
    }
    return count;
}

static void check_answer(const char *request, const char *answer, bool closes, size_t piece)
{
    char memory[3 * LAN_HTTP_HEAD_SIZE];
    bench_begin(&bench);
    size_t size = with_second(memory, request);
    struct fake_stream *stream = bench_exchange(&bench, memory, size, piece, 1);
    ck_assert_msg(strncmp(stream->sent, answer, strlen(answer)) == 0, "%s\n->\n%s", request,
                  stream->sent);
    ck_assert_msg(stream->shut == closes, "%s\n->\n%s", request, stream->sent);
    ck_assert_msg(count_answers(stream) == (closes ? 1 : 2), "%s\n->\n%s", request, stream->sent);
    ck_assert_msg((strstr(stream->sent, "\r\nConnection: close\r\n") != NULL) == closes, "%s",
                  stream->sent);
    lan_http_server_close(&bench.server);
}

START_TEST(test_request_of_the_table_is_answered_so)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        check_answer(requests[i].request, requests[i].answer, requests[i].closes, 1 << 20);
}
END_TEST

START_TEST(test_request_arriving_byte_by_byte_gets_the_same_answer)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        check_answer(requests[i].request, requests[i].answer, requests[i].closes, 1);
}
END_TEST

START_TEST(test_malformed_request_is_refused_and_the_connection_closed)
{
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        check_answer(malformed[i], "HTTP/1.1 400 Bad Request\r\n", true, 1 << 20);
        check_answer(malformed[i], "HTTP/1.1 400 Bad Request\r\n", true, 1);
    }
}
END_TEST

START_TEST(test_nul_in_the_head_is_refused)
{
    static const char request[] = GET "Host: a\0b\r\n\r\n";
    bench_begin(&bench);
    struct fake_stream *stream = bench_exchange(&bench, request, sizeof request - 1, 1, 1);
    ck_assert(strncmp(stream->sent, "HTTP/1.1 400 ", 13) == 0);
}
END_TEST

static struct fake_stream *ask(const char *request)
{
    return bench_exchange(&bench, request, strlen(request), 1 << 20, 1);
}

START_TEST(test_answer_to_get_is_complete)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask(GET HOST "\r\n");
    ck_assert_str_eq(stream->sent, "HTTP/1.1 200 OK\r\nServer: Lantern\r\n"
                                   "Content-Type: text/plain\r\nAccept-Ranges: bytes\r\n"
                                   "Content-Length: 6\r\n\r\nhello\n");
}
END_TEST

START_TEST(test_answer_to_head_is_that_to_get_without_its_body)
{
    static const char *const paths[] = {"hello", "empty", "bytes/5000", "stream", "nothing"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char get[80], head[80], got[2000] = "";
        snprintf(get, sizeof get, "GET /%s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
        snprintf(head, sizeof head, "HEAD /%s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
        bench_begin(&bench);
        struct fake_stream *stream = ask(get);
        const char *end = strstr(stream->sent, "\r\n\r\n") + 4;
        memcpy(got, stream->sent, (size_t)(end - stream->sent));
        bench_begin(&bench);
        ck_assert_str_eq(ask(head)->sent, got);
    }
}
END_TEST

START_TEST(test_refusals_carry_the_fields_they_must)
{
    bench_begin(&bench);
    ck_assert_ptr_nonnull(
        strstr(ask("PUT / HTTP/1.1\r\n" HOST "\r\n")->sent, "\r\nAllow: GET, HEAD\r\n"));
    bench_begin(&bench);
    ck_assert_ptr_nonnull(
        strstr(ask("GET /busy HTTP/1.1\r\n" HOST "\r\n")->sent, "\r\nRetry-After: 1\r\n"));
}
END_TEST

START_TEST(test_version_1_0_that_asks_to_keep_the_connection_is_told_so)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(stream->sent, "\r\nConnection: keep-alive\r\n"));
    ck_assert(!stream->shut);
}
END_TEST

START_TEST(test_handler_sees_decoded_path_rest_and_raw_query)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("GET /echo/a%20b%c3%a4//c?x=%20&y HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_ptr_nonnull(
        strstr(stream->sent, "path=/echo/a b\xc3\xa4//c rest=a b\xc3\xa4//c query=x=%20&y"));
}
END_TEST

START_TEST(test_pipelined_requests_are_answered_in_order)
{
    bench_begin(&bench);
    struct fake_stream *stream =
        ask("GET /echo/1 HTTP/1.1\r\n" HOST "\r\nGET /echo/2 HTTP/1.1\r\n" HOST
            "\r\nPOST / HTTP/1.1\r\n" HOST "Content-Length: 8\r\n\r\nGET / HT"
            "GET /echo/3 HTTP/1.1\r\n" HOST "\r\n");
    const char *first = strstr(stream->sent, "rest=1"), *second = strstr(stream->sent, "rest=2");
    const char *refused = strstr(stream->sent, "HTTP/1.1 405"),
               *third = strstr(stream->sent, "rest=3");
    ck_assert(first && first < second && second < refused && refused < third);
    ck_assert_uint_eq(count_answers(stream), 4);
    ck_assert_uint_eq(bench.server.counters.requests, 4);
    ck_assert_uint_eq(bench.server.counters.answers_ok, 3);
    ck_assert_uint_eq(bench.server.counters.answers_refused, 1);
}
END_TEST

START_TEST(test_body_of_a_request_over_the_limit_in_chunks_is_refused)
{
    static char request[200000];
    bench_begin(&bench);
    size_t size =
        (size_t)sprintf(request, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    while (size < 70000)
        size += (size_t)sprintf(request + size, "100\r\n" S256 "\r\n");
    struct fake_stream *stream = bench_exchange(&bench, request, size, 1000, 1);
    ck_assert(strncmp(stream->sent, "HTTP/1.1 413 ", 13) == 0);
    ck_assert_uint_eq(count_answers(stream), 1);
    ck_assert(stream->shut);
}
END_TEST

static void check_bytes(const char *body, uint64_t from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ck_assert_msg(body[i] == bench_byte(from + i), "byte %zu", i);
}

START_TEST(test_large_body_goes_out_whole_however_little_the_socket_takes)
{
    bench_begin(&bench);
    const char *request = "GET /bytes/300000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->write_piece = 333;
    stream->write_room = 0;
    fake_arrive(stream, 1000);
    uint64_t state = 7;
    for (unsigned i = 0; i < 100000 && bench.released == 0; i++) {
        bench_settle(&bench);
        stream->write_room = bench_random(&state) % 3000;
    }
    ck_assert_uint_eq(bench.released, 1);
    const char *body = strstr(stream->sent, "\r\n\r\n") + 4;
    ck_assert_uint_eq(stream->sent_size, (size_t)(body - stream->sent) + 300000);
    check_bytes(body, 0, 300000);
    ck_assert_uint_eq(bench.server.counters.body_bytes, 300000);
}
END_TEST

START_TEST(test_end_of_an_answer_is_pushed_and_its_middle_is_not)
{
    bench_begin(&bench);
    const char *request = "GET /bytes/20000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    fake_arrive(stream, 1000);
    stream->write_room = 10000;
    bench_settle(&bench);
    ck_assert(!stream->nodelay_at_end);
    stream->write_room = 20000;
    bench_settle(&bench);
    ck_assert(stream->nodelay_at_end);
}
END_TEST

/* Undoes the chunks at `at`; how many bytes of body, which are left in place. */
static size_t join_chunks(char *at)
{
    char *to = at, *begin = at;
    for (;;) {
        size_t size = strtoul(at, &at, 16);
        ck_assert(memcmp(at, "\r\n", 2) == 0);
        at += 2;
        if (size == 0)
            break;
        memmove(to, at, size);
        to += size;
        at += size;
        ck_assert(memcmp(at, "\r\n", 2) == 0);
        at += 2;
    }
    ck_assert_str_eq(at, "\r\n");
    return (size_t)(to - begin);
}

START_TEST(test_body_of_unknown_size_goes_in_chunks)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("GET /stream HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_ptr_nonnull(strstr(stream->sent, "\r\nTransfer-Encoding: chunked\r\n"));
    ck_assert_ptr_nonnull(strstr(stream->sent, "\r\nCache-Control: no-store\r\n"));
    ck_assert_ptr_null(strstr(stream->sent, "Content-Length"));
    char *body = strstr(stream->sent, "\r\n\r\n") + 4;
    ck_assert_uint_eq(join_chunks(body), 10000);
    check_bytes(body, 0, 10000);
    ck_assert(!stream->shut);
    ck_assert_uint_eq(bench.released, 1);
}
END_TEST

START_TEST(test_body_of_unknown_size_for_version_1_0_ends_with_the_connection)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ck_assert_ptr_null(strstr(stream->sent, "chunked"));
    ck_assert_ptr_nonnull(strstr(stream->sent, "\r\nConnection: close\r\n"));
    char *body = strstr(stream->sent, "\r\n\r\n") + 4;
    ck_assert_uint_eq(stream->sent_size, (size_t)(body - stream->sent) + 10000);
    check_bytes(body, 0, 10000);
    ck_assert(stream->shut);
}
END_TEST

/* Ranges of a body of 1000 bytes: the status, and the bytes that come. */
static const struct {
    const char *range;
    unsigned status;
    size_t first, count;
    const char *content_range;
} ranges[] = {
    {"bytes=0-0", 206, 0, 1, "bytes 0-0/1000"},
    {"bytes=0-999", 206, 0, 1000, "bytes 0-999/1000"},
    {"Bytes=100-199", 206, 100, 100, "bytes 100-199/1000"},
    {"bytes=900-", 206, 900, 100, "bytes 900-999/1000"},
    {"bytes=999-5000", 206, 999, 1, "bytes 999-999/1000"},
    {"bytes=-1", 206, 999, 1, "bytes 999-999/1000"},
    {"bytes=-5000", 206, 0, 1000, "bytes 0-999/1000"},
    {"bytes=0-18446744073709551615", 206, 0, 1000, "bytes 0-999/1000"},
    {"bytes=1000-", 416, 0, 0, "bytes */1000"},
    {"bytes=5000-6000", 416, 0, 0, "bytes */1000"},
    {"bytes=-0", 416, 0, 0, "bytes */1000"},
    {"bytes=5-4", 200, 0, 1000, NULL},
    {"bytes=0-1,3-4", 200, 0, 1000, NULL},
    {"bytes=", 200, 0, 1000, NULL},
    {"bytes=-", 200, 0, 1000, NULL},
    {"bytes=x-1", 200, 0, 1000, NULL},
    {"lines=0-1", 200, 0, 1000, NULL},
    {"bytes=0-1\r\nRange: bytes=2-3", 200, 0, 1000, NULL},
    {"bytes=0-1\r\nIf-Range: \"x\"", 200, 0, 1000, NULL},
};

START_TEST(test_range_of_the_table_gives_these_bytes)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        char request[200], status[20], field[80];
        snprintf(request, sizeof request, "GET /bytes/1000 HTTP/1.1\r\n" HOST "Range: %s\r\n\r\n",
                 ranges[i].range);
        snprintf(status, sizeof status, "HTTP/1.1 %u ", ranges[i].status);
        bench_begin(&bench);
        struct fake_stream *stream = ask(request);
        ck_assert_msg(strncmp(stream->sent, status, 13) == 0, "%s", ranges[i].range);
        const char *body = strstr(stream->sent, "\r\n\r\n") + 4;
        if (ranges[i].content_range) {
            snprintf(field, sizeof field, "\r\nContent-Range: %s\r\n", ranges[i].content_range);
            ck_assert_msg(strstr(stream->sent, field) != NULL, "%s", stream->sent);
        } else {
            ck_assert_ptr_null(strstr(stream->sent, "Content-Range"));
        }
        if (ranges[i].count > 0) {
            ck_assert_uint_eq(stream->sent_size, (size_t)(body - stream->sent) + ranges[i].count);
            check_bytes(body, ranges[i].first, ranges[i].count);
        }
        ck_assert_uint_eq(bench.released, 1);
    }
}
END_TEST

/* RFC 9110 section 13: asked for a body whose entity tag is "v1", or that has none. */
static const struct {
    const char *query, *fields;
    unsigned status;
} conditions[] = {
    {"tagged", "If-None-Match: \"v1\"", 304},
    {"tagged", "If-None-Match: W/\"v1\"", 304},
    {"tagged", "If-None-Match: \"a,b\", W/\"c\" ,\"v1\"", 304},
    {"tagged", "If-None-Match: *", 304},
    {"tagged", "If-None-Match: \"v2\"", 200},
    {"tagged", "If-None-Match: v1", 200},
    {"tagged", "If-None-Match: \"v1", 200},
    {"tagged", "If-None-Match:", 200},
    {"tagged", "If-None-Match: \"v1\"\r\nIf-None-Match: \"v1\"", 200},
    {"tagged", "If-Match: \"v1\"", 200},
    {"tagged", "If-Match: \"v2\", \"v1\"", 200},
    {"tagged", "If-Match: *", 200},
    {"tagged", "If-Match: \"v2\"", 412},
    {"tagged", "If-Match: W/\"v1\"", 412},
    {"tagged", "If-Match: \"v1\"\r\nIf-Match: \"v1\"", 412},
    {"tagged", "If-Match: \"v1\"\r\nIf-None-Match: \"v1\"", 304},
    {"tagged", "If-Match: \"v2\"\r\nIf-None-Match: \"v1\"", 412},
    {"tagged", "If-None-Match: \"v1\"\r\nRange: bytes=0-9", 304},
    {"tagged", "If-Range: \"v1\"\r\nRange: bytes=0-9", 206},
    {"tagged", "If-Range: \"v2\"\r\nRange: bytes=0-9", 200},
    {"tagged", "If-Range: W/\"v1\"\r\nRange: bytes=0-9", 200},
    {"tagged", "If-Range: Mon, 23 Nov 2026 12:00:00 GMT\r\nRange: bytes=0-9", 200},
    {"", "If-None-Match: \"\"", 200},
    {"", "If-None-Match: *", 304},
    {"", "If-Match: \"v1\"", 412},
};

START_TEST(test_condition_of_the_table_gets_this_status)
{
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        char request[240], status[20];
        snprintf(request, sizeof request, "GET /bytes/1000?%s HTTP/1.1\r\n" HOST "%s\r\n\r\n",
                 conditions[i].query, conditions[i].fields);
        snprintf(status, sizeof status, "HTTP/1.1 %u ", conditions[i].status);
        bench_begin(&bench);
        struct fake_stream *stream = ask(request);
        ck_assert_msg(strncmp(stream->sent, status, 13) == 0, "%s: %.20s", conditions[i].fields,
                      stream->sent);
        bool tagged = conditions[i].query[0] && conditions[i].status != 412;
        ck_assert_int_eq(strstr(stream->sent, "\r\nETag: \"v1\"\r\n") != NULL, tagged);
        if (conditions[i].status == 304) { /* section 15.4.5: no body, and none is announced */
            ck_assert_str_eq(strstr(stream->sent, "\r\n\r\n"), "\r\n\r\n");
            ck_assert_ptr_null(strstr(stream->sent, "Content-"));
        }
        ck_assert_uint_eq(bench.released, 1);
    }
}
END_TEST

START_TEST(test_connection_goes_on_after_a_304)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("GET /bytes/1000?tagged HTTP/1.1\r\n" HOST
                                     "If-None-Match: \"v1\"\r\n\r\n" GET HOST "\r\n");
    ck_assert_ptr_nonnull(strstr(stream->sent, "\r\n\r\nHTTP/1.1 200 OK\r\n"));
}
END_TEST

START_TEST(test_body_that_has_nothing_yet_is_asked_again_later)
{
    bench_begin(&bench);
    bench.pulls_to_wait = 20;
    struct fake_stream *stream = ask("GET /slow HTTP/1.1\r\n" HOST "\r\n");
    struct lan_pollfd fds[BENCH_CONNECTIONS + 1];
    ck_assert_uint_eq(lan_http_server_poll(&bench.server, fds), 1); /* the listener alone */
    while (bench.pulls_to_wait > 1) {
        uint64_t when_us = lan_http_server_step(&bench.server, bench.now_us);
        ck_assert_uint_eq(when_us, bench.now_us + LAN_HTTP_RETRY_MS * 1000);
        bench.now_us = when_us;
    }
    bench.pulls_to_wait = 0;
    bench_settle(&bench);
    const char *body = strstr(stream->sent, "\r\n\r\n") + 4;
    check_bytes(body, 0, 5000);
    ck_assert_uint_eq(bench.released, 1);
}
END_TEST

START_TEST(test_body_that_breaks_at_once_is_a_500)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("GET /broken HTTP/1.1\r\n" HOST "\r\n");
    ck_assert(strncmp(stream->sent, "HTTP/1.1 500 ", 13) == 0);
    ck_assert(stream->shut);
    ck_assert_uint_eq(bench.released, 1);
    ck_assert_uint_eq(bench.server.counters.bodies_broken, 1);
    ck_assert_uint_eq(bench.server.counters.answers_ok, 0);
    ck_assert_uint_eq(bench.server.counters.answers_failed, 1);
}
END_TEST

START_TEST(test_body_that_breaks_later_cuts_the_connection)
{
    bench_begin(&bench);
    bench.broken_after = 20000;
    struct fake_stream *stream = ask("GET /broken HTTP/1.1\r\n" HOST "\r\n");
    ck_assert(!stream->open);
    ck_assert(strncmp(stream->sent, "HTTP/1.1 200 ", 13) == 0);
    ck_assert_uint_lt(stream->sent_size, 21000);
    ck_assert_uint_eq(bench.released, 1);
    ck_assert_uint_eq(bench.server.counters.bodies_broken, 1);
}
END_TEST

START_TEST(test_body_that_gives_less_or_more_than_it_should_cuts_the_connection)
{
    static const long results[] = {0, 1000000};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        bench_begin(&bench);
        bench.broken_after = 20000;
        bench.broken_result = results[i];
        struct fake_stream *stream = ask("GET /broken HTTP/1.1\r\n" HOST "\r\n");
        ck_assert(!stream->open);
        ck_assert_uint_lt(stream->sent_size, 21000);
        ck_assert_uint_eq(bench.server.counters.bodies_broken, 1);
    }
}
END_TEST

START_TEST(test_connections_are_served_side_by_side)
{
    bench_begin(&bench);
    const char *large = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n", *small = GET HOST "\r\n";
    struct fake_stream *first = fake_knock(&bench.host, large, strlen(large));
    first->write_room = 1000; /* a slow reader */
    fake_arrive(first, 100);
    bench_settle(&bench);
    struct fake_stream *second = bench_exchange(&bench, small, strlen(small), 3, 1);
    ck_assert_str_eq(second->sent + second->sent_size - 6, "hello\n");
    ck_assert_uint_eq(first->sent_size, 1000);
}
END_TEST

START_TEST(test_fast_reader_of_a_large_body_leaves_others_their_turn)
{
    bench_begin(&bench);
    const char *large = "GET /bytes/900000 HTTP/1.1\r\n" HOST "\r\n", *small = GET HOST "\r\n";
    struct fake_stream *first = fake_knock(&bench.host, large, strlen(large));
    fake_arrive(first, 100);
    struct fake_stream *second = fake_knock(&bench.host, small, strlen(small));
    fake_arrive(second, 100);
    lan_http_server_step(&bench.server, bench.now_us); /* accepts */
    lan_http_server_step(&bench.server, bench.now_us);
    ck_assert_uint_gt(second->sent_size, 0);
    ck_assert_uint_lt(first->sent_size, 100000);
}
END_TEST

START_TEST(test_connection_beyond_the_last_waits_and_takes_the_place_of_an_idle_one)
{
    bench_begin(&bench);
    struct fake_stream *idle = ask(GET HOST "\r\n");
    bench.now_us += 1000;
    ask(GET HOST "\r\n");
    ask(GET HOST "\r\n");
    struct fake_stream *late = ask(GET HOST "\r\n");
    ck_assert(late->waits);
    struct lan_pollfd fds[BENCH_CONNECTIONS + 1];
    ck_assert_uint_eq(lan_http_server_poll(&bench.server, fds), 3); /* not the listener */
    uint64_t when_us = lan_http_server_step(&bench.server, bench.now_us);
    ck_assert_uint_eq(when_us, 1000 + LAN_HTTP_SPARE_MS * 1000); /* the first one's idle time */
    bench.now_us = when_us;
    bench_settle(&bench);
    ck_assert(!idle->open);
    ck_assert(!late->waits);
    ck_assert_uint_gt(late->sent_size, 0);
    ck_assert_uint_eq(bench.server.counters.connections_spare, 1);
}
END_TEST

START_TEST(test_busy_connections_yield_to_nobody)
{
    bench_begin(&bench);
    const char *large = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n";
    for (unsigned i = 0; i < BENCH_CONNECTIONS; i++) {
        struct fake_stream *stream = fake_knock(&bench.host, large, strlen(large));
        stream->write_room = 1000;
        fake_arrive(stream, 100);
    }
    bench_settle(&bench);
    struct fake_stream *late = ask(GET HOST "\r\n");
    bench.now_us += 2 * LAN_HTTP_SPARE_MS * 1000;
    bench_settle(&bench);
    ck_assert(late->waits);
}
END_TEST

START_TEST(test_listener_without_descriptors_is_asked_again_later)
{
    bench_begin(&bench);
    bench.host.accept_error = LAN_EMFILE;
    struct fake_stream *stream = ask(GET HOST "\r\n");
    uint64_t when_us = lan_http_server_step(&bench.server, bench.now_us);
    ck_assert_uint_eq(when_us, bench.now_us + LAN_HTTP_RETRY_MS * 1000);
    struct lan_pollfd fds[BENCH_CONNECTIONS + 1];
    ck_assert_uint_eq(lan_http_server_poll(&bench.server, fds), 0);
    bench.host.accept_error = 0;
    bench.now_us = when_us;
    bench_settle(&bench);
    ck_assert_uint_gt(stream->sent_size, 0);
}
END_TEST

/* Lets time pass up to the server's own deadline, and checks that it is this. */
static void pass(uint64_t ms)
{
    uint64_t when_us = lan_http_server_step(&bench.server, bench.now_us);
    ck_assert_uint_eq(when_us, bench.now_us + ms * 1000);
    bench.now_us = when_us - 1;
    bench_settle(&bench);
    bench.now_us = when_us;
}

START_TEST(test_idle_connection_is_closed_after_its_time)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask(GET HOST "\r\n");
    pass(LAN_HTTP_IDLE_MS);
    ck_assert(stream->open);
    bench_settle(&bench);
    ck_assert(!stream->open);
    ck_assert_uint_eq(bench.server.counters.timeouts_idle, 1);
}
END_TEST

START_TEST(test_silent_connection_is_closed_after_its_time)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask("");
    pass(LAN_HTTP_IDLE_MS);
    bench_settle(&bench);
    ck_assert(!stream->open);
    ck_assert_uint_eq(stream->sent_size, 0);
}
END_TEST

START_TEST(test_request_that_drips_is_a_408_however_often_it_drips)
{
    const char *request = "GET /hello HTTP/1.1\r\nX: a very slow one indeed\r\n";
    bench_begin(&bench);
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    bench_settle(&bench);
    uint64_t begin_us = bench.now_us;
    while (!stream->shut && stream->arrived < stream->input_size) {
        fake_arrive(stream, 1);
        bench_settle(&bench);
        bench.now_us += 500000;
    }
    ck_assert(strncmp(stream->sent, "HTTP/1.1 408 ", 13) == 0);
    ck_assert_uint_le(bench.now_us - begin_us, LAN_HTTP_REQUEST_MS * 1000 + 1000000);
    ck_assert_uint_eq(bench.server.counters.timeouts_request, 1);
}
END_TEST

START_TEST(test_body_that_never_comes_is_a_408_instead_of_the_answer)
{
    bench_begin(&bench);
    struct fake_stream *stream =
        ask("GET /bytes/10 HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabc");
    ck_assert_uint_eq(stream->sent_size, 0);
    pass(LAN_HTTP_REQUEST_MS);
    bench_settle(&bench);
    ck_assert(strncmp(stream->sent, "HTTP/1.1 408 ", 13) == 0);
    ck_assert_uint_eq(bench.released, 1);
}
END_TEST

START_TEST(test_reader_that_stalls_is_closed_after_its_time)
{
    bench_begin(&bench);
    const char *request = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->write_room = 10000;
    fake_arrive(stream, 100);
    bench_settle(&bench);
    pass(LAN_HTTP_STALL_MS);
    ck_assert(stream->open);
    bench_settle(&bench);
    ck_assert(!stream->open);
    ck_assert_uint_eq(bench.released, 1);
    ck_assert_uint_eq(bench.server.counters.timeouts_answer, 1);
}
END_TEST

/* Only a whole buffer taken renews its time (RFC 9112 section 9.5). */
START_TEST(test_reader_that_drips_is_closed_all_the_same)
{
    bench_begin(&bench);
    const char *request = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->write_room = 10000;
    fake_arrive(stream, 100);
    bench_settle(&bench);
    for (unsigned ms = 0; ms < LAN_HTTP_STALL_MS; ms += 1000) {
        ck_assert(stream->open);
        bench.now_us += 1000 * 1000;
        stream->write_room = 1;
        bench_settle(&bench);
    }
    ck_assert(!stream->open);
    ck_assert_uint_eq(bench.server.counters.timeouts_answer, 1);
}
END_TEST

START_TEST(test_peer_that_does_not_close_after_us_is_closed_after_a_while)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask(GET HOST "Connection: close\r\n\r\n");
    ck_assert(stream->shut && stream->open);
    pass(LAN_HTTP_LINGER_MS);
    bench_settle(&bench);
    ck_assert(!stream->open);
}
END_TEST

START_TEST(test_peer_that_floods_after_our_end_is_closed_all_the_same)
{
    static char flood[500000];
    memset(flood, 'x', sizeof flood);
    memcpy(flood, "BAD\r\n\r\n", 7);
    bench_begin(&bench);
    struct fake_stream *stream = fake_knock(&bench.host, flood, sizeof flood);
    while (stream->waits || stream->open) {
        fake_arrive(stream, 100);
        bench_settle(&bench);
        bench.now_us += 10000;
    }
    ck_assert_uint_lt(stream->arrived, sizeof flood);
    ck_assert_uint_eq(count_answers(stream), 1);
}
END_TEST

START_TEST(test_peer_that_closes_between_requests_is_no_loss_and_within_one_is)
{
    bench_begin(&bench);
    struct fake_stream *stream = ask(GET HOST "\r\n");
    stream->finished = true;
    bench_settle(&bench);
    ck_assert(!stream->open);
    ck_assert_uint_eq(bench.server.counters.peers_gone, 0);
    stream = ask("GET /hel");
    stream->finished = true;
    bench_settle(&bench);
    ck_assert(!stream->open);
    ck_assert_uint_eq(bench.server.counters.peers_gone, 1);
}
END_TEST

START_TEST(test_half_closed_peer_still_gets_its_answer)
{
    bench_begin(&bench);
    const char *request = GET HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->finished = true;
    fake_arrive(stream, 1000);
    bench_settle(&bench);
    ck_assert_str_eq(stream->sent + stream->sent_size - 6, "hello\n");
    ck_assert(!stream->open);
}
END_TEST

START_TEST(test_connection_lost_within_an_answer_releases_the_body)
{
    bench_begin(&bench);
    const char *request = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->write_room = 10000;
    fake_arrive(stream, 100);
    bench_settle(&bench);
    stream->lost = LAN_ECONNRESET;
    bench_settle(&bench);
    ck_assert(!stream->open);
    ck_assert_uint_eq(bench.released, 1);
    ck_assert_uint_eq(bench.server.counters.peers_gone, 1);
}
END_TEST

START_TEST(test_server_closed_within_an_answer_releases_all)
{
    bench_begin(&bench);
    const char *request = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->write_room = 10000;
    fake_arrive(stream, 100);
    bench_settle(&bench);
    lan_http_server_close(&bench.server);
    ck_assert(!stream->open && !bench.host.listens);
    ck_assert_uint_eq(bench.released, 1);
}
END_TEST

START_TEST(test_poll_asks_for_what_each_connection_waits_for)
{
    bench_begin(&bench);
    ask(GET HOST "\r\n");
    const char *request = "GET /bytes/500000 HTTP/1.1\r\n" HOST "\r\n";
    struct fake_stream *stream = fake_knock(&bench.host, request, strlen(request));
    stream->write_room = 10000;
    fake_arrive(stream, 100);
    bench_settle(&bench);
    struct lan_pollfd fds[BENCH_CONNECTIONS + 1];
    ck_assert_uint_eq(lan_http_server_poll(&bench.server, fds), 3);
    ck_assert(fds[0].fd == FAKE_LISTENER && fds[0].events == LAN_POLLIN);
    ck_assert_int_eq(fds[1].events, LAN_POLLIN);
    ck_assert_int_eq(fds[2].events, LAN_POLLOUT);
}
END_TEST

START_TEST(test_every_counter_has_a_name_of_its_own)
{
    bench_begin(&bench);
    const char *names[64] = {0};
    uint64_t value;
    unsigned count = 0;
    while ((names[count] = lan_http_server_counter(&bench.server, count, &value)) != NULL) {
        for (unsigned i = 0; i < count; i++)
            ck_assert_str_ne(names[i], names[count]);
        count++;
    }
    ck_assert_uint_eq(count, sizeof bench.server.counters / sizeof(uint64_t));
}
END_TEST

START_TEST(test_open_without_a_descriptor_tells_why)
{
    struct lan_http_server server;
    fake_begin(&bench.host);
    bench.host.accept_error = LAN_EMFILE;
    ck_assert_int_eq(lan_http_server_open(&server, &bench.host, &(struct lan_address){0, 80}, NULL,
                                          0, bench.connections, BENCH_CONNECTIONS),
                     -LAN_EMFILE);
}
END_TEST

TEST_MAIN(
    "http_server", test_request_of_the_table_is_answered_so,
    test_request_arriving_byte_by_byte_gets_the_same_answer,
    test_malformed_request_is_refused_and_the_connection_closed, test_nul_in_the_head_is_refused,
    test_answer_to_get_is_complete, test_answer_to_head_is_that_to_get_without_its_body,
    test_refusals_carry_the_fields_they_must,
    test_version_1_0_that_asks_to_keep_the_connection_is_told_so,
    test_handler_sees_decoded_path_rest_and_raw_query,
    test_pipelined_requests_are_answered_in_order,
    test_body_of_a_request_over_the_limit_in_chunks_is_refused,
    test_large_body_goes_out_whole_however_little_the_socket_takes,
    test_end_of_an_answer_is_pushed_and_its_middle_is_not, test_body_of_unknown_size_goes_in_chunks,
    test_body_of_unknown_size_for_version_1_0_ends_with_the_connection,
    test_range_of_the_table_gives_these_bytes, test_condition_of_the_table_gets_this_status,
    test_connection_goes_on_after_a_304, test_body_that_has_nothing_yet_is_asked_again_later,
    test_body_that_breaks_at_once_is_a_500, test_body_that_breaks_later_cuts_the_connection,
    test_body_that_gives_less_or_more_than_it_should_cuts_the_connection,
    test_connections_are_served_side_by_side,
    test_fast_reader_of_a_large_body_leaves_others_their_turn,
    test_connection_beyond_the_last_waits_and_takes_the_place_of_an_idle_one,
    test_busy_connections_yield_to_nobody, test_listener_without_descriptors_is_asked_again_later,
    test_idle_connection_is_closed_after_its_time, test_silent_connection_is_closed_after_its_time,
    test_request_that_drips_is_a_408_however_often_it_drips,
    test_body_that_never_comes_is_a_408_instead_of_the_answer,
    test_reader_that_stalls_is_closed_after_its_time, test_reader_that_drips_is_closed_all_the_same,
    test_peer_that_does_not_close_after_us_is_closed_after_a_while,
    test_peer_that_floods_after_our_end_is_closed_all_the_same,
    test_peer_that_closes_between_requests_is_no_loss_and_within_one_is,
    test_half_closed_peer_still_gets_its_answer,
    test_connection_lost_within_an_answer_releases_the_body,
    test_server_closed_within_an_answer_releases_all,
    test_poll_asks_for_what_each_connection_waits_for, test_every_counter_has_a_name_of_its_own,
    test_open_without_a_descriptor_tells_why)
