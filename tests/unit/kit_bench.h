/* kit_bench.h - what the tests of the kit share: a run of hand-made components, and a small loader.
 *
 * A bench has a run with components that the test describes itself, a component "source" whose calls come from
 * nowhere, and a binder for texts in the scenario's own language. Everything is fixed by seed 1. */
#ifndef WR_TEST_KIT_BENCH_H
#define WR_TEST_KIT_BENCH_H
#include "../../sim/runtime/runtime.h"
#include "../../sim/scenario/load.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <weir/kit.h>
#include <cmocka.h>

typedef struct bench {
    run *r;
    wr_comp *source, *comp[8];
    wr_comp *all[8];
    loader l;
    wr_scenario s;
    wr_build b;
} bench;

static const wr_model bench_source = {.kind = "source", .has = WR_HAS_RETRIES, .net = WR_NET_SERVICE};

static inline const wr_link *bench_link(binder *b, const node *n, const wr_param *row)
{
    const bench *t = b->user;
    (void)row;
    wr_link *l = arena_alloc(b->arena, sizeof *l);
    *l = (wr_link){.name = n->text, .comp = -1, .at = n->at};
    for (int i = 0; i < t->r->comps; i++)
        if (!strcmp(t->all[i]->name, n->text))
            l->comp = i;
    return l;
}

static inline int bench_operation(binder *b, const char *name)
{
    return operation_number(&((bench *)b->user)->l, name);
}

static inline void bench_open(bench *t)
{
    memset(t, 0, sizeof *t);
    t->r = run_create(1, 0);
    t->r->net_off = true;
    t->r->comp = t->all;
    t->source = run_add(t->r, &bench_source, "source", NULL, -1);
    t->l.s = &t->s;
    t->l.arena = arena_create();
    t->l.diag = wr_diag_create();
    t->l.current = -1;
    t->l.root = arena_alloc(t->l.arena, sizeof(node));
    t->l.b = (binder){.arena = t->l.arena, .diag = t->l.diag, .what = "test", .user = t, .link = bench_link, .operation = bench_operation};
    t->b = (wr_build){&t->l, "test", {0}};
    operation_number(&t->l, "default");
}

static inline wr_comp *bench_add(bench *t, const wr_model *m, const char *name, const void *cfg)
{
    int i = t->r->comps++;
    t->all[i] = run_add(t->r, m, name, cfg, i);
    return t->all[i];
}

static inline void bench_start(bench *t)
{
    run_start(t->r);
}

static inline void bench_close(bench *t)
{
    run_destroy(t->r);
    map_clear(&t->l.operations);
    wr_diag_destroy(t->l.diag);
    arena_destroy(t->l.arena);
}

/* Binds a text by a table; the struct lives with the bench. */
static inline void bench_bind(bench *t, const wr_param *rows, void *cfg, const char *yaml)
{
    node *n = yaml_read(t->l.arena, "test", yaml, strlen(yaml), t->l.diag);
    if (n)
        bind_map(&t->l.b, rows, cfg, n, NULL);
}

static inline size_t bench_errors(const bench *t)
{
    return wr_diag_count(t->l.diag, WR_ERROR);
}

static inline const char *bench_message(const bench *t)
{
    const wr_diag_row *rows;
    return wr_diag_rows(t->l.diag, &rows) ? rows[0].text : "";
}

static inline void bench_sound(const bench *t)
{
    if (bench_errors(t))
        wr_diag_print(t->l.diag, stderr);
    assert_int_equal(bench_errors(t), 0);
}

static inline double bench_stat(wr_comp *c, int metric, enum formula_stat s, double arg, run *r, double until_s)
{
    probe *p = probe_open_metric(c, metric, s, arg);
    wr_engine_run(r->engine, wr_dur_from_s(until_s));
    return probe_take(p, false);
}

static inline void bench_near(double x, double expected, double share)
{
    if (!(fabs(x - expected) <= share * fabs(expected)))
        fail_msg("%.9g is not within %g of %.9g", x, share, expected);
}
#endif
