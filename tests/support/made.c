/* made.c - results made by hand: no engine, known numbers. See made.h. */
#include "made.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SLOS = 8 };

static double *series(wr_arena *a, double from, double step)
{
    double *s = arena_alloc(a, MADE_PERIODS * sizeof *s);
    for (size_t i = 0; i < MADE_PERIODS; i++)
        s[i] = from + step * (double)i;
    return s;
}

static wr_measure count(wr_arena *a, const char *metric, double sum)
{
    return (wr_measure){.owner = "shoppers",
                        .part = "",
                        .metric = metric,
                        .unit = "1",
                        .doc = "Counted.",
                        .type = "traffic",
                        .cloudwatch = "",
                        .kind = WR_COUNT,
                        .total = {.sum = sum, .seconds = 35, .min = NAN, .max = NAN, .last = NAN, .sd = NAN},
                        .series = {series(a, sum / 5, 0)}};
}

/* Observations 1 ms, 2 ms ... n ms, one each. */
static wr_measure value(wr_arena *a, size_t n, double scale)
{
    wr_hist_row *h = arena_alloc(a, n * sizeof *h);
    wr_measure m = {.owner = "shoppers", .part = "", .metric = "latency", .unit = "s", .doc = "From start to end.",
                    .type = "traffic", .cloudwatch = "", .kind = WR_VALUE, .hist = h};
    m.total = (wr_moments){.n = (double)n, .min = 1e-3 * scale, .max = 1e-3 * scale * (double)n, .seconds = 35};
    double mean = 1e-3 * scale * (double)(n + 1) / 2, squares = 0;
    for (size_t i = 1; i <= n; i++) {
        double x = 1e-3 * scale * (double)i;
        uint32_t bin = (uint32_t)hist_bin(x);
        m.total.sum += x;
        squares += (x - mean) * (x - mean);
        m.total.last = x;
        if (!m.rows || h[m.rows - 1].bin != bin)
            h[m.rows++].bin = bin;
        h[m.rows - 1].weight++;
    }
    m.total.sd = sqrt(squares / (double)(n - 1));
    for (size_t i = 0; i < WR_S_STATS; i++)
        if (i != WR_S_MIN && i != WR_S_LAST)
            m.series[i] = series(a, 0.01 * (double)(i + 1) * scale, 0.001);
    double *none = series(a, 0.5, 0); /* nothing was observed in the fourth period */
    none[3] = NAN;
    m.series[WR_S_MAIN] = none;
    return m;
}

static wr_measure level(wr_arena *a, const char *owner, const char *part, double high)
{
    wr_hist_row *h = arena_alloc(a, 2 * sizeof *h);
    h[0] = (wr_hist_row){0, 25};
    h[1] = (wr_hist_row){(uint32_t)hist_bin(high), 10};
    wr_measure m = {.owner = owner, .part = part, .metric = "busy", .unit = "1", .doc = "Units at work.",
                    .type = "dynamodb", .cloudwatch = "", .kind = WR_LEVEL, .rows = 2, .hist = h};
    m.total = (wr_moments){.n = 35, .sum = 10 * high, .sd = 1, .min = 0, .max = high, .last = 0, .seconds = 35};
    m.series[WR_S_MAIN] = series(a, 1, 1);
    m.series[WR_S_MIN] = series(a, 0, 0);
    m.series[WR_S_MAX] = series(a, high, 0);
    m.series[WR_S_LAST] = series(a, 0, 1);
    return m;
}

static wr_measure ratio(wr_arena *a, double num, double den)
{
    return (wr_measure){.owner = "orders", .part = "", .metric = "throttled_share", .unit = "1", .doc = "Share.",
                        .type = "dynamodb", .cloudwatch = "AWS/DynamoDB", .kind = WR_RATIO,
                        .total = {.sum = num, .den = den, .seconds = 35}, .series = {series(a, num / den, 0)}};
}

static void fill(wr_result *r, wr_arena *a, double scale)
{
    wr_measure *m = arena_alloc(a, 8 * sizeof *m);
    m[r->measures++] = count(a, "requests", 700 * scale);
    m[r->measures++] = value(a, 100, scale);
    m[r->measures++] = level(a, "orders", "", 8);
    m[r->measures++] = ratio(a, 10 * scale, 1000);
    if (r->replication != 1) /* a part that appears in some replications only */
        m[r->measures++] = level(a, "orders", "p0", 4);
    m[r->measures] = count(a, "cost", 0.5 * scale);
    m[r->measures].owner = "run";
    m[r->measures].type = "run";
    m[r->measures++].unit = "USD";
    r->measure = m;
}

static void fill_tables(wr_result *r, wr_arena *a, double scale)
{
    wr_cause_row *c = arena_alloc(a, 2 * sizeof *c);
    c[0] = (wr_cause_row){"orders",     "DynamoDB.TableReadProvisionedThroughputExceeded",
                          "throttled",  10 * scale,
                          0.01 * scale, 1880.31 + (double)r->replication};
    c[1] = (wr_cause_row){"orders", "Fault.error_rate", "error", 1, 0.001, 12};
    wr_blame_row *b = arena_alloc(a, sizeof *b);
    b[0] = (wr_blame_row){"shoppers", "orders", c[0].cause, "service", 5, c[0].first_s};
    wr_cost_row *cost = arena_alloc(a, 2 * sizeof *cost);
    cost[0] = (wr_cost_row){"orders", "read request units", "1M", 2 * scale, 0.4 * scale};
    cost[1] = (wr_cost_row){"orders", "storage", "GB-month", 0.5, 0.1};
    wr_note_row *n = arena_alloc(a, sizeof *n);
    n[0] = (wr_note_row){20, "orders", "fault", "error_rate 5 %", 0.05};
    r->causes = 1 + (r->replication == 0);
    r->blames = 1;
    r->costs = 2;
    r->notes = 1;
    r->cause = c;
    r->blame = b;
    r->cost = cost;
    r->note = n;
}

wr_result *made_result(uint64_t seed, uint64_t replication)
{
    wr_arena *a = arena_create();
    wr_result *r = arena_alloc(a, sizeof *r);
    double scale = 1 + 0.01 * (double)(mix64(seed * 1000 + replication) % 100);
    *r = (wr_result){.seed = seed,
                     .replication = replication,
                     .events = 1000 + replication,
                     .requests = 700,
                     .end_s = 45,
                     .warmup_s = 10,
                     .period_s = 10,
                     .periods = MADE_PERIODS,
                     .memory = a};
    memset(r->print, "0123456789abcdef"[mix64(seed + replication) % 16], 64);
    fill(r, a, scale);
    fill_tables(r, a, scale);
    return r;
}

const wr_scenario *made_scenario(const char *const *exprs)
{
    static struct wr_scenario s;
    static wr_scenario_slo slo[MOST_SLOS];
    static const wr_scenario_part part[] = {{"shoppers", "traffic", "Traffic", true},
                                            {"orders", "dynamodb", "Table", false}};
    static const wr_scenario_edge edge[] = {{"shoppers", "orders", "get"}};
    static const wr_scenario_file file[] = {{"trace.csv", "00ff"}};
    s.view = (wr_scenario_view){.name = "web-shop",
                                .region = "eu-central-1",
                                .file = "web-shop.yaml",
                                .text = "weir: 1\n# é\n",
                                .resolved = "weir: 1\n",
                                .sha256 = "ab12",
                                .duration_s = 45,
                                .warmup_s = 10,
                                .period_s = 10,
                                .seed = 42,
                                .replications = 3,
                                .parts = 2,
                                .part = part,
                                .edges = 1,
                                .edge = edge,
                                .files = 1,
                                .included = file,
                                .slo = slo};
    for (; exprs && exprs[s.view.slos]; s.view.slos++)
        slo[s.view.slos].expr = exprs[s.view.slos];
    assert(s.view.slos <= MOST_SLOS);
    return &s;
}

wr_experiment made_experiment(const wr_scenario *s, uint64_t seed, size_t n)
{
    wr_experiment x = {.look = wr_scenario_look(s), .seed = seed, .n = n, .complete = true, .command = "weir run web-shop.yaml"};
    x.result = memory_get((n + 1) * sizeof(wr_result *));
    for (size_t i = 0; i < n; i++) {
        wr_slo_value *v;
        x.result[i] = made_result(seed, i);
        v = arena_alloc(x.result[i]->memory, MOST_SLOS * sizeof *v);
        for (size_t k = 0; k < MOST_SLOS; k++)
            v[k] = (wr_slo_value){.value = NAN, .bound = NAN, .holds = -1};
        x.result[i]->slo = v;
        x.result[i]->slos = s->view.slos;
    }
    return x;
}

static bool holds(int op, double x, double bound)
{
    switch (op) {
    case WR_SLO_LT: return x < bound;
    case WR_SLO_LE: return x <= bound;
    case WR_SLO_GT: return x > bound;
    case WR_SLO_GE: return x >= bound;
    case WR_SLO_EQ: return !(x < bound) && !(x > bound);
    default: return x < bound || x > bound;
    }
}

void made_slo(wr_experiment *x, size_t slo, size_t rep, int op, double value, double bound)
{
    wr_slo_value *v = arena_alloc(x->result[rep]->memory, MOST_SLOS * sizeof *v);
    memcpy(v, x->result[rep]->slo, MOST_SLOS * sizeof *v);
    v[slo] = (wr_slo_value){.value = value, .bound = bound, .op = op};
    v[slo].holds = op == WR_SLO_NONE ? -1 : holds(op, value, bound);
    v[slo].reason = isnan(value) ? "'latency' was never observed" : NULL;
    x->result[rep]->slo = v;
}
