/* dist_make.c - building distributions from the parameters that users give.
 *
 * Each maker checks what would make the draw wrong or endless and returns NULL for it; ranges that belong to a
 * key (a time is not negative) are the table's business. Lists are copied into the arena, sorted where the draw
 * needs it, and discrete laws get a guide table: the first part in which a slice of the unit interval can end.
 * Means and quantiles that users know are turned into the parameters of the law here, in closed form.
 * Truth: tests/unit/test_dist.c. */
#include "dist.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 20000, LEAST_INSIDE = 20 };

static wr_dist *make(wr_arena *a, enum dist_law law, double x, double y)
{
    if (isnan(x) || isnan(y))
        return NULL;
    wr_dist *d = arena_alloc(a, sizeof *d);
    *d = (wr_dist){.law = law, .a = x, .b = y};
    return d;
}

static bool positive(double x)
{
    return x > 0 && isfinite(x);
}

/* ---- simple laws --------------------------------------------------------------------------------------- */
const wr_dist *dist_constant(wr_arena *a, double x)
{
    wr_dist *d = make(a, LAW_CONSTANT, x, 0);
    if (d)
        d->fixed = wr_dur_from_s(x);
    return d;
}

const wr_dist *dist_exponential(wr_arena *a, double mean)
{
    return positive(mean) ? make(a, LAW_EXPONENTIAL, mean, 0) : mean == 0 ? dist_constant(a, 0) : NULL;
}

const wr_dist *dist_lognormal(wr_arena *a, double mu, double sigma)
{
    return isfinite(mu) && isfinite(sigma) && sigma >= 0 ? make(a, LAW_LOGNORMAL, mu, sigma) : NULL;
}

const wr_dist *dist_normal(wr_arena *a, double mean, double sd)
{
    return isfinite(mean) && isfinite(sd) && sd >= 0 ? make(a, LAW_NORMAL, mean, sd) : NULL;
}

const wr_dist *dist_uniform(wr_arena *a, double min, double max)
{
    return isfinite(min) && isfinite(max) && max >= min ? make(a, LAW_UNIFORM, min, max - min) : NULL;
}

const wr_dist *dist_gamma(wr_arena *a, double shape, double mean)
{
    if (!positive(shape) || !positive(mean))
        return NULL;
    wr_dist *d = make(a, LAW_GAMMA, mean / shape, shape);
    d->c = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    d->d = 1 / sqrt(9 * d->c);
    return d;
}

const wr_dist *dist_weibull(wr_arena *a, double scale, double shape)
{
    return positive(scale) && positive(shape) ? make(a, LAW_WEIBULL, scale, 1 / shape) : NULL;
}

const wr_dist *dist_pareto(wr_arena *a, double min, double shape, double max)
{
    if (!positive(min) || !positive(shape) || !(max > min))
        return NULL;
    wr_dist *d = make(a, LAW_PARETO, min, -1 / shape);
    d->c = isinf(max) ? 1 : -expm1(shape * log(min / max));
    d->d = max;
    return d;
}

/* ---- lists --------------------------------------------------------------------------------------------- */
static const double *copied(wr_arena *a, const double *x, size_t n)
{
    double *to = arena_alloc(a, (n + 1) * sizeof *to);
    memcpy(to, x, n * sizeof *to);
    return to;
}

static bool all_finite(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return n > 0;
}

const wr_dist *dist_quantiles(wr_arena *a, const double *p, const double *x, size_t n)
{
    if (!all_finite(p, n) || !all_finite(x, n) || p[0] < 0 || p[n - 1] > 1)
        return NULL;
    for (size_t i = 1; i < n; i++)
        if (p[i] <= p[i - 1] || x[i] < x[i - 1])
            return NULL;
    wr_dist *d = make(a, LAW_QUANTILES, 0, 0);
    d->n = n;
    d->p = copied(a, p, n);
    d->x = copied(a, x, n);
    return d;
}

static int rising(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

const wr_dist *dist_values(wr_arena *a, const double *x, size_t n)
{
    if (!all_finite(x, n))
        return NULL;
    wr_dist *d = make(a, LAW_VALUES, 0, 0);
    double *sorted = arena_alloc(a, n * sizeof *sorted);
    memcpy(sorted, x, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, rising);
    d->n = n;
    d->x = sorted;
    return d;
}

/* Sums of the shares, 1 from the last positive one on, and where the search for a number in slice i of n begins. The
 * last bits of a slice's edge are not trusted. */
static bool sum_up(wr_arena *a, wr_dist *d, const double *share, size_t n)
{
    double *sum = arena_alloc(a, (n + 1) * sizeof *sum), total = 0, run = 0;
    uint32_t *guide = arena_alloc(a, (n + 1) * sizeof *guide);
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(share[i] >= 0) || isinf(share[i]))
            return false;
        total += share[i];
        last = share[i] > 0 ? i : last;
    }
    if (!positive(total))
        return false;
    for (size_t i = 0; i < n; i++)
        sum[i] = i >= last ? 1 : fmin(1, (run += share[i]) / total);
    for (size_t i = 0, k = 0; i < n; i++) {
        while (sum[k] < (double)i / (double)n * (1 - 0x1p-48))
            k++;
        guide[i] = (uint32_t)k;
    }
    d->n = n;
    d->p = sum;
    d->guide = guide;
    return true;
}

typedef struct weighted { double x, share; } weighted;

const wr_dist *dist_discrete(wr_arena *a, const double *x, const double *share, size_t n)
{
    if (!all_finite(x, n) || n > UINT32_MAX)
        return NULL;
    weighted *w = memory_get(n * sizeof *w);
    for (size_t i = 0; i < n; i++)
        w[i] = (weighted){x[i], share[i]};
    qsort(w, n, sizeof *w, rising); /* by the first member */
    double *value = arena_alloc(a, n * sizeof *value), *part = memory_get(n * sizeof *part);
    for (size_t i = 0; i < n; i++) {
        value[i] = w[i].x;
        part[i] = w[i].share;
    }
    wr_dist *d = make(a, LAW_DISCRETE, 0, 0);
    d->x = value;
    bool fine = sum_up(a, d, part, n);
    free(part);
    free(w);
    return fine ? d : NULL;
}

const wr_dist *dist_mixture(wr_arena *a, const wr_dist *const *of, const double *share, size_t n)
{
    if (!n || n > UINT32_MAX)
        return NULL;
    wr_dist *d = make(a, LAW_MIXTURE, 0, 0);
    const wr_dist **parts = arena_alloc(a, n * sizeof *parts);
    for (size_t i = 0; i < n; i++)
        if (!(parts[i] = of[i]))
            return NULL;
    d->of = parts;
    return sum_up(a, d, share, n) ? d : NULL;
}

const wr_dist *dist_sequence(wr_arena *a, const double *x, size_t n, bool repeat, size_t number)
{
    if (!all_finite(x, n))
        return NULL;
    wr_dist *d = make(a, LAW_SEQUENCE, 0, 0);
    d->n = n;
    d->x = copied(a, x, n);
    d->repeat = repeat;
    d->number = number;
    return d;
}

/* ---- laws of a law ------------------------------------------------------------------------------------- */
static wr_dist *around(wr_arena *a, enum dist_law law, const wr_dist *of, double x, double y)
{
    wr_dist *d = of ? make(a, law, x, y) : NULL;
    if (!d)
        return NULL;
    const wr_dist **inner = arena_alloc(a, sizeof *inner);
    *inner = of;
    d->of = inner;
    d->n = 1;
    return d;
}

const wr_dist *dist_shifted(wr_arena *a, const wr_dist *of, double by)
{
    double x;
    if (of && of->law == LAW_CONSTANT && isfinite(by)) {
        x = of->a + by;
        return dist_constant(a, x);
    }
    return isfinite(by) ? around(a, LAW_SHIFTED, of, by, 0) : NULL;
}

static bool ordered(const wr_dist *d) /* reads a sequence somewhere: laws nest as deep as the file may */
{
    if (d->law == LAW_SEQUENCE)
        return true;
    for (size_t i = 0; d->of && i < d->n; i++)
        if (ordered(d->of[i]))
            return true;
    return false;
}

/* A trial says how much lies inside, whatever the law: below one draw in a thousand the run would crawl. */
const wr_dist *dist_truncated_of(wr_arena *a, const wr_dist *of, double min, double max, const char **why)
{
    if (!of || isnan(min) || isnan(max) || min > max) {
        *why = "'min' is above 'max'";
        return NULL;
    }
    if (ordered(of)) {
        *why = "a sequence cannot be truncated; leave the values out of it";
        return NULL;
    }
    wr_rng r;
    int inside = 0;
    wr_rng_open(&r, 1, 0, "truncated", "trial");
    for (int i = 0; i < TRIES && inside < LEAST_INSIDE; i++) {
        double x = dist_raw(of, &r);
        inside += x >= min && x <= max;
    }
    if (inside < LEAST_INSIDE) {
        *why = "almost nothing of this distribution lies between 'min' and 'max'";
        return NULL;
    }
    return around(a, LAW_TRUNCATED, of, min, max);
}

const wr_dist *dist_truncated(wr_arena *a, const wr_dist *of, double min, double max)
{
    const char *why;
    return dist_truncated_of(a, of, min, max, &why);
}

/* ---- parameters that users know -------------------------------------------------------------------------- */
static const wr_dist *refuse(const char **why, const char *reason)
{
    *why = reason;
    return NULL;
}

/* ln of each mark is mu + k sigma, of the mean mu + sigma^2 / 2. */
static const wr_dist *lognormal_by_mean(wr_arena *a, double mean, double quantile, double z, const char **why)
{
    if (z == 0) { /* p50 is exp(mu) */
        if (mean < quantile)
            return refuse(why, "the mean of a lognormal is never below its p50");
        return dist_lognormal(a, log(quantile), sqrt(2 * log(mean / quantile)));
    }
    /* z s - s^2 / 2 = ln(quantile / mean): the smaller root, the one that grows from sigma = 0 */
    double left = log(quantile / mean), root = z * z - 2 * left;
    if (root < 0)
        return refuse(why, z > 2 ? "no lognormal has so large a p99 for its mean; at most 14.96 times the mean"
                                 : "no lognormal has so large a p95 for its mean; at most 3.87 times the mean");
    if (left < 0)
        return refuse(why, "a p95 or p99 below the mean needs an enormous spread; give p50 and p99 instead");
    double sigma = z - sqrt(root);
    return dist_lognormal(a, log(mean) - sigma * sigma / 2, sigma);
}

static const wr_dist *lognormal_by_cv(wr_arena *a, dist_marks m, const char **why)
{
    if (isnan(m.mean) && isnan(m.p50))
        return refuse(why, "'cv' goes with 'mean' or 'p50'");
    if (m.cv < 0)
        return refuse(why, "'cv' is below 0");
    double s2 = log1p(m.cv * m.cv), mu = isnan(m.p50) ? log(m.mean) - s2 / 2 : log(m.p50);
    return dist_lognormal(a, mu, sqrt(s2));
}

static const wr_dist *lognormal_by_two(wr_arena *a, const double *x, const double *z, const char **why)
{
    if (x[1] < x[0])
        return refuse(why, "a higher quantile is below a lower one");
    double sigma = log(x[1] / x[0]) / (z[1] - z[0]);
    return dist_lognormal(a, log(x[0]) - z[0] * sigma, sigma);
}

/* How many are given; -1: one of them is not above 0. */
static int count_given(const double *x, int n)
{
    int given = 0;
    for (int i = 0; i < n; i++) {
        if (!isnan(x[i]) && !positive(x[i]))
            return -1;
        given += !isnan(x[i]);
    }
    return given;
}

const wr_dist *dist_lognormal_of(wr_arena *a, dist_marks m, const char **why)
{
    const double at[] = {m.mean, m.p50, m.p95, m.p99}, of[] = {0, 0, dist_normal_at(0.45), dist_normal_at(0.49)};
    double z[2] = {0, 0}, x[2] = {0, 0};
    int n = 0, given = count_given(at, 4);
    if (given < 0)
        return refuse(why, isnan(m.mean) || positive(m.mean) ? "the quantiles of a lognormal are above 0"
                                                             : "'mean' must be above 0");
    if (given + !isnan(m.cv) != 2)
        return refuse(why, "exactly two of 'mean', 'p50', 'p95' and 'p99', or 'mean' or 'p50' with 'cv'");
    if (!isnan(m.cv))
        return lognormal_by_cv(a, m, why);
    for (int i = 1; i < 4; i++) {
        if (isnan(at[i]))
            continue;
        x[n] = at[i];
        z[n++] = of[i];
    }
    return isnan(m.mean) ? lognormal_by_two(a, x, z, why) : lognormal_by_mean(a, m.mean, x[0], z[0], why);
}

const wr_dist *dist_gamma_of(wr_arena *a, double mean, double cv, const char **why)
{
    if (!positive(mean) || !(cv >= 0) || isinf(cv))
        return refuse(why, "'mean' must be above 0 and 'cv' not below 0");
    return cv < 1e-6 ? dist_constant(a, mean) : dist_gamma(a, 1 / (cv * cv), mean);
}

const wr_dist *dist_erlang_of(wr_arena *a, double mean, double k, double cv, const char **why)
{
    if (isnan(k) == isnan(cv))
        return refuse(why, "give either 'k' or 'cv'");
    if (isnan(k)) {
        k = round(1 / (cv * cv));
        if (!(fabs(k * cv * cv - 1) <= 1e-3) || k < 1)
            return refuse(why, "1/cv^2 must be a whole number; a gamma distribution takes any 'cv'");
    }
    if (!positive(mean) || k < 1 || k != floor(k))
        return refuse(why, "'mean' must be above 0 and 'k' a whole number from 1");
    return dist_gamma(a, k, mean);
}

const wr_dist *dist_weibull_of(wr_arena *a, double mean, double shape, const char **why)
{
    if (!positive(mean) || !positive(shape))
        return refuse(why, "'mean' and 'shape' must be above 0");
    const wr_dist *d = dist_weibull(a, mean / tgamma(1 + 1 / shape), shape);
    return d ? d : refuse(why, "this 'shape' is too small");
}

const wr_dist *dist_hyper_of(wr_arena *a, double mean, double cv, const char **why)
{
    if (!positive(mean))
        return refuse(why, "'mean' must be above 0");
    if (!(cv >= 1) || isinf(cv))
        return refuse(why, "the 'cv' of a hyperexponential is 1 or more");
    double p = (1 + sqrt((cv * cv - 1) / (cv * cv + 1))) / 2, share[] = {p, 1 - p};
    const wr_dist *of[] = {dist_exponential(a, mean / (2 * p)), dist_exponential(a, mean / (2 * (1 - p)))};
    const wr_dist *d = dist_mixture(a, of, share, 2);
    return d ? d : refuse(why, "this 'cv' is too large");
}
