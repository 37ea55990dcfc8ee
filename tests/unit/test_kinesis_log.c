/* test_kinesis_log.c - shards as logs: order, readers, parents and children, memory, retention. No chance is involved. */
#include "../../models/kinesis_log.h"
#include "test_kinesis.h"

static klog_entry made(double sent_s, uint64_t key)
{
    return (klog_entry){wr_dur_from_s(sent_s), key, 100, 0};
}

static wr_batch *taken(klog *l, wr_comp *reader, int32_t shard, uint64_t position, int32_t room)
{
    wr_batch *b = wr_batch_take(reader, room);
    wr_time last = 0;
    b->shard = shard;
    b->position = position;
    assert_true(klog_read(l, reader, b, 10000, 1e9, &last));
    return b;
}

static void test_records_come_in_order_from_where_the_reader_stands(void **state)
{
    (void)state;
    bench t;
    klog l;
    bench_open(&t);
    klog_open(&l, t.source, 86400 * WR_S);
    int32_t shard = klog_shard_new(&l, NULL, 0);
    for (uint64_t i = 0; i < 3000; i++)
        klog_append(&l, shard, made((double)i, 100 + i));
    wr_batch *b = taken(&l, t.source, shard, 1000, 50);
    assert_int_equal(b->n, 50);
    assert_int_equal(b->record[0].handle, 1000);
    assert_int_equal(b->record[49].key, 1149);
    assert_true(b->record[30].sent == 1030 * WR_S && b->bytes == 5000);
    assert_int_equal(b->position, 1050);
    assert_int_equal(b->newest, 3000);
    assert_int_equal(klog_depth(&l), 1950);
    assert_true(klog_age(&l, 4000 * WR_S) == (4000 - 1050) * WR_S);
    b = taken(&l, t.source, shard, UINT64_MAX, 50); /* the latest */
    assert_true(b->n == 0 && b->position == 3000 && klog_depth(&l) == 0);
    bench_close(&t);
}

static void test_the_slowest_reader_counts(void **state)
{
    (void)state;
    bench t;
    klog l;
    bench_open(&t);
    wr_comp *other = bench_add(&t, &reader_model, "other", NULL);
    klog_open(&l, t.source, 86400 * WR_S);
    klog_shard_new(&l, NULL, 0);
    for (uint64_t i = 0; i < 100; i++)
        klog_append(&l, 0, made((double)i, i));
    assert_int_equal(klog_depth(&l), 100);
    taken(&l, t.source, 0, 0, 100);
    assert_int_equal(klog_depth(&l), 0);
    taken(&l, other, 0, 0, 30);
    assert_int_equal(klog_depth(&l), 70);
    assert_true(klog_age(&l, 100 * WR_S) == 70 * WR_S);
    klog_append(&l, 0, made(100, 1));
    assert_int_equal(klog_depth(&l), 71);
    bench_close(&t);
}

static void test_children_wait_until_their_parent_is_drained(void **state)
{
    (void)state;
    bench t;
    klog l;
    bench_open(&t);
    klog_open(&l, t.source, 86400 * WR_S);
    static const int32_t parent[] = {0};
    klog_shard_new(&l, NULL, 0);
    for (uint64_t i = 0; i < 20; i++)
        klog_append(&l, 0, made(1, i));
    klog_shard_close(&l, 0);
    klog_shard_new(&l, parent, 1);
    klog_append(&l, 1, made(2, 9));
    wr_batch *b = taken(&l, t.source, 1, 0, 10);
    assert_true(b->n == 0 && b->position == b->newest && !b->closed);
    b = taken(&l, t.source, 0, 0, 15);
    assert_true(b->n == 15 && !b->closed && b->shards == 2);
    b = taken(&l, t.source, 0, 15, 15);
    assert_true(b->n == 5 && b->closed);
    assert_int_equal(taken(&l, t.source, 1, 0, 10)->n, 1);
    bench_close(&t);
}

static void test_what_was_read_or_nobody_reads_takes_no_memory(void **state)
{
    (void)state;
    bench t;
    klog l;
    bench_open(&t);
    klog_open(&l, t.source, 86400 * WR_S);
    klog_shard_new(&l, NULL, 0);
    for (int i = 0; i < 20000; i++) {
        klog_append(&l, 0, made(i, 7));
        if (i % 100 == 0)
            klog_second(&l, i * WR_S);
    }
    assert_true(l.full <= 3 && l.kept == 20000); /* five minutes, and the block being filled */
    wr_batch *b = taken(&l, t.source, 0, 10000, 1000);
    assert_true(b->n == 1000 && b->record[0].size == 100 && b->record[999].handle == 10999);
    assert_true(b->record[0].sent == 10000 * WR_S); /* evenly spaced, as it was */
    taken(&l, t.source, 0, 11000, 10000);
    klog_second(&l, 20000 * WR_S);
    assert_int_equal(l.full, 1);
    assert_int_equal(klog_depth(&l), 0);
    bench_close(&t);
}

static void test_retention_takes_what_is_old_and_counts_what_was_not_read(void **state)
{
    (void)state;
    bench t;
    klog l;
    bench_open(&t);
    klog_open(&l, t.source, 100 * WR_S);
    klog_shard_new(&l, NULL, 0);
    for (int i = 0; i < 5000; i++)
        klog_append(&l, 0, made(i * 0.1, 7));
    taken(&l, t.source, 0, 0, 1000); /* up to 100 s */
    klog_second(&l, 350 * WR_S);     /* all up to 250 s */
    assert_int_equal(l.kept, 5000 - 2501);
    assert_int_equal(l.lost, 2501 - 1000);
    assert_int_equal(klog_depth(&l), 5000 - 2501);
    wr_batch *b = taken(&l, t.source, 0, 1000, 1);
    assert_int_equal(b->record[0].handle, 2501);
    taken(&l, t.source, 0, 2502, 5000);
    klog_second(&l, 1000 * WR_S);
    assert_true(l.kept == 0 && l.lost == 1501 && l.full == 0);
    klog_append(&l, 0, made(1000, 8));
    assert_int_equal(taken(&l, t.source, 0, 5000, 10)->record[0].key, 8);
    bench_close(&t);
}

static void test_too_many_readers_end_the_run(void **state)
{
    (void)state;
    bench t;
    klog l;
    wr_comp readers[KLOG_READERS + 1];
    bench_open(&t);
    klog_open(&l, t.source, WR_S);
    for (int i = 0; i < KLOG_READERS; i++)
        assert_int_equal(klog_reader(&l, &readers[i]), i);
    assert_int_equal(klog_reader(&l, &readers[KLOG_READERS]), -1);
    assert_true(wr_broken(t.source));
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_come_in_order_from_where_the_reader_stands),
        cmocka_unit_test(test_the_slowest_reader_counts),
        cmocka_unit_test(test_children_wait_until_their_parent_is_drained),
        cmocka_unit_test(test_what_was_read_or_nobody_reads_takes_no_memory),
        cmocka_unit_test(test_retention_takes_what_is_old_and_counts_what_was_not_read),
        cmocka_unit_test(test_too_many_readers_end_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
