/* Random and mutated bytes to the HTTP server and client: nothing breaks (the asan
 * build sees to that), and the pieces in which bytes come change no answer. A
 * failure names its seed: LANTERN_SEED=n replays it. */
#include "http_bench.h"
#include "test.h"

enum { ROUNDS = 3000, INPUT_MAX = 3000 };

static const char *const words[] = {
    "GET ",
    "HEAD ",
    "POST ",
    "/hello",
    "/bytes/100",
    "/stream",
    "/echo/%41",
    "/..",
    "?q=1",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "Host: a\r\n",
    "\r\n",
    "\r\n\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Range: bytes=1-",
    "Range: bytes=-7\r\n",
    "Expect: 100-continue\r\n",
    "5\r\nabcde\r\n",
    "0\r\n\r\n",
    "\n",
    "\r",
    ":",
    " ",
    "%",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 301 Moved\r\n",
    "Location: ../x\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
};
static const char *const whole[] = {
    "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /echo/x%20y?z HTTP/1.1\r\nHost: a\r\nRange: bytes=2-5\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "HEAD http://a/stream HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
    "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
};
static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: /a/../b\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 No\r\n\r\nnothing here",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Some texts after each other, a few of their bytes changed. */
static size_t make_input(char *input, uint64_t *state, const char *const *texts, size_t count)
{
    size_t size = 0, parts = bench_random(state) % 6 + 1;
    bool of_words = bench_random(state) % 3 == 0;
    for (size_t i = 0; i < (of_words ? 4 * parts : parts); i++) {
        const char *text = of_words ? words[bench_random(state) % COUNT(words)]
                                    : texts[bench_random(state) % count];
        if (size + strlen(text) > INPUT_MAX)
            break;
        memcpy(input + size, text, strlen(text));
        size += strlen(text);
    }
    for (uint32_t changes = bench_random(state) % 4; changes > 0; changes--)
        input[bench_random(state) % size] = (char)bench_random(state);
    return size;
}

static struct bench first, second;

START_TEST(test_any_bytes_get_the_same_answers_in_any_pieces)
{
    uint64_t begin = test_seed(1), rounds = getenv("LANTERN_SEED") ? 1 : ROUNDS;
    for (uint64_t seed = begin; seed < begin + rounds; seed++) {
        char input[INPUT_MAX + 1];
        uint64_t state = seed * 0x9E3779B97F4A7C15u | 1;
        size_t size = make_input(input, &state, whole, COUNT(whole));
        bench_begin(&first);
        bench_begin(&second);
        struct fake_stream *one = bench_exchange(&first, input, size, size, 0);
        struct fake_stream *many = bench_exchange(&second, input, size, 0, seed);
        ck_assert_msg(one->sent_size == many->sent_size, "LANTERN_SEED=%llu",
                      (unsigned long long)seed);
        ck_assert_msg(memcmp(one->sent, many->sent, one->sent_size) == 0, "LANTERN_SEED=%llu",
                      (unsigned long long)seed);
        ck_assert_msg(one->sent_size == 0 || memcmp(one->sent, "HTTP/1.1 ", 9) == 0,
                      "LANTERN_SEED=%llu", (unsigned long long)seed);
        ck_assert_msg(one->shut == many->shut, "LANTERN_SEED=%llu", (unsigned long long)seed);
        lan_http_server_close(&first.server);
        lan_http_server_close(&second.server);
    }
}
END_TEST

struct sink {
    char bytes[INPUT_MAX];
    size_t size;
};

static bool take(void *context, const void *bytes, size_t size)
{
    struct sink *sink = context;
    ck_assert_uint_le(sink->size + size, sizeof sink->bytes);
    memcpy(sink->bytes + sink->size, bytes, size);
    sink->size += size;
    return true;
}

static void get(struct lan_http_client *client, struct sink *sink, char *input, size_t size,
                uint64_t piece_seed)
{
    static struct lan_host host;
    uint64_t state = piece_seed | 1;
    fake_begin(&host);
    host.streams[0].input = input;
    host.streams[0].input_size = size;
    lan_http_client_open(client, &host, "http://a/b", 1, take, sink, 0);
    while (host.streams[0].arrived < size && lan_http_client_step(client, 0) == LAN_HTTP_RUNNING)
        fake_arrive(&host.streams[0], piece_seed ? bench_random(&state) % 30 + 1 : size);
    host.streams[0].finished = true;
    ck_assert_int_ne(lan_http_client_step(client, 0), LAN_HTTP_RUNNING);
}

START_TEST(test_any_answer_ends_the_same_in_any_pieces)
{
    uint64_t begin = test_seed(1), rounds = getenv("LANTERN_SEED") ? 1 : ROUNDS;
    for (uint64_t seed = begin; seed < begin + rounds; seed++) {
        char input[INPUT_MAX + 1];
        uint64_t state = seed * 0x9E3779B97F4A7C15u | 1;
        size_t size = make_input(input, &state, answers, COUNT(answers));
        struct lan_http_client one, many;
        struct sink one_sink = {.size = 0}, many_sink = {.size = 0};
        get(&one, &one_sink, input, size, 0);
        get(&many, &many_sink, input, size, seed);
        ck_assert_msg(one.error == many.error && one.status == many.status, "LANTERN_SEED=%llu",
                      (unsigned long long)seed);
        ck_assert_msg(one_sink.size == many_sink.size &&
                          memcmp(one_sink.bytes, many_sink.bytes, one_sink.size) == 0,
                      "LANTERN_SEED=%llu", (unsigned long long)seed);
        ck_assert_str_eq(one.location, many.location);
    }
}
END_TEST

TEST_MAIN("http_fuzz", test_any_bytes_get_the_same_answers_in_any_pieces,
          test_any_answer_ends_the_same_in_any_pieces)
