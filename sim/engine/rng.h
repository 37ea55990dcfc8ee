/* rng.h - our generator as GSL sees it; only the files that may include GSL include this. A gsl_rng over a
 * stream of ours is {&wr_rng_gsl, stream}: it draws from, and moves, that stream. */
#ifndef WR_ENGINE_RNG_H
#define WR_ENGINE_RNG_H
#include <gsl/gsl_rng.h>
#include <weir/rng.h>
extern const gsl_rng_type wr_rng_gsl;
#endif
