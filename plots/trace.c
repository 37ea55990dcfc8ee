/* trace.c - series over replications: the median one and the middle 80 %.
 *
 * One replication is drawn as it is. Of many, each period shows the median and the 10 % and 90 % quantiles
 * of those that have a sample there; a period without any sample stays NaN, so that no line crosses it. */
#include "charts.h"
#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

struct sum { const term *of; size_t n; unsigned flags; };

static void add_one(double *sum, const double *x, size_t n, double factor, bool first, bool each)
{
    for (size_t i = 0; i < n; i++) {
        double v = factor * x[i];
        if (first || isnan(sum[i]))
            sum[i] = first || !each ? v : NAN;
        else if (each || !isnan(v))
            sum[i] += v;
    }
}

static bool add(const book *b, size_t rep, const void *of, double *sum)
{
    const struct sum *all = of;
    bool any = false;
    for (size_t k = 0; k < all->n; k++) {
        const double *x = book_series(b, rep, all->of[k].name);
        if (x)
            add_one(sum, x, b->n, all->of[k].factor, !any, all->flags & TRACE_EACH);
        any = any || x;
    }
    for (size_t i = 0; any && (all->flags & TRACE_RATE) && i < b->n; i++)
        sum[i] /= book_length(b, i);
    return any;
}

static void summarise(const book *b, trace *t, const double *all, size_t reps)
{
    double *sorted = memory_get(reps * sizeof *sorted);
    t->most = t->peak = t->peak_at = NAN;
    for (size_t i = 0; i < b->n; i++) {
        size_t n = 0;
        for (size_t r = 0; r < reps; r++)
            if (isfinite(all[r * b->n + i]))
                sorted[n++] = all[r * b->n + i];
        qsort(sorted, n, sizeof *sorted, by_size);
        t->mid[i] = n ? quantile(sorted, n, 0.5) : NAN;
        t->low[i] = n ? quantile(sorted, n, 0.1) : NAN;
        t->high[i] = n ? quantile(sorted, n, 0.9) : NAN;
        t->most = fmax(t->most, t->high[i]);
        if (n && !(t->mid[i] <= t->peak)) {
            t->peak = t->mid[i];
            t->peak_at = b->t[i];
        }
    }
    free(sorted);
}

trace trace_of(const book *b, sample_fn *fill, const void *of)
{
    trace t = {.most = NAN, .peak = NAN, .peak_at = NAN};
    if (!b->n || !b->reps)
        return t;
    double *all = memory_get(b->reps * b->n * sizeof *all);
    size_t reps = 0;
    for (size_t r = 0; r < b->reps; r++)
        reps += fill(b, r, of, all + reps * b->n);
    if (reps) {
        t.mid = arena_alloc(b->c->arena, b->n * sizeof(double));
        t.low = reps > 1 ? arena_alloc(b->c->arena, b->n * sizeof(double)) : t.mid;
        t.high = reps > 1 ? arena_alloc(b->c->arena, b->n * sizeof(double)) : t.mid;
        summarise(b, &t, all, reps);
    }
    free(all);
    return t;
}

trace trace_sum(const book *b, const term *of, size_t n, unsigned flags)
{
    return trace_of(b, add, &(struct sum){of, n, flags});
}

trace trace_one(const book *b, const char *owner, const char *metric, unsigned flags)
{
    return trace_sum(b, &(term){canvas_print(b->c, "%s.%s", owner, metric), 1}, 1, flags);
}

trace trace_first(const book *b, const char *owner, const char *const *metrics, unsigned flags)
{
    trace t = {.most = NAN, .peak = NAN, .peak_at = NAN};
    for (size_t i = 0; metrics[i] && !t.mid; i++)
        t = trace_one(b, owner, metrics[i], flags);
    return t;
}

bool trace_any(const trace *t)
{
    return t->mid && t->peak > 0;
}

double trace_last(const book *b, const trace *t, double *until)
{
    for (size_t i = b->n; t->mid && i > 0; i--)
        if (!isnan(t->mid[i - 1])) {
            *until = b->t[i - 1] + book_length(b, i - 1);
            return t->mid[i - 1];
        }
    *until = b->end;
    return NAN;
}

double trace_crosses(const book *b, const trace *t, double bound)
{
    for (size_t i = 0; t->mid && i < b->n; i++)
        if (b->t[i] >= b->warmup && t->mid[i] > bound)
            return b->t[i];
    return NAN;
}
