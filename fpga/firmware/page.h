/* The board's page: what it is, live, at /; its counters as lines at /counters. */
#ifndef PAGE_H
#define PAGE_H

#include "firmware.h"
#include "lan_http.h"

enum { PAGE_CONNECTIONS = 2 };

struct page {
    struct firmware *firmware;
    struct lan_http_route routes[3];
    struct lan_http_server server;
    struct lan_http_connection connections[PAGE_CONNECTIONS];
};

/* 0 or a negative LAN_E number. */
int page_open(struct page *page, struct firmware *firmware);
struct service page_service(struct page *page);

#endif
