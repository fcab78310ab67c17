/* driver/bus.h on a station: each access takes the cycles that it takes. */
#ifndef SIM_BUS_MODEL_H
#define SIM_BUS_MODEL_H

#include "bus.h"
#include "station.h"

struct lan_bus {
    struct station *station;
    /* Called after each access: time has passed. May be NULL. */
    void (*passed)(void *context);
    void *context;
};

struct lan_bus bus_model_of(struct station *station);

#endif
