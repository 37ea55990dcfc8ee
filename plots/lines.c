/* lines.c - any metric expressions as curves; those of one unit share a panel and its axis.
 *
 * `of` takes what `slo` takes on its left side: web.latency.p99, orders.throttled.rate,
 * jobs.queue_depth / app.in_service. */
#include "charts.h"

enum { MOST_LINES = 12, MOST_PANELS = 4 };
static const char *const usual[] = {"requests", "completed", "utilization", NULL};

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    return wr_store_metrics(s, &m) > 0 && wr_store_periods(s) > 0;
}

typedef struct curve { const char *name, *unit; trace t; } curve;

static const char *const *choice(const book *b)
{
    const char **out = arena_alloc(b->c->arena, (MOST_LINES + 1) * sizeof *out);
    size_t n = 0;
    for (size_t k = 0; usual[k]; k++)
        for (const char *const *o = book_owners(b, NULL, usual[k]); *o && n < MOST_LINES; o++)
            if (k == 2 || !strcmp(*o, part_traffic(b)[0]))
                out[n++] = canvas_print(b->c, "%s.%s%s", *o, usual[k], k == 2 ? "" : ".rate");
    return out;
}

static double room_for(const book *b, const curve *c, size_t n, double width)
{
    double room = 60;
    for (size_t i = 0; i < n; i++)
        room = fmax(room, 16 + canvas_width(b->c, theme_font(10.5, false, LEFT), c[i].name));
    return fmin(room, width * 0.3);
}

static const char *heading(const char *unit)
{
    static const struct { const char *unit, *words; } of[] = {{"s", "Time"}, {"1/s", "Per second"}, {"share", "Share"}, {"%", "Per cent"},
                                                              {"1", "Number"}, {"B", "Size"}, {"USD", "Money"}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (!strcmp(of[i].unit, unit))
            return of[i].words;
    return unit;
}

static void draw_unit(const book *b, const curve *c, size_t n, const char *unit, box where, double room, unsigned flags)
{
    double least = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(c[i].unit, unit))
            continue;
        most = fmax(most, c[i].t.most);
        for (size_t k = 0; k < b->n; k++)
            least = fmin(least, isnan(c[i].t.low[k]) ? 0 : c[i].t.low[k]);
    }
    panel p = panel_open(b, where, heading(unit), unit, least, most, room, flags);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(c[i].unit, unit))
            plot_trace(&p, &c[i].t, theme_line(i), c[i].name);
    panel_close(&p);
}

/* In the order in which they come; 0: too many. */
static size_t units_of(const curve *c, size_t n, const char **out)
{
    size_t units = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < units && strcmp(out[k], c[i].unit))
            k++;
        if (k == units && units == MOST_PANELS)
            return 0;
        if (k == units)
            out[units++] = c[i].unit;
    }
    return units;
}

static const char *finding(const book *b, const curve *c, size_t n)
{
    char most[SAY], when[SAY];
    const char *said[3];
    size_t k = 0;
    for (; k < n && k < 3; k++)
        said[k] = !c[k].t.mid || isnan(c[k].t.peak)
                      ? canvas_print(b->c, "%s has no sample.", c[k].name)
                      : canvas_print(b->c, "%s peaks at %s (%s).", c[k].name, say_value(most, c[k].t.peak, c[k].unit),
                                     say_clock(when, c[k].t.peak_at));
    return words_join(b, said, k, "");
}

static int curves_of(const book *b, const char *const *of, curve *out, size_t *n, wr_err *err)
{
    for (*n = 0; of[*n]; ++*n) {
        if (*n == MOST_LINES)
            return wr_fail(err, WR_E_INPUT, "too many curves: one chart takes %d", MOST_LINES);
        out[*n].name = of[*n];
        out[*n].t = trace_expression(b, of[*n], &out[*n].unit, err);
        if (!out[*n].t.mid)
            return WR_E_INPUT;
    }
    return 0;
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *title = words_title(&b, "metrics over time"), *units[MOST_PANELS];
    if (!b.n || !part_traffic(&b)[0])
        return page_empty(&b, title, "These results hold no series.");
    curve curves[MOST_LINES];
    size_t n;
    int bad = curves_of(&b, c->of && c->of[0] ? c->of : choice(&b), curves, &n, err);
    if (bad)
        return bad;
    size_t panels = units_of(curves, n, units);
    if (!panels)
        return wr_fail(err, WR_E_INPUT, "too many units: one chart takes %d", MOST_PANELS);
    box body = page_open(&b, title, finding(&b, curves, n));
    double room = room_for(&b, curves, n, body.w);
    for (size_t i = 0; i < panels; i++)
        draw_unit(&b, curves, n, units[i], box_row(body, i, panels, 8), room,
                  (i ? 0u : PANEL_NAMES) | (i + 1 == panels ? PANEL_TIMES : 0u));
    return 0;
}

const wr_chart wr_chart_lines = {
    .kind = "lines",
    .title = "Metrics over time",
    .doc = "Any metric expressions as curves; those of one unit share a panel.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
