/* amplification.c - what retries do to the load: tries per request, and tries against what was asked for and answered.
 *
 * A request that is tried three times loads everything behind it three times. Where a fault is shaded and the tries
 * stay up after it, the load keeps itself alive. A resource shows the calls that it makes itself: how many there were
 * is not in the results, so that its retries stand beside its requests and are not added to them. */
#include "charts.h"

enum { MOST_OWNERS = 6, MOST_COLUMNS = 2 };

static bool counts_retries(const wr_store_metric *m)
{
    return (!m->part || !*m->part) && !strcmp(m->metric, "retries") && strcmp(m->owner, "run");
}

static bool retried(wr_store *s, const char *owner)
{
    const wr_store_summary *row;
    for (size_t i = wr_store_summaries(s, &row); i-- > 0;)
        if (!strcmp(row[i].owner, owner) && !strcmp(row[i].metric, "retries") && !strcmp(row[i].stat, "sum") &&
            row[i].value > 0)
            return true;
    return false;
}

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (counts_retries(&m[i]) && wr_store_periods(s) && retried(s, m[i].owner))
            return true;
    return false;
}

/* Traffics that may try again, and resources that did. */
static const char *const *choice(const book *b)
{
    const char *const *all = book_owners(b, NULL, "retries");
    size_t n = 0, kept = 0;
    while (all[n])
        n++;
    const char **out = arena_alloc(b->c->arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++)
        if (retried(b->s, all[i]))
            out[kept++] = all[i];
    if (!kept)
        return book_owners(b, "traffic", "retries");
    return out;
}

typedef struct sender { const char *owner; bool traffic; trace factor, asked, tried, given_up, served; } sender;

static sender sender_of(const book *b, const char *owner)
{
    const char *unit;
    term tries[] = {{canvas_print(b->c, "%s.retries", owner), 1}, {canvas_print(b->c, "%s.requests", owner), 1}};
    sender s = {.owner = owner,
                .traffic = !strcmp(book_type(b, owner), "traffic"),
                .asked = trace_one(b, owner, "requests", TRACE_RATE),
                .given_up = trace_one(b, owner, "retries_suppressed", TRACE_RATE),
                .served = trace_one(b, owner, "completed", TRACE_RATE)};
    s.factor =
        s.traffic
            ? trace_expression(b, canvas_print(b->c, "(%s.requests + %s.retries) / %s.requests", owner, owner, owner),
                               &unit, NULL)
            : trace_one(b, owner, "attempts", 0);
    s.tried = trace_sum(b, tries, s.traffic ? 2 : 1, TRACE_RATE);
    return s;
}

static double faults_end(const book *b)
{
    const mark *m;
    double end = NAN;
    for (size_t i = book_faults(b, &m); i-- > 0;)
        end = isinf(m[i].to) ? end : fmax(end, m[i].to);
    return end < b->end - 2 * b->period ? end : NAN;
}

static const char *finding(const book *b, const sender *s)
{
    char most[SAY], when[SAY], still[SAY];
    if (!s->factor.mid || !(s->factor.peak > 1.005))
        return canvas_print(b->c, "%s hardly ever tried again.", s->owner);
    const char *what = s->traffic ? "request" : "of its calls";
    const char *words =
        canvas_print(b->c, "%s tried each %s up to %s times (%s)", s->owner, what,
                     say_number(most, round(s->factor.peak * 100) / 100), say_clock(when, s->factor.peak_at));
    double until, last = trace_last(b, &s->factor, &until);
    if (last > 1.2 && !isnan(faults_end(b)))
        words = canvas_print(b->c, "%s, and still %s times at the end, with no fault left", words,
                             say_number(still, round(last * 100) / 100));
    return canvas_print(b->c, "%s.", words);
}

static double higher(double most, const trace *t)
{
    return t->mid && t->most > most ? t->most : most;
}

static void column(const book *b, const sender *s, box where, const double *most)
{
    const char *title = s->traffic ? "Tries per request of %s" : "Tries per call that %s makes";
    pen tries = theme_pen(ROLE_FAILED);
    tries.dash = SOLID;
    panel p =
        panel_open(b, box_row(where, 0, 2, 8), canvas_print(b->c, title, s->owner), "1", 0, most[0], 82, PANEL_NAMES);
    plot_level(&p, 1, theme_pen(ROLE_OTHER), NULL);
    plot_trace(&p, &s->factor, tries, "tries");
    panel_close(&p);
    double own = higher(higher(higher(0, &s->tried), &s->served), &s->asked);
    p = panel_open(b, box_row(where, 1, 2, 8), s->traffic ? "Asked for, tried, answered" : "Its requests and retries",
                   "1/s", 0, part_scale(own, most[1]), 82, PANEL_TIMES);
    plot_area(&p, &s->served, ROLE_SERVED, "completed");
    plot_trace(&p, &s->tried, tries, s->traffic ? "tries" : "retries");
    if (trace_any(&s->given_up))
        plot_trace(&p, &s->given_up, theme_pen(ROLE_THROTTLED), "not allowed");
    plot_trace(&p, &s->asked, theme_pen(ROLE_OFFERED), "requests");
    panel_close(&p);
}

/* More than fit side by side: all in the same two panels. */
static void together(const book *b, const sender *s, size_t n, box where, const double *most)
{
    bool traffics = true;
    for (size_t i = 0; i < n; i++)
        traffics = traffics && s[i].traffic;
    panel p = panel_open(b, box_row(where, 0, 2, 8), "Tries per request", "1", 0, most[0], 116, PANEL_NAMES);
    plot_level(&p, 1, theme_pen(ROLE_OTHER), NULL);
    for (size_t i = 0; i < n; i++)
        plot_trace(&p, &s[i].factor, theme_line(i), s[i].owner);
    panel_close(&p);
    p = panel_open(b, box_row(where, 1, 2, 8), traffics ? "Tries" : "Tries; of resources: retries", "1/s", 0, most[1],
                   116, PANEL_TIMES);
    for (size_t i = 0; i < n; i++)
        plot_trace(&p, &s[i].tried, theme_line(i), s[i].owner);
    panel_close(&p);
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "retries", choice(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    sender of[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    double most[2] = {1, 0};
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        of[n] = sender_of(&b, who[n]);
        most[0] = higher(most[0], &of[n].factor);
        most[1] = higher(higher(higher(most[1], &of[n].tried), &of[n].served), &of[n].asked);
        said[n] = finding(&b, &of[n]);
    }
    const char *title = words_title(&b, "what retries add");
    if (!n)
        return page_empty(&b, title, "Nobody in these results could try again.");
    box body = page_open(&b, title, words_join(&b, said, n, ""));
    if (n > MOST_COLUMNS)
        together(&b, of, n, body, most);
    for (size_t i = 0; n <= MOST_COLUMNS && i < n; i++)
        column(&b, &of[i], box_column(body, i, n, 16), most);
    return 0;
}

const wr_chart wr_chart_amplification = {
    .kind = "amplification",
    .title = "Retry amplification",
    .doc = "Tries per request of traffics and per call of resources that try again, and tries against what was asked for and answered.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
