// Sends bytes as dibits, low one first (RMII specification 1.2); at 10 Mb/s each
// dibit stands for ten clocks.
//
// Last step of tx_ring -> tx_pad -> tx_fcs -> tx_preamble -> tx_rmii, and the
// one that keeps the time: in_ready comes once a byte time while `run` is high,
// whether a byte is offered or not. TXD is 00 while TX_EN is low.
module tx_rmii (
    input  logic       clk,
    input  logic       rst,
    input  logic       fast,
    input  logic       run,
    input  logic [7:0] in_data,
    input  logic       in_valid,
    output logic       in_ready,
    output logic [1:0] rmii_txd,
    output logic       rmii_tx_en,
    output logic       quiet
);
    logic [3:0] divider;
    logic [1:0] dibit;
    logic       first;  // a byte begins
    logic [7:0] shift;
    wire tick = fast || divider == 4'd0;

    assign in_ready = run && first;
    assign rmii_txd = shift[1:0];
    assign quiet    = !run && divider == 4'd0 && first;

    always_ff @(posedge clk)
        if (rst) begin
            divider    <= '0;
            dibit      <= '0;
            first      <= 1'b1;
            shift      <= '0;
            rmii_tx_en <= 1'b0;
        end else if (!run) begin
            divider <= '0;
            dibit   <= '0;
            first   <= 1'b1;
        end else begin
            first   <= fast ? dibit == 2'd3 : divider == 4'd9 && dibit == 2'd0;
            divider <= fast || divider == 4'd9 ? '0 : divider + 1'b1;
            if (tick) begin
                dibit <= dibit + 1'b1;
                if (first) begin
                    rmii_tx_en <= in_valid;
                    shift      <= in_valid ? in_data : '0;
                end else
                    shift <= {2'b00, shift[7:2]};
            end
        end
endmodule
