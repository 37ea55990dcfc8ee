/* test_base.c - memory, text, names and the small parts of sim/base. */
#include "../../sim/base/base.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- err ---------------------------------------------------------------------------------------------- */
static void test_fail_writes_code_and_text_and_returns_the_code(void **state)
{
    (void)state;
    wr_err e = {0};
    assert_int_equal(wr_fail(&e, WR_E_IO, "cannot open '%s'", "x"), WR_E_IO);
    assert_int_equal(e.code, WR_E_IO);
    assert_string_equal(e.text, "cannot open 'x'");
    assert_int_equal(wr_fail(NULL, WR_E_LIMIT, "nobody listens"), WR_E_LIMIT);
}

static void test_fail_cuts_what_is_too_long(void **state)
{
    (void)state;
    wr_err e = {0};
    wr_fail(&e, WR_E_IO, "%400s", "");
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

/* ---- time ---------------------------------------------------------------------------------------------- */
static void test_seconds_become_the_nearest_nanosecond(void **state)
{
    (void)state;
    assert_int_equal(wr_dur_from_s(NAN), 0);
    assert_int_equal(wr_dur_from_s(-1), 0);
    assert_int_equal(wr_dur_from_s(1e300), WR_NEVER);
    assert_int_equal(wr_dur_from_s(INFINITY), WR_NEVER);
    assert_int_equal(wr_dur_from_s(0.1), 100 * WR_MS);
    assert_int_equal(wr_dur_from_s(1.4e-9), 1);
    assert_int_equal(wr_dur_from_s(1.6e-9), 2);
    assert_true(isinf(wr_dur_to_s(WR_NEVER)));
    assert_true(wr_dur_to_s(250 * WR_MS) == 0.25);
}

/* ---- arena ----------------------------------------------------------------------------------------------- */
static void test_arena_memory_is_zero_and_aligned(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    for (size_t size = 1; size < 3000; size += 37) {
        unsigned char *p = arena_alloc(a, size), *q = arena_aligned(a, size, 64);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_int_equal((uintptr_t)q % 64, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i] | q[i], 0);
        memset(p, 0xff, size);
        memset(q, 0xff, size);
    }
    arena_destroy(a);
    arena_destroy(NULL);
}

static void test_arena_gives_blocks_larger_than_its_own(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    char *big = arena_alloc(a, 10u << 20), *small = arena_alloc(a, 1);
    big[(10u << 20) - 1] = 1;
    *small = 1;
    assert_int_equal(arena_bytes(a), (10u << 20) + 1);
    arena_destroy(a);
}

static void test_arena_copies_and_prints_texts(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    assert_string_equal(arena_copy(a, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(a, NULL, 0), "");
    assert_string_equal(arena_print(a, "%s-%d", "x", 7), "x-7");
    assert_int_equal(strlen(arena_print(a, "%5000d", 1)), 5000);
    arena_destroy(a);
}

static void test_grown_memory_keeps_its_content_and_is_zero_behind(void **state)
{
    (void)state;
    char *p = memory_grow(NULL, 0, 4);
    memcpy(p, "abc", 4);
    p = memory_grow(p, 4, 1000);
    assert_string_equal(p, "abc");
    for (size_t i = 4; i < 1000; i++)
        assert_int_equal(p[i], 0);
    free(p);
}

/* ---- text ------------------------------------------------------------------------------------------------- */
static void test_text_grows_and_is_always_terminated(void **state)
{
    (void)state;
    text t = {0};
    for (int i = 0; i < 1000; i++)
        text_printf(&t, "%d,", i % 10);
    text_puts(&t, "end");
    text_add(&t, "", 0);
    assert_int_equal(t.len, 2003);
    assert_int_equal(strlen(t.s), t.len);
    text_printf(&t, "%3000s", "x");
    assert_int_equal(strlen(t.s), 5003);
    text_clear(&t);
    assert_null(t.s);
}

static void test_columns_count_characters(void **state)
{
    (void)state;
    assert_int_equal(utf8_columns("abc", 3), 3);
    assert_int_equal(utf8_columns("a\xc3\xa9\xe2\x82\xac", 6), 3);
    assert_int_equal(utf8_columns("", 0), 0);
}

static void test_keys_are_compared_as_users_spell_them(void **state)
{
    (void)state;
    assert_true(text_same_key("MinSize", "min_size"));
    assert_true(text_same_key("min-size", "MIN_SIZE_"));
    assert_false(text_same_key("min_size", "min_sizes"));
    assert_false(text_same_key("", "a"));
    assert_true(text_same_key("_", ""));
}

/* ---- map --------------------------------------------------------------------------------------------------- */
static void test_map_finds_what_was_put_and_nothing_else(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static char keys[MANY][16];
    map m = {0};
    size_t v;
    assert_false(map_get(&m, "x", &v));
    for (size_t i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof keys[i], "key%zu", i);
        map_put(&m, keys[i], i);
    }
    map_put(&m, "key7", 70000);
    assert_int_equal(m.n, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(map_get(&m, keys[i], &v));
        assert_int_equal(v, i == 7 ? 70000 : i);
    }
    assert_false(map_get(&m, "key5000", NULL));
    map_clear(&m);
    assert_int_equal(m.n, 0);
}

/* ---- near --------------------------------------------------------------------------------------------------- */
static void test_distance_counts_edits_and_swaps(void **state)
{
    (void)state;
    assert_int_equal(near_distance("abc", "abc", 2), 0);
    assert_int_equal(near_distance("abc", "acb", 2), 1);
    assert_int_equal(near_distance("vsibility", "visibility", 2), 1);
    assert_int_equal(near_distance("kitten", "sitting", 5), 3);
    assert_int_equal(near_distance("kitten", "sitting", 2), 3); /* more than asked for */
    assert_int_equal(near_distance("", "ab", 2), 2);
    assert_int_equal(near_distance("ABC", "abc", 2), 0);
}

static void test_the_nearest_name_is_within_two_edits(void **state)
{
    (void)state;
    static const char *const names[] = {"target", "timeout", "visibility_timeout", "ab"};
    assert_string_equal(near_best("vsibility_timeout", names, 4), "visibility_timeout");
    assert_string_equal(near_best("tagret", names, 4), "target");
    assert_null(near_best("capacity", names, 4));
    assert_null(near_best("xy", names, 4)); /* nothing in common with 'ab' */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_writes_code_and_text_and_returns_the_code),
        cmocka_unit_test(test_fail_cuts_what_is_too_long),
        cmocka_unit_test(test_seconds_become_the_nearest_nanosecond),
        cmocka_unit_test(test_arena_memory_is_zero_and_aligned),
        cmocka_unit_test(test_arena_gives_blocks_larger_than_its_own),
        cmocka_unit_test(test_arena_copies_and_prints_texts),
        cmocka_unit_test(test_grown_memory_keeps_its_content_and_is_zero_behind),
        cmocka_unit_test(test_text_grows_and_is_always_terminated),
        cmocka_unit_test(test_columns_count_characters),
        cmocka_unit_test(test_keys_are_compared_as_users_spell_them),
        cmocka_unit_test(test_map_finds_what_was_put_and_nothing_else),
        cmocka_unit_test(test_distance_counts_edits_and_swaps),
        cmocka_unit_test(test_the_nearest_name_is_within_two_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
