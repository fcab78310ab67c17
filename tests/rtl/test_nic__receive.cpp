// The adapter, up: MAC_CHECKLIST sections B and C.
#include "adapter.hpp"

using namespace counter_address;

static void every_length(bool fast, size_t step)
{
    adapter a(fast);
    random_source random;
    uint32_t count = 0, octets = 0;
    for (size_t size = 60; size <= 1514; size += step, count++) {
        bytes frame = to_own(random, size);
        a.arrive(frame);
        a.drain();
        ck_assert_bytes_eq(a.receive(), frame);
        octets += (uint32_t)size + 4;
    }
    ck_assert(a.receive().empty());
    a.expect(rx_delivered, count);
    a.expect(rx_octets, octets);
    a.check_counters();
}

START_TEST(test_every_length_is_delivered_byte_exact_at_100)
{
    every_length(true, 1);
}
END_TEST

START_TEST(test_lengths_are_delivered_byte_exact_at_10)
{
    every_length(false, 97);
}
END_TEST

START_TEST(test_gaps_from_96_down_to_40_bit_times_lose_nothing)
{
    adapter a;
    random_source random;
    uint32_t count = 0, octets = 0;
    for (unsigned gap = 48; gap >= 20; gap--) {
        std::vector<bytes> frames;
        for (int i = 0; i < 20; i++) {
            frames.push_back(to_own(random, 60 + random.below(20)));
            a.arrive(frames.back(), gap);
        }
        a.drain();
        for (const bytes &frame : frames) {
            ck_assert_bytes_eq(a.receive(), frame);
            count++;
            octets += (uint32_t)frame.size() + 4;
        }
    }
    a.expect(rx_delivered, count);
    a.expect(rx_octets, octets);
    a.check_counters();
}
END_TEST

START_TEST(test_runts_fragments_and_long_frames_are_each_in_their_counter)
{
    adapter a;
    random_source random;
    uint32_t undersize = 0, fragments = 0, oversize = 0, jabber = 0;
    for (size_t size = 1; size < 60; size++) {
        bytes frame = to_own(random, size < 14 ? 14 : size);
        frame.resize(size);
        bytes line(7, 0x55);
        line.push_back(0xD5);
        bytes rest = with_fcs(frame);
        line.insert(line.end(), rest.begin(), rest.end());
        a.octets(line);
        a.silence(48);
        undersize++;
        line.back() ^= 1;
        a.octets(line);
        a.silence(48);
        fragments++;
    }
    for (size_t size : {1515, 1516, 1600, 2100}) {
        a.arrive(to_own(random, size));
        oversize++;
        bytes line = on_the_line(to_own(random, size));
        line.back() ^= 1;
        a.octets(line);
        a.silence(48);
        jabber++;
    }
    bytes tagged = to_own(random, 1518);
    tagged[12] = 0x81;
    tagged[13] = 0x00;
    a.arrive(tagged);
    a.drain();
    ck_assert_bytes_eq(a.receive(), tagged);
    ck_assert(a.receive().empty());
    a.expect(rx_undersize, undersize);
    a.expect(rx_fragments, fragments);
    a.expect(rx_oversize, oversize);
    a.expect(rx_jabber, jabber);
    a.expect(rx_delivered, 1);
    a.expect(rx_octets, 1522);
    a.check_counters();
}
END_TEST

START_TEST(test_endless_carrier_is_one_jabber_and_the_next_frame_is_clean)
{
    adapter a;
    random_source random;
    bytes line(7, 0x55);
    line.push_back(0xD5);
    a.octets(line);
    for (int i = 0; i < 1000000; i++)
        a.dibit((uint8_t)random.below(4));
    a.silence(48);
    bytes frame = to_own(random, 60);
    a.arrive(frame);
    a.drain();
    ck_assert_bytes_eq(a.receive(), frame);
    a.expect(rx_jabber, 1);
    a.expect(rx_delivered, 1);
    a.expect(rx_octets, 64);
    a.check_counters();
}
END_TEST

START_TEST(test_errors_on_the_line_are_never_delivered)
{
    adapter a;
    random_source random;
    for (int i = 0; i < 300; i++) {
        bytes line = on_the_line(to_own(random, 60 + random.below(200)));
        line[8 + random.below((uint32_t)line.size() - 8)] ^= (uint8_t)(1 << random.below(8));
        a.octets(line);
        if (i % 3 == 0)
            a.dibit(1); /* and not whole octets */
        a.silence(48);
    }
    for (int i = 0; i < 100; i++) { /* RX_ER, FCS right */
        bytes line = on_the_line(to_own(random, 60));
        uint32_t at = 40 + random.below(4 * 60);
        for (uint32_t k = 0; k < line.size() * 4; k++)
            a.dibit(line[k / 4] >> 2 * (k % 4) & 3, true, k == at);
        a.silence(48);
    }
    a.drain();
    ck_assert(a.receive().empty());
    a.expect(rx_fcs_errors, 200);
    a.expect(rx_alignment_errors, 100);
    a.expect(rx_symbol_errors, 100);
    a.check_counters();
}
END_TEST

START_TEST(test_carrier_lost_amid_a_frame_splices_nothing)
{
    random_source random;
    for (unsigned lost = 1; lost <= 4; lost++)
        for (int i = 0; i < 50; i++) {
            adapter a;
            bytes line = on_the_line(to_own(random, 100));
            uint32_t at = 40 + random.below((uint32_t)line.size() * 4 - 48);
            for (uint32_t k = 0; k < line.size() * 4; k++) {
                if (k >= at && k < at + lost)
                    a.dibit(0, false);
                else
                    a.dibit(line[k / 4] >> 2 * (k % 4) & 3);
            }
            a.silence(48);
            bytes good = to_own(random, 60);
            a.arrive(good);
            a.drain();
            bytes first = a.receive();
            if (first.size() == 100) { /* a dibit that was 00 anyway */
                ck_assert_msg(lost == 1, "lost %u at %u (seed %lu)", lost, at, random.seed);
                first = a.receive();
            }
            ck_assert_bytes_eq(first, good);
            ck_assert(a.receive().empty());
        }
}
END_TEST

START_TEST(test_false_carrier_is_counted_and_is_no_frame)
{
    adapter a;
    for (int i = 0; i < 20; i++)
        a.dibit(2);
    a.silence(48);
    a.drain();
    ck_assert(a.receive().empty());
    a.expect(rx_false_carrier, 1);
    a.check_counters();
}
END_TEST

START_TEST(test_filter_keeps_its_verdict_to_its_frame)
{
    adapter a;
    random_source random;
    bytes others = to_own(random, 60), own = to_own(random, 60), all = to_own(random, 60);
    others[5] ^= 1;
    memset(all.data(), 0xFF, 6);
    bytes group = to_own(random, 60);
    const uint8_t address[] = {0x01, 0x00, 0x5E, 0x00, 0x00, 0xFB};
    memcpy(group.data(), address, 6);
    for (int joined = 0; joined < 2; joined++) {
        if (joined)
            a.set_bin(adapter::bin_of(group));
        for (const bytes *frame : {&own, &others, &all, &others, &group, &own})
            a.arrive(*frame);
        a.drain();
        ck_assert_bytes_eq(a.receive(), own);
        ck_assert_bytes_eq(a.receive(), all);
        if (joined)
            ck_assert_bytes_eq(a.receive(), group);
        ck_assert_bytes_eq(a.receive(), own);
        ck_assert(a.receive().empty());
    }
    a.expect(rx_delivered, 7);
    a.expect(rx_octets, 7 * 64);
    a.expect(rx_broadcast, 2);
    a.expect(rx_multicast, 1);
    a.expect(rx_filtered, 5);
    a.check_counters();
}
END_TEST

START_TEST(test_full_ring_drops_whole_frames_and_counts_each)
{
    adapter a;
    random_source random;
    std::vector<bytes> frames;
    for (int i = 0; i < 20; i++) {
        frames.push_back(to_own(random, 1000));
        a.arrive(frames.back());
    }
    a.drain();
    size_t delivered = 0;
    uint32_t before_room = 0;
    for (;;) {
        bytes frame = a.receive();
        if (frame.empty())
            break;
        ck_assert_bytes_eq(frame, frames[delivered]);
        delivered++;
    }
    before_room = (uint32_t)delivered;
    ck_assert_uint_eq(delivered, 8); /* 8 x 1008 bytes of 8192 */
    a.arrive(frames[19]);
    a.drain();
    ck_assert_bytes_eq(a.receive(), frames[19]);
    ck_assert(a.read(NIC_INTERRUPT) & NIC_INTERRUPT_RX_FULL);
    a.expect(rx_delivered, before_room + 1);
    a.expect(rx_octets, (before_room + 1) * 1004);
    a.expect(rx_ring_full, 20 - before_room);
    a.check_counters();
}
END_TEST

START_TEST(test_first_frame_after_enable_amid_traffic_is_whole)
{
    random_source random;
    for (int i = 0; i < 100; i++) {
        adapter a;
        a.write(NIC_CONTROL, NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX);
        bytes first = to_own(random, 100), second = to_own(random, 100);
        a.arrive(first);
        a.arrive(second);
        a.ticks(4 + random.below(396)); /* its carrier is there already */
        a.write(NIC_CONTROL, NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_RX_ENABLE);
        a.drain();
        ck_assert_bytes_eq(a.receive(), second);
        ck_assert(a.receive().empty());
    }
}
END_TEST

START_TEST(test_line_rate_both_ways_with_minimum_frames_loses_nothing)
{
    adapter a;
    random_source random;
    const uint32_t count = 2000;
    std::vector<bytes> in, out;
    for (uint32_t i = 0; i < count; i++) {
        in.push_back(to_own(random, 60));
        out.push_back(random.octets(60));
        a.arrive(in.back());
    }
    size_t received = 0;
    for (uint32_t i = 0; i < count; i++) {
        a.send(out[i]);
        for (bytes frame; !(frame = a.receive()).empty(); received++)
            ck_assert_bytes_eq(frame, in[received]);
    }
    a.drain();
    for (bytes frame; !(frame = a.receive()).empty(); received++)
        ck_assert_bytes_eq(frame, in[received]);
    a.until_idle();
    ck_assert_uint_eq(received, count);
    ck_assert_uint_eq(a.sent.size(), count);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_bytes_eq(a.sent[i], on_the_line(out[i]));
    /* 148,809 frames a second: 336 clocks each, and a few to start and, when the line is
     * over, to read what the ring holds, three clocks a word. */
    ck_assert_uint_lt(a.clocks, count * 336 + 4000);
    a.expect(rx_delivered, count);
    a.expect(rx_octets, count * 64);
    a.expect(tx_frames, count);
    a.expect(tx_octets, count * 64);
    a.check_counters();
}
END_TEST

TEST_MAIN("nic: receive", test_every_length_is_delivered_byte_exact_at_100,
          test_lengths_are_delivered_byte_exact_at_10,
          test_gaps_from_96_down_to_40_bit_times_lose_nothing,
          test_runts_fragments_and_long_frames_are_each_in_their_counter,
          test_endless_carrier_is_one_jabber_and_the_next_frame_is_clean,
          test_errors_on_the_line_are_never_delivered,
          test_carrier_lost_amid_a_frame_splices_nothing,
          test_false_carrier_is_counted_and_is_no_frame, test_filter_keeps_its_verdict_to_its_frame,
          test_full_ring_drops_whole_frames_and_counts_each,
          test_first_frame_after_enable_amid_traffic_is_whole,
          test_line_rate_both_ways_with_minimum_frames_loses_nothing)
