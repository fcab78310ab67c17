# The adapter in FPGAs: what it takes, and how fast it is. The tools are not
# those of `make test`: tools/install fpga.

.PHONY: area test-bitstream tools-fpga

area: tools-fpga ## The adapter's logic and speed on ECP5 and HX8K, against fpga/configurations
	@fpga/area/measure

test-bitstream: tools-fpga ## RTL, netlists and the Verilog recovered from the bitstream under one bench; BOARD=ice40 or ecp5, both without
	@for board in $(or $(BOARD),ice40 ecp5); do tests/bitstream/run $$board || exit; done
	@tests/bitstream/registers

tools-fpga:
	@tools/install fpga
