// Finds the start frame delimiter and cuts what follows into bytes (IEEE 802.3
// clauses 3.2.2 and 4.2.4.1).
//
// Second step of rx_rmii -> rx_delimiter -> rx_fcs -> rx_filter -> rx_ring.
// Any length of preamble will do, none included, and it may begin with 00 (a PHY
// that still locks): the first dibit 11 after a 01 ends the delimiter, and the
// octets begin there.
module rx_delimiter (
    input  logic       clk,
    input  logic       rst,
    input  logic       enable,     // looked at when carrier comes
    input  logic       in_carrier,
    input  logic [1:0] in_dibit,
    input  logic       in_error,
    input  logic       in_valid,
    output logic [7:0] out_data,
    output logic       out_valid,  // a byte
    output logic       out_start,  // pulse: the delimiter was found
    output logic       out_end,    // pulse: the frame is over
    output logic       out_whole,  // with out_end: no dibits were left over
    output logic       out_error,  // with out_end: RX_ER within the frame
    output logic       false_carrier, // pulse: carrier came and went without a delimiter
    output logic       quiet
);
    typedef enum logic [1:0] {WAIT, HUNT, FRAME, IGNORE} state_t;
    state_t     state;
    logic [1:0] previous, count;
    logic [5:0] shift;

    assign out_data      = {in_dibit, shift};
    assign out_valid     = state == FRAME && in_valid && count == 2'd3;
    assign out_start     = state == HUNT && in_valid && previous == 2'b01 && in_dibit == 2'b11;
    assign out_end       = state == FRAME && !in_carrier;
    assign out_whole     = count == 2'd0;
    assign false_carrier = state == HUNT && !in_carrier;
    assign quiet         = state == WAIT;

    always_ff @(posedge clk)
        if (rst) begin
            state     <= WAIT;
            previous    <= '0;
            count     <= '0;
            shift     <= '0;
            out_error <= 1'b0;
        end else begin
            case (state)
                WAIT:
                    if (in_carrier) state <= enable ? HUNT : IGNORE;
                default:
                    if (!in_carrier) state <= WAIT;
                    else if (out_start) state <= FRAME;
            endcase
            if (in_valid) previous <= in_dibit;
            else if (state == WAIT && in_carrier) previous <= '0;
            if (in_valid && state == FRAME) begin
                shift <= {in_dibit, shift[5:2]};
                count <= count + 1'b1;
                if (in_error) out_error <= 1'b1;
            end
            if (out_start) begin
                count     <= '0;
                out_error <= 1'b0;
            end
        end
endmodule
