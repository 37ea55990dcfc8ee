/* expr.c - rate expressions of t (SCENARIO.md 2.3): compiled once into postfix, valued often.
 *
 * A descent by precedence writes the nodes in the order of a stack machine; an operator whose operands are all
 * constants is worked out at once. Precedence, loosest first: or, and, not, comparisons, + -, * / %, a sign, ^
 * (from the right). Numbers may carry a unit of time (seconds), of a rate (per second), k or M. The first mistake
 * ends the reading. Truth values are 1 and 0, anything but 0 is true; `%` is the remainder that has the sign
 * of the divisor. Bounds over an interval stand in expr_over.c. Truth: tests/unit/test_expr.c. */
#include "expr.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { DEEPEST = 64 };

typedef struct reader {
    wr_arena *arena;
    const char *s;
    size_t len, at;
    double (*param)(void *arg, const char *name, bool *ok);
    void *arg;
    const char *why;
    size_t where;
    expr_node node[EXPR_NODES];
    size_t n, height; /* of the stack behind what is written */
    int depth;
} reader;

static bool fail(reader *r, size_t at, const char *why)
{
    if (!r->why) {
        r->why = why;
        r->where = at;
    }
    return false;
}

/* ---- words ------------------------------------------------------------------------------------------ */
static char look(const reader *r, size_t i)
{
    return i < r->len ? r->s[i] : 0;
}

static bool letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void blank(reader *r)
{
    while (isspace((unsigned char)look(r, r->at)))
        r->at++;
}

static bool mark(reader *r, const char *what)
{
    blank(r);
    size_t n = strlen(what);
    if (n > r->len - r->at || memcmp(r->s + r->at, what, n) != 0)
        return false;
    if (letter(*what) && letter(look(r, r->at + n)))
        return false;
    r->at += n;
    return true;
}

/* ---- postfix ----------------------------------------------------------------------------------------- */
double expr_apply(enum expr_op op, const double *x)
{
    switch (op) {
    case E_NEG: return -x[0];
    case E_NOT: return x[0] == 0;
    case E_ABS: return fabs(x[0]);
    case E_FLOOR: return floor(x[0]);
    case E_CEIL: return ceil(x[0]);
    case E_SQRT: return sqrt(x[0]);
    case E_EXP: return exp(x[0]);
    case E_LOG: return log(x[0]);
    case E_SIN: return sin(x[0]);
    case E_COS: return cos(x[0]);
    case E_ADD: return x[0] + x[1];
    case E_SUB: return x[0] - x[1];
    case E_MUL: return x[0] * x[1];
    case E_DIV: return x[0] / x[1];
    case E_MOD: return x[0] - x[1] * floor(x[0] / x[1]);
    case E_POW: return pow(x[0], x[1]);
    case E_MIN: return x[0] < x[1] || isnan(x[0]) ? x[0] : x[1]; /* what is no number stays none */
    case E_MAX: return x[0] > x[1] || isnan(x[0]) ? x[0] : x[1];
    case E_LT: return x[0] < x[1];
    case E_LE: return x[0] <= x[1];
    case E_GT: return x[0] > x[1];
    case E_GE: return x[0] >= x[1];
    case E_EQ: return x[0] == x[1];
    case E_NE: return x[0] != x[1];
    case E_AND: return x[0] != 0 && x[1] != 0;
    case E_OR: return x[0] != 0 || x[1] != 0;
    case E_IF: return x[0] != 0 ? x[1] : x[2];
    case E_STEP: return x[1] <= x[0] && x[0] < x[2];
    case E_CONST:
    case E_TIME: break;
    }
    return NAN;
}

/* In postfix an operand that ends in a constant is that constant. */
static bool fold(reader *r, enum expr_op op, size_t takes)
{
    double x[3] = {0, 0, 0};
    for (size_t i = 0; i < takes; i++) {
        const expr_node *n = &r->node[r->n - takes + i];
        if (n->op != E_CONST)
            return false;
        x[i] = n->value;
    }
    r->n -= takes;
    r->node[r->n++] = (expr_node){E_CONST, expr_apply(op, x)};
    return true;
}

static bool put(reader *r, enum expr_op op, double value)
{
    size_t takes = (size_t)expr_takes(op);
    r->height += 1 - takes;
    if (takes && r->n >= takes && fold(r, op, takes))
        return true;
    if (r->n == EXPR_NODES)
        return fail(r, r->at, "an expression of more than 1024 terms");
    if (r->height > EXPR_STACK)
        return fail(r, r->at, "nested more than 64 deep");
    r->node[r->n++] = (expr_node){op, value};
    return true;
}

/* ---- numbers and names --------------------------------------------------------------------------------- */
static size_t digits_end(const reader *r, size_t i)
{
    while (isdigit((unsigned char)look(r, i)) || look(r, i) == '.')
        i++;
    size_t k = i + 1 + (look(r, i + 1) == '-' || look(r, i + 1) == '+');
    if ((look(r, i) == 'e' || look(r, i) == 'E') && isdigit((unsigned char)look(r, k)))
        for (i = k; isdigit((unsigned char)look(r, i)); i++)
            ;
    return i;
}

/* Behind a number `/s` is its unit, unless a longer word or a call begins there: 2/sin(t), 6/step. */
static size_t per_end(const reader *r, size_t i)
{
    static const char *const per[] = {"s", "m", "min", "h", "d"};
    size_t end = i + 1;
    if (look(r, i) != '/')
        return i;
    while (letter(look(r, end)))
        end++;
    for (size_t k = 0; k < sizeof per / sizeof *per; k++)
        if (strlen(per[k]) == end - i - 1 && !memcmp(per[k], r->s + i + 1, end - i - 1) && look(r, end) != '(')
            return end;
    return i;
}

static bool read_number(reader *r)
{
    size_t from = r->at, digits = digits_end(r, from), unit = digits;
    while (letter(look(r, unit)) || (look(r, unit) == '.' && isdigit((unsigned char)look(r, unit + 1))))
        unit++;
    size_t end = per_end(r, unit);
    bool count = unit == digits || (unit == digits + 1 && strchr("kM", r->s[digits]));
    enum wr_type type = end > unit ? WR_T_RATE : count ? WR_T_NUMBER : WR_T_DUR;
    double x;
    r->at = end;
    switch (quantity_read(r->s + from, end - from, type, NULL, &x, NULL)) {
    case Q_OK: return put(r, E_CONST, x);
    case Q_RANGE: return fail(r, from, "a number out of range");
    case Q_BAD_UNIT: return fail(r, digits, "an unknown unit; write 1h, 900/s, 1.5k or a bare number");
    default: return fail(r, from, "not a number");
    }
}

static bool read_param(reader *r)
{
    size_t from = r->at++;
    while (letter(look(r, r->at)) || look(r, r->at) == '-')
        r->at++;
    const char *name = arena_copy(r->arena, r->s + from + 1, r->at - from - 1);
    bool ok = true;
    double x = r->param ? r->param(r->arg, name, &ok) : 0;
    if (!r->param || !ok || !*name)
        return fail(r, from, arena_print(r->arena, "there is no parameter '%s' that is a number", name));
    return put(r, E_CONST, x);
}

/* ---- functions ----------------------------------------------------------------------------------------- */
static const struct function { const char *name; enum expr_op op; int args; } functions[] = {
    {"if", E_IF, 3},     {"step", E_STEP, 3}, {"min", E_MIN, 0},   {"max", E_MAX, 0}, {"abs", E_ABS, 1},
    {"floor", E_FLOOR, 1}, {"ceil", E_CEIL, 1}, {"sqrt", E_SQRT, 1}, {"exp", E_EXP, 1}, {"log", E_LOG, 1},
    {"sin", E_SIN, 1},   {"cos", E_COS, 1}};

static bool read_or(reader *r);

static bool right_number(reader *r, const struct function *f, int n, size_t at)
{
    if (!f->args)
        return n > 1 || fail(r, at, arena_print(r->arena, "'%s' takes two or more arguments", f->name));
    return n == f->args || fail(r, at, arena_print(r->arena, "'%s' takes %d argument%s", f->name, f->args,
                                                   f->args == 1 ? "" : "s"));
}

static bool read_arguments(reader *r, const struct function *f, size_t at)
{
    int n = 0;
    if (!mark(r, "("))
        return fail(r, r->at, arena_print(r->arena, "'%s' needs its arguments in parentheses", f->name));
    do {
        if (!read_or(r))
            return false;
        n++;
        if (!f->args && n > 1 && !put(r, f->op, 0))
            return false;
    } while (mark(r, ","));
    if (!mark(r, ")"))
        return fail(r, r->at, "')' is missing");
    return right_number(r, f, n, at) && (!f->args || put(r, f->op, 0));
}

static bool read_name(reader *r)
{
    size_t from = r->at;
    while (letter(look(r, r->at)))
        r->at++;
    size_t n = r->at - from;
    if (n == 1 && r->s[from] == 't')
        return put(r, E_TIME, 0);
    if (n == 2 && !memcmp(r->s + from, "pi", 2))
        return put(r, E_CONST, 3.14159265358979323846);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strlen(functions[i].name) == n && !memcmp(functions[i].name, r->s + from, n))
            return read_arguments(r, &functions[i], from);
    return fail(r, from,
                arena_print(r->arena, "unknown name '%.*s'; known are t, pi, if min max abs floor ceil sqrt exp log "
                            "sin cos step, and parameters as $name", (int)n, r->s + from));
}

/* ---- the grammar ------------------------------------------------------------------------------------------ */
static bool read_term(reader *r)
{
    blank(r);
    char c = look(r, r->at);
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)look(r, r->at + 1))))
        return read_number(r);
    if (c == '$')
        return read_param(r);
    if (isalpha((unsigned char)c))
        return read_name(r);
    if (c != '(')
        return fail(r, r->at, "a number, t, a function or '(' is missing here");
    r->at++;
    return read_or(r) && (mark(r, ")") || fail(r, r->at, "')' is missing"));
}

static bool read_sign(reader *r);

static bool read_power(reader *r)
{
    if (!read_term(r))
        return false;
    return !mark(r, "^") || (read_sign(r) && put(r, E_POW, 0));
}

/* Every level of parentheses, arguments and powers comes through here. */
static bool read_sign(reader *r)
{
    bool minus = false;
    for (;;) {
        if (mark(r, "-"))
            minus = !minus;
        else if (!mark(r, "+"))
            break;
    }
    if (++r->depth > DEEPEST)
        return fail(r, r->at, "nested more than 64 deep");
    bool ok = read_power(r) && (!minus || put(r, E_NEG, 0));
    r->depth--;
    return ok;
}

static bool read_product(reader *r)
{
    if (!read_sign(r))
        return false;
    for (;;) {
        enum expr_op op = mark(r, "*") ? E_MUL : mark(r, "/") ? E_DIV : mark(r, "%") ? E_MOD : E_CONST;
        if (op == E_CONST)
            return true;
        if (!read_sign(r) || !put(r, op, 0))
            return false;
    }
}

static bool read_sum(reader *r)
{
    if (!read_product(r))
        return false;
    for (;;) {
        enum expr_op op = mark(r, "+") ? E_ADD : mark(r, "-") ? E_SUB : E_CONST;
        if (op == E_CONST)
            return true;
        if (!read_product(r) || !put(r, op, 0))
            return false;
    }
}

static bool read_comparison(reader *r)
{
    static const struct { const char *mark; enum expr_op op; } ops[] = {{"<=", E_LE}, {"<", E_LT}, {">=", E_GE},
                                                                        {">", E_GT}, {"==", E_EQ}, {"!=", E_NE}};
    if (!read_sum(r))
        return false;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (mark(r, ops[i].mark))
            return read_sum(r) && put(r, ops[i].op, 0);
    return true;
}

static bool read_not(reader *r)
{
    bool given = false, odd = false;
    while (mark(r, "not")) {
        given = true;
        odd = !odd;
    }
    if (!read_comparison(r))
        return false;
    return !given || (put(r, E_NOT, 0) && (odd || put(r, E_NOT, 0)));
}

static bool read_and(reader *r)
{
    if (!read_not(r))
        return false;
    while (mark(r, "and"))
        if (!read_not(r) || !put(r, E_AND, 0))
            return false;
    return true;
}

static bool read_or(reader *r)
{
    if (!read_and(r))
        return false;
    while (mark(r, "or"))
        if (!read_and(r) || !put(r, E_OR, 0))
            return false;
    return true;
}

expr *expr_compile(wr_arena *a, const char *s, size_t len, double (*param)(void *arg, const char *name, bool *ok),
                   void *arg, const char **why, size_t *at)
{
    reader *r = arena_alloc(a, sizeof *r);
    *r = (reader){.arena = a, .s = s, .len = len, .param = param, .arg = arg};
    if (read_or(r)) {
        blank(r);
        if (r->at < len)
            fail(r, r->at, look(r, r->at) == '=' ? "'=' compares nothing; write '=='"
                                                 : "the expression should end here");
    }
    if (r->why) {
        *why = r->why;
        *at = r->where;
        return NULL;
    }
    expr_node *node = arena_alloc(a, r->n * sizeof *node);
    memcpy(node, r->node, r->n * sizeof *node);
    expr *e = arena_alloc(a, sizeof *e);
    *e = (expr){r->n, node};
    return e;
}

/* ---- value -------------------------------------------------------------------------------------------------- */
double expr_value(const expr *e, double t)
{
    double stack[EXPR_STACK + 4], *top = stack;
    for (size_t i = 0; i < e->n; i++) {
        const expr_node *n = &e->node[i];
        int takes = expr_takes(n->op);
        top -= takes;
        *top = takes ? expr_apply(n->op, top) : n->op == E_TIME ? t : n->value;
        top++;
    }
    return stack[0];
}
