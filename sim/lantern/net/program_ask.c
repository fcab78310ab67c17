/* Asks an echo server by UDP, one datagram after the other, and waits a second for the
 * last answer. What is lost stays lost. */
#include <stdlib.h>
#include <string.h>

#include "made_bytes.h"
#include "program.h"

enum { PATIENCE_US = 1000000, SIZE_MAX_OF_ASK = 16384 };

/* At the head of each datagram; then made bytes from its number on. */
struct question {
    uint32_t number;
    uint32_t time_us; /* low bits */
};

struct asking {
    int fd; /* -1: none yet, or no more */
    unsigned asked;
    uint64_t next_us;
    uint8_t memory[SIZE_MAX_OF_ASK];
};

static void end(struct program *program, uint64_t now_us, const char *error)
{
    struct asking *asking = program->own;
    if (asking->fd >= 0)
        lan_close(program->host, asking->fd);
    asking->fd = -1;
    program_end(program, now_us, error);
}

static void ask(struct program *program, uint64_t now_us)
{
    struct asking *asking = program->own;
    struct question question = {asking->asked++, (uint32_t)now_us};
    size_t size = program->wanted->size;
    memcpy(asking->memory, &question, sizeof question);
    made_bytes_fill(question.number, asking->memory + sizeof question, size - sizeof question);
    /* What cannot be sent is lost, as datagrams are. */
    lan_sendto(program->host, asking->fd, asking->memory, size, 0, &program->wanted->target);
    bool last = asking->asked == program->wanted->count;
    asking->next_us = now_us + (last ? PATIENCE_US : program->wanted->interval_us);
}

static bool take_answers(struct program *program, uint64_t now_us)
{
    struct asking *asking = program->own;
    struct program_result *result = &program->result;
    for (;;) {
        long size =
            lan_recvfrom(program->host, asking->fd, asking->memory, sizeof asking->memory, 0, NULL);
        if (size == -LAN_EAGAIN)
            return true;
        struct question question;
        if (size < 0)
            continue; /* an ICMP error: one less comes */
        memcpy(&question, asking->memory, sizeof question);
        if (size != (long)program->wanted->size || question.number >= asking->asked ||
            !made_bytes_are(question.number, asking->memory + sizeof question,
                            (size_t)size - sizeof question))
            return false;
        uint64_t trip_us = (uint32_t)now_us - question.time_us;
        result->answered++;
        result->sum_us += trip_us;
        if (trip_us > result->most_us)
            result->most_us = trip_us;
        if (result->answered == 1 || trip_us < result->least_us)
            result->least_us = trip_us;
    }
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct program *program = context;
    struct asking *asking = program->own;
    if (program->result.done)
        return LAN_NEVER;
    if (asking->fd < 0) {
        if (now_us < program->wanted->start_us)
            return program->wanted->start_us;
        program->result.begun_us = asking->next_us = now_us;
        asking->fd = lan_socket(program->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
        if (asking->fd < 0) {
            end(program, now_us, lan_error_text(asking->fd));
            return LAN_NEVER;
        }
    }
    if (!take_answers(program, now_us)) {
        end(program, now_us, "an answer came that was not asked for");
        return LAN_NEVER;
    }
    bool all = program->result.answered == program->wanted->count;
    if (asking->asked == program->wanted->count && (all || now_us >= asking->next_us)) {
        end(program, now_us, program->result.answered ? NULL : "nobody answered");
        return LAN_NEVER;
    }
    if (now_us >= asking->next_us && asking->asked < program->wanted->count)
        ask(program, now_us);
    return asking->next_us;
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct asking *asking = ((struct program *)context)->own;
    *fds = (struct lan_pollfd){asking->fd, LAN_POLLIN, 0};
    return asking->fd >= 0;
}

static void close(void *context)
{
    struct program *program = context;
    struct asking *asking = program->own;
    if (asking->fd >= 0)
        lan_close(program->host, asking->fd);
    asking->fd = -1;
}

bool program_ask_open(struct program *program, struct service *service)
{
    struct asking *asking = calloc(1, sizeof *asking);
    program->own = asking;
    program->result.count = program->wanted->count;
    if (!asking)
        return false;
    asking->fd = -1;
    *service = (struct service){program, poll, step, close};
    return true;
}
