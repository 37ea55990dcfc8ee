/* test_hist.c - the bins of histograms: edges, widths, the ends. */
#include "../../sim/base/base.h"
#include <weir/result.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_what_is_not_above_zero_falls_into_bin_zero(void **state)
{
    (void)state;
    assert_int_equal(hist_bin(0), 0);
    assert_int_equal(hist_bin(-1), 0);
    assert_int_equal(hist_bin(NAN), 0);
    assert_true(wr_hist_edge(0) == 0);
}

static void test_the_ends_take_what_lies_outside(void **state)
{
    (void)state;
    assert_int_equal(hist_bin(1e-300), 1);
    assert_int_equal(hist_bin(ldexp(1, -31)), 1);
    assert_int_equal(hist_bin(ldexp(1, 35)), WR_HIST_BINS - 1);
    assert_int_equal(hist_bin(nextafter(ldexp(1, 35), 0)), WR_HIST_BINS - 1);
    assert_int_equal(hist_bin(INFINITY), WR_HIST_BINS - 1);
    assert_true(wr_hist_edge(1) == ldexp(1, -31));
    assert_true(wr_hist_edge(WR_HIST_BINS) == ldexp(1, 35));
}

static void test_every_edge_begins_its_bin_and_ends_the_one_before(void **state)
{
    (void)state;
    for (size_t i = 2; i < WR_HIST_BINS; i++) {
        double edge = wr_hist_edge(i);
        assert_int_equal(hist_bin(edge), i);
        assert_int_equal(hist_bin(nextafter(edge, 0)), i - 1);
        assert_true(wr_hist_edge(i + 1) / edge <= 1.0079);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_above_zero_falls_into_bin_zero),
        cmocka_unit_test(test_the_ends_take_what_lies_outside),
        cmocka_unit_test(test_every_edge_begins_its_bin_and_ends_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
