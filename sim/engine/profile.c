/* profile.c - rates that change: lines (constants, stages), counts by period (traces), and the way to expressions.
 *
 * A look-up inverts the integral of the rate: from an instant on, when have so many requests come? Within a line
 * that is the root of a quadratic, within a period of a trace a division: exact but for rounding to the nanosecond.
 * With exponential amounts of mean 1 the arrivals are Poisson, with amounts of 1 evenly spaced. The cursor remembers
 * the piece, so that a run walks through a trace once, however long it is; without it the piece is found by
 * bisection, or by division. Periods of a looped trace are numbered on past its end. Rounding is not carried over:
 * who needs evenly spaced arrivals without drift subtracts wr_profile_integral. Expressions are followed in
 * profile_expr.c. Truth: tests/unit/test_profile.c. */
#include "profile.h"
#include <math.h>
#include <string.h>

wr_time profile_later(wr_time t, double ns)
{
    if (!(ns < (double)(WR_NEVER - t) - 1024))
        return WR_NEVER;
    wr_dur whole = ns > 0 ? (wr_dur)ns : 0;
    return t + whole + (ns - (double)whole >= 0.5); /* exactly llround, without the call */
}

/* ---- lines --------------------------------------------------------------------------------------------- */
const wr_profile *wr_profile_constant(wr_arena *a, double rate)
{
    return wr_profile_stages(a, &(wr_rate_stage){rate, 0, WR_NEVER}, 1);
}

static double gain(const line *l, wr_dur d) /* requests in so much of the line */
{
    double s = (double)d / 1e9;
    return (l->rate + l->slope * s / 2) * s;
}

static wr_time after(wr_time t, wr_dur d)
{
    return d < WR_NEVER - t ? t + d : WR_NEVER;
}

static size_t draw_stage(const wr_rate_stage *s, line *to, wr_time *t, double *rate)
{
    size_t n = 0;
    double target = s->rate > 0 ? s->rate : 0;
    if (s->ramp > 0) {
        to[n++] = (line){.from = *t, .rate = *rate, .slope = (target - *rate) / wr_dur_to_s(s->ramp)};
        *t = after(*t, s->ramp);
    }
    *rate = target;
    if (s->hold > 0) {
        to[n++] = (line){.from = *t, .rate = target};
        *t = after(*t, s->hold);
    }
    return n;
}

const wr_profile *wr_profile_stages(wr_arena *a, const wr_rate_stage *s, size_t n)
{
    line *l = arena_alloc(a, (2 * n + 1) * sizeof *l);
    size_t k = 0;
    wr_time t = 0;
    double rate = 0;
    for (size_t i = 0; i < n && t < WR_NEVER; i++)
        k += draw_stage(&s[i], l + k, &t, &rate);
    if (!k || l[k - 1].slope != 0 || l[k - 1].rate != rate)
        l[k++] = (line){.from = t, .rate = rate};
    for (size_t i = 1; i < k; i++)
        l[i].before = l[i - 1].before + gain(&l[i - 1], l[i].from - l[i - 1].from);
    wr_profile *p = arena_alloc(a, sizeof *p);
    *p = (wr_profile){.kind = PROFILE_LINES, .n = k, .line = l};
    return p;
}

static size_t line_at(const wr_profile *p, size_t hint, wr_time t)
{
    size_t lo = hint, hi = p->n;
    if (hint >= p->n || p->line[hint].from > t)
        lo = 0;
    else if (hint + 1 == p->n || p->line[hint + 1].from > t)
        return hint;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (p->line[mid].from <= t)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static double line_rate(const line *l, wr_time t)
{
    double r = l->rate + l->slope * ((double)(t - l->from) / 1e9);
    return r > 0 ? r : 0;
}

/* One rate for ever. 2 n / (r + sqrt(r^2)) is n / r to the bit. */
static bool is_constant(const wr_profile *p)
{
    return p->n == 1 && p->line[0].slope == 0;
}

static wr_time lines_reach(const wr_profile *p, wr_cursor *c, wr_time t, double need)
{
    for (size_t i = line_at(p, c->at, t); i < p->n; t = p->line[i].from) {
        const line *l = &p->line[i];
        line rest = {.rate = line_rate(l, t), .slope = l->slope};
        bool last = i + 1 == p->n;
        double gained = last ? INFINITY : gain(&rest, p->line[i + 1].from - t);
        c->at = i;
        if (gained + profile_crumb >= need) {
            double root = rest.rate * rest.rate + 2 * rest.slope * need;
            double s = 2 * need / (rest.rate + sqrt(root > 0 ? root : 0));
            wr_time at = profile_later(t, s * 1e9);
            return last || at < p->line[i + 1].from ? at : p->line[i + 1].from;
        }
        need -= gained;
        if (++i == p->n)
            break;
    }
    return WR_NEVER;
}

static double lines_before(const wr_profile *p, wr_time t)
{
    const line *l = &p->line[line_at(p, 0, t)];
    return l->before + gain(l, t - l->from);
}

static double lines_integral(const wr_profile *p, wr_time from, wr_time to)
{
    size_t i = line_at(p, 0, from), k = line_at(p, i, to);
    line rest = {.rate = line_rate(&p->line[i], from), .slope = p->line[i].slope};
    return i == k ? gain(&rest, to - from) : lines_before(p, to) - lines_before(p, from);
}

static double lines_peak(const wr_profile *p, wr_time until)
{
    double most = 0;
    for (size_t i = 0; i < p->n && (p->line[i].from < until || !i); i++) {
        wr_time end = i + 1 < p->n && p->line[i + 1].from < until ? p->line[i + 1].from : until;
        double to = p->line[i].slope > 0 ? line_rate(&p->line[i], end) : 0;
        most = fmax(most, fmax(p->line[i].rate, to));
    }
    return most;
}

/* ---- counts --------------------------------------------------------------------------------------------- */
const wr_profile *wr_profile_counts(wr_arena *a, const double *counts, size_t n, wr_dur period, double speed,
                                    wr_dur offset, bool loop)
{
    double *count = arena_alloc(a, (n + 1) * sizeof *count), *before = arena_alloc(a, (n + 1) * sizeof *before);
    for (size_t i = 0; i < n; i++) {
        count[i] = counts[i] > 0 ? counts[i] : 0;
        before[i + 1] = before[i] + count[i];
    }
    wr_profile *p = arena_alloc(a, sizeof *p);
    *p = (wr_profile){.kind = PROFILE_COUNTS, .n = n, .count = count, .before = before, .period = period,
                      .offset = offset, .speed = speed, .loop = loop};
    return before[n] > 0 && period > 0 && speed > 0 ? p : wr_profile_constant(a, 0);
}

/* When period i begins; before 0 where the trace is entered in the middle. */
static wr_time edge(const wr_profile *p, size_t i)
{
    if (p->speed == 1 && i < (size_t)((WR_NEVER - WR_S) / p->period))
        return (wr_time)i * p->period - p->offset;
    double ns = ((double)i * (double)p->period - (double)p->offset) / p->speed;
    return ns > 9.2e18 ? WR_NEVER : llround(ns);
}

static double rate_in(const wr_profile *p, size_t i)
{
    if (!p->loop && i >= p->n)
        return 0;
    wr_dur length = edge(p, i + 1) - edge(p, i);
    return length > 0 ? p->count[i % p->n] * 1e9 / (double)length : 0;
}

static size_t period_at(const wr_profile *p, size_t hint, wr_time t)
{
    size_t i = hint;
    if (!(edge(p, hint) <= t && t < edge(p, hint + 1)))
        i = (size_t)(((double)t * p->speed + (double)p->offset) / (double)p->period);
    while (i > 0 && edge(p, i) > t)
        i--;
    while (edge(p, i + 1) <= t)
        i++;
    return i;
}

/* Periods of whole rounds that fit into what is needed; so many that time ends before, at most. */
static size_t rounds(const wr_profile *p, double *need)
{
    double total = p->before[p->n], n = floor(*need / total);
    if (!p->loop || n < 1)
        return 0;
    *need -= n * total;
    return (size_t)fmin(n, 1e18 / (double)p->n) * p->n;
}

static wr_time counts_reach(const wr_profile *p, wr_cursor *c, wr_time t, double need)
{
    for (size_t i = period_at(p, c->at, t);; i++, t = edge(p, i)) {
        if (t == WR_NEVER || (!p->loop && i >= p->n))
            return WR_NEVER;
        double rate = rate_in(p, i), gained = rate * ((double)(edge(p, i + 1) - t) / 1e9);
        c->at = i;
        if (rate > 0 && gained + profile_crumb >= need) {
            wr_time at = profile_later(t, need / rate * 1e9), end = edge(p, i + 1);
            return at < end ? at : end;
        }
        need -= gained;
        i += rounds(p, &need);
    }
}

static double counts_before(const wr_profile *p, size_t i, wr_time t)
{
    if (!p->loop && i >= p->n)
        return p->before[p->n];
    double rounds = (double)(i / p->n) * p->before[p->n];
    return rounds + p->before[i % p->n] + rate_in(p, i) * ((double)(t - edge(p, i)) / 1e9);
}

static double counts_integral(const wr_profile *p, wr_time from, wr_time to)
{
    size_t i = period_at(p, 0, from), k = period_at(p, i, to);
    if (i == k)
        return rate_in(p, i) * ((double)(to - from) / 1e9);
    return counts_before(p, k, to) - counts_before(p, i, from);
}

static double counts_peak(const wr_profile *p, wr_time until)
{
    double most = 0;
    size_t i = period_at(p, 0, 0);
    for (size_t k = 0; k < p->n && (k == 0 || edge(p, i) < until); k++, i++)
        most = fmax(most, rate_in(p, i));
    return most;
}

/* ---- all ------------------------------------------------------------------------------------------------ */
double wr_profile_rate(const wr_profile *p, wr_time t)
{
    switch (p->kind) {
    case PROFILE_LINES: return line_rate(&p->line[line_at(p, 0, t)], t);
    case PROFILE_COUNTS: return rate_in(p, period_at(p, 0, t));
    case PROFILE_EXPR: break;
    }
    return profile_expr_rate(p, t);
}

wr_time wr_profile_reach(const wr_profile *p, wr_cursor *c, wr_time from, double amount, double factor)
{
    double need = amount / factor;
    if (!(factor > 0) || !(need < INFINITY) || from == WR_NEVER)
        return WR_NEVER;
    if (need <= 0)
        return from;
    switch (p->kind) {
    case PROFILE_LINES:
        if (is_constant(p))
            return profile_later(from, need / p->line[0].rate * 1e9);
        return lines_reach(p, c, from, need);
    case PROFILE_COUNTS: return counts_reach(p, c, from, need);
    case PROFILE_EXPR: break;
    }
    return profile_expr_reach(p, c, from, need);
}

double wr_profile_integral(const wr_profile *p, wr_time from, wr_time to)
{
    to = to < WR_NEVER / 2 ? to : WR_NEVER / 2; /* 146 years: sums stay finite */
    if (to <= from)
        return 0;
    switch (p->kind) {
    case PROFILE_LINES: return lines_integral(p, from, to);
    case PROFILE_COUNTS: return counts_integral(p, from, to);
    case PROFILE_EXPR: break;
    }
    return profile_expr_integral(p, from, to);
}

double wr_profile_peak(const wr_profile *p, wr_time until)
{
    switch (p->kind) {
    case PROFILE_LINES: return lines_peak(p, until);
    case PROFILE_COUNTS: return counts_peak(p, until);
    case PROFILE_EXPR: break;
    }
    return profile_expr_peak(p, until);
}
