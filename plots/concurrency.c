/* concurrency.c - how much of a function's concurrency is used, against what it may use; cold starts and refusals.
 *
 * The limit is what the scenario says: reserved concurrency, else the account's. It is drawn where use comes near it, so
 * that a quiet function keeps its scale. */
#include "charts.h"
#include "../sim/table/table.h"
#include <stdlib.h>

enum { MOST_OWNERS = 3 };

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].type, "lambda") && !strcmp(m[i].metric, "concurrency") && wr_store_periods(s))
            return true;
    return false;
}

/* ---- limits, from the scenario that the results carry ------------------------------------------------------- */
static const node *scenario_of(const book *b)
{
    const char *yaml = wr_store_text(b->s, "scenario_resolved");
    wr_diag *d = wr_diag_create();
    const node *root = yaml ? yaml_read(b->c->arena, "scenario", yaml, strlen(yaml), d) : NULL;
    wr_diag_destroy(d);
    return root && root->kind == NODE_MAP ? root : NULL;
}

static const node *under(const node *in, const char *key)
{
    return in && in->kind == NODE_MAP ? node_get(in, key) : NULL;
}

static double number_of(const node *n)
{
    double x;
    bool good = n && n->kind == NODE_SCALAR && quantity_read(n->text, n->len, WR_T_NUMBER, NULL, &x, NULL) == Q_OK;
    return good ? x : NAN;
}

typedef struct function {
    const char *owner, *limit_name;
    double limit;
    trace used, live, provisioned, cold, throttled, errors;
} function;

static function function_of(const book *b, const char *owner, const node *scenario)
{
    function f = {.owner = owner, .used = trace_one(b, owner, "concurrency", 0), .live = trace_one(b, owner, "in_service", 0),
                  .provisioned = trace_one(b, owner, "ProvisionedConcurrentExecutions", 0),
                  .cold = trace_one(b, owner, "cold_starts", TRACE_RATE), .throttled = trace_one(b, owner, "Throttles", TRACE_RATE),
                  .errors = trace_one(b, owner, "Errors", TRACE_RATE)};
    double account = number_of(under(under(scenario, "account"), "lambda_concurrency"));
    f.limit = number_of(under(under(under(scenario, "resources"), owner), "reserved_concurrent_executions"));
    f.limit_name = isnan(f.limit) ? "account" : "reserved";
    if (isnan(f.limit))
        f.limit = isnan(account) ? 1000 : account;
    return f;
}

/* ---- what there is to see ------------------------------------------------------------------------------------- */
static const char *finding(const book *b, const function *f)
{
    char most[SAY], limit[SAY], when[SAY], share[SAY];
    if (!trace_any(&f->used))
        return canvas_print(b->c, "Nothing ever ran at %s.", f->owner);
    double cold = book_stat(b, f->owner, "cold_start_share", "mean"), refused = book_stat(b, f->owner, "throttled_share", "mean");
    const char *s = canvas_print(b->c, "%s used up to %s of %s (%s)", f->owner, say_number(most, round(f->used.peak)),
                                 say_number(limit, f->limit), say_clock(when, f->used.peak_at));
    if (cold > 0)
        s = canvas_print(b->c, "%s; %s met a cold start", s, say_value(share, cold, "share"));
    if (refused > 0)
        s = canvas_print(b->c, "%s; %s were throttled", s, say_value(share, refused, "share"));
    return canvas_print(b->c, "%s.", s);
}

static bool near_limit(const function *f)
{
    return f->limit <= 2 * fmax(f->used.most, f->live.mid ? f->live.most : 0);
}

static void column(const book *b, const function *f, box where, const double *most)
{
    panel p = panel_open(b, box_row(where, 0, 3, 8), canvas_print(b->c, "Concurrency of %s", f->owner), "1", 0, most[0], 92,
                         PANEL_NAMES);
    plot_area(&p, &f->used, ROLE_USED, "at work");
    plot_steps(&p, &f->live, theme_pen(ROLE_CAPACITY), "live");
    if (f->provisioned.mid && trace_any(&f->provisioned))
        plot_steps(&p, &f->provisioned, theme_pen(ROLE_DESIRED), "on provisioned");
    if (near_limit(f))
        plot_level(&p, f->limit, theme_pen(ROLE_OBJECTIVE), f->limit_name);
    panel_close(&p);
    p = panel_open(b, box_row(where, 1, 3, 8), "Cold starts", "1/s", 0, most[1], 92, 0);
    plot_area(&p, &f->cold, ROLE_BOOTING, "cold");
    panel_close(&p);
    p = panel_open(b, box_row(where, 2, 3, 8), "Throttled and failed", "1/s", 0, most[2], 92, PANEL_TIMES);
    plot_trace(&p, &f->throttled, theme_pen(ROLE_THROTTLED), "throttled");
    plot_trace(&p, &f->errors, theme_pen(ROLE_FAILED), "failed");
    panel_close(&p);
}

static double higher(double most, const trace *t)
{
    return t->mid && t->most > most ? t->most : most;
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "concurrency", book_owners(&b, "lambda", "concurrency"), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    const node *scenario = scenario_of(&b);
    function f[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    double most[3] = {0};
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        f[n] = function_of(&b, who[n], scenario);
        most[0] = fmax(higher(higher(higher(most[0], &f[n].used), &f[n].live), &f[n].provisioned), near_limit(&f[n]) ? f[n].limit : 0);
        most[1] = higher(most[1], &f[n].cold);
        most[2] = higher(higher(most[2], &f[n].throttled), &f[n].errors);
        said[n] = finding(&b, &f[n]);
    }
    const char *title = words_title(&b, n == 1 ? "concurrency of %s" : "concurrency", n == 1 ? who[0] : "");
    if (!n)
        return page_empty(&b, title, "Nothing in these results is a function.");
    box body = page_open(&b, title, words_join(&b, said, n, ""));
    for (size_t i = 0; i < n; i++)
        column(&b, &f[i], box_column(body, i, n, 16), most);
    return 0;
}

const wr_chart wr_chart_concurrency = {
    .kind = "concurrency",
    .title = "Concurrency",
    .doc = "Concurrent executions of functions against their limit, live environments, cold starts, throttles and errors.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
