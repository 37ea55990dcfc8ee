/* queue.c - how much waits, how long the oldest has waited, and whether more comes in than goes out. */
#include "charts.h"

enum { MOST_OWNERS = 3 };

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].metric, "queue_depth") && wr_store_periods(s))
            return true;
    return false;
}

typedef struct queue { const char *owner; trace depth, age, in, out; } queue;

static queue queue_of(const book *b, const char *owner)
{
    static const char *const in[] = {"NumberOfMessagesSent", "requests", NULL};
    static const char *const out[] = {"NumberOfMessagesDeleted", "completed", NULL};
    return (queue){owner, trace_one(b, owner, "queue_depth", 0), trace_one(b, owner, "age_of_oldest", 0),
                   trace_first(b, owner, in, TRACE_RATE), trace_first(b, owner, out, TRACE_RATE)};
}

static const char *finding(const book *b, const queue *q)
{
    char depth[SAY], when[SAY], age[SAY], at[SAY];
    if (!trace_any(&q->depth))
        return canvas_print(b->c, "Nothing ever waited at %s.", q->owner);
    const char *first =
        canvas_print(b->c, "Up to %s waited at %s (%s)", say_number(depth, round(q->depth.peak * 10) / 10), q->owner,
                     say_clock(when, q->depth.peak_at));
    double until, last = trace_last(b, &q->depth, &until);
    bool left = last > 0.5 * q->depth.most;
    if (trace_any(&q->age))
        first = canvas_print(b->c, "%s; the oldest for %s (%s)", first,
                             q->age.peak < 120 ? say_value(age, q->age.peak, "s") : say_clock(age, q->age.peak),
                             say_clock(at, q->age.peak_at));
    return canvas_print(b->c, "%s%s.", first, left ? "; at the end the queue has not emptied" : "");
}

static void column(const book *b, const queue *q, box where, const double *most)
{
    size_t rows = 1u + (q->age.mid ? 1u : 0u) + (q->in.mid ? 1u : 0u), row = 0;
    box at = box_row(where, row++, rows, 8);
    panel p = panel_open(b, at, canvas_print(b->c, "Waiting at %s", q->owner), "1", 0, most[0], 82,
                         PANEL_NAMES | PANEL_WHOLE | (rows == 1 ? PANEL_TIMES : 0u));
    plot_area(&p, &q->depth, ROLE_USED, "waiting");
    panel_close(&p);
    if (q->age.mid) {
        p = panel_open(b, box_row(where, row, rows, 8), "Age of the oldest", "s", 0, most[1], 82,
                       row + 1 == rows ? PANEL_TIMES : 0u);
        row++;
        plot_trace(&p, &q->age, theme_pen(ROLE_LATENCY), "age");
        panel_close(&p);
    }
    if (q->in.mid) {
        p = panel_open(b, box_row(where, row, rows, 8), "In and out", "1/s", 0, most[2], 82, PANEL_TIMES);
        plot_trace(&p, &q->out, theme_pen(ROLE_SERVED), "out");
        plot_trace(&p, &q->in, theme_pen(ROLE_OFFERED), "in");
        panel_close(&p);
    }
}

static const char *const *choice(const book *b)
{
    const char *const *sqs = book_owners(b, "sqs", "queue_depth");
    const char **one = arena_alloc(b->c->arena, 2 * sizeof *one);
    one[0] = part_queue_owner(b);
    if (!one[0])
        one[0] = book_owners(b, NULL, "queue_depth")[0];
    return sqs[0] ? sqs : one;
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "queue_depth", choice(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    queue q[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    double most[3] = {0};
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        q[n] = queue_of(&b, who[n]);
        most[0] = fmax(most[0], q[n].depth.most);
        most[1] = fmax(most[1], q[n].age.most);
        most[2] = fmax(most[2], fmax(q[n].in.most, q[n].out.most));
        said[n] = finding(&b, &q[n]);
    }
    const char *title = words_title(&b, n == 1 ? "the queue at %s" : "queues", n == 1 ? who[0] : "");
    if (!n)
        return page_empty(&b, title, "Nothing in these results has a queue.");
    box body = page_open(&b, title, words_join(&b, said, n, ""));
    for (size_t i = 0; i < n; i++)
        column(&b, &q[i], box_column(body, i, n, 16), most);
    return 0;
}

const wr_chart wr_chart_queue = {
    .kind = "queue",
    .title = "Queues",
    .doc = "How many wait, how long the oldest has waited, and what comes in against what goes out.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
