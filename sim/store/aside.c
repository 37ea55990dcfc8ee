/* aside.c - a file appears whole or not at all.
 *
 * It is written as NAME.tmp.PID beside the target, synced, renamed over the target, and the folder is synced.
 * What a killed process left behind under such a name is removed by the next one, if that process is
 * gone. A target that is no regular file (a device, a pipe) is refused, because renaming would replace it.
 * Truth: tests/unit/test_store.c. */
#include "store.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder_of(wr_arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash ? "." : slash == path ? "/" : arena_copy(a, path, (size_t)(slash - path));
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_orphan(const char *entry, const char *name)
{
    size_t len = strlen(name);
    if (strncmp(entry, name, len) || strncmp(entry + len, ".tmp.", 5))
        return false;
    char *end;
    long pid = strtol(entry + len + 5, &end, 10);
    return pid > 0 && !*end && kill((pid_t)pid, 0) && errno == ESRCH;
}

static void remove_orphans(wr_arena *a, const char *folder, const char *name)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (is_orphan(e->d_name, name))
            unlink(arena_print(a, "%s/%s", folder, e->d_name));
    if (d)
        closedir(d);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return !fsync(fd);
}

static bool write_new(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    bool good = write_all(fd, bytes, len);
    int why = errno;
    if (close(fd) && good) {
        good = false;
        why = errno;
    }
    errno = why;
    return good;
}

/* Not every file system can sync a folder; the file itself is safe by then. */
static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

int aside_write(const char *path, const void *bytes, size_t len, wr_err *err)
{
    struct stat st;
    if (!stat(path, &st) && !S_ISREG(st.st_mode))
        return wr_fail(err, WR_E_IO, "cannot write '%s': it is not a regular file", path);
    if (!*name_of(path))
        return wr_fail(err, WR_E_IO, "cannot write '%s': the name of a file is missing", path);
    wr_arena *a = arena_create();
    const char *folder = folder_of(a, path), *tmp = arena_print(a, "%s.tmp.%ld", path, (long)getpid());
    int rc = 0;
    remove_orphans(a, folder, name_of(path));
    if (!write_new(tmp, bytes, len) || rename(tmp, path)) {
        rc = wr_fail(err, WR_E_IO, "cannot write '%s': %s", path, strerror(errno));
        unlink(tmp);
    } else {
        sync_folder(folder);
    }
    arena_destroy(a);
    return rc;
}
