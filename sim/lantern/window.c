#include "window.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "say.h"
#include "station.h"

static struct nic_model *model_of(const struct window *window)
{
    return station_model(node_station(window->node, 0));
}

static void begin(void *context, uint64_t now_ps)
{
    struct window *window = context;
    struct station *station = node_station(window->node, 0);
    (void)now_ps;
    node_catch_up(window->node);
    window->error =
        nic_model_wave_open(model_of(window), window->options->wave, station_now_ps(station));
    window->is_open = window->error == 0;
}

static void end(void *context, uint64_t now_ps)
{
    struct window *window = context;
    (void)now_ps;
    node_catch_up(window->node);
    nic_model_wave_close(model_of(window));
}

bool window_begin(struct window *window, const struct options *options, struct node *node)
{
    struct world *world = node_world(node);
    *window = (struct window){.options = options, .node = node};
    if (options->wave_to_ps)
        world_at(world, options->wave_to_ps, end, window);
    if (options->wave_from_ps > world_now(world)) {
        world_at(world, options->wave_from_ps, begin, window);
        return true;
    }
    begin(window, world_now(world)); /* an error is told by window_end */
    return window->error == 0;
}

bool window_end(struct window *window)
{
    if (!window->node)
        return true;
    if (window->is_open)
        nic_model_wave_close(model_of(window));
    else if (window->error)
        say("%s: %s (choose another file)", window->options->wave, strerror(window->error));
    else
        say("%s: the run ended before %.6f s", window->options->wave,
            (double)window->options->wave_from_ps * 1e-12);
    return window->is_open;
}
