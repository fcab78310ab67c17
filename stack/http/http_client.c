/* The client: one GET, from the connection to the last byte of the body.
 *
 *   CONNECT -> SEND -> HEAD -> BODY -> ENDED     (memory: the request, then what
 *                       ^_| 1xx                   comes, a piece at a time) */
#include <string.h>

#include "http/http_framing.h"
#include "http/http_head.h"

enum state { CONNECT, SEND, HEAD, BODY, ENDED };

const char *lan_http_error_text(enum lan_http_error error)
{
    switch (error) {
    case LAN_HTTP_OK:
        return "done";
    case LAN_HTTP_URL_SCHEME:
        return "the URL does not begin with http://";
    case LAN_HTTP_URL_HOST:
        return "the URL names no host, or one with characters that no host name has";
    case LAN_HTTP_URL_PORT:
        return "the URL's port is not a number from 1 to 65535";
    case LAN_HTTP_URL_CHARACTER:
        return "the URL holds a space, a control character or one beyond ASCII";
    case LAN_HTTP_URL_LONG:
        return "the URL is too long";
    case LAN_HTTP_SOCKET:
        return "the connection failed";
    case LAN_HTTP_TIMEOUT:
        return "the server fell silent";
    case LAN_HTTP_ANSWER_EMPTY:
        return "the server closed the connection without an answer";
    case LAN_HTTP_ANSWER_LINE:
        return "the answer is not HTTP/1";
    case LAN_HTTP_ANSWER_FIELD:
        return "the answer has a malformed header field";
    case LAN_HTTP_ANSWER_LONG:
        return "the answer's head is too long";
    case LAN_HTTP_ANSWER_LENGTH:
        return "the answer contradicts itself about its length";
    case LAN_HTTP_ANSWER_CODING:
        return "the answer has a transfer coding other than chunked";
    case LAN_HTTP_ANSWER_CHUNK:
        return "the answer's chunks are malformed";
    case LAN_HTTP_ANSWER_INTERIM:
        return "the server sent too many interim answers";
    case LAN_HTTP_ANSWER_CUT:
        return "the server closed the connection within the answer";
    case LAN_HTTP_SINK:
        return "the body could not be taken";
    }
    return "unknown error";
}

static void end(struct lan_http_client *client, enum lan_http_error error)
{
    client->error = error;
    client->state = ENDED;
    lan_close(client->host, client->fd);
}

static void end_socket(struct lan_http_client *client, int error)
{
    client->socket_error = error;
    end(client, LAN_HTTP_SOCKET);
}

/* The request in memory: it fits, for a URL has its limit. */
static void write_request(struct lan_http_client *client, const struct lan_http_url *url)
{
    struct http_writer writer = {.at = (char *)client->memory, .left = sizeof client->memory};
    http_write(&writer, "GET ");
    if (url->target_size == 0 || url->target[0] != '/')
        http_write(&writer, "/");
    http_write_bytes(&writer, url->target, url->target_size);
    http_write(&writer, " HTTP/1.1\r\nHost: ");
    http_write_bytes(&writer, url->host, url->host_size);
    if (url->port != 80) {
        http_write(&writer, ":");
        http_write_number(&writer, url->port);
    }
    http_write(&writer, "\r\nUser-Agent: lantern\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    client->size = writer.size;
}

enum lan_http_error lan_http_client_open(struct lan_http_client *client, struct lan_host *host,
                                         const char *url, lan_ip4 peer, lan_http_sink *sink,
                                         void *context, uint64_t now_us)
{
    *client = (struct lan_http_client){.host = host,
                                       .state = ENDED,
                                       .sink = sink,
                                       .context = context,
                                       .body_size = LAN_HTTP_SIZE_UNKNOWN,
                                       .deadline_us = now_us + LAN_HTTP_STALL_MS * 1000};
    struct lan_http_url parts;
    client->error = lan_http_url_parse(url, &parts);
    if (client->error)
        return client->error;
    memcpy(client->url, url, strlen(url) + 1);
    write_request(client, &parts);
    client->fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    if (client->fd < 0) {
        client->socket_error = client->fd;
        client->error = LAN_HTTP_SOCKET;
        return client->error;
    }
    client->state = CONNECT;
    int result = lan_connect(host, client->fd, &(struct lan_address){peer, parts.port});
    if (result < 0 && result != -LAN_EINPROGRESS)
        end_socket(client, result);
    return client->error;
}

static bool await_connection(struct lan_http_client *client)
{
    struct lan_pollfd writable = {.fd = client->fd, .events = LAN_POLLOUT};
    if (lan_poll(client->host, &writable, 1, 0) <= 0)
        return false;
    int error = 0;
    lan_getsockopt(client->host, client->fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &error);
    if (error != 0)
        end_socket(client, error < 0 ? error : -error);
    else
        client->state = SEND;
    return true;
}

static bool send_request(struct lan_http_client *client)
{
    long sent = lan_write(client->host, client->fd, client->memory + client->sent,
                          client->size - client->sent);
    if (sent == -LAN_EAGAIN)
        return false;
    if (sent < 0) {
        end_socket(client, (int)sent);
        return true;
    }
    client->sent += (size_t)sent;
    if (client->sent == client->size) {
        client->state = HEAD;
        client->size = 0;
    }
    return true;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* HTTP/1.x NNN reason, of which many servers leave out the reason. */
static bool take_status_line(struct lan_http_client *client, struct http_text line)
{
    if (!http_text_begins(line, "HTTP/1.") || line.size < 12 || !is_digit(line.at[7]) ||
        line.at[8] != ' ' || (line.size > 12 && line.at[12] != ' '))
        return false;
    uint64_t status;
    if (!http_text_number((struct http_text){line.at + 9, 3}, &status))
        return false;
    client->status = (unsigned)status;
    return status >= 100 && status <= 599;
}

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static enum lan_http_error take_location(struct lan_http_client *client, struct http_text value)
{
    char location[LAN_HTTP_URL_SIZE];
    if (value.size >= sizeof location)
        return LAN_HTTP_URL_LONG;
    memcpy(location, value.at, value.size);
    location[value.size] = '\0';
    return lan_http_url_join(client->url, location, client->location);
}

/* Reads the fields, and sees how the body will end. */
static enum lan_http_error take_fields(struct lan_http_client *client, struct http_text rest)
{
    struct http_length length = {0};
    struct http_field field;
    enum http_take take;
    while ((take = http_head_field(&rest, &field)) == HTTP_TAKE_FIELD) {
        http_length_note(&length, &field);
        if (is_redirect(client->status) && http_text_is_nocase(field.name, "Location")) {
            enum lan_http_error error = take_location(client, field.value);
            if (error)
                return error;
        }
    }
    if (take == HTTP_TAKE_BAD)
        return LAN_HTTP_ANSWER_FIELD;
    if (length.bad_length || (length.has_length && length.has_coding))
        return LAN_HTTP_ANSWER_LENGTH;
    if (length.unknown_coding)
        return LAN_HTTP_ANSWER_CODING;
    bool empty = client->status == 204 || client->status == 304;
    enum http_framing_kind kind = HTTP_BY_CLOSE;
    if (empty || length.has_length)
        kind = HTTP_BY_LENGTH;
    else if (length.has_coding)
        kind = HTTP_BY_CHUNKS;
    uint64_t size = empty ? 0 : length.has_length ? length.length : LAN_HTTP_SIZE_UNKNOWN;
    client->body_size = size;
    http_framing_begin(&client->framing, kind, size);
    return LAN_HTTP_OK;
}

static void take_bytes(struct lan_http_client *client, size_t size)
{
    client->size -= size;
    memmove(client->memory, client->memory + size, client->size);
    client->scanned = 0;
}

/* Gives what came of the body to the sink. */
static void take_body(struct lan_http_client *client)
{
    size_t used = 0;
    enum http_feed feed = HTTP_FEED_MORE;
    do {
        size_t taken;
        struct http_text body;
        feed = http_framing_take(&client->framing, client->memory + used, client->size - used,
                                 &taken, &body);
        used += taken;
        client->received += body.size;
        if (body.size > 0 && !client->sink(client->context, body.at, body.size)) {
            end(client, LAN_HTTP_SINK);
            return;
        }
    } while (used < client->size && feed == HTTP_FEED_MORE);
    take_bytes(client, used);
    if (feed == HTTP_FEED_BAD)
        end(client, LAN_HTTP_ANSWER_CHUNK);
    else if (feed == HTTP_FEED_END)
        end(client, LAN_HTTP_OK);
}

static void take_head(struct lan_http_client *client)
{
    struct http_text rest = {(const char *)client->memory, client->scanned};
    if (!take_status_line(client, http_head_line(&rest))) {
        end(client, LAN_HTTP_ANSWER_LINE);
        return;
    }
    enum lan_http_error error = take_fields(client, rest);
    bool interim = client->status < 200;
    if (!error && interim && ++client->interim_count > LAN_HTTP_INTERIM_MAX)
        error = LAN_HTTP_ANSWER_INTERIM;
    take_bytes(client, client->scanned);
    if (error || client->location[0] != '\0') {
        end(client, error);
    } else if (!interim) {
        client->state = BODY;
        take_body(client); /* what came with the head; a body of length 0 ends here */
    }
}

/* Looks at what has come of the head. false: more is needed. */
static bool take_head_bytes(struct lan_http_client *client)
{
    switch (http_head_scan(client->memory, client->size, &client->scanned)) {
    case HTTP_SCAN_WHOLE:
        take_head(client);
        return true;
    case HTTP_SCAN_BAD: {
        bool has_line = memchr(client->memory, '\n', client->scanned) != NULL;
        end(client, has_line ? LAN_HTTP_ANSWER_FIELD : LAN_HTTP_ANSWER_LINE);
        return true;
    }
    case HTTP_SCAN_MORE:
        break;
    }
    if (client->size < sizeof client->memory)
        return false;
    end(client, LAN_HTTP_ANSWER_LONG);
    return true;
}

static void take_end(struct lan_http_client *client)
{
    if (client->state == BODY && client->framing.kind == HTTP_BY_CLOSE)
        end(client, LAN_HTTP_OK);
    else if (client->state == HEAD && client->size == 0)
        end(client, LAN_HTTP_ANSWER_EMPTY);
    else
        end(client, LAN_HTTP_ANSWER_CUT);
}

static bool receive(struct lan_http_client *client)
{
    if (client->state == HEAD && take_head_bytes(client))
        return true;
    long got = lan_read(client->host, client->fd, client->memory + client->size,
                        sizeof client->memory - client->size);
    if (got == -LAN_EAGAIN)
        return false;
    if (got < 0) {
        end_socket(client, (int)got);
    } else if (got == 0) {
        take_end(client);
    } else {
        client->size += (size_t)got;
        if (client->state == BODY)
            take_body(client);
    }
    return true;
}

static bool advance(struct lan_http_client *client)
{
    switch ((enum state)client->state) {
    case CONNECT:
        return await_connection(client);
    case SEND:
        return send_request(client);
    case HEAD:
    case BODY:
        return receive(client);
    case ENDED:
        break;
    }
    return false;
}

enum lan_http_progress lan_http_client_step(struct lan_http_client *client, uint64_t now_us)
{
    while (advance(client))
        client->deadline_us = now_us + LAN_HTTP_STALL_MS * 1000;
    if (client->state != ENDED && now_us >= client->deadline_us)
        end(client, LAN_HTTP_TIMEOUT);
    if (client->state != ENDED)
        return LAN_HTTP_RUNNING;
    return client->error ? LAN_HTTP_FAILED : LAN_HTTP_DONE;
}

struct lan_pollfd lan_http_client_poll(const struct lan_http_client *client)
{
    bool reads = client->state == HEAD || client->state == BODY;
    return (struct lan_pollfd){.fd = client->state == ENDED ? -1 : client->fd,
                               .events = reads ? LAN_POLLIN : LAN_POLLOUT};
}

void lan_http_client_close(struct lan_http_client *client)
{
    if (client->state != ENDED)
        end(client, client->error);
}
