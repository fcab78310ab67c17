/* Fetches a URL some times: name, connection, request, page. What comes from a path
 * /bytes/N is looked at byte by byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lan_dns.h"
#include "lan_http.h"
#include "made_bytes.h"
#include "program.h"

enum step { STEP_WAIT, STEP_NAME, STEP_PAGE, STEP_END };

struct getting {
    enum step step;
    unsigned times;
    bool made, wrong;  /* the page is made bytes; one was another */
    uint64_t at;       /* bytes of this page that came */
    uint64_t again_us; /* after a connection that broke */
    struct lan_dns_query query;
    struct lan_http_client client;
};

static bool take(void *context, const void *bytes, size_t size)
{
    struct program *program = context;
    struct getting *getting = program->own;
    if (getting->made && getting->client.status == 200 && !made_bytes_are(getting->at, bytes, size))
        getting->wrong = true;
    getting->at += size;
    program->result.bytes += size;
    return !getting->wrong;
}

static void end(struct program *program, uint64_t now_us, const char *error)
{
    ((struct getting *)program->own)->step = STEP_END;
    program_end(program, now_us, error);
}

static void ask_name(struct program *program, uint64_t now_us)
{
    struct getting *getting = program->own;
    struct lan_http_url url;
    char name[LAN_HTTP_URL_SIZE];
    enum lan_http_error error = lan_http_url_parse(program->wanted->url, &url);
    if (error != LAN_HTTP_OK)
        return end(program, now_us, lan_http_error_text(error));
    memcpy(name, url.host, url.host_size);
    name[url.host_size] = '\0';
    getting->made = url.target_size > 7 && memcmp(url.target, "/bytes/", 7) == 0;
    getting->at = 0;
    int result = lan_dns_begin(&getting->query, program->host, name, 0);
    getting->step = STEP_NAME;
    if (result < 0)
        end(program, now_us,
            result == -LAN_ENETUNREACH ? "no name server (`dns:')" : lan_error_text(result));
}

static void open_page(struct program *program, uint64_t now_us)
{
    struct getting *getting = program->own;
    lan_ip4 address;
    int result = lan_dns_step(&getting->query, now_us, &address);
    if (result == -LAN_EAGAIN)
        return;
    if (result < 0)
        return end(program, now_us, lan_error_text(result));
    enum lan_http_error error = lan_http_client_open(
        &getting->client, program->host, program->wanted->url, address, take, program, now_us);
    getting->step = STEP_PAGE;
    if (error != LAN_HTTP_OK)
        end(program, now_us, lan_http_error_text(error));
}

/* By the connection, not by what came over it. */
static bool is_broken(const struct lan_http_client *client)
{
    return client->error == LAN_HTTP_SOCKET || client->error == LAN_HTTP_TIMEOUT ||
           client->error == LAN_HTTP_ANSWER_EMPTY || client->error == LAN_HTTP_ANSWER_CUT;
}

static void read_page(struct program *program, uint64_t now_us)
{
    struct getting *getting = program->own;
    struct lan_http_client *client = &getting->client;
    enum lan_http_progress progress = lan_http_client_step(client, now_us);
    if (progress == LAN_HTTP_RUNNING)
        return;
    if (getting->wrong)
        return end(program, now_us, "a byte came that was not sent");
    if (progress == LAN_HTTP_FAILED && is_broken(client) && program_tries_again(program)) {
        getting->step = STEP_WAIT;
        getting->again_us = now_us + PROGRAM_PAUSE_US;
        return;
    }
    if (progress == LAN_HTTP_FAILED)
        return end(program, now_us,
                   client->error == LAN_HTTP_SOCKET ? lan_error_text(client->socket_error)
                                                    : lan_http_error_text(client->error));
    if (client->status != 200) {
        char text[PROGRAM_TEXT_SIZE];
        snprintf(text, sizeof text, "the server answered %u", client->status);
        return end(program, now_us, text);
    }
    program->result.answered++;
    getting->step = STEP_WAIT;
    if (++getting->times == program->wanted->times)
        end(program, now_us, NULL);
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct program *program = context;
    struct getting *getting = program->own;
    if (getting->step == STEP_WAIT && now_us < program->wanted->start_us)
        return program->wanted->start_us;
    if (getting->step == STEP_WAIT && now_us < getting->again_us)
        return getting->again_us;
    if (getting->step == STEP_WAIT && getting->times == 0 && program->result.tried == 0)
        program->result.begun_us = now_us;
    for (enum step before = STEP_END; getting->step != before && now_us >= getting->again_us;) {
        before = getting->step;
        if (before == STEP_WAIT)
            ask_name(program, now_us);
        else if (before == STEP_NAME)
            open_page(program, now_us);
        else if (before == STEP_PAGE)
            read_page(program, now_us);
    }
    return getting->step == STEP_NAME   ? getting->query.deadline_us
           : getting->step == STEP_PAGE ? getting->client.deadline_us
           : getting->step == STEP_WAIT ? getting->again_us
                                        : LAN_NEVER;
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct getting *getting = ((struct program *)context)->own;
    if (getting->step == STEP_NAME)
        *fds = (struct lan_pollfd){getting->query.fd, LAN_POLLIN, 0};
    else if (getting->step == STEP_PAGE)
        *fds = lan_http_client_poll(&getting->client);
    return getting->step == STEP_NAME || getting->step == STEP_PAGE;
}

static void close(void *context)
{
    struct getting *getting = ((struct program *)context)->own;
    if (getting->step == STEP_NAME)
        lan_dns_cancel(&getting->query);
    else if (getting->step == STEP_PAGE)
        lan_http_client_close(&getting->client);
    getting->step = STEP_END;
}

bool program_get_open(struct program *program, struct service *service)
{
    program->own = calloc(1, sizeof(struct getting));
    program->result.count = program->wanted->times;
    *service = (struct service){program, poll, step, close};
    return program->own != NULL;
}
