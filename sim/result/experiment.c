/* experiment.c - all replications of one scenario, closed: aggregates, verdicts, means, a fingerprint.
 *
 * Everything is computed from the statistics of the single replications, in their order, so that the result
 * does not depend on who finished first. The fingerprint covers the scenario as it ran, the seed and the
 * prints of all replications. Truth: tests/unit/test_experiment.c. */
#include "result.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void aggregate(wr_experiment *x, wr_arena *a)
{
    double *value = arena_alloc(a, (x->n + 1) * sizeof *value);
    size_t room = 1;
    for (size_t i = 0; i < x->metrics; i++)
        for (const char *const *stat = wr_kind_stats(result_any(x, i)->kind); *stat; stat++)
            room++;
    x->aggregates = 0;
    x->aggregate = arena_alloc(a, room * sizeof *x->aggregate);
    for (size_t i = 0; i < x->metrics; i++) {
        const wr_measure *m = result_any(x, i);
        for (const char *const *stat = wr_kind_stats(m->kind); *stat; stat++) {
            for (size_t rep = 0; rep < x->n; rep++) {
                const wr_measure *of = x->metric[i * x->n + rep];
                value[rep] = of ? wr_measure_stat(of, *stat) : NAN;
            }
            x->aggregate[x->aggregates++] =
                (wr_aggregate){m->owner, m->part, m->metric, *stat, m->unit, wr_estimate_of(value, x->n)};
        }
    }
}

static void add_up(wr_experiment *x, wr_arena *a)
{
    double *end = arena_alloc(a, 2 * (x->n + 1) * sizeof *end), *warm = end + x->n;
    x->events = x->requests = 0;
    for (size_t i = 0; i < x->n; i++) {
        x->events += x->result[i]->events;
        x->requests += x->result[i]->requests;
        end[i] = x->result[i]->end_s;
        warm[i] = x->result[i]->warmup_s;
    }
    x->duration_s = wr_estimate_of(end, x->n).mean;
    x->warmup_s = wr_estimate_of(warm, x->n).mean;
}

static void print(wr_experiment *x)
{
    sha256 sum;
    char seed[24];
    int len = snprintf(seed, sizeof seed, "\n%" PRIu64 "\n", x->seed);
    const char *scenario = x->look->sha256;
    sha256_init(&sum);
    sha256_add(&sum, scenario, strlen(scenario));
    sha256_add(&sum, seed, (size_t)len);
    for (size_t i = 0; i < x->n; i++)
        sha256_add(&sum, x->result[i]->print, strlen(x->result[i]->print));
    sha256_hex(&sum, x->print);
}

/* ---- warnings: each text once, in the order of the first who said it ------------------------------------- */
typedef struct words { const char **of; size_t n, room; wr_arena *a; } words;

static void warn(words *w, const char *s)
{
    for (size_t i = 0; i < w->n; i++)
        if (!strcmp(w->of[i], s))
            return;
    if (w->n == w->room) {
        const char **more = arena_alloc(w->a, 2 * (w->room + 1) * sizeof *more);
        if (w->n)
            memcpy(more, w->of, w->n * sizeof *more);
        w->of = more;
        w->room = 2 * (w->room + 1);
    }
    w->of[w->n++] = s;
}

static void warn_lines(words *w, const char *lines)
{
    while (lines && *lines) {
        size_t len = strcspn(lines, "\n");
        if (len)
            warn(w, arena_copy(w->a, lines, len));
        lines += len + (lines[len] != 0);
    }
}

static void warn_objective(words *w, const wr_experiment *x, size_t i)
{
    const wr_verdict *v = &x->verdict[i];
    double least = INFINITY, wanted = 0;
    for (size_t rep = 0; rep < x->n; rep++) {
        const wr_slo_value *s = &x->result[rep]->slo[i];
        if (s->wanted > 0 && s->samples < s->wanted && s->samples < least) {
            least = s->samples;
            wanted = s->wanted;
        }
    }
    if (v->reason)
        warn(w, arena_print(w->a, "objective '%s': %s", v->expr, v->reason));
    else if (wanted > 0)
        warn(w,
             arena_print(w->a, "objective '%s': its percentile rests on %.0f observations; it takes %.0f to trust it",
                         v->expr, least, ceil(wanted - 1e-6)));
}

static void warn_all(wr_experiment *x, wr_arena *a)
{
    words w = {.a = a};
    for (size_t rep = 0; rep < x->n; rep++)
        warn_lines(&w, x->result[rep]->warning);
    for (size_t i = 0; i < x->verdicts; i++)
        warn_objective(&w, x, i);
    x->warning = w.of;
    x->warnings = w.n;
}

void wr_experiment_close(wr_experiment *x)
{
    if (x->memory)
        arena_destroy(x->memory);
    wr_arena *a = x->memory = arena_create();
    add_up(x, a);
    print(x);
    gather_metrics(x, a);
    aggregate(x, a);
    gather_causes(x, a);
    gather_costs(x, a);
    judge_all(x, a);
    warn_all(x, a);
}

void wr_experiment_clear(wr_experiment *x)
{
    for (size_t i = 0; x->result && i < x->n; i++)
        wr_result_destroy(x->result[i]);
    free(x->result);
    if (x->memory)
        arena_destroy(x->memory);
    *x = (wr_experiment){0};
}

const wr_aggregate *wr_experiment_find(const wr_experiment *x, const char *owner, const char *part, const char *metric,
                                       const char *stat)
{
    for (size_t i = 0; i < x->aggregates; i++) {
        const wr_aggregate *g = &x->aggregate[i];
        if (!strcmp(g->metric, metric) && !strcmp(g->owner, owner) && !strcmp(g->part, part ? part : "") &&
            !strcmp(g->stat, stat))
            return g;
    }
    return NULL;
}

bool wr_experiment_passed(const wr_experiment *x)
{
    for (size_t i = 0; i < x->verdicts; i++)
        if (x->verdict[i].pass == 0)
            return false;
    return true;
}
