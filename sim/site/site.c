/* The site's two routes. See site.h. */
#include "site/site.h"

#include <string.h>

int site_handle_page(void *context, const struct lan_http_request *request,
                     struct lan_http_answer *answer)
{
    (void)context;
    return lan_http_handle_file((void *)(uintptr_t)&site_page, request, answer);
}

static long pull_snapshot(void *context, uint64_t offset, void *memory, size_t size)
{
    const struct site_snapshot *snapshot = context;
    memcpy(memory, snapshot->text + offset, size);
    return (long)size;
}

static void release_snapshot(void *context)
{
    ((struct site_snapshot *)context)->taken = false;
}

/* A snapshot, because the answer may leave in pieces while the world goes on. */
int site_handle_status(void *context, const struct lan_http_request *request,
                       struct lan_http_answer *answer)
{
    (void)request;
    struct site *site = context;
    struct site_snapshot *snapshot = site->snapshots;
    while (snapshot < site->snapshots + SITE_SNAPSHOTS && snapshot->taken)
        snapshot++;
    if (snapshot == site->snapshots + SITE_SNAPSHOTS)
        return 503;
    snapshot->taken = true;
    snapshot->size = site_status(site, snapshot->text, sizeof snapshot->text);
    *answer = (struct lan_http_answer){.type = "application/json",
                                       .size = snapshot->size,
                                       .pull = pull_snapshot,
                                       .release = release_snapshot,
                                       .context = snapshot,
                                       .no_store = true};
    return 200;
}
