/* The one copy of what is not in its place: see the end of bytes.h. */
#include "base/bytes.h"

#ifdef __OPTIMIZE_SIZE__
#define BYTES_BODY
#include "base/bytes_body.h"
#endif
