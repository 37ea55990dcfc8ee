/* weir/lab.h - many runs on many threads. */
#ifndef WEIR_LAB_H
#define WEIR_LAB_H
#include <weir/result.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wr_plan {
    size_t replications; /* 0: the scenario's */
    uint64_t seed;       /* used when has_seed */
    bool has_seed;
    unsigned threads;    /* 0: all cores; never changes a result */
    unsigned keep;       /* enum wr_keep */
    /* After each replication, in order, on the calling thread; non-zero: stop, keep what is finished. */
    int (*progress)(void *arg, size_t done, size_t total);
    void *progress_arg;
    uint64_t *events;    /* NULL, or where those of each finished replication are added, before progress is told */
} wr_plan;
/* Runs all replications and closes the experiment. WR_E_STOPPED: stopped, *out holds the finished ones;
 * another error: a replication failed, *out holds the others. *out is always to be cleared. */
int wr_lab_run(const wr_scenario *s, const wr_plan *p, wr_experiment *out, wr_err *err);

#ifdef __cplusplus
}
#endif
#endif
