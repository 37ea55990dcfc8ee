/* measure.c - statistics of one metric in one replication, from its moments and its sparse histogram.
 *
 * The rules are those of the running cells (sim/runtime/metric.c), so that an objective and the table beside
 * it never disagree: nearest rank; a value is spread over its bin; a level sits on the lower edge, because
 * levels are whole numbers nearly always; and nothing lies outside what was seen. What a kind does not
 * have, or nobody observed, is NaN. Truth: tests/unit/test_experiment.c. */
#include "result.h"
#include <math.h>
#include <string.h>

const char *const *wr_kind_stats(enum wr_metric_kind k)
{
    static const char *const count[] = {"sum", "rate", NULL};
    static const char *const level[] = {"mean", "sd", "min", "max", "last", "p50", "p90", "p95", "p99", NULL};
    static const char *const value[] = {"mean", "sd", "min", "max", "count", "p50", "p90", "p95", "p99", "p999", NULL};
    static const char *const ratio[] = {"mean", NULL};
    static const char *const none[] = {NULL};
    switch (k) {
    case WR_COUNT: return count;
    case WR_LEVEL: return level;
    case WR_VALUE: return value;
    case WR_RATIO: return ratio;
    }
    return none;
}

/* "p5", "p50", "p99", "p999": per cent, from the third digit on behind the point; NaN: no percentile. */
static double percentile(const char *stat)
{
    double digits = 0, scale = 1;
    size_t n = strspn(stat + 1, "0123456789");
    if (stat[0] != 'p' || n < 1 || n > 4 || stat[1 + n])
        return NAN;
    for (size_t i = 1; i <= n; i++) {
        digits = digits * 10 + (stat[i] - '0');
        scale *= 10;
    }
    return n == 1 ? digits / 100 : digits / scale;
}

static double inside(size_t bin, double share, bool whole)
{
    double low = wr_hist_edge(bin);
    return whole ? low : low + share * (wr_hist_edge(bin + 1) - low);
}

static double quantile(const wr_measure *m, double q)
{
    const wr_moments *t = &m->total;
    bool whole = m->kind == WR_LEVEL;
    double rank = whole ? q * t->n : fmax(1, ceil(q * t->n - 1e-9)), sum = 0, x = NAN;
    for (size_t i = 0; i < m->rows; i++) {
        const wr_hist_row *h = &m->hist[i];
        bool here = sum + h->weight >= rank;
        if (here && !h->bin)
            x = 0;
        else if (here)
            x = inside(h->bin, (rank - sum - (whole ? 0 : 0.5)) / h->weight, whole);
        if (here)
            break;
        sum += h->weight;
        x = h->bin ? inside(h->bin, 1, whole) : 0; /* of the last one: rounding in the sum of weights */
    }
    return isnan(x) ? NAN : fmin(fmax(x, t->min), t->max);
}

static double count_stat(const wr_moments *t, const char *stat)
{
    if (!strcmp(stat, "rate"))
        return t->seconds > 0 ? t->sum / t->seconds : NAN;
    return !strcmp(stat, "sum") || !strcmp(stat, "count") ? t->sum : NAN;
}

static double observed(const wr_measure *m, const char *stat)
{
    const wr_moments *t = &m->total;
    const struct { const char *name; double value; } known[] = {
        {"sd", t->sd}, {"min", t->min}, {"max", t->max}, {"last", t->last}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(stat, known[i].name))
            return known[i].value;
    double q = percentile(stat);
    return isnan(q) ? NAN : quantile(m, q);
}

/* Means of equal values: dividing the sum may leave what was seen by a rounding. */
static double between(double x, const wr_moments *t)
{
    return x < t->min ? t->min : x > t->max ? t->max : x;
}

double wr_measure_stat(const wr_measure *m, const char *stat)
{
    const wr_moments *t = &m->total;
    if (m->kind == WR_COUNT)
        return count_stat(t, stat);
    if (m->kind == WR_RATIO)
        return strcmp(stat, "mean") || !(t->den > 0 || t->den < 0) ? NAN : t->sum / t->den;
    if (!strcmp(stat, "count"))
        return t->n;
    if (!strcmp(stat, "sum"))
        return t->sum;
    if (!strcmp(stat, "rate"))
        return t->seconds > 0 ? t->sum / t->seconds : NAN;
    if (m->kind == WR_LEVEL && !strcmp(stat, "last"))
        return t->last;
    if (!(t->n > 0))
        return NAN;
    return strcmp(stat, "mean") ? observed(m, stat) : between(t->sum / t->n, t);
}

const wr_measure *wr_result_find(const wr_result *r, const char *owner, const char *part, const char *metric)
{
    for (size_t i = 0; i < r->measures; i++) {
        const wr_measure *m = &r->measure[i];
        if (!strcmp(m->metric, metric) && !strcmp(m->owner, owner) && !strcmp(m->part, part ? part : ""))
            return m;
    }
    return NULL;
}

const wr_measure *result_any(const wr_experiment *x, size_t metric)
{
    size_t rep = 0;
    while (rep + 1 < x->n && !x->metric[metric * x->n + rep])
        rep++;
    return x->metric[metric * x->n + rep];
}

/* The result itself lies in its arena. */
void wr_result_destroy(wr_result *r)
{
    if (r)
        arena_destroy(r->memory);
}
