/* Written by tools/soc-registers from fpga/soc/soc.rdl; change it there, then `make registers`. */
/* clang-format off */
#ifndef SOC_H
#define SOC_H

#define SOC_RAM 0x40000000u
#define SOC_RAM_SIZE 0x40000u
#define SOC_NIC 0x80000000u
#define SOC_NIC_SIZE 0x10000u

#define SOC_UART_DATA 0x80010000u /* UART data */
#define SOC_UART_DATA_BYTE 0xFFu
#define SOC_UART_DATA_VALID 0x100u

#define SOC_UART_STATE 0x80010004u /* UART state */
#define SOC_UART_STATE_SEND_READY 0x1u
#define SOC_UART_STATE_RECEIVED 0x2u
#define SOC_UART_STATE_LOST 0x4u

#define SOC_TIME_LOW 0x80020000u /* Time, low word */

#define SOC_TIME_HIGH 0x80020004u /* Time, high word */

#define SOC_WAIT 0x80020008u /* Wait */
#define SOC_WAIT_ADAPTER 0x1u
#define SOC_WAIT_UART 0x2u
#define SOC_WAIT_ALARM 0x4u

#define SOC_ALARM 0x8002000Cu /* Alarm */

#define SOC_CYCLES 0x80020010u /* Cycles */

#define SOC_LIGHTS 0x80020014u /* Lights */
#define SOC_LIGHTS_LEDS 0xFFu

#endif
