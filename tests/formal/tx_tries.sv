// Half duplex, whatever the carrier does and whatever is offered (1522 octets at most):
// - a frame is tried 16 times at most;
// - the n-th collision draws a back-off below 2^min(n,10) slots, and no try begins
//   before the back-off is over;
// - a frame ends in exactly one way: sent, again, late or excessive; again only
//   after a collision within 512 bit times.
module tx_tries_proof (
    input logic        clk,
    input logic        rst,
    input logic        half,
    input logic        carrier,
    input logic        valid,
    input logic        last,
    input logic        ready,
    input logic [7:0]  stir_data,
    input logic        stir
);
    localparam [1:0] PREAMBLE = 2'd1, FRAME = 2'd2, GAP = 2'd3;

    logic waiting, committed, jam, sent, again, late, excessive;
    (* hierconn *) wire [1:0] \line.state ;
    (* hierconn *) wire       \line.start , \line.leaving , \line.collided , \line.collisions_happen.is_late ;
    (* hierconn *) wire [10:0] \line.index ;
    (* hierconn *) wire [3:0] \line.gap ;
    (* hierconn *) wire [3:0] \line.collisions_happen.collisions ;
    (* hierconn *) wire [8:0] \wait_.backs_off.span ;
    (* hierconn *) wire [15:0] \wait_.units ;

    tx_line #(.HALF_DUPLEX(1)) line (
        .clk(clk), .rst(rst), .half(half), .carrier(carrier), .waiting(waiting), .urgent(1'b0),
        .in_data('0), .in_valid(valid), .in_last(last), .out_ready(ready),
        .committed(committed), .jam(jam), .sent(sent), .again(again), .late(late), .excessive(excessive));

    tx_wait #(.HALF_DUPLEX(1), .PAUSE(0)) wait_ (
        .clk(clk), .rst(rst), .tick(ready), .stir(stir), .stir_data(stir_data),
        .back_off(again), .sent(sent), .given_up(late || excessive), .pause(1'b0), .quanta('0), .waiting(waiting));

    logic [4:0] tries;     // of this frame, the one under way included
    logic       drew;      // a back-off, a clock ago
    logic       met_early; // this try collided within 512 bit times
    logic [6:0] octets;    // of this try, preamble included; 64: and more
    wire        under_way = \line.state == PREAMBLE || \line.state == FRAME || \line.leaving ;

    always_ff @(posedge clk) begin
        if (rst || sent || late || excessive) tries <= '0;
        else if (\line.start ) tries <= tries + 1'b1;
        drew <= again && !rst;
        if (rst || !under_way) octets <= '0;
        else if (ready && octets != 7'd64) octets <= octets + 1'b1;
        if (rst || !under_way) met_early <= 1'b0;
        else if (jam && octets < 7'd64) met_early <= 1'b1;
    end

    wire [10:0] shown = \line.index + 11'd8;

    always_comb begin
        if (\line.state == FRAME && \line.index == 11'd1521) assume (last);
        assert (waiting == (\wait_.units != '0));
        // What it must be.
        assert (tries <= 5'd16);
        if (drew) assert (\wait_.units < (tries >= 5'd10 ? 16'd1024 : 16'd1 << tries));
        if (\line.start ) assert (!waiting);
        assert (3'(sent) + 3'(again) + 3'(late) + 3'(excessive) <= 3'd1);
        if (excessive) assert (tries == 5'd16);
        if (again) assert (met_early);
        // Why.
        if (\line.leaving ) assert (\line.state == GAP);
        if (under_way) assert (\line.gap == '0);
        if (\line.state == PREAMBLE) assert (\line.index >= -11'd8);
        if (\line.state == FRAME) assert (\line.index <= 11'd1521);
        if (\line.state == PREAMBLE || \line.state == FRAME)
            assert (octets == (shown < 11'd64 ? shown[6:0] : 7'd64));
        assert (tries == \line.collisions_happen.collisions + 5'(under_way));
        assert (\wait_.backs_off.span == (\line.collisions_happen.collisions >= 4'd9 ? 9'h1ff : 9'((10'd1 << \line.collisions_happen.collisions ) - 1'b1)));
        if (\line.collided ) assert (under_way);
        if (\line.collided && !\line.collisions_happen.is_late ) assert (met_early);
    end
endmodule
