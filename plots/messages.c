/* messages.c - what became of a queue's messages: sent, waiting, in flight, and deleted, dead, expired or still there.
 *
 * Bands are as wide as counts of the statistics window, means over replications. A message that comes back from flight,
 * because its worker failed or was too slow, goes around again: the loop above is work done more than once. A queue
 * does not count what came back, nor what a delete found gone: both are what the other counts leave, so that the
 * picture closes. Deletes of messages that were gone are taken for such as expired in flight, as far as those go.
 * Truth: tests/unit/test_plot_kinds.c. */
#include "charts.h"

enum { MOST_OWNERS = 2, CURVE = 40, BAR = 13, NARROW = 640, APART = 24 };

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].type, "sqs") && !strcmp(m[i].metric, "NumberOfMessagesReceived"))
            return true;
    return false;
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */
typedef struct flows {
    const char *owner, *dead;
    double before, moved, sent;                     /* in */
    double given, back;
    double deleted, flying, late;                   /* out of flight; late: expired there */
    double redriven, expired, left;                 /* out of the queue, or still in it */
    double wait, wait_p99;                          /* s; NaN: none */
} flows;

static double count(const book *b, const char *owner, const char *metric, const char *stat)
{
    double x = book_stat(b, owner, metric, stat);
    return x > 0 ? x : 0;
}

/* Messages there were when the statistics window began. */
static double before(const book *b, const char *owner)
{
    trace held = trace_one(b, owner, "messages.last", 0);
    double x = book_number(b, AT("resources", owner, "initial_messages"));
    x = x > 0 ? x : 0;
    for (size_t i = 0; held.mid && i < b->n && b->t[i] + book_length(b, i) <= b->warmup * (1 + 1e-9); i++)
        x = held.mid[i] > 0 ? held.mid[i] : 0;
    return x;
}

static flows flows_of(const book *b, const char *owner)
{
    flows f = {.owner = owner,
               .dead = part_dead_letters(b, owner),
               .before = before(b, owner),
               .sent = count(b, owner, "NumberOfMessagesSent", "sum"),
               .given = count(b, owner, "NumberOfMessagesReceived", "sum"),
               .deleted = count(b, owner, "NumberOfMessagesDeleted", "sum"),
               .redriven = count(b, owner, "redriven", "sum"),
               .expired = count(b, owner, "expired", "sum"),
               .flying = count(b, owner, "ApproximateNumberOfMessagesNotVisible", "last"),
               .wait = book_stat(b, owner, "wait", "p50"),
               .wait_p99 = book_stat(b, owner, "wait", "p99")};
    f.left = fmax(0, count(b, owner, "messages", "last") - f.flying);
    double over = f.deleted + f.redriven + f.expired + f.left + f.flying - f.sent - f.before;
    f.moved = fmax(0, over - f.deleted); /* nobody sends to a dead-letter queue */
    over = fmax(0, over - f.moved);
    f.late = fmin(over, f.expired);
    f.expired -= f.late;
    f.deleted -= over;
    f.back = fmax(0, f.given - f.deleted - f.late - f.flying);
    return f;
}

static double all_of(const flows *f)
{
    return f->before + f->moved + f->sent;
}

/* ---- bands ------------------------------------------------------------------------------------------------------- */
typedef struct picture {
    wr_canvas *c;
    const flows *f;
    double unit;                   /* points a message */
    double x[4];                   /* left edges of the four columns */
    double top[4];                 /* where each begins */
    box in;
} picture;

static double wide(const picture *p, double n)
{
    return n > 0 ? fmax(1, n * p->unit) : 0;
}

static void band(const picture *p, double x0, double y0, double x1, double y1, double w, ink fill)
{
    point q[2 * CURVE];
    if (!(w > 0))
        return;
    for (size_t i = 0; i < CURVE; i++) {
        double t = (double)i / (CURVE - 1), s = t * t * (3 - 2 * t);
        q[i] = (point){x0 + t * (x1 - x0), y0 + s * (y1 - y0)};
        q[2 * CURVE - 1 - i] = (point){q[i].x, q[i].y + w};
    }
    canvas_area(p->c, q, 2 * CURVE, fill);
}

static void bar(const picture *p, size_t column, double y, double h, ink fill)
{
    canvas_box(p->c, (box){p->x[column], y, BAR, fmax(h, 1)}, fill);
}

/* From the right of one bar over the top to the left of an earlier one; y: upper edges at both. */
static void loop(const picture *p, double x0, double y0, double x1, double y1, double w, ink fill)
{
    point q[4 * CURVE];
    size_t n = 0, half = 2 * CURVE;
    double rise = p->in.y, reach = 16, r = reach + w, middle0 = (y0 + w + rise) / 2, middle1 = (y1 + w + rise) / 2;
    for (size_t side = 0; side < 2; side++) { /* the outer edge there, the inner one back */
        double in = side ? w : 0, pi = 3.14159265358979323846;
        for (size_t k = 0; k < half; k++) {
            size_t i = side ? half - 1 - k : k;
            bool first = i < CURVE;
            double t = (double)(first ? i : i - CURVE) / (CURVE - 1), a = first ? pi / 2 - pi * t : -pi / 2 - pi * t;
            double cx = first ? x0 : x1, cy = first ? middle0 : middle1, rx = r - in,
                   ry = (first ? y0 + w - rise : y1 + w - rise) / 2 - in;
            q[n++] = (point){cx + rx * cos(a), cy + ry * sin(a)};
        }
    }
    canvas_area(p->c, q, n, fill);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */
static void words(const picture *p, double x, double y, enum align to, enum role r, const char *head, const char *tail,
                  double room)
{
    font f = theme_font(11, true, to), quiet = theme_quiet(10, to);
    f.ink = theme_word(r);
    canvas_text(p->c, x, y, f, canvas_fit(p->c, f, head, room));
    if (tail && *tail)
        canvas_text(p->c, x, y + 13, quiet, canvas_fit(p->c, quiet, tail, room));
}

static const char *counted(const picture *p, double n, const char *what)
{
    char number[SAY];
    return canvas_print(p->c, "%s %s", say_number(number, round(n)), what);
}

static const char *share_of(const picture *p, double n)
{
    char share[SAY];
    double all = all_of(p->f);
    return canvas_print(p->c, "%s of all", say_value(share, all > 0 ? n / all : 0, "share"));
}

/* ---- the four columns -------------------------------------------------------------------------------------------- */
typedef struct outcome { const char *name, *where; double n; enum role role; bool flew; } outcome;

/* Those that left or stayed, from the top; text needs `least` each. */
static void outcomes(const picture *p, const outcome *o, size_t n, double *flight, double *queue)
{
    const double least = 31;
    double y = p->top[3];
    for (size_t i = 0; i < n; i++) {
        double w = wide(p, o[i].n);
        ink fill = theme_fill(o[i].role);
        if (!(o[i].n > 0))
            continue;
        fill.alpha = fmin(fill.alpha, 0.5);
        double *from = o[i].flew ? flight : queue;
        if (!o[i].flew) /* around what is in flight */
            y = fmax(y, p->top[2] + wide(p, p->f->given) + 10);
        band(p, p->x[o[i].flew ? 2 : 1] + BAR, *from, p->x[3], y, w, fill);
        bar(p, 3, y, w, theme_pen(o[i].role).ink);
        const char *tail = share_of(p, o[i].n);
        if (o[i].where)
            tail = canvas_print(p->c, "%s, in %s", tail, o[i].where);
        words(p, p->x[3] + BAR + 8, y + fmax(w / 2 - 2, 8), LEFT, o[i].role, counted(p, o[i].n, o[i].name), tail,
              p->in.x + p->in.w - p->x[3] - BAR - 8);
        *from += w;
        y += fmax(w, least) + 8;
    }
}

typedef struct source { const char *name; double n; uint32_t rgb; enum role role; } source;

/* y: where they join the queue's bar. What was sent stands level with it, the others above as far as there is room. */
static void sources(const picture *p, double y)
{
    const double apart = 32;
    const source s[] = {{"there before", p->f->before, 0x999999, ROLE_OTHER},
                        {"moved here", p->f->moved, 0xd55e00, ROLE_FAILED},
                        {"sent", p->f->sent, 0x555555, ROLE_OFFERED}};
    double at = p->top[0];
    for (size_t i = 0; i < 2; i++)
        at -= s[i].n > 0 ? apart : 0;
    at = fmax(at, p->in.y + 30);
    for (size_t i = 0; i < sizeof s / sizeof *s; i++) {
        double w = wide(p, s[i].n);
        if (!(s[i].n > 0))
            continue;
        band(p, p->x[0] + BAR, at, p->x[1], y, w, theme_ink(0x777777, 0.35));
        bar(p, 0, at, w, theme_ink(s[i].rgb, 1));
        words(p, p->x[0], at - 7, LEFT, s[i].role, counted(p, s[i].n, s[i].name), NULL, p->x[1] - p->x[0] - 10);
        at += w + apart;
        y += w;
    }
}

static void waiting_words(const picture *p, double y, double room)
{
    const flows *f = p->f;
    char half[SAY], most[SAY];
    const char *tail = isnan(f->wait_p99) ? NULL : "99 % do not wait";
    if (f->wait_p99 > 0)
        tail = canvas_print(p->c, "1 %% wait over %s", say_value(most, f->wait_p99, "s"));
    if (tail && f->wait > 0)
        tail = canvas_print(p->c, "half wait over %s, %s", say_value(half, f->wait, "s"), tail);
    words(p, p->x[1] + BAR, y, RIGHT, ROLE_USED, "visible", tail, room);
}

static void deliveries(const picture *p, double w)
{
    if (!(w > 0))
        return;
    band(p, p->x[1] + BAR, p->top[1], p->x[2], p->top[2], w, theme_fill(ROLE_USED));
    bar(p, 2, p->top[2], w, theme_pen(ROLE_SERVED).ink);
    double y = w < 30 && !(p->f->back > 0) ? p->top[1] - 18 : p->top[1] + w / 2 - 1; /* too thin for two lines */
    words(p, (p->x[1] + p->x[2] + BAR) / 2, y, CENTRE, ROLE_USED,
          counted(p, p->f->given, "deliveries"), "then in flight", p->x[2] - p->x[1] - BAR - 8);
}

static void flow(const picture *p)
{
    const flows *f = p->f;
    char twice[SAY];
    double back = wide(p, f->back), given = wide(p, f->given),
           through = given + wide(p, f->redriven) + wide(p, f->expired) + wide(p, f->left);
    double through_in = back + wide(p, f->sent) + wide(p, f->before) + wide(p, f->moved);
    double queue = p->top[1] + given, flight = p->top[2] + back;
    bar(p, 1, p->top[1], fmax(through, through_in), theme_pen(ROLE_USED).ink);
    if (f->back > 0) {
        loop(p, p->x[2] + BAR, p->top[2], p->x[1], p->top[1], back, theme_ink(0xd55e00, 0.45));
        const char *tail =
            f->given > 0 ? canvas_print(p->c, "%s of deliveries", say_value(twice, f->back / f->given, "share")) : NULL;
        words(p, (p->x[1] + p->x[2] + BAR) / 2, p->in.y + back + 17, CENTRE, ROLE_FAILED,
              counted(p, f->back, "came back"), tail, p->x[2] - p->x[1] - 20);
    }
    sources(p, p->top[1] + back);
    deliveries(p, given);
    const outcome o[] = {{"deleted", NULL, f->deleted, ROLE_SERVED, true},
                         {"expired", "flight", f->late, ROLE_TIMEOUT, true},
                         {"still in flight", NULL, f->flying, ROLE_OTHER, true},
                         {"still waiting", NULL, f->left, ROLE_USED, false},
                         {"expired", NULL, f->expired, ROLE_TIMEOUT, false},
                         {"dead letters", f->dead, f->redriven, ROLE_FAILED, false}};
    outcomes(p, o, sizeof o / sizeof *o, &flight, &queue);
    double foot = p->top[1] + fmax(through, through_in) + 16;
    waiting_words(p, foot, p->x[1] - p->x[0]);
}

/* Points a message that there is room for. */
static double unit_of(const flows *f, box in)
{
    double most = fmax(f->given + f->redriven + f->expired + f->left, f->back + all_of(f));
    if (!(most > 0))
        return 0;
    double room = fmax(10, in.h - 96 - (f->back > 0 ? 46 : 20)); /* the loop needs its width above the bars, too */
    return fmin(room / (1 + f->back / most), in.h * 0.45) / most;
}

static double common_unit(const flows *f, size_t n, box body)
{
    double unit = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double own = unit_of(&f[i], box_row(body, i, n, APART));
        unit = own > 0 ? fmin(unit, own) : unit;
    }
    return isinf(unit) ? 0 : unit;
}

static void draw_one(const book *b, const flows *f, box in, double unit)
{
    double right = in.w > NARROW ? 160 : 120, step = (in.w - right) / 3;
    picture p = {.c = b->c, .f = f, .in = in, .unit = unit};
    double back = wide(&p, f->back), thick = back + wide(&p, f->sent) + wide(&p, f->before) + wide(&p, f->moved),
           top = in.y + (f->back > 0 ? back + 46 : fmax(f->before > 0 ? 60 : 20, (in.h - thick) / 2 - 20));
    for (size_t i = 0; i < 4; i++) {
        p.x[i] = in.x + step * (double)i + (i == 1 || i == 2 ? 24 : 0);
        p.top[i] = i == 0 || i == 3 ? top + back : top;
    }
    flow(&p);
}

static const char *finding(const book *b, const flows *f)
{
    char sent[SAY], gone[SAY], times[SAY], lost[SAY];
    double all = all_of(f);
    if (!(all > 0))
        return canvas_print(b->c, "Nothing was ever sent to %s.", f->owner);
    const char *deleted = f->deleted > 0 ? say_value(gone, fmin(1, f->deleted / all), "share") : "none";
    const char *s =
        canvas_print(b->c, "Of %s messages at %s, %s were deleted", say_number(sent, round(all)), f->owner, deleted);
    double each = round(100 * f->given / all) / 100;
    if (each > 1)
        s = canvas_print(b->c, "%s; on average each was delivered %s times", s, say_number(times, each));
    if (f->redriven > 0)
        s = canvas_print(b->c, "%s; %s went to the dead letters", s, say_value(lost, f->redriven / all, "share"));
    if (f->expired + f->late > 0)
        s = canvas_print(b->c, "%s; %s expired", s, say_value(lost, (f->expired + f->late) / all, "share"));
    return canvas_print(b->c, "%s.", s);
}

/* The queue that most was sent to. */
static const char *const *choice(const book *b)
{
    const char *const *o = book_owners(b, "sqs", "NumberOfMessagesReceived");
    const char **one = arena_alloc(b->c->arena, 2 * sizeof *one);
    double most = -1;
    for (; *o; o++) {
        double n = count(b, *o, "NumberOfMessagesSent", "sum");
        if (n > most) {
            most = n;
            one[0] = *o;
        }
    }
    return one;
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "NumberOfMessagesReceived", choice(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    b.timeless = true;
    flows f[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n]; n++) {
        f[n] = flows_of(&b, who[n]);
        said[n] = finding(&b, &f[n]);
    }
    const char *title =
        words_title(&b, n == 1 ? "what became of the messages of %s" : "what became of messages", n == 1 ? who[0] : "");
    if (!n)
        return page_empty(&b, title, "No queue in these results holds messages.");
    box body = page_open(&b, title, words_join(&b, said, n, ""));
    double unit = common_unit(f, n, body);
    for (size_t i = 0; i < n; i++) {
        box in = box_row(body, i, n, APART);
        if (n > 1)
            canvas_text(c, in.x, in.y + 8, theme_font(11.5, true, LEFT), who[i]);
        draw_one(&b, &f[i], in, unit);
    }
    return 0;
}

const wr_chart wr_chart_messages = {
    .kind = "messages",
    .title = "What became of messages",
    .doc = "The messages of a queue from sent over visible and in flight to deleted, dead, expired or left, with what came back.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
