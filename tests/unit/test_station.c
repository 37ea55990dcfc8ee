/* The waiting line: who is turned away, who is served next, and closed forms of what they wait.
 *
 * Statistical checks have seed 1 and 200,000 requests; tolerances are at least 5 standard errors, that is a false
 * alarm in 10^6 seeds. */
#include "kit_bench.h"

enum { OK, FULL, LEFT };
static const wr_code codes[] = {{"OK", NULL, WR_OK, 200, "."}, {"Full", "Test.Full", WR_REJECTED, 503, "."}, {"Left", "Test.Left", WR_FAILED, 503, "."}, {0}};
struct desk_cfg {
    enum wr_order order;
    int64_t servers, room;
    const wr_dist *patience, *service;
};
struct desk {
    wr_station station;
    wr_rng rng;
};

static void served(wr_comp *self, void *arg)
{
    struct desk *d = wr_state(self);
    wr_station_leave(&d->station, arg);
    wr_reply(arg, OK);
}

static void begin(wr_comp *self, wr_call *c)
{
    const struct desk_cfg *cfg = wr_cfg(self);
    struct desk *d = wr_state(self);
    wr_dur work = wr_draw_dur(cfg->service, &d->rng);
    if (work)
        wr_after(self, work, served, c);
    else
        served(self, c);
}

static void expired(wr_comp *self, wr_call *c)
{
    (void)self;
    wr_reply(c, LEFT);
}

static void desk_start(wr_comp *self)
{
    const struct desk_cfg *cfg = wr_cfg(self);
    struct desk *d = wr_state(self);
    d->station = (wr_station){.owner = self, .order = cfg->order, .servers = cfg->servers, .room = cfg->room, .patience = cfg->patience, .begin = begin, .expired = expired};
    wr_stream(self, "service", &d->rng);
    wr_stream(self, "patience", &d->station.patience_rng);
}

static void desk_call(wr_comp *self, wr_call *c)
{
    struct desk *d = wr_state(self);
    if (!wr_station_enter(&d->station, c))
        wr_reply(c, FULL);
}

static const wr_model desk_model = {.kind = "desk", .has = WR_HAS_CALLS | WR_HAS_STATION | WR_HAS_PRESENCE | WR_OWN_PRESENCE, .net = WR_NET_SERVICE,
                                    .codes = codes, .state_size = sizeof(struct desk), .start = desk_start, .call = desk_call};

/* ---- requests: numbered, with the order in which they end --------------------------------------------- */
static int64_t ended[64];
static enum wr_status ended_as[64];
static wr_time ended_at[64];
static size_t ended_n;

static void done(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    if (ended_n < 64) {
        ended[ended_n] = (int64_t)wr_call_key(answer);
        ended_as[ended_n] = wr_call_status(answer);
        ended_at[ended_n] = wr_now(self);
    }
    ended_n++;
}

static void ask(bench *t, wr_comp *to, uint64_t key, int priority)
{
    wr_send what = {.ask = &wr_ask_request, .key = key, .priority = priority, .az = -1};
    wr_call_send(t->source, to, NULL, &what, done);
}

static wr_comp *desk_of(bench *t, struct desk_cfg *cfg)
{
    ended_n = 0;
    bench_open(t);
    wr_comp *desk = bench_add(t, &desk_model, "desk", cfg);
    bench_start(t);
    return desk;
}

static void test_full_line_turns_away(void **state)
{
    (void)state;
    bench t;
    struct desk_cfg cfg = {.servers = 1, .room = 2};
    wr_comp *desk = desk_of(&t, &cfg);
    cfg.service = dist_constant(t.l.arena, 1);
    for (uint64_t i = 0; i < 4; i++)
        ask(&t, desk, i, 0);
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_int_equal(ended_n, 4);
    assert_int_equal(ended[0], 3);
    assert_int_equal(ended_as[0], WR_REJECTED);
    assert_int_equal(ended[3], 2);
    assert_int_equal(ended_at[3], 3 * WR_S);
    bench_close(&t);
}

static void order_of(enum wr_order order, const int64_t expected[5])
{
    bench t;
    struct desk_cfg cfg = {.order = order, .servers = 1, .room = 100};
    wr_comp *desk = desk_of(&t, &cfg);
    cfg.service = dist_constant(t.l.arena, 1);
    for (uint64_t i = 0; i < 5; i++)
        ask(&t, desk, i, i % 2 ? 0 : 1);
    wr_engine_run(t.r->engine, 10 * WR_S);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(ended[i], expected[i]);
    bench_close(&t);
}

static void test_order_is_that_of_the_discipline(void **state)
{
    (void)state;
    order_of(WR_FIFO, (const int64_t[]){0, 1, 2, 3, 4});
    order_of(WR_LIFO, (const int64_t[]){0, 4, 3, 2, 1});
    order_of(WR_PRIORITY, (const int64_t[]){0, 1, 3, 2, 4});
}

static void test_impatient_leave_and_the_wait_is_of_those_that_were_served(void **state)
{
    (void)state;
    bench t;
    struct desk_cfg cfg = {.servers = 1, .room = 100};
    wr_comp *desk;
    ended_n = 0;
    bench_open(&t);
    cfg.service = dist_constant(t.l.arena, 2);
    cfg.patience = dist_constant(t.l.arena, 3);
    desk = bench_add(&t, &desk_model, "desk", &cfg);
    bench_start(&t);
    probe *wait = probe_open_metric(desk, WR_U_WAIT, F_MEAN, 0), *line = probe_open_metric(desk, WR_U_QUEUE_DEPTH, F_LAST, 0);
    for (uint64_t i = 0; i < 3; i++)
        ask(&t, desk, i, 0);
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_int_equal(ended_as[1], WR_FAILED); /* the third, after 3 s */
    assert_int_equal(ended_at[1], 3 * WR_S);
    assert_true(fabs(probe_take(wait, false) - 1) < 1e-12); /* 0 and 2 s */
    assert_true(probe_take(line, false) == 0);
    bench_close(&t);
}

static void test_removed_from_the_line_is_not_served(void **state)
{
    (void)state;
    bench t;
    struct desk_cfg cfg = {.servers = 1, .room = 100};
    wr_comp *desk = desk_of(&t, &cfg);
    cfg.service = dist_constant(t.l.arena, 1);
    for (uint64_t i = 0; i < 3; i++)
        ask(&t, desk, i, 0);
    wr_engine_run(t.r->engine, WR_MS);
    struct desk *d = wr_state(desk);
    wr_call *second = d->station.head;
    assert_true(wr_station_remove(&d->station, second));
    assert_false(wr_station_remove(&d->station, second));
    wr_reply(second, LEFT);
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_int_equal(ended_at[2], 2 * WR_S);
    bench_close(&t);
}

static void test_more_servers_begin_at_once_and_fewer_let_work_end(void **state)
{
    (void)state;
    bench t;
    struct desk_cfg cfg = {.servers = 1, .room = 100};
    wr_comp *desk = desk_of(&t, &cfg);
    cfg.service = dist_constant(t.l.arena, 1);
    for (uint64_t i = 0; i < 5; i++)
        ask(&t, desk, i, 0);
    struct desk *d = wr_state(desk);
    wr_engine_run(t.r->engine, WR_S / 2);
    wr_station_resize(&d->station, 3);
    assert_int_equal(d->station.busy, 3);
    wr_station_resize(&d->station, 1);
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_int_equal(ended_at[2], 1500 * WR_MS);
    assert_int_equal(ended_at[3], 2500 * WR_MS);
    assert_int_equal(ended_at[4], 3500 * WR_MS);
    bench_close(&t);
}

static void test_long_line_of_work_without_time_needs_no_stack(void **state)
{
    (void)state;
    bench t;
    struct desk_cfg cfg = {.servers = 1, .room = INT64_MAX};
    wr_comp *desk = desk_of(&t, &cfg);
    struct desk *d = wr_state(desk);
    cfg.service = dist_constant(t.l.arena, 0);
    wr_station_resize(&d->station, 0);
    for (uint64_t i = 0; i < 300000; i++)
        ask(&t, desk, i, 0);
    wr_engine_run(t.r->engine, WR_S);
    wr_station_resize(&d->station, 1);
    wr_engine_run(t.r->engine, 2 * WR_S);
    assert_int_equal(ended_n, 300000);
    bench_close(&t);
}

/* ---- closed forms ------------------------------------------------------------------------------------- */
struct stream {
    bench *t;
    wr_comp *to;
    wr_rng rng;
    double rate;
    int classes;
};

static void arrive(wr_comp *self, void *arg)
{
    struct stream *s = arg;
    ask(s->t, s->to, 0, (int)wr_rng_below(&s->rng, (uint64_t)s->classes));
    wr_after(self, wr_dur_from_s(wr_rng_exp(&s->rng) / s->rate), arrive, s);
}

/* Mean wait of 200,000 requests of rate 1 each second. */
static double mean_wait(enum wr_order order, int64_t servers, double service, double until_s, enum formula_stat stat, int metric)
{
    bench t;
    struct desk_cfg cfg = {.order = order, .servers = servers, .room = INT64_MAX};
    wr_comp *desk = desk_of(&t, &cfg);
    cfg.service = dist_exponential(t.l.arena, service);
    struct stream s = {.t = &t, .to = desk, .rate = 1, .classes = 2};
    wr_stream(t.source, "arrivals", &s.rng);
    wr_after(t.source, 0, arrive, &s);
    double x = bench_stat(desk, metric, stat, 0, t.r, until_s);
    bench_close(&t);
    return x;
}

static void test_wait_of_mm1_and_mm4_is_erlangs(void **state)
{
    (void)state;
    bench_near(mean_wait(WR_FIFO, 1, 0.5, 200000, F_MEAN, WR_U_WAIT), 0.5, 0.04);          /* rho = 0.5 */
    bench_near(mean_wait(WR_FIFO, 4, 3, 200000, F_MEAN, WR_U_WAIT), 0.509434 * 3, 0.08);    /* C(4, 3) / (4/3 - 1) x ... */
}

static void test_lifo_waits_as_long_as_fifo_on_average(void **state)
{
    (void)state;
    bench_near(mean_wait(WR_LIFO, 1, 0.5, 200000, F_MEAN, WR_U_WAIT), 0.5, 0.05);
}

static void test_numbers_agree_with_littles_law(void **state)
{
    (void)state;
    double l = mean_wait(WR_FIFO, 1, 0.5, 200000, F_MEAN, WR_U_IN_SYSTEM), w = mean_wait(WR_FIFO, 1, 0.5, 200000, F_MEAN, WR_U_RESIDENCE);
    double n = mean_wait(WR_FIFO, 1, 0.5, 200000, F_SUM, WR_U_SLOTS_TAKEN);
    bench_near(l, w * n / 200000, 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_line_turns_away),
        cmocka_unit_test(test_order_is_that_of_the_discipline),
        cmocka_unit_test(test_impatient_leave_and_the_wait_is_of_those_that_were_served),
        cmocka_unit_test(test_removed_from_the_line_is_not_served),
        cmocka_unit_test(test_more_servers_begin_at_once_and_fewer_let_work_end),
        cmocka_unit_test(test_long_line_of_work_without_time_needs_no_stack),
        cmocka_unit_test(test_wait_of_mm1_and_mm4_is_erlangs),
        cmocka_unit_test(test_lifo_waits_as_long_as_fifo_on_average),
        cmocka_unit_test(test_numbers_agree_with_littles_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
