/* folder.c - the folder of a sweep: names of jobs, what is whole in it, and who works in it.
 *
 * A job's file appears whole or not at all (sim/store), so what is there under its name and has the right identity
 * is done. Two processes on the same shard would do everything twice; a lock that dies with its process
 * tells them. Truth: tests/cli/sweep.t, tests/check/kill.sh. */
#include "sweep.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir.h>

const char *folder_job(wr_arena *a, const char *folder, size_t point, size_t rep)
{
    return arena_print(a, "%s/p%05zu-r%04zu.h5", folder, point, rep);
}

const char *folder_failed(wr_arena *a, const char *folder, size_t point, size_t rep)
{
    return arena_print(a, "%s/failed/p%05zu-r%04zu.txt", folder, point, rep);
}

int folder_make(const char *path, wr_err *err)
{
    struct stat st;
    if (mkdir(path, 0777) && (errno != EEXIST || stat(path, &st) || !S_ISDIR(st.st_mode)))
        return wr_fail(err, WR_E_IO, "cannot make the folder '%s': %s", path, strerror(errno));
    if (access(path, W_OK))
        return wr_fail(err, WR_E_IO, "cannot write in the folder '%s': %s", path, strerror(errno));
    return 0;
}

static bool job_name(const char *s)
{
    size_t digits = s[0] == 'p' ? strspn(s + 1, "0123456789") : 0;
    return digits >= 5 && s[1 + digits] == '-' && s[2 + digits] == 'r';
}

static int empty_one(const char *folder, wr_err *err)
{
    wr_arena *a = arena_create();
    DIR *d = opendir(folder);
    int rc = 0;
    for (struct dirent *e; d && !rc && (e = readdir(d));) {
        const char *path = arena_print(a, "%s/%s", folder, e->d_name);
        if (job_name(e->d_name) && unlink(path))
            rc = wr_fail(err, WR_E_IO, "cannot remove '%s': %s", path, strerror(errno));
    }
    if (d)
        closedir(d);
    arena_destroy(a);
    return rc;
}

int folder_empty(const char *folder, wr_err *err)
{
    wr_arena *a = arena_create();
    int rc = empty_one(folder, err);
    if (!rc)
        rc = empty_one(arena_print(a, "%s/failed", folder), err);
    arena_destroy(a);
    return rc;
}

char *folder_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *s = NULL;
    size_t room = 0, got = 1;
    *len = 0;
    while (f && got) {
        s = memory_grow(s, room, 2 * room + 4096);
        room = 2 * room + 4096;
        got = fread(s + *len, 1, room - *len - 1, f);
        *len += got;
    }
    bool good = f && !ferror(f);
    if (f)
        fclose(f);
    if (!good) {
        free(s);
        s = NULL;
    }
    return s;
}

/* ---- locks ------------------------------------------------------------------------------------------------ */
static const char *lock_name(wr_arena *a, const char *folder, size_t shard, size_t shards)
{
    return shards ? arena_print(a, "%s/.running-%zu-of-%zu", folder, shard, shards) : arena_print(a, "%s/.running", folder);
}

int folder_lock(const char *folder, size_t shard, size_t shards, wr_err *err)
{
    wr_arena *a = arena_create();
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(lock_name(a, folder, shard, shards), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    arena_destroy(a);
    if (fd < 0) {
        wr_fail(err, WR_E_IO, "cannot write in the folder '%s': %s", folder, strerror(errno));
        return -1;
    }
    if (fcntl(fd, F_SETLK, &whole) && (errno == EACCES || errno == EAGAIN)) {
        close(fd);
        wr_fail(err, WR_E_IO, "another process is running %s of the sweep in '%s'", shards ? "this shard" : "all", folder);
        return -1;
    }
    return fd; /* where a file system has no locks, none is held */
}

void folder_unlock(int lock, const char *folder, size_t shard, size_t shards)
{
    wr_arena *a = arena_create();
    unlink(lock_name(a, folder, shard, shards));
    close(lock);
    arena_destroy(a);
}

/* ---- what is done ------------------------------------------------------------------------------------------- */
static bool same_text(const wr_store *s, const char *attr, const char *want)
{
    const char *got = wr_store_text(s, attr);
    return got && !strcmp(got, want);
}

static bool same_number(double got, double want)
{
    return got <= want && got >= want;
}

bool folder_has(const char *path, const char *identity, uint64_t seed, size_t rep)
{
    wr_store *s;
    if (access(path, R_OK) || wr_store_open(&s, path, NULL))
        return false;
    wr_result **r = NULL;
    size_t n = 0;
    bool good = same_text(s, "scenario_sha256", identity) && same_text(s, "weir_version", WR_VERSION) &&
                same_number(wr_store_attr(s, "complete"), 1) && !wr_store_results(s, &r, &n, NULL);
    good = good && n == 1 && r[0]->replication == rep && r[0]->seed == seed;
    for (size_t i = 0; i < n; i++)
        wr_result_destroy(r[i]);
    free(r);
    wr_store_close(s);
    return good;
}
