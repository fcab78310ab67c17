#define _GNU_SOURCE
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "say.h"

static volatile sig_atomic_t came;
static int event = -1;

static void handle(int number)
{
    (void)number;
    int error = errno;
    came = 1;
    if (write(event, &(uint64_t){1}, sizeof(uint64_t)) < 0) {
        /* The counter is full: it is readable already. */
    }
    errno = error;
}

bool interrupt_install(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = (int)SA_RESETHAND};
    event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event < 0 || sigaction(SIGINT, &action, NULL) < 0 ||
        sigaction(SIGTERM, &action, NULL) < 0) {
        say("cannot watch for Ctrl-C: %s", strerror(errno));
        return false;
    }
    signal(SIGPIPE, SIG_IGN); /* a write says EPIPE instead */
    return true;
}

bool interrupt_came(void)
{
    return came;
}

int interrupt_fd(void)
{
    return event;
}
