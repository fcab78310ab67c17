// Whatever comes from the line, the receive ring
// - writes only where the driver holds nothing: from head on, before tail comes round;
// - moves head only past words that it has written, never past tail;
// - shows the driver nothing of a frame that is not kept: head stands still.
//
// Assumed of the line side: a frame is start, bytes two clocks apart or more, verdict;
// the next one starts when it is put away; kept is what had room up to its last byte
// and 18 to 2046 octets. Of the driver: tail moves forward, never past head.
module rx_ring_proof #(
    parameter LOG2 = 13
) (
    input logic            clk,
    input logic            rst,
    input logic            start,
    input logic            valid,
    input logic [31:0]     window,
    input logic            verdict,
    input logic            keep,
    input logic            wait_sum,
    input logic            want_stamp,
    input logic [LOG2-2:0] tail
);
    localparam [LOG2-2:0] WORDS = 1 << (LOG2 - 2);

    logic [LOG2-2:0] head, head_before, tail_before;
    logic [10:0]     octets;
    logic [3:0]      since; // clocks from start on, 15 and more
    logic            before, in_frame, room, room_before, busy, stored, valid_before;
    (* hierconn *) wire \dut.write , \dut.free , \dut.full , \dut.waiting , \dut.stamped ;
    (* hierconn *) wire [1:0] \dut.lane , \dut.skip , \dut.closing ;
    (* hierconn *) wire [LOG2-3:0] \dut.write_word ;
    (* hierconn *) wire [LOG2-2:0] \dut.position ;

    rx_ring #(.LOG2(LOG2), .TIME_STAMPS(1)) dut (
        .clk(clk), .rst(rst), .start(start), .valid(valid), .window(window), .verdict(verdict), .keep(keep),
        .wait_sum(wait_sum), .header('0), .want_stamp(want_stamp), .stamp('0),
        .room(room), .stored(stored), .busy(busy), .head(head), .tail(tail), .reading(1'b0), .read(1'b0), .read_word('0));

    always_ff @(posedge clk) begin
        tail_before  <= rst ? '0 : tail;
        head_before  <= head;
        before       <= !rst;
        valid_before <= valid && !rst;
        room_before  <= room;
        if (rst || verdict) in_frame <= 1'b0;
        else if (start) in_frame <= 1'b1;
        if (start) octets <= '0;
        else if (valid && octets != '1) octets <= octets + 1'b1;
        if (start) since <= '0;
        else if (since != '1) since <= since + 1'b1;
    end

    always_comb begin
        assume (!start || (!in_frame && !busy && !verdict && !stored));
        assume (!(valid || verdict) || in_frame);
        assume (!valid || (since >= 4'd2 && !valid_before)); // a byte is two clocks at least
        assume (!verdict || (since >= 4'd2 && !valid && !valid_before));
        assume (!keep || (room_before && octets >= 11'd18 && octets != '1));
        assume ((LOG2-1)'(tail - tail_before) <= (LOG2-1)'(head - tail_before));
    end

    wire [LOG2-2:0] held   = head - tail;
    wire [LOG2-2:0] filled = \dut.position - tail;
    wire [LOG2-2:0] ahead  = \dut.position - head;
    wire [LOG2-2:0] closing_at = head + (LOG2-1)'(\dut.closing ) - 1'b1 - tail;
    wire [LOG2-1:0] both   = {1'b0, held} + {1'b0, ahead}; // filled, had it no end
    wire            first  = octets < 11'd2 || (octets == 11'd2 && \dut.full ); // word of the frame

    always_comb begin
        // What it must be.
        assert (held <= WORDS && (LOG2-1)'(head - tail_before) <= WORDS);
        if (\dut.write && \dut.closing == '0)
            assert (in_frame && filled > held && filled < WORDS && \dut.write_word == (LOG2-2)'(\dut.position ));
        if (\dut.closing != '0)
            assert (closing_at >= held && closing_at < WORDS && \dut.write_word == (LOG2-2)'(closing_at + tail));
        if (!stored) assert (head == head_before || !before);
        // Why: a frame that fits so far lies behind head, its bytes where their count says.
        if (in_frame) begin
            assert (!busy && !stored && \dut.lane == 2'(octets + 11'd2) || octets == '1);
            assert (!busy);
            assert (\dut.skip == (\dut.stamped && since < 4'd2 ? 2'd2 - since[1:0] : 2'd0));
            assert (since >= 4'd2 || (octets == '0 && !\dut.full ));
            assert (\dut.full == (valid_before && \dut.lane == '0));
            if (octets != '1)
                assert (ahead == (LOG2-1)'(12'd1 + (\dut.stamped ? 12'd2 - \dut.skip : 12'd0) + ((12'(octets) + 12'd1) >> 2)));
            if (room) assert (both > {1'b0, held});
            if (room) assert (both <= WORDS + (first ? 2'd3 : 2'd0) - (!first && \dut.lane == '0 && !\dut.full ));
        end else begin
            assert (\dut.skip == '0);
            if (!busy) assert (\dut.position == head);
        end
        if (busy) assert (!\dut.full && both <= WORDS && ahead >= (LOG2-1)'(4));
        if (\dut.closing != '0) assert (!\dut.waiting && (\dut.closing == 2'd1 || \dut.stamped ));
    end
endmodule
