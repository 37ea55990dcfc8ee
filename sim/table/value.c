/* value.c - one scalar into one typed field: the only reader of values.
 *
 * Every type is read by one function and refused by one set of sentences, so that a number without its
 * unit, a misspelt word and a value out of range sound alike wherever they stand. Units themselves are
 * known to quantity.c. Distributions are read in dist_read.c, rates in rates.c.
 * Truth: tests/unit/test_value.c. */
#include "value.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { MOST_CHOICES = 256, SHOWN = 60 };

typedef struct noun {
    const char *name, *examples, *units;
    const char *fix[2]; /* units for a number that has none */
} noun;

static const noun *noun_of(enum wr_type t)
{
    static const noun other = {"a value", "", "", {"", ""}}, nouns[] = {
        [WR_T_BOOL] = {"true or false", "", "", {"", ""}},
        [WR_T_INT] = {"a whole number", "", "a count has no unit but k and M", {"", ""}},
        [WR_T_NUMBER] = {"a number", "", "a number has no unit but k, M and %", {"", ""}},
        [WR_T_SHARE] = {"a share", ", such as 25% or 0.25", "a share is written 25% or 0.25", {"%", ""}},
        [WR_T_DUR] = {"a time", ", such as 250ms or 1m30s", "times have ns us ms s m h d", {"s", "ms"}},
        [WR_T_BYTES] = {"a size", ", such as 4 KB", "sizes have B KB MB GB TB", {" KB", " B"}},
        [WR_T_RATE] = {"a rate", ", such as 900/s", "rates have /s /m /h /d", {"/s", "/m"}},
        [WR_T_DIST] = {"a value or a distribution", ", such as {exponential: ...}", "", {"", ""}},
        [WR_T_PROFILE] = {"a rate or an expression of t", ", such as 900/s", "", {"", ""}},
        [WR_T_TEXT] = {"a text", "", "", {"", ""}},
        [WR_T_ENUM] = {"one word", "", "", {"", ""}},
    };
    size_t i = (size_t)t;
    return i < sizeof nouns / sizeof *nouns && nouns[i].name ? &nouns[i] : &other;
}

const char *value_noun(enum wr_type t)
{
    return noun_of(t)->name;
}

const char *value_examples(enum wr_type t)
{
    return noun_of(t)->examples;
}

bool value_kind(binder *b, const wr_param *row, enum wr_type as, const node *n)
{
    if (n->kind == NODE_SCALAR)
        return true;
    bind_error(b, n->at, "'%s' of %s must be %s%s, not a %s", row->key, b->what, value_noun(as), value_examples(as),
               n->kind == NODE_LIST ? "list" : "mapping");
    if (n->kind == NODE_MAP && n->n == 1 && bind_variant_of(dist_laws, n->key[0]->text))
        wr_diag_hint(b->diag, "it takes one value; a distribution is not allowed here");
    return false;
}

/* ---- words ------------------------------------------------------------------------------------------- */
static size_t words_of(binder *b, const wr_param *row, const char **out, size_t room)
{
    size_t n = 0;
    for (const char *w = row->words; w && *w && n + 1 < room;) {
        size_t len = strcspn(w, " ");
        out[n++] = arena_copy(b->arena, w, len);
        w += len + strspn(w + len, " ");
    }
    if (row->optional)
        out[n++] = "none";
    return n;
}

static void word_value(const char *word, reading *out)
{
    bool most = strcmp(word, "unlimited") == 0 || strcmp(word, "never") == 0;
    *out = (reading){most ? (double)INFINITY : (double)NAN, most ? INT64_MAX : -1, true};
}

/* ---- refusals ---------------------------------------------------------------------------------------- */
const char *value_shown(binder *b, const char *s)
{
    return strlen(s) <= SHOWN ? s : arena_print(b->arena, "%.*s...", SHOWN - 3, s);
}

static bool refuse(binder *b, const wr_param *row, enum wr_type as, const node *n, enum quantity_error e)
{
    const noun *w = noun_of(as);
    const char *s = value_shown(b, n->text), *words[8];
    size_t count = words_of(b, row, words, 8);
    bool number = isdigit((unsigned char)*s) || strchr("+-.", *s);
    if (e == Q_NO_UNIT)
        bind_error(b, n->at, "'%s' of %s has no unit: write %s%s or %s%s", row->key, b->what, s, w->fix[0], s,
                   w->fix[1]);
    else if (e == Q_RANGE)
        bind_error(b, n->at, "'%s' of %s is too large: '%s'", row->key, b->what, s);
    else if (e == Q_BAD_UNIT && number)
        bind_error(b, n->at, "'%s' of %s has a wrong unit in '%s'; %s", row->key, b->what, s, w->units);
    else
        bind_error(b, n->at, "'%s' of %s must be %s%s; '%s' is none", row->key, b->what, w->name, w->examples, s);
    if (!number)
        bind_near(b, s, words, count);
    if (e == Q_BAD_UNIT && as == WR_T_DUR && strchr(s, 'M'))
        wr_diag_hint(b->diag, "minutes are m, milliseconds ms");
    return false;
}

/* ---- ranges ------------------------------------------------------------------------------------------ */
static void print_limit(text *out, double x, const wr_param *row, enum wr_type as)
{
    if (as == WR_T_INT || as == WR_T_NUMBER)
        text_printf(out, fabs(x) < 1e10 ? "%.10g" : "%g", x);
    else if (as == WR_T_SHARE)
        text_printf(out, "%.10g%%", 100 * x);
    else
        quantity_print(out, x, as);
    if (row->unit && *row->unit == '%' && as == WR_T_NUMBER)
        text_puts(out, "%");
}

bool value_limits(const wr_param *row, enum wr_type as, text *out)
{
    bool given = row->max > row->min, endless = row->max >= 1e12 || (as == WR_T_DUR && row->max >= 9e9);
    if (!given && as != WR_T_SHARE)
        return false;
    if (!given) {
        text_puts(out, "0% to 100%");
        return true;
    }
    print_limit(out, row->min, row, as);
    text_puts(out, endless ? " or more" : " to ");
    if (!endless)
        print_limit(out, row->max, row, as);
    return true;
}

static bool within(const wr_param *row, enum wr_type as, double x)
{
    if (x < 0 && as != WR_T_INT && as != WR_T_NUMBER)
        return false;
    if (row->max > row->min)
        return x >= row->min && x <= row->max;
    return as != WR_T_SHARE || x <= 1;
}

bool value_range(binder *b, const wr_param *row, enum wr_type as, wr_pos at, const char *written, double x)
{
    text t = {0};
    if (within(row, as, x))
        return true;
    if (!value_limits(row, as, &t))
        text_puts(&t, "0 or more");
    bind_error(b, at, "'%s' of %s is %s; allowed: %s", row->key, b->what, value_shown(b, written), t.s);
    text_clear(&t);
    if (as == WR_T_SHARE && x > 1 && within(row, as, x / 100) && !strchr(written, '%'))
        wr_diag_hint(b->diag, "write %s%% or %g", written, x / 100);
    return false;
}

bool value_read(binder *b, const wr_param *row, enum wr_type as, const node *n, reading *out)
{
    if (!value_kind(b, row, as, n))
        return false;
    if (bind_word(row, n)) {
        word_value(n->text, out);
        return true;
    }
    *out = (reading){0};
    enum quantity_error e = quantity_read(n->text, n->len, as, row->unit, &out->x, &out->whole);
    return e == Q_OK ? value_range(b, row, as, n->at, n->text, out->x) : refuse(b, row, as, n, e);
}

/* ---- types ------------------------------------------------------------------------------------------- */
static bool read_bool(binder *b, const wr_param *row, bool *field, const node *n)
{
    static const char *const words[][3] = {{"true", "True", "TRUE"}, {"false", "False", "FALSE"}, {"on", "On", "ON"},
                                           {"off", "Off", "OFF"},    {"yes", "Yes", "YES"},       {"no", "No", "NO"}};
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 3; k++) {
            if (strcmp(n->text, words[i][k]) == 0) {
                *field = i % 2 == 0;
                return true;
            }
        }
    }
    bind_error(b, n->at, "'%s' of %s must be true or false; '%s' is neither", row->key, b->what,
               value_shown(b, n->text));
    return false;
}

static bool read_choice(binder *b, const wr_param *row, int *field, const node *n)
{
    size_t count = 0;
    text t = {0};
    for (; row->choices && row->choices[count] && count < MOST_CHOICES; count++) {
        if (strcmp(row->choices[count], n->text) == 0) {
            *field = (int)count;
            text_clear(&t);
            return true;
        }
        text_printf(&t, "%s%s", count ? ", " : "", row->choices[count]);
    }
    if (bind_word(row, n)) {
        text_clear(&t);
        *field = -1;
        return true;
    }
    bind_error(b, n->at, "'%s' of %s cannot be '%s'; allowed: %s", row->key, b->what, value_shown(b, n->text),
               t.s ? t.s : "nothing");
    bind_near(b, n->text, row->choices, count);
    text_clear(&t);
    return false;
}

static bool read_text(const wr_param *row, const char **field, const node *n)
{
    *field = bind_word(row, n) ? NULL : n->text;
    return true;
}

/* What a law's parameter is a number of: the quantity that the distribution is of. */
static enum wr_type quantity_type(const binder *b, const wr_param *row)
{
    const wr_param *q = b->where->quantity;
    if (!(row->flags & WR_P_QUANTITY) || !q)
        return row->type;
    return q->of == WR_T_INT ? WR_T_NUMBER : q->of;
}

static bool read_quantity(binder *b, const wr_param *row, double *field, const node *n)
{
    wr_param own = *row;
    reading v;
    own.unit = b->where->quantity->unit;
    own.words = b->where->quantity->words;
    if (!value_read(b, &own, quantity_type(b, row), n, &v))
        return false;
    if (isnan(v.x)) {
        bind_error(b, n->at, "'%s' of %s cannot be '%s'", row->key, b->what, n->text);
        return false;
    }
    *field = v.x;
    return true;
}

static bool read_number(binder *b, const wr_param *row, void *field, const node *n)
{
    reading v;
    if (row->flags & WR_P_QUANTITY && b->where->quantity)
        return read_quantity(b, row, field, n);
    if (!value_read(b, row, row->type, n, &v))
        return false;
    if (row->type == WR_T_INT || row->type == WR_T_DUR)
        *(int64_t *)field = v.whole;
    else
        *(double *)field = v.x;
    return true;
}

bool bind_scalar(binder *b, const wr_param *row, void *field, const node *n)
{
    bind_state(b);
    if (row->type == WR_T_DIST)
        return (*(const wr_dist **)field = dist_read(b, row, n)) || bind_word(row, n);
    if (row->type == WR_T_PROFILE)
        return (*(const wr_profile **)field = profile_read(b, row, n)) || bind_word(row, n);
    if (!value_kind(b, row, quantity_type(b, row), n))
        return false;
    switch (row->type) {
    case WR_T_BOOL: return read_bool(b, row, field, n);
    case WR_T_TEXT: return read_text(row, field, n);
    case WR_T_ENUM: return read_choice(b, row, field, n);
    default: return read_number(b, row, field, n);
    }
}

double wr_text_number(const char *s, enum wr_type as, const char *unit, bool *ok)
{
    double x = NAN;
    size_t len = strlen(s);
    while (len && *s == ' ')
        s++, len--;
    while (len && s[len - 1] == ' ')
        len--;
    *ok = quantity_read(s, len, as, unit, &x, NULL) == Q_OK;
    return *ok ? x : (double)NAN;
}
