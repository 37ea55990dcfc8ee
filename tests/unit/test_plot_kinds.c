/* test_plot_kinds.c - what the charts of functions, queues, retries and lives say, of a result made by hand. */
#include "../../plots/charts.h"
#include "../support/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <weir.h>
#include <cmocka.h>

static char folder[] = "/tmp/weir-kinds-XXXXXX";
static const char *const kinds[] = {"queue", "messages", "concurrency", "amplification", "gantt"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int make(void **state)
{
    text path = {0};
    wr_err err = {0};
    wr_store *s = NULL;
    if (!mkdtemp(folder))
        return -1;
    wr_experiment x = shop_experiment();
    text_printf(&path, "%s/shop.h5", folder);
    if (wr_write_h5(&x, path.s, &err) || wr_store_open(&s, path.s, &err))
        print_error("%s\n", err.text);
    unlink(path.s);
    text_clear(&path);
    wr_experiment_clear(&x);
    *state = s;
    return s ? 0 : -1;
}

static int drop(void **state)
{
    wr_store_close(*state);
    return rmdir(folder);
}

/* The file, NUL-terminated; the caller's to free. */
static char *drawn(wr_store *s, const char *kind, const void *cfg, const char *of, const char *format, size_t *length)
{
    text path = {0}, t = {0};
    wr_err err = {0};
    char some[4096];
    const char *const list[] = {of, NULL};
    text_printf(&path, "%s/one.%s", folder, format);
    const wr_chart *k = wr_chart_named(kind);
    assert_non_null(k);
    if (wr_chart_render(k, cfg, s, &(wr_render){.path = path.s, .of = of ? list : NULL}, &err))
        fail_msg("%s: %s", kind, err.text);
    FILE *f = fopen(path.s, "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(some, 1, sizeof some, f)) > 0;)
        text_add(&t, some, n);
    fclose(f);
    unlink(path.s);
    text_clear(&path);
    *length = t.len;
    return t.s;
}

static void says(wr_store *s, const char *kind, const void *cfg, const char *of, const char *const *words, bool there)
{
    size_t n;
    char *svg = drawn(s, kind, cfg, of, "svg", &n);
    for (; *words; words++)
        if (!strstr(svg, *words) == there)
            fail_msg("%s %s '%s'", kind, there ? "does not say" : "says", *words);
    free(svg);
}
#define SAYS(s, kind, cfg, of, ...) says(s, kind, cfg, of, (const char *const[]){__VA_ARGS__, NULL}, true)
#define SAYS_NOT(s, kind, cfg, of, ...) says(s, kind, cfg, of, (const char *const[]){__VA_ARGS__, NULL}, false)

static void test_what_an_owner_does_not_have_is_refused(void **state)
{
    static const char *const of[KINDS] = {"shoppers", "app", "orders", "web", "shoppers"};
    text path = {0};
    text_printf(&path, "%s/none.svg", folder);
    for (size_t i = 0; i < KINDS; i++) {
        wr_err err = {0};
        const char *const list[] = {of[i], NULL};
        assert_int_equal(
            wr_chart_render(wr_chart_named(kinds[i]), NULL, *state, &(wr_render){.path = path.s, .of = list}, &err),
            WR_E_INPUT);
        assert_non_null(strstr(err.text, "nothing to draw of"));
    }
    text_clear(&path);
}

static void test_a_queue_shows_its_states_and_its_dead_letters(void **state)
{
    SAYS(*state, "queue", NULL, NULL, "the queue at mails", "in flight", "visible", "delayed", "Dead letters in lost",
         "received");
    SAYS_NOT(*state, "queue", NULL, NULL, "Messages of lost");
}

static void test_other_queues_show_what_comes_in_and_goes_out(void **state)
{
    SAYS(*state, "queue", NULL, "app", "Waiting at app", "In and out", "Age of the oldest");
    SAYS_NOT(*state, "queue", NULL, "app", "Dead letters", "received");
}

/* 47 levels of 1: 100 in all; 112,800 sent, 105,280 deleted and 7,520 dead in the hour; 120 had been there. */
static void test_what_came_back_is_what_was_delivered_and_not_deleted(void **state)
{
    SAYS(*state, "messages", NULL, NULL, "112,800 sent", "157,920 deliveries", "52,640 came back", "105,280 deleted",
         "7,520 dead letters", "120 there before", "in lost");
    SAYS_NOT(*state, "messages", NULL, NULL, "expired", "moved here");
}

static void test_a_function_is_drawn_against_its_limit_with_reasons(void **state)
{
    SAYS(*state, "concurrency", NULL, NULL, "mail used up to", "of 60", "reserved", "provisioned", "idle",
         "2,100 throttled: ReservedFunctionConcurrentInvocationLimitExceeded");
}

static void test_tries_are_requests_and_retries(void **state)
{
    SAYS(*state, "amplification", NULL, NULL, "shoppers tried each request up to 2.4 times",
         "Asked for, tried, answered");
    SAYS_NOT(*state, "amplification", NULL, NULL, "with no fault left", "not allowed");
}

static void test_each_instance_has_a_bar(void **state)
{
    SAYS(*state, "gantt", NULL, NULL, "9 lived at app", "booting took 2 min", ">i-1<", ">i-9<", "at work", "idle");
    SAYS_NOT(*state, "gantt", NULL, NULL, "by rank", "draining");
}

static void test_a_window_shows_who_lived_in_it(void **state)
{
    const chart_cfg late = {.marks = true, .from = 50 * 60 * WR_S, .to = WR_NEVER};
    SAYS(*state, "gantt", &late, NULL, "4 lived at app", ">i-4<");
    SAYS_NOT(*state, "gantt", &late, NULL, ">i-5<", "booting");
}

static void test_without_parts_bars_are_ranks(void **state)
{
    SAYS(*state, "gantt", NULL, "mail", "Environments of mail, by rank", "At most 54 at mail");
}

static void test_every_format_is_the_same_each_time(void **state)
{
    static const char *const formats[] = {"png", "svg", "pdf"};
    for (size_t i = 0; i < KINDS; i++)
        for (size_t k = 0; k < 3; k++) {
            size_t n, m;
            char *one = drawn(*state, kinds[i], NULL, NULL, formats[k], &n),
                 *other = drawn(*state, kinds[i], NULL, NULL, formats[k], &m);
            assert_true(n > 1000);
            assert_int_equal(n, m);
            assert_memory_equal(one, other, n);
            free(one);
            free(other);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_an_owner_does_not_have_is_refused),
                                       cmocka_unit_test(test_a_queue_shows_its_states_and_its_dead_letters),
                                       cmocka_unit_test(test_other_queues_show_what_comes_in_and_goes_out),
                                       cmocka_unit_test(test_what_came_back_is_what_was_delivered_and_not_deleted),
                                       cmocka_unit_test(test_a_function_is_drawn_against_its_limit_with_reasons),
                                       cmocka_unit_test(test_tries_are_requests_and_retries),
                                       cmocka_unit_test(test_each_instance_has_a_bar),
                                       cmocka_unit_test(test_a_window_shows_who_lived_in_it),
                                       cmocka_unit_test(test_without_parts_bars_are_ranks),
                                       cmocka_unit_test(test_every_format_is_the_same_each_time)};
    return cmocka_run_group_tests(tests, make, drop);
}
