/* sweep.h - the files of a sweep's folder among themselves.
 *
 * folder.c knows names, locks and the plan; sweep.c runs what is missing; merge.c joins what is there. */
#ifndef WR_LAB_SWEEP_H
#define WR_LAB_SWEEP_H
#include "../base/base.h"
#include <weir/lab.h>

/* ---- folder.c ---- */
const char *folder_job(wr_arena *a, const char *folder, size_t point, size_t rep);    /* DIR/p00000-r0000.h5 */
const char *folder_failed(wr_arena *a, const char *folder, size_t point, size_t rep); /* DIR/failed/p00000-r0000.txt */
int folder_make(const char *path, wr_err *err);                /* one that exists is fine */
int folder_empty(const char *folder, wr_err *err);             /* of jobs and failures of another plan */
char *folder_read(const char *path, size_t *len);              /* the caller's to free; NULL: not to be read */
/* Nobody else runs this shard in this folder: a lock that goes with the process. -1 after an error. */
int folder_lock(const char *folder, size_t shard, size_t shards, wr_err *err);
void folder_unlock(int lock, const char *folder, size_t shard, size_t shards);
/* 0: a whole job of that identity is there. */
bool folder_has(const char *path, const char *identity, uint64_t seed, size_t rep);

/* ---- plan.c: plan.json ---- */
void plan_print(text *t, const wr_sweep_plan *p);
typedef struct plan { /* read back */
    wr_arena *arena;
    const char *name, *version, *command, *file;
    uint64_t seed;
    size_t points, reps, paths, sets;
    const char **path, **value; /* points x paths; NULL: not set there */
    const char **sha256;        /* of each point */
    wr_override *set;
} plan;
int plan_read(const char *folder, plan *out, wr_err *err);
void plan_clear(plan *p);
#endif
