/* test_lambda_env.c - environments: how long they last, and which one is taken. Arrivals are scripted, times constant. */
#include "test_lambda.h"

static void test_idle_environments_end_when_their_time_is_over(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 0s, count: 3}, {t: 40s, count: 1}]", "duration: 1s, idle_expiry: 60s, reuse: most_recent", "");
    assert_true(sum(r, "cold_starts") == 3);
    near(stat(r, "environment_life", "sum"), 61 + 61 + 101, 1e-9);
    near(stat(r, "in_service", "sum"), 61 + 61 + 101, 1e-6);
    near(stat(r, "in_service", "last"), 0, 0);
    wr_result_destroy(r);
}

static void test_never_expiring_environments_stay(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 0s, count: 3}, {t: 500s, count: 3}]", "duration: 1s, idle_expiry: never, initial_environments: 1", "");
    assert_true(sum(r, "cold_starts") == 2);
    near(stat(r, "in_service", "last"), 3, 0);
    near(stat(r, "utilization", "mean"), 6.0 / 1800, 1e-9);
    wr_result_destroy(r);
}

static void test_old_environments_are_replaced_after_their_invocation(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [0s, 95s, 200s]", "duration: 10s, timeout: 60s, idle_expiry: never, max_age: 100s", "");
    assert_true(sum(r, "cold_starts") == 2);
    near(stat(r, "environment_life", "max"), 105, 1e-9); /* busy when its time came */
    near(stat(r, "environment_life", "min"), 100, 1e-9); /* idle */
    wr_result_destroy(r);
}

/* Three environments, created and freed in the order 1 2 3 (1 s apart): one request a second keeps one of them, the
 * others expire 30 s after they were freed. Which one lives is the order of reuse. */
static void last_one(const char *reuse, double life)
{
    char fn[256];
    snprintf(fn, sizeof fn, "duration: {sequence: {values: [3s, 3s, 3s, 10ms], then: error}}, idle_expiry: 30s, reuse: %s", reuse);
    wr_result *r = run("target: fn, at: [{t: 0s}, {t: 1s}, {t: 2s}, {t: 20s}]", fn, "");
    assert_true(sum(r, "cold_starts") == 3);
    near(stat(r, "environment_life", "max"), life, 1e-9);
    wr_result_destroy(r);
}

static void test_the_order_of_reuse_decides_who_lives(void **state)
{
    (void)state;
    last_one("most_recent", 18.01 + 30);  /* the third, born at 2 s */
    last_one("newest", 18.01 + 30);
    last_one("least_recent", 20.01 + 30); /* the first, born at 0 s */
    last_one("oldest", 20.01 + 30);
}

/* Freed in the order 2 1: by recency the first is the latest, by age it is the oldest. */
static void test_recency_is_not_age(void **state)
{
    (void)state;
    static const struct { const char *reuse; double max; } cases[] = {
        {"most_recent", 20.5 + 30}, {"newest", 19.5 + 30}, {"least_recent", 19.5 + 30}, {"oldest", 20.5 + 30}};
    for (size_t i = 0; i < 4; i++) {
        char fn[256];
        snprintf(fn, sizeof fn, "duration: {sequence: {values: [3s, 1s, 500ms], then: error}}, idle_expiry: 30s, reuse: %s", cases[i].reuse);
        wr_result *r = run("target: fn, at: [0s, 1s, 20s]", fn, "");
        near(stat(r, "environment_life", "max"), cases[i].max, 1e-9);
        wr_result_destroy(r);
    }
}

static void test_random_reuse_spreads_over_all(void **state)
{
    (void)state;
    /* A request a second over ten environments that expire after 60 s: random reuse keeps most of them, recent reuse one. */
    wr_result *r = run("target: fn, rate: 1/s, arrivals: uniform", "duration: 1ms, idle_expiry: 60s, initial_environments: 10, reuse: random", "");
    double spread = stat(r, "in_service", "last");
    wr_result_destroy(r);
    r = run("target: fn, rate: 1/s, arrivals: uniform", "duration: 1ms, idle_expiry: 60s, initial_environments: 10, reuse: most_recent", "");
    near(stat(r, "in_service", "last"), 1, 0);
    assert_true(spread >= 5);
    wr_result_destroy(r);
}

/* 20,000 environments of random lives: all are born, are reused and end; the books balance. */
static void test_many_environments_come_and_go(void **state)
{
    (void)state;
    static const char *const orders[] = {"most_recent", "newest", "oldest", "least_recent", "random"};
    for (size_t i = 0; i < 5; i++) {
        char fn[256];
        snprintf(fn, sizeof fn, "duration: 1s, idle_expiry: {exponential: 20s}, max_age: {exponential: 60s}, reuse: %s, scaling: {burst: 100000, rps: unlimited}", orders[i]);
        wr_result *r = run("target: fn, at: [{t: 0s, count: 20000}, {t: 20s, count: 20000}, {t: 22s, count: 15000}, {t: 50s, count: 100}]", fn,
                           "account: {lambda_concurrency: 100000}\n");
        assert_true(sum(r, "completed") == 55100 && stat(r, "in_service", "max") >= 20000);
        near(stat(r, "environment_life", "count"), sum(r, "cold_starts") - stat(r, "in_service", "last"), 0);
        near(stat(r, "concurrency", "last"), 0, 0);
        wr_result_destroy(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle_environments_end_when_their_time_is_over),
        cmocka_unit_test(test_never_expiring_environments_stay),
        cmocka_unit_test(test_old_environments_are_replaced_after_their_invocation),
        cmocka_unit_test(test_the_order_of_reuse_decides_who_lives),
        cmocka_unit_test(test_recency_is_not_age),
        cmocka_unit_test(test_random_reuse_spreads_over_all),
        cmocka_unit_test(test_many_environments_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
