/* CloudWatch alarms: AWS's own table of missing data, edges of periods, delays; and readings at will.
 *
 * The table is that of "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide: newest
 * point on the right, X breaches, 0 does not, - is missing. All checks are exact. */
#include "kit_bench.h"

/* ---- the rule ----------------------------------------------------------------------------------------- */
static enum wr_alarm_state judge(const char *data, int m, int n, enum wr_missing missing, enum wr_alarm_state before)
{
    double x[16];
    int k = 0;
    for (; *data; data++)
        x[k++] = *data == 'X' ? 1 : *data == '0' ? 0 : NAN;
    wr_alarm_cfg cfg = {.period = WR_MIN, .evaluation_periods = n, .datapoints_to_alarm = m, .compare = WR_GT, .threshold = 0.5, .missing = missing};
    return wr_alarm_judge(x, k, &cfg, before);
}

enum { INS = WR_ALARM_INSUFFICIENT, OK = WR_ALARM_OK, ON = WR_ALARM_ON, KEEP = 9 };

static void test_missing_data_are_treated_as_the_guide_says(void **state)
{
    (void)state;
    static const struct {
        int m, n;
        const char *data;
        int as[4]; /* missing, ignore, breaching, not breaching */
    } rows[] = {
        {3, 3, "0-X-X", {OK, OK, OK, OK}},     {3, 3, "0----", {OK, OK, OK, OK}},  {3, 3, "-----", {INS, KEEP, ON, OK}},
        {3, 3, "0XX-X", {ON, ON, ON, ON}},     {3, 3, "--X--", {ON, KEEP, ON, OK}}, {2, 3, "0-X-X", {ON, ON, ON, ON}},
        {2, 3, "00X0X", {ON, ON, ON, ON}},     {2, 3, "0-X--", {OK, OK, ON, OK}},  {2, 3, "----0", {OK, OK, ON, OK}},
        {2, 3, "---X-", {ON, KEEP, ON, OK}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int t = 0; t < 4; t++)
            for (int before = INS; before <= ON; before++) {
                int expected = rows[r].as[t] == KEEP ? before : rows[r].as[t];
                int found = (int)judge(rows[r].data, rows[r].m, rows[r].n, (enum wr_missing)t, (enum wr_alarm_state)before);
                if (found != expected)
                    fail_msg("%d of %d of '%s', treatment %d: %d, not %d", rows[r].m, rows[r].n, rows[r].data, t, found, expected);
            }
}

static void test_comparisons_are_strict_or_not(void **state)
{
    (void)state;
    static const struct {
        enum wr_compare c;
        double x;
        enum wr_alarm_state s;
    } rows[] = {{WR_GT, 5, WR_ALARM_OK}, {WR_GE, 5, WR_ALARM_ON}, {WR_LT, 5, WR_ALARM_OK}, {WR_LE, 5, WR_ALARM_ON}, {WR_GT, 6, WR_ALARM_ON}, {WR_LE, 6, WR_ALARM_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wr_alarm_cfg cfg = {.evaluation_periods = 1, .datapoints_to_alarm = 1, .compare = rows[i].c, .threshold = 5};
        assert_int_equal(wr_alarm_judge(&rows[i].x, 1, &cfg, WR_ALARM_INSUFFICIENT), rows[i].s);
    }
}

/* ---- in a run ----------------------------------------------------------------------------------------- */
static const wr_model gauge_model = {.kind = "gauge", .has = WR_HAS_STATION | WR_HAS_CALLS, .net = WR_NET_SERVICE};
struct event {
    wr_time at;
    enum wr_alarm_state state;
    double value;
    wr_time newest;
};
static struct event seen[1000];
static size_t seen_n;

static void judged(wr_comp *self, const wr_alarm *a, enum wr_alarm_state s, double value, void *arg)
{
    (void)arg;
    seen[seen_n++] = (struct event){wr_now(self), s, value, wr_alarm_newest(a)};
}

static const wr_formula *metric(bench *t, const char *written, int row, enum wr_metric_kind kind)
{
    wr_formula *f = formula_parse(t->l.arena, written, (wr_pos){0}, t->l.diag);
    bench_sound(t);
    f->atom[0].comp = 0;
    f->atom[0].metric_row = row;
    f->atom[0].kind = (int)kind;
    return f;
}

static void set_ten(wr_comp *self, void *arg)
{
    (void)arg;
    wr_set(self, WR_U_QUEUE_DEPTH, 10);
}

static void set_none(wr_comp *self, void *arg)
{
    (void)arg;
    wr_set(self, WR_U_QUEUE_DEPTH, 0);
}

/* Depth 10 from 90 s to 400 s; mean > 6, 2 of 2 minutes. The minute [60, 120) has 5, [120, 180) is the first above. */
static void watch(bench *t, wr_alarm_cfg *cfg, double until_s)
{
    seen_n = 0;
    bench_open(t);
    wr_comp *gauge = bench_add(t, &gauge_model, "gauge", NULL);
    cfg->metric = metric(t, "gauge.queue_depth.mean", WR_U_QUEUE_DEPTH, WR_LEVEL);
    wr_set(gauge, WR_U_QUEUE_DEPTH, 0);
    wr_after(gauge, 90 * WR_S, set_ten, NULL);
    wr_after(gauge, 400 * WR_S, set_none, NULL);
    wr_alarm_start(gauge, cfg, judged, NULL);
    wr_engine_run(t->r->engine, wr_dur_from_s(until_s));
}

static wr_time first(enum wr_alarm_state s, wr_time after)
{
    for (size_t i = 0; i < seen_n; i++)
        if (seen[i].at > after && seen[i].state == s)
            return seen[i].at;
    return -1;
}

static void test_alarm_is_late_by_its_periods(void **state)
{
    (void)state;
    bench t;
    wr_alarm_cfg cfg = {.period = WR_MIN, .evaluation_periods = 2, .datapoints_to_alarm = 2, .compare = WR_GT, .threshold = 6};
    watch(&t, &cfg, 1000);
    assert_int_equal(seen[0].at, WR_MIN);
    assert_int_equal(first(WR_ALARM_ON, 0), 240 * WR_S);
    assert_int_equal(first(WR_ALARM_OK, 240 * WR_S), 480 * WR_S); /* [360, 420) has 6.67 and still breaches */
    assert_int_equal(seen[1].newest, 120 * WR_S);
    assert_true(fabs(seen[1].value - 5) < 1e-9);
    assert_int_equal(seen_n, 16);
    bench_close(&t);
}

static void test_delay_of_datapoints_delays_the_alarm(void **state)
{
    (void)state;
    bench t;
    wr_alarm_cfg cfg = {.period = WR_MIN, .evaluation_periods = 2, .datapoints_to_alarm = 2, .compare = WR_GT, .threshold = 6};
    bench_open(&t);
    cfg.delay = dist_constant(t.l.arena, 70);
    bench arena = t;
    watch(&t, &cfg, 1000);
    assert_int_equal(seen[0].state, WR_ALARM_INSUFFICIENT);
    assert_int_equal(seen[0].newest, -1);
    assert_true(isnan(seen[0].value));
    assert_int_equal(first(WR_ALARM_ON, 0), 360 * WR_S); /* two minutes later */
    assert_int_equal(seen[2].at, 180 * WR_S);
    assert_int_equal(seen[2].newest, 60 * WR_S);
    bench_close(&t);
    bench_close(&arena);
}

static void test_short_periods_are_judged_every_ten_seconds(void **state)
{
    (void)state;
    bench t;
    wr_alarm_cfg cfg = {.period = 10 * WR_S, .evaluation_periods = 1, .datapoints_to_alarm = 1, .compare = WR_GT, .threshold = 6};
    watch(&t, &cfg, 201);
    assert_int_equal(seen[0].at, 10 * WR_S);
    assert_int_equal(first(WR_ALARM_ON, 0), 100 * WR_S);
    assert_int_equal(seen_n, 20);
    bench_close(&t);
}

static void test_long_periods_are_judged_every_minute(void **state)
{
    (void)state;
    bench t;
    wr_alarm_cfg cfg = {.period = 300 * WR_S, .evaluation_periods = 1, .datapoints_to_alarm = 1, .compare = WR_GT, .threshold = 6};
    watch(&t, &cfg, 1000);
    assert_int_equal(seen[0].at, WR_MIN);
    assert_int_equal(seen[0].state, WR_ALARM_INSUFFICIENT);
    assert_int_equal(first(WR_ALARM_ON, 0), 300 * WR_S); /* 7 over the first five minutes */
    assert_int_equal(first(WR_ALARM_OK, 300 * WR_S), 600 * WR_S);
    bench_close(&t);
}

/* ---- readings ----------------------------------------------------------------------------------------- */
static void test_reader_takes_what_came_since_the_last_reading(void **state)
{
    (void)state;
    bench t;
    bench_open(&t);
    wr_comp *gauge = bench_add(&t, &gauge_model, "gauge", NULL);
    wr_reader *sum = wr_reader_open(gauge, metric(&t, "gauge.requests.sum * 2", WR_U_REQUESTS, WR_COUNT));
    wr_reader *mean = wr_reader_open(gauge, metric(&t, "gauge.latency.mean", WR_U_LATENCY, WR_VALUE));
    assert_true(isnan(wr_reader_take(mean)));
    wr_add(gauge, WR_U_REQUESTS, 3);
    wr_observe(gauge, WR_U_LATENCY, 2);
    wr_observe(gauge, WR_U_LATENCY, 4);
    assert_true(wr_reader_take(sum) == 6);
    assert_true(fabs(wr_reader_take(mean) - 3) < 1e-12);
    assert_true(wr_reader_take(sum) == 0);
    assert_true(isnan(wr_reader_take(mean)));
    bench_close(&t);
}

static void test_reader_finds_a_part_that_appears_later(void **state)
{
    (void)state;
    bench t;
    bench_open(&t);
    wr_comp *gauge = bench_add(&t, &gauge_model, "gauge", NULL);
    wr_reader *r = wr_reader_open(gauge, metric(&t, "gauge:p1.requests.sum", WR_U_REQUESTS, WR_COUNT));
    assert_true(isnan(wr_reader_take(r)));
    wr_comp *part = wr_part(gauge, "p1", false);
    assert_true(isnan(wr_reader_take(r)));
    wr_add(part, WR_U_REQUESTS, 5);
    assert_true(wr_reader_take(r) == 5);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_data_are_treated_as_the_guide_says),
        cmocka_unit_test(test_comparisons_are_strict_or_not),
        cmocka_unit_test(test_alarm_is_late_by_its_periods),
        cmocka_unit_test(test_delay_of_datapoints_delays_the_alarm),
        cmocka_unit_test(test_short_periods_are_judged_every_ten_seconds),
        cmocka_unit_test(test_long_periods_are_judged_every_minute),
        cmocka_unit_test(test_reader_takes_what_came_since_the_last_reading),
        cmocka_unit_test(test_reader_finds_a_part_that_appears_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
