/* test_alb_dns.c - zones: who comes to which, failover through DNS with its tail, zonal shift, the loss of a zone.
 *
 * Shares are binomial; limits are 5 standard deviations (one false alarm in 10^6) with a fixed seed. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define EVEN "traffic: {users: {target: web, rate: 100/s, arrivals: uniform, from_az: {a: 50%, b: 50%}}}\n"
#define PAIR \
    "  a: {type: service, servers: 100, service_time: 1ms, availability_zone: a}\n" \
    "  b: {type: service, servers: 100, service_time: 1ms, availability_zone: b}\n"
#define WEB(more) "resources:\n  web: {type: alb, latency: 0ms, " more "target_groups: {g: {targets: [a, b], health_check: {interval: 5, timeout: 2}}}}\n" PAIR

static void test_shift_to_a_zone_without_nodes_is_refused(void **state)
{
    (void)state;
    assert_refused(HEAD "duration: 10s\n" EVEN WEB("zonal_shift: {az: c, at: 1s, for: 60s}, "), "has no node in zone 'c'");
    assert_refused(HEAD "duration: 10s\n" EVEN WEB("availability_zones: [a, a], "), "stands twice");
    assert_refused(HEAD "duration: 10s\n" EVEN WEB("availability_zones: [us-east-1a], "), "is not an availability zone");
}

/* The zone leaves DNS with the verdict, and its clients follow within 60 s: half of them are still wrong after 30 s, so
 * 50/s x 30 s of failures after the verdict. */
static void test_zone_of_unhealthy_targets_leaves_dns_with_a_tail(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 400s\nfaults: [{fail: a, at: 100s}]\n" EVEN WEB("cross_zone: false, "));
    double down = when_level(r, "web", "UnHealthyHostCount", 1, 0);
    assert_true(down >= 107 && down <= 112);
    NEAR(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 1, 400), 50 * 30, 250);
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 62, 400) == 0);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_503_Count") == 0);
    wr_result_destroy(r);
}

/* The same with clients that keep addresses for 20 s, and for 5 min: 10 s and 150 s of failures. */
static void test_clients_may_keep_addresses_for_a_time_of_their_own(void **state)
{
    (void)state;
#define KEEPING(ttl) "traffic: {users: {target: web, rate: 100/s, arrivals: uniform, dns_ttl: " ttl ", from_az: {a: 50%, b: 50%}}}\n"
    wr_result *r = run_text(HEAD "duration: 600s\nfaults: [{fail: a, at: 100s}]\n" KEEPING("20s") WEB("cross_zone: false, "));
    double down = when_level(r, "web", "UnHealthyHostCount", 1, 0);
    NEAR(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 1, 600), 50 * 10, 100);
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 22, 600) == 0);
    wr_result_destroy(r);
    r = run_text(HEAD "duration: 600s\nfaults: [{fail: a, at: 100s}]\n" KEEPING("5m") WEB("cross_zone: false, "));
    down = when_level(r, "web", "UnHealthyHostCount", 1, 0);
    NEAR(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 1, 600), 50 * 150, 450);
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 302, 600) == 0);
    wr_result_destroy(r);
}

static void test_failover_that_is_off_keeps_the_zone(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 400s\nfaults: [{fail: a, at: 100s}]\n" EVEN
                            "resources:\n  web: {type: alb, latency: 0ms, cross_zone: false, target_groups: {g: {targets: [a, b], dns_failover_minimum: off, health_check: {interval: 5, timeout: 2}}}}\n" PAIR);
    NEAR(sum_of(r, "web", "HTTPCode_ELB_502_Count"), 15000, 450);
    wr_result_destroy(r);
}

static void test_cross_zone_needs_no_failover(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 400s\nfaults: [{fail: a, at: 100s}]\n" EVEN WEB("cross_zone: true, "));
    double down = when_level(r, "web", "UnHealthyHostCount", 1, 0);
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 1, 400) == 0);
    wr_result_destroy(r);
}

static void test_zonal_shift_empties_a_zone_and_gives_it_back(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 600s\n" EVEN WEB("cross_zone: true, zonal_shift: {az: a, at: 100s, for: 200s}, "));
    assert_true(sum_between(r, "a", "", "requests", 101, 300) == 0);
    NEAR(sum_between(r, "a", "", "requests", 301, 600), 14950, 30);
    assert_true(sum_of(r, "users", "errors") == 0);
    wr_result_destroy(r);
}

static void test_lost_zone_fails_what_meets_it_until_clients_know(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 400s\nfaults: [{az_outage: a, at: 100s, for: 100s}]\n" EVEN WEB("cross_zone: true, "));
    double lost = caused(r, "web", "ALB.NodeLost");
    NEAR(lost, 50 * 30, 200);
    assert_true(sum_between(r, "web", "", "errors", 170, 200) == 0);
    NEAR(sum_between(r, "a", "", "requests", 300, 400), 5000, 50);
    wr_result_destroy(r);
}

static void test_lost_zone_takes_along_what_is_under_way(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\nfaults: [{az_outage: a, at: 50s}]\ntraffic:\n"
                            "  one: {target: web, at: [{t: 49s, count: 4}], from_az: {a: 1}}\n  two: {target: web, at: [{t: 49s, count: 4}], from_az: {b: 1}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, target: far}\n  far: {type: service, servers: unlimited, service_time: 10s}\n");
    assert_true(sum_of(r, "one", "errors") == 4 && sum_of(r, "two", "completed") == 4);
    assert_true(caused(r, "web", "ALB.NodeLost") == 4);
    wr_result_destroy(r);
}

static void test_only_zone_stays_in_dns(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\nfaults: [{az_outage: a, at: 50s, for: 10s}]\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, availability_zones: a, target: far}\n  far: {type: service, servers: unlimited, service_time: 1ms}\n");
    NEAR(sum_of(r, "users", "errors"), 100, 2);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shift_to_a_zone_without_nodes_is_refused),
        cmocka_unit_test(test_zone_of_unhealthy_targets_leaves_dns_with_a_tail),
        cmocka_unit_test(test_clients_may_keep_addresses_for_a_time_of_their_own),
        cmocka_unit_test(test_failover_that_is_off_keeps_the_zone),
        cmocka_unit_test(test_cross_zone_needs_no_failover),
        cmocka_unit_test(test_zonal_shift_empties_a_zone_and_gives_it_back),
        cmocka_unit_test(test_lost_zone_fails_what_meets_it_until_clients_know),
        cmocka_unit_test(test_lost_zone_takes_along_what_is_under_way),
        cmocka_unit_test(test_only_zone_stays_in_dns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
