// What leaves the RMII pins in full duplex, whatever frames are offered and whenever,
// is always: 28 dibits 01 and the delimiter's 01 01 01 11, at least 60 octets, the
// right FCS, then at least 48 dibits (96 bit times) of silence with TXD 00.
//
// The observer looks at the pins alone. Its CRC is the definition of IEEE 802.3
// clause 3.2.9, a bit at a time. Below stands why it holds: what the observer has
// seen is what the modules have sent.
//
// Assumed of the ring: a frame that has begun is offered without a break, and ends
// with its 1518th byte at the latest (tx_record's proof). At 10 Mb/s a
// dibit is ten clocks; that is shown by the benches (test_tx_rmii, test_nic__transmit).
module tx_pins_proof (
    input logic       clk,
    input logic       rst,
    input logic       waiting,
    input logic       urgent,
    input logic [7:0] data,
    input logic       valid,
    input logic       last
);
    localparam [31:0] POLYNOMIAL = 32'h04c11db7;
    localparam [1:0]  IDLE = 2'd0, PREAMBLE = 2'd1, FRAME = 2'd2, GAP = 2'd3;

    logic [7:0]  pad_data, fcs_data, line_data;
    logic        ready, pad_valid, pad_last, pad_ready, fcs_valid, fcs_last, fcs_ready;
    logic        line_valid, line_ready, run, jam, sent, again, late, excessive, committed;
    logic [10:0] index;
    logic [1:0]  txd;
    logic        tx_en;

    tx_pad pad (
        .clk(clk), .rst(rst), .restart(sent), .index(index),
        .in_data(data), .in_valid(valid), .in_last(last), .in_ready(ready),
        .out_data(pad_data), .out_valid(pad_valid), .out_last(pad_last), .out_ready(pad_ready));

    tx_fcs fcs (
        .clk(clk), .rst(rst), .jam(jam),
        .in_data(pad_data), .in_valid(pad_valid), .in_last(pad_last), .in_ready(pad_ready),
        .out_data(fcs_data), .out_valid(fcs_valid), .out_last(fcs_last), .out_ready(fcs_ready));

    tx_line #(.HALF_DUPLEX(1)) line (
        .clk(clk), .rst(rst), .half(1'b0), .carrier(1'b0), .waiting(waiting), .urgent(urgent),
        .in_data(fcs_data), .in_valid(fcs_valid), .in_last(fcs_last), .in_ready(fcs_ready), .index(index),
        .out_data(line_data), .out_valid(line_valid), .out_ready(line_ready), .run(run),
        .committed(committed), .jam(jam), .sent(sent), .again(again), .late(late), .excessive(excessive));

    tx_rmii rmii (
        .clk(clk), .rst(rst), .fast(1'b1), .run(run),
        .in_data(line_data), .in_valid(line_valid), .in_ready(line_ready),
        .rmii_txd(txd), .rmii_tx_en(tx_en));

    (* hierconn *) wire [1:0]  \line.state ;
    (* hierconn *) wire [3:0]  \line.gap ;
    (* hierconn *) wire        \line.leaving , \line.collided ;
    (* hierconn *) wire        \pad.padding ;
    (* hierconn *) wire        \fcs.appending , \fcs.jamming ;
    (* hierconn *) wire [1:0]  \fcs.index ;
    (* hierconn *) wire [31:0] \fcs.crc ;
    (* hierconn *) wire [1:0]  \rmii.dibit ;
    (* hierconn *) wire [7:0]  \rmii.shift ;
    (* hierconn *) wire [3:0]  \rmii.divider ;

    // --- The ring -------------------------------------------------------------------

    logic        begun, ended; // all of the frame was given
    logic        after_reset;
    logic [10:0] given;        // bytes of it

    initial after_reset = 1'b0;

    always_ff @(posedge clk) begin
        after_reset <= 1'b1;
        if (rst || sent) begun <= 1'b0;
        else if (committed) begun <= 1'b1;
        if (rst || sent) given <= '0;
        else if (valid && ready) given <= given + 1'b1;
        if (rst || sent) ended <= 1'b0;
        else if (valid && ready && last) ended <= 1'b1;
    end

    always_comb begin
        assume (rst || after_reset);
        if (begun && !ended) assume (valid);
        if (ended) assume (!valid);
        if (valid && given == 11'd1517) assume (last);
    end

    // --- The observer -----------------------------------------------------------------

    logic [12:0] dibits;  // of this transmission, before this clock
    logic [5:0]  silence; // dibits of it before this clock; 48: and more
    logic [31:0] crc;

    function automatic logic [31:0] bit_more(input logic [31:0] before_it, input logic value);
        bit_more = {before_it[30:0], 1'b0} ^ (before_it[31] ^ value ? POLYNOMIAL : 32'd0);
    endfunction
    function automatic logic [31:0] dibit_more(input logic [31:0] before_it, input logic [1:0] value);
        dibit_more = bit_more(bit_more(before_it, value[0]), value[1]);
    endfunction

    always_ff @(posedge clk)
        if (rst) begin
            dibits  <= '0;
            silence <= 6'd48;
            crc     <= '1;
        end else if (tx_en) begin
            dibits  <= dibits + 1'b1;
            silence <= '0;
            crc     <= dibits < 13'd32 ? '1 : dibit_more(crc, txd);
        end else begin
            dibits  <= '0;
            crc     <= '1;
            if (silence != 6'd48) silence <= silence + 1'b1;
        end

    localparam [31:0] RESIDUE = 32'hc704dd7b;
    wire              in_frame = \line.state == FRAME;

    always_comb
        if (after_reset) begin
            if (tx_en && dibits < 13'd31) assert (txd == 2'b01);
            if (tx_en && dibits == 13'd31) assert (txd == 2'b11);
            if (tx_en && dibits == '0) assert (silence == 6'd48);
            if (!tx_en) assert (txd == 2'b00);
            // Of the frame what the ring gives, then zeros.
            if (line_ready && in_frame && !\fcs.appending ) assert (line_data == (ended ? 8'd0 : data));
            if (!tx_en && dibits != '0)
                assert (dibits[1:0] == '0 && dibits >= 13'(4 * (8 + 64)) && dibits <= 13'(4 * (8 + 1522)) && crc == RESIDUE);
        end

    // --- Why ----------------------------------------------------------------------------

    wire [1:0]  seen_of_byte = \rmii.dibit - 1'b1; // dibits of the byte at the pins
    wire        in_preamble = \line.state == PREAMBLE;
    wire        in_gap = \line.state == GAP;
    wire        first = in_preamble && index == -11'd8; // not at the pins yet
    wire [10:0] bytes_sent = index + 11'd8;
    logic [31:0] ahead_1, ahead_2, ahead_3, ahead_4, ahead, reflected, fcs_sent;

    // After k octets of all ones from zero: what the complemented FCS leaves beside
    // the register's own bits.
    function automatic logic [31:0] ones(input int octets);
        ones = '0;
        for (int i = 0; i < 32; i++)
            if (i < 8 * octets) ones = bit_more(ones, 1'b1);
    endfunction

    always_comb begin
        ahead_1 = dibit_more(crc, \rmii.shift [1:0]);
        ahead_2 = dibit_more(ahead_1, \rmii.shift [3:2]);
        ahead_3 = dibit_more(ahead_2, \rmii.shift [5:4]);
        ahead_4 = dibit_more(ahead_3, \rmii.shift [7:6]);
        case (seen_of_byte)
            2'd0: ahead = ahead_4;
            2'd1: ahead = ahead_3;
            2'd2: ahead = ahead_2;
            default: ahead = ahead_1;
        endcase
        for (int i = 0; i < 32; i++)
            reflected[i] = \fcs.crc [31 - i];
        case (\fcs.index )
            2'd0: fcs_sent = reflected;
            2'd1: fcs_sent = reflected << 8 ^ ones(1);
            2'd2: fcs_sent = reflected << 16 ^ ones(2);
            default: fcs_sent = reflected << 24 ^ ones(3);
        endcase
    end

    always_comb
        if (after_reset) begin
            assert (!\line.collided && !\fcs.jamming && \rmii.divider == '0);
            assert (tx_en == ((in_preamble && !first) || in_frame || (in_gap && \line.leaving )));
            if (\line.leaving ) assert (in_gap && \line.gap == '0);
            if (in_gap) assert (\line.gap <= 4'd12 && (\line.leaving || \line.gap != '0));
            if (\line.state == IDLE) assert (silence == 6'd48);
            if (in_preamble || in_frame) assert (\line.gap == '0);
            if (!run) assert (!tx_en);
            // The frame's state agrees in all modules.
            assert (begun == (in_preamble || in_frame || \line.leaving ));
            if (!in_frame) assert (!\fcs.appending );
            if (!in_frame && !\line.leaving ) assert (!\pad.padding && !ended && given == '0);
            if (\line.leaving ) assert (ended);
            if (!\fcs.appending ) assert (\fcs.index == '0);
            if (!in_frame || index == '0) assert (\fcs.crc == '1);
            if (in_preamble) assert (index >= -11'd8);
            if (in_frame && !\fcs.appending ) assert (ended == \pad.padding );
            if (in_frame && !\fcs.appending && !\pad.padding ) assert (given == index && index < 11'd1518);
            if (in_frame && \pad.padding && !\fcs.appending ) assert (index < 11'd60);
            if (in_frame && \fcs.appending ) assert (ended && index >= 11'd60 && index <= 11'd1518 + \fcs.index );
            if (in_frame && \fcs.appending ) assert (index >= 11'd60 + \fcs.index );
            if (\line.leaving ) assert (index >= 11'd64 && index <= 11'd1522);
            // What the pins have shown is what was handed on.
            if (tx_en) assert (dibits == {bytes_sent - 1'b1, seen_of_byte});
            if (in_preamble && !first) assert (\rmii.shift == 8'h55 >> 2 * seen_of_byte );
            if (in_frame && index == '0) assert (\rmii.shift == 8'hd5 >> 2 * seen_of_byte );
            if (!tx_en) assert (\rmii.shift == '0);
            if (tx_en && dibits < 13'd32) assert (crc == '1);
            if (in_frame && index != '0)
                assert (ahead == fcs_sent);
            if (\line.leaving ) assert (ahead == RESIDUE);
            if (!tx_en && \line.state != IDLE && silence != 6'd48)
                assert (first ? silence == 6'd44 + seen_of_byte : in_gap && silence == {\line.gap - 1'b1, 2'b00} + seen_of_byte);
        end
endmodule
