/* test_sqs_fair.c - fair queues: who is noisy, and who is served first. Everything is exact. */
#include "test_sqs.h"

#define FAIR "fair: true, visibility_timeout: 12h"
enum { LOUD = 1, SECOND = 2, QUIET = 100 };

static void send_many(sqs_bench *t, wr_comp *q, uint64_t key, int n)
{
    for (int i = 0; i < n; i++)
        send(t, q, key);
}

static wr_batch *next(sqs_bench *t, wr_comp *q)
{
    return receive(t, q, 1);
}

/* 300 tenants hold one message each for ten minutes; the loud one takes 31 at once and is over both limits: 31 of 331 is
 * less than a tenth, 40 of 340 is more. */
static void test_more_than_a_tenth_in_flight_and_thirty_is_noisy(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FAIR);
    bench_start(&t.b);
    for (uint64_t k = 0; k < 300; k++) {
        send(&t, q, QUIET + k);
        next(&t, q);
    }
    until(&t, 600);
    send_many(&t, q, LOUD, 50);
    for (int i = 0; i < 33; i++)
        assert_int_equal(next(&t, q)->record[0].key, LOUD);
    assert_int_equal(inside(q)->noisy, 0);
    assert_int_equal(next(&t, q)->n, 1); /* 34 of 334 */
    assert_int_equal(inside(q)->noisy, 1);
    send(&t, q, QUIET);
    assert_int_equal(next(&t, q)->record[0].key, QUIET); /* sent last, served first */
    assert_int_equal(next(&t, q)->record[0].key, LOUD);  /* nobody quiet waits */
    assert_true(wr_level(q, SQS_NOISY) == 1 && wr_level(q, SQS_QUIET_VISIBLE) == 0);
    assert_true(wr_level(q, SQS_QUIET_FLIGHT) == 301 && wr_level(q, SQS_FLIGHT_N) == 336);
    sqs_close_bench(&t);
}

/* 100 tenants hold one message each; the loud one holds 20, too few to be noisy by number: 16 % of what is in flight.
 * Of the time spent, weighed by exp(-t/1 min), it has 20 (1 - e^-1/2) / (100 + 20 (1 - e^-1/2)) = 7.3 % after 30 s, and
 * 11.2 % after a minute. */
static void test_more_than_a_tenth_of_the_time_spent_is_noisy(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FAIR);
    bench_start(&t.b);
    for (uint64_t k = 0; k < 100; k++) {
        send(&t, q, QUIET + k);
        next(&t, q);
    }
    until(&t, 600);
    send_many(&t, q, LOUD, 30);
    for (int i = 0; i < 20; i++)
        next(&t, q);
    until(&t, 630);
    send(&t, q, LOUD);
    assert_int_equal(inside(q)->noisy, 0);
    until(&t, 660);
    send(&t, q, LOUD);
    assert_int_equal(inside(q)->noisy, 1);
    sqs_close_bench(&t);
}

static void test_of_noisy_tenants_the_one_with_fewest_in_flight_is_first(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FAIR);
    bench_start(&t.b);
    send_many(&t, q, LOUD, 60);
    for (int i = 0; i < 40; i++)
        next(&t, q);
    send_many(&t, q, SECOND, 60);
    until(&t, 30);
    for (int i = 0; i < 36; i++)
        next(&t, q);
    assert_int_equal(inside(q)->noisy, 2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(next(&t, q)->record[0].key, SECOND);
    int seconds_turn = 0;
    for (int i = 0; i < 10; i++)
        seconds_turn += next(&t, q)->record[0].key == SECOND;
    assert_int_equal(seconds_turn, 5); /* from 40 each on, in turns */
    sqs_close_bench(&t);
}

static void test_a_tenant_whose_backlog_is_consumed_is_quiet_again(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FAIR);
    bench_start(&t.b);
    send_many(&t, q, LOUD, 50);
    for (int i = 0; i < 49; i++)
        next(&t, q);
    assert_int_equal(inside(q)->noisy, 1);
    next(&t, q);
    assert_int_equal(inside(q)->noisy, 0);
    holds(q, 0, 50, 0);
    sqs_close_bench(&t);
}

static void test_idle_tenants_are_forgotten(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FAIR);
    bench_start(&t.b);
    for (uint64_t k = 0; k < 3000; k++) {
        until(&t, (double)k);
        send(&t, q, k);
        delete_all(&t, q, next(&t, q));
    }
    assert_true(inside(q)->groups.room <= 1024); /* of 3,000 tenants 300 were met in the last five minutes */
    holds(q, 0, 0, 0);
    sqs_close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_than_a_tenth_in_flight_and_thirty_is_noisy),
        cmocka_unit_test(test_more_than_a_tenth_of_the_time_spent_is_noisy),
        cmocka_unit_test(test_of_noisy_tenants_the_one_with_fewest_in_flight_is_first),
        cmocka_unit_test(test_a_tenant_whose_backlog_is_consumed_is_quiet_again),
        cmocka_unit_test(test_idle_tenants_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
