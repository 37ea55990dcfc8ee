/* dist_mean.c - what is known about a distribution without drawing: its mean, and itself in words.
 *
 * The mean is that of wr_draw, in which negative draws have become 0: everything is built on the mean excess
 * above a level, E[max(0, X - k)], which has a closed form for every law but gamma and Weibull (there only for
 * levels below 0). A truncated law takes it from the excess and the tail at both ends. NaN where no closed form
 * is known. Truth: tests/unit/test_dist.c compares with draws. */
#include "dist.h"
#include <math.h>

static const double half_log_2_pi = 0.91893853320467274178;

double dist_normal_below(double z)
{
    return erfc(-z * 0.70710678118654752440) / 2;
}

static double raw_mean(const wr_dist *d)
{
    switch (d->law) {
    case LAW_EXPONENTIAL: return d->a;
    case LAW_LOGNORMAL: return exp(d->a + d->b * d->b / 2);
    case LAW_GAMMA: return d->a * d->b;
    case LAW_WEIBULL: return d->a * tgamma(1 + d->b);
    default: return NAN;
    }
}

static double normal_excess(double mean, double sd, double k)
{
    if (sd == 0)
        return fmax(0, mean - k);
    double z = (mean - k) / sd;
    return (mean - k) * dist_normal_below(z) + sd * exp(-z * z / 2 - half_log_2_pi);
}

static double lognormal_excess(const wr_dist *d, double k)
{
    if (d->b == 0)
        return fmax(0, exp(d->a) - k);
    double z = (d->a - log(k)) / d->b;
    return raw_mean(d) * dist_normal_below(z + d->b) - k * dist_normal_below(z);
}

/* A number spread evenly between x and y. */
static double even_excess(double x, double y, double k)
{
    if (k >= y)
        return 0;
    return k <= x ? (x + y) / 2 - k : (y - k) * (y - k) / (2 * (y - x));
}

/* The integral of the tail from k to the end; the tail is ((min/x)^s - rest) / (1 - rest), rest = (min/max)^s. */
static double pareto_excess(const wr_dist *d, double k)
{
    double s = -1 / d->b, rest = 1 - d->c, below = fmax(0, d->a - k), x = fmax(k, d->a);
    if (x >= d->d)
        return 0;
    if (isinf(d->d))
        return s > 1 ? below + x * pow(d->a / x, s) / (s - 1) : INFINITY;
    double whole = fabs(s - 1) < 1e-9 ? d->a * log(d->d / x)
                                      : pow(d->a, s) * (pow(x, 1 - s) - pow(d->d, 1 - s)) / (s - 1);
    return below + (whole - rest * (d->d - x)) / d->c;
}

static double list_excess(const wr_dist *d, double k)
{
    double sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        double share = d->law == LAW_DISCRETE ? d->p[i] - (i ? d->p[i - 1] : 0) : 1 / (double)d->n;
        sum += share * fmax(0, d->x[i] - k);
    }
    return sum;
}

static double quantile_excess(const wr_dist *d, double k)
{
    double sum = d->p[0] * fmax(0, d->x[0] - k) + (1 - d->p[d->n - 1]) * fmax(0, d->x[d->n - 1] - k);
    for (size_t i = 1; i < d->n; i++)
        sum += (d->p[i] - d->p[i - 1]) * even_excess(d->x[i - 1], d->x[i], k);
    return sum;
}

static double excess(const wr_dist *d, double k);

static double mixed(const wr_dist *d, double k, double (*of)(const wr_dist *d, double k))
{
    double sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        double share = d->p[i] - (i ? d->p[i - 1] : 0);
        sum += share > 0 ? share * of(d->of[i], k) : 0;
    }
    return sum;
}

/* P(X > k), where a truncated law needs it. */
static double tail(const wr_dist *d, double k)
{
    switch (d->law) {
    case LAW_EXPONENTIAL: return k > 0 ? exp(-k / d->a) : 1;
    case LAW_NORMAL: return d->b > 0 ? dist_normal_below((d->a - k) / d->b) : d->a > k;
    case LAW_LOGNORMAL: return k <= 0 ? 1 : d->b > 0 ? dist_normal_below((d->a - log(k)) / d->b) : exp(d->a) > k;
    case LAW_UNIFORM: return d->b > 0 ? fmin(1, fmax(0, (d->a + d->b - k) / d->b)) : d->a > k;
    case LAW_MIXTURE: return mixed(d, k, tail);
    case LAW_SHIFTED: return tail(d->of[0], k - d->a);
    default: return NAN;
    }
}

/* E[max(0, X - k)] of X between min and max: what is above k inside, over the share inside. */
static double truncated_excess(const wr_dist *d, double k)
{
    const wr_dist *of = d->of[0];
    double low = fmax(k, d->a), high = d->b, inside = tail(of, d->a) - (isinf(high) ? 0 : tail(of, high));
    if (k >= high)
        return 0;
    double above = isinf(high) ? 0 : excess(of, high) + (high - k) * tail(of, high);
    return (excess(of, low) + (low - k) * tail(of, low) - above) / inside;
}

static double excess(const wr_dist *d, double k)
{
    switch (d->law) {
    case LAW_CONSTANT: return fmax(0, d->a - k);
    case LAW_EXPONENTIAL: return k <= 0 ? d->a - k : d->a * exp(-k / d->a);
    case LAW_NORMAL: return normal_excess(d->a, d->b, k);
    case LAW_LOGNORMAL: return k <= 0 ? raw_mean(d) - k : lognormal_excess(d, k);
    case LAW_GAMMA:
    case LAW_WEIBULL: return k <= 0 ? raw_mean(d) - k : NAN;
    case LAW_UNIFORM: return d->b > 0 ? even_excess(d->a, d->a + d->b, k) : fmax(0, d->a - k);
    case LAW_PARETO: return pareto_excess(d, k);
    case LAW_QUANTILES: return quantile_excess(d, k);
    case LAW_VALUES:
    case LAW_DISCRETE:
    case LAW_SEQUENCE: return list_excess(d, k);
    case LAW_MIXTURE: return mixed(d, k, excess);
    case LAW_SHIFTED: return excess(d->of[0], k - d->a);
    case LAW_TRUNCATED: return truncated_excess(d, k);
    case LAWS: break;
    }
    return NAN;
}

double wr_dist_mean(const wr_dist *d)
{
    return excess(d, 0);
}

/* ---- in words --------------------------------------------------------------------------------------------- */
static const char *const names[LAWS] = {"constant", "exponential", "lognormal", "normal", "uniform",
                                        "gamma", "weibull", "pareto", "quantiles", "empirical",
                                        "discrete", "mixture", "sequence", "shifted", "truncated"};

static void two(text *out, const char *a, double x, const char *b, double y)
{
    text_printf(out, "{%s: %.6g, %s: %.6g}", a, x, b, y);
}

static void item(const wr_dist *d, size_t i, text *out)
{
    if (d->law == LAW_QUANTILES)
        text_printf(out, "p%.6g: %.6g", 100 * d->p[i], d->x[i]);
    else if (d->law == LAW_DISCRETE)
        text_printf(out, "%.6g: %.6g%%", d->x[i], 100 * (d->p[i] - (i ? d->p[i - 1] : 0)));
    else
        text_printf(out, "%.6g", d->x[i]);
}

static void list(const wr_dist *d, text *out)
{
    enum { MOST = 6 };
    bool keyed = d->law == LAW_DISCRETE || d->law == LAW_QUANTILES;
    text_puts(out, keyed ? "{" : "{values: [");
    for (size_t i = 0; i < d->n && i < MOST; i++) {
        text_puts(out, i ? ", " : "");
        item(d, i, out);
    }
    text_puts(out, d->n > MOST ? ", ..." : "");
    text_puts(out, keyed ? "}" : "]}");
}

static void mixture(const wr_dist *d, text *out)
{
    text_puts(out, "[");
    for (size_t i = 0; i < d->n; i++) {
        text_printf(out, "%s{share: %.6g%%, of: ", i ? ", " : "", 100 * (d->p[i] - (i ? d->p[i - 1] : 0)));
        dist_describe(d->of[i], out);
        text_puts(out, "}");
    }
    text_puts(out, "]");
}

static void around(const wr_dist *d, text *out)
{
    if (d->law == LAW_SHIFTED)
        text_printf(out, "{by: %.6g, of: ", d->a);
    else
        text_printf(out, "{min: %.6g, max: %.6g, of: ", d->a, d->b);
    dist_describe(d->of[0], out);
    text_puts(out, "}");
}

static void parameters(const wr_dist *d, text *out)
{
    switch (d->law) {
    case LAW_LOGNORMAL: two(out, "p50", exp(d->a), "cv", sqrt(expm1(d->b * d->b))); break;
    case LAW_NORMAL: two(out, "mean", d->a, "sd", d->b); break;
    case LAW_UNIFORM: two(out, "min", d->a, "max", d->a + d->b); break;
    case LAW_GAMMA: two(out, "mean", d->a * d->b, "cv", 1 / sqrt(d->b)); break;
    case LAW_WEIBULL: two(out, "scale", d->a, "shape", 1 / d->b); break;
    case LAW_PARETO: two(out, "min", d->a, "shape", -1 / d->b); break;
    case LAW_MIXTURE: mixture(d, out); break;
    case LAW_SHIFTED:
    case LAW_TRUNCATED: around(d, out); break;
    case LAW_CONSTANT:
    case LAW_EXPONENTIAL:
    case LAWS: text_printf(out, "%.6g", d->a); break;
    default: list(d, out);
    }
}

void dist_describe(const wr_dist *d, text *out)
{
    if (d->law == LAW_CONSTANT) {
        text_printf(out, "%.6g", d->a);
        return;
    }
    text_printf(out, "{%s: ", names[d->law]);
    parameters(d, out);
    text_puts(out, "}");
}
