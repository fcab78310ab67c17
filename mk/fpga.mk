# The adapter in FPGAs: what it takes, and how fast it is. The tools are not
# those of `make test`: tools/install fpga.

.PHONY: area test-bitstream test-fusesoc tools-fpga

area: tools-fpga ## The adapter's logic and speed on ECP5 and HX8K, against fpga/configurations
	@fpga/area/measure

test-bitstream: tools-fpga ## RTL, netlists and the Verilog recovered from the bitstream under one bench; BOARD=ice40 or ecp5, both without
	@for board in $(or $(BOARD),ice40 ecp5); do tests/bitstream/run $$board || exit; done
	@tests/bitstream/registers

test-fusesoc: ## nic.core from a clean FuseSoC, in a folder of its own: lint, and the simulation
	@tools/install fusesoc
	@rm -rf build/fusesoc/work && mkdir -p build/fusesoc/work
	@for target in lint sim; do (cd build/fusesoc/work && ../venv/bin/fusesoc --cores-root ../../.. run --target=$$target lantern:net:nic) \
	    > build/fusesoc/$$target.log 2>&1 || { tail -20 build/fusesoc/$$target.log >&2; exit 1; }; echo "fusesoc $$target: done"; done
	@grep -h Checks build/fusesoc/sim.log

tools-fpga:
	@tools/install fpga
