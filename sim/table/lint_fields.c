/* lint_fields.c - do rows and struct agree, and do the defaults bind?
 *
 * A row knows the C type of its field by a letter that the compiler chose (WR_CTYPE); two rows that fill the
 * same bytes, or a field outside the struct, are mistakes of copying. Defaults are bound one by one into
 * scratch memory, names of resources standing for any. Truth: tests/unit/test_lint.c. */
#include "lint.h"
#include <string.h>

enum { MOST_FIELDS = 1024, MOST_INCLUDES = 8 };

static char letter_of(enum wr_type t)
{
    static const char letters[] = {
        [WR_T_BOOL] = 'b',  [WR_T_INT] = 'i',   [WR_T_NUMBER] = 'd',  [WR_T_SHARE] = 'd',   [WR_T_DUR] = 'i',
        [WR_T_BYTES] = 'd', [WR_T_RATE] = 'd',  [WR_T_DIST] = 'D',    [WR_T_PROFILE] = 'P', [WR_T_TEXT] = 's',
        [WR_T_ENUM] = 'e',  [WR_T_LINK] = 'l',  [WR_T_FORMULA] = 'F', [WR_T_BLOCK] = 'B',   [WR_T_LIST] = 'L',
        [WR_T_MAP] = 'L',   [WR_T_CHOICE] = 'C'};
    size_t i = (size_t)t;
    return i < sizeof letters ? letters[i] : 0;
}

static size_t size_of(const wr_param *row)
{
    switch (letter_of(row->type)) {
    case 'b': return sizeof(bool);
    case 'e': return sizeof(int);
    case 'i': return sizeof(int64_t);
    case 'd': return sizeof(double);
    case 'L': return sizeof(wr_list);
    case 'C': return sizeof(wr_pick);
    case 0: return row->size; /* an include */
    default: return sizeof(void *);
    }
}

typedef struct fields {
    size_t n;
    struct { const char *key; size_t from, to; } at[MOST_FIELDS];
} fields;

static void check_letter(lint *l, const wr_param *row)
{
    if (row->ctype != letter_of(row->type))
        lint_say(l, row->key, "the field's C type ('%c') is not that of %s ('%c')", row->ctype ? row->ctype : '?',
                 value_noun(row->type), letter_of(row->type));
}

static void check_place(lint *l, const fields *f, const wr_param *row, size_t from, size_t to)
{
    for (size_t i = 0; i < f->n; i++) {
        if (node_same_key(f->at[i].key, row->key))
            lint_say(l, row->key, "the key is there twice%s%s", strcmp(f->at[i].key, row->key) == 0 ? "" : ", as ",
                     strcmp(f->at[i].key, row->key) == 0 ? "" : f->at[i].key);
        else if (from < f->at[i].to && f->at[i].from < to)
            lint_say(l, row->key, "it fills the field of '%s'", f->at[i].key);
    }
}

static void collect(lint *l, fields *f, const wr_param *rows, size_t base, size_t size, int depth)
{
    for (const wr_param *row = rows; row && row->key && f->n < MOST_FIELDS; row++) {
        size_t from = base + row->offset, to = from + size_of(row);
        if (row->type < WR_T_BOOL || row->type > WR_T_INCLUDE)
            continue;
        if (to > size)
            lint_say(l, row->key, "its field is outside the struct: bytes %zu to %zu of %zu", from, to, size);
        if (row->type == WR_T_INCLUDE) {
            if (depth < MOST_INCLUDES)
                collect(l, f, row->rows, from, size, depth + 1);
            continue;
        }
        check_letter(l, row);
        check_place(l, f, row, from, to);
        f->at[f->n].key = row->key;
        f->at[f->n].from = from;
        f->at[f->n++].to = to;
    }
}

void lint_fields(lint *l, const wr_param *rows, size_t size)
{
    fields *f = arena_alloc(l->arena, sizeof *f);
    collect(l, f, rows, 0, size, 0);
}

/* ---- defaults ---------------------------------------------------------------------------------------------- */
static const wr_link *any_link(binder *b, const node *n, const wr_param *row)
{
    (void)row;
    wr_link *to = arena_alloc(b->arena, sizeof *to);
    to->name = n->text;
    return to;
}

static const wr_formula *any_formula(binder *b, const node *n)
{
    return formula_parse(b->arena, n->text, n->at, b->diag);
}

static void check_default(lint *l, const wr_param *row)
{
    wr_diag *d = wr_diag_create();
    binder b = {.arena = l->arena, .diag = d, .what = l->path, .link = any_link, .formula = any_formula};
    void *field = arena_alloc(l->arena, sizeof(wr_list) + sizeof(wr_pick));
    const wr_diag_row *out;
    bind_default(&b, row, field, (wr_pos){"default", 1, 1, 1});
    size_t n = wr_diag_rows(d, &out);
    for (size_t i = 0; i < n; i++)
        lint_say(l, row->key, "its default cannot be read: %s", out[i].text);
    wr_diag_destroy(d);
}

void lint_defaults(lint *l, const wr_param *rows)
{
    for (const wr_param *row = rows; row->key; row++)
        if (row->def && row->type >= WR_T_BOOL && row->type < WR_T_INCLUDE)
            check_default(l, row);
}
