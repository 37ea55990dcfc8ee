/* rows.c - the tables of a result file, read back as the rows they were made of.
 *
 * HDF5 picks columns out of a compound by name: what a table has beyond ours is passed over, and what it lacks
 * stays empty (text) or NaN. Texts repeat in nearly every row and are kept once. A table is read when first
 * asked for. Truth: tests/unit/test_store.c. */
#include "read.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum target { TO_ROW, TO_POINT, TO_REPLICATION, TO_INT, TO_BOOL }; /* the last two: an int64 that is an int or a bool */
typedef struct slot { /* a column, and where it goes in our struct */
    const char *name;
    enum h5_column_type type;
    size_t offset;
    enum target to;
} slot;

static const char *intern(wr_store *s, const char *t)
{
    size_t at;
    if (map_get(&s->texts, t, &at))
        return s->text[at];
    if ((s->texts_n & (s->texts_n - 1)) == 0) { /* doubles */
        const char **more = arena_alloc(s->arena, 2 * (s->texts_n + 1) * sizeof *more);
        if (s->texts_n)
            memcpy(more, s->text, s->texts_n * sizeof *more);
        s->text = more;
    }
    const char *own = arena_copy(s->arena, t, strlen(t));
    map_put(&s->texts, own, s->texts_n);
    s->text[s->texts_n++] = own;
    return own;
}

/* ---- one table as raw bytes -------------------------------------------------------------------------------- */
typedef struct raw { /* columns side by side; offset SIZE_MAX: the table does not have it */
    size_t rows, bytes, *offset, *size;
    char *data;
} raw;

static bool place_column(hid_t file_type, const slot *c, size_t i, raw *r)
{
    int member = H5Tget_member_index(file_type, c->name);
    r->offset[i] = SIZE_MAX;
    if (member < 0)
        return true;
    hid_t type = H5Tget_member_type(file_type, (unsigned)member);
    bool is_text = H5Tget_class(type) == H5T_STRING;
    bool good = is_text == (c->type == H5_TEXT) && (!is_text || H5Tis_variable_str(type) == 0);
    if (good) {
        r->size[i] = is_text ? H5Tget_size(type) + 1 : 8; /* room for the end of the text */
        r->offset[i] = r->bytes;
        r->bytes += r->size[i];
    }
    h5_close(type);
    return good;
}

static hid_t memory_type(const slot *c, size_t n, const raw *r)
{
    hid_t row = H5Tcreate(H5T_COMPOUND, r->bytes ? r->bytes : 1);
    for (size_t i = 0; i < n; i++) {
        if (r->offset[i] == SIZE_MAX)
            continue;
        hid_t string = c[i].type == H5_TEXT ? h5_text_type(r->size[i]) : H5I_INVALID_HID;
        H5Tinsert(row, c[i].name, r->offset[i],
                  c[i].type == H5_TEXT ? string : c[i].type == H5_INT ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE);
        h5_close(string);
    }
    return row;
}

static bool read_raw(hid_t d, const slot *c, size_t n, raw *r)
{
    hid_t type = H5Dget_type(d), space = H5Dget_space(d);
    hssize_t rows = H5Sget_simple_extent_npoints(space);
    bool good = H5Tget_class(type) == H5T_COMPOUND && rows >= 0 && rows <= MOST_ROWS;
    for (size_t i = 0; good && i < n; i++)
        good = place_column(type, &c[i], i, r);
    good &= !r->bytes || (size_t)rows <= MOST_BYTES / r->bytes;
    if (good && rows && r->bytes) {
        hid_t memory = memory_type(c, n, r);
        r->rows = (size_t)rows;
        r->data = memory_get(r->rows * r->bytes);
        good = H5Dread(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, r->data) >= 0;
        h5_close(memory);
    }
    h5_close(space);
    h5_close(type);
    return good;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */
static void put(wr_store *s, const slot *c, const char *from, char *row, wr_store_at *at)
{
    int64_t whole = 0;
    double x = NAN;
    const char *t = "";
    if (from && c->type == H5_TEXT)
        t = intern(s, from);
    else if (from)
        memcpy(c->type == H5_INT ? (void *)&whole : (void *)&x, from, 8);
    switch (c->to) {
    case TO_POINT: at->point = (size_t)whole; break;
    case TO_REPLICATION: at->replication = (size_t)whole; break;
    case TO_INT: memcpy(row + c->offset, &(int){(int)whole}, sizeof(int)); break;
    case TO_BOOL: memcpy(row + c->offset, &(bool){whole != 0}, sizeof(bool)); break;
    case TO_ROW:
        if (c->type == H5_TEXT)
            memcpy(row + c->offset, &t, sizeof t);
        else
            memcpy(row + c->offset, c->type == H5_INT ? (const void *)&whole : (const void *)&x, 8);
    }
}

static void unpack(wr_store *s, const slot *c, size_t n, const raw *r, size_t size, kept *k)
{
    char *rows = arena_alloc(s->arena, (r->rows + 1) * size);
    wr_store_at *at = arena_alloc(s->arena, (r->rows + 1) * sizeof *at);
    for (size_t i = 0; i < r->rows; i++)
        for (size_t j = 0; j < n; j++)
            put(s, &c[j], r->offset[j] == SIZE_MAX ? NULL : r->data + i * r->bytes + r->offset[j], rows + i * size,
                &at[i]);
    k->n = r->rows;
    k->row = rows;
    k->at = at;
}

/* `slots` end with {0}; `size` bytes are a row. */
static size_t table(wr_store *s, kept *k, const char *path, const slot *slots, size_t size)
{
    enum { MOST = 32 };
    size_t offset[MOST], bytes[MOST], n = 0;
    raw r = {.offset = offset, .size = bytes};
    while (slots[n].name)
        n++;
    if (k->read)
        return k->n;
    k->read = true;
    h5_voice voice = h5_quiet();
    if (read_exists(s->file, path)) {
        hid_t d = H5Dopen2(s->file, path, H5P_DEFAULT);
        if (d >= 0 && read_raw(d, slots, n, &r))
            unpack(s, slots, n, &r, size, k);
        free(r.data);
        h5_close(d);
    }
    h5_loud(voice);
    return k->n;
}

#define POINT {"point", H5_INT, 0, TO_POINT}
#define REPLICATION {"replication", H5_INT, 0, TO_REPLICATION}

size_t wr_store_causes(wr_store *s, const wr_cause_row **out, const wr_store_at **at)
{
    static const slot slots[] = {POINT, REPLICATION, {"owner", H5_TEXT, offsetof(wr_cause_row, owner), TO_ROW},
                                 {"cause", H5_TEXT, offsetof(wr_cause_row, cause), TO_ROW},
                                 {"outcome", H5_TEXT, offsetof(wr_cause_row, outcome), TO_ROW},
                                 {"count", H5_REAL, offsetof(wr_cause_row, count), TO_ROW},
                                 {"share", H5_REAL, offsetof(wr_cause_row, share), TO_ROW},
                                 {"first_s", H5_REAL, offsetof(wr_cause_row, first_s), TO_ROW}, {0}};
    size_t n = table(s, &s->causes, "causes/table", slots, sizeof **out);
    *out = s->causes.row;
    *at = s->causes.at;
    return n;
}

size_t wr_store_notes(wr_store *s, const wr_note_row **out, const wr_store_at **at)
{
    static const slot slots[] = {POINT, REPLICATION, {"time_s", H5_REAL, offsetof(wr_note_row, time_s), TO_ROW},
                                 {"owner", H5_TEXT, offsetof(wr_note_row, owner), TO_ROW},
                                 {"kind", H5_TEXT, offsetof(wr_note_row, kind), TO_ROW},
                                 {"text", H5_TEXT, offsetof(wr_note_row, text), TO_ROW},
                                 {"value", H5_REAL, offsetof(wr_note_row, value), TO_ROW}, {0}};
    size_t n = table(s, &s->notes, "annotations/table", slots, sizeof **out);
    *out = s->notes.row;
    *at = s->notes.at;
    return n;
}

size_t wr_store_costs(wr_store *s, const wr_cost_row **out, const wr_store_at **at)
{
    static const slot slots[] = {POINT, REPLICATION, {"owner", H5_TEXT, offsetof(wr_cost_row, owner), TO_ROW},
                                 {"item", H5_TEXT, offsetof(wr_cost_row, item), TO_ROW},
                                 {"quantity", H5_REAL, offsetof(wr_cost_row, quantity), TO_ROW},
                                 {"unit", H5_TEXT, offsetof(wr_cost_row, unit), TO_ROW},
                                 {"usd", H5_REAL, offsetof(wr_cost_row, usd), TO_ROW}, {0}};
    size_t n = table(s, &s->costs, "cost/table", slots, sizeof **out);
    *out = s->costs.row;
    *at = s->costs.at;
    return n;
}

size_t wr_store_summaries(wr_store *s, const wr_store_summary **out)
{
    static const slot slots[] = {{"point", H5_INT, offsetof(wr_store_summary, at.point), TO_ROW},
                                 {"replication", H5_INT, offsetof(wr_store_summary, at.replication), TO_ROW},
                                 {"owner", H5_TEXT, offsetof(wr_store_summary, owner), TO_ROW},
                                 {"part", H5_TEXT, offsetof(wr_store_summary, part), TO_ROW},
                                 {"metric", H5_TEXT, offsetof(wr_store_summary, metric), TO_ROW},
                                 {"stat", H5_TEXT, offsetof(wr_store_summary, stat), TO_ROW},
                                 {"unit", H5_TEXT, offsetof(wr_store_summary, unit), TO_ROW},
                                 {"value", H5_REAL, offsetof(wr_store_summary, value), TO_ROW},
                                 {"count", H5_INT, offsetof(wr_store_summary, count), TO_ROW}, {0}};
    size_t n = table(s, &s->summaries, "summary/table", slots, sizeof **out);
    *out = s->summaries.row;
    return n;
}

size_t wr_store_slos(wr_store *s, const wr_store_slo **out)
{
    static const slot slots[] = {{"expr", H5_TEXT, offsetof(wr_store_slo, expr), TO_ROW},
                                 {"reason", H5_TEXT, offsetof(wr_store_slo, reason), TO_ROW},
                                 {"value", H5_REAL, offsetof(wr_store_slo, value), TO_ROW},
                                 {"ci95", H5_REAL, offsetof(wr_store_slo, ci95), TO_ROW},
                                 {"passed", H5_INT, offsetof(wr_store_slo, passed), TO_INT},
                                 {"undecided", H5_INT, offsetof(wr_store_slo, undecided), TO_BOOL}, {0}};
    size_t n = table(s, &s->slos, "slo/table", slots, sizeof **out);
    *out = s->slos.row;
    return n;
}

size_t wr_store_edges(wr_store *s, const wr_store_edge **out)
{
    static const slot slots[] = {{"source", H5_TEXT, offsetof(wr_store_edge, source), TO_ROW},
                                 {"target", H5_TEXT, offsetof(wr_store_edge, target), TO_ROW},
                                 {"label", H5_TEXT, offsetof(wr_store_edge, label), TO_ROW}, {0}};
    size_t n = table(s, &s->edges, "edges/table", slots, sizeof **out);
    *out = s->edges.row;
    return n;
}

size_t wr_store_resources(wr_store *s, const wr_store_resource **out)
{
    static const slot slots[] = {{"name", H5_TEXT, offsetof(wr_store_resource, name), TO_ROW},
                                 {"type", H5_TEXT, offsetof(wr_store_resource, type), TO_ROW},
                                 {"title", H5_TEXT, offsetof(wr_store_resource, title), TO_ROW}, {0}};
    size_t n = table(s, &s->resources, "resources/table", slots, sizeof **out);
    *out = s->resources.row;
    return n;
}

size_t store_replication_rows(wr_store *s, const store_replication **out)
{
    static const slot slots[] = {{"point", H5_INT, offsetof(store_replication, at.point), TO_ROW},
                                 {"replication", H5_INT, offsetof(store_replication, at.replication), TO_ROW},
                                 {"seed", H5_INT, offsetof(store_replication, seed), TO_ROW},
                                 {"fingerprint", H5_TEXT, offsetof(store_replication, print), TO_ROW},
                                 {"events", H5_INT, offsetof(store_replication, events), TO_ROW},
                                 {"requests", H5_INT, offsetof(store_replication, requests), TO_ROW},
                                 {"end_s", H5_REAL, offsetof(store_replication, end_s), TO_ROW},
                                 {"warmup_s", H5_REAL, offsetof(store_replication, warmup_s), TO_ROW}, {0}};
    size_t n = table(s, &s->replications, "replications/table", slots, sizeof **out);
    *out = s->replications.row;
    return n;
}

size_t store_metric_rows(wr_store *s, const store_metric **out)
{
    static const slot slots[] = {{"owner", H5_TEXT, offsetof(store_metric, owner), TO_ROW},
                                 {"part", H5_TEXT, offsetof(store_metric, part), TO_ROW},
                                 {"metric", H5_TEXT, offsetof(store_metric, metric), TO_ROW},
                                 {"unit", H5_TEXT, offsetof(store_metric, unit), TO_ROW},
                                 {"type", H5_TEXT, offsetof(store_metric, type), TO_ROW},
                                 {"cloudwatch", H5_TEXT, offsetof(store_metric, cloudwatch), TO_ROW},
                                 {"doc", H5_TEXT, offsetof(store_metric, doc), TO_ROW},
                                 {"kind", H5_INT, offsetof(store_metric, kind), TO_INT}, {0}};
    size_t n = table(s, &s->measured, "metrics/table", slots, sizeof **out);
    *out = s->measured.row;
    return n;
}

#define MOMENT(F) {#F, H5_REAL, offsetof(store_moments, total.F), TO_ROW}
size_t store_moment_rows(wr_store *s, const store_moments **out, const wr_store_at **at)
{
    static const slot slots[] = {POINT, REPLICATION, {"metric", H5_INT, offsetof(store_moments, metric), TO_ROW},
                                 MOMENT(n), MOMENT(sum), MOMENT(sd), MOMENT(min), MOMENT(max), MOMENT(last),
                                 MOMENT(den), MOMENT(seconds), {0}};
    size_t n = table(s, &s->moments, "moments/table", slots, sizeof **out);
    *out = s->moments.row;
    *at = s->moments.at;
    return n;
}

size_t store_objective_rows(wr_store *s, const store_objective **out, const wr_store_at **at)
{
    static const slot slots[] = {POINT, REPLICATION, {"value", H5_REAL, offsetof(store_objective, value.value), TO_ROW},
                                 {"bound", H5_REAL, offsetof(store_objective, value.bound), TO_ROW},
                                 {"op", H5_INT, offsetof(store_objective, value.op), TO_INT},
                                 {"holds", H5_INT, offsetof(store_objective, value.holds), TO_INT},
                                 {"samples", H5_REAL, offsetof(store_objective, value.samples), TO_ROW},
                                 {"wanted", H5_REAL, offsetof(store_objective, value.wanted), TO_ROW},
                                 {"reason", H5_TEXT, offsetof(store_objective, value.reason), TO_ROW}, {0}};
    size_t n = table(s, &s->objectives, "objectives/table", slots, sizeof **out);
    *out = s->objectives.row;
    *at = s->objectives.at;
    return n;
}

size_t store_included_rows(wr_store *s, const wr_scenario_file **out)
{
    static const slot slots[] = {{"path", H5_TEXT, offsetof(wr_scenario_file, path), TO_ROW},
                                 {"sha256", H5_TEXT, offsetof(wr_scenario_file, sha256), TO_ROW}, {0}};
    size_t n = table(s, &s->included, "provenance/included/table", slots, sizeof **out);
    *out = s->included.row;
    return n;
}

/* ---- which metrics there are: those with a series ------------------------------------------------------------- */
size_t wr_store_metrics(const wr_store *store, const wr_store_metric **out)
{
    wr_store *s = (wr_store *)(uintptr_t)store; /* what it remembers is memory only */
    if (!s->metrics.read) {
        const store_metric *all;
        size_t n = store_metric_rows(s, &all), kept_n = 0;
        wr_store_metric *own = arena_alloc(s->arena, (n + 1) * sizeof *own);
        h5_voice voice = h5_quiet();
        for (size_t i = 0; i < n; i++) {
            const store_metric *m = &all[i];
            const char *name = arena_print(s->arena, "%s%s%s.%s", m->owner, *m->part ? ":" : "", m->part, m->metric);
            bool known = m->kind >= WR_COUNT && m->kind <= WR_RATIO && !strchr(name, '/');
            if (known && read_exists(s->file, name))
                own[kept_n++] = (wr_store_metric){m->owner, m->part, m->metric, m->unit, m->type, m->cloudwatch, (enum wr_metric_kind)m->kind};
        }
        h5_loud(voice);
        s->metrics = (kept){.n = kept_n, .row = own, .read = true};
    }
    *out = s->metrics.row;
    return s->metrics.n;
}
