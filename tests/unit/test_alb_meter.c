/* test_alb_meter.c - LCUs: the largest dimension counts, the hour is averaged, a reservation is a floor, and a balancer
 * that must grow refuses what is above. All values follow by arithmetic from constant loads. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define APP "  app: {type: service, servers: unlimited, service_time: 100ms}\n"
#define LCU_PRICE 0.008
#define REQUEST_BYTES (1024.0 + 10240.0) /* the usual size of a request and its answer */

static double cost(const wr_result *r, const char *item, double *quantity)
{
    for (size_t i = 0; i < r->costs; i++)
        if (!strcmp(r->cost[i].item, item)) {
            *quantity = r->cost[i].quantity;
            return r->cost[i].usd;
        }
    fail_msg("no cost row '%s'", item);
    return 0;
}

static double lcus(const wr_result *r)
{
    return wr_measure_stat(measure(r, "web", "", "ConsumedLCUs"), "mean");
}

/* 50/s x 11 KB = 1.888 GB an hour. */
static void test_bytes_usually_dominate(void **state)
{
    (void)state;
    double hours, want = 50 * REQUEST_BYTES * 3600 / 1073741824.0, quantity;
    wr_result *r = run_text(HEAD "duration: 30m\ntraffic: {users: {target: web, rate: 50/s, arrivals: uniform}}\nresources:\n  web: {type: alb, latency: 0ms, target: app}\n" APP);
    NEAR(lcus(r), want, 0.01 * want);
    NEAR(cost(r, "LCU", &quantity), want / 2 * LCU_PRICE, 0.01 * want / 2 * LCU_PRICE);
    NEAR(quantity, want / 2, 0.01 * want);
    NEAR(cost(r, "Load balancer", &hours), 0.0225 / 2, 1e-9);
    NEAR(hours, 0.5, 1e-9);
    NEAR(wr_measure_stat(measure(r, "web", "", "ActiveConnectionCount"), "mean"), 2 * 50 * 0.1, 0.1);
    NEAR(sum_of(r, "web", "NewConnectionCount"), 30 * 60 * 50 / 100, 1);
    wr_result_destroy(r);
}

static void test_connections_count_when_they_are_more(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 10m\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\nresources:\n  web: {type: alb, target: app, connections: {new_connection_rate: 100/s}}\n" APP);
    NEAR(lcus(r), 4, 1e-6);
    NEAR(sum_of(r, "web", "NewConnectionCount"), 60000, 1);
    wr_result_destroy(r);
    r = run_text(HEAD "duration: 10m\ntraffic: {users: {target: web, rate: 100/s, arrivals: uniform}}\nresources:\n  web: {type: alb, target: app, connections: {client_keep_alive_requests: 1}}\n" APP);
    NEAR(lcus(r), 4, 0.01);
    wr_result_destroy(r);
}

/* 3,000 requests under way are 6,000 connections: 2 LCU. */
static void test_active_connections_count_both_sides(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 30m\nwarmup: 20m\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\nresources:\n  web: {type: alb, idle_timeout: 4000, target: app}\n"
                            "  app: {type: service, servers: unlimited, service_time: 300s}\n");
    NEAR(lcus(r), 2, 0.01);
    wr_result_destroy(r);
}

static void test_first_ten_rules_are_free(void **state)
{
    (void)state;
    char text[4096] = HEAD "duration: 10m\ntraffic: {users: {target: web, rate: 100/s, arrivals: uniform, mix: {look: 1}}}\nresources:\n  web: {type: alb, target: app, rules: [";
    for (int i = 0; i < 60; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "{operations: no, redirect: 301}%s", i < 59 ? ", " : "]}\n" APP);
    wr_result *r = run_text(text);
    NEAR(lcus(r), 5, 0.01); /* 100/s x (60 - 10) / 1,000 */
    NEAR(sum_of(r, "web", "RuleEvaluations"), 100 * 600 * 60, 60);
    wr_result_destroy(r);
}

static void test_reservation_is_a_floor_of_the_bill(void **state)
{
    (void)state;
    double quantity;
    wr_result *r = run_text(HEAD "duration: 90m\ntraffic: {users: {target: web, rate: 1/s}}\nresources:\n  web: {type: alb, target: app, minimum_capacity_units: 100}\n" APP);
    NEAR(cost(r, "LCU", &quantity), 150 * LCU_PRICE, 1e-9);
    NEAR(quantity, 150, 1e-6);
    assert_true(lcus(r) < 1);
    wr_result_destroy(r);
}

/* The bill of an hour is the largest of the hour's averages, not the average of the largest: connections lead in one
 * half of the hour and bytes in the other. */
static void test_hour_is_averaged_before_the_largest_is_taken(void **state)
{
    (void)state;
    double quantity, bytes = 100 * REQUEST_BYTES * 3600 / 1073741824.0 / 2;
    wr_result *r = run_text(HEAD "duration: 60m\ntraffic:\n  many: {target: web, rate: 100/s, arrivals: uniform, end: 30m}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, target: app, connections: {new_connection_rate: 30/s}}\n" APP);
    NEAR(cost(r, "LCU", &quantity), fmax(bytes, 30 / 25.0) * LCU_PRICE, 1e-3 * LCU_PRICE);
    assert_true(lcus(r) > quantity + 0.3);
    wr_result_destroy(r);
}

/* Demand of 37.8 LCU against 1 LCU that doubles every 5 minutes: all is served from log2(37.8) x 5 min = 26.2 min on.
 * Until then 2^(t / 5 min) LCU are, and what comes is 1,000 requests a second. */
static void test_capacity_grows_no_faster_than_it_may(void **state)
{
    (void)state;
    double demand = 1000 * REQUEST_BYTES * 3600 / 1073741824.0, full = 300 * log2(demand);
    wr_result *r = run_text(HEAD "duration: 40m\ntraffic: {users: {target: web, rate: 1000/s, arrivals: uniform}}\nresources:\n  web: {type: alb, latency: 0ms, target: app, capacity: {ramp: aws, initial: 1}}\n" APP);
    NEAR(sum_between(r, "web", "", "RequestCount", 0, 30), 30 * 1000 / demand * 1.035, 150);
    NEAR(sum_between(r, "web", "", "RequestCount", 600, 660), 60 * 1000 * 4 * 1.07 / demand, 300);
    assert_true(sum_between(r, "web", "", "RejectedConnectionCount", full - 60, full - 30) > 0);
    assert_true(sum_between(r, "web", "", "RejectedConnectionCount", full + 30, 2400) == 0);
    assert_true(caused(r, "web", "ALB.503.Capacity") == sum_of(r, "web", "RejectedConnectionCount"));
    wr_result_destroy(r);
}

static void test_reservation_is_there_from_the_start(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 5m\ntraffic: {users: {target: web, rate: 1000/s, arrivals: uniform}}\nresources:\n  web: {type: alb, target: app, minimum_capacity_units: 40, capacity: {ramp: aws, initial: 1}}\n" APP);
    assert_true(sum_of(r, "web", "RejectedConnectionCount") == 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_usually_dominate),
        cmocka_unit_test(test_connections_count_when_they_are_more),
        cmocka_unit_test(test_active_connections_count_both_sides),
        cmocka_unit_test(test_first_ten_rules_are_free),
        cmocka_unit_test(test_reservation_is_a_floor_of_the_bill),
        cmocka_unit_test(test_hour_is_averaged_before_the_largest_is_taken),
        cmocka_unit_test(test_capacity_grows_no_faster_than_it_may),
        cmocka_unit_test(test_reservation_is_there_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
