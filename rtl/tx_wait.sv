// Waits in units of 512 bit times: the slots of the back-off after a collision
// (IEEE 802.3 clause 4.2.3.2.5) and the quanta of a pause (annex 31B.2). A station
// has one or the other: collisions in half duplex, pauses in full duplex.
//
// The n-th collision of a frame waits 0 to 2^min(n,10) - 1 slots, drawn from a
// feedback shift register that runs while bytes are sent and is stirred by what the
// driver writes into the table, the own address above all: so two stations that
// leave reset in the same clock do not march in step.
//
// A station that got through after n collisions lets as many slots pass before its
// next frame as the other one may still wait: otherwise it would meet that one again
// and again with a fresh count and the odds on its side, until the other gives up
// after 16 (the capture effect; docs/decisions/0006).
module tx_wait #(
    parameter HALF_DUPLEX = 1,
    parameter PAUSE       = 1
) (
    input  logic        clk,
    input  logic        rst,
    input  logic        tick,      // a byte time
    input  logic        stir,
    input  logic [7:0]  stir_data,
    input  logic        back_off,  // pulse: a collision, the frame will be sent again
    input  logic        sent,      // pulse: the frame has left
    input  logic        given_up,  // pulse: or was given up
    input  logic        pause,     // pulse
    input  logic [15:0] quanta,
    output logic        waiting    // units are left
);
    logic [15:0] units;
    logic [5:0]  bytes; // of this unit; 64 bytes are 512 bits
    logic [9:0]  drawn;

    if (HALF_DUPLEX) begin : backs_off
        logic [31:0] random;
        logic [8:0]  span;  // as many ones as collisions, nine at most
        // x^32 + x^22 + x^2 + x + 1; a stir sets one bit, so it never stands still.
        wire feedback = random[31] ^ random[21] ^ random[1] ^ random[0];

        assign drawn = sent ? {1'b0, span} : random[9:0] & {span, 1'b1};

        always_ff @(posedge clk)
            if (rst) random <= 32'h4c414e31;
            else if (stir) random <= {1'b1, random[29:8], random[7:0] ^ stir_data, feedback};
            else if (tick) random <= {random[30:0], feedback};

        always_ff @(posedge clk)
            if (rst || sent || given_up) span <= '0;
            else if (back_off) span <= {span[7:0], 1'b1};
    end else begin : no_back_off
        assign drawn = '0;

        wire unused = &{1'b0, stir, stir_data, given_up};
    end

    always_ff @(posedge clk)
        if (rst) begin
            units   <= '0;
            bytes   <= '0;
            waiting <= 1'b0;
        end else if (PAUSE && pause) begin
            units   <= quanta;
            bytes   <= '0;
            waiting <= quanta != '0;
        end else if (HALF_DUPLEX && (back_off || (sent && drawn != '0))) begin
            units   <= {6'd0, drawn};
            bytes   <= '0;
            waiting <= drawn != '0;
        end else if (tick && waiting) begin
            bytes <= bytes + 1'b1;
            if (bytes == '1) begin
                units   <= units - 1'b1;
                waiting <= units != 16'd1;
            end
        end
endmodule
