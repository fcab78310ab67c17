/* One end of lwIP by its raw API. Debian's lwIP is a library with globals, so
 * this is a shared object that peer_lwip.c loads twice, each time with a library
 * of its own. It sees the wire and the application through the functions given. */
#define _POSIX_C_SOURCE 200809L /* lwIP takes SSIZE_MAX from it */

#include "lwip_end.h"

#include <limits.h>
#include <string.h>

#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

static const struct lwip_outside *outside;
static struct netif interface;
static struct tcp_pcb *stream;
static uint64_t now_us;

/* Takes the place of the library's, which asks the system's clock. */
u32_t sys_now(void);
u32_t sys_now(void)
{
    return (u32_t)(now_us / 1000);
}

static err_t send_frame(struct netif *netif, struct pbuf *chain)
{
    (void)netif;
    uint8_t *frame = outside->lend(outside->end);
    if (frame == NULL)
        return ERR_MEM;
    outside->send(outside->end, pbuf_copy_partial(chain, frame, chain->tot_len, 0));
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

static err_t on_received(void *argument, struct tcp_pcb *block, struct pbuf *chain, err_t error)
{
    (void)argument, (void)error;
    if (chain == NULL)
        return ERR_OK;
    for (u16_t at = 0; at < chain->tot_len;) {
        u16_t size = (u16_t)LWIP_MIN((unsigned)(chain->tot_len - at), outside->write_size);
        pbuf_copy_partial(chain, outside->incoming, size, at);
        *outside->read += size;
        at = (u16_t)(at + size);
    }
    tcp_recved(block, chain->tot_len);
    pbuf_free(chain);
    return ERR_OK;
}

static err_t on_accepted(void *argument, struct tcp_pcb *block, err_t error)
{
    (void)argument;
    tcp_recv(block, on_received);
    return error;
}

static err_t on_connected(void *argument, struct tcp_pcb *block, err_t error)
{
    (void)argument;
    stream = block;
    return error;
}

void lwip_end_start(const struct lwip_outside *given)
{
    outside = given;
    lwip_init();
    ip4_addr_t ip = {lwip_htonl(0x0a000001u + (u32_t)outside->end)};
    ip4_addr_t mask = {lwip_htonl(0xffffff00u)}, gateway = {0};
    const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(outside->end + 1)};
    memcpy(interface.hwaddr, mac, sizeof mac);
    netif_add(&interface, &ip, &mask, &gateway, NULL, start_interface, ethernet_input);
    netif_set_default(&interface);
    netif_set_up(&interface);
    struct tcp_pcb *block = tcp_new();
    if (outside->end == 1) {
        tcp_bind(block, IP_ANY_TYPE, outside->port);
        block = tcp_listen(block);
        tcp_accept(block, on_accepted);
    } else {
        ip_addr_t target = IPADDR4_INIT(lwip_htonl(0x0a000002u));
        tcp_connect(block, &target, outside->port, on_connected);
    }
}

static void receive_frames(void)
{
    const uint8_t *frame;
    size_t size;
    while ((frame = outside->next(outside->end, &size)) != NULL) {
        /* Not PBUF_POOL: in Debian's build its buffers are smaller than they say. */
        struct pbuf *copy = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);
        pbuf_take(copy, frame, (u16_t)size);
        outside->release(outside->end);
        if (interface.input(copy, &interface) != ERR_OK)
            pbuf_free(copy);
    }
}

static void write_all(void)
{
    while (stream != NULL && tcp_sndbuf(stream) >= outside->write_size) {
        if (tcp_write(stream, outside->outgoing, (u16_t)outside->write_size, TCP_WRITE_FLAG_COPY) !=
            ERR_OK)
            break;
        *outside->written += outside->write_size;
    }
    if (stream != NULL)
        tcp_output(stream);
}

uint64_t lwip_end_step(uint64_t now)
{
    now_us = now;
    receive_frames();
    if (outside->end == 0)
        write_all();
    sys_check_timeouts();
    u32_t sleep_ms = sys_timeouts_sleeptime();
    return sleep_ms == SYS_TIMEOUTS_SLEEPTIME_INFINITE ? UINT64_MAX : now + sleep_ms * 1000ull;
}
