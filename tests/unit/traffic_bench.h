/* traffic_bench.h - what the tests of the client model share: a small scenario, run by hand.
 *
 * Components are made as a run makes them; the test moves the clock and looks at the cells. Seed 1. */
#ifndef WR_TEST_TRAFFIC_BENCH_H
#define WR_TEST_TRAFFIC_BENCH_H
#include "kit_bench.h"
#include <stdlib.h>

/* ---- the world: a scenario, run by hand --------------------------------------------------------------- */
typedef struct world {
    wr_scenario *s;
    wr_diag *d;
    run *r;
    wr_comp *comp[8];
    char *yaml;
} world;

static const char *file = "test"; /* whose folder holds the traces */

static inline void load(world *w, const char *body)
{
    text t = {0};
    memset(w, 0, sizeof *w);
    text_printf(&t, "weir: 1\nname: t\nduration: 1000s\nsdk: none\n%s", body);
    w->yaml = t.s;
    w->d = wr_diag_create();
    w->s = wr_scenario_parse(file, t.s, t.len, NULL, 0, w->d);
}

static inline void start(world *w, const char *body)
{
    load(w, body);
    if (!w->s)
        wr_diag_print(w->d, stderr);
    assert_non_null(w->s);
    run *r = w->r = run_create(1, 0);
    r->end = w->s->duration;
    r->net_off = true;
    r->sequences = arena_alloc(r->arena, (w->s->sequences + 1) * sizeof *r->sequences);
    r->comp = w->comp;
    for (size_t i = 0; i < w->s->comps; i++) {
        const scenario_comp *c = &w->s->comp[i];
        w->comp[r->comps++] = run_add(r, c->model, c->name, c->cfg, (int)i);
        w->comp[i]->traffic = c->traffic;
    }
    run_start(r);
}

static inline void finish(world *w)
{
    run_destroy(w->r);
    wr_diag_destroy(w->d);
    wr_scenario_destroy(w->s);
    free(w->yaml);
}

static inline wr_comp *of(world *w, const char *name)
{
    for (int i = 0; i < w->r->comps; i++)
        if (!strcmp(w->comp[i]->name, name))
            return w->comp[i];
    fail_msg("no component '%s'", name);
    return NULL;
}

static inline void until(world *w, double s)
{
    wr_engine_run(w->r->engine, wr_dur_from_s(s));
}

static inline double count(world *w, const char *name, int metric)
{
    return comp_cell(of(w, name), metric)->now.sum;
}

static inline double level(world *w, const char *name, int metric)
{
    cell *c = comp_cell(of(w, name), metric);
    if (c->kind == WR_VALUE)
        cell_count_held(c);
    return cell_level(c);
}

/* The last observation. */
#define latency_of(W) level(W, "load", WR_U_LATENCY)

/* A fault's beginning or end, as the run's schedule would have it. */
static inline void fault(world *w, const char *name, size_t number, bool on)
{
    wr_comp *c = of(w, name);
    c->model->fault(c, w->s->fault[number].row, w->s->fault[number].cfg, on);
}

#define QUICK "resources: {desk: {type: service, servers: unlimited, service_time: 0s}}\n"

static inline void refused(const char *traffic, const char *message)
{
    world w;
    const wr_diag_row *rows;
    text t = {0};
    text_printf(&t, "traffic: {load: %s}\n%s", traffic, QUICK);
    load(&w, t.s);
    assert_null(w.s);
    assert_true(wr_diag_rows(w.d, &rows) > 0);
    assert_string_equal(rows[0].text, message);
    wr_diag_destroy(w.d);
    free(w.yaml);
    text_clear(&t);
}
#endif
