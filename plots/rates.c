/* rates.c - what came, what was let in, what was answered, and what became of the rest.
 *
 * A request counts as offered when it arrives and in all else when it ends, so that a gap between the two with
 * nothing refused is work piling up. Admitted means not throttled and not turned away. */
#include "charts.h"

enum { MOST_OWNERS = 3, ENDS = 4 };
static const char *const metrics[ENDS] = {"throttled", "rejected", "timeouts", "failed otherwise"};
static const enum role roles[ENDS] = {ROLE_THROTTLED, ROLE_REFUSED, ROLE_TIMEOUT, ROLE_FAILED};

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].metric, "requests") && wr_store_periods(s))
            return true;
    return false;
}

typedef struct flow { const char *owner; trace offered, admitted, completed, end[ENDS]; } flow;

static flow flow_of(const book *b, const char *owner)
{
    flow f = {.owner = owner};
    const char *name[] = {"requests", "throttled", "rejected", "timeouts", "errors"};
    term t[5];
    for (size_t i = 0; i < 5; i++)
        t[i] = (term){canvas_print(b->c, "%s.%s", owner, name[i]), i ? -1 : 1};
    f.offered = trace_sum(b, t, 1, TRACE_RATE);
    f.admitted = trace_sum(b, t, 3, TRACE_RATE);
    f.completed = trace_one(b, owner, "completed", TRACE_RATE);
    for (size_t i = 0; i + 1 < ENDS; i++)
        f.end[i] = trace_one(b, owner, metrics[i], TRACE_RATE);
    t[4].factor = 1;
    f.end[ENDS - 1] = trace_sum(b, t + 1, 4, TRACE_RATE);
    return f;
}

/* Admitted is worth a line only where something was not. */
static bool refuses(const flow *f)
{
    return trace_any(&f->end[0]) || trace_any(&f->end[1]);
}

static void above(const book *b, const flow *f, box where, double most)
{
    panel p = panel_open(b, where, canvas_print(b->c, "Requests of %s", f->owner), "1/s", 0, most, 82, PANEL_NAMES);
    plot_area(&p, &f->completed, ROLE_SERVED, "completed");
    if (refuses(f))
        plot_trace(&p, &f->admitted, theme_pen(ROLE_CAPACITY), "admitted");
    plot_trace(&p, &f->offered, theme_pen(ROLE_OFFERED), "offered");
    panel_close(&p);
}

static void below(const book *b, const flow *f, box where, double most)
{
    ink fill[ENDS];
    panel p = panel_open(b, where, "Ended badly", "1/s", 0, most, 82, PANEL_TIMES);
    for (size_t i = 0; i < ENDS; i++) {
        fill[i] = theme_fill(roles[i]);
        if (trace_any(&f->end[i]))
            panel_key_role(&p, roles[i], true, metrics[i]);
    }
    plot_stack(&p, f->end, fill, ENDS, false);
    if (!(stack_most(b, f->end, ENDS) > 0))
        canvas_text(b->c, p.plot.x + p.plot.w / 2, p.plot.y + p.plot.h / 2, theme_quiet(11, CENTRE),
                    "nothing was refused and nothing failed");
    panel_close(&p);
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "requests", part_traffic(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    flow f[MOST_OWNERS];
    size_t n = 0;
    double most = 0, worst = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        f[n] = flow_of(&b, who[n]);
        most = fmax(most, fmax(f[n].offered.most, f[n].completed.most));
        worst = fmax(worst, stack_most(&b, f[n].end, ENDS));
    }
    const char *title = words_title(&b, "offered, admitted, completed");
    if (!n)
        return page_empty(&b, title, "Nobody in these results has requests by period.");
    const char *said[] = {words_rates(&b, who), words_causes(&b)};
    box body = page_open(&b, title, words_join(&b, said, 2, ""));
    for (size_t i = 0; i < n; i++) {
        box column = box_column(body, i, n, 16), top = column, low = column;
        low.h = column.h * 0.36;
        top.h = column.h - low.h - 8;
        low.y = column.y + top.h + 8;
        above(&b, &f[i], top, most);
        below(&b, &f[i], low, worst);
    }
    return 0;
}

const wr_chart wr_chart_rates = {
    .kind = "rates",
    .title = "Offered, admitted, completed",
    .doc = "Requests per second that arrived, were let in and were answered, and below them those that ended badly, by outcome.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
