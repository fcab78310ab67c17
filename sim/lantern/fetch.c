#define _GNU_SOURCE
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lan_dns.h"
#include "say.h"
#include "services/service.h"

bool fetch_check(const char *url)
{
    struct lan_http_url parts;
    enum lan_http_error error = lan_http_url_parse(url, &parts);
    if (error != LAN_HTTP_OK)
        say("get: %s: %s (it looks like http://10.0.2.2:8000/page)", url,
            lan_http_error_text(error));
    return error == LAN_HTTP_OK;
}

/* --- the output ---------------------------------------------------------------------- */

static bool open_output(struct fetch *fetch)
{
    fetch->fd = STDOUT_FILENO;
    if (fetch->output)
        fetch->fd = open(fetch->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fetch->fd < 0)
        say("get: %s: %s (choose another file with -o)", fetch->output, strerror(errno));
    return fetch->fd >= 0;
}

static bool write_body(void *context, const void *bytes, size_t size)
{
    struct fetch *fetch = context;
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = write(fetch->fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            fetch->write_error = errno;
            return false;
        }
        at += written;
        size -= (size_t)written;
    }
    return true;
}

/* Some file systems tell only at the end that the disk was full. */
static void close_output(struct fetch *fetch)
{
    if (fetch->output && close(fetch->fd) < 0 && fetch->write_error == 0)
        fetch->write_error = errno;
}

static void complain_of_output(const struct fetch *fetch)
{
    say("get: %s: %s (%s)", fetch->output ? fetch->output : "standard output",
        strerror(fetch->write_error),
        fetch->write_error == ENOSPC ? "make room, or choose another place with -o"
                                     : "choose another place with -o");
}

/* --- the way there --------------------------------------------------------------------- */

static bool resolve(struct lan_host *host, const char *url, lan_ip4 *address)
{
    struct lan_http_url parts;
    char name[LAN_HTTP_URL_SIZE];
    enum lan_http_error error = lan_http_url_parse(url, &parts);
    if (error != LAN_HTTP_OK) {
        say("get: %s: %s", url, lan_http_error_text(error));
        return false;
    }
    memcpy(name, parts.host, parts.host_size);
    name[parts.host_size] = '\0';
    int result = lan_resolve(host, name, address);
    if (result == -LAN_EINTR)
        say("get: interrupted");
    else if (result < 0)
        say("get: %s: no address: %s", name,
            result == -LAN_ENETUNREACH ? "no name server (name one with --dns)"
                                       : lan_error_text(result));
    return result == 0;
}

/* One request and its answer. */
static enum lan_http_progress converse(struct fetch *fetch, struct lan_host *host)
{
    struct lan_http_client *client = &fetch->client;
    for (;;) {
        enum lan_http_progress progress = lan_http_client_step(client, lan_host_now(host));
        if (progress != LAN_HTTP_RUNNING)
            return progress;
        struct lan_pollfd fd = lan_http_client_poll(client);
        if (lan_poll(host, &fd, 1, service_timeout_ms(lan_host_now(host), client->deadline_us)) <
            0) {
            lan_http_client_close(client);
            client->error = LAN_HTTP_SOCKET;
            client->socket_error = -LAN_EINTR;
            return LAN_HTTP_FAILED;
        }
    }
}

static void complain_of_answer(const struct fetch *fetch, const char *url)
{
    const struct lan_http_client *client = &fetch->client;
    if (client->error == LAN_HTTP_SINK)
        return complain_of_output(fetch);
    if (client->error == LAN_HTTP_SOCKET && client->socket_error == -LAN_EINTR)
        say("get: interrupted");
    else
        say("get: %s: %s", url,
            client->error == LAN_HTTP_SOCKET ? lan_error_text(client->socket_error)
                                             : lan_http_error_text(client->error));
}

static bool fetch_one(struct fetch *fetch, struct lan_host *host, const char *url)
{
    lan_ip4 address = 0;
    if (!resolve(host, url, &address))
        return false;
    enum lan_http_error error = lan_http_client_open(&fetch->client, host, url, address, write_body,
                                                     fetch, lan_host_now(host));
    if (error == LAN_HTTP_OK && converse(fetch, host) == LAN_HTTP_DONE)
        return true;
    complain_of_answer(fetch, url);
    return false;
}

static bool follow(struct fetch *fetch, struct lan_host *host)
{
    char url[LAN_HTTP_URL_SIZE];
    snprintf(url, sizeof url, "%s", fetch->url);
    for (int redirects = 0; redirects <= LAN_HTTP_REDIRECTS_MAX; redirects++) {
        if (!fetch_one(fetch, host, url))
            return false;
        if (fetch->client.location[0] == '\0') {
            if (fetch->client.status >= 300)
                say("get: %s: the server answered %u", url, fetch->client.status);
            return fetch->client.status < 300;
        }
        memcpy(url, fetch->client.location, sizeof url);
    }
    say("get: %s: more than %d redirects", fetch->url, LAN_HTTP_REDIRECTS_MAX);
    return false;
}

int fetch_run(struct fetch *fetch, struct lan_host *host)
{
    if (!open_output(fetch))
        return EXIT_FAILED;
    bool done = follow(fetch, host);
    close_output(fetch);
    if (done && fetch->write_error) {
        complain_of_output(fetch);
        done = false;
    }
    return done ? EXIT_DONE : EXIT_FAILED;
}
