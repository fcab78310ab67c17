// Brings a Wishbone host on another clock to the adapter: one access at a time,
// each once, in order; and the interrupt. Any relation of the two clocks will do.
//
// The host's side holds the access still and turns `request`; the adapter's side
// sees that through two flip-flops, does the access, holds the answer still and
// turns `done` to match. So only two bits and the interrupt cross on their own.
//
// Both resets must be given together and overlap. A host that gives an access up
// (drops wb_cyc or wb_stb early) gets no answer to it; it happens all the same.
module wb_bridge (
    input  logic        clk_host,
    input  logic        rst_host,
    input  logic        cyc_host,
    input  logic        stb_host,
    input  logic        we_host,
    input  logic [3:0]  sel_host,
    input  logic [15:2] adr_host,
    input  logic [31:0] wdata_host,
    output logic [31:0] rdata_host,
    output logic        ack_host,
    output logic        irq_host,

    input  logic        clk_nic,
    input  logic        rst_nic,
    output logic        cyc_nic,
    output logic        stb_nic,
    output logic        we_nic,
    output logic [3:0]  sel_nic,
    output logic [15:2] adr_nic,
    output logic [31:0] wdata_nic,
    input  logic [31:0] rdata_nic,
    input  logic        ack_nic,
    input  logic        irq_nic
);
    // --- The host's clock ---------------------------------------------------------

    logic request, waiting, given_up, irq_seen;
    logic [1:0] done_seen; // done, through two flip-flops; [1] is the older
    logic done;
    logic [31:0] answer;
    wire  asks = cyc_host && stb_host && !ack_host;

    always_ff @(posedge clk_host)
        if (rst_host) begin
            request   <= 1'b0;
            waiting   <= 1'b0;
            given_up  <= 1'b0;
            done_seen <= '0;
            ack_host  <= 1'b0;
            irq_seen  <= 1'b0;
            irq_host  <= 1'b0;
        end else begin
            done_seen <= {done_seen[0], done};
            irq_seen  <= irq_nic;
            irq_host  <= irq_seen;
            ack_host  <= 1'b0;
            if (!waiting) begin
                if (asks) begin
                    request   <= !request;
                    waiting   <= 1'b1;
                    given_up  <= 1'b0;
                    we_nic    <= we_host;
                    sel_nic   <= sel_host;
                    adr_nic   <= adr_host;
                    wdata_nic <= wdata_host;
                end
            end else if (done_seen[1] == request) begin
                waiting    <= 1'b0;
                ack_host   <= asks && !given_up;
                rdata_host <= answer;
            end else if (!asks) given_up <= 1'b1;
        end

    // --- The adapter's clock --------------------------------------------------------

    logic [1:0] request_seen;

    assign stb_nic = cyc_nic;

    always_ff @(posedge clk_nic)
        if (rst_nic) begin
            request_seen <= '0;
            done         <= 1'b0;
            cyc_nic      <= 1'b0;
        end else begin
            request_seen <= {request_seen[0], request};
            if (cyc_nic) begin
                if (ack_nic) begin
                    cyc_nic <= 1'b0;
                    done    <= !done;
                    answer  <= rdata_nic;
                end
            end else if (request_seen[1] != done) cyc_nic <= 1'b1;
        end

`ifdef FORMAL
    // The turn of `request` travels through these, and comes back, one after the
    // other: never more than one place where neighbours differ.
    wire [6:0] way = {request, request_seen[0], request_seen[1], done, done_seen[0], done_seen[1], request ^ waiting};
    wire [5:0] turns = way[6:1] ^ way[5:0];

    always_comb begin
        assert ((turns & (turns - 1'b1)) == '0);
        // The adapter works on a request only while the host waits for it, ...
        if (cyc_nic) assert (waiting && request_seen[1] != done);
        // ... so what the host holds for it stands still.
        if (cyc_nic) assert (request != done);
        // An answer is taken only when the adapter has given it.
        if (waiting && done_seen[1] == request) assert (done == request && !cyc_nic);
    end
`endif
endmodule
