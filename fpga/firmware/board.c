#include "board.h"

#include <stdbool.h>

enum { PRINT_SIZE = 1024, DRAIN_US = 20 }; /* two bytes' time at 1 Mb/s */

static struct {
    char text[PRINT_SIZE];
    uint32_t head, tail, lost; /* head and tail count on and on */
    uint64_t pool;
} board;

static volatile uint32_t *at(uint32_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

struct lan_bus *board_bus(void)
{
    return (struct lan_bus *)(uintptr_t)SOC_NIC;
}

uint64_t board_now_us(void)
{
    uint32_t low = *at(SOC_TIME_LOW);
    return (uint64_t)*at(SOC_TIME_HIGH) << 32 | low;
}

uint32_t board_cycles(void)
{
    return *at(SOC_CYCLES);
}

void board_set_lights(uint8_t lights)
{
    *at(SOC_LIGHTS) = lights;
}

/* --- Chance ----------------------------------------------------------------------------- */

/* splitmix64's finalizer: what comes out tells nothing of what went in. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

static void stir(void)
{
    board.pool = (board.pool << 7 | board.pool >> 57) ^ board_cycles();
}

uint32_t board_random(void *context)
{
    (void)context;
    stir();
    board.pool += 0x9E3779B97F4A7C15u;
    return (uint32_t)(mix(board.pool) >> 32);
}

/* --- Waiting ------------------------------------------------------------------------------ */

void board_wait(uint64_t until_us)
{
    board_flush();
    uint64_t now_us = board_now_us();
    if (until_us <= now_us)
        return;
    uint64_t left_us = until_us - now_us;
    if (left_us > INT32_MAX)
        left_us = INT32_MAX;
    if (board.head != board.tail && left_us > DRAIN_US)
        left_us = DRAIN_US;
    *at(SOC_ALARM) = (uint32_t)(now_us + left_us);
    (void)*at(SOC_WAIT);
    stir();
}

/* --- The console ---------------------------------------------------------------------------- */

void board_flush(void)
{
    while (board.tail != board.head && *at(SOC_UART_STATE) & SOC_UART_STATE_SEND_READY)
        *at(SOC_UART_DATA) = (uint8_t)board.text[board.tail++ % PRINT_SIZE];
}

static void print_byte(char byte)
{
    if (board.head - board.tail == PRINT_SIZE)
        board.lost++;
    else
        board.text[board.head++ % PRINT_SIZE] = byte;
}

void board_print(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            print_byte('\r');
        print_byte(*text);
    }
    board_flush();
}

void board_print_number(uint32_t number)
{
    char digits[11];
    char *first = digits + sizeof digits - 1;
    *first = '\0';
    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    board_print(first);
}

void board_print_address(lan_ip4 address)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        board_print_number(address >> shift & 255);
        if (shift > 0)
            board_print(".");
    }
}

int board_typed(void)
{
    uint32_t data = *at(SOC_UART_DATA);
    return data & SOC_UART_DATA_VALID ? (int)(data & SOC_UART_DATA_BYTE) : -1;
}

void board_stop(void)
{
    for (;;)
        board_flush();
}

void board_trapped(uint32_t cause, uint32_t pc)
{
    const uint32_t numbers[] = {cause, pc};
    static const char *const names[] = {"\ntrap: cause ", ", pc "};
    for (unsigned i = 0; i < 2; i++) {
        board_print(names[i]);
        for (int shift = 28; shift >= 0; shift -= 4)
            board_print((const char[]){"0123456789abcdef"[numbers[i] >> shift & 15], '\0'});
    }
    board_print("\n");
    board_stop();
}
