/* See preload.h. Names are asked for by the stack's own resolver. The C library's asks
 * by sockets that nobody can stand in for, so its functions are given the address. What
 * this machine knows itself (localhost, its own name) stays with it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

#include "preload.h"

static bool is_here(const char *name)
{
    char own[HOST_NAME_MAX + 1] = "";
    gethostname(own, HOST_NAME_MAX);
    return strcasecmp(name, "localhost") == 0 || strcasecmp(name, own) == 0;
}

/* 0 and the address as text, or a negative errno. */
static int resolve(const char *name, char text[INET_ADDRSTRLEN])
{
    struct exec_request request = {.question = EXEC_RESOLVE};
    struct exec_answer answer;
    if (strlen(name) > EXEC_NAME_SIZE)
        return -ENOENT;
    strcpy(request.name, name);
    int result = preload_ask(&request, &answer);
    struct in_addr in = {htonl(answer.ip)};
    inet_ntop(AF_INET, &in, text, INET_ADDRSTRLEN);
    return result;
}

static bool set_canonical_name(struct addrinfo *first, const char *name)
{
    free(first->ai_canonname);
    first->ai_canonname = strdup(name);
    return first->ai_canonname != NULL;
}

EXPORT int getaddrinfo(const char *__restrict node, const char *__restrict service,
                       const struct addrinfo *__restrict hints, struct addrinfo **__restrict result)
{
    struct addrinfo wanted = {0};
    struct in6_addr in;
    char text[INET_ADDRSTRLEN];
    if (hints)
        wanted = *hints;
    if (!preload_session() || wanted.ai_family == AF_INET6)
        return REAL(getaddrinfo)(node, service, hints, result);
    wanted.ai_family = AF_INET; /* the stack has no other */
    bool asks = node && !(wanted.ai_flags & AI_NUMERICHOST) && inet_pton(AF_INET, node, &in) != 1 &&
                !is_here(node);
    if (!asks)
        return REAL(getaddrinfo)(node, service, &wanted, result);
    int error = resolve(node, text);
    if (error < 0)
        return error == -ENOENT || error == -EINVAL ? EAI_NONAME : EAI_AGAIN;
    bool named = wanted.ai_flags & AI_CANONNAME;
    wanted.ai_flags |= AI_NUMERICHOST;
    error = REAL(getaddrinfo)(text, service, &wanted, result);
    if (error == 0 && named && !set_canonical_name(*result, node)) {
        freeaddrinfo(*result);
        return EAI_MEMORY;
    }
    return error;
}

EXPORT struct hostent *gethostbyname(const char *name)
{
    static __thread char text[INET_ADDRSTRLEN];
    struct in_addr in;
    if (!preload_session() || inet_pton(AF_INET, name, &in) == 1 || is_here(name))
        return REAL(gethostbyname)(name);
    int error = resolve(name, text);
    if (error < 0) {
        h_errno = error == -ENOENT || error == -EINVAL ? HOST_NOT_FOUND : TRY_AGAIN;
        return NULL;
    }
    return REAL(gethostbyname)(text);
}
