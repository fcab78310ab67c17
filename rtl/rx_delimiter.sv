// Finds the start frame delimiter and cuts what follows into bytes (IEEE 802.3
// clauses 3.2.2 and 4.2.4.1).
//
// Second step of rx_rmii -> rx_delimiter -> rx_ring; a symbol is what the line
// brings at once: a dibit (RMII), a nibble (MII) or a byte (GMII).
// Any length of preamble will do, none included. With dibits it may begin with 00
// (a PHY that still locks) and end anywhere: the first dibit 11 after a 01 ends the
// delimiter, and the octets begin there.
module rx_delimiter #(
    parameter WIDTH = 2 // of a symbol: 2, 4 or 8
) (
    input  logic       clk,
    input  logic       rst,
    input  logic       enable,     // looked at when carrier comes
    input  logic       hold,       // the frame before is still being put away
    input  logic       in_carrier,
    input  logic [WIDTH-1:0] in_symbol,
    input  logic       in_error,
    input  logic       in_valid,
    output logic [7:0] out_data,
    output logic       out_valid,  // a byte
    output logic       out_start,  // pulse: the delimiter was found
    output logic       out_end,    // pulse: the frame is over
    output logic       out_whole,  // with out_end: no symbols were left over
    output logic       out_error,  // with out_end: RX_ER within the frame
    output logic       false_carrier, // pulse: carrier came and went without a delimiter
    output logic       quiet
);
    typedef enum logic [1:0] {WAIT, HUNT, FRAME, IGNORE} state_t;
    state_t     state;
    logic [1:0] count; // symbols of a byte that is not whole yet
    logic       found, clean;

    if (WIDTH == 8) begin : bytes
        assign out_data = in_symbol;
        assign found    = out_data == 8'hd5;
        assign clean    = 1'b1;
    end else begin : parts
        logic [7-WIDTH:0] shift;

        assign out_data = {in_symbol, shift};
        assign clean    = shift == '0;
        assign found    = out_data[7:4] == 4'hd && (WIDTH == 2 || out_data[3:0] == 4'h5);

        always_ff @(posedge clk)
            if (in_valid) shift <= out_data[7:WIDTH];
            else if (state == WAIT) shift <= '0;
    end

    assign out_valid     = state == FRAME && in_valid && count == 2'(8 / WIDTH - 1);
    assign out_start     = state == HUNT && in_valid && found;
    assign out_end       = state == FRAME && !in_carrier;
    assign out_whole     = count == 2'd0;
    assign false_carrier = state == HUNT && !in_carrier;
    assign quiet         = state == WAIT && clean;

    always_ff @(posedge clk)
        if (rst) begin
            state     <= WAIT;
            count     <= '0;
            out_error <= 1'b0;
        end else begin
            case (state)
                WAIT:
                    if (in_carrier && !hold) state <= enable ? HUNT : IGNORE;
                default:
                    if (!in_carrier) state <= WAIT;
                    else if (out_start) state <= FRAME;
            endcase
            if (out_start) begin
                count     <= '0;
                out_error <= 1'b0;
            end else if (in_valid && state == FRAME) begin
                count <= out_valid ? 2'd0 : count + 1'b1;
                if (in_error) out_error <= 1'b1;
            end
        end
endmodule
