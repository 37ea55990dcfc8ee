/* result.h - the files of sim/result among themselves. */
#ifndef WR_RESULT_INTERNAL_H
#define WR_RESULT_INTERNAL_H
#include "../base/base.h"
#include <weir/result.h>

/* ---- stat.c: the only place that knows Student's t ---- */
double stat_half(double sd, size_t n); /* half width of the 95 % interval; NaN for n < 2 */
/* How many values of that deviation bring the half width below `gap`; 0: more than a million. */
size_t stat_enough(double sd, double gap);

/* ---- measure.c ---- */
const wr_measure *result_any(const wr_experiment *x, size_t metric); /* of the first replication that has it */

/* ---- gather.c: what replications say together; all memory from the arena. ---- */
void gather_metrics(wr_experiment *x, wr_arena *a);
void gather_causes(wr_experiment *x, wr_arena *a);
void gather_costs(wr_experiment *x, wr_arena *a);

/* ---- verdict.c ---- */
void judge_all(wr_experiment *x, wr_arena *a);
#endif
