/* rates.c - a rate as users write it: 900/s, or an expression of t such as 100 + 50*sin(2*pi*t/1h).
 *
 * $name inside an expression is a parameter: a number with its unit, or an expression of its own, which is
 * put in its place in parentheses before the whole is compiled. A bare number is refused like any rate
 * without its unit; within an expression numbers mean requests a second.
 * Truth: tests/unit/test_value.c, tests/unit/test_expr.c (the language). */
#include "../engine/engine.h"
#include "value.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { LONGEST = 16384, DEEPEST = 16 };

typedef struct source { /* an expression on its way */
    binder *b;
    const wr_param *row;
    const node *n;
    bool spliced;    /* positions in the text are no longer those of the file */
    bool failed;     /* and it was said why */
} source;

static size_t name_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-')
        n++;
    return isalpha((unsigned char)*s) ? n : 0;
}

/* The longest name that is a parameter: in $a-1 that is `a`, unless there is a parameter `a-1`. */
static const node *param_at(source *s, const char *at, size_t *len)
{
    for (*len = name_length(at); *len; --*len) {
        const char *name = arena_copy(s->b->arena, at, *len);
        for (size_t i = 0; s->b->params && s->b->params->kind == NODE_MAP && i < s->b->params->n; i++) {
            if (strcmp(s->b->params->key[i]->text, name) == 0) {
                s->b->params->key[i]->used = true;
                return bind_deref(s->b, s->b->params->item[i]);
            }
        }
    }
    return NULL;
}

/* Any quantity as a plain number in base units; False: it is none, so perhaps an expression. */
static bool quantity(const char *s, double *x)
{
    static const enum wr_type kinds[] = {WR_T_NUMBER, WR_T_RATE, WR_T_DUR, WR_T_SHARE, WR_T_BYTES};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (quantity_read(s, strlen(s), kinds[i], NULL, x, NULL) == Q_OK)
            return true;
    return false;
}

static void complain(source *s, const char *what, size_t len, const char *name)
{
    if (!s->failed)
        bind_error(s->b, s->n->at, what, (int)len, name);
    s->failed = true;
}

static void splice(source *s, text *out, const char *e, int depth);

static void splice_param(source *s, text *out, const char *name, size_t *len, int depth)
{
    size_t known;
    double x;
    const node *n = param_at(s, name, &known);
    *len = known ? known : *len;
    if (!known) {
        complain(s, "there is no parameter '%.*s'", *len, name);
    } else if (!n) {
        s->failed = true;
    } else if (n->kind != NODE_SCALAR) {
        complain(s, "the parameter '%.*s' is no number or expression", *len, name);
    } else if (depth >= DEEPEST || out->len > LONGEST) {
        complain(s, "the parameter '%.*s' contains itself, or the expression grows too long", *len, name);
    } else if (quantity(n->text, &x)) {
        text_printf(out, x < 0 ? "(%.17g)" : "%.17g", x);
    } else {
        text_puts(out, "(");
        splice(s, out, n->text, depth + 1);
        text_puts(out, ")");
    }
}

static void splice(source *s, text *out, const char *e, int depth)
{
    while (*e && !s->failed) {
        size_t plain = strcspn(e, "$"), len;
        text_add(out, e, plain);
        e += plain;
        if (*e != '$')
            continue;
        len = name_length(e + 1);
        s->spliced = true;
        splice_param(s, out, e + 1, &len, depth);
        e += 1 + len;
    }
}

/* 50% is a half where nothing follows that it could be the remainder of: at the end, or before a mark. */
static size_t percent_length(const char *e)
{
    size_t digits = strspn(e, "0123456789."), gap = e[digits] == '%' ? strspn(e + digits + 1, " ") : 0;
    bool alone = digits && e[digits] == '%' && (!e[digits + 1 + gap] || strchr("),+*/^<>=!", e[digits + 1 + gap]));
    return alone ? digits + 1 : 0;
}

static size_t word_length(const char *e)
{
    size_t n = 0;
    while (isalpha((unsigned char)e[n]) || e[n] == '_' || (n && isdigit((unsigned char)e[n])))
        n++;
    return n;
}

static void shares_as_numbers(source *s, text *out, const char *e)
{
    while (*e) {
        size_t word = word_length(e), share = word ? 0 : percent_length(e), number = strspn(e, "0123456789.");
        if (share) {
            text_printf(out, "(0.01*%.*s)", (int)share - 1, e);
            s->spliced = true;
            e += share;
            continue;
        }
        size_t plain = word ? word : number ? number : 1;
        text_add(out, e, plain);
        e += plain;
    }
}

/* Where in the file the character `at` of the expression stands, if that can be told. */
static wr_pos place(const source *s, size_t at)
{
    wr_pos p = s->n->at;
    if (s->spliced || at > s->n->len || !p.line || p.len < s->n->len)
        return p;
    p.col += (uint32_t)(utf8_columns(s->n->text, at) + s->n->quoted);
    p.len = 1;
    return p;
}

/* Parameters are in place already; none is left to ask for. */
static double no_param(void *arg, const char *name, bool *ok)
{
    (void)arg;
    (void)name;
    *ok = false;
    return 0;
}

static void refuse(const source *s, wr_pos at, const char *why)
{
    bind_error(s->b, at, "'%s' of %s must be a rate such as 900/s, or an expression of t: %s", s->row->key, s->b->what,
               why);
    if (strchr(s->n->text, '(') && !strchr(s->n->text, ')'))
        wr_diag_hint(s->b->diag, "inside { } a comma ends a value: quote the expression");
}

static const wr_profile *read_expression(binder *b, const wr_param *row, const node *n)
{
    source s = {.b = b, .row = row, .n = n};
    text t = {0}, whole = {0};
    const char *why = NULL;
    size_t at = 0;
    splice(&s, &whole, n->text, 0);
    shares_as_numbers(&s, &t, whole.s ? whole.s : "");
    text_clear(&whole);
    expr *e = s.failed ? NULL : expr_compile(b->arena, t.s ? t.s : "", t.len, no_param, NULL, &why, &at);
    if (!e && !s.failed)
        refuse(&s, place(&s, at), why ? why : "it cannot be read");
    text_clear(&t);
    return e ? profile_expr(b->arena, e, b->horizon > 0 ? b->horizon : WR_NEVER) : NULL;
}

const wr_profile *profile_read(binder *b, const wr_param *row, const node *n)
{
    double x;
    reading v;
    if (!value_kind(b, row, WR_T_PROFILE, n))
        return NULL;
    enum quantity_error e = quantity_read(n->text, n->len, WR_T_RATE, row->unit, &x, NULL);
    if (!bind_word(row, n) && e != Q_OK && e != Q_NO_UNIT && e != Q_RANGE)
        return read_expression(b, row, n);
    if (!value_read(b, row, WR_T_RATE, n, &v) || isnan(v.x))
        return NULL;
    return wr_profile_constant(b->arena, v.x);
}
