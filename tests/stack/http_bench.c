/* See http_bench.h. */
#include "http_bench.h"

#include <stdio.h>
#include <stdlib.h>

char bench_byte(uint64_t offset)
{
    return (char)('a' + offset * 7 % 26);
}

uint32_t bench_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * 0x2545F4914F6CDD1Du >> 32);
}

static void release(void *context)
{
    ((struct bench *)context)->released++;
}

static long pull_bytes(void *context, uint64_t offset, void *memory, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++)
        ((char *)memory)[i] = bench_byte(offset + i);
    return (long)size;
}

static int handle_bytes(void *context, const struct lan_http_request *request,
                        struct lan_http_answer *answer)
{
    *answer = (struct lan_http_answer){.type = "application/octet-stream",
                                       .size = strtoull(request->rest, NULL, 10),
                                       .pull = pull_bytes,
                                       .release = release,
                                       .context = context};
    if (strcmp(request->query, "tagged") == 0)
        strcpy(answer->tag, "v1");
    return 200;
}

static long pull_stream(void *context, uint64_t offset, void *memory, size_t size)
{
    uint64_t left = 10000 - offset, piece = 777;
    size_t given = left < piece ? (size_t)left : (size_t)piece;
    return pull_bytes(context, offset, memory, given < size ? given : size);
}

static int handle_stream(void *context, const struct lan_http_request *request,
                         struct lan_http_answer *answer)
{
    (void)request;
    *answer = (struct lan_http_answer){.type = "text/plain",
                                       .size = LAN_HTTP_SIZE_UNKNOWN,
                                       .pull = pull_stream,
                                       .release = release,
                                       .context = context,
                                       .no_store = true};
    return 200;
}

static long pull_slow(void *context, uint64_t offset, void *memory, size_t size)
{
    struct bench *bench = context;
    if (bench->pulls_to_wait > 0) {
        bench->pulls_to_wait--;
        return -LAN_EAGAIN;
    }
    return pull_bytes(context, offset, memory, size);
}

static int handle_slow(void *context, const struct lan_http_request *request,
                       struct lan_http_answer *answer)
{
    (void)request;
    *answer = (struct lan_http_answer){.type = "text/plain",
                                       .size = 5000,
                                       .pull = pull_slow,
                                       .release = release,
                                       .context = context};
    return 200;
}

static long pull_broken(void *context, uint64_t offset, void *memory, size_t size)
{
    struct bench *bench = context;
    uint64_t left = (uint64_t)bench->broken_after - offset;
    if (left == 0)
        return bench->broken_result;
    return pull_bytes(context, offset, memory, left < size ? (size_t)left : size);
}

static int handle_broken(void *context, const struct lan_http_request *request,
                         struct lan_http_answer *answer)
{
    int status = handle_slow(context, request, answer);
    answer->size = 100000;
    answer->pull = pull_broken;
    return status;
}

struct echo {
    char text[2 * LAN_HTTP_HEAD_SIZE];
    size_t size;
};

static long pull_echo(void *context, uint64_t offset, void *memory, size_t size)
{
    memcpy(memory, ((struct echo *)context)->text + offset, size);
    return (long)size;
}

static void release_echo(void *context)
{
    free(context);
}

static int handle_echo(void *context, const struct lan_http_request *request,
                       struct lan_http_answer *answer)
{
    (void)context;
    struct echo *echo = malloc(sizeof *echo);
    echo->size = (size_t)snprintf(echo->text, sizeof echo->text, "path=%s rest=%s query=%s",
                                  request->path, request->rest, request->query);
    *answer = (struct lan_http_answer){.type = "text/plain",
                                       .size = echo->size,
                                       .pull = pull_echo,
                                       .release = release_echo,
                                       .context = echo};
    return 200;
}

static int handle_busy(void *context, const struct lan_http_request *request,
                       struct lan_http_answer *answer)
{
    (void)context, (void)request, (void)answer;
    return 503;
}

void bench_begin(struct bench *bench)
{
    static struct lan_http_file hello = {"text/plain", "hello\n", 6};
    static struct lan_http_file empty = {"text/plain", "", 0};
    static struct lan_http_route routes[9];
    fake_begin(&bench->host);
    bench->now_us = 1000;
    bench->released = bench->pulls_to_wait = 0;
    bench->broken_after = 0;
    bench->broken_result = -LAN_ENETDOWN;
    unsigned count = 0;
    routes[count++] = (struct lan_http_route){"/hello", lan_http_handle_file, &hello};
    routes[count++] = (struct lan_http_route){"/empty", lan_http_handle_file, &empty};
    routes[count++] = (struct lan_http_route){"/bytes/*", handle_bytes, bench};
    routes[count++] = (struct lan_http_route){"/stream", handle_stream, bench};
    routes[count++] = (struct lan_http_route){"/slow", handle_slow, bench};
    routes[count++] = (struct lan_http_route){"/broken", handle_broken, bench};
    routes[count++] = (struct lan_http_route){"/busy", handle_busy, NULL};
    routes[count++] = (struct lan_http_route){"/echo/*", handle_echo, NULL};
    routes[count++] = (struct lan_http_route){"/", lan_http_handle_file, &hello};
    lan_http_server_open(&bench->server, &bench->host, &(struct lan_address){0, 80}, routes, count,
                         bench->connections, BENCH_CONNECTIONS);
}

void bench_settle(struct bench *bench)
{
    while (lan_http_server_step(&bench->server, bench->now_us) <= bench->now_us) {
    }
}

struct fake_stream *bench_exchange(struct bench *bench, const char *input, size_t size,
                                   size_t piece, uint64_t seed)
{
    uint64_t state = seed + 1;
    struct fake_stream *stream = fake_knock(&bench->host, input, size);
    bench_settle(bench);
    while (stream->arrived < size && (stream->open || stream->waits)) {
        fake_arrive(stream, piece ? piece : bench_random(&state) % 40 + 1);
        bench_settle(bench);
    }
    return stream;
}
