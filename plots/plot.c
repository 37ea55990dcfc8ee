/* plot.c - traces on a panel: lines, bands, areas.
 *
 * A line is broken where there is no sample. Where periods are denser than points, each column of the page keeps
 * its smallest and largest value as a band and its mean as the line: a day of 5 s periods costs no more than the
 * page has columns, reads as one curve, and no spike is lost. */
#include "charts.h"

typedef struct strip { double x0, x1, low, high, sum, n; } strip; /* a period, or a column of many; n 0: no sample */

static double height(const panel *p, double v)
{
    return p->y.log && !(v > 0) ? NAN : scale_at(&p->y, v);
}

static bool dense(const panel *p)
{
    return (double)p->b->n > p->plot.w;
}

static void take(strip *s, double low, double high)
{
    if (isnan(low) || isnan(high))
        return;
    s->low = fmin(s->low, low);
    s->high = fmax(s->high, high);
    s->sum += (low + high) / 2;
    s->n++;
}

/* Periods, or columns one point wide when there are more periods than points. */
static size_t strips(const panel *p, const double *low, const double *high, strip **out)
{
    const book *b = p->b;
    strip *s = arena_alloc(b->c->arena, (b->n + 1) * sizeof *s);
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        double x0 = scale_at(&p->x, b->t[i]), x1 = scale_at(&p->x, b->t[i] + book_length(b, i));
        if (dense(p)) {
            x0 = p->plot.x + floor(x0 - p->plot.x);
            x1 = x0 + 1;
        }
        if (!n || x0 > s[n - 1].x0)
            s[n++] = (strip){x0, x1, INFINITY, -INFINITY, 0, 0};
        take(&s[n - 1], low[i], high[i]);
    }
    *out = s;
    return n;
}

static void clip(const panel *p)
{
    canvas_clip(p->b->c, (box){p->plot.x - 1, p->plot.y - 2, p->plot.w + 2, p->plot.h + 3.5});
}

/* One run without gaps. A run of a single period is as wide as the period. */
static void stroke_run(wr_canvas *c, const panel *p, const strip *s, size_t n, pen with, bool steps)
{
    point *q = arena_alloc(c->arena, 2 * n * sizeof *q);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        double y = height(p, s[i].sum / s[i].n);
        if (steps || n == 1) {
            q[m++] = (point){s[i].x0, y};
            q[m++] = (point){s[i].x1, y};
        } else {
            q[m++] = (point){(s[i].x0 + s[i].x1) / 2, y};
        }
    }
    canvas_line(c, q, m, with);
}

/* Calls for each run of strips that have samples fit to be drawn. */
static void runs(const panel *p, const strip *s, size_t n,
                 void (*draw_run)(wr_canvas *, const panel *, const strip *, size_t, pen, bool), pen with, bool steps)
{
    for (size_t i = 0, end; i < n; i = end + 1) {
        for (end = i; end < n && s[end].n > 0 && !isnan(height(p, s[end].high)); end++)
            ;
        if (end > i)
            draw_run(p->b->c, p, s + i, end - i, with, steps);
    }
}

/* Of one edge: the middle of a strip, or both its sides where a level jumps or a run ends. */
static size_t corner(const panel *p, const strip *s, double v, bool first, bool last, bool steps, point *q, size_t m)
{
    double y = height(p, fmax(v, p->y.lo));
    if (steps || first)
        q[m++] = (point){s->x0, y};
    if (!steps && !first)
        q[m++] = (point){(s->x0 + s->x1) / 2, y};
    if (steps || last)
        q[m++] = (point){s->x1, y};
    return m;
}

/* The outer halves of the first and last strip belong to a band too. */
static void fill_run(wr_canvas *c, const panel *p, const strip *s, size_t n, pen with, bool steps)
{
    point *q = arena_alloc(c->arena, (4 * n + 4) * sizeof *q);
    size_t m = 0;
    for (size_t k = 0; k < n; k++)
        m = corner(p, &s[k], s[k].high, k == 0, k + 1 == n, steps, q, m);
    size_t half = m;
    for (size_t k = 0; k < n; k++)
        m = corner(p, &s[k], s[k].low, k == 0, k + 1 == n, steps, q, m);
    for (size_t i = half, k = m - 1; i < k; i++, k--) { /* the lower edge goes back */
        point swap = q[i];
        q[i] = q[k];
        q[k] = swap;
    }
    canvas_area(c, q, m, with.ink);
}

static void band(panel *p, const double *low, const double *high, ink fill, bool steps)
{
    strip *s;
    size_t n = strips(p, low, high, &s);
    clip(p);
    runs(p, s, n, fill_run, (pen){.ink = fill}, steps);
    canvas_unclip(p->b->c);
}

void plot_band(panel *p, const double *low, const double *high, ink fill)
{
    band(p, low, high, fill, false);
}

static void draw(panel *p, const trace *t, pen with, const char *name, bool steps)
{
    strip *s;
    if (!t->mid)
        return;
    if (t->low != t->mid)
        band(p, t->low, t->high, (ink){with.ink.rgb, 0.18}, steps);
    size_t n = strips(p, t->mid, t->mid, &s);
    clip(p);
    if (dense(p))
        runs(p, s, n, fill_run, (pen){.ink = {with.ink.rgb, 0.35 * with.ink.alpha}}, false);
    runs(p, s, n, stroke_run, with, steps);
    canvas_unclip(p->b->c);
    double until, last = trace_last(p->b, t, &until);
    panel_end(p, last, until, name, theme_darker(with.ink));
}

void plot_trace(panel *p, const trace *t, pen with, const char *name)
{
    draw(p, t, with, name, false);
}

void plot_steps(panel *p, const trace *t, pen with, const char *name)
{
    draw(p, t, with, name, true);
}

static double *zeros(const book *b)
{
    return arena_alloc(b->c->arena, (b->n + 1) * sizeof(double));
}

void plot_area(panel *p, const trace *t, enum role r, const char *name)
{
    if (!t->mid)
        return;
    plot_band(p, zeros(p->b), t->mid, theme_fill(r));
    pen edge = theme_pen(r);
    edge.dash = SOLID;
    draw(p, t, edge, name, false);
}

void plot_stack(panel *p, const trace *layers, const ink *fills, size_t n, bool steps)
{
    const book *b = p->b;
    double *low = zeros(b);
    for (size_t k = 0; k < n; k++) {
        if (!trace_any(&layers[k]))
            continue;
        double *high = zeros(b);
        for (size_t i = 0; i < b->n; i++)
            high[i] = low[i] + (isnan(layers[k].mid[i]) ? 0 : layers[k].mid[i]);
        band(p, low, high, fills[k], steps);
        low = high;
    }
}

double stack_most(const book *b, const trace *layers, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < b->n; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += layers[k].mid && !isnan(layers[k].mid[i]) ? layers[k].mid[i] : 0;
        most = fmax(most, sum);
    }
    return most;
}

void plot_level(panel *p, double y, pen with, const char *name)
{
    if (isnan(y) || y < p->y.lo || y > p->y.hi)
        return;
    double at = scale_at(&p->y, y);
    canvas_segment(p->b->c, p->plot.x, at, p->plot.x + p->plot.w, at, with);
    panel_end(p, y, p->b->end, name, theme_darker(with.ink));
}
