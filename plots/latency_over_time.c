/* latency_over_time.c - bands of percentiles, and below them how many answers they rest on.
 *
 * Half of the requests were faster than the lower edge, one in a hundred slower than the upper: the darker the
 * band, the more of them. Periods without an answer have no band. Several owners stand side by side on the same
 * scale. Of many replications the median of each percentile is drawn. */
#include "charts.h"

enum { MOST_OWNERS = 3, STATS = 4 };
static const char *const stats[STATS] = {"p50", "p90", "p95", "p99"};
static const char *const scales[] = {"auto", "true", "false", NULL};

struct latency_cfg { chart_cfg base; int log; };
static const wr_param params[] = {
    CHART_CFG(struct latency_cfg, base),
    {.key = "log", .type = WR_T_ENUM, WR_FIELD(struct latency_cfg, log), .def = "auto", .choices = scales,
     .doc = "Logarithmic latency axis; auto: when p99 and p50 lie more than a factor of 100 apart."},
    {0}};

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].metric, "latency") && wr_store_periods(s))
            return true;
    return false;
}

typedef struct latency { const char *owner; trace of[STATS], count; double bound; } latency;

static latency latency_of(const book *b, const char *owner)
{
    double q;
    latency l = {.owner = owner, .bound = book_objective(b, owner, "latency", &q)};
    for (size_t i = 0; i < STATS; i++)
        l.of[i] = trace_one(b, owner, canvas_print(b->c, "latency.%s", stats[i]), 0);
    l.count = trace_one(b, owner, "latency.count", TRACE_RATE);
    return l;
}

static double least_of(const book *b, const trace *t)
{
    double least = INFINITY;
    for (size_t i = 0; t->mid && i < b->n; i++)
        if (t->mid[i] > 0)
            least = fmin(least, t->mid[i]);
    return least;
}

static void bands(const book *b, const latency *l, box where, double least, double most, unsigned flags)
{
    static const double strength[] = {0.45, 0.28, 0.16};
    char limit[SAY];
    panel p = panel_open(b, where, canvas_print(b->c, "Latency of %s", l->owner), "s", least, most, 82, flags);
    for (size_t i = 0; i + 1 < STATS; i++)
        if (l->of[i].mid && l->of[i + 1].mid)
            plot_band(&p, l->of[i].mid, l->of[i + 1].mid, theme_ink(theme_pen(ROLE_LATENCY).ink.rgb, strength[i]));
    for (size_t i = 0; i < STATS; i++) {
        trace line = l->of[i];
        line.low = line.high = line.mid;
        pen with = theme_pen(ROLE_LATENCY);
        with.width = i == 0 ? 2 : i == STATS - 1 ? 1.2 : 0.5;
        plot_trace(&p, &line, with, stats[i]);
    }
    if (l->bound < 4 * most)
        plot_level(&p, l->bound, theme_pen(ROLE_OBJECTIVE),
                   canvas_print(b->c, "goal %s", say_value(limit, l->bound, "s")));
    panel_close(&p);
}

static void answers(const book *b, const latency *l, box where, double most)
{
    panel p = panel_open(b, where, "Answers behind it", "1/s", 0, most, 82, PANEL_TIMES);
    plot_area(&p, &l->count, ROLE_SERVED, "answers");
    panel_close(&p);
}

static const char *finding(const book *b, const latency *l, size_t n)
{
    const char *said[MOST_OWNERS];
    for (size_t i = 0; i < n; i++)
        said[i] = words_latency(b, l[i].owner);
    return words_join(b, said, n, "No request was answered.");
}

typedef struct spread { double least, most, count; } spread; /* of all owners: they share their axes */

static void widen(const book *b, spread *w, const latency *l)
{
    const trace *top = &l->of[STATS - 1];
    w->most = fmax(w->most, top->most);
    if (l->bound < 4 * top->most) /* a goal far above would flatten the bands */
        w->most = fmax(w->most, l->bound);
    w->least = fmin(w->least, least_of(b, &l->of[0]));
    w->count = fmax(w->count, l->count.most);
}

static bool logarithmic(const struct latency_cfg *cfg, const spread *w)
{
    int wish = cfg ? cfg->log : 0;
    return wish == 1 || (wish == 0 && w->most > 100 * w->least);
}

static void column(const book *b, const latency *l, box where, const spread *w, bool log)
{
    box top = where, below = where;
    below.h = fmax(78, where.h * 0.24);
    top.h = where.h - below.h - 6;
    below.y = where.y + top.h + 6;
    bands(b, l, top, log ? w->least : 0, w->most, PANEL_NAMES | (log ? PANEL_LOG : 0u));
    answers(b, l, below, w->count);
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "latency", part_traffic(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    latency l[MOST_OWNERS];
    spread w = {INFINITY, 0, 0};
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n]; n++) {
        l[n] = latency_of(&b, who[n]);
        widen(&b, &w, &l[n]);
    }
    const char *title = words_title(&b, "latency over time");
    if (!n || !(w.most > 0))
        return page_empty(&b, title,
                          n ? "No request was answered, so there is no latency."
                            : "Nobody in these results has a latency.");
    box body = page_open(&b, title, finding(&b, l, n));
    for (size_t i = 0; i < n; i++)
        column(&b, &l[i], box_column(body, i, n, 16), &w, logarithmic(cfg, &w));
    return 0;
}

const wr_chart wr_chart_latency_over_time = {
    .kind = "latency_over_time",
    .title = "Latency over time",
    .doc = "Percentiles p50, p90, p95 and p99 of each period as bands, the objective as a line, and below the answers per second.",
    .params = params,
    .cfg_size = sizeof(struct latency_cfg),
    .applies = applies,
    .draw = draw};
