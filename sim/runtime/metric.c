/* metric.c - cells and taps: counting costs the same whoever listens.
 *
 * Three kinds, declared by the model, so that nobody can forget the weighting: a count sums, a level is
 * integrated over time, a value is observed. A cell accumulates into one place; at each edge of time the
 * accumulator is poured into the taps that are open (periods, the statistics window, `from .. to`
 * windows, alarms). Sums of squares are taken about the first value seen, so that the deviation of a
 * constant is zero and not rounding. A level counts towards min and max only when it has held for some
 * time. Histograms are log-linear, 128 bins an octave, read off the bits of the double.
 * What happens at every event is put off: values are kept in a short list, and the time at levels in
 * one place a level, until the list is full or the cell is flushed. The results are the same to the bit.
 * Truth: tests/unit/test_metric.c. */
#include "runtime.h"
#include <math.h>
#include <string.h>
#include <weir/result.h>

#define OCTAVE_BINS 128
#define LOG_PLACES ((uint64_t)HIST_OCTAVES * OCTAVE_BINS)

static const accumulator nothing = {.min = INFINITY, .max = -INFINITY};

void cell_init(cell *c, run *r, enum wr_metric_kind kind, bool histogram)
{
    *c = (cell){.now = nothing, .run = r, .kind = (uint8_t)kind, .apart = kind != WR_COUNT, .here = CELL_OTHER, .per = 1, .step = 1};
    if (histogram)
        c->h = arena_alloc(r->arena, sizeof *c->h);
}

void cell_join(cell *c, cell *group)
{
    c->also = group;
    c->apart = true;
    c->level = cell_level(c);
    c->here = CELL_OTHER;
}

/* The bin of hist_bin less one, in line, for what lies within the octaves; else LOG_PLACES or more. */
static inline uint64_t log_place(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits >> 45) - ((uint64_t)(1023 + WR_HIST_MIN_EXP) << 7);
}

static double *log_bin(hist *h, wr_arena *a, double x)
{
    uint64_t at = log_place(x);
    if (at >= LOG_PLACES) {
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

/* ---- counts and values ---------------------------------------------------------------------- */
void cell_add_apart(cell *c, double n)
{
    c->now.sum += n;
    if (c->also)
        cell_add(c->also, n);
}

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }

static void bin_held(const cell *c, uint32_t n)
{
    double *const *octave = c->h->octave;
    for (const double *x = c->held, *end = x + n; x < end; x++) {
        uint64_t at = log_place(*x);
        double *o = at < LOG_PLACES ? octave[at / OCTAVE_BINS] : NULL;
        *(o ? o + at % OCTAVE_BINS : log_bin(c->h, c->run->arena, *x)) += 1;
    }
}

void cell_count_held(cell *c)
{
    uint32_t n = c->held_n;
    if (!n)
        return;
    if (!c->seen) {
        c->seen = true;
        c->shift = c->held[0];
    }
    double shift = c->shift, sum = c->now.sum, squares = c->now.squares, min = c->now.min, max = c->now.max;
    for (const double *x = c->held, *end = x + n; x < end; x++) {
        double d = *x - shift;
        sum += d;
        squares += d * d;
        min = least(*x, min);
        max = most(*x, max);
    }
    c->now = (accumulator){.sum = sum, .n = c->now.n + n, .squares = squares, .min = min, .max = max};
    if (c->h)
        bin_held(c, n);
    c->level = c->held[n - 1];
    c->held_n = 0;
}

void cell_observe_apart(cell *c, double x)
{
    if (!c->kind)
        return;
    if (!c->held)
        c->held = arena_alloc(c->run->arena, CELL_HELD * sizeof *c->held);
    c->apart = c->also;
    c->held[c->held_n++] = x;
    if (c->held_n == CELL_HELD)
        cell_count_held(c);
    if (c->also)
        cell_observe(c->also, x);
}

/* ---- levels --------------------------------------------------------------------------------- */
static void weigh(cell *c, double x, double dt)
{
    c->now.n += dt;
    c->now.sum += x * dt;
    c->now.squares += x * x * dt;
    c->now.min = least(x, c->now.min);
    c->now.max = most(x, c->now.max);
    if (c->h)
        *log_bin(c->h, c->run->arena, x) += dt;
}

/* Up to now; a level counts when it has held for some time. */
static inline void integrate(cell *c, wr_time now)
{
    uint32_t at = c->here & ~CELL_FINE;
    if (at < CELL_STEPS)
        c->steps[at] += now - c->since;
    else if (now != c->since)
        weigh(c, c->level, (double)(now - c->since));
    c->since = now;
}

/* What stands in `steps` is counted: whole numbers of ns, so that nothing is lost by the detour. */
static void weigh_steps(cell *c)
{
    for (uint32_t i = 0; c->steps && i < CELL_STEPS; i++)
        if (c->steps[i]) {
            weigh(c, i * c->step, (double)c->steps[i]);
            c->steps[i] = 0;
        }
}

static inline uint32_t place_of(const cell *c, double level)
{
    double at = level * c->per;
    if (!(at >= 0 && at < CELL_STEPS) || c->also || (double)(int)at != at)
        return CELL_OTHER;
    return (uint32_t)(int)at + (c->per > 1 ? CELL_FINE : 0);
}

/* Levels come in halves, quarters ...: smaller steps, if they help. Levels that are no fractions are soon known. */
static uint32_t finer(cell *c, double level)
{
    enum { FINEST = 16, TRIES = 8 };
    uint32_t at = CELL_OTHER;
    uint8_t per = c->per;
    if (c->also || !(level >= 0) || level >= CELL_STEPS || ++c->tries > TRIES)
        return CELL_OTHER;
    weigh_steps(c);
    while (at == CELL_OTHER && c->per < FINEST) {
        c->per = (uint8_t)(2 * c->per);
        at = place_of(c, level);
    }
    c->per = at == CELL_OTHER ? per : c->per;
    c->step = 1.0 / c->per;
    return at;
}

static void apart(cell *c, double level)
{
    if (c->also)
        cell_set(c->also, cell_level(c->also) + (level - c->level));
    else if (!c->steps)
        c->steps = arena_alloc(c->run->arena, CELL_STEPS * sizeof *c->steps);
    c->apart = c->also;
    c->seen = true;
}

void cell_set(cell *c, double level)
{
    if (!c->kind)
        return;
    if (c->apart)
        apart(c, level);
    integrate(c, run_now(c->run));
    c->here = place_of(c, level);
    if (c->here == CELL_OTHER)
        c->here = finer(c, level);
    c->level = level;
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
    cell_count_held(c);
    if (c->kind == WR_LEVEL) {
        integrate(c, run_now(c->run));
        weigh_steps(c);
        c->level = cell_level(c);
    }
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
