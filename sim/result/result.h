/* result.h - the files of sim/result among themselves. */
#ifndef WR_RESULT_INTERNAL_H
#define WR_RESULT_INTERNAL_H
#include "../base/base.h"
#include <weir/result.h>

/* ---- stat.c: the only place that knows Student's t ---- */
void stat_quiet(void);                 /* GSL shall report, not abort: once, before any thread runs */
const char *stat_library(void);         /* "2.7.1" */
double stat_half(double sd, size_t n); /* half width of the 95 % interval; NaN for n < 2 */
/* How many values of that deviation bring the half width below `gap`; 0: more than a million. */
size_t stat_enough(double sd, double gap);

/* Of two sided intervals and tests; df: degrees of freedom. */
double stat_t(double confidence, double df);
double stat_p(double t, double df);    /* probability of a larger |t| where the truth is 0 */

/* ---- sample.c: a sample of numbers as it is, with an interval of any confidence ---- */
typedef struct sample {
    size_t n;
    double mean, sd, half, low, high, p; /* of the mean; p: two-sided test that it is 0 */
} sample;
sample sample_of(const double *x, size_t n, double confidence);                       /* n 0: NaN all over */
sample sample_pairs(const double *x, const double *y, size_t n, double confidence);   /* of x - y, row by row */
sample sample_welch(const sample *x, const sample *y, double confidence);             /* of the difference of two means */
void sample_sort(double *x, size_t n);
double sample_rank(const double *sorted, size_t n, double q); /* nearest rank */

/* ---- mser.c: how much of the beginning of a series to leave out ---- */
typedef struct mser {
    size_t batches, cut;      /* whole batches; how many of them to leave out, at most half */
    double statistic;         /* the least sum of squares / rest^2; NaN: fewer than two batches */
    double after, all;        /* means of the batches behind the cut, and of all */
} mser;
mser mser_of(const double *x, size_t n, size_t batch);

/* ---- measure.c ---- */
const wr_measure *result_any(const wr_experiment *x, size_t metric); /* of the first replication that has it */

/* ---- gather.c: what replications say together; all memory from the arena. ---- */
void gather_metrics(wr_experiment *x, wr_arena *a);
void gather_causes(wr_experiment *x, wr_arena *a);
void gather_costs(wr_experiment *x, wr_arena *a);

/* ---- json.c: does 'web.*,orders.latency' name this row? NULL: all ---- */
bool result_wanted(const char *filter, const wr_aggregate *g);

/* ---- words.c: numbers for people; "–" for what is not defined ---- */
enum unit { UNIT_PLAIN, UNIT_SECONDS, UNIT_BYTES, UNIT_RATE, UNIT_SHARE, UNIT_MONEY };
void words_value(text *t, double x, enum unit u);
void words_clock(text *t, double seconds); /* "31m 20s" */
enum unit words_unit(const wr_experiment *x, const char *expr); /* of the value of an objective */

/* ---- grid.c: aligned columns. A cell is added by ending the text with grid_next ---- */
typedef struct grid { text cells; size_t columns, n; const char *align; /* a letter a column: l or r */ } grid;
void grid_next(grid *g);
void grid_puts(grid *g, const char *s); /* adds a whole cell */
void grid_print(grid *g, FILE *to, const char *indent); /* and empties it */

/* ---- verdict.c ---- */
void judge_all(wr_experiment *x, wr_arena *a);
#endif
