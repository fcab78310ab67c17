# Lantern. `make help` lists the commands.
#
# Everything made lies under build/: build/release and build/asan (the same C
# with AddressSanitizer and UBSan; chosen with V=asan), build/model (the
# Verilated adapter), build/rtl (one Verilated module for each bench).

V        ?= release
B        := build/$(V)
PYTHON   := /usr/bin/python3
CC       := gcc
CXX      := g++

OPTIMIZE.release := -O2 -g
OPTIMIZE.asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPTIMIZE.tsan    := -O1 -g -fsanitize=thread
OPTIMIZE.small   := $(OPTIMIZE.asan) -iquote build/small/limits
OPTIMIZE := $(OPTIMIZE.$(V))
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Werror
INCLUDES := -Iinclude -Idriver -iquote stack -Isim -Isim/lantern -Itests/lib -I$(B)
CFLAGS   += -std=c11 $(OPTIMIZE) $(WARNINGS) $(INCLUDES) -MMD -MP
CXXFLAGS += -std=c++17 $(OPTIMIZE) $(INCLUDES) -MMD -MP
LDFLAGS  += $(OPTIMIZE)

ifeq ($(OPTIMIZE),)
$(error V=$(V) is none of release, asan, tsan and small)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help all run test test-suite test-one test-long check lint format formal mutants bench registers tour clean tools-run tools-test tools-long tools-bench

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  V=asan         any of these with AddressSanitizer and UBSan'

# --- The library: driver and stack, what a user's firmware links -------------

LIB_SOURCES := $(wildcard stack/*/*.c) $(filter-out driver/bus_%.c,$(wildcard driver/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(B)/%.o)

# A command's name and its product are printed; with VERBOSE=1 the whole command.
run = $(if $(VERBOSE),,@printf '  %-4s %s\n' '$(1)' '$@';) $(2)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call run,cc,$(CC) $(CFLAGS) -c $< -o $@)

# Its own parts see each other; from outside only lan_* is there.
$(B)/liblan.a: $(LIB_OBJECTS)
	@rm -f $@
	@ld -r -o $(B)/liblan.o $^
	@objcopy --wildcard --keep-global-symbol='lan_*' $(B)/liblan.o
	$(call run,ar,ar rcs $@ $(B)/liblan.o)

# The same with all names, for tests of the parts.
$(B)/liblan-inside.a: $(LIB_OBJECTS)
	@rm -f $@
	$(call run,ar,ar rcs $@ $^)

# --- The simulation: the adapter's model, the world, the command --------------

include mk/verilator.mk
-include mk/model.mk

SIM_SOURCES := $(wildcard sim/*.c)
SIM_OBJECTS := $(SIM_SOURCES:%.c=$(B)/%.o) $(MODEL_OBJECTS)
include mk/story.mk

$(B)/libsim.a: $(SIM_OBJECTS)
	@rm -f $@
	$(call run,ar,ar rcs $@ $^)

SITE_OBJECTS    := $(patsubst %.c,$(B)/%.o,$(wildcard sim/site/*.c))
LANTERN_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard sim/lantern/*.c sim/lantern/*/*.c)) $(SITE_OBJECTS)
-include mk/site.mk

include mk/exec.mk

$(B)/lantern: $(LANTERN_OBJECTS) $(B)/libsim.a $(B)/liblan.a $(MODEL_LIBRARIES)
	$(call run,link,$(CXX) $(LDFLAGS) $^ -lslirp -lyaml -lz -o $@)

lantern: build/release/lantern
	@ln -sf $< $@

all: lantern ## Builds the `lantern` command

# --- Tests ---------------------------------------------------------------------

CHECK_LIBRARIES := -lcheck -lsubunit -lm -lrt -lpthread
C_TESTS   := $(patsubst %.c,%,$(wildcard tests/stack/test_*.c tests/driver/test_*.c tests/sim/test_*.c tests/cosim/test_*.c tests/fuzz/test_*.c))
RTL_TESTS := $(patsubst %.cpp,%,$(wildcard tests/rtl/test_*.cpp))

# What stands beside the tests of a room and is no test serves all of them.
support = $(patsubst %.c,$(B)/%.o,$(filter-out tests/$(1)/test_%.c,$(wildcard tests/$(1)/*.c)))

# TCP alone stands on a fake IP, HTTP on fake sockets, so these link no library
# that has the real ones.
TCP_INSIDE  := $(filter $(B)/stack/tcp/% $(B)/stack/base/%,$(LIB_OBJECTS))
HTTP_INSIDE := $(filter $(B)/stack/http/% $(B)/stack/base/%,$(LIB_OBJECTS))
tcp_support  = $(filter $(B)/tests/stack/tcp_%,$(call support,stack))
http_support = $(filter $(B)/tests/stack/http_%,$(call support,stack))

$(B)/tests/stack/test_tcp%: $(B)/tests/stack/test_tcp%.o $(tcp_support) $(TCP_INSIDE)
	$(call run,link,$(CC) $(LDFLAGS) $^ $(CHECK_LIBRARIES) -o $@)

$(B)/tests/stack/test_http%: $(B)/tests/stack/test_http%.o $(http_support) $(HTTP_INSIDE)
	$(call run,link,$(CC) $(LDFLAGS) $^ $(CHECK_LIBRARIES) -o $@)

$(B)/tests/stack/test_%: $(B)/tests/stack/test_%.o $(filter-out $(tcp_support) $(http_support),$(call support,stack)) $(B)/liblan-inside.a
	$(call run,link,$(CC) $(LDFLAGS) $^ $(CHECK_LIBRARIES) -o $@)

$(B)/tests/driver/test_%: $(B)/tests/driver/test_%.o $(call support,driver) $(B)/liblan-inside.a
	$(call run,link,$(CC) $(LDFLAGS) $^ $(CHECK_LIBRARIES) -o $@)

# The peer of co-simulations that we did not write. It wants the system's limits.h
# where a quoted include would find stack/limits.h.
$(B)/tests/cosim/lwip_peer.o: CFLAGS := $(subst -iquote stack,,$(CFLAGS)) -isystem /usr/include/lwip

define sim_test
$$(B)/tests/$(1)/test_%: $$(B)/tests/$(1)/test_%.o $$(call support,$(1)) $$(B)/libsim.a $$(B)/liblan.a $$(MODEL_LIBRARIES)
	$$(call run,link,$$(CXX) $$(LDFLAGS) $$^ $$(CHECK_LIBRARIES) -lz $$(if $$(filter cosim,$(1)),-llwip) -o $$@)
endef
$(eval $(call sim_test,sim))
$(eval $(call sim_test,cosim))

include mk/rtl.mk
include mk/fpga.mk
include mk/bench.mk
include mk/audio.mk
include mk/fuzz.mk
include mk/small.mk
include mk/soc.mk
include mk/boards.mk
include mk/uart.mk
include mk/sweep.mk

# make test-one T=tests/stack/test_arp
test-one: $(B)/$(T)
	$(B)/$(T)

TEST_PROGRAMS := $(addprefix $(B)/,$(C_TESTS)) $(addprefix build/rtl/,$(notdir $(RTL_TESTS)))
programs: $(TEST_PROGRAMS)

test: tools-test ## Installs what is missing, builds, runs every test (about 15 minutes)
	@$(MAKE) --no-print-directory -j2 lantern build/release/lantern programs
	@$(MAKE) --no-print-directory -j2 V=asan build/asan/lantern programs
	@$(MAKE) --no-print-directory -j2 V=small small
	@tests/run

test-long: tools-long ## The long ones: 10,000 curls, a sweep of 2,000 seeds, a Slurm cluster and the like
	@$(MAKE) --no-print-directory -j2 lantern programs
	@LANTERN_LONG=1 tests/run --long

check: lint test ## What CI runs

formal: tools-test ## Proves what is proved (tests/formal)
	tests/formal/run

mutants: tools-test ## Breaks each proved module in many ways; says which no proof or bench finds (long)
	tests/formal/mutate

# --- Around it -------------------------------------------------------------------

RTL_SOURCES := rtl/nic_pkg.sv $(filter-out rtl/nic_pkg.sv,$(wildcard rtl/*.sv))
RTL_LIB     := $(wildcard rtl/lib/*.sv)

run: tools-run ## Installs what is missing, builds, fetches 10 MB with curl through the adapter
	@$(MAKE) --no-print-directory -j2 lantern
	@tools/run

lint: tools-test ## Verilog read by three tools without a warning, C format and warnings of two compilers
	@tools/lint $(RTL_SOURCES) -- $(RTL_LIB)

format: ## Formats the C sources in place
	clang-format -i $(shell git ls-files '*.c' '*.h' '*.cpp' '*.hpp')

registers: tools-test ## Writes what comes from rtl/nic.rdl
	tools/registers && tools/soc-registers

tour: lantern ## Writes docs/journey.md from a run of the book's trip
	tools/tour

bench: tools-bench ## Measures the model and the stack, beside the figures of peers
	@$(MAKE) --no-print-directory -j2 lantern
	@tests/bench/run

tools-run:
	@tools/install run
tools-test:
	@tools/install test
tools-long:
	@tools/install long
tools-bench:
	@tools/install bench

clean: ## Removes everything made
	rm -rf build run lantern

-include $(shell [ -d $(B) ] && find $(B) -name '*.d')
