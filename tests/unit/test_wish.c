/* test_wish.c - what a scenario's `charts:` asks for, read back from the results that carry it. */
#include "../../sim/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir.h>
#include <cmocka.h>

static char folder[] = "/tmp/weir-wish-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static wr_store *results(const char *charts)
{
    text path = {0}, yaml = {0};
    wr_err err = {0};
    wr_experiment x = {0};
    wr_store *s = NULL;
    text_printf(&path, "%s/wish.h5", folder);
    text_printf(&yaml,
                "weir: 1\nduration: 100s\nmetrics_period: 10s\ntraffic: {calls: {target: it, rate: 5/s}}\n"
                "resources: {it: {type: service, service_time: 5ms}}\n%s",
                charts);
    wr_diag *d = wr_diag_create();
    wr_scenario *sc = wr_scenario_parse("wish.yaml", yaml.s, yaml.len, NULL, 0, d);
    wr_diag_print(d, stderr);
    assert_non_null(sc);
    assert_int_equal(wr_lab_run(sc, &(wr_plan){.keep = WR_KEEP_ALL, .threads = 1}, &x, &err), 0);
    assert_int_equal(wr_write_h5(&x, path.s, &err), 0);
    assert_int_equal(wr_store_open(&s, path.s, &err), 0);
    unlink(path.s);
    wr_experiment_clear(&x);
    wr_scenario_destroy(sc);
    wr_diag_destroy(d);
    text_clear(&path);
    text_clear(&yaml);
    return s;
}

static void refuses(const char *charts, const char *words)
{
    wr_store *s = results(charts);
    wr_arena *a = arena_create();
    wr_err err = {0};
    const wr_chart_wish *w;
    size_t n;
    assert_true(wr_chart_wishes(s, a, &w, &n, &err) != 0);
    assert_string_equal(err.text, words);
    arena_destroy(a);
    wr_store_close(s);
}

static void test_what_cannot_be_drawn_is_refused(void **state)
{
    (void)state;
    refuses("charts: [waterfall]\n", "'charts' asks for 'waterfall', which this build does not draw; see 'weir list charts'");
    refuses("charts: [{kind: rate}]\n",
            "'charts' asks for 'rate', which this build does not draw; did you mean 'rates'?");
    refuses("charts: [{kind: rates, format: gif}]\n", "'charts': 'format' is 'gif'; it must be svg, png or pdf");
}

static void test_wrong_keys_of_a_chart_are_refused(void **state)
{
    (void)state;
    wr_store *s = results("charts: [{kind: rates, from: 5}]\n");
    wr_arena *a = arena_create();
    wr_err err = {0};
    const wr_chart_wish *w;
    size_t n;
    assert_true(wr_chart_wishes(s, a, &w, &n, &err) != 0);
    assert_non_null(strstr(err.text, "'from' of chart 'rates' has no unit"));
    arena_destroy(a);
    wr_store_close(s);
}

static void test_without_the_section_nothing_is_asked_for(void **state)
{
    (void)state;
    wr_store *s = results("");
    wr_arena *a = arena_create();
    const wr_chart_wish *w;
    size_t n = 1;
    assert_int_equal(wr_chart_wishes(s, a, &w, &n, NULL), 0);
    assert_int_equal(n, 0);
    arena_destroy(a);
    wr_store_close(s);
}

static void test_kinds_owners_and_formats_are_read_in_order(void **state)
{
    (void)state;
    wr_store *s = results("charts:\n  - overview\n  - {kind: rates, of: calls, format: png}\n"
                          "  - {kind: lines, of: [it.utilization, calls.latency.p99], title: Two}\n  - {kind: rates, "
                          "from: 20s, to: 60s}\n");
    wr_arena *a = arena_create();
    wr_err err = {0};
    const wr_chart_wish *w;
    size_t n;
    if (wr_chart_wishes(s, a, &w, &n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(n, 4);
    assert_string_equal(w[0].chart->kind, "overview");
    assert_null(w[0].of);
    assert_string_equal(w[1].of[0], "calls");
    assert_string_equal(w[1].format, "png");
    assert_null(w[1].of[1]);
    assert_string_equal(w[2].of[1], "calls.latency.p99");
    assert_int_equal(w[1].again, 0);
    assert_int_equal(w[3].again, 1);
    for (size_t i = 0; i < n; i++) {
        text path = {0};
        text_printf(&path, "%s/%zu.svg", folder, i);
        if (wr_chart_render(w[i].chart, w[i].cfg, s, &(wr_render){.path = path.s, .of = w[i].of}, &err))
            fail_msg("%s", err.text);
        assert_int_equal(unlink(path.s), 0);
        text_clear(&path);
    }
    arena_destroy(a);
    wr_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_cannot_be_drawn_is_refused),
                                       cmocka_unit_test(test_wrong_keys_of_a_chart_are_refused),
                                       cmocka_unit_test(test_without_the_section_nothing_is_asked_for),
                                       cmocka_unit_test(test_kinds_owners_and_formats_are_read_in_order)};
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
