/* mser.c - MSER: how much of the beginning of a series to leave out, found from the data.
 *
 * The numbers are averaged in batches (of five: MSER-5), and the beginning is left out whose absence makes the
 * standard error of the mean of the rest smallest (White 1997; Franklin and White 2008). At most half may
 * go, since the rule is blind at the end of a series. Fewer than two batches leave nothing out.
 * Truth: tests/unit/test_warmup.c, tests/unit/test_sample.c. */
#include "result.h"
#include <math.h>
#include <stdlib.h>

/* From the end on, so that mean and squares of the rest grow by one batch at a time (Welford). */
mser mser_of(const double *x, size_t n, size_t batch)
{
    mser m = {.batches = n / batch, .statistic = NAN, .after = NAN, .all = NAN};
    if (m.batches < 2)
        return m;
    double *y = memory_get(m.batches * sizeof *y), mean = 0, squares = 0;
    m.statistic = INFINITY;
    for (size_t i = 0; i < m.batches * batch; i++)
        y[i / batch] += x[i] / (double)batch;
    for (size_t d = m.batches; d-- > 0;) {
        double rest = (double)(m.batches - d), off = y[d] - mean;
        mean += off / rest;
        squares += off * (y[d] - mean);
        if (d > m.batches / 2 || squares / (rest * rest) > m.statistic)
            continue;
        m.statistic = squares / (rest * rest);
        m.after = mean;
        m.cut = d;
    }
    m.all = mean;
    free(y);
    return m;
}
