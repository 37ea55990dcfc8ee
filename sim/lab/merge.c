/* merge.c - joins the files of a sweep, whatever machine made them, into one with a dimension `point`.
 *
 * The folders must hold the same plan. A job may lie in several; the first whole one of its identity is taken, and
 * since equal jobs have equal bytes it does not matter which. Points may end at different times or have
 * metrics of their own; what a replication does not have is NaN. Truth: tests/cli/sweep.t. */
#include "../result/result.h"
#include "sweep.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir.h>

typedef struct merge {
    const wr_merge *m;
    wr_arena *a;
    plan p;
    wr_experiment *point;
    wr_store **lender;    /* of each point's view */
    size_t missing;
    wr_err *err;
} merge;

static bool same_bytes(merge *g, const char *file)
{
    size_t n, first_n = 0;
    char *first = NULL, *s;
    bool same = true;
    for (size_t i = 0; i < g->m->folders; i++) {
        s = folder_read(arena_print(g->a, "%s/%s", g->m->folder[i], file), &n);
        if (i)
            same = same && s && n == first_n && !memcmp(s, first, n);
        if (i) {
            free(s);
        } else {
            first = s;
            first_n = n;
        }
    }
    free(first);
    return same;
}

static const char *find(merge *g, size_t point, size_t rep)
{
    for (size_t i = 0; i < g->m->folders; i++) {
        const char *path = folder_job(g->a, g->m->folder[i], point, rep);
        if (folder_has(path, g->p.sha256[point], g->p.seed, rep))
            return path;
    }
    return NULL;
}

static const char *values_of(merge *g, size_t point)
{
    text t = {0};
    for (size_t k = 0; k < g->p.paths; k++) {
        const char *v = g->p.value[point * g->p.paths + k];
        if (v)
            text_printf(&t, "%s%s=%s", t.len ? " " : "", g->p.path[k], v);
    }
    const char *s = arena_copy(g->a, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

static int read_job(merge *g, const char *path, size_t point)
{
    wr_experiment *x = &g->point[point];
    wr_store *s = NULL;
    wr_result **r = NULL;
    size_t n = 0;
    int rc = wr_store_open(&s, path, g->err);
    if (!rc)
        rc = wr_store_results(s, &r, &n, g->err);
    if (rc) {
        wr_store_close(s);
        return rc;
    }
    r[0]->point = point;
    x->result[x->n++] = r[0];
    free(r);
    if (g->lender[point]) {
        wr_store_close(s);
    } else {
        g->lender[point] = s;
        x->look = wr_store_look(s);
    }
    return 0;
}

static int read_point(merge *g, size_t point)
{
    wr_experiment *x = &g->point[point];
    *x = (wr_experiment){.seed = g->p.seed, .point = point};
    x->result = memory_get((g->p.reps + 1) * sizeof *x->result);
    for (size_t rep = 0; rep < g->p.reps; rep++) {
        const char *path = find(g, point, rep);
        int rc = path ? read_job(g, path, point) : 0;
        if (rc)
            return rc;
        if (!path && g->m->missing)
            g->m->missing(g->m->arg, point, rep, values_of(g, point));
        g->missing += !path;
    }
    x->complete = x->n == g->p.reps;
    return 0;
}

/* Points of which nothing is there have nothing to say, but a place in the file. */
static int lend_views(merge *g)
{
    const wr_scenario_view *any = NULL;
    for (size_t i = 0; i < g->p.points && !any; i++)
        any = g->point[i].look;
    if (!any)
        return wr_fail(g->err, WR_E_INPUT, "there is nothing to merge: no finished job");
    for (size_t i = 0; i < g->p.points; i++) {
        g->point[i].look = g->point[i].look ? g->point[i].look : any;
        wr_experiment_close(&g->point[i]);
    }
    return 0;
}

static bool one_period(const merge *g)
{
    bool same = true;
    for (size_t i = 1; i < g->p.points; i++)
        same = same && !(g->point[i].look->period_s < g->point[0].look->period_s) &&
               !(g->point[i].look->period_s > g->point[0].look->period_s);
    return same;
}

/* Series of points with other periods have no time in common: they are left out. */
static void drop_series(merge *g)
{
    for (size_t i = 0; i < g->p.points; i++)
        for (size_t k = 0; k < g->point[i].n; k++) {
            wr_result *r = g->point[i].result[k];
            wr_measure *m = (wr_measure *)(uintptr_t)r->measure; /* its own arena's */
            for (size_t j = 0; j < r->measures; j++)
                memset(m[j].series, 0, sizeof m[j].series);
            r->periods = 0;
        }
    if (g->m->warning)
        g->m->warning(g->m->arg, "points have other metrics_periods: the file holds tables and histograms, but no series");
}

static int write_all(merge *g, const char *output)
{
    wr_sweep w = {.points = g->p.points, .reps = g->p.reps, .paths = g->p.paths, .point = g->point, .path = g->p.path,
                  .value = g->p.value, .command = g->p.command, .complete = !g->missing};
    if (!one_period(g))
        drop_series(g);
    return wr_write_sweep(&w, output, g->err);
}

/* ---- verify ----------------------------------------------------------------------------------------------------- */
static wr_scenario *scenario_again(merge *g, size_t point)
{
    const plan *p = &g->p;
    wr_override *o = arena_alloc(g->a, (p->sets + p->paths + 1) * sizeof *o);
    size_t n = p->sets;
    for (size_t i = 0; i < p->sets; i++)
        o[i] = p->set[i];
    for (size_t k = 0; k < p->paths; k++)
        if (p->value[point * p->paths + k])
            o[n++] = (wr_override){p->path[k], p->value[point * p->paths + k]};
    const char *s = g->point[point].look->text;
    wr_diag *d = wr_diag_create();
    wr_scenario *out = wr_scenario_parse(p->file, s, strlen(s), o, n, d);
    wr_diag_destroy(d);
    return out;
}

static int verify_one(merge *g, size_t point, const wr_result *was)
{
    wr_scenario *s = scenario_again(g, point);
    wr_result *r = NULL;
    if (!s)
        return wr_fail(g->err, WR_E_SCENARIO, "cannot verify point %zu: its scenario does not load here (files beside it are looked for in this folder)", point);
    int rc = wr_run(s, g->p.seed, was->replication, WR_KEEP_ALL, &r, g->err);
    if (!rc && strcmp(r->print, was->print))
        rc = wr_fail(g->err, WR_E_FORMAT, "point %zu, replication %" PRIu64 ": run again it differs: %.12s... was %.12s...",
                     point, was->replication, r->print, was->print);
    wr_result_destroy(r);
    wr_scenario_destroy(s);
    return rc;
}

static int verify(merge *g)
{
    size_t all = 0, seen = 0, next = 0;
    for (size_t i = 0; i < g->p.points; i++)
        all += g->point[i].n;
    size_t wanted = g->m->verify < all ? g->m->verify : all;
    for (size_t i = 0, done = 0; i < g->p.points; i++)
        for (size_t k = 0; k < g->point[i].n; k++, seen++)
            if (done < wanted && seen == next) {
                int rc = verify_one(g, i, g->point[i].result[k]);
                if (rc)
                    return rc;
                next = ++done * all / wanted;
            }
    return 0;
}

static int join(merge *g, const char *output)
{
    int rc = 0;
    for (size_t i = 0; i < g->p.points && !rc; i++)
        rc = read_point(g, i);
    if (!rc && g->missing && !g->m->allow_missing)
        rc = wr_fail(g->err, WR_E_INPUT, "%zu of %zu jobs are missing; run the sweep again with --resume, or merge with --allow-missing",
                     g->missing, g->p.points * g->p.reps);
    if (!rc)
        rc = lend_views(g);
    if (!rc && g->m->verify)
        rc = verify(g);
    return rc ? rc : write_all(g, output);
}

int wr_lab_merge(const wr_merge *m, const char *output, wr_err *err)
{
    merge g = {.m = m, .a = arena_create(), .err = err};
    stat_quiet();
    int rc = plan_read(m->folder[0], &g.p, err);
    if (!rc && strcmp(g.p.version, WR_VERSION))
        rc = wr_fail(err, WR_E_FORMAT, "the sweep was run by weir %s; this is weir %s", g.p.version, WR_VERSION);
    if (!rc && !same_bytes(&g, "plan.json"))
        rc = wr_fail(err, WR_E_INPUT, "the folders do not hold the same sweep: their plan.json differ");
    if (!rc) {
        g.point = memory_get(g.p.points * sizeof *g.point);
        g.lender = memory_get(g.p.points * sizeof *g.lender);
        rc = join(&g, output);
        for (size_t i = 0; i < g.p.points; i++) {
            wr_experiment_clear(&g.point[i]);
            wr_store_close(g.lender[i]);
        }
    }
    free(g.point);
    free(g.lender);
    plan_clear(&g.p);
    arena_destroy(g.a);
    return rc;
}
