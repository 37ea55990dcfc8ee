/* engine.h - the inside of distributions and profiles, for the table layer that builds them. */
#ifndef WR_ENGINE_INTERNAL_H
#define WR_ENGINE_INTERNAL_H
#include "../base/base.h"
#include <weir/engine.h>
#include <weir/rng.h>

/* dist_make.c - built from parameters in base units; lists are copied. NULL when the parameters are no distribution:
 * NaN or infinite (a constant may be infinite), a mean, scale or shape that is not above 0, a negative sd or sigma,
 * min above max, lists that do not increase, shares that are negative or all 0 (they need not sum to 1). */
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
const wr_dist *dist_mixture(wr_arena *a, const wr_dist *const *of, const double *share, size_t n);
/* number: which counter of wr_rng.sequences */
const wr_dist *dist_sequence(wr_arena *a, const double *x, size_t n, bool repeat, size_t number);
const wr_dist *dist_shifted(wr_arena *a, const wr_dist *of, double by);
const wr_dist *dist_truncated(wr_arena *a, const wr_dist *of, double min, double max); /* draws again until inside */
/* The parameters a user may give in place of those above; NAN: not given. NULL after *why (lower case, static). */
typedef struct dist_marks { double mean, cv, p50, p95, p99; } dist_marks;
const wr_dist *dist_lognormal_of(wr_arena *a, dist_marks m, const char **why); /* two quantiles or mean; one + cv */
const wr_dist *dist_gamma_of(wr_arena *a, double mean, double cv, const char **why);
/* k, or cv with 1/cv^2 whole */
const wr_dist *dist_erlang_of(wr_arena *a, double mean, double k, double cv, const char **why);
const wr_dist *dist_weibull_of(wr_arena *a, double mean, double shape, const char **why);
const wr_dist *dist_hyper_of(wr_arena *a, double mean, double cv, const char **why); /* two balanced phases, cv >= 1 */
/* Draws outside are drawn again: NULL after *why when (nearly) nothing lies inside, or of a sequence. */
const wr_dist *dist_truncated_of(wr_arena *a, const wr_dist *of, double min, double max, const char **why);
void dist_describe(const wr_dist *d, text *out); /* as the mapping that would be written, in base units */
/* A sequence with then: error ran past its end: the run must stop. Set by the draw, read by the run. */
#define DIST_SEQUENCE_OVER UINT64_MAX

/* expr.c - rate expressions of t: compiled to postfix. NULL after *why. `params` resolves $name to a number. */
typedef struct expr expr;
expr *expr_compile(wr_arena *a, const char *s, size_t len, double (*param)(void *arg, const char *name, bool *ok),
                   void *arg, const char **why, size_t *at);
double expr_value(const expr *e, double t);
/* What the expression is between two times: never outside lo..hi; tame: smooth and slow enough to be replaced by a
 * polynomial of low degree. */
typedef struct expr_range { double lo, hi; bool tame; } expr_range;
expr_range expr_over(const expr *e, double from, double to);
/* profile.c */
const wr_profile *profile_expr(wr_arena *a, const expr *e, wr_dur horizon);
/* The expression was not a finite number somewhere on the way, or could not be followed: a run that sees this must
 * stop with an error. */
bool wr_cursor_broken(const wr_cursor *c);
/* rng.c */
uint64_t rng_seed_of(uint64_t seed, uint64_t replication, const char *component, const char *purpose);
#endif
