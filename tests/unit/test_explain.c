/* test_explain.c - help from tables, word for word; and that tables within themselves end. */
#include "table_bench.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct cfg {
    wr_dur timeout;
    double memory, share, percent;
    int64_t servers;
    int mode;
    const char *name;
    const wr_dist *latency, *of;
    const wr_profile *rate;
    const wr_link *target;
    const wr_formula *metric;
    const void *block;
    wr_list list, map, steps;
    wr_pick how;
    bool flag;
} cfg;
static const char *const modes[] = {"fifo", "lifo", NULL};
static const wr_param inner_rows[] = {
    {.key = "rate", WR_FIELD(cfg, share), .type = WR_T_RATE, .doc = "Tokens a second."},
    {.key = "burst", WR_FIELD(cfg, percent), .type = WR_T_NUMBER, .def = "1", .doc = "Tokens it holds."},
    {0}};
static const wr_param law_rows[] = {
    {.key = "of", WR_FIELD(cfg, of), .type = WR_T_DIST, .of = WR_T_DUR, .doc = "Time of it."},
    {0}};
static const wr_param nest_rows[2];
static const wr_variant steps[] = {
    {.key = "wait", .rows = law_rows, .size = sizeof(cfg), .shorthand = "of", .doc = "Time goes by.", .src = "assumption: it does"},
    {.key = "repeat", .rows = nest_rows, .size = sizeof(cfg), .doc = "Steps again."},
    {.key = "stop", .doc = "The end."},
    {0}};
static const wr_param nest_rows[2] = {
    {.key = "steps", WR_FIELD(cfg, steps), .type = WR_T_LIST, .variants = steps, .flags = WR_P_ONE, .optional = true, .doc = "What is done."},
    {0}};

static const char *explained(bench *t, const wr_param *rows, int depth, bool recursive)
{
    char *s = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&s, &len);
    if (depth < 0)
        explain_row(to, rows);
    else
        explain_rows(to, rows, depth, recursive);
    fclose(to);
    const char *kept = arena_copy(t->arena, s, len);
    free(s);
    return kept;
}

static void one_is(const wr_param *row, const char *want)
{
    bench t;
    bench_open(&t, "{}");
    const wr_param rows[2] = {*row};
    assert_string_equal(explained(&t, rows, 0, false), want);
    bench_close(&t);
}

static void test_row_tells_type_default_range_source_and_cloudformation(void **state)
{
    (void)state;
    one_is(&(wr_param){.key = "timeout", .type = WR_T_DUR, .unit = "s", .def = "3", .min = 1, .max = 900, .doc = "Longest run.", .src = "https://aws/x", .cfn = "Timeout"},
           "timeout                      time, bare numbers are s; default 3; 1s to 900s\n    Longest run.\n    CloudFormation: Timeout\n    source: https://aws/x\n");
    one_is(&(wr_param){.key = "memory", .type = WR_T_BYTES, .min = 0x1p27, .max = 0x1p30, .doc = "Memory.", .src = "assumption: usual"},
           "memory                       size; required; 128 MB to 1 GB\n    Memory.\n    assumption: usual\n");
    one_is(&(wr_param){.key = "servers", .type = WR_T_INT, .words = "unlimited none", .def = "unlimited", .min = 0, .max = 1e15, .doc = "Places."},
           "servers                      whole number or unlimited or none; default unlimited; 0 or more\n    Places.\n");
    one_is(&(wr_param){.key = "share", .type = WR_T_SHARE, .optional = true, .doc = "Part."}, "share                        share; optional\n    Part.\n");
    one_is(&(wr_param){.key = "share", .type = WR_T_SHARE, .def = "0", .max = 0.5, .doc = "Part."}, "share                        share; default 0; 0% to 50%\n    Part.\n");
    one_is(&(wr_param){.key = "percent", .type = WR_T_NUMBER, .unit = "%", .def = "70", .max = 100, .doc = "Target."}, "percent                      percentage; default 70; 0% to 100%\n    Target.\n");
    one_is(&(wr_param){.key = "mode", .type = WR_T_ENUM, .choices = modes, .def = "fifo", .doc = "Order."}, "mode                         fifo | lifo; default fifo\n    Order.\n");
    one_is(&(wr_param){.key = "name", .type = WR_T_TEXT, .def = "", .doc = "Name."}, "name                         text; default \"\"\n    Name.\n");
    one_is(&(wr_param){.key = "flag", .type = WR_T_BOOL, .def = "false", .doc = "Is it?"}, "flag                         true or false; default false\n    Is it?\n");
    one_is(&(wr_param){.key = "target", .type = WR_T_LINK, .doc = "Who."}, "target                       name of a resource; required\n    Who.\n");
    one_is(&(wr_param){.key = "metric", .type = WR_T_FORMULA, .doc = "What."}, "metric                       metric expression; required\n    What.\n");
    one_is(&(wr_param){.key = "rate", .type = WR_T_PROFILE, .doc = "How many."}, "rate                         rate or expression of t; required\n    How many.\n");
    one_is(&(wr_param){.key = "latency", .type = WR_T_DIST, .of = WR_T_DUR, .def = "{exponential: 3ms}", .max = 60, .doc = "Delay."},
           "latency                      time or distribution; default {exponential: 3ms}; 0s to 60s\n    Delay.\n");
}

static void test_nested_tables_are_named_or_printed_when_recursive(void **state)
{
    (void)state;
    bench t;
    bench_open(&t, "{}");
    const wr_param rows[] = {{.key = "limit", .type = WR_T_BLOCK, .rows = inner_rows, .size = 1, .optional = true, .doc = "A bucket."}, {0}};
    assert_string_equal(explained(&t, rows, 1, false), "  limit                        mapping; optional\n      A bucket.\n      keys: rate, burst\n");
    assert_string_equal(explained(&t, rows, 0, true),
                        "limit                        mapping; optional\n    A bucket.\n"
                        "    rate                         rate; required\n        Tokens a second.\n"
                        "    burst                        number; default 1\n        Tokens it holds.\n");
    assert_string_equal(explained(&t, rows, -1, false),
                        "limit                        mapping; optional\n    A bucket.\n"
                        "  rate                         rate; required\n      Tokens a second.\n"
                        "  burst                        number; default 1\n      Tokens it holds.\n");
    bench_close(&t);
}

static void test_struct_of_one_row_with_a_shorthand_is_that_row(void **state)
{
    (void)state;
    one_is(&(wr_param){.key = "duration", .type = WR_T_MAP, .rows = law_rows, .size = 1, .shorthand = "of", .flags = WR_P_ONE | WR_P_OPERATION, .optional = true, .doc = "Time."},
           "duration                     mapping of operations to time or distribution, or one value for all; optional\n    Time.\n");
    one_is(&(wr_param){.key = "delays", .type = WR_T_LIST, .rows = law_rows, .size = 1, .shorthand = "of", .optional = true, .min = 1, .max = 9, .doc = "Times."},
           "delays                       list of time or distribution; optional; 1 to 9 entries\n    Times.\n");
    one_is(&(wr_param){.key = "limit", .type = WR_T_BLOCK, .rows = inner_rows, .size = 1, .shorthand = "rate", .doc = "A bucket."},
           "limit                        mapping, or just its rate; required\n    A bucket.\n    keys: rate, burst\n");
    one_is(&(wr_param){.key = "names", .type = WR_T_MAP, .rows = inner_rows, .size = 1, .flags = WR_P_NAMED | WR_P_LINKS, .doc = "Whom."},
           "names                        mapping of resources, or one name; required\n    Whom.\n    keys: rate, burst\n");
}

static void test_included_rows_stand_among_the_others(void **state)
{
    (void)state;
    one_is(&(wr_param){.key = "", .type = WR_T_INCLUDE, .rows = inner_rows},
           "rate                         rate; required\n    Tokens a second.\nburst                        number; default 1\n    Tokens it holds.\n");
}

static void test_tables_that_contain_themselves_end(void **state)
{
    (void)state;
    bench t;
    bench_open(&t, "{}");
    assert_string_equal(explained(&t, nest_rows, 0, true),
                        "steps                        list, or one of them; optional\n    What is done.\n"
                        "    wait               Time goes by.\n        assumption: it does\n"
                        "      of                           time or distribution; required\n          Time of it.\n"
                        "    repeat             Steps again.\n"
                        "    stop               The end.\n");
    static wr_param loop[2];
    loop[0] = (wr_param){.key = "again", .type = WR_T_BLOCK, .rows = loop, .size = 8, .shorthand = "again", .optional = true, .doc = "Itself."};
    assert_string_equal(explained(&t, loop, 0, true),
                        "again                        mapping, or just its again; optional\n    Itself.\n    keys: again\n");
    bench_close(&t);
}

static void test_laws_are_explained_in_values(void **state)
{
    (void)state;
    bench t;
    bench_open(&t, "{}");
    for (const wr_variant *v = dist_laws; v->key; v++) {
        const char *s = explained(&t, v->rows, 0, true);
        assert_non_null(s);
        if (strcmp(v->key, "exponential") == 0)
            assert_string_equal(s, "mean                         value with its unit; optional\n    The mean.\n");
        if (strcmp(v->key, "discrete") == 0)
            assert_non_null(strstr(s, "outcomes                     mapping of names to share; optional\n"));
    }
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_tells_type_default_range_source_and_cloudformation),
        cmocka_unit_test(test_nested_tables_are_named_or_printed_when_recursive),
        cmocka_unit_test(test_struct_of_one_row_with_a_shorthand_is_that_row),
        cmocka_unit_test(test_included_rows_stand_among_the_others),
        cmocka_unit_test(test_tables_that_contain_themselves_end),
        cmocka_unit_test(test_laws_are_explained_in_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
