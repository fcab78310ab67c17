/* See child.h. */
#define _GNU_SOURCE
#include "child.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec/protocol.h"
#include "say.h"

#define LIBRARY "/lantern-preload.so"

extern char **environ;

/* --- what it is --------------------------------------------------------------------------------
 */

static bool is_executable(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* In PATH, as a shell does. */
static bool find_path(const char *name, char path[CHILD_PATH_SIZE])
{
    const char *at = getenv("PATH");
    if (strchr(name, '/')) {
        snprintf(path, CHILD_PATH_SIZE, "%s", name);
        return is_executable(path);
    }
    for (at = at ? at : "/usr/local/bin:/usr/bin:/bin"; *at; at += *at == ':') {
        size_t size = strcspn(at, ":");
        snprintf(path, CHILD_PATH_SIZE, "%.*s%s%s", (int)size, at, size ? "/" : "", name);
        if (is_executable(path))
            return true;
        at += size;
    }
    return false;
}

/* Of an ELF file: does the dynamic linker load it? Others (a script's #!) are somebody's
 * who looks again. */
static bool is_static(int fd)
{
    Elf64_Ehdr head;
    Elf64_Phdr part;
    if (pread(fd, &head, sizeof head, 0) != sizeof head ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    for (unsigned i = 0; i < head.e_phnum; i++) {
        off_t at = (off_t)(head.e_phoff + i * sizeof part);
        if (pread(fd, &part, sizeof part, at) == sizeof part && part.p_type == PT_INTERP)
            return false;
    }
    return true;
}

static bool can_preload(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool fixed = fd >= 0 && is_static(fd);
    bool privileged = fd >= 0 && fstat(fd, &status) == 0 && status.st_mode & (S_ISUID | S_ISGID) &&
                      geteuid() != status.st_uid;
    if (fd >= 0)
        close(fd);
    if (fixed)
        say("exec: %s is linked statically, so its calls cannot be taken over (use a dynamically "
            "linked build, or `lantern host' on a TAP)",
            path);
    if (privileged)
        say("exec: %s changes its user, and then the system preloads nothing (run it as that "
            "user, or use a copy without the bit)",
            path);
    return !fixed && !privileged;
}

/* Beside our own. */
static bool find_library(char path[CHILD_PATH_SIZE])
{
    ssize_t size = readlink("/proc/self/exe", path, CHILD_PATH_SIZE - sizeof LIBRARY);
    path[size > 0 ? size : 0] = '\0';
    char *end = strrchr(path, '/');
    if (end)
        strcpy(end, LIBRARY);
    if (end && access(path, R_OK) == 0)
        return true;
    say("exec: there is no %s (`make lantern' builds it)", path);
    return false;
}

int child_find(struct child *child, char *const *words)
{
    child->words = words;
    child->event = -1;
    if (!find_path(words[0], child->path)) {
        say("exec: %s: no such program (name one that is in PATH, or its file)", words[0]);
        return CHILD_NOT_FOUND;
    }
    return can_preload(child->path) && find_library(child->library) ? 0 : CHILD_NOT_RUN;
}

/* --- signals -------------------------------------------------------------------------------------
 */

static volatile sig_atomic_t running;
static int child_event = -1;

static void handle(int number, siginfo_t *info, void *context)
{
    int error = errno;
    (void)context;
    if (number != SIGCHLD) {
        /* The terminal tells the program itself. */
        if (running > 0 && info->si_code != SI_KERNEL)
            kill(running, number);
    } else if (write(child_event, &(uint64_t){1}, sizeof(uint64_t)) < 0) {
        /* The counter is full: it is readable already. */
    }
    errno = error;
}

bool child_watch(struct child *child)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
    child->event = child_event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (child_event < 0 || sigaction(SIGCHLD, &action, NULL) < 0 ||
        sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0 ||
        sigaction(SIGHUP, &action, NULL) < 0) {
        say("exec: cannot watch the program: %s", strerror(errno));
        return false;
    }
    signal(SIGPIPE, SIG_IGN);
    return true;
}

/* --- its life
 * -------------------------------------------------------------------------------------- */

/* Ours, with the library and the session; NULL: no memory. */
static char **make_environment(const struct child *child, const char *session)
{
    static char library[2 * CHILD_PATH_SIZE],
        variable[sizeof EXEC_VARIABLE + EXEC_SESSION_SIZE + 1];
    const char *others = getenv("LD_PRELOAD");
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **environment = calloc(count + 3, sizeof *environment);
    if (!environment)
        return NULL;
    snprintf(library, sizeof library, "LD_PRELOAD=%s%s%s", child->library, others ? ":" : "",
             others ? others : "");
    snprintf(variable, sizeof variable, EXEC_VARIABLE "=%s", session);
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0 &&
            strncmp(environ[i], EXEC_VARIABLE "=", sizeof EXEC_VARIABLE) != 0)
            environment[kept++] = environ[i];
    environment[kept++] = library;
    environment[kept++] = variable;
    return environment;
}

bool child_start(struct child *child, const char *session)
{
    char **environment = make_environment(child, session);
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid = 0;
    if (!environment || posix_spawnattr_init(&attributes) != 0) {
        free(environment);
        say("no memory");
        return false;
    }
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn(&pid, child->path, NULL, &attributes, child->words, environment);
    posix_spawnattr_destroy(&attributes);
    free(environment);
    if (error) {
        say("exec: %s: %s", child->path, strerror(error));
        child->status = CHILD_NOT_RUN;
        return false;
    }
    running = child->pid = pid;
    return true;
}

bool child_has_ended(struct child *child)
{
    uint64_t count;
    int status;
    if (child->ended || read(child->event, &count, sizeof count) < 0 ||
        waitpid(child->pid, &status, WNOHANG) != child->pid)
        return child->ended;
    running = 0;
    child->ended = true;
    child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void child_end(struct child *child)
{
    if (child->pid > 0 && !child->ended) {
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    running = 0;
    if (child->event >= 0)
        close(child->event);
}
