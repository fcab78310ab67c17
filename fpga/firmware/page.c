#include "page.h"

#include <string.h>

#include "board.h"

enum { LINE_SIZE = 64 };

static const char html[] =
    "<!doctype html><html lang=en><meta charset=utf-8><title>Lantern</title>"
    "<meta name=viewport content='width=device-width'>"
    "<style>body{font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}"
    "td{padding:0 1em 0 0}td+td{text-align:right;font-variant-numeric:tabular-nums}"
    "</style><h1>Lantern</h1><p>This page comes from a RISC-V processor beside the Lantern "
    "adapter, with Lantern's driver and TCP/IP stack. Its counters, now:</p><table id=t></table>"
    "<script>async function f(){try{let s=await(await fetch('counters')).text();"
    "t.innerHTML=s.trim().split('\\n').map(l=>'<tr><td>'+l.replace(' ','<td>')).join('');}"
    "catch(e){}setTimeout(f,1000)}f()</script>\n";

static const struct lan_http_file page_html = {"text/html; charset=utf-8", html, sizeof html - 1};

/* A list of counters on its way: which comes next, by connection. */
static struct listing {
    struct page *page;
    unsigned index;
    bool taken;
} listings[PAGE_CONNECTIONS];

static char *put_number(char *at, uint64_t number)
{
    if (number >= 10)
        at = put_number(at, number / 10);
    *at = (char)('0' + number % 10);
    return at + 1;
}

/* The index-th of the adapter's and the host's counters. */
static const char *counter(const struct page *page, unsigned index, uint64_t *value)
{
    unsigned count = 0;
    const char *name;
    for (; (name = lan_nic_counter(&page->firmware->nic, count, value)); count++)
        if (count == index)
            return name;
    return lan_host_counter(page->firmware->host, index - count, value);
}

static long pull(void *context, uint64_t offset, void *memory, size_t size)
{
    struct listing *listing = context;
    char *at = memory, *end = at + size;
    const char *name;
    uint64_t value;
    (void)offset;
    while (end - at >= LINE_SIZE && (name = counter(listing->page, listing->index, &value))) {
        size_t length = strlen(name);
        if (length > LINE_SIZE - 24)
            length = LINE_SIZE - 24;
        memcpy(at, name, length);
        at += length;
        *at++ = ' ';
        at = put_number(at, value);
        *at++ = '\n';
        listing->index++;
    }
    if (at == memory && counter(listing->page, listing->index, &value))
        return -LAN_EAGAIN;
    return at - (char *)memory;
}

static void release(void *context)
{
    struct listing *listing = context;
    listing->taken = false;
}

static int handle_counters(void *context, const struct lan_http_request *request,
                           struct lan_http_answer *answer)
{
    struct page *page = context;
    (void)request;
    lan_nic_count(&page->firmware->nic);
    for (unsigned i = 0; i < PAGE_CONNECTIONS; i++) {
        if (listings[i].taken)
            continue;
        listings[i] = (struct listing){page, 0, true};
        *answer = (struct lan_http_answer){.type = "text/plain",
                                           .size = LAN_HTTP_SIZE_UNKNOWN,
                                           .pull = pull,
                                           .release = release,
                                           .context = &listings[i],
                                           .no_store = true};
        return 200;
    }
    return 503;
}

int page_open(struct page *page, struct firmware *firmware)
{
    page->firmware = firmware;
    page->routes[0] =
        (struct lan_http_route){"/", lan_http_handle_file, (void *)(uintptr_t)&page_html};
    page->routes[1] = (struct lan_http_route){"/counters", handle_counters, page};
    return lan_http_server_open(&page->server, firmware->host, &(struct lan_address){0, 80},
                                page->routes, 2, page->connections, PAGE_CONNECTIONS);
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    return lan_http_server_poll(context, fds);
}

static uint64_t step(void *context, uint64_t now_us)
{
    return lan_http_server_step(context, now_us);
}

static void close(void *context)
{
    lan_http_server_close(context);
}

struct service page_service(struct page *page)
{
    return (struct service){&page->server, poll, step, close};
}
