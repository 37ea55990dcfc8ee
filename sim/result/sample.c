/* sample.c - a sample of numbers: mean, deviation, interval, ranks; differences in pairs and between two samples.
 *
 * Student's t with n - 1 degrees of freedom, and Welch's with Satterthwaite's where two samples have deviations
 * of their own. Sums are taken about the first value, so that equal numbers have exactly their mean.
 * Truth: tests/unit/test_sample.c. */
#include "result.h"
#include <math.h>
#include <stdlib.h>

static sample finished(size_t n, double mean, double sd, double error, double df, double confidence)
{
    sample s = {.n = n, .mean = mean, .sd = sd, .half = NAN, .low = NAN, .high = NAN, .p = NAN};
    if (!(df > 0))
        return s;
    s.half = error > 0 ? stat_t(confidence, df) * error : 0;
    s.low = mean - s.half;
    s.high = mean + s.half;
    s.p = error > 0 ? stat_p(mean / error, df) : mean < 0 || mean > 0 ? 0 : 1;
    return s;
}

sample sample_of(const double *x, size_t n, double confidence)
{
    double off = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        off += x[i] - x[0];
    double mean = n ? x[0] + off / (double)n : NAN;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    double sd = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
    return finished(n, mean, sd, sd / sqrt((double)n), (double)n - 1, confidence);
}

sample sample_pairs(const double *x, const double *y, size_t n, double confidence)
{
    double *d = memory_get((n + 1) * sizeof *d);
    for (size_t i = 0; i < n; i++)
        d[i] = x[i] - y[i];
    sample s = sample_of(d, n, confidence);
    free(d);
    return s;
}

sample sample_welch(const sample *x, const sample *y, double confidence)
{
    double a = x->sd * x->sd / (double)x->n, b = y->sd * y->sd / (double)y->n, both = a + b;
    double df = both > 0 ? both * both / (a * a / (double)(x->n - 1) + b * b / (double)(y->n - 1))
                         : (double)(x->n + y->n) - 2;
    if (x->n < 2 || y->n < 2)
        df = 0;
    return finished(x->n + y->n, x->mean - y->mean, NAN, sqrt(both), df, confidence);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sample_sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, by_size);
}

double sample_rank(const double *sorted, size_t n, double q)
{
    double rank = ceil(q * (double)n - 1e-9);
    return !n ? NAN : sorted[rank < 1 ? 0 : (size_t)rank - 1];
}
