/* The bridge between a program's sockets (AF_UNIX, protocol.h) and the stack's.
 *
 *   program's AF_UNIX sockets -- bridge -- lan_socket.h -- stack
 *
 * It lives in the host's fiber: bridge_step does all that can be done now and never
 * blocks. What it waits for on this machine's side is polled by the session's loop
 * (bridge_peer_new), which wakes the host.
 *
 * bridge.c: life, the table, what is gone; questions.c: what programs ask; streams.c and
 * datagrams.c: bytes; bridge_peer.c: waiting. */
#ifndef EXEC_BRIDGE_H
#define EXEC_BRIDGE_H

#include "exec/protocol.h"
#include "lan_dns.h"
#include "node.h"
#include "peer.h"

enum {
    BRIDGE_SOCKETS = 256,
    BRIDGE_DATAGRAM_SOCKETS = 64,
    BRIDGE_CONNECTIONS = 512,
    BRIDGE_BUFFERS = 2 * BRIDGE_SOCKETS,
    BRIDGE_DATAGRAM_QUEUE_BYTES = 128 * 1024,
    BRIDGE_QUESTIONS = 64, /* at once; most take no time */
    BRIDGE_ERRORS = 128,   /* of sockets that are no more, to be asked for */
    BRIDGE_SOURCES = 32,   /* addresses from which datagrams come, remembered */
};

enum bridge_state {
    BRIDGE_FREE,
    BRIDGE_IDLE,     /* a stream before connect and listen */
    BRIDGE_LISTENS,  /* a stream */
    BRIDGE_CONNECTS, /* a stream */
    BRIDGE_OFFERED,  /* accepted, and the program's queue was full */
    BRIDGE_FLOWS,    /* a stream with both ends */
    BRIDGE_FAILED,   /* a stream whose connect came to nothing */
    BRIDGE_DATAGRAMS,
};

/* One socket of the program. */
struct bridge_socket {
    enum bridge_state state;
    char kind; /* s, c or d, as in its name */
    uint32_t id;
    int lan;                 /* its descriptor in the stack */
    int end;                 /* our end of a stream or of connected datagrams; negative: none */
    struct lan_address peer; /* of datagrams: whom they are connected with; of c: from whom */
    uint32_t listener;       /* of an offered one */
    bool filled;             /* the filler is still to be read */
    bool told;               /* that it is connected */
    bool gone;               /* the program has closed it */
    bool up_ended, down_ended;
    int error;

    /* What it waits for on both sides, what has come of it, and where it stands in the
     * set that is polled. */
    short waits_here, ready_here;
    short waits_there, ready_there;
    unsigned place;
};

struct bridge_question {
    int fd; /* negative: none */
    bool resolves;
    unsigned place;
    struct lan_dns_query query;
};

struct bridge_source {
    int fd;
    lan_ip4 ip;
    uint16_t port;
    uint64_t used; /* when, in steps */
};

struct bridge {
    struct node *node;
    struct lan_host *host;
    char session[EXEC_SESSION_SIZE + 1];
    int questions_fd, streams_fd, targets_fd;
    unsigned questions_place, streams_place, targets_place;
    bool ready; /* something here is */
    bool waking;

    struct bridge_socket sockets[BRIDGE_SOCKETS];
    unsigned socket_count; /* all behind are free */
    struct bridge_question questions[BRIDGE_QUESTIONS];
    struct bridge_source sources[BRIDGE_SOURCES];
    struct {
        uint32_t id;
        int error;
    } errors[BRIDGE_ERRORS];
    unsigned error_count;
    uint64_t step_count, collect_us;
    uint32_t port_count; /* of ports chosen, from a random number on */
    bool must_retry;     /* somebody's queue was full, and will not say when it is no more */
    uint64_t streams, datagrams_up, datagrams_down, bytes_up, bytes_down;
    uint8_t memory[sizeof(struct exec_target) + EXEC_DATAGRAM_MAX + 1];
};

/* Listens for the program's library. false: not possible, and said why. */
bool bridge_open(struct bridge *bridge);
/* Ends what is left. */
void bridge_close(struct bridge *bridge);
/* Works on `node` from now on: called by its application. */
void bridge_begin(struct bridge *bridge, struct node *node);
/* Does what can be done. true: something was; then ask again. */
bool bridge_step(struct bridge *bridge);
/* When to look again if nothing happens before. */
uint64_t bridge_due_us(const struct bridge *bridge);
/* The program has ended: what it wrote still leaves. true: all has. */
bool bridge_has_drained(struct bridge *bridge);

/* The session's peer: `inner` (taken) with the bridge's descriptors beside it. `fd` is one
 * more that wakes the host. NULL: no memory, and said so. */
struct peer *bridge_peer_new(struct peer *inner, struct bridge *bridge, int fd);

/* Counters by name; NULL past the last. */
const char *bridge_counter(const void *bridge, unsigned index, uint64_t *value);

/* --- within ------------------------------------------------------------------------------ */

/* A free one, in no state yet; NULL: there is none. */
struct bridge_socket *bridge_add(struct bridge *bridge, char kind, uint32_t id, int lan);
struct bridge_socket *bridge_find(struct bridge *bridge, uint32_t id);
/* Closes what it has and forgets it, but for its error. */
void bridge_remove(struct bridge *bridge, struct bridge_socket *socket);
/* The error of this socket, or of one that was; none from then on. */
int bridge_take_error(struct bridge *bridge, uint32_t id);
/* Removes sockets that no process has any more. */
void bridge_collect(struct bridge *bridge);
/* An AF_UNIX socket with this name, not blocking; negative: errno. */
int bridge_open_named(const struct bridge *bridge, int type, const struct exec_name *name);
int bridge_connect_named(const struct bridge *bridge, int fd, const struct exec_name *name);

bool bridge_answer_questions(struct bridge *bridge);
unsigned bridge_prepare_questions(struct bridge *bridge, struct poll_set *set);
bool bridge_see_questions(struct bridge *bridge, const struct poll_set *set);

void bridge_accept_ends(struct bridge *bridge);
bool bridge_step_stream(struct bridge *bridge, struct bridge_socket *socket);
/* What connect does once the end has come: 0, a negative errno, or EXEC_ANEW. */
int bridge_connect_stream(struct bridge *bridge, struct bridge_socket *socket,
                          const struct lan_address *peer, bool waits);

bool bridge_take_targets(struct bridge *bridge);
bool bridge_step_datagrams(struct bridge *bridge, struct bridge_socket *socket);
int bridge_connect_datagrams(struct bridge *bridge, struct bridge_socket *socket,
                             const struct lan_address *peer);

#endif
