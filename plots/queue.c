/* queue.c - how much waits, how long the oldest has waited, and whether more comes in than goes out.
 *
 * An SQS queue shows its messages by state, all deliveries beside those that were new, and below them what its
 * dead-letter queue holds; a dead-letter queue has no column of its own unless it is asked for. Columns share their
 * scales where one can be read on that of the others. */
#include "charts.h"

enum { MOST_OWNERS = 3, STATES = 3, ROWS = 4, RIGHT_ROOM = 82 };
static const char *const states[STATES] = {"ApproximateNumberOfMessagesNotVisible",
                                           "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesDelayed"};
static const char *const state_names[STATES] = {"in flight", "visible", "delayed"};
static const enum role state_roles[STATES] = {ROLE_SERVED, ROLE_USED, ROLE_OTHER};

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].metric, "queue_depth") && wr_store_periods(s))
            return true;
    return false;
}

typedef struct queue {
    const char *owner, *dead; /* its dead-letter queue; NULL: none */
    trace depth, state[STATES], age, in, given, out, moved, letters;
    double most[ROWS];        /* by row: messages, age, rates, dead letters; NaN: no such row */
} queue;

static double most_of(const trace *const *t, size_t n)
{
    double most = NAN;
    for (size_t i = 0; i < n; i++)
        if (t[i]->mid)
            most = fmax(most, t[i]->most);
    return most;
}

static queue queue_of(const book *b, const char *owner)
{
    static const char *const in[] = {"NumberOfMessagesSent", "requests", NULL};
    static const char *const out[] = {"NumberOfMessagesDeleted", "completed", NULL};
    queue q = {.owner = owner, .dead = part_dead_letters(b, owner), .depth = trace_one(b, owner, "queue_depth", 0),
               .age = trace_one(b, owner, "age_of_oldest", 0), .in = trace_first(b, owner, in, TRACE_RATE),
               .given = trace_one(b, owner, "NumberOfMessagesReceived", TRACE_RATE),
               .out = trace_first(b, owner, out, TRACE_RATE), .moved = trace_one(b, owner, "redriven", TRACE_RATE)};
    const trace *rates[] = {&q.in, &q.given, &q.out, &q.moved};
    for (size_t k = 0; k < STATES; k++)
        q.state[k] = trace_one(b, owner, states[k], 0);
    if (q.dead)
        q.letters = trace_one(b, q.dead, "messages", 0);
    q.most[0] = q.state[0].mid ? stack_most(b, q.state, STATES) : most_of(&(const trace *){&q.depth}, 1);
    q.most[1] = most_of(&(const trace *){&q.age}, 1);
    q.most[2] = most_of(rates, 4);
    q.most[3] = most_of(&(const trace *){&q.letters}, 1);
    return q;
}

static const char *finding(const book *b, const queue *q)
{
    char depth[SAY], when[SAY], age[SAY], at[SAY], dead[SAY];
    double until, lost = trace_last(b, &q->letters, &until), last = trace_last(b, &q->depth, &until);
    const char *letters =
        lost >= 0.5 ? canvas_print(b->c, "; %s in %s at the end", say_number(dead, round(lost)), q->dead) : "";
    if (!trace_any(&q->depth) && !trace_any(&q->state[0]))
        return canvas_print(b->c, "Nothing ever waited at %s%s.", q->owner, letters);
    trace held = trace_one(b, q->owner, "messages", 0);
    const char *first =
        held.mid ? canvas_print(b->c, "%s held up to %s messages (%s)", q->owner, say_number(depth, round(held.peak)),
                                say_clock(when, held.peak_at))
                 : canvas_print(b->c, "Up to %s waited at %s (%s)", say_number(depth, round(q->depth.peak * 10) / 10),
                                q->owner, say_clock(when, q->depth.peak_at));
    if (trace_any(&q->age))
        first = canvas_print(b->c, "%s; the oldest for %s (%s)", first,
                             q->age.peak < 120 ? say_value(age, q->age.peak, "s") : say_clock(age, q->age.peak),
                             say_clock(at, q->age.peak_at));
    bool left = last >= 1 && last > 0.5 * q->depth.most;
    return canvas_print(b->c, "%s%s%s.", first, letters, left ? "; it has not emptied at the end" : "");
}

/* ---- panels ---------------------------------------------------------------------------------------------- */
static void messages(const book *b, const queue *q, box where, double most, unsigned flags)
{
    ink fill[STATES];
    const char *title = canvas_print(b->c, q->state[0].mid ? "Messages of %s" : "Waiting at %s", q->owner);
    panel p = panel_open(b, where, title, "1", 0, most, RIGHT_ROOM, flags | PANEL_NAMES | PANEL_WHOLE);
    for (size_t k = 0; k < STATES; k++) {
        fill[k] = theme_fill(state_roles[k]);
        if (trace_any(&q->state[k]))
            panel_key_role(&p, state_roles[k], true, state_names[k]);
    }
    plot_stack(&p, q->state, fill, STATES, false);
    if (!q->state[0].mid)
        plot_area(&p, &q->depth, ROLE_USED, "waiting");
    panel_close(&p);
}

static void age(const book *b, const queue *q, box where, double most, unsigned flags)
{
    panel p = panel_open(b, where, "Age of the oldest", "s", 0, most, RIGHT_ROOM, flags);
    plot_trace(&p, &q->age, theme_pen(ROLE_LATENCY), "age");
    panel_close(&p);
}

static void rates(const book *b, const queue *q, box where, double most, unsigned flags)
{
    bool sqs = q->given.mid;
    panel p = panel_open(b, where, sqs ? "Sent, received, deleted" : "In and out", "1/s", 0, most, RIGHT_ROOM, flags);
    plot_trace(&p, &q->given, theme_pen(ROLE_CAPACITY), "received");
    plot_trace(&p, &q->out, theme_pen(ROLE_SERVED), sqs ? "deleted" : "out");
    pen dead = theme_pen(ROLE_FAILED);
    dead.dash = SOLID;
    if (trace_any(&q->moved))
        plot_trace(&p, &q->moved, dead, "dead");
    plot_trace(&p, &q->in, theme_pen(ROLE_OFFERED), sqs ? "sent" : "in");
    panel_close(&p);
}

static void letters(const book *b, const queue *q, box where, double most, unsigned flags)
{
    panel p = panel_open(b, where, canvas_print(b->c, "Dead letters in %s", q->dead), "1", 0, most, RIGHT_ROOM,
                         flags | PANEL_WHOLE);
    ink light = theme_fill(ROLE_FAILED);
    light.alpha *= 0.4;
    pen edge = theme_pen(ROLE_FAILED);
    edge.dash = SOLID;
    plot_stack(&p, &q->letters, &light, 1, false);
    plot_trace(&p, &q->letters, edge, "messages");
    panel_close(&p);
}

static void column(const book *b, const queue *q, box where, const double *most)
{
    static void (*const panels[ROWS])(const book *, const queue *, box, double, unsigned) = {messages, age, rates,
                                                                                             letters};
    size_t rows = 0, row = 0, last = 0;
    for (size_t k = 0; k < ROWS; k++)
        rows += isnan(most[k]) ? 0 : 1;
    for (size_t k = 0; k < ROWS; k++)
        last = isnan(q->most[k]) ? last : k;
    for (size_t k = 0; k < ROWS; k++) {
        if (!isnan(q->most[k]))
            panels[k](b, q, box_row(where, row, rows, 8), part_scale(q->most[k], most[k]),
                      k == last ? PANEL_TIMES : 0u);
        row += isnan(most[k]) ? 0 : 1;
    }
}

/* ---- who ---------------------------------------------------------------------------------------------------- */
static const char *const *choice(const book *b)
{
    const char *const *sqs = part_queues(b, "sqs");
    const char **one = arena_alloc(b->c->arena, 2 * sizeof *one);
    one[0] = sqs[0] ? NULL : part_queue_owner(b);
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
    double most[ROWS] = {NAN, NAN, NAN, NAN};
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        q[n] = queue_of(&b, who[n]);
        for (size_t k = 0; k < ROWS; k++)
            most[k] = fmax(most[k], q[n].most[k]);
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
    .doc = "Messages or requests that wait, by state; how long the oldest has waited; what comes in against what goes out; dead letters.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
