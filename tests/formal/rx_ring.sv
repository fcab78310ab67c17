// Whatever comes from the line, the receive ring
// - writes only where the driver holds nothing: from head on, before tail comes round;
// - moves head only past words that it has written, never past tail.
//
// Assumed of the line side: a frame is start, bytes, finish; the next one starts
// when the last is stored; kept is what had room and a length from 64 to 1522.
// Of the driver: tail moves forward, never past head.
module rx_ring_proof #(
    parameter LOG2 = 13
) (
    input logic            clk,
    input logic            rst,
    input logic            start,
    input logic [7:0]      data,
    input logic            valid,
    input logic            finish,
    input logic            keep,
    input logic [LOG2-2:0] tail
);
    localparam [LOG2-2:0] WORDS = 1 << (LOG2 - 2);

    logic [LOG2-2:0] head, tail_before;
    logic [10:0]     octets;
    logic            in_frame, room;
    (* hierconn *) wire \dut.write , \dut.commit , \dut.fits ;
    (* hierconn *) wire [1:0] \dut.lane ;
    (* hierconn *) wire [LOG2-3:0] \dut.write_word ;
    (* hierconn *) wire [LOG2-2:0] \dut.position , \dut.record_words ;

    rx_ring #(.LOG2(LOG2)) dut (
        .clk(clk), .rst(rst), .start(start), .data(data), .valid(valid), .finish(finish),
        .keep(keep), .octets(octets), .is_broadcast(1'b0), .is_multicast(1'b0),
        .room(room), .head(head), .tail(tail), .read(1'b0), .read_word('0));

    always_ff @(posedge clk) begin
        tail_before <= rst ? '0 : tail;
        if (rst || finish) in_frame <= 1'b0;
        else if (start) in_frame <= 1'b1;
        if (start) octets <= '0;
        else if (valid && octets != '1) octets <= octets + 1'b1;
    end

    always_comb begin
        assume (!start || (!in_frame && !\dut.commit ));
        assume (!(valid || finish) || in_frame);
        assume (!valid || !finish);
        assume (!keep || (room && octets >= 11'd64 && octets <= 11'd1522));
        assume ((LOG2-1)'(tail - tail_before) <= (LOG2-1)'(head - tail_before));
    end

    wire [LOG2-2:0] held   = head - tail;
    wire [LOG2-2:0] filled = \dut.position - tail;
    wire [LOG2-2:0] ahead  = \dut.position - head;
    wire [LOG2-2:0] write_at = (\dut.commit ? head : \dut.position ) - tail;

    always_comb begin
        // What it must be.
        assert (held <= WORDS);
        if (\dut.write ) assert (write_at >= held && write_at < WORDS && \dut.write_word == (LOG2-2)'(write_at + tail));
        if (\dut.commit ) assert (\dut.record_words <= WORDS - held && \dut.record_words <= ahead);
        // Why: a frame that fits so far lies behind head, ...
        assert ((LOG2-1)'(head - tail_before) <= WORDS);
        if (in_frame && \dut.fits ) begin
            assert (filled > held && (filled <= WORDS || (filled == WORDS + 1'b1 && octets < 11'd2)));
            if (octets != '1) assert (ahead == (LOG2-1)'(1 + ((12'(octets) + 2) >> 2)));
        end
        // ... and its bytes are where their count says.
        if (in_frame && octets != '1) assert (\dut.lane == 2'(octets + 11'd2));
        assert (!(in_frame && \dut.commit ));
        if (\dut.commit ) assert (held < WORDS);
    end
endmodule
