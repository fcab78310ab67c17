# What looks for the unexpected. Fuzzing (tests/fuzz): `make fuzz` runs each target with clang's libFuzzer;
# `make test` replays what is kept in tests/fuzz/corpus.
# Proofs (tests/proof): `make prove`.

FUZZ_SECONDS := $(or $(SECONDS),60)
FUZZ_TARGETS := arp ip icmp udp tcp dns dhcp http_server http_client rtp host
FUZZ_SHARED  := $(filter-out tests/fuzz/entry.c tests/fuzz/test_%.c,$(wildcard tests/fuzz/*.c))
FUZZ_FLAGS   := -std=c11 -O2 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(INCLUDES)

$(B)/tests/fuzz/test_%: $(B)/tests/fuzz/test_%.o $(FUZZ_SHARED:%.c=$(B)/%.o) $(B)/liblan-inside.a
	$(call run,link,$(CC) $(LDFLAGS) $^ $(CHECK_LIBRARIES) -o $@)

build/fuzz/%: tests/fuzz/entry.c $(FUZZ_SHARED) $(wildcard tests/fuzz/*.h) $(LIB_SOURCES) $(wildcard stack/*.h stack/*/*.h include/*.h)
	@mkdir -p $(@D)
	$(call run,fuzz,clang $(FUZZ_FLAGS) -DFUZZ_TARGET=fuzz_$* tests/fuzz/entry.c $(FUZZ_SHARED) $(wildcard stack/*/*.c) -o $@)

# What is new goes to build/fuzz/new; a crash stops it and leaves build/fuzz/crash-*.
fuzz-%: build/fuzz/%
	@mkdir -p build/fuzz/new/$*
	@printf '  %-4s %s, %s s: ' fuzz $* $(FUZZ_SECONDS)
	@cd build/fuzz && ./$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=2048 -artifact_prefix=crash-$*- \
	    new/$* $(CURDIR)/tests/fuzz/corpus/$* > $*.log 2>&1 || { tail -40 $*.log; exit 1; }
	@sed -n 's/.*DONE *\(cov: [0-9]*\).*/\1/p; s/^Done \([0-9]*\) runs.*/\1 runs/p' build/fuzz/$*.log | paste -sd, -

.PHONY: fuzz
fuzz: tools-test ## Runs each fuzzer, each so many SECONDS (60)
	@for target in $(FUZZ_TARGETS); do $(MAKE) --no-print-directory -s fuzz-$$target || exit 1; done

.PHONY: prove
prove: ## Proves that the parsers stay in their memory, with Frama-C (1 minute)
	@tools/install prove
	@tests/proof/run
