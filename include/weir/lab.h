/* weir/lab.h - many runs on many threads: replications of a scenario, points of a sweep. */
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

/* A sweep: every point of a grid times every replication is a job, and a job a file in a folder (RESULTS.md 5). */
typedef struct wr_sweep_plan {
    const char *file;                    /* of the scenario: where its own files are looked for */
    const char *name, *text;             /* of the scenario; its YAML as read */
    size_t len;
    const wr_override *set;              /* what all points share */
    size_t sets;
    const wr_grid *grid;
    const char *const *sha256;           /* of each point's scenario, as loading it with set and the point's gave it */
    const char *base_sha256;             /* of the scenario without any point */
    const char *folder, *command;
    size_t replications;
    uint64_t seed;
    unsigned threads;
    size_t shard, shards;                /* jobs j with j mod shards == shard - 1; shards 0: all */
    bool resume, force;                  /* keep what is there and matches; throw away what another sweep left */
    /* After the last own job of each point, in order: what its own jobs say together, a loan; n may be 0. */
    void (*point)(void *arg, size_t point, const wr_experiment *x);
    int (*progress)(void *arg, size_t done, size_t total); /* after each job, in order; non-zero: stop */
    void *arg;
    uint64_t *events;                    /* as in wr_plan */
} wr_sweep_plan;
/* WR_E_STOPPED: stopped; another error: the first of the jobs that failed, or why nothing could begin. */
int wr_lab_sweep(const wr_sweep_plan *p, wr_err *err);

/* Joins the folders of one sweep. Every job that is nowhere is told to `missing`; with allow_missing the rest is joined
 * all the same. verify: so many jobs, spread over all, are run again and must give the same bytes. */
typedef struct wr_merge {
    const char *const *folder;
    size_t folders;
    bool allow_missing;
    size_t verify;
    void (*missing)(void *arg, size_t point, size_t replication, const char *values);
    void (*warning)(void *arg, const char *text);
    void *arg;
} wr_merge;
int wr_lab_merge(const wr_merge *m, const char *output, wr_err *err);

#ifdef __cplusplus
}
#endif
#endif
