/* test_diag.c - the list of mistakes: order, carets, counts (SCENARIO.md 14). */
#include "../../sim/base/base.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the list prints, in a buffer of the test. */
static const char *printed(const wr_diag *d)
{
    static char out[20000];
    FILE *f = fmemopen(out, sizeof out - 1, "w");
    assert_non_null(f);
    memset(out, 0, sizeof out);
    wr_diag_print(d, f);
    fclose(f);
    return out;
}

static void test_the_page_of_the_language_is_followed(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    text t = {0};
    for (int i = 1; i < 38; i++)
        text_puts(&t, "#\n");
    text_puts(&t, "    boot_time: 75\n");
    for (int i = 39; i < 51; i++)
        text_puts(&t, "\n");
    text_puts(&t, "    vsibility_timeout: 180s\n");
    wr_diag_source(d, "web-shop.yaml", t.s, t.len);
    wr_pos key = {"web-shop.yaml", 51, 5, 17}, value = {"web-shop.yaml", 38, 16, 2};
    wr_diag_add(d, WR_ERROR, key, "unknown key '%s' of sqs 'jobs'", "vsibility_timeout");
    wr_diag_hint(d, "did you mean '%s'?", "visibility_timeout");
    diag_topic(d, "sqs");
    wr_diag_add(d, WR_ERROR, value, "'boot_time' of asg 'app' has no unit: write 75s or 75ms");
    assert_string_equal(printed(d), "web-shop.yaml:38:16: error: "
                                    "'boot_time' of asg 'app' has no unit: write 75s or 75ms\n"
                                    "   38 |     boot_time: 75\n"
                                    "      |                ^~\n"
                                    "web-shop.yaml:51:5: error: unknown key 'vsibility_timeout' of sqs 'jobs'\n"
                                    "   51 |     vsibility_timeout: 180s\n"
                                    "      |     ^~~~~~~~~~~~~~~~~ did you mean 'visibility_timeout'?\n"
                                    "2 errors in web-shop.yaml; see 'weir explain sqs'\n");
    text_clear(&t);
    wr_diag_destroy(d);
    wr_diag_destroy(NULL);
}

static void test_an_empty_list_prints_nothing(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    const wr_diag_row *r;
    wr_diag_hint(d, "to nobody");
    wr_diag_note(d, "to nobody");
    assert_string_equal(printed(d), "");
    assert_int_equal(wr_diag_rows(d, &r), 0);
    wr_diag_destroy(d);
}

static void test_equal_places_keep_their_order_and_rows_are_sorted(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    static const uint32_t lines[] = {7, 3, 7, 1, 3};
    for (size_t i = 0; i < 5; i++)
        wr_diag_add(d, i == 2 ? WR_WARNING : WR_ERROR, (wr_pos){"f", lines[i], 2, 1}, "m%zu", i);
    const wr_diag_row *r;
    assert_int_equal(wr_diag_rows(d, &r), 5);
    static const char *const order[] = {"m3", "m1", "m4", "m0", "m2"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(r[i].text, order[i]);
    assert_int_equal(wr_diag_count(d, WR_ERROR), 4);
    assert_int_equal(wr_diag_count(d, WR_WARNING), 5);
    assert_non_null(strstr(printed(d), "4 errors in f, 1 warning\n"));
    wr_diag_destroy(d);
}

static void test_twenty_are_shown_and_the_others_counted(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    for (uint32_t i = 0; i < 23; i++)
        wr_diag_add(d, WR_ERROR, (wr_pos){"f", 100 - i, 1, 1}, "x");
    const char *s = printed(d);
    assert_non_null(strstr(s, "f:78:1: error: x\nf:79:1:"));
    assert_null(strstr(s, "f:98:"));
    assert_non_null(strstr(s, "... and 3 more\n23 errors in f\n"));
    wr_diag_destroy(d);
}

static void test_the_caret_stands_under_the_character(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    const char *s = "\xc3\xa9\tb: \x1b[1mx\r\nlast";
    wr_diag_source(d, "f", s, strlen(s));
    wr_diag_add(d, WR_WARNING, (wr_pos){"f", 1, 3, 1}, "here");
    wr_diag_note(d, "because");
    wr_diag_add(d, WR_WARNING, (wr_pos){"f", 2, 1, 4}, "there");
    wr_diag_add(d, WR_WARNING, (wr_pos){"f", 9, 1, 4}, "past the end");
    wr_diag_hint(d, "a hint");
    assert_string_equal(printed(d), "f:1:3: warning: here\n    1 | \xc3\xa9 b:  [1mx\n      |   ^\nnote: because\n"
                                    "f:2:1: warning: there\n    2 | last\n      | ^~~~\n"
                                    "f:9:1: warning: past the end\nnote: a hint\n3 warnings in f\n");
    wr_diag_destroy(d);
}

static void test_the_command_line_is_a_place(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    wr_diag_source(d, "command line", "app.max_siz=4", 13);
    wr_diag_add(d, WR_ERROR, (wr_pos){"command line", 1, 1, 11}, "no such path");
    assert_string_equal(printed(d), "command line:1:1: error: no such path\n"
                                    "    1 | app.max_siz=4\n      | ^~~~~~~~~~~\n"
                                    "1 error in command line\n");
    wr_diag_add(d, WR_ERROR, (wr_pos){"f", 0, 0, 0}, "no place");
    assert_non_null(strstr(printed(d), "f: error: no place\n2 errors in f\n"));
    wr_diag_destroy(d);
}

static void test_a_kept_arena_lives_as_long_as_the_list(void **state)
{
    (void)state;
    wr_diag *d = wr_diag_create();
    wr_arena *a = arena_create();
    const char *file = arena_copy(a, "kept", 4);
    diag_keep(d, a);
    wr_diag_add(d, WR_ERROR, (wr_pos){file, 1, 1, 1}, "x");
    assert_non_null(strstr(printed(d), "kept:1:1"));
    wr_diag_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_of_the_language_is_followed),
        cmocka_unit_test(test_an_empty_list_prints_nothing),
        cmocka_unit_test(test_equal_places_keep_their_order_and_rows_are_sorted),
        cmocka_unit_test(test_twenty_are_shown_and_the_others_counted),
        cmocka_unit_test(test_the_caret_stands_under_the_character),
        cmocka_unit_test(test_the_command_line_is_a_place),
        cmocka_unit_test(test_a_kept_arena_lives_as_long_as_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
