# Networks drawn from seeds (tests/sweep).

.PHONY: sweep sweep-bugs

SEEDS ?= 1-1000

sweep: lantern ## Networks drawn from seeds, with faults: SEEDS=1-1000
	@tests/sweep/sweep --seeds $(SEEDS)

sweep-bugs: lantern ## Ten bugs put in by hand, and the seed that finds each: build/sweep-bugs.md (half an hour)
	@tests/sweep/bugs --table build/sweep-bugs.md
