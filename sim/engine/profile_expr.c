/* profile_expr.c - following a rate expression: its integral, inverted piece by piece.
 *
 * Time is cut into stretches on which the expression is tame (expr_over.c): no jump, no kink, no fast turn. Where one
 * ends is found by bisection of interval bounds, down to the nanosecond, so a pulse between two samples is never
 * missed. On a stretch the rate is a polynomial through eight Chebyshev points, checked between them to 1e-8 of its
 * size; its integral is known and inverted by Newton steps within a bracket. Integrating a deterministic rate up to
 * exponential amounts is what thinning does too, without a bound that could prove too low and without rejected
 * draws; it costs a polynomial per arrival, the expression itself a few values per stretch. The stretch is kept in the
 * caller's cursor. A nanosecond that holds a jump has the rate of its middle. Where bounds decide nothing however short
 * the stretch (x - x > 0), lengths grow again and the check between the points alone decides. A rate that is
 * not a finite number breaks the cursor. Truth: tests/unit/test_profile.c. */
#include "profile.h"
#include <math.h>
#include <stdlib.h>

enum { POINTS = 8, PATIENCE = 8, MOST_STRETCHES = 2000000, MOST_PARTS = 1 << 13 };
static const double closeness = 1e-8, most_requests = 1e5;
static const double negligible = 1e-12; /* requests in a stretch: near a zero the rounding of the rate is all there is */

const wr_profile *profile_expr(wr_arena *a, const expr *e, wr_dur horizon)
{
    wr_profile *p = arena_alloc(a, sizeof *p);
    *p = (wr_profile){.kind = PROFILE_EXPR, .e = e, .horizon = horizon};
    return p;
}

bool wr_cursor_broken(const wr_cursor *c)
{
    return c->broken;
}

static double rate_at(const wr_profile *p, double ns, bool *broken)
{
    double x = expr_value(p->e, ns / 1e9);
    if (!isfinite(x))
        *broken = true;
    return isfinite(x) && x > 0 ? x : 0;
}

double profile_expr_rate(const wr_profile *p, wr_time t)
{
    bool broken = false;
    return rate_at(p, (double)t, &broken);
}

/* ---- the polynomial -------------------------------------------------------------------------------------- */
static double series(const double *c, int n, double x) /* Clenshaw's sum of c[k] T_k(x) */
{
    double b = 0, last = 0;
    for (int k = n - 1; k > 0; k--) {
        double next = 2 * x * b - last + c[k];
        last = b;
        b = next;
    }
    return x * b - last + c[0];
}

static void fit(wr_cursor *c, const double *f)
{
    /* cos(pi m / 16) */
    static const double cosine[] = {1, 0.98078528040323044913, 0.92387953251128675613, 0.83146961230254523708,
                                    0.70710678118654752440, 0.55557023301960222474, 0.38268343236508977173,
                                    0.19509032201612826785, 0};
    for (int k = 0; k < POINTS; k++) {
        c->rate[k] = 0;
        for (int j = 0; j < POINTS; j++) {
            int m = k * (2 * j + 1) % 32;
            m = m > 16 ? 32 - m : m;
            c->rate[k] += f[j] * (m > 8 ? -cosine[16 - m] : cosine[m]) * (k ? 2.0 : 1.0) / POINTS;
        }
    }
}

static void integrate(wr_cursor *c)
{
    double half = (double)(c->to - c->from) / 2e9, sign = 1;
    const double *a = c->rate;
    c->sum[0] = 0;
    for (int k = 1; k <= POINTS; k++, sign = -sign) {
        double next = k + 1 < POINTS ? a[k + 1] : 0;
        c->sum[k] = half * (k == 1 ? a[0] - next / 2 : (a[k - 1] - next) / (2 * k));
        c->sum[0] += sign * c->sum[k];
    }
}

/* The eight points in the order of cos(pi (j + 1/2) / 8). */
static const double points[POINTS] = {0.98078528040323044913, 0.83146961230254523708, 0.55557023301960222474,
                                      0.19509032201612826785, -0.19509032201612826785, -0.55557023301960222474,
                                      -0.83146961230254523708, -0.98078528040323044913};

static double moment(const wr_cursor *c, double x)
{
    return (double)c->from + (double)(c->to - c->from) * (x + 1) / 2;
}

/* False: the polynomial is not close enough between the points. */
static bool approximate(const wr_profile *p, wr_cursor *c)
{
    static const double between[] = {-0.999, -0.7, -0.38, 0, 0.4, 0.72, 0.999};
    double f[POINTS], most = 0;
    for (int j = 0; j < POINTS; j++) {
        f[j] = rate_at(p, moment(c, c->to - c->from > 1 ? points[j] : 0), &c->broken);
        most = fmax(most, f[j]);
    }
    fit(c, f);
    for (size_t i = 0; c->to - c->from > 1 && i < sizeof between / sizeof *between; i++) {
        double x = rate_at(p, moment(c, between[i]), &c->broken), miss = fabs(series(c->rate, POINTS, between[i]) - x);
        if (!(miss <= closeness * fmax(most, x) || miss * (double)(c->to - c->from) / 1e9 <= negligible))
            return false;
    }
    integrate(c);
    return true;
}

/* ---- stretches --------------------------------------------------------------------------------------------- */
static bool tame(const wr_profile *p, wr_time from, wr_time to, bool *nothing)
{
    expr_range r = expr_over(p->e, (double)from / 1e9, (double)to / 1e9);
    *nothing = r.hi <= 0;
    return r.hi <= 0 || (r.tame && r.lo >= 0 && r.hi < INFINITY);
}

/* The longest tame stretch from t, at most w, to a millionth; 0: not even a nanosecond. */
static wr_dur tame_length(const wr_profile *p, wr_time t, wr_dur w, bool *nothing)
{
    wr_dur good = 0, bad = w;
    bool empty;
    if (tame(p, t, t + w, nothing))
        return w;
    while (bad - good > 1 && bad - good > good >> 20) {
        wr_dur mid = good + (bad - good) / 2;
        if (tame(p, t, t + mid, &empty)) {
            good = mid;
            *nothing = empty;
        } else {
            bad = mid;
        }
    }
    return good;
}

static void stretch_of(const wr_profile *p, wr_cursor *c, wr_time t, wr_dur w)
{
    c->from = t;
    c->to = t + w;
    while (!approximate(p, c) || (c->to - c->from > 1 && c->sum[0] + c->sum[1] > most_requests))
        c->to = c->from + (c->to - c->from + 1) / 2;
}

/* How far to go where nothing is sure: a nanosecond at a jump, further and further where doubt does not end. */
static wr_dur doubtful_length(const wr_cursor *c, wr_dur most)
{
    unsigned bits = c->doubtful > PATIENCE ? c->doubtful - PATIENCE : 0;
    wr_dur w = bits < 62 ? (wr_dur)1 << bits : most;
    return w < most ? w : most;
}

/* Puts the stretch that begins at t into the cursor: `w` long if it can be, and never past the horizon. */
static void stretch_from(const wr_profile *p, wr_cursor *c, wr_time t, wr_dur w)
{
    bool nothing = false;
    w = w < p->horizon - t ? w : p->horizon - t;
    wr_dur sure = tame_length(p, t, w, &nothing);
    if (sure && nothing) {
        *c = (wr_cursor){.from = t, .to = t + sure, .broken = c->broken};
        return;
    }
    c->doubtful = sure ? 0 : c->doubtful + 1;
    if (!sure)
        sure = doubtful_length(c, w);
    stretch_of(p, c, t, sure);
    for (wr_dur got = c->to - c->from; c->doubtful > PATIENCE && sure > got; sure /= 2)
        c->doubtful--;
}

static double x_of(const wr_cursor *c, wr_time t)
{
    return 2 * ((double)(t - c->from) / (double)(c->to - c->from)) - 1;
}

/* Where the integral reaches `goal`, between x and 1. */
static double solve(const wr_cursor *c, double x, double goal)
{
    double lo = x, hi = 1, half = (double)(c->to - c->from) / 2e9;
    double begin = series(c->sum, POINTS + 1, lo), end = series(c->sum, POINTS + 1, hi);
    x = end > begin ? lo + (hi - lo) * (goal - begin) / (end - begin) : hi;
    for (int i = 0; i < 100; i++) {
        double miss = series(c->sum, POINTS + 1, x) - goal, speed = half * series(c->rate, POINTS, x);
        if (miss > 0)
            hi = x;
        else
            lo = x;
        double next = speed > 0 ? x - miss / speed : hi;
        next = next > lo && next < hi ? next : lo + (hi - lo) / 2;
        if (fabs(next - x) <= 1e-15 || miss == 0)
            break;
        x = next;
    }
    return x;
}

static bool covers(const wr_cursor *c, wr_time t)
{
    return c->from <= t && t < c->to;
}

static void advance(const wr_profile *p, wr_cursor *c, wr_time t)
{
    wr_dur last = c->to == t && c->to > c->from ? c->to - c->from : WR_S / 2;
    stretch_from(p, c, t, last < WR_NEVER / 4 ? 2 * last : last);
}

wr_time profile_expr_reach(const wr_profile *p, wr_cursor *c, wr_time t, double need)
{
    for (int i = 0; t < p->horizon; t = c->to, i++) {
        if (i == MOST_STRETCHES) {
            c->broken = true;
            break;
        }
        if (!covers(c, t))
            advance(p, c, t);
        double x = x_of(c, t), begin = series(c->sum, POINTS + 1, x), end = series(c->sum, POINTS + 1, 1);
        if (end > begin && end - begin + profile_crumb >= need) {
            double at = solve(c, x, fmin(begin + need, end));
            wr_time when = profile_later(c->from, (at + 1) / 2 * (double)(c->to - c->from));
            return when < t ? t : when;
        }
        need -= fmax(0, end - begin);
    }
    return WR_NEVER;
}

double profile_expr_integral(const wr_profile *p, wr_time from, wr_time to)
{
    wr_cursor c = {0};
    double sum = 0;
    to = to < p->horizon ? to : p->horizon;
    for (int i = 0; from < to && i < MOST_STRETCHES; from = c.to, i++) {
        wr_profile part = *p;
        part.horizon = to;
        stretch_from(&part, &c, from, i ? 2 * (c.to - c.from) : to - from);
        sum += series(c.sum, POINTS + 1, 1);
    }
    return sum;
}

/* ---- the peak ------------------------------------------------------------------------------------------------ */
typedef struct part { double from, to; } part;

static double highest_in(const wr_profile *p, const part *x, double seen)
{
    double at[] = {x->from, x->from + (x->to - x->from) / 2, x->to};
    for (int i = 0; i < 3; i++) {
        double rate = expr_value(p->e, at[i]);
        seen = isfinite(rate) && rate > seen ? rate : seen;
    }
    return seen;
}

static bool divisible(const part *x)
{
    double mid = x->from + (x->to - x->from) / 2;
    return x->to - x->from > 1e-9 && mid > x->from && mid < x->to;
}

/* Looks at each part; writes the halves of those that could hold more than was seen. Returns how many. */
static size_t halve(const wr_profile *p, const part *now, size_t n, part *next, double *seen, double *bound)
{
    size_t more = 0;
    for (size_t i = 0; i < n; i++) {
        const part *x = &now[i];
        double hi = expr_over(p->e, x->from, x->to).hi, mid = x->from + (x->to - x->from) / 2;
        bool halves = divisible(x);
        *seen = highest_in(p, x, *seen);
        if (hi <= *seen * (1 + 1e-6) || (halves && more + 2 > MOST_PARTS)) {
            *bound = fmax(*bound, hi);
        } else if (halves) {
            next[more++] = (part){x->from, mid};
            next[more++] = (part){mid, x->to};
        }
    }
    return more;
}

/* Branch and bound, breadth first: halves of what could still hold more than the highest rate seen, down to the
 * nanosecond. When they are too many the bounds themselves are the answer: never too low. */
double profile_expr_peak(const wr_profile *p, wr_time until)
{
    part *parts = memory_get(2 * MOST_PARTS * sizeof *parts);
    double seen = 0, bound = 0, end = wr_dur_to_s((until < p->horizon ? until : p->horizon) - 1);
    parts[0] = (part){0, end > 0 ? end : 0};
    size_t n = 1;
    for (int side = 0; n; side = !side)
        n = halve(p, parts + side * MOST_PARTS, n, parts + !side * MOST_PARTS, &seen, &bound);
    free(parts);
    return fmax(bound, seen) * (1 + 1e-12);
}
