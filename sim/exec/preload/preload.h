/* What the parts of the preloaded library share. Each public function of theirs stands
 * in for the C library's of that name (EXPORT); all else is hidden. protocol.h tells the
 * idea. */
#ifndef EXEC_PRELOAD_H
#define EXEC_PRELOAD_H

#include <dlfcn.h>
#include <netinet/in.h>

#include "exec/protocol.h"

#define EXPORT __attribute__((visibility("default")))

/* The C library's own function of this name. */
#define REAL(name)                                                                                 \
    (__extension__({                                                                               \
        static __typeof__(name) *real_function;                                                    \
        if (!real_function)                                                                        \
            real_function = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                           \
        real_function;                                                                             \
    }))

/* A socket that is ours. */
struct mine {
    char kind; /* s: a stream, c: an accepted one, d: datagrams */
    uint32_t id;
    bool connected; /* a stream that has tried to, or has an end */
};

const char *preload_session(void); /* NULL: this process belongs to none */
/* Is the descriptor one of ours? Leaves errno alone. */
bool preload_find(int fd, struct mine *mine);
bool preload_is_stream(const struct mine *mine);

/* Asks lantern. Its result, 0 or a negative errno; also when lantern is gone. */
int preload_ask(struct exec_request *request, struct exec_answer *answer);
/* The same of a socket, with nothing but the question. */
int preload_ask_of(const struct mine *mine, enum exec_question question,
                   struct exec_answer *answer);
/* The pending error, which is none from then on; 0: none. */
int preload_take_error(const struct mine *mine);

/* A negative result becomes errno and -1. */
int preload_result(int result);

/* An AF_INET address for a caller that asks by `address` and `size`, as accept does. */
void preload_give_address(uint32_t ip, uint16_t port, struct sockaddr *address, socklen_t *size);
/* The same of whatever the kernel said: what names one of lantern's ends is the AF_INET
 * address for which it stands. A stream's is left out where `streams` says so. */
void preload_give_source(const struct sockaddr_storage *source, socklen_t source_size, bool streams,
                         struct sockaddr *address, socklen_t *size);

/* The descriptor becomes an AF_INET socket of the kernel's: it is for this machine's own
 * loopback. false: errno says why. */
bool preload_give_to_kernel(int fd, const struct mine *mine);

#endif
