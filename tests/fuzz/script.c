/* See script.h. */
#include "script.h"

#include "base/bytes.h"

enum { SERVICE = 7 };

static void open_listener(struct script *script)
{
    struct lan_host *host = script->rig.host;
    const struct lan_address any = {.port = SERVICE};
    script->listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    lan_bind(host, script->listener, &any);
    lan_listen(host, script->listener, 2);
    script->rig.peer.local_port = SERVICE;
}

static void send_syn(struct script *script, unsigned with)
{
    uint8_t options[16];
    size_t size = 0;
    static const uint8_t mss[] = {2, 4, 5, 0xb4}, sack[] = {4, 2}, scale[] = {3, 3, 2};
    memcpy(options, mss, sizeof mss);
    size += sizeof mss;
    if (with & 2) {
        memcpy(options + size, sack, sizeof sack);
        size += sizeof sack;
    }
    if (with & 4) {
        memcpy(options + size, scale, sizeof scale);
        size += sizeof scale;
    }
    script->rig.peer.timestamps = with & 1;
    rig_segment(&script->rig,
                &(struct rig_segment){
                    .flags = RIG_SYN, .window = 8192, .options = options, .options_size = size});
}

static void connect_out(struct script *script)
{
    const struct lan_address there = {RIG_PEER_IP, RIG_PEER_PORT};
    script->fd = lan_socket(script->rig.host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    lan_connect(script->rig.host, script->fd, &there);
    rig_step(&script->rig);
}

void script_begin(struct script *script, enum script_state state, unsigned with)
{
    struct rig *rig = &script->rig;
    rig_begin(rig);
    script->listener = script->fd = -1;
    if (state == SCRIPT_SYN_SENT) {
        connect_out(script);
        return;
    }
    open_listener(script);
    if (state == SCRIPT_LISTEN)
        return;
    send_syn(script, with);
    if (state == SCRIPT_SYN_RECEIVED)
        return;
    rig_flags(rig, RIG_ACK);
    script->fd = lan_accept(rig->host, script->listener, NULL);
    if (state == SCRIPT_CLOSE_WAIT || state == SCRIPT_LAST_ACK)
        rig_flags(rig, RIG_ACK | RIG_FIN);
    if (state != SCRIPT_ESTABLISHED && state != SCRIPT_CLOSE_WAIT) {
        uint32_t before = rig->peer.ack;
        lan_shutdown(rig->host, script->fd, LAN_SHUT_WR);
        rig_step(rig);
        if (state == SCRIPT_CLOSING) {
            uint32_t after = rig->peer.ack;
            rig->peer.ack = before;
            rig_flags(rig, RIG_ACK | RIG_FIN);
            rig->peer.ack = after;
        }
    }
    if (state == SCRIPT_FIN_WAIT_2 || state == SCRIPT_TIME_WAIT)
        rig_flags(rig, RIG_ACK);
    if (state == SCRIPT_TIME_WAIT)
        rig_flags(rig, RIG_ACK | RIG_FIN);
}

/* Two SACK blocks, relative to what we sent. */
static size_t make_sack(const struct rig *rig, struct input *input, uint8_t *options)
{
    options[0] = 5;
    options[1] = 18;
    for (unsigned i = 0; i < 4; i++)
        put32(options + 2 + 4 * i, rig->peer.ack - input_16(input));
    return 18;
}

void script_segment(struct script *script, struct input *input)
{
    struct rig *rig = &script->rig;
    uint8_t data[1460], options[40];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    uint8_t how = input_8(input);
    struct rig_segment segment = {
        .flags = input_8(input), .window = 4096, .data = data, .options = options};
    if (how & 1)
        segment.sequence_off = (int16_t)input_16(input);
    if (how & 2)
        segment.acknowledgment_off = (int16_t)input_16(input);
    if (how & 4)
        segment.window = input_16(input);
    if (how & 8)
        segment.size = input_16(input) % (sizeof data + 1);
    if (how & 16)
        segment.options_size = input_bytes(input, options, input_8(input) % 41u);
    else if (how & 32)
        segment.options_size = make_sack(rig, input, options);
    if (how & 64) {
        segment.urgent = input_16(input);
        rig->peer.timestamp = rig->peer.timestamp + input_8(input) - 128u;
    }
    if (how & 128) {
        segment.sequence_off *= 65536;
        segment.acknowledgment_off *= 65536;
    }
    rig_segment(rig, &segment);
    rig->peer.timestamp++;
}

void script_time(struct script *script, struct input *input)
{
    uint8_t exponent = input_8(input) % 28;
    rig_pass(&script->rig, (uint64_t)(input_8(input) + 1u) << exponent >> 4);
}

void script_call(struct script *script, struct input *input)
{
    struct lan_host *host = script->rig.host;
    static uint8_t memory[8192];
    uint8_t what = input_8(input);
    int fd = what & 0x80 ? input_8(input) % 10 - 1 : script->fd;
    size_t size = input_16(input) % (sizeof memory + 1);
    const struct lan_address there = {RIG_PEER_IP, (uint16_t)(RIG_PEER_PORT + size % 3)};
    const struct lan_address here = {size & 1 ? RIG_IP : 0, (uint16_t)(size >> 1 & 15)};
    struct lan_address name;
    struct lan_pollfd poll = {.fd = fd, .events = LAN_POLLIN | LAN_POLLOUT};
    int value;
    switch (what % 20) {
    case 0:
    case 1:
        (void)lan_read(host, fd, memory, size);
        break;
    case 2:
    case 3:
        (void)lan_write(host, fd, memory, size);
        break;
    case 4:
        lan_shutdown(host, fd, (int)(size % 4));
        break;
    case 5:
        lan_close(host, fd);
        break;
    case 6:
        script->fd = lan_accept(host, script->listener, NULL);
        break;
    case 7:
        lan_poll(host, &poll, 1, 0);
        break;
    case 8:
        lan_setsockopt(host, fd, size & 1 ? LAN_SOL_SOCKET : LAN_IPPROTO_TCP, (int)(size >> 1 & 63),
                       (int)(size >> 7) - 3);
        break;
    case 9:
        lan_getsockopt(host, fd, size & 1 ? LAN_SOL_SOCKET : LAN_IPPROTO_TCP, (int)(size >> 1 & 63),
                       &value);
        break;
    case 10:
        script->fd =
            lan_socket(host, LAN_AF_INET,
                       (size & 1 ? LAN_SOCK_STREAM : LAN_SOCK_DGRAM) | LAN_SOCK_NONBLOCK, 0);
        break;
    case 11:
        lan_connect(host, fd, &there);
        break;
    case 12:
        lan_bind(host, fd, &here);
        break;
    case 13:
        lan_listen(host, fd, (int)(size % 5) - 1);
        break;
    case 14:
        (void)lan_sendto(host, fd, memory, size, 0, size & 1 ? &there : NULL);
        break;
    case 15:
        (void)lan_recvfrom(host, fd, memory, size, (int)(size & 3), &name);
        break;
    case 16:
        lan_getsockname(host, fd, &name);
        lan_getpeername(host, fd, &name);
        break;
    case 17:
        script->rig.full = size & 1;
        break;
    case 18:
        script->rig.peer.port = (uint16_t)(RIG_PEER_PORT + size % 3);
        break;
    default:
        script->rig.peer.local_port = (uint16_t)(size >> 1 & 15);
    }
    rig_step(&script->rig);
}

/* An ICMP message that quotes what we last sent, or what it might have been. */
void script_icmp(struct script *script, struct input *input)
{
    struct rig *rig = &script->rig;
    uint8_t packet[20 + 8 + 60], *icmp = packet + 20;
    memset(packet, 0, sizeof packet);
    icmp[0] = input_8(input);
    icmp[1] = input_8(input);
    put32(icmp + 4, input_16(input));
    uint8_t size = input_8(input) % 61;
    if (rig->last_sent_size > 14) {
        size_t sent = rig->last_sent_size - 14;
        memcpy(icmp + 8, rig->last_sent + 14, sent < size ? sent : size);
    }
    while (input->left > 0 && input_8(input) & 1)
        icmp[8 + input_8(input) % 60] = input_8(input);
    rig_ip_header(packet, 1, 8u + size);
    rig_seal(packet, 20 + 8u + size);
    rig_receive_ip(rig, packet, 20 + 8u + size);
}
