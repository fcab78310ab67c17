#include "say.h"

#include <stdarg.h>
#include <stdio.h>

#include "status_line.h"

void say(const char *format, ...)
{
    status_line_clear();
    fputs("lantern: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}
