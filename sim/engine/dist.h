/* dist.h - the inside of a distribution: one tagged struct. For dist.c, dist_make.c and dist_mean.c only. */
#ifndef WR_ENGINE_DIST_H
#define WR_ENGINE_DIST_H
#include "engine.h"

enum dist_law {
    LAW_CONSTANT,
    LAW_EXPONENTIAL,
    LAW_LOGNORMAL,
    LAW_NORMAL,
    LAW_UNIFORM,
    LAW_GAMMA,
    LAW_WEIBULL,
    LAW_PARETO,
    LAW_QUANTILES,
    LAW_VALUES,
    LAW_DISCRETE,
    LAW_MIXTURE,
    LAW_SEQUENCE,
    LAW_SHIFTED,
    LAW_TRUNCATED,
    LAWS
};

/* law          a             b              c               d            lists
 * constant     value                                                     (fixed: the same in ns)
 * exponential  mean
 * lognormal    mu            sigma
 * normal       mean          sd
 * uniform      min           max - min
 * gamma        scale         shape          d of M-T        c of M-T
 * weibull      scale         1 / shape
 * pareto       min           -1 / shape     1-(min/max)^sh  max
 * quantiles                                                              x values, p probabilities
 * values                                                                 x sorted
 * discrete                                                               x sorted, p summed shares, guide
 * mixture                                                                of, p summed shares, guide
 * sequence                                                               x in order, number, repeat
 * shifted      by                                                        of[0]
 * truncated    min           max                                         of[0] */
struct wr_dist {
    enum dist_law law;
    bool repeat;
    double a, b, c, d;
    wr_dur fixed;
    size_t n;
    const double *x, *p;
    const uint32_t *guide; /* where the search in p begins, by slices of 1/n */
    const wr_dist *const *of;
    size_t number;
};
double dist_raw(const wr_dist *d, wr_rng *r);  /* a draw before negative ones become 0 */
double dist_normal_at(double q);               /* the standard normal quantile of 0.5 + q, |q| < 0.5 */
double dist_normal_below(double z);            /* the standard normal distribution function */
#endif
