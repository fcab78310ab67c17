// Puts preamble and start delimiter before a frame and keeps the gap after it
// (IEEE 802.3 clauses 3.2.1, 3.2.2 and 4.4.2: 96 bit times between frames).
//
// Fourth step of tx_ring -> tx_pad -> tx_fcs -> tx_preamble -> tx_rmii.
// Time is counted in bytes of the line: tx_rmii's out_ready is its clock, which
// goes on through the gap. In a gap nothing is offered.
module tx_preamble (
    input  logic       clk,
    input  logic       rst,
    input  logic [7:0] in_data,
    input  logic       in_valid,
    input  logic       in_last,
    output logic       in_ready,
    output logic [7:0] out_data,
    output logic       out_valid,
    input  logic       out_ready,
    output logic       done,  // the last byte of a frame has left
    output logic       run,   // a frame or its gap
    output logic       quiet  // neither, and none waits
);
    localparam [3:0] PREAMBLE_BYTES = 4'd7; // before the delimiter
    localparam [3:0] GAP_BYTES      = 4'd12;

    typedef enum logic [1:0] {IDLE, PREAMBLE, FRAME, GAP} state_t;
    state_t     state;
    logic [3:0] count;

    assign quiet     = state == IDLE && !in_valid;
    assign run       = state != IDLE;
    assign out_valid = state == PREAMBLE || state == FRAME;
    assign out_data  = state == FRAME ? in_data : count == PREAMBLE_BYTES ? 8'hd5 : 8'h55;
    assign in_ready  = state == FRAME && out_ready;
    // The gap's first byte time begins when the last byte has left the shifter.
    assign done      = state == GAP && count == 4'd0 && out_ready;

    always_ff @(posedge clk)
        if (rst) begin
            state <= IDLE;
            count <= '0;
        end else
            case (state)
                IDLE:
                    if (in_valid) state <= PREAMBLE;
                PREAMBLE:
                    if (out_ready) begin
                        count <= count == PREAMBLE_BYTES ? '0 : count + 1'b1;
                        if (count == PREAMBLE_BYTES) state <= FRAME;
                    end
                FRAME:
                    if (out_ready && in_last) state <= GAP;
                default: // GAP
                    if (out_ready) begin
                        count <= count == GAP_BYTES - 1'b1 ? '0 : count + 1'b1;
                        // A frame that waits goes on without losing a byte time.
                        if (count == GAP_BYTES - 1'b1) state <= in_valid ? PREAMBLE : IDLE;
                    end
            endcase
endmodule
