/* See rig.h. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/checksum.h"

enum {
    ETHER_SIZE = 14,
    IP_SIZE = 20,
    PAD = 2,
    STEPS_AT_ONE_TIME = 64,
    SENT_IN_STEP_MAX = 512,
    RUN_OUT_US = 2000000000,
};

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 2};

static struct rig *of(struct lan_adapter *adapter)
{
    return (struct rig *)(void *)adapter;
}

/* --- the adapter ------------------------------------------------------------------ */

static uint8_t *send_begin(struct lan_adapter *adapter, size_t size)
{
    struct rig *rig = of(adapter);
    CHECK(rig->lent.memory == NULL);
    CHECK(size > 0);
    if (rig->full || size > LAN_FRAME_SIZE_MAX)
        return NULL;
    rig->lent = (struct rig_frame){malloc(PAD + size), size};
    return rig->lent.memory + PAD;
}

static void queue_frame(struct rig *rig, const uint8_t *bytes, size_t size)
{
    if (rig->tail - rig->head == RIG_QUEUE)
        return;
    struct rig_frame *frame = &rig->arriving[rig->tail++ % RIG_QUEUE];
    *frame = (struct rig_frame){malloc(PAD + size), size};
    if (size > 0)
        memcpy(frame->memory + PAD, bytes, size);
}

/* The peer answers when it is asked for its MAC address. */
static void answer_arp(struct rig *rig, const uint8_t *frame, size_t size)
{
    if (size < 42 || get16(frame + 12) != 0x0806 || get16(frame + 20) != 1 ||
        get32(frame + 38) != RIG_PEER_IP)
        return;
    uint8_t answer[42];
    memcpy(answer, rig->adapter.mac, 6);
    memcpy(answer + 6, peer_mac, 6);
    memcpy(answer + 12, frame + 12, 8);
    put16(answer + 20, 2);
    memcpy(answer + 22, peer_mac, 6);
    put32(answer + 28, RIG_PEER_IP);
    memcpy(answer + 32, frame + 22, 10);
    queue_frame(rig, answer, sizeof answer);
}

/* The timestamp that we sent, for the peer to echo. */
static void note_timestamp(struct rig *rig, const uint8_t *option, size_t size)
{
    while (size >= 2 && option[0] != 0) {
        if (option[0] == 1) {
            option++, size--;
            continue;
        }
        if (option[1] < 2 || option[1] > size)
            break;
        if (option[0] == 8 && option[1] == 10)
            rig->peer.echo = get32(option + 2);
        size -= option[1];
        option += option[1];
    }
}

static void note_segment(struct rig *rig, const uint8_t *frame, size_t size)
{
    if (size < ETHER_SIZE + IP_SIZE + 20 || get16(frame + 12) != 0x0800 || frame[23] != 6 ||
        get32(frame + 30) != RIG_PEER_IP)
        return;
    const uint8_t *tcp = frame + ETHER_SIZE + (frame[14] & 15) * 4;
    size_t header = (tcp[12] >> 4) * 4u;
    size_t data = get16(frame + 16) - (frame[14] & 15) * 4u - header;
    CHECK(get16(frame + 16) <= size - ETHER_SIZE);
    if (tcp[13] & RIG_RST)
        rig->resets_sent++;
    if (get16(tcp + 2) != rig->peer.port || (tcp[13] & RIG_RST))
        return;
    rig->peer.local_port = get16(tcp);
    uint32_t end =
        get32(tcp + 4) + (uint32_t)data + ((tcp[13] & RIG_SYN) != 0) + ((tcp[13] & RIG_FIN) != 0);
    if ((tcp[13] & RIG_SYN) || (int32_t)(end - rig->peer.ack) > 0)
        rig->peer.ack = end;
    note_timestamp(rig, tcp + 20, header - 20);
}

static void send_end(struct lan_adapter *adapter, size_t size)
{
    struct rig *rig = of(adapter);
    CHECK(rig->lent.memory != NULL && size <= rig->lent.size);
    if (size > 0) {
        const uint8_t *frame = rig->lent.memory + PAD;
        rig->frames_sent++;
        rig->sent_in_step++;
        memcpy(rig->last_sent, frame, size);
        rig->last_sent_size = size;
        CHECK(size >= ETHER_SIZE);
        answer_arp(rig, frame, size);
        note_segment(rig, frame, size);
    }
    free(rig->lent.memory);
    rig->lent.memory = NULL;
}

static const uint8_t *receive_begin(struct lan_adapter *adapter, size_t *size)
{
    struct rig *rig = of(adapter);
    CHECK(!rig->reading);
    if (rig->head == rig->tail)
        return NULL;
    rig->reading = true;
    *size = rig->arriving[rig->head % RIG_QUEUE].size;
    return rig->arriving[rig->head % RIG_QUEUE].memory + PAD;
}

static void receive_end(struct lan_adapter *adapter)
{
    struct rig *rig = of(adapter);
    CHECK(rig->reading);
    rig->reading = false;
    free(rig->arriving[rig->head++ % RIG_QUEUE].memory);
}

static void join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    (void)adapter, (void)group, (void)wanted;
}

static void service(struct lan_adapter *adapter, uint64_t now_us)
{
    (void)adapter, (void)now_us;
}

static uint64_t deadline_us(const struct lan_adapter *adapter)
{
    (void)adapter;
    return UINT64_MAX;
}

static const struct lan_adapter_functions functions = {
    .send_begin = send_begin,
    .send_end = send_end,
    .receive_begin = receive_begin,
    .receive_end = receive_end,
    .join = join,
    .service = service,
    .deadline_us = deadline_us,
};

/* --- the host --------------------------------------------------------------------- */

static uint32_t next_random(void *context)
{
    struct rig *rig = context;
    rig->random = rig->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rig->random >> 32);
}

void rig_begin(struct rig *rig)
{
    rig_begin_seeded(rig, 1);
}

void rig_begin_seeded(struct rig *rig, uint64_t seed)
{
    static const struct lan_host_config config = {
        .socket_count = 8,
        .connection_count = 6,
        .buffer_count = 8,
        .buffer_bytes = 4096,
        .datagram_socket_count = 3,
        .datagram_queue_bytes = 1024,
        .adapter_count = 1,
        .neighbour_count = 4,
        .packet_count = 4,
        .packet_bytes = 4000,
        .reassembly_count = 2,
    };
    memset(rig, 0, sizeof *rig);
    rig->adapter.functions = &functions;
    rig->adapter.mac[0] = 2;
    rig->adapter.mac[5] = 1;
    rig->adapter.status = (struct lan_adapter_status){
        .link_up = true, .full_duplex = true, .rate_mbps = 100, .link_changes = 1};
    rig->now_us = 1000000;
    rig->random = seed;
    rig->peer = (struct rig_peer){.port = RIG_PEER_PORT, .next = 0xfffff000, .timestamp = 1};
    const struct lan_port port = {.context = rig, .random = next_random};
    size_t size = lan_host_size(&config);
    rig->arena = malloc(size);
    memset(rig->arena, 0xa5, size); /* nothing rests on what was there before */
    rig->host = lan_host_init(rig->arena, size, &config, &port, rig->now_us);
    CHECK(rig->host != NULL);
    CHECK(lan_host_add_adapter(rig->host, &rig->adapter, RIG_IP, 24) == 0);
    CHECK(lan_host_add_dns_server(rig->host, RIG_PEER_IP) == 0);
    /* The peer is known, so that answers to it leave at once. */
    uint8_t asks[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,  2, 8, 6,
                        0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,  0, 0, 2,
                        10,   0,    0,    2,    0,    0,    0, 0, 0, 0, 10, 0, 0, 1};
    rig_receive(rig, asks, sizeof asks);
}

static uint64_t step_once(struct rig *rig)
{
    rig->sent_in_step = 0;
    uint64_t deadline = lan_host_step(rig->host, rig->now_us);
    CHECK(rig->sent_in_step <= SENT_IN_STEP_MAX);
    CHECK(rig->lent.memory == NULL && !rig->reading);
    return deadline;
}

/* Steps until it rests; when it wants to be called again. */
static uint64_t step_to_rest(struct rig *rig)
{
    uint64_t deadline = step_once(rig);
    for (unsigned i = 0; deadline <= rig->now_us || rig->head != rig->tail; i++) {
        CHECK(i < STEPS_AT_ONE_TIME);
        deadline = step_once(rig);
    }
    return deadline;
}

void rig_step(struct rig *rig)
{
    step_to_rest(rig);
}

void rig_pass(struct rig *rig, uint64_t us)
{
    uint64_t end = rig->now_us + us, deadline = step_to_rest(rig);
    while (deadline <= end) {
        rig->now_us = deadline;
        deadline = step_to_rest(rig);
    }
    rig->now_us = end;
    step_to_rest(rig);
}

void rig_receive(struct rig *rig, const uint8_t *bytes, size_t size)
{
    queue_frame(rig, bytes, size);
    rig_step(rig);
}

void rig_receive_ip(struct rig *rig, const uint8_t *packet, size_t size)
{
    uint8_t frame[LAN_FRAME_SIZE_MAX];
    if (size > sizeof frame - ETHER_SIZE)
        size = sizeof frame - ETHER_SIZE;
    memcpy(frame, rig->adapter.mac, 6);
    memcpy(frame + 6, peer_mac, 6);
    put16(frame + 12, 0x0800);
    memcpy(frame + ETHER_SIZE, packet, size);
    rig_receive(rig, frame, ETHER_SIZE + size);
}

void rig_end(struct rig *rig)
{
    struct lan_socket_info info;
    rig->full = false;
    for (int fd = 0; fd < 8; fd++)
        lan_close(rig->host, fd);
    rig_pass(rig, RUN_OUT_US);
    CHECK(!lan_host_socket(rig->host, 0, &info));
    while (rig->head != rig->tail)
        free(rig->arriving[rig->head++ % RIG_QUEUE].memory);
    free(rig->arena);
}

/* --- what the peer sends ---------------------------------------------------------- */

void rig_seal(uint8_t *packet, size_t size)
{
    size_t header = size > 0 ? (packet[0] & 15) * 4u : 0;
    if (header < IP_SIZE || header > size)
        return;
    put16(packet + 10, 0);
    checksum_store(packet + 10, checksum_add(0, packet, header));
    size_t total = get16(packet + 2), payload = total - header;
    if (total < header || total > size || (get16(packet + 6) & 0x3fff))
        return;
    static const struct {
        uint8_t protocol, offset;
        bool pseudo;
    } places[] = {{1, 2, false}, {2, 2, false}, {6, 16, true}, {17, 6, true}};
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        uint8_t *at = packet + header;
        if (packet[9] != places[i].protocol || payload < places[i].offset + 2u)
            continue;
        uint32_t sum = places[i].pseudo ? checksum_pseudo(get32(packet + 12), get32(packet + 16),
                                                          packet[9], payload)
                                        : 0;
        put16(at + places[i].offset, 0);
        checksum_store(at + places[i].offset, checksum_add(sum, at, payload));
    }
}

size_t rig_ip_header(uint8_t *packet, uint8_t protocol, size_t payload_size)
{
    memset(packet, 0, IP_SIZE);
    packet[0] = 0x45;
    put16(packet + 2, (uint16_t)(IP_SIZE + payload_size));
    packet[8] = 64;
    packet[9] = protocol;
    put32(packet + 12, RIG_PEER_IP);
    put32(packet + 16, RIG_IP);
    return IP_SIZE;
}

static size_t write_options(struct rig *rig, const struct rig_segment *segment, uint8_t *at)
{
    size_t size = 0;
    if (rig->peer.timestamps) {
        at[0] = at[1] = 1;
        at[2] = 8;
        at[3] = 10;
        put32(at + 4, rig->peer.timestamp);
        put32(at + 8, rig->peer.echo);
        size = 12;
    }
    for (size_t i = 0; i < segment->options_size && size < 40; i++)
        at[size++] = segment->options[i];
    while (size % 4 != 0)
        at[size++] = 0;
    return size;
}

void rig_segment(struct rig *rig, const struct rig_segment *segment)
{
    uint8_t packet[1500], *tcp = packet + IP_SIZE;
    struct rig_peer *peer = &rig->peer;
    size_t options = write_options(rig, segment, tcp + 20), header = 20 + options;
    size_t size = segment->size;
    if (size > sizeof packet - IP_SIZE - header)
        size = sizeof packet - IP_SIZE - header;
    rig_ip_header(packet, 6, header + size);
    put16(tcp, peer->port);
    put16(tcp + 2, peer->local_port);
    put32(tcp + 4, peer->next + (uint32_t)segment->sequence_off);
    put32(tcp + 8,
          segment->flags & RIG_ACK ? peer->ack + (uint32_t)segment->acknowledgment_off : 0);
    tcp[12] = (uint8_t)(header << 2);
    tcp[13] = segment->flags;
    put16(tcp + 14, segment->window);
    put16(tcp + 18, segment->urgent);
    if (size > 0)
        memcpy(tcp + header, segment->data, size);
    rig_seal(packet, IP_SIZE + header + size);
    if (segment->sequence_off == 0)
        peer->next +=
            (uint32_t)size + ((segment->flags & RIG_SYN) != 0) + ((segment->flags & RIG_FIN) != 0);
    rig_receive_ip(rig, packet, IP_SIZE + header + size);
}

void rig_flags(struct rig *rig, uint8_t flags)
{
    rig_segment(rig, &(struct rig_segment){.flags = flags, .window = 8192});
}
