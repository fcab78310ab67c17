/* The home page that a host serves about itself, live.
 *
 * Two routes: the page (sim/site/page.html, embedded) and /status.json, which it
 * fetches every second. Above: whoever runs a lan_http_server (the lantern
 * command, a board's firmware). Below: lan_http.h, lan_host.h, lan_adapter.h;
 * what only the caller knows comes in by `look` and by tables of counters.
 *
 *   struct lan_http_route routes[] = {
 *       {"/", site_handle_page, NULL},
 *       {"/status.json", site_handle_status, &site},
 *   };
 */
#ifndef SIM_SITE_H
#define SIM_SITE_H

#include "lan_http.h"

enum {
    SITE_FRAMES = 24,         /* last frames remembered */
    SITE_FRAME_HEAD = 64,     /* of each, its first bytes */
    SITE_FRAME_TEXT = 80,     /* a frame in words, with its NUL */
    SITE_GROUPS = 4,          /* tables of counters */
    SITE_SOCKETS_MAX = 32,    /* sockets told about */
    SITE_SNAPSHOTS = 2,       /* status answers on their way at once; then 503 */
    SITE_STATUS_SIZE = 18432, /* status.json at most */
};

/* A frame that passed. */
struct site_frame {
    uint64_t time_ns;
    uint32_t number; /* counts from 1 */
    uint16_t size;   /* without FCS */
    bool sent;       /* by this host */
    uint8_t head[SITE_FRAME_HEAD];
};

struct site_frames {
    uint32_t count, sent_count; /* of all that were noted */
    uint64_t sent_bytes, received_bytes;
    struct site_frame ring[SITE_FRAMES];
};

/* Notes a frame from target address to payload; cheap enough for every frame. */
void site_frames_note(struct site_frames *frames, uint64_t time_ns, bool sent, const uint8_t *bytes,
                      size_t size);

/* It in words: "TCP 10.0.2.2:40312 > 10.0.2.15:80 PSH ACK 517 B". */
void site_frame_describe(const struct site_frame *frame, char text[SITE_FRAME_TEXT]);

/* What is so at the moment of a request. */
struct site_view {
    uint64_t time_ns; /* the simulated (or the board's) clock */
    uint64_t wall_us; /* since the start, outside of the simulation */
    uint64_t cycles; /* of the adapter's clock that were truly run, jumps left out; 0: no adapter */
    uint32_t tx_ring_used, tx_ring_size; /* bytes; size 0: not known */
    uint32_t rx_ring_used, rx_ring_size;
};

/* One table of counters, as lan_host_counter shows its own. */
struct site_group {
    const char *name; /* "adapter", "http" ... */
    const char *(*counter)(const void *context, unsigned index, uint64_t *value);
    const void *context;
};

struct site_snapshot {
    bool taken;
    size_t size;
    char text[SITE_STATUS_SIZE];
};

/* All zero, then the first part filled by the caller, who keeps what it points to. */
struct site {
    const char *adapter_kind; /* "rtl", "direct", "board" */
    const struct lan_host *host;
    const struct lan_adapter *adapter;
    lan_ip4 address;
    void (*look)(void *context, struct site_view *view);
    void *look_context;
    struct site_group groups[SITE_GROUPS]; /* beside the host's own; name NULL: none */
    struct site_frames frames;

    struct site_snapshot snapshots[SITE_SNAPSHOTS];
};

/* Writes status.json and returns its size; frames and sockets that find no room
 * are left out, so it is always well formed (`size`: SITE_STATUS_SIZE). The schema, in
 * which an absent thing is null:
 * {
 *   "adapter": {"kind": "rtl", "mac": "02:4c:41:4e:00:01", "address": "10.0.2.15",
 *               "link": true, "rate_mbps": 100, "full_duplex": true, "link_changes": 1},
 *   "time": {"ns": 1234567890123, "wall_us": 2345678, "cycles": 12345678},
 *   "rings": {"tx": {"used": 0, "size": 4096}, "rx": {"used": 0, "size": 8192}},
 *   "counters": {"host": {"tcp_segments_sent": 12, ...}, "adapter": {...}, "http": {...}},
 *   "sockets": [{"fd": 3, "kind": "tcp", "state": "ESTABLISHED", "local": "10.0.2.15:80",
 *                "peer": "10.0.2.2:40312", "receive_queued": 0, "send_queued": 2920,
 *                "rtt_us": 212, "congestion_window": 14600}, ...], "sockets_count": 5,
 *   "frames_sent": 8, "bytes_sent": 5120, "frames_received": 9, "bytes_received": 4096,
 *   "frames": [{"number": 17, "ns": 1234567, "sent": true, "size": 60, "text": "ARP ...",
 *               "head": "ffffffffffff024c..."}, ...]
 * }
 * Frames come newest first, sockets in TIME-WAIT last. Numbers stay below 2^53 for 104 days. */
size_t site_status(const struct site *site, char *memory, size_t size);

extern const struct lan_http_file site_page; /* page.html; made by mk/site.mk */

lan_http_handler site_handle_page;   /* context: NULL */
lan_http_handler site_handle_status; /* context: struct site * */

#endif
