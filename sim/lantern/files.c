#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

enum { FILE_NAME_MAX = 255 }; /* octets of one part of a path (NAME_MAX of Linux) */

int files_open_root(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        say("--root %s: %s (name a directory that you can read)", path, strerror(errno));
    return fd;
}

static const char *type_of(const char *name)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".pdf", "application/pdf"},
    };
    const char *dot = strrchr(name, '.');
    for (unsigned i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* Closes `directory`, unless it is the root, and keeps the error of what was done
 * there. Gives -1. */
static int leave(int root, int directory, int error)
{
    if (directory != root)
        close(directory);
    errno = error;
    return -1;
}

/* Opens the next part of a path in place of `directory`. O_NONBLOCK: a FIFO does
 * not hold up the simulation. */
static int step_down(int root, int directory, const char *name)
{
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    leave(root, directory, errno);
    return fd;
}

/* The open file that `path` names, and the name that says its type; negative: none. */
static int walk(int root, const char *path, const char **name)
{
    char part[FILE_NAME_MAX + 1];
    int fd = root;
    while (fd >= 0 && *(path += strspn(path, "/")) != '\0') {
        size_t size = strcspn(path, "/");
        if (size > FILE_NAME_MAX)
            return leave(root, fd, ENAMETOOLONG);
        memcpy(part, path, size);
        part[size] = '\0';
        fd = step_down(root, fd, part);
        *name = path;
        path += size;
    }
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        *name = "index.html";
        fd = step_down(root, fd, *name);
    }
    return fd;
}

static long pull(void *context, uint64_t offset, void *memory, size_t size)
{
    ssize_t got = pread((int)(intptr_t)context, memory, size, (off_t)offset);
    return got > 0 ? got : -LAN_EIO; /* 0: it was cut short meanwhile */
}

static void release(void *context)
{
    close((int)(intptr_t)context);
}

int files_handle(void *context, const struct lan_http_request *request,
                 struct lan_http_answer *answer)
{
    const char *name = "";
    int fd = walk(*(const int *)context, request->path, &name);
    if (fd < 0)
        return errno == EACCES || errno == ELOOP    ? 403
               : errno == EMFILE || errno == ENFILE ? 503
                                                    : 404;
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return 403;
    }
    *answer = (struct lan_http_answer){
        .type = type_of(name),
        .size = (uint64_t)status.st_size,
        .pull = pull,
        .release = release,
        .context = (void *)(intptr_t)fd,
    };
    snprintf(answer->tag, sizeof answer->tag, "%llx-%lx-%llx",
             (unsigned long long)status.st_mtim.tv_sec, (unsigned long)status.st_mtim.tv_nsec,
             (unsigned long long)status.st_size);
    return 200;
}
