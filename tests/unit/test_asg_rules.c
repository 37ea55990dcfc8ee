/* test_asg_rules.c - the arithmetic of Auto Scaling against AWS's own examples and against brute force. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../../models/asg_rules.h"

/* User Guide, "Step and simple scaling policies": 12.7 -> 12, .67 -> 1, -.58 -> -1, -6.67 -> -6. */
static void test_percentages_are_rounded_as_aws_says(void **state)
{
    (void)state;
    assert_true(asg_round(12.7) == 12);
    assert_true(asg_round(0.67) == 1);
    assert_true(asg_round(-0.58) == -1);
    assert_true(asg_round(-6.67) == -6);
    assert_true(asg_round(0) == 0 && asg_round(1) == 1 && asg_round(-1) == -1);
    assert_true(asg_round(1.999) == 1 && asg_round(-1.999) == -1);
}

static void test_minimum_adjustment_wins_over_a_small_percentage(void **state)
{
    (void)state;
    assert_int_equal(asg_adjust(4, PERCENT_CHANGE, 25, 2), 6); /* the User Guide's example */
    assert_int_equal(asg_adjust(4, PERCENT_CHANGE, -25, 2), 2);
    assert_int_equal(asg_adjust(100, PERCENT_CHANGE, 25, 2), 125);
    assert_int_equal(asg_adjust(0, PERCENT_CHANGE, 25, 2), 2);
    assert_int_equal(asg_adjust(4, PERCENT_CHANGE, 0, 2), 4);
}

static void test_capacity_never_falls_below_nothing(void **state)
{
    (void)state;
    assert_int_equal(asg_adjust(3, CHANGE_IN_CAPACITY, -5, 0), 0);
    assert_int_equal(asg_adjust(3, EXACT_CAPACITY, 5, 0), 5);
    assert_int_equal(asg_adjust(3, CHANGE_IN_CAPACITY, 2, 0), 5);
}

/* User Guide: thresholds 60 and 40, steps of 10 and 30 percent; 10 -> (60) 11 -> (70) 14 -> (40) 13 -> (30) 10. */
static void test_steps_of_the_user_guide(void **state)
{
    (void)state;
    const asg_step out[] = {{0, 10, 10}, {10, NAN, 30}}, in[] = {{-10, 0, -10}, {NAN, -10, -30}};
    const asg_step *s = asg_step_of(out, 2, 60 - 60.0, true);
    assert_int_equal(asg_adjust(10, PERCENT_CHANGE, s->by, 0), 11);
    s = asg_step_of(out, 2, 70 - 60.0, true);
    assert_int_equal(asg_adjust(11, PERCENT_CHANGE, s->by, 0), 14);
    s = asg_step_of(in, 2, 40 - 40.0, false);
    assert_int_equal(asg_adjust(14, PERCENT_CHANGE, s->by, 0), 13);
    s = asg_step_of(in, 2, 30 - 40.0, false);
    assert_int_equal(asg_adjust(13, PERCENT_CHANGE, s->by, 0), 10);
}

static void test_a_step_without_cover_is_none(void **state)
{
    (void)state;
    const asg_step s[] = {{5, 10, 1}};
    assert_null(asg_step_of(s, 1, 4.9, true));
    assert_null(asg_step_of(s, 1, 10, true));
    assert_null(asg_step_of(s, 1, 5, false));
    assert_non_null(asg_step_of(s, 1, 5, true));
    assert_non_null(asg_step_of(s, 1, 10, false));
}

/* User Guide: 10 instances, backlog 150 each, target 100: 5 more. Needing 1.5 more adds 2; sparing 1.5 removes 1. */
static void test_target_tracking_rounds_up_both_ways(void **state)
{
    (void)state;
    assert_int_equal(asg_track(10, 150, 100), 15);
    assert_int_equal(asg_track(10, 57.5, 50), 12);
    assert_int_equal(asg_track(10, 42.5, 50), 9);
    assert_int_equal(asg_track(3, 0, 50), 0);
    assert_int_equal(asg_track(1e6, 1e9, 1), 1000000000);
}

static void test_a_whole_number_reached_by_way_of_means_stays_whole(void **state)
{
    (void)state;
    for (int n = 1; n < 5000; n += 7)
        for (int parts = 3; parts < 60; parts += 8) {
            double capacity = 0;
            for (int i = 0; i < parts; i++)
                capacity += (double)n / parts;
            assert_int_equal(asg_track(capacity, 50, 50), n);
        }
}

static void test_no_zone_is_no_zone(void **state)
{
    (void)state;
    const int64_t count[] = {3, 1};
    const bool none[] = {false, false}, first[] = {true, false};
    assert_int_equal(asg_zone_for_launch(count, none, 2), -1);
    assert_int_equal(asg_zone_for_launch(count, first, 2), 0);
}

/* Any mixture of launches and losses: launches alone never leave zones more than one apart, and lessen a
 * difference until it is gone. 2000 random walks of a fixed generator. */
static void test_launches_balance_zones(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int walk = 0; walk < 2000; walk++) {
        int zones = 1 + walk % 6;
        int64_t count[6] = {0}, most = 0, least = INT64_MAX, missing = 0;
        const bool all[] = {true, true, true, true, true, true};
        for (int z = 0; z < zones; z++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            count[z] = (int64_t)(x % 20);
            most = count[z] > most ? count[z] : most;
        }
        for (int z = 0; z < zones; z++)
            missing += most - count[z];
        for (int64_t k = 0; k < missing; k++)
            count[asg_zone_for_launch(count, all, zones)]++;
        for (int z = 0; z < zones; z++)
            assert_int_equal(count[z], most);
        for (int k = 0; k < 50; k++) {
            count[asg_zone_for_launch(count, all, zones)]++;
            most = 0, least = INT64_MAX;
            for (int z = 0; z < zones; z++) {
                most = count[z] > most ? count[z] : most;
                least = count[z] < least ? count[z] : least;
            }
            assert_true(most - least <= 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity_never_falls_below_nothing),
        cmocka_unit_test(test_a_step_without_cover_is_none),
        cmocka_unit_test(test_no_zone_is_no_zone),
        cmocka_unit_test(test_percentages_are_rounded_as_aws_says),
        cmocka_unit_test(test_minimum_adjustment_wins_over_a_small_percentage),
        cmocka_unit_test(test_steps_of_the_user_guide),
        cmocka_unit_test(test_target_tracking_rounds_up_both_ways),
        cmocka_unit_test(test_a_whole_number_reached_by_way_of_means_stays_whole),
        cmocka_unit_test(test_launches_balance_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
