/* test_base.c - memory, names, hashes and histogram bins against known answers. */
#include "../../sim/base/base.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <weir/result.h>
#include <cmocka.h>

static void test_sha256_gives_the_vectors_of_fips_180_4(void **state)
{
    (void)state;
    char hex[65];
    sha256 s;
    sha256_init(&s);
    sha256_add(&s, "abc", 3);
    sha256_hex(&s, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_init(&s);
    sha256_hex(&s, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_arena_hands_out_zeroed_aligned_memory(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    for (size_t n = 0; n < 5000; n += 37) {
        char *p = arena_alloc(a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
    arena_destroy(a);
    arena_destroy(NULL);
}

static void test_names_are_compared_as_users_spell_them(void **state)
{
    (void)state;
    assert_true(text_same_key("MinSize", "min_size"));
    assert_false(text_same_key("min_size", "min_sizes"));
    const char *names[] = {"visibility_timeout", "delay_seconds"};
    assert_string_equal(near_best("vsibility_timeout", names, 2), "visibility_timeout");
    assert_null(near_best("unrelated", names, 2));
}

static void test_a_value_lies_in_its_bin(void **state)
{
    (void)state;
    assert_int_equal(hist_bin(0), 0);
    for (double x = 1e-9; x < 1e9; x *= 1.37) {
        size_t b = hist_bin(x);
        assert_true(wr_hist_edge(b) <= x && x < wr_hist_edge(b + 1));
        assert_true(wr_hist_edge(b + 1) / wr_hist_edge(b) < 1.01);
    }
}

static void test_seconds_become_whole_nanoseconds(void **state)
{
    (void)state;
    assert_int_equal(wr_dur_from_s(0.1), 100000000);
    assert_int_equal(wr_dur_from_s(-1), 0);
    assert_int_equal(wr_dur_from_s(NAN), 0);
    assert_true(wr_dur_from_s(1e300) == WR_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_gives_the_vectors_of_fips_180_4), cmocka_unit_test(test_arena_hands_out_zeroed_aligned_memory),
        cmocka_unit_test(test_names_are_compared_as_users_spell_them), cmocka_unit_test(test_a_value_lies_in_its_bin),
        cmocka_unit_test(test_seconds_become_whole_nanoseconds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
