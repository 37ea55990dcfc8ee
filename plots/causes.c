/* causes.c - why requests ended badly: how often, since when, and through time.
 *
 * Bars count what each limit refused at its owner, named as AWS names it. The areas below follow the same owners
 * and outcomes over time. A request refused at one place may be counted again where its caller gave up. */
#include "charts.h"

enum { MOST_BARS = 7, BAR_ROOM = 34, MOST_LAYERS = 6 };

static bool applies(wr_store *s)
{
    const wr_cause_row *c;
    const wr_store_at *at;
    return wr_store_causes(s, &c, &at) > 0;
}

static void bar(const book *b, const wr_cause_row *r, box at, double most)
{
    wr_canvas *c = b->c;
    char count[SAY], share[SAY], when[SAY];
    enum role role = theme_outcome(r->outcome);
    double full = at.w * 0.56, w = fmax(1.5, full * r->count / most);
    font name = theme_font(11.5, true, LEFT), quiet = theme_quiet(11, LEFT), numbers = theme_font(11, false, LEFT);
    const char *cause = canvas_fit(c, name, r->cause, at.w * 0.62);
    double x = at.x + canvas_width(c, name, cause) + 8;
    canvas_text(c, at.x, at.y + 11, name, cause);
    canvas_text(
        c, x, at.y + 11, quiet,
        canvas_fit(c, quiet, canvas_print(c, "%s at %s", words_outcome(r->outcome), r->owner), at.x + at.w - x));
    canvas_box(c, (box){at.x, at.y + 15, w, 11}, theme_fill(role));
    const char *words = canvas_print(c, "%s", say_number(count, r->count));
    if (r->share > 0)
        words = canvas_print(c, "%s · %s of its requests", words, say_value(share, r->share, "share"));
    if (isfinite(r->first_s))
        words = canvas_print(c, "%s · first at %s", words, say_clock(when, r->first_s));
    canvas_text(c, at.x + w + 8, at.y + 24.5, numbers, canvas_fit(c, numbers, words, at.w - w - 8));
}

static const char *metric_of(const char *outcome)
{
    static const struct { const char *outcome, *metric; } of[] = {{"throttled", "throttled"}, {"timeout", "timeouts"}, {"rejected", "rejected"}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (!strcmp(of[i].outcome, outcome))
            return of[i].metric;
    return NULL;
}

/* Of an outcome without a metric of its own: errors without the others. */
static trace outcome_trace(const book *b, const char *owner, const char *outcome)
{
    const char *metric = metric_of(outcome);
    if (metric)
        return trace_one(b, owner, metric, TRACE_RATE);
    term t[] = {{canvas_print(b->c, "%s.errors", owner), 1}, {canvas_print(b->c, "%s.throttled", owner), -1},
                {canvas_print(b->c, "%s.timeouts", owner), -1}, {canvas_print(b->c, "%s.rejected", owner), -1}};
    return trace_sum(b, t, 4, TRACE_RATE);
}

typedef struct layer { const char *owner, *metric, *outcome; enum role role; size_t again; } layer;

/* One layer for each owner and outcome among the causes; `again`: so many before it have the same colour. */
static size_t layers_of(const book *b, const wr_cause_row *r, size_t n, layer *l, trace *t)
{
    size_t found = 0;
    for (size_t i = 0; i < n && found < MOST_LAYERS; i++) {
        const char *metric = metric_of(r[i].outcome) ? metric_of(r[i].outcome) : "error";
        bool seen = false;
        size_t again = 0;
        for (size_t k = 0; k < found; k++) {
            seen = seen || (!strcmp(l[k].owner, r[i].owner) && !strcmp(l[k].metric, metric));
            again += l[k].role == theme_outcome(r[i].outcome);
        }
        if (seen)
            continue;
        t[found] = outcome_trace(b, r[i].owner, r[i].outcome);
        l[found] = (layer){r[i].owner, metric, r[i].outcome, theme_outcome(r[i].outcome), again};
        found += trace_any(&t[found]);
    }
    return found;
}

static void over_time(const book *b, const wr_cause_row *r, size_t n, box where)
{
    layer l[MOST_LAYERS];
    trace t[MOST_LAYERS];
    ink fill[MOST_LAYERS];
    size_t layers = layers_of(b, r, n, l, t);
    panel p = panel_open(b, where, "Per second", "1/s", 0, stack_most(b, t, layers), 16, PANEL_NAMES | PANEL_TIMES);
    for (size_t i = 0; i < layers; i++) {
        fill[i] = theme_fill(l[i].role);
        fill[i].alpha /= (double)(1 + l[i].again);
        panel_key(&p, theme_pen(l[i].role), fill[i],
                  canvas_print(b->c, "%s at %s", words_outcome(l[i].outcome), l[i].owner));
    }
    plot_stack(&p, t, fill, layers, false);
    panel_close(&p);
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    (void)err;
    book b = book_open(cfg, s, c);
    const wr_cause_row *r;
    size_t n = book_causes(&b, &r), shown = 0;
    const char *title = words_title(&b, "why requests ended badly");
    while (shown < n && r[shown].count > 0)
        shown++;
    if (!shown)
        return page_empty(&b, title, "No limit refused anything and nothing failed after the warm-up.");
    n = shown;
    box body = page_open(&b, title, words_causes(&b));
    size_t room = (size_t)fmax(1, (body.h - (b.n ? 130 : 0)) / BAR_ROOM);
    room = room < MOST_BARS ? room : MOST_BARS;
    shown = shown < room ? shown : room;
    for (size_t i = 0; i < shown; i++)
        bar(&b, &r[i], (box){body.x, body.y + (double)i * BAR_ROOM, body.w, BAR_ROOM}, r[0].count);
    double used = (double)shown * BAR_ROOM;
    if (n > shown) {
        canvas_text(c, body.x, body.y + used + 8, theme_quiet(10, LEFT),
                    canvas_print(c, "and %zu rarer ones", n - shown));
        used += 14;
    }
    if (b.n)
        over_time(&b, r, n, (box){body.x, body.y + used + 8, body.w, body.h - used - 8});
    return 0;
}

const wr_chart wr_chart_causes = {
    .kind = "causes",
    .title = "Why requests ended badly",
    .doc = "Throttles, rejections, timeouts and errors by cause: count, share and first time, and how they went through the run.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
