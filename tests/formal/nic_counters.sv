// The counters can be read from the 33rd clock after a reset on, for good: so a
// bus access waits for them that long at most.
module nic_counters_proof (
    input logic        clk,
    input logic        rst,
    input logic        rx_event,
    input logic [4:0]  rx_class,
    input logic        false_carrier,
    input logic        tx_event,
    input logic        tx_refused,
    input logic        read,
    input logic [4:0]  read_index
);
    localparam CLEAR = 2'd0;

    logic       ready;
    logic [5:0] age; // clocks since the reset; stops at 32
    (* hierconn *) wire [1:0] \dut.state ;
    (* hierconn *) wire [4:0] \dut.index ;

    nic_counters dut (
        .clk(clk), .rst(rst), .rx_event(rx_event), .rx_class(rx_class), .rx_octets(11'd64),
        .rx_broadcast(1'b0), .rx_multicast(1'b0), .false_carrier(false_carrier),
        .tx_event(tx_event), .tx_octets(11'd64), .tx_refused(tx_refused),
        .read(read), .read_index(read_index), .ready(ready));

    always_ff @(posedge clk)
        if (rst) age <= '0;
        else if (!age[5]) age <= age + 1'b1;

    always_comb begin
        assert (age <= 6'd32);
        assert (ready == age[5]);
        if (\dut.state == CLEAR) assert (\dut.index == age[4:0]);
        assert ((\dut.state == CLEAR) == !age[5]);
    end
endmodule
