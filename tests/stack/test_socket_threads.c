/* One host and many threads, by the one lock that the port supplies. The host talks to
 * itself, as fast as it can. test_socket_threads.py runs this under ThreadSanitizer.
 *
 *   echo server -> a thread for each connection     writers and readers, byte by byte
 *   an echo for datagrams                           a thread that asks, again and again
 *   a watcher: poll, select, counters, lists        sockets closed under who waits */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "lan_socket.h"
#include "test.h"

enum { PORT = 7, CLIENTS = 4, BYTES = 60000, DATAGRAMS = 200, CLOSED_UNDER = 50 };

struct world {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct lan_host *host;
    uint64_t random;
    bool over; /* of the watcher; under the lock */
};

/* --- the port -------------------------------------------------------------------------------- */

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void lock(void *context)
{
    struct world *world = context;
    pthread_mutex_lock(&world->mutex);
}

static void unlock(void *context)
{
    struct world *world = context;
    pthread_mutex_unlock(&world->mutex);
}

static void wake(void *context)
{
    struct world *world = context;
    pthread_cond_broadcast(&world->changed);
}

static uint32_t draw(void *context)
{
    struct world *world = context;
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->random >> 32);
}

static bool wait_until(void *context, uint64_t until_us)
{
    struct world *world = context;
    uint64_t latest = now_us() + 1000000u;
    uint64_t until = until_us < latest ? until_us : latest;
    const struct timespec time = {(time_t)(until / 1000000u), (long)(until % 1000000u) * 1000};
    pthread_cond_timedwait(&world->changed, &world->mutex, &time);
    pthread_mutex_unlock(&world->mutex);
    lan_host_step(world->host, now_us());
    pthread_mutex_lock(&world->mutex);
    return true;
}

static struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    pthread_condattr_t attributes;
    const struct lan_port port = {
        .context = world,
        .random = draw,
        .wait = wait_until,
        .lock = lock,
        .unlock = unlock,
        .wake = wake,
    };
    const struct lan_host_config config = {
        .connection_count = 64,
        .buffer_count = 32,
        .buffer_bytes = 4096,
        .datagram_socket_count = 8,
        .datagram_queue_bytes = 4096,
    };
    pthread_mutex_init(&world->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&world->changed, &attributes);
    size_t size = lan_host_size(&config);
    world->host = lan_host_init(malloc(size), size, &config, &port, now_us());
    return world;
}

static void world_free(struct world *world)
{
    free(world->host);
    free(world);
}

static pthread_t started(void *(*run)(void *), void *context)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, context), 0);
    return thread;
}

/* A thread's failure comes out by its result: libcheck's asserts are for the main one. */
static void expect_success(pthread_t thread)
{
    void *result;
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_msg(result == NULL, "%s", (const char *)result);
}

static const struct lan_address SELF = {LAN_IP4(127, 0, 0, 1), PORT};

/* --- streams ---------------------------------------------------------------------------------- */

struct echo {
    struct world *world;
    int fd;
};

static void *echo_stream(void *context)
{
    const struct echo *echo = context;
    struct lan_host *host = echo->world->host;
    uint8_t memory[700];
    long got;
    while ((got = lan_read(host, echo->fd, memory, sizeof memory)) > 0)
        if (lan_write(host, echo->fd, memory, (size_t)got) != got)
            return "the echo could not write";
    lan_close(host, echo->fd);
    return got == 0 ? NULL : "the echo could not read";
}

static void *serve(void *context)
{
    const struct echo *listener = context;
    struct echo echoes[CLIENTS];
    pthread_t threads[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        echoes[i] =
            (struct echo){listener->world, lan_accept(listener->world->host, listener->fd, NULL)};
        if (echoes[i].fd < 0)
            return "nobody was accepted";
        if (pthread_create(&threads[i], NULL, echo_stream, &echoes[i]) != 0)
            return "no thread";
    }
    for (int i = 0; i < CLIENTS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        if (result)
            return result;
    }
    return NULL;
}

static uint8_t byte_at(size_t place, int fd)
{
    return (uint8_t)(place * 31 + place / 253 + (size_t)fd);
}

/* Writes what another thread reads back from the same socket. */
static void *write_stream(void *context)
{
    const struct echo *stream = context;
    uint8_t memory[997];
    for (size_t done = 0; done < BYTES;) {
        size_t size = BYTES - done < sizeof memory ? BYTES - done : sizeof memory;
        for (size_t i = 0; i < size; i++)
            memory[i] = byte_at(done + i, stream->fd);
        if (lan_write(stream->world->host, stream->fd, memory, size) != (long)size)
            return "a write was cut short";
        done += size;
    }
    return lan_shutdown(stream->world->host, stream->fd, LAN_SHUT_WR) < 0 ? "no shutdown" : NULL;
}

static void *talk(void *context)
{
    struct world *world = context;
    struct echo stream = {world, lan_socket(world->host, LAN_AF_INET, LAN_SOCK_STREAM, 0)};
    uint8_t memory[811];
    pthread_t writer;
    void *result;
    if (stream.fd < 0 || lan_connect(world->host, stream.fd, &SELF) < 0)
        return "no connection";
    if (pthread_create(&writer, NULL, write_stream, &stream) != 0)
        return "no thread";
    size_t done = 0;
    long got;
    while ((got = lan_read(world->host, stream.fd, memory, sizeof memory)) > 0)
        for (long i = 0; i < got; i++)
            if (memory[i] != byte_at(done++, stream.fd))
                return "a byte came back changed";
    pthread_join(writer, &result);
    lan_close(world->host, stream.fd);
    return result ? result : done != BYTES ? "bytes are missing" : NULL;
}

/* --- datagrams -------------------------------------------------------------------------------- */

static void *echo_datagrams(void *context)
{
    const struct echo *echo = context;
    struct lan_address source;
    uint8_t memory[64];
    for (;;) {
        long got = lan_recvfrom(echo->world->host, echo->fd, memory, sizeof memory, 0, &source);
        if (got <= 0) /* an empty one ends it */
            return got == 0 ? NULL : "no datagram";
        lan_sendto(echo->world->host, echo->fd, memory, (size_t)got, 0, &source);
    }
}

static void *ask(void *context)
{
    struct world *world = context;
    int fd = lan_socket(world->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    for (int i = 0; i < DATAGRAMS; i++) {
        uint8_t out = (uint8_t)i, in = 0;
        struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLIN};
        if (lan_sendto(world->host, fd, &out, 1, 0, &SELF) != 1 ||
            lan_poll(world->host, &entry, 1, -1) != 1 ||
            lan_recvfrom(world->host, fd, &in, 1, LAN_MSG_DONTWAIT, NULL) != 1 || in != out)
            return "a question went wrong";
    }
    lan_sendto(world->host, fd, "", 0, 0, &SELF);
    lan_close(world->host, fd);
    return NULL;
}

/* --- a watcher, and sockets that are closed ----------------------------------------------------
 */

static void *watch(void *context)
{
    struct world *world = context;
    for (;;) {
        struct lan_fd_set read;
        struct lan_socket_info info;
        uint64_t value;
        lan_fd_zero(&read);
        if (lan_select(world->host, LAN_FD_SETSIZE, &read, NULL, NULL, 1) < 0)
            return "select failed";
        for (unsigned i = 0; lan_host_socket(world->host, i, &info); i++)
            ;
        for (unsigned i = 0; lan_host_counter(world->host, i, &value); i++)
            ;
        lan_host_random(world->host);
        lan_host_now(world->host);
        lock(world);
        bool over = world->over;
        unlock(world);
        if (over)
            return NULL;
    }
}

static void *read_until_closed(void *context)
{
    const struct echo *echo = context;
    char c;
    return lan_read(echo->world->host, echo->fd, &c, 1) == -LAN_EBADF ? NULL : "no EBADF";
}

/* The descriptor is used again at once: who waited must not take it for his own. */
static void *close_under_readers(void *context)
{
    struct world *world = context;
    for (int i = 0; i < CLOSED_UNDER; i++) {
        struct echo echo = {world, lan_socket(world->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0)};
        pthread_t reader;
        void *result;
        if (echo.fd < 0 || pthread_create(&reader, NULL, read_until_closed, &echo) != 0)
            return "no reader";
        lan_poll(world->host, NULL, 0, i % 3);
        lan_close(world->host, echo.fd);
        int other = lan_socket(world->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
        lan_close(world->host, other);
        pthread_join(reader, &result);
        if (result)
            return result;
    }
    return NULL;
}

/* --- all of it
 * ------------------------------------------------------------------------------------ */

START_TEST(test_threads_share_a_host_by_the_one_lock)
{
    struct world *world = world_new();
    const struct lan_address any = {0, PORT};
    struct echo listener = {world, lan_socket(world->host, LAN_AF_INET, LAN_SOCK_STREAM, 0)};
    struct echo datagrams = {world, lan_socket(world->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0)};
    ck_assert_int_eq(lan_bind(world->host, listener.fd, &any), 0);
    ck_assert_int_eq(lan_listen(world->host, listener.fd, CLIENTS), 0);
    ck_assert_int_eq(lan_bind(world->host, datagrams.fd, &any), 0);
    pthread_t watcher = started(watch, world), server = started(serve, &listener);
    pthread_t answerer = started(echo_datagrams, &datagrams), asker = started(ask, world);
    pthread_t clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = started(talk, world);
    for (int i = 0; i < CLIENTS; i++)
        expect_success(clients[i]);
    expect_success(server);
    expect_success(asker);
    expect_success(answerer);
    lock(world);
    world->over = true;
    unlock(world);
    expect_success(watcher);
    world_free(world);
}
END_TEST

START_TEST(test_socket_closed_under_a_thread_that_waits_ends_its_call)
{
    struct world *world = world_new();
    pthread_t closer = started(close_under_readers, world);
    expect_success(closer);
    world_free(world);
}
END_TEST

TEST_MAIN("socket_threads", test_threads_share_a_host_by_the_one_lock,
          test_socket_closed_under_a_thread_that_waits_ends_its_call)
