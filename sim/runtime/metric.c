/* metric.c - cells and taps: counting costs the same whoever listens.
 *
 * Three kinds, declared by the model, so that nobody can forget the weighting: a count sums, a level is
 * integrated over time, a value is observed. A cell accumulates into one place; at each edge of time the
 * accumulator is poured into the taps that are open (periods, the statistics window, `from .. to`
 * windows, alarms). Sums of squares are taken about the first value seen, so that the deviation of a
 * constant is zero and not rounding. A level counts towards min and max only when it has held for some
 * time. Histograms are log-linear, 128 bins an octave, read off the bits of the double.
 * Truth: tests/unit/test_metric.c. */
#include "runtime.h"
#include <math.h>
#include <string.h>
#include <weir/result.h>

#define OCTAVE_BINS 128

static const accumulator nothing = {.min = INFINITY, .max = -INFINITY};

void cell_init(cell *c, run *r, enum wr_metric_kind kind, bool histogram)
{
    *c = (cell){.now = nothing, .run = r, .kind = (uint8_t)kind};
    if (histogram)
        c->h = arena_alloc(r->arena, sizeof *c->h);
}

/* The bin of hist_bin, in line: nearly every value lies within the octaves. */
static inline double *log_bin(hist *h, wr_arena *a, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t at = (bits >> 45) - ((uint64_t)(1023 + WR_HIST_MIN_EXP) << 7);
    if (at >= (uint64_t)HIST_OCTAVES * OCTAVE_BINS) {
        size_t bin = hist_bin(x);
        if (!bin)
            return &h->zero;
        at = bin - 1;
    }
    double **o = &h->octave[at / OCTAVE_BINS];
    if (!*o)
        *o = arena_alloc(a, OCTAVE_BINS * sizeof **o);
    return *o + at % OCTAVE_BINS;
}

/* Levels are small whole numbers nearly always: an index instead of the search for a bin. */
static inline double *bin_at(hist *h, wr_arena *a, double x)
{
    int whole = x >= 0 && x < HIST_WHOLE ? (int)x : -1;
    if ((double)whole != x)
        return log_bin(h, a, x);
    if (!h->whole)
        h->whole = arena_alloc(a, HIST_WHOLE * sizeof *h->whole);
    return h->whole + whole;
}

static void sort_in(hist *h, wr_arena *a)
{
    for (int i = 0; h->whole && i < HIST_WHOLE; i++)
        if (h->whole[i] > 0) {
            *log_bin(h, a, i) += h->whole[i];
            h->whole[i] = 0;
        }
}

static void observe(cell *c, double x)
{
    if (!c->seen) {
        c->seen = true;
        c->shift = x;
    }
    double d = x - c->shift;
    c->now.n++;
    c->now.sum += d;
    c->now.squares += d * d;
    if (x < c->now.min)
        c->now.min = x;
    if (x > c->now.max)
        c->now.max = x;
    c->level = x;
    if (c->h)
        *log_bin(c->h, c->run->arena, x) += 1;
}

void cell_observe(cell *c, double x)
{
    if (!c->kind)
        return;
    observe(c, x);
    if (c->also)
        observe(c->also, x);
}

static void integrate(cell *c, wr_time now)
{
    if (now == c->since)
        return;
    double dt = (double)(now - c->since), x = c->level;
    c->since = now;
    c->now.n += dt;
    c->now.sum += x * dt;
    c->now.squares += x * x * dt;
    if (x < c->now.min)
        c->now.min = x;
    if (x > c->now.max)
        c->now.max = x;
    if (c->h)
        *bin_at(c->h, c->run->arena, x) += dt;
}

void cell_set(cell *c, double level)
{
    if (!c->kind)
        return;
    wr_time now = run_now(c->run);
    if (c->also) {
        integrate(c->also, now);
        c->also->level += level - c->level;
        c->also->seen = true;
    }
    integrate(c, now);
    c->level = level;
    c->seen = true;
}

/* ---- taps ---------------------------------------------------------------------------------- */
static void pour(accumulator *to, const accumulator *from)
{
    to->n += from->n;
    to->sum += from->sum;
    to->squares += from->squares;
    to->min = fmin(to->min, from->min);
    to->max = fmax(to->max, from->max);
}

static void add_octave(hist *to, size_t o, const double *from, wr_arena *a)
{
    if (!to->octave[o])
        to->octave[o] = arena_alloc(a, OCTAVE_BINS * sizeof **to->octave);
    double *at = to->octave[o];
    for (size_t i = 0; i < OCTAVE_BINS; i++)
        at[i] += from[i];
}

static void pour_octave(cell *c, size_t o)
{
    double *from = c->h->octave[o];
    if (c->feeds)
        add_octave(c->feeds->h, o, from, c->run->arena);
    for (tap *t = c->taps; t; t = t->next)
        if (t->h)
            add_octave(t->h, o, from, c->run->arena);
    memset(from, 0, OCTAVE_BINS * sizeof *from);
}

static void pour_hist(cell *c)
{
    sort_in(c->h, c->run->arena);
    if (c->feeds)
        c->feeds->h->zero += c->h->zero;
    for (tap *t = c->taps; t; t = t->next)
        if (t->h)
            t->h->zero += c->h->zero;
    c->h->zero = 0;
    for (size_t o = 0; o < HIST_OCTAVES; o++)
        if (c->h->octave[o])
            pour_octave(c, o);
}

/* Sums about one value become sums about another. */
static void feed(cell *to, const cell *c)
{
    if (!to->seen) {
        to->seen = true;
        to->shift = c->shift;
    }
    double move = c->shift - to->shift;
    accumulator a = c->now;
    a.squares += move * (2 * a.sum + move * a.n);
    a.sum += move * a.n;
    pour(&to->now, &a);
    to->level = c->level;
}

static void settle(cell *c)
{
    if (c->kind == WR_LEVEL)
        integrate(c, run_now(c->run));
    if (c->fed_by)
        cell_flush(c->fed_by);
    if (c->feeds && c->now.n > 0)
        feed(c->feeds, c);
}

void cell_flush(cell *c)
{
    settle(c);
    for (tap *t = c->taps; t; t = t->next) {
        pour(&t->sum, &c->now);
        t->last = c->level;
        t->seen |= c->now.n > 0 || (c->kind == WR_LEVEL && c->seen);
    }
    if (c->h && (c->now.n > 0 || c->kind == WR_COUNT))
        pour_hist(c);
    c->now = nothing;
}

tap *tap_open(cell *c, bool histogram)
{
    cell_flush(c);
    tap *t = arena_alloc(c->run->arena, sizeof *t);
    t->sum = nothing;
    t->opened = run_now(c->run);
    t->closed = WR_NEVER;
    t->last = c->level;
    if (histogram)
        t->h = arena_alloc(c->run->arena, sizeof *t->h);
    t->next = c->taps;
    c->taps = t;
    return t;
}

static void hist_empty(hist *h)
{
    h->zero = 0;
    for (size_t o = 0; o < HIST_OCTAVES; o++)
        if (h->octave[o])
            memset(h->octave[o], 0, OCTAVE_BINS * sizeof *h->octave[o]);
}

void tap_reset(cell *c, tap *t)
{
    cell_flush(c);
    tap_restart(c, t);
}

void tap_restart(cell *c, tap *t)
{
    t->sum = nothing;
    t->opened = run_now(c->run);
    t->seen = false;
    if (t->h)
        hist_empty(t->h);
}

void tap_shut(cell *c, tap *t)
{
    if (t->closed != WR_NEVER)
        return;
    cell_flush(c);
    t->closed = run_now(c->run);
    for (tap **p = &c->taps; *p; p = &(*p)->next)
        if (*p == t) {
            *p = t->next;
            return;
        }
}

/* ---- statistics ------------------------------------------------------------------------------ */
/* Where in its bin the rank lies: values spread over the bin, levels sit on its lower edge because they
 * are whole numbers nearly always. */
static double inside(size_t bin, double share, bool whole)
{
    double low = wr_hist_edge(bin);
    return whole ? low : low + share * (wr_hist_edge(bin + 1) - low);
}

double hist_quantile(const hist *h, double n, double q, bool whole)
{
    double rank = whole ? q * n : fmax(1, ceil(q * n - 1e-9)), sum = h->zero;
    if (sum >= rank)
        return 0;
    size_t last = 0;
    for (size_t o = 0; o < HIST_OCTAVES; o++) {
        const double *b = h->octave[o];
        for (size_t i = 0; b && i < OCTAVE_BINS; i++) {
            if (!(b[i] > 0))
                continue;
            last = 1 + o * OCTAVE_BINS + i;
            if (sum + b[i] >= rank)
                return inside(last, (rank - sum - (whole ? 0 : 0.5)) / b[i], whole);
            sum += b[i];
        }
    }
    return last ? inside(last, 1, whole) : 0; /* rounding in the sum of weights */
}

double hist_above(const hist *h, double n, double x, bool whole)
{
    if (!(n > 0))
        return NAN;
    size_t at = hist_bin(x);
    double over = x < 0 ? h->zero : 0;
    for (size_t o = 0; o < HIST_OCTAVES; o++) {
        const double *b = h->octave[o];
        for (size_t i = 0; b && i < OCTAVE_BINS; i++) {
            size_t bin = 1 + o * OCTAVE_BINS + i;
            if (bin > at || x < 0)
                over += b[i];
            else if (bin == at && !whole)
                over += b[i] * (wr_hist_edge(bin + 1) - x) / (wr_hist_edge(bin + 1) - wr_hist_edge(bin));
        }
    }
    return over / n;
}

static double deviation(const cell *c, const accumulator *a)
{
    double left = a->squares - a->sum * a->sum / a->n;
    double over = c->kind == WR_LEVEL ? a->n : a->n - 1;
    return over > 0 ? sqrt(fmax(0, left) / over) : NAN;
}

static double clamp(const accumulator *a, double x)
{
    return fmin(fmax(x, a->min), a->max);
}

double tap_total(const tap *t, const cell *c)
{
    return c->kind == WR_LEVEL ? t->sum.sum / 1e9 : c->kind == WR_VALUE ? t->sum.sum + c->shift * t->sum.n : t->sum.sum;
}

static enum formula_stat by_kind(const cell *c, enum formula_stat s)
{
    return s != F_DEFAULT ? s : c->kind == WR_COUNT ? F_SUM : F_MEAN;
}

static double count_stat(const tap *t, enum formula_stat s, double seconds)
{
    switch (s) {
    case F_RATE: return seconds > 0 ? t->sum.sum / seconds : NAN;
    case F_SUM:
    case F_COUNT: return t->sum.sum;
    default: return NAN;
    }
}

/* Of a value or a level of which something was seen. */
static double spread_stat(const cell *c, const tap *t, enum formula_stat s, double arg)
{
    const accumulator *a = &t->sum;
    bool level = c->kind == WR_LEVEL;
    switch (s) {
    case F_MEAN: return (level ? 0 : c->shift) + a->sum / a->n;
    case F_SD: return deviation(c, a);
    case F_MIN: return a->min;
    case F_MAX: return a->max;
    case F_QUANTILE: return t->h ? clamp(a, hist_quantile(t->h, a->n, arg, level)) : NAN;
    case F_ABOVE: return t->h ? hist_above(t->h, a->n, arg, level) : NAN;
    default: return t->last;
    }
}

double tap_stat(const cell *c, const tap *t, enum formula_stat s, double arg)
{
    bool level = c->kind == WR_LEVEL;
    double seconds = wr_dur_to_s((t->closed == WR_NEVER ? run_now(c->run) : t->closed) - t->opened);
    s = by_kind(c, s);
    if (c->kind == WR_COUNT)
        return count_stat(t, s, seconds);
    if (level && s == F_LAST)
        return t->last;
    if (s == F_COUNT)
        return level ? t->sum.n / 1e9 : t->sum.n;
    if (s == F_SUM || s == F_RATE)
        return tap_total(t, c) / (s == F_RATE ? seconds : 1);
    return t->sum.n > 0 ? spread_stat(c, t, s, arg) : NAN;
}
