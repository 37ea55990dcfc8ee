/* weir/rng.h - random numbers, distributions and rates that change. */
#ifndef WEIR_RNG_H
#define WEIR_RNG_H
#ifdef __cplusplus
extern "C" {
#endif
#include <stdbool.h>
#include <stddef.h>
#include <weir/time.h>

/* One stream per component and purpose: xoshiro256**; also registered as a gsl_rng_type, so
 * gsl_ran_* can draw from it. `sequences` counts how far each `sequence` distribution of the
 * scenario has been read in this run; it is NULL where none exists. */
typedef struct wr_rng {
    uint64_t s[4];
    uint64_t *sequences;
} wr_rng;

/* Streams are named, not numbered: (seed, replication, "web", "cpu"). Adding a component, or a
 * draw to another model, moves nobody else's numbers. The sweep point is NOT part of the name: all
 * points see the same arrivals (common random numbers), which is what makes comparisons sharp. */
void wr_rng_open(wr_rng *r, uint64_t seed, uint64_t replication, const char *component,
                 const char *purpose);
uint64_t wr_rng_u64(wr_rng *r);
double wr_rng_unit(wr_rng *r);                   /* in (0, 1] */
double wr_rng_exp(wr_rng *r);                    /* exponential of mean 1 */
uint64_t wr_rng_below(wr_rng *r, uint64_t n);    /* uniform in 0 .. n-1, unbiased; n >= 1 */
static inline bool wr_rng_chance(wr_rng *r, double p) /* draws only when p is neither 0 nor 1 */
{
    return p > 0 && (p >= 1 || wr_rng_unit(r) <= p);
}

/* A distribution as users write it: 5ms | {exponential: {mean: 5ms}} | {lognormal: {p50: 4ms,
 * p99: 20ms}} | {empirical: {csv: file.csv}}. Opaque: drawn, described, nothing else. Values are in
 * base units (s, bytes, counts); infinity where the user wrote `never` or `unlimited`. */
typedef struct wr_dist wr_dist;
double wr_draw(const wr_dist *d, wr_rng *r);      /* negative draws become 0 */
wr_dur wr_draw_dur(const wr_dist *d, wr_rng *r);  /* of a time: nearest ns */
double wr_dist_mean(const wr_dist *d);            /* NaN where no closed form is known */
bool wr_dist_constant(const wr_dist *d, double *value); /* true: every draw is *value */

/* A rate that changes: constant, stages, an expression of t, counts per period (a trace).
 * Frozen with the scenario; what moves is the caller's cursor, {0} at first. */
typedef struct wr_profile wr_profile;
typedef struct wr_cursor {
    size_t at;        /* piece of the profile the last look-up ended in */
    wr_time from, to; /* of an expression: the stretch that `rate` and `sum` stand for */
    double rate[8];   /* Chebyshev coefficients of the rate there */
    double sum[9];    /* and of its integral */
    unsigned doubtful;
    bool broken;
} wr_cursor;
double wr_profile_rate(const wr_profile *p, wr_time t);
/* The instant at which `factor` x the rate, integrated from `from`, reaches `amount` requests;
 * WR_NEVER: it never does. Exp(1) amounts give exact Poisson arrivals, 1 gives even spacing. */
wr_time wr_profile_reach(const wr_profile *p, wr_cursor *c, wr_time from, double amount, double factor);
double wr_profile_integral(const wr_profile *p, wr_time from, wr_time to); /* expected requests */
double wr_profile_peak(const wr_profile *p, wr_time until);                /* the highest rate before `until` */

#ifdef __cplusplus
}
#endif
#endif
