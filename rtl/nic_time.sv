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
    // Low word and fraction in one, so that a simulator adds no more than 64 bits.
    logic [31:0] now_high, high_written;
    logic [55:0] now_low;
    wire  [63:0] passed = 64'(rate) * 64'(tick_count);
    wire  [31:0] step   = write_step ? write_data : '0;
    wire  [57:0] sum    = {2'd0, now_low} + {2'd0, passed[55:0]} + {2'd0, step, 24'd0};

    assign now = {now_high, now_low[55:24]};

    always_ff @(posedge clk) begin
        if (rst) high <= '0;
        else if (read_low) high <= now[63:32];
        if (write_high) high_written <= write_data;
    end

    always_ff @(posedge clk)
        if (rst) rate <= nic_pkg::NIC_TIME_RATE_NS_RESET;
        else if (write_rate) rate <= write_data;

    always_ff @(posedge clk)
        if (rst) {now_high, now_low} <= '0;
        else if (write_low) begin
            now_high <= high_written;
            now_low  <= {write_data, 24'd0};
        end else begin
            now_low  <= sum[55:0];
            now_high <= now_high + 32'(passed[63:56]) + 32'(sum[57:56]) - 32'(step[31]);
        end
endmodule
