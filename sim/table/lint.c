/* lint.c - every way in which a table can be wrong, for the contract tests that walk all tables.
 *
 * The compiler has stored what each field is; here that is compared with what the row says it is, ranges,
 * units and words with the type, and each default is read by the very code that reads scenarios. Nested
 * tables are visited once each, so tables may contain themselves. What cannot be seen from a table: rows or
 * choices without an end, beyond a length that no table has. Truth: tests/unit/test_lint.c. */
#include "lint.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { MOST_TABLES = 1024, MOST_CHOICES = 256, LONGEST_TABLE = 512 };

void lint_say(lint *l, const char *key, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    text_printf(&t, "%s%s%s: ", l->path, *key ? "." : "", key);
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    l->say(l->arg, t.s);
    l->n++;
    text_clear(&t);
}

/* ---- texts ----------------------------------------------------------------------------------------------- */
static void check_key(lint *l, const char *key)
{
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!n || key[n] || !islower((unsigned char)*key) || key[n - 1] == '_')
        lint_say(l, key, "the key is not snake_case");
}

void lint_words(lint *l, const char *key, const char *doc, const char *src)
{
    if (!doc || !*doc)
        lint_say(l, key, "it has no doc");
    else if (doc[strlen(doc) - 1] != '.')
        lint_say(l, key, "its doc does not end with a full stop");
    else if (strpbrk(doc, "\n\t"))
        lint_say(l, key, "its doc is not one line");
    if (!src)
        return;
    bool page = strncmp(src, "https://", 8) == 0 && !strchr(src, ' ');
    if (!page && (strncmp(src, "assumption: ", 12) != 0 || strlen(src) < 15))
        lint_say(l, key, "its src is neither a page nor 'assumption: why'");
}

static enum wr_type number_type(const wr_param *row)
{
    return row->type == WR_T_DIST ? row->of : row->type == WR_T_PROFILE ? WR_T_RATE : row->type;
}

static void check_source(lint *l, const wr_param *row)
{
    enum wr_type of = number_type(row);
    bool fact = row->def && *row->def && strcmp(row->def, "none") != 0;
    if (!row->cfn)
        return;
    if (fact && !row->src)
        lint_say(l, row->key, "it has a CloudFormation name and a default, but no src");
    if (!row->unit && (of == WR_T_DUR || of == WR_T_BYTES))
        lint_say(l, row->key, "it has a CloudFormation name, but no unit for bare numbers");
}

/* ---- numbers --------------------------------------------------------------------------------------------- */
static bool numeric(enum wr_type t)
{
    return t == WR_T_INT || t == WR_T_NUMBER || t == WR_T_SHARE || t == WR_T_DUR || t == WR_T_BYTES || t == WR_T_RATE;
}

static void check_range(lint *l, const wr_param *row)
{
    enum wr_type t = number_type(row);
    bool ranged = numeric(t) || t == WR_T_LIST || t == WR_T_MAP, plain = t == WR_T_INT || t == WR_T_NUMBER;
    if (isnan(row->min) || isnan(row->max)) {
        lint_say(l, row->key, "its range is not a number");
        return;
    }
    if (!ranged)
        lint_say(l, row->key, "a range on what is no number");
    if (row->max <= row->min)
        lint_say(l, row->key, "its range is empty: %g to %g", row->min, row->max);
    if (row->min < 0 && !plain)
        lint_say(l, row->key, "its range begins below 0");
}

static bool unit_of(enum wr_type t, const char *unit)
{
    double x;
    return quantity_read("1", 1, t, unit, &x, NULL) == Q_OK;
}

/* Numbers and counts may name what they are a number of, if it is not a unit that others have. */
static bool unit_fits(enum wr_type t, const char *unit)
{
    bool percent = strcmp(unit, "%") == 0, plain = t == WR_T_INT || t == WR_T_NUMBER;
    if (percent)
        return t == WR_T_NUMBER || t == WR_T_SHARE;
    if (plain)
        return !unit_of(WR_T_DUR, unit) && !unit_of(WR_T_BYTES, unit) && !unit_of(WR_T_RATE, unit);
    return numeric(t) && t != WR_T_SHARE && unit_of(t, unit);
}

static void check_unit(lint *l, const wr_param *row)
{
    bool of = row->of == WR_T_DUR || row->of == WR_T_BYTES || row->of == WR_T_NUMBER || row->of == WR_T_INT;
    if (row->unit && !unit_fits(number_type(row), row->unit))
        lint_say(l, row->key, "its unit '%s' is unknown, or no unit of %s", row->unit, value_noun(row->type));
    if (row->type == WR_T_DIST && !of)
        lint_say(l, row->key, "a distribution of nothing: .of is a time, size, number or whole number");
    if (row->type != WR_T_DIST && row->of)
        lint_say(l, row->key, ".of is for distributions");
}

static bool choice_of(const wr_param *row, const char *word, size_t len)
{
    for (size_t i = 0; row->choices && i < MOST_CHOICES && row->choices[i]; i++)
        if (strlen(row->choices[i]) == len && strncmp(row->choices[i], word, len) == 0)
            return true;
    return false;
}

static bool among(const char *const *names, const char *w, size_t len)
{
    for (; *names; names++)
        if (strlen(*names) == len && strncmp(*names, w, len) == 0)
            return true;
    return false;
}

static void check_word(lint *l, const wr_param *row, const char *w, size_t len)
{
    static const char *const most[] = {"unlimited", "never", NULL}, *const none[] = {"none", "off", "auto", "-1", NULL};
    bool large = among(most, w, len);
    if (!large && !among(none, w, len))
        lint_say(l, row->key, "'%.*s' is none of the words unlimited, never, none, off and auto", (int)len, w);
    else if (large && !numeric(number_type(row)))
        lint_say(l, row->key, "'%.*s' has no meaning for %s", (int)len, w, value_noun(row->type));
    else if (row->type == WR_T_BOOL || row->type == WR_T_LINK || row->type == WR_T_FORMULA)
        lint_say(l, row->key, "words are not read here; 'none' comes with .optional");
    if (row->type == WR_T_ENUM && choice_of(row, w, len))
        lint_say(l, row->key, "'%.*s' is a word and a choice", (int)len, w);
}

static void check_words(lint *l, const wr_param *row)
{
    for (const char *w = row->words; w && *w; w += strspn(w, " ")) {
        size_t len = strcspn(w, " ");
        check_word(l, row, w, len);
        w += len;
    }
}

static bool among_first(const char *const *choices, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(choices[k], choices[i]) == 0)
            return true;
    return false;
}

static size_t choices_of(const wr_param *row)
{
    size_t n = 0;
    while (row->choices && n < MOST_CHOICES && row->choices[n])
        n++;
    return n;
}

static void check_choices(lint *l, const wr_param *row)
{
    size_t n = choices_of(row);
    if (row->type == WR_T_ENUM && !n)
        lint_say(l, row->key, "it has no choices");
    if (row->type != WR_T_ENUM && row->choices)
        lint_say(l, row->key, "choices on what is no choice");
    if (n == MOST_CHOICES)
        lint_say(l, row->key, "its choices have no end");
    for (size_t i = 1; i < n; i++)
        if (among_first(row->choices, i))
            lint_say(l, row->key, "its choice '%s' stands there twice", row->choices[i]);
}

/* ---- structure -------------------------------------------------------------------------------------------- */
static void check_shorthand(lint *l, const wr_param *row)
{
    if (!row->shorthand)
        return;
    if (row->variants ? !bind_variant_of(row->variants, row->shorthand) : !bind_row_of(row->rows, row->shorthand))
        lint_say(l, row->key, "its shorthand '%s' is no key of it", row->shorthand);
}

/* Where the binder itself writes the name, and the link behind it. */
static void check_named(lint *l, const wr_param *row)
{
    size_t taken = sizeof(const char *) * (row->flags & WR_P_LINKS ? 2 : 1);
    for (const wr_param *in = row->rows; in && in->key; in++)
        if (in->offset < taken)
            lint_say(l, row->key, "'%s' stands where the name or its link does", in->key);
}

static bool takes_rows(const wr_param *row)
{
    enum wr_type t = row->type;
    return t == WR_T_BLOCK || t == WR_T_MAP || t == WR_T_INCLUDE || (t == WR_T_LIST && !row->variants);
}

static bool takes_variants(const wr_param *row)
{
    return row->type == WR_T_CHOICE || (row->type == WR_T_LIST && row->variants);
}

static bool unused_table(const wr_param *row)
{
    return (row->rows && !takes_rows(row)) || (row->variants && !takes_variants(row));
}

static void check_tables(lint *l, const wr_param *row)
{
    bool rows = takes_rows(row), variants = takes_variants(row);
    if (rows && !row->rows)
        lint_say(l, row->key, "it has no rows");
    else if (rows && !row->size)
        lint_say(l, row->key, "its rows have no size");
    if (variants && !row->variants)
        lint_say(l, row->key, "it has no variants");
    if (unused_table(row))
        lint_say(l, row->key, "it has a table that is not used");
    if (row->type == WR_T_MAP)
        check_named(l, row);
    check_shorthand(l, row);
}

/* Which flags a type may have. */
static unsigned flags_of(const wr_param *row)
{
    unsigned links = WR_P_FORWARDS | WR_P_QUIET;
    switch (row->type) {
    case WR_T_LINK: return links;
    case WR_T_TEXT: return WR_P_OPERATION;
    case WR_T_LIST: return WR_P_ONE | WR_P_OPERATION;
    case WR_T_MAP: return WR_P_ONE | WR_P_OPERATION | WR_P_NAMED | WR_P_LINKS | (row->flags & WR_P_LINKS ? links : 0);
    case WR_T_NUMBER:
    case WR_T_DIST: return WR_P_QUANTITY;
    default: return 0;
    }
}

static void check_flags(lint *l, const wr_param *row)
{
    static const char *const names[] = {"WR_P_ONE", "WR_P_FORWARDS", "WR_P_QUIET", "WR_P_OPERATION", "WR_P_QUANTITY",
                                        "WR_P_NAMED", "WR_P_LINKS"};
    unsigned wrong = row->flags & ~flags_of(row);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (wrong & 1u << i)
            lint_say(l, row->key, "%s is not for %s", names[i], value_noun(row->type));
    if (row->accepts && !(row->type == WR_T_LINK || row->flags & WR_P_LINKS))
        lint_say(l, row->key, ".accepts is for links");
}

static void check_row(lint *l, const wr_param *row)
{
    if (row->type < WR_T_BOOL || row->type > WR_T_INCLUDE) {
        lint_say(l, row->key, "it has no type");
        return;
    }
    if (row->type != WR_T_INCLUDE) {
        check_key(l, row->key);
        lint_words(l, row->key, row->doc, row->src);
        check_source(l, row);
    }
    if (row->min != 0 || row->max != 0)
        check_range(l, row);
    check_unit(l, row);
    check_words(l, row);
    check_choices(l, row);
    check_tables(l, row);
    check_flags(l, row);
}

/* ---- tables ------------------------------------------------------------------------------------------------ */
static bool first_time(lint *l, const void *table)
{
    for (size_t i = 0; i < l->tables; i++)
        if (l->seen[i] == table)
            return false;
    if (l->tables == MOST_TABLES)
        return false;
    l->seen[l->tables++] = table;
    return true;
}

static bool ends(lint *l, const wr_param *rows)
{
    size_t n = 0;
    while (rows[n].key && n < LONGEST_TABLE)
        n++;
    if (n < LONGEST_TABLE)
        return true;
    lint_say(l, "", "the table has no end");
    return false;
}

static void lint_table(lint *l, const wr_param *rows, size_t size);

static void lint_form(lint *l, const wr_variant *all, const wr_variant *v)
{
    check_key(l, v->key);
    lint_words(l, v->key, v->doc, v->src);
    for (const wr_variant *before = all; before < v; before++)
        if (node_same_key(before->key, v->key))
            lint_say(l, v->key, "the form stands there twice");
    if (v->rows && !v->size)
        lint_say(l, v->key, "its rows have no size");
    if (v->shorthand && !bind_row_of(v->rows, v->shorthand))
        lint_say(l, v->key, "its shorthand '%s' is no key of it", v->shorthand);
    if (v->flat && !v->rows)
        lint_say(l, v->key, "a flat form without rows");
    if (v->rows)
        lint_under(l, v->key, v->rows, v->size, NULL);
}

static void lint_forms(lint *l, const wr_variant *v)
{
    if (!first_time(l, v))
        return;
    for (const wr_variant *at = v; at->key; at++)
        lint_form(l, v, at);
}

void lint_under(lint *l, const char *key, const wr_param *rows, size_t size, const wr_variant *v)
{
    const char *path = l->path;
    l->path = arena_print(l->arena, "%s%s%s", path, *key ? "." : "", key);
    if (rows)
        lint_table(l, rows, size);
    if (v)
        lint_forms(l, v);
    l->path = path;
}

static void lint_table(lint *l, const wr_param *rows, size_t size)
{
    if (!first_time(l, rows) || !ends(l, rows))
        return;
    lint_fields(l, rows, size);
    for (const wr_param *row = rows; row->key; row++) {
        check_row(l, row);
        if (row->rows || row->variants)
            lint_under(l, row->key, row->rows, row->size, row->variants);
    }
    lint_defaults(l, rows); /* once all of what they are made of has been looked at */
}

static size_t run(const wr_param *rows, size_t size, const wr_variant *v, const char *name,
                  void (*say)(void *arg, const char *line), void *arg)
{
    lint l = {.say = say, .arg = arg, .path = name, .arena = arena_create()};
    l.seen = arena_alloc(l.arena, MOST_TABLES * sizeof *l.seen);
    if (rows)
        lint_table(&l, rows, size);
    if (v)
        lint_forms(&l, v);
    arena_destroy(l.arena);
    return l.n;
}

size_t lint_rows(const wr_param *rows, size_t size, const char *name, void (*say)(void *arg, const char *line),
                 void *arg)
{
    return run(rows, size, NULL, name, say, arg);
}

size_t lint_variants(const wr_variant *v, const char *name, void (*say)(void *arg, const char *line), void *arg)
{
    return run(NULL, 0, v, name, say, arg);
}
