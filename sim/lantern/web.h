/* The web server of a simulated host: the adapter's live page at /, its state at
 * /status.json, made-up bytes at /bytes/N, and the files of --root. */
#ifndef LANTERN_WEB_H
#define LANTERN_WEB_H

#include "lan_http.h"
#include "services/service.h"
#include "site/site.h"

enum { WEB_PORT = 80, WEB_CONNECTIONS = 32, WEB_ROUTES_MAX = 4 };

struct web {
    struct site site; /* filled by the caller before web_open */
    int root;         /* of files_open_root; negative: no files */
    struct lan_http_route routes[WEB_ROUTES_MAX];
    struct lan_http_server server;
    struct lan_http_connection connections[WEB_CONNECTIONS];
};

/* 0 or a negative LAN_E number. */
int web_open(struct web *web, struct lan_host *host);
struct service web_service(struct web *web);

#endif
