/* latency_ccdf.c - how many requests were slower than x: the tail on two logarithmic axes.
 *
 * An average hides the tail and a histogram squeezes it into the last pixels; here each decade of rarity has the
 * same height. Horizontal guides are percentiles, and their crossings with the first curve are written out. The
 * cross-hair is the objective: the curve should pass below and left of it. All replications together. */
#include "charts.h"

enum { MOST_CURVES = 5, LEFT_ROOM = 106, FOOT_ROOM = 34, HEAD_ROOM = 24 };

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(s, &m);
    char name[300];
    for (size_t i = 0; i < n; i++) {
        if (strcmp(m[i].metric, "latency"))
            continue;
        snprintf(name, sizeof name, m[i].part && *m[i].part ? "%s:%s.latency" : "%s%s.latency", m[i].owner,
                 m[i].part ? m[i].part : "");
        if (wr_store_hist(s, 0, SIZE_MAX, name))
            return true;
    }
    return false;
}

typedef struct tail { const char *owner; size_t n; point *p; double total; } tail; /* p: latency, share slower */

static bool tail_of(const book *b, const char *owner, tail *out)
{
    const double *w = wr_store_hist(b->s, b->point, SIZE_MAX, canvas_print(b->c, "%s.latency", owner));
    *out = (tail){.owner = owner};
    for (size_t i = 0; w && i < WR_HIST_BINS; i++)
        out->total += w[i];
    if (!(out->total > 0))
        return false;
    out->p = arena_alloc(b->c->arena, (WR_HIST_BINS + 1) * sizeof *out->p);
    double left = out->total - w[0];
    for (size_t i = 1; i < WR_HIST_BINS; i++) {
        if (!(w[i] > 0))
            continue;
        if (!out->n)
            out->p[out->n++] = (point){wr_hist_edge(i), left / out->total};
        left -= w[i];
        out->p[out->n++] = (point){wr_hist_edge(i + 1), left > 0.5 ? left / out->total : 0};
    }
    return out->n > 0;
}

/* Latency that so small a share exceeds; NaN: the tail does not reach so far. */
static double slower_by(const tail *t, double share)
{
    for (size_t i = 1; i < t->n; i++)
        if (t->p[i].y <= share && (t->p[i].y > 0 || share >= t->p[i - 1].y)) {
            double f = t->p[i].y > 0 && t->p[i - 1].y > t->p[i].y
                           ? log(t->p[i - 1].y / share) / log(t->p[i - 1].y / t->p[i].y)
                           : 0;
            return t->p[i - 1].x + fmin(1, fmax(0, f)) * (t->p[i].x - t->p[i - 1].x);
        }
    return NAN;
}

static double share_above(const tail *t, double x)
{
    double share = 1;
    for (size_t i = 0; i < t->n && t->p[i].x <= x; i++)
        share = t->p[i].y;
    return share;
}

typedef struct plane { const book *b; box plot; scale x, y; } plane;

static plane plane_for(const book *b, box in, const tail *t, size_t n, double bound)
{
    double lo = bound > 0 ? bound / 2 : INFINITY, hi = bound > 0 ? bound * 2 : 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        lo = fmin(lo, slower_by(&t[i], 0.98));
        hi = fmax(hi, t[i].p[t[i].n - 1].x);
        most = fmax(most, t[i].total);
    }
    if (!(lo > 0) || !(lo < hi))
        lo = hi / 10;
    double floor_y = pow(10, -fmin(6, fmax(2, ceil(log10(most) - 1e-9))));
    plane p = {.b = b,
               .plot = {in.x + LEFT_ROOM, in.y + HEAD_ROOM, in.w - LEFT_ROOM - 12, in.h - HEAD_ROOM - FOOT_ROOM}};
    p.x = (scale){lo, hi * 1.1, p.plot.x, p.plot.x + p.plot.w, true};
    p.y = (scale){floor_y, 1, p.plot.y + p.plot.h, p.plot.y, true};
    return p;
}

static const double guides[] = {0.5, 0.1, 0.05, 0.01, 0.001, 1e-4, 1e-5};
static const char *const names[] = {"p50", "p90", "p95", "p99", "p99.9", "p99.99", "p99.999"};
enum { GUIDES = sizeof guides / sizeof *guides };

static void grid(const plane *p)
{
    tick t[AXIS_TICKS];
    wr_canvas *c = p->b->c;
    pen thin = {{INK_GRID, 1}, 0.8, SOLID};
    double foot = p->plot.y + p->plot.h, right = p->plot.x + p->plot.w;
    size_t n = axis_log(t, p->x.lo, p->x.hi, "s");
    for (size_t i = 0; i < n; i++) {
        double x = scale_at(&p->x, t[i].at);
        canvas_segment(c, x, p->plot.y, x, foot + (t[i].text[0] ? 4 : 0), thin);
        canvas_text(c, x, foot + 17, theme_quiet(10.5, CENTRE), t[i].text);
    }
    for (size_t i = 0; i < GUIDES && guides[i] >= p->y.lo * 0.999; i++) {
        char share[SAY];
        double y = scale_at(&p->y, guides[i]);
        canvas_segment(c, p->plot.x, y, right, y, thin);
        canvas_text(c, p->plot.x - 54, y + 4, theme_font(10.5, true, RIGHT), names[i]);
        canvas_text(c, p->plot.x - 6, y + 4, theme_quiet(10, RIGHT), say_value(share, guides[i], "share"));
    }
    canvas_segment(c, p->plot.x, foot, right, foot, (pen){{INK_RIM, 1}, 0.9, SOLID});
    canvas_text(c, right, foot + 32, theme_quiet(10, RIGHT), "latency of answered requests");
    canvas_text(c, p->plot.x - 6, p->plot.y - 10, theme_quiet(10, RIGHT), "share slower");
}

static void curve(const plane *p, const tail *t, pen with)
{
    point *q = arena_alloc(p->b->c->arena, (t->n + 2) * sizeof *q);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->p[i].x > 0)
            q[n++] = (point){scale_at(&p->x, t->p[i].x),
                             t->p[i].y > 0 ? scale_at(&p->y, t->p[i].y) : p->plot.y + p->plot.h + 5};
    canvas_clip(p->b->c, (box){p->plot.x, p->plot.y - 2, p->plot.w, p->plot.h + 2});
    canvas_line(p->b->c, q, n, with);
    canvas_unclip(p->b->c);
}

/* Written above right of its dot, or below left where the goal's line or the edge is in the way. */
static void crossing(const plane *p, double v, double share, double goal)
{
    wr_canvas *c = p->b->c;
    char words[SAY];
    font f = theme_font(10.5, true, LEFT);
    f.ink = theme_word(ROLE_LATENCY);
    double x = scale_at(&p->x, v), y = scale_at(&p->y, share), w = canvas_width(c, f, say_value(words, v, "s"));
    bool left = (goal > x - 2 && goal < x + w + 10) || x + w + 8 > p->plot.x + p->plot.w;
    f.align = left ? RIGHT : LEFT;
    canvas_dot(c, x, y, 3, theme_pen(ROLE_LATENCY).ink);
    canvas_text(c, left ? x - 6 : x + 6, left ? y + 13 : y - 5, f, words);
}

static void crossings(const plane *p, const tail *t, double bound)
{
    double goal = bound > 0 ? scale_at(&p->x, bound) : -1;
    for (size_t i = 0; i < GUIDES && guides[i] >= p->y.lo * 0.999; i++) {
        double v = slower_by(t, guides[i]);
        if (v >= p->x.lo && guides[i] * t->total >= 1)
            crossing(p, v, guides[i], goal);
    }
}

static void cross_hair(const plane *p, const tail *t, double bound, double q)
{
    char goal[SAY], share[SAY];
    wr_canvas *c = p->b->c;
    pen with = theme_pen(ROLE_OBJECTIVE);
    double x = scale_at(&p->x, bound), y = scale_at(&p->y, fmax(1 - q, p->y.lo)), right = p->plot.x + p->plot.w;
    canvas_box(c, (box){x, p->plot.y, right - x, y - p->plot.y}, theme_ink(0xd55e00, 0.07));
    canvas_segment(c, x, p->plot.y, x, p->plot.y + p->plot.h, with);
    canvas_segment(c, x, y, right, y, with);
    double is = share_above(t, bound);
    const char *words = canvas_print(c, "goal: p%g below %s", q * 100, say_value(goal, bound, "s"));
    const char *more =
        canvas_print(c, "%s of %s are slower", is > 0 ? say_value(share, is, "share") : "none", t->owner);
    font f = theme_font(11, true, LEFT), quiet = theme_font(10.5, false, LEFT);
    double room = fmax(canvas_width(c, f, words), canvas_width(c, quiet, more));
    if (x + 8 + room > right)
        f.align = quiet.align = RIGHT;
    double at = f.align == RIGHT ? x - 8 : x + 8;
    canvas_text(c, at, p->plot.y + 14, f, words);
    canvas_text(c, at, p->plot.y + 29, quiet, more);
}

static void keys(const plane *p, const tail *t, size_t n)
{
    wr_canvas *c = p->b->c;
    double x = p->plot.x;
    for (size_t i = 0; i < n; i++) {
        font f = theme_font(10.5, i == 0, LEFT);
        pen with = theme_line(i);
        f.ink = theme_darker(with.ink);
        const char *name = canvas_fit(c, f, t[i].owner, p->plot.w / (double)n - 34);
        canvas_segment(c, x, p->plot.y - 13.5, x + 20, p->plot.y - 13.5, with);
        canvas_text(c, x + 25, p->plot.y - 10, f, name);
        x += 25 + canvas_width(c, f, name) + 16;
    }
}

/* Who asked for it, then where its time may go. */
static const char *const *choice(const book *b)
{
    const char *const *all = book_owners(b, NULL, "latency"), *const *first = part_traffic(b);
    const char **out = arena_alloc(b->c->arena, (MOST_CURVES + 1) * sizeof *out);
    size_t n = 0;
    for (; n < MOST_CURVES && *first; first++)
        out[n++] = *first;
    for (; n < MOST_CURVES && *all; all++)
        if (strcmp(book_type(b, *all), "traffic"))
            out[n++] = *all;
    return out;
}

static const char *finding(const book *b, const tail *t, double bound, double q)
{
    char half[SAY], late[SAY], goal[SAY], share[SAY];
    double p50 = slower_by(t, 0.5), p99 = slower_by(t, 0.01);
    const char *head = canvas_print(b->c, "Half of %s took less than %s, one in a hundred more than %s.", t->owner,
                                    say_value(half, p50, "s"), say_value(late, p99, "s"));
    if (isnan(bound))
        return head;
    double is = share_above(t, bound);
    return canvas_print(b->c, "%s %s took longer than %s; the goal allows %s.", head,
                        is > 0 ? say_value(share, is, "share") : "None", say_value(goal, bound, "s"),
                        say_value(late, 1 - q, "share"));
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "latency", choice(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    tail t[MOST_CURVES];
    size_t n = 0;
    b.timeless = true;
    for (; n < MOST_CURVES && *who; who++)
        n += tail_of(&b, *who, &t[n]);
    const char *title = words_title(&b, "the tail of latency");
    if (!n)
        return page_empty(&b, title, "No request was answered, or the results keep no histograms.");
    double q = 0.99, bound = book_objective(&b, t[0].owner, "latency", &q);
    box body = page_open(&b, title, finding(&b, &t[0], bound, q));
    plane p = plane_for(&b, body, t, n, bound);
    grid(&p);
    if (!isnan(bound))
        cross_hair(&p, &t[0], bound, q);
    for (size_t i = n; i-- > 0;) {
        pen with = theme_line(i);
        with.width = i ? 1.3 : 2.6;
        curve(&p, &t[i], with);
    }
    crossings(&p, &t[0], bound);
    keys(&p, t, n);
    return 0;
}

const wr_chart wr_chart_latency_ccdf = {
    .kind = "latency_ccdf",
    .title = "The tail of latency",
    .doc = "Share of answered requests slower than x, on two logarithmic axes, with percentiles written out and the objective as a cross-hair.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
