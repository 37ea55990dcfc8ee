/* amplification.c - what retries do to the load: tries per request, and tries against what was asked for and answered.
 *
 * A request that is tried three times loads everything behind it three times. Where a fault is shaded and the tries stay up
 * after it, the load keeps itself alive. */
#include "charts.h"

enum { MOST_OWNERS = 4 };

static bool retried(wr_store *s, const char *owner)
{
    const wr_store_summary *row;
    for (size_t i = wr_store_summaries(s, &row); i-- > 0;)
        if (!strcmp(row[i].owner, owner) && !strcmp(row[i].metric, "retries") && !strcmp(row[i].stat, "sum") && row[i].value > 0)
            return true;
    return false;
}

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].type, "traffic") && !*m[i].part && !strcmp(m[i].metric, "retries") && wr_store_periods(s) && retried(s, m[i].owner))
            return true;
    return false;
}

typedef struct sender { const char *owner; trace factor, asked, tried, served; } sender;

static sender sender_of(const book *b, const char *owner)
{
    const char *unit;
    term tries[] = {{canvas_print(b->c, "%s.requests", owner), 1}, {canvas_print(b->c, "%s.retries", owner), 1}};
    return (sender){owner,
                    trace_expression(b, canvas_print(b->c, "(%s.requests + %s.retries) / %s.requests", owner, owner, owner), &unit, NULL),
                    trace_one(b, owner, "requests", TRACE_RATE), trace_sum(b, tries, 2, TRACE_RATE),
                    trace_one(b, owner, "completed", TRACE_RATE)};
}

static const char *finding(const book *b, const sender *s)
{
    char most[SAY], when[SAY];
    if (!s->factor.mid || !(s->factor.peak > 1.005))
        return canvas_print(b->c, "%s hardly ever tried again.", s->owner);
    return canvas_print(b->c, "%s tried each request up to %s times (%s).", s->owner,
                        say_number(most, round(s->factor.peak * 100) / 100), say_clock(when, s->factor.peak_at));
}

static void column(const book *b, const sender *s, box where, const double *most)
{
    panel p = panel_open(b, box_row(where, 0, 2, 8), canvas_print(b->c, "Tries per request of %s", s->owner), "1", 0, most[0], 82, PANEL_NAMES);
    plot_trace(&p, &s->factor, theme_pen(ROLE_FAILED), "tries");
    plot_level(&p, 1, theme_pen(ROLE_OTHER), "one");
    panel_close(&p);
    p = panel_open(b, box_row(where, 1, 2, 8), "Asked for, tried, answered", "1/s", 0, most[1], 82, PANEL_TIMES);
    plot_area(&p, &s->served, ROLE_SERVED, "completed");
    plot_trace(&p, &s->tried, theme_pen(ROLE_FAILED), "tries");
    plot_trace(&p, &s->asked, theme_pen(ROLE_OFFERED), "requests");
    panel_close(&p);
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "retries", book_owners(&b, "traffic", "retries"), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    sender of[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    double most[2] = {1, 0};
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        of[n] = sender_of(&b, who[n]);
        most[0] = fmax(most[0], of[n].factor.mid ? of[n].factor.most : 1);
        most[1] = fmax(most[1], fmax(of[n].tried.mid ? of[n].tried.most : 0, of[n].served.mid ? of[n].served.most : 0));
        said[n] = finding(&b, &of[n]);
    }
    const char *title = words_title(&b, "what retries add");
    if (!n)
        return page_empty(&b, title, "Nobody in these results could try again.");
    box body = page_open(&b, title, words_join(&b, said, n, ""));
    for (size_t i = 0; i < n; i++)
        column(&b, &of[i], box_column(body, i, n, 16), most);
    return 0;
}

const wr_chart wr_chart_amplification = {
    .kind = "amplification",
    .title = "Retry amplification",
    .doc = "Tries per request of each traffic, and tries against what was asked for and what was answered.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
