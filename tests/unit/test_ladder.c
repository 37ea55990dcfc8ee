/* test_ladder.c - what cancelling leaves behind in the ladder: nothing. Its order is tests/property/test_event.c. */
#include "../../sim/engine/ladder.h"
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TIMES = 200000, WAITING = 1000 };

static uint64_t number;

/* As wr_engine_at does it. */
static uint32_t put(ladder *q, uint64_t t)
{
    if (!q->free_slot)
        assert_true(ladder_more_slots(q));
    uint32_t i = q->free_slot;
    q->free_slot = q->place[i];
    q->slot[i].ord = ++number << SLOT_BITS | i;
    wr_event ev = ladder_put(q, key_of(t, q->slot[i].ord));
    assert_int_equal(ev.slot, i);
    assert_int_equal(ev.gen, number);
    return i;
}

static void drop(ladder *q, uint32_t i)
{
    ladder_remove(q, i);
    slot_give(q, i);
}

static void test_the_shift_is_that_of_the_highest_digit_that_differs(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++)
        assert_int_equal(ladder_shift(UINT64_C(1) << bit, 0), bit / 6 * 6);
    assert_int_equal(ladder_shift(7, 7), 0);
}

static void test_what_is_cancelled_leaves_no_chunk_and_no_slot(void **state)
{
    (void)state;
    static ladder q;
    static uint32_t at[WAITING];
    wr_rng r;
    wr_rng_open(&r, 1, 0, "ladder", "cancel");
    ladder_init(&q);
    for (size_t i = 0; i < WAITING; i++)
        at[i] = put(&q, wr_rng_u64(&r) >> 20);
    uint32_t slots = q.slots, chunks = q.chunks;
    for (size_t i = 0; i < TIMES; i++) {
        size_t k = (size_t)wr_rng_below(&r, WAITING);
        drop(&q, at[k]);
        at[k] = put(&q, wr_rng_u64(&r) >> 20);
        assert_int_equal(q.n, WAITING);
    }
    assert_int_equal(q.slots, slots);
    assert_true(q.chunks <= chunks + 4 * 64); /* other buckets are begun by then, four levels at most */
    for (size_t i = 0; i < WAITING; i++)
        drop(&q, at[i]);
    assert_int_equal(q.n, 0);
    assert_int_equal(q.levels, 0);
    assert_true(q.top == q.window);
    assert_false(ladder_refill(&q, UINT64_MAX));
    ladder_clear(&q);
}

static void test_a_limit_keeps_the_ladder_behind_it(void **state)
{
    (void)state;
    ladder *q = memory_get(sizeof *q);
    ladder_init(q);
    for (uint64_t i = 0; i < WAITING; i++)
        put(q, 1000000 + i * 1000);
    while (q->top != q->window)
        drop(q, key_slot(*q->top));
    uint64_t before = q->border, last = q->last;
    assert_false(ladder_refill(q, before));
    assert_true(q->last == last);
    assert_true(ladder_refill(q, UINT64_MAX));
    assert_true(key_time(*q->top) >= before && q->last <= key_time(*q->top));
    ladder_clear(q);
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shift_is_that_of_the_highest_digit_that_differs),
        cmocka_unit_test(test_what_is_cancelled_leaves_no_chunk_and_no_slot),
        cmocka_unit_test(test_a_limit_keeps_the_ladder_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
