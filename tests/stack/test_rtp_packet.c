/* RTP packets (RFC 3550 section 5.1), built and parsed. */
#include <string.h>

#include "lan_rtp.h"
#include "test.h"

static uint8_t bytes[2048];

START_TEST(test_plain_packet_is_built_as_section_5_1_draws_it)
{
    const struct lan_rtp_packet packet = {.marker = true,
                                          .payload_type = LAN_RTP_L16_MONO,
                                          .sequence = 0x1234,
                                          .timestamp = 0x56789abc,
                                          .ssrc = 0xdef01234,
                                          .payload = (const uint8_t *)"\1\2\3\4",
                                          .payload_size = 4};
    ck_assert_uint_eq(lan_rtp_build(&packet, bytes, sizeof bytes), 16);
    ck_assert_mem_eq(bytes, "\x80\x8b\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\1\2\3\4", 16);
}
END_TEST

START_TEST(test_packet_with_sources_extension_and_padding_comes_back_as_it_was_built)
{
    const struct lan_rtp_packet packet = {.payload_type = 100,
                                          .sequence = 65535,
                                          .timestamp = 7,
                                          .ssrc = 8,
                                          .csrc_count = 2,
                                          .csrc = {0x11111111, 0x22222222},
                                          .has_extension = true,
                                          .extension_profile = 0xbede,
                                          .extension = (const uint8_t *)"extended",
                                          .extension_size = 8,
                                          .payload = (const uint8_t *)"payload",
                                          .payload_size = 7,
                                          .padding_size = 5};
    size_t size = lan_rtp_build(&packet, bytes, sizeof bytes);
    ck_assert_uint_eq(size, 12 + 8 + 12 + 7 + 5);
    ck_assert_uint_eq(bytes[0], 0x80 | 0x20 | 0x10 | 2);
    ck_assert_mem_eq(bytes + size - 5, "\0\0\0\0\5", 5);
    struct lan_rtp_packet back;
    ck_assert(lan_rtp_parse(bytes, size, &back));
    ck_assert(!back.marker && back.has_extension);
    ck_assert_uint_eq(back.payload_type, 100);
    ck_assert_uint_eq(back.sequence, 65535);
    ck_assert_uint_eq(back.timestamp, 7);
    ck_assert_uint_eq(back.ssrc, 8);
    ck_assert_uint_eq(back.csrc_count, 2);
    ck_assert_uint_eq(back.csrc[1], 0x22222222);
    ck_assert_uint_eq(back.extension_profile, 0xbede);
    ck_assert_uint_eq(back.extension_size, 8);
    ck_assert_mem_eq(back.extension, "extended", 8);
    ck_assert_uint_eq(back.payload_size, 7);
    ck_assert_mem_eq(back.payload, "payload", 7);
    ck_assert_uint_eq(back.padding_size, 5);
}
END_TEST

/* Each is a header of 12 bytes or so, cut or with a wrong claim. */
START_TEST(test_packet_that_claims_more_than_it_has_is_none)
{
    static const struct {
        const char *bytes;
        size_t size;
    } wrong[] = {
        {"\x80\x0b\0\1\0\0\0\1\0\0\0", 11},                           /* a byte short */
        {"\x40\x0b\0\1\0\0\0\1\0\0\0\1", 12},                         /* version 1 */
        {"\xc0\x0b\0\1\0\0\0\1\0\0\0\1", 12},                         /* version 3 */
        {"\x81\x0b\0\1\0\0\0\1\0\0\0\1\0\0\0", 15},                   /* one CSRC, 3 bytes */
        {"\x90\x0b\0\1\0\0\0\1\0\0\0\1\xbe\xde\0", 15},               /* half an extension's head */
        {"\x90\x0b\0\1\0\0\0\1\0\0\0\1\xbe\xde\0\1\0\0\0", 19},       /* 3 of its 4 bytes */
        {"\x90\x0b\0\1\0\0\0\1\0\0\0\1\xbe\xde\xff\xff\0\0\0\0", 20}, /* 262140 of them */
        {"\xa0\x0b\0\1\0\0\0\1\0\0\0\1", 12},                         /* padding of nothing */
        {"\xa0\x0b\0\1\0\0\0\1\0\0\0\1\0\0", 14},                     /* of 0 */
        {"\xa0\x0b\0\1\0\0\0\1\0\0\0\1\0\3", 14},                     /* of more than there is */
    };
    struct lan_rtp_packet packet;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!lan_rtp_parse((const uint8_t *)wrong[i].bytes, wrong[i].size, &packet),
                      "%zu", i);
    ck_assert(lan_rtp_parse((const uint8_t *)"\xa0\x0b\0\1\0\0\0\1\0\0\0\1\0\2", 14, &packet));
    ck_assert_uint_eq(packet.payload_size, 0);
}
END_TEST

START_TEST(test_packet_that_does_not_fit_is_not_built)
{
    struct lan_rtp_packet packet = {.payload = bytes, .payload_size = 8};
    uint8_t target[20];
    ck_assert_uint_eq(lan_rtp_build(&packet, target, sizeof target), 20);
    ck_assert_uint_eq(lan_rtp_build(&packet, target, sizeof target - 1), 0);
    packet.payload_type = 128;
    ck_assert_uint_eq(lan_rtp_build(&packet, target, sizeof target), 0);
    packet = (struct lan_rtp_packet){.csrc_count = LAN_RTP_CSRC_MAX + 1};
    ck_assert_uint_eq(lan_rtp_build(&packet, bytes, sizeof bytes), 0);
    packet = (struct lan_rtp_packet){
        .has_extension = true, .extension = (const uint8_t *)"123", .extension_size = 3};
    ck_assert_uint_eq(lan_rtp_build(&packet, bytes, sizeof bytes), 0);
}
END_TEST

TEST_MAIN("rtp packet", test_plain_packet_is_built_as_section_5_1_draws_it,
          test_packet_with_sources_extension_and_padding_comes_back_as_it_was_built,
          test_packet_that_claims_more_than_it_has_is_none,
          test_packet_that_does_not_fit_is_not_built)
