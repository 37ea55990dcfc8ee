/* wrap.c - see wrap.h. Each line WRAP(...) is one wrapped function; CMake reads the names from these lines.
 *
 * Calls made inside shared libraries are not seen: what HDF5 or Cairo ask of the system is theirs. A failing close
 * closes all the same, as Linux does. A stream whose fread failed says so in ferror. */
#include "wrap.h"
#include <errno.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum wrap_family armed;
static size_t calls, fail_at;
static int reason;
static const char *failed;
static const FILE *torn;
static long ids;

void wrap_arm(enum wrap_family f, size_t n, int why)
{
    armed = f;
    calls = 0;
    fail_at = n;
    reason = why;
    failed = NULL;
    torn = NULL;
}

bool wrap_disarm(const char **name)
{
    armed = WRAP_NONE;
    if (name)
        *name = failed ? failed : "nothing";
    return failed != NULL;
}

size_t wrap_calls(void)
{
    return calls;
}

long wrap_ids(void)
{
    return ids;
}

static bool due(enum wrap_family f, const char *name)
{
    if (f != armed || ++calls != fail_at)
        return false;
    failed = name;
    errno = reason;
    return true;
}

/* What is returned, the function, its parameters, its arguments, what it returns when it fails. */
#define WRAP(family, ret, name, params, args, bad) \
    ret __real_##name params;                      \
    ret __wrap_##name params;                      \
    ret __wrap_##name params                       \
    {                                              \
        return due(family, #name) ? bad : __real_##name args; \
    }

static hid_t lent(hid_t id)
{
    ids += id >= 0;
    return id;
}

static int given_back(int result)
{
    ids--;
    return result;
}

/* The same for what returns an object that is to be closed: they are counted. */
#define WRAP_ID(family, ret, name, params, args, bad) \
    ret __real_##name params;                         \
    ret __wrap_##name params;                         \
    ret __wrap_##name params                          \
    {                                                 \
        return due(family, #name) ? bad : lent(__real_##name args); \
    }

static size_t tear(const FILE *f)
{
    torn = f;
    return 0;
}

static int shut(int result)
{
    errno = reason;
    return result ? result : -1;
}

int __real_close(int fd);
int __real_ferror(FILE *f);
herr_t __real_H5Fclose(hid_t f);

WRAP(WRAP_MEMORY, void *, malloc, (size_t n), (n), NULL)
WRAP(WRAP_MEMORY, void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(WRAP_MEMORY, void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(WRAP_FILE, int, stat, (const char *restrict path, struct stat *restrict st), (path, st), -1)
WRAP(WRAP_FILE, FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
WRAP(WRAP_FILE, size_t, fread, (void *p, size_t size, size_t n, FILE *f), (p, size, n, f), tear(f))
WRAP(WRAP_FILE, int, open, (const char *path, int flags, mode_t mode), (path, flags, mode), -1)
WRAP(WRAP_FILE, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), -1)
WRAP(WRAP_FILE, int, fsync, (int fd), (fd), -1)
WRAP(WRAP_FILE, int, rename, (const char *from, const char *to), (from, to), -1)
WRAP(WRAP_FILE, int, close, (int fd), (fd), shut(__real_close(fd)))
WRAP(WRAP_NONE, int, ferror, (FILE *f), (f) || f == torn, 1)
WRAP_ID(WRAP_HDF5, hid_t, H5Fcreate, (const char *name, unsigned how, hid_t plan, hid_t access), (name, how, plan, access), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Fopen, (const char *name, unsigned how, hid_t access), (name, how, access), -1)
WRAP(WRAP_HDF5, herr_t, H5Fclose, (hid_t f), (f) + given_back(0), (given_back(__real_H5Fclose(f)), -1))
WRAP(WRAP_NONE, int, H5Idec_ref, (hid_t id), (id) + given_back(0), -1)
WRAP(WRAP_HDF5, htri_t, H5Fis_hdf5, (const char *name), (name), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Pcreate, (hid_t kind), (kind), -1)
WRAP(WRAP_HDF5, herr_t, H5Pset_chunk, (hid_t p, int rank, const hsize_t *size), (p, rank, size), -1)
WRAP(WRAP_HDF5, herr_t, H5Pset_deflate, (hid_t p, unsigned level), (p, level), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Gcreate2, (hid_t in, const char *name, hid_t a, hid_t b, hid_t c), (in, name, a, b, c), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Screate, (H5S_class_t kind), (kind), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Screate_simple, (int rank, const hsize_t *size, const hsize_t *most), (rank, size, most), -1)
WRAP(WRAP_HDF5, herr_t, H5Sselect_hyperslab, (hid_t s, H5S_seloper_t op, const hsize_t *a, const hsize_t *b, const hsize_t *c, const hsize_t *d), (s, op, a, b, c, d), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Tcopy, (hid_t t), (t), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Tcreate, (H5T_class_t kind, size_t size), (kind, size), -1)
WRAP(WRAP_HDF5, herr_t, H5Tinsert, (hid_t t, const char *name, size_t at, hid_t of), (t, name, at, of), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Dcreate2, (hid_t in, const char *name, hid_t t, hid_t s, hid_t a, hid_t b, hid_t c), (in, name, t, s, a, b, c), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Dopen2, (hid_t in, const char *name, hid_t access), (in, name, access), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Dget_space, (hid_t d), (d), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Dget_type, (hid_t d), (d), -1)
WRAP(WRAP_HDF5, herr_t, H5Dwrite, (hid_t d, hid_t t, hid_t m, hid_t s, hid_t how, const void *p), (d, t, m, s, how, p), -1)
WRAP(WRAP_HDF5, herr_t, H5Dread, (hid_t d, hid_t t, hid_t m, hid_t s, hid_t how, void *p), (d, t, m, s, how, p), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Acreate2, (hid_t in, const char *name, hid_t t, hid_t s, hid_t a, hid_t b), (in, name, t, s, a, b), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Aget_type, (hid_t a), (a), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Aget_space, (hid_t a), (a), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Tget_member_type, (hid_t t, unsigned i), (t, i), -1)
WRAP_ID(WRAP_HDF5, hid_t, H5Aopen, (hid_t in, const char *name, hid_t access), (in, name, access), -1)
WRAP(WRAP_HDF5, herr_t, H5Awrite, (hid_t a, hid_t t, const void *p), (a, t, p), -1)
WRAP(WRAP_HDF5, herr_t, H5Aread, (hid_t a, hid_t t, void *p), (a, t, p), -1)
WRAP(WRAP_HDF5, htri_t, H5Lexists, (hid_t in, const char *name, hid_t access), (in, name, access), -1)
WRAP(WRAP_HDF5, htri_t, H5Aexists, (hid_t in, const char *name), (in, name), -1)
WRAP(WRAP_HDF5, herr_t, H5DSset_scale, (hid_t d, const char *name), (d, name), -1)
WRAP(WRAP_HDF5, herr_t, H5DSattach_scale, (hid_t d, hid_t scale, unsigned at), (d, scale, at), -1)
