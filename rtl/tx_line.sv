// Decides when a frame goes onto the line, puts preamble and start delimiter before
// it, and says how it ended (IEEE 802.3 clauses 3.2.1, 3.2.2, 4.2.3.2 and 4.4.2).
//
// Sixth step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii. Time is counted in bytes of the line: tx_rmii's out_ready is its clock,
// which goes on through gaps and waits. In these nothing is offered.
//
// Full duplex: 96 bit times between frames, no more. Half duplex: also 96 after the
// carrier of others; carrier in the first 64 of them begins the gap anew, later it
// does not (clause 4.2.3.2.1). Carrier while sending is a collision: the preamble is
// finished, 32 bits of jam follow, and the frame comes again after a back-off; 16
// collisions, or one later than 512 bit times, and it is given up.
module tx_line #(
    parameter HALF_DUPLEX = 1
) (
    input  logic        clk,
    input  logic        rst,
    input  logic        half,       // duplex
    input  logic        carrier,    // of others
    input  logic        waiting,    // back-off or pause
    input  logic        urgent,     // this frame does not wait for a pause

    input  logic [7:0]  in_data,
    input  logic        in_valid,
    input  logic        in_last,
    output logic        in_ready,
    output logic [10:0] index,      // number of the byte offered, in the frame; its octets when it has left
    output logic [7:0]  out_data,
    output logic        out_valid,
    input  logic        out_ready,
    output logic        run,        // out_ready is wanted

    output logic        committed,  // from the clock a frame starts in to its end
    output logic        delimiter,  // pulse: the start delimiter goes out
    output logic        jam,        // pulse: a collision
    output logic        sent,       // how the frame ended, one pulse of the four:
    output logic        again,
    output logic        late,       // given up
    output logic        excessive,  // given up
    output logic        waited,     // with sent: deferred or collided
    output logic        once,
    output logic        more,
    output logic        moves,      // something changes in this clock, out_ready apart
    output logic        quiet
);
    localparam [10:0] PREAMBLE_START = -11'd8;
    localparam [3:0]  GAP_BYTES = 4'd12, LAST_TRY = 4'd15;

    typedef enum logic [1:0] {IDLE, PREAMBLE, FRAME, GAP} state_t;
    state_t     state;
    logic [3:0] gap;
    logic       leaving;           // the last byte is in tx_rmii
    logic       collided;

    wire last_of_preamble = index[2:0] == '1; // -1: the delimiter
    wire others    = HALF_DUPLEX && half && carrier;
    wire may_start = in_valid && (urgent || !waiting);
    wire restart   = others && !gap[3]; // in the first 8 byte times
    wire gap_over  = state == GAP && out_ready && (gap == GAP_BYTES - 1'b1 || gap == GAP_BYTES);
    wire start     = may_start && ((state == IDLE && !others) || gap_over);
    wire sending   = state == PREAMBLE || state == FRAME;
    wire ended     = leaving && out_ready;

    assign run          = state != IDLE || waiting;
    assign moves        = start || others || (state == IDLE && gap != '0);
    assign quiet        = state == IDLE && !waiting && !in_valid;
    assign out_valid    = sending;
    assign out_data     = state == FRAME ? in_data : last_of_preamble ? 8'hd5 : 8'h55;
    assign in_ready     = state == FRAME && out_ready;
    assign committed    = start || sending || leaving;
    assign delimiter    = state == PREAMBLE && out_ready && last_of_preamble;
    assign sent         = ended && !collided;

    always_ff @(posedge clk)
        if (rst) begin
            state   <= IDLE;
            leaving <= 1'b0;
            gap     <= '0;
        end else begin
            if (out_ready) leaving <= state == FRAME && in_last;
            case (state)
                IDLE: begin
                    gap <= '0;
                    if (others) state <= GAP;
                    else if (start) state <= PREAMBLE;
                end
                PREAMBLE:
                    if (delimiter) state <= FRAME;
                FRAME:
                    if (out_ready && in_last) state <= GAP;
                default: // GAP
                    if (restart && !leaving) gap <= '0;
                    else if (out_ready) begin
                        gap <= start || gap == GAP_BYTES ? '0 : gap + 1'b1;
                        // IDLE starts a frame at once, so the gap's last byte must be over.
                        if (start) state <= PREAMBLE;
                        else if (gap == GAP_BYTES) state <= IDLE;
                    end
            endcase
        end

    always_ff @(posedge clk)
        if (start) index <= PREAMBLE_START;
        else if (out_ready && sending) index <= index + 1'b1;

    if (HALF_DUPLEX) begin : collisions_happen
        logic       is_late, deferred;
        logic [3:0] collisions; // of this frame, before this try
        wire last_try = collisions == LAST_TRY; // of 16

        assign jam       = sending && others && !collided;
        assign again     = ended && collided && !is_late && !last_try;
        assign late      = ended && collided && is_late;
        assign excessive = ended && collided && !is_late && last_try;
        assign once      = collisions == 4'd1;
        assign more      = collisions[3:1] != '0;
        assign waited    = deferred || collisions != '0;

        always_ff @(posedge clk)
            if (rst) begin
                collided   <= 1'b0;
                is_late    <= 1'b0;
                collisions <= '0;
                deferred   <= 1'b0;
            end else begin
                if (jam) collided <= 1'b1;
                else if (ended) collided <= 1'b0;
                // 512 bit times are 64 byte times, 8 of them before the frame.
                if (jam) is_late <= state == FRAME && (index[10:6] != '0 || index[5:3] == '1);
                if (ended) collisions <= again ? collisions + 1'b1 : '0;
                if (ended) deferred <= 1'b0;
                else if (in_valid && others && !committed && collisions == '0) deferred <= 1'b1;
            end
    end else begin : no_collisions
        assign {jam, again, late, excessive, once, more, waited} = '0;
        assign collided = 1'b0;
    end
endmodule
