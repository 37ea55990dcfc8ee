/* sweep.c - the sections that others read as text, checked so far as a scenario can: axes and charts.
 *
 * A path of an axis must exist, an axis must be a list or a range. Which values a point may take is found when
 * that point is loaded. Of a chart its kind is left to the program that draws, its owners and expressions are
 * checked here. Truth: tests/unit/test_override.c, tests/unit/test_resolve.c. */
#include "load.h"
#include <string.h>

/* ---- axes ---- */
static bool number(const node *n)
{
    double x;
    int64_t whole;
    static const enum wr_type as[] = {WR_T_NUMBER, WR_T_DUR, WR_T_BYTES, WR_T_RATE, WR_T_SHARE};
    if (!n || n->kind != NODE_SCALAR)
        return false;
    for (size_t i = 0; i < sizeof as / sizeof *as; i++)
        if (quantity_read(n->text, n->len, as[i], NULL, &x, &whole) == Q_OK)
            return true;
    return false;
}

static bool range_key(const char *key)
{
    static const char *const keys[] = {"from", "to", "step", "points", "scale"};
    bool known = node_note(key);
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        known = known || node_same_key(key, keys[k]);
    return known;
}

static void check_range(loader *l, const node *axis, const char *path)
{
    bool good = number(node_get(axis, "from")) && number(node_get(axis, "to"));
    const node *scale = node_get(axis, "scale"), *step = node_get(axis, "step"), *points = node_get(axis, "points");
    if (!good || !step == !points || !number(step ? step : points))
        bind_error(&l->b, axis->at, "the axis '%s' is no range; write {from, to, step} or {from, to, points}", path);
    if (scale && (!points || !(node_is(scale, "log") || node_is(scale, "linear"))))
        bind_error(&l->b, scale->at, "'scale' of the axis '%s' is log or linear, and stands beside 'points'", path);
    for (size_t i = 0; i < axis->n; i++)
        if (!range_key(axis->key[i]->text))
            bind_error(&l->b, axis->key[i]->at, "unknown key '%s' of the axis '%s'", axis->key[i]->text, path);
}

static void check_axis(loader *l, const node *key, const node *axis)
{
    override_known(l, key->text, key->at);
    if (axis->kind == NODE_LIST && axis->n)
        return;
    if (axis->kind == NODE_MAP)
        check_range(l, axis, key->text);
    else
        bind_error(&l->b, axis->at, "the axis '%s' must be a list of values, or a range {from, to, step}", key->text);
}

/* zip: axes of one length, together. */
static void check_zip(loader *l, const node *body)
{
    for (size_t i = 0; body->kind == NODE_MAP && i < body->n; i++) {
        check_axis(l, body->key[i], body->item[i]);
        if (body->item[i]->kind != NODE_LIST || body->item[0]->kind != NODE_LIST)
            bind_error(&l->b, body->item[i]->at, "an axis of 'zip' must be a list of values");
        else if (body->item[i]->n != body->item[0]->n)
            bind_error(&l->b, body->item[i]->at,
                       "the axes of 'zip' differ in length: '%s' has %zu values, '%s' has %zu", body->key[i]->text,
                       body->item[i]->n, body->key[0]->text, body->item[0]->n);
    }
    if (body->kind != NODE_MAP)
        bind_error(&l->b, body->at, "'zip' is a list of mappings of paths to lists");
}

static void check_point(loader *l, const node *body)
{
    for (size_t i = 0; body->kind == NODE_MAP && i < body->n; i++)
        override_known(l, body->key[i]->text, body->key[i]->at);
    if (body->kind != NODE_MAP)
        bind_error(&l->b, body->at, "'points' is a list of mappings of paths to values");
}

static void each(loader *l, const node *n, void (*f)(loader *l, const node *body))
{
    if (n->kind != NODE_LIST)
        f(l, n);
    for (size_t i = 0; n->kind == NODE_LIST && i < n->n; i++)
        f(l, n->item[i]);
}

void sweep_check(loader *l)
{
    const node *s = node_get(l->root, "sweep");
    if (!s || node_null(s))
        return;
    if (s->kind != NODE_MAP)
        bind_error(&l->b, s->at, "'sweep' must be a mapping of paths to values, such as {app.max_size: [8, 16]}");
    for (size_t i = 0; s->kind == NODE_MAP && i < s->n; i++) {
        const char *key = s->key[i]->text;
        if (node_note(key))
            continue;
        if (strcmp(key, "zip") == 0)
            each(l, s->item[i], check_zip);
        else if (strcmp(key, "points") == 0)
            each(l, s->item[i], check_point);
        else
            check_axis(l, s->key[i], s->item[i]);
    }
}

/* ---- charts ---- */
static void check_owner(loader *l, const node *n)
{
    char name[80];
    size_t len = strcspn(n->text, ":");
    if (len >= sizeof name)
        len = sizeof name - 1;
    memcpy(name, n->text, len);
    name[len] = 0;
    if (map_get(&l->names, name, NULL) || strcmp(name, "run") == 0)
        return;
    const char *best = loader_near(l, name, true, true);
    bind_error(&l->b, n->at, "there is no traffic or resource '%s'", name);
    if (best)
        wr_diag_hint(l->diag, "did you mean '%s'?", best);
}

/* Owners are names, anything with a point is an expression. */
static void check_of(loader *l, const node *n)
{
    if (n->kind == NODE_LIST) {
        for (size_t i = 0; i < n->n; i++)
            if (n->item[i]->kind == NODE_SCALAR)
                check_of(l, n->item[i]);
    } else if (n->kind == NODE_SCALAR && strchr(n->text, '.')) {
        resolve_formula(&l->b, n);
    } else if (n->kind == NODE_SCALAR && *n->text && !strpbrk(n->text, " ()+*/")) {
        check_owner(l, n);
    }
}

static void check_chart(loader *l, const node *n)
{
    const node *kind = n->kind == NODE_MAP ? node_get(n, "kind") : NULL,
               *of = n->kind == NODE_MAP ? node_get(n, "of") : NULL;
    if (n->kind == NODE_SCALAR)
        return; /* a kind alone */
    if (!kind || kind->kind != NODE_SCALAR)
        bind_error(&l->b, n->at, "a chart is a mapping with a 'kind', such as {kind: latency_over_time, of: [web]}");
    if (of)
        check_of(l, of);
}

void charts_check(loader *l)
{
    const node *n = node_get(l->root, "charts");
    if (!n || node_null(n))
        return;
    if (n->kind == NODE_LIST)
        each(l, n, check_chart);
    else
        bind_error(&l->b, n->at, "'charts' must be a list");
}
