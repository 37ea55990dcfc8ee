/* formula.c - metric expressions (SCENARIO.md 8.3): read once into postfix, valued often.
 *
 * A descent over the grammar, one function a rule, that writes constants, atoms and operators in the order in
 * which a stack machine wants them. Every mistake is one diagnostic that underlines the words at fault: the
 * first one ends the reading. Names are only split here; whether an owner has such a metric is the loader's
 * question. Quantiles keep their digits (p999 is 0.999; p5 is 5 %), values become base units.
 * Left out: a sign before an owner. Truth: tests/unit/test_formula.c. */
#include "base.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 256, MOST_ATOMS = 64, DEEPEST = 64 };

typedef struct reader {
    wr_arena *arena;
    wr_diag *diag;
    wr_formula *f;
    const char *s;
    size_t at, begin; /* begin: of the word read last */
    formula_node node[MOST_NODES];
    formula_atom atom[MOST_ATOMS];
    size_t nodes, atoms;
    int depth;
    bool failed;
} reader;

/* ---- messages --------------------------------------------------------------------------------------- */
static wr_pos place(const reader *r, size_t from, size_t to)
{
    wr_pos p = r->f->at;
    p.col += (uint32_t)utf8_columns(r->s, from);
    p.len = (uint32_t)utf8_columns(r->s + from, to - from);
    p.len += !p.len;
    return p;
}

static bool fail(reader *r, size_t from, size_t to, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static bool fail(reader *r, size_t from, size_t to, const char *fmt, ...)
{
    if (r->failed)
        return false;
    r->failed = true;
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    wr_diag_add(r->diag, WR_ERROR, place(r, from, to), "%s", t.s ? t.s : "");
    text_clear(&t);
    return false;
}

/* ---- words ------------------------------------------------------------------------------------------ */
static void blank(reader *r)
{
    while (isspace((unsigned char)r->s[r->at]))
        r->at++;
    r->begin = r->at;
}

static bool letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Takes the mark if it comes next. */
static bool mark(reader *r, const char *what)
{
    blank(r);
    size_t n = strlen(what);
    if (strncmp(r->s + r->at, what, n) != 0)
        return false;
    r->at += n;
    return true;
}

static bool keyword(reader *r, const char *word)
{
    blank(r);
    size_t n = strlen(word);
    if (strncmp(r->s + r->at, word, n) != 0 || letter(r->s[r->at + n]))
        return false;
    r->at += n;
    return true;
}

/* Letters, digits, underscores, and hyphens where names may have them. */
static char *word(reader *r, bool hyphens)
{
    r->begin = r->at;
    while (letter(r->s[r->at]) || (hyphens && r->s[r->at] == '-'))
        r->at++;
    return arena_copy(r->arena, r->s + r->begin, r->at - r->begin);
}

/* What stands at the place of an error, as one word. */
static size_t word_end(const reader *r, size_t at)
{
    size_t end = at;
    while (r->s[end] && !isspace((unsigned char)r->s[end]) && !strchr("()", r->s[end]))
        end++;
    return end;
}

/* ---- values ------------------------------------------------------------------------------------------- */
static size_t digits_end(const char *s, size_t i)
{
    while (isdigit((unsigned char)s[i]) || s[i] == '.')
        i++;
    size_t k = i + 1 + (s[i] && (s[i + 1] == '-' || s[i + 1] == '+'));
    if ((s[i] == 'e' || s[i] == 'E') && isdigit((unsigned char)s[k])) {
        i = k;
        while (isdigit((unsigned char)s[i]))
            i++;
    }
    return i;
}

static bool one_of(const char *s, size_t len, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == len && memcmp(*names, s, len) == 0)
            return true;
    return false;
}

/* Letters, and the points of 1m30.5s. */
static size_t letters_end(const char *s, size_t i)
{
    while (letter(s[i]) || (s[i] == '.' && isdigit((unsigned char)s[i + 1])))
        i++;
    return i;
}

/* Where the unit behind the digits ends. `2/s` has one, `2/s.latency` divides. */
static size_t unit_end(const char *s, size_t i, bool *money)
{
    static const char *const per[] = {"s", "m", "min", "h", "d", NULL}, *const usd[] = {"USD", NULL},
                      *const sizes[] = {"B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", NULL};
    i = letters_end(s, i);
    if (s[i] != '/' && s[i] != ' ')
        return i + (s[i] == '%');
    size_t from = i + 1, to = from;
    while (letter(s[to]))
        to++;
    if (strspn(s + to, ".:-"))
        return i;
    *money = s[i] == ' ' && one_of(s + from, to - from, usd);
    return *money || one_of(s + from, to - from, s[i] == '/' ? per : sizes) ? to : i;
}

/* A number alone, a share, a rate, a count with k or M, a time or a size: the unit tells. */
static enum quantity_error valued(const char *s, size_t digits, size_t len, double *x)
{
    const char *unit = s + digits;
    size_t n = len - digits;
    if (!n || (n == 1 && strchr("kM", *unit)))
        return quantity_read(s, len, WR_T_NUMBER, NULL, x, NULL);
    if (memchr(unit, '/', n))
        return quantity_read(s, len, WR_T_RATE, NULL, x, NULL);
    if (unit[n - 1] == '%')
        return quantity_read(s, len, WR_T_SHARE, NULL, x, NULL);
    enum quantity_error e = quantity_read(s, len, WR_T_BYTES, NULL, x, NULL);
    return e == Q_OK ? e : quantity_read(s, len, WR_T_DUR, NULL, x, NULL);
}

static bool read_value(reader *r, double *x)
{
    const char *s = r->s;
    bool money = false;
    size_t from = r->at, sign = s[from] == '-' || s[from] == '+', digits = digits_end(s, from + sign);
    size_t end = unit_end(s, digits, &money);
    r->at = end;
    enum quantity_error e = valued(s + from, digits - from, (money ? digits : end) - from, x);
    if (e == Q_OK && (!money || s[digits] == ' '))
        return true;
    if (e == Q_RANGE)
        return fail(r, from, end, "'%.*s' is out of range", (int)(end - from), s + from);
    return fail(r, from, end, "'%.*s' is no value; write 300ms, 0.1%%, 2/s, 4 KB, 1.5k or 0.2 USD", (int)(end - from),
                s + from);
}

static bool value_next(const reader *r)
{
    const char *s = r->s + r->at;
    s += *s == '-' || *s == '+';
    return isdigit((unsigned char)*s) || (*s == '.' && isdigit((unsigned char)s[1]));
}

/* ---- postfix ------------------------------------------------------------------------------------------ */
static bool put(reader *r, formula_node n)
{
    if (r->nodes == MOST_NODES)
        return fail(r, r->begin, word_end(r, r->begin), "an expression of more than %d terms", MOST_NODES / 2);
    r->node[r->nodes++] = n;
    return true;
}

/* ---- atoms ---------------------------------------------------------------------------------------------- */
static bool percentile(const char *s, double *q)
{
    size_t n = strspn(s + (*s == 'p'), "0123456789");
    if (*s != 'p' || n < 1 || n > 4 || s[1 + n])
        return false;
    double x = 0, scale = n == 1 ? 10 : 1;
    for (const char *d = s + 1; *d; d++) {
        x = x * 10 + (*d - '0');
        scale *= 10;
    }
    *q = x / scale;
    return true;
}

static bool above(reader *r, formula_atom *a)
{
    a->stat = F_ABOVE;
    if (!mark(r, "("))
        return fail(r, r->at, r->at, "'above' needs a value: above(300ms)");
    blank(r);
    if (!value_next(r))
        return fail(r, r->at, word_end(r, r->at), "'above' needs a value: above(300ms)");
    if (!read_value(r, &a->arg))
        return false;
    return mark(r, ")") || fail(r, r->at, r->at, "')' is missing behind the value of 'above'");
}

static bool read_stat(reader *r, formula_atom *a)
{
    static const char *const names[] = {"mean", "sd", "min", "max", "sum", "rate", "count", "last", "above"};
    const char *s = word(r, false);
    if (percentile(s, &a->arg)) {
        a->stat = F_QUANTILE;
        return true;
    }
    size_t from = r->begin;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(s, names[i]) != 0)
            continue;
        a->stat = (enum formula_stat)(F_MEAN + i);
        if (i < 8)
            return true;
        return above(r, a);
    }
    if (!*s)
        return fail(r, r->at, r->at, "a statistic is missing behind the point");
    fail(r, from, r->at, "unknown statistic '%s'; allowed: mean sd min max sum rate count last pNN above(VALUE)", s);
    const char *best = near_best(s, names, sizeof names / sizeof *names);
    if (best)
        wr_diag_hint(r->diag, "did you mean '%s'?", best);
    return false;
}

/* The statistic of F_MEAN + i is in the order of the names. */
_Static_assert(F_SD == F_MEAN + 1 && F_SUM == F_MEAN + 4 && F_LAST == F_MEAN + 7 && F_ABOVE == F_MEAN + 9,
               "the order of statistics");

/* Some of CloudWatch's names have a point, as in GetRecords.Bytes; a statistic never begins with a capital letter. */
static const char *metric_name(reader *r)
{
    const char *name = word(r, false);
    size_t from = r->begin;
    if (!*name || r->s[r->at] != '.' || !isupper((unsigned char)r->s[r->at + 1]))
        return name;
    r->at++;
    word(r, false);
    return arena_copy(r->arena, r->s + from, r->at - from);
}

static bool read_metric(reader *r, formula_atom *a, size_t from)
{
    if (r->s[r->at] == ':') {
        r->at++;
        a->part = word(r, true);
        if (!*a->part)
            return fail(r, r->at, r->at, "the name of a part is missing behind '%s:'", a->owner);
    }
    if (r->s[r->at] != '.')
        return fail(r, from, r->at, "'%s' alone is no metric; write %s.METRIC, such as %s.latency.p99", a->owner,
                    a->owner, a->owner);
    r->at++;
    a->metric = metric_name(r);
    if (!*a->metric)
        return fail(r, r->at, r->at, "the name of a metric is missing behind '%.*s'", (int)(r->at - from),
                    r->s + from);
    a->at = place(r, from, r->at);
    if (r->s[r->at] != '.')
        return true;
    r->at++;
    return read_stat(r, a);
}

static bool read_atom(reader *r)
{
    size_t from = r->at;
    formula_atom a = {.owner = word(r, true), .comp = -2, .metric_row = -1};
    if (!read_metric(r, &a, from))
        return false;
    if (r->atoms == MOST_ATOMS)
        return fail(r, from, r->at, "an expression of more than %d metrics", MOST_ATOMS);
    r->atom[r->atoms++] = a;
    return put(r, (formula_node){.op = FN_ATOM, .atom = r->atoms - 1});
}

/* ---- the grammar ------------------------------------------------------------------------------------------ */
static bool read_sum(reader *r);

static bool read_term(reader *r)
{
    blank(r);
    double x;
    if (value_next(r))
        return read_value(r, &x) && put(r, (formula_node){.op = FN_CONST, .value = x});
    if (isalpha((unsigned char)r->s[r->at]))
        return read_atom(r);
    size_t open = r->at;
    if (!mark(r, "("))
        return fail(r, r->at, word_end(r, r->at), "a value or a metric (OWNER.METRIC) is missing here");
    if (++r->depth > DEEPEST)
        return fail(r, open, open + 1, "parentheses nested more than %d deep", DEEPEST);
    if (!read_sum(r))
        return false;
    r->depth--;
    return mark(r, ")") || fail(r, open, open + 1, "this '(' has no ')'");
}

static bool read_product(reader *r)
{
    if (!read_term(r))
        return false;
    for (;;) {
        bool times = mark(r, "*");
        if (!times && !mark(r, "/"))
            return true;
        if (!read_term(r) || !put(r, (formula_node){.op = times ? FN_MUL : FN_DIV}))
            return false;
    }
}

static bool read_sum(reader *r)
{
    if (!read_product(r))
        return false;
    for (;;) {
        bool plus = mark(r, "+");
        if (!plus && !mark(r, "-"))
            return true;
        if (!read_product(r) || !put(r, (formula_node){.op = plus ? FN_ADD : FN_SUB}))
            return false;
    }
}

static formula_node *side(reader *r, size_t *n)
{
    formula_node *copy = arena_alloc(r->arena, (r->nodes + 1) * sizeof *copy);
    memcpy(copy, r->node, r->nodes * sizeof *copy);
    *n = r->nodes;
    r->nodes = 0;
    return copy;
}

static bool read_comparison(reader *r)
{
    static const struct { const char *mark; enum formula_op op; } ops[] = {
        {"<=", F_LE}, {"<", F_LT}, {">=", F_GE}, {">", F_GT}, {"==", F_EQ}, {"!=", F_NE}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!mark(r, ops[i].mark))
            continue;
        r->f->op = ops[i].op;
        if (!read_sum(r))
            return false;
        r->f->bound = side(r, &r->f->bound_nodes);
        return true;
    }
    if (mark(r, "="))
        return fail(r, r->begin, r->at, "'=' compares nothing; write '=='");
    return true;
}

static bool read_time(reader *r, const char *after, wr_dur *t)
{
    double x;
    blank(r);
    size_t from = r->at, end = letters_end(r->s, digits_end(r->s, from));
    r->at = end;
    if (end > from && quantity_read(r->s + from, end - from, WR_T_DUR, NULL, &x, t) == Q_OK)
        return true;
    end = end > from ? end : word_end(r, from);
    return fail(r, from, end, "a time with its unit belongs behind '%s', such as '%s 5m'", after, after);
}

static bool read_over(reader *r)
{
    if (!keyword(r, "over"))
        return true;
    size_t from = r->begin;
    if (!read_time(r, "over", &r->f->over))
        return false;
    if (r->f->over == 0)
        return fail(r, from, r->at, "a window of no length; 'over' needs a time above 0s");
    return r->f->op != F_NONE || fail(r, from, r->at, "'over' needs a comparison: the worst window is judged by it");
}

static bool read_interval(reader *r)
{
    if (!keyword(r, "from"))
        return true;
    size_t from = r->begin;
    if (!read_time(r, "from", &r->f->from))
        return false;
    if (!keyword(r, "to"))
        return true;
    return read_time(r, "to", &r->f->to) &&
           (r->f->to > r->f->from || fail(r, from, r->at, "the interval ends before it begins"));
}

static bool read_all(reader *r)
{
    if (!read_sum(r))
        return false;
    r->f->node = side(r, &r->f->nodes);
    if (!read_comparison(r) || !read_over(r) || !read_interval(r))
        return false;
    blank(r);
    if (!r->s[r->at])
        return true;
    size_t end = word_end(r, r->at);
    end += end == r->at;
    return fail(r, r->at, end, "'%.*s' is not expected here", (int)(end - r->at), r->s + r->at);
}

wr_formula *formula_parse(wr_arena *a, const char *s, wr_pos at, wr_diag *d)
{
    wr_formula *f = arena_alloc(a, sizeof *f);
    *f = (wr_formula){.text = arena_copy(a, s, strlen(s)), .at = at, .from = -1, .to = -1};
    reader *r = memory_get(sizeof *r);
    *r = (reader){.arena = a, .diag = d, .f = f, .s = f->text};
    bool ok = read_all(r);
    f->atoms = r->atoms;
    f->atom = arena_alloc(a, (r->atoms + 1) * sizeof *f->atom);
    memcpy(f->atom, r->atom, r->atoms * sizeof *f->atom);
    free(r);
    return ok ? f : NULL;
}

/* ---- value -------------------------------------------------------------------------------------------------- */
double formula_value(const wr_formula *f, const formula_node *of, size_t n, const double *atoms)
{
    double stack[MOST_NODES];
    size_t top = 0;
    (void)f;
    for (size_t i = 0; i < n; i++) {
        if (of[i].op == FN_CONST || of[i].op == FN_ATOM) {
            stack[top++] = of[i].op == FN_CONST ? of[i].value : atoms[of[i].atom];
            continue;
        }
        double b = stack[--top], a = stack[--top];
        stack[top++] = of[i].op == FN_ADD ? a + b : of[i].op == FN_SUB ? a - b : of[i].op == FN_MUL ? a * b : a / b;
    }
    return n ? stack[0] : NAN;
}

bool formula_holds(enum formula_op op, double left, double right)
{
    switch (op) {
    case F_LT: return left < right;
    case F_LE: return left <= right;
    case F_GT: return left > right;
    case F_GE: return left >= right;
    case F_EQ: return left == right;
    case F_NE: return left != right && !isnan(left) && !isnan(right);
    case F_NONE: break;
    }
    return false;
}
