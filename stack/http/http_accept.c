/* Who gets in: takes new connections from the listener, while there is a place.
 * See http_server.h. */
#include "http/http_server.h"

static struct lan_http_connection *find_free(struct lan_http_server *server)
{
    for (unsigned i = 0; i < server->connection_count; i++)
        if (server->connections[i].state == HTTP_FREE)
            return &server->connections[i];
    return NULL;
}

/* The connection that has been kept alive longest without a request. */
static struct lan_http_connection *find_idle(struct lan_http_server *server)
{
    struct lan_http_connection *longest = NULL;
    for (unsigned i = 0; i < server->connection_count; i++) {
        struct lan_http_connection *connection = &server->connections[i];
        bool idle = connection->state == HTTP_REQUEST && !connection->begun;
        if (idle && (!longest || connection->idle_since_us < longest->idle_since_us))
            longest = connection;
    }
    return longest;
}

/* A place for a new connection, if there is or can be one: a browser that keeps
 * six connections open and silent must not lock others out. Otherwise NULL, and
 * *when_us is when one may be there. */
static struct lan_http_connection *find_place(struct lan_http_server *server, uint64_t *when_us)
{
    *when_us = LAN_NEVER;
    struct lan_http_connection *connection = find_free(server);
    struct lan_http_connection *idle = connection ? NULL : find_idle(server);
    if (!idle)
        return connection;
    uint64_t spare_us = idle->idle_since_us + LAN_HTTP_SPARE_MS * 1000;
    if (server->now_us >= spare_us)
        return idle;
    *when_us = spare_us;
    return NULL;
}

static bool somebody_waits(struct lan_http_server *server)
{
    struct lan_pollfd listener = {.fd = server->listener, .events = LAN_POLLIN};
    return lan_poll(server->host, &listener, 1, 0) > 0;
}

static void take_connection(struct lan_http_server *server, struct lan_http_connection *connection,
                            int fd)
{
    server->counters.connections++;
    lan_setsockopt(server->host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
    connection->fd = fd;
    connection->input_size = connection->scanned = 0;
    connection->pushed = false;
    http_server_await(server, connection);
}

uint64_t http_server_accept(struct lan_http_server *server)
{
    uint64_t when_us = LAN_NEVER;
    for (;;) {
        uint64_t place_us;
        struct lan_http_connection *connection = find_place(server, &place_us);
        server->accepts = connection != NULL;
        if (!connection)
            return place_us < when_us ? place_us : when_us;
        if (connection->state != HTTP_FREE) {
            if (!somebody_waits(server))
                return when_us;
            server->counters.connections_spare++;
            http_server_drop(server, connection);
        }
        int fd = lan_accept(server->host, server->listener, NULL);
        if (fd == -LAN_EAGAIN || fd == -LAN_ECONNABORTED)
            return when_us;
        if (fd < 0) { /* no descriptor: the listener stays readable, so do not poll it */
            server->accepts = false;
            return http_server_after_ms(server, LAN_HTTP_RETRY_MS);
        }
        take_connection(server, connection, fd);
        when_us = server->now_us;
    }
}
