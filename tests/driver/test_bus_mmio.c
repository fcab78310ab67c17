/* The memory-mapped body of the bus, on a piece of memory. Its functions are named
 * aside, as the fake has the real names here. */
#define lan_bus_read        mmio_read
#define lan_bus_write       mmio_write
#define lan_bus_read_words  mmio_read_words
#define lan_bus_write_words mmio_write_words
#define lan_bus_map         mmio_map
#include "bus_mmio.c"

#include "test.h"

static _Alignas(4) uint8_t memory[0x10000];
static struct lan_bus *const bus = (struct lan_bus *)memory;

START_TEST(test_word_is_at_its_address)
{
    mmio_write(bus, 0x28, 0x44332211);
    ck_assert_mem_eq(memory + 0x28, ((const uint8_t[]){0x11, 0x22, 0x33, 0x44}), 4);
    ck_assert_uint_eq(mmio_read(bus, 0x28), 0x44332211);
    ck_assert_uint_eq(mmio_read(bus, 0x24) | mmio_read(bus, 0x2C), 0);
}
END_TEST

START_TEST(test_words_keep_their_order)
{
    _Alignas(4) uint8_t out[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, in[12];
    mmio_write_words(bus, 0x4010, out, 3);
    ck_assert_mem_eq(memory + 0x4010, out, 12);
    ck_assert_uint_eq(memory[0x401C], 0);
    mmio_read_words(bus, 0x4010, in, 3);
    ck_assert_mem_eq(in, out, 12);
}
END_TEST

START_TEST(test_rings_are_mapped_where_they_lie)
{
    ck_assert_ptr_eq(mmio_map(bus, NIC_RX_RING), memory + NIC_RX_RING);
    ck_assert_ptr_eq(mmio_map(bus, NIC_TX_RING), memory + NIC_TX_RING);
}
END_TEST

TEST_MAIN("bus_mmio", test_word_is_at_its_address, test_words_keep_their_order,
          test_rings_are_mapped_where_they_lie)
