/* stat.c - the mean of replications and how far to trust it.
 *
 * Replications are independent, so Student's t with n - 1 degrees of freedom is exact for normal means and
 * good for the statistics of long runs. Values that are not defined are left out and not counted. The one
 * file of the results that needs GSL. Truth: tests/unit/test_stat.c. */
#include "result.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>
#include <math.h>

void stat_quiet(void)
{
    gsl_set_error_handler_off();
}

double stat_t(double confidence, double df)
{
    return gsl_cdf_tdist_Pinv((1 + confidence) / 2, df);
}

double stat_p(double t, double df)
{
    return isnan(t) ? NAN : 2 * gsl_cdf_tdist_Q(fabs(t), df);
}

double stat_half(double sd, size_t n)
{
    return n < 2 ? NAN : sd > 0 ? stat_t(0.95, (double)(n - 1)) * sd / sqrt((double)n) : sd;
}

/* The half width falls with n: double until it is small enough, then halve the interval. */
size_t stat_enough(double sd, double gap)
{
    enum { MOST = 1000000 };
    size_t low = 1, high = 2;
    if (!(gap > 0) || !isfinite(sd))
        return 0;
    while (!(stat_half(sd, high) < gap)) {
        if (high > MOST)
            return 0;
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (stat_half(sd, middle) < gap)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* The mean is taken about the first value, so that equal values have exactly that mean and no deviation. */
wr_estimate wr_estimate_of(const double *x, size_t n)
{
    double first = 0, sum = 0, squares = 0;
    size_t seen = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            first = seen ? first : x[i];
            sum += seen ? x[i] - first : 0;
            seen++;
        }
    wr_estimate e = {NAN, NAN, NAN, seen};
    if (!seen)
        return e;
    e.mean = seen == 1 ? first : first + sum / (double)seen;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            squares += (x[i] - e.mean) * (x[i] - e.mean);
    e.sd = seen > 1 ? sqrt(squares / (double)(seen - 1)) : NAN;
    e.ci95 = stat_half(e.sd, seen);
    return e;
}

const char *stat_library(void)
{
    return gsl_version;
}
