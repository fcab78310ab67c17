# V=small: the stack with the smallest value of each limit that is a matter of how
# much, under AddressSanitizer and UBSan. What stands in tests/small runs with it.

ifeq ($(V),small)

SMALLEST := HOST_ADAPTERS=1 HOST_DNS_SERVERS=1 HOST_FRAMES_PER_STEP=1 IP_ROUTES=2 IP_WAITING_FOR_ONE=1 \
            ICMP_ERRORS=1 DNS_ALIASES=1 TCP_CHALLENGE_ACKS=1 TCP_HELD_RANGES=1 TCP_BACKLOG_MAX=1

# A limit that is no longer there stops the build.
$(B)/limits/limits.h: stack/limits.h mk/small.mk
	@mkdir -p $(@D)
	@cp $< $@
	@for pair in $(SMALLEST); do grep -q "^ *$${pair%=*} = " $< || { echo "small: no limit $$pair" >&2; exit 1; }; \
	    sed -i "s/^\( *\)$${pair%=*} = [^,]*,/\1$${pair%=*} = $${pair#*=},/" $@; done

$(LIB_OBJECTS) $(patsubst %.c,$(B)/%.o,$(wildcard tests/*/*.c)): | $(B)/limits/limits.h

endif

SMALL_TESTS := $(patsubst %.c,%,$(wildcard tests/small/test_*.c))

.PHONY: small
small: $(SMALL_TESTS:%=build/small/%) build/small/tests/fuzz/test_corpus ## With V=small: the smallest pools and limits

$(B)/tests/small/test_%: $(B)/tests/small/test_%.o $(filter-out $(tcp_support) $(http_support),$(call support,stack)) $(B)/liblan-inside.a
	$(call run,link,$(CC) $(LDFLAGS) $^ $(CHECK_LIBRARIES) -o $@)
