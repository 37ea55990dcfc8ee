/* laws.h - what the files that read distributions share: the arguments of a law, and who makes it.
 *
 * laws.c holds the tables, dist_read.c turns what was written into arguments, law_make.c and law_parts.c
 * turn arguments into the engine's parameters, csv.c reads columns, dist_call.c knows the function notation
 * that is refused. */
#ifndef WR_TABLE_LAWS_H
#define WR_TABLE_LAWS_H
#include "../engine/engine.h"
#include "value.h"

typedef struct law_args { /* absent: NaN, NULL, -1, n = 0 */
    double value, mean, p50, p95, p99, cv, sd, min, max, shape, scale, by;
    int64_t k;
    int then; /* 0 repeat, 1 error */
    wr_list values, parts, branches; /* of law_value, law_part, law_branch */
    const char *csv, *column, *unit;
    const wr_dist *of;
} law_args;
typedef struct law_value { double x; } law_value;
typedef struct law_part { double share; const wr_dist *of; } law_part;
typedef struct law_branch { double share, mean; } law_branch;

enum law_given {
    G_VALUE = 1 << 0, G_MEAN = 1 << 1, G_P50 = 1 << 2, G_P95 = 1 << 3, G_P99 = 1 << 4, G_CV = 1 << 5, G_SD = 1 << 6,
    G_MIN = 1 << 7, G_MAX = 1 << 8, G_SHAPE = 1 << 9, G_SCALE = 1 << 10, G_BY = 1 << 11, G_K = 1 << 12,
    G_VALUES = 1 << 13, G_PARTS = 1 << 14, G_BRANCHES = 1 << 15, G_CSV = 1 << 16, G_COLUMN = 1 << 17,
    G_UNIT = 1 << 18, G_OF = 1 << 19
};

typedef struct law { /* one law on its way from text to distribution */
    binder *b;
    const wr_param *row;  /* of the distribution: key, unit, range */
    const node *n;        /* what stands behind the law's name */
    const char *name;
    const law_args *a;    /* NULL where the maker reads n by itself */
    unsigned given;
} law;
typedef const wr_dist *law_maker(const law *l); /* NULL after an error */
typedef struct law_form { /* in the order of dist_laws */
    law_maker *make;
    bool raw;             /* the keys are data: the maker reads them */
    unsigned sets[9];     /* the combinations allowed; 0 ends */
    const char *takes;    /* the same in words */
} law_form;
extern const law_form law_forms[];

/* At the argument behind `field`, or at the whole law. */
const wr_dist *law_refuse(const law *l, const void *field, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool law_in_range(const law *l, const void *field, double x); /* of a value that will be drawn */
bool law_shares(const law *l, double sum);                    /* do they sum to 1? */

law_maker make_constant, make_exponential, make_lognormal, make_normal, make_uniform, make_gamma, make_erlang, make_weibull,
    make_pareto, make_hyperexponential, make_empirical, make_quantiles, make_discrete, make_mixture, make_sequence,
    make_shifted, make_truncated;

/* The cells of one column as numbers; column NULL: the only one. NULL after an error at the law. */
const double *csv_column(const law *l, const char *s, size_t len, size_t *n);

/* Function notation, whole or as YAML cut it at the comma: does it look like it, and the refusal. */
bool call_looks(const node *n);
bool call_piece(const node *in, size_t i);                           /* is the key at i such a piece? */
const node *call_whole(binder *b, const node *in, const node *n);    /* a value of the mapping with its pieces */
void call_refuse(binder *b, const wr_param *row, const node *n);
#endif
