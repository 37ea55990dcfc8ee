/* operation.c - kinds of requests by name: their numbers, and whether each finds steps wherever it may arrive.
 *
 * Operations start at traffic (`mix`, `at`) and travel along links that forward them; a step may ask for another
 * one, an entry of a mapping by operation lets only its own pass. Every pair of component and operation that can
 * occur is visited once. A component with a program must have steps for each, or for `default`.
 * Truth: tests/unit/test_resolve.c. */
#include "load.h"
#include <string.h>

/* ---- numbers ---- */
int operation_number(loader *l, const char *name)
{
    size_t n;
    wr_scenario *s = l->s;
    if (map_get(&l->operations, name, &n))
        return (int)n;
    if (s->operations >= MOST_OPERATIONS) {
        if (s->operations == MOST_OPERATIONS)
            bind_error(&l->b, l->root->at, "more than %d operations", MOST_OPERATIONS);
        return 0;
    }
    if (!l->operation)
        l->operation = arena_alloc(l->arena, MOST_OPERATIONS * sizeof *l->operation);
    const char *copy = arena_copy(l->arena, name, strlen(name));
    l->operation[s->operations] = copy;
    map_put(&l->operations, copy, s->operations);
    return (int)s->operations++;
}

int operation_found(binder *b, const char *name)
{
    return operation_number(b->user, name);
}

void operation_listed(binder *b, const wr_param *row, const char *name)
{
    loader *l = b->user;
    if (l->current < 0)
        return;
    entry *e = arena_alloc(l->arena, sizeof *e);
    *e = (entry){row, operation_number(l, name), l->draft[l->current].entries};
    l->draft[l->current].entries = e;
}

/* ---- what a traffic sends ---- */
typedef void with(void *arg, const char *operation);

static void each_sent(const draft *d, with *f, void *arg)
{
    const node *mix = node_get(d->map, "mix"), *at = node_get(d->map, "at");
    size_t mixed = mix && mix->kind == NODE_MAP ? mix->n : 0, scripted = at && at->kind == NODE_LIST ? at->n : 0;
    for (size_t i = 0; i < mixed; i++)
        if (!node_note(mix->key[i]->text))
            f(arg, mix->key[i]->text);
    if (!mixed)
        f(arg, "default");
    for (size_t i = 0; i < scripted; i++) {
        const node *op = node_get(at->item[i], "operation");
        if (op && op->kind == NODE_SCALAR)
            f(arg, op->text);
    }
}

struct search { const char *name; bool found; };

static void compare(void *arg, const char *operation)
{
    struct search *s = arg;
    s->found |= strcmp(s->name, operation) == 0;
}

bool operation_sent(loader *l, int traffic, const char *name)
{
    struct search s = {name, false};
    each_sent(&l->draft[traffic], compare, &s);
    return s.found;
}

/* ---- where operations arrive ---- */
typedef struct tour {
    loader *l;
    size_t operations;
    int *from;             /* by component and operation: 1 + the traffic it comes from; 0: it does not arrive */
    size_t *open, n, room; /* pairs still to be followed */
    way ***of;             /* ways of each component, ending in NULL */
    int traffic;
} tour;

static void arrive(tour *t, int comp, int op, int traffic)
{
    size_t pair = (size_t)comp * t->operations + (size_t)op;
    if ((size_t)op >= t->operations || t->from[pair])
        return;
    t->from[pair] = traffic + 1;
    if (t->n == t->room) {
        size_t room = t->room ? 2 * t->room : 64, *open = arena_alloc(t->l->arena, room * sizeof *open);
        if (t->n)
            memcpy(open, t->open, t->n * sizeof *open);
        t->open = open;
        t->room = room;
    }
    t->open[t->n++] = pair;
}

static void start_at(void *arg, const char *operation)
{
    tour *t = arg;
    arrive(t, t->traffic, operation_number(t->l, operation), t->traffic);
}

static bool has_entry(const draft *d, const wr_param *row, int op)
{
    for (const entry *e = d->entries; e; e = e->next)
        if ((!row || e->map == row) && e->operation == op)
            return true;
    return false;
}

static bool listed(loader *l, const node *list, int op)
{
    if (list->kind == NODE_SCALAR)
        return operation_number(l, list->text) == op;
    for (size_t i = 0; i < list->n; i++)
        if (list->item[i]->kind == NODE_SCALAR && operation_number(l, list->item[i]->text) == op)
            return true;
    return false;
}

/* Does this way lie in what the component does for the operation? */
static bool passes(tour *t, const way *w, int op)
{
    const bind_place *p = &w->place;
    if (p->only && p->only->kind != NODE_MAP && !listed(t->l, p->only, op))
        return false;
    if (!p->map)
        return true;
    int under = operation_number(t->l, p->under);
    return under == op || (under == 0 && !has_entry(&t->l->draft[w->from], p->map, op));
}

static void follow(tour *t, size_t pair)
{
    int comp = (int)(pair / t->operations), op = (int)(pair % t->operations);
    for (way **w = t->of[comp]; *w; w++) {
        if (!passes(t, *w, op))
            continue;
        const char *fixed = (*w)->place.operation;
        if (fixed)
            arrive(t, (*w)->to, operation_number(t->l, fixed), t->from[pair] - 1);
        else if ((*w)->row->flags & WR_P_FORWARDS)
            arrive(t, (*w)->to, op, t->from[pair] - 1);
    }
}

static void sort_ways(tour *t)
{
    loader *l = t->l;
    size_t *n = arena_alloc(l->arena, (l->s->comps + 1) * sizeof *n);
    t->of = arena_alloc(l->arena, (l->s->comps + 1) * sizeof *t->of);
    for (way *w = l->ways; w; w = w->next)
        n[w->from]++;
    for (size_t i = 0; i < l->s->comps; i++) {
        t->of[i] = arena_alloc(l->arena, (n[i] + 1) * sizeof(way *));
        n[i] = 0;
    }
    for (way *w = l->ways; w; w = w->next)
        t->of[w->from][n[w->from]++] = w;
}

/* ---- the check ---- */
static const wr_program_cfg *program_of(const draft *d)
{
    bool has = d->sound && d->model->program;
    return has ? (const wr_program_cfg *)(const void *)((const char *)d->cfg + d->model->program - 1) : NULL;
}

static void missing(loader *l, int comp, int op, int traffic)
{
    const draft *d = &l->draft[comp];
    const wr_program_cfg *p = program_of(d);
    bool given;
    wr_pos at = bind_where(&l->b, &p->operations, &given);
    bind_error(&l->b, given ? at : d->key->at, "%s has no steps for the operation '%s' that traffic '%s' sends",
               d->what, l->operation[op], l->s->comp[traffic].name);
    if (op)
        wr_diag_hint(l->diag, "write '%s' or 'default'", l->operation[op]);
    else
        wr_diag_hint(l->diag, "write 'default', or let the traffic send a 'mix'");
}

static void check(loader *l, int comp, int op, int traffic)
{
    const draft *d = &l->draft[comp];
    const wr_program_cfg *p = program_of(d);
    if (!p)
        return;
    if (p->code ? !wr_program_has(p->code, op) : d->entries && !has_entry(d, NULL, op) && !has_entry(d, NULL, 0))
        missing(l, comp, op, traffic);
}

void operation_check(loader *l)
{
    size_t comps = l->s->comps;
    tour t = {.l = l, .operations = l->s->operations};
    t.from = arena_alloc(l->arena, (comps * t.operations + 1) * sizeof *t.from);
    sort_ways(&t);
    for (t.traffic = 0; (size_t)t.traffic < comps; t.traffic++)
        if (l->s->comp[t.traffic].traffic)
            each_sent(&l->draft[t.traffic], start_at, &t);
    while (t.n)
        follow(&t, t.open[--t.n]);
    for (size_t i = 0; i < comps * t.operations; i++)
        if (t.from[i])
            check(l, (int)(i / t.operations), (int)(i % t.operations), t.from[i] - 1);
}
