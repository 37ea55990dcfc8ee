/* params.c - `$name` and `!Ref name` replaced in the whole tree by what `parameters:` says.
 *
 * A scalar that is nothing but a reference becomes a copy of the parameter's value, which keeps its own place, so
 * that a mistake is shown where it can be mended. Inside a longer text the parameter's text is put in, in
 * parentheses where it is more than one word. Parameters may refer to one another, not in a circle. What copies
 * can grow to is bounded. Keys that begin with x- are left alone; so are dollars in descriptions that name no
 * parameter. Truth: tests/unit/test_override.c. */
#include "load.h"
#include <ctype.h>
#include <string.h>

enum { LONGEST_TEXT = 65536, MOST_HOPS = 64 };
enum { UNTOUCHED, OPEN, DONE };

typedef struct filler {
    loader *l;
    node *params;     /* NULL: none */
    unsigned char *state;
    bool *used;
    size_t budget;
    int hops;
    bool lenient, full;
} filler;

static node *fill(filler *f, node *n, int depth);

/* ---- one parameter ---- */
static size_t find(const filler *f, const char *name, size_t len)
{
    for (size_t i = 0; f->params && i < f->params->n; i++)
        if (strlen(f->params->key[i]->text) == len && memcmp(f->params->key[i]->text, name, len) == 0)
            return i;
    return SIZE_MAX;
}

static void unknown(filler *f, wr_pos at, const char *name)
{
    size_t n = f->params ? f->params->n : 0;
    const char **names = arena_alloc(f->l->arena, (n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = f->params->key[i]->text;
    bind_error(&f->l->b, at, "there is no parameter '%s'", name);
    bind_near(&f->l->b, name, names, n);
}

/* The finished value of a parameter; NULL after an error. */
static const node *value_of(filler *f, size_t i, wr_pos at)
{
    const char *name = f->params->key[i]->text;
    f->used[i] = true;
    if (f->state[i] == OPEN || f->hops >= MOST_HOPS) {
        bind_error(&f->l->b, at, f->state[i] == OPEN ? "the parameter '%s' refers to itself"
                                                     : "the parameter '%s' stands behind more than 64 others", name);
        return NULL;
    }
    if (f->state[i] == UNTOUCHED) {
        bool lenient = f->lenient;
        f->state[i] = OPEN;
        f->lenient = false;
        f->hops++;
        f->params->item[i] = fill(f, f->params->item[i], 1);
        f->hops--;
        f->lenient = lenient;
        f->state[i] = DONE;
    }
    return f->params->item[i];
}

static node *copied(filler *f, const node *value, int depth, wr_pos at)
{
    node *c = f->full ? NULL : node_copy(f->l->arena, value, depth, &f->budget);
    if (!c && !f->full) {
        bind_error(&f->l->b, at, "the parameters stand for more than a million values, or more than 64 levels");
        f->full = true;
    }
    return c;
}

static node *fill_whole(filler *f, node *n, const char *name, int depth)
{
    size_t i = find(f, name, strlen(name));
    if (i == SIZE_MAX) {
        if (!f->lenient)
            unknown(f, n->at, name);
        return n;
    }
    const node *value = value_of(f, i, n->at);
    node *c = value ? copied(f, value, depth, n->at) : NULL;
    return c ? c : n;
}

/* ---- inside texts ---- */
static bool letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* A hyphen belongs to a name only where a parameter has that name: "$a-1" is a minus one. */
static size_t reach(const filler *f, const char *s, size_t *index)
{
    size_t n = 0;
    while (letter(s[n]) && n < 64)
        n++;
    for (size_t k = n; k; k--) {
        bool cut = k == n || s[k] == '-';
        if (cut && (*index = find(f, s, k)) != SIZE_MAX)
            return k;
    }
    *index = SIZE_MAX;
    n = strcspn(s, "-");
    size_t word = 0;
    while (word < n && letter(s[word]))
        word++;
    return word;
}

static bool one_word(const char *s)
{
    if (*s == '-')
        return false;
    while (isalnum((unsigned char)*s) || (*s && strchr("._%/", *s)))
        s++;
    return !*s;
}

static void put_value(filler *f, text *out, const node *n, size_t i)
{
    const node *value = value_of(f, i, n->at);
    if (value && value->kind != NODE_SCALAR)
        bind_error(&f->l->b, n->at, "the parameter '%s' is no single value; it cannot stand inside a text",
                   f->params->key[i]->text);
    else if (value)
        text_printf(out, one_word(value->text) ? "%s" : "(%s)", value->text);
}

static node *fill_text(filler *f, node *n)
{
    text out = {0};
    size_t errors = wr_diag_count(f->l->diag, WR_ERROR);
    for (const char *s = n->text; *s && out.len <= LONGEST_TEXT;) {
        if (s[0] != '$' || !isalpha((unsigned char)s[1])) {
            text_add(&out, s++, 1);
            continue;
        }
        size_t i, len = reach(f, s + 1, &i);
        if (i != SIZE_MAX)
            put_value(f, &out, n, i);
        else if (f->lenient)
            text_add(&out, s, len + 1);
        else
            unknown(f, n->at, arena_copy(f->l->arena, s + 1, len));
        s += len + 1;
    }
    if (out.len > LONGEST_TEXT)
        bind_error(&f->l->b, n->at, "with its parameters this text is longer than %d characters", LONGEST_TEXT);
    bool good = wr_diag_count(f->l->diag, WR_ERROR) == errors;
    node *c = node_scalar(f->l->arena, good && out.s ? out.s : n->text, n->at);
    c->quoted = n->quoted;
    c->ref = !good; /* to nowhere: whoever binds it keeps silent, too */
    text_clear(&out);
    return c;
}

/* ---- the tree ---- */
static node *fill_scalar(filler *f, node *n, int depth)
{
    const char *name = node_ref(n);
    if (name)
        return fill_whole(f, n, name, depth);
    for (const char *s = n->text; (s = strchr(s, '$')); s++)
        if (isalpha((unsigned char)s[1]))
            return fill_text(f, n);
    return n;
}

static node *fill(filler *f, node *n, int depth)
{
    if (n->kind == NODE_SCALAR)
        return fill_scalar(f, n, depth);
    for (size_t i = 0; i < n->n; i++) {
        bool before = f->lenient;
        if (n->item[i] == f->params || (n->kind == NODE_MAP && node_note(n->key[i]->text)))
            continue;
        if (n->kind == NODE_MAP && node_same_key(n->key[i]->text, "description"))
            f->lenient = true;
        n->item[i] = fill(f, n->item[i], depth + 1);
        f->lenient = before;
    }
    return n;
}

static node *parameters_of(loader *l)
{
    node *p = node_get(l->root, "parameters");
    if (!p || node_null(p))
        return NULL;
    if (p->kind != NODE_MAP) {
        bind_error(&l->b, p->at, "'parameters' must be a mapping of names to values");
        return NULL;
    }
    for (size_t i = 0; i < p->n; i++)
        if (!name_valid(p->key[i]->text))
            bind_error(&l->b, p->key[i]->at, "'%s' is not a name; names are letters, digits, _ and -, a letter first",
                       p->key[i]->text);
    return p;
}

void params_apply(loader *l)
{
    filler f = {.l = l, .params = parameters_of(l), .budget = NODE_MOST};
    size_t n = f.params ? f.params->n : 0;
    f.state = arena_alloc(l->arena, n + 1);
    f.used = arena_alloc(l->arena, (n + 1) * sizeof *f.used);
    fill(&f, l->root, 1);
    for (size_t i = 0; i < n; i++) {
        const node *key = f.params->key[i];
        bool used = f.used[i];
        if (node_note(key->text))
            continue;
        value_of(&f, i, f.params->item[i]->at);
        if (!used)
            wr_diag_add(l->diag, WR_WARNING, key->at, "unused parameter '%s'", key->text);
    }
    l->b.params = f.params;
    bind_state(&l->b)->told = true;
}
