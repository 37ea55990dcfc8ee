/* law_make.c - laws with a formula: from what people know (means, percentiles, cv) to the engine's parameters.
 *
 * A lognormal is exp(mu + sigma z). Its median is exp(mu), its mean exp(mu + sigma^2/2), its p-quantile
 * exp(mu + z_p sigma), its cv sqrt(exp(sigma^2) - 1); two of them give mu and sigma. Beside a mean, a high
 * percentile fits two sigmas: the smaller one is taken. What contradicts is refused with the reason.
 * Truth: tests/unit/test_laws.c. */
#include "laws.h"
#include <math.h>

static const double z95 = 1.6448536269514722, z99 = 2.3263478740408411;

static const char *same(const law *l, double x) /* as the user would write it */
{
    text t = {0};
    enum wr_type of = l->row->of == WR_T_INT ? WR_T_NUMBER : l->row->of;
    quantity_print(&t, x, of);
    const char *s = arena_copy(l->b->arena, t.s, t.len);
    text_clear(&t);
    return s;
}

static bool positive(const law *l, const double *field, const char *key)
{
    if (*field > 0)
        return true;
    law_refuse(l, field, "'%s' must be above 0", key);
    return false;
}

/* Parameters of counts are plain numbers: a negative one is found here. */
static bool not_negative(const law *l, const double *field, const char *key)
{
    if (*field >= 0)
        return true;
    law_refuse(l, field, "'%s' is negative", key);
    return false;
}

const wr_dist *make_constant(const law *l)
{
    return law_in_range(l, &l->a->value, l->a->value) ? dist_constant(l->b->arena, l->a->value) : NULL;
}

const wr_dist *make_exponential(const law *l)
{
    if (!not_negative(l, &l->a->mean, "mean"))
        return NULL;
    return l->a->mean > 0 ? dist_exponential(l->b->arena, l->a->mean) : dist_constant(l->b->arena, 0);
}

/* ---- lognormal ---------------------------------------------------------------------------------------- */
static const wr_dist *disagree(const law *l, const double *field, const char *low, double low_is, const char *high,
                               double high_is)
{
    return law_refuse(l, field, "'%s' (%s) is below '%s' (%s); they contradict", high, same(l, high_is), low,
                      same(l, low_is));
}

/* sigma of mean and a quantile: z sigma - sigma^2/2 = ln(quantile/mean). */
static const wr_dist *mean_and_tail(const law *l, const double *tail, const char *key, double z)
{
    double mean = l->a->mean, up = log(*tail / mean);
    if (up < 0)
        return disagree(l, tail, "mean", mean, key, *tail);
    if (2 * up > z * z)
        return law_refuse(l, tail, "no lognormal has a %s of %.4g times its mean; at most %.4g times", key, *tail / mean,
                          exp(z * z / 2));
    double sigma = z - sqrt(z * z - 2 * up);
    return dist_lognormal(l->b->arena, log(mean) - sigma * sigma / 2, sigma);
}

static const wr_dist *two_quantiles(const law *l, const double *low, const char *low_key, double z_low,
                                    const double *high, const char *high_key, double z_high)
{
    if (*high < *low)
        return disagree(l, high, low_key, *low, high_key, *high);
    double sigma = log(*high / *low) / (z_high - z_low);
    return dist_lognormal(l->b->arena, log(*low) - z_low * sigma, sigma);
}

static const wr_dist *mean_and_median(const law *l)
{
    const law_args *a = l->a;
    if (a->mean < a->p50)
        return disagree(l, &a->mean, "p50", a->p50, "mean", a->mean);
    return dist_lognormal(l->b->arena, log(a->p50), sqrt(2 * log(a->mean / a->p50)));
}

static const wr_dist *with_cv(const law *l)
{
    const law_args *a = l->a;
    double square = log1p(a->cv * a->cv);
    double mu = l->given & G_P50 ? log(a->p50) : log(a->mean) - square / 2;
    return dist_lognormal(l->b->arena, mu, sqrt(square));
}

const wr_dist *make_lognormal(const law *l)
{
    const law_args *a = l->a;
    const struct { unsigned bit; const double *field; const char *key; } all[] = {
        {G_MEAN, &a->mean, "mean"}, {G_P50, &a->p50, "p50"}, {G_P95, &a->p95, "p95"}, {G_P99, &a->p99, "p99"}};
    for (size_t i = 0; i < 4; i++)
        if (l->given & all[i].bit && !positive(l, all[i].field, all[i].key))
            return NULL;
    switch (l->given) {
    case G_MEAN | G_P50: return mean_and_median(l);
    case G_MEAN | G_P95: return mean_and_tail(l, &a->p95, "p95", z95);
    case G_MEAN | G_P99: return mean_and_tail(l, &a->p99, "p99", z99);
    case G_P50 | G_P95: return two_quantiles(l, &a->p50, "p50", 0, &a->p95, "p95", z95);
    case G_P50 | G_P99: return two_quantiles(l, &a->p50, "p50", 0, &a->p99, "p99", z99);
    case G_P95 | G_P99: return two_quantiles(l, &a->p95, "p95", z95, &a->p99, "p99", z99);
    default: return with_cv(l);
    }
}

/* ---- the others ---------------------------------------------------------------------------------------- */
const wr_dist *make_normal(const law *l)
{
    const law_args *a = l->a;
    if (!not_negative(l, &a->mean, "mean") || !not_negative(l, &a->sd, "sd"))
        return NULL;
    return a->sd > 0 ? dist_normal(l->b->arena, a->mean, a->sd) : dist_constant(l->b->arena, a->mean);
}

const wr_dist *make_uniform(const law *l)
{
    const law_args *a = l->a;
    if (!not_negative(l, &a->min, "min"))
        return NULL;
    if (a->max < a->min)
        return law_refuse(l, &a->max, "'max' (%s) is below 'min' (%s)", same(l, a->max), same(l, a->min));
    return a->max > a->min ? dist_uniform(l->b->arena, a->min, a->max) : dist_constant(l->b->arena, a->min);
}

const wr_dist *make_gamma(const law *l)
{
    const law_args *a = l->a;
    if (!positive(l, &a->mean, "mean"))
        return NULL;
    return a->cv > 0 ? dist_gamma(l->b->arena, 1 / (a->cv * a->cv), a->mean) : dist_constant(l->b->arena, a->mean);
}

/* People write 0.577 for 1/sqrt(3): the nearest whole number of phases counts if its cv rounds to what was written. */
const wr_dist *make_erlang(const law *l)
{
    const law_args *a = l->a;
    double k = l->given & G_K ? (double)a->k : 1 / (a->cv * a->cv), whole = fmax(1, round(k));
    if (!positive(l, &a->mean, "mean"))
        return NULL;
    if (fabs(k - whole) > 2e-3 * whole)
        return law_refuse(l, &a->cv, "1/cv squared is %.4g, which is no whole number; %.4g (k %.0f) and %.4g (k %.0f) are near",
                          k, 1 / sqrt(fmax(1, floor(k))), fmax(1, floor(k)), 1 / sqrt(ceil(k)), ceil(k));
    return dist_gamma(l->b->arena, whole, a->mean);
}

const wr_dist *make_weibull(const law *l)
{
    const law_args *a = l->a;
    bool mean = l->given & G_MEAN;
    if (!positive(l, mean ? &a->mean : &a->scale, mean ? "mean" : "scale"))
        return NULL;
    return dist_weibull(l->b->arena, mean ? a->mean / tgamma(1 + 1 / a->shape) : a->scale, a->shape);
}

const wr_dist *make_pareto(const law *l)
{
    const law_args *a = l->a;
    bool cut = l->given & G_MAX;
    if (!positive(l, &a->min, "min"))
        return NULL;
    if (cut && a->max <= a->min)
        return law_refuse(l, &a->max, "'max' (%s) must be above 'min' (%s)", same(l, a->max), same(l, a->min));
    return dist_pareto(l->b->arena, a->min, a->shape, cut ? a->max : (double)INFINITY);
}

/* Balanced means: both phases carry half of the mean. */
static const wr_dist *two_phases(const law *l)
{
    const law_args *a = l->a;
    wr_arena *arena = l->b->arena;
    double square = a->cv * a->cv, p = (1 + sqrt((square - 1) / (square + 1))) / 2;
    if (!positive(l, &a->mean, "mean"))
        return NULL;
    if (square == 1)
        return dist_exponential(arena, a->mean);
    const wr_dist *of[] = {dist_exponential(arena, a->mean / (2 * p)), dist_exponential(arena, a->mean / (2 * (1 - p)))};
    const double share[] = {p, 1 - p};
    return dist_mixture(arena, of, share, 2);
}

const wr_dist *make_hyperexponential(const law *l)
{
    const law_branch *branch = l->a->branches.items;
    size_t n = l->a->branches.n, kept = 0;
    double sum = 0;
    if (!(l->given & G_BRANCHES))
        return two_phases(l);
    const wr_dist **of = arena_alloc(l->b->arena, n * sizeof *of);
    double *share = arena_alloc(l->b->arena, n * sizeof *share);
    for (size_t i = 0; i < n; i++) {
        if (isinf(branch[i].mean))
            return law_refuse(l, &branch[i].mean, "'mean' must be finite");
        if (!not_negative(l, &branch[i].mean, "mean"))
            return NULL;
        sum += branch[i].share;
        if (branch[i].share <= 0)
            continue;
        share[kept] = branch[i].share;
        of[kept++] = branch[i].mean > 0 ? dist_exponential(l->b->arena, branch[i].mean) : dist_constant(l->b->arena, 0);
    }
    return law_shares(l, sum) ? dist_mixture(l->b->arena, of, share, kept) : NULL;
}
