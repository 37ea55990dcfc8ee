/* made.h - results made by hand, for tests of what stands behind a run. */
#ifndef WR_TESTS_MADE_H
#define WR_TESTS_MADE_H
#include "../../sim/base/base.h"
#include "../../sim/scenario/scenario.h"
#include <weir/result.h>

enum { MADE_PERIODS = 5 }; /* of 10 s; the last one lasts 5 s */

/* Three owners ("shoppers" traffic, "orders" dynamodb with part "p0", "run"), every kind of metric, series,
 * histograms, a cause, costs, annotations. Values depend on seed and replication only. */
wr_result *made_result(uint64_t seed, uint64_t replication);

/* A scenario that only shows what it is; its objectives are `exprs` (ends with NULL; may be NULL). */
const wr_scenario *made_scenario(const char *const *exprs);

/* An experiment of n results, not closed; objective values are set by the test with made_slo. */
wr_experiment made_experiment(const wr_scenario *s, uint64_t seed, size_t n);
void made_slo(wr_experiment *x, size_t slo, size_t rep, int op, double value, double bound);
#endif
