/* Sources of requests: their exact instants, their burstiness, closed loops, traces.
 *
 * Each test loads a small scenario and looks at the cells of its run. Statistical checks have seed 1; tolerances are
 * at least 5 standard errors. Files are written to a folder of their own under TMPDIR. */
#include "traffic_bench.h"
#include <unistd.h>

/* ---- refusals ----------------------------------------------------------------------------------------- */
static void test_mistakes_are_told(void **state)
{
    (void)state;
    refused("{target: desk}", "traffic 'load' has no arrivals; exactly one of 'rate', 'stages', 'trace', 'at', 'users' and an 'arrivals' with times of its own is needed");
    refused("{target: desk, rate: 1/s, users: 3}", "traffic 'load' has several sources of arrivals; exactly one of 'rate', 'stages', 'trace', 'at', 'users' and an 'arrivals' with times of its own is needed");
    refused("{target: desk, rate: 1/s, arrivals: {mmpp: {rates: [1/s], leave: [1/s]}}}", "traffic 'load' has several sources of arrivals; exactly one of 'rate', 'stages', 'trace', 'at', 'users' and an 'arrivals' with times of its own is needed");
    refused("{rate: 1/s}", "traffic 'load' needs one of 'target' and 'request'");
    refused("{target: desk, request: [{call: desk}], rate: 1/s}", "traffic 'load' needs one of 'target' and 'request'");
    refused("{target: desk, rate: 1/s, mix: {a: 50%, b: 40%}}", "the shares of 'mix' sum to 0.9; they must sum to 1");
    refused("{target: desk, rate: 1/s, mix: {a: 100%}, priority: {b: 1}}", "'b' is no operation of the mix");
    refused("{target: desk, rate: 1/s, start: 10s, end: 10s}", "'end' is not after 'start'");
    refused("{target: desk, users: 3, arrivals: uniform}", "'arrivals' shapes a rate; it has no meaning with 'users'");
    refused("{target: desk, arrivals: {mmpp: {rates: [1/s, 2/s], leave: [1/s]}}}", "'rates' has 2 states and 'leave' has 1; they must agree");
    refused("{request: [{wait: 1s}, {call: desk}], rate: 1/s, client: {hedge: {after: 1s}}}", "'hedge' is for a request that is one plain call; a step may have one of its own");
    refused("{target: desk, rate: 1/s, client: {hedge: {after: soon}}}", "'after' is 'soon'; allowed are a time such as 50ms and a percentile such as p95");
    refused("{target: desk, rate: 1/s, from_az: {a: 50%}}", "the shares of 'from_az' sum to 0.5; they must sum to 1");
}

/* ---- open sources ------------------------------------------------------------------------------------- */
static void test_uniform_arrivals_begin_one_spacing_after_the_start(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 3/s, arrivals: uniform, start: 10s, end: 12s}}\n" QUICK);
    until(&w, 10.33);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 0);
    until(&w, 10.34);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 1);
    until(&w, 100);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 5); /* the sixth would be at the end itself */
    finish(&w);
}

static void test_rounding_of_uniform_arrivals_does_not_add_up(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 1500/s, arrivals: uniform}}\n" QUICK);
    until(&w, 60.0001);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 90000);
    finish(&w);
}

static void test_count_ends_a_source(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 100/s, count: 7}}\n" QUICK);
    until(&w, 900);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 7 && count(&w, "load", WR_U_COMPLETED) == 7);
    finish(&w);
}

/* Counts in windows of 10 s: mean and ratio of variance to mean. */
static void dispersion(const char *yaml, double mean, double burstiness, double tolerance)
{
    world w;
    double sum = 0, squares = 0, before = 0;
    int n = 2000;
    text t = {0};
    text_printf(&t, "traffic: {load: {target: desk, end: 20000s, %s}}\n%s", yaml, QUICK);
    start(&w, t.s);
    w.r->end = WR_NEVER;
    for (int i = 1; i <= n; i++) {
        until(&w, 10.0 * i);
        double x = count(&w, "load", WR_U_REQUESTS);
        sum += x - before;
        squares += (x - before) * (x - before);
        before = x;
    }
    bench_near(sum / n, mean, 5 * sqrt(burstiness / mean / n));
    bench_near((squares / n - sum / n * (sum / n)) / (sum / n), burstiness, tolerance);
    finish(&w);
    text_clear(&t);
}

static void test_shapes_have_their_burstiness(void **state)
{
    (void)state;
    dispersion("rate: 20/s", 200, 1, 0.17);
    dispersion("rate: 20/s, arrivals: {gamma: {cv: 2}}", 200, 4, 0.2);
    dispersion("rate: 20/s, arrivals: {gamma: {cv: 0.5}}", 200, 0.25, 0.2);
    dispersion("rate: 20/s, arrivals: {batch: {size: 5}}", 200, 5, 0.2);
    dispersion("arrivals: {interarrivals: {exponential: 50ms}}", 200, 1, 0.17);
}

static void test_interarrivals_in_sequence_are_exact(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, arrivals: {interarrivals: {sequence: {values: [2s, 0.5s]}}}}}\n" QUICK);
    static const double at[] = {2, 2.5, 4.5, 5};
    for (int i = 0; i < 4; i++) {
        until(&w, at[i]);
        assert_true(count(&w, "load", WR_U_REQUESTS) == i);
        until(&w, at[i] + 1e-6);
        assert_true(count(&w, "load", WR_U_REQUESTS) == i + 1);
    }
    finish(&w);
}

static void test_stages_are_counted_from_the_start(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, start: 10s, arrivals: uniform, stages: [{rate: 10/s, for: 10s}, {rate: 30/s, ramp: 10s}]}}\n" QUICK);
    until(&w, 20.001);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 100);
    until(&w, 30.001);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 300);
    until(&w, 40.001);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 600);
    finish(&w);
}

static void test_script_happens_as_written(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [{t: 5s, count: 3, operation: pay}, 1s, {t: 5s, operation: look}]}}\n" QUICK);
    until(&w, 4);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 1);
    until(&w, 6);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 5);
    assert_true(comp_cell(comp_part(of(&w, "load"), "pay"), WR_U_REQUESTS)->now.sum == 3);
    assert_true(comp_cell(comp_part(of(&w, "load"), "look"), WR_U_COMPLETED)->now.sum == 1);
    finish(&w);
}

static void test_spike_changes_the_rate_at_once(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 1/s, arrivals: uniform}}\n" QUICK "faults: [{spike: load, factor: 10, at: 10s, for: 2s}]\n");
    until(&w, 10.5);
    fault(&w, "load", 0, true); /* half a request is owed: 50 ms instead of 500 ms */
    until(&w, 10.549);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 10);
    until(&w, 10.551);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 11);
    until(&w, 12.5);
    fault(&w, "load", 0, false);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 30);
    until(&w, 20.001);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 38);
    finish(&w);
}

static void test_mix_and_priority_travel_with_the_request(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 1000/s, mix: {browse: 90%, order: 10%}}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: {browse: 0s, order: 1s}}}\n");
    until(&w, 100);
    double n = count(&w, "load", WR_U_REQUESTS), orders = comp_cell(comp_part(of(&w, "load"), "order"), WR_U_REQUESTS)->now.sum;
    bench_near(orders / n, 0.1, 0.05);
    bench_near(level(&w, "load", WR_U_IN_SYSTEM), 100, 0.6); /* Little: 100/s x 1 s */
    finish(&w);
}

/* ---- closed loops ------------------------------------------------------------------------------------- */
static void test_users_think_send_and_wait(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, users: 3, think_time: 4s}}\nresources: {desk: {type: service, servers: unlimited, service_time: 1s}}\n");
    until(&w, 4.5);
    assert_true(level(&w, "load", WR_U_IN_SYSTEM) == 3);
    until(&w, 100.5);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 60); /* at 4, 9, ... 99 */
    finish(&w);
    start(&w, "traffic: {load: {target: desk, users: 3, first: send, think_time: 4s, requests_per_user: 2}}\nresources: {desk: {type: service, servers: unlimited, service_time: 1s}}\n");
    until(&w, 5.5);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 6);
    until(&w, 900);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 6);
    finish(&w);
}

static void test_users_come_and_go_by_stages_and_spikes(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, users: {stages: [{users: 10, ramp: 10s, for: 10s}, {users: 2, ramp: 4s}]}, first: send}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: 100ms}}\nfaults: [{spike: load, factor: 3, at: 1s}]\n");
    for (int i = 1; i <= 10; i++) {
        until(&w, i + 0.01);
        assert_true(level(&w, "load", WR_U_IN_SYSTEM) == i);
    }
    until(&w, 22.25);
    assert_true(level(&w, "load", WR_U_IN_SYSTEM) == 6);
    until(&w, 30);
    assert_true(level(&w, "load", WR_U_IN_SYSTEM) == 2);
    fault(&w, "load", 0, true);
    until(&w, 31);
    assert_true(level(&w, "load", WR_U_IN_SYSTEM) == 6);
    fault(&w, "load", 0, false);
    until(&w, 32);
    assert_true(level(&w, "load", WR_U_IN_SYSTEM) == 2);
    finish(&w);
}

static void test_loop_without_any_time_lets_time_pass(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {request: [{fail: error}], users: 1, first: send}}\n" QUICK);
    until(&w, 0.01);
    assert_true(count(&w, "load", WR_U_REQUESTS) == 10000); /* a microsecond each */
    finish(&w);
}

/* ---- traces ------------------------------------------------------------------------------------------- */
static char folder[64], scenario[80];

static void put_file(const char *name, const char *content)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static int make_folder(void **state)
{
    const char *tmp = getenv("TMPDIR");
    (void)state;
    snprintf(folder, sizeof folder, "%.40s/weir-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(scenario, sizeof scenario, "%s/t.yaml", folder);
    file = scenario;
    put_file("counts.csv", "second,requests\n0,3\n1,0\n2,5\n");
    put_file("cloudwatch.csv", "timestamp,value\n2014-04-10 00:14:00,600.0\n2014-04-10 00:04:00,300.0\n2014-04-10 00:09:00,0\n2014-04-10 00:24:00,30\n");
    put_file("times.txt", "100.5\n101\n103.25\n");
    put_file("dates.csv", "when\n2024-02-29T23:59:59Z\n2024-03-01T01:00:00.5+01:00\n");
    put_file("wrong.csv", "second,requests\n0,3\n1,many\n");
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"counts.csv", "cloudwatch.csv", "times.txt", "dates.csv", "wrong.csv"};
    char path[160];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

static void test_wrong_trace_names_its_line(void **state)
{
    (void)state;
    refused("{target: desk, trace: wrong.csv}", "line 3 of 'wrong.csv' is not a time and a number");
}

static void test_counts_are_played_period_by_period(void **state)
{
    (void)state;
    static const struct {
        const char *trace;
        double at[4], n[4];
    } cases[] = {
        {"counts.csv", {1, 2, 3, 100}, {3, 3, 8, 8}},
        {"{file: counts.csv, scale: 2}", {1, 2, 3, 100}, {6, 6, 16, 16}},
        {"{file: counts.csv, speed: 2}", {0.5, 1, 1.5, 100}, {3, 3, 8, 8}},
        {"{file: counts.csv, offset: 2s}", {0.55, 1, 2, 100}, {3, 5, 5, 5}},
        {"{file: counts.csv, loop: true}", {3, 4, 6, 30}, {8, 11, 16, 80}},
        {"cloudwatch.csv", {300, 600, 900, 999}, {300, 300, 900, 900}},
        {"times.txt", {0.4, 0.6, 2, 3}, {1, 2, 2, 3}},
        {"dates.csv", {1, 1.4, 1.6, 3}, {1, 1, 2, 2}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        world w;
        text t = {0};
        text_printf(&t, "traffic: {load: {target: desk, arrivals: uniform, trace: %s}}\n%s", cases[c].trace, QUICK);
        start(&w, t.s);
        for (int i = 0; i < 4; i++) {
            wr_engine_run(w.r->engine, wr_dur_from_s(cases[c].at[i]));
            if (count(&w, "load", WR_U_REQUESTS) != cases[c].n[i])
                fail_msg("%s: %g requests at %g, not %g", cases[c].trace, count(&w, "load", WR_U_REQUESTS), cases[c].at[i], cases[c].n[i]);
        }
        finish(&w);
        text_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_told),
        cmocka_unit_test(test_wrong_trace_names_its_line),
        cmocka_unit_test(test_uniform_arrivals_begin_one_spacing_after_the_start),
        cmocka_unit_test(test_rounding_of_uniform_arrivals_does_not_add_up),
        cmocka_unit_test(test_count_ends_a_source),
        cmocka_unit_test(test_shapes_have_their_burstiness),
        cmocka_unit_test(test_interarrivals_in_sequence_are_exact),
        cmocka_unit_test(test_stages_are_counted_from_the_start),
        cmocka_unit_test(test_script_happens_as_written),
        cmocka_unit_test(test_spike_changes_the_rate_at_once),
        cmocka_unit_test(test_mix_and_priority_travel_with_the_request),
        cmocka_unit_test(test_users_think_send_and_wait),
        cmocka_unit_test(test_users_come_and_go_by_stages_and_spikes),
        cmocka_unit_test(test_loop_without_any_time_lets_time_pass),
        cmocka_unit_test(test_counts_are_played_period_by_period),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
