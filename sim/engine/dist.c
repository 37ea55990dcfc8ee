/* dist.c - drawing from the distributions a user may write.
 *
 * One struct, one switch over our own closed set of laws, constants first. Wherever a law can be
 * inverted it is: one random number a draw, and a larger number gives a larger draw, so that two
 * scenarios that share their streams stay comparable (common random numbers). That is why the normal
 * law is inverted too (Wichura's AS 241, a ratio of polynomials, 1e-16 relative; the centre, 85 % of
 * all draws, needs neither logarithm nor root) rather than drawn by a ziggurat. Gamma is the exception:
 * Marsaglia and Tsang's squeeze (ACM TOMS 26, 2000), about 1.05 normals a draw. Discrete laws are found
 * by a guide table: sorted, so monotone, and O(1) on average.
 *
 * Building stands in dist_make.c, means and descriptions in dist_mean.c. Left out: correlation between
 * draws. Truth: tests/unit/test_dist.c (moments, distribution functions, sequences). */
#include "dist.h"
#include <assert.h>
#include <math.h>

/* The three regions of AS 241 (Wichura, Applied Statistics 37, 1988): numerator and denominator, from the
 * constant upwards. */
static const double centre[2][8] = {
    {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
    {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
static const double shoulder[2][8] = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
static const double tail[2][8] = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};

static inline double ratio(const double c[2][8], double x)
{
    double above = c[0][7], below = c[1][7];
    for (int i = 6; i >= 0; i--) {
        above = above * x + c[0][i];
        below = below * x + c[1][i];
    }
    return above / below;
}

double dist_normal_at(double q)
{
    if (fabs(q) <= 0.425)
        return q * ratio(centre, 0.180625 - q * q);
    double r = sqrt(-log(0.5 - fabs(q)));
    double z = r <= 5 ? ratio(shoulder, r - 1.6) : ratio(tail, r - 5);
    return q < 0 ? -z : z;
}

/* 53 bits, symmetric around 0 and never at +-1/2. */
static inline double normal(wr_rng *r)
{
    int64_t k = (int64_t)(wr_rng_u64(r) >> 11) - (INT64_C(1) << 52);
    return dist_normal_at(((double)k + 0.5) * 0x1p-53);
}

/* Marsaglia-Tsang for shape >= 1; below 1 the struct holds shape + 1 and a power of a uniform brings it down. */
static double gamma_draw(const wr_dist *d, wr_rng *r)
{
    double v;
    for (;;) {
        double z = normal(r);
        v = 1 + d->d * z;
        if (v <= 0)
            continue;
        v = v * v * v;
        double u = wr_rng_unit(r), z2 = z * z;
        if (u < 1 - 0.0331 * z2 * z2 || log(u) < 0.5 * z2 + d->c * (1 - v + log(v)))
            break;
    }
    double x = d->a * d->c * v;
    return d->b < 1 ? x * pow(wr_rng_unit(r), 1 / d->b) : x;
}

static double quantile(const wr_dist *d, double u)
{
    if (u <= d->p[0])
        return d->x[0];
    if (u >= d->p[d->n - 1])
        return d->x[d->n - 1];
    size_t lo = 0, hi = d->n - 1; /* p[lo] < u <= p[hi] */
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (d->p[mid] < u)
            lo = mid;
        else
            hi = mid;
    }
    return d->x[lo] + (d->x[hi] - d->x[lo]) * ((u - d->p[lo]) / (d->p[hi] - d->p[lo]));
}

/* The first part whose summed share reaches the number drawn. */
static inline size_t pick(const wr_dist *d, wr_rng *r)
{
    double u = wr_rng_unit(r);
    size_t slice = (size_t)(u * (double)d->n);
    size_t i = d->guide[slice < d->n ? slice : d->n - 1];
    while (u > d->p[i])
        i++;
    return i;
}

static double next_of(const wr_dist *d, wr_rng *r)
{
    assert(r->sequences);
    uint64_t *at = &r->sequences[d->number];
    if (*at == DIST_SEQUENCE_OVER)
        return 0;
    if (*at == d->n) {
        *at = DIST_SEQUENCE_OVER;
        return 0;
    }
    double x = d->x[(*at)++];
    if (*at == d->n && d->repeat)
        *at = 0;
    return x;
}

static double inside(const wr_dist *d, wr_rng *r)
{
    double x;
    do
        x = dist_raw(d->of[0], r);
    while (x < d->a || x > d->b);
    return x;
}

double dist_raw(const wr_dist *d, wr_rng *r)
{
    switch (d->law) {
    case LAW_CONSTANT: return d->a;
    case LAW_EXPONENTIAL: return d->a * wr_rng_exp(r);
    case LAW_LOGNORMAL: return exp(d->a + d->b * normal(r));
    case LAW_NORMAL: return d->a + d->b * normal(r);
    case LAW_UNIFORM: return d->a + d->b * wr_rng_unit(r);
    case LAW_GAMMA: return gamma_draw(d, r);
    case LAW_WEIBULL: return d->a * pow(wr_rng_exp(r), d->b);
    case LAW_PARETO: return fmin(d->d, d->a * pow(1 - d->c * (1 - wr_rng_unit(r)), d->b));
    case LAW_QUANTILES: return quantile(d, wr_rng_unit(r));
    case LAW_VALUES: return d->x[wr_rng_below(r, d->n)];
    case LAW_DISCRETE: return d->x[pick(d, r)];
    case LAW_MIXTURE: return dist_raw(d->of[pick(d, r)], r);
    case LAW_SEQUENCE: return next_of(d, r);
    case LAW_SHIFTED: return d->a + dist_raw(d->of[0], r);
    case LAW_TRUNCATED: return inside(d, r);
    case LAWS: break;
    }
    assert(d->law < LAWS);
    return 0;
}

double wr_draw(const wr_dist *d, wr_rng *r)
{
    double x = d->law == LAW_CONSTANT ? d->a : dist_raw(d, r);
    return x > 0 ? x : 0;
}

wr_dur wr_draw_dur(const wr_dist *d, wr_rng *r)
{
    if (d->law == LAW_CONSTANT)
        return d->fixed;
    return wr_dur_from_s(dist_raw(d, r));
}

bool wr_dist_constant(const wr_dist *d, double *value)
{
    if (d->law != LAW_CONSTANT)
        return false;
    *value = d->a > 0 ? d->a : 0;
    return true;
}
