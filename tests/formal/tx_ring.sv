// Whatever the records say, the transmit ring
// - reads only what the driver has handed over: from tail on, before head;
// - moves tail forward and never past head;
// - gives a record's frame with exactly as many bytes as its first word says.
//
// Assumed of the driver: head moves forward, and no further than the ring is free.
// The records are anything at all: what memory gives is an input.
module tx_ring_proof #(
    parameter LOG2 = 12
) (
    input logic            clk,
    input logic            rst,
    input logic [LOG2-2:0] head,
    input logic            enable,
    input logic            out_ready,
    input logic            done
);
    localparam [LOG2-2:0] WORDS = 1 << (LOG2 - 2);
    localparam [2:0] EMPTY = 3'd0, HEADER = 3'd1, CHECK = 3'd2, FETCH = 3'd3, SEND = 3'd4, SENT = 3'd5;

    logic [LOG2-2:0] tail, head_before, tail_before;
    logic            out_valid, out_last, before;
    logic [10:0]     length, given; // of the frame being sent
    logic [11:0]     at, beyond;    // the byte's place in the record; the record's end, rounded up
    (* hierconn *) wire \dut.read ;
    (* hierconn *) wire [2:0] \dut.state ;
    (* hierconn *) wire [1:0] \dut.lane ;
    (* hierconn *) wire [10:0] \dut.left , \dut.length ;
    (* hierconn *) wire [LOG2-3:0] \dut.read_word ;
    (* hierconn *) wire [LOG2-2:0] \dut.position , \dut.next_record ;

    tx_ring #(.LOG2(LOG2)) dut (
        .clk(clk), .rst(rst), .write(1'b0), .write_word('0), .write_sel('0), .write_data('0),
        .head(head), .tail(tail), .enable(enable), .out_valid(out_valid), .out_last(out_last),
        .out_ready(out_ready), .done(done));

    always_ff @(posedge clk) begin
        before      <= !rst;
        head_before <= rst ? '0 : head;
        tail_before <= tail;
        if (\dut.state == CHECK) begin
            length <= \dut.length ;
            given  <= '0;
            at     <= 12'd6;
            beyond <= 12'(\dut.length ) + 12'd9;
        end else if (out_valid && out_ready) begin
            given <= given + 1'b1;
            at    <= at + 1'b1;
        end
    end

    wire [LOG2-2:0] pending = head - tail;
    wire [LOG2-2:0] read_at = (\dut.state == SEND || \dut.state == CHECK ? \dut.position + 1'b1 : tail) - tail;
    wire sending = \dut.state == FETCH || \dut.state == SEND || \dut.state == SENT;

    always_comb
        assume ((LOG2-1)'(head - head_before) <= WORDS - (LOG2-1)'(head_before - tail));

    always_comb begin
        // What it must be.
        assert (pending <= WORDS);
        if (\dut.read ) assert (read_at < pending && \dut.read_word == (LOG2-2)'(read_at + tail));
        if (before) assert ((LOG2-1)'(tail - tail_before) <= (LOG2-1)'(head_before - tail_before));
        if (out_valid) assert (out_last == (given + 1'b1 == length));
        if (\dut.state == SENT) assert (given == length);
        // Why: what is read next is where the count of bytes says, within the record.
        assert ((LOG2-1)'(head_before - tail) <= WORDS);
        assert (\dut.state <= SENT);
        if (\dut.state == HEADER || \dut.state == CHECK) assert (pending != '0 && head_before != tail);
        if (\dut.state == CHECK) assert (\dut.position == tail);
        if (sending) begin
            assert (length >= 11'd14 && length <= 11'd1518);
            assert (beyond == 12'(length) + 12'd9 && at == 12'(given) + 12'd6);
            assert (\dut.next_record == (LOG2-1)'(tail + beyond[11:2]));
            assert (beyond[11:2] <= (LOG2-1)'(head_before - tail));
        end
        if (\dut.state == FETCH) assert (given == '0);
        if (\dut.state == FETCH || \dut.state == SEND) begin
            assert (given < length && given + \dut.left == length);
            assert (\dut.position == (LOG2-1)'(tail + at[11:2]) && \dut.lane == at[1:0]);
        end
    end
endmodule
