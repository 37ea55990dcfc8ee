/* What a packet pays on its way: by where the two stand, by pair, by fault; and packets that are lost.
 *
 * The loss is drawn with seed 1: 10,000 packets, 5 standard errors, a false alarm in two million. */
#include "kit_bench.h"

static const wr_code codes[] = {{"OK", NULL, WR_OK, 200, "."}, {0}};
static wr_time arrived;
static int arrivals, answers;

static void arrive(wr_comp *self, wr_call *c)
{
    arrived = wr_now(self);
    arrivals++;
    wr_reply(c, 0);
}

static const wr_model client = {.kind = "client", .net = WR_NET_CLIENT}, service = {.kind = "service", .has = WR_HAS_CALLS, .net = WR_NET_SERVICE, .codes = codes, .call = arrive},
                      aws = {.kind = "aws", .has = WR_HAS_CALLS, .net = WR_NET_AWS, .codes = codes, .call = arrive},
                      vpc = {.kind = "vpc", .has = WR_HAS_CALLS, .net = WR_NET_VPC, .codes = codes, .call = arrive};
static bench t;
static wr_comp *user, *desk, *table, *web, *app;

static int open_bench(void **state)
{
    (void)state;
    bench_open(&t);
    t.r->net_off = false;
    const wr_dur fixed[] = {[NET_CLIENT] = 8 * WR_MS, [NET_SAME_AZ] = WR_MS, [NET_CROSS_AZ] = 2 * WR_MS, [NET_SERVICE] = 4 * WR_MS};
    for (int i = 0; i < 4; i++)
        t.r->net[i] = (net_law){.fixed = fixed[i]};
    user = bench_add(&t, &client, "user", NULL);
    desk = bench_add(&t, &service, "desk", NULL);
    table = bench_add(&t, &aws, "table", NULL);
    web = bench_add(&t, &vpc, "web", NULL);
    app = bench_add(&t, &vpc, "app", NULL);
    arrivals = answers = 0;
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    bench_close(&t);
    return 0;
}

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self, (void)mine, (void)answer;
    answers++;
}

static wr_dur travel(wr_comp *from, wr_comp *to)
{
    wr_time now = run_now(t.r);
    wr_call_send(from, to, NULL, &(wr_send){.ask = &wr_ask_request, .az = -1, .timeout = WR_S}, answered);
    wr_engine_run(t.r->engine, now + 2 * WR_S);
    return arrived - now;
}

static void test_lost_packets_are_seen_only_as_timeouts(void **state)
{
    (void)state;
    net_link l = {.from = web->index, .to = app->index, .loss = 0.1};
    t.r->links = 1;
    t.r->link = &l;
    for (int i = 0; i < 10000; i++)
        travel(web, app);
    assert_int_equal(answers, 10000);
    assert_true(fabs((double)arrivals - 9000) < 5 * sqrt(10000 * 0.1 * 0.9));
    assert_int_equal(travel(app, web), WR_MS); /* the way back is whole */
}

static void test_way_follows_from_where_the_two_stand(void **state)
{
    (void)state;
    assert_int_equal(travel(user, web), 8 * WR_MS);
    assert_int_equal(travel(user, table), 0);
    assert_int_equal(travel(user, desk), 4 * WR_MS);
    assert_int_equal(travel(web, desk), 4 * WR_MS);
    assert_int_equal(travel(web, table), 0);
    assert_int_equal(travel(web, app), WR_MS);
}

static void test_zones_are_further_apart_only_when_both_are_known(void **state)
{
    (void)state;
    wr_set_az(web, 0);
    assert_int_equal(travel(web, app), WR_MS);
    wr_set_az(app, 1);
    assert_int_equal(travel(web, app), 2 * WR_MS);
    wr_set_az(app, 0);
    assert_int_equal(travel(web, app), WR_MS);
    assert_int_equal(travel(user, web), 8 * WR_MS);
}

static void test_pair_has_a_law_of_its_own_both_ways(void **state)
{
    (void)state;
    net_link l = {.from = web->index, .to = app->index, .latency = dist_constant(t.r->arena, 0.05)};
    t.r->links = 1;
    t.r->link = &l;
    assert_int_equal(travel(web, app), 50 * WR_MS);
    assert_int_equal(travel(app, web), 50 * WR_MS);
    assert_int_equal(travel(user, web), 8 * WR_MS);
}

static void test_fault_adds_to_the_way_while_it_lasts(void **state)
{
    (void)state;
    int mark;
    comp_fault f = {.add = dist_constant(t.r->arena, 0.1), .from = web->index, .to = -1, .mark = &mark};
    fault_latency(t.r, f, true);
    assert_int_equal(travel(web, app), 101 * WR_MS);
    assert_int_equal(travel(web, table), 100 * WR_MS);
    assert_int_equal(travel(user, app), 8 * WR_MS);
    fault_latency(t.r, f, false);
    assert_int_equal(travel(web, app), WR_MS);
}

static void test_no_network_costs_nothing(void **state)
{
    (void)state;
    t.r->net_off = true;
    assert_int_equal(travel(user, web), 0);
    assert_int_equal(travel(web, desk), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lost_packets_are_seen_only_as_timeouts),
        TEST(test_way_follows_from_where_the_two_stand),
        TEST(test_zones_are_further_apart_only_when_both_are_known),
        TEST(test_pair_has_a_law_of_its_own_both_ways),
        TEST(test_fault_adds_to_the_way_while_it_lasts),
        TEST(test_no_network_costs_nothing),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
