# Boards: bitstreams from the sources, into the board, and how fast they are.
#
#   make BOARD=ulx3s bitstream     build/boards/ulx3s/ulx3s.bit
#   make BOARD=ulx3s flash         into the FPGA until the power is off; FLASH=1: for good
#   make BOARD=ulx3s report        five seeds: resources, every clock's slack
#   make BOARD=ulx3s firmware      another FIRMWARE=file.elf into the finished image

BOARDS   := $(patsubst fpga/boards/%/board.json,%,$(wildcard fpga/boards/*/board.json))
FIRMWARE ?= $(SOC)/firmware.elf
board_wanted = $(if $(filter $(BOARD),$(BOARDS)),,$(error BOARD=$(BOARD): the boards are $(BOARDS)))
board_file   = $(firstword $(wildcard build/boards/$(BOARD)/$(BOARD).bit build/boards/$(BOARD)/$(BOARD).bin))

.PHONY: bitstream bitstreams flash report firmware tools-boards

tools-boards: tools-fpga
	@$(MAKE) --no-print-directory -j2 $(SOC)/firmware.elf $(SOC)/VexRiscv.v

bitstream: tools-boards ## BOARD=...: its bitstream, and whether timing is met
	@$(call board_wanted)fpga/boards/build $(BOARD)

bitstreams: tools-boards ## Those of all boards
	@for board in $(BOARDS); do fpga/boards/build $$board || exit; done

report: tools-boards ## BOARD=...: with five seeds, resources and slack
	@$(call board_wanted)fpga/boards/build $(BOARD) --report

firmware: tools-boards ## BOARD=... FIRMWARE=file.elf: into the finished image, without place and route
	@$(call board_wanted)fpga/boards/build $(BOARD) --firmware $(FIRMWARE)

flash: ## BOARD=...: loads it by openFPGALoader; FLASH=1: to stay
	@$(call board_wanted)command -v openFPGALoader >/dev/null || { echo "flash: run: apt-get install openfpgaloader" >&2; exit 1; }
	@test -n "$(board_file)" || { echo "flash: no image yet; run: make BOARD=$(BOARD) bitstream" >&2; exit 1; }
	openFPGALoader -b $$(sed -n 's/.*"openfpgaloader": "\(.*\)".*/\1/p' fpga/boards/$(BOARD)/board.json) $(if $(FLASH),-f) $(board_file)
