/* bind.c - a mapping into a struct, by a table: required keys, defaults, unknown keys with advice.
 *
 * One pass over the rows: each row looks for its key and binds it, takes its default (YAML text,
 * read by the same code) or says that it is missing. Then keys that no row took are refused, with
 * the key that was probably meant. Scalars and laws are bound in value.c, what is made of several
 * values in compound.c. A mistake is reported and binding goes on. Truth: tests/unit/test_bind.c. */
#include "node.h"
#include "laws.h"
#include <string.h>

enum { MOST_KEYS = 256, MOST_DEFAULTS = 8, MOST_DEPTH = 4 * NODE_DEPTH, MOST_ADVICE = 100 };

/* ---- tables ---------------------------------------------------------------------------------------- */
const wr_param *bind_row_of(const wr_param *rows, const char *key)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        const wr_param *inner = row->type == WR_T_INCLUDE ? bind_row_of(row->rows, key) : NULL;
        if (inner)
            return inner;
        if (row->type != WR_T_INCLUDE && node_same_key(row->key, key))
            return row;
    }
    return NULL;
}

size_t bind_keys(const wr_param *rows, const char **out, size_t room)
{
    size_t n = 0;
    for (const wr_param *row = rows; row && row->key && n < room; row++) {
        if (row->type == WR_T_INCLUDE)
            n += bind_keys(row->rows, out + n, room - n);
        else
            out[n++] = row->key;
    }
    return n;
}

const wr_variant *bind_variant_of(const wr_variant *v, const char *key)
{
    for (; v && v->key; v++)
        if (node_same_key(v->key, key))
            return v;
    return NULL;
}

size_t bind_variant_keys(const wr_variant *v, const char **out, size_t room)
{
    size_t n = 0;
    for (; v && v->key && n < room; v++)
        out[n++] = v->key;
    return n;
}

/* ---- unknown keys ------------------------------------------------------------------------------------ */
/* The block of this table in which the key would be right. */
static const char *deeper(const wr_param *rows, const char *key)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        const char *inner = row->type == WR_T_INCLUDE ? deeper(row->rows, key) : NULL;
        if (inner)
            return inner;
        if (row->type == WR_T_BLOCK && bind_row_of(row->rows, key))
            return row->key;
    }
    return NULL;
}

static void advise(binder *b, const wr_param *rows, const wr_param *common, const char *key)
{
    const char *names[MOST_KEYS];
    size_t n = bind_keys(rows, names, MOST_KEYS);
    n += bind_keys(common, names + n, MOST_KEYS - n);
    const char *best = near_best(key, names, n), *under = deeper(rows, key);
    const char *owner = b->where->elsewhere ? b->where->elsewhere(b, key) : NULL;
    if (best)
        wr_diag_hint(b->diag, "did you mean '%s'?", best);
    else if (under)
        wr_diag_hint(b->diag, "it stands under '%s'", under);
    else if (owner)
        wr_diag_hint(b->diag, "'%s' is a key of %s", key, owner);
    else if (strpbrk(key, "()"))
        wr_diag_hint(b->diag, "inside { } a comma ends a value: quote the text");
}

static void refuse_unknown(binder *b, const wr_param *rows, const node *in, const wr_param *common)
{
    for (size_t i = 0; i < in->n; i++) {
        const node *key = in->key[i];
        if (key->used || node_note(key->text) || (common && bind_row_of(common, key->text)) ||
            call_piece(in, i))
            continue;
        bind_error(b, key->at, "unknown key '%s' of %s", key->text, b->what);
        if (wr_diag_count(b->diag, WR_ERROR) < MOST_ADVICE) /* a file of nothing but mistakes is still read fast */
            advise(b, rows, common, key->text);
    }
}

/* ---- rows -------------------------------------------------------------------------------------------- */
/* Texts without YAML's marks are scalars as they stand: the parser is not asked. */
static const node *default_node(binder *b, const wr_param *row, wr_pos at)
{
    at.len = 1;
    if (!strpbrk(row->def, "{[\"'&*!|>#:"))
        return node_scalar(b->arena, row->def, at);
    return yaml_read_at(b->arena, (wr_pos){arena_print(b->arena, "default of '%s'", row->key), 1, 1, 1}, row->def,
                        strlen(row->def), b->diag);
}

void bind_default(binder *b, const wr_param *row, void *field, wr_pos at)
{
    if (bind_state(b)->defaults >= MOST_DEFAULTS) {
        bind_error(b, at, "the default of '%s' contains itself", row->key);
        return;
    }
    b->where->defaults++;
    const node *n = default_node(b, row, at);
    if (n)
        bind_value(b, row, field, n);
    b->where->defaults--;
    bind_remember(b, field, at, false, false);
}

static node *take(const wr_param *row, const node *in)
{
    for (size_t i = 0; in && i < in->n; i++) {
        if (node_same_key(in->key[i]->text, row->key)) {
            in->key[i]->used = true;
            return in->item[i];
        }
    }
    return NULL;
}

/* A value that stood alone is known to its writer by the key it was written under. */
static const wr_param *renamed(binder *b, const wr_param *row, const node *in)
{
    const struct bound_at *w = b->where;
    if (!in || in != w->brief || strcmp(row->key, w->brief_row) != 0 || strcmp(row->key, w->brief_key) == 0)
        return row;
    wr_param *r = arena_alloc(b->arena, sizeof *r);
    *r = *row;
    r->key = w->brief_key;
    return r;
}

static bool compound(enum wr_type t)
{
    return t == WR_T_BLOCK || t == WR_T_LIST || t == WR_T_MAP || t == WR_T_CHOICE;
}

/* Nothing stands behind the key, or the key is not there: may that be? */
static void check_missing(binder *b, const wr_param *row, const node *n, wr_pos at)
{
    bool needed = !row->def && !row->optional;
    if (n && (needed || !compound(row->type)))
        bind_error(b, n->at.line ? n->at : at, "'%s' of %s has no value", row->key, b->what);
    else if (!n && needed)
        bind_error(b, b->where->home.line ? b->where->home : at, "'%s' of %s is required", row->key, b->what);
}

static void bind_row(binder *b, const wr_param *row, void *field, const node *in)
{
    const node *n = take(row, in);
    wr_pos at = in && in->at.line ? in->at : b->where->home;
    if (n && !node_null(n)) {
        bind_value(b, renamed(b, row, in), field, call_whole(b, in, n));
        return;
    }
    check_missing(b, row, n, at);
    bind_remember(b, field, at, false, false);
    if (row->def)
        bind_default(b, row, field, at);
    else
        bind_absent(row, field);
}

static void bind_rows(binder *b, const wr_param *rows, char *cfg, const node *in)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        if (row->type == WR_T_INCLUDE)
            bind_rows(b, row->rows, cfg + row->offset, in);
        else
            bind_row(b, row, cfg + row->offset, in);
    }
}

/* An operation fixed beside a link, or a list of those it is restricted to. */
static void note_operations(const wr_param *rows, const node *in, bind_place *p)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        const node *n = row->flags & WR_P_OPERATION ? node_get(in, row->key) : NULL;
        if (n && row->type == WR_T_TEXT && n->kind == NODE_SCALAR)
            p->operation = n->text;
        else if (n && row->type == WR_T_LIST)
            p->only = n;
    }
}

void bind_map_at(binder *b, const wr_param *rows, void *cfg, const node *in, const wr_param *common, wr_pos at)
{
    struct bound_at *w = bind_state(b);
    bind_place place = w->place;
    wr_pos home = w->home;
    w->home = at;
    for (size_t i = 0; in && i < in->n; i++)
        in->key[i]->used = false;
    note_operations(rows, in, &w->place);
    bind_rows(b, rows, cfg, in);
    if (in)
        refuse_unknown(b, rows, in, common);
    w->place = place;
    w->home = home;
}

void bind_map(binder *b, const wr_param *rows, void *cfg, const node *in, const wr_param *common)
{
    bind_map_at(b, rows, cfg, in, common, in ? in->at : bind_state(b)->home);
}

/* ---- values ------------------------------------------------------------------------------------------ */
bool bind_word(const wr_param *row, const node *n)
{
    if (n->kind != NODE_SCALAR || !n->len)
        return false;
    if (row->optional && strcmp(n->text, "none") == 0)
        return true;
    for (const char *w = row->words; w && *w;) {
        size_t len = strcspn(w, " ");
        if (len == n->len && strncmp(w, n->text, len) == 0)
            return true;
        w += len + strspn(w + len, " ");
    }
    return false;
}

static bool bind_link(binder *b, const wr_param *row, void *field, const node *n)
{
    const wr_link *l = NULL;
    if (n->kind != NODE_SCALAR)
        bind_error(b, n->at, "'%s' of %s must be the name of a resource", row->key, b->what);
    else if (!b->link)
        bind_error(b, n->at, "'%s' names a resource, and there are none here", row->key);
    else
        l = b->link(b, n, row);
    *(const wr_link **)field = l;
    return l;
}

static bool bind_formula(binder *b, const wr_param *row, void *field, const node *n)
{
    const wr_formula *f = NULL;
    if (n->kind != NODE_SCALAR)
        bind_error(b, n->at, "'%s' of %s must be a metric expression, such as app.utilization.mean", row->key, b->what);
    else if (!b->formula)
        bind_error(b, n->at, "'%s' is a metric expression, and there are no metrics here", row->key);
    else
        f = b->formula(b, n);
    *(const wr_formula **)field = f;
    return f;
}

static bool bind_plain(binder *b, const wr_param *row, void *field, const node *n)
{
    if (!bind_scalar(b, row, field, n))
        return false;
    if (row->type == WR_T_TEXT && row->flags & WR_P_OPERATION && b->operation && *(const char **)field)
        b->operation(b, *(const char **)field);
    return true;
}

static bool bind_typed(binder *b, const wr_param *row, void *field, const node *n)
{
    switch (row->type) {
    case WR_T_BLOCK:
    case WR_T_LIST:
    case WR_T_MAP:
    case WR_T_CHOICE:
        return bind_compound(b, row, field, n);
    case WR_T_LINK:
        return bind_link(b, row, field, n);
    case WR_T_FORMULA:
        return bind_formula(b, row, field, n);
    case WR_T_INCLUDE:
        return false;
    default:
        return bind_plain(b, row, field, n);
    }
}

bool bind_value(binder *b, const wr_param *row, void *field, const node *n)
{
    struct bound_at *w = bind_state(b);
    n = bind_deref(b, n);
    if (!n)
        return false;
    if (n->at.line || !w->defaults)
        bind_remember(b, field, n->at, true, false);
    if (row->optional && !compound(row->type) && node_is(n, "none")) {
        bind_absent(row, field);
        return true;
    }
    if (w->depth >= MOST_DEPTH) { /* a tree is not that deep; a parameter that contains itself is */
        bind_error(b, n->at, "'%s' of %s contains itself", row->key, b->what);
        return false;
    }
    w->depth++;
    bool good = bind_typed(b, row, field, n);
    w->depth--;
    return good;
}
