/* HTTP/1.1 (RFC 9110, RFC 9112) on sockets: a server and a client.
 *
 * Above: the application. Below: lan_socket.h, and nothing else of the stack.
 * No heap, no globals: all memory is the caller's, and its size is named here.
 * Neither side ever blocks: each is driven by one step call, so that several
 * services share one loop around lan_poll. Time comes in as an argument, the
 * next deadline goes out as a result.
 *
 * Deliberately absent: TLS, uploads, compression, several ranges in one answer. */
#ifndef LAN_HTTP_H
#define LAN_HTTP_H

#include "lan_socket.h"

#ifndef LAN_SMALL
enum {
    LAN_HTTP_HEAD_SIZE = 4096,   /* a request's or an answer's head at most */
    LAN_HTTP_OUTPUT_SIZE = 4096, /* of a connection, before the socket takes it */
};
#else /* on a board; LAN_SMALL is for the library and all that use it, or for none */
enum { LAN_HTTP_HEAD_SIZE = 1536, LAN_HTTP_OUTPUT_SIZE = 1024 };
#endif
enum {
    LAN_HTTP_BACKLOG = 16,             /* connections that wait for one to end */
    LAN_HTTP_TYPE_SIZE = 64,           /* a Content-Type at most, without its NUL */
    LAN_HTTP_TAG_SIZE = 40,            /* an entity tag at most, with its NUL */
    LAN_HTTP_URL_SIZE = 1024,          /* a URL that the client takes, with its NUL */
    LAN_HTTP_REQUEST_BODY_MAX = 65536, /* bytes of a request's body that are skipped */
    LAN_HTTP_INTERIM_MAX = 8,          /* 1xx answers before the real one */
    LAN_HTTP_REDIRECTS_MAX = 10,       /* advised bound for whoever follows them */
};

enum {
    LAN_HTTP_IDLE_MS = 15000,    /* kept alive without a request */
    LAN_HTTP_REQUEST_MS = 10000, /* from a request's first byte to its last */
    LAN_HTTP_STALL_MS = 30000,   /* for the peer to take (or give) the next buffer */
    LAN_HTTP_LINGER_MS = 2000,   /* for the peer to close after our last byte */
    LAN_HTTP_SPARE_MS = 1000,    /* idle for so long, a connection yields to a new one */
    LAN_HTTP_RETRY_MS = 10,      /* before a body or the listener is asked again */
};

#define LAN_HTTP_SIZE_UNKNOWN UINT64_MAX

/* --- Server -------------------------------------------------------------------- */

/* A request as a handler sees it; borrowed for the call. `path` is decoded: it
 * begins with '/', and holds no control character, no "." or ".." segment, no
 * backslash, and no '/' that came as %2F. So it can name a file. */
struct lan_http_request {
    const char *path;
    const char *rest;  /* what the route's '*' stood for, or "" */
    const char *query; /* as sent, without the '?', or "" */
    bool head_only;    /* HEAD: fill the answer all the same */
};

/* A body, in pieces as the connection takes them: writes up to `size` bytes of
 * it from `offset` on to `memory`. How many (at least 1); 0: the end, when the
 * size is unknown; -LAN_EAGAIN: none yet; another negative number: it failed,
 * and the connection is closed so that the peer notices. Never asks past a
 * known size. Offsets rise without gaps from the first. */
typedef long lan_http_pull(void *context, uint64_t offset, void *memory, size_t size);

struct lan_http_answer {
    const char *type; /* Content-Type, a literal */
    uint64_t size;    /* LAN_HTTP_SIZE_UNKNOWN: sent in chunks */
    lan_http_pull *pull;
    void (*release)(void *context); /* called once, at the end; may be NULL */
    void *context;                  /* handed to both */
    bool no_store;                  /* changes all the time: not to be cached */
    /* The body's entity tag, without its quotes: another one when a byte of the body is
     * another. With it the client is told 304 when it has this body already, and a range goes
     * on where it was broken off. "": none. */
    char tag[LAN_HTTP_TAG_SIZE];
};

/* Fills `answer` and returns 200, or returns 403, 404, 500 or 503, for which the
 * server writes a short page of its own (`answer` is ignored, nothing released). */
typedef int lan_http_handler(void *context, const struct lan_http_request *request,
                             struct lan_http_answer *answer);

/* What answers a path. A path that ends in '*' stands for all that begin so; the
 * first in the table that fits is taken. */
struct lan_http_route {
    const char *path;
    lan_http_handler *handler;
    void *context;
};

/* The handler of bytes that lie in memory; a route's context is one of these. */
struct lan_http_file {
    const char *type;
    const void *bytes;
    size_t size;
};
lan_http_handler lan_http_handle_file;

/* How far a message's body is read: inside of both server and client. */
struct lan_http_framing {
    uint8_t kind, step;
    uint32_t line_size; /* of the chunk's size line, or of the trailer, so far */
    uint64_t left;      /* bytes of the body, or of the chunk */
};

/* One connection; all of it is the server's. */
struct lan_http_connection {
    int fd;
    uint8_t state;
    uint16_t status;  /* of the answer */
    bool begun;       /* a request's first byte has come */
    bool close_after; /* this answer is the last */
    bool chunked;     /* the answer's body is */
    bool body_done;   /* all of it is in the output */
    bool body_waits;  /* its pull function had nothing */
    bool pushed;      /* TCP_NODELAY is on: the end of an answer leaves at once */
    uint64_t deadline_us, idle_since_us;
    struct lan_http_framing request_body;
    uint64_t skipped; /* of it */
    struct lan_http_answer answer;
    uint64_t offset, end; /* of the answer's body: the next byte, behind the last */
    size_t input_size, scanned;
    size_t output_size, output_sent;
    uint8_t input[LAN_HTTP_HEAD_SIZE];
    uint8_t output[LAN_HTTP_OUTPUT_SIZE];
};

struct lan_http_counters {
    uint64_t connections;       /* accepted */
    uint64_t connections_spare; /* idle ones closed for the sake of a new one */
    uint64_t requests;          /* heads that were whole */
    uint64_t answers_ok;        /* 200 and 206, sent to their end */
    uint64_t answers_refused;   /* 400 to 499 */
    uint64_t answers_failed;    /* 500 to 599 */
    uint64_t body_bytes;        /* of bodies, on their way */
    uint64_t timeouts_idle;     /* kept alive long enough: closed */
    uint64_t timeouts_request;  /* a request that came too slowly: 408 */
    uint64_t timeouts_answer;   /* an answer that was taken too slowly: closed */
    uint64_t peers_gone;        /* connection lost or closed within a message */
    uint64_t bodies_broken;     /* a pull function failed */
};

struct lan_http_server {
    struct lan_host *host;
    const struct lan_http_route *routes;
    unsigned route_count;
    struct lan_http_connection *connections;
    unsigned connection_count;
    int listener;
    bool accepts; /* there is room for another connection */
    uint64_t now_us;
    struct lan_http_counters counters;
};

/* Listens on `address`. Routes and connections are borrowed until the close;
 * each connection carries one request at a time, and LAN_HTTP_BACKLOG beyond
 * their number wait in the listener. 0 or a negative LAN_E number. */
int lan_http_server_open(struct lan_http_server *server, struct lan_host *host,
                         const struct lan_address *address, const struct lan_http_route *routes,
                         unsigned route_count, struct lan_http_connection *connections,
                         unsigned connection_count);

/* Accepts, reads, answers: all that can be done now, for every connection in
 * turn. Call it when a descriptor has an event and no later than the time it
 * returns (LAN_NEVER: only after an event). */
uint64_t lan_http_server_step(struct lan_http_server *server, uint64_t now_us);

/* Stores what to poll for, at most connection_count + 1 entries; how many. */
unsigned lan_http_server_poll(const struct lan_http_server *server, struct lan_pollfd *fds);

/* Closes the listener and every connection, releases every body. */
void lan_http_server_close(struct lan_http_server *server);

/* Every counter by name; NULL past the last. */
const char *lan_http_server_counter(const struct lan_http_server *server, unsigned index,
                                    uint64_t *value);

/* --- Client -------------------------------------------------------------------- */

enum lan_http_error {
    LAN_HTTP_OK,
    LAN_HTTP_URL_SCHEME,     /* not http:// */
    LAN_HTTP_URL_HOST,       /* no host, or one with impossible characters */
    LAN_HTTP_URL_PORT,       /* not 1 to 65535 */
    LAN_HTTP_URL_CHARACTER,  /* a space, a control character, beyond ASCII */
    LAN_HTTP_URL_LONG,       /* LAN_HTTP_URL_SIZE or more */
    LAN_HTTP_SOCKET,         /* socket_error says why */
    LAN_HTTP_TIMEOUT,        /* nothing came for LAN_HTTP_STALL_MS */
    LAN_HTTP_ANSWER_EMPTY,   /* closed before the first byte */
    LAN_HTTP_ANSWER_LINE,    /* no HTTP/1.x status line */
    LAN_HTTP_ANSWER_FIELD,   /* a header field that breaks RFC 9112 */
    LAN_HTTP_ANSWER_LONG,    /* a head over LAN_HTTP_HEAD_SIZE */
    LAN_HTTP_ANSWER_LENGTH,  /* Content-Length twice, not a number, or with chunks */
    LAN_HTTP_ANSWER_CODING,  /* a Transfer-Encoding other than chunked */
    LAN_HTTP_ANSWER_CHUNK,   /* broken chunk framing */
    LAN_HTTP_ANSWER_INTERIM, /* more than LAN_HTTP_INTERIM_MAX 1xx answers */
    LAN_HTTP_ANSWER_CUT,     /* closed within the head or the body */
    LAN_HTTP_SINK,           /* the sink wanted no more */
};
const char *lan_http_error_text(enum lan_http_error error);

/* The parts of http://host[:port][/path][?query][#fragment]; they point into the
 * text that was parsed. */
struct lan_http_url {
    const char *host;
    size_t host_size;
    uint16_t port;      /* 80 when absent */
    const char *target; /* path and query; may be empty or begin with '?' */
    size_t target_size;
};
enum lan_http_error lan_http_url_parse(const char *text, struct lan_http_url *url);

/* What `location` means on the page `base` (RFC 3986 section 5.2), as a whole URL. */
enum lan_http_error lan_http_url_join(const char *base, const char *location,
                                      char joined[LAN_HTTP_URL_SIZE]);

/* Takes the next bytes of the body. false: no more, the client fails. */
typedef bool lan_http_sink(void *context, const void *bytes, size_t size);

enum lan_http_progress { LAN_HTTP_RUNNING, LAN_HTTP_DONE, LAN_HTTP_FAILED };

/* One GET. The first group is for the caller to read once it is known. */
struct lan_http_client {
    unsigned status;    /* of the answer; 0 until its head is there */
    uint64_t body_size; /* LAN_HTTP_SIZE_UNKNOWN while, or if, nobody said */
    uint64_t received;  /* bytes of the body so far */
    enum lan_http_error error;
    int socket_error;                 /* a negative LAN_E number, with LAN_HTTP_SOCKET */
    char location[LAN_HTTP_URL_SIZE]; /* of a redirect, made whole; else "" */

    struct lan_host *host;
    int fd;
    uint8_t state;
    uint8_t interim_count;
    lan_http_sink *sink;
    void *context;
    uint64_t deadline_us;
    struct lan_http_framing framing;
    size_t size, scanned, sent; /* of memory: bytes, looked at, given to the socket */
    char url[LAN_HTTP_URL_SIZE];
    uint8_t memory[LAN_HTTP_HEAD_SIZE];
};

/* Begins to fetch `url` (copied) from `peer`, which is the address of the URL's
 * host; the port is the URL's. The body of a 200 and of an error goes to `sink`;
 * that of a redirect does not: its `location` is told instead. */
enum lan_http_error lan_http_client_open(struct lan_http_client *client, struct lan_host *host,
                                         const char *url, lan_ip4 peer, lan_http_sink *sink,
                                         void *context, uint64_t now_us);

/* Does all that can be done now. The socket is closed once it has ended. Call it
 * when the descriptor has an event and no later than client->deadline_us. */
enum lan_http_progress lan_http_client_step(struct lan_http_client *client, uint64_t now_us);

/* What to poll for while it runs. */
struct lan_pollfd lan_http_client_poll(const struct lan_http_client *client);

/* Gives up, at any time. */
void lan_http_client_close(struct lan_http_client *client);

#endif
