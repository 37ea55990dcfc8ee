/* json.c - the document of `weir run --json`: the keys of CLI.md, one indented document, a newline at the end.
 *
 * Numbers are written with as many digits as reading them back needs; what is not a number is null. A filter
 * keeps metrics by name: 'web.*,orders.latency', where a star stands for any characters and a pattern may
 * name an owner, a metric or a statistic. Truth: tests/unit/test_json.c. */
#include "result.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>

static void put_number(FILE *to, double x)
{
    char s[40];
    if (!isfinite(x)) {
        fputs("null", to);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, x);
        if (!(strtod(s, NULL) < x) && !(strtod(s, NULL) > x))
            break;
    }
    fputs(s, to);
}

static void put_text(FILE *to, const char *s)
{
    if (!s) {
        fputs("null", to);
        return;
    }
    fputc('"', to);
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            fprintf(to, "\\%c", *s);
        else if ((unsigned char)*s < ' ')
            fprintf(to, "\\u%04x", (unsigned)*s);
        else
            fputc(*s, to);
    fputc('"', to);
}

static void put_field(FILE *to, const char *key, double x)
{
    fprintf(to, "\"%s\": ", key);
    put_number(to, x);
}

static void put_word(FILE *to, const char *key, const char *s)
{
    fprintf(to, "\"%s\": ", key);
    put_text(to, s);
}

/* ---- which metrics ------------------------------------------------------------------------------------- */
/* Stars match greedily and step back one character at a time: no recursion, linear for one star. */
static bool matches(const char *p, const char *end, const char *s)
{
    const char *star = NULL, *again = NULL;
    while (*s) {
        if (p < end && *p == '*') {
            star = p++;
            again = s;
        } else if (p < end && *p == *s) {
            p++;
            s++;
        } else if (star) {
            p = star + 1;
            s = ++again;
        } else {
            return false;
        }
    }
    while (p < end && *p == '*')
        p++;
    return p == end;
}

bool result_wanted(const char *filter, const wr_aggregate *g)
{
    text name = {0};
    bool yes = !filter || !*filter;
    for (const char *p = filter; !yes && *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] != 0)) {
        const char *from = p + strspn(p, " "), *end = p + strcspn(p, ",");
        const char *tails[] = {"", g->metric, g->stat};
        while (end > from && end[-1] == ' ')
            end--;
        text_clear(&name);
        text_printf(&name, *g->part ? "%s:%s" : "%s", g->owner, g->part);
        for (size_t i = 0; i < 3 && from < end; i++) {
            if (i)
                text_printf(&name, ".%s", tails[i]);
            yes |= matches(from, end, name.s);
        }
    }
    text_clear(&name);
    return yes;
}

/* ---- parts of the document ------------------------------------------------------------------------------- */
static bool same_owner(const wr_aggregate *a, const wr_aggregate *b)
{
    return !strcmp(a->owner, b->owner) && !strcmp(a->part, b->part);
}

static void put_owner(FILE *to, const wr_aggregate *g)
{
    text name = {0};
    text_printf(&name, *g->part ? "%s:%s" : "%s", g->owner, g->part);
    put_text(to, name.s);
    text_clear(&name);
}

/* Opens what differs from the row before, closes what that left open. */
static void put_row(FILE *to, const wr_aggregate *before, const wr_aggregate *g)
{
    bool owner = !before || !same_owner(before, g), metric = owner || strcmp(before->metric, g->metric);
    if (before)
        fputs(owner ? "}},\n" : metric ? "},\n" : ", ", to);
    if (owner) {
        fputs("    ", to);
        put_owner(to, g);
        fputs(": {\n", to);
    }
    if (metric) {
        fputs("      ", to);
        put_text(to, g->metric);
        fputs(": {", to);
    }
    put_text(to, g->stat);
    fputs(": {", to);
    put_field(to, "mean", g->e.mean);
    fputs(", ", to);
    put_field(to, "ci95", g->e.ci95);
    fprintf(to, ", \"n\": %zu}", g->e.n);
}

static void put_metrics(FILE *to, const wr_experiment *x, const char *filter)
{
    const wr_aggregate *before = NULL;
    fputs("  \"metrics\": {", to);
    for (size_t i = 0; i < x->aggregates; i++) {
        if (!result_wanted(filter, &x->aggregate[i]))
            continue;
        if (!before)
            fputc('\n', to);
        put_row(to, before, &x->aggregate[i]);
        before = &x->aggregate[i];
    }
    fputs(before ? "}}\n  },\n" : "},\n", to);
}

static void put_causes(FILE *to, const wr_experiment *x)
{
    fputs("  \"causes\": [", to);
    for (size_t i = 0; i < x->causes; i++) {
        const wr_cause_row *c = &x->cause[i];
        fputs(i ? ",\n    {" : "\n    {", to);
        put_word(to, "resource", c->owner);
        fputs(", ", to);
        put_word(to, "cause", c->cause);
        fputs(", ", to);
        put_word(to, "outcome", c->outcome);
        fputs(", ", to);
        put_field(to, "count", c->count);
        fputs(", ", to);
        put_field(to, "share", c->share);
        fputs(", ", to);
        put_field(to, "first_s", c->first_s);
        fputc('}', to);
    }
    fputs(x->causes ? "\n  ],\n" : "],\n", to);
}

void wr_print_json_slo(const wr_experiment *x, FILE *to)
{
    fputs("[", to);
    for (size_t i = 0; i < x->verdicts; i++) {
        const wr_verdict *v = &x->verdict[i];
        fputs(i ? ",\n    {" : "\n    {", to);
        put_word(to, "expr", v->expr);
        fputs(", ", to);
        put_field(to, "value", v->e.mean);
        fputs(", ", to);
        put_field(to, "ci95", v->e.ci95);
        fprintf(to, ", \"pass\": %s, \"undecided\": %s, ", v->pass < 0 ? "null" : v->pass ? "true" : "false",
                v->undecided ? "true" : "false");
        put_word(to, "reason", v->reason);
        fputc('}', to);
    }
    fputs(x->verdicts ? "\n  ]" : "]", to);
}

static void put_slo(FILE *to, const wr_experiment *x)
{
    fputs("  \"slo\": ", to);
    wr_print_json_slo(x, to);
    fputs(",\n", to);
}

static void put_cost(FILE *to, const wr_experiment *x, const char *end)
{
    fputs("  \"cost\": {", to);
    put_field(to, "total_usd", x->cost_usd);
    fputs(", ", to);
    put_field(to, "per_hour_usd", x->cost_per_hour);
    fputs(", \"items\": [", to);
    for (size_t i = 0; i < x->costs; i++) {
        const wr_cost_row *c = &x->cost[i];
        fputs(i ? ",\n    {" : "\n    {", to);
        put_word(to, "resource", c->owner);
        fputs(", ", to);
        put_word(to, "item", c->item);
        fputs(", ", to);
        put_field(to, "quantity", c->quantity);
        fputs(", ", to);
        put_word(to, "unit", c->unit);
        fputs(", ", to);
        put_field(to, "usd", c->usd);
        fputc('}', to);
    }
    fprintf(to, x->costs ? "\n  ]}%s\n" : "]}%s\n", end);
}

static void put_head(FILE *to, const wr_experiment *x)
{
    fputs("{\n  ", to);
    put_word(to, "weir", WR_VERSION);
    fputs(", ", to);
    put_word(to, "scenario", x->look->name);
    fprintf(to, ", \"seed\": %" PRIu64 ", \"replications\": %zu,\n  ", x->seed, x->n);
    put_field(to, "duration_s", x->duration_s);
    fputs(", ", to);
    put_field(to, "warmup_s", x->warmup_s);
    fprintf(to, ",\n  \"events\": %" PRIu64 ", \"requests\": %" PRIu64 ", ", x->events, x->requests);
    put_field(to, "wall_s", x->wall_s);
    fputs(", ", to);
    put_field(to, "events_per_s", x->wall_s > 0 ? (double)x->events / x->wall_s : NAN);
    fputs(",\n  ", to);
    put_word(to, "fingerprint", x->print);
    fputs(",\n", to);
}

void wr_print_json(const wr_experiment *x, const char *stats_filter, FILE *to)
{
    put_head(to, x);
    put_metrics(to, x, stats_filter);
    put_causes(to, x);
    put_slo(to, x);
    put_cost(to, x, ",");
    fputs("  \"warnings\": [", to);
    for (size_t i = 0; i < x->warnings; i++) {
        fputs(i ? ", " : "", to);
        put_text(to, x->warning[i]);
    }
    fputs("]\n}\n", to);
}

/* Plain numbers as such, all else as text. */
static void put_value(FILE *to, const char *s)
{
    char *end;
    double x = strtod(s, &end);
    if (*s && !*end && strspn(s, "0123456789.+-eE") == strlen(s))
        put_number(to, x);
    else
        put_text(to, s);
}

void wr_print_json_point(const wr_experiment *x, const wr_point *at, const char *stats_filter, FILE *to)
{
    fprintf(to, "{\n  \"point\": %zu, \"replications\": %zu, \"values\": {", x->point, x->n);
    for (size_t i = 0; i < at->n; i++) {
        fputs(i ? ", " : "", to);
        put_text(to, at->set[i].path);
        fputs(": ", to);
        put_value(to, at->set[i].value);
    }
    fputs("},\n", to);
    put_metrics(to, x, stats_filter);
    put_causes(to, x);
    put_slo(to, x);
    put_cost(to, x, "");
    fputs("}", to);
}

void wr_print_comparison_json(const wr_comparison *c, FILE *to)
{
    fprintf(to, "{\"paired\": %s, \"differences\": [", c->paired ? "true" : "false");
    for (size_t i = 0; i < c->n; i++) {
        const wr_difference *d = &c->difference[i];
        text name = {0};
        text_printf(&name, "%s%s%s.%s.%s", d->owner, *d->part ? ":" : "", d->part, d->metric, d->stat);
        fputs(i ? ",\n  {" : "\n  {", to);
        put_word(to, "metric", name.s);
        const struct { const char *key; double x; } fields[] = {{"a", d->a}, {"b", d->b}, {"difference", d->difference},
            {"ci95", d->ci95}, {"relative", d->relative}, {"p_value", d->p_value}};
        for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
            fputs(", ", to);
            put_field(to, fields[k].key, fields[k].x);
        }
        fprintf(to, ", \"significant\": %s}", d->significant ? "true" : "false");
        text_clear(&name);
    }
    fputs("\n]}\n", to);
}
