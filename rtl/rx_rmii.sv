// Finds the dibits of a frame on the RMII pins (RMII specification 1.2).
//
// First step of rx_rmii -> rx_delimiter -> rx_fcs -> rx_filter -> rx_ring.
//
// CRS_DV carries two things. It rises with carrier; once carrier is gone while
// the PHY still holds dibits, it toggles: low on the first dibit of a nibble,
// high on the second, and both are data. Only two lows in a row end a frame. So
// a dibit is handed on one dibit late, when the next CRS_DV is known.
//
// At 10 Mb/s a dibit stands for ten clocks and is sampled in its middle.
module rx_rmii (
    input  logic       clk,
    input  logic       rst,
    input  logic       fast,
    input  logic [1:0] rmii_rxd,
    input  logic       rmii_crs_dv,
    input  logic       rmii_rx_er,
    output logic       out_carrier, // from the first dibit to the end
    output logic [1:0] out_dibit,
    output logic       out_error,   // RX_ER with this dibit
    output logic       out_valid,   // one dibit
    output logic       quiet
);
    logic [3:0] divider;
    logic       valid_before;
    wire tick = fast || divider == 4'd4;

    assign out_valid = out_carrier && tick && (valid_before || rmii_crs_dv);
    wire still = !out_carrier && !rmii_crs_dv;
    assign quiet = still && divider == 4'd0;

    always_ff @(posedge clk)
        if (rst) begin
            divider      <= '0;
            out_carrier  <= 1'b0;
            valid_before <= 1'b0;
            out_dibit    <= '0;
            out_error    <= 1'b0;
        end else if (still)
            divider <= '0;
        else begin
            divider <= fast || divider == 4'd9 ? '0 : divider + 1'b1;
            if (tick) begin
                out_carrier  <= rmii_crs_dv || (out_carrier && valid_before);
                valid_before <= rmii_crs_dv;
                out_dibit    <= rmii_rxd;
                out_error    <= rmii_rx_er;
            end
        end
endmodule
