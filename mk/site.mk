# The home page as a C object: sim/site/page.html -> site/page.c, struct site_page.

$(B)/site/page.c: sim/site/page.html mk/site.mk
	@mkdir -p $(@D)
	@{ echo '/* Made from $< by mk/site.mk. */'; echo '#include "site/site.h"'; \
	   echo 'static const unsigned char bytes[] = {'; \
	   od -An -v -tu1 $< | sed 's/  */,/g; s/^,//; s/$$/,/'; echo '};'; \
	   echo 'const struct lan_http_file site_page = {"text/html; charset=utf-8", bytes, sizeof bytes};'; } > $@

$(B)/site/page.o: $(B)/site/page.c
	$(call run,cc,$(CC) $(CFLAGS) -c $< -o $@)

SITE_OBJECTS    += $(B)/site/page.o
LANTERN_OBJECTS += $(B)/site/page.o

# The test of the site stands on fake sockets, too.
$(B)/tests/stack/test_http_site: $(SITE_OBJECTS)
