/* engine.h - the inside of distributions and profiles, for the table layer that builds them. */
#ifndef WR_ENGINE_INTERNAL_H
#define WR_ENGINE_INTERNAL_H
#include "../base/base.h"
#include <weir/engine.h>
#include <weir/rng.h>

/* dist.c - built from parameters in base units. Every maker returns NULL with *why set (a static or arena text, lower
 * case) when the parameters contradict each other. */
const wr_dist *dist_constant(wr_arena *a, double x);
const wr_dist *dist_exponential(wr_arena *a, double mean);
const wr_dist *dist_lognormal(wr_arena *a, double mu, double sigma);
const wr_dist *dist_normal(wr_arena *a, double mean, double sd);
const wr_dist *dist_uniform(wr_arena *a, double min, double max);
const wr_dist *dist_gamma(wr_arena *a, double shape, double mean); /* erlang: integer shape */
const wr_dist *dist_weibull(wr_arena *a, double scale, double shape);
const wr_dist *dist_pareto(wr_arena *a, double min, double shape, double max); /* max infinity: not truncated */
const wr_dist *dist_quantiles(wr_arena *a, const double *p, const double *x, size_t n); /* p 0..1 increasing */
const wr_dist *dist_values(wr_arena *a, const double *x, size_t n);                      /* empirical */
const wr_dist *dist_discrete(wr_arena *a, const double *x, const double *share, size_t n);
const wr_dist *dist_mixture(wr_arena *a, const wr_dist *const *of, const double *share, size_t n); /* also hyperexponential */
const wr_dist *dist_sequence(wr_arena *a, const double *x, size_t n, bool repeat, size_t number); /* number: which counter of wr_rng.sequences */
const wr_dist *dist_shifted(wr_arena *a, const wr_dist *of, double by);
const wr_dist *dist_truncated(wr_arena *a, const wr_dist *of, double min, double max); /* draws again until inside */
void dist_describe(const wr_dist *d, text *out);
/* A sequence with then: error ran past its end: the run must stop. Set by the draw, read by the run. */
#define DIST_SEQUENCE_OVER UINT64_MAX

/* expr.c - rate expressions of t: compiled to postfix. NULL after *why. `params` resolves $name to a number. */
typedef struct expr expr;
expr *expr_compile(wr_arena *a, const char *s, size_t len, double (*param)(void *arg, const char *name, bool *ok),
                   void *arg, const char **why, size_t *at);
double expr_value(const expr *e, double t);
/* profile.c */
const wr_profile *profile_expr(wr_arena *a, const expr *e, wr_dur horizon);
/* The expression's bound proved too low while drawing (thinning): a run that sees this must stop with an error. */
bool wr_cursor_broken(const wr_cursor *c);
/* rng.c */
uint64_t rng_seed_of(uint64_t seed, uint64_t replication, const char *component, const char *purpose);
#endif
