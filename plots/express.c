/* express.c - metric expressions (SCENARIO.md 8.3) evaluated period by period.
 *
 * `jobs.queue_depth / app.in_service` becomes a curve. Each atom is one stored series; statistics that a period
 * does not keep (p99.9, sd, above) have no curve, and the error says so. */
#include "charts.h"

struct expression { const wr_formula *f; const char **series; bool *per_second; };

/* What RESULTS.md appends to the name; NULL: this statistic is not kept by period. */
static const char *suffix(const formula_atom *a, enum wr_metric_kind k)
{
    enum { COUNT = 1 << WR_COUNT, LEVEL = 1 << WR_LEVEL, VALUE = 1 << WR_VALUE, RATIO = 1 << WR_RATIO };
    static const struct { enum formula_stat stat; double q; int kinds; const char *name; } kept[] = {
        {F_DEFAULT, 0, COUNT | LEVEL | VALUE | RATIO, ""}, {F_MEAN, 0, LEVEL | VALUE | RATIO, ""}, {F_SUM, 0, COUNT, ""},
        {F_RATE, 0, COUNT, ""}, {F_COUNT, 0, COUNT, ""}, {F_COUNT, 0, VALUE, ".count"}, {F_MIN, 0, LEVEL, ".min"},
        {F_MAX, 0, LEVEL | VALUE, ".max"}, {F_LAST, 0, LEVEL, ".last"}, {F_QUANTILE, 0.5, VALUE, ".p50"},
        {F_QUANTILE, 0.9, VALUE, ".p90"}, {F_QUANTILE, 0.95, VALUE, ".p95"}, {F_QUANTILE, 0.99, VALUE, ".p99"}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        bool right = a->stat != F_QUANTILE || fabs(a->arg - kept[i].q) < 1e-9;
        if (kept[i].stat == a->stat && (kept[i].kinds & 1 << k) && right)
            return kept[i].name;
    }
    return NULL;
}

static const char *unit_of(const formula_atom *a, const wr_store_metric *m)
{
    bool rate = a->stat == F_RATE;
    if (m->kind == WR_RATIO && !strcmp(m->unit, "1") && strcmp(m->metric, "attempts"))
        return "share";
    if (a->stat == F_COUNT)
        return "1";
    static const char *const units[] = {"1", "units", "B"}, *const rates[] = {"1/s", "units/s", "B/s"};
    for (size_t i = 0; rate && i < 3; i++)
        if (!strcmp(m->unit, units[i]))
            return rates[i];
    return m->unit;
}

static bool evaluate(const book *b, size_t rep, const void *of, double *out)
{
    const struct expression *e = of;
    const double **x = arena_alloc(b->c->arena, (e->f->atoms + 1) * sizeof *x);
    double *at = arena_alloc(b->c->arena, (e->f->atoms + 1) * sizeof *at);
    for (size_t k = 0; k < e->f->atoms; k++)
        if (e->series[k] && !(x[k] = book_series(b, rep, e->series[k])))
            return false;
    for (size_t i = 0; i < b->n; i++) {
        for (size_t k = 0; k < e->f->atoms; k++)
            at[k] = !x[k] ? NAN : e->per_second[k] ? x[k][i] / book_length(b, i) : x[k][i];
        out[i] = formula_value(e->f, e->f->node, e->f->nodes, at);
    }
    return true;
}

static int resolve(const book *b, struct expression *e, const char **unit, wr_err *err)
{
    for (size_t n = 0; n < e->f->nodes; n++) {
        if (e->f->node[n].op != FN_ATOM)
            continue;
        size_t k = e->f->node[n].atom;
        const formula_atom *a = &e->f->atom[k];
        const char *owner = a->part && *a->part ? canvas_print(b->c, "%s:%s", a->owner, a->part) : a->owner;
        const wr_store_metric *m = book_metric(b, a->owner, a->part ? a->part : "", a->metric);
        if (!m)
            return book_unknown(b, canvas_print(b->c, "%s.%s", owner, a->metric), err);
        const char *end = suffix(a, m->kind);
        if (!end)
            return wr_fail(err, WR_E_INPUT, "no curve of '%s': results keep no such statistic of '%s.%s' by period",
                           e->f->text, owner, a->metric);
        e->series[k] = canvas_print(b->c, "%s.%s%s", owner, a->metric, end);
        e->per_second[k] = a->stat == F_RATE;
        *unit = e->f->nodes == 1 ? unit_of(a, m) : "1";
    }
    return 0;
}

trace trace_expression(const book *b, const char *expression, const char **unit, wr_err *err)
{
    trace none = {.most = NAN, .peak = NAN, .peak_at = NAN};
    wr_diag *d = wr_diag_create();
    struct expression e = {.f = formula_parse(b->c->arena, expression, (wr_pos){.file = "of", .line = 1, .col = 1}, d)};
    const wr_diag_row *row;
    if (!e.f)
        wr_fail(err, WR_E_INPUT, "no curve of '%s': %s", expression,
                wr_diag_rows(d, &row) ? row[0].text : "not an expression");
    wr_diag_destroy(d);
    if (!e.f)
        return none;
    e.series = arena_alloc(b->c->arena, (e.f->atoms + 1) * sizeof *e.series);
    e.per_second = arena_alloc(b->c->arena, (e.f->atoms + 1) * sizeof *e.per_second);
    *unit = "1";
    if (resolve(b, &e, unit, err))
        return none;
    trace t = trace_of(b, evaluate, &e);
    if (!t.mid)
        wr_fail(err, WR_E_INPUT, "no curve of '%s': these results hold no series of it", expression);
    return t;
}
