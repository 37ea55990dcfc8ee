/* test_charts.c - what every chart owes, asked of all of them in a loop: its table is in order, it says whether it has
 * anything to draw, it draws a rich run and a poor one in every format, and the same input gives the same bytes. */
#include "../../sim/table/table.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir.h>
#include <cmocka.h>

static char folder[] = "/tmp/weir-charts-XXXXXX";
static const char poor[] = "weir: 1\nname: poor\nduration: 30s\nmetrics_period: 10s\n"
                           "traffic: {calls: {target: it, rate: 1/s}}\n"
                           "resources: {it: {type: service, service_time: 5ms}}\n";
static const char rich[] =
    "weir: 1\nname: rich\nduration: 2m\nwarmup: 10s\nmetrics_period: 5s\nreplications: 2\n"
    "traffic:\n"
    "  shoppers: {target: web, rate: 60/s, client: {timeout: 1s, retry: {mode: full_jitter, attempts: 3, base: 50ms, cap: 1s}}}\n"
    "resources:\n"
    "  web: {type: alb, target: app}\n"
    "  app:\n    type: asg\n    min_size: 2\n    max_size: 6\n    concurrency: 20\n    boot_time: 20s\n"
    "    scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 40}]\n"
    "    steps: [{cpu: {exponential: 30ms}}, {get: {from: orders}}, {put: {to: orders, item_size: 2 KB}}]\n"
    "  orders: {type: dynamodb, provisioned_throughput: {read_capacity_units: 20, write_capacity_units: 60}}\n"
    "faults: [{slow: orders, at: 40s, for: 20s, factor: 20}]\n"
    "slo: [shoppers.latency.p99 < 500ms, shoppers.error_rate < 1%]\n";

static void path_of(text *out, const char *name)
{
    text_printf(out, "%s/%s", folder, name);
}

static void make(const char *name, const char *scenario)
{
    text path = {0};
    path_of(&path, name);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse(name, scenario, strlen(scenario), NULL, 0, d);
    wr_diag_print(d, stderr);
    assert_non_null(s);
    wr_experiment x = {0};
    wr_err err = {0};
    assert_int_equal(wr_lab_run(s, &(wr_plan){.keep = WR_KEEP_ALL, .threads = 1}, &x, &err), 0);
    if (wr_write_h5(&x, path.s, &err))
        fail_msg("%s", err.text);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    text_clear(&path);
}

static wr_store *opened(const char *name)
{
    text path = {0};
    wr_err err = {0};
    wr_store *s = NULL;
    path_of(&path, name);
    if (wr_store_open(&s, path.s, &err))
        fail_msg("%s", err.text);
    text_clear(&path);
    return s;
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    make("rich.h5", rich);
    make("poor.h5", poor);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text command = {0};
    text_printf(&command, "rm -rf '%s'", folder);
    int bad = system(command.s);
    text_clear(&command);
    return bad;
}

static void complain(void *arg, const char *line)
{
    text_printf(arg, "%s\n", line);
}

static void test_tables_are_in_order(void **state)
{
    text said = {0};
    (void)state;
    for (size_t i = 0; wr_charts[i]; i++) {
        const wr_chart *k = wr_charts[i];
        if (k->params)
            lint_rows(k->params, k->cfg_size, k->kind, complain, &said);
        assert_true(k->doc && k->doc[strlen(k->doc) - 1] == '.' && k->title && k->draw);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(k->kind, wr_charts[other]->kind);
    }
    if (said.len)
        fail_msg("%s", said.s);
}

/* The bytes of a file; the caller frees them. */
static char *bytes(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *s = NULL;
    size_t room = 0, n;
    *len = 0;
    do {
        s = memory_grow(s, room, room + 65536);
        room += 65536;
        n = fread(s + *len, 1, room - *len, f);
        *len += n;
    } while (n);
    fclose(f);
    return s;
}

static void render(const wr_chart *k, wr_store *s, const char *path)
{
    wr_err err = {0};
    if (wr_chart_render(k, NULL, s, &(wr_render){.path = path, .width = 480, .height = 270}, &err))
        fail_msg("%s: %s", k->kind, err.text);
}

static void draw_twice(const wr_chart *k, wr_store *s, const char *format, const char *magic)
{
    text first = {0}, second = {0};
    size_t a, b;
    text_printf(&first, "%s/one.%s", folder, format);
    text_printf(&second, "%s/two.%s", folder, format);
    render(k, s, first.s);
    render(k, s, second.s);
    char *one = bytes(first.s, &a), *two = bytes(second.s, &b);
    if (a != b || memcmp(one, two, a) != 0)
        fail_msg("%s: %s differs from draw to draw", k->kind, format);
    assert_true(a > 500 && !memcmp(one, magic, strlen(magic)));
    free(one);
    free(two);
    text_clear(&first);
    text_clear(&second);
}

static void test_charts_that_apply_draw_in_every_format(void **state)
{
    (void)state;
    wr_store *s = opened("rich.h5");
    for (size_t i = 0; wr_charts[i]; i++) {
        if (!wr_charts[i]->applies || !wr_charts[i]->applies(s))
            continue;
        draw_twice(wr_charts[i], s, "svg", "<svg");
        draw_twice(wr_charts[i], s, "png", "\x89PNG");
        draw_twice(wr_charts[i], s, "pdf", "%PDF");
    }
    wr_store_close(s);
}

/* Where there is nothing to draw, a chart draws what there is or says why not; it never fails in silence. */
static void test_charts_that_do_not_apply_say_so(void **state)
{
    (void)state;
    wr_store *s = opened("poor.h5");
    text path = {0};
    path_of(&path, "poor.svg");
    for (size_t i = 0; wr_charts[i]; i++) {
        wr_err err = {0};
        int bad = wr_chart_render(wr_charts[i], NULL, s, &(wr_render){.path = path.s}, &err);
        bool has_words = err.text[0] != 0;
        if ((bad != 0) != has_words)
            fail_msg("%s: %d but '%s'", wr_charts[i]->kind, bad, err.text);
        if (bad && wr_charts[i]->applies && wr_charts[i]->applies(s))
            fail_msg("%s applies, but: %s", wr_charts[i]->kind, err.text);
    }
    text_clear(&path);
    wr_store_close(s);
}

static void test_unwritable_pictures_are_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nonexistent/x.svg", "/nonexistent/x.png", "/nonexistent/x.pdf", "x.gif", "x"};
    wr_store *s = opened("rich.h5");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        wr_err err = {0};
        assert_true(wr_chart_render(wr_charts[0], NULL, s, &(wr_render){.path = paths[i]}, &err) < 0);
        assert_true(err.text[0] != 0);
        assert_int_equal(access(paths[i], F_OK), -1);
    }
    wr_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_in_order),
        cmocka_unit_test(test_charts_that_apply_draw_in_every_format),
        cmocka_unit_test(test_charts_that_do_not_apply_say_so),
        cmocka_unit_test(test_unwritable_pictures_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
