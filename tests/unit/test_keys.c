/* Laws of keys: their shares against closed forms, and the evenness of the hash.
 *
 * Statistical checks have seed 1 and a million draws; tolerances are at least 5 standard errors of a share, that is
 * a false alarm in 10^6 seeds for each. */
#include "kit_bench.h"

enum { DRAWS = 1000000 };
struct law {
    wr_pick key;
};
static const wr_param rows[] = {
    {.key = "key", WR_FIELD(struct law, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law."},
    {0}};

static const wr_keys *law_of(bench *t, const char *yaml)
{
    bench_open(t);
    struct law *l = arena_alloc(t->l.arena, sizeof *l);
    bench_bind(t, rows, l, yaml);
    return wr_keys_build(&t->b, &l->key);
}

static void shares(const wr_keys *k, double *share, size_t n)
{
    wr_rng r;
    wr_rng_open(&r, 1, 0, "keys", "test");
    for (int i = 0; i < DRAWS; i++) {
        uint64_t key = wr_keys_draw(k, &r, 0);
        if (key < n)
            share[key] += 1.0 / DRAWS;
    }
}

static void near_share(double x, double p)
{
    double tolerance = 5 * sqrt(p * (1 - p) / DRAWS) + 1e-9;
    if (fabs(x - p) > tolerance)
        fail_msg("a share is %.6g, not %.6g +- %.2g", x, p, tolerance);
}

static void test_hot_keys_must_leave_some_for_the_rest(void **state)
{
    (void)state;
    bench t;
    law_of(&t, "key: {hot: {share: 80%, keys: 5, n: 5}}");
    assert_int_equal(bench_errors(&t), 1);
    assert_string_equal(bench_message(&t), "'keys' is 5 and 'n' is 5; some keys must be left for the rest");
    bench_close(&t);
}

static void test_nothing_written_is_no_law(void **state)
{
    (void)state;
    bench t;
    assert_null(law_of(&t, "{}"));
    bench_sound(&t);
    bench_close(&t);
}

static void test_zipf_follows_its_law_for_any_exponent(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        double s;
    } cases[] = {{"key: {zipf: {s: 0, n: 50}}", 0}, {"key: {zipf: {s: 0.7, n: 50}}", 0.7}, {"key: {zipf: {s: 1, n: 50}}", 1},
                 {"key: {zipf: {s: 1.1, n: 50}}", 1.1}, {"key: {zipf: {s: 3, n: 50}}", 3}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        bench t;
        double share[50] = {0}, sum = 0;
        const wr_keys *k = law_of(&t, cases[c].yaml);
        bench_sound(&t);
        shares(k, share, 50);
        for (int i = 1; i <= 50; i++)
            sum += pow(i, -cases[c].s);
        for (int i = 1; i <= 50; i++)
            near_share(share[i - 1], pow(i, -cases[c].s) / sum);
        bench_close(&t);
    }
}

static void test_zipf_of_a_billion_keys_and_of_one(void **state)
{
    (void)state;
    bench t;
    double share[3] = {0}, sum = 0;
    const wr_keys *k = law_of(&t, "key: {zipf: {s: 1.2, n: 1000M}}");
    bench_sound(&t);
    shares(k, share, 3);
    for (int i = 1; i < 2000000; i++)
        sum += pow(i, -1.2);
    sum += (pow(2e6, -0.2) - pow(1e9, -0.2)) / 0.2;
    for (int i = 1; i <= 3; i++)
        near_share(share[i - 1], pow(i, -1.2) / sum);
    bench_close(&t);
    k = law_of(&t, "key: {zipf: {s: 1.2, n: 1}}");
    share[0] = 0;
    shares(k, share, 1);
    near_share(share[0], 1);
    bench_close(&t);
}

static void test_uniform_and_hot(void **state)
{
    (void)state;
    bench t;
    double share[20] = {0};
    shares(law_of(&t, "key: {uniform: {n: 20}}"), share, 20);
    for (int i = 0; i < 20; i++)
        near_share(share[i], 0.05);
    bench_close(&t);
    memset(share, 0, sizeof share);
    shares(law_of(&t, "key: {hot: {share: 80%, keys: 2, n: 10}}"), share, 20);
    for (int i = 0; i < 10; i++)
        near_share(share[i], i < 2 ? 0.4 : 0.025);
    bench_close(&t);
}

static void test_texts_are_keys_and_sequences_go_round(void **state)
{
    (void)state;
    bench t;
    wr_rng r;
    wr_rng_open(&r, 1, 0, "keys", "test");
    uint64_t nth = 0, first, second;
    const wr_keys *k = law_of(&t, "key: {sequence: [a, b]}");
    bench_sound(&t);
    first = wr_keys_next(k, &r, 0, &nth);
    second = wr_keys_next(k, &r, 0, &nth);
    assert_true(first != second);
    assert_true(wr_keys_next(k, &r, 0, &nth) == first);
    bench_close(&t);
    assert_true(wr_keys_draw(law_of(&t, "key: {constant: a}"), &r, 7) == first);
    bench_close(&t);
    assert_true(wr_keys_draw(law_of(&t, "key: b"), &r, 7) == second);
    bench_close(&t);
    assert_true(wr_keys_draw(law_of(&t, "key: {per_user: {}}"), &r, 7) == 7);
    bench_close(&t);
    assert_true(wr_keys_draw(law_of(&t, "key: per_user"), &r, 7) == 7);
    bench_close(&t);
}

static void test_hash_spreads_neighbours_evenly(void **state)
{
    (void)state;
    double slot[16] = {0};
    for (uint64_t key = 0; key < DRAWS; key++) {
        double x = wr_key_spot(key);
        assert_true(x >= 0 && x < 1);
        slot[(int)(x * 16)] += 1.0 / DRAWS;
    }
    for (int i = 0; i < 16; i++)
        near_share(slot[i], 1.0 / 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hot_keys_must_leave_some_for_the_rest),
        cmocka_unit_test(test_nothing_written_is_no_law),
        cmocka_unit_test(test_zipf_follows_its_law_for_any_exponent),
        cmocka_unit_test(test_zipf_of_a_billion_keys_and_of_one),
        cmocka_unit_test(test_uniform_and_hot),
        cmocka_unit_test(test_texts_are_keys_and_sequences_go_round),
        cmocka_unit_test(test_hash_spreads_neighbours_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
