/* law_make.c - laws with a formula: arguments as users know them handed to the engine's makers.
 *
 * The formulas (mu and sigma from means and percentiles, balanced means) and their contradictions are the
 * engine's, in dist_make.c; here is said where in the file they stand. A law without spread becomes a
 * constant, which costs no draw. Truth: tests/unit/test_laws.c. */
#include "laws.h"
#include <math.h>

static const wr_dist *made(const law *l, const wr_dist *d, const char **why)
{
    return d ? d : law_refuse(l, NULL, "%s", *why);
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
    return not_negative(l, &l->a->mean, "mean") ? dist_exponential(l->b->arena, l->a->mean) : NULL;
}

const wr_dist *make_lognormal(const law *l)
{
    const law_args *a = l->a;
    const char *why = "the parameters contradict each other";
    dist_marks m = {.mean = a->mean, .cv = a->cv, .p50 = a->p50, .p95 = a->p95, .p99 = a->p99};
    return made(l, dist_lognormal_of(l->b->arena, m, &why), &why);
}

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
    if (!law_in_range(l, &a->min, a->min) || !law_in_range(l, &a->max, a->max) || !not_negative(l, &a->min, "min"))
        return NULL;
    if (a->max < a->min)
        return law_refuse(l, &a->max, "'max' is below 'min'");
    return a->max > a->min ? dist_uniform(l->b->arena, a->min, a->max) : dist_constant(l->b->arena, a->min);
}

const wr_dist *make_gamma(const law *l)
{
    const char *why = "the parameters contradict each other";
    return made(l, dist_gamma_of(l->b->arena, l->a->mean, l->a->cv, &why), &why);
}

const wr_dist *make_erlang(const law *l)
{
    const char *why = "the parameters contradict each other";
    double k = l->given & G_K ? (double)l->a->k : (double)NAN;
    return made(l, dist_erlang_of(l->b->arena, l->a->mean, k, l->a->cv, &why), &why);
}

const wr_dist *make_weibull(const law *l)
{
    const law_args *a = l->a;
    const char *why = "the parameters contradict each other";
    if (l->given & G_MEAN)
        return made(l, dist_weibull_of(l->b->arena, a->mean, a->shape, &why), &why);
    return positive(l, &a->scale, "scale") ? dist_weibull(l->b->arena, a->scale, a->shape) : NULL;
}

const wr_dist *make_pareto(const law *l)
{
    const law_args *a = l->a;
    bool cut = l->given & G_MAX;
    if (!positive(l, &a->min, "min"))
        return NULL;
    if (cut && a->max <= a->min)
        return law_refuse(l, &a->max, "'max' must be above 'min'");
    return dist_pareto(l->b->arena, a->min, a->shape, cut ? a->max : (double)INFINITY);
}

const wr_dist *make_hyperexponential(const law *l)
{
    const law_branch *branch = l->a->branches.items;
    size_t n = l->a->branches.n;
    const char *why = "the parameters contradict each other";
    double sum = 0;
    if (!(l->given & G_BRANCHES))
        return made(l, dist_hyper_of(l->b->arena, l->a->mean, l->a->cv, &why), &why);
    const wr_dist **of = arena_alloc(l->b->arena, n * sizeof *of);
    double *share = arena_alloc(l->b->arena, n * sizeof *share);
    for (size_t i = 0; i < n; i++) {
        if (isinf(branch[i].mean))
            return law_refuse(l, &branch[i].mean, "'mean' must be finite");
        if (!not_negative(l, &branch[i].mean, "mean"))
            return NULL;
        sum += share[i] = branch[i].share;
        of[i] = dist_exponential(l->b->arena, branch[i].mean);
    }
    return law_shares(l, sum) ? dist_mixture(l->b->arena, of, share, n) : NULL;
}
