/* test_scenario.c - loading: what is refused, word for word and at its place; then what a good file becomes. */
#include "scenario_bench.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- refused ---- */
static void test_a_file_that_is_no_mapping_is_refused(void **state)
{
    (void)state;
    SAYS("", "1:1: a scenario is a mapping that begins with 'weir: 1'\n");
    SAYS("- 1\n", "1:1: a scenario is a mapping that begins with 'weir: 1'\n");
}

static void test_a_newer_format_is_refused_and_nothing_else_is_said(void **state)
{
    (void)state;
    SAYS("weir: 2\nnonsense: 3\n",
         "1:7: this file is written in format 2; this program reads format 1: use a newer weir\n");
    SAYS("weir: 0\n", "1:7: there is no format 0; write 'weir: 1'\n");
}

static void test_what_is_required_is_missed(void **state)
{
    (void)state;
    SAYS("name: x\n", "1:1: 'resources' of the scenario is required\n1:1: 'weir' of the scenario is required\n");
    SAYS("weir: 1\nresources:\n  desk: {type: service, service_time: 1ms}\n",
         "1:1: 'duration' is required, or 'stop_when'\n");
    SAYS(HEAD "resources:\n  desk:\n", "4:3: 'type' of 'desk' is required; available: TYPES\n");
}

static void test_unknown_keys_come_with_advice(void **state)
{
    (void)state;
    SAYS(HEAD "warmpu: 1s\n" DESK, "3:1: unknown key 'warmpu' of the scenario -> did you mean 'warmup'?\n");
    SAYS(HEAD "resources:\n  desk: {type: service, service_time: 1ms, servrs: 2}\n",
         "4:44: unknown key 'servrs' of service 'desk' -> did you mean 'servers'?\n");
    SAYS(HEAD "resources:\n  desk: {type: service, service_time: 1ms, partitions: 2}\n",
         "4:44: unknown key 'partitions' of service 'desk' -> 'partitions' is a key of dynamodb\n");
    SAYS(HEAD "network: {clent: 1ms}\n" DESK, "3:11: unknown key 'clent' of 'network' -> did you mean 'client'?\n");
    SAYS(HEAD "account: {ec2_vcpu: 3}\n" DESK,
         "3:11: unknown key 'ec2_vcpu' of 'account' -> did you mean 'ec2_vcpus'?\n");
}

static void test_types_that_are_not_here_say_why(void **state)
{
    (void)state;
    SAYS(HEAD "resources:\n  q: {type: deployment}\n",
         "4:13: type 'deployment' of 'q' is reserved for a later version; available: TYPES\n");
    SAYS(HEAD "resources:\n  q: {type: servce}\n",
         "4:13: unknown type 'servce' of 'q'; available: TYPES -> did you mean 'service'?\n");
    SAYS(HEAD "resources:\n  q: {type: traffic}\n",
         "4:13: unknown type 'traffic' of 'q'; available: TYPES\n");
    SAYS(HEAD "resources:\n  q: {type: AWS::CodeDeploy::DeploymentGroup}\n",
         "4:13: type 'AWS::CodeDeploy::DeploymentGroup' of 'q' is reserved for a later version; available: TYPES\n");
}

static void test_names_follow_the_rules(void **state)
{
    (void)state;
    SAYS(HEAD "resources:\n  1x: {type: service, service_time: 1ms}\n",
         "4:3: '1x' is not a name; names are letters, digits, _ and -, a letter first, 64 at most\n");
    SAYS(HEAD "resources:\n  run: {type: service, service_time: 1ms}\n",
         "4:3: 'run' is reserved for the run itself; choose another name\n");
    SAYS(HEAD "traffic:\n  desk: {target: desk, rate: 1/s}\n" DESK,
         "4:18: 'desk' is traffic: it sends requests and takes none\n"
         "6:3: 'desk' is the name of a traffic already; traffic and resources share one name space\n");
    SAYS(HEAD "name: a b\n" DESK, "3:7: 'a b' is not a name; names are letters, digits, _ and -, a letter first\n");
}

static void test_times_contradict_each_other(void **state)
{
    (void)state;
    SAYS(HEAD "warmup: 10s\n" DESK, "3:9: 'warmup' is not shorter than 'duration': nothing would be measured\n");
    SAYS("weir: 1\nduration: 10\n" DESK, "2:11: 'duration' of the scenario has no unit: write 10s or 10ms\n");
    SAYS(HEAD "stop_when: desk.completed.sum\n" DESK,
         "3:12: 'stop_when' needs a comparison, such as desk.completed.sum >= 1000\n");
    SAYS(HEAD "replications: {min: 5, max: 3, precision: 2%}\n" DESK,
         "3:29: 'max' of 'replications' is smaller than 'min'\n");
    SAYS(HEAD "replications: {max: 3}\n" DESK,
         "3:21: 'replications' has a 'max' but no 'precision'; add one, such as 2%\n");
}

static void test_prices_are_those_of_the_book(void **state)
{
    (void)state;
    SAYS(HEAD "prices: {ec2: {m7g.lrge: 0.08}, free_tier: yes}\n" DESK,
         "3:16: there is no price 'ec2.m7g.lrge' -> did you mean 'ec2.m7g.large'?\n"
         "3:44: 'free_tier' must be none or month\n");
    SAYS(HEAD "prices: {ec2: {m7g.large: cheap}}\n" DESK,
         "3:27: the price 'ec2.m7g.large' must be a number of USD, not below 0\n");
}

static void test_a_property_stands_once(void **state)
{
    (void)state;
    SAYS(HEAD "resources:\n  desk: {type: service, properties: {ServiceTime: 1ms, servers: 2}, servers: 3}\n",
         "4:56: 'servers' is given twice: under 'properties' and beside it\n");
    SAYS(HEAD "resources:\n  desk: {type: service, service_time: 1ms, properties: 3}\n",
         "4:56: 'properties' must be a mapping of CloudFormation properties\n");
}

static void test_all_mistakes_are_told_at_once_in_order(void **state)
{
    (void)state;
    SAYS("weir: 1\nduration: 10\nregion: mars\ntraffic:\n  t: {target: dsk, rate: 1/s}\n" DESK "slo: [desk.latncy]\n",
         "2:11: 'duration' of the scenario has no unit: write 10s or 10ms\n"
         "3:9: 'mars' is no AWS Region; write one such as eu-central-1\n"
         "5:15: 'target' of traffic 't' names 'dsk'; there is no such resource -> did you mean 'desk'?\n"
         "8:7: unknown metric 'latncy' of service 'desk' -> did you mean 'latency'?\n");
}

static void test_a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    const wr_diag_row *row;
    assert_null(wr_scenario_load("no/such/file.yaml", NULL, 0, d));
    assert_int_equal(wr_diag_rows(d, &row), 1);
    assert_string_equal(row[0].at.file, "no/such/file.yaml");
    assert_string_equal(row[0].text, "cannot read it: No such file or directory");
    assert_null(wr_scenario_load(".", NULL, 0, d));
    assert_int_equal(wr_diag_rows(d, &row), 2);
    wr_diag_destroy(d);
}

static void test_a_trace_that_is_missing_is_named(void **state)
{
    (void)state;
    SAYS(HEAD "traffic:\n  t: {target: desk, trace: none-such.csv}\n" DESK,
         "4:28: cannot read 'none-such.csv': No such file or directory\n");
    SAYS(HEAD "traffic:\n  t: {target: desk, trace: /dev/zero}\n" DESK,
         "4:28: cannot read '/dev/zero': it is no ordinary file\n");
}

/* ---- warned ---- */
static void test_more_work_than_the_servers_can_do_is_a_warning(void **state)
{
    (void)state;
    SAYS(HEAD "traffic:\n  t: {target: desk, rate: 250/s}\n" DESK,
         "6:3: warning: service 'desk' is offered 2.5 times what it can do: 250 requests a second of 0.01 s on 1 "
         "servers\n");
    SAYS(HEAD "traffic:\n  t: {target: desk, rate: 99/s}\n" DESK, "");
}

static void test_windows_beyond_the_end_are_a_warning(void **state)
{
    (void)state;
    SAYS(HEAD DESK "slo: [desk.requests.sum from 5s to 20s, desk.latency.p99 < 1s over 1m]\n",
         "5:7: warning: this interval ends after the run, which lasts 10 s\n5:41: warning: this window is longer than "
         "the run\n");
}

/* ---- what it becomes ---- */
static void test_defaults_are_those_of_the_language(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(HEAD DESK);
    const wr_scenario_view *v = wr_scenario_look(s);
    assert_string_equal(v->name, "test");
    assert_string_equal(v->region, "us-east-1");
    assert_true(v->duration_s == 10 && v->warmup_s == 0 && v->period_s == 60);
    assert_int_equal(v->replications, 1);
    assert_int_equal(v->seed, 1);
    assert_int_equal(v->parts, 1);
    assert_string_equal(v->part[0].type, "service");
    assert_false(v->part[0].traffic);
    assert_int_equal(s->comp[0].azs, 2);
    assert_true(scenario_quota(s, "lambda_concurrency") == 1000);
    assert_true(scenario_quota(s, "ec2_run_instances_refill") == 2);
    assert_true(isinf(scenario_quota(s, "ec2_vcpus")));
    assert_true(wr_dist_mean(s->net_cross_az) == 0.0005);
    assert_null(v->charts);
    wr_scenario_destroy(s);
}

static void test_settings_are_kept(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(
        "weir: 1\nname: shop\nstop_when: desk.completed.sum >= 5\nwarmup: auto\nseed: 9223372036854775807\n"
        "replications: {min: 5, max: 50, precision: 2%, of: desk.latency.p99, confidence: 99%}\n"
        "network: off\naccount: {lambda_concurrency: 500}\nprices: {ec2: {m7g.large: 0.5}, free_tier: month}\n" DESK);
    const wr_scenario_view *v = wr_scenario_look(s);
    bool known;
    assert_true(isinf(v->duration_s) && isnan(v->warmup_s));
    assert_true(s->warmup_auto && s->duration == WR_NEVER);
    assert_true(v->seed == INT64_MAX);
    assert_int_equal(s->precision.most, 50);
    assert_true(s->precision.half_width == 0.02 && s->precision.confidence == 0.99 && s->precision.of);
    assert_true(wr_dist_mean(s->net_client) == 0 && wr_dist_mean(s->net_same_az) == 0);
    assert_true(scenario_quota(s, "lambda_concurrency") == 500);
    assert_true(scenario_usd(s, "ec2.m7g.large", &known) == 0.5 && known && s->free_tier);
    scenario_usd(s, "no.such", &known);
    assert_false(known);
    wr_scenario_destroy(s);
}

static void test_a_region_without_prices_pays_those_of_us_east_1(void **state)
{
    (void)state;
    text said = {0};
    bool known;
    wr_scenario *s = bench_load("weir: 1\nduration: 10s\nregion: ap-northeast-3\n" DESK, NULL, 0, &said);
    assert_string_equal(
        said.s, "3:9: warning: the price book has no prices of 'ap-northeast-3'; those of us-east-1 are used\n");
    assert_true(scenario_usd(s, "ec2.m7g.large", &known) > 0 && known);
    text_clear(&said);
    wr_scenario_destroy(s);
}

static void test_spellings_of_cloudformation_are_the_same_keys(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(HEAD "resources:\n  t: {type: AWS::DynamoDB::Table, x-note: mine, properties: {BillingMode: PROVISIONED, "
                               "ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 6}}}\n");
    assert_string_equal(wr_scenario_look(s)->part[0].type, "dynamodb");
    wr_scenario_destroy(s);
}

static void test_what_is_resolved_reads_back_as_the_same_scenario(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(
        HEAD "parameters: {n: 3}\ntraffic:\n  t: {target: desk, rate: 1/s}\nresources:\n"
             "  desk: {type: service, servers: $n, service_time: {exponential: 10ms}}\nslo: [t.latency.p99 < 1s]\n");
    const wr_scenario_view *v = wr_scenario_look(s);
    wr_diag *d = wr_diag_create();
    wr_scenario *again = wr_scenario_parse("again.yaml", v->resolved, strlen(v->resolved), NULL, 0, d);
    assert_non_null(again);
    assert_string_equal(wr_scenario_look(again)->resolved, v->resolved);
    assert_string_equal(wr_scenario_look(again)->sha256, v->sha256);
    assert_int_equal(strlen(v->sha256), 64);
    wr_diag_destroy(d);
    wr_scenario_destroy(again);
    wr_scenario_destroy(s);
}

static void test_edges_are_the_links(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(HEAD "traffic:\n  t: {target: desk, rate: 1/s}\n"
                               "resources:\n  desk: {type: service, service_time: 1ms, then: [{call: back}, {call: "
                               "back}, {get: {from: t1}}]}\n"
                               "  back: {type: service, service_time: 1ms}\n"
                               "  t1: {type: dynamodb, billing_mode: PAY_PER_REQUEST}\n");
    const wr_scenario_view *v = wr_scenario_look(s);
    assert_int_equal(v->edges, 3);
    assert_string_equal(v->edge[0].source, "t");
    assert_string_equal(v->edge[0].target, "desk");
    assert_string_equal(v->edge[1].label, "call");
    assert_string_equal(v->edge[2].target, "t1");
    wr_scenario_destroy(s);
}

static void test_files_are_found_beside_the_scenario_and_remembered(void **state)
{
    (void)state;
    char folder[] = "/tmp/weir-scenario-XXXXXX", path[64], trace[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/shop.yaml", folder);
    snprintf(trace, sizeof trace, "%s/trace.csv", folder);
    FILE *f = fopen(path, "w");
    fputs(HEAD "traffic:\n  t: {target: desk, trace: trace.csv}\n" DESK, f);
    fclose(f);
    f = fopen(trace, "w");
    fputs("second,requests\n0,5\n1,7\n", f);
    fclose(f);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(path, NULL, 0, d);
    assert_non_null(s);
    assert_string_equal(wr_scenario_look(s)->name, "shop");
    assert_int_equal(wr_scenario_look(s)->files, 1);
    assert_string_equal(wr_scenario_look(s)->included[0].path, "trace.csv");
    assert_int_equal(strlen(wr_scenario_look(s)->included[0].sha256), 64);
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    unlink(path);
    unlink(trace);
    rmdir(folder);
}

static void test_the_schema_is_json_with_every_type(void **state)
{
    (void)state;
    text t = {0};
    scenario_schema(&t);
    long depth = 0;
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i] == '"')
            for (i++; i < t.len && t.s[i] != '"'; i++)
                i += t.s[i] == '\\';
        depth += t.s[i] == '{' || t.s[i] == '[';
        depth -= t.s[i] == '}' || t.s[i] == ']';
        assert_true(depth >= 0);
    }
    assert_int_equal(depth, 0);
    assert_non_null(strstr(t.s, "draft-07"));
    assert_non_null(strstr(t.s, "\"AWS::DynamoDB::Table\""));
    assert_non_null(strstr(t.s, "\"service\""));
    text_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_that_is_no_mapping_is_refused),
        cmocka_unit_test(test_a_newer_format_is_refused_and_nothing_else_is_said),
        cmocka_unit_test(test_what_is_required_is_missed),
        cmocka_unit_test(test_unknown_keys_come_with_advice),
        cmocka_unit_test(test_types_that_are_not_here_say_why),
        cmocka_unit_test(test_names_follow_the_rules),
        cmocka_unit_test(test_times_contradict_each_other),
        cmocka_unit_test(test_prices_are_those_of_the_book),
        cmocka_unit_test(test_a_property_stands_once),
        cmocka_unit_test(test_all_mistakes_are_told_at_once_in_order),
        cmocka_unit_test(test_a_file_that_cannot_be_read_is_named),
        cmocka_unit_test(test_a_trace_that_is_missing_is_named),
        cmocka_unit_test(test_more_work_than_the_servers_can_do_is_a_warning),
        cmocka_unit_test(test_windows_beyond_the_end_are_a_warning),
        cmocka_unit_test(test_defaults_are_those_of_the_language),
        cmocka_unit_test(test_settings_are_kept),
        cmocka_unit_test(test_a_region_without_prices_pays_those_of_us_east_1),
        cmocka_unit_test(test_spellings_of_cloudformation_are_the_same_keys),
        cmocka_unit_test(test_what_is_resolved_reads_back_as_the_same_scenario),
        cmocka_unit_test(test_edges_are_the_links),
        cmocka_unit_test(test_files_are_found_beside_the_scenario_and_remembered),
        cmocka_unit_test(test_the_schema_is_json_with_every_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
