/* See lwip_peer.h. lwIP is used by its raw API from one thread: lwip_init
 * instead of tcpip_init, and sys_now, which the library would take from the
 * system, is given here. */
#define _POSIX_C_SOURCE 200809L /* lwIP takes SSIZE_MAX from it */

#include "lwip_peer.h"

#include <limits.h>
#include <string.h>

#include <lwip/etharp.h>
#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/init.h>
#include <lwip/raw.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>
#include <netif/ethernet.h>

static struct netif interface;
static uint64_t now_ms;
static lwip_peer_transmit *transmit_frame;
static void *transmit_context;

/* Takes the place of the library's, which asks the system's clock. */
u32_t sys_now(void)
{
    return (u32_t)now_ms;
}

uint8_t lwip_peer_byte(uint64_t offset)
{
    return (uint8_t)(offset * 2654435761U >> 13);
}

static err_t send_frame(struct netif *netif, struct pbuf *chain)
{
    (void)netif;
    uint8_t frame[1600];
    u16_t size = pbuf_copy_partial(chain, frame, sizeof frame, 0);
    transmit_frame(transmit_context, frame, size);
    return ERR_OK;
}

static err_t start_interface(struct netif *netif)
{
    netif->name[0] = 'l';
    netif->name[1] = 'w';
    netif->mtu = 1500;
    netif->hwaddr_len = 6;
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = send_frame;
    return ERR_OK;
}

void lwip_peer_start(uint32_t address, unsigned prefix, const uint8_t mac[6],
                     lwip_peer_transmit *transmit, void *context)
{
    transmit_frame = transmit;
    transmit_context = context;
    lwip_init();
    ip4_addr_t ip = {lwip_htonl(address)}, mask = {lwip_htonl(~0U << (32 - prefix))}, gateway = {0};
    memcpy(interface.hwaddr, mac, 6);
    netif_add(&interface, &ip, &mask, &gateway, NULL, start_interface, ethernet_input);
    netif_set_default(&interface);
    netif_set_up(&interface);
}

void lwip_peer_receive(const uint8_t *frame, size_t size)
{
    /* Not PBUF_POOL: in Debian's build its buffers are smaller than they say. */
    struct pbuf *copy = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);
    if (copy == NULL)
        return;
    pbuf_take(copy, frame, (u16_t)size);
    if (interface.input(copy, &interface) != ERR_OK)
        pbuf_free(copy);
}

uint32_t lwip_peer_step(uint64_t now)
{
    now_ms = now;
    sys_check_timeouts();
    return sys_timeouts_sleeptime();
}

/* --- a stream both ways ------------------------------------------------------- */

static void close_when_done(struct lwip_peer_stream *stream)
{
    struct tcp_pcb *block = stream->control_block;
    if (block == NULL || !stream->ended || stream->sent < stream->to_send)
        return;
    tcp_arg(block, NULL);
    tcp_recv(block, NULL);
    tcp_sent(block, NULL);
    tcp_err(block, NULL);
    tcp_close(block);
    stream->control_block = NULL;
}

/* lwIP's raw API hands the interface all that the windows allow. 64 KiB on the way
 * would make its own acknowledgements wait behind 5 ms of its data, as behind no
 * interface with a queue of sensible length; so the application holds back. */
enum { IN_FLIGHT_MAX = 24 * 1024 };

static void send_more(struct lwip_peer_stream *stream)
{
    struct tcp_pcb *block = stream->control_block;
    uint8_t bytes[1460];
    while (stream->sent < stream->to_send) {
        size_t size = stream->to_send - stream->sent;
        if (size > sizeof bytes)
            size = sizeof bytes;
        size_t in_flight = TCP_SND_BUF - tcp_sndbuf(block);
        if (size > IN_FLIGHT_MAX - in_flight)
            size = in_flight < IN_FLIGHT_MAX ? IN_FLIGHT_MAX - in_flight : 0;
        if (size == 0)
            break;
        for (size_t i = 0; i < size; i++)
            bytes[i] = lwip_peer_byte(stream->sent + i);
        if (tcp_write(block, bytes, (u16_t)size, TCP_WRITE_FLAG_COPY) != ERR_OK)
            break;
        stream->sent += size;
    }
    tcp_output(block);
    close_when_done(stream);
}

static err_t on_sent(void *argument, struct tcp_pcb *block, u16_t size)
{
    (void)block;
    (void)size;
    if (argument != NULL)
        send_more(argument);
    return ERR_OK;
}

static err_t on_received(void *argument, struct tcp_pcb *block, struct pbuf *chain, err_t error)
{
    struct lwip_peer_stream *stream = argument;
    (void)error;
    if (chain == NULL) {
        stream->ended = 1;
        close_when_done(stream);
        return ERR_OK;
    }
    for (struct pbuf *part = chain; part != NULL; part = part->next)
        for (u16_t i = 0; i < part->len; i++, stream->received++)
            stream->wrong += ((uint8_t *)part->payload)[i] != lwip_peer_byte(stream->received);
    tcp_recved(block, chain->tot_len);
    pbuf_free(chain);
    return ERR_OK;
}

static void on_error(void *argument, err_t error)
{
    struct lwip_peer_stream *stream = argument;
    stream->control_block = NULL;
    stream->failed = error;
}

static err_t begin(struct lwip_peer_stream *stream, struct tcp_pcb *block)
{
    stream->control_block = block;
    stream->connected = 1;
    tcp_arg(block, stream);
    tcp_recv(block, on_received);
    tcp_sent(block, on_sent);
    tcp_err(block, on_error);
    send_more(stream);
    return ERR_OK;
}

static err_t on_accepted(void *argument, struct tcp_pcb *block, err_t error)
{
    return error == ERR_OK ? begin(argument, block) : error;
}

static err_t on_connected(void *argument, struct tcp_pcb *block, err_t error)
{
    return error == ERR_OK ? begin(argument, block) : error;
}

void lwip_peer_listen(uint16_t port, struct lwip_peer_stream *stream)
{
    struct tcp_pcb *block = tcp_new();
    tcp_bind(block, IP_ANY_TYPE, port);
    block = tcp_listen(block);
    tcp_arg(block, stream);
    tcp_accept(block, on_accepted);
}

void lwip_peer_connect(uint32_t address, uint16_t port, struct lwip_peer_stream *stream)
{
    struct tcp_pcb *block = tcp_new();
    ip_addr_t target = IPADDR4_INIT(lwip_htonl(address));
    tcp_arg(block, stream);
    tcp_err(block, on_error);
    tcp_connect(block, &target, port, on_connected);
}

/* --- ping and datagrams ----------------------------------------------------------- */

enum { ECHO_HEADER_SIZE = 8 };

static u8_t on_ping_answer(void *argument, struct raw_pcb *block, struct pbuf *chain,
                           const ip_addr_t *address)
{
    struct lwip_peer_ping *ping = argument;
    (void)block;
    (void)address;
    const size_t header = sizeof(struct ip_hdr) + ECHO_HEADER_SIZE;
    if (chain->tot_len < header || pbuf_get_at(chain, sizeof(struct ip_hdr)) != ICMP_ER)
        return 0;
    ping->answers++;
    ping->wrong += chain->tot_len != header + ping->size;
    for (size_t i = 0; i < ping->size && header + i < chain->tot_len; i++)
        ping->wrong += pbuf_get_at(chain, (u16_t)(header + i)) != lwip_peer_byte(i);
    pbuf_free(chain);
    return 1;
}

void lwip_peer_ping(uint32_t address, struct lwip_peer_ping *ping)
{
    static struct raw_pcb *block;
    ip_addr_t target = IPADDR4_INIT(lwip_htonl(address));
    if (block == NULL) {
        block = raw_new(IP_PROTO_ICMP);
        raw_bind(block, IP_ADDR_ANY);
    }
    raw_recv(block, on_ping_answer, ping);
    struct pbuf *message = pbuf_alloc(PBUF_IP, (u16_t)(ECHO_HEADER_SIZE + ping->size), PBUF_RAM);
    if (message == NULL)
        return;
    uint8_t *bytes = message->payload;
    memset(bytes, 0, ECHO_HEADER_SIZE);
    bytes[0] = ICMP_ECHO;
    for (size_t i = 0; i < ping->size; i++)
        bytes[ECHO_HEADER_SIZE + i] = lwip_peer_byte(i);
    u16_t checksum = inet_chksum(bytes, message->len);
    memcpy(bytes + 2, &checksum, sizeof checksum);
    raw_sendto(block, message, &target);
    pbuf_free(message);
}

static void send_back(void *argument, struct udp_pcb *block, struct pbuf *chain,
                      const ip_addr_t *address, u16_t port)
{
    (void)argument;
    udp_sendto(block, chain, address, port);
    pbuf_free(chain);
}

void lwip_peer_echo_datagrams(uint16_t port)
{
    struct udp_pcb *block = udp_new();
    udp_bind(block, IP_ANY_TYPE, port);
    udp_recv(block, send_back, NULL);
}
