/* The board under the firmware: time, console, waiting, chance. Registers: soc.h. */
#ifndef BOARD_H
#define BOARD_H

#include "lan_host.h"
#include "soc.h"

/* What start.S holds at a known place, for whoever loads the image. */
struct firmware_config {
    char magic[8];
    uint8_t mac[LAN_MAC_SIZE];
    uint8_t phy_address;
    uint8_t prefix;           /* of the address */
    lan_ip4 address, gateway; /* address 0: by DHCP, else a link-local one */
};
extern const struct firmware_config firmware_config;

struct lan_bus *board_bus(void); /* of the adapter */

uint64_t board_now_us(void);
uint32_t board_cycles(void);
void board_set_lights(uint8_t lights);

/* Stands still until the adapter interrupts, a byte came from the console, or that time. */
void board_wait(uint64_t until_us);

/* 32 bits drawn from when things happened, to the clock cycle: frames and bytes come from
 * outside. There is no better source on these boards (fpga/README.md). */
uint32_t board_random(void *context);

/* --- The console ------------------------------------------------------------------------- */

/* Text waits in a buffer and leaves as the UART takes it; what finds no room is lost, and
 * counted. */
void board_print(const char *text);
void board_print_number(uint32_t number);
void board_print_address(lan_ip4 address);
/* The next byte typed; negative: none. */
int board_typed(void);
/* As much as the UART takes now. */
void board_flush(void);

/* --- The end: called by start.S --------------------------------------------------------- */

/* The program has ended: what was printed still leaves. */
_Noreturn void board_stop(void);
/* The processor met what it cannot do (the privileged specification's mcause, mepc):
 * says so, and stops. */
_Noreturn void board_trapped(uint32_t cause, uint32_t pc);

#endif
