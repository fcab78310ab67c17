/* The first word of the memory, which the processor runs at reset; then what a loader may
 * change in a finished image (struct firmware_config), and the way to main(). */
    .section .start, "ax"
    .globl _start, firmware_config
_start:
    .option push
    .option norvc
    j begin
    .option pop
firmware_config:
    .ascii "LANTERN1"
    .byte 0x02, 0x4c, 0x41, 0x4e, 0x00, 0x02   /* MAC address */
    .byte 1                                     /* the PHY's address */
    .byte 0                                     /* prefix */
    .word 0, 0                                  /* address, gateway; 0: by DHCP */
begin:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, soc_stack
    la t0, trap
    csrw mtvec, t0
    la t0, soc_zero
    la t1, soc_zero_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  call main
    j board_stop

    .balign 4
trap:
    csrr a0, mcause
    csrr a1, mepc
    la sp, soc_stack
    j board_trapped
