/* sweep_table.c - the points of a sweep as they are finished: a table for people, or one JSON document.
 *
 * A line a point: what it sets, then each objective with its interval and verdict; without objectives, the latency and
 * error rate of each traffic. Columns are as wide as their heads, and grow no more once the first line is out. */
#include "../result/result.h"
#include "sweep.h"
#include <math.h>
#include <string.h>

enum { CELL = 12 };

static void cell(text *t, const char *s, size_t wide)
{
    size_t w = utf8_columns(s, strlen(s));
    text_puts(t, s);
    for (; w < wide; w++)
        text_puts(t, " ");
    text_puts(t, "  ");
}

static size_t wide_for(const char *head)
{
    size_t w = utf8_columns(head, strlen(head));
    return w < CELL ? CELL : w;
}

static const char *value_at(const wr_point *p, const char *path)
{
    for (size_t i = 0; i < p->n; i++)
        if (!strcmp(p->set[i].path, path))
            return p->set[i].value;
    return "-";
}

static void print_line(text *t)
{
    while (t->len && t->s[t->len - 1] == ' ')
        t->s[--t->len] = 0;
    printf("%s\n", t->s);
    fflush(stdout);
    text_clear(t);
}

static void heads(const sweep_task *k, const wr_experiment *x)
{
    text t = {0};
    cell(&t, "point", 5);
    for (size_t i = 0; i < k->grid.paths; i++)
        cell(&t, k->grid.path[i], wide_for(k->grid.path[i]));
    for (size_t i = 0; i < k->look->slos; i++)
        cell(&t, k->look->slo[i].expr, wide_for(k->look->slo[i].expr));
    for (size_t i = 0; !k->look->slos && i < x->look->parts; i++)
        if (x->look->part[i].traffic) {
            text head = {0};
            text_printf(&head, "%s.latency.p99", x->look->part[i].name);
            cell(&t, head.s, wide_for(head.s));
            text_clear(&head);
        }
    cell(&t, "$/h", 8);
    print_line(&t);
}

static void put_estimate(text *t, const wr_estimate *e, enum unit u)
{
    words_value(t, e->mean, u);
    if (e->n > 1 && isfinite(e->ci95)) {
        text_puts(t, " \302\261 ");
        words_value(t, e->ci95, u);
    }
}

static void put_objectives(text *t, const sweep_task *k, const wr_experiment *x)
{
    for (size_t i = 0; i < k->look->slos; i++) {
        text c = {0};
        const wr_verdict *v = i < x->verdicts ? &x->verdict[i] : NULL;
        if (v) {
            text_puts(&c, v->pass < 0 ? "" : v->undecided ? "? " : v->pass ? "\342\234\223 " : "\342\234\227 ");
            put_estimate(&c, &v->e, words_unit(x, v->expr));
        }
        cell(t, c.s ? c.s : "-", wide_for(k->look->slo[i].expr));
        text_clear(&c);
    }
}

static void put_latencies(text *t, const wr_experiment *x)
{
    for (size_t i = 0; i < x->look->parts; i++) {
        const char *name = x->look->part[i].name;
        const wr_aggregate *g = x->look->part[i].traffic ? wr_experiment_find(x, name, "", "latency", "p99") : NULL;
        text c = {0};
        if (!x->look->part[i].traffic)
            continue;
        if (g)
            put_estimate(&c, &g->e, UNIT_SECONDS);
        cell(t, c.s ? c.s : "-", strlen(name) + 12 < CELL ? CELL : strlen(name) + 12);
        text_clear(&c);
    }
}

static void print_text(sweep_task *k, size_t point, const wr_experiment *x)
{
    text t = {0}, number = {0};
    if (!k->told)
        heads(k, x);
    text_printf(&number, "%zu", point);
    cell(&t, number.s, 5);
    for (size_t i = 0; i < k->grid.paths; i++)
        cell(&t, value_at(&k->grid.point[point], k->grid.path[i]), wide_for(k->grid.path[i]));
    put_objectives(&t, k, x);
    if (!k->look->slos)
        put_latencies(&t, x);
    text_clear(&number);
    words_value(&number, x->cost_per_hour, UNIT_MONEY);
    cell(&t, number.s, 8);
    print_line(&t);
    text_clear(&number);
}

void sweep_table_point(void *task, size_t point, const wr_experiment *x)
{
    sweep_task *k = task;
    if (!x->n)
        return;
    if (k->mute)
        return;
    k->met += x->complete && wr_experiment_passed(x);
    if (cli_flag(k->args, "json")) {
        fputs(k->told ? ",\n" : "{\"points\": [\n", stdout);
        wr_print_json_point(x, &k->grid.point[point], cli_value(k->args, "stats"), stdout);
    } else if (!cli_flag(k->args, "quiet")) {
        print_text(k, point, x);
    }
    k->told++;
}

int sweep_progress(void *task, size_t done, size_t total)
{
    return cli_progress(&((sweep_task *)task)->watch, done, total);
}

void sweep_table_end(const sweep_task *t)
{
    if (cli_flag(t->args, "json"))
        fputs(t->told ? "\n]}\n" : "", stdout);
    else if (!cli_flag(t->args, "quiet") && t->told)
        printf("\n%zu point%s; %zu meet%s all objectives.  results  %s\n", t->told, t->told == 1 ? "" : "s", t->met,
               t->met == 1 ? "s" : "", t->folder);
}
