/* override.c - `--set PATH=VALUE`: a value put into the tree before anything is believed.
 *
 * A path is the name of a parameter, or words with dots: a resource or traffic and its key (`app.max_size`), or
 * a key of the file (`traffic.shoppers.rate`, `faults.0.share`); entries of lists are counted from 0. What does
 * not exist is made where the tables know the key. All overrides of a load read as one line of the file
 * "command line", so that every message can show where it came from. The same walk, without writing, checks the
 * paths of a sweep. Left out: keys that contain a dot. Truth: tests/unit/test_override.c. */
#include "load.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 64, MOST_NAMES = 512 };

typedef struct walk {
    loader *l;
    wr_pos at;               /* of the whole path */
    const char *path;
    const char *word[MOST_WORDS];
    size_t offset[MOST_WORDS]; /* of the word in the path, in characters */
    size_t words;
    node *value;             /* NULL: the path is only checked */
} walk;

static wr_pos place(const walk *w, size_t i)
{
    wr_pos p = w->at;
    p.col += (uint32_t)w->offset[i];
    p.len = (uint32_t)utf8_columns(w->word[i], strlen(w->word[i]));
    return p;
}

static bool split(walk *w)
{
    const char *s = w->path;
    for (w->words = 0; w->words < MOST_WORDS; w->words++) {
        size_t n = strcspn(s, ".");
        w->word[w->words] = arena_copy(w->l->arena, s, n);
        w->offset[w->words] = utf8_columns(w->path, (size_t)(s - w->path));
        if (!n)
            break;
        if (!s[n]) {
            w->words++;
            return true;
        }
        s += n + 1;
    }
    bind_error(&w->l->b, w->at,
               "'%s' is no path; write the name of a parameter, or words with dots such as app.max_size", w->path);
    return false;
}

/* ---- where a path begins ---- */
static node *section(const walk *w, const char *key)
{
    node *n = node_get(w->l->root, key);
    return n && n->kind == NODE_MAP ? n : NULL;
}

static size_t names_of(const node *body, const char **out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; body && i < body->n && n < room; i++)
        out[n++] = body->key[i]->text;
    return n;
}

static node *exactly(const node *body, const char *name)
{
    for (size_t i = 0; body && i < body->n; i++)
        if (strcmp(body->key[i]->text, name) == 0)
            return body->item[i];
    return NULL;
}

static bool nothing_called(walk *w)
{
    const char *names[MOST_NAMES];
    bool one = w->words == 1;
    size_t n = names_of(section(w, one ? "parameters" : "resources"), names, MOST_NAMES / 4);
    n += names_of(section(w, "traffic"), names + n, one ? 0 : MOST_NAMES / 4);
    n += bind_keys(scenario_settings(), names + n, MOST_NAMES / 2);
    if (one && (exactly(section(w, "resources"), w->word[0]) || exactly(section(w, "traffic"), w->word[0]))) {
        bind_error(&w->l->b, place(w, 0), "'%s' is a whole component; name its key, such as %s.%s", w->word[0],
                   w->word[0], "KEY");
        return false;
    }
    bind_error(&w->l->b, place(w, 0), "there is no %s '%s'", one ? "parameter or key" : "resource, traffic or key",
               w->word[0]);
    bind_near(&w->l->b, w->word[0], names, n);
    return false;
}

/* ---- the walk ---- */
static bool not_a_mapping(walk *w, size_t i, const node *n)
{
    text before = {0};
    for (size_t k = 0; k < i; k++)
        text_printf(&before, "%s%s", k ? "." : "", w->word[k]);
    const char *ref = node_ref(n);
    if (ref)
        bind_error(&w->l->b, place(w, i), "'%s' is the parameter '%s'; set that", before.s ? before.s : "", ref);
    else
        bind_error(&w->l->b, place(w, i), "'%s' is a single value; it has no '%s'", before.s ? before.s : "",
                   w->word[i]);
    text_clear(&before);
    return false;
}

static node **entry_of(walk *w, size_t i, const node *list)
{
    char *rest;
    unsigned long k = strtoul(w->word[i], &rest, 10);
    if (*rest || w->word[i][0] < '0' || w->word[i][0] > '9' || k >= list->n) {
        bind_error(&w->l->b, place(w, i), "'%s' is no entry of this list; it has %zu, counted from 0", w->word[i],
                   list->n);
        return NULL;
    }
    return &list->item[k];
}

static node **member_of(const node *body, const char *key, bool name)
{
    for (size_t i = 0; i < body->n; i++)
        if (name ? strcmp(body->key[i]->text, key) == 0 : node_same_key(body->key[i]->text, key))
            return &body->item[i];
    return NULL;
}

static bool unknown_key(walk *w, size_t i, const wr_param *rows, const wr_param *common)
{
    const char *names[MOST_NAMES];
    size_t n = bind_keys(rows, names, MOST_NAMES / 2);
    n += bind_keys(common, names + n, MOST_NAMES / 2);
    bind_error(&w->l->b, place(w, i), "unknown key '%s' in the path '%s'", w->word[i], w->path);
    bind_near(&w->l->b, w->word[i], names, n);
    return false;
}

/* What the tables know of the place that the walk has reached; rows NULL: nothing. */
typedef struct known {
    const wr_param *rows, *common;
    enum { KEYS, NAMES, ENTRIES } as;
} known;

static known below(known k, const char *word)
{
    if (k.as != KEYS)
        return (known){k.rows, NULL, KEYS};
    const wr_param *row = k.rows ? bind_row_of(k.rows, word) : NULL;
    if (!row || !row->rows)
        return (known){0};
    return (known){row->rows, NULL, row->type == WR_T_MAP ? NAMES : row->type == WR_T_LIST ? ENTRIES : KEYS};
}

static bool makeable(walk *w, size_t i, known k)
{
    if (k.as != KEYS || !k.rows)
        return true;
    return bind_row_of(k.rows, w->word[i]) || (k.common && bind_row_of(k.common, w->word[i])) ||
           node_note(w->word[i]) || unknown_key(w, i, k.rows, k.common);
}

static node **made(walk *w, size_t i, node *body)
{
    node *key = node_scalar(w->l->arena, w->word[i], place(w, i));
    node_put(w->l->arena, body, key, node_scalar(w->l->arena, "", key->at));
    return &body->item[body->n - 1];
}

/* The value behind word i of what stands in *slot; NULL: none. False after an error. */
static bool step(walk *w, node **slot, size_t i, known k, node ***next)
{
    node *n = *slot;
    *next = NULL;
    if (n->kind == NODE_LIST)
        return (*next = entry_of(w, i, n)) != NULL;
    if (n->kind == NODE_SCALAR && !node_null(n))
        return not_a_mapping(w, i, n);
    if (n->kind == NODE_MAP)
        *next = member_of(n, w->word[i], k.as == NAMES);
    return *next || makeable(w, i, k);
}

/* From *slot along word i and the following ones. */
static bool follow(walk *w, node **slot, size_t i, known k)
{
    for (; i < w->words; i++) {
        node **next;
        if (!step(w, slot, i, k, &next))
            return false;
        if (!next && !w->value)
            return true;
        if ((*slot)->kind == NODE_SCALAR)
            *slot = node_map(w->l->arena, place(w, i));
        slot = next ? next : made(w, i, *slot);
        k = below(k, w->word[i]);
    }
    if (w->value)
        *slot = w->value;
    return true;
}

static bool into_component(walk *w, node **slot, size_t i, bool traffic)
{
    const node *type = traffic ? NULL : node_get(*slot, "type");
    const wr_model *m = component_model(traffic ? "traffic" : type && type->kind == NODE_SCALAR ? type->text : "");
    return follow(w, slot, i, (known){m ? m->params : NULL, component_common, KEYS});
}

static bool named(walk *w, const char *which, size_t i)
{
    node *body = section(w, which);
    node **slot = body ? member_of(body, w->word[i], true) : NULL;
    bool traffic = strcmp(which, "traffic") == 0;
    if (slot && strcmp(which, "parameters") == 0)
        return follow(w, slot, i + 1, (known){0});
    if (slot && i + 1 < w->words)
        return into_component(w, slot, i + 1, traffic);
    if (slot) {
        if (w->value)
            *slot = w->value;
        return true;
    }
    const char *names[MOST_NAMES];
    size_t n = names_of(body, names, MOST_NAMES);
    bind_error(&w->l->b, place(w, i), "there is no '%s' in '%s'", w->word[i], which);
    bind_near(&w->l->b, w->word[i], names, n);
    return false;
}

static bool from_root(walk *w)
{
    static const char *const sections[] = {"traffic", "resources", "parameters"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (w->words > 1 && node_same_key(w->word[0], sections[i]))
            return named(w, sections[i], 1);
    return follow(w, &w->l->root, 0, (known){scenario_settings(), NULL, KEYS});
}

static bool go(walk *w)
{
    if (!split(w))
        return false;
    if (w->words == 1 && exactly(section(w, "parameters"), w->word[0]))
        return named(w, "parameters", 0);
    if (bind_row_of(scenario_settings(), w->word[0]))
        return from_root(w);
    if (w->words > 1 && exactly(section(w, "resources"), w->word[0]))
        return named(w, "resources", 0);
    if (w->words > 1 && exactly(section(w, "traffic"), w->word[0]))
        return named(w, "traffic", 0);
    return nothing_called(w);
}

bool override_known(loader *l, const char *path, wr_pos at)
{
    walk w = {.l = l, .at = at, .path = path};
    return go(&w);
}

/* ---- the command line ---- */
static wr_pos next_place(wr_pos at, const char *s)
{
    const char *newline = strrchr(s, '\n');
    for (const char *c = s; *c; c++)
        at.line += *c == '\n';
    at.col = newline ? 1 + (uint32_t)utf8_columns(newline + 1, strlen(newline + 1))
                     : at.col + (uint32_t)utf8_columns(s, strlen(s));
    return at;
}

static void apply(loader *l, const wr_override *o, wr_pos at)
{
    walk w = {.l = l, .at = at, .path = o->path};
    wr_pos value = next_place(at, arena_print(l->arena, "%s=", o->path));
    w.at.len = (uint32_t)utf8_columns(o->path, strlen(o->path));
    w.value = yaml_read_at(l->arena, value, o->value, strlen(o->value), l->diag);
    if (w.value)
        go(&w);
}

void override_apply(loader *l, const wr_override *o, size_t n)
{
    text line = {0};
    wr_pos at = {"command line", 1, 1, 1};
    for (size_t i = 0; i < n; i++)
        text_printf(&line, "%s%s=%s", i ? " " : "", o[i].path, o[i].value);
    if (n)
        wr_diag_source(l->diag, at.file, arena_copy(l->arena, line.s, line.len), line.len);
    text_clear(&line);
    for (size_t i = 0; i < n; i++) {
        apply(l, &o[i], at);
        at = next_place(at, arena_print(l->arena, "%s=%s ", o[i].path, o[i].value));
    }
}
