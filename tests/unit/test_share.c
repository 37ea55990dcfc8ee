/* Processor sharing: exact departures of small cases, and insensitivity to the law of service.
 *
 * Statistical checks have seed 1 and about 200,000 requests; tolerances are at least 5 standard errors. */
#include "kit_bench.h"

static const wr_code codes[] = {{"OK", NULL, WR_OK, 200, "."}, {0}};
struct cpu_cfg {
    double servers, speed;
    const wr_dist *work;
};
struct cpu {
    wr_share *share;
    wr_rng rng;
};

static void done_work(wr_comp *self, wr_call *c)
{
    (void)self;
    wr_reply(c, 0);
}

static void cpu_start(wr_comp *self)
{
    const struct cpu_cfg *cfg = wr_cfg(self);
    struct cpu *u = wr_state(self);
    u->share = wr_share_create(self, cfg->servers, cfg->speed);
    wr_stream(self, "work", &u->rng);
}

static void cpu_call(wr_comp *self, wr_call *c)
{
    const struct cpu_cfg *cfg = wr_cfg(self);
    struct cpu *u = wr_state(self);
    wr_share_enter(u->share, c, cfg->work ? wr_draw(cfg->work, &u->rng) : wr_call_size(c), done_work);
}

static const wr_model cpu_model = {.kind = "cpu", .has = WR_HAS_CALLS | WR_HAS_PRESENCE, .net = WR_NET_SERVICE, .codes = codes,
                                   .state_size = sizeof(struct cpu), .start = cpu_start, .call = cpu_call};

static wr_time ended_at[16];
static uint64_t ended[16];
static size_t ended_n;

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    if (ended_n < 16) {
        ended[ended_n] = wr_call_key(answer);
        ended_at[ended_n] = wr_now(self);
    }
    ended_n++;
}

static wr_call *ask(bench *t, wr_comp *to, uint64_t key, double work, double at_s)
{
    wr_send what = {.ask = &wr_ask_request, .key = key, .size = work, .delay = wr_dur_from_s(at_s), .az = -1};
    return wr_call_send(t->source, to, NULL, &what, answered);
}

static wr_comp *cpu_of(bench *t, struct cpu_cfg *cfg)
{
    ended_n = 0;
    bench_open(t);
    wr_comp *c = bench_add(t, &cpu_model, "cpu", cfg);
    bench_start(t);
    return c;
}

/* One processor: 3 s and 1 s together from 0: the short one ends at 2, the long one at 4. */
static void test_two_on_one_processor_take_twice_as_long(void **state)
{
    (void)state;
    bench t;
    struct cpu_cfg cfg = {1, 1, NULL};
    wr_comp *c = cpu_of(&t, &cfg);
    ask(&t, c, 1, 3, 0);
    ask(&t, c, 2, 1, 0);
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_int_equal(ended[0], 2);
    assert_int_equal(ended_at[0], 2 * WR_S);
    assert_int_equal(ended_at[1], 4 * WR_S);
    bench_close(&t);
}

/* Two processors, three present: each is served at 2/3; with speed 2 at 4/3. */
static void test_nobody_uses_more_than_one_processor(void **state)
{
    (void)state;
    bench t;
    struct cpu_cfg cfg = {2, 2, NULL};
    wr_comp *c = cpu_of(&t, &cfg);
    for (uint64_t i = 0; i < 3; i++)
        ask(&t, c, i, 4, 0);
    ask(&t, c, 9, 2, 100);
    wr_engine_run(t.r->engine, 200 * WR_S);
    assert_int_equal(ended_at[2], 3 * WR_S);
    assert_int_equal(ended_at[3], 101 * WR_S);
    bench_close(&t);
}

static void test_removed_one_leaves_its_part_to_the_others(void **state)
{
    (void)state;
    bench t;
    struct cpu_cfg cfg = {1, 1, NULL};
    wr_comp *c = cpu_of(&t, &cfg);
    ask(&t, c, 1, 2, 0);
    wr_call *second = ask(&t, c, 2, 2, 0);
    wr_engine_run(t.r->engine, WR_S);
    struct cpu *u = wr_state(c);
    assert_true(wr_share_remove(u->share, second));
    assert_false(wr_share_remove(u->share, second));
    wr_reply(second, 0);
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_int_equal(ended_at[1], 2500 * WR_MS);
    bench_close(&t);
}

static void test_change_of_speed_counts_from_now(void **state)
{
    (void)state;
    bench t;
    struct cpu_cfg cfg = {1, 1, NULL};
    wr_comp *c = cpu_of(&t, &cfg);
    struct cpu *u = wr_state(c);
    ask(&t, c, 1, 2, 0);
    wr_engine_run(t.r->engine, WR_S);
    wr_share_change(u->share, 1, 0.5);
    wr_engine_run(t.r->engine, 2 * WR_S);
    wr_share_change(u->share, 0, 1);
    wr_engine_run(t.r->engine, 9 * WR_S);
    wr_share_change(u->share, 1, 1);
    wr_engine_run(t.r->engine, 20 * WR_S);
    assert_int_equal(ended_at[0], 9500 * WR_MS);
    bench_close(&t);
}

struct stream {
    bench *t;
    wr_comp *to;
    wr_rng rng;
};

static void arrive(wr_comp *self, void *arg)
{
    struct stream *s = arg;
    ask(s->t, s->to, 0, 0, 0);
    wr_after(self, wr_dur_from_s(wr_rng_exp(&s->rng)), arrive, s);
}

static double mean_latency(const wr_dist *(*law)(wr_arena *a))
{
    bench t;
    struct cpu_cfg cfg = {1, 1, NULL};
    ended_n = 0;
    bench_open(&t);
    cfg.work = law(t.l.arena);
    wr_comp *c = bench_add(&t, &cpu_model, "cpu", &cfg);
    bench_start(&t);
    struct stream s = {.t = &t, .to = c};
    wr_stream(t.source, "arrivals", &s.rng);
    wr_after(t.source, 0, arrive, &s);
    double x = bench_stat(c, WR_U_LATENCY, F_MEAN, 0, t.r, 200000);
    bench_close(&t);
    return x;
}

static const wr_dist *constant(wr_arena *a) { return dist_constant(a, 0.5); }
static const wr_dist *exponential(wr_arena *a) { return dist_exponential(a, 0.5); }
static const wr_dist *spread(wr_arena *a) { return dist_discrete(a, (const double[]){0.1, 4.1}, (const double[]){0.9, 0.1}, 2); }

/* M/G/1-PS: mean time in system s / (1 - rho) = 1 s, whatever the law. */
static void test_mean_is_insensitive_to_the_law_of_service(void **state)
{
    (void)state;
    bench_near(mean_latency(constant), 1, 0.03);
    bench_near(mean_latency(exponential), 1, 0.04);
    bench_near(mean_latency(spread), 1, 0.06);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_on_one_processor_take_twice_as_long),
        cmocka_unit_test(test_nobody_uses_more_than_one_processor),
        cmocka_unit_test(test_removed_one_leaves_its_part_to_the_others),
        cmocka_unit_test(test_change_of_speed_counts_from_now),
        cmocka_unit_test(test_mean_is_insensitive_to_the_law_of_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
