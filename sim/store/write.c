/* write.c - an experiment as one HDF5 file, to the letter of RESULTS.md.
 *
 * The file is built in memory and its image written in one go, so that a full disk is met by plain write(),
 * with its own reason, and HDF5 never holds a file half written. Datasets are made in a fixed order and
 * nothing that differs between equal runs goes in: the same results give the same bytes. Histograms are
 * nearly empty, and chunks without observations are not stored at all. Truth: tests/unit/test_store.c and
 * tests/check/xarray.sh. */
#include "h5.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>

enum { PERIODS = 4096, BINS = 1024 }; /* of a chunk */

typedef struct page { /* what the parts of the file share */
    h5 *h;
    const wr_experiment *x;       /* all replications of all points */
    const wr_sweep *w;            /* NULL: there is no dimension `point` */
    wr_arena *a;
    hsize_t n, periods, points, reps;
    const size_t *place;          /* of each replication among points x reps */
    hid_t point, replication, time, bin; /* scales */
} page;

/* ---- series ------------------------------------------------------------------------------------------- */
static const char *const suffix[WR_S_STATS] = {"", "count", "min", "max", "last", "p50", "p90", "p95", "p99"};

static const char *cell_methods(enum wr_metric_kind kind, int stat)
{
    static const char *const of[WR_S_STATS] = {"mean",   "sum", "minimum", "maximum", "point",
                                               "median", "p90", "p95",     "p99"};
    return stat == WR_S_MAIN && kind == WR_COUNT ? "sum" : of[stat];
}

static const char *kind_name(enum wr_metric_kind kind)
{
    static const char *const names[] = {"", "count", "level", "value", "ratio"};
    return names[kind];
}

static const char *name_of(wr_arena *a, const wr_measure *m, const char *stat)
{
    return arena_print(a, "%s%s%s.%s%s%s", m->owner, *m->part ? ":" : "", m->part, m->metric, *stat ? "." : "", stat);
}

static void describe(page *p, hid_t d, const wr_measure *m, int stat)
{
    h5 *h = p->h;
    const char *of = suffix[stat];
    h5_attr_text(h, d, "units", stat == WR_S_COUNT ? "1" : m->unit);
    h5_attr_text(h, d, "long_name", arena_print(p->a, "%s%s%s", m->doc ? m->doc : m->metric, *of ? " - " : "", of));
    h5_attr_text(h, d, "kind", kind_name(m->kind));
    h5_attr_text(h, d, "owner", m->owner);
    h5_attr_text(h, d, "part", m->part);
    h5_attr_text(h, d, "metric", m->metric);
    h5_attr_text(h, d, "stat", of);
    h5_attr_text(h, d, "resource_type", m->type);
    h5_attr_text(h, d, "cloudwatch", m->cloudwatch ? m->cloudwatch : "");
    h5_attr_text(h, d, "cell_methods", arena_print(p->a, "time: %s", cell_methods(m->kind, stat)));
    h5_attr_real(h, d, "_FillValue", NAN);
}

static void attach(page *p, hid_t d, hid_t last, const char *name)
{
    unsigned at = p->w ? 1 : 0;
    if (p->h->broken)
        return;
    bool good = !p->w || H5DSattach_scale(d, p->point, 0) >= 0;
    h5_check(p->h, good && H5DSattach_scale(d, p->replication, at) >= 0 && H5DSattach_scale(d, last, at + 1) >= 0, name);
}

/* A dataset of (replication, last) or (point, replication, last), chunks of one replication. */
static hid_t matrix(page *p, hid_t in, const char *name, hid_t type, hsize_t width, hsize_t chunk, const double *fill)
{
    hsize_t size[] = {p->points, p->reps, width}, chunks[] = {1, 1, chunk < width ? chunk : width};
    int skip = p->w ? 0 : 1;
    hid_t space = H5Screate_simple(3 - skip, size + skip, NULL), plan = h5_plan(3 - skip, chunks + skip);
    hid_t d = H5I_INVALID_HID;
    if (!fill || H5Pset_fill_value(plan, H5T_NATIVE_DOUBLE, fill) >= 0)
        d = H5Dcreate2(in, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    h5_check(p->h, d >= 0, name);
    h5_close(plan);
    h5_close(space);
    return d;
}

/* Periods that a replication does not have are NaN, and so are replications that there are not. */
static bool collect(const page *p, size_t metric, int stat, double *to)
{
    bool any = false;
    for (size_t i = 0; i < p->points * p->reps * p->periods; i++)
        to[i] = NAN;
    for (size_t rep = 0; rep < p->n; rep++) {
        const wr_measure *m = p->x->metric[metric * p->n + rep];
        const double *from = m ? m->series[stat] : NULL;
        size_t have = from ? p->x->result[rep]->periods : 0;
        any |= from != NULL;
        for (size_t i = 0; i < have; i++)
            to[p->place[rep] * p->periods + i] = from[i];
    }
    return any;
}

static const wr_measure *any_of(const page *p, size_t metric)
{
    size_t rep = 0;
    while (rep + 1 < p->n && !p->x->metric[metric * p->n + rep])
        rep++;
    return p->x->metric[metric * p->n + rep];
}

static void write_series(page *p, size_t metric, int stat, const double *data)
{
    const wr_measure *m = any_of(p, metric);
    const char *name = name_of(p->a, m, suffix[stat]);
    double none = NAN;
    hid_t d = matrix(p, p->h->file, name, H5T_NATIVE_DOUBLE, p->periods, PERIODS, &none);
    if (h5_check(p->h, d >= 0 && H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0, name)) {
        describe(p, d, m, stat);
        attach(p, d, p->time, name);
    }
    h5_close(d);
}

static void all_series(page *p)
{
    if (!p->n || !p->periods)
        return;
    double *data = memory_get((size_t)(p->points * p->reps * p->periods) * sizeof *data);
    for (size_t i = 0; i < p->x->metrics && !p->h->broken; i++)
        for (int stat = 0; stat < WR_S_STATS && !p->h->broken; stat++)
            if (collect(p, i, stat, data))
                write_series(p, i, stat, data);
    free(data);
}

/* ---- histograms --------------------------------------------------------------------------------------------- */
static bool write_chunk(const page *p, hid_t d, hid_t memory, hid_t file, size_t place, hsize_t first, const double *data)
{
    hsize_t start[] = {place / p->reps, place % p->reps, first};
    hsize_t count[] = {1, 1, WR_HIST_BINS - first < BINS ? WR_HIST_BINS - first : BINS};
    int skip = p->w ? 0 : 1;
    return H5Sselect_hyperslab(memory, H5S_SELECT_SET, &first, NULL, &count[2], NULL) >= 0 &&
           H5Sselect_hyperslab(file, H5S_SELECT_SET, start + skip, NULL, count + skip, NULL) >= 0 &&
           H5Dwrite(d, H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT, data) >= 0;
}

/* Chunk by chunk: only those that hold something are written, and the others take no room. */
static bool write_bins(const page *p, hid_t d, size_t place, const wr_measure *m)
{
    hsize_t bins = WR_HIST_BINS;
    double *data = memory_get(WR_HIST_BINS * sizeof *data);
    hid_t memory = H5Screate_simple(1, &bins, NULL), file = H5Dget_space(d);
    bool good = memory >= 0 && file >= 0;
    for (size_t i = 0; i < m->rows; i++)
        data[m->hist[i].bin] = m->hist[i].weight;
    for (size_t i = 0; good && i < m->rows; i++) {
        hsize_t first = m->hist[i].bin / BINS * BINS;
        if (!i || m->hist[i - 1].bin < first)
            good = write_chunk(p, d, memory, file, place, first, data);
    }
    h5_close(file);
    h5_close(memory);
    free(data);
    return good;
}

static void write_histogram(page *p, hid_t in, size_t metric)
{
    const wr_measure *m = any_of(p, metric);
    bool value = m->kind == WR_VALUE;
    const char *name = name_of(p->a, m, "");
    hid_t d = matrix(p, in, name, value ? H5T_NATIVE_UINT64 : H5T_NATIVE_DOUBLE, WR_HIST_BINS, BINS, NULL);
    for (hsize_t rep = 0; rep < p->n && !p->h->broken; rep++) {
        m = p->x->metric[metric * p->n + rep];
        if (m && m->hist)
            h5_check(p->h, write_bins(p, d, p->place[rep], m), name);
    }
    m = any_of(p, metric);
    h5_attr_text(p->h, d, "units", value ? "1" : "s");
    h5_attr_text(p->h, d, "bin_units", m->unit);
    h5_attr_text(p->h, d, "owner", m->owner);
    h5_attr_text(p->h, d, "part", m->part);
    h5_attr_text(p->h, d, "metric", m->metric);
    attach(p, d, p->bin, name);
    h5_close(d);
}

static bool has_histograms(const page *p)
{
    for (size_t i = 0; i < p->x->metrics * p->n; i++)
        if (p->x->metric[i] && p->x->metric[i]->hist)
            return true;
    return false;
}

static void histograms(page *p, const char *group, enum wr_metric_kind kind, bool kept)
{
    double *edge = memory_get(WR_HIST_BINS * sizeof *edge);
    hid_t g = h5_group(p->h, group);
    for (size_t i = 0; i < WR_HIST_BINS; i++)
        edge[i] = wr_hist_edge(i);
    p->bin = h5_scale(p->h, g, "bin_edge", NULL, H5T_NATIVE_DOUBLE, edge, WR_HIST_BINS);
    h5_attr_text(p->h, p->bin, "long_name", "Lower edge of the bin, in the unit of the metric.");
    for (size_t i = 0; kept && i < p->x->metrics && !p->h->broken; i++)
        if (any_of(p, i)->kind == kind)
            write_histogram(p, g, i);
    h5_close(p->bin);
    h5_close(g);
    free(edge);
}

/* ---- root and provenance ---------------------------------------------------------------------------------------- */
static void root(page *p, int64_t format)
{
    const wr_scenario_view *look = p->x->look;
    h5 *h = p->h;
    h5_attr_text(h, h->file, "Conventions", "CF-1.10");
    h5_attr_text(h, h->file, "title", look->name);
    if (format)
        h5_attr_int(h, h->file, "weir_format", format);
    h5_attr_text(h, h->file, "weir_version", WR_VERSION);
    h5_attr_text(h, h->file, "scenario_sha256", look->sha256);
    h5_attr_text(h, h->file, "command", p->x->command ? p->x->command : "");
    h5_attr_int(h, h->file, "seed", (int64_t)p->x->seed);
    h5_attr_int(h, h->file, "replications", (int64_t)(p->w ? p->reps : p->n));
    h5_attr_real(h, h->file, "duration_s", p->x->duration_s);
    h5_attr_real(h, h->file, "warmup_s", p->x->warmup_s);
    h5_attr_real(h, h->file, "metrics_period_s", look->period_s);
    h5_attr_text(h, h->file, "fingerprint", p->x->print);
    h5_attr_int(h, h->file, "complete", p->x->complete);
}

static void coordinates(page *p)
{
    double period = p->x->look->period_s;
    size_t most = (size_t)(p->points > p->reps ? p->points : p->reps);
    int32_t *number = arena_alloc(p->a, (most + 1) * sizeof *number);
    double *time = arena_alloc(p->a, (size_t)(p->periods + 1) * sizeof *time);
    for (size_t i = 0; i < most; i++)
        number[i] = (int32_t)i;
    if (p->w) {
        p->point = h5_scale(p->h, p->h->file, "point", NULL, H5T_NATIVE_INT32, number, p->points);
        h5_attr_text(p->h, p->point, "long_name", "Point of the sweep; the table 'points' tells what it set.");
    }
    for (size_t i = 0; i < p->n && !p->w; i++)
        number[i] = (int32_t)p->x->result[i]->replication;
    for (size_t i = 0; i < p->periods; i++)
        time[i] = (double)i * period;
    p->replication = h5_scale(p->h, p->h->file, "replication", NULL, H5T_NATIVE_INT32, number, p->reps);
    p->time = h5_scale(p->h, p->h->file, "time", "s", H5T_NATIVE_DOUBLE, time, p->periods);
    h5_attr_text(p->h, p->replication, "long_name", "Number of the replication.");
    h5_attr_text(p->h, p->time, "long_name", "Start of the period.");
}

static void provenance(page *p)
{
    const wr_scenario_view *look = p->x->look;
    hid_t g = h5_group(p->h, "provenance");
    h5_text(p->h, g, "scenario", look->text);
    h5_text(p->h, g, "scenario_resolved", look->resolved);
    tables_included(p->h, g, p->x, p->a);
    h5_close(g);
}

static void write_all(page *p, int64_t format)
{
    for (size_t i = 0; i < p->n; i++)
        p->periods = p->x->result[i]->periods > p->periods ? p->x->result[i]->periods : p->periods;
    bool kept = has_histograms(p);
    root(p, format);
    coordinates(p);
    all_series(p);
    tables_write(p->h, p->x, p->w, p->a);
    histograms(p, "histograms", WR_VALUE, kept);
    histograms(p, "level_histograms", WR_LEVEL, kept);
    provenance(p);
    h5_close(p->time);
    h5_close(p->replication);
    if (p->w)
        h5_close(p->point);
}

static int write_file(const wr_experiment *x, const wr_sweep *w, const char *path, int64_t format, wr_err *err)
{
    h5_voice voice = h5_quiet();
    image m;
    h5 h = {.file = image_open(&m)};
    wr_arena *a = arena_create();
    size_t *place = arena_alloc(a, (x->n + 1) * sizeof *place);
    page p = {.h = &h, .x = x, .w = w, .a = a, .n = x->n, .points = w ? w->points : 1, .reps = w ? w->reps : x->n, .place = place};
    for (size_t i = 0; i < x->n; i++)
        place[i] = w ? x->result[i]->point * w->reps + x->result[i]->replication : i;
    if (h5_check(&h, h.file >= 0, "create"))
        write_all(&p, format);
    size_t len = image_close(&m, h.file);
    h5_check(&h, len > 0, "close");
    h5_loud(voice);
    arena_destroy(a);
    int rc = h.broken ? wr_fail(err, h.why.code, "cannot write '%s': %s", path, h.why.text)
                      : aside_write(path, m.bytes, len, err);
    free(m.bytes);
    return rc;
}

int store_write(const wr_experiment *x, const char *path, int64_t format, wr_err *err)
{
    return write_file(x, NULL, path, format, err);
}

int wr_write_h5(const wr_experiment *x, const char *path, wr_err *err)
{
    return store_write(x, path, STORE_FORMAT, err);
}

/* All replications side by side, for the series; what many say together is told point by point. */
int wr_write_sweep(const wr_sweep *w, const char *path, wr_err *err)
{
    wr_experiment all = {.look = w->point[0].look, .seed = w->point[0].seed, .command = w->command, .complete = w->complete};
    size_t n = 0;
    for (size_t i = 0; i < w->points; i++)
        n += w->point[i].n;
    all.result = memory_get((n + 1) * sizeof *all.result);
    for (size_t i = 0; i < w->points; i++)
        for (size_t k = 0; k < w->point[i].n; k++)
            all.result[all.n++] = w->point[i].result[k];
    wr_experiment_close(&all);
    int rc = write_file(&all, w, path, STORE_FORMAT, err);
    all.n = 0; /* the replications belong to the points */
    wr_experiment_clear(&all);
    return rc;
}
