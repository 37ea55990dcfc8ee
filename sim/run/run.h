/* run.h - the files of sim/run among themselves: a scenario becomes a run, a run becomes a result.
 *
 * run.c makes the components and drives the engine, record.c listens to every cell, slo.c judges the
 * objectives, schedule.c applies the faults, bill.c prices the usage, harvest.c writes the result, warmup.c finds how much
 * of the beginning to leave out. */
#ifndef WR_RUN_H
#define WR_RUN_H
#include "../runtime/runtime.h"
#include "../scenario/scenario.h"
#include <weir/result.h>

typedef struct judge judge;

typedef struct record { /* what is kept of one cell */
    cell *cell;
    tap *total;         /* [warm-up, end); NULL before */
    tap *period;        /* NULL: no series wanted */
    double *series[WR_S_STATS];
} record;

typedef struct comp_record { /* of one component with cells of its own */
    wr_comp *comp;
    record *record;     /* one a cell, in the order of comp->store */
    size_t born;        /* the period in which it appeared */
    size_t usages;
    struct usage_record {
        tap *amount, *level;               /* statistics window; NULL before */
        tap *amount_period, *level_period; /* NULL: no series wanted */
    } *usage;
    double *cost;       /* series */
    struct comp_record *next;
} comp_record;

typedef struct recorder {
    run *r;
    const wr_scenario *s;
    unsigned keep;
    wr_dur period;
    size_t periods, room; /* of the series: finished ones, allocated ones */
    bool warm;            /* the statistics window is open */
    comp_record *first, *last;
    judge *judge;
} recorder;

/* record.c */
recorder *record_start(run *r, const wr_scenario *s, unsigned keep);
void record_end(recorder *k); /* at the end of the run: closes the last period and the window */
comp_record *record_comp(const recorder *k, const wr_comp *c); /* NULL: no cells of its own */
record *record_of(const recorder *k, const cell *c);           /* NULL: hidden, or not kept */

/* bill.c */
double bill_window(const recorder *k, const comp_record *cr); /* USD */
double bill_period(const recorder *k, const comp_record *cr);
double bill_quantity(const recorder *k, const comp_record *cr, size_t usage); /* in the price's unit */
double bill_price(const recorder *k, const usage_meter *u);

/* slo.c */
judge *judge_start(recorder *k);
void judge_period(judge *j); /* at each period's end, before cells start again: windows of `over` */
void judge_end(judge *j, wr_arena *a, wr_slo_value *out);
typedef struct stopper stopper; /* the scenario's stop_when */
stopper *stopper_start(run *r, const wr_formula *f);
bool stopper_holds(const stopper *st);
/* A statistic of [warm-up, end), of any metric; *n: observations behind it. */
double total_stat(const recorder *k, wr_comp *c, int metric, enum formula_stat s, double arg, double *n);

/* warmup.c */
wr_dur warmup_find(const wr_scenario *s, const wr_result *r);           /* from a look at the replication, with its series */

/* schedule.c */
void schedule_faults(run *r, const wr_scenario *s);

/* harvest.c */
wr_result *harvest(recorder *k, uint64_t events);
#endif
