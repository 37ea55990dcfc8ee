/* compare.c - what another design changes: differences of every statistic of two experiments, with intervals.
 *
 * Replications of equal seed and number see the same arrivals (common random numbers), so their differences are
 * taken pair by pair and vary much less than the values; where the two were not run alike, Welch's
 * interval for two independent samples stands in. A difference is called significant where its 95 % interval does
 * not hold 0; many are looked at side by side, so one in twenty may be so by chance. Truth: tests/unit/test_compare.c. */
#include "result.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char by_default[] = "*.latency.mean,*.latency.p50,*.latency.p95,*.latency.p99,*.error_rate,*.throttled_share,run.cost_per_hour";

static bool alike(const wr_experiment *a, const wr_experiment *b)
{
    bool same = a->n == b->n && a->n > 0;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->result[i]->seed == b->result[i]->seed && a->result[i]->replication == b->result[i]->replication;
    return same;
}

static bool same_row(const wr_measure *m, const wr_aggregate *g)
{
    return !strcmp(m->metric, g->metric) && !strcmp(m->owner, g->owner) && !strcmp(m->part, g->part);
}

/* The statistic in each replication; NaN where it is not defined. False: the experiment does not have it. */
static bool values(const wr_experiment *x, const wr_aggregate *g, double *out)
{
    size_t i = 0;
    while (i < x->metrics && !same_row(result_any(x, i), g))
        i++;
    for (size_t rep = 0; i < x->metrics && rep < x->n; rep++) {
        const wr_measure *m = x->metric[i * x->n + rep];
        out[rep] = m ? wr_measure_stat(m, g->stat) : NAN;
    }
    return i < x->metrics;
}

static size_t defined(double *x, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            x[kept++] = x[i];
    return kept;
}

static sample difference(const double *a, const double *b, size_t n)
{
    double *d = memory_get((n + 1) * sizeof *d);
    for (size_t i = 0; i < n; i++)
        d[i] = b[i] - a[i];
    sample s = sample_of(d, defined(d, n), 0.95);
    free(d);
    return s;
}

/* `va` and `vb` are spoiled. */
static void fill(wr_difference *d, bool paired, double *va, size_t na, double *vb, size_t nb)
{
    sample s = {0};
    if (paired)
        s = difference(va, vb, na);
    sample a = sample_of(va, defined(va, na), 0.95), b = sample_of(vb, defined(vb, nb), 0.95);
    if (!paired)
        s = sample_welch(&b, &a, 0.95);
    d->a = a.mean;
    d->b = b.mean;
    d->difference = s.mean;
    d->ci95 = s.half;
    d->p_value = s.p;
    d->relative = d->a > 0 || d->a < 0 ? s.mean / d->a : NAN;
    d->significant = isfinite(s.half) && fabs(s.mean) > s.half;
}

void wr_compare(const wr_experiment *a, const wr_experiment *b, const char *filter, wr_comparison *out)
{
    wr_arena *m = arena_create();
    wr_difference *all = arena_alloc(m, (a->aggregates + 1) * sizeof *all);
    double *va = arena_alloc(m, (a->n + 1) * sizeof *va), *vb = arena_alloc(m, (b->n + 1) * sizeof *vb);
    *out = (wr_comparison){.paired = alike(a, b), .difference = all, .memory = m};
    stat_quiet();
    for (size_t i = 0; i < a->aggregates; i++) {
        const wr_aggregate *g = &a->aggregate[i];
        if (!result_wanted(filter ? filter : by_default, g) || !values(a, g, va) || !values(b, g, vb))
            continue;
        wr_difference *d = &all[out->n];
        *d = (wr_difference){.owner = g->owner, .part = g->part, .metric = g->metric, .stat = g->stat, .unit = g->unit};
        fill(d, out->paired, va, a->n, vb, b->n);
        out->n += isfinite(d->a) || isfinite(d->b);
    }
}

void wr_comparison_clear(wr_comparison *c)
{
    if (c->memory)
        arena_destroy(c->memory);
    *c = (wr_comparison){0};
}

/* ---- in words ------------------------------------------------------------------------------------------------ */
static enum unit unit_of(const wr_difference *d)
{
    static const struct { const char *name; enum unit unit; } units[] = {
        {"s", UNIT_SECONDS}, {"B", UNIT_BYTES}, {"1/s", UNIT_RATE}, {"USD", UNIT_MONEY}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(d->unit, units[i].name))
            return units[i].unit;
    return strstr(d->metric, "_rate") || strstr(d->metric, "_share") ? UNIT_SHARE : UNIT_PLAIN;
}

static void name_of(text *t, const wr_difference *d)
{
    text_printf(t, "%s%s%s.%s.%s", d->owner, *d->part ? ":" : "", d->part, d->metric, d->stat);
}

/* The one to speak of: the first tail of a latency, else the first of all. */
static const wr_difference *foremost(const wr_comparison *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->difference[i].metric, "latency") && !strcmp(c->difference[i].stat, "p99") && isfinite(c->difference[i].difference))
            return &c->difference[i];
    return c->n ? &c->difference[0] : NULL;
}

static const wr_difference *cost(const wr_comparison *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->difference[i].owner, "run") && !strcmp(c->difference[i].metric, "cost_per_hour"))
            return &c->difference[i];
    return NULL;
}

static void speak_of(text *t, const wr_difference *d)
{
    bool latency = !strcmp(d->metric, "latency"), less = d->difference < 0;
    if (!d->significant) {
        text_puts(t, isfinite(d->ci95) ? "B does not differ from A beyond chance at " : "B and A cannot be told apart by one replication each at ");
        name_of(t, d);
        return;
    }
    text_puts(t, "B is ");
    words_value(t, fabs(d->difference), unit_of(d));
    if (d->ci95 > 0) {
        text_puts(t, " \302\261 ");
        words_value(t, d->ci95, unit_of(d));
    }
    text_puts(t, latency ? less ? " faster at " : " slower at " : less ? " lower at " : " higher at ");
    name_of(t, d);
}

static void speak_of_cost(text *t, const wr_difference *d)
{
    if (!d || !isfinite(d->relative))
        return;
    if (fabs(d->relative) < 5e-4)
        text_puts(t, " and costs the same");
    else
        text_printf(t, " and costs %.3g %% %s", 100 * fabs(d->relative), d->relative < 0 ? "less" : "more");
}

static void table_row(grid *g, const wr_difference *d)
{
    enum unit u = unit_of(d);
    text_puts(&g->cells, d->significant ? "*" : "");
    grid_next(g);
    name_of(&g->cells, d);
    grid_next(g);
    words_value(&g->cells, d->a, u);
    grid_next(g);
    words_value(&g->cells, d->b, u);
    grid_next(g);
    words_value(&g->cells, d->difference, u);
    grid_next(g);
    text_puts(&g->cells, "\302\261 ");
    words_value(&g->cells, d->ci95, u);
    grid_next(g);
    if (isfinite(d->relative))
        text_printf(&g->cells, "%+.3g %%", 100 * d->relative);
    grid_next(g);
}

void wr_print_comparison(const wr_comparison *c, FILE *to)
{
    const wr_difference *first = foremost(c);
    text t = {0};
    if (!first) {
        fputs("A and B have no metric in common\n", to);
        return;
    }
    speak_of(&t, first);
    speak_of_cost(&t, cost(c));
    fprintf(to, "%s\n\n", t.s);
    text_clear(&t);
    grid g = {.align = "llrrrrr"};
    static const char *const heads[] = {"", "metric", "A", "B", "B - A", "95 %", ""};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        grid_puts(&g, heads[i]);
    for (size_t i = 0; i < c->n; i++)
        table_row(&g, &c->difference[i]);
    grid_print(&g, to, "  ");
    fprintf(to, "\n  * beyond chance at 95 %%; %s\n", c->paired ? "paired by replication (equal seeds)" : "two independent samples (Welch)");
}
