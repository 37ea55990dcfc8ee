/* test_cache.c - the kit's cache against a model that is too simple to be wrong: an array that is searched from end to
 * end. Random operations have seed 1; the check of the random policy has a tolerance of five standard deviations (false
 * alarms below 1 in 10^6). */
#include "kit_bench.h"
#include <weir/cache.h>

static const wr_model keeper = {.kind = "keeper", .has = 0, .net = WR_NET_SERVICE};

static wr_cache *open_cache(bench *t, wr_cache_cfg cfg)
{
    bench_open(t);
    wr_comp *c = bench_add(t, &keeper, "cache", NULL);
    bench_start(t);
    return wr_cache_create(c, &cfg);
}

static void pass(bench *t, wr_dur d)
{
    wr_engine_run(t->r->engine, run_now(t->r) + d);
}

/* ---- what it does not keep ------------------------------------------------------------------------------ */
static void test_what_does_not_fit_or_has_no_time_is_not_kept(void **state)
{
    (void)state;
    bench t;
    wr_cache *c = open_cache(&t, (wr_cache_cfg){WR_CACHE_LRU, false, 10, 100});
    assert_int_equal(wr_cache_put(c, 1, 50, WR_NEVER), 0);
    assert_int_equal(wr_cache_put(c, 2, 101, WR_NEVER), 0);
    assert_int_equal(wr_cache_put(c, 3, 1, 0), 0);
    assert_int_equal(wr_cache_count(c), 1);
    assert_null(wr_cache_find(c, 2));
    assert_null(wr_cache_find(c, 3));
    assert_int_equal(wr_cache_put(c, 1, 101, WR_NEVER), 0); /* grown too large: gone */
    assert_null(wr_cache_find(c, 1));
    bench_close(&t);
}

/* ---- against the simple model --------------------------------------------------------------------------- */
typedef struct kept {
    uint64_t key;
    double size;
    wr_time expires;
    wr_dur ttl;
    long order; /* last used, or put */
} kept;
typedef struct simple {
    kept e[64];
    int n;
    long clock;
    wr_cache_cfg cfg;
} simple;

static void drop(simple *s, int i)
{
    s->e[i] = s->e[--s->n];
}

static void forget_old(simple *s, wr_time now)
{
    for (int i = s->n - 1; i >= 0; i--)
        if (s->e[i].expires <= now)
            drop(s, i);
}

static int place(const simple *s, uint64_t key)
{
    for (int i = 0; i < s->n; i++)
        if (s->e[i].key == key)
            return i;
    return -1;
}

static void touch(simple *s, int i)
{
    if (s->cfg.policy == WR_CACHE_LRU)
        s->e[i].order = ++s->clock;
}

static bool simple_find(simple *s, uint64_t key, wr_time now)
{
    forget_old(s, now);
    int i = place(s, key);
    if (i < 0)
        return false;
    touch(s, i);
    if (s->cfg.renews)
        s->e[i].expires = s->e[i].ttl == WR_NEVER ? WR_NEVER : now + s->e[i].ttl;
    return true;
}

static double simple_bytes(const simple *s)
{
    double sum = 0;
    for (int i = 0; i < s->n; i++)
        sum += s->e[i].size;
    return sum;
}

static int64_t simple_put(simple *s, uint64_t key, double size, wr_dur ttl, wr_time now)
{
    int64_t evicted = 0;
    forget_old(s, now);
    int i = place(s, key);
    long order = ++s->clock;
    if (i >= 0 && s->e[i].size == size && s->cfg.policy == WR_CACHE_FIFO)
        order = s->e[i].order;
    if (i >= 0)
        drop(s, i);
    if (size > s->cfg.bytes || ttl <= 0)
        return 0;
    while (s->n + 1 > s->cfg.entries || simple_bytes(s) + size > s->cfg.bytes) {
        int oldest = 0;
        for (int k = 1; k < s->n; k++)
            if (s->e[k].order < s->e[oldest].order)
                oldest = k;
        drop(s, oldest);
        evicted++;
    }
    s->e[s->n++] = (kept){key, size, ttl == WR_NEVER ? WR_NEVER : now + ttl, ttl, order};
    return evicted;
}

static void compare(wr_cache_cfg cfg, uint64_t keys, bool sizes, bool expiry)
{
    bench t;
    wr_cache *c = open_cache(&t, cfg);
    simple s = {.cfg = cfg};
    wr_rng r;
    wr_rng_open(&r, 1, 0, "cache", "test");
    for (int i = 0; i < 20000; i++) {
        uint64_t key = wr_rng_below(&r, keys), what = wr_rng_below(&r, 20);
        double size = sizes ? (double)(1 + wr_rng_below(&r, 10)) : 1;
        wr_dur ttl = expiry ? (wr_dur)(wr_rng_below(&r, 40)) * WR_S : WR_NEVER;
        wr_time now = run_now(t.r);
        if (what < 10) {
            assert_int_equal(wr_cache_find(c, key) != NULL, simple_find(&s, key, now));
        } else if (what < 17) {
            assert_int_equal(wr_cache_put(c, key, size, ttl), simple_put(&s, key, size, ttl, now));
        } else if (what < 18) {
            forget_old(&s, now);
            int at = place(&s, key);
            assert_int_equal(wr_cache_remove(c, key), at >= 0);
            if (at >= 0)
                drop(&s, at);
        } else {
            pass(&t, (wr_dur)wr_rng_below(&r, 3) * WR_S);
        }
        if (i % 5000 == 4999) {
            wr_cache_clear(c);
            s.n = 0;
        }
        forget_old(&s, run_now(t.r));
        assert_int_equal(wr_cache_count(c), s.n);
        assert_true(wr_cache_bytes(c) == simple_bytes(&s));
    }
    bench_close(&t);
}

static void test_the_least_recently_used_goes_first(void **state)
{
    (void)state;
    compare((wr_cache_cfg){WR_CACHE_LRU, false, 10, INFINITY}, 20, false, false);
}

static void test_the_oldest_goes_first(void **state)
{
    (void)state;
    compare((wr_cache_cfg){WR_CACHE_FIFO, false, 10, INFINITY}, 20, false, false);
}

static void test_bytes_are_a_bound_too(void **state)
{
    (void)state;
    compare((wr_cache_cfg){WR_CACHE_LRU, false, 12, 40}, 20, true, false);
}

static void test_entries_expire_a_fixed_time_after_they_were_put(void **state)
{
    (void)state;
    compare((wr_cache_cfg){WR_CACHE_LRU, false, 10, INFINITY}, 20, false, true);
    compare((wr_cache_cfg){WR_CACHE_FIFO, false, 10, 30}, 20, true, true);
}

static void test_a_hit_may_renew_the_time_to_live(void **state)
{
    (void)state;
    compare((wr_cache_cfg){WR_CACHE_LRU, true, 10, INFINITY}, 20, false, true);
    compare((wr_cache_cfg){WR_CACHE_LRU, true, INFINITY, INFINITY}, 60, true, true);
}

/* ---- the rest ------------------------------------------------------------------------------------------- */
static void test_any_entry_may_go_when_the_policy_is_random(void **state)
{
    (void)state;
    bench t;
    wr_cache *c = open_cache(&t, (wr_cache_cfg){WR_CACHE_RANDOM, false, 10, INFINITY});
    int newest = 0, rounds = 20000;
    for (uint64_t key = 0; key < 10; key++)
        wr_cache_put(c, key, 1, WR_NEVER);
    for (int i = 0; i < rounds; i++) {
        uint64_t key = 10 + (uint64_t)i;
        assert_int_equal(wr_cache_put(c, key, 1, WR_NEVER), 1);
        newest += !wr_cache_find(c, key - 1);
        assert_int_equal(wr_cache_count(c), 10);
    }
    assert_true(fabs(newest - rounds / 10.0) < 5 * 43); /* binomial: sd 42.4 */
    bench_close(&t);
}

static void test_it_grows_as_far_as_it_is_filled(void **state)
{
    (void)state;
    bench t;
    wr_cache *c = open_cache(&t, (wr_cache_cfg){WR_CACHE_LRU, false, INFINITY, INFINITY});
    for (uint64_t key = 0; key < 100000; key++)
        wr_cache_put(c, key * 7, 2, key % 2 ? WR_S : WR_NEVER);
    assert_int_equal(wr_cache_count(c), 100000);
    for (uint64_t key = 0; key < 100000; key++)
        assert_non_null(wr_cache_find(c, key * 7));
    pass(&t, WR_S);
    assert_int_equal(wr_cache_count(c), 50000);
    assert_true(wr_cache_bytes(c) == 100000);
    assert_non_null(wr_cache_find(c, 0));
    assert_null(wr_cache_find(c, 7));
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_fit_or_has_no_time_is_not_kept),
        cmocka_unit_test(test_the_least_recently_used_goes_first),
        cmocka_unit_test(test_the_oldest_goes_first),
        cmocka_unit_test(test_bytes_are_a_bound_too),
        cmocka_unit_test(test_entries_expire_a_fixed_time_after_they_were_put),
        cmocka_unit_test(test_a_hit_may_renew_the_time_to_live),
        cmocka_unit_test(test_any_entry_may_go_when_the_policy_is_random),
        cmocka_unit_test(test_it_grows_as_far_as_it_is_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
