/* text.c - the summary of a run for people: heading, objectives, causes, resources, cost, files.
 *
 * Numbers are means over replications. Of a missed objective the most frequent cause of its owner stands
 * below it, with the time at which it first struck in any replication. Nothing is judged here. Truth:
 * tests/unit/test_experiment.c. */
#include "result.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MOST_CAUSES = 8, MOST_ITEMS = 8 };

static void title(const char *s, FILE *to, bool color)
{
    fprintf(to, color ? "\n  \033[1m%s\033[0m\n" : "\n  %s\n", s);
}

static void print_heading(const wr_experiment *x, FILE *to, bool color)
{
    text t = {0};
    text_printf(&t, color ? "\033[1m%s\033[0m   %zu replication%s × " : "%s   %zu replication%s × ",
                x->look->name, x->n, x->n == 1 ? "" : "s");
    words_clock(&t, x->duration_s);
    text_printf(&t, "   seed %" PRIu64 "   ", x->seed);
    words_value(&t, (double)x->events, UNIT_PLAIN);
    text_puts(&t, " events");
    if (x->wall_s > 0) {
        text_puts(&t, " in ");
        words_value(&t, x->wall_s, UNIT_SECONDS);
    }
    fprintf(to, "%s%s\n", t.s, x->complete ? "" : "   (incomplete)");
    text_clear(&t);
}

/* ---- objectives ------------------------------------------------------------------------------------------- */
/* The most frequent cause of the owner of an objective; of traffic: what ended its requests. */
typedef struct trouble { const char *owner, *cause; double count, first_s; size_t replications; } trouble;

static bool owned(const char *expr, const char *owner)
{
    size_t len = strcspn(expr, ".:");
    return strlen(owner) == len && !strncmp(expr, owner, len);
}

static void count_blame(const wr_experiment *x, const char *expr, const wr_blame_row *like, trouble *t)
{
    for (size_t rep = 0; rep < x->n; rep++) {
        const wr_result *r = x->result[rep];
        bool here = false;
        for (size_t i = 0; i < r->blames; i++) {
            const wr_blame_row *b = &r->blame[i];
            if (!owned(expr, b->source) || strcmp(b->where, like->where) || strcmp(b->cause, like->cause))
                continue;
            t->count += b->count;
            t->first_s = fmin(t->first_s, b->first_s);
            here = true;
        }
        t->replications += here;
    }
}

static trouble blamed(const wr_experiment *x, const char *expr)
{
    trouble worst = {0};
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t i = 0; i < x->result[rep]->blames; i++) {
            const wr_blame_row *b = &x->result[rep]->blame[i];
            trouble t = {.owner = b->where, .cause = b->cause, .first_s = NAN};
            if (!owned(expr, b->source))
                continue;
            count_blame(x, expr, b, &t);
            worst = t.count > worst.count ? t : worst;
        }
    return worst;
}

static trouble caused(const wr_experiment *x, const char *expr)
{
    size_t i = 0;
    while (i < x->causes && !owned(expr, x->cause[i].owner))
        i++;
    if (i == x->causes)
        return (trouble){0};
    const wr_cause_row *c = &x->cause[i];
    trouble t = {.cause = c->cause, .count = c->count, .first_s = c->first_s};
    for (size_t rep = 0; rep < x->n; rep++)
        for (size_t k = 0; k < x->result[rep]->causes; k++) {
            const wr_cause_row *of = &x->result[rep]->cause[k];
            if (!strcmp(of->owner, c->owner) && !strcmp(of->cause, c->cause) && !strcmp(of->outcome, c->outcome)) {
                t.replications++;
                break;
            }
        }
    return t;
}

static void print_trouble(const wr_experiment *x, const char *expr, FILE *to)
{
    trouble t = blamed(x, expr);
    if (!t.cause)
        t = caused(x, expr);
    if (!t.cause)
        return;
    text s = {0};
    text_puts(&s, "      first at ");
    words_clock(&s, t.first_s);
    text_printf(&s, t.owner ? ": %s: " : ": ", t.owner);
    text_puts(&s, t.cause);
    if (x->n > 1 && t.replications == x->n)
        text_printf(&s, " (all %zu replications)", x->n);
    else if (x->n > 1)
        text_printf(&s, " (%zu of %zu replications)", t.replications, x->n);
    fprintf(to, "%s\n", s.s);
    text_clear(&s);
}

static void print_why(const wr_experiment *x, const wr_verdict *v, FILE *to)
{
    if (v->reason)
        fprintf(to, "      %s\n", v->reason);
    else if (v->undecided && v->more)
        fprintf(to, "      undecided: about %zu more replication%s would probably decide\n", v->more,
                v->more == 1 ? "" : "s");
    else if (v->undecided)
        fputs("      undecided: the mean lies on the bound\n", to);
    if (v->pass == 0 && !v->undecided)
        print_trouble(x, v->expr, to);
}

/* All objectives in one grid, but printed line by line, because reasons stand between them. */
static void print_line(const wr_verdict *v, const size_t *wide, const text *value, const text *half, FILE *to,
                       bool color)
{
    const char *mark = v->pass < 0 ? "·" : v->pass ? "✓" : v->undecided ? "?" : "✗";
    const char *tint = !color || v->pass < 0 ? "" : v->pass ? "\033[32m" : v->undecided ? "\033[33m" : "\033[31m";
    int pad_expr = (int)(wide[0] - utf8_columns(v->expr, strlen(v->expr))) + 3;
    int pad_value = half->len ? (int)(wide[1] - utf8_columns(value->s, value->len)) + 3 : 0;
    fprintf(to, "  %s%s%s %s%*s%s%*s%s\n", tint, mark, *tint ? "\033[0m" : "", v->expr, pad_expr, "", value->s,
            pad_value, "", half->len ? half->s : "");
}

static void words_verdict(const wr_experiment *x, const wr_verdict *v, text *value, text *half)
{
    enum unit u = words_unit(x, v->expr);
    text_clear(value);
    text_clear(half);
    words_value(value, v->e.mean, u);
    if (isnan(v->e.ci95))
        return;
    text_puts(half, "± ");
    words_value(half, v->e.ci95, u);
}

static void print_objectives(const wr_experiment *x, FILE *to, bool color)
{
    text value = {0}, half = {0};
    size_t wide[2] = {0};
    if (!x->verdicts)
        return;
    title("SLO", to, color);
    for (size_t i = 0; i < x->verdicts; i++) {
        words_verdict(x, &x->verdict[i], &value, &half);
        size_t w[] = {utf8_columns(x->verdict[i].expr, strlen(x->verdict[i].expr)), utf8_columns(value.s, value.len)};
        for (size_t k = 0; k < 2; k++)
            wide[k] = w[k] > wide[k] ? w[k] : wide[k];
    }
    for (size_t i = 0; i < x->verdicts; i++) {
        words_verdict(x, &x->verdict[i], &value, &half);
        print_line(&x->verdict[i], wide, &value, &half, to, color);
        print_why(x, &x->verdict[i], to);
    }
    text_clear(&value);
    text_clear(&half);
}

/* ---- causes, resources, cost --------------------------------------------------------------------------------- */
static void add_value(grid *g, double x, enum unit u)
{
    words_value(&g->cells, x, u);
    grid_next(g);
}

static void print_causes(const wr_experiment *x, FILE *to, bool color)
{
    grid g = {.align = "lllrrl"};
    static const char *const head[] = {"resource", "cause", "outcome", "count", "share", "first at"};
    if (!x->causes)
        return;
    title("causes", to, color);
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        grid_puts(&g, head[i]);
    for (size_t i = 0; i < x->causes && i < MOST_CAUSES; i++) {
        const wr_cause_row *c = &x->cause[i];
        grid_puts(&g, c->owner);
        grid_puts(&g, c->cause);
        grid_puts(&g, c->outcome);
        add_value(&g, c->count, UNIT_PLAIN);
        add_value(&g, c->share, UNIT_SHARE);
        words_clock(&g.cells, c->first_s);
        grid_next(&g);
    }
    grid_print(&g, to, "  ");
    if (x->causes > MOST_CAUSES)
        fprintf(to, "  and %zu more\n", x->causes - MOST_CAUSES);
}

static double mean_of(const wr_experiment *x, const char *owner, const char *metric, const char *stat)
{
    const wr_aggregate *g = wr_experiment_find(x, owner, "", metric, stat);
    return g ? g->e.mean : NAN;
}

static void add_kind(grid *g, const wr_experiment *x, const wr_measure *m)
{
    double low = mean_of(x, m->owner, "in_service", "min"), high = mean_of(x, m->owner, "in_service", "max");
    text_puts(&g->cells, m->type);
    if (high > low)
        text_printf(&g->cells, " %.0f→%.0f", low, high);
    grid_next(g);
}

static void add_resource(grid *g, const wr_experiment *x, const wr_measure *m)
{
    static const char *const quantiles[] = {"p50", "p95", "p99"};
    const char *time = wr_experiment_find(x, m->owner, "", "latency", "p50") ? "latency" : "residence";
    double rate = mean_of(x, m->owner, "requests", "rate");
    grid_puts(g, m->owner);
    add_kind(g, x, m);
    add_value(g, isnan(rate) ? mean_of(x, m->owner, "NumberOfMessagesSent", "rate") : rate, UNIT_PLAIN);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        add_value(g, mean_of(x, m->owner, time, quantiles[i]), UNIT_SECONDS);
    add_value(g, mean_of(x, m->owner, "utilization", "mean"), UNIT_SHARE);
    add_value(g, mean_of(x, m->owner, "throttled_share", "mean"), UNIT_SHARE);
    add_value(g, mean_of(x, m->owner, "cost_per_hour", "mean"), UNIT_MONEY);
}

static void print_resources(const wr_experiment *x, FILE *to)
{
    grid g = {.align = "llrrrrrrr"};
    static const char *const head[] = {"resource", "kind", "rate/s",    "p50",    "p95",
                                       "p99",      "used", "throttled", "an hour"};
    const char *before = NULL;
    for (size_t i = 0; i < x->metrics; i++) {
        const wr_measure *m = result_any(x, i);
        if (*m->part || !strcmp(m->type, "run") || (before && !strcmp(before, m->owner)))
            continue;
        for (size_t k = 0; !before && k < sizeof head / sizeof *head; k++)
            grid_puts(&g, head[k]);
        add_resource(&g, x, m);
        before = m->owner;
    }
    if (!before)
        return;
    fputc('\n', to);
    grid_print(&g, to, "  ");
}

static void print_cost(const wr_experiment *x, FILE *to, bool color)
{
    grid g = {.align = "llrlr"};
    if (!x->costs)
        return;
    title("cost", to, color);
    for (size_t i = 0; i < x->costs && i < MOST_ITEMS; i++) {
        const wr_cost_row *c = &x->cost[i];
        grid_puts(&g, c->owner);
        grid_puts(&g, c->item);
        add_value(&g, c->quantity, UNIT_PLAIN);
        grid_puts(&g, c->unit);
        add_value(&g, c->usd, UNIT_MONEY);
    }
    grid_print(&g, to, "  ");
    if (x->costs > MOST_ITEMS)
        fprintf(to, "  and %zu more\n", x->costs - MOST_ITEMS);
    text all = {0};
    words_value(&all, x->cost_usd, UNIT_MONEY);
    text_puts(&all, " in all, ");
    words_value(&all, x->cost_per_hour, UNIT_MONEY);
    fprintf(to, "  %s an hour\n", all.s);
    text_clear(&all);
}

void wr_print_summary(const wr_experiment *x, FILE *to, bool color)
{
    print_heading(x, to, color);
    print_objectives(x, to, color);
    print_causes(x, to, color);
    print_resources(x, to);
    print_cost(x, to, color);
    if (x->output)
        fprintf(to, "\n  results  %s      charts  weir plot %s\n", x->output, x->output);
}
