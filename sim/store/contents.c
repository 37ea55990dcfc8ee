/* contents.c - what stands in the tables of a result file: RESULTS.md section 3, row by row.
 *
 * Rows of replications come from all of them in order, rows of what replications say together from each point of a
 * sweep. Three tables are for weir alone: `metrics`, `moments` and `objectives` hold each replication's statistics exactly, so
 * that files can be read back, merged and compared without loss (back.c). Truth: tests/unit/test_store.c,
 * tests/unit/test_back.c. */
#include "h5.h"
#include <math.h>
#include <string.h>

enum { OWNER = 130, METRIC = 64, STAT = 16, UNIT = 16 };

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
                v[0].i = (int64_t)x->result[rep]->point;
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

static void aggregate_row(h5_value *v, size_t point, const wr_aggregate *g)
{
    v[0].i = (int64_t)point;
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

static void aggregate(h5 *h, const wr_experiment *x, size_t points, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},       {"owner", H5_TEXT, OWNER}, {"part", H5_TEXT, OWNER},
                                        {"metric", H5_TEXT, METRIC}, {"stat", H5_TEXT, STAT},   {"unit", H5_TEXT, UNIT},
                                        {"mean", H5_REAL, 0},       {"ci95", H5_REAL, 0},      {"sd", H5_REAL, 0},
                                        {"n", H5_INT, 0},           {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t p = 0; p < points; p++)
        for (size_t i = 0; i < x[p].aggregates; i++)
            aggregate_row(h5_table_row(&t), p, &x[p].aggregate[i]);
    h5_table_write(h, h->file, "aggregate", &t);
}

static void slo_row(h5_value *v, size_t point, size_t index, const wr_verdict *of)
{
    v[0].i = (int64_t)point;
    v[1].i = (int64_t)index;
    v[2].s = of->expr;
    v[3].x = of->e.mean;
    v[4].x = of->e.ci95;
    v[5].i = of->pass;
    v[6].i = of->undecided;
    v[7].s = of->reason ? of->reason : "";
}

static void slo(h5 *h, const wr_experiment *x, size_t points, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},   {"index", H5_INT, 0},  {"expr", H5_TEXT, 0},
                                        {"value", H5_REAL, 0},  {"ci95", H5_REAL, 0},  {"passed", H5_INT, 0},
                                        {"undecided", H5_INT, 0}, {"reason", H5_TEXT, 0}, {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t p = 0; p < points; p++)
        for (size_t i = 0; i < x[p].verdicts; i++)
            slo_row(h5_table_row(&t), p, i, &x[p].verdict[i]);
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
            v[0].i = (int64_t)x->result[rep]->point;
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
            v[0].i = (int64_t)x->result[rep]->point;
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
            v[0].i = (int64_t)x->result[rep]->point;
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
        {"events", H5_INT, 0}, {"requests", H5_INT, 0},    {"end_s", H5_REAL, 0}, {"warmup_s", H5_REAL, 0}, {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++) {
        const wr_result *r = x->result[rep];
        h5_value *v = h5_table_row(&t);
        v[0].i = (int64_t)r->point;
        v[1].i = (int64_t)r->replication;
        v[2].i = (int64_t)r->seed;
        v[3].s = r->print;
        v[4].i = (int64_t)r->events;
        v[5].i = (int64_t)r->requests;
        v[6].x = r->end_s;
        v[7].x = r->warmup_s;
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

/* ---- for weir alone ------------------------------------------------------------------------------------- */
/* What is measured, once; moments refer to these rows by number. */
static void metrics(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"owner", H5_TEXT, 0}, {"part", H5_TEXT, 0}, {"metric", H5_TEXT, 0},
                                        {"unit", H5_TEXT, 0},  {"type", H5_TEXT, 0}, {"cloudwatch", H5_TEXT, 0},
                                        {"doc", H5_TEXT, 0},   {"kind", H5_INT, 0},  {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t i = 0; i < x->metrics; i++) {
        const wr_measure *m = x->metric[i * x->n];
        for (size_t rep = 1; !m && rep < x->n; rep++)
            m = x->metric[i * x->n + rep];
        h5_value *v = h5_table_row(&t);
        v[0].s = m->owner;
        v[1].s = m->part;
        v[2].s = m->metric;
        v[3].s = m->unit;
        v[4].s = m->type;
        v[5].s = or_empty(m->cloudwatch);
        v[6].s = or_empty(m->doc);
        v[7].i = m->kind;
    }
    h5_table_write(h, h->file, "metrics", &t);
}

static void moments_row(h5_value *v, const wr_result *r, size_t metric, const wr_moments *t)
{
    const double number[] = {t->n, t->sum, t->sd, t->min, t->max, t->last, t->den, t->seconds};
    v[0].i = (int64_t)r->point;
    v[1].i = (int64_t)r->replication;
    v[2].i = (int64_t)metric;
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        v[3 + i].x = number[i];
}

static void moments(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0}, {"replication", H5_INT, 0}, {"metric", H5_INT, 0},
                                        {"n", H5_REAL, 0},    {"sum", H5_REAL, 0},        {"sd", H5_REAL, 0},
                                        {"min", H5_REAL, 0},  {"max", H5_REAL, 0},        {"last", H5_REAL, 0},
                                        {"den", H5_REAL, 0},  {"seconds", H5_REAL, 0},    {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->metrics; i++)
            if (x->metric[i * x->n + rep])
                moments_row(h5_table_row(&t), x->result[rep], i, &x->metric[i * x->n + rep]->total);
    h5_table_write(h, h->file, "moments", &t);
}

static void objectives(h5 *h, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"point", H5_INT, 0},    {"replication", H5_INT, 0}, {"index", H5_INT, 0},
                                        {"expr", H5_TEXT, 0},    {"value", H5_REAL, 0},      {"bound", H5_REAL, 0},
                                        {"op", H5_INT, 0},       {"holds", H5_INT, 0},       {"samples", H5_REAL, 0},
                                        {"wanted", H5_REAL, 0},  {"reason", H5_TEXT, 0},     {0}};
    h5_table t = h5_table_of(a, columns);
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->result[rep]->slos && i < x->look->slos; i++) {
            const wr_slo_value *of = &x->result[rep]->slo[i];
            h5_value *v = h5_table_row(&t);
            v[0].i = (int64_t)x->result[rep]->point;
            v[1].i = (int64_t)x->result[rep]->replication;
            v[2].i = (int64_t)i;
            v[3].s = x->look->slo[i].expr;
            v[4].x = of->value;
            v[5].x = of->bound;
            v[6].i = of->op;
            v[7].i = of->holds;
            v[8].x = of->samples;
            v[9].x = of->wanted;
            v[10].s = of->reason ? of->reason : "";
        }
    h5_table_write(h, h->file, "objectives", &t);
}

/* ---- points of a sweep: one column a path, of numbers where all are numbers --------------------------------- */
static const char *value_of(const wr_sweep *w, size_t point, size_t path)
{
    return w->value[point * w->paths + path];
}

static bool number_of(const char *s, double *x)
{
    static const enum wr_type kinds[] = {WR_T_NUMBER, WR_T_SHARE, WR_T_RATE, WR_T_DUR, WR_T_BYTES};
    *x = NAN;
    for (size_t i = 0; s && i < sizeof kinds / sizeof *kinds; i++)
        if (quantity_read(s, strlen(s), kinds[i], NULL, x, NULL) == Q_OK)
            return true;
    return !s;
}

static bool numbers(const wr_sweep *w, size_t path)
{
    double x;
    bool all = true;
    for (size_t i = 0; i < w->points; i++)
        all = all && number_of(value_of(w, i, path), &x);
    return all;
}

static void points(h5 *h, const wr_sweep *w, wr_arena *a)
{
    h5_column *column = arena_alloc(a, (w->paths + 2) * sizeof *column);
    column[0] = (h5_column){"point", H5_INT, 0};
    for (size_t k = 0; k < w->paths; k++)
        column[1 + k] = (h5_column){w->path[k], numbers(w, k) ? H5_REAL : H5_TEXT, 0};
    h5_table t = h5_table_of(a, column);
    for (size_t i = 0; i < w->points; i++) {
        h5_value *v = h5_table_row(&t);
        v[0].i = (int64_t)i;
        for (size_t k = 0; k < w->paths; k++)
            if (column[1 + k].type == H5_REAL)
                (void)number_of(value_of(w, i, k), &v[1 + k].x);
            else
                v[1 + k].s = or_empty(value_of(w, i, k));
    }
    h5_table_write(h, h->file, "points", &t);
}

void tables_write(h5 *h, const wr_experiment *x, const wr_sweep *w, wr_arena *a)
{
    const wr_experiment *each = w ? w->point : x;
    size_t n = w ? w->points : 1;
    summary(h, x, a);
    aggregate(h, each, n, a);
    slo(h, each, n, a);
    causes(h, x, a);
    cost(h, x, a);
    annotations(h, x, a);
    replications(h, x, a);
    if (w)
        points(h, w, a);
    metrics(h, x, a);
    moments(h, x, a);
    objectives(h, x, a);
    topology(h, x->look, a);
}

void tables_included(h5 *h, hid_t in, const wr_experiment *x, wr_arena *a)
{
    static const h5_column columns[] = {{"path", H5_TEXT, 0}, {"sha256", H5_TEXT, 64}, {0}};
    const wr_scenario_view *look = x->look;
    h5_table t = h5_table_of(a, columns);
    for (size_t i = 0; i < look->files; i++) {
        h5_value *v = h5_table_row(&t);
        v[0].s = look->included[i].path;
        v[1].s = look->included[i].sha256;
    }
    h5_table_write(h, in, "included", &t);
}
