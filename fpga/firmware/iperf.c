/* See iperf.h. The control connection carries single bytes that name a state, and JSON
 * behind its size (4 bytes, high first). The steps of a test:
 *
 *   cookie, parameters, [the stream comes], running, the client's results, ours, done
 */
#include "iperf.h"

#include <string.h>

enum state { /* iperf_api.h */
             TEST_START = 1,
             TEST_RUNNING = 2,
             TEST_END = 4,
             PARAM_EXCHANGE = 9,
             CREATE_STREAMS = 10,
             CLIENT_TERMINATE = 12,
             EXCHANGE_RESULTS = 13,
             DISPLAY_RESULTS = 14,
             IPERF_DONE = 16,
             ACCESS_DENIED = 255,
             SERVER_ERROR = 254,
};

enum { STEP_NONE, STEP_COOKIE, STEP_PARAMETERS, STEP_STREAM, STEP_RUNS, STEP_RESULTS, STEP_DONE };

enum { SPANS_A_STEP = 16, DATAGRAM_HEAD = 12 };

/* The answer to a stream's first datagram, which has four bytes too. */
static const uint8_t welcome[4] = {0x36, 0x37, 0x38, 0x39};

/* --- JSON, as much as there is ----------------------------------------------------------- */

static const char *find(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    at = at ? strchr(at + strlen(key), ':') : NULL;
    return at ? at + 1 : NULL;
}

static bool is_true(const char *text, const char *key)
{
    const char *at = find(text, key);
    while (at && *at == ' ')
        at++;
    return at && (strncmp(at, "true", 4) == 0 || *at == '1');
}

static uint32_t number(const char *text, const char *key, uint32_t otherwise)
{
    const char *at = find(text, key);
    uint32_t value = 0;
    if (!at)
        return otherwise;
    for (; *at == ' ' || (*at >= '0' && *at <= '9'); at++)
        if (*at != ' ')
            value = value * 10 + (uint32_t)(*at - '0');
    return value;
}

static char *put(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

static char *put_number(char *at, uint64_t value)
{
    if (value >= 10)
        at = put_number(at, value / 10);
    *at = (char)('0' + value % 10);
    return at + 1;
}

static void write_results(struct iperf *iperf)
{
    uint64_t time_us = iperf->ended_us - iperf->begun_us;
    char *at = iperf->text + 4;
    at = put(at, "{\"cpu_util_total\":0,\"cpu_util_user\":0,\"cpu_util_system\":0,"
                 "\"sender_has_retransmits\":0,\"streams\":[{\"id\":1,\"bytes\":");
    at = put_number(at, iperf->bytes);
    at = put(at, ",\"retransmits\":0,\"jitter\":0,\"errors\":");
    at = put_number(at, iperf->lost);
    at = put(at, ",\"packets\":");
    at = put_number(at, iperf->packets);
    at = put(at, ",\"start_time\":0,\"end_time\":");
    at = put_number(at, time_us / 1000000);
    at = put(at, ".");
    for (uint64_t unit = 100000; unit > time_us % 1000000 && unit > 1; unit /= 10)
        at = put(at, "0");
    at = put_number(at, time_us % 1000000);
    at = put(at, "}]}");
    size_t size = (size_t)(at - iperf->text) - 4;
    iperf->text[0] = iperf->text[1] = 0;
    iperf->text[2] = (char)(size >> 8);
    iperf->text[3] = (char)size;
    iperf->text_size = (uint32_t)size + 4;
    iperf->text_done = 0;
}

/* --- The control connection ---------------------------------------------------------------- */

static void shut(struct iperf *iperf, int *fd)
{
    if (*fd >= 0)
        lan_close(iperf->host, *fd);
    *fd = -1;
}

static void end(struct iperf *iperf)
{
    shut(iperf, &iperf->stream);
    shut(iperf, &iperf->datagrams);
    shut(iperf, &iperf->control);
    iperf->step = STEP_NONE;
}

/* Single bytes always find room: the peer answers each before the next. */
static void say(struct iperf *iperf, enum state state)
{
    uint8_t byte = (uint8_t)state;
    if (lan_write(iperf->host, iperf->control, &byte, 1) != 1)
        end(iperf);
}

/* Up to `size` bytes into `memory`, *done of them there already. true: all are. */
static bool fill(struct iperf *iperf, int fd, void *memory, uint32_t size, uint32_t *done)
{
    while (*done < size) {
        long got = lan_read(iperf->host, fd, (uint8_t *)memory + *done, size - *done);
        if (got == -LAN_EAGAIN)
            return false;
        if (got <= 0) {
            end(iperf);
            return false;
        }
        *done += (uint32_t)got;
    }
    return true;
}

/* JSON behind its size. true: it is there, with a NUL. */
static bool take_text(struct iperf *iperf)
{
    uint8_t *size = iperf->head;
    uint32_t head_size = iperf->head_size;
    bool known = fill(iperf, iperf->control, size, 4, &head_size);
    iperf->head_size = (uint8_t)head_size;
    if (!known)
        return false;
    iperf->text_size = (uint32_t)size[2] << 8 | size[3];
    if (size[0] || size[1] || iperf->text_size >= IPERF_TEXT_SIZE) {
        end(iperf);
        return false;
    }
    if (!fill(iperf, iperf->control, iperf->text, iperf->text_size, &iperf->text_done))
        return false;
    iperf->text[iperf->text_size] = '\0';
    iperf->head_size = 0;
    iperf->text_done = 0;
    return true;
}

static int open_datagrams(struct iperf *iperf)
{
    int fd = lan_socket(iperf->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    if (fd >= 0 && lan_bind(iperf->host, fd, &(struct lan_address){0, IPERF_PORT}) < 0) {
        lan_close(iperf->host, fd);
        return -1;
    }
    return fd;
}

static void take_parameters(struct iperf *iperf)
{
    uint64_t bits = number(iperf->text, "\"bandwidth\"", 0);
    iperf->udp = is_true(iperf->text, "\"udp\"");
    iperf->reverse = is_true(iperf->text, "\"reverse\"");
    iperf->blksize = number(iperf->text, "\"len\"", IPERF_DATAGRAM_SIZE);
    if (iperf->blksize > IPERF_DATAGRAM_SIZE || iperf->blksize < DATAGRAM_HEAD)
        iperf->blksize = IPERF_DATAGRAM_SIZE;
    iperf->interval_ns = bits ? iperf->blksize * 8000000000u / bits : 0;
    bool several =
        number(iperf->text, "\"parallel\"", 1) > 1 || is_true(iperf->text, "\"bidirectional\"");
    iperf->datagrams = iperf->udp ? open_datagrams(iperf) : -1;
    if (several || (iperf->udp && iperf->datagrams < 0)) {
        say(iperf, SERVER_ERROR);
        end(iperf);
        return;
    }
    iperf->step = STEP_STREAM;
    say(iperf, CREATE_STREAMS);
}

/* --- The data ----------------------------------------------------------------------------------
 */

static void begin(struct iperf *iperf, uint64_t now_us)
{
    iperf->step = STEP_RUNS;
    iperf->head_size = 0;
    iperf->begun_us = now_us;
    iperf->next_ns = now_us * 1000;
    iperf->bytes = 0;
    iperf->packets = iperf->lost = iperf->last_packet = 0;
    say(iperf, TEST_START);
    say(iperf, TEST_RUNNING);
}

static void receive_stream(struct iperf *iperf)
{
    const void *bytes;
    long size;
    for (int i = 0; i < SPANS_A_STEP; i++) {
        size = lan_receive_span(iperf->host, iperf->stream, &bytes);
        if (size <= 0)
            return;
        lan_receive_done(iperf->host, iperf->stream, (size_t)size);
        iperf->bytes += (uint64_t)size;
    }
}

static void send_stream(struct iperf *iperf)
{
    void *bytes;
    long size;
    for (int i = 0; i < SPANS_A_STEP; i++) {
        size = lan_send_span(iperf->host, iperf->stream, &bytes);
        if (size <= 0)
            return;
        lan_send_done(iperf->host, iperf->stream, (size_t)size);
        iperf->bytes += (uint64_t)size;
    }
}

static uint32_t get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_be32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Seconds, microseconds, and the packet's number from 1 on. */
static void receive_datagrams(struct iperf *iperf)
{
    uint8_t head[DATAGRAM_HEAD];
    long size;
    while ((size = lan_recvfrom(iperf->host, iperf->datagrams, head, sizeof head, 0,
                                &iperf->peer)) > 0) {
        if (size < DATAGRAM_HEAD)
            continue;
        uint32_t packet = get_be32(head + 8);
        if (packet > iperf->last_packet) {
            iperf->lost += packet - iperf->last_packet - 1;
            iperf->last_packet = packet;
        } else if (iperf->lost > 0) {
            iperf->lost--; /* it was only late */
        }
        iperf->packets = iperf->last_packet;
        iperf->bytes += iperf->blksize; /* the rest was not asked for */
    }
}

static uint64_t send_datagrams(struct iperf *iperf, uint64_t now_us)
{
    uint8_t *bytes = (uint8_t *)iperf->text; /* no JSON is there now */
    for (int i = 0; i < SPANS_A_STEP && iperf->next_ns <= now_us * 1000; i++) {
        put_be32(bytes, (uint32_t)(now_us / 1000000));
        put_be32(bytes + 4, (uint32_t)(now_us % 1000000));
        put_be32(bytes + 8, iperf->packets + 1);
        uint32_t size = iperf->blksize < IPERF_TEXT_SIZE ? iperf->blksize : IPERF_TEXT_SIZE;
        if (lan_sendto(iperf->host, iperf->datagrams, bytes, size, 0, &iperf->peer) < 0)
            break;
        iperf->packets++;
        iperf->bytes += size;
        iperf->next_ns += iperf->interval_ns;
    }
    return iperf->next_ns / 1000 > now_us ? iperf->next_ns / 1000 : now_us;
}

static uint64_t move(struct iperf *iperf, uint64_t now_us)
{
    if (iperf->udp && iperf->reverse)
        return send_datagrams(iperf, now_us);
    if (iperf->udp)
        receive_datagrams(iperf);
    else if (iperf->reverse)
        send_stream(iperf);
    else
        receive_stream(iperf);
    return LAN_NEVER;
}

/* --- The steps ---------------------------------------------------------------------------------
 */

static void take_state(struct iperf *iperf, uint64_t now_us)
{
    uint8_t state;
    long got = lan_read(iperf->host, iperf->control, &state, 1);
    if (got == -LAN_EAGAIN)
        return;
    if (got == 1 && state == TEST_END && iperf->step == STEP_RUNS) {
        iperf->ended_us = now_us;
        iperf->step = STEP_RESULTS;
        shut(iperf, &iperf->stream); /* the client may wait for a whole block */
        shut(iperf, &iperf->datagrams);
        say(iperf, EXCHANGE_RESULTS);
    } else {
        end(iperf); /* IPERF_DONE, or it gave up */
    }
}

/* A connection came while a test has one: the test's stream, or another client. */
static void take_connection(struct iperf *iperf)
{
    int fd = lan_accept(iperf->host, iperf->listener, NULL);
    if (fd < 0)
        return;
    lan_setsockopt(iperf->host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
    lan_setsockopt(iperf->host, fd, LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 1);
    if (iperf->step == STEP_NONE) {
        iperf->control = fd;
        iperf->step = STEP_COOKIE;
        iperf->head_size = 0;
        iperf->text_done = 0;
    } else if (iperf->step == STEP_STREAM && !iperf->udp && iperf->stream < 0) {
        iperf->stream = fd;
        iperf->head_size = 0;
    } else {
        uint8_t denied = ACCESS_DENIED;
        lan_write(iperf->host, fd, &denied, 1);
        lan_close(iperf->host, fd);
    }
}

/* The stream says who it is: by the cookie, or by a first datagram. */
static void take_stream(struct iperf *iperf, uint64_t now_us)
{
    uint32_t done = iperf->head_size;
    if (iperf->udp) {
        uint8_t bytes[4];
        if (lan_recvfrom(iperf->host, iperf->datagrams, bytes, 4, 0, &iperf->peer) != 4)
            return;
        lan_sendto(iperf->host, iperf->datagrams, welcome, 4, 0, &iperf->peer);
        begin(iperf, now_us);
    } else if (iperf->stream >= 0) {
        bool there = fill(iperf, iperf->stream, iperf->head, IPERF_COOKIE_SIZE, &done);
        iperf->head_size = (uint8_t)done;
        if (there)
            begin(iperf, now_us);
    }
}

static void take_cookie(struct iperf *iperf)
{
    uint32_t done = iperf->head_size;
    bool there = fill(iperf, iperf->control, iperf->head, IPERF_COOKIE_SIZE, &done);
    iperf->head_size = (uint8_t)done;
    if (!there)
        return;
    iperf->head_size = 0;
    iperf->step = STEP_PARAMETERS;
    say(iperf, PARAM_EXCHANGE);
}

static void give_results(struct iperf *iperf)
{
    if (!take_text(iperf))
        return;
    write_results(iperf);
    if (lan_write(iperf->host, iperf->control, iperf->text, iperf->text_size) !=
        (long)iperf->text_size) {
        end(iperf); /* 300 bytes on a connection that carries nothing else */
        return;
    }
    iperf->step = STEP_DONE;
    say(iperf, DISPLAY_RESULTS);
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct iperf *iperf = context;
    uint64_t deadline_us = LAN_NEVER;
    take_connection(iperf);
    switch (iperf->step) {
    case STEP_COOKIE:
        take_cookie(iperf);
        break;
    case STEP_PARAMETERS:
        if (take_text(iperf))
            take_parameters(iperf);
        break;
    case STEP_STREAM:
        take_stream(iperf, now_us);
        break;
    case STEP_RUNS:
        deadline_us = move(iperf, now_us);
        take_state(iperf, now_us);
        break;
    case STEP_RESULTS:
        give_results(iperf);
        break;
    case STEP_DONE:
        take_state(iperf, now_us);
        break;
    }
    return deadline_us;
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct iperf *iperf = context;
    unsigned count = 0;
    fds[count++] = (struct lan_pollfd){iperf->listener, LAN_POLLIN, 0};
    if (iperf->control >= 0)
        fds[count++] = (struct lan_pollfd){iperf->control, LAN_POLLIN, 0};
    bool streams = iperf->step == STEP_STREAM || iperf->step == STEP_RUNS;
    if (iperf->stream >= 0 && streams)
        fds[count++] = (struct lan_pollfd){
            iperf->stream, iperf->reverse && iperf->step == STEP_RUNS ? LAN_POLLOUT : LAN_POLLIN,
            0};
    if (iperf->datagrams >= 0 && streams)
        fds[count++] = (struct lan_pollfd){iperf->datagrams, LAN_POLLIN, 0};
    return count;
}

static void close(void *context)
{
    struct iperf *iperf = context;
    end(iperf);
    shut(iperf, &iperf->listener);
}

int iperf_open(struct iperf *iperf, struct lan_host *host)
{
    *iperf = (struct iperf){.host = host, .control = -1, .stream = -1, .datagrams = -1};
    iperf->listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    if (iperf->listener < 0)
        return iperf->listener;
    int result = lan_bind(host, iperf->listener, &(struct lan_address){0, IPERF_PORT});
    if (result == 0)
        result = lan_listen(host, iperf->listener, 2);
    if (result < 0)
        shut(iperf, &iperf->listener);
    return result;
}

struct service iperf_service(struct iperf *iperf)
{
    return (struct service){iperf, poll, step, close};
}
