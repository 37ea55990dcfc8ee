/* fuzz_run.c - bytes as a scenario that is nearly always valid, run twice: each byte is one decision.
 *
 * Every resource type of the build gets a resource; keys are drawn from the models' own tables and given values
 * of their type and range. A line that the loader refuses is taken out and the rest tried again, so that rules
 * between keys need not be known here. What must hold: no assertion, the same seed gives the same print, requests
 * sent are those that ended and those under way, and shares are shares. The runs are short. Findings are in
 * corpus/run. */
#include "../../sim/base/base.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <weir/model.h>
#include <weir/result.h>
#include <weir/scenario.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 160, ROUNDS = 40, DEEPEST = 3 };
typedef struct bytes { const uint8_t *at, *end; } bytes;
typedef struct draft { text line[LINES]; size_t n; bytes b; const wr_model *type[12]; size_t types; } draft;

static unsigned pick(bytes *b, unsigned n) /* 0 .. n - 1; 0 when the bytes are used up */
{
    return b->at < b->end && n ? *b->at++ % n : 0;
}

static const char *one_of(bytes *b, const char *const *words)
{
    unsigned n = 0;
    while (words[n])
        n++;
    return words[pick(b, n)];
}

static text *line_of(draft *d)
{
    return &d->line[d->n < LINES - 1 ? d->n++ : LINES - 1];
}

/* ---- values by type ------------------------------------------------------------------------------------- */
static void value_of(draft *d, const wr_param *row, text *out, int depth);

static double number(bytes *b, const wr_param *row)
{
    static const double usual[] = {1, 0, 2, 3, 0.5, 10, 60, 100, 1000, 0.01, 5, 30};
    double x = usual[pick(b, sizeof usual / sizeof *usual)];
    if (row->max > row->min)
        x = pick(b, 4) == 1 ? row->min : x < row->min ? row->min : x > row->max ? row->max : x;
    return x;
}

static void distribution(draft *d, const wr_param *row, text *out)
{
    static const char *const times[] = {"5ms", "{exponential: 20ms}", "{lognormal: {mean: 10ms, p99: 60ms}}", "{uniform: {min: 1ms, max: 9ms}}", "0.2s", "{pareto: {min: 2ms, shape: 1.5, max: 1s}}", "{discrete: {1ms: 50%, 300ms: 50%}}", "{hyperexponential: {mean: 8ms, cv: 3}}", "30s", "0ms", NULL};
    static const char *const sizes[] = {"1 KB", "{exponential: 4 KB}", "100 B", "{uniform: {min: 0 B, max: 9 KB}}", "300 KB", NULL};
    static const char *const counts[] = {"1", "3", "{uniform: {min: 0, max: 4}}", "0", "{exponential: 2}", NULL};
    text_puts(out, one_of(&d->b, row->of == WR_T_DUR ? times : row->of == WR_T_BYTES ? sizes : counts));
}

static void mapping(draft *d, const wr_param *rows, text *out, int depth)
{
    size_t n = 0;
    text_puts(out, "{");
    for (const wr_param *r = rows; r && r->key; r++) {
        bool needed = !r->def && !r->optional;
        if (r->type == WR_T_INCLUDE || (!needed && pick(&d->b, 4) != 1))
            continue;
        text_printf(out, "%s%s: ", n++ ? ", " : "", r->key);
        value_of(d, r, out, depth + 1);
    }
    text_puts(out, "}");
}

static void choice(draft *d, const wr_param *row, text *out, int depth)
{
    unsigned n = 0;
    while (row->variants[n].key)
        n++;
    const wr_variant *v = &row->variants[pick(&d->b, n)];
    if (!v->rows) {
        text_puts(out, v->key);
        return;
    }
    text_printf(out, "{%s: ", v->key);
    mapping(d, v->rows, out, depth);
    text_puts(out, "}");
}

static void list(draft *d, const wr_param *row, text *out, int depth)
{
    unsigned n = 1 + pick(&d->b, 3);
    text_puts(out, "[");
    for (unsigned i = 0; i < n; i++) {
        text_puts(out, i ? ", " : "");
        if (row->variants)
            choice(d, row, out, depth);
        else
            mapping(d, row->rows, out, depth);
    }
    text_puts(out, "]");
}

static void compound(draft *d, const wr_param *row, text *out, int depth)
{
    static const char *const names[] = {"a", "b", "default", NULL};
    if (depth > DEEPEST)
        text_puts(out, "none");
    else if (row->type == WR_T_LIST)
        list(d, row, out, depth);
    else if (row->type == WR_T_CHOICE)
        choice(d, row, out, depth);
    else if (row->type == WR_T_MAP) {
        text_printf(out, "{%s: ", one_of(&d->b, names));
        mapping(d, row->rows, out, depth);
        text_puts(out, "}");
    } else
        mapping(d, row->rows, out, depth);
}

static void value_of(draft *d, const wr_param *row, text *out, int depth)
{
    static const char *const bools[] = {"true", "false", NULL}, *const texts[] = {"a", "b", "r0", "default", "m7g.large", NULL};
    static const char *const shares[] = {"50%", "0%", "100%", "1%", "99%", NULL};
    static const char *const rates[] = {"5/s", "30/s", "0/s", "1/m", "\"10 + 9*sin(t)\"", NULL};
    if (row->words && pick(&d->b, 5) == 1) {
        text_printf(out, "%.*s", (int)strcspn(row->words, " "), row->words);
        return;
    }
    switch (row->type) {
    case WR_T_BOOL: text_puts(out, one_of(&d->b, bools)); break;
    case WR_T_INT: text_printf(out, "%.0f", floor(number(&d->b, row))); break;
    case WR_T_NUMBER: text_printf(out, "%g", number(&d->b, row)); break;
    case WR_T_SHARE: text_puts(out, one_of(&d->b, shares)); break;
    case WR_T_DUR: text_printf(out, "%.9gs", number(&d->b, row)); break;
    case WR_T_BYTES: text_printf(out, "%.0f B", floor(number(&d->b, row) * 100)); break;
    case WR_T_RATE:
    case WR_T_PROFILE: text_puts(out, one_of(&d->b, rates)); break;
    case WR_T_DIST: distribution(d, row, out); break;
    case WR_T_ENUM: text_puts(out, one_of(&d->b, row->choices)); break;
    case WR_T_LINK: text_printf(out, "r%u", pick(&d->b, (unsigned)d->types)); break;
    case WR_T_FORMULA: text_puts(out, "t0.latency.mean"); break;
    case WR_T_TEXT: text_puts(out, one_of(&d->b, texts)); break;
    default: compound(d, row, out, depth); break;
    }
}

/* ---- the scenario ------------------------------------------------------------------------------------------ */
/* What a type cannot do without, where the table alone would lead nowhere. */
static const char *least_of(const wr_model *m)
{
    static const struct { const char *kind, *keys; } known[] = {
        {"service", "service_time: {exponential: 20ms}"},
        {"asg", "min_size: 1, max_size: 3, steps: [{cpu: 8ms}, {wait: 3ms}]"},
        {"dynamodb", "provisioned_throughput: {read_capacity_units: 20, write_capacity_units: 10}"},
        {"alb", "target: r0"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].kind, m->kind))
            return known[i].keys;
    return NULL;
}

static bool is_least(const wr_model *m, const char *key)
{
    const char *least = least_of(m), *at = least ? strstr(least, key) : NULL;
    return at && (at == least || at[-1] == ' ') && at[strlen(key)] == ':';
}

static void resource(draft *d, size_t i)
{
    const wr_model *m = d->type[i];
    const char *least = least_of(m);
    text_printf(line_of(d), "  r%zu:", i);
    text_printf(line_of(d), "    type: %s", m->kind);
    for (const char *at = least; at && *at;) { /* a line each, at commas outside of brackets */
        int open = 0;
        size_t n = 0;
        for (; at[n] && (open || at[n] != ','); n++)
            open += strchr("{[", at[n]) ? 1 : strchr("}]", at[n]) ? -1 : 0;
        text_printf(line_of(d), "    %.*s", (int)n, at);
        at += n + (at[n] == ',');
        at += *at == ' ';
    }
    for (const wr_param *r = m->params; r->key; r++) {
        bool needed = !r->def && !r->optional && !least;
        if (r->type == WR_T_INCLUDE || is_least(m, r->key) || (!needed && pick(&d->b, 5) != 1))
            continue;
        text *l = line_of(d);
        text_printf(l, "    %s: ", r->key);
        value_of(d, r, l, 0);
    }
}

static void traffic(draft *d, unsigned i)
{
    static const char *const how[] = {"rate: 9/s", "users: {count: 4}", "rate: \"8 + 8*sin(t)\"", "at: [{t: 0.5s, count: 9}, {t: 2s, count: 9}]", "stages: [{rate: 20/s, ramp: 2s, for: 5s}]", NULL};
    static const char *const client[] = {"{timeout: 50ms}", "{timeout: 1s, retry: {mode: full_jitter, attempts: 3, base: 10ms, cap: 1s}}", "{timeout: 20ms, retry: {mode: immediate, attempts: 4}}", "{deadline: 300ms, timeout: 100ms, retry: {mode: sdk_standard}}", NULL};
    static const char *const more[] = {"mix: {a: 50%, b: 50%}", "arrivals: uniform", "key: {zipf: {s: 1.1, n: 100}}", "count: 50", "priority: {a: 1}", NULL};
    static const char *const asks[] = {"get: {from: ", "put: {to: ", "query: {items: 5, from: ", "transact: {gets: 1, puts: 2, to: ", NULL};
    unsigned to = pick(&d->b, (unsigned)d->types);
    text_printf(line_of(d), "  t%u:", i);
    if (!strcmp(d->type[to]->kind, "dynamodb"))
        text_printf(line_of(d), "    request: [{%sr%u}}, {wait: 1ms}]", one_of(&d->b, asks), to);
    else if (pick(&d->b, 4) == 1)
        text_printf(line_of(d), "    request: [{parallel: [[{call: r%u}], [{wait: 5ms}, {call: r%u}]]}]", to, to);
    else
        text_printf(line_of(d), "    target: r%u", to);
    text_printf(line_of(d), "    %s", one_of(&d->b, how));
    text_puts(line_of(d), "    think_time: 30ms"); /* taken out again where there are no users */
    if (pick(&d->b, 2))
        text_printf(line_of(d), "    client: %s", one_of(&d->b, client));
    if (pick(&d->b, 2))
        text_printf(line_of(d), "    %s", one_of(&d->b, more));
}

static void faults(draft *d)
{
    unsigned n = pick(&d->b, 3);
    if (n)
        text_puts(line_of(d), "faults:");
    for (unsigned i = 0; i < n; i++) {
        unsigned r = pick(&d->b, (unsigned)d->types), rows = 0;
        const wr_fault *f = d->type[r]->faults;
        while (f && f[rows].name)
            rows++;
        const char *kind = rows && pick(&d->b, 3) ? f[pick(&d->b, rows)].name : "error_rate";
        text_printf(line_of(d), "  - {%s: r%u, at: %us, for: %us%s}", kind, r, pick(&d->b, 8), 1 + pick(&d->b, 5),
                    strcmp(kind, "error_rate") ? "" : ", share: 20%");
    }
}

static void compose(draft *d)
{
    static const char *const durations[] = {"3s", "10s", "1s", NULL}, *const periods[] = {"1s", "3s", "60s", NULL};
    for (size_t i = 0; wr_models[i] && d->types < 6; i++)
        if (!wr_models[i]->internal && strcmp(wr_models[i]->kind, "traffic") && (!d->types || pick(&d->b, 3) != 1))
            d->type[d->types++] = wr_models[i];
    for (unsigned more = pick(&d->b, 3); more && d->types < 8; more--, d->types++)
        d->type[d->types] = d->type[pick(&d->b, (unsigned)d->types)];
    text_puts(line_of(d), "weir: 1");
    text_printf(line_of(d), "duration: %s", one_of(&d->b, durations));
    text_printf(line_of(d), "metrics_period: %s", one_of(&d->b, periods));
    text_puts(line_of(d), "traffic:");
    for (unsigned i = 0, n = 1 + pick(&d->b, 2); i < n; i++)
        traffic(d, i);
    text_puts(line_of(d), "resources:");
    for (size_t i = 0; i < d->types; i++)
        resource(d, i);
    faults(d);
}

/* Takes out the lines at which the errors stand; false: there is none to take out. */
static bool repair(draft *d, const wr_diag *g)
{
    const wr_diag_row *row;
    size_t n = wr_diag_rows(g, &row);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        size_t at = row[i].at.line;
        if (row[i].severity != WR_ERROR || !at || at > d->n || !d->line[at - 1].len)
            continue;
        text_clear(&d->line[at - 1]);
        any = true;
    }
    return any;
}

static wr_scenario *load(draft *d)
{
    for (int round = 0; round < ROUNDS; round++) {
        text whole = {0};
        wr_diag *g = wr_diag_create();
        for (size_t i = 0; i < d->n; i++)
            text_printf(&whole, "%s\n", d->line[i].s ? d->line[i].s : "");
        wr_scenario *s = wr_scenario_parse("fuzz.yaml", whole.s, whole.len, NULL, 0, g);
        bool again = !s && repair(d, g);
        if (!again && getenv("FUZZ_SHOW"))
            fprintf(stderr, "%s", whole.s);
        if (!again && getenv("FUZZ_SHOW"))
            wr_diag_print(g, stderr);
        wr_diag_destroy(g);
        text_clear(&whole);
        if (!again)
            return s;
    }
    return NULL;
}

/* ---- what must hold ------------------------------------------------------------------------------------------ */
static void check(bool good, const char *what, const wr_measure *m)
{
    if (good)
        return;
    fprintf(stderr, "%s: %s%s%s\n", what, m ? m->owner : "", m ? "." : "", m ? m->metric : "");
    abort();
}

static double sum_of(const wr_result *r, const char *owner, const char *metric)
{
    const wr_measure *m = wr_result_find(r, owner, "", metric);
    return m ? m->total.sum : NAN;
}

static void conserved(const wr_result *r, const char *owner)
{
    const wr_measure *here = wr_result_find(r, owner, "", "in_system");
    double sent = sum_of(r, owner, "requests"), ended = sum_of(r, owner, "completed") + sum_of(r, owner, "errors");
    if (here && !strcmp(here->type, "traffic"))
        check(sent == ended + here->total.last, "sent is not answered and in flight", here);
}

static void sane(const wr_result *r)
{
    for (size_t i = 0; i < r->measures; i++) {
        const wr_measure *m = &r->measure[i];
        size_t n = strlen(m->metric);
        check(!isinf(m->total.sum), "infinite", m);
        if (m->kind == WR_RATIO && n > 6 && !strcmp(m->metric + n - 6, "_share") && m->total.den > 0)
            check(m->total.sum >= 0 && m->total.sum <= m->total.den * (1 + 1e-9), "share outside of 0..1", m);
        if (m->kind == WR_COUNT || m->kind == WR_LEVEL)
            check(!(m->total.sum < -1e-6) && !(m->total.min < -1e-6), "below zero", m);
        if (!strcmp(m->metric, "in_system"))
            conserved(r, m->owner);
    }
}

static void run(const wr_scenario *s)
{
    wr_result *first = NULL, *second = NULL;
    wr_err err = {0};
    int rc = wr_run(s, 7, 0, WR_KEEP_ALL, &first, &err);
    check(!rc || err.text[0], "no reason", NULL);
    check(wr_run(s, 7, 0, 0, &second, &err) == rc, "another code", NULL);
    check(!strcmp(first->print, second->print) && first->events == second->events, "another print", NULL);
    if (!rc)
        sane(first);
    wr_result_destroy(first);
    wr_result_destroy(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    draft *d = memory_get(sizeof *d);
    d->b = (bytes){data, data + size};
    compose(d);
    wr_scenario *s = load(d);
    if (s)
        run(s);
    wr_scenario_destroy(s);
    for (size_t i = 0; i < LINES; i++)
        text_clear(&d->line[i]);
    free(d);
    return 0;
}
