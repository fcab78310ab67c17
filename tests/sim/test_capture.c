/* Captures as tshark reads them, and the timeline as a JSON parser does. */
#define _POSIX_C_SOURCE 200809L /* popen, mkdtemp */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pcapng.h"
#include "test.h"
#include "timeline.h"

static char directory[] = "/tmp/lantern-capture-XXXXXX";
static char path[sizeof directory + 16];

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/file", directory);
}

static void end(void)
{
    unlink(path);
    rmdir(directory);
}

/* What the command writes, both ways of it. */
static const char *output_of(const char *format)
{
    static char text[4096];
    char command[512];
    snprintf(command, sizeof command, format, path);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t size = fread(text, 1, sizeof text - 1, pipe);
    text[size] = 0;
    ck_assert_msg(pclose(pipe) == 0, "%s: %s", command, text);
    return text;
}

/* An ARP request, padded, with its FCS. */
static struct wire_frame frame_at(uint64_t start_ps, uint8_t bytes[64])
{
    static const uint8_t arp[] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0,  1, 8, 6,
                                  0,   1,   8,   0,   6,   4,   0, 1, 2, 0, 0,  0, 0, 1,
                                  10,  0,   0,   1,   0,   0,   0, 0, 0, 0, 10, 0, 0, 2};
    memset(bytes, 0, 64);
    memcpy(bytes, arp, sizeof arp);
    wire_fcs_append(bytes, 60);
    return (struct wire_frame){.bytes = bytes,
                               .size = 64,
                               .start_ps = start_ps,
                               .end_ps = start_ps + wire_duration_ps(64, 100)};
}

START_TEST(test_capture_is_read_by_tshark_as_it_was_written)
{
    uint8_t bytes[64];
    begin();
    struct pcapng *file = pcapng_open(path, "lantern test");
    ck_assert_uint_eq(pcapng_add_interface(file, "one", 100), 0);
    ck_assert_uint_eq(pcapng_add_interface(file, "two", 10), 1);
    struct wire_frame frame = frame_at(UINT64_C(3000000123456789), bytes);
    pcapng_write(file, 0, PCAPNG_OUTBOUND, &frame, NULL);
    pcapng_write(file, 1, PCAPNG_INBOUND, &frame, "as it arrived");
    ck_assert_int_eq(pcapng_close(file), 0);
    const char *text =
        output_of("tshark -r %s -T fields -e frame.interface_name -e frame.time_epoch -e frame.len "
                  "-e frame.packet_flags_direction -e eth.fcs.status -e frame.comment "
                  "-o eth.check_fcs:TRUE -e arp.opcode 2>&1 | grep -v 'Running as'");
    ck_assert_str_eq(text, "one\t3000.000129216\t64\t0x00000002\t1\t"
                           "cycles 150000006172 to 150000006460\t1\n"
                           "two\t3000.000129216\t64\t0x00000001\t1\t"
                           "cycles 150000006172 to 150000006460; as it arrived\t1\n");
    ck_assert_str_eq(output_of("tshark -r %s -q -z expert,warn 2>/dev/null | tr -d '\\n'"), "");
    end();
}
END_TEST

START_TEST(test_errors_of_frames_are_flags_in_the_capture)
{
    uint8_t bytes[64];
    begin();
    struct pcapng *file = pcapng_open(path, "lantern test");
    pcapng_add_interface(file, "one", 100);
    struct wire_frame frame = frame_at(0, bytes);
    bytes[63] ^= 1;
    frame.fcs_wrong = true;
    pcapng_write(file, 0, PCAPNG_INBOUND, &frame, NULL);
    frame.alignment_wrong = true;
    pcapng_write(file, 0, PCAPNG_INBOUND, &frame, NULL);
    frame.symbol_wrong = true;
    pcapng_write(file, 0, PCAPNG_INBOUND, &frame, NULL);
    ck_assert_int_eq(pcapng_close(file), 0);
    const char *text = output_of("tshark -r %s -T fields -e frame.packet_flags_fcs_length "
                                 "-e frame.packet_flags_crc_error "
                                 "-e frame.packet_flags_unaligned_frame_error "
                                 "-e frame.packet_flags_symbol_error -e frame.comment 2>/dev/null");
    ck_assert_str_eq(text,
                     "4\t1\t0\t0\tcycles 0 to 288; FCS wrong\n"
                     "4\t1\t1\t0\tcycles 0 to 288; FCS wrong; not whole octets\n"
                     "4\t1\t1\t1\tcycles 0 to 288; FCS wrong; not whole octets; symbol wrong\n");
    end();
}
END_TEST

START_TEST(test_capture_without_a_directory_says_why)
{
    ck_assert_ptr_null(pcapng_open("/no/such/directory/file", "test"));
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(test_full_disk_is_told_once_at_the_end)
{
    uint8_t bytes[64];
    struct wire_frame frame = frame_at(0, bytes);
    struct pcapng *file = pcapng_open("/dev/full", "test");
    pcapng_add_interface(file, "one", 100);
    for (unsigned i = 0; i < 1000; i++)
        pcapng_write(file, 0, PCAPNG_INBOUND, &frame, NULL);
    ck_assert_int_eq(pcapng_error(file), ENOSPC);
    ck_assert_int_eq(pcapng_close(file), ENOSPC);
    struct timeline *timeline = timeline_open("/dev/full");
    timeline_add_host(timeline, "one");
    ck_assert_int_eq(timeline_close(timeline), ENOSPC);
}
END_TEST

START_TEST(test_timeline_is_json_with_every_event_on_its_track)
{
    uint8_t bytes[64];
    begin();
    struct wire_frame frame = frame_at(1000000, bytes);
    struct timeline *timeline = timeline_open(path);
    unsigned host = timeline_add_host(timeline, "a \"host\"");
    timeline_note(timeline, host, TIMELINE_CALLS, 5000000, 5000000, "read(%d)", 3);
    timeline_note_frame(timeline, host, true, &frame);
    ck_assert_int_eq(timeline_close(timeline), 0);
    const char *text =
        output_of("python3 -c 'import json, sys\n"
                  "events = json.load(open(sys.argv[1]))\n"
                  "for e in events:\n"
                  "    if e[\"ph\"] in \"iX\":\n"
                  "        print(e[\"tid\"], e[\"ts\"], e.get(\"dur\"), e[\"name\"])\n"
                  "    elif e[\"name\"] == \"process_name\":\n"
                  "        print(e[\"args\"][\"name\"])' %s");
    ck_assert_str_eq(text, "a \"host\"\n1 5.0 None read(3)\n5 1.0 5.76 ARP 64 B\n");
    end();
}
END_TEST

TEST_MAIN("capture", test_capture_is_read_by_tshark_as_it_was_written,
          test_errors_of_frames_are_flags_in_the_capture, test_capture_without_a_directory_says_why,
          test_full_disk_is_told_once_at_the_end,
          test_timeline_is_json_with_every_event_on_its_track)
