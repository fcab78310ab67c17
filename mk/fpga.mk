# The adapter in FPGAs: what it takes, and how fast it is. The tools are not
# those of `make test`: tools/install fpga.

.PHONY: area tools-fpga

area: tools-fpga ## The adapter's logic and speed on ECP5 and HX8K, against fpga/configurations
	@fpga/area/measure

tools-fpga:
	@tools/install fpga
