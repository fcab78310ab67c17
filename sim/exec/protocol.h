/* What `lantern exec` and the library it preloads into a program say to each other.
 *
 *   program -- its AF_INET calls -- the library -- AF_UNIX sockets -- lantern -- stack
 *
 * Each AF_INET socket of the program is an AF_UNIX socket of the kernel's, so that poll,
 * select, epoll, read, write, dup, fork and exec are the kernel's own. Which one it is,
 * and who is at its other end, stands in the sockets' abstract names, so neither forks
 * nor programs that run programs make anybody forget it:
 *
 *   s  a program's stream: listens, or connects to l
 *   d  a program's datagram socket
 *   l  lantern's listener for streams that connect
 *   c  lantern's end of a stream that was accepted: connected to the listening s
 *   u  lantern's end of a connected d
 *   t  lantern's socket that takes datagrams with their target (struct exec_target)
 *   f  lantern's socket whose datagrams are from this address
 *   q  lantern's listener for questions
 *
 * A question is one connection to q: a request, its answer, the end. A stream that
 * connects is full of zeros and a one until it is connected, so that it is not writable
 * before; they are no part of what it carries. */
#ifndef EXEC_PROTOCOL_H
#define EXEC_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define EXEC_VARIABLE "LANTERN_EXEC" /* the session, in the program's environment */

enum {
    EXEC_SESSION_SIZE = 16, /* hexadecimal digits */
    EXEC_NAME_SIZE = 253,
    EXEC_TEXT_SIZE = 64,          /* a socket's name as text has less */
    EXEC_DATAGRAM_MAX = 65507,    /* RFC 768 in RFC 791 */
    EXEC_FILLER_SIZE = 64 * 1024, /* at once */
    EXEC_FILLER_END = 1,          /* the last byte of the filler */
};

struct exec_name {
    char kind;
    uint32_t id; /* of the program's socket; 0: of no one's alone */
    uint32_t ip; /* host order, as everywhere here: whom it stands for */
    uint16_t port;
};

/* The name as /proc/net/unix shows it, but for the '@' before it. */
static inline int exec_name_text(char text[EXEC_TEXT_SIZE], const char *session,
                                 const struct exec_name *name)
{
    return snprintf(text, EXEC_TEXT_SIZE, "lantern.%s/%c%08x.%08x.%04x", session, name->kind,
                    (unsigned)name->id, (unsigned)name->ip, name->port);
}

static inline bool exec_name_parse(const char *text, const char *session, struct exec_name *name)
{
    static const char first[] = "lantern.";
    unsigned id, ip, port;
    if (strncmp(text, first, sizeof first - 1) != 0 ||
        strncmp(text + sizeof first - 1, session, EXEC_SESSION_SIZE) != 0 ||
        sscanf(text + sizeof first - 1 + EXEC_SESSION_SIZE, "/%c%8x.%8x.%4x", &name->kind, &id, &ip,
               &port) != 4)
        return false;
    name->id = id;
    name->ip = ip;
    name->port = (uint16_t)port;
    return true;
}

static inline socklen_t exec_name_write(struct sockaddr_un *address, const char *session,
                                        const struct exec_name *name)
{
    char text[EXEC_TEXT_SIZE];
    size_t size = (size_t)exec_name_text(text, session, name);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path + 1, text, size);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + size);
}

static inline bool exec_name_read(const struct sockaddr_un *address, socklen_t size,
                                  const char *session, struct exec_name *name)
{
    size_t head = offsetof(struct sockaddr_un, sun_path) + 1;
    if (size <= head || size - head >= EXEC_TEXT_SIZE || address->sun_family != AF_UNIX ||
        address->sun_path[0] != '\0')
        return false;
    char text[EXEC_TEXT_SIZE] = "";
    memcpy(text, address->sun_path + 1, size - head);
    return exec_name_parse(text, session, name);
}

enum exec_question {
    EXEC_OPEN,       /* of `kind`: the program has made this socket */
    EXEC_CLOSED,     /* it may be gone; no answer matters */
    EXEC_BIND,       /* to ip, port */
    EXEC_LISTEN,     /* value: the backlog */
    EXEC_CONNECT,    /* to ip, port; a stream's end has come to l before. value: it waits.
                      * EXEC_ANEW */
    EXEC_DISCONNECT, /* datagrams */
    EXEC_LOCAL,      /* gives ip, port */
    EXEC_PEER,       /* gives ip, port */
    EXEC_ERROR,      /* gives and takes the pending error as value */
    EXEC_SET,        /* level, option, value as of lan_setsockopt */
    EXEC_GET,        /* level, option; gives value */
    EXEC_INFO,       /* of a connection: gives value (its round trip in us) and window */
    EXEC_JOIN,       /* ip: the group */
    EXEC_LEAVE,      /* ip: the group */
    EXEC_RESOLVE,    /* name; gives ip */
};

/* The result of connect: this socket's attempt has failed and was told; another one needs
 * a new socket. */
enum { EXEC_ANEW = -10000 };

struct exec_request {
    uint32_t question;
    uint32_t id;
    uint32_t ip;
    uint16_t port;
    char kind;
    int32_t level, option, value;
    char name[EXEC_NAME_SIZE + 1];
};

struct exec_answer {
    int32_t result; /* 0 or a negative errno */
    uint32_t ip;
    uint16_t port;
    int32_t value;
    uint32_t window; /* of congestion, in bytes */
};

/* Before each datagram to t. */
struct exec_target {
    uint32_t ip;
    uint16_t port, zero;
};

#endif
