/* test_override.c - --set, the paths of sweeps, and parameters: refused with place and advice, then applied. */
#include "scenario_bench.h"

#define SHOP HEAD "parameters: {load: 5/s, n: 2}\ntraffic:\n  t: {target: desk, rate: $load}\nresources:\n" \
                  "  desk: {type: service, servers: $n, service_time: 1ms}\nfaults: [{slow: desk, at: 5s, factor: 3}]\n"
#define SET(path, value, expected) bench_says(SHOP, &(wr_override){path, value}, 1, expected)

/* ---- refused ---- */
static void test_paths_that_lead_nowhere_are_refused_at_the_word_at_fault(void **state)
{
    (void)state;
    SET("laod", "3/s", "command line:1:1: there is no parameter or key 'laod' -> did you mean 'load'?\n");
    SET("dsk.servers", "3", "command line:1:1: there is no resource, traffic or key 'dsk' -> did you mean 'desk'?\n");
    SET("desk.servrs", "3",
        "command line:1:6: unknown key 'servrs' in the path 'desk.servrs' -> did you mean 'servers'?\n");
    SET("traffic.tt.rate", "3/s", "command line:1:9: there is no 'tt' in 'traffic'\n");
    SET("desk", "3", "command line:1:1: 'desk' is a whole component; name its key, such as desk.KEY\n");
    SET("faults.7.factor", "3", "command line:1:8: '7' is no entry of this list; it has 1, counted from 0\n");
    SET("faults.first.factor", "3", "command line:1:8: 'first' is no entry of this list; it has 1, counted from 0\n");
    SET("desk..x", "3",
        "command line:1:1: 'desk..x' is no path; write the name of a parameter, or words with dots such as "
        "app.max_size\n");
    SET("", "3",
        "command line:1:1: '' is no path; write the name of a parameter, or words with dots such as app.max_size\n");
    SET("desk.service_time.x", "3", "command line:1:19: 'desk.service_time' is a single value; it has no 'x'\n");
    SET("desk.servers.x", "3", "command line:1:14: 'desk.servers' is the parameter 'n'; set that\n");
}

static void test_bad_values_are_refused_on_the_command_line(void **state)
{
    (void)state;
    SET("desk.servers", "many",
        "command line:1:14: 'servers' of service 'desk' must be a whole number; 'many' is none\n"
        "3:25: warning: unused parameter 'n'\n");
    SET("duration", "5", "command line:1:10: 'duration' of the scenario has no unit: write 5s or 5ms\n");
}

static void test_places_count_through_all_overrides(void **state)
{
    (void)state;
    const wr_override o[] = {{"load", "7/s"}, {"desk.servrs", "4"}};
    bench_says(SHOP, o, 2,
               "command line:1:15: unknown key 'servrs' in the path 'desk.servrs' -> did you mean 'servers'?\n");
}

static void test_parameters_must_exist_and_may_not_turn_in_circles(void **state)
{
    (void)state;
    SAYS(HEAD "parameters: {load: 5/s}\ntraffic:\n  t: {target: desk, rate: $laod}\n" DESK,
         "3:14: warning: unused parameter 'load'\n5:27: there is no parameter 'laod' -> did you mean 'load'?\n");
    SAYS(HEAD "parameters: {a: $b, b: $a}\nmetrics_period: $a\n" DESK, "3:24: the parameter 'a' refers to itself\n");
    SAYS(HEAD "parameters: [1]\n" DESK, "3:13: 'parameters' must be a mapping of names to values\n");
    SAYS(HEAD "parameters: {1a: 3}\n" DESK, "3:14: '1a' is not a name; names are letters, digits, _ and -, a letter "
                                            "first\n3:14: warning: unused parameter '1a'\n");
    SAYS(HEAD "parameters: {law: {exponential: 1s}}\ntraffic:\n  t: {target: desk, rate: 2*$law}\n" DESK,
         "5:27: the parameter 'law' is no single value; it cannot stand inside a text\n");
}

static void test_a_mistake_in_a_parameter_is_shown_where_it_can_be_mended(void **state)
{
    (void)state;
    SAYS(HEAD "parameters: {time: 5}\nresources:\n  desk: {type: service, service_time: $time}\n",
         "3:20: 'service_time' of service 'desk' has no unit: write 5s or 5ms\n");
}

static void test_parameters_that_grow_without_end_are_stopped(void **state)
{
    (void)state;
    text t = {0}, said = {0};
    text_puts(&t, HEAD "parameters:\n  p0: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for (int i = 1; i < 12; i++)
        text_printf(&t, "  p%d: [$p%d, $p%d, $p%d, $p%d, $p%d, $p%d, $p%d, $p%d]\n", i, i - 1, i - 1, i - 1, i - 1,
                    i - 1, i - 1, i - 1, i - 1);
    text_puts(&t, DESK);
    assert_null(bench_load(t.s, NULL, 0, &said));
    assert_non_null(strstr(said.s, "the parameters stand for more than a million values"));
    text_clear(&t);
    text_clear(&said);
}

static void test_axes_of_a_sweep_are_checked(void **state)
{
    (void)state;
    SAYS(SHOP "sweep: {laod: [1/s], desk.servrs: [1, 2], n: {from: 1}}\n",
         "9:9: there is no parameter or key 'laod' -> did you mean 'load'?\n"
         "9:27: unknown key 'servrs' in the path 'desk.servrs' -> did you mean 'servers'?\n"
         "9:46: the axis 'n' is no range; write {from, to, step} or {from, to, points}\n");
    SAYS(SHOP "sweep: {n: 3, zip: [{load: [1/s, 2/s], desk.queue_limit: [1]}]}\n",
         "9:12: the axis 'n' must be a list of values, or a range {from, to, step}\n"
         "9:58: the axes of 'zip' differ in length: 'desk.queue_limit' has 1 values, 'load' has 2\n");
    SAYS(SHOP "sweep: {n: [1, 2], load: {from: 1/s, to: 9/s, points: 3, scale: log}, desk.queue_limit: {from: 1, to: "
              "9, step: 2}}\n",
         "");
}

/* ---- applied ---- */
static const char *resolved(const wr_override *o, size_t n, wr_scenario **s)
{
    *s = bench_good(SHOP, o, n);
    return wr_scenario_look(*s)->resolved;
}

static void test_overrides_reach_every_kind_of_place(void **state)
{
    (void)state;
    const wr_override o[] = {{"load", "7/s"},
                             {"desk.queue_limit", "4"},
                             {"traffic.t.size", "2 KB"},
                             {"faults.0.factor", "5"},
                             {"resources.desk.discipline", "lifo"},
                             {"network.client", "{exponential: 3ms}"},
                             {"t.client.timeout", "1s"}};
    wr_scenario *s;
    const char *r = resolved(o, sizeof o / sizeof *o, &s);
    static const char *const lines[] = {"rate: 7/s\n",        "queue_limit: 4\n",   "size: 2 KB\n", "factor: 5\n",
                                        "discipline: lifo\n", "exponential: 3ms\n", "timeout: 1s\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(strstr(r, lines[i]));
    wr_scenario_destroy(s);
}

static void test_the_last_override_wins(void **state)
{
    (void)state;
    const wr_override o[] = {{"load", "7/s"}, {"load", "9/s"}};
    wr_scenario *s;
    assert_non_null(strstr(resolved(o, 2, &s), "rate: 9/s\n"));
    wr_scenario_destroy(s);
}

static void test_a_pasted_property_can_be_set_by_either_spelling(void **state)
{
    (void)state;
    const char *yaml = HEAD "resources:\n  t: {type: dynamodb, properties: {ProvisionedThroughput: {ReadCapacityUnits: "
                            "5, WriteCapacityUnits: 6}}}\n";
    wr_scenario *s = bench_good(yaml, &(wr_override){"t.provisioned_throughput.read_capacity_units", "77"}, 1);
    assert_non_null(strstr(wr_scenario_look(s)->resolved, "ReadCapacityUnits: 77\n"));
    wr_scenario_destroy(s);
}

static void test_a_text_takes_parameters_in_parentheses_where_needed(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(HEAD "description: costs $5 or $peak, not $nothing\nparameters: {peak: 50/s, wave: '1 + 2', "
                               "limit: 300ms, who: desk, all: $peak}\n"
                               "traffic:\n  t: {target: !Ref who, rate: '$all*$wave'}\n" DESK
                               "slo: ['t.latency.p99 < $limit']\nx-ignored: $nowhere\n");
    const wr_scenario_view *v = wr_scenario_look(s);
    assert_string_equal(v->description, "costs $5 or 50/s, not $nothing");
    assert_string_equal(v->slo[0].expr, "t.latency.p99 < 300ms");
    assert_non_null(strstr(v->resolved, "rate: \"50/s*(1 + 2)\"\n"));
    wr_scenario_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_that_lead_nowhere_are_refused_at_the_word_at_fault),
        cmocka_unit_test(test_bad_values_are_refused_on_the_command_line),
        cmocka_unit_test(test_places_count_through_all_overrides),
        cmocka_unit_test(test_parameters_must_exist_and_may_not_turn_in_circles),
        cmocka_unit_test(test_a_mistake_in_a_parameter_is_shown_where_it_can_be_mended),
        cmocka_unit_test(test_parameters_that_grow_without_end_are_stopped),
        cmocka_unit_test(test_axes_of_a_sweep_are_checked),
        cmocka_unit_test(test_overrides_reach_every_kind_of_place),
        cmocka_unit_test(test_the_last_override_wins),
        cmocka_unit_test(test_a_pasted_property_can_be_set_by_either_spelling),
        cmocka_unit_test(test_a_text_takes_parameters_in_parentheses_where_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
