/* tables.c - the tables of a result file, laid out as HDF5's table interface (H5TB) does.
 *
 * H5TBmake_table itself stamps each table with the time of writing, and two equal runs shall give equal
 * bytes: so the compound dataset and its attributes (CLASS, VERSION, TITLE, FIELD_n_NAME) are made here. H5TB,
 * PyTables and pandas read them as their own. A text that is longer than its column is an error, never
 * cut. Truth: tests/unit/test_store.c, tests/check/xarray.sh. */
#include "h5.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OWNER = 130, METRIC = 64, STAT = 16, UNIT = 16, CHUNK_BYTES = 65536 };

h5_table h5_table_of(wr_arena *a, const h5_column *column)
{
    h5_table t = {.column = column, .a = a};
    while (column[t.columns].name)
        t.columns++;
    return t;
}

h5_value *h5_table_row(h5_table *t)
{
    if (t->rows == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        h5_value *more = arena_alloc(t->a, room * t->columns * sizeof *more);
        if (t->rows)
            memcpy(more, t->value, t->rows * t->columns * sizeof *more);
        t->value = more;
        t->room = room;
    }
    return &t->value[t->columns * t->rows++];
}

/* ---- layout -------------------------------------------------------------------------------------------- */
typedef struct layout { size_t *size, *offset, bytes; } layout;

static size_t widest(const h5_table *t, size_t column)
{
    size_t most = 1;
    for (size_t i = 0; i < t->rows; i++) {
        size_t len = strlen(t->value[i * t->columns + column].s);
        most = len > most ? len : most;
    }
    return most;
}

static bool lay_out(h5 *h, const h5_table *t, const char *name, layout *l)
{
    l->size = arena_alloc(t->a, 2 * t->columns * sizeof *l->size);
    l->offset = l->size + t->columns;
    for (size_t c = 0; c < t->columns; c++) {
        const h5_column *of = &t->column[c];
        size_t need = of->type == H5_TEXT ? widest(t, c) : 8;
        l->size[c] = of->type == H5_TEXT && of->room ? of->room : need;
        l->offset[c] = l->bytes;
        l->bytes += l->size[c];
        if (need > l->size[c] && !h->broken) {
            h->broken = true;
            wr_fail(&h->why, WR_E_INPUT, "table '%s': a text of column '%s' has %zu bytes; %zu are allowed", name,
                    of->name, need, of->room);
        }
    }
    return !h->broken;
}

static hid_t row_type(const h5_table *t, const layout *l)
{
    hid_t row = H5Tcreate(H5T_COMPOUND, l->bytes);
    for (size_t c = 0; c < t->columns; c++) {
        const h5_column *of = &t->column[c];
        hid_t string = of->type == H5_TEXT ? h5_text_type(l->size[c]) : H5I_INVALID_HID;
        hid_t type = of->type == H5_TEXT ? string : of->type == H5_INT ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
        if (H5Tinsert(row, of->name, l->offset[c], type) < 0) {
            h5_close(row);
            row = H5I_INVALID_HID;
        }
        h5_close(string);
    }
    return row;
}

static char *pack(const h5_table *t, const layout *l)
{
    char *bytes = memory_get(t->rows * l->bytes + 1);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t c = 0; c < t->columns; c++) {
            const h5_value *v = &t->value[i * t->columns + c];
            char *to = bytes + i * l->bytes + l->offset[c];
            if (t->column[c].type == H5_TEXT)
                memcpy(to, v->s, strlen(v->s));
            else if (t->column[c].type == H5_INT)
                memcpy(to, &v->i, sizeof v->i);
            else
                memcpy(to, &v->x, sizeof v->x);
        }
    return bytes;
}

/* ---- writing -------------------------------------------------------------------------------------------- */
/* H5TB's own attributes are strings that end with NUL, in ASCII. */
static void mark(h5 *h, hid_t d, const char *name, const char *s)
{
    if (!h->broken)
        h5_check(h, H5LTset_attribute_string(d, ".", name, s) >= 0, name);
}

static void mark_table(h5 *h, hid_t d, const char *title, const h5_table *t)
{
    char name[32];
    mark(h, d, "CLASS", "TABLE");
    mark(h, d, "VERSION", "3.0");
    mark(h, d, "TITLE", title);
    for (size_t c = 0; c < t->columns; c++) {
        snprintf(name, sizeof name, "FIELD_%zu_NAME", c);
        mark(h, d, name, t->column[c].name);
    }
}

static void write_rows(h5 *h, hid_t group, const char *title, const h5_table *t, const layout *l)
{
    hsize_t rows = t->rows, most = H5S_UNLIMITED, chunk = CHUNK_BYTES / l->bytes + 1;
    chunk = rows < chunk ? (rows ? rows : 1) : chunk;
    hid_t type = row_type(t, l), space = H5Screate_simple(1, &rows, &most), plan = h5_plan(1, &chunk);
    hid_t d = H5Dcreate2(group, "table", type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    if (h5_check(h, d >= 0, title)) {
        char *bytes = pack(t, l);
        h5_check(h, !rows || H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0, title);
        free(bytes);
        mark_table(h, d, title, t);
    }
    h5_close(d);
    h5_close(plan);
    h5_close(space);
    h5_close(type);
}

void h5_table_write(h5 *h, hid_t in, const char *name, const h5_table *t)
{
    layout l = {0};
    char path[96];
    if (h->broken || !lay_out(h, t, name, &l))
        return;
    ssize_t len = H5Iget_name(in, path, sizeof path);
    if (!h5_check(h, len > 0, name))
        return;
    snprintf(path + len, sizeof path - (size_t)len, path[len - 1] == '/' ? "%s" : "/%s", name);
    hid_t g = h5_group(h, path);
    if (!h->broken)
        write_rows(h, g, name, t, &l);
    h5_close(g);
}

/* ---- what is in them --------------------------------------------------------------------------------------- */
static void summary(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},        {"replication", H5_INT, 0},
                                        {"owner", H5_TEXT, OWNER},   {"part", H5_TEXT, OWNER},
                                        {"metric", H5_TEXT, METRIC}, {"stat", H5_TEXT, STAT},
                                        {"unit", H5_TEXT, UNIT},     {"value", H5_REAL, 0},
                                        {"count", H5_INT, 0},        {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->metrics; i++) {
            const wr_measure *m = x->metric[i * x->n + rep];
            for (const char *const *stat = m ? wr_kind_stats(m->kind) : NULL; stat && *stat; stat++) {
                h5_value *v = h5_table_row(&t);
                double n = m->kind == WR_COUNT ? m->total.sum : m->kind == WR_RATIO ? m->total.den : m->total.n;
                v[0].i = (int64_t)x->point;
                v[1].i = (int64_t)x->result[rep]->replication;
                v[2].s = m->owner;
                v[3].s = m->part;
                v[4].s = m->metric;
                v[5].s = *stat;
                v[6].s = m->unit;
                v[7].x = wr_measure_stat(m, *stat);
                v[8].i = n >= 0 && n < 9e18 ? llround(n) : 0;
            }
        }
    h5_table_write(h, h->file, "summary", &t);
}

static void aggregate(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},       {"owner", H5_TEXT, OWNER}, {"part", H5_TEXT, OWNER},
                                        {"metric", H5_TEXT, METRIC}, {"stat", H5_TEXT, STAT},   {"unit", H5_TEXT, UNIT},
                                        {"mean", H5_REAL, 0},       {"ci95", H5_REAL, 0},      {"sd", H5_REAL, 0},
                                        {"n", H5_INT, 0},           {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t i = 0; i < x->aggregates; i++) {
        const wr_aggregate *g = &x->aggregate[i];
        h5_value *v = h5_table_row(&t);
        v[0].i = (int64_t)x->point;
        v[1].s = g->owner;
        v[2].s = g->part;
        v[3].s = g->metric;
        v[4].s = g->stat;
        v[5].s = g->unit;
        v[6].x = g->e.mean;
        v[7].x = g->e.ci95;
        v[8].x = g->e.sd;
        v[9].i = (int64_t)g->e.n;
    }
    h5_table_write(h, h->file, "aggregate", &t);
}

static void slo(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},   {"index", H5_INT, 0},  {"expr", H5_TEXT, 0},
                                        {"value", H5_REAL, 0},  {"ci95", H5_REAL, 0},  {"passed", H5_INT, 0},
                                        {"undecided", H5_INT, 0}, {"reason", H5_TEXT, 0}, {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t i = 0; i < x->verdicts; i++) {
        const wr_verdict *of = &x->verdict[i];
        h5_value *v = h5_table_row(&t);
        v[0].i = (int64_t)x->point;
        v[1].i = (int64_t)i;
        v[2].s = of->expr;
        v[3].x = of->e.mean;
        v[4].x = of->e.ci95;
        v[5].i = of->pass;
        v[6].i = of->undecided;
        v[7].s = of->reason ? of->reason : "";
    }
    h5_table_write(h, h->file, "slo", &t);
}

static void causes(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},   {"replication", H5_INT, 0}, {"owner", H5_TEXT, OWNER},
                                        {"cause", H5_TEXT, 0},  {"outcome", H5_TEXT, 0},    {"count", H5_REAL, 0},
                                        {"share", H5_REAL, 0},  {"first_s", H5_REAL, 0},    {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->result[rep]->causes; i++) {
            const wr_cause_row *c = &x->result[rep]->cause[i];
            h5_value *v = h5_table_row(&t);
            v[0].i = (int64_t)x->point;
            v[1].i = (int64_t)x->result[rep]->replication;
            v[2].s = c->owner;
            v[3].s = c->cause;
            v[4].s = c->outcome;
            v[5].x = c->count;
            v[6].x = c->share;
            v[7].x = c->first_s;
        }
    h5_table_write(h, h->file, "causes", &t);
}

static void cost(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},  {"replication", H5_INT, 0}, {"owner", H5_TEXT, OWNER},
                                        {"item", H5_TEXT, 0},  {"quantity", H5_REAL, 0},   {"unit", H5_TEXT, UNIT},
                                        {"usd", H5_REAL, 0},   {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->result[rep]->costs; i++) {
            const wr_cost_row *c = &x->result[rep]->cost[i];
            h5_value *v = h5_table_row(&t);
            v[0].i = (int64_t)x->point;
            v[1].i = (int64_t)x->result[rep]->replication;
            v[2].s = c->owner;
            v[3].s = c->item;
            v[4].x = c->quantity;
            v[5].s = c->unit;
            v[6].x = c->usd;
        }
    h5_table_write(h, h->file, "cost", &t);
}

static void annotations(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},     {"replication", H5_INT, 0}, {"time_s", H5_REAL, 0},
                                        {"owner", H5_TEXT, OWNER}, {"kind", H5_TEXT, 0},      {"text", H5_TEXT, 0},
                                        {"value", H5_REAL, 0},    {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->result[rep]->notes; i++) {
            const wr_note_row *n = &x->result[rep]->note[i];
            h5_value *v = h5_table_row(&t);
            v[0].i = (int64_t)x->point;
            v[1].i = (int64_t)x->result[rep]->replication;
            v[2].x = n->time_s;
            v[3].s = n->owner;
            v[4].s = n->kind;
            v[5].s = n->text;
            v[6].x = n->value;
        }
    h5_table_write(h, h->file, "annotations", &t);
}

static void replications(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {
        {"point", H5_INT, 0},  {"replication", H5_INT, 0}, {"seed", H5_INT, 0},   {"fingerprint", H5_TEXT, 64},
        {"events", H5_INT, 0}, {"requests", H5_INT, 0},    {"end_s", H5_REAL, 0}, {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++) {
        const wr_result *r = x->result[rep];
        h5_value *v = h5_table_row(&t);
        v[0].i = (int64_t)x->point;
        v[1].i = (int64_t)r->replication;
        v[2].i = (int64_t)r->seed;
        v[3].s = r->print;
        v[4].i = (int64_t)r->events;
        v[5].i = (int64_t)r->requests;
        v[6].x = r->end_s;
    }
    h5_table_write(h, h->file, "replications", &t);
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

/* For the picture of the architecture; not among the fixed tables. */
static void topology(h5 *h, const wr_scenario_view *look, wr_arena *a)
{
    static const h5_column edge_columns[] = {
        {"source", H5_TEXT, OWNER}, {"target", H5_TEXT, OWNER}, {"label", H5_TEXT, 0}, {0}};
    static const h5_column part_columns[] = {
        {"name", H5_TEXT, OWNER}, {"type", H5_TEXT, 0}, {"title", H5_TEXT, 0}, {0}};
    h5_table edges = h5_table_of(a, edge_columns), parts = h5_table_of(a, part_columns);
    for (size_t i = 0; i < look->edges; i++) {
        h5_value *v = h5_table_row(&edges);
        v[0].s = or_empty(look->edge[i].source);
        v[1].s = or_empty(look->edge[i].target);
        v[2].s = or_empty(look->edge[i].label);
    }
    for (size_t i = 0; i < look->parts; i++) {
        h5_value *v = h5_table_row(&parts);
        v[0].s = or_empty(look->part[i].name);
        v[1].s = or_empty(look->part[i].type);
        v[2].s = or_empty(look->part[i].title);
    }
    h5_table_write(h, h->file, "edges", &edges);
    h5_table_write(h, h->file, "resources", &parts);
}

void tables_write(h5 *h, const wr_experiment *x, wr_arena *a)
{
    summary(h, x, a);
    aggregate(h, x, a);
    slo(h, x, a);
    causes(h, x, a);
    cost(h, x, a);
    annotations(h, x, a);
    replications(h, x, a);
    topology(h, wr_scenario_look(x->scenario), a);
}

void tables_included(h5 *h, hid_t in, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"path", H5_TEXT, 0}, {"sha256", H5_TEXT, 64}, {0}};
    const wr_scenario_view *look = wr_scenario_look(x->scenario);
    h5_table t = h5_table_of(a, columns);
    for (size_t i = 0; i < look->files; i++) {
        h5_value *v = h5_table_row(&t);
        v[0].s = look->included[i].path;
        v[1].s = look->included[i].sha256;
    }
    h5_table_write(h, in, "included", &t);
}
