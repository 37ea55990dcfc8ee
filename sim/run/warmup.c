/* warmup.c - `warmup: auto`: how much of the beginning to leave out, found from the data by MSER-5.
 *
 * A replication is run once to look, with its series, and once more to measure: the same seed makes the same
 * requests. The series looked at is that of the first objective's first metric, else of the first traffic's
 * latency. The rule is MSER with batches of five periods (sim/result/mser.c). The last period may be short and does
 * not take part; a period without observations repeats the one before, those at the start the first one that has any.
 * Truth: tests/unit/test_warmup.c. */
#include "../result/result.h"
#include "run.h"
#include <math.h>

enum { BATCH = 5 };

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
    wr_dur found = (wr_dur)(mser_of(x, n, BATCH).cut * BATCH) * wr_dur_from_s(r->period_s);
    arena_destroy(a);
    return found;
}
