/* test_laws.c - every distribution a user may write: each refusal by its words, then the law by its moments and
 * quantiles.
 *
 * Quantiles are taken of 200 000 draws from a fixed seed; the tolerances are above five standard errors, so that
 * another seed would fail with probability below one in a million. */
#include "table_bench.h"
#include "../../sim/engine/engine.h"
#include <stdlib.h>

typedef struct cfg {
    const wr_dist *d, *size, *items, *idle, *cap;
} cfg;
static const wr_param rows[] = {
    {.key = "d", WR_FIELD(cfg, d), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true},
    {.key = "size", WR_FIELD(cfg, size), .type = WR_T_DIST, .of = WR_T_BYTES, .optional = true},
    {.key = "items", WR_FIELD(cfg, items), .type = WR_T_DIST, .of = WR_T_INT, .optional = true},
    {.key = "idle", WR_FIELD(cfg, idle), .type = WR_T_DIST, .of = WR_T_DUR, .unit = "s", .words = "never none", .def = "never"},
    {.key = "cap", WR_FIELD(cfg, cap), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .min = 1, .max = 60},
    {0}};

static void refused(const char *yaml, const char *why)
{
    bench t;
    cfg c = {0};
    bench_bind(&t, yaml, rows, &c);
    assert_string_equal(said(&t), why);
    assert_null(c.d);
    bench_close(&t);
}

static cfg filled(bench *t, const char *yaml)
{
    cfg c = {0};
    bench_bind(t, yaml, rows, &c);
    assert_string_equal(said(t), "");
    return c;
}

/* ---- function notation --------------------------------------------------------------------------------------- */
#define AS_FUNCTION " of sqs 'jobs' is written as a function; a distribution is a mapping (write "

static void test_function_notation_is_refused_with_the_mapping_that_was_meant(void **state)
{
    (void)state;
    refused("d: lognormal(mean=35ms, p99=140ms)", "1:4+31 'd'" AS_FUNCTION "{lognormal: {mean: 35ms, p99: 140ms}})");
    refused("d: 'lognormal(mean = 35ms,p99=140ms)'", "1:4+34 'd'" AS_FUNCTION "{lognormal: {mean: 35ms, p99: 140ms}})");
    refused("d: exponential(35ms)", "1:4+17 'd'" AS_FUNCTION "{exponential: 35ms})");
    refused("d: exp(mean=35ms)", "1:4+14 'd'" AS_FUNCTION "{exponential: {mean: 35ms}})");
    refused("d: uniform(5ms, 10ms)", "1:4+18 'd'" AS_FUNCTION "{uniform: {min: 5ms, max: 10ms}})");
    refused("d: lognorml(mean=3s, p99=9s)", "1:4+25 'd'" AS_FUNCTION "{lognormal: {mean: 3s, p99: 9s}})");
    refused("d: normal(1s, 2s, 3s)", "1:4+18 'd' of sqs 'jobs' is written as a function; a distribution is a mapping (such as {lognormal: {mean: ..., p99: ...}})");
}

static void test_function_notation_cut_by_yaml_is_still_recognised(void **state)
{
    (void)state;
    refused("{d: lognormal(mean=35ms, p99=140ms)}", "1:5+19 'd'" AS_FUNCTION "{lognormal: {mean: 35ms, p99: 140ms}})");
    refused("d: {lognormal(mean=35ms, p99=140ms)}", "1:5+19 'd'" AS_FUNCTION "{lognormal: {mean: 35ms, p99: 140ms}})");
    refused("d: {exponential(35ms)}", "1:5+17 'd'" AS_FUNCTION "{exponential: 35ms})");
    refused("{d: uniform(5ms, 10ms), size: 1 KB}", "1:5+11 'd'" AS_FUNCTION "{uniform: {min: 5ms, max: 10ms}})");
    refused("d: {mixture: [{share: 50%, of: 1s}, {share: 50%, of: gamma(mean=1s, cv=2)}]}",
            "1:54+13 'of' of 'd' of sqs 'jobs' is written as a function; a distribution is a mapping (write {gamma: {mean: 1s, cv: 2}})");
}

static void test_second_half_of_a_function_is_recognised_alone(void **state)
{
    (void)state;
    refused("d: p99=140ms)", "1:4+10 'd' of sqs 'jobs' is written as a function; a distribution is a mapping (such as {lognormal: {mean: ..., p99: ...}})");
}

/* ---- form -------------------------------------------------------------------------------------------------- */
static void test_distribution_has_one_key_its_law(void **state)
{
    (void)state;
    refused("d: {}", "1:4+2 'd' of sqs 'jobs' is an empty mapping; a distribution has one key, its law (such as {lognormal: {mean: ..., p99: ...}})");
    refused("d: {lognormal: {mean: 1s, cv: 1}, p99: 3s}", "1:4+39 'd' of sqs 'jobs' has 2 keys; a distribution has one key, its law (such as {lognormal: {mean: ..., p99: ...}})");
    refused("d: {mean: 1s, p99: 3s}", "1:5+4 unknown distribution 'mean' in 'd' of sqs 'jobs' (such as {lognormal: {mean: ..., p99: ...}})");
    refused("d: {lognornal: {mean: 1s, p99: 3s}}", "1:5+9 unknown distribution 'lognornal' in 'd' of sqs 'jobs' (did you mean 'lognormal'?)");
    refused("d: {cauchy: 3s}", "1:5+6 unknown distribution 'cauchy' in 'd' of sqs 'jobs' (such as {lognormal: {mean: ..., p99: ...}})");
    refused("d: [1s, 2s]", "1:4+8 'd' of sqs 'jobs' must be a value or a distribution, such as {exponential: ...}, not a list");
    refused("d: {exponential: }", "1:5+11 exponential in 'd' of sqs 'jobs': it takes mean");
    refused("d: {lognormal: 3s}", "1:5+9 lognormal in 'd' of sqs 'jobs': it takes two of mean, p50, p95 and p99, or cv and one of mean and p50");
    refused("d: {gamma: [1s]}", "1:5+5 gamma in 'd' of sqs 'jobs': it takes mean and cv");
    refused("d: {exponential: {mean: 1s, maen: 2s}}", "1:29+4 unknown key 'maen' of exponential in 'd' of sqs 'jobs' (did you mean 'mean'?)");
    refused("d: {exponential: {mean: $no}}", "1:25+3 there is no parameter 'no'");
}

static void test_units_are_those_of_the_row(void **state)
{
    (void)state;
    refused("d: 35", "1:4+2 'd' of sqs 'jobs' has no unit: write 35s or 35ms");
    refused("d: {exponential: 35}", "1:18+2 'exponential' of 'd' of sqs 'jobs' has no unit: write 35s or 35ms");
    refused("d: {gamma: {mean: 35, cv: 1}}", "1:19+2 'mean' of gamma in 'd' of sqs 'jobs' has no unit: write 35s or 35ms");
    refused("size: {exponential: 4}", "1:21+1 'exponential' of 'size' of sqs 'jobs' has no unit: write 4 KB or 4 B");
    refused("size: {exponential: 4s}", "1:21+2 'exponential' of 'size' of sqs 'jobs' has a wrong unit in '4s'; sizes have B KB MB GB TB");
    refused("d: {mixture: [{share: 100%, of: {exponential: 4}}]}", "1:47+1 'exponential' of 'of' of 'd' of sqs 'jobs' has no unit: write 4s or 4ms");
    refused("items: 2.5", "1:8+3 'items' of sqs 'jobs' must be a whole number; '2.5' is none");
    refused("items: {discrete: {1: 50%, 2.5: 50%}}", "1:28+3 'value' of discrete in 'items' of sqs 'jobs' must be a whole number; '2.5' is none");
    refused("items: {empirical: {values: [1, 2.5]}}", "1:33+3 empirical in 'items' of sqs 'jobs': 2.5 is not a whole number");
}

static void test_ranges_hold_for_what_will_be_drawn(void **state)
{
    (void)state;
    refused("cap: 2m", "1:6+2 'cap' of sqs 'jobs' is 2m; allowed: 1s to 60s");
    refused("cap: {constant: 2m}", "1:17+2 'cap' of sqs 'jobs' is 2m; allowed: 1s to 60s");
    refused("cap: {discrete: {2s: 50%, 2m: 50%}}", "1:27+2 'cap' of sqs 'jobs' is 2m; allowed: 1s to 60s");
    refused("cap: {empirical: {values: [2s, 0s]}}", "1:32+2 'cap' of sqs 'jobs' is 0s; allowed: 1s to 60s");
    refused("cap: {uniform: {min: 0s, max: 5s}}", "1:22+2 'cap' of sqs 'jobs' is 0s; allowed: 1s to 60s");
    refused("cap: {quantiles: {min: 1s, max: 2m}}", "1:18+18 'cap' of sqs 'jobs' is 2m; allowed: 1s to 60s");
    refused("d: -1s", "1:4+3 'd' of sqs 'jobs' is -1s; allowed: 0 or more");
    refused("d: {exponential: -1s}", "1:18+3 'exponential' of 'd' of sqs 'jobs' is -1s; allowed: 0 or more");
    refused("items: {exponential: -1}", "1:22+2 exponential in 'items' of sqs 'jobs': 'mean' is negative");
}

static void test_words_are_values_only_where_the_row_knows_them(void **state)
{
    (void)state;
    refused("d: never", "1:4+5 'd' of sqs 'jobs' must be a time, such as 250ms or 1m30s; 'never' is none");
    refused("idle: {exponential: never}", "1:21+5 exponential in 'idle' of sqs 'jobs': 'mean' must be finite");
    refused("idle: {exponential: none}", "1:21+4 exponential in 'idle' of sqs 'jobs': it takes mean; given: nothing");
    refused("idle: {empirical: {values: [1, never]}}", "1:32+5 empirical in 'idle' of sqs 'jobs': the values must be finite");
    bench t;
    cfg c = filled(&t, "{}");
    double x;
    assert_true(wr_dist_constant(c.idle, &x) && isinf(x));
    assert_null(c.d);
    bench_close(&t);
    c = filled(&t, "{idle: none, d: none}");
    assert_null(c.idle);
    bench_close(&t);
    c = filled(&t, "idle: {constant: never}");
    assert_true(wr_dist_constant(c.idle, &x) && isinf(x));
    bench_close(&t);
}

/* ---- combinations and contradictions --------------------------------------------------------------------------- */
static void test_only_the_combinations_of_the_language_are_taken(void **state)
{
    (void)state;
    refused("d: {lognormal: {mean: 1s}}", "1:16+10 lognormal in 'd' of sqs 'jobs': it takes two of mean, p50, p95 and p99, or cv and one of mean and p50; given: mean");
    refused("d: {lognormal: {mean: 1s, p50: 1s, p99: 3s}}", "1:16+28 lognormal in 'd' of sqs 'jobs': it takes two of mean, p50, p95 and p99, or cv and one of mean and p50; given: mean, p50, p99");
    refused("d: {lognormal: {p99: 1s, cv: 1}}", "1:16+16 lognormal in 'd' of sqs 'jobs': it takes two of mean, p50, p95 and p99, or cv and one of mean and p50; given: p99, cv");
    refused("d: {lognormal: {}}", "1:16+2 lognormal in 'd' of sqs 'jobs': it takes two of mean, p50, p95 and p99, or cv and one of mean and p50; given: nothing");
    refused("d: {normal: {mean: 1s}}", "1:13+10 normal in 'd' of sqs 'jobs': it takes mean and sd; given: mean");
    refused("d: {uniform: {max: 1s}}", "1:14+9 uniform in 'd' of sqs 'jobs': it takes min and max; given: max");
    refused("d: {gamma: {mean: 1s}}", "1:12+10 gamma in 'd' of sqs 'jobs': it takes mean and cv; given: mean");
    refused("d: {erlang: {mean: 1s, k: 4, cv: 0.5}}", "1:13+25 erlang in 'd' of sqs 'jobs': it takes mean and one of k and cv; given: mean, cv, k");
    refused("d: {weibull: {mean: 1s, scale: 1s, shape: 2}}", "1:14+31 weibull in 'd' of sqs 'jobs': it takes shape and one of mean and scale; given: mean, shape, scale");
    refused("d: {pareto: {min: 1s, max: 2s}}", "1:13+18 pareto in 'd' of sqs 'jobs': it takes min and shape, and max if it is truncated; given: min, max");
    refused("d: {hyperexponential: {mean: 1s}}", "1:23+10 hyperexponential in 'd' of sqs 'jobs': it takes mean and cv, or branches; given: mean");
    refused("d: {empirical: {column: a}}", "1:16+11 empirical in 'd' of sqs 'jobs': it takes csv with column and unit, or values; given: column");
    refused("d: {mixture: {}}", "1:14+2 mixture in 'd' of sqs 'jobs': it takes a list of {share, of}; given: nothing");
    refused("d: {sequence: {then: error}}", "1:15+13 sequence in 'd' of sqs 'jobs': it takes values; given: nothing");
    refused("d: {shifted: {by: 1s}}", "1:14+8 shifted in 'd' of sqs 'jobs': it takes by and of; given: by");
    refused("d: {truncated: {of: 1s}}", "1:16+8 truncated in 'd' of sqs 'jobs': it takes of and one or both of min and max; given: of");
    refused("d: {constant: {}}", "1:15+2 constant in 'd' of sqs 'jobs': it takes value; given: nothing");
}

static void contradicts(const char *yaml, const char *part)
{
    bench t;
    cfg c = {0};
    bench_bind(&t, yaml, rows, &c);
    if (!strstr(said(&t), part))
        fail_msg("'%s' said '%s'", yaml, said(&t));
    assert_null(c.d);
    bench_close(&t);
}

static void test_contradictions_are_refused_with_the_reason(void **state)
{
    (void)state;
    contradicts("d: {lognormal: {mean: 1s, p50: 2s}}", "1:16+19 lognormal in 'd' of sqs 'jobs': the mean of a lognormal is never below its p50");
    contradicts("d: {lognormal: {mean: 1s, p99: 20s}}", "no lognormal has so large a p99 for its mean; at most 14.96 times the mean");
    contradicts("d: {lognormal: {mean: 1s, p95: 4s}}", "no lognormal has so large a p95 for its mean; at most 3.87 times the mean");
    contradicts("d: {lognormal: {mean: 2s, p99: 1s}}", "below the mean");
    contradicts("d: {lognormal: {p50: 2s, p99: 1s}}", "a higher quantile is below a lower one");
    contradicts("d: {lognormal: {p95: 2s, p99: 1s}}", "a higher quantile is below a lower one");
    contradicts("d: {lognormal: {mean: 0s, p99: 1s}}", "'mean' must be above 0");
    contradicts("d: {lognormal: {p50: 0s, p99: 1s}}", "the quantiles of a lognormal are above 0");
    contradicts("d: {lognormal: {mean: 1s, cv: -1}}", "'cv' of lognormal in 'd' of sqs 'jobs' is -1; allowed: 0 to 1000");
    contradicts("d: {uniform: {min: 2s, max: 1s}}", "1:29+2 uniform in 'd' of sqs 'jobs': 'max' is below 'min'");
    contradicts("d: {gamma: {mean: 0s, cv: 1}}", "'mean' must be above 0");
    contradicts("d: {erlang: {mean: 1s, cv: 0.6}}", "1/cv^2 must be a whole number");
    contradicts("d: {erlang: {mean: 1s, k: 0}}", "'k' of erlang in 'd' of sqs 'jobs' is 0; allowed: 1 to 1000000");
    contradicts("d: {erlang: {mean: 1s, k: 2.5}}", "'k' of erlang in 'd' of sqs 'jobs' must be a whole number; '2.5' is none");
    contradicts("d: {weibull: {mean: 0s, shape: 1}}", "'mean' and 'shape' must be above 0");
    contradicts("d: {weibull: {scale: 0s, shape: 1}}", "1:22+2 weibull in 'd' of sqs 'jobs': 'scale' must be above 0");
    contradicts("d: {pareto: {min: 0s, shape: 1}}", "'min' must be above 0");
    contradicts("d: {pareto: {min: 2s, shape: 1, max: 1s}}", "'max' must be above 'min'");
    contradicts("d: {hyperexponential: {mean: 1s, cv: 0.5}}", "'cv' of hyperexponential in 'd' of sqs 'jobs' is 0.5; allowed: 1 to 1000");
    contradicts("d: {hyperexponential: {mean: 0s, cv: 2}}", "'mean' must be above 0");
    contradicts("d: {hyperexponential: {branches: [{share: 50%, mean: 1s}]}}", "the shares sum to 50%; they must sum to 100%");
    contradicts("d: {discrete: {1s: 50%, 2s: 49%}}", "1:15+18 discrete in 'd' of sqs 'jobs': the shares sum to 99%; they must sum to 100%");
    contradicts("d: {mixture: [{share: 90%, of: 1s}, {share: 20%, of: 2s}]}", "the shares sum to 110%; they must sum to 100%");
    contradicts("d: {truncated: {min: 2s, max: 1s, of: 1s}}", "'max' must be above 'min'");
    contradicts("d: {truncated: {min: 1m, max: 2m, of: {exponential: 1ms}}}", "almost nothing of this distribution lies between 'min' and 'max'");
    contradicts("d: {truncated: {min: 1s, of: {sequence: [2s, 3s]}}}", "a sequence cannot be truncated");
    contradicts("d: {shifted: {by: -1s, of: 2s}}", "'by' of shifted in 'd' of sqs 'jobs' is -1s; allowed: 0 or more");
}

static void test_data_in_keys_is_checked(void **state)
{
    (void)state;
    refused("d: {quantiles: {min: 1s}}", "1:16+9 quantiles in 'd' of sqs 'jobs': it takes two points at least");
    refused("d: {quantiles: {}}", "1:16+2 quantiles in 'd' of sqs 'jobs': it takes a mapping of min, max and any pNN");
    refused("d: {quantiles: {min: 1s, p5x: 3s}}", "1:26+3 unknown key 'p5x' of quantiles in 'd' of sqs 'jobs'; allowed: min, max and pNN such as p50 or p99.9");
    refused("d: {quantiles: {p0: 1s, p50: 3s}}", "1:17+2 unknown key 'p0' of quantiles in 'd' of sqs 'jobs'; allowed: min, max and pNN such as p50 or p99.9");
    refused("d: {quantiles: {p100: 1s, p50: 3s}}", "1:17+4 unknown key 'p100' of quantiles in 'd' of sqs 'jobs'; allowed: min, max and pNN such as p50 or p99.9");
    refused("d: {quantiles: {p99.9: 1s, p999: 3s}}", "1:16+21 quantiles in 'd' of sqs 'jobs': 'p999' is given twice");
    refused("d: {quantiles: {min: 1s, p50: 3s, p99: 2s}}", "1:16+27 quantiles in 'd' of sqs 'jobs': the values must not fall; the one at 99% is below the one at 50%");
    refused("d: {quantiles: {min: 1, p50: 3s}}", "1:22+1 'min' of quantiles in 'd' of sqs 'jobs' has no unit: write 1s or 1ms");
    refused("d: {discrete: {1: 100%}}", "1:16+1 'value' of discrete in 'd' of sqs 'jobs' has no unit: write 1s or 1ms");
    refused("d: {discrete: {1s: all}}", "1:20+3 '1s' of discrete in 'd' of sqs 'jobs' must be a share, such as 25% or 0.25; 'all' is none");
    refused("d: {discrete: 5s}", "1:15+2 discrete in 'd' of sqs 'jobs': it takes a mapping of values with their shares");
    refused("d: {sequence: []}", "1:15+2 'sequence' of 'd' of sqs 'jobs' has 0 entries; allowed are 1 to 10000000");
    refused("d: {sequence: {values: [1s], then: stop}}", "1:36+4 'then' of sequence in 'd' of sqs 'jobs' cannot be 'stop'; allowed: repeat, error");
    refused("d: {mixture: [{share: 100%}]}", "1:15+13 'of' of 'd' of sqs 'jobs' is required");
}

/* ---- CSV ------------------------------------------------------------------------------------------------------- */
static void csv_says(const char *yaml, const char *content, const char *why)
{
    bench t;
    cfg c = {0};
    bench_open(&t, yaml);
    t.file = "a.csv";
    t.content = content;
    bind_map(&t.b, rows, &c, t.root, NULL);
    assert_string_equal(said(&t), why);
    bench_close(&t);
}

static void test_column_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
#define IN "empirical in 'd' of sqs 'jobs': "
    csv_says("d: {empirical: {csv: b.csv}}", "", "1:22+5 cannot open 'b.csv'");
    csv_says("d: {empirical: {csv: a.csv}}", "", "1:22+5 " IN "'a.csv' holds no values");
    csv_says("d: {empirical: {csv: a.csv}}", "ms\n", "1:22+5 " IN "'a.csv' holds no values");
    csv_says("d: {empirical: {csv: a.csv}}", "x,y\n1s,2s\n", "1:22+5 " IN "'a.csv' has 2 columns: name one with column");
    csv_says("d: {empirical: {csv: a.csv, column: z}}", "x,y\n1s,2s\n", "1:37+1 " IN "'a.csv' has no column 'z'");
    csv_says("d: {empirical: {csv: a.csv, column: y}}", "x,y\n1s,2\n", "1:22+5 " IN "line 2 of 'a.csv' holds '2', which is not a time (its unit is missing: unit: ms)");
    csv_says("d: {empirical: {csv: a.csv, column: y, unit: ms}}", "x,y\n1,2\n# note\n\n3\n", "1:22+5 " IN "line 5 of 'a.csv' holds '', which is not a time");
    csv_says("d: {empirical: {csv: a.csv, unit: KB}}", "x\n1\n", "1:35+2 " IN "'KB' is no unit of a time");
    csv_says("cap: {empirical: {csv: a.csv, unit: s}}", "x\n1\n99\n", "1:24+5 'cap' of sqs 'jobs' is 99s; allowed: 1s to 60s");
    bench t;
    cfg c = {0};
    bench_open(&t, "d: {empirical: {csv: a.csv}}");
    t.b.read = NULL;
    bind_map(&t.b, rows, &c, t.root, NULL);
    assert_string_equal(said(&t), "1:22+5 " IN "no file can be read here");
    bench_close(&t);
}

static double csv_mean(const char *yaml, const char *content)
{
    bench t;
    cfg c = {0};
    bench_open(&t, yaml);
    t.file = "a.csv";
    t.content = content;
    bind_map(&t.b, rows, &c, t.root, NULL);
    assert_string_equal(said(&t), "");
    double mean = wr_dist_mean(c.d ? c.d : c.size);
    bench_close(&t);
    return mean;
}

static void test_column_is_read_by_name_or_alone(void **state)
{
    (void)state;
    assert_true(csv_mean("d: {empirical: {csv: a.csv, column: y, unit: ms}}", "x,\"y\"\r\n1,2\r\n\"a,b\",\"4\"\r\n") == 0.003);
    assert_true(csv_mean("d: {empirical: {csv: a.csv}}", "\xEF\xBB\xBFlatency\n10ms\n20ms\n# end") == 0.015);
    assert_true(csv_mean("d: {empirical: {csv: a.csv, unit: s}}", "1\n2\n3") == 2);
    assert_true(csv_mean("size: {empirical: {csv: a.csv, unit: KB}}", "1\n3") == 2048);
}

/* ---- what the laws are -------------------------------------------------------------------------------------- */
enum { DRAWS = 200000 };


/* Share of draws at or below x. */
static double below(const wr_dist *d, double x)
{
    wr_rng r;
    size_t n = 0;
    wr_rng_open(&r, 1, 1, "test", "laws");
    for (int i = 0; i < DRAWS; i++)
        n += wr_draw(d, &r) <= x;
    return (double)n / DRAWS;
}

static void mean_is(const char *yaml, double mean)
{
    bench t;
    cfg c = filled(&t, yaml);
    double is = wr_dist_mean(c.d);
    if (fabs(is - mean) > 1e-9 * mean)
        fail_msg("the mean of '%s' is %.12g, not %.12g", yaml, is, mean);
    bench_close(&t);
}

/* 5.5 standard errors of a share are 5.5 sqrt(p (1-p) / DRAWS). */
static void share_is(const char *yaml, double x, double share)
{
    bench t;
    cfg c = filled(&t, yaml);
    double is = below(c.d, x);
    if (fabs(is - share) > 5.5 * sqrt(share * (1 - share) / DRAWS))
        fail_msg("of '%s' %g are below %g, not %g", yaml, is, x, share);
    bench_close(&t);
}

static void test_means_are_what_was_written(void **state)
{
    (void)state;
    mean_is("d: 35ms", 0.035);
    mean_is("d: {constant: 35ms}", 0.035);
    mean_is("d: {exponential: 35ms}", 0.035);
    mean_is("d: {exponential: {mean: 35ms}}", 0.035);
    mean_is("d: {lognormal: {mean: 35ms, p99: 140ms}}", 0.035);
    mean_is("d: {lognormal: {mean: 35ms, p95: 100ms}}", 0.035);
    mean_is("d: {lognormal: {mean: 35ms, p50: 30ms}}", 0.035);
    mean_is("d: {lognormal: {mean: 35ms, cv: 3}}", 0.035);
    mean_is("d: {lognormal: {p50: 35ms, cv: 0}}", 0.035);
    mean_is("d: {lognormal: {p50: 1s, cv: 2}}", sqrt(5));
    mean_is("d: {uniform: {min: 50ms, max: 150ms}}", 0.1);
    mean_is("d: {uniform: {min: 50ms, max: 50ms}}", 0.05);
    mean_is("d: {gamma: {mean: 2s, cv: 2}}", 2);
    mean_is("d: {gamma: {mean: 2s, cv: 0}}", 2);
    mean_is("d: {erlang: {mean: 2s, k: 3}}", 2);
    mean_is("d: {erlang: {mean: 2s, cv: 0.5}}", 2);
    mean_is("d: {weibull: {mean: 2s, shape: 0.7}}", 2);
    mean_is("d: {weibull: {scale: 2s, shape: 1}}", 2);
    mean_is("d: {pareto: {min: 1s, shape: 3}}", 1.5);
    mean_is("d: {hyperexponential: {mean: 2s, cv: 4}}", 2);
    mean_is("d: {hyperexponential: {mean: 2s, cv: 1}}", 2);
    mean_is("d: {hyperexponential: {branches: [{share: 90%, mean: 1s}, {share: 10%, mean: 11s}]}}", 2);
    mean_is("d: {empirical: {values: [1s, 2s, 6s]}}", 3);
    mean_is("d: {quantiles: {min: 1s, max: 3s}}", 2);
    mean_is("d: {quantiles: {points: {min: 1s, max: 3s}}}", 2);
    mean_is("d: {discrete: {50ms: 90%, 2.05s: 10%}}", 0.25);
    mean_is("d: {discrete: {outcomes: {1s: 50%, 3s: 50%}}}", 2);
    mean_is("d: {mixture: [{share: 90%, of: 1s}, {share: 10%, of: {exponential: 11s}}]}", 2);
    mean_is("d: {mixture: {parts: [{share: 1, of: 2s}]}}", 2);
    mean_is("d: {shifted: {by: 1s, of: {exponential: 1s}}}", 2);
}

static void test_quantiles_are_what_was_written(void **state)
{
    (void)state;
    share_is("d: {lognormal: {mean: 35ms, p99: 140ms}}", 0.140, 0.99);
    share_is("d: {lognormal: {mean: 35ms, p95: 100ms}}", 0.100, 0.95);
    share_is("d: {lognormal: {mean: 35ms, p50: 30ms}}", 0.030, 0.5);
    share_is("d: {lognormal: {p50: 24s, p95: 57s}}", 24, 0.5);
    share_is("d: {lognormal: {p50: 24s, p95: 57s}}", 57, 0.95);
    share_is("d: {lognormal: {p50: 3ms, p99: 11ms}}", 0.011, 0.99);
    share_is("d: {lognormal: {p95: 40ms, p99: 90ms}}", 0.040, 0.95);
    share_is("d: {lognormal: {p95: 40ms, p99: 90ms}}", 0.090, 0.99);
    share_is("d: {exponential: 1s}", 1, 0.6321205588285577);
    share_is("d: {normal: {mean: 10s, sd: 1s}}", 11, 0.8413447460685429);
    share_is("d: {weibull: {scale: 2s, shape: 3}}", 2, 0.6321205588285577);
    share_is("d: {pareto: {min: 1s, shape: 2}}", 2, 0.75);
    share_is("d: {pareto: {min: 1s, shape: 2, max: 4s}}", 2, 0.8);
    share_is("d: {quantiles: {min: 1ms, p50: 3ms, p99.9: 20ms, max: 50ms}}", 0.020, 0.999);
    share_is("d: {quantiles: {p999: 20ms, min: 1ms, p50: 3ms}}", 0.002, 0.25);
    share_is("d: {truncated: {max: 1s, of: {exponential: 1s}}}", 0.5, 0.6224593312018546);
    share_is("d: {gamma: {mean: 1s, cv: 1}}", 1, 0.6321205588285577);
}

static void test_cv_of_gamma_erlang_and_hyperexponential_is_what_was_written(void **state)
{
    (void)state;
    static const struct { const char *yaml; double cv, tolerance; } all[] = {
        {"d: {gamma: {mean: 2s, cv: 0.5}}", 0.5, 0.02}, {"d: {erlang: {mean: 2s, k: 9}}", 1.0 / 3, 0.02},
        {"d: {erlang: {mean: 2s, cv: 0.5774}}", 0.57735, 0.02}, {"d: {hyperexponential: {mean: 2s, cv: 2}}", 2, 0.06}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        bench t;
        cfg c = filled(&t, all[k].yaml);
        wr_rng r;
        double sum = 0, squares = 0;
        wr_rng_open(&r, 1, 1, "test", "laws");
        for (int i = 0; i < DRAWS; i++) {
            double x = wr_draw(c.d, &r);
            sum += x;
            squares += x * x;
        }
        double mean = sum / DRAWS;
        assert_true(fabs(sqrt(squares / DRAWS - mean * mean) / mean - all[k].cv) < all[k].tolerance);
        bench_close(&t);
    }
}

static void test_sequences_are_numbered_in_the_order_they_are_read(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "d: {sequence: [2s, 0.7s]}\nidle: {sequence: {values: [1, 2], then: error}}");
    uint64_t at[2] = {0, 0};
    wr_rng r = {.sequences = at};
    assert_int_equal(t.b.sequences, 2);
    assert_true(wr_draw(c.d, &r) == 2 && wr_draw(c.idle, &r) == 1 && wr_draw(c.d, &r) == 0.7 && wr_draw(c.d, &r) == 2);
    assert_true(wr_draw(c.idle, &r) == 2);
    wr_draw(c.idle, &r);
    assert_true(at[1] == DIST_SEQUENCE_OVER && at[0] != DIST_SEQUENCE_OVER);
    bench_close(&t);
}

static void test_sizes_and_counts_have_their_units(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "size: {uniform: {min: 1 KB, max: 3 KB}}\nitems: {mixture: [{share: 50%, of: 1k}, {share: 50%, of: {uniform: {min: 1, max: 3}}}]}\nidle: 30");
    double x;
    assert_true(wr_dist_mean(c.size) == 2048);
    assert_true(wr_dist_mean(c.items) == 501);
    assert_true(wr_dist_constant(c.idle, &x) && x == 30);
    bench_close(&t);
    c = filled(&t, "items: {discrete: {1: 50%, 3: 50%}}\nidle: {exponential: 30}");
    assert_true(wr_dist_mean(c.items) == 2 && wr_dist_mean(c.idle) == 30);
    bench_close(&t);
}

static void test_parameters_may_be_distributions_or_parts_of_them(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "x-parameters: {d: {exponential: $m}, m: 3s, s: 100%, half: 50%}\nd: $d\nidle: {mixture: [{share: $s, of: $d}]}\ncap: {discrete: {$m: $half, 5s: 50%}}");
    assert_true(wr_dist_mean(c.d) == 3 && wr_dist_mean(c.idle) == 3 && wr_dist_mean(c.cap) == 4);
    bench_close(&t);
}

static void test_times_are_exact_to_the_nanosecond(void **state)
{
    (void)state;
    bench t;
    wr_rng r;
    wr_rng_open(&r, 1, 1, "test", "laws");
    cfg c = filled(&t, "d: 1h0.000000001s");
    assert_int_equal(wr_draw_dur(c.d, &r), 3600 * WR_S + 1);
    bench_close(&t);
}

static void test_laws_are_listed_with_their_forms(void **state)
{
    (void)state;
    static const char *const names[] = {"constant", "exponential", "lognormal", "normal", "uniform", "gamma", "erlang", "weibull",
                                        "pareto", "hyperexponential", "empirical", "quantiles", "discrete", "mixture", "sequence",
                                        "shifted", "truncated"};
    size_t n = 0;
    while (dist_laws[n].key) {
        assert_string_equal(dist_laws[n].key, names[n]);
        n++;
    }
    assert_int_equal(n, sizeof names / sizeof *names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_function_notation_is_refused_with_the_mapping_that_was_meant),
        cmocka_unit_test(test_function_notation_cut_by_yaml_is_still_recognised),
        cmocka_unit_test(test_second_half_of_a_function_is_recognised_alone),
        cmocka_unit_test(test_distribution_has_one_key_its_law),
        cmocka_unit_test(test_units_are_those_of_the_row),
        cmocka_unit_test(test_ranges_hold_for_what_will_be_drawn),
        cmocka_unit_test(test_words_are_values_only_where_the_row_knows_them),
        cmocka_unit_test(test_only_the_combinations_of_the_language_are_taken),
        cmocka_unit_test(test_contradictions_are_refused_with_the_reason),
        cmocka_unit_test(test_data_in_keys_is_checked),
        cmocka_unit_test(test_column_that_cannot_be_read_is_refused),
        cmocka_unit_test(test_column_is_read_by_name_or_alone),
        cmocka_unit_test(test_means_are_what_was_written),
        cmocka_unit_test(test_quantiles_are_what_was_written),
        cmocka_unit_test(test_cv_of_gamma_erlang_and_hyperexponential_is_what_was_written),
        cmocka_unit_test(test_sequences_are_numbered_in_the_order_they_are_read),
        cmocka_unit_test(test_sizes_and_counts_have_their_units),
        cmocka_unit_test(test_parameters_may_be_distributions_or_parts_of_them),
        cmocka_unit_test(test_times_are_exact_to_the_nanosecond),
        cmocka_unit_test(test_laws_are_listed_with_their_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
