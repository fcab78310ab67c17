/* A bench for one TCP: the test plays the peer, segment by segment, and the
 * clock. Numbers are told from both initial sequence numbers, so the first byte
 * of each stream has number 1.
 *
 *   struct tcb *tcb = bench_established(&bench);
 *   GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "hello");
 *   struct seen seen = bench_expect(&bench, TCP_ACK, 1, 6, 0);
 */
#ifndef TESTS_TCP_BENCH_H
#define TESTS_TCP_BENCH_H

#include "tcp/tcb.h"
#include "tcp_fake_ip.h"

enum {
    BENCH_LOCAL_IP = 0x0A00000F,
    BENCH_PEER_IP = 0x0A000002,
    BENCH_LOCAL_PORT = 80,
    BENCH_PEER_PORT = 40000,
    BENCH_MSS = 1460,
    BENCH_WINDOW = 65535, /* of the peer, unless the test says another */
};

struct bench {
    struct ip ip;
    struct lan_port port;
    struct lan_trace trace;
    struct tcp *tcp;
    struct tcb *listener;
    uint32_t random; /* what random() gives next */
    uint64_t now_us;
    uint64_t deadline_us; /* as the last step told */
    uint32_t peer_isn, local_isn;
    bool local_known;        /* our SYN was seen, and local_isn is its number */
    uint32_t timestamp_seen; /* ours */
    uint16_t local_port;
    char states[256]; /* "SYN-SENT ESTABLISHED ...": all entered */
    uint64_t memory[512 * 1024 / 8];
};

/* A segment to give. */
struct given {
    uint8_t flags;
    uint32_t sequence, acknowledgment; /* relative */
    int window;                        /* 0: BENCH_WINDOW; -1: closed; the header's field */
    const char *data;                  /* text, or `size` bytes */
    size_t size;
    const uint8_t *options; /* size a multiple of 4 */
    size_t options_size;
    uint32_t timestamp, timestamp_echo; /* TSval; 0: none. TSecr; 0: ours that was seen last */
    struct tcp_range sack[4];           /* relative to our stream; an empty one ends them */
    uint16_t source_port;               /* 0: BENCH_PEER_PORT */
    bool to_group, bad_checksum, checksum_checked;
};

/* A segment seen. */
struct seen {
    uint8_t flags;
    uint32_t sequence, acknowledgment; /* relative */
    uint32_t raw_sequence;
    uint16_t window, source_port, target_port;
    uint8_t data[FAKE_IP_SIZE_MAX];
    size_t size;
    struct tcp_options options;
};

void bench_start(struct bench *bench, const struct tcp_config *config); /* NULL: the usual */
void bench_give(struct bench *bench, const struct given *given);
#define GIVE(bench, ...) bench_give(bench, &(const struct given){__VA_ARGS__})
void bench_give_raw(struct bench *bench, const uint8_t *bytes, size_t size);

/* Lets so much time pass, step by step as the deadlines say, then steps. */
void bench_pass(struct bench *bench, uint64_t ms);
void bench_step(struct bench *bench);

bool bench_take(struct bench *bench, struct seen *seen);
/* The next segment must be this one. */
struct seen bench_expect(struct bench *bench, uint8_t flags, uint32_t sequence,
                         uint32_t acknowledgment, size_t size);
void bench_expect_nothing(struct bench *bench);

/* Blocks in every state, handshakes done and nothing left to look at. */
struct tcb *bench_listen(struct bench *bench);
struct tcb *bench_syn_sent(struct bench *bench);
struct tcb *bench_syn_received(struct bench *bench); /* of a listener */
struct tcb *bench_established(struct bench *bench);  /* by connect */
/* By connect, to a peer with SACK; its timestamps begin so, 0: it has none. */
struct tcb *bench_established_modern(struct bench *bench, uint32_t timestamp);
struct tcb *bench_accepted(struct bench *bench);
struct tcb *bench_close_wait(struct bench *bench);
struct tcb *bench_fin_wait_1(struct bench *bench);
struct tcb *bench_fin_wait_2(struct bench *bench);
struct tcb *bench_closing(struct bench *bench);
struct tcb *bench_last_ack(struct bench *bench);
struct tcb *bench_time_wait(struct bench *bench);

uint64_t bench_counter(const struct bench *bench, const char *name);
/* The blocks that are not free. */
unsigned bench_blocks_used(const struct bench *bench);

#define ASSERT_STATE(tcb, wanted) ck_assert_str_eq(tcp_state_name((tcb)->state), wanted)

#endif
