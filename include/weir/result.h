/* weir/result.h - what one replication measured, and what many say together.
 *
 * A wr_result owns its own memory and outlives the run and the scenario. Everything it hands out is a
 * loan, valid as long as it. Times are in seconds, shares 0..1, money in USD. */
#ifndef WEIR_RESULT_H
#define WEIR_RESULT_H
#include <stdbool.h>
#include <weir/err.h>
#include <weir/model.h>
#include <weir/scenario.h>
#include <weir/time.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- histograms: 128 bins an octave (relative width <= 0.79 %), the same edges everywhere ------------ */
#define WR_HIST_MIN_EXP (-31) /* bin 1 begins at 2^-31 (0.47 ns); smaller positive values fall into it */
#define WR_HIST_OCTAVES 66    /* up to 2^35 */
#define WR_HIST_BINS (1 + 128 * WR_HIST_OCTAVES) /* bin 0 holds zero (and below) */
double wr_hist_edge(size_t bin); /* lower edge; bin 0: 0 */
typedef struct wr_hist_row {     /* a histogram kept sparse: bins that are not empty, in order */
    uint32_t bin;
    double weight;               /* observations; of a level: seconds */
} wr_hist_row;

/* ---- one metric of one owner --------------------------------------------------------------------------- */
typedef struct wr_moments { /* of [warmup, end), or of any window */
    double n;               /* observations; of a level: seconds covered */
    double sum;             /* of observations; of a level: its time integral; of a ratio: the numerator */
    double sd;              /* sample standard deviation; of a level: time-weighted */
    double min, max, last;  /* NaN when nothing was observed */
    double den;             /* of a ratio: the denominator */
    double seconds;         /* length of the window */
} wr_moments;

enum wr_series_stat { WR_S_MAIN, WR_S_COUNT, WR_S_MIN, WR_S_MAX, WR_S_LAST, WR_S_P50, WR_S_P90, WR_S_P95, WR_S_P99,
                      WR_S_STATS };
typedef struct wr_measure {
    const char *owner, *part; /* "shoppers", "order" ("" outside parts) */
    const char *metric, *unit, *doc;
    const char *type;         /* resource type of the owner: "alb", "traffic", "run" */
    const char *cloudwatch;   /* "AWS/ApplicationELB", or "" */
    enum wr_metric_kind kind;
    wr_moments total;         /* statistics window */
    size_t rows;              /* of hist */
    const wr_hist_row *hist;  /* statistics window: WR_VALUE and WR_LEVEL; NULL when not kept or empty */
    const double *series[WR_S_STATS]; /* one double a period, the whole run; NULL where the kind has no such column
                                         (RESULTS.md 2: count: main; level: main min max last; value: main count max
                                         p50 p90 p95 p99; ratio: main) or series were not kept */
} wr_measure;
/* A statistic by its name in SCENARIO.md 8.3: mean sd min max sum rate count last p50 p99 p9999. NaN: undefined. */
double wr_measure_stat(const wr_measure *m, const char *stat);
/* The statistics that the summary lists for a kind, in order, ends with NULL (CLI.md: count: sum rate; level: mean sd
 * min max last p50 p90 p95 p99; value: mean sd min max count p50 p90 p95 p99 p999; ratio: mean). */
const char *const *wr_kind_stats(enum wr_metric_kind k);

/* ---- one replication --------------------------------------------------------------------------------- */
typedef struct wr_cause_row { /* which limit or queue refused, failed or delayed how many */
    const char *owner;        /* the resource (or traffic) whose limit it was */
    const char *cause, *outcome;
    double count;             /* statistics window */
    double share;             /* of the owner's ended requests */
    double first_s;           /* warm-up included */
} wr_cause_row;
typedef struct wr_blame_row { /* why requests of a traffic ended badly in the end */
    const char *source, *where, *cause, *stage;
    double count, first_s;
} wr_blame_row;
typedef struct wr_cost_row {
    const char *owner, *item, *unit;
    double quantity, usd;
} wr_cost_row;
typedef struct wr_note_row { /* annotations */
    double time_s;
    const char *owner, *kind, *text;
    double value;
} wr_note_row;
enum wr_slo_op { WR_SLO_NONE, WR_SLO_LT, WR_SLO_LE, WR_SLO_GT, WR_SLO_GE, WR_SLO_EQ, WR_SLO_NE };
typedef struct wr_slo_value {
    double value;       /* of the left side; NaN: never observed */
    double bound;       /* of the right side; NaN: no comparison */
    int op;             /* enum wr_slo_op */
    int holds;          /* of this replication alone: 1, 0; -1: no comparison */
    double samples, wanted; /* of its most demanding percentile: observations behind it, and 10 / (1 - q); wanted 0: none */
    const char *reason; /* NULL, or why there is no value */
} wr_slo_value;

typedef struct wr_result {
    uint64_t seed, replication;
    size_t point;       /* of a sweep; 0 outside */
    char print[65];     /* fingerprint of this replication, 64 hex digits */
    uint64_t events, requests;
    double end_s, warmup_s, period_s;
    size_t periods, measures, causes, blames, costs, notes, slos;
    const wr_measure *measure;     /* by owner in scenario order (traffic, resources, run), parts behind their owner */
    const wr_cause_row *cause;     /* by owner, most frequent first */
    const wr_blame_row *blame;
    const wr_cost_row *cost;
    const wr_note_row *note;       /* by time */
    const wr_slo_value *slo;       /* in file order */
    const char *warning;           /* NULL, or lines */
    void *memory;                  /* all of it */
} wr_result;
const wr_measure *wr_result_find(const wr_result *r, const char *owner, const char *part, const char *metric);
void wr_result_destroy(wr_result *r);

enum wr_keep { WR_KEEP_SERIES = 1, WR_KEEP_HISTOGRAMS = 2, WR_KEEP_ALL = 3 };
/* WR_E_LIMIT: *out holds the part that ran. `keep`: what of it is wanted. */
int wr_run(const wr_scenario *s, uint64_t seed, uint64_t replication, unsigned keep, wr_result **out, wr_err *err);

/* ---- many replications ---------------------------------------------------------------------------------- */
typedef struct wr_estimate { /* 95 % confidence: mean +- ci95; NaN half width when n = 1 */
    double mean, ci95, sd;
    size_t n;                /* replications in which it was defined */
} wr_estimate;
wr_estimate wr_estimate_of(const double *x, size_t n); /* NaNs are left out */

typedef struct wr_aggregate { /* one row: owner, metric, statistic over replications */
    const char *owner, *part, *metric, *stat, *unit;
    wr_estimate e;
} wr_aggregate;
typedef struct wr_verdict {
    const char *expr;   /* as written */
    double bound;       /* NaN: no comparison */
    wr_estimate e;
    int pass;           /* 1, 0; -1: no comparison */
    bool undecided;
    const char *reason; /* NULL, or why */
    size_t more;        /* undecided: about so many replications would decide; 0: unknown */
} wr_verdict;

typedef struct wr_experiment { /* all replications of one scenario */
    const wr_scenario_view *look; /* of the scenario: a loan */
    const char *command;         /* as RESULTS.md stores it; may be NULL */
    const char *output;          /* where the results go, for the summary; may be NULL */
    uint64_t seed;
    size_t point;                /* of a sweep; 0 outside */
    size_t n;                    /* finished replications */
    wr_result **result;          /* in order of replication */
    bool complete;
    double wall_s;
    /* filled by wr_experiment_close: */
    uint64_t events, requests;
    double duration_s, warmup_s;
    char print[65];
    size_t metrics;              /* of all replications together, in the order of wr_result.measure */
    const wr_measure **metric;   /* metrics x n: metric[i * n + replication]; NULL: that one has none */
    size_t aggregates, verdicts, causes, costs, warnings;
    wr_aggregate *aggregate;
    wr_verdict *verdict;
    wr_cause_row *cause;         /* means over replications, most frequent first */
    wr_cost_row *cost;           /* means */
    double cost_usd, cost_per_hour;
    const char **warning;
    void *memory;
} wr_experiment;
void wr_experiment_close(wr_experiment *x);   /* computes everything that many replications say together */
void wr_experiment_clear(wr_experiment *x);   /* frees it, results included */
const wr_aggregate *wr_experiment_find(const wr_experiment *x, const char *owner, const char *part, const char *metric,
                                       const char *stat);
bool wr_experiment_passed(const wr_experiment *x); /* no objective missed */

/* ---- two experiments ------------------------------------------------------------------------------------------ */
typedef struct wr_difference { /* of one statistic: B - A */
    const char *owner, *part, *metric, *stat, *unit;
    double a, b;            /* means over replications */
    double difference, ci95, relative, p_value; /* NaN: fewer than two replications, or A is 0 */
    bool significant;       /* its 95 % interval does not hold 0 */
} wr_difference;
typedef struct wr_comparison {
    bool paired;            /* replication by replication, where seeds agree; else Welch's */
    size_t n;
    const wr_difference *difference; /* in the order of A */
    void *memory;
} wr_comparison;
/* Of every statistic that both have and the filter names. NULL: latency, error rate and throttled share of all owners,
 * and cost. Pairs are replications of equal seed and number. */
void wr_compare(const wr_experiment *a, const wr_experiment *b, const char *filter, wr_comparison *out);
void wr_comparison_clear(wr_comparison *c);
void wr_print_comparison(const wr_comparison *c, FILE *to);      /* a sentence, then a table */
void wr_print_comparison_json(const wr_comparison *c, FILE *to); /* the document of CLI.md */

/* ---- where it goes ------------------------------------------------------------------------------------------ */
void wr_print_summary(const wr_experiment *x, FILE *to, bool color);
void wr_print_json(const wr_experiment *x, const char *stats_filter, FILE *to); /* the document of CLI.md */
/* One entry of `points` of the document of a sweep: an object, no newline behind it. */
void wr_print_json_point(const wr_experiment *x, const wr_point *at, const char *stats_filter, FILE *to);
void wr_print_json_slo(const wr_experiment *x, FILE *to); /* the objectives alone: a list */
int wr_write_h5(const wr_experiment *x, const char *path, wr_err *err);          /* RESULTS.md; written aside, renamed */

/* A sweep, as one file with a dimension `point`: one closed experiment a point, each with those of the `reps`
 * replications that there are (result->point set), and what each point set. */
typedef struct wr_sweep {
    size_t points, reps, paths;
    const wr_experiment *point; /* their `look` may be that of any point; the first one's goes into the file */
    const char *const *path;
    const char *const *value;   /* points x paths: as text, YAML; NULL: not set there */
    const char *command;
    bool complete;
} wr_sweep;
int wr_write_sweep(const wr_sweep *w, const char *path, wr_err *err);

/* ---- a result file, opened for charts and exports --------------------------------------------------------------- */
typedef struct wr_store wr_store;
int wr_store_open(wr_store **out, const char *path, wr_err *err);
void wr_store_close(wr_store *s);
size_t wr_store_points(const wr_store *s);  /* 1 outside merged sweeps */
size_t wr_store_reps(const wr_store *s);
size_t wr_store_periods(const wr_store *s);
double wr_store_attr(const wr_store *s, const char *name);      /* duration_s, warmup_s, metrics_period_s, seed; NaN */
const char *wr_store_text(const wr_store *s, const char *name); /* title, weir_version, fingerprint, scenario, scenario_resolved; NULL */
const double *wr_store_time(const wr_store *s);                 /* starts of periods, s */
/* "web.latency.p99", "orders:p0.throttled": periods doubles of one replication, a loan; NULL: there is none. */
const double *wr_store_series(wr_store *s, size_t point, size_t rep, const char *name);
/* Weights of all WR_HIST_BINS bins of "web.latency" (or of a level), summed over replications when rep is SIZE_MAX. */
const double *wr_store_hist(wr_store *s, size_t point, size_t rep, const char *name);
typedef struct wr_store_metric { /* what the file has: one row per metric of an owner */
    const char *owner, *part, *metric, *unit, *type, *cloudwatch;
    enum wr_metric_kind kind;
} wr_store_metric;
size_t wr_store_metrics(const wr_store *s, const wr_store_metric **out);
/* Tables, as loans. point and replication of a row are in `at`. */
typedef struct wr_store_at { size_t point, replication; } wr_store_at;
size_t wr_store_causes(wr_store *s, const wr_cause_row **out, const wr_store_at **at);
size_t wr_store_notes(wr_store *s, const wr_note_row **out, const wr_store_at **at);
size_t wr_store_costs(wr_store *s, const wr_cost_row **out, const wr_store_at **at);
typedef struct wr_store_summary { wr_store_at at; const char *owner, *part, *metric, *stat, *unit; double value; int64_t count; } wr_store_summary;
size_t wr_store_summaries(wr_store *s, const wr_store_summary **out);
/* The replications of a file of one point as they were measured, the caller's to destroy (and the array to free);
 * WR_E_FORMAT: the file does not hold all of them, or is of another kind. The view is a loan from the store. */
int wr_store_results(wr_store *s, wr_result ***out, size_t *n, wr_err *err);
const wr_scenario_view *wr_store_look(wr_store *s);
typedef struct wr_store_slo { const char *expr, *reason; double value, ci95; int passed; bool undecided; } wr_store_slo;
size_t wr_store_slos(wr_store *s, const wr_store_slo **out);
/* Topology: table `edges` (source, target, label) and `resources` (name, type, title). */
typedef struct wr_store_edge { const char *source, *target, *label; } wr_store_edge;
size_t wr_store_edges(wr_store *s, const wr_store_edge **out);
typedef struct wr_store_resource { const char *name, *type, *title; } wr_store_resource;
size_t wr_store_resources(wr_store *s, const wr_store_resource **out);

#ifdef __cplusplus
}
#endif
#endif
