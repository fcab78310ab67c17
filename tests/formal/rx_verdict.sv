// A received frame is delivered if and only if its FCS, its length and its address
// were right, no RX_ER came within it and the ring had room; and what is said of one
// frame depends on that frame alone.
//
// The observer has its own CRC, a bit at a time (IEEE 802.3 clause 3.2.9), its own
// count and its own reading of the addresses. A row of the table is what it gives when
// asked for it.
//
// Assumed of the line side: start, bytes four clocks apart or more (RMII at 100 Mb/s),
// finish. Of the driver: the mode stands still within a frame.
module rx_verdict_proof (
    input logic        clk,
    input logic        rst,
    input logic        start,
    input logic        valid,
    input logic [7:0]  data,
    input logic        finish,
    input logic        whole,
    input logic        error,
    input logic        room,
    input logic        is_pause,
    input logic        promiscuous,
    input logic        broadcast,
    input logic        all_multicast,
    input logic [31:0] table_data
);
    localparam [31:0] POLYNOMIAL = 32'h04c11db7, RESIDUE = 32'hc704dd7b;

    logic        right, accept, verdict, delivered, keep, table_read, bad_fcs, bad_symbol, bad_length;
    logic [5:0]  bin, table_index, class_index;
    logic [10:0] index, octets;
    logic [7:0]  newest;
    (* hierconn *) wire [31:0] \fcs.crc ;
    (* hierconn *) wire [2:0] \filter.index ;
    (* hierconn *) wire [3:0] \filter.own , \filter.hash_bits ;
    (* hierconn *) wire [15:0] \filter.same ;
    (* hierconn *) wire \filter.compare , \filter.compared , \filter.look , \filter.decide , \filter.is_first , \filter.is_group , \filter.is_broadcast ;
    (* hierconn *) wire [2:0] \filter.bin_low ;
    (* hierconn *) wire \class_.tag_high , \class_.has_tag ;

    rx_fcs fcs (.clk(clk), .start(start), .data(data), .valid(valid), .right(right), .bin(bin));
    rx_filter #(.FILTER(1)) filter (
        .clk(clk), .start(start), .valid(valid), .newest(newest), .bin(bin), .table_read(table_read),
        .table_index(table_index), .table_data(table_data), .promiscuous(promiscuous), .broadcast(broadcast),
        .all_multicast(all_multicast), .accept(accept));
    rx_class class_ (
        .clk(clk), .rst(rst), .start(start), .data(data), .valid(valid), .finish(finish), .whole(whole), .error(error),
        .right(right), .accept(accept), .is_pause(is_pause), .room(room), .want_errors(1'b0), .index(index),
        .verdict(verdict), .class_index(class_index), .keep(keep), .delivered(delivered), .octets(octets),
        .bad_fcs(bad_fcs), .bad_symbol(bad_symbol), .bad_length(bad_length));

    // --- The observer -----------------------------------------------------------------

    logic        in_frame, group, all_ones, tag, tagged, in_hash, good, ended, before;
    logic [3:0]  mine;      // so far, of the four addresses
    logic [11:0] count;     // octets; 2047: and more
    logic [2:0]  since;     // clocks since the last byte or the start, 7: and more
    logic [5:0]  hash_bin;
    logic [31:0] crc, more;
    logic        mode_promiscuous, mode_broadcast, mode_all;

    always_comb begin
        more = crc;
        for (int i = 0; i < 8; i++)
            more = {more[30:0], 1'b0} ^ (more[31] ^ data[i] ? POLYNOMIAL : 32'd0);
    end

    wire address_right = mode_promiscuous || mine != '0 || (all_ones ? mode_broadcast : group && (mode_all || in_hash));
    wire length_right  = count >= 12'd64 && count <= (tagged ? 12'd1522 : 12'd1518);

    always_ff @(posedge clk) begin
        before <= !rst;
        newest <= valid ? data : newest;
        since  <= start || valid ? '0 : since == '1 ? since : since + 1'b1;
        if (rst || finish) in_frame <= 1'b0;
        else if (start) in_frame <= 1'b1;
        ended  <= finish && !rst;
        good   <= crc == RESIDUE && length_right && address_right && !error && room && !is_pause;
        if (start) begin
            count    <= '0;
            crc      <= '1;
            mine     <= '1;
            all_ones <= 1'b1;
            tag      <= 1'b0;
            tagged   <= 1'b0;
            in_hash  <= 1'b0;
            mode_promiscuous <= promiscuous;
            mode_broadcast   <= broadcast;
            mode_all         <= all_multicast;
        end else begin
            if (valid) begin
                if (count != 12'd2047) count <= count + 1'b1;
                crc <= more;
                if (count == '0) group <= data[0];
                if (count < 12'd6 && data != 8'hff) all_ones <= 1'b0;
                if (count == 12'd5) hash_bin <= more[31:26];
                if (count == 12'd12) tag <= data == 8'h81;
                if (count == 12'd13) tagged <= tag && data == 8'h00;
            end
            if (since == '0 && count >= 12'd1 && count <= 12'd6) // the row asked for a clock ago
                for (int i = 0; i < 4; i++)
                    if (newest != table_data[8 * i +: 8]) mine[i] <= 1'b0;
            if (since == 3'd1 && count == 12'd6) in_hash <= table_data[{2'd0, hash_bin[2:0]}];
        end
    end

    always_comb begin
        assume (rst || before);
        assume (!start || !in_frame);
        assume (!(valid || finish) || (in_frame && !(valid && finish)));
        assume (!valid || since >= 3'd3);
        if (in_frame) assume (promiscuous == mode_promiscuous && broadcast == mode_broadcast && all_multicast == mode_all);
    end

    always_comb
        if (before) begin
            // What it must be.
            assert (verdict == ended);
            if (verdict) assert (delivered == good && keep == good);
            // Each octet of the address asks for its row, the sixth then for the hash's.
            if (valid && count < 12'd6) assert (table_read && table_index == nic_pkg::NIC_ROW_FILTER_0 + 6'(count));
            if (in_frame && since == '0 && count == 12'd6)
                assert (table_read && table_index == nic_pkg::NIC_ROW_HASH_0 + 6'(hash_bin[5:3]));
            // Why: the modules know what the observer knows.
            if (in_frame) begin
                assert (index == count[10:0] && !count[11]);
                for (int i = 0; i < 32; i++)
                    assert (\fcs.crc [i] == crc[31 - i]);
                assert (count != '0 || !\filter.compare );
                assert (\filter.index == (count < 12'd6 || (count == 12'd6 && since == '0) ? count[2:0] : 3'd7));
                assert (\filter.compare == (since == '0 && count != '0 && count <= 12'd6));
                assert (\filter.compared == (since == 3'd1 && count != '0 && count <= 12'd6));
                assert (\filter.look == (since == 3'd1 && count == 12'd6));
                assert (\filter.decide == (since == 3'd2 && count == 12'd6));
                for (int i = 0; i < 4; i++)
                    assert (mine[i] == (\filter.own [i] && (!\filter.compared || \filter.same [4 * i +: 4] == '1)));
                assert (\filter.is_first == (count == '0 || (count == 12'd1 && since == '0)));
                if (count >= 12'd2 || (count == 12'd1 && since != '0)) assert (\filter.is_group == group);
                if (count == 12'd6 && since == '0) assert (hash_bin == crc[31:26]);
                if (\filter.look || \filter.decide ) assert (\filter.bin_low == hash_bin[2:0]);
                if (\filter.decide ) assert (\filter.hash_bits [hash_bin[2:1]] == in_hash);
                if (since != '0 || count > 12'd6) assert (\filter.is_broadcast == all_ones);
                if (since == '0 && count != '0 && count <= 12'd6)
                    assert (all_ones == (\filter.is_broadcast && newest == 8'hff));
                if (count > 12'd6 || (count == 12'd6 && since >= 3'd3)) assert (accept == address_right);
                assert (\class_.tag_high == tag && \class_.has_tag == tagged);
                if (count == '0) assert (all_ones && mine == '1);
            end
        end
endmodule
