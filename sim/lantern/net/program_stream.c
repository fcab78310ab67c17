/* Sends bytes by TCP. An echo server gives them back, and each is looked at; another
 * server takes them all before the connection is closed from both sides. */
#include <stdlib.h>
#include <string.h>

#include "made_bytes.h"
#include "program.h"
#include "services/echo.h"

enum { MEMORY_SIZE = 8192, KEEP_S = 5 };

struct streaming {
    int fd; /* -1: none */
    bool connected, finished, echoed;
    uint64_t sent, received;
    uint64_t again_us; /* after a connection that broke */
    uint8_t memory[MEMORY_SIZE];
};

static void end(struct program *program, uint64_t now_us, const char *error)
{
    struct streaming *streaming = program->own;
    if (streaming->fd >= 0)
        lan_close(program->host, streaming->fd);
    streaming->fd = -1;
    program_end(program, now_us, error);
}

/* A connection that broke is gone, and so is what it had carried. */
static void end_connection(struct program *program, uint64_t now_us, int error)
{
    struct streaming *streaming = program->own;
    if (!program_tries_again(program)) {
        end(program, now_us, lan_error_text(error));
        return;
    }
    if (streaming->fd >= 0)
        lan_close(program->host, streaming->fd);
    *streaming = (struct streaming){
        .fd = -1, .echoed = streaming->echoed, .again_us = now_us + PROGRAM_PAUSE_US};
}

/* A peer that was booted again says so only when it is asked. */
static void keep_alive(struct program *program, int fd)
{
    if (program->wanted->tries == 1)
        return;
    lan_setsockopt(program->host, fd, LAN_SOL_SOCKET, LAN_SO_KEEPALIVE, 1);
    lan_setsockopt(program->host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPIDLE, KEEP_S);
    lan_setsockopt(program->host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPINTVL, KEEP_S);
}

static void begin(struct program *program, uint64_t now_us)
{
    struct streaming *streaming = program->own;
    if (program->result.tried == 0)
        program->result.begun_us = now_us;
    streaming->fd = lan_socket(program->host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    int result = streaming->fd < 0
                     ? streaming->fd
                     : lan_connect(program->host, streaming->fd, &program->wanted->target);
    if (result < 0 && result != -LAN_EINPROGRESS)
        end_connection(program, now_us, result);
    else
        keep_alive(program, streaming->fd);
}

/* The negative LAN_E number of what went wrong; else 0. */
static int send(struct program *program)
{
    struct streaming *streaming = program->own;
    while (streaming->sent < program->wanted->bytes) {
        uint64_t left = program->wanted->bytes - streaming->sent;
        size_t size = left < MEMORY_SIZE ? (size_t)left : MEMORY_SIZE;
        made_bytes_fill(streaming->sent, streaming->memory, size);
        long put = lan_write(program->host, streaming->fd, streaming->memory, size);
        if (put == -LAN_EAGAIN)
            return 0;
        if (put < 0)
            return (int)put;
        streaming->sent += (uint64_t)put;
        program->result.bytes = streaming->sent;
    }
    if (streaming->finished)
        return 0;
    streaming->finished = true;
    return lan_shutdown(program->host, streaming->fd, LAN_SHUT_WR);
}

/* Reads to the end; true: it was there. */
static bool receive(struct program *program, const char **error, int *broken)
{
    struct streaming *streaming = program->own;
    long got;
    while ((got = lan_read(program->host, streaming->fd, streaming->memory, MEMORY_SIZE)) > 0) {
        if (streaming->echoed &&
            !made_bytes_are(streaming->received, streaming->memory, (size_t)got)) {
            *error = "a byte came back that was not sent";
            return true;
        }
        streaming->received += (uint64_t)got;
    }
    if (got == -LAN_EAGAIN)
        return false;
    if (got < 0)
        *broken = (int)got;
    else if (streaming->echoed && streaming->received != program->wanted->bytes)
        *error = "the stream ended early";
    else if (streaming->sent != program->wanted->bytes)
        *error = "the peer closed early";
    return true;
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct program *program = context;
    struct streaming *streaming = program->own;
    if (program->result.done)
        return LAN_NEVER;
    if (streaming->fd < 0) {
        uint64_t from_us = program->wanted->start_us;
        if (from_us < streaming->again_us)
            from_us = streaming->again_us;
        if (now_us < from_us)
            return from_us;
        begin(program, now_us);
        return program->result.done ? LAN_NEVER : streaming->again_us;
    }
    const char *error = NULL;
    int result = 0;
    if (!streaming->connected) {
        struct lan_pollfd fd = {streaming->fd, LAN_POLLOUT, 0};
        if (lan_poll(program->host, &fd, 1, 0) <= 0)
            return LAN_NEVER;
        lan_getsockopt(program->host, streaming->fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &result);
        streaming->connected = result == 0;
    }
    if (result == 0)
        result = send(program);
    bool over = result == 0 && receive(program, &error, &result);
    if (result != 0)
        end_connection(program, now_us, result);
    else if (over)
        end(program, now_us, error);
    return program->result.done || streaming->fd >= 0 ? LAN_NEVER : streaming->again_us;
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct program *program = context;
    struct streaming *streaming = program->own;
    if (streaming->fd < 0)
        return 0;
    bool sends = !streaming->connected || streaming->sent < program->wanted->bytes;
    bool receives = streaming->connected;
    *fds = (struct lan_pollfd){streaming->fd,
                               (short)((sends ? LAN_POLLOUT : 0) | (receives ? LAN_POLLIN : 0)), 0};
    return 1;
}

static void close(void *context)
{
    struct program *program = context;
    struct streaming *streaming = program->own;
    if (streaming->fd >= 0)
        lan_close(program->host, streaming->fd);
    streaming->fd = -1;
}

bool program_stream_open(struct program *program, struct service *service)
{
    struct streaming *streaming = calloc(1, sizeof *streaming);
    program->own = streaming;
    if (!streaming)
        return false;
    streaming->fd = -1;
    streaming->echoed = program->wanted->target.port == ECHO_PORT;
    *service = (struct service){program, poll, step, close};
    return true;
}
