/* What TCP counts: one line each, the name as lan_host_counter shows it. */
#ifndef STACK_TCP_COUNTERS_H
#define STACK_TCP_COUNTERS_H

#include "base/counters.h"

#define TCP_COUNTERS(X)                                                                            \
    X(tcp_segments_received)                                                                       \
    X(tcp_segments_sent)                                                                           \
    X(tcp_resends)                                                                                 \
    X(tcp_fast_retransmits)                                                                        \
    X(tcp_timeouts)                                                                                \
    X(tcp_tail_probes)                                                                             \
    X(tcp_window_probes)                                                                           \
    X(tcp_keepalives)                                                                              \
    X(tcp_path_mtu_shrunk)                                                                         \
    X(tcp_duplicates_told)     /* by D-SACK: the peer had it already */                            \
    X(tcp_duplicates_received) /* and the other way round */                                       \
    X(tcp_resets_sent)                                                                             \
    X(tcp_resets_received)                                                                         \
    X(tcp_connections_opened)                                                                      \
    X(tcp_connections_accepted)                                                                    \
    X(tcp_connections_failed)                                                                      \
    X(tcp_cookies_sent)                                                                            \
    X(tcp_cookies_accepted)                                                                        \
    X(tcp_challenge_acks)                                                                          \
    X(tcp_time_wait_reused)                                                                        \
    X(tcp_time_wait_recycled)                                                                      \
    X(tcp_held_segments)                                                                           \
    /* dropped, and why */                                                                         \
    X(tcp_drop_header)  /* too short, or the data offset is wrong */                               \
    X(tcp_drop_address) /* from or to a group or nobody */                                         \
    X(tcp_drop_checksum)                                                                           \
    X(tcp_drop_options)      /* they do not parse */                                               \
    X(tcp_drop_timestamps)   /* one is missing (RFC 7323 section 3.2) */                           \
    X(tcp_drop_paws)         /* the peer's clock shows the past */                                 \
    X(tcp_drop_no_port)      /* nobody there: answered with a reset */                             \
    X(tcp_drop_state)        /* makes no sense to this state */                                    \
    X(tcp_drop_outside)      /* not in the window */                                               \
    X(tcp_drop_acknowledges) /* acknowledges what was not sent, or nothing */                      \
    X(tcp_drop_backlog)      /* a SYN or cookie to a full listener */                              \
    X(tcp_drop_no_block)     /* a SYN while all control blocks are in use */                       \
    X(tcp_drop_no_buffer)    /* a connection completed while no buffers are free */                \
    X(tcp_drop_held)         /* out of order, and no range is free to remember it */               \
    X(tcp_drop_reset)        /* RST outside the window or in TIME_WAIT (RFC 1337) */               \
    X(tcp_drop_bare)         /* a RST or cookie of ours that the adapter had no room for */        \
    X(tcp_drop_challenge)    /* a challenge ACK over the limit (RFC 5961 section 7) */             \
    X(tcp_drop_icmp)         /* an ICMP error about nothing that is in flight */

struct tcp_counters {
    TCP_COUNTERS(COUNTER_FIELD)
};

#endif
