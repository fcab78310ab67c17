/* The files of a directory, for --root. Nothing outside of it can be reached:
 * paths come decoded and without ".." (lan_http.h), and no symbolic link is
 * followed on the way. */
#ifndef LANTERN_FILES_H
#define LANTERN_FILES_H

#include "lan_http.h"

/* A descriptor for the directory; negative: it cannot be read, and said why. */
int files_open_root(const char *path);

/* context: pointer to that descriptor. A directory is answered by its index.html. */
lan_http_handler files_handle;

#endif
