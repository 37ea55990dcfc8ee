/* expr_over.c - a rate expression over an interval of time: bounds that hold, and whether it is tame there.
 *
 * Interval arithmetic: every operator maps the intervals of its operands to one that contains all its values. An
 * operator is tame where it is smooth and changes slowly: a comparison, a step, a floor, a minimum only where it is
 * decided the same way throughout, a sine within a radian, a quotient, a root, a logarithm or a power while
 * its argument keeps within half of its size. A branch that is not taken does not count. Tame over an interval
 * is tame over every part of it, so profile_expr.c may search for the end of a tame stretch by bisection, and
 * nothing narrow between two samples is ever missed. Bounds are as wide as the same variable standing twice makes
 * them. Truth: tests/unit/test_expr.c. */
#include "expr.h"
#include <math.h>

typedef expr_range range;

static const double two_pi = 6.28318530717958647692, half_pi = 1.57079632679489661923;
enum { GENTLE_POWER = 4 };
static const double RADIAN = 1, HALF = 1.5;

static range all(void)
{
    return (range){-INFINITY, INFINITY, false};
}

/* In order, and without NaN, which the corners of infinite intervals make. */
static range hull(const double *x, int n, bool tame)
{
    range r = {x[0], x[0], tame};
    for (int i = 0; i < n; i++) {
        if (isnan(x[i]))
            return all();
        r.lo = fmin(r.lo, x[i]);
        r.hi = fmax(r.hi, x[i]);
    }
    return r;
}

static bool keeps_size(range a)
{
    return a.lo == a.hi || (a.lo > 0 && a.hi <= HALF * a.lo) || (a.hi < 0 && a.lo >= HALF * a.hi);
}

static bool has_zero(range a)
{
    return a.lo <= 0 && a.hi >= 0;
}

/* ---- of one ------------------------------------------------------------------------------------------------- */
/* Where it is decided it is constant, however its operand turns. */
static range whole(double lo, double hi)
{
    return (range){lo, hi, lo == hi};
}

static bool endless(range a)
{
    return isinf(a.lo) || isinf(a.hi);
}

static range wave(range a, double crest) /* cos: crests at multiples of 2 pi; sin: a quarter later */
{
    if (endless(a)) /* of infinity it is no number, of which no comparison holds */
        return all();
    if (!(a.hi - a.lo < two_pi))
        return (range){-1, 1, false};
    double from = (a.lo - crest) / two_pi, to = (a.hi - crest) / two_pi;
    double x[] = {cos(a.lo - crest), cos(a.hi - crest)};
    range r = hull(x, 2, a.tame && a.hi - a.lo <= RADIAN);
    if (floor(to) > floor(from) || from == floor(from))
        r.hi = 1;
    if (floor(to - 0.5) > floor(from - 0.5))
        r.lo = -1;
    return r;
}

static range root_or_log(enum expr_op op, range a)
{
    if (a.lo < 0 || (op == E_LOG && a.lo == 0))
        return all();
    double x[] = {op == E_LOG ? log(a.lo) : sqrt(a.lo), op == E_LOG ? log(a.hi) : sqrt(a.hi)};
    return hull(x, 2, a.tame && keeps_size(a));
}

static range absolute(range a)
{
    if (!has_zero(a))
        return a.lo > 0 ? a : (range){-a.hi, -a.lo, a.tame};
    return (range){0, fmax(-a.lo, a.hi), a.tame && (a.lo == 0 || a.hi == 0)};
}

static range of_one(enum expr_op op, range a)
{
    switch (op) {
    case E_NEG: return (range){-a.hi, -a.lo, a.tame};
    case E_NOT: return whole(a.lo == 0 && a.hi == 0, has_zero(a));
    case E_ABS: return absolute(a);
    case E_FLOOR: return whole(floor(a.lo), floor(a.hi));
    case E_CEIL: return whole(ceil(a.lo), ceil(a.hi));
    case E_EXP: return (range){exp(a.lo), exp(a.hi), a.tame && a.hi - a.lo <= RADIAN};
    case E_SIN: return wave(a, half_pi);
    case E_COS: return wave(a, 0);
    default: return root_or_log(op, a);
    }
}

/* ---- of two ------------------------------------------------------------------------------------------------- */
static range times(range a, range b)
{
    double x[] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
    return hull(x, 4, a.tame && b.tame);
}

static range over(range a, range b)
{
    if (has_zero(b))
        return all();
    double x[] = {a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi};
    return hull(x, 4, a.tame && b.tame && keeps_size(b));
}

static range rest(range a, range b)
{
    if (has_zero(b) || endless(a))
        return all();
    bool same = a.tame && b.tame && b.lo == b.hi && floor(a.lo / b.lo) == floor(a.hi / b.lo);
    if (same) {
        double turns = b.lo * floor(a.lo / b.lo);
        return (range){a.lo - turns, a.hi - turns, true};
    }
    return b.lo > 0 ? (range){0, b.hi, false} : (range){b.lo, 0, false};
}

/* Negative bases too; with a power below 0 the base keeps off zero. */
static range whole_power(range a, double n, bool tame)
{
    if (n < 0 && has_zero(a))
        return all();
    double x[] = {pow(a.lo, n), pow(a.hi, n), has_zero(a) ? pow(0, n) : pow(a.lo, n)};
    return hull(x, 3, tame && (keeps_size(a) || (n >= 0 && n <= GENTLE_POWER)));
}

static range power(range a, range b)
{
    bool tame = a.tame && b.tame;
    if (b.lo == b.hi && b.lo == floor(b.lo))
        return whole_power(a, b.lo, tame);
    if (a.lo < 0 || (a.lo == 0 && b.lo <= 0))
        return all();
    double x[] = {pow(a.lo, b.lo), pow(a.lo, b.hi), pow(a.hi, b.lo), pow(a.hi, b.hi)};
    return hull(x, 4, tame && keeps_size(a) && b.hi - b.lo <= RADIAN);
}

static range least(range a, range b)
{
    if (a.hi <= b.lo)
        return a;
    if (b.hi <= a.lo)
        return b;
    return (range){fmin(a.lo, b.lo), fmin(a.hi, b.hi), false};
}

static range negative(range a)
{
    return (range){-a.hi, -a.lo, a.tame};
}

/* Surely true, surely false, or either. */
static range truth(bool surely, bool possibly)
{
    return (range){surely, possibly, surely == possibly};
}

static range compared(enum expr_op op, range a, range b)
{
    bool point = a.lo == a.hi && b.lo == b.hi && a.lo == b.lo;
    bool meet = a.lo <= b.hi && b.lo <= a.hi;
    switch (op) {
    case E_LT: return truth(a.hi < b.lo, a.lo < b.hi);
    case E_LE: return truth(a.hi <= b.lo, a.lo <= b.hi);
    case E_GT: return truth(a.lo > b.hi, a.hi > b.lo);
    case E_GE: return truth(a.lo >= b.hi, a.hi >= b.lo);
    case E_EQ: return truth(point, meet);
    default: return truth(!meet, !point);
    }
}

static range joined(enum expr_op op, range a, range b)
{
    bool a_sure = !has_zero(a), b_sure = !has_zero(b), a_can = a.lo != 0 || a.hi != 0, b_can = b.lo != 0 || b.hi != 0;
    return op == E_AND ? truth(a_sure && b_sure, a_can && b_can) : truth(a_sure || b_sure, a_can || b_can);
}

static range of_two(enum expr_op op, range a, range b)
{
    switch (op) {
    case E_ADD: return hull((double[]){a.lo + b.lo, a.hi + b.hi}, 2, a.tame && b.tame);
    case E_SUB: return hull((double[]){a.lo - b.hi, a.hi - b.lo}, 2, a.tame && b.tame);
    case E_MUL: return times(a, b);
    case E_DIV: return over(a, b);
    case E_MOD: return rest(a, b);
    case E_POW: return power(a, b);
    case E_MIN: return least(a, b);
    case E_MAX: return negative(least(negative(a), negative(b)));
    case E_AND:
    case E_OR: return joined(op, a, b);
    default: return compared(op, a, b);
    }
}

static range of_three(enum expr_op op, const range *x)
{
    if (op == E_STEP)
        return joined(E_AND, compared(E_LE, x[1], x[0]), compared(E_LT, x[0], x[2]));
    if (x[0].tame && !has_zero(x[0]))
        return x[1];
    if (x[0].tame && x[0].lo == 0 && x[0].hi == 0)
        return x[2];
    return (range){fmin(x[1].lo, x[2].lo), fmax(x[1].hi, x[2].hi), false};
}

expr_range expr_over(const expr *e, double from, double to)
{
    range stack[EXPR_STACK + 4], *top = stack;
    for (size_t i = 0; i < e->n; i++) {
        const expr_node *n = &e->node[i];
        int takes = expr_takes(n->op);
        top -= takes;
        if (takes == 0)
            *top = n->op == E_TIME ? (range){from, to, true} : (range){n->value, n->value, !isnan(n->value)};
        else
            *top = takes == 1   ? of_one(n->op, top[0])
                   : takes == 2 ? of_two(n->op, top[0], top[1])
                                : of_three(n->op, top);
        top++;
    }
    return stack[0];
}
