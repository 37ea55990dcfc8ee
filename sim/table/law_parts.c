/* law_parts.c - laws made of data or of other laws: empirical, quantiles, discrete, mixture, sequence, shifted,
 * truncated.
 *
 * The keys of `quantiles` and `discrete` are data and read here. Draws outside a truncation are drawn again:
 * the engine refuses one that hardly any draw survives. Truth: tests/unit/test_laws.c. */
#include "laws.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double *numbers(const law *l, size_t *n)
{
    const law_value *v = l->a->values.items;
    *n = l->a->values.n;
    double *x = arena_alloc(l->b->arena, *n * sizeof *x);
    for (size_t i = 0; i < *n; i++) {
        x[i] = v[i].x;
        if (isinf(x[i])) {
            law_refuse(l, &v[i].x, "the values must be finite");
            return NULL;
        }
        if (!law_in_range(l, &v[i].x, x[i]))
            return NULL;
    }
    return x;
}

const wr_dist *make_empirical(const law *l)
{
    size_t n, len = 0;
    const double *x = NULL;
    if (l->given & G_VALUES) {
        x = numbers(l, &n);
    } else if (!l->b->read) {
        return law_refuse(l, &l->a->csv, "no file can be read here");
    } else {
        const node *name = node_get(l->n, "csv");
        const char *s = l->b->read(l->b, name ? name : l->n, l->a->csv, &len);
        x = s ? csv_column(l, s, len, &n) : NULL;
    }
    return x ? dist_values(l->b->arena, x, n) : NULL;
}

const wr_dist *make_sequence(const law *l)
{
    size_t n;
    const double *x = numbers(l, &n);
    return x ? dist_sequence(l->b->arena, x, n, l->a->then == 0, l->b->sequences++) : NULL;
}

/* ---- keys that are data ---------------------------------------------------------------------------------- */
/* Written directly behind the law, or under the key that describes it. */
static const node *data_of(const law *l, const char *key)
{
    const node *inner = l->n->kind == NODE_MAP && l->n->n == 1 ? node_get(l->n, key) : NULL;
    inner = inner ? bind_deref(l->b, inner) : NULL;
    const node *in = inner && inner->kind == NODE_MAP ? inner : l->n;
    if (in->kind == NODE_MAP && in->n)
        return in;
    law_refuse(l, NULL, "it takes a mapping of %s", law_forms[bind_variant_of(dist_laws, l->name) - dist_laws].takes);
    return NULL;
}

static bool read_datum(const law *l, const char *key, enum wr_type as, const node *n, double *x)
{
    wr_param row = {.key = key, .type = as, .unit = as == WR_T_SHARE ? NULL : l->row->unit};
    binder *b = l->b;
    const char *what = b->what;
    reading v;
    n = bind_deref(b, n);
    if (!n)
        return false;
    b->what = arena_print(b->arena, "%s in '%s' of %s", l->name, l->row->key, what);
    bool good = value_read(b, &row, as, n, &v);
    b->what = what;
    *x = v.x;
    return good;
}

/* 50, 99, 99.9; 999 is 99.9 as in metrics, and 100 is nothing. NaN: none of them. */
static double percentile(const char *s)
{
    size_t digits = strspn(s, "0123456789"), point = s[digits] == '.' && digits <= 2;
    size_t more = point ? strspn(s + digits + 1, "0123456789") : 0;
    if (!digits || digits > 4 || s[digits + point + more] || more > 12 || strcmp(s, "100") == 0)
        return NAN;
    double p = strtod(s, NULL);
    for (; digits > 2; digits--)
        p /= 10;
    return p > 0 ? p / 100 : (double)NAN;
}

static double probability(const char *key)
{
    if (strcmp(key, "min") == 0)
        return 0;
    if (strcmp(key, "max") == 0)
        return 1;
    return tolower((unsigned char)key[0]) == 'p' ? percentile(key + 1) : (double)NAN;
}

static void insert(double *p, double *x, size_t n, double at, double value)
{
    for (; n && p[n - 1] > at; n--) {
        p[n] = p[n - 1];
        x[n] = x[n - 1];
    }
    p[n] = at;
    x[n] = value;
}

/* Sorted by probability; outer points are repeated at 0 and 1. False after an error. */
static bool read_points(const law *l, const node *in, double *p, double *x, size_t *n)
{
    for (size_t i = 0; i < in->n; i++) {
        const char *key = in->key[i]->text;
        double at = probability(key), value;
        if (node_note(key))
            continue;
        if (isnan(at)) {
            bind_error(l->b, in->key[i]->at,
                       "unknown key '%s' of %s in '%s' of %s; allowed: min, max and pNN such as p50 or p99.9", key,
                       l->name, l->row->key, l->b->what);
            return false;
        }
        if (!read_datum(l, key, l->row->of == WR_T_INT ? WR_T_NUMBER : l->row->of, in->item[i], &value))
            return false;
        for (size_t k = 0; k < *n; k++) {
            if (p[k] == at) {
                law_refuse(l, NULL, "'%s' is given twice", key);
                return false;
            }
        }
        insert(p, x, (*n)++, at, value);
    }
    return true;
}

static bool rising(const law *l, const double *p, const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (x[i] < x[i - 1]) {
            law_refuse(l, NULL, "the values must not fall; the one at %.6g%% is below the one at %.6g%%", 100 * p[i],
                       100 * p[i - 1]);
            return false;
        }
    }
    if (x[0] < 0)
        law_refuse(l, NULL, "the least value is negative");
    return x[0] >= 0;
}

const wr_dist *make_quantiles(const law *l)
{
    const node *in = data_of(l, "points");
    if (!in)
        return NULL;
    size_t n = 0;
    double *p = arena_alloc(l->b->arena, (in->n + 2) * sizeof *p);
    double *x = arena_alloc(l->b->arena, (in->n + 2) * sizeof *x);
    if (!read_points(l, in, p, x, &n))
        return NULL;
    if (n < 2)
        return law_refuse(l, NULL, "it takes two points at least");
    if (!rising(l, p, x, n) || !law_in_range(l, NULL, x[0]) || !law_in_range(l, NULL, x[n - 1]))
        return NULL;
    if (p[0] > 0)
        insert(p, x, n++, 0, x[0]);
    if (p[n - 1] < 1) {
        insert(p, x, n, 1, x[n - 1]);
        n++;
    }
    return dist_quantiles(l->b->arena, p, x, n);
}

static bool read_outcome(const law *l, const node *key, double *x)
{
    key = bind_deref(l->b, key);
    if (!key)
        return false;
    return read_datum(l, "value", l->row->of, key, x) &&
           value_range(l->b, l->row, l->row->of, key->at, key->text, *x);
}

const wr_dist *make_discrete(const law *l)
{
    const node *in = data_of(l, "outcomes");
    size_t n = 0;
    double sum = 0;
    if (!in)
        return NULL;
    double *x = arena_alloc(l->b->arena, in->n * sizeof *x), *share = arena_alloc(l->b->arena, in->n * sizeof *share);
    for (size_t i = 0; i < in->n; i++) {
        if (node_note(in->key[i]->text))
            continue;
        if (!read_outcome(l, in->key[i], &x[n]) || !read_datum(l, in->key[i]->text, WR_T_SHARE, in->item[i], &share[n]))
            return NULL;
        sum += share[n];
        n++;
    }
    return law_shares(l, sum) ? dist_discrete(l->b->arena, x, share, n) : NULL;
}

/* ---- laws of laws ---------------------------------------------------------------------------------------- */
const wr_dist *make_mixture(const law *l)
{
    const law_part *part = l->a->parts.items;
    size_t n = l->a->parts.n;
    double sum = 0;
    const wr_dist **of = arena_alloc(l->b->arena, n * sizeof *of);
    double *share = arena_alloc(l->b->arena, n * sizeof *share);
    for (size_t i = 0; i < n; i++) {
        if (!part[i].of)
            return law_refuse(l, &part[i].of, "a part needs a distribution");
        sum += share[i] = part[i].share;
        of[i] = part[i].of;
    }
    return law_shares(l, sum) ? dist_mixture(l->b->arena, of, share, n) : NULL;
}

const wr_dist *make_shifted(const law *l)
{
    if (l->a->by < 0)
        return law_refuse(l, &l->a->by, "'by' is negative");
    return dist_shifted(l->b->arena, l->a->of, l->a->by);
}

const wr_dist *make_truncated(const law *l)
{
    const law_args *a = l->a;
    const char *why = NULL;
    double min = l->given & G_MIN ? a->min : 0, max = l->given & G_MAX ? a->max : (double)INFINITY;
    if (max <= min)
        return law_refuse(l, &a->max, "'max' must be above 'min'");
    const wr_dist *d = dist_truncated_of(l->b->arena, a->of, min, max, &why);
    return d ? d : law_refuse(l, &a->of, "%s", why);
}
