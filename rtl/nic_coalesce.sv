// Joins interrupts of received frames: `announce` comes after `frames` of them or,
// at the latest, `time_units` times 256 clocks after the first.
//
// No wake-up is lost: whenever a frame is in the ring that came after the last
// announcement, the count or the time is running. A ring that the driver has
// emptied needs none, so both stop.
module nic_coalesce (
    input  logic       clk,
    input  logic       rst,
    input  logic       stored,     // pulse: a frame is in the ring
    input  logic       empty,      // the ring is
    input  logic       tick,       // every 256 clocks
    input  logic [3:0] frames,
    input  logic [5:0] time_units,
    output logic       announce,   // pulse
    output logic       quiet
);
    logic [3:0] count;
    logic [5:0] elapsed;
    logic       armed;
    wire  [3:0] count_next = count + 1'b1;
    wire        enough     = stored && (count_next == frames || frames == '0 || time_units == '0);
    wire        late       = armed && tick && elapsed == time_units;

    assign announce = enough || late;
    assign quiet    = !armed && !stored;

    always_ff @(posedge clk)
        if (rst || announce || (empty && !stored)) begin
            armed   <= 1'b0;
            count   <= '0;
            elapsed <= 6'd1;
        end else if (stored || armed) begin
            armed <= 1'b1;
            if (stored) count <= count_next;
            if (armed && tick) elapsed <= elapsed + 1'b1;
        end
endmodule
