/* sweep.c - runs the jobs of a sweep: every point of a grid times every replication, each a file of its own.
 *
 * Workers load a point's scenario when they come to it and run; the calling thread takes what they made in order,
 * writes it, and tells of a point when its last job is there. Results wait for their turn in a bounded window, so
 * memory depends on the number of threads and replications, not of points. One job that fails does not
 * stop the others. A job that is already there is read back instead of run. Truth: tests/cli/sweep.t. */
#include "sweep.h"
#include "../result/result.h"
#include "../store/store.h"
#include "crew.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 4 }; /* jobs begun and not taken, per thread */

typedef struct loaded { /* the scenario of a point, shared by the jobs that use it */
    wr_scenario *s;
    size_t point;
    atomic_int users;
} loaded;

typedef struct job {
    size_t point, rep;
    bool there;           /* its file is whole: not run again */
} job;

typedef struct made { loaded *of; wr_result *result; wr_err err; int rc; } made;

typedef struct sweep {
    const wr_sweep_plan *p;
    job *job;
    size_t jobs;
    wr_arena *a;
    wr_experiment now;    /* of the point in hand */
    loaded *looked;       /* lends its view */
    wr_store *lender;     /* or this does */
    wr_err *err;
    int rc;
    bool stopped;
} sweep;

/* ---- on any thread ------------------------------------------------------------------------------------------ */
static void release(loaded *l)
{
    if (l && atomic_fetch_sub(&l->users, 1) == 1) {
        wr_scenario_destroy(l->s);
        free(l);
    }
}

static wr_scenario *load(const wr_sweep_plan *p, size_t point)
{
    const wr_point *at = &p->grid->point[point];
    wr_override *o = memory_get((p->sets + at->n + 1) * sizeof *o);
    if (p->sets)
        memcpy(o, p->set, p->sets * sizeof *o);
    if (at->n)
        memcpy(o + p->sets, at->set, at->n * sizeof *o);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse(p->file, p->text, p->len, o, p->sets + at->n, d);
    wr_diag_destroy(d);
    free(o);
    return s;
}

/* The thread's own, as long as it stays at the same point. */
static loaded *scenario_of(const wr_sweep_plan *p, size_t point, void **own)
{
    loaded *l = *own;
    if (!l || l->point != point) {
        release(l);
        l = memory_get(sizeof *l);
        l->s = load(p, point);
        l->point = point;
        atomic_init(&l->users, 1);
        *own = l;
    }
    atomic_fetch_add(&l->users, 1);
    return l;
}

static void *make(void *arg, size_t i, void **own)
{
    const sweep *w = arg;
    const job *j = &w->job[i];
    made *m = memory_get(sizeof *m);
    if (j->there)
        return m;
    m->of = scenario_of(w->p, j->point, own);
    if (!m->of->s) {
        m->rc = wr_fail(&m->err, WR_E_SCENARIO, "the scenario of the point no longer loads");
        return m;
    }
    m->rc = wr_run(m->of->s, w->p->seed, j->rep, WR_KEEP_ALL, &m->result, &m->err);
    if (m->result)
        m->result->point = j->point;
    return m;
}

static void leave(void *arg, void *own)
{
    (void)arg;
    release(own);
}

/* ---- on the calling thread ------------------------------------------------------------------------------------ */
static void forget_view(sweep *w)
{
    release(w->looked);
    wr_store_close(w->lender);
    w->looked = NULL;
    w->lender = NULL;
}

static void begin_point(sweep *w, size_t point)
{
    w->now = (wr_experiment){.seed = w->p->seed, .point = point};
    w->now.result = memory_get((w->p->replications + 1) * sizeof *w->now.result);
}

static void end_point(sweep *w)
{
    if (w->now.look) {
        w->now.complete = w->now.n == w->p->replications;
        wr_experiment_close(&w->now);
    }
    if (w->p->point)
        w->p->point(w->p->arg, w->now.point, &w->now);
    wr_experiment_clear(&w->now);
    forget_view(w);
}

static int write_job(sweep *w, const job *j, made *m)
{
    wr_result *one[] = {m->result};
    wr_experiment x = {.look = wr_scenario_look(m->of->s), .seed = w->p->seed, .point = j->point, .n = 1, .result = one,
                       .command = w->p->command, .complete = true};
    wr_experiment_close(&x);
    int rc = wr_write_h5(&x, folder_job(w->a, w->p->folder, j->point, j->rep), &m->err);
    x.result = NULL; /* not the experiment's */
    x.n = 0;
    wr_experiment_clear(&x);
    return rc;
}

static void failed(sweep *w, const job *j, int rc, const char *why)
{
    text t = {0};
    text_printf(&t, "%s\n", why);
    if (!w->rc)
        w->rc = wr_fail(w->err, rc, "point %zu, replication %zu: %s", j->point, j->rep, why);
    if (!folder_make(arena_print(w->a, "%s/failed", w->p->folder), NULL))
        (void)aside_write(folder_failed(w->a, w->p->folder, j->point, j->rep), t.s, t.len, NULL); /* told already */
    text_clear(&t);
}

static void keep(sweep *w, wr_result *r)
{
    w->now.result[w->now.n++] = r;
}

static void take_run(sweep *w, const job *j, made *m)
{
    if (m->result && w->p->events)
        *w->p->events += m->result->events;
    if (!m->rc)
        m->rc = write_job(w, j, m);
    if (m->rc) {
        failed(w, j, m->rc, m->err.text);
        wr_result_destroy(m->result);
        release(m->of);
        return;
    }
    unlink(folder_failed(w->a, w->p->folder, j->point, j->rep));
    keep(w, m->result);
    if (w->now.look) {
        release(m->of);
    } else {
        w->looked = m->of;
        w->now.look = wr_scenario_look(m->of->s);
    }
}

static void take_there(sweep *w, const job *j)
{
    wr_store *s = NULL;
    wr_result **r = NULL;
    wr_err why = {0};
    size_t n = 0;
    int rc = wr_store_open(&s, folder_job(w->a, w->p->folder, j->point, j->rep), &why);
    if (!rc)
        rc = wr_store_results(s, &r, &n, &why);
    if (rc) {
        failed(w, j, rc, why.text);
        wr_store_close(s);
        return;
    }
    keep(w, r[0]);
    free(r);
    if (w->now.look) {
        wr_store_close(s);
    } else {
        w->lender = s;
        w->now.look = wr_store_look(s);
    }
}

static bool last_of_point(const sweep *w, size_t i)
{
    return i + 1 == w->jobs || w->job[i + 1].point != w->job[i].point;
}

static bool take(void *arg, size_t i, void *of)
{
    sweep *w = arg;
    made *m = of;
    const job *j = &w->job[i];
    if (w->now.result && w->now.point != j->point) /* stopped: the rest of that point never began */
        end_point(w);
    if (!w->now.result)
        begin_point(w, j->point);
    if (j->there)
        take_there(w, j);
    else
        take_run(w, j, m);
    free(m);
    if (last_of_point(w, i))
        end_point(w);
    if (!w->stopped && w->p->progress && w->p->progress(w->p->arg, i + 1, w->jobs))
        w->stopped = i + 1 < w->jobs;
    return !w->stopped;
}

/* ---- before and after ------------------------------------------------------------------------------------------- */
static void list_jobs(sweep *w)
{
    const wr_sweep_plan *p = w->p;
    size_t all = p->grid->points * p->replications;
    w->job = memory_get((all + 1) * sizeof *w->job);
    for (size_t i = p->shards ? p->shard - 1 : 0; i < all; i += p->shards ? p->shards : 1) {
        job *j = &w->job[w->jobs++];
        *j = (job){.point = i / p->replications, .rep = i % p->replications};
        j->there = p->resume && folder_has(folder_job(w->a, p->folder, j->point, j->rep), p->sha256[j->point], p->seed, j->rep);
    }
}

/* The plan is there before any job; one of another sweep is not silently mixed with this one's. */
static int settle_plan(const sweep *w, wr_err *err)
{
    const wr_sweep_plan *p = w->p;
    const char *path = arena_print(w->a, "%s/plan.json", p->folder);
    text t = {0};
    size_t len = 0;
    plan_print(&t, p);
    char *old = folder_read(path, &len);
    bool same = old && len == t.len && !memcmp(old, t.s, len);
    int rc = 0;
    if (old && !same && !p->force)
        rc = wr_fail(err, WR_E_INPUT, "'%s' holds another sweep: its plan.json differs; choose another folder with -o, or --force", p->folder);
    else if (old && !same)
        rc = folder_empty(p->folder, err);
    if (!rc && !same)
        rc = aside_write(path, t.s, t.len, err);
    free(old);
    text_clear(&t);
    return rc;
}

static int run_jobs(sweep *w)
{
    const wr_sweep_plan *p = w->p;
    list_jobs(w);
    crew_work c = {.n = w->jobs, .threads = p->threads, .ahead = WINDOW * (p->threads ? p->threads : 16), .make = make,
                   .take = take, .leave = leave, .arg = w};
    crew_run(&c);
    if (w->now.result)
        end_point(w); /* stopped within a point */
    free(w->job);
    return w->stopped ? wr_fail(w->err, WR_E_STOPPED, "stopped; --resume goes on where it stopped") : w->rc;
}

int wr_lab_sweep(const wr_sweep_plan *p, wr_err *err)
{
    sweep w = {.p = p, .a = arena_create(), .err = err};
    stat_quiet();
    int rc = folder_make(p->folder, err), lock = rc ? -1 : folder_lock(p->folder, p->shard, p->shards, err);
    if (!rc && lock < 0)
        rc = err ? err->code : WR_E_IO;
    if (!rc)
        rc = settle_plan(&w, err);
    if (!rc)
        rc = run_jobs(&w);
    if (lock >= 0)
        folder_unlock(lock, p->folder, p->shard, p->shards);
    arena_destroy(w.a);
    return rc;
}
