/* The token bucket: bursts by their closed form, debts, and the rounding that must not decide. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <weir/kit.h>

static void test_take_of_more_than_the_burst_is_refused_for_ever(void **state)
{
    (void)state;
    wr_bucket b = wr_bucket_full(10, 5);
    assert_false(wr_bucket_take(&b, 0, 6));
    assert_false(wr_bucket_take(&b, 1000 * WR_S, 6));
    assert_true(wr_bucket_take(&b, 1000 * WR_S, 5));
}

static void test_refused_take_leaves_the_level_as_it_was(void **state)
{
    (void)state;
    wr_bucket b = wr_bucket_full(0, 3);
    assert_true(wr_bucket_take(&b, 0, 2));
    assert_false(wr_bucket_take(&b, 0, 2));
    assert_true(wr_bucket_take(&b, 0, 1));
    assert_false(wr_bucket_take(&b, WR_S, 1));
}

/* Offered r above the rate c: the burst B is gone after B / (r - c), then c of r are let through. Exact. */
static void test_burst_lasts_burst_over_excess(void **state)
{
    (void)state;
    wr_bucket b = wr_bucket_full(1000, 500);
    int64_t first_refused = -1, passed = 0;
    for (int64_t k = 1; k < 90000; k++) {
        wr_time t = (k * 2000000 + 1) / 3; /* 1500/s, to the nanosecond */
        if (wr_bucket_take(&b, t, 1))
            passed++;
        else if (first_refused < 0)
            first_refused = t;
    }
    assert_in_range((uintmax_t)first_refused, 990 * (uintmax_t)WR_MS, 1010 * (uintmax_t)WR_MS);
    assert_in_range((uintmax_t)passed, 60498, 60500); /* 500 + 1000 x 60 */
}

static void test_constant_rate_equal_to_the_refill_is_never_refused(void **state)
{
    (void)state;
    wr_bucket b = wr_bucket_full(3, 1);
    for (int64_t k = 0; k < 100000; k++)
        assert_true(wr_bucket_take(&b, k * WR_S / 3 + 1, 1));
}

static void test_delaying_bucket_goes_into_debt_and_says_how_long(void **state)
{
    (void)state;
    wr_bucket b = wr_bucket_full(2, 1);
    assert_int_equal(wr_bucket_delay(&b, 0, 1), 0);
    assert_int_equal(wr_bucket_delay(&b, 0, 1), WR_S / 2);
    assert_int_equal(wr_bucket_delay(&b, 0, 1), WR_S);
    assert_int_equal(wr_bucket_delay(&b, WR_S, 1), WR_S / 2);
    wr_bucket empty = wr_bucket_full(0, 0);
    assert_int_equal(wr_bucket_delay(&empty, 0, 1), WR_NEVER);
}

static void test_change_keeps_the_level_but_not_above_the_new_burst(void **state)
{
    (void)state;
    wr_bucket b = wr_bucket_full(10, 100);
    wr_bucket_change(&b, WR_S, 1, 40);
    assert_true(fabs(wr_bucket_level(&b, WR_S) - 40) < 1e-9);
    wr_bucket_change(&b, WR_S, 1, 80);
    assert_true(fabs(wr_bucket_level(&b, 11 * WR_S) - 50) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_of_more_than_the_burst_is_refused_for_ever),
        cmocka_unit_test(test_refused_take_leaves_the_level_as_it_was),
        cmocka_unit_test(test_burst_lasts_burst_over_excess),
        cmocka_unit_test(test_constant_rate_equal_to_the_refill_is_never_refused),
        cmocka_unit_test(test_delaying_bucket_goes_into_debt_and_says_how_long),
        cmocka_unit_test(test_change_keeps_the_level_but_not_above_the_new_burst),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
