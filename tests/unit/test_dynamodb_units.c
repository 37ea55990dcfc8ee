/* test_dynamodb_units.c - DynamoDB's arithmetic against the developer guide, and the memory of single keys against
 * brute force. */
#include "../../models/dynamodb.h"
#include "../../sim/runtime/runtime.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define KB 1024.0

static double page_units(const double *kb, size_t n, double factor)
{
    ddb_pages p = {0};
    for (size_t i = 0; i < n; i++)
        ddb_pages_add(&p, kb[i] * KB);
    return ddb_pages_units(&p, factor);
}

/* ---- units ---------------------------------------------------------------------------------------------- */
static void test_the_ten_examples_of_the_guide(void **state)
{
    (void)state;
    const double query[] = {40.8}, answer[] = {80};
    assert_true(ddb_read_units(3.5 * KB, 1) == 1);
    assert_true(ddb_read_units(10 * KB, 1) == 3);
    assert_true(ddb_read_units(8 * KB, 1) == 2);
    assert_true(ddb_read_units(8 * KB, 0.5) == 1);
    assert_true(ddb_read_units(1.5 * KB, 1) + ddb_read_units(6.5 * KB, 1) == 3);
    assert_true(page_units(query, 1, 1) == 11);
    assert_true(ddb_write_units(512) == 1);
    assert_true(ddb_write_units(1.6 * KB) == 2);
    assert_true(ddb_write_units(0.5 * KB) + ddb_write_units(3.5 * KB) == 5);
    assert_true(page_units(answer, 1, 0.5) == 10);
}

static void test_nothing_costs_one_unit(void **state)
{
    (void)state;
    assert_true(ddb_read_units(0, 1) == 1 && ddb_read_units(0, 0.5) == 0.5 && ddb_read_units(0, 2) == 2);
    assert_true(ddb_write_units(0) == 1);
    assert_true(page_units(NULL, 0, 1) == 1);
}

static void test_block_edges_are_exact(void **state)
{
    (void)state;
    assert_true(ddb_read_units(4096, 1) == 1 && ddb_read_units(4097, 1) == 2);
    assert_true(ddb_write_units(1024) == 1 && ddb_write_units(1025) == 2);
}

static void test_query_items_are_summed_before_they_are_rounded(void **state)
{
    (void)state;
    double kb[10];
    for (int i = 0; i < 10; i++)
        kb[i] = 4.08;
    assert_true(page_units(kb, 10, 1) == 11); /* 40.8 KB, not ten times 8 KB */
    assert_true(page_units(kb, 10, 0.5) == 5.5);
}

static void test_each_page_of_a_query_is_rounded(void **state)
{
    (void)state;
    const double kb[] = {400, 400, 400, 400, 1};
    ddb_pages p = {0};
    for (size_t i = 0; i < 5; i++)
        ddb_pages_add(&p, kb[i] * KB);
    assert_int_equal(ddb_pages_count(&p), 2); /* 800 KB, then 801 KB */
    assert_true(ddb_pages_units(&p, 1) == 200 + 201);
    const double answer[] = {2.5 * 1024};
    assert_true(page_units(answer, 1, 1) == 640);
}

static void test_number_of_partitions_follows_the_classic_formula(void **state)
{
    (void)state;
    assert_int_equal(ddb_partitions(100, 100, 0), 1);
    assert_int_equal(ddb_partitions(3000, 1000, 0), 2);
    assert_int_equal(ddb_partitions(1500, 500, 0), 1);
    assert_int_equal(ddb_partitions(40000, 40000, 0), 54);
    assert_int_equal(ddb_partitions(100, 100, 25 * 1073741824.0), 3);
}

static void test_other_items_have_keys_of_their_own(void **state)
{
    (void)state;
    assert_true(ddb_other_key(42, 0) == 42);
    for (int64_t i = 0; i < 100; i++)
        for (int64_t j = 0; j < i; j++)
            assert_true(ddb_other_key(42, i) != ddb_other_key(42, j));
}

/* ---- keys ----------------------------------------------------------------------------------------------- */
static const wr_code stub_codes[] = {{"OK", NULL, WR_OK, 200, "Done."}, {0}};
static const wr_model stub = {.kind = "stub", .codes = stub_codes};

static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 33;
}

static void test_history_finds_writes_since_the_stamp_and_no_others(void **state)
{
    (void)state;
    enum { WRITES = 5000, KEYS = 40 };
    run *r = run_create(1, 0);
    wr_comp *c = run_add(r, &stub, "t", NULL, 0);
    ddb_history h = {.clock = 1};
    uint64_t last[KEYS] = {0}, seed = 7;
    assert_false(ddb_history_changed(&h, 3, 1));
    for (uint64_t i = 1; i <= WRITES; i++) {
        uint64_t key = next(&seed) % KEYS, asked = next(&seed) % KEYS;
        ddb_history_add(&h, c, key);
        last[key] = i;
        uint64_t stamp = 1 + next(&seed) % h.clock;
        assert_true(ddb_history_changed(&h, asked, stamp) == (last[asked] >= stamp));
    }
    assert_false(ddb_history_changed(&h, 3, 0)); /* never read: nothing to compare with */
    run_destroy(r);
}

static void test_history_keeps_little_until_somebody_asks(void **state)
{
    (void)state;
    run *r = run_create(1, 0);
    wr_comp *c = run_add(r, &stub, "t", NULL, 0);
    ddb_history h = {.clock = 1};
    for (uint64_t i = 0; i < 200000; i++)
        ddb_history_add(&h, c, i);
    assert_int_equal(h.room, 65536);
    assert_true(ddb_history_changed(&h, 199999, 1));
    assert_false(ddb_history_changed(&h, 5, 1)); /* written too long ago to be known */
    for (uint64_t i = 0; i < 200000; i++)
        ddb_history_add(&h, c, i);
    assert_int_equal(h.room, 524288);
    assert_true(ddb_history_changed(&h, 150000, 1));
    run_destroy(r);
}

static void test_flights_count_holders_like_a_table(void **state)
{
    (void)state;
    enum { KEYS = 60 };
    run *r = run_create(1, 0);
    wr_comp *c = run_add(r, &stub, "t", NULL, 0);
    ddb_flights f = {0};
    uint32_t held[KEYS] = {0};
    uint64_t seed = 11;
    assert_false(ddb_flights_has(&f, 0));
    for (int i = 0; i < 20000; i++) {
        uint64_t key = next(&seed) % KEYS;
        if (next(&seed) % 2 && held[key]) {
            ddb_flights_remove(&f, key);
            held[key]--;
        } else if (held[key] < 3) {
            ddb_flights_add(&f, c, key);
            held[key]++;
        }
        uint64_t asked = next(&seed) % KEYS;
        assert_true(ddb_flights_has(&f, asked) == (held[asked] > 0));
    }
    run_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ten_examples_of_the_guide),
        cmocka_unit_test(test_nothing_costs_one_unit),
        cmocka_unit_test(test_block_edges_are_exact),
        cmocka_unit_test(test_query_items_are_summed_before_they_are_rounded),
        cmocka_unit_test(test_each_page_of_a_query_is_rounded),
        cmocka_unit_test(test_number_of_partitions_follows_the_classic_formula),
        cmocka_unit_test(test_other_items_have_keys_of_their_own),
        cmocka_unit_test(test_history_finds_writes_since_the_stamp_and_no_others),
        cmocka_unit_test(test_history_keeps_little_until_somebody_asks),
        cmocka_unit_test(test_flights_count_holders_like_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
