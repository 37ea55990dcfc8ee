/* gather.c - rows of many replications become rows of one experiment.
 *
 * Replications need not have the same rows: instances come and go, a cause may strike once. Rows are told
 * apart by their names and stand where the first replication that has them put them; a row that a
 * replication does not have counts there as nothing for causes and costs, and is undefined for
 * metrics. Truth: tests/unit/test_experiment.c. */
#include "result.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- metrics: groups of one owner and part, and the metrics of each ------------------------------- */
typedef struct line {
    const wr_measure **of; /* by replication */
    struct line *next;
} line;
typedef struct group {
    line *first, **end;
    struct group *next;
} group;
typedef struct gathered {
    wr_arena *a;
    map groups, lines; /* name -> place in the arrays */
    group **group;
    line **line;
    size_t groups_n, lines_n, room;
    group *first;
} gathered;

static const char *key_of(wr_arena *a, const char *x, const char *y, const char *z)
{
    return arena_print(a, "%s\n%s\n%s", x, y, z);
}

static group *group_of(gathered *g, const wr_measure *m, group *behind)
{
    const char *key = key_of(g->a, m->owner, m->part, "");
    size_t at;
    if (map_get(&g->groups, key, &at))
        return g->group[at];
    group *new = arena_alloc(g->a, sizeof *new);
    new->end = &new->first;
    group **where = behind ? &behind->next : &g->first;
    new->next = *where;
    *where = new;
    map_put(&g->groups, key, g->groups_n);
    g->group[g->groups_n++] = new;
    return new;
}

static line *line_of(gathered *g, const wr_measure *m, group *in, size_t n)
{
    const char *key = key_of(g->a, m->owner, m->part, m->metric);
    size_t at;
    if (map_get(&g->lines, key, &at))
        return g->line[at];
    line *new = arena_alloc(g->a, sizeof *new);
    new->of = arena_alloc(g->a, n * sizeof *new->of);
    *in->end = new;
    in->end = &new->next;
    map_put(&g->lines, key, g->lines_n);
    g->line[g->lines_n++] = new;
    return new;
}

static void gather(gathered *g, const wr_experiment *x)
{
    for (size_t rep = 0; rep < x->n; rep++) {
        const wr_result *r = x->result[rep];
        group *behind = NULL;
        for (size_t i = 0; i < r->measures; i++) {
            behind = group_of(g, &r->measure[i], behind);
            line_of(g, &r->measure[i], behind, x->n)->of[rep] = &r->measure[i];
        }
    }
}

void gather_metrics(wr_experiment *x, wr_arena *a)
{
    gathered g = {.a = arena_create()};
    for (size_t rep = 0; rep < x->n; rep++)
        g.room += x->result[rep]->measures;
    g.group = arena_alloc(g.a, (g.room + 1) * sizeof *g.group);
    g.line = arena_alloc(g.a, (g.room + 1) * sizeof *g.line);
    gather(&g, x);
    x->metrics = 0;
    x->metric = arena_alloc(a, (g.lines_n * x->n + 1) * sizeof *x->metric);
    for (const group *of = g.first; of; of = of->next)
        for (const line *l = of->first; l; l = l->next)
            memcpy(&x->metric[x->n * x->metrics++], l->of, x->n * sizeof *l->of);
    map_clear(&g.groups);
    map_clear(&g.lines);
    arena_destroy(g.a);
}

/* ---- causes --------------------------------------------------------------------------------------------- */
static int more_often(const void *a, const void *b)
{
    const wr_cause_row *x = a, *y = b;
    if (x->count < y->count || x->count > y->count)
        return x->count > y->count ? -1 : 1;
    if (x->first_s < y->first_s || x->first_s > y->first_s)
        return x->first_s < y->first_s ? -1 : 1;
    int by = strcmp(x->owner, y->owner);
    by = by ? by : strcmp(x->cause, y->cause);
    return by ? by : strcmp(x->outcome, y->outcome);
}

static void add_causes(wr_experiment *x, const wr_result *r, map *seen, wr_arena *keys)
{
    for (size_t i = 0; i < r->causes; i++) {
        const wr_cause_row *c = &r->cause[i];
        const char *key = key_of(keys, c->owner, c->cause, c->outcome);
        size_t at;
        if (!map_get(seen, key, &at)) {
            at = x->causes++;
            map_put(seen, key, at);
            x->cause[at] = (wr_cause_row){c->owner, c->cause, c->outcome, 0, 0, NAN};
        }
        x->cause[at].count += c->count;
        x->cause[at].share += isnan(c->share) ? 0 : c->share;
        x->cause[at].first_s = fmin(x->cause[at].first_s, c->first_s); /* fmin passes over NaN */
    }
}

void gather_causes(wr_experiment *x, wr_arena *a)
{
    size_t room = 1;
    for (size_t rep = 0; rep < x->n; rep++)
        room += x->result[rep]->causes;
    map seen = {0};
    wr_arena *keys = arena_create();
    x->causes = 0;
    x->cause = arena_alloc(a, room * sizeof *x->cause);
    for (size_t rep = 0; rep < x->n; rep++)
        add_causes(x, x->result[rep], &seen, keys);
    for (size_t i = 0; i < x->causes; i++) {
        x->cause[i].count /= (double)x->n;
        x->cause[i].share /= (double)x->n;
    }
    qsort(x->cause, x->causes, sizeof *x->cause, more_often);
    map_clear(&seen);
    arena_destroy(keys);
}

/* ---- costs ------------------------------------------------------------------------------------------------ */
static void add_costs(wr_experiment *x, const wr_result *r, map *seen, wr_arena *keys)
{
    double usd = 0, hours = (r->end_s - r->warmup_s) / 3600;
    for (size_t i = 0; i < r->costs; i++) {
        const wr_cost_row *c = &r->cost[i];
        const char *key = key_of(keys, c->owner, c->item, c->unit);
        size_t at;
        if (!map_get(seen, key, &at)) {
            at = x->costs++;
            map_put(seen, key, at);
            x->cost[at] = (wr_cost_row){c->owner, c->item, c->unit, 0, 0};
        }
        x->cost[at].quantity += c->quantity;
        x->cost[at].usd += c->usd;
        usd += c->usd;
    }
    x->cost_usd += usd;
    x->cost_per_hour += hours > 0 ? usd / hours : 0;
}

void gather_costs(wr_experiment *x, wr_arena *a)
{
    size_t room = 1;
    for (size_t rep = 0; rep < x->n; rep++)
        room += x->result[rep]->costs;
    map seen = {0};
    wr_arena *keys = arena_create();
    x->costs = 0;
    x->cost_usd = x->cost_per_hour = 0;
    x->cost = arena_alloc(a, room * sizeof *x->cost);
    for (size_t rep = 0; rep < x->n; rep++)
        add_costs(x, x->result[rep], &seen, keys);
    double n = x->n ? (double)x->n : 1;
    for (size_t i = 0; i < x->costs; i++) {
        x->cost[i].quantity /= n;
        x->cost[i].usd /= n;
    }
    x->cost_usd /= n;
    x->cost_per_hour /= n;
    map_clear(&seen);
    arena_destroy(keys);
}
