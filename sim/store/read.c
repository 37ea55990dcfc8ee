/* read.c - a result file opened for charts and exports: attributes, coordinates, series, histograms.
 *
 * Data is read when first asked for and kept until the file is closed, so that everything handed out is a loan. Files
 * of merged sweeps have one dimension more, (point, replication, time). What a newer program has added is
 * passed over; a newer format is refused, and so is a file that is not ours. Truth: tests/unit/test_store.c. */
#include "read.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>

bool read_exists(hid_t in, const char *name)
{
    const char *slash = strchr(name, '/');
    char folder[64];
    if (slash && (size_t)(slash - name) < sizeof folder) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
        if (H5Lexists(in, folder, H5P_DEFAULT) <= 0)
            return false;
    }
    return H5Lexists(in, name, H5P_DEFAULT) > 0;
}

/* ---- attributes ---------------------------------------------------------------------------------------- */
double read_number(hid_t of, const char *name)
{
    double x = NAN;
    if (H5Aexists(of, name) <= 0)
        return NAN;
    hid_t a = H5Aopen(of, name, H5P_DEFAULT), type = H5Aget_type(a), space = H5Aget_space(a);
    H5T_class_t class = H5Tget_class(type);
    if ((class != H5T_INTEGER && class != H5T_FLOAT) || H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(a, H5T_NATIVE_DOUBLE, &x) < 0)
        x = NAN;
    h5_close(space);
    h5_close(type);
    h5_close(a);
    return x;
}

static char *string_of(wr_store *s, hid_t type, size_t *size)
{
    *size = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 ? H5Tget_size(type) : 0;
    *size = *size <= MOST_BYTES ? *size : 0;
    return *size ? arena_alloc(s->arena, *size + 1) : NULL;
}

const char *read_text(wr_store *s, hid_t of, const char *name, const char *otherwise)
{
    size_t size;
    if (H5Aexists(of, name) <= 0)
        return otherwise;
    hid_t a = H5Aopen(of, name, H5P_DEFAULT), type = H5Aget_type(a), space = H5Aget_space(a);
    char *out = string_of(s, type, &size);
    if (out && (H5Sget_simple_extent_npoints(space) != 1 || H5Aread(a, type, out) < 0))
        out = NULL;
    h5_close(space);
    h5_close(type);
    h5_close(a);
    return out ? out : otherwise;
}

static const char *text_dataset(wr_store *s, const char *path)
{
    size_t size;
    if (!read_exists(s->file, path))
        return NULL;
    hid_t d = H5Dopen2(s->file, path, H5P_DEFAULT), type = H5Dget_type(d), space = H5Dget_space(d);
    char *out = string_of(s, type, &size);
    if (out && (H5Sget_simple_extent_npoints(space) != 1 || H5Dread(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0))
        out = NULL;
    h5_close(space);
    h5_close(type);
    h5_close(d);
    return out;
}

const char *wr_store_text(const wr_store *store, const char *name)
{
    wr_store *s = (wr_store *)(uintptr_t)store; /* what it remembers is memory only */
    h5_voice voice = h5_quiet();
    const char *out = !strcmp(name, "scenario") || !strcmp(name, "scenario_resolved")
                          ? text_dataset(s, arena_print(s->arena, "provenance/%s", name))
                          : read_text(s, s->file, name, NULL);
    h5_loud(voice);
    return out;
}

double wr_store_attr(const wr_store *s, const char *name)
{
    h5_voice voice = h5_quiet();
    double x = read_number(s->file, name);
    h5_loud(voice);
    return x;
}

size_t wr_store_points(const wr_store *s) { return s->points; }
size_t wr_store_reps(const wr_store *s) { return s->reps; }
size_t wr_store_periods(const wr_store *s) { return s->periods; }
const double *wr_store_time(const wr_store *s) { return s->time; }

/* ---- series and histograms --------------------------------------------------------------------------------- */
/* One row of a dataset whose last dimension has `width` places; the ones before count points and replications. */
static bool read_row(const wr_store *s, hid_t d, size_t point, size_t rep, size_t width, double *to)
{
    hsize_t size[3] = {0}, start[3] = {0}, count[3] = {1, 1, 1}, memory_size = width;
    hid_t space = H5Dget_space(d), memory = H5Screate_simple(1, &memory_size, NULL);
    int rank = H5Sget_simple_extent_ndims(space), want = s->points > 1 || rank == 3 ? 3 : 2;
    bool good = rank == want && H5Sget_simple_extent_dims(space, size, NULL) == rank && size[rank - 1] == width &&
                size[rank - 2] > rep && (rank == 2 ? point == 0 : size[0] > point);
    if (good) {
        start[rank - 2] = rep;
        start[0] = rank == 3 ? point : rep;
        count[rank - 1] = width;
        good = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
               H5Dread(d, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, to) >= 0;
    }
    h5_close(memory);
    h5_close(space);
    return good;
}

static const double *remember(wr_store *s, const char *key, const double *data)
{
    if (s->series_n == s->series_room) {
        size_t room = 2 * s->series_room + 64;
        const double **more = arena_alloc(s->arena, room * sizeof *more);
        if (s->series_n)
            memcpy(more, s->data, s->series_n * sizeof *more);
        s->data = more;
        s->series_room = room;
    }
    map_put(&s->series, key, s->series_n);
    s->data[s->series_n++] = data;
    return data;
}

const double *wr_store_series(wr_store *s, size_t point, size_t rep, const char *name)
{
    const char *key = arena_print(s->arena, "%zu/%zu/%s", point, rep, name);
    size_t at;
    if (map_get(&s->series, key, &at))
        return s->data[at];
    h5_voice voice = h5_quiet();
    double *out = NULL;
    if (s->periods && !strchr(name, '/') && strchr(name, '.') && read_exists(s->file, name)) {
        hid_t d = H5Dopen2(s->file, name, H5P_DEFAULT);
        out = arena_alloc(s->arena, s->periods * sizeof *out);
        if (d < 0 || !read_row(s, d, point, rep, s->periods, out))
            out = NULL;
        h5_close(d);
    }
    h5_loud(voice);
    return remember(s, key, out);
}

static bool add_histogram(const wr_store *s, hid_t d, size_t point, size_t rep, double *sum, double *one)
{
    size_t first = rep == SIZE_MAX ? 0 : rep, last = rep == SIZE_MAX ? s->reps : rep + 1;
    for (size_t i = first; i < last; i++) {
        if (!read_row(s, d, point, i, WR_HIST_BINS, one))
            return false;
        for (size_t k = 0; k < WR_HIST_BINS; k++)
            sum[k] += one[k];
    }
    return last > first;
}

static const double *histogram(wr_store *s, const char *path, size_t point, size_t rep)
{
    if (!read_exists(s->file, path))
        return NULL;
    double *sum = arena_alloc(s->arena, WR_HIST_BINS * sizeof *sum), *one = memory_get(WR_HIST_BINS * sizeof *one);
    hid_t d = H5Dopen2(s->file, path, H5P_DEFAULT);
    if (d < 0 || !add_histogram(s, d, point, rep, sum, one))
        sum = NULL;
    h5_close(d);
    free(one);
    return sum;
}

const double *wr_store_hist(wr_store *s, size_t point, size_t rep, const char *name)
{
    const char *key = arena_print(s->arena, "h/%zu/%zu/%s", point, rep, name);
    size_t at;
    if (map_get(&s->series, key, &at))
        return s->data[at];
    h5_voice voice = h5_quiet();
    const double *out = NULL;
    if (*name && !strchr(name, '/')) {
        out = histogram(s, arena_print(s->arena, "histograms/%s", name), point, rep);
        if (!out)
            out = histogram(s, arena_print(s->arena, "level_histograms/%s", name), point, rep);
    }
    h5_loud(voice);
    return remember(s, key, out);
}

/* ---- opening ------------------------------------------------------------------------------------------------- */
static size_t length_of(hid_t file, const char *name)
{
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0)
        return 0;
    hid_t d = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(d);
    hssize_t n = H5Sget_simple_extent_ndims(space) == 1 ? H5Sget_simple_extent_npoints(space) : 0;
    h5_close(space);
    h5_close(d);
    return n > 0 ? (size_t)n : 0;
}

static bool read_coordinates(wr_store *s)
{
    s->points = H5Lexists(s->file, "point", H5P_DEFAULT) > 0 ? length_of(s->file, "point") : 1;
    s->reps = length_of(s->file, "replication");
    s->periods = length_of(s->file, "time");
    if (s->points > MOST_RUNS || s->reps > MOST_RUNS || s->periods > MOST_PERIODS)
        return false;
    if (!s->periods)
        return true;
    double *time = arena_alloc(s->arena, s->periods * sizeof *time);
    hid_t d = H5Dopen2(s->file, "time", H5P_DEFAULT);
    bool good = d >= 0 && H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, time) >= 0;
    h5_close(d);
    s->time = good ? time : NULL;
    return good;
}

/* 0, or why the file is not for us. */
static int examine(wr_store *s, const char *path, wr_err *err)
{
    double format = read_number(s->file, "weir_format");
    if (!(format >= 1))
        return wr_fail(err, WR_E_FORMAT, "'%s' is an HDF5 file, but not a result of weir: it has no 'weir_format'",
                       path);
    if (format > STORE_FORMAT)
        return wr_fail(err, WR_E_FORMAT,
                       "'%s' has result format %.0f, written by weir %s; this is weir %s, which reads formats up to %d",
                       path, format, read_text(s, s->file, "weir_version", "?"), WR_VERSION, STORE_FORMAT);
    if (!read_coordinates(s))
        return wr_fail(err, WR_E_FORMAT, "'%s' is damaged: its coordinates cannot be read", path);
    return 0;
}

static hid_t open_file(const char *path, wr_err *err)
{
    char why[128];
    FILE *f = fopen(path, "rb");
    int first = f ? fgetc(f) : EOF;
    if (!f || (first == EOF && ferror(f))) {
        wr_fail(err, WR_E_IO, "cannot open '%s': %s", path, strerror(errno));
        if (f)
            fclose(f);
        return H5I_INVALID_HID;
    }
    fclose(f);
    if (H5Fis_hdf5(path) <= 0) {
        wr_fail(err, WR_E_FORMAT, "'%s' is no result of weir: it is not an HDF5 file", path);
        return H5I_INVALID_HID;
    }
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (file < 0) /* the reason first: the next call of HDF5 wipes it */
        wr_fail(err, WR_E_FORMAT, "cannot read '%s': %s", path, h5_reason(why, sizeof why));
    h5_close(access);
    return file;
}

int wr_store_open(wr_store **out, const char *path, wr_err *err)
{
    wr_err why = {0};
    h5_voice voice = h5_quiet();
    hid_t file = open_file(path, &why);
    int rc = why.code;
    if (file >= 0) {
        wr_arena *a = arena_create();
        wr_store *s = arena_alloc(a, sizeof *s);
        *s = (wr_store){.file = file, .arena = a};
        rc = examine(s, path, &why);
        if (rc)
            wr_store_close(s);
        else
            *out = s;
    }
    h5_loud(voice);
    return rc ? wr_fail(err, rc, "%s", why.text) : 0;
}

void wr_store_close(wr_store *s)
{
    if (!s)
        return;
    h5_voice voice = h5_quiet();
    H5Fclose(s->file);
    h5_loud(voice);
    map_clear(&s->series);
    map_clear(&s->texts);
    arena_destroy(s->arena);
}
