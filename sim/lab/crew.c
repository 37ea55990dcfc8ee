/* crew.c - replications on threads, handed over in order.
 *
 * Workers take the number of the next replication from a counter and share nothing but the frozen scenario;
 * each result goes to the place of its number. The calling thread waits for the replications in order, so
 * progress is told in order and on one thread, however they finish: the number of threads never changes a
 * result. When told to stop, no replication begins any more; those that run are finished and kept. Where no
 * thread can be had, the calling thread does the work itself. Truth: tests/unit/test_crew.c. */
#include "../result/result.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <weir/lab.h>

typedef struct job { wr_result *result; wr_err err; int rc; bool done; } job;
typedef struct crew {
    const wr_scenario *scenario;
    uint64_t seed;
    unsigned keep;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    size_t n, next;
    bool stop;
    job *job;
} crew;

/* The next replication to run; n: none. */
static size_t take(crew *c)
{
    pthread_mutex_lock(&c->lock);
    size_t i = c->stop ? c->n : c->next;
    c->next += i < c->n;
    pthread_mutex_unlock(&c->lock);
    return i;
}

static void *work(void *arg)
{
    crew *c = arg;
    for (size_t i; (i = take(c)) < c->n;) {
        job *j = &c->job[i];
        j->rc = wr_run(c->scenario, c->seed, i, c->keep, &j->result, &j->err);
        pthread_mutex_lock(&c->lock);
        j->done = true;
        pthread_cond_signal(&c->finished);
        pthread_mutex_unlock(&c->lock);
    }
    return NULL;
}

static void await(crew *c, size_t i)
{
    pthread_mutex_lock(&c->lock);
    while (!c->job[i].done)
        pthread_cond_wait(&c->finished, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

static void stop(crew *c)
{
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_mutex_unlock(&c->lock);
}

/* One more is finished; false: stop. */
static bool tell(crew *c, const wr_plan *p, size_t i)
{
    if (p->events && c->job[i].result)
        *p->events += c->job[i].result->events;
    return !p->progress || !p->progress(p->progress_arg, i + 1, c->n) || i + 1 == c->n;
}

/* Tells of the replications as they come; false: told to stop. */
static bool follow(crew *c, const wr_plan *p)
{
    for (size_t i = 0; i < c->n; i++) {
        await(c, i);
        if (!tell(c, p, i)) {
            stop(c);
            return false;
        }
    }
    return true;
}

/* Alone: one replication after the other, told of at once. */
static bool alone(crew *c, const wr_plan *p)
{
    for (size_t i = 0; i < c->n; i++) {
        job *j = &c->job[i];
        j->rc = wr_run(c->scenario, c->seed, i, c->keep, &j->result, &j->err);
        j->done = true;
        if (!tell(c, p, i))
            return false;
    }
    return true;
}

static bool together(crew *c, const wr_plan *p, size_t threads)
{
    pthread_t *hand = memory_get(threads * sizeof *hand);
    size_t hired = 0;
    while (hired < threads && !pthread_create(&hand[hired], NULL, work, c))
        hired++;
    bool whole = hired ? follow(c, p) : alone(c, p);
    for (size_t i = 0; i < hired; i++)
        pthread_join(hand[i], NULL);
    free(hand);
    return whole;
}

static size_t hands(const wr_plan *p, size_t n)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = p->threads ? p->threads : cores > 0 ? (size_t)cores : 1;
    return wanted < n ? wanted : n;
}

/* Moves what succeeded into the experiment, in order; the first failure is the error. */
static int gather(crew *c, wr_experiment *out, wr_err *err)
{
    int rc = 0;
    out->result = memory_get((c->n + 1) * sizeof *out->result);
    for (size_t i = 0; i < c->n; i++) {
        job *j = &c->job[i];
        if (!j->done)
            continue;
        if (!j->rc) {
            out->result[out->n++] = j->result;
            continue;
        }
        wr_result_destroy(j->result);
        if (!rc)
            rc = wr_fail(err, j->rc, "replication %zu: %s", i, j->err.text);
    }
    return rc;
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
    crew c = {.scenario = s, .keep = p->keep, .seed = p->has_seed ? p->seed : look->seed,
              .n = p->replications ? p->replications : look->replications};
    stat_quiet();
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.finished, NULL);
    c.job = memory_get((c.n + 1) * sizeof *c.job);
    size_t threads = hands(p, c.n);
    bool whole = threads > 1 ? together(&c, p, threads) : alone(&c, p);
    *out = (wr_experiment){.scenario = s, .seed = c.seed};
    int rc = gather(&c, out, err);
    out->complete = out->n == c.n;
    out->wall_s = seconds() - begin;
    free(c.job);
    pthread_cond_destroy(&c.finished);
    pthread_mutex_destroy(&c.lock);
    wr_experiment_close(out);
    if (!whole && !out->complete) /* weightier than a failure: the caller asked for it */
        rc = wr_fail(err, WR_E_STOPPED, "stopped after %zu of %zu replications", out->n, c.n);
    return rc;
}
