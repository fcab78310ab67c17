// The clock of the time stamps: 64 bits of nanoseconds and 24 behind the point,
// that the driver can set, step and steer (what IEEE 1588 calls an adjustable
// clock).
module nic_time (
    input  logic        clk,
    input  logic        rst,
    input  logic [31:0] tick_count,  // clocks that pass with this one
    input  logic        write_low,
    input  logic        write_high,
    input  logic        write_rate,
    input  logic        write_step,
    input  logic        read_low,
    input  logic [31:0] write_data,
    output logic [31:0] rate,        // nanoseconds a clock, 24 bits behind the point
    output logic [31:0] high,        // as it was when the low word was read
    output logic [63:0] now
);
    logic [23:0] fraction;
    logic [31:0] high_written;
    wire  [87:0] passed = 88'(rate) * 88'(tick_count);

    always_ff @(posedge clk) begin
        if (rst) high <= '0;
        else if (read_low) high <= now[63:32];
        if (write_high) high_written <= write_data;
    end

    always_ff @(posedge clk)
        if (rst) rate <= nic_pkg::NIC_TIME_RATE_NS_RESET;
        else if (write_rate) rate <= write_data;

    always_ff @(posedge clk)
        if (rst) {now, fraction} <= '0;
        else if (write_low) {now, fraction} <= {high_written, write_data, 24'd0};
        else {now, fraction} <= {now, fraction} + passed + (write_step ? {{32{write_data[31]}}, write_data, 24'd0} : 88'd0);
endmodule
