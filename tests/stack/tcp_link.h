/* Two TCPs and a bad wire between them, in virtual time and by one seed: delay,
 * rate, loss, duplicates, reordering, adapters without room. Each end has a small
 * application that writes a stream, reads the other's and compares every byte. */
#ifndef TESTS_TCP_LINK_H
#define TESTS_TCP_LINK_H

#include "tcp/tcb.h"
#include "tcp_fake_ip.h"

enum { LINK_PACKETS_MAX = 1024 };

struct link_wire {
    uint64_t seed;
    uint32_t delay_us;      /* one way */
    uint32_t jitter_us;     /* more than a packet's time reorders */
    uint32_t rate_kbps;     /* 0: no limit */
    uint32_t queue_packets; /* before the rate's bottleneck; 0: no limit */
    unsigned loss_permille, duplicate_permille, corrupt_permille, no_room_permille;
    uint32_t buffer_bytes; /* of each end */
    size_t mss;            /* 0: 1460 */
};

/* What an end's application does. */
struct link_stream {
    struct tcb *tcb;
    uint64_t to_send, sent, received, wrong;
    uint32_t read_pause_us; /* reads no sooner than this after the last read */
    uint64_t next_read_us;
    uint64_t last_read_us, longest_stall_us; /* between bytes read */
    bool linger; /* does not close after its last byte, but waits for the peer */
    bool ended, failed, closed;
};

struct link_packet {
    uint64_t due_us, order;
    struct fake_packet packet;
};

struct link_end {
    struct ip ip;
    struct lan_port port;
    struct tcp *tcp;
    struct link *link;
    struct link_end *other;
    struct link_stream stream;
    uint64_t wire_free_us;
    uint64_t deadline_us;
    struct link_packet in[LINK_PACKETS_MAX]; /* on their way to this end */
    unsigned in_count;
    uint32_t random;
    uint64_t memory[(sizeof(struct tcp) + 64 * 1024 + 8 * (1 << 17)) / 8];
};

struct link {
    struct link_wire wire;
    struct link_end ends[2]; /* 0 connects, 1 listens */
    struct tcb *listener;
    uint64_t now_us, order, random;
    uint64_t sent_packets, lost_packets;
    uint64_t lost_segments; /* of these, with data */
};

void link_start(struct link *link, const struct link_wire *wire);
/* End 0 connects to end 1; each sends so many bytes. */
void link_connect(struct link *link, uint64_t bytes_0, uint64_t bytes_1);
/* Runs for that long, or until both applications have closed: true. */
bool link_run(struct link *link, uint64_t us);
/* Runs until no block is used any more: TIME_WAIT is over. */
bool link_run_out(struct link *link, uint64_t us);
uint32_t link_random(struct link *link);
/* Blocks in use at an end, without the listener. */
unsigned link_blocks_used(const struct link_end *end);

#endif
