/* What the server says: route, status line, fields, and the body as its pull
 * function gives it. See http_server.h. */
#include "http/http_server.h"

#include <assert.h>
#include <string.h>

enum {
    CHUNK_LINE = 6,    /* four digits, CR LF */
    CHUNK_FRAMING = 8, /* and CR LF behind it */
};

static const char *reason(unsigned status)
{
    static const struct {
        unsigned status;
        char text[32];
    } reasons[] = {
        {200, "OK"},
        {206, "Partial Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {416, "Range Not Satisfiable"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Unknown";
}

static void write_number_field(struct http_writer *writer, const char *name, uint64_t number)
{
    http_write(writer, name);
    http_write_number(writer, number);
    http_write(writer, "\r\n");
}

/* The status line and the fields that every answer has. There is no Date: a
 * server without a clock of the day sends none (RFC 9110 section 6.6.1). */
static struct http_writer begin_head(struct lan_http_connection *connection, unsigned status,
                                     bool keeps_version_1_0)
{
    connection->status = (uint16_t)status;
    connection->output_sent = 0;
    struct http_writer writer = {.at = (char *)connection->output,
                                 .left = sizeof connection->output};
    http_write(&writer, "HTTP/1.1 ");
    http_write_number(&writer, status);
    http_write(&writer, " ");
    http_write(&writer, reason(status));
    http_write(&writer, "\r\nServer: Lantern\r\n");
    if (connection->close_after)
        http_write(&writer, "Connection: close\r\n");
    else if (keeps_version_1_0)
        http_write(&writer, "Connection: keep-alive\r\n");
    return writer;
}

static void end_head(struct lan_http_connection *connection, struct http_writer *writer)
{
    http_write(writer, "\r\n");
    assert(!writer->full);
    connection->output_size = writer->size;
}

/* A page of one line, whole in the output. `size` is the body's that a range
 * missed. */
static void answer_page(struct lan_http_connection *connection, unsigned status,
                        const struct http_request *request, uint64_t size)
{
    const char *text = reason(status);
    bool keeps_version_1_0 = request && request->version_1_0;
    struct http_writer writer = begin_head(connection, status, keeps_version_1_0);
    if (status == 405)
        http_write(&writer, "Allow: GET, HEAD\r\n");
    if (status == 416)
        write_number_field(&writer, "Content-Range: bytes */", size);
    if (status == 503)
        http_write(&writer, "Retry-After: 1\r\n");
    http_write(&writer, "Content-Type: text/plain\r\n");
    write_number_field(&writer, "Content-Length: ", 3 + 1 + strlen(text) + 1);
    end_head(connection, &writer);
    if (!request || !request->seen.head_only) {
        http_write_number(&writer, status);
        http_write(&writer, " ");
        http_write(&writer, text);
        http_write(&writer, "\n");
        connection->output_size = writer.size;
    }
    connection->body_done = true;
}

void http_answer_release(struct lan_http_connection *connection)
{
    if (connection->answer.release)
        connection->answer.release(connection->answer.context);
    connection->answer = (struct lan_http_answer){0};
}

void http_answer_refusal(struct lan_http_connection *connection, unsigned status)
{
    http_answer_release(connection);
    connection->close_after = true;
    answer_page(connection, status, NULL, 0);
}

static void write_tag(struct http_writer *writer, const struct lan_http_answer *answer)
{
    if (!answer->tag[0])
        return;
    http_write(writer, "ETag: \"");
    http_write(writer, answer->tag);
    http_write(writer, "\"\r\n");
}

static void write_body_fields(struct http_writer *writer,
                              const struct lan_http_connection *connection, unsigned status)
{
    const struct lan_http_answer *answer = &connection->answer;
    assert(strlen(answer->type) <= LAN_HTTP_TYPE_SIZE);
    http_write(writer, "Content-Type: ");
    http_write(writer, answer->type);
    http_write(writer, "\r\n");
    write_tag(writer, answer);
    if (answer->no_store)
        http_write(writer, "Cache-Control: no-store\r\n");
    if (connection->chunked)
        http_write(writer, "Transfer-Encoding: chunked\r\n");
    if (answer->size == LAN_HTTP_SIZE_UNKNOWN)
        return;
    http_write(writer, "Accept-Ranges: bytes\r\n");
    write_number_field(writer, "Content-Length: ", connection->end - connection->offset);
    if (status != 206)
        return;
    http_write(writer, "Content-Range: bytes ");
    http_write_number(writer, connection->offset);
    http_write(writer, "-");
    http_write_number(writer, connection->end - 1);
    write_number_field(writer, "/", answer->size);
}

/* What the client has is what there is (RFC 9110 section 15.4.5). */
static void answer_not_modified(struct lan_http_connection *connection,
                                const struct http_request *request)
{
    struct http_writer writer = begin_head(connection, 304, request->version_1_0);
    write_tag(&writer, &connection->answer);
    end_head(connection, &writer);
    http_answer_release(connection);
    connection->body_done = true;
}

/* The handler's body, or the part of it that was asked for. */
static void answer_body(struct lan_http_server *server, struct lan_http_connection *connection,
                        const struct http_request *request)
{
    uint64_t size = connection->answer.size;
    bool unknown = size == LAN_HTTP_SIZE_UNKNOWN;
    connection->offset = 0;
    connection->end = size;
    enum http_range range = HTTP_RANGE_ALL;
    bool has_range = request->has_range && !unknown &&
                     http_condition_allows_range(&request->conditions, connection->answer.tag);
    if (has_range)
        range = http_range_parse(request->range, size, &connection->offset, &connection->end);
    if (range == HTTP_RANGE_OUTSIDE) {
        http_answer_release(connection);
        answer_page(connection, 416, request, size);
        return;
    }
    if (range == HTTP_RANGE_ALL) {
        connection->offset = 0;
        connection->end = size;
    }
    connection->chunked = unknown && !request->version_1_0;
    connection->close_after |= unknown && request->version_1_0;
    unsigned status = range == HTTP_RANGE_PART ? 206 : 200;
    struct http_writer writer = begin_head(connection, status, request->version_1_0);
    write_body_fields(&writer, connection, status);
    end_head(connection, &writer);
    connection->body_done = request->seen.head_only || connection->offset == connection->end;
    if (!http_answer_fill(server, connection))
        http_answer_refusal(connection, 500);
}

static const struct lan_http_route *find_route(const struct lan_http_server *server,
                                               struct lan_http_request *request)
{
    for (unsigned i = 0; i < server->route_count; i++) {
        const char *path = server->routes[i].path;
        size_t size = strlen(path);
        bool open = size > 0 && path[size - 1] == '*';
        if (open ? strncmp(path, request->path, size - 1) == 0 : strcmp(path, request->path) == 0) {
            request->rest = open ? request->path + size - 1 : "";
            return &server->routes[i];
        }
    }
    return NULL;
}

void http_answer_request(struct lan_http_server *server, struct lan_http_connection *connection,
                         struct http_request *request)
{
    unsigned status = 405;
    if (request->served) {
        const struct lan_http_route *route = find_route(server, &request->seen);
        struct lan_http_answer answer = {0};
        status = route ? (unsigned)route->handler(route->context, &request->seen, &answer) : 404;
        if (status == 200) {
            connection->answer = answer;
            status = http_condition_status(&request->conditions, answer.tag);
        }
    }
    if (status == 412)
        http_answer_release(connection);
    if (status == 304)
        answer_not_modified(connection, request);
    else if (status == 200)
        answer_body(server, connection, request);
    else
        answer_page(connection, status, request, 0);
}

/* Pulls once. How many bytes of output that made, or a negative LAN_E number. */
static long pull_piece(struct lan_http_connection *connection, size_t room, long *body_bytes)
{
    const struct lan_http_answer *answer = &connection->answer;
    char *to = (char *)connection->output + connection->output_size;
    size_t line = connection->chunked ? CHUNK_LINE : 0;
    uint64_t left = connection->end - connection->offset;
    size_t wanted = room < left ? room : (size_t)left;
    long pulled = answer->pull(answer->context, connection->offset, to + line, wanted);
    *body_bytes = pulled;
    if (pulled < 0)
        return pulled;
    bool unknown = answer->size == LAN_HTTP_SIZE_UNKNOWN;
    if ((size_t)pulled > wanted || (pulled == 0 && !unknown))
        return -LAN_EINVAL;
    connection->offset += (uint64_t)pulled;
    connection->body_done = unknown ? pulled == 0 : connection->offset == connection->end;
    if (!connection->chunked)
        return pulled;
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 4; i++)
        to[i] = digits[(unsigned long)pulled >> (12 - 4 * i) & 15];
    memcpy(to + 4, "\r\n", 2);
    memcpy(to + line + pulled, "\r\n", 2); /* behind the last chunk: the empty trailer */
    return pulled + CHUNK_FRAMING;
}

bool http_answer_fill(struct lan_http_server *server, struct lan_http_connection *connection)
{
    connection->body_waits = false;
    size_t framing = connection->chunked ? CHUNK_FRAMING : 0;
    while (!connection->body_done) {
        size_t room = sizeof connection->output - connection->output_size;
        if (room <= framing)
            break;
        long body_bytes;
        long made = pull_piece(connection, room - framing, &body_bytes);
        if (made == -LAN_EAGAIN) {
            connection->body_waits = connection->output_size == 0;
            break;
        }
        if (made < 0) {
            server->counters.bodies_broken++;
            return false;
        }
        connection->output_size += (size_t)made;
        server->counters.body_bytes += (uint64_t)body_bytes;
    }
    return true;
}

static long pull_memory(void *context, uint64_t offset, void *memory, size_t size)
{
    const struct lan_http_file *file = context;
    memcpy(memory, (const char *)file->bytes + offset, size);
    return (long)size;
}

int lan_http_handle_file(void *context, const struct lan_http_request *request,
                         struct lan_http_answer *answer)
{
    (void)request;
    const struct lan_http_file *file = context;
    *answer = (struct lan_http_answer){
        .type = file->type, .size = file->size, .pull = pull_memory, .context = context};
    return 200;
}
