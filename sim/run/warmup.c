/* warmup.c - `warmup: auto`: how much of the beginning to leave out, found from the data by MSER-5.
 *
 * A replication is run once to look, with its series, and once more to measure: the same seed makes the same
 * requests. The series looked at is that of the first objective's first metric, else of the first traffic's
 * latency. Its periods are averaged in batches of five, and the beginning is left out whose absence makes the
 * standard error of the mean of the rest smallest (White 1997; Franklin and White 2008); at most half may go,
 * since the rule is blind at the end of a series. The last period may be short and does not take part; a period
 * without observations repeats the one before, those at the start the first one that has any. Fewer than two
 * batches leave nothing out.
 * Truth: tests/unit/test_warmup.c. */
#include "run.h"
#include <math.h>

enum { BATCH = 5 };

/* From the end on, so that mean and squares of the rest grow by one batch at a time (Welford). */
size_t warmup_mser5(wr_arena *a, const double *x, size_t n)
{
    size_t batches = n / BATCH, best = 0;
    if (batches < 2)
        return 0;
    double *y = arena_alloc(a, batches * sizeof *y), mean = 0, squares = 0, least = INFINITY;
    for (size_t i = 0; i < batches * BATCH; i++)
        y[i / BATCH] += x[i] / BATCH;
    for (size_t d = batches; d-- > 0;) {
        double rest = (double)(batches - d), off = y[d] - mean;
        mean += off / rest;
        squares += off * (y[d] - mean);
        if (d > batches / 2 || squares / (rest * rest) > least)
            continue;
        least = squares / (rest * rest);
        best = d;
    }
    return best * BATCH;
}

static const wr_measure *looked_at(const wr_scenario *s, const wr_result *r)
{
    if (s->slos && s->slo[0]->atoms) {
        const formula_atom *f = &s->slo[0]->atom[0];
        return wr_result_find(r, f->owner, f->part ? f->part : "", f->metric);
    }
    for (int i = 0; i < (int)s->comps; i++)
        if (s->comp[i].traffic)
            return wr_result_find(r, s->comp[i].name, "", "latency");
    return NULL;
}

wr_dur warmup_find(const wr_scenario *s, const wr_result *r)
{
    const wr_measure *m = looked_at(s, r);
    const double *series = m ? m->series[WR_S_MAIN] : NULL;
    if (!series || r->periods < 2)
        return 0;
    wr_arena *a = arena_create();
    size_t n = r->periods - 1, first = 0;
    double *x = arena_alloc(a, n * sizeof *x);
    while (first < n && isnan(series[first]))
        first++;
    for (size_t i = 0; i < n && first < n; i++)
        x[i] = i < first ? series[first] : isnan(series[i]) ? x[i - 1] : series[i];
    wr_dur found = (wr_dur)warmup_mser5(a, x, n) * wr_dur_from_s(r->period_s);
    arena_destroy(a);
    return found;
}
