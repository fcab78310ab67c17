#include "control.h"

#include <string.h>

#include "echo.h"

/* The next word of a line, cut off at its end; NULL: there is none. */
static char *next_word(char **line)
{
    char *word = *line + strspn(*line, " ");
    if (*word == '\0')
        return NULL;
    char *end = word + strcspn(word, " ");
    *line = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

/* A decimal number up to `limit` that ends at `end`; moves `text` behind it. */
static bool parse_number(const char **text, char end, uint32_t limit, uint32_t *number)
{
    const char *first = *text;
    *number = 0;
    while (**text >= '0' && **text <= '9' && *number <= limit)
        *number = *number * 10 + (uint32_t)(*(*text)++ - '0');
    if (*text == first || **text != end || *number > limit)
        return false;
    *text += end != '\0';
    return true;
}

static bool parse_ip(const char *text, lan_ip4 *ip)
{
    uint32_t part;
    *ip = 0;
    for (int i = 0; i < 4; i++) {
        if (!parse_number(&text, i < 3 ? '.' : '\0', 255, &part))
            return false;
        *ip = *ip << 8 | part;
    }
    return true;
}

static char *put_number(char *at, uint32_t number)
{
    if (number >= 10)
        at = put_number(at, number / 10);
    *at = (char)('0' + number % 10);
    return at + 1;
}

static size_t put_answer(char *at, bool found, lan_ip4 ip)
{
    char *first = at;
    if (!found) {
        *at = 'E';
        return 1;
    }
    *at++ = 'A';
    for (int shift = 24; shift >= 0; shift -= 8) {
        *at++ = shift == 24 ? ' ' : '.';
        at = put_number(at, ip >> shift & 255);
    }
    return (size_t)(at - first);
}

static bool begin_connection(struct control *control, char *line)
{
    struct lan_host *host = control->port.host;
    const char *ip = next_word(&line), *port = next_word(&line);
    struct lan_address peer;
    uint32_t number;
    if (!ip || !port || next_word(&line) || !parse_ip(ip, &peer.ip) ||
        !parse_number(&port, '\0', UINT16_MAX, &number) || number == 0)
        return false;
    peer.port = (uint16_t)number;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    int result = lan_connect(host, fd, &peer);
    if (result < 0 && result != -LAN_EINPROGRESS) {
        lan_close(host, fd);
        return false;
    }
    return stream_server_adopt(&control->connections, fd);
}

static bool begin_query(struct control *control, const struct lan_address *asker, char *line)
{
    const char *ip = next_word(&line), *name = next_word(&line);
    lan_ip4 server;
    if (!ip || !name || next_word(&line) || !parse_ip(ip, &server) || server == 0)
        return false;
    for (unsigned i = 0; i < CONTROL_QUERIES; i++) {
        struct control_query *query = &control->queries[i];
        if (query->taken)
            continue;
        query->asker = *asker;
        query->taken = lan_dns_begin(&query->query, control->port.host, name, server) == 0;
        return query->taken;
    }
    return false;
}

static long answer(void *context, const struct lan_address *source, uint8_t *bytes, size_t size)
{
    struct control *control = context;
    char *line = (char *)bytes;
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
        size--;
    if (size == DATAGRAM_SIZE)
        return DATAGRAM_SILENCE;
    line[size] = '\0';
    char *rest = line;
    const char *verb = next_word(&rest);
    bool understood = false;
    if (verb && strcmp(verb, "C") == 0)
        understood = begin_connection(control, rest);
    else if (verb && strcmp(verb, "D") == 0)
        understood = begin_query(control, source, rest);
    return understood ? DATAGRAM_SILENCE : (long)put_answer(line, false, 0);
}

static uint64_t step_queries(struct control *control, uint64_t now_us)
{
    uint64_t deadline_us = LAN_NEVER;
    for (unsigned i = 0; i < CONTROL_QUERIES; i++) {
        struct control_query *query = &control->queries[i];
        if (!query->taken)
            continue;
        lan_ip4 ip = 0;
        int result = lan_dns_step(&query->query, now_us, &ip);
        if (result == -LAN_EAGAIN) {
            if (query->query.deadline_us < deadline_us)
                deadline_us = query->query.deadline_us;
            continue;
        }
        query->taken = false;
        char text[24];
        size_t size = put_answer(text, result == 0, ip);
        lan_sendto(control->port.host, control->port.fd, text, size, 0, &query->asker);
    }
    return deadline_us;
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct control *control = context;
    struct service port = datagram_service(&control->port);
    struct service connections = stream_service(&control->connections);
    port.step(port.context, now_us);
    connections.step(connections.context, now_us);
    return step_queries(control, now_us);
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct control *control = context;
    struct service port = datagram_service(&control->port);
    struct service connections = stream_service(&control->connections);
    unsigned count = port.poll(port.context, fds);
    count += connections.poll(connections.context, fds + count);
    for (unsigned i = 0; i < CONTROL_QUERIES; i++)
        if (control->queries[i].taken)
            fds[count++] = (struct lan_pollfd){control->queries[i].query.fd, LAN_POLLIN, 0};
    return count;
}

static void close(void *context)
{
    struct control *control = context;
    for (unsigned i = 0; i < CONTROL_QUERIES; i++)
        if (control->queries[i].taken)
            lan_dns_cancel(&control->queries[i].query);
    struct service connections = stream_service(&control->connections);
    connections.close(connections.context);
    lan_close(control->port.host, control->port.fd);
}

int control_open(struct control *control, struct lan_host *host, uint16_t port)
{
    for (unsigned i = 0; i < CONTROL_QUERIES; i++)
        control->queries[i].taken = false;
    control->port.answer = answer;
    control->port.context = control;
    stream_server_open(&control->connections, host, 0, echo_stream);
    return datagram_server_open(&control->port, host, port);
}

struct service control_service(struct control *control)
{
    return (struct service){control, poll, step, close};
}
