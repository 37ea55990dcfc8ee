/* shop.c - the hand-made result behind the golden pictures: an hour at a shop, a crowd at its twentieth minute.
 *
 * Each series is a shape (of whole numbers, so that every machine computes the same) times a height; replications
 * differ by a few per cent. No model takes part: pictures change only when drawing does. */
#include "shop.h"
#include "../../sim/scenario/scenario.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PERIODS = 60, SECONDS = 60, REPLICATIONS = 3, CROWD = 20, RELIEF = 32, OVER = 48, MOST = 64, TAIL = 40 };
enum shape { FLAT, ARRIVALS, SERVED, TROUBLE, LATENCY, FLEET, WANTED, BOOTING, BUSY, LINE, BUCKET, GROWN,
             UNIT_UP, UNIT_BUSY /* of one instance: its height is which */ };

typedef struct row {
    const char *owner, *part, *metric, *unit;
    enum wr_metric_kind kind;
    enum shape shape;
    double height;
} row;
#define UNIT(PART, NTH)                                                                                                \
    {"app", PART, "in_service", "1", WR_LEVEL, UNIT_UP, NTH}, {"app", PART, "busy", "1", WR_LEVEL, UNIT_BUSY, NTH},    \
    {"app", PART, "utilization", "1", WR_RATIO, UNIT_BUSY, NTH}
static const row rows[] = {{"shoppers", "", "requests", "1", WR_COUNT, ARRIVALS, 6000},
                           {"shoppers", "", "completed", "1", WR_COUNT, SERVED, 6000},
                           {"shoppers", "", "errors", "1", WR_COUNT, TROUBLE, 2400},
                           {"shoppers", "", "throttled", "1", WR_COUNT, TROUBLE, 1200},
                           {"shoppers", "", "rejected", "1", WR_COUNT, TROUBLE, 800},
                           {"shoppers", "", "timeouts", "1", WR_COUNT, TROUBLE, 300},
                           {"shoppers", "", "latency", "s", WR_VALUE, LATENCY, 0.02},
                           {"web", "", "requests", "1", WR_COUNT, ARRIVALS, 6600},
                           {"web", "", "completed", "1", WR_COUNT, SERVED, 6000},
                           {"web", "", "errors", "1", WR_COUNT, TROUBLE, 2600},
                           {"web", "", "latency", "s", WR_VALUE, LATENCY, 0.018},
                           {"app", "", "requests", "1", WR_COUNT, ARRIVALS, 6600},
                           {"app", "", "completed", "1", WR_COUNT, SERVED, 6000},
                           {"app", "", "errors", "1", WR_COUNT, TROUBLE, 2600},
                           {"app", "", "rejected", "1", WR_COUNT, TROUBLE, 900},
                           {"app", "", "in_service", "1", WR_LEVEL, FLEET, 1},
                           {"app", "", "GroupDesiredCapacity", "1", WR_LEVEL, WANTED, 1},
                           {"app", "", "GroupPendingInstances", "1", WR_LEVEL, BOOTING, 1},
                           {"app", "", "utilization", "1", WR_RATIO, BUSY, 0.01},
                           {"app", "", "queue_depth", "1", WR_LEVEL, LINE, 40},
                           {"app", "", "age_of_oldest", "s", WR_LEVEL, LINE, 0.2},
                           {"orders", "", "requests", "1", WR_COUNT, ARRIVALS, 7000},
                           {"orders", "", "completed", "1", WR_COUNT, SERVED, 6000},
                           {"orders", "", "throttled", "1", WR_COUNT, TROUBLE, 1800},
                           {"orders", "", "throttled_share", "1", WR_RATIO, TROUBLE, 0.2},
                           {"orders", "", "ConsumedReadCapacityUnits", "1", WR_COUNT, SERVED, 9000},
                           {"orders", "", "ProvisionedReadCapacityUnits", "1", WR_LEVEL, FLAT, 250},
                           {"orders", "", "ReadThrottleEvents", "1", WR_COUNT, TROUBLE, 1800},
                           {"orders", "", "burst_left_read", "1", WR_LEVEL, BUCKET, 750},
                           {"orders", "", "ConsumedWriteCapacityUnits", "1", WR_COUNT, SERVED, 1200},
                           {"orders", "", "ProvisionedWriteCapacityUnits", "1", WR_LEVEL, FLAT, 80},
                           {"orders", "", "WriteThrottleEvents", "1", WR_COUNT, FLAT, 0},
                           {"orders", "", "burst_left_write", "1", WR_LEVEL, FLAT, 24000},
                           {"orders", "p0", "ConsumedReadCapacityUnits", "1", WR_COUNT, SERVED, 5400},
                           {"orders", "p1", "ConsumedReadCapacityUnits", "1", WR_COUNT, SERVED, 2100},
                           {"orders", "p2", "ConsumedReadCapacityUnits", "1", WR_COUNT, SERVED, 1500},
                           {"shoppers", "", "retries", "1", WR_COUNT, TROUBLE, 9000},
                           {"mail", "", "concurrency", "1", WR_LEVEL, SERVED, 20},
                           {"mail", "", "in_service", "1", WR_LEVEL, FLEET, 6},
                           {"mail", "", "cold_starts", "1", WR_COUNT, BOOTING, 90},
                           {"mail", "", "Throttles", "1", WR_COUNT, TROUBLE, 300},
                           {"mail", "", "Errors", "1", WR_COUNT, TROUBLE, 40},
                           {"mail", "", "provisioned_ready", "1", WR_LEVEL, FLAT, 10},
                           {"mails", "", "queue_depth", "1", WR_LEVEL, LINE, 30},
                           {"mails", "", "ApproximateNumberOfMessagesVisible", "1", WR_LEVEL, LINE, 30},
                           {"mails", "", "ApproximateNumberOfMessagesNotVisible", "1", WR_LEVEL, SERVED, 250},
                           {"mails", "", "ApproximateNumberOfMessagesDelayed", "1", WR_LEVEL, ARRIVALS, 100},
                           {"mails", "", "messages", "1", WR_LEVEL, SERVED, 400},
                           {"mails", "", "age_of_oldest", "s", WR_LEVEL, LINE, 0.1},
                           {"mails", "", "wait", "s", WR_VALUE, LATENCY, 0.1},
                           {"mails", "", "NumberOfMessagesSent", "1", WR_COUNT, ARRIVALS, 3000},
                           {"mails", "", "NumberOfMessagesReceived", "1", WR_COUNT, ARRIVALS, 4200},
                           {"mails", "", "NumberOfMessagesDeleted", "1", WR_COUNT, ARRIVALS, 2800},
                           {"mails", "", "redriven", "1", WR_COUNT, ARRIVALS, 200},
                           {"mails", "", "expired", "1", WR_COUNT, FLAT, 0},
                           {"lost", "", "queue_depth", "1", WR_LEVEL, GROWN, 90},
                           {"lost", "", "messages", "1", WR_LEVEL, GROWN, 90},
                           UNIT("i-1", 1), UNIT("i-2", 2), UNIT("i-3", 3), UNIT("i-4", 4), UNIT("i-5", 5),
                           UNIT("i-6", 6), UNIT("i-7", 7), UNIT("i-8", 8), UNIT("i-9", 9)};

static int between(int i, int from, int to) { return i >= from && i < to; }

/* A zigzag of a few per cent, another one in each replication. */
static int wobble(int i, int rep) { return (i * 7 + rep * 5) % 11 - 5; }

static int fleet(int i) { return 2 + (i >= CROWD + 5 ? 3 : 0) + (i >= CROWD + 9 ? 4 : 0) - (i >= OVER ? 5 : 0); }

/* In hundredths. */
static int at(enum shape s, int i, int rep)
{
    int busy = between(i, CROWD, OVER), hard = between(i, CROWD + 1, RELIEF), w = wobble(i, rep);
    switch (s) {
    case FLAT:
        return 100;
    case ARRIVALS:
        return 30 + (busy ? 70 : 0) + w / 2;
    case SERVED:
        return 30 + (busy ? (hard ? 25 + 2 * (i - CROWD) : 70) : 0) + w / 2;
    case TROUBLE:
        return hard ? 100 - 5 * (i - CROWD) + 2 * w : 0;
    case LATENCY:
        return 100 + 2 * w + (hard ? 4000 - 200 * (i - CROWD) : 0);
    case FLEET:
        return 100 * fleet(i);
    case WANTED:
        return 100 * fleet(i + 2);
    case BOOTING:
        return 100 * (fleet(i + 2) > fleet(i) ? fleet(i + 2) - fleet(i) : 0);
    case BUSY:
        return 100 * (hard ? 98 + w / 5 : busy ? 70 + w : 40 + w);
    case LINE:
        return hard ? 3000 - 230 * (i - CROWD) + 20 * w : 0;
    case GROWN:
        return 100 * (i < CROWD ? 0 : i < OVER ? i - CROWD : OVER - CROWD);
    case BUCKET:
        return 100 * (hard ? (i < CROWD + 6 ? 100 - 18 * (i - CROWD) : 0) : 100);
    case UNIT_UP:
    case UNIT_BUSY:
        break;
    }
    return 0;
}

/* An instance is launched two periods before it is in service, and unknown before that. */
static double unit_at(enum shape s, int nth, int i, int rep)
{
    if (i < OVER && fleet(i + 2) < nth)
        return NAN;
    if (fleet(i) < nth || s == UNIT_UP)
        return fleet(i) >= nth;
    return (between(i, CROWD + 1, RELIEF) ? 98 : 45 + wobble(i + nth, rep)) / 100.0;
}

static const double *series(wr_arena *a, const row *r, int rep, double times)
{
    double *x = arena_alloc(a, PERIODS * sizeof *x);
    for (int i = 0; i < PERIODS; i++)
        x[i] = r->shape == UNIT_UP || r->shape == UNIT_BUSY ? unit_at(r->shape, (int)r->height, i, rep)
                                                            : times * r->height * at(r->shape, i, rep) / 100;
    return x;
}

/* Of 2^-7 s and up: half of them in the first octaves, and a long tail. */
static void tail(wr_arena *a, wr_measure *m)
{
    wr_hist_row *h = arena_alloc(a, TAIL * sizeof *h);
    double weight = 65536;
    for (uint32_t k = 0; k < TAIL; k++) {
        h[k] = (wr_hist_row){(uint32_t)(1 + 128 * 24) + 26 * k, weight};
        weight = floor(weight * 3 / 4) + 1;
        m->total.n += h[k].weight;
        m->total.sum += h[k].weight * wr_hist_edge(h[k].bin);
    }
    m->hist = h;
    m->rows = TAIL;
    m->total.min = wr_hist_edge(h[0].bin);
    m->total.max = wr_hist_edge(h[TAIL - 1].bin + 1);
}

static const char *type_of(const char *owner)
{
    return !strcmp(owner, "web")      ? "alb"
           : !strcmp(owner, "app")    ? "asg"
           : !strcmp(owner, "orders") ? "dynamodb"
           : !strcmp(owner, "mail")   ? "lambda"
           : !strcmp(owner, "mails")  ? "sqs"
           : !strcmp(owner, "lost")   ? "sqs"
                                      : "traffic";
}

static wr_measure measure(wr_arena *a, const row *r, int rep)
{
    wr_measure m = {.owner = r->owner,
                    .part = r->part,
                    .metric = r->metric,
                    .unit = r->unit,
                    .kind = r->kind,
                    .cloudwatch = "",
                    .doc = "Made by hand.",
                    .type = type_of(r->owner)};
    m.total = (wr_moments){.seconds = PERIODS * SECONDS, .min = NAN, .max = NAN, .last = NAN, .sd = NAN};
    m.series[WR_S_MAIN] = series(a, r, rep, 1);
    double sum = 0;
    for (int i = 0; i < PERIODS; i++)
        sum += m.series[WR_S_MAIN][i];
    if (r->kind == WR_VALUE) {
        static const row answers = {.shape = SERVED, .height = 6000};
        tail(a, &m);
        m.series[WR_S_COUNT] = series(a, &answers, rep, 1);
        m.series[WR_S_P50] = series(a, r, rep, 0.5);
        m.series[WR_S_P90] = series(a, r, rep, 2);
        m.series[WR_S_P95] = series(a, r, rep, 3);
        m.series[WR_S_P99] = m.series[WR_S_MAX] = series(a, r, rep, 5);
    } else if (r->kind == WR_LEVEL) {
        m.total.n = PERIODS * SECONDS;
        m.total.sum = sum * SECONDS;
        m.series[WR_S_MIN] = m.series[WR_S_MAX] = m.series[WR_S_LAST] = m.series[WR_S_MAIN];
    } else if (r->kind == WR_RATIO) {
        m.total.sum = sum;
        m.total.den = PERIODS;
    } else {
        m.total.sum = m.total.n = sum;
    }
    return m;
}

static void fill_tables(wr_result *r, int rep)
{
    static const wr_note_row notes[] = {{1080, "orders", "fault", "slow orders begins", 1},
                                        {1380, "app", "alarm", "target tracking above target: OK -> ALARM", 98},
                                        {1380, "app", "scale_out", "target tracking: 2 -> 5", 5},
                                        {1500, "orders", "fault", "slow orders ends", 0},
                                        {1620, "app", "scale_out", "target tracking: 5 -> 9", 9},
                                        {1980, "app", "alarm", "target tracking above target: ALARM -> OK", 60},
                                        {2760, "app", "scale_in", "target tracking: 9 -> 4", 4}};
    static const wr_cause_row causes[] = {
        {"orders", "DynamoDB.TableReadProvisionedThroughputExceeded", "throttled", 9800, 0.041, 1275},
        {"app", "EC2.QueueFull", "rejected", 4300, 0.019, 1231},
        {"mail", "Lambda.ReservedFunctionConcurrentInvocationLimitExceeded", "throttled", 2100, 0.02, 1280},
        {"shoppers", "Client.Timeout", "timeout", 1500, 0.0065, 1262}};
    static const wr_slo_value none[] = {{.value = 0.83, .bound = 0.5, .op = WR_SLO_LT},
                                        {.value = 0.02, .bound = NAN, .holds = -1}};
    r->note = notes;
    r->notes = sizeof notes / sizeof *notes;
    r->cause = causes;
    r->causes = sizeof causes / sizeof *causes;
    r->slo = none;
    r->slos = sizeof none / sizeof *none;
    memset(r->print, 'a' + rep, 64);
}

static wr_result *replication(int rep)
{
    wr_arena *a = arena_create();
    wr_result *r = arena_alloc(a, sizeof *r);
    wr_measure *m = arena_alloc(a, sizeof rows / sizeof *rows * sizeof *m);
    *r = (wr_result){.seed = 7,
                     .replication = (uint64_t)rep,
                     .events = 1000000,
                     .requests = 200000,
                     .end_s = PERIODS * SECONDS,
                     .warmup_s = 300,
                     .period_s = SECONDS,
                     .periods = PERIODS,
                     .memory = a,
                     .measure = m};
    for (; r->measures < sizeof rows / sizeof *rows; r->measures++)
        m[r->measures] = measure(a, &rows[r->measures], rep);
    fill_tables(r, rep);
    return r;
}

static const char yaml[] =
    "weir: 1\nname: shop\nresources:\n  app:\n    type: asg\n    scaling_policies:\n"
    "      - {type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 55}\n"
    "  mail: {type: lambda, reserved_concurrent_executions: 60}\n"
    "  mails: {type: sqs, redrive_policy: {dead_letter_target: lost, max_receive_count: 3}}\n  lost: {type: sqs}\n";

wr_experiment shop_experiment(void)
{
    static struct wr_scenario s;
    static const wr_scenario_part part[] = {{"shoppers", "traffic", "Traffic", true},
                                            {"web", "alb", "Application Load Balancer", false},
                                            {"app", "asg", "Auto Scaling group", false},
                                            {"orders", "dynamodb", "DynamoDB table", false}};
    static const wr_scenario_edge edge[] = {
        {"shoppers", "web", "target"}, {"web", "app", "target"}, {"app", "orders", "get, put"}};
    static const wr_scenario_slo slo[] = {{"shoppers.latency.p99 < 500ms"}, {"shoppers.error_rate"}};
    s.view = (wr_scenario_view){.name = "shop",
                                .region = "us-east-1",
                                .file = "shop.yaml",
                                .text = yaml,
                                .resolved = yaml,
                                .sha256 = "0",
                                .duration_s = PERIODS * SECONDS,
                                .warmup_s = 300,
                                .period_s = SECONDS,
                                .seed = 7,
                                .replications = REPLICATIONS,
                                .parts = 4,
                                .part = part,
                                .edges = 3,
                                .edge = edge,
                                .slos = 2,
                                .slo = slo};
    wr_experiment x = {.look = wr_scenario_look(&s), .seed = 7, .n = REPLICATIONS, .complete = true, .command = "weir run shop.yaml"};
    x.result = memory_get(REPLICATIONS * sizeof(wr_result *));
    for (int rep = 0; rep < REPLICATIONS; rep++)
        x.result[rep] = replication(rep);
    wr_experiment_close(&x);
    return x;
}
