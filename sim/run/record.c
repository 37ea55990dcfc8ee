/* record.c - listens to every cell of a run: series by period, statistics of the window after the warm-up.
 *
 * Each cell has two taps: one for the present period, started again at each period's end, and one that is
 * opened at the end of the warm-up. Components that appear while running are recorded from then on. Edges
 * of time are events of WR_PHASE_EDGE, before all work of their instant: intervals are [from, to).
 * Truth: tests/truth/hand.yaml, tests/contract/test_models.c. */
#include "run.h"
#include <math.h>
#include <string.h>

enum { MOST_PERIODS = 1000000 }; /* of a run without a planned end */

static bool kept(const wr_comp *c, int i)
{
    const wr_metric *m = i < c->uniform_n ? &wr_uniforms[i] : &c->model->metrics[i - c->uniform_n];
    return c->store[i].kind && !m->hidden;
}

static bool has_hist(const cell *c)
{
    return c->h != NULL;
}

static void open_window(comp_record *cr)
{
    const wr_comp *c = cr->comp;
    for (int i = 0; i < c->cells_n; i++)
        if (c->store[i].kind)
            cr->record[i].total = tap_open(&c->store[i], has_hist(&c->store[i]));
    for (size_t i = 0; i < cr->usages; i++) {
        cr->usage[i].amount = tap_open(&c->usage[i].amount, false);
        cr->usage[i].level = tap_open(&c->usage[i].level, false);
    }
}

static void open_periods(recorder *k, comp_record *cr)
{
    const wr_comp *c = cr->comp;
    for (int i = 0; i < c->cells_n; i++)
        if (kept(c, i))
            cr->record[i].period = tap_open(&c->store[i], c->store[i].kind == WR_VALUE);
    for (size_t i = 0; i < cr->usages; i++) {
        cr->usage[i].amount_period = tap_open(&c->usage[i].amount, false);
        cr->usage[i].level_period = tap_open(&c->usage[i].level, false);
    }
    (void)k;
}

static size_t usages_of(const wr_comp *c)
{
    size_t n = 0;
    while (c->usage && c->model->usage && c->model->usage[n].name)
        n++;
    return n;
}

static void born(run *r, wr_comp *c)
{
    recorder *k = r->born_arg;
    comp_record *cr = arena_alloc(r->arena, sizeof *cr);
    cr->comp = c;
    cr->born = k->periods;
    cr->record = arena_alloc(r->arena, (size_t)c->cells_n * sizeof *cr->record);
    for (int i = 0; i < c->cells_n; i++) {
        cr->record[i].cell = &c->store[i];
        c->store[i].record = &cr->record[i];
    }
    cr->usages = usages_of(c);
    cr->usage = arena_alloc(r->arena, (cr->usages + 1) * sizeof *cr->usage);
    *(k->last ? &k->last->next : &k->first) = cr;
    k->last = cr;
    c->record = cr;
    if (k->keep & WR_KEEP_SERIES)
        open_periods(k, cr);
    if (k->warm)
        open_window(cr);
}

comp_record *record_comp(const recorder *k, const wr_comp *c)
{
    (void)k;
    return c->record;
}

record *record_of(const recorder *k, const cell *c)
{
    (void)k;
    return c->record;
}

/* ---- series -------------------------------------------------------------------------------------- */
static double *column(recorder *k, double **of)
{
    if (!*of)
        *of = arena_alloc(k->r->arena, k->room * sizeof **of);
    return *of;
}

static void note_value(recorder *k, record *rec, size_t at)
{
    static const struct { int which; double q; } quantiles[] = {{WR_S_P50, 0.5}, {WR_S_P90, 0.9}, {WR_S_P95, 0.95}, {WR_S_P99, 0.99}};
    const tap *t = rec->period;
    column(k, &rec->series[WR_S_MAIN])[at] = tap_stat(rec->cell, t, F_MEAN, 0);
    column(k, &rec->series[WR_S_COUNT])[at] = t->sum.n;
    column(k, &rec->series[WR_S_MAX])[at] = t->sum.n > 0 ? t->sum.max : NAN;
    for (size_t i = 0; i < 4; i++)
        column(k, &rec->series[quantiles[i].which])[at] = tap_stat(rec->cell, t, F_QUANTILE, quantiles[i].q);
}

static void note_cell(recorder *k, record *rec, size_t at)
{
    cell *c = rec->cell;
    const tap *t = rec->period;
    switch (c->kind) {
    case WR_COUNT: column(k, &rec->series[WR_S_MAIN])[at] = t->sum.sum; break;
    case WR_LEVEL:
        column(k, &rec->series[WR_S_MAIN])[at] = tap_stat(c, t, F_MEAN, 0);
        column(k, &rec->series[WR_S_MIN])[at] = tap_stat(c, t, F_MIN, 0);
        column(k, &rec->series[WR_S_MAX])[at] = tap_stat(c, t, F_MAX, 0);
        column(k, &rec->series[WR_S_LAST])[at] = c->level;
        break;
    default: note_value(k, rec, at); break;
    }
}

static void grow_column(recorder *k, double **of, size_t room)
{
    if (!*of)
        return;
    double *more = arena_alloc(k->r->arena, room * sizeof *more);
    memcpy(more, *of, k->periods * sizeof *more);
    *of = more;
}

/* Only runs without a planned end get here: their series double. */
static void grow(recorder *k)
{
    size_t room = 2 * k->room;
    for (comp_record *cr = k->first; cr; cr = cr->next) {
        for (int i = 0; i < cr->comp->cells_n; i++)
            for (int j = 0; j < WR_S_STATS; j++)
                grow_column(k, &cr->record[i].series[j], room);
        grow_column(k, &cr->cost, room);
    }
    k->room = room;
}

static void flush(comp_record *cr)
{
    for (int i = 0; i < cr->comp->cells_n; i++)
        if (cr->comp->store[i].kind)
            cell_flush(&cr->comp->store[i]);
    for (size_t i = 0; i < cr->usages; i++) {
        cell_flush(&cr->comp->usage[i].amount);
        cell_flush(&cr->comp->usage[i].level);
    }
}

static void restart(comp_record *cr)
{
    const wr_comp *c = cr->comp;
    for (int i = 0; i < c->cells_n; i++)
        if (cr->record[i].period)
            tap_restart(&c->store[i], cr->record[i].period);
    for (size_t i = 0; i < cr->usages; i++) {
        tap_restart(&c->usage[i].amount, cr->usage[i].amount_period);
        tap_restart(&c->usage[i].level, cr->usage[i].level_period);
    }
}

static void note_period(recorder *k)
{
    if (k->keep & WR_KEEP_SERIES && k->periods == k->room)
        grow(k);
    for (comp_record *cr = k->first; cr; cr = cr->next) {
        flush(cr);
        if (!(k->keep & WR_KEEP_SERIES))
            continue;
        for (int i = 0; i < cr->comp->cells_n; i++)
            if (cr->record[i].period)
                note_cell(k, &cr->record[i], k->periods);
        if (cr->usages)
            column(k, &cr->cost)[k->periods] = bill_period(k, cr);
        restart(cr);
    }
    k->periods++;
}

static void sequences_over(recorder *k)
{
    for (size_t i = 0; i < k->s->sequences; i++)
        if (k->r->sequences[i] == DIST_SEQUENCE_OVER)
            run_break(k->r, "a sequence with 'then: error' was asked for more values than it has");
}

static void period_edge(wr_comp *self, void *arg)
{
    (void)self;
    recorder *k = arg;
    wr_time now = run_now(k->r);
    note_period(k);
    judge_period(k->judge);
    sequences_over(k);
    if (k->r->end == WR_NEVER && k->periods >= MOST_PERIODS)
        run_break(k->r, "a million periods have passed, and 'stop_when' does not hold");
    if (now <= WR_NEVER - k->period)
        wr_engine_at(k->r->engine, now + k->period, WR_PHASE_EDGE, period_edge, NULL, k);
}

static void warm(wr_comp *self, void *arg)
{
    (void)self;
    recorder *k = arg;
    k->warm = true;
    for (comp_record *cr = k->first; cr; cr = cr->next)
        open_window(cr);
}

recorder *record_start(run *r, const wr_scenario *s, unsigned keep)
{
    enum { SOME = 64, MOST = 100000000 };
    recorder *k = arena_alloc(r->arena, sizeof *k);
    *k = (recorder){.r = r, .s = s, .keep = keep, .period = s->period, .room = SOME};
    if (r->end != WR_NEVER && r->end / s->period < MOST)
        k->room = (size_t)(r->end / s->period) + 1;
    k->warm = r->warmup == 0;
    r->born = born;
    r->born_arg = k;
    if (!k->warm)
        wr_engine_at(r->engine, r->warmup, WR_PHASE_EDGE, warm, NULL, k);
    wr_engine_at(r->engine, s->period, WR_PHASE_EDGE, period_edge, NULL, k);
    return k;
}

/* A period that ends with the run is closed here, since events at the very end do not happen. */
void record_end(recorder *k)
{
    wr_time now = run_now(k->r), begun = (wr_time)k->periods * k->period;
    if (now > begun || !k->periods)
        note_period(k);
    if (!k->warm)
        warm(NULL, k);
    sequences_over(k);
    for (comp_record *cr = k->first; cr; cr = cr->next) {
        for (int i = 0; i < cr->comp->cells_n; i++)
            if (cr->record[i].total)
                tap_shut(cr->record[i].cell, cr->record[i].total);
        for (size_t i = 0; i < cr->usages; i++) {
            tap_shut(&cr->comp->usage[i].amount, cr->usage[i].amount);
            tap_shut(&cr->comp->usage[i].level, cr->usage[i].level);
        }
    }
}
