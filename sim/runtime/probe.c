/* probe.c - one statistic of one metric, read from inside the run or at its end.
 *
 * What objectives, stop_when and alarms have in common: a metric (perhaps a ratio of two), a statistic and
 * a stretch of time. A probe is one or two taps. Costs are ratios too - of money to time - but are summed
 * over the rows of a component's usage. */
#include "runtime.h"
#include <math.h>

struct probe {
    cell *num, *den, *den2;
    tap *num_tap, *den_tap, *den2_tap;
    double scale;
    enum formula_stat stat;
    double arg;
    bool shut;
};

probe *probe_open_metric(wr_comp *owner, int metric, enum formula_stat s, double arg)
{
    probe *p = arena_alloc(owner->run->arena, sizeof *p);
    p->stat = s;
    p->arg = arg;
    bool histogram = s == F_QUANTILE || s == F_ABOVE;
    ratio r;
    if (comp_ratio(owner, metric, &r)) {
        p->num = r.num, p->den = r.den, p->den2 = r.den2, p->scale = r.scale;
        p->den_tap = tap_open(p->den, false);
        if (p->den2)
            p->den2_tap = tap_open(p->den2, false);
        p->num_tap = tap_open(p->num, false);
        return p;
    }
    p->num = comp_cell(owner, metric);
    if (!p->num)
        return NULL;
    p->num_tap = tap_open(p->num, histogram);
    return p;
}

probe *probe_open(wr_comp *any, const formula_atom *a)
{
    wr_comp *owner = run_comp(any, a->comp);
    if (owner && a->part)
        owner = comp_part(owner, a->part);
    return owner ? probe_open_metric(owner, a->metric_row, a->stat, a->arg) : NULL;
}

static double ratio_now(const probe *p)
{
    double den = tap_total(p->den_tap, p->den) + (p->den2 ? tap_total(p->den2_tap, p->den2) : 0);
    return den > 0 ? p->scale * tap_total(p->num_tap, p->num) / den : NAN;
}

double probe_take(probe *p, bool reset)
{
    if (!p->shut) {
        cell_flush(p->num);
        if (p->den)
            cell_flush(p->den);
        if (p->den2)
            cell_flush(p->den2);
    }
    double x = p->den ? ratio_now(p) : tap_stat(p->num, p->num_tap, p->stat, p->arg);
    if (reset && !p->shut) {
        tap_reset(p->num, p->num_tap);
        if (p->den)
            tap_reset(p->den, p->den_tap);
        if (p->den2)
            tap_reset(p->den2, p->den2_tap);
    }
    return x;
}

void probe_shut(probe *p)
{
    if (p->shut)
        return;
    p->shut = true;
    tap_shut(p->num, p->num_tap);
    if (p->den)
        tap_shut(p->den, p->den_tap);
    if (p->den2)
        tap_shut(p->den2, p->den2_tap);
}
