/* URLs of the client: their parts, and what a redirect's location means. */
#include <string.h>

#include "http/http_text.h"
#include "lan_http.h"

static const char SCHEME[] = "http://";

/* Letters, digits, "-", "." and "_": a name for DNS, or an IPv4 address. */
static bool is_host_name(struct http_text host)
{
    for (size_t i = 0; i < host.size; i++) {
        char c = host.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_')
            return false;
    }
    return host.size > 0;
}

static size_t find_any(const char *text, size_t size, const char *characters)
{
    size_t at = 0;
    while (at < size && !strchr(characters, text[at]))
        at++;
    return at;
}

enum lan_http_error lan_http_url_parse(const char *text, struct lan_http_url *url)
{
    struct http_text rest = {text, strlen(text)};
    if (rest.size >= LAN_HTTP_URL_SIZE)
        return LAN_HTTP_URL_LONG;
    for (size_t i = 0; i < rest.size; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return LAN_HTTP_URL_CHARACTER;
    if (!http_text_begins_nocase(rest, SCHEME))
        return LAN_HTTP_URL_SCHEME;
    rest.at += strlen(SCHEME);
    rest.size -= strlen(SCHEME);
    struct http_text authority = {rest.at, find_any(rest.at, rest.size, "/?#")};
    url->target = rest.at + authority.size;
    url->target_size = find_any(url->target, rest.size - authority.size, "#");

    bool has_port;
    struct http_text host = http_text_split(&authority, ':', &has_port);
    if (!is_host_name(host))
        return LAN_HTTP_URL_HOST;
    url->host = host.at;
    url->host_size = host.size;
    uint64_t port = 80;
    if (has_port && authority.size > 0 && !http_text_number(authority, &port))
        return LAN_HTTP_URL_PORT;
    if (port < 1 || port > UINT16_MAX)
        return LAN_HTTP_URL_PORT;
    url->port = (uint16_t)port;
    return LAN_HTTP_OK;
}

/* Resolves "." and ".." in a path that begins with '/' (RFC 3986 section 5.2.4).
 * Writes at most what it reads; how much. */
static size_t remove_dots(char *path, size_t size)
{
    size_t out = 0;
    for (size_t at = 0; at < size;) {
        size_t next = at + 1 + find_any(path + at + 1, size - at - 1, "/");
        struct http_text segment = {path + at, next - at};
        bool is_dot = http_text_is(segment, "/."), is_dots = http_text_is(segment, "/..");
        if (is_dots)
            while (out > 0 && path[--out] != '/') {
            }
        if (!is_dot && !is_dots) {
            memmove(path + out, path + at, segment.size);
            out += segment.size;
        } else if (next == size) {
            path[out++] = '/';
        }
        at = next;
    }
    return out;
}

/* The location names a scheme: a ':' before anything that ends one. */
static bool is_absolute(struct http_text location)
{
    size_t at = find_any(location.at, location.size, ":/?#");
    return at > 0 && at < location.size && location.at[at] == ':';
}

/* How much of the page's own URL stands before the location. */
static size_t size_kept(const char *base, const struct lan_http_url *url, struct http_text location)
{
    size_t origin = (size_t)(url->target - base);
    size_t path = find_any(url->target, url->target_size, "?");
    if (is_absolute(location))
        return 0;
    if (http_text_begins(location, "//"))
        return strlen("http:");
    if (http_text_begins(location, "/"))
        return origin;
    if (location.size == 0)
        return origin + url->target_size;
    if (http_text_begins(location, "?"))
        return origin + path;
    while (path > 0 && url->target[path - 1] != '/')
        path--;
    return origin + path;
}

enum lan_http_error lan_http_url_join(const char *base, const char *location,
                                      char joined[LAN_HTTP_URL_SIZE])
{
    struct lan_http_url url;
    enum lan_http_error error = lan_http_url_parse(base, &url);
    if (error)
        return error;
    struct http_text place = {location, find_any(location, strlen(location), "#")};
    struct http_writer writer = {.at = joined, .left = LAN_HTTP_URL_SIZE - 1};
    http_write_bytes(&writer, base, size_kept(base, &url, place));
    bool needs_slash = writer.size == (size_t)(url.target - base) && writer.size > 0 &&
                       !http_text_begins(place, "/");
    if (needs_slash)
        http_write(&writer, "/");
    http_write_bytes(&writer, place.at, place.size);
    if (writer.full)
        return LAN_HTTP_URL_LONG;
    joined[writer.size] = '\0';
    error = lan_http_url_parse(joined, &url);
    if (error)
        return error;
    char *path = joined + (url.target - joined);
    size_t path_size = find_any(path, url.target_size, "?");
    if (path_size > 0) {
        size_t kept = remove_dots(path, path_size);
        memmove(path + kept, path + path_size, strlen(path + path_size) + 1);
    }
    return LAN_HTTP_OK;
}
