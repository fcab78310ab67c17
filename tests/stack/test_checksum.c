/* The Internet checksum against a plain one (RFC 1071 section 1). */
#include "base/checksum.h"

#include <string.h>

#include "base/bytes.h"
#include "test.h"

static uint16_t plain(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static uint16_t stored(uint32_t sum)
{
    uint8_t bytes[2];
    checksum_store(bytes, sum);
    return get16(bytes);
}

START_TEST(test_every_size_at_every_alignment_sums_as_the_plain_one)
{
    uint8_t memory[200];
    srand(1);
    for (size_t i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)rand();
    for (size_t at = 0; at < 16; at++)
        for (size_t size = 0; size < 180; size++)
            ck_assert_uint_eq(stored(checksum_add(0, memory + at, size)), plain(memory + at, size));
}
END_TEST

START_TEST(test_every_size_at_every_alignment_copies_and_sums)
{
    uint8_t from[120], to[140];
    srand(2);
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)rand();
    for (size_t source = 0; source < 9; source++)
        for (size_t target = 1; target < 9; target++)
            for (size_t size = 0; size < 100; size++) {
                memset(to, 0xee, sizeof to);
                uint32_t sum = checksum_copy(0, to + target, from + source, size);
                ck_assert_uint_eq(stored(sum), plain(from + source, size));
                ck_assert_mem_eq(to + target, from + source, size);
                ck_assert_uint_eq(to[target - 1], 0xee);
                ck_assert_uint_eq(to[target + size], 0xee);
            }
}
END_TEST

START_TEST(test_all_ones_carry_at_every_size)
{
    uint8_t memory[1500];
    memset(memory, 0xff, sizeof memory);
    for (size_t size = 0; size <= sizeof memory; size++)
        ck_assert_uint_eq(stored(checksum_add(0, memory, size)), plain(memory, size));
}
END_TEST

START_TEST(test_pieces_sum_as_the_whole)
{
    uint8_t memory[1460];
    srand(3);
    for (size_t i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)rand();
    for (size_t cut = 0; cut <= sizeof memory; cut += 2) {
        uint32_t sum = checksum_add(0, memory, cut);
        sum = checksum_add(sum, memory + cut, sizeof memory - cut);
        ck_assert_uint_eq(stored(sum), plain(memory, sizeof memory));
    }
}
END_TEST

START_TEST(test_pseudo_header_sums_as_its_bytes)
{
    srand(4);
    for (int i = 0; i < 1000; i++) {
        uint32_t source = (uint32_t)rand() * 2, target = (uint32_t)rand() * 2;
        uint8_t bytes[12];
        put32(bytes, source);
        put32(bytes + 4, target);
        put16(bytes + 8, 17);
        put16(bytes + 10, (uint16_t)(i * 60));
        ck_assert_uint_eq(stored(checksum_pseudo(source, target, 17, (size_t)i * 60)),
                          plain(bytes, sizeof bytes));
    }
}
END_TEST

START_TEST(test_stored_checksum_makes_the_whole_right_and_a_flipped_bit_wrong)
{
    uint8_t memory[64];
    srand(5);
    for (size_t i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)rand();
    put16(memory + 10, 0);
    checksum_store(memory + 10, checksum_add(0, memory, sizeof memory));
    ck_assert(checksum_is_right(checksum_add(0, memory, sizeof memory)));
    for (size_t bit = 0; bit < sizeof memory * 8; bit++) {
        memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!checksum_is_right(checksum_add(0, memory, sizeof memory)));
        memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

/* RFC 1071 section 3. */
START_TEST(test_example_of_rfc_1071)
{
    const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    ck_assert_uint_eq(stored(checksum_add(0, bytes, sizeof bytes)), (uint16_t)~0xddf2);
}
END_TEST

TEST_MAIN("checksum", test_every_size_at_every_alignment_sums_as_the_plain_one,
          test_every_size_at_every_alignment_copies_and_sums, test_all_ones_carry_at_every_size,
          test_pieces_sum_as_the_whole, test_pseudo_header_sums_as_its_bytes,
          test_stored_checksum_makes_the_whole_right_and_a_flipped_bit_wrong,
          test_example_of_rfc_1071)
