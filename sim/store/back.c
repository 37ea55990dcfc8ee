/* back.c - the replications of a result file, read back as they were measured.
 *
 * The tables `metrics`, `moments` and `objectives` and the histograms hold them exactly, so that a file that is merged or
 * compared says to the last bit what the run said. Files of one point only: those of a run, or a job of a sweep.
 * Warnings, and what is told in words only, are not kept in files. Truth: tests/unit/test_back.c. */
#include "read.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct back { /* what is filled */
    wr_store *s;
    const store_replication *rep;
    size_t reps;
    wr_result **out;
} back;

static const char *copied(wr_arena *a, const char *s)
{
    return arena_copy(a, s, strlen(s));
}

/* Of one replication, in the file's order; *first moves on to the rows of the next one. */
static size_t rows_of(const wr_store_at *at, size_t n, size_t rep, size_t *first)
{
    size_t count = 0;
    while (*first < n && at[*first].replication != rep)
        ++*first;
    while (*first + count < n && at[*first + count].replication == rep)
        count++;
    return count;
}

/* ---- measures ---------------------------------------------------------------------------------------------- */
static const char *series_name(wr_arena *a, const wr_measure *m, int stat)
{
    static const char *const suffix[WR_S_STATS] = {"", ".count", ".min", ".max", ".last", ".p50", ".p90", ".p95", ".p99"};
    return arena_print(a, "%s%s%s.%s%s", m->owner, *m->part ? ":" : "", m->part, m->metric, suffix[stat]);
}

static void fill_series(back *b, wr_arena *a, wr_measure *m, size_t row, size_t periods)
{
    static const unsigned has[] = {[WR_COUNT] = 1u << WR_S_MAIN,
                                   [WR_LEVEL] = 1u << WR_S_MAIN | 1u << WR_S_MIN | 1u << WR_S_MAX | 1u << WR_S_LAST,
                                   [WR_VALUE] = 1u << WR_S_MAIN | 1u << WR_S_COUNT | 1u << WR_S_MAX | 1u << WR_S_P50 |
                                                1u << WR_S_P90 | 1u << WR_S_P95 | 1u << WR_S_P99,
                                   [WR_RATIO] = 1u << WR_S_MAIN};
    for (int stat = 0; stat < WR_S_STATS; stat++) {
        const double *x = has[m->kind] >> stat & 1 ? wr_store_series(b->s, 0, row, series_name(a, m, stat)) : NULL;
        if (!x)
            continue;
        double *own = arena_alloc(a, (periods + 1) * sizeof *own);
        memcpy(own, x, periods * sizeof *own);
        m->series[stat] = own;
    }
}

static void fill_histogram(back *b, wr_arena *a, wr_measure *m, size_t row)
{
    const double *bins = m->kind == WR_VALUE || m->kind == WR_LEVEL ? wr_store_hist(b->s, 0, row, series_name(a, m, WR_S_MAIN)) : NULL;
    size_t n = 0;
    for (size_t i = 0; bins && i < WR_HIST_BINS; i++)
        n += bins[i] > 0;
    wr_hist_row *own = n ? arena_alloc(a, n * sizeof *own) : NULL;
    for (size_t i = 0; n && i < WR_HIST_BINS; i++)
        if (bins[i] > 0)
            own[m->rows++] = (wr_hist_row){(uint32_t)i, bins[i]};
    m->hist = own;
}

static void fill_measure(back *b, wr_arena *a, const store_metric *from, size_t row, size_t periods, wr_measure *m)
{
    *m = (wr_measure){.owner = copied(a, from->owner), .part = copied(a, from->part), .metric = copied(a, from->metric),
                      .unit = copied(a, from->unit), .doc = copied(a, from->doc), .type = copied(a, from->type),
                      .cloudwatch = copied(a, from->cloudwatch), .kind = (enum wr_metric_kind)from->kind, .total = m->total};
    fill_series(b, a, m, row, periods);
    fill_histogram(b, a, m, row);
}

static bool fill_measures(back *b, wr_result *r, size_t row, size_t *first)
{
    const store_moments *all;
    const wr_store_at *at;
    size_t n = store_moment_rows(b->s, &all, &at), count = rows_of(at, n, r->replication, first);
    wr_measure *m = arena_alloc(r->memory, (count + 1) * sizeof *m);
    const store_metric *metric;
    size_t metrics = store_metric_rows(b->s, &metric);
    for (size_t i = 0; i < count; i++) {
        const store_moments *from = &all[*first + i];
        if (from->metric < 0 || (size_t)from->metric >= metrics || metric[from->metric].kind < WR_COUNT ||
            metric[from->metric].kind > WR_RATIO)
            return false;
        m[i].total = from->total;
        fill_measure(b, r->memory, &metric[from->metric], row, r->periods, &m[i]);
    }
    r->measure = m;
    r->measures = count;
    *first += count;
    return count > 0;
}

/* ---- the other tables ------------------------------------------------------------------------------------------ */
static void fill_causes(back *b, wr_result *r, size_t *first)
{
    const wr_cause_row *all;
    const wr_store_at *at;
    size_t n = wr_store_causes(b->s, &all, &at);
    r->causes = rows_of(at, n, r->replication, first);
    wr_cause_row *own = arena_alloc(r->memory, (r->causes + 1) * sizeof *own);
    for (size_t i = 0; i < r->causes; i++) {
        own[i] = all[*first + i];
        own[i].owner = copied(r->memory, own[i].owner);
        own[i].cause = copied(r->memory, own[i].cause);
        own[i].outcome = copied(r->memory, own[i].outcome);
    }
    r->cause = own;
    *first += r->causes;
}

static void fill_costs(back *b, wr_result *r, size_t *first)
{
    const wr_cost_row *all;
    const wr_store_at *at;
    size_t n = wr_store_costs(b->s, &all, &at);
    r->costs = rows_of(at, n, r->replication, first);
    wr_cost_row *own = arena_alloc(r->memory, (r->costs + 1) * sizeof *own);
    for (size_t i = 0; i < r->costs; i++) {
        own[i] = all[*first + i];
        own[i].owner = copied(r->memory, own[i].owner);
        own[i].item = copied(r->memory, own[i].item);
        own[i].unit = copied(r->memory, own[i].unit);
    }
    r->cost = own;
    *first += r->costs;
}

static void fill_notes(back *b, wr_result *r, size_t *first)
{
    const wr_note_row *all;
    const wr_store_at *at;
    size_t n = wr_store_notes(b->s, &all, &at);
    r->notes = rows_of(at, n, r->replication, first);
    wr_note_row *own = arena_alloc(r->memory, (r->notes + 1) * sizeof *own);
    for (size_t i = 0; i < r->notes; i++) {
        own[i] = all[*first + i];
        own[i].owner = copied(r->memory, own[i].owner);
        own[i].kind = copied(r->memory, own[i].kind);
        own[i].text = copied(r->memory, own[i].text);
    }
    r->note = own;
    *first += r->notes;
}

static void fill_slos(back *b, wr_result *r, size_t *first)
{
    const store_objective *all;
    const wr_store_at *at;
    size_t n = store_objective_rows(b->s, &all, &at);
    r->slos = rows_of(at, n, r->replication, first);
    wr_slo_value *own = arena_alloc(r->memory, (r->slos + 1) * sizeof *own);
    for (size_t i = 0; i < r->slos; i++) {
        own[i] = all[*first + i].value;
        own[i].reason = own[i].reason && *own[i].reason ? copied(r->memory, own[i].reason) : NULL;
    }
    r->slo = own;
    *first += r->slos;
}

static size_t periods_of(const wr_store *s, double end_s)
{
    double period = wr_store_attr(s, "metrics_period_s"), n = period > 0 ? ceil(end_s / period - 1e-9) : 0;
    return n < (double)s->periods ? (size_t)n : s->periods;
}

static bool fill_results(back *b)
{
    size_t measure = 0, cause = 0, cost = 0, note = 0, slo = 0;
    for (size_t i = 0; i < b->reps; i++) {
        const store_replication *from = &b->rep[i];
        wr_arena *a = arena_create();
        wr_result *r = arena_alloc(a, sizeof *r);
        *r = (wr_result){.seed = (uint64_t)from->seed, .replication = from->at.replication, .point = from->at.point,
                         .events = (uint64_t)from->events, .requests = (uint64_t)from->requests, .end_s = from->end_s,
                         .warmup_s = from->warmup_s, .period_s = wr_store_attr(b->s, "metrics_period_s"),
                         .periods = periods_of(b->s, from->end_s), .memory = a};
        snprintf(r->print, sizeof r->print, "%s", from->print);
        b->out[i] = r;
        if (!fill_measures(b, r, i, &measure))
            return false;
        fill_causes(b, r, &cause);
        fill_costs(b, r, &cost);
        fill_notes(b, r, &note);
        fill_slos(b, r, &slo);
    }
    return true;
}

int wr_store_results(wr_store *s, wr_result ***out, size_t *n, wr_err *err)
{
    back b = {.s = s};
    b.reps = store_replication_rows(s, &b.rep);
    b.out = memory_get((b.reps + 1) * sizeof *b.out);
    bool good = b.reps && s->points == 1 && b.reps == s->reps && fill_results(&b);
    if (good) {
        *out = b.out;
        *n = b.reps;
        return 0;
    }
    for (size_t i = 0; i < b.reps; i++)
        wr_result_destroy(b.out[i]);
    free(b.out);
    return wr_fail(err, WR_E_FORMAT, s->points > 1 ? "it holds several points of a sweep"
                                                   : "it does not hold its replications whole: it is damaged, or from an older program");
}

/* ---- the scenario, as far as a file tells ------------------------------------------------------------------------- */
static void look_at_slos(wr_store *s, wr_scenario_view *v)
{
    const wr_store_slo *slo;
    v->slos = wr_store_slos(s, &slo);
    wr_scenario_slo *own = arena_alloc(s->arena, (v->slos + 1) * sizeof *own);
    for (size_t i = 0; i < v->slos; i++)
        own[i].expr = slo[i].expr;
    v->slo = own;
}

static void look_at_topology(wr_store *s, wr_scenario_view *v)
{
    const wr_store_edge *edge;
    const wr_store_resource *part;
    v->edges = wr_store_edges(s, &edge);
    v->parts = wr_store_resources(s, &part);
    wr_scenario_edge *edges = arena_alloc(s->arena, (v->edges + 1) * sizeof *edges);
    wr_scenario_part *parts = arena_alloc(s->arena, (v->parts + 1) * sizeof *parts);
    for (size_t i = 0; i < v->edges; i++)
        edges[i] = (wr_scenario_edge){edge[i].source, edge[i].target, edge[i].label};
    for (size_t i = 0; i < v->parts; i++)
        parts[i] = (wr_scenario_part){part[i].name, part[i].type, part[i].title, !strcmp(part[i].type, "traffic")};
    v->edge = edges;
    v->part = parts;
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

const wr_scenario_view *wr_store_look(wr_store *s)
{
    if (s->look)
        return s->look;
    wr_scenario_view *v = arena_alloc(s->arena, sizeof *v);
    *v = (wr_scenario_view){.name = or_empty(wr_store_text(s, "title")), .text = or_empty(wr_store_text(s, "scenario")),
                            .resolved = or_empty(wr_store_text(s, "scenario_resolved")),
                            .sha256 = or_empty(wr_store_text(s, "scenario_sha256")),
                            .duration_s = wr_store_attr(s, "duration_s"), .warmup_s = wr_store_attr(s, "warmup_s"),
                            .period_s = wr_store_attr(s, "metrics_period_s"), .seed = (uint64_t)wr_store_attr(s, "seed"),
                            .replications = s->reps, .description = "", .region = "", .file = ""};
    look_at_slos(s, v);
    look_at_topology(s, v);
    v->files = store_included_rows(s, &v->included);
    s->look = v;
    return v;
}
