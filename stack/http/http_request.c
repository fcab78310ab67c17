/* Reading a request's head. See http_request.h. */
#include "http/http_request.h"

#include <string.h>

static bool is_known_method(struct http_text method)
{
    static const char known[][8] = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                    "DELETE", "OPTIONS", "CONNECT", "TRACE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (http_text_is(method, known[i]))
            return true;
    return false;
}

/* Replaces %XX in place, and ends the path with a NUL (where the '?' or the space
 * behind it was, or before). false: an escape that is none, or that hides what
 * would change the path's meaning. */
static bool decode_path(char *path, size_t size)
{
    char *to = path;
    for (size_t i = 0; i < size; i++) {
        char character = path[i];
        if (character == '%') {
            int high = i + 2 < size ? http_hex_digit(path[i + 1]) : -1;
            int low = i + 2 < size ? http_hex_digit(path[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            character = (char)(high << 4 | low);
            if (character == '/' || (uint8_t)character < ' ' || character == 0x7f)
                return false;
            i += 2;
        }
        if (character == '\\')
            return false;
        *to++ = character;
    }
    *to = '\0';
    return true;
}

/* No segment of the path is "." or "..". */
static bool has_no_dot_segments(const char *path)
{
    for (const char *at = path; at; at = strchr(at + 1, '/')) {
        size_t dots = at[1] == '.' ? (at[2] == '.' ? 2 : 1) : 0;
        char behind = at[1 + dots];
        if (dots > 0 && (behind == '/' || behind == '\0'))
            return false;
    }
    return true;
}

/* Leaves of http://host/path what begins with the path. false: there is no host. */
static bool strip_authority(struct http_text *target)
{
    const size_t scheme = strlen("http://");
    size_t i = scheme;
    while (i < target->size && target->at[i] != '/' && target->at[i] != '?')
        i++;
    *target = (struct http_text){target->at + i, target->size - i};
    return i > scheme;
}

/* /path?query, or the whole URL, as a proxy is asked: a server understands that,
 * too (RFC 9112 section 3.2.2). */
static bool parse_target(char *head, struct http_text target, struct lan_http_request *seen)
{
    for (size_t i = 0; i < target.size; i++)
        if (target.at[i] <= ' ' || target.at[i] > '~' || target.at[i] == '#')
            return false;
    bool absolute = http_text_begins_nocase(target, "http://");
    if (absolute && !strip_authority(&target))
        return false;
    bool has_query;
    struct http_text query = target;
    struct http_text path = http_text_split(&query, '?', &has_query);
    head[query.at + query.size - head] = '\0'; /* the space before the version */
    seen->query = has_query ? query.at : "";
    seen->path = "/";
    if (path.size == 0)
        return absolute;
    char *place = head + (path.at - head);
    seen->path = place;
    return path.at[0] == '/' && decode_path(place, path.size) && has_no_dot_segments(place);
}

static unsigned parse_line(char *head, struct http_text line, struct http_request *request)
{
    bool spaced[3];
    struct http_text method = http_text_split(&line, ' ', &spaced[0]);
    struct http_text target = http_text_split(&line, ' ', &spaced[1]);
    struct http_text version = http_text_split(&line, ' ', &spaced[2]);
    if (!spaced[0] || !spaced[1] || spaced[2] || !http_text_is_token(method) || target.size == 0)
        return 400;
    bool digits = version.size == 8 && version.at[5] >= '0' && version.at[5] <= '9' &&
                  version.at[6] == '.' && version.at[7] >= '0' && version.at[7] <= '9';
    if (!http_text_begins(version, "HTTP/") || !digits)
        return 400;
    if (version.at[5] != '1')
        return 505;
    request->version_1_0 = version.at[7] == '0';
    if (!is_known_method(method))
        return 501;
    request->seen.head_only = http_text_is(method, "HEAD");
    request->served = request->seen.head_only || http_text_is(method, "GET");
    request->seen.rest = "";
    /* OPTIONS * and CONNECT host:port have other targets, and are not served. */
    return request->served && !parse_target(head, target, &request->seen) ? 400 : 0;
}

/* The value of Host, loosely: nothing in it that another reader takes for more. */
static bool is_host(struct http_text value)
{
    for (size_t i = 0; i < value.size; i++)
        if (value.at[i] <= ' ' || value.at[i] > '~' || strchr("/?#@,\\\"<>", value.at[i]))
            return false;
    return true;
}

struct notes {
    unsigned host_count, range_count;
    bool closes, keeps;
};

static void note_condition(struct http_conditions *conditions, const struct http_field *field)
{
    if (http_text_is_nocase(field->name, "If-Match")) {
        conditions->match_count++;
        conditions->match = field->value;
    } else if (http_text_is_nocase(field->name, "If-None-Match")) {
        conditions->none_match_count++;
        conditions->none_match = field->value;
    } else if (http_text_is_nocase(field->name, "If-Range")) {
        conditions->if_range_count++;
        conditions->if_range = field->value;
    }
}

/* false: a field that makes the request one to refuse. */
static bool note_field(struct http_request *request, const struct http_field *field,
                       struct notes *notes)
{
    http_length_note(&request->body, field);
    note_condition(&request->conditions, field);
    if (http_text_is_nocase(field->name, "Host")) {
        notes->host_count++;
        return is_host(field->value);
    }
    if (http_text_is_nocase(field->name, "Connection")) {
        notes->closes |= http_text_lists(field->value, "close");
        notes->keeps |= http_text_lists(field->value, "keep-alive");
    } else if (http_text_is_nocase(field->name, "Expect")) {
        request->expects_continue = http_text_is_nocase(field->value, "100-continue");
    } else if (http_text_is_nocase(field->name, "Range")) {
        notes->range_count++;
        request->range = field->value;
    }
    return true;
}

unsigned http_request_parse(uint8_t *head, size_t size, struct http_request *request)
{
    *request = (struct http_request){0};
    struct http_text rest = {(const char *)head, size};
    unsigned refused = parse_line((char *)head, http_head_line(&rest), request);
    struct notes notes = {0};
    struct http_field field;
    enum http_take take;
    while ((take = http_head_field(&rest, &field)) == HTTP_TAKE_FIELD)
        if (!note_field(request, &field, &notes))
            return 400;
    if (take == HTTP_TAKE_BAD || refused)
        return take == HTTP_TAKE_BAD ? 400 : refused;
    if (notes.host_count > 1 || (notes.host_count == 0 && !request->version_1_0))
        return 400;
    const struct http_length *body = &request->body;
    if (body->bad_length || (body->has_coding && (body->has_length || request->version_1_0)))
        return 400;
    if (body->unknown_coding)
        return 501;
    request->keep_alive = !notes.closes && (notes.keeps || !request->version_1_0);
    request->has_range = notes.range_count == 1 && !request->seen.head_only;
    return 0;
}

enum http_range http_range_parse(struct http_text range, uint64_t size, uint64_t *first,
                                 uint64_t *end)
{
    bool equals, dash;
    struct http_text unit = http_text_split(&range, '=', &equals);
    struct http_text from = http_text_split(&range, '-', &dash);
    uint64_t last = UINT64_MAX;
    if (!equals || !dash || !http_text_is_nocase(unit, "bytes"))
        return HTTP_RANGE_ALL;
    if (range.size > 0 && !http_text_number(range, &last))
        return HTTP_RANGE_ALL;
    if (from.size == 0) { /* bytes=-n: the last n */
        if (range.size == 0)
            return HTTP_RANGE_ALL;
        *first = last < size ? size - last : 0;
        *end = size;
        return last > 0 && size > 0 ? HTTP_RANGE_PART : HTTP_RANGE_OUTSIDE;
    }
    if (!http_text_number(from, first) || last < *first)
        return HTTP_RANGE_ALL;
    *end = last < size ? last + 1 : size;
    return *first < size ? HTTP_RANGE_PART : HTTP_RANGE_OUTSIDE;
}
