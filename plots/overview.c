/* overview.c - the run on one page: small panels over the same time.
 *
 * Read down a column: what came, how long it took, what went wrong; and beside it what there was to serve
 * it with. Panels without anything to show are left out. */
#include "charts.h"

static part_fn *const panels[] = {part_rates, part_fleet, part_latency, part_table, part_trouble, part_queue};
enum { PANELS = sizeof panels / sizeof *panels };

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    return wr_store_metrics(s, &m) && wr_store_periods(s);
}

/* Which of the panels have something to show. */
static size_t useful(const book *b, part_fn **out)
{
    size_t n = 0;
    for (size_t i = 0; i < PANELS; i++) {
        bool show = panels[i] == part_fleet   ? part_fleet_owner(b) != NULL
                    : panels[i] == part_table ? part_table_owner(b) != NULL
                    : panels[i] == part_queue ? part_queue_owner(b) != NULL
                                              : part_traffic(b)[0] != NULL;
        if (show)
            out[n++] = panels[i];
    }
    return n;
}

/* The i-th of n panels: the upper row has room for names of faults, the last of a column for times. */
static box cell(box body, size_t i, size_t n, size_t columns, unsigned *flags)
{
    const double names = 14, times = 11, gap = 8, aisle = 18;
    size_t rows = (n + columns - 1) / columns, row = i / columns, column = i % columns;
    bool last = i + columns >= n;
    double h = (body.h - names - times - gap * (double)(rows - 1)) / (double)rows;
    double w = (body.w - aisle * (double)(columns - 1)) / (double)columns;
    *flags = (row == 0 ? PANEL_NAMES : 0u) | (last ? PANEL_TIMES : 0u);
    return (box){body.x + (double)column * (w + aisle), body.y + (row ? names : 0) + (double)row * (h + gap), w,
                 h + (row ? 0 : names) + (last ? times : 0)};
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    (void)err;
    book b = book_open(cfg, s, c);
    part_fn *show[PANELS];
    size_t n = b.n ? useful(&b, show) : 0;
    const char *title = words_title(&b, "the run at a glance");
    if (!n)
        return page_empty(&b, title, "These results hold no series: run with a metrics_period, and with traffic.");
    const char *const *who = part_traffic(&b);
    const char *said[] = {words_rates(&b, who), who[0] ? words_latency(&b, who[0]) : NULL, words_causes(&b)};
    box body = page_open(&b, title, words_join(&b, said, 3, "Nothing happened."));
    size_t columns = body.w > body.h * 1.2 && n > 1 ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        unsigned flags;
        box where = cell(body, i, n, columns, &flags);
        show[i](&b, where, flags);
    }
    return 0;
}

const wr_chart wr_chart_overview = {
    .kind = "overview",
    .title = "The run at a glance",
    .doc = "Requests, latency, failures, capacity, table units and queues over the same time, with faults and scaling marked.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
