/* The server: moves every connection along as far as its socket lets it.
 *
 *            +--------------------- answer sent, keep-alive -------------------+
 *            v                                                                 |
 *   FREE -> REQUEST -- head whole: http_answer.c begins the answer --> SKIP -> ANSWER
 *            ^  \                                (the request's body)        |
 *            |   '-- refused ------------------------------------------> ANSWER
 *   accept --'                                                               | close
 *   FREE <------------------- peer closed, or a while ------------------- LINGER
 *
 * One request at a time: while it is answered nothing more is read, so a client
 * that pipelines waits in TCP's window, and no memory grows. */
#include "http/http_server.h"

#include <string.h>

#include "http/http_framing.h"

enum { TURNS_MAX = 16 }; /* of one connection before the next has its turn */

uint64_t http_server_after_ms(const struct lan_http_server *server, uint64_t ms)
{
    return server->now_us + ms * 1000;
}

void http_server_drop(struct lan_http_server *server, struct lan_http_connection *connection)
{
    http_answer_release(connection);
    lan_close(server->host, connection->fd);
    connection->state = HTTP_FREE;
}

static void drop_lost(struct lan_http_server *server, struct lan_http_connection *connection)
{
    server->counters.peers_gone++;
    http_server_drop(server, connection);
}

static void begin_answer(struct lan_http_server *server, struct lan_http_connection *connection)
{
    connection->state = HTTP_ANSWER;
    connection->deadline_us = http_server_after_ms(server, LAN_HTTP_STALL_MS);
}

static void refuse(struct lan_http_server *server, struct lan_http_connection *connection,
                   unsigned status)
{
    http_answer_refusal(connection, status);
    begin_answer(server, connection);
}

void http_server_await(struct lan_http_server *server, struct lan_http_connection *connection)
{
    connection->state = HTTP_REQUEST;
    connection->begun = connection->input_size > 0; /* pipelined */
    connection->idle_since_us = server->now_us;
    connection->deadline_us =
        http_server_after_ms(server, connection->begun ? LAN_HTTP_REQUEST_MS : LAN_HTTP_IDLE_MS);
}

/* Reads what there is room for. false: nothing there. */
static bool receive(struct lan_http_server *server, struct lan_http_connection *connection)
{
    long got = lan_read(server->host, connection->fd, connection->input + connection->input_size,
                        sizeof connection->input - connection->input_size);
    if (got == -LAN_EAGAIN)
        return false;
    if (got > 0) {
        connection->input_size += (size_t)got;
        if (!connection->begun)
            connection->deadline_us = http_server_after_ms(server, LAN_HTTP_REQUEST_MS);
        connection->begun = true;
    } else if (got == 0 && !connection->begun) {
        http_server_drop(server, connection);
    } else {
        drop_lost(server, connection);
    }
    return true;
}

static void take_input(struct lan_http_connection *connection, size_t size)
{
    connection->input_size -= size;
    memmove(connection->input, connection->input + size, connection->input_size);
}

/* The head is whole: what it asks for, and how much follows it. */
static void take_head(struct lan_http_server *server, struct lan_http_connection *connection)
{
    size_t size = connection->scanned;
    struct http_request request;
    unsigned refused = http_request_parse(connection->input, size, &request);
    server->counters.requests++;
    if (!refused && request.body.has_length && request.body.length > LAN_HTTP_REQUEST_BODY_MAX)
        refused = 413;
    if (refused) {
        refuse(server, connection, refused);
        return;
    }
    bool has_body = request.body.has_coding || request.body.length > 0;
    /* It would send the body only after our 100; so this answer is the last. */
    bool body_stays_away = has_body && request.expects_continue;
    connection->close_after = !request.keep_alive || body_stays_away;
    connection->chunked = false;
    http_answer_request(server, connection, &request);
    take_input(connection, size);
    connection->scanned = 0;
    connection->skipped = 0;
    http_framing_begin(&connection->request_body,
                       request.body.has_coding ? HTTP_BY_CHUNKS : HTTP_BY_LENGTH,
                       request.body.length);
    if (has_body && !body_stays_away)
        connection->state = HTTP_SKIP;
    else
        begin_answer(server, connection);
}

static bool take_request(struct lan_http_server *server, struct lan_http_connection *connection)
{
    switch (http_head_scan(connection->input, connection->input_size, &connection->scanned)) {
    case HTTP_SCAN_BAD:
        refuse(server, connection, 400);
        return true;
    case HTTP_SCAN_WHOLE:
        if (connection->scanned > 2) {
            take_head(server, connection);
            return true;
        }
        take_input(connection, 2); /* an empty line before a request: RFC 9112 section 2.2 */
        connection->scanned = 0;
        return true;
    case HTTP_SCAN_MORE:
        break;
    }
    if (connection->input_size == sizeof connection->input) {
        bool has_line = memchr(connection->input, '\n', connection->input_size) != NULL;
        refuse(server, connection, has_line ? 431 : 414);
        return true;
    }
    return receive(server, connection);
}

/* Reads over the request's body; its answer stands ready. */
static bool skip_body(struct lan_http_server *server, struct lan_http_connection *connection)
{
    size_t used = 0;
    enum http_feed feed = HTTP_FEED_MORE;
    while (used < connection->input_size && feed == HTTP_FEED_MORE) {
        size_t taken;
        struct http_text body;
        feed = http_framing_take(&connection->request_body, connection->input + used,
                                 connection->input_size - used, &taken, &body);
        used += taken;
        connection->skipped += body.size;
    }
    take_input(connection, used);
    if (feed == HTTP_FEED_BAD || connection->skipped > LAN_HTTP_REQUEST_BODY_MAX)
        refuse(server, connection, feed == HTTP_FEED_BAD ? 400 : 413);
    else if (feed == HTTP_FEED_END)
        begin_answer(server, connection);
    else
        return receive(server, connection);
    return true;
}

static void finish_answer(struct lan_http_server *server, struct lan_http_connection *connection)
{
    unsigned status = connection->status;
    server->counters.answers_ok += status < 400;
    server->counters.answers_refused += status >= 400 && status < 500;
    server->counters.answers_failed += status >= 500;
    http_answer_release(connection);
    if (!connection->close_after) {
        http_server_await(server, connection);
        return;
    }
    /* Closing now could make TCP reset the connection, and the reset overtake our
     * answer at the peer (RFC 9112 section 9.6). So its bytes are read on. */
    lan_shutdown(server->host, connection->fd, LAN_SHUT_WR);
    connection->state = HTTP_LINGER;
    connection->deadline_us = http_server_after_ms(server, LAN_HTTP_LINGER_MS);
}

/* Within an answer Nagle's algorithm fills the segments; its end must not wait. */
static void push_end(struct lan_http_server *server, struct lan_http_connection *connection)
{
    if (connection->pushed == connection->body_done)
        return;
    connection->pushed = connection->body_done;
    lan_setsockopt(server->host, connection->fd, LAN_IPPROTO_TCP, LAN_TCP_NODELAY,
                   connection->pushed);
}

static bool send_answer(struct lan_http_server *server, struct lan_http_connection *connection)
{
    if (connection->output_sent == connection->output_size) {
        if (connection->body_done) {
            finish_answer(server, connection);
            return true;
        }
        connection->output_sent = connection->output_size = 0;
        if (!http_answer_fill(server, connection)) {
            http_server_drop(server, connection);
            return true;
        }
        if (connection->body_waits)
            return false;
        connection->deadline_us = http_server_after_ms(server, LAN_HTTP_STALL_MS);
    }
    push_end(server, connection);
    long sent =
        lan_write(server->host, connection->fd, connection->output + connection->output_sent,
                  connection->output_size - connection->output_sent);
    if (sent == -LAN_EAGAIN)
        return false;
    if (sent < 0)
        drop_lost(server, connection);
    else
        connection->output_sent += (size_t)sent;
    return true;
}

static bool linger(struct lan_http_server *server, struct lan_http_connection *connection)
{
    long got = lan_read(server->host, connection->fd, connection->input, sizeof connection->input);
    if (got == -LAN_EAGAIN)
        return false;
    if (got <= 0)
        http_server_drop(server, connection);
    return true;
}

/* One step of one connection. false: nothing can be done now. */
static bool advance(struct lan_http_server *server, struct lan_http_connection *connection)
{
    switch ((enum http_state)connection->state) {
    case HTTP_REQUEST:
        return take_request(server, connection);
    case HTTP_SKIP:
        return skip_body(server, connection);
    case HTTP_ANSWER:
        return send_answer(server, connection);
    case HTTP_LINGER:
        return linger(server, connection);
    case HTTP_FREE:
        break;
    }
    return false;
}

static void expire(struct lan_http_server *server, struct lan_http_connection *connection)
{
    switch ((enum http_state)connection->state) {
    case HTTP_REQUEST:
    case HTTP_SKIP:
        if (connection->begun) {
            server->counters.timeouts_request++;
            refuse(server, connection, 408);
            return;
        }
        server->counters.timeouts_idle++;
        break;
    case HTTP_ANSWER:
        server->counters.timeouts_answer++;
        break;
    case HTTP_LINGER:
    case HTTP_FREE:
        break;
    }
    http_server_drop(server, connection);
}

/* All that one connection can do now. When to call step again for it. */
static uint64_t serve(struct lan_http_server *server, struct lan_http_connection *connection)
{
    unsigned turns = TURNS_MAX;
    while (turns > 0 && advance(server, connection))
        turns--;
    if (connection->state == HTTP_FREE)
        return LAN_NEVER;
    if (server->now_us >= connection->deadline_us) {
        expire(server, connection);
        return server->now_us;
    }
    if (turns == 0)
        return server->now_us;
    bool waits = connection->state == HTTP_ANSWER && connection->body_waits;
    uint64_t retry_us = waits ? http_server_after_ms(server, LAN_HTTP_RETRY_MS) : LAN_NEVER;
    return retry_us < connection->deadline_us ? retry_us : connection->deadline_us;
}

uint64_t lan_http_server_step(struct lan_http_server *server, uint64_t now_us)
{
    server->now_us = now_us;
    uint64_t deadline_us = LAN_NEVER;
    for (unsigned i = 0; i < server->connection_count; i++) {
        uint64_t when_us = serve(server, &server->connections[i]);
        deadline_us = when_us < deadline_us ? when_us : deadline_us;
    }
    uint64_t when_us = http_server_accept(server);
    return when_us < deadline_us ? when_us : deadline_us;
}

int lan_http_server_open(struct lan_http_server *server, struct lan_host *host,
                         const struct lan_address *address, const struct lan_http_route *routes,
                         unsigned route_count, struct lan_http_connection *connections,
                         unsigned connection_count)
{
    *server = (struct lan_http_server){.host = host,
                                       .routes = routes,
                                       .route_count = route_count,
                                       .connections = connections,
                                       .connection_count = connection_count,
                                       .accepts = true};
    for (unsigned i = 0; i < connection_count; i++) {
        connections[i].state = HTTP_FREE;
        connections[i].answer = (struct lan_http_answer){0};
    }
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1);
    int result = lan_bind(host, fd, address);
    if (result == 0)
        result = lan_listen(host, fd, LAN_HTTP_BACKLOG);
    if (result < 0)
        lan_close(host, fd);
    server->listener = fd;
    return result;
}

unsigned lan_http_server_poll(const struct lan_http_server *server, struct lan_pollfd *fds)
{
    unsigned count = 0;
    if (server->accepts)
        fds[count++] = (struct lan_pollfd){.fd = server->listener, .events = LAN_POLLIN};
    for (unsigned i = 0; i < server->connection_count; i++) {
        const struct lan_http_connection *connection = &server->connections[i];
        bool answers = connection->state == HTTP_ANSWER;
        /* While a body waits, the socket has nothing to tell. */
        if (connection->state == HTTP_FREE || (answers && connection->body_waits))
            continue;
        fds[count++] =
            (struct lan_pollfd){.fd = connection->fd, .events = answers ? LAN_POLLOUT : LAN_POLLIN};
    }
    return count;
}

void lan_http_server_close(struct lan_http_server *server)
{
    for (unsigned i = 0; i < server->connection_count; i++)
        if (server->connections[i].state != HTTP_FREE)
            http_server_drop(server, &server->connections[i]);
    lan_close(server->host, server->listener);
}

const char *lan_http_server_counter(const struct lan_http_server *server, unsigned index,
                                    uint64_t *value)
{
    const struct lan_http_counters *counters = &server->counters;
    const struct {
        const char *name;
        uint64_t value;
    } all[] = {
        {"connections", counters->connections},
        {"connections_spare", counters->connections_spare},
        {"requests", counters->requests},
        {"answers_ok", counters->answers_ok},
        {"answers_refused", counters->answers_refused},
        {"answers_failed", counters->answers_failed},
        {"body_bytes", counters->body_bytes},
        {"timeouts_idle", counters->timeouts_idle},
        {"timeouts_request", counters->timeouts_request},
        {"timeouts_answer", counters->timeouts_answer},
        {"peers_gone", counters->peers_gone},
        {"bodies_broken", counters->bodies_broken},
    };
    if (index >= sizeof all / sizeof *all)
        return NULL;
    *value = all[index].value;
    return all[index].name;
}
