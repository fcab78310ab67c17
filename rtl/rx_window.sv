// The last four bytes of a frame, the newest on top: a whole word for the ring,
// and, when the frame is over, its FCS.
//
// Between rx_delimiter and rx_filter, rx_sum and rx_ring.
module rx_window (
    input  logic        clk,
    input  logic        valid,
    input  logic [7:0]  data,
    output logic [31:0] window
);
    always_ff @(posedge clk)
        if (valid) window <= {data, window[31:8]};
endmodule
