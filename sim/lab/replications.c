/* replications.c - all replications of one scenario, as one experiment.
 *
 * Replications share nothing but the frozen scenario. When told to stop, those that are finished are kept; one that
 * fails does not take the others with it. Truth: tests/unit/test_crew.c. */
#include "../result/result.h"
#include "crew.h"
#include <stdlib.h>
#include <time.h>
#include <weir/lab.h>

typedef struct job { wr_result *result; wr_err err; int rc; } job;
typedef struct lab {
    const wr_scenario *scenario;
    const wr_plan *plan;
    uint64_t seed;
    size_t n;
    wr_experiment *out;
    wr_err *err;
    int rc;
    bool stopped; /* progress said so: it hears no more */
} lab;

static void *make(void *arg, size_t i, void **own)
{
    const lab *l = arg;
    job *j = memory_get(sizeof *j);
    (void)own;
    j->rc = wr_run(l->scenario, l->seed, i, l->plan->keep, &j->result, &j->err);
    return j;
}

/* What succeeded goes into the experiment; the first failure is the error. */
static bool take(void *arg, size_t i, void *made)
{
    lab *l = arg;
    job *j = made;
    if (l->plan->events && j->result)
        *l->plan->events += j->result->events;
    if (!j->rc)
        l->out->result[l->out->n++] = j->result;
    else
        wr_result_destroy(j->result);
    if (j->rc && !l->rc)
        l->rc = wr_fail(l->err, j->rc, "replication %zu: %s", i, j->err.text);
    free(j);
    if (!l->stopped && l->plan->progress && l->plan->progress(l->plan->progress_arg, i + 1, l->n))
        l->stopped = i + 1 < l->n;
    return !l->stopped;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int wr_lab_run(const wr_scenario *s, const wr_plan *p, wr_experiment *out, wr_err *err)
{
    const wr_scenario_view *look = wr_scenario_look(s);
    double begin = seconds();
    lab l = {.scenario = s, .plan = p, .seed = p->has_seed ? p->seed : look->seed,
             .n = p->replications ? p->replications : look->replications, .out = out, .err = err};
    stat_quiet();
    *out = (wr_experiment){.look = look, .seed = l.seed};
    out->result = memory_get((l.n + 1) * sizeof *out->result);
    bool whole = crew_run(&(crew_work){.n = l.n, .threads = p->threads, .make = make, .take = take, .arg = &l});
    out->complete = out->n == l.n;
    out->wall_s = seconds() - begin;
    wr_experiment_close(out);
    if (!whole && !out->complete) /* weightier than a failure: the caller asked for it */
        return wr_fail(err, WR_E_STOPPED, "stopped after %zu of %zu replications", out->n, l.n);
    return l.rc;
}
