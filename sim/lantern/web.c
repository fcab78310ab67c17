#include "web.h"

#include "files.h"
#include "made_bytes.h"

static const char *counter(const void *context, unsigned index, uint64_t *value)
{
    return lan_http_server_counter(context, index, value);
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

int web_open(struct web *web, struct lan_host *host)
{
    unsigned count = 0;
    web->routes[count++] = (struct lan_http_route){"/", site_handle_page, NULL};
    web->routes[count++] = (struct lan_http_route){"/status.json", site_handle_status, &web->site};
    web->routes[count++] = (struct lan_http_route){"/bytes/*", made_bytes_handle, NULL};
    if (web->root >= 0)
        web->routes[count++] = (struct lan_http_route){"/*", files_handle, &web->root};
    unsigned group = 0;
    while (group < SITE_GROUPS - 1 && web->site.groups[group].name)
        group++;
    web->site.groups[group] = (struct site_group){"http", counter, &web->server};
    return lan_http_server_open(&web->server, host, &(struct lan_address){0, WEB_PORT}, web->routes,
                                count, web->connections, WEB_CONNECTIONS);
}

struct service web_service(struct web *web)
{
    return (struct service){&web->server, poll, step, close};
}
