/* test_batch.c - batches of records: recycled, filled in place, carried by calls. */
#include "kit_bench.h"

static void a_batch_comes_empty_and_has_the_room_asked_for(void **state)
{
    (void)state;
    bench t;
    bench_open(&t);
    wr_batch *b = wr_batch_take(t.source, 10);
    assert_int_equal(b->room, 10);
    assert_int_equal(b->n, 0);
    assert_true(b->wait == -1 && b->hide == -1);
    for (int i = 0; i < 10; i++)
        wr_batch_add(b, (wr_record){.handle = (uint64_t)i, .size = 100});
    assert_int_equal(b->n, 10);
    assert_true(b->bytes == 1000);
    assert_int_equal(b->record[9].handle, 9);
    bench_close(&t);
}

static void a_batch_given_back_is_lent_again_to_whoever_needs_at_most_its_room(void **state)
{
    (void)state;
    bench t;
    bench_open(&t);
    wr_batch *small = wr_batch_take(t.source, 1), *ten = wr_batch_take(t.source, 10);
    assert_ptr_not_equal(small, ten);
    wr_batch_add(ten, (wr_record){.size = 1});
    wr_batch_give(t.source, ten);
    assert_ptr_not_equal(wr_batch_take(t.source, 17), ten);
    wr_batch *again = wr_batch_take(t.source, 16);
    assert_ptr_equal(again, ten);
    assert_int_equal(again->n, 0);
    assert_int_equal(again->room, 16);
    assert_true(again->bytes == 0);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_comes_empty_and_has_the_room_asked_for),
        cmocka_unit_test(a_batch_given_back_is_lent_again_to_whoever_needs_at_most_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
