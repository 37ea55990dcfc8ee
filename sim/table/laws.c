/* laws.c - the distributions a user may write (SCENARIO.md 2.2), as tables.
 *
 * Rows with WR_P_QUANTITY are in the unit of what the distribution is of: seconds here, bytes there. Which
 * rows may stand together is law_forms' business. The keys of `quantiles` and `discrete` are data; their one
 * row describes them. Truth: tests/unit/test_laws.c. */
#include "laws.h"

#define QUANTITY .type = WR_T_NUMBER, .flags = WR_P_QUANTITY, .optional = true
#define PLAIN .type = WR_T_NUMBER, .optional = true

static const char *const endings[] = {"repeat", "error", NULL};

static const wr_param value_rows[] = {
    {.key = "value", WR_FIELD(law_value, x), .type = WR_T_NUMBER, .flags = WR_P_QUANTITY, .doc = "One value."},
    {0}};
static const wr_param branch_rows[] = {
    {.key = "share", WR_FIELD(law_branch, share), .type = WR_T_SHARE, .doc = "Share of draws from this branch."},
    {.key = "mean", WR_FIELD(law_branch, mean), .type = WR_T_NUMBER, .flags = WR_P_QUANTITY, .doc = "Mean of this exponential branch."},
    {0}};
static const wr_param part_rows[] = {
    {.key = "share", WR_FIELD(law_part, share), .type = WR_T_SHARE, .doc = "Share of draws from this part."},
    {.key = "of", WR_FIELD(law_part, of), .type = WR_T_DIST, .of = WR_T_NUMBER, .flags = WR_P_QUANTITY, .doc = "Its distribution."},
    {0}};
struct point { /* documents keys that are data */
    const char *name;
    double x;
};
static const wr_param point_rows[] = {
    {.key = "value", WR_FIELD(struct point, x), .type = WR_T_NUMBER, .flags = WR_P_QUANTITY, .doc = "The value there."},
    {0}};
static const wr_param outcome_rows[] = {
    {.key = "share", WR_FIELD(struct point, x), .type = WR_T_SHARE, .doc = "Share of draws that give this value."},
    {0}};

static const wr_param constant_rows[] = {
    {.key = "value", WR_FIELD(law_args, value), QUANTITY, .doc = "Every draw."},
    {0}};
static const wr_param exponential_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean."},
    {0}};
static const wr_param lognormal_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean."},
    {.key = "p50", WR_FIELD(law_args, p50), QUANTITY, .doc = "The median."},
    {.key = "p95", WR_FIELD(law_args, p95), QUANTITY, .doc = "95 % of draws are below; beside a mean, the law with the lighter tail of the two that fit."},
    {.key = "p99", WR_FIELD(law_args, p99), QUANTITY, .doc = "99 % of draws are below; beside a mean, the law with the lighter tail of the two that fit."},
    {.key = "cv", WR_FIELD(law_args, cv), PLAIN, .max = 1000, .doc = "Standard deviation divided by the mean."},
    {0}};
static const wr_param normal_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean before negative draws become 0."},
    {.key = "sd", WR_FIELD(law_args, sd), QUANTITY, .doc = "The standard deviation."},
    {0}};
static const wr_param uniform_rows[] = {
    {.key = "min", WR_FIELD(law_args, min), QUANTITY, .doc = "The least draw."},
    {.key = "max", WR_FIELD(law_args, max), QUANTITY, .doc = "The largest draw."},
    {0}};
static const wr_param gamma_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean."},
    {.key = "cv", WR_FIELD(law_args, cv), PLAIN, .max = 1000, .doc = "Standard deviation divided by the mean."},
    {0}};
static const wr_param erlang_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean."},
    {.key = "k", WR_FIELD(law_args, k), .type = WR_T_INT, .optional = true, .min = 1, .max = 1e6, .doc = "Number of exponential phases."},
    {.key = "cv", WR_FIELD(law_args, cv), PLAIN, .min = 0.001, .max = 1, .doc = "In place of k; 1/cv squared must be a whole number."},
    {0}};
static const wr_param weibull_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean."},
    {.key = "scale", WR_FIELD(law_args, scale), QUANTITY, .doc = "In place of the mean: the value that 63.2 % of draws are below."},
    {.key = "shape", WR_FIELD(law_args, shape), PLAIN, .min = 0.05, .max = 1000, .doc = "1 is exponential, below 1 has a heavier tail."},
    {0}};
static const wr_param pareto_rows[] = {
    {.key = "min", WR_FIELD(law_args, min), QUANTITY, .doc = "The least draw."},
    {.key = "shape", WR_FIELD(law_args, shape), PLAIN, .min = 0.01, .max = 1000, .doc = "The tail falls with this power; at 1 or below the mean is infinite."},
    {.key = "max", WR_FIELD(law_args, max), QUANTITY, .doc = "Cuts the tail: the law truncated at this value."},
    {0}};
static const wr_param hyperexponential_rows[] = {
    {.key = "mean", WR_FIELD(law_args, mean), QUANTITY, .doc = "The mean, of two phases with balanced means."},
    {.key = "cv", WR_FIELD(law_args, cv), PLAIN, .min = 1, .max = 1000, .doc = "Standard deviation divided by the mean."},
    {.key = "branches", WR_FIELD(law_args, branches), .type = WR_T_LIST, .rows = branch_rows, .size = sizeof(law_branch), .optional = true, .min = 1, .max = 1000, .doc = "In place of mean and cv: any number of exponential phases."},
    {0}};
static const wr_param empirical_rows[] = {
    {.key = "csv", WR_FIELD(law_args, csv), .type = WR_T_TEXT, .optional = true, .doc = "A file beside the scenario, with a line of names first."},
    {.key = "column", WR_FIELD(law_args, column), .type = WR_T_TEXT, .optional = true, .doc = "Name of the column; may be left out when there is one."},
    {.key = "unit", WR_FIELD(law_args, unit), .type = WR_T_TEXT, .optional = true, .doc = "What a bare number of the column means, such as ms."},
    {.key = "values", WR_FIELD(law_args, values), .type = WR_T_LIST, .rows = value_rows, .size = sizeof(law_value), .shorthand = "value", .optional = true, .min = 1, .max = 1e7, .doc = "In place of a file: the values."},
    {0}};
static const wr_param quantiles_rows[] = {
    {.key = "points", .type = WR_T_MAP, .ctype = 'L', .offset = offsetof(law_args, values), .rows = point_rows, .size = sizeof(struct point), .shorthand = "value", .optional = true, .doc = "Values at min, max and any pNN or pNN.N; linear between them, and flat beyond the outer ones."},
    {0}};
static const wr_param discrete_rows[] = {
    {.key = "outcomes", .type = WR_T_MAP, .ctype = 'L', .offset = offsetof(law_args, values), .rows = outcome_rows, .size = sizeof(struct point), .shorthand = "share", .optional = true, .doc = "Value and share of draws, such as {50ms: 90%, 2s: 10%}; the shares sum to 1."},
    {0}};
static const wr_param mixture_rows[] = {
    {.key = "parts", WR_FIELD(law_args, parts), .type = WR_T_LIST, .rows = part_rows, .size = sizeof(law_part), .optional = true, .min = 1, .max = 1000, .doc = "Each with a share and a distribution; the shares sum to 1."},
    {0}};
static const wr_param sequence_rows[] = {
    {.key = "values", WR_FIELD(law_args, values), .type = WR_T_LIST, .rows = value_rows, .size = sizeof(law_value), .shorthand = "value", .optional = true, .min = 1, .max = 1e7, .doc = "Draws in this order, whoever draws."},
    {.key = "then", WR_FIELD(law_args, then), .type = WR_T_ENUM, .choices = endings, .def = "repeat", .doc = "After the last value: begins again, or the run ends with an error."},
    {0}};
static const wr_param shifted_rows[] = {
    {.key = "by", WR_FIELD(law_args, by), QUANTITY, .doc = "Added to every draw."},
    {.key = "of", WR_FIELD(law_args, of), .type = WR_T_DIST, .of = WR_T_NUMBER, .flags = WR_P_QUANTITY, .optional = true, .doc = "The distribution that is shifted."},
    {0}};
static const wr_param truncated_rows[] = {
    {.key = "min", WR_FIELD(law_args, min), QUANTITY, .doc = "Smaller draws are drawn again."},
    {.key = "max", WR_FIELD(law_args, max), QUANTITY, .doc = "Larger draws are drawn again."},
    {.key = "of", WR_FIELD(law_args, of), .type = WR_T_DIST, .of = WR_T_NUMBER, .flags = WR_P_QUANTITY, .optional = true, .doc = "The distribution that is cut."},
    {0}};

#define LAW(NAME, SHORT, DOC) {.key = #NAME, .rows = NAME##_rows, .size = sizeof(law_args), .shorthand = SHORT, .doc = DOC}
const wr_variant dist_laws[] = {
    LAW(constant, "value", "Always the same; a value without a mapping means this."),
    LAW(exponential, "mean", "Without memory; {exponential: 35ms} gives the mean."),
    LAW(lognormal, NULL, "By two of mean, p50, p95 and p99, or by cv and one of mean and p50."),
    LAW(normal, NULL, "By mean and sd; negative draws become 0."),
    LAW(uniform, NULL, "Evenly between min and max."),
    LAW(gamma, NULL, "By mean and cv."),
    LAW(erlang, NULL, "A sum of k equal exponential phases, by mean and k, or mean and cv."),
    LAW(weibull, NULL, "By shape and one of mean and scale."),
    LAW(pareto, NULL, "A power tail from min on, by min and shape, truncated at max if given."),
    LAW(hyperexponential, NULL, "By mean and cv of at least 1, or by branches of share and mean."),
    LAW(empirical, NULL, "Values of a list or of a CSV column, drawn with replacement."),
    LAW(quantiles, "points", "Linear between points such as {min: 1ms, p50: 3ms, p99: 20ms, max: 50ms}."),
    LAW(discrete, "outcomes", "A few values with their shares, such as {50ms: 90%, 2s: 10%}."),
    LAW(mixture, "parts", "Parts with shares, each a distribution of its own."),
    LAW(sequence, "values", "Given values in order, for vectors checked by hand."),
    LAW(shifted, NULL, "A distribution plus a constant."),
    LAW(truncated, NULL, "A distribution whose draws outside min and max are drawn again."),
    {0}};

const law_form law_forms[] = {
    {make_constant, false, {G_VALUE}, "value"},
    {make_exponential, false, {G_MEAN}, "mean"},
    {make_lognormal, false, {G_MEAN | G_P50, G_MEAN | G_P95, G_MEAN | G_P99, G_P50 | G_P95, G_P50 | G_P99, G_P95 | G_P99, G_MEAN | G_CV, G_P50 | G_CV},
     "two of mean, p50, p95 and p99, or cv and one of mean and p50"},
    {make_normal, false, {G_MEAN | G_SD}, "mean and sd"},
    {make_uniform, false, {G_MIN | G_MAX}, "min and max"},
    {make_gamma, false, {G_MEAN | G_CV}, "mean and cv"},
    {make_erlang, false, {G_MEAN | G_K, G_MEAN | G_CV}, "mean and one of k and cv"},
    {make_weibull, false, {G_MEAN | G_SHAPE, G_SCALE | G_SHAPE}, "shape and one of mean and scale"},
    {make_pareto, false, {G_MIN | G_SHAPE, G_MIN | G_SHAPE | G_MAX}, "min and shape, and max if it is truncated"},
    {make_hyperexponential, false, {G_MEAN | G_CV, G_BRANCHES}, "mean and cv, or branches"},
    {make_empirical, false, {G_CSV, G_CSV | G_COLUMN, G_CSV | G_UNIT, G_CSV | G_COLUMN | G_UNIT, G_VALUES}, "csv with column and unit, or values"},
    {make_quantiles, true, {0}, "min, max and any pNN"},
    {make_discrete, true, {0}, "values with their shares"},
    {make_mixture, false, {G_PARTS}, "a list of {share, of}"},
    {make_sequence, false, {G_VALUES}, "values"},
    {make_shifted, false, {G_BY | G_OF}, "by and of"},
    {make_truncated, false, {G_MIN | G_OF, G_MAX | G_OF, G_MIN | G_MAX | G_OF}, "of and one or both of min and max"},
};
_Static_assert(sizeof law_forms / sizeof *law_forms + 1 == sizeof dist_laws / sizeof *dist_laws, "one form for each law");
