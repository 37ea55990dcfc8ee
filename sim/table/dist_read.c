/* dist_read.c - what was written for a distribution: a value, a word, or a mapping with one law.
 *
 * The law's arguments are bound by its table like any block, in the unit of the row that the distribution
 * stands for; then the combination is checked and the maker called. Truth: tests/unit/test_laws.c. */
#include "laws.h"
#include <math.h>
#include <string.h>

const wr_dist *law_refuse(const law *l, const void *field, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    wr_pos at = field ? bind_where(l->b, field, NULL) : (wr_pos){0};
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    bind_error(l->b, at.line ? at : l->n->at, "%s in '%s' of %s: %s", l->name, l->row->key, l->b->what, t.s);
    text_clear(&t);
    return NULL;
}

bool law_in_range(const law *l, const void *field, double x)
{
    wr_pos at = field ? bind_where(l->b, field, NULL) : l->n->at;
    text t = {0};
    if (isinf(x)) /* a word, which the row allows */
        return true;
    if (l->row->of == WR_T_INT && x != floor(x)) {
        law_refuse(l, field, "%g is not a whole number", x);
        return false;
    }
    quantity_print(&t, x, l->row->of);
    bool good = value_range(l->b, l->row, l->row->of, at.line ? at : l->n->at, t.s, x);
    text_clear(&t);
    return good;
}

bool law_shares(const law *l, double sum)
{
    if (fabs(sum - 1) <= 1e-6)
        return true;
    law_refuse(l, NULL, "the shares sum to %.6g%%; they must sum to 100%%", 100 * sum);
    return false;
}

/* ---- arguments ----------------------------------------------------------------------------------------- */
static const struct { const char *key; unsigned bit; size_t offset; char kind; } all_args[] = {
    {"value", G_VALUE, offsetof(law_args, value), 'd'},    {"mean", G_MEAN, offsetof(law_args, mean), 'd'},
    {"p50", G_P50, offsetof(law_args, p50), 'd'},          {"p95", G_P95, offsetof(law_args, p95), 'd'},
    {"p99", G_P99, offsetof(law_args, p99), 'd'},          {"cv", G_CV, offsetof(law_args, cv), 'd'},
    {"sd", G_SD, offsetof(law_args, sd), 'd'},             {"min", G_MIN, offsetof(law_args, min), 'd'},
    {"max", G_MAX, offsetof(law_args, max), 'd'},          {"shape", G_SHAPE, offsetof(law_args, shape), 'd'},
    {"scale", G_SCALE, offsetof(law_args, scale), 'd'},    {"by", G_BY, offsetof(law_args, by), 'd'},
    {"k", G_K, offsetof(law_args, k), 'i'},                {"values", G_VALUES, offsetof(law_args, values), 'L'},
    {"parts", G_PARTS, offsetof(law_args, parts), 'L'},    {"branches", G_BRANCHES, offsetof(law_args, branches), 'L'},
    {"csv", G_CSV, offsetof(law_args, csv), 'p'},          {"column", G_COLUMN, offsetof(law_args, column), 'p'},
    {"unit", G_UNIT, offsetof(law_args, unit), 'p'},       {"of", G_OF, offsetof(law_args, of), 'p'},
};
enum { ARGS = sizeof all_args / sizeof *all_args };

static bool present(const law_args *a, size_t i)
{
    const char *field = (const char *)a + all_args[i].offset;
    switch (all_args[i].kind) {
    case 'd': return !isnan(*(const double *)(const void *)field);
    case 'i': return *(const int64_t *)(const void *)field >= 0;
    case 'L': return ((const wr_list *)(const void *)field)->n > 0;
    default: return *(const void *const *)(const void *)field;
    }
}

/* Of the arguments that this law has; infinite parameters (never, unlimited) are refused unless they are drawn. */
static bool take_stock(law *l, const wr_param *rows)
{
    for (size_t i = 0; i < ARGS; i++) {
        const wr_param *row = bind_row_of(rows, all_args[i].key);
        if (!row || !present(l->a, i))
            continue;
        l->given |= all_args[i].bit;
        const void *field = (const char *)l->a + row->offset;
        if (all_args[i].kind == 'd' && all_args[i].bit != G_VALUE && isinf(*(const double *)field)) {
            law_refuse(l, field, "'%s' must be finite", row->key);
            return false;
        }
    }
    return true;
}

static bool allowed_set(const law *l, const law_form *form)
{
    text t = {0};
    for (size_t i = 0; i < sizeof form->sets / sizeof *form->sets && form->sets[i]; i++)
        if (form->sets[i] == l->given)
            return true;
    for (size_t i = 0; i < ARGS; i++)
        if (l->given & all_args[i].bit)
            text_printf(&t, "%s%s", t.len ? ", " : "", all_args[i].key);
    law_refuse(l, NULL, "it takes %s; given: %s", form->takes, t.len ? t.s : "nothing");
    text_clear(&t);
    return false;
}

/* ---- the law -------------------------------------------------------------------------------------------- */
static const wr_dist *make(law *l, const wr_variant *v)
{
    const law_form *form = &law_forms[v - dist_laws];
    binder *b = l->b;
    size_t errors = wr_diag_count(b->diag, WR_ERROR);
    const char *what = b->what;
    const void *args = NULL;
    wr_param block = {.key = v->key, .type = WR_T_BLOCK, .rows = v->rows, .size = v->size, .shorthand = v->shorthand};
    if (!form->raw) {
        b->what = arena_print(b->arena, l->n->kind == NODE_MAP ? "%s in '%s' of %s" : "%.0s'%s' of %s", v->key,
                              l->row->key, what);
        bind_compound(b, &block, &args, l->n);
        b->what = what;
        l->a = args;
        if (wr_diag_count(b->diag, WR_ERROR) > errors || !take_stock(l, v->rows) || !allowed_set(l, form))
            return NULL;
    }
    const wr_dist *d = form->make(l);
    if (!d && wr_diag_count(b->diag, WR_ERROR) == errors)
        law_refuse(l, NULL, "the parameters contradict each other");
    return d;
}

static const wr_dist *unknown_law(binder *b, const wr_param *row, const node *in, const node *key)
{
    const char *names[32];
    size_t n = bind_variant_keys(dist_laws, names, 32), given = 0;
    bool argument = false;
    for (size_t i = 0; i < in->n; i++)
        given += !node_note(in->key[i]->text);
    for (size_t i = 0; key && i < ARGS; i++)
        argument |= node_same_key(key->text, all_args[i].key);
    if (!key)
        bind_error(b, in->at, "'%s' of %s is an empty mapping; a distribution has one key, its law", row->key, b->what);
    else if (bind_variant_of(dist_laws, key->text))
        bind_error(b, in->at, "'%s' of %s has %zu keys; a distribution has one key, its law", row->key, b->what, given);
    else
        bind_error(b, key->at, "unknown distribution '%s' in '%s' of %s", key->text, row->key, b->what);
    if (key && near_best(key->text, names, n) && !argument && given == 1)
        bind_near(b, key->text, names, n);
    else
        wr_diag_hint(b->diag, "such as {lognormal: {mean: ..., p99: ...}}");
    return NULL;
}

static const wr_dist *read_law(binder *b, const wr_param *row, const node *in)
{
    const node *key = NULL, *value = NULL;
    size_t given = 0;
    for (size_t i = in->n; i; i--) {
        if (!node_note(in->key[i - 1]->text)) {
            key = in->key[i - 1];
            value = in->item[i - 1];
            given++;
        }
    }
    const wr_variant *v = key && given == 1 ? bind_variant_of(dist_laws, key->text) : NULL;
    if (!v)
        return unknown_law(b, row, in, key);
    value = bind_deref(b, value);
    if (!value)
        return NULL;
    law l = {.b = b, .row = row, .n = value, .name = v->key};
    if (node_null(value) || (value->kind != NODE_MAP && !v->shorthand)) {
        l.n = key;
        return law_refuse(&l, NULL, "it takes %s", law_forms[v - dist_laws].takes);
    }
    return make(&l, v);
}

static const wr_dist *read_value(binder *b, const wr_param *row, const node *n)
{
    reading v;
    if (n->kind == NODE_LIST) {
        value_kind(b, row, WR_T_DIST, n);
        return NULL;
    }
    if (!value_read(b, row, row->of, n, &v) || isnan(v.x))
        return NULL;
    return dist_constant(b->arena, v.x);
}

const wr_dist *dist_read(binder *b, const wr_param *row, const node *n)
{
    struct bound_at *w = bind_state(b);
    const wr_param *outer = w->quantity;
    wr_param own = *row;
    if (row->flags & WR_P_QUANTITY && outer) {
        own.of = outer->of;
        own.unit = outer->unit;
        own.words = outer->words;
    }
    if (call_looks(n)) {
        call_refuse(b, &own, n);
        return NULL;
    }
    w->quantity = &own;
    const wr_dist *d = n->kind == NODE_MAP ? read_law(b, &own, n) : read_value(b, &own, n);
    w->quantity = outer;
    return d;
}
