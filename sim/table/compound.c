/* compound.c - values made of several: blocks, lists, mappings by name, and choices of one form among several.
 *
 * Each has a short way of writing. A value that is no mapping stands for {shorthand: value}; so does
 * a mapping that can only be meant as that value, such as {lognormal: ...} where a distribution is
 * the shorthand. Internally the short way is turned into the long one and bound like it.
 * Truth: tests/unit/test_bind.c. */
#include "laws.h"
#include <string.h>

enum { MOST_NAMES = 256 };

typedef struct shape { /* of one struct in a list, mapping, block or variant */
    const wr_param *rows;
    size_t size;
    const char *shorthand;
} shape;

/* ---- the short way ------------------------------------------------------------------------------------ */
static const node *first_key(const node *in)
{
    for (size_t i = 0; i < in->n; i++)
        if (!node_note(in->key[i]->text))
            return in->key[i];
    return NULL;
}

/* A key of its own: no note, and no piece of the value before it. */
static bool counts(const node *in, size_t i)
{
    return !node_note(in->key[i]->text) && !call_piece(in, i);
}

static bool single(const node *in)
{
    size_t keys = 0;
    for (size_t i = 0; i < in->n; i++)
        keys += counts(in, i);
    return keys == 1;
}

static const wr_variant *form_of(const wr_variant *v, const node *in, const node **key)
{
    const node *first = first_key(in);
    const wr_variant *found = first && single(in) ? bind_variant_of(v, first->text) : NULL;
    *key = first;
    for (size_t i = 0; !found && i < in->n; i++) {
        const wr_variant *flat = bind_variant_of(v, in->key[i]->text);
        if (flat && flat->flat) {
            found = flat;
            *key = in->key[i];
        }
    }
    return found;
}

/* Is a mapping a value of this row by its form alone? */
static bool value_of(const wr_param *row, const node *in)
{
    const node *key;
    if (row->type == WR_T_DIST)
        return form_of(dist_laws, in, &key) || call_looks(in);
    if (row->type == WR_T_CHOICE || (row->type == WR_T_LIST && row->variants))
        return form_of(row->variants, in, &key);
    return row->type == WR_T_MAP; /* its keys are names */
}

static bool brief(binder *b, const shape *s, const node *n)
{
    if (!s->shorthand)
        return false;
    if (n->kind != NODE_MAP)
        return true;
    const wr_param *row = bind_row_of(s->rows, s->shorthand);
    const node *key = first_key(n);
    (void)b;
    return row && key && !bind_row_of(s->rows, key->text) && value_of(row, n);
}

/* Binds {row: value}, spoken of as `key`. */
static void bind_brief(binder *b, const wr_param *rows, const char *row, const char *key, void *cfg, const node *in)
{
    struct bound_at *w = bind_state(b);
    const node *before = w->brief;
    const char *before_row = w->brief_row, *before_key = w->brief_key;
    w->brief = in;
    w->brief_row = row;
    w->brief_key = key;
    bind_map(b, rows, cfg, in, NULL);
    w->brief = before;
    w->brief_row = before_row;
    w->brief_key = before_key;
}

/* The short way of a struct of one plain row, such as the elements of a list of numbers: there may be a million. */
static bool plain_row(const shape *s, const node *n)
{
    const wr_param *row = s->rows;
    bool kept = row && (row->type == WR_T_LINK || row->type == WR_T_FORMULA || row->flags & WR_P_OPERATION);
    return row && row->key && !row[1].key && !row->rows && !row->variants && !kept && s->shorthand &&
           n->kind == NODE_SCALAR && !node_null(n);
}

static bool bind_struct(binder *b, const char *key, const shape *s, void *cfg, const node *n)
{
    size_t errors = wr_diag_count(b->diag, WR_ERROR);
    if (plain_row(s, n)) {
        wr_param own = *s->rows;
        own.key = key;
        return bind_value(b, &own, (char *)cfg + own.offset, n);
    }
    bind_remember(b, cfg, n->at, true, true);
    if (brief(b, s, n)) {
        node *in = node_map(b->arena, n->at);
        node *copy = arena_alloc(b->arena, sizeof *copy);
        *copy = *n;
        node_put(b->arena, in, node_scalar(b->arena, s->shorthand, n->at), copy);
        bind_brief(b, s->rows, s->shorthand, key, cfg, in);
    } else if (n->kind == NODE_MAP) {
        bind_map(b, s->rows, cfg, n, NULL);
    } else {
        bind_error(b, n->at, "'%s' of %s must be a mapping", key, b->what);
        const char *names[MOST_NAMES];
        size_t n_names = bind_keys(s->rows, names, MOST_NAMES);
        if (n_names)
            wr_diag_hint(b->diag, "such as {%s: ...}", names[0]);
    }
    return wr_diag_count(b->diag, WR_ERROR) == errors;
}

/* ---- choices ------------------------------------------------------------------------------------------ */
static const char *joined(binder *b, const wr_variant *v)
{
    text t = {0};
    for (; v->key; v++)
        text_printf(&t, "%s%s", t.len ? ", " : "", v->key);
    const char *s = arena_copy(b->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

static bool no_form(binder *b, const wr_param *row, wr_pos at, const char *word)
{
    const char *names[MOST_NAMES];
    size_t n = bind_variant_keys(row->variants, names, MOST_NAMES);
    if (word)
        bind_error(b, at, "unknown '%s' in '%s' of %s", word, row->key, b->what);
    else
        bind_error(b, at, "'%s' of %s must be a mapping with one key", row->key, b->what);
    if (word && near_best(word, names, n))
        bind_near(b, word, names, n);
    else
        wr_diag_note(b->diag, "allowed: %s", joined(b, row->variants));
    return false;
}

/* The same mapping with the key of the form renamed to the row it stands for. */
static node *unflattened(binder *b, const wr_variant *v, const node *in, const node *key)
{
    node *m = node_map(b->arena, in->at);
    for (size_t i = 0; i < in->n; i++) {
        bool form = in->key[i] == key;
        if (form && !v->shorthand)
            continue;
        node_put(b->arena, m, form ? node_scalar(b->arena, v->shorthand, key->at) : in->key[i], in->item[i]);
    }
    return m;
}

static bool bind_form(binder *b, const wr_variant *v, wr_pick *out, const node *in, const node *key, const node *value)
{
    struct bound_at *w = bind_state(b);
    size_t errors = wr_diag_count(b->diag, WR_ERROR);
    shape s = {v->rows, v->size, v->shorthand};
    bind_place place = w->place;
    if (!v->rows)
        return true;
    void *cfg = arena_alloc(b->arena, v->size ? v->size : 1);
    out->cfg = cfg;
    w->place.variant = v->key;
    if (!value || (!v->flat && node_null(value))) {
        bind_map_at(b, v->rows, cfg, NULL, NULL, key->at);
    } else if (v->flat) {
        bind_remember(b, cfg, in->at, true, true);
        bind_brief(b, v->rows, v->shorthand ? v->shorthand : "", v->key, cfg, unflattened(b, v, in, key));
    } else if ((value = bind_deref(b, value))) {
        bind_struct(b, v->key, &s, cfg, value);
    }
    w->place = place;
    return wr_diag_count(b->diag, WR_ERROR) == errors;
}

static bool pick_of_scalar(binder *b, const wr_param *row, wr_pick *out, const node *n)
{
    const wr_variant *v = n->kind == NODE_SCALAR ? bind_variant_of(row->variants, n->text) : NULL;
    const node *value = NULL;
    if (!v && row->shorthand) {
        v = bind_variant_of(row->variants, row->shorthand);
        value = n;
    }
    if (!v)
        return no_form(b, row, n->at, n->kind == NODE_SCALAR ? n->text : NULL);
    out->which = (int)(v - row->variants);
    return bind_form(b, v, out, n, n, value);
}

static bool two_forms(binder *b, const wr_param *row, const node *in, const node *first)
{
    const node *second = NULL;
    for (size_t i = in->n; i && in->key[i - 1] != first; i--)
        second = node_note(in->key[i - 1]->text) ? second : in->key[i - 1];
    bind_error(b, second->at, "'%s' and '%s' stand in one mapping in '%s' of %s; each takes its own", first->text,
               second->text, row->key, b->what);
    return false;
}

static bool bind_pick(binder *b, const wr_param *row, wr_pick *out, const node *n)
{
    const node *key;
    *out = (wr_pick){-1, NULL};
    if (n->kind != NODE_MAP)
        return pick_of_scalar(b, row, out, n);
    const wr_variant *v = form_of(row->variants, n, &key);
    if (!v && key && bind_variant_of(row->variants, key->text))
        return two_forms(b, row, n, key);
    if (!v)
        return no_form(b, row, key ? key->at : n->at, key ? key->text : NULL);
    out->which = (int)(v - row->variants);
    const node *value = NULL;
    for (size_t i = 0; i < n->n; i++)
        value = n->key[i] == key ? call_whole(b, n, n->item[i]) : value;
    return bind_form(b, v, out, n, key, value);
}

/* ---- lists, mappings, blocks -------------------------------------------------------------------------- */
static bool in_range(binder *b, const wr_param *row, const node *n, size_t count)
{
    if (row->max <= row->min || ((double)count >= row->min && (double)count <= row->max))
        return true;
    bind_error(b, n->at, "'%s' of %s has %zu entries; allowed are %.0f to %.0f", row->key, b->what, count, row->min,
               row->max);
    return false;
}

static bool bind_element(binder *b, const wr_param *row, void *to, const node *n)
{
    shape s = {row->rows, row->size, row->shorthand};
    n = bind_deref(b, n);
    if (!n)
        return false;
    if (!row->variants)
        return bind_struct(b, row->key, &s, to, n);
    bool good = bind_pick(b, row, to, n);
    bind_remember(b, to, n->at, true, false);
    return good;
}

static bool bind_list(binder *b, const wr_param *row, wr_list *out, const node *n)
{
    bool one = n->kind != NODE_LIST, good = true;
    size_t count = one ? 1 : n->n, size = row->variants ? sizeof(wr_pick) : row->size;
    if (one && !(row->flags & WR_P_ONE)) {
        bind_error(b, n->at, "'%s' of %s must be a list", row->key, b->what);
        wr_diag_hint(b->diag, "write it in brackets: [...]");
        return false;
    }
    char *items = arena_alloc(b->arena, count ? count * size : 1);
    for (size_t i = 0; i < count; i++)
        good = bind_element(b, row, items + i * size, one ? n : n->item[i]) && good;
    *out = (wr_list){count, items};
    return in_range(b, row, n, count) && good;
}

/* One value without names, where `default` may stand for all names. */
static bool nameless(const wr_param *row, const node *n)
{
    shape s = {row->rows, row->size, row->shorthand};
    return row->flags & WR_P_ONE && brief(NULL, &s, n);
}

static bool bind_name(binder *b, const wr_param *row, char *cfg, const node *key)
{
    bool good = name_valid(key->text);
    *(const char **)(void *)cfg = key->text;
    if (!good)
        bind_error(b, key->at, "'%s' is not a name; names are letters, digits, _ and -, a letter first", key->text);
    if (row->flags & WR_P_LINKS) {
        const wr_link **to = (const wr_link **)(void *)(cfg + sizeof(const char *));
        *to = b->link ? b->link(b, key, row) : NULL;
        good = good && *to;
    }
    return good;
}

static void enter_operation(binder *b, const wr_param *row, const char *name)
{
    struct bound_at *w = b->where;
    if (!(row->flags & WR_P_OPERATION))
        return;
    if (b->operation)
        b->operation(b, name);
    if (w->listed)
        w->listed(b, row, name);
    w->place.map = row;
    w->place.under = name;
}

static bool bind_entry(binder *b, const wr_param *row, char *cfg, const node *key, const node *value)
{
    struct bound_at *w = bind_state(b);
    bind_place place = w->place;
    shape s = {row->rows, row->size, row->shorthand};
    bool good = bind_name(b, row, cfg, key);
    enter_operation(b, row, key->text);
    value = bind_deref(b, value);
    if (value && node_null(value))
        bind_map_at(b, row->rows, cfg, NULL, NULL, key->at);
    else if (value)
        good = bind_struct(b, row->shorthand && key->at.line ? key->text : row->key, &s, cfg, value) && good;
    bind_remember(b, cfg, key->at.line || !value ? key->at : value->at, true, false);
    w->place = place;
    return value && good;
}

/* NAME as {NAME: }. */
static const node *named_alone(binder *b, const node *n)
{
    node *alone = node_map(b->arena, n->at), *key = arena_alloc(b->arena, sizeof *key);
    *key = *n;
    node_put(b->arena, alone, key, node_scalar(b->arena, "", n->at));
    return alone;
}

static bool bind_nameless(binder *b, const wr_param *row, wr_list *out, const node *n)
{
    char *item = arena_alloc(b->arena, row->size);
    *out = (wr_list){1, item};
    return bind_entry(b, row, item, node_scalar(b->arena, "default", (wr_pos){0}), n); /* no line: nobody wrote it */
}

static bool bind_names(binder *b, const wr_param *row, wr_list *out, const node *n)
{
    bool good = true;
    size_t kept = 0;
    if (row->flags & WR_P_NAMED && n->kind == NODE_SCALAR)
        n = named_alone(b, n);
    if (nameless(row, n))
        return bind_nameless(b, row, out, n);
    if (n->kind != NODE_MAP) {
        bind_error(b, n->at, "'%s' of %s must be a mapping of names", row->key, b->what);
        return false;
    }
    char *items = arena_alloc(b->arena, n->n ? n->n * row->size : 1);
    for (size_t i = 0; i < n->n; i++)
        if (counts(n, i))
            good = bind_entry(b, row, items + kept++ * row->size, n->key[i], call_whole(b, n, n->item[i])) && good;
    *out = (wr_list){kept, items};
    return in_range(b, row, n, kept) && good;
}

static bool bind_block(binder *b, const wr_param *row, const void **out, const node *n)
{
    shape s = {row->rows, row->size, row->shorthand};
    void *cfg = arena_alloc(b->arena, row->size ? row->size : 1);
    *out = cfg;
    return bind_struct(b, row->key, &s, cfg, n);
}

bool bind_compound(binder *b, const wr_param *row, void *field, const node *n)
{
    if (bind_word(row, n)) {
        bind_absent(row, field);
        return true;
    }
    if (row->type == WR_T_BLOCK)
        return bind_block(b, row, field, n);
    if (row->type == WR_T_LIST)
        return bind_list(b, row, field, n);
    if (row->type == WR_T_MAP)
        return bind_names(b, row, field, n);
    return bind_pick(b, row, field, n);
}
