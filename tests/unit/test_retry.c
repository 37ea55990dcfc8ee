/* Retries: the ladders of every mode with their moments, quotas down to their floor, and the adaptive limiter
 * against botocore's own vectors.
 *
 * Statistical checks have seed 1 and 200,000 draws; tolerances are at least 5 standard errors. */
#include "../../sim/kit/retry.h"
#include "kit_bench.h"

enum { DRAWS = 200000 };

static const wr_model dynamodb = {.kind = "dynamodb"}, other = {.kind = "other"};

static const wr_retry_cfg *policy(bench *t, const char *yaml)
{
    bench_open(t);
    wr_retry_cfg *c = arena_alloc(t->l.arena, sizeof *c);
    bench_bind(t, wr_retry_params, c, yaml);
    bench_sound(t);
    wr_retry_prepare(c, &t->b);
    return c;
}

/* Least, mean and largest wait before retry n (n = 1, 2, ...) after outcome s. */
struct moments {
    double least, mean, most;
};
static struct moments waits(bench *t, const wr_retry_cfg *c, int n, enum wr_status s, const wr_model *callee)
{
    struct moments m = {INFINITY, 0, 0};
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    wr_retry *o = wr_retry_create(t->source, c);
    for (int i = 0; i < DRAWS; i++) {
        wr_tries tries = {.made = n - 1};
        wr_dur wait = -1;
        assert_int_equal(wr_retry_again(o, c, &tries, s, callee, 0, &r, &wait), WR_RETRY_YES);
        double x = wr_dur_to_s(wait);
        m.least = fmin(m.least, x);
        m.most = fmax(m.most, x);
        m.mean += x / DRAWS;
        wr_tries again = tries;
        wr_retry_ended(o, c, &again, WR_OK, 0); /* its tokens come back */
    }
    return m;
}

static void ladder(const char *yaml, int n, enum wr_status s, const wr_model *callee, double least, double mean, double most)
{
    bench t;
    const wr_retry_cfg *c = policy(&t, yaml);
    struct moments m = waits(&t, c, n, s, callee);
    bench_near(m.mean, mean, 0.01);
    assert_true(m.least >= least - 1e-9 && m.least <= least + 0.001 * most);
    assert_true(m.most <= most + 1e-9 && m.most >= most * 0.999);
    bench_close(&t);
}

/* How often it is tried in all. */
static int tries_of(const char *yaml, enum wr_status s, const wr_model *callee)
{
    bench t;
    const wr_retry_cfg *c = policy(&t, yaml);
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    wr_retry *o = wr_retry_create(t.source, c);
    wr_tries tries = {0};
    wr_dur wait;
    int n = 1;
    while (n < 100 && wr_retry_again(o, c, &tries, s, callee, 0, &r, &wait) == WR_RETRY_YES)
        n++;
    bench_close(&t);
    return n;
}

static void test_none_and_classes_that_are_not_named_are_final(void **state)
{
    (void)state;
    assert_int_equal(tries_of("{}", WR_FAILED, NULL), 1);
    assert_int_equal(tries_of("{mode: immediate, retry_on: [throttle]}", WR_FAILED, NULL), 1);
    assert_int_equal(tries_of("{mode: immediate}", WR_REJECTED, NULL), 1);
    assert_int_equal(tries_of("{mode: immediate}", WR_CONFLICT, NULL), 1);
    assert_int_equal(tries_of("{mode: immediate, retry_on: all}", WR_INVALID, NULL), 1);
    assert_int_equal(tries_of("{mode: immediate, retry_on: all}", WR_CONFLICT, NULL), 3);
    assert_int_equal(tries_of("{mode: immediate, retry_on: [rejected]}", WR_REJECTED, NULL), 3);
}

static void test_attempts_count_the_first_try(void **state)
{
    (void)state;
    assert_int_equal(tries_of("{mode: immediate}", WR_TIMEOUT, NULL), 3);
    assert_int_equal(tries_of("{mode: fixed, attempts: 7}", WR_TIMEOUT, NULL), 7);
    assert_int_equal(tries_of("{mode: immediate, attempts: unlimited}", WR_TIMEOUT, NULL), 100);
    assert_int_equal(tries_of("{mode: sdk_legacy}", WR_THROTTLED, &other), 5);
    assert_int_equal(tries_of("{mode: sdk_legacy}", WR_THROTTLED, &dynamodb), 10);
    assert_int_equal(tries_of("{mode: sdk_standard}", WR_THROTTLED, &dynamodb), 3);
    assert_int_equal(tries_of("{mode: sdk_standard_2026}", WR_THROTTLED, &other), 3);
    assert_int_equal(tries_of("{mode: sdk_standard_2026}", WR_THROTTLED, &dynamodb), 4);
    assert_int_equal(tries_of("{mode: sdk_standard_2026, attempts: 2}", WR_THROTTLED, &dynamodb), 2);
    assert_int_equal(tries_of("{mode: sdk_adaptive}", WR_THROTTLED, NULL), 3);
}

static void test_plain_modes_have_their_laws(void **state)
{
    (void)state;
    ladder("{mode: fixed, base: 200ms, attempts: 9}", 3, WR_FAILED, NULL, 0.2, 0.2, 0.2);
    ladder("{mode: exponential, base: 100ms, attempts: 9}", 5, WR_FAILED, NULL, 1.6, 1.6, 1.6);
    ladder("{mode: exponential, base: 100ms, cap: 1s, attempts: unlimited}", 5000, WR_FAILED, NULL, 1, 1, 1);
    ladder("{mode: full_jitter, base: 100ms, attempts: 9}", 3, WR_FAILED, NULL, 0, 0.2, 0.4);
    ladder("{mode: equal_jitter, base: 100ms, attempts: 9}", 3, WR_FAILED, NULL, 0.2, 0.3, 0.4);
    ladder("{mode: decorrelated, base: 100ms, attempts: 9}", 1, WR_FAILED, NULL, 0.1, 0.2, 0.3);
}

static void test_decorrelated_grows_from_the_wait_before(void **state)
{
    (void)state;
    bench t;
    const wr_retry_cfg *c = policy(&t, "{mode: decorrelated, base: 1s, cap: 5s, attempts: unlimited}");
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    wr_retry *o = wr_retry_create(t.source, c);
    wr_tries tries = {0};
    wr_dur before = WR_S, wait;
    for (int i = 0; i < 1000; i++) {
        wr_retry_again(o, c, &tries, WR_FAILED, NULL, 0, &r, &wait);
        assert_true(wait >= WR_S && wait <= 3 * before && wait <= 5 * WR_S);
        before = wait;
    }
    bench_close(&t);
}

static void test_sdk_modes_have_their_ladders(void **state)
{
    (void)state;
    ladder("{mode: sdk_legacy}", 3, WR_FAILED, &other, 0, 2, 4);
    ladder("{mode: sdk_legacy}", 9, WR_FAILED, &dynamodb, 12.8, 12.8, 12.8);
    ladder("{mode: sdk_standard}", 2, WR_FAILED, &dynamodb, 0, 1, 2);
    ladder("{mode: sdk_standard, attempts: 20}", 9, WR_FAILED, &other, 0, 10, 20);
    ladder("{mode: sdk_standard_2026}", 2, WR_FAILED, &other, 0, 0.05, 0.1);
    ladder("{mode: sdk_standard_2026}", 2, WR_TIMEOUT, &dynamodb, 0, 0.025, 0.05);
    ladder("{mode: sdk_standard_2026}", 2, WR_THROTTLED, &dynamodb, 0, 1, 2);
    ladder("{mode: sdk_standard_2026, base: 10ms}", 2, WR_THROTTLED, &dynamodb, 0, 0.01, 0.02);
    ladder("{mode: sdk_legacy, cap: 1s}", 4, WR_FAILED, &other, 0, 0.5, 1);
}

/* ---- budgets ------------------------------------------------------------------------------------------ */
static int retries_until_empty(const char *yaml, enum wr_status s)
{
    bench t;
    const wr_retry_cfg *c = policy(&t, yaml);
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    wr_retry *o = wr_retry_create(t.source, c);
    wr_dur wait;
    int n = 0;
    for (;; n++) {
        wr_tries tries = {0};
        if (n > 5000 || wr_retry_again(o, c, &tries, s, NULL, 0, &r, &wait) != WR_RETRY_YES)
            break;
    }
    bench_close(&t);
    return n;
}

static void test_quota_allows_so_many_retries_in_an_outage(void **state)
{
    (void)state;
    assert_int_equal(retries_until_empty("{mode: sdk_standard}", WR_FAILED), 100);
    assert_int_equal(retries_until_empty("{mode: sdk_standard}", WR_TIMEOUT), 50);
    assert_int_equal(retries_until_empty("{mode: sdk_standard_2026}", WR_FAILED), 35);
    assert_int_equal(retries_until_empty("{mode: sdk_standard_2026}", WR_TIMEOUT), 35);
    assert_int_equal(retries_until_empty("{mode: sdk_standard_2026}", WR_THROTTLED), 100);
    assert_int_equal(retries_until_empty("{mode: sdk_legacy}", WR_FAILED), 5001);
    assert_int_equal(retries_until_empty("{mode: sdk_standard, budget: none}", WR_FAILED), 5001);
    assert_int_equal(retries_until_empty("{mode: sdk_standard_2026, budget: {capacity: 28}}", WR_FAILED), 2);
    assert_int_equal(retries_until_empty("{mode: immediate, budget: {capacity: 10, initial: empty}}", WR_FAILED), 0);
}

static void test_success_gives_tokens_back(void **state)
{
    (void)state;
    bench t;
    const wr_retry_cfg *c = policy(&t, "{mode: immediate, budget: {capacity: 10, cost: 5, on_success: 1}}");
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    wr_retry *o = wr_retry_create(t.source, c);
    wr_tries one = {0}, two = {0}, three = {0}, fresh = {0};
    wr_dur wait;
    assert_int_equal(wr_retry_again(o, c, &one, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_YES);
    assert_int_equal(wr_retry_again(o, c, &two, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_YES);
    assert_int_equal(wr_retry_again(o, c, &three, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_SUPPRESSED);
    wr_retry_ended(o, c, &three, WR_FAILED, 0); /* a failure gives nothing */
    for (int i = 0; i < 4; i++)
        wr_retry_ended(o, c, &fresh, WR_OK, 0);
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_SUPPRESSED);
    wr_retry_ended(o, c, &fresh, WR_OK, 0);
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_YES);
    wr_retry_ended(o, c, &one, WR_OK, 0); /* the last retry's cost */
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_YES);
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_SUPPRESSED);
    bench_close(&t);
}

static void test_tokens_come_with_requests_and_with_time(void **state)
{
    (void)state;
    bench t;
    const wr_retry_cfg *c = policy(&t, "{mode: immediate, budget: {capacity: 5, cost: 1, per_call: 0.1, refill: 2/s, initial: empty, refund: false}}");
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    wr_retry *o = wr_retry_create(t.source, c);
    wr_dur wait;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_SUPPRESSED);
        wr_retry_first(o, 0);
    }
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, 0, &r, &wait), WR_RETRY_YES);
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, WR_S / 2 - WR_MS, &r, &wait), WR_RETRY_SUPPRESSED);
    assert_int_equal(wr_retry_again(o, c, &(wr_tries){0}, WR_FAILED, NULL, WR_S / 2, &r, &wait), WR_RETRY_YES);
    bench_close(&t);
}

/* ---- the limiter -------------------------------------------------------------------------------------- */
static void test_limiter_lets_all_pass_until_the_first_throttle(void **state)
{
    (void)state;
    bench t;
    retry_limiter l;
    bench_open(&t);
    limiter_begin(&l, t.source, 0);
    for (int i = 0; i < 1000; i++)
        assert_true(limiter_admit(&l, i));
    limiter_answered(&l, false, WR_S);
    assert_true(limiter_admit(&l, WR_S));
    limiter_answered(&l, true, WR_S);
    assert_false(limiter_admit(&l, 2 * WR_S)); /* 0.56 tokens a second from the first answer on */
    assert_true(limiter_admit(&l, 3 * WR_S));
    assert_false(limiter_admit(&l, 3 * WR_S));
    bench_close(&t);
}

static wr_call *went[8];
static wr_time went_at[8];
static int gone;

static void went_on(wr_comp *self, wr_call *c)
{
    went[gone] = c;
    went_at[gone++] = wr_now(self);
}

/* Four wait at half a token a second; after 3 s the rate is eight times as high for those who still wait. */
static void test_those_held_go_in_order_at_the_rate_of_the_moment(void **state)
{
    (void)state;
    bench t;
    retry_limiter l;
    wr_call *c[4];
    wr_send what = {.az = -1};
    bench_open(&t);
    bench_start(&t);
    limiter_begin(&l, t.source, 0);
    limiter_answered(&l, true, 0); /* nothing was measured: the least rate, and no token */
    gone = 0;
    for (int i = 0; i < 4; i++) {
        c[i] = wr_call_open(t.source, NULL, &what);
        assert_false(limiter_admit(&l, 0));
    }
    limiter_hold(&l, c[0], went_on);
    limiter_hold(&l, c[1], went_on);
    wr_held *off = limiter_hold(&l, c[2], went_on);
    limiter_hold(&l, c[3], went_on);
    wr_retry_let_off(off);
    wr_engine_run(t.r->engine, 3 * WR_S);
    assert_true(gone == 1 && went[0] == c[0] && went_at[0] == 2 * WR_S);
    l.measured = 2;
    l.w_max = 100;
    l.slot = 100;
    limiter_answered(&l, false, 3 * WR_S); /* half a token is there; twice the measured rate: 4 a second */
    wr_engine_run(t.r->engine, 10 * WR_S);
    assert_true(gone == 3 && went[1] == c[1] && went[2] == c[3]);
    assert_true(went_at[1] == 3 * WR_S + WR_S / 8 && went_at[2] == 3 * WR_S + 3 * WR_S / 8);
    for (int i = 0; i < 4; i++)
        wr_call_close(c[i]);
    bench_close(&t);
}

/* An error at rate 8: new rate 5.6 and k = 1.81712059; after k seconds the rate is back at 8. */
static void test_limiter_is_cubic(void **state)
{
    (void)state;
    bench t;
    retry_limiter l;
    bench_open(&t);
    limiter_begin(&l, t.source, 0);
    l.measured = 8;
    l.slot = 100; /* the measured rate stays */
    limiter_answered(&l, true, 0);
    assert_true(fabs(l.fill - 5.6) < 1e-9);
    assert_true(fabs(l.k - 1.81712059) < 1e-8);
    limiter_answered(&l, false, wr_dur_from_s(1.81712059));
    assert_true(fabs(l.fill - 8) < 1e-6);
    static const double at[] = {0, 1, 2, 4, 5, 8}, rate[] = {70, 86.681, 95.640, 99.996, 100.192, 121.653};
    limiter_begin(&l, t.source, 0);
    l.measured = 100;
    l.slot = 100;
    limiter_answered(&l, true, 0);
    for (int i = 0; i < 6; i++) {
        limiter_answered(&l, false, wr_dur_from_s(at[i]));
        assert_true(fabs(l.fill - rate[i]) < 1e-3);
    }
    bench_close(&t);
}

static void test_limiter_measures_in_half_seconds_and_smooths(void **state)
{
    (void)state;
    bench t;
    retry_limiter l;
    bench_open(&t);
    limiter_begin(&l, t.source, 0);
    for (int i = 0; i < 10; i++)
        limiter_answered(&l, false, i * 50 * WR_MS);
    assert_true(l.measured == 0);
    limiter_answered(&l, false, WR_S / 2); /* 11 answers in half a second: 0.8 x 22 */
    assert_true(fabs(l.measured - 17.6) < 1e-9);
    limiter_answered(&l, false, 3 * WR_S / 2); /* one in a second */
    assert_true(fabs(l.measured - (0.8 * 1 + 0.2 * 17.6)) < 1e-9);
    bench_close(&t);
}

/* ---- botocore's vectors ------------------------------------------------------------------------------- */
static void test_botocore_max_delays_of_2026(void **state)
{
    (void)state;
    static const double most[] = {.05, .1, .2, .4, .8, 1.6, 3.2, 6.4, 12.8, 20, 20};
    for (int n = 1; n <= 11; n++)
        ladder("{mode: sdk_standard_2026, attempts: 20}", n, WR_FAILED, &other, 0, most[n - 1] / 2, most[n - 1]);
}

/* 500, 486, 472, 458 tokens; the fourth try is the last; one after a retry gives 14 back, one without gives 1. */
static void test_botocore_quota_of_dynamodb_in_2026(void **state)
{
    (void)state;
    bench t;
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    const wr_retry_cfg *c = policy(&t, "{mode: sdk_standard_2026}");
    wr_retry *o = wr_retry_create(t.source, c);
    wr_tries tries = {0};
    wr_dur wait;
    for (int n = 1; n <= 3; n++) {
        assert_int_equal(wr_retry_again(o, c, &tries, WR_FAILED, &dynamodb, 0, &r, &wait), WR_RETRY_YES);
        assert_true(wait <= wr_dur_from_s(0.025 * (1 << (n - 1))));
        assert_true(wr_retry_tokens(o, 0) == 500 - 14 * n);
    }
    assert_int_equal(wr_retry_again(o, c, &tries, WR_FAILED, &dynamodb, 0, &r, &wait), WR_RETRY_NO);
    assert_true(wr_retry_tokens(o, 0) == 458);
    tries = (wr_tries){0};
    wr_retry_ended(o, c, &tries, WR_OK, 0);
    assert_true(wr_retry_tokens(o, 0) == 459);
    wr_retry_again(o, c, &tries, WR_FAILED, &dynamodb, 0, &r, &wait);
    wr_retry_ended(o, c, &tries, WR_OK, 0);
    assert_true(wr_retry_tokens(o, 0) == 459);
    bench_close(&t);
}

static void test_hints_of_the_server_bound_the_wait(void **state)
{
    (void)state;
    bench t;
    const wr_retry_cfg *c = policy(&t, "{mode: sdk_standard_2026}");
    assert_true(wr_retry_hinted(c, WR_S, 0) == WR_S);
    assert_true(wr_retry_hinted(c, WR_S, WR_S / 2) == WR_S);
    assert_true(wr_retry_hinted(c, WR_S, 3 * WR_S) == 3 * WR_S);
    assert_true(wr_retry_hinted(c, WR_S, 30 * WR_S) == 6 * WR_S);
    bench_close(&t);
    c = policy(&t, "{mode: sdk_standard}");
    assert_true(wr_retry_hinted(c, WR_S, 3 * WR_S) == WR_S);
    bench_close(&t);
    c = policy(&t, "{mode: full_jitter}");
    assert_true(wr_retry_hinted(c, WR_S, 30 * WR_S) == 30 * WR_S);
    bench_close(&t);
    c = policy(&t, "{mode: full_jitter, retry_after: ignore}");
    assert_true(wr_retry_hinted(c, WR_S, 30 * WR_S) == WR_S);
    bench_close(&t);
}

static void test_long_poll_with_an_empty_quota_pauses_first(void **state)
{
    (void)state;
    bench t;
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    const wr_retry_cfg *c = policy(&t, "{mode: sdk_standard_2026, budget: {initial: empty}}");
    wr_retry *o = wr_retry_create(t.source, c);
    double mean = 0;
    for (int i = 0; i < 10000; i++) {
        wr_tries tries = {0};
        wr_dur wait;
        assert_int_equal(wr_retry_again(o, c, &tries, WR_THROTTLED, &other, 0, &r, &wait), WR_RETRY_SUPPRESSED);
        mean += wr_dur_to_s(wr_retry_poll_pause(c, &tries, WR_THROTTLED, &other, &r)) / 10000;
    }
    bench_near(mean, 0.5, 0.03); /* 5 standard errors */
    bench_close(&t);
    c = policy(&t, "{mode: sdk_standard}");
    assert_true(wr_retry_poll_pause(c, &(wr_tries){.made = 1}, WR_THROTTLED, &other, &r) == 0);
    bench_close(&t);
}

/* Tokens after 20,000 calls whose tries fail independently with probability p. */
static double tokens_left(const char *yaml, enum wr_status s, double p)
{
    bench t;
    wr_rng r;
    wr_rng_open(&r, 1, 0, "retry", "test");
    const wr_retry_cfg *c = policy(&t, yaml);
    wr_retry *o = wr_retry_create(t.source, c);
    for (int i = 0; i < 20000; i++) {
        wr_tries tries = {0};
        wr_dur wait;
        enum wr_retry_verdict v = WR_RETRY_YES;
        while (v == WR_RETRY_YES && wr_rng_chance(&r, p))
            v = wr_retry_again(o, c, &tries, s, &other, 0, &r, &wait);
        if (v == WR_RETRY_YES)
            wr_retry_ended(o, c, &tries, WR_OK, 0);
    }
    double left = wr_retry_tokens(o, 0);
    bench_close(&t);
    return left;
}

/* AWS: a budget drains above 22 % transient failures and 32 % throttling; the drift of tokens a call,
 * (1 - p) - c p^2 (1 - p) - 2 c p^3, is zero at 0.215 for 14 tokens, 0.321 for 5, 0.246 for 10. Two points beside
 * each, it has drifted to one end: by at least 0.1 a call, 2,000 in all. */
static void test_break_even_of_the_quota(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        enum wr_status s;
        double at;
    } row[] = {{"{mode: sdk_standard_2026}", WR_FAILED, 0.215}, {"{mode: sdk_standard_2026}", WR_THROTTLED, 0.321},
               {"{mode: sdk_standard}", WR_FAILED, 0.321}, {"{mode: sdk_standard}", WR_TIMEOUT, 0.246}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_true(tokens_left(row[i].yaml, row[i].s, row[i].at - 0.03) > 250);
        assert_true(tokens_left(row[i].yaml, row[i].s, row[i].at + 0.03) < 250);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_and_classes_that_are_not_named_are_final),
        cmocka_unit_test(test_attempts_count_the_first_try),
        cmocka_unit_test(test_plain_modes_have_their_laws),
        cmocka_unit_test(test_decorrelated_grows_from_the_wait_before),
        cmocka_unit_test(test_sdk_modes_have_their_ladders),
        cmocka_unit_test(test_quota_allows_so_many_retries_in_an_outage),
        cmocka_unit_test(test_success_gives_tokens_back),
        cmocka_unit_test(test_tokens_come_with_requests_and_with_time),
        cmocka_unit_test(test_limiter_lets_all_pass_until_the_first_throttle),
        cmocka_unit_test(test_those_held_go_in_order_at_the_rate_of_the_moment),
        cmocka_unit_test(test_limiter_is_cubic),
        cmocka_unit_test(test_botocore_max_delays_of_2026),
        cmocka_unit_test(test_botocore_quota_of_dynamodb_in_2026),
        cmocka_unit_test(test_hints_of_the_server_bound_the_wait),
        cmocka_unit_test(test_long_poll_with_an_empty_quota_pauses_first),
        cmocka_unit_test(test_break_even_of_the_quota),
        cmocka_unit_test(test_limiter_measures_in_half_seconds_and_smooths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
