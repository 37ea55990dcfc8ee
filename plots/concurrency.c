/* concurrency.c - how much of a function's concurrency is used, against what it may use; cold starts; what was refused.
 *
 * Limits are what the scenario says: reserved concurrency, else what the account leaves unreserved. One is drawn where
 * use comes near it, so that a quiet function keeps its scale. Results count refusals by reason over the whole run
 * only: the reasons stand as a list below the panel that shows when. */
#include "charts.h"

enum { MOST_OWNERS = 3, MOST_REASONS = 3, RIGHT_ROOM = 92, STRIP = 66, REASON = 13 };

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].type, "lambda") && !strcmp(m[i].metric, "concurrency") && wr_store_periods(s))
            return true;
    return false;
}

/* ---- limits ------------------------------------------------------------------------------------------------- */
static double reserved_of(const book *b, const char *owner)
{
    return book_number(b, AT("resources", owner, "reserved_concurrent_executions"));
}

/* What the account has, less what its functions have set aside. */
static double unreserved(const book *b)
{
    double all = book_number(b, AT("account", "lambda_concurrency"));
    const char *const *f = book_owners(b, "lambda", "concurrency");
    for (all = isnan(all) ? 1000 : all; *f; f++) {
        double own = reserved_of(b, *f);
        all -= isnan(own) ? 0 : own;
    }
    return all;
}

typedef struct function {
    const char *owner, *limit_name;
    double limit, peak, peak_at, most[3]; /* most: of the three panels */
    trace stack[2], live, ready, cold, throttled, errors; /* stack: at work, idle */
} function;

static double higher(double most, const trace *t)
{
    return t->mid && t->most > most ? t->most : most;
}

static bool near_limit(const function *f)
{
    return f->limit <= 2 * higher(f->live.mid ? f->live.most : 0, &f->stack[0]);
}

static function function_of(const book *b, const char *owner)
{
    term idle[] = {{canvas_print(b->c, "%s.in_service", owner), 1}, {canvas_print(b->c, "%s.concurrency", owner), -1}};
    function f = {.owner = owner,
                  .stack = {trace_one(b, owner, "concurrency", 0), trace_sum(b, idle, 2, 0)},
                  .live = trace_one(b, owner, "in_service", 0),
                  .ready = trace_one(b, owner, "provisioned_ready", 0),
                  .cold = trace_one(b, owner, "cold_starts", TRACE_RATE),
                  .throttled = trace_one(b, owner, "Throttles", TRACE_RATE),
                  .errors = trace_one(b, owner, "Errors", TRACE_RATE)};
    for (size_t i = 0; f.stack[1].mid && i < b->n; i++) /* medians of two levels may cross */
        f.stack[1].mid[i] = fmax(0, f.stack[1].mid[i]);
    trace within = trace_one(b, owner, "concurrency.max", 0);
    const trace *top = within.mid ? &within : &f.stack[0];
    f.peak = top->peak;
    f.peak_at = top->peak_at;
    f.limit = reserved_of(b, owner);
    f.limit_name = isnan(f.limit) ? "unreserved" : "reserved";
    f.limit = isnan(f.limit) ? unreserved(b) : f.limit;
    f.most[0] = higher(higher(higher(near_limit(&f) ? f.limit : 0, &f.stack[0]), &f.live), &f.ready);
    f.most[1] = higher(0, &f.cold);
    f.most[2] = higher(higher(0, &f.throttled), &f.errors);
    return f;
}

/* ---- what there is to see ------------------------------------------------------------------------------------- */
static const char *finding(const book *b, const function *f)
{
    char most[SAY], limit[SAY], when[SAY], share[SAY];
    if (!(f->peak > 0))
        return canvas_print(b->c, "Nothing ever ran at %s.", f->owner);
    double cold = book_stat(b, f->owner, "cold_start_share", "mean"),
           refused = book_stat(b, f->owner, "throttled_share", "mean");
    const char *s = canvas_print(b->c, "%s used up to %s of %s (%s)", f->owner, say_number(most, round(f->peak)),
                                 say_number(limit, f->limit), say_clock(when, f->peak_at));
    if (cold > 0)
        s = canvas_print(b->c, "%s; %s met a cold start", s, say_value(share, cold, "share"));
    if (refused > 0)
        s = canvas_print(b->c, "%s; %s were throttled", s, say_value(share, refused, "share"));
    return canvas_print(b->c, "%s.", s);
}

static void environments(const book *b, const function *f, box where, double most)
{
    const ink fill[] = {theme_fill(ROLE_USED), theme_fill(ROLE_DESIRED)};
    panel p = panel_open(b, where, canvas_print(b->c, "Environments of %s", f->owner), "1", 0, most, RIGHT_ROOM,
                         PANEL_NAMES | PANEL_WHOLE);
    p.acts = f->owner;
    if (trace_any(&f->stack[1]))
        panel_key(&p, theme_pen(ROLE_DESIRED), fill[1], "idle");
    plot_stack(&p, f->stack, fill, 2, false);
    plot_trace(&p, &f->stack[0], theme_pen(ROLE_USED), "at work");
    plot_steps(&p, &f->live, theme_pen(ROLE_CAPACITY), "live");
    if (trace_any(&f->ready))
        plot_steps(&p, &f->ready, theme_pen(ROLE_DESIRED), "provisioned");
    if (near_limit(f))
        plot_level(&p, f->limit, theme_pen(ROLE_OBJECTIVE), f->limit_name);
    panel_close(&p);
}

static void cold_starts(const book *b, const function *f, box where, double most)
{
    panel p = panel_open(b, where, "Cold starts", "1/s", 0, most, RIGHT_ROOM, 0);
    p.acts = f->owner;
    plot_area(&p, &f->cold, ROLE_BOOTING, NULL);
    panel_close(&p);
}

static void trouble(const book *b, const function *f, box where, double most)
{
    panel p = panel_open(b, where, "Throttled and failed", "1/s", 0, most, RIGHT_ROOM, PANEL_TIMES);
    p.acts = f->owner;
    plot_trace(&p, &f->throttled, theme_pen(ROLE_THROTTLED), "throttled");
    plot_trace(&p, &f->errors, theme_pen(ROLE_FAILED), "failed");
    if (!(f->most[2] > 0))
        canvas_text(b->c, p.plot.x + p.plot.w / 2, p.plot.y + p.plot.h / 2, theme_quiet(10.5, CENTRE), "nothing");
    panel_close(&p);
}

static size_t reasons_of(const book *b, const char *owner, const wr_cause_row **out)
{
    const wr_cause_row *c;
    size_t n = book_causes(b, &c), found = 0;
    for (size_t i = 0; i < n && found < MOST_REASONS; i++)
        if (!strcmp(c[i].owner, owner) && c[i].count > 0)
            out[found++] = &c[i];
    return found;
}

/* "29,514 throttled: ReservedFunctionConcurrentInvocationLimitExceeded" */
static void reasons(const book *b, const char *owner, box where)
{
    const wr_cause_row *c[MOST_REASONS];
    char count[SAY];
    size_t n = reasons_of(b, owner, c);
    for (size_t i = 0; i < n; i++) {
        double y = where.y + REASON * ((double)i + 0.8);
        enum role r = theme_outcome(c[i]->outcome);
        const char *dot = strchr(c[i]->cause, '.');
        font f = theme_font(10, false, LEFT);
        f.ink = theme_word(r);
        canvas_box(b->c, (box){where.x, y - 7.5, 9, 8}, theme_fill(r));
        canvas_text(b->c, where.x + 14, y, f,
                    canvas_fit(b->c, f,
                               canvas_print(b->c, "%s %s: %s", say_number(count, round(c[i]->count)),
                                            words_outcome(c[i]->outcome), dot ? dot + 1 : c[i]->cause),
                               where.w - 14));
    }
}

static void column(const book *b, const function *f, box where, const double *most, size_t lines)
{
    double room = lines ? (double)lines * REASON + 6 : 0, rest = where.h - room - STRIP - 12;
    box top = where, strip = where, low = where, list = where;
    top.h = rest * 0.6;
    strip.y = top.y + top.h + 6;
    strip.h = STRIP;
    low.y = strip.y + strip.h + 6;
    low.h = rest - top.h;
    list.y = low.y + low.h + 6;
    environments(b, f, top, part_scale(f->most[0], most[0]));
    cold_starts(b, f, strip, part_scale(f->most[1], most[1]));
    trouble(b, f, low, part_scale(f->most[2], most[2]));
    reasons(b, f->owner, list);
}

/* most: of the panels of all; lines: the longest list of reasons. */
static size_t gather(const book *b, const char *const *who, function *f, const char **said, double *most, size_t *lines)
{
    const wr_cause_row *some[MOST_REASONS];
    size_t n = 0;
    *lines = 0;
    for (; n < MOST_OWNERS && who[n] && b->n; n++) {
        f[n] = function_of(b, who[n]);
        for (size_t k = 0; k < 3; k++)
            most[k] = fmax(most[k], f[n].most[k]);
        size_t found = reasons_of(b, who[n], some);
        *lines = found > *lines ? found : *lines;
        said[n] = finding(b, &f[n]);
    }
    return n;
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "concurrency", book_owners(&b, "lambda", "concurrency"), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    function f[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    double most[3] = {0};
    size_t lines, n = gather(&b, who, f, said, most, &lines);
    const char *title = words_title(&b, n == 1 ? "concurrency of %s" : "concurrency", n == 1 ? who[0] : "");
    if (!n)
        return page_empty(&b, title, "Nothing in these results is a function.");
    box body = page_open(&b, title, words_join(&b, said, n, ""));
    for (size_t i = 0; i < n; i++)
        column(&b, &f[i], box_column(body, i, n, 16), most, lines);
    return 0;
}

const wr_chart wr_chart_concurrency = {
    .kind = "concurrency",
    .title = "Concurrency",
    .doc = "Environments of functions at work, live and provisioned against the limit; cold starts; what was throttled, and why.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
