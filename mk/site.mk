# The home page as a C array: page.html -> site/page.h, of unsigned char site_page[].

$(B)/site/page.h: sim/site/page.html
	@mkdir -p $(@D)
	od -An -v -tu1 $< | awk 'BEGIN { print "/* Made from $< by mk/site.mk. */\nstatic const unsigned char site_page[] = {" } \
	    { gsub(/ +/, ","); sub(/^,/, ""); print $$0 "," } END { print "};" }' > $@

$(B)/sim/site/site.o: $(B)/site/page.h

# The test of the site stands on fake sockets, too.
$(B)/tests/stack/test_http_site: $(SITE_OBJECTS)
