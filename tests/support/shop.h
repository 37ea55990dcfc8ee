/* shop.h - a result made by hand, with something for every kind of chart: what the golden pictures show. */
#ifndef WR_TESTS_GOLDEN_SHOP_H
#define WR_TESTS_GOLDEN_SHOP_H
#include <weir/result.h>

/* Three replications of an hour in periods of a minute, closed. Nothing in it depends on models or on luck. */
wr_experiment shop_experiment(void);
#endif
