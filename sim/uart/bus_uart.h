/* The driver's bus (driver/bus.h) over a serial line to fpga/host_link: a board with the
 * adapter and no processor, driven from this machine. The protocol: uart_bus.sv. */
#ifndef SIM_BUS_UART_H
#define SIM_BUS_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "bus.h"

enum { BUS_UART_WORDS = 64 }; /* of one request at most */

struct lan_bus {
    int fd;
    bool turn; /* of the next write */
    bool irq;  /* as the last answer told */
    bool lost; /* the board does not answer any more */
    uint64_t requests, again, broken;
};

/* Opens a terminal device at that rate (bits a second). NULL, or why not. */
const char *bus_uart_open(struct lan_bus *bus, const char *path, unsigned rate);
void bus_uart_close(struct lan_bus *bus);

#endif
