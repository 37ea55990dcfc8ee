/* fuzz_store.c - the reader of result files. Bytes that begin with 'H' are the recipe of an HDF5 file that is
 * sound as such but says what it likes: shapes, types, lengths and counts of all that the reader looks for; HDF5
 * writes it. Other bytes are the file itself. It is refused with a reason, or all of it can be asked for. Findings
 * are in corpus/store. */
#include "../../sim/base/base.h"
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir/chart.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct bytes { const uint8_t *at, *end; } bytes;
static char path[64], picture[72];

static unsigned pick(bytes *b, unsigned n)
{
    return b->at < b->end ? *b->at++ % n : 0;
}

static void clean_up(void)
{
    unlink(path);
    unlink(picture);
}

static void set_up(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(path, sizeof path, "%.40s/weir-XXXXXX", base ? base : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0 || close(fd))
        abort();
    snprintf(picture, sizeof picture, "%s.svg", path);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    atexit(clean_up);
}

/* ---- a file by recipe ------------------------------------------------------------------------------------- */
static hid_t text_type(bytes *b)
{
    static const size_t sizes[] = {8, 1, 40, 3, H5T_VARIABLE, 1000};
    hid_t t = H5Tcopy(H5T_C_S1);
    H5Tset_size(t, sizes[pick(b, 6)]);
    H5Tset_strpad(t, pick(b, 2) ? H5T_STR_NULLPAD : H5T_STR_NULLTERM);
    return t;
}

static hid_t any_type(bytes *b, unsigned usual)
{
    unsigned k = pick(b, 4) == 1 ? pick(b, 7) : usual;
    switch (k) {
    case 0: return H5Tcopy(H5T_NATIVE_DOUBLE);
    case 1: return H5Tcopy(H5T_NATIVE_INT64);
    case 2: return text_type(b);
    case 3: return H5Tcopy(H5T_NATIVE_UINT8);
    case 4: return H5Tcopy(H5T_NATIVE_FLOAT);
    case 5: return H5Tcreate(H5T_OPAQUE, 5);
    default: return H5Tarray_create2(H5T_NATIVE_INT, 1, (hsize_t[]){3});
    }
}

static void attribute(bytes *b, hid_t of, const char *name, unsigned usual, const char *words)
{
    static char junk[16384];
    bool list = pick(b, 8) == 1;
    hid_t s = list ? H5Screate_simple(1, (hsize_t[]){pick(b, 4)}, NULL) : H5Screate(H5S_SCALAR), t = any_type(b, usual);
    hid_t a = H5Acreate2(of, name, t, s, H5P_DEFAULT, H5P_DEFAULT);
    double one = 1 + pick(b, 3);
    memset(junk, 0, sizeof junk);
    if (usual == 2)
        snprintf(junk, sizeof junk, "%s", words);
    else
        memcpy(junk, usual ? (const void *)&(int64_t){(int64_t)one} : (const void *)&one, 8);
    if (H5Tget_class(t) != H5T_STRING || H5Tis_variable_str(t) <= 0)
        H5Awrite(a, t, junk);
    H5Aclose(a);
    H5Sclose(s);
    H5Tclose(t);
}

/* Chunks that nobody wrote take no room: a dataset may be as large as it says. */
static hid_t dataset(bytes *b, hid_t in, const char *name, int rank, hid_t type)
{
    static const hsize_t sizes[] = {3, 1, 2, 0, 5, 100000, (hsize_t)1 << 40, (hsize_t)1 << 62, 8449, 1};
    hsize_t size[4], chunk[4] = {1, 1, 1, 1};
    rank = pick(b, 8) == 1 ? (int)pick(b, 4) : rank;
    for (int i = 0; i < rank; i++)
        size[i] = sizes[pick(b, 10)];
    hid_t s = rank ? H5Screate_simple(rank, size, NULL) : H5Screate(H5S_SCALAR), p = H5Pcreate(H5P_DATASET_CREATE);
    if (rank)
        H5Pset_chunk(p, rank, chunk);
    hid_t d = H5Dcreate2(in, name, type, s, H5P_DEFAULT, p, H5P_DEFAULT);
    H5Pclose(p);
    H5Sclose(s);
    return d;
}

static void plain(bytes *b, hid_t in, const char *name, int rank, unsigned usual)
{
    hid_t t = any_type(b, usual), d = dataset(b, in, name, rank, t);
    H5Tclose(t);
    if (d >= 0)
        H5Dclose(d);
}

static void series(bytes *b, hid_t in, const char *owner, const char *metric)
{
    static const char *const kinds[] = {"count", "level", "value", "ratio", "wrong"};
    char name[64];
    snprintf(name, sizeof name, "%s.%s", owner, metric);
    hid_t t = any_type(b, 0), d = dataset(b, in, name, 2, t);
    H5Tclose(t);
    if (d < 0)
        return;
    attribute(b, d, "owner", 2, owner);
    attribute(b, d, "metric", 2, metric);
    if (pick(b, 4))
        attribute(b, d, "kind", 2, kinds[pick(b, 5)]);
    if (pick(b, 2))
        attribute(b, d, "part", 2, "");
    if (pick(b, 4) == 1)
        attribute(b, d, "stat", 2, "p99");
    attribute(b, d, "resource_type", 2, "alb");
    H5Dclose(d);
}

static void table(bytes *b, hid_t file, const char *group, const char *const *columns)
{
    hid_t g = H5Gcreate2(file, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), member[16], row = H5I_INVALID_HID;
    size_t n = 0, bytes_of = 0, offset[16];
    const char *name[16];
    for (size_t i = 0; columns[i] && n < 16; i++) {
        if (pick(b, 6) == 1)
            continue;
        member[n] = any_type(b, columns[i][0] == '+' ? 0 : columns[i][0] == '#' ? 1 : 2);
        name[n] = columns[i] + 1;
        offset[n] = bytes_of;
        bytes_of += H5Tget_size(member[n++]);
    }
    if (n && (row = H5Tcreate(H5T_COMPOUND, bytes_of)) >= 0)
        for (size_t i = 0; i < n; i++)
            H5Tinsert(row, name[i], offset[i], member[i]);
    hid_t d = row >= 0 ? dataset(b, g, "table", 1, row) : H5I_INVALID_HID;
    if (d >= 0)
        H5Dclose(d);
    if (row >= 0)
        H5Tclose(row);
    for (size_t i = 0; i < n; i++)
        H5Tclose(member[i]);
    H5Gclose(g);
}

static void histograms(bytes *b, hid_t file, const char *group)
{
    hid_t g = H5Gcreate2(file, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    plain(b, g, "bin_edge", 1, 0);
    plain(b, g, "web.latency", 2, 1);
    H5Gclose(g);
}

static void tables(bytes *b, hid_t f)
{
    static const char *const causes[] = {"#point", "#replication", "=owner", "=cause", "=outcome", "+count", "+share", "+first_s", NULL};
    static const char *const notes[] = {"#point", "#replication", "+time_s", "=owner", "=kind", "=text", "+value", NULL};
    static const char *const costs[] = {"#point", "#replication", "=owner", "=item", "+quantity", "=unit", "+usd", NULL};
    static const char *const summary[] = {"#point", "#replication", "=owner", "=part", "=metric", "=stat", "=unit", "+value", "#count", NULL};
    static const char *const slos[] = {"=expr", "=reason", "+value", "+ci95", "#passed", "#undecided", NULL};
    static const char *const edges[] = {"=source", "=target", "=label", NULL}, *const resources[] = {"=name", "=type", "=title", NULL};
    table(b, f, "causes", causes);
    table(b, f, "annotations", notes);
    table(b, f, "cost", costs);
    table(b, f, "summary", summary);
    table(b, f, "slo", slos);
    table(b, f, "edges", edges);
    table(b, f, "resources", resources);
}

static void build(bytes *b)
{
    hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    attribute(b, f, "weir_format", 1, "");
    attribute(b, f, "duration_s", 0, "");
    attribute(b, f, "title", 2, "fuzz");
    plain(b, f, "replication", 1, 1);
    plain(b, f, "time", 1, 0);
    if (pick(b, 3) == 1)
        plain(b, f, "point", 1, 1);
    series(b, f, "web", "latency");
    series(b, f, "web", "requests");
    series(b, f, "shop", "in_system");
    tables(b, f);
    histograms(b, f, "histograms");
    histograms(b, f, "level_histograms");
    hid_t g = H5Gcreate2(f, "provenance", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    plain(b, g, "scenario", 0, 2);
    H5Gclose(g);
    H5Fclose(f);
}

static void put_file(const uint8_t *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f))
        abort();
}

/* ---- asking for everything --------------------------------------------------------------------------------- */
static size_t letters(const char *s)
{
    return s ? strlen(s) : 0;
}

static size_t all_tables(wr_store *s)
{
    const wr_cause_row *cause;
    const wr_note_row *note;
    const wr_cost_row *cost;
    const wr_store_at *at;
    const wr_store_summary *row;
    const wr_store_slo *slo;
    const wr_store_edge *edge;
    const wr_store_resource *resource;
    size_t n = 0, i;
    for (i = wr_store_causes(s, &cause, &at); i--; n += letters(cause[i].owner) + letters(cause[i].cause) + at[i].point)
        ;
    for (i = wr_store_notes(s, &note, &at); i--; n += letters(note[i].text) + letters(note[i].kind) + at[i].replication)
        ;
    for (i = wr_store_costs(s, &cost, &at); i--; n += letters(cost[i].item) + letters(cost[i].unit))
        ;
    for (i = wr_store_summaries(s, &row); i--; n += letters(row[i].owner) + letters(row[i].stat))
        ;
    for (i = wr_store_slos(s, &slo); i--; n += letters(slo[i].expr) + letters(slo[i].reason))
        ;
    for (i = wr_store_edges(s, &edge); i--; n += letters(edge[i].source) + letters(edge[i].label))
        ;
    for (i = wr_store_resources(s, &resource); i--; n += letters(resource[i].name) + letters(resource[i].title))
        ;
    return n;
}

static size_t all_metrics(wr_store *s)
{
    static const size_t which[] = {0, 1, SIZE_MAX};
    const wr_store_metric *m;
    size_t n = wr_store_metrics(s, &m), sum = 0, periods = wr_store_periods(s);
    for (size_t i = 0; i < n && i < 20; i++) {
        text name = {0};
        text_printf(&name, "%s%s%s.%s", m[i].owner, *m[i].part ? ":" : "", m[i].part, m[i].metric);
        for (size_t k = 0; k < 3; k++) {
            const double *x = which[k] < SIZE_MAX ? wr_store_series(s, 0, which[k], name.s) : NULL;
            const double *h = wr_store_hist(s, 0, which[k], name.s);
            sum += x && periods && x[periods - 1] > 0;
            sum += h && h[WR_HIST_BINS - 1] > 0;
        }
        text_clear(&name);
    }
    return sum;
}

static void draw(wr_store *s, unsigned which)
{
    size_t kinds = 0;
    wr_err err = {0};
    while (wr_charts[kinds])
        kinds++;
    const wr_chart *k = wr_charts[which % kinds];
    if (k->applies(s) && wr_chart_render(k, NULL, s, &(wr_render){.path = picture}, &err) && !err.text[0])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wr_store *s = NULL;
    wr_err err = {0};
    bytes b = {data, data + size};
    if (!path[0])
        set_up();
    if (pick(&b, 256) == 'H')
        build(&b);
    else
        put_file(data, size);
    int rc = wr_store_open(&s, path, &err);
    if (rc ? !err.text[0] : !s)
        abort();
    if (rc)
        return 0;
    all_tables(s);
    all_metrics(s);
    wr_store_text(s, "scenario");
    wr_store_text(s, "title");
    if (wr_store_periods(s) < 1000 && wr_store_reps(s) < 100 && wr_store_points(s) < 100)
        draw(s, size ? data[size - 1] : 0);
    wr_store_close(s);
    return 0;
}
