/* verdict.c - does an objective hold, and would it hold again? (SCENARIO.md 8.3)
 *
 * Each replication has its value; their mean with its 95 % interval is compared with the bound. An interval
 * that contains the bound decides nothing, and that is not a pass. Where the bound is itself a metric it
 * differs from one replication to the next, and the paired difference is compared with zero. An objective
 * of something that some replication never observed is missed: nobody can say that it held there.
 * Truth: tests/unit/test_experiment.c. */
#include "result.h"
#include "../base/base.h"
#include <math.h>

typedef struct side { /* of one objective, over replications */
    double *value, *bound;
    size_t n, missing, held;
    const char *reason;
    int op;
    bool same_bound;
} side;

static void collect(const wr_experiment *x, size_t slo, side *s)
{
    s->n = x->n;
    s->same_bound = true;
    for (size_t rep = 0; rep < x->n; rep++) {
        const wr_slo_value *v = &x->result[rep]->slo[slo];
        bool missing = isnan(v->value) || (v->op != WR_SLO_NONE && isnan(v->bound));
        s->op = v->op;
        s->value[rep] = v->value;
        s->bound[rep] = v->bound;
        s->held += v->holds == 1;
        s->missing += missing;
        s->same_bound &= !(v->bound < s->bound[0] || v->bound > s->bound[0]);
        if (missing && !s->reason)
            s->reason = v->reason ? v->reason : "it was never observed";
    }
}

/* Where is the interval mean +- half with respect to the bound? 1: surely met, -1: surely missed, 0: neither. */
static int place(int op, double mean, double half, double bound)
{
    double gap = op == WR_SLO_LT || op == WR_SLO_LE ? bound - mean : mean - bound;
    bool strict = op == WR_SLO_LT || op == WR_SLO_GT;
    if (gap > half || (!strict && gap >= half))
        return 1;
    return -gap > half || (strict && -gap >= half) ? -1 : 0;
}

static void by_interval(const side *s, wr_verdict *v)
{
    wr_estimate e = v->e;
    double bound = v->bound;
    if (!s->same_bound) {
        for (size_t i = 0; i < s->n; i++)
            s->value[i] -= s->bound[i];
        e = wr_estimate_of(s->value, s->n);
        bound = 0;
    }
    if (!isfinite(e.mean) || !isfinite(e.ci95)) { /* an infinite value has no interval: all must agree */
        v->pass = s->held == s->n;
        return;
    }
    int where = place(s->op, e.mean, e.ci95, bound);
    v->pass = where > 0;
    v->undecided = where == 0;
    if (v->undecided) {
        size_t enough = stat_enough(e.sd, fabs(e.mean - bound));
        v->more = enough > s->n ? enough - s->n : 0;
    }
}

static void judge(const side *s, wr_verdict *v, wr_arena *a)
{
    v->e = wr_estimate_of(s->value, s->n);
    v->bound = s->op == WR_SLO_NONE ? NAN : wr_estimate_of(s->bound, s->n).mean;
    v->pass = s->op == WR_SLO_NONE ? -1 : 0;
    if (s->missing) {
        v->reason = s->missing == s->n ? s->reason
                                       : arena_print(a, "%s in %zu of %zu replications", s->reason, s->missing, s->n);
        return;
    }
    if (s->op == WR_SLO_NONE)
        return;
    if (s->n == 1 || s->op == WR_SLO_EQ || s->op == WR_SLO_NE)
        v->pass = s->held == s->n;
    else
        by_interval(s, v);
}

void judge_all(wr_experiment *x, wr_arena *a)
{
    const wr_scenario_view *look = x->look;
    size_t slos = look->slos;
    for (size_t rep = 0; rep < x->n; rep++)
        slos = x->result[rep]->slos < slos ? x->result[rep]->slos : slos;
    x->verdicts = x->n ? slos : 0;
    x->verdict = arena_alloc(a, (slos + 1) * sizeof *x->verdict);
    double *room = arena_alloc(a, 2 * (x->n + 1) * sizeof *room);
    for (size_t i = 0; i < x->verdicts; i++) {
        side s = {.value = room, .bound = room + x->n};
        x->verdict[i].expr = look->slo[i].expr;
        collect(x, i, &s);
        judge(&s, &x->verdict[i], a);
    }
}
