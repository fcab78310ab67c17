/* Counters: each layer lists its own once, as X(name), and has from that list
 * its struct; the host has from it the names. 32 bits that wrap. */
#ifndef STACK_COUNTERS_H
#define STACK_COUNTERS_H

#include <stdint.h>

#define COUNTER_FIELD(name) uint32_t name;

#endif
