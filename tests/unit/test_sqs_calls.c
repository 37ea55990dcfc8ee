/* test_sqs_calls.c - a standard queue call by call: polls, receipts, timeouts, limits. Everything is exact:
 * nothing is random but the servers that a short poll asks, and those are counted over 4,000 polls (five standard
 * deviations: a false alarm in two million seeds, and the seed is fixed). */
#include "test_sqs.h"

static void test_polls_and_receipts_without_a_batch_are_refused(void **state)
{
    (void)state;
    static const wr_ask asks[] = {{.op = WR_OP_RECEIVE}, {.op = WR_OP_REMOVE}, {.op = WR_OP_HIDE}};
    static const int codes[] = {SQS_PARAMETER, SQS_TOO_MANY, SQS_TOO_MANY};
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    for (int i = 0; i < 3; i++) {
        call(&t, q, &asks[i], &(wr_send){0});
        assert_int_equal(t.code, codes[i]);
    }
    sqs_close_bench(&t);
}

static void test_a_delay_of_more_than_fifteen_minutes_is_refused(void **state)
{
    (void)state;
    static const wr_ask ask = {.op = WR_OP_SEND, .condition = 1, .delay = 901 * WR_S};
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    call(&t, q, &ask, &(wr_send){0});
    assert_int_equal(t.code, SQS_PARAMETER);
    holds(q, 0, 0, 0);
    sqs_close_bench(&t);
}

static void test_a_message_is_visible_then_in_flight_then_gone(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    assert_int_equal(send(&t, q, 7), SQS_OK);
    holds(q, 1, 0, 0);
    wr_batch *b = receive(&t, q, 10);
    assert_int_equal(b->n, 1);
    assert_int_equal(b->record[0].key, 7);
    assert_int_equal(b->record[0].receives, 1);
    assert_true(b->record[0].size == 1024 && b->bytes == 1024);
    holds(q, 0, 1, 0);
    assert_int_equal(delete_all(&t, q, b), SQS_OK);
    holds(q, 0, 0, 0);
    sqs_close_bench(&t);
}

static void test_messages_come_in_the_order_in_which_they_became_visible(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "visibility_timeout: 5s");
    bench_start(&t.b);
    for (uint64_t k = 1; k <= 12; k++)
        send(&t, q, k);
    wr_batch *b = receive(&t, q, 100);
    assert_int_equal(b->n, 10); /* never more than ten */
    for (int i = 0; i < 10; i++)
        assert_int_equal(b->record[i].key, i + 1);
    until(&t, 6);
    wr_batch *c = receive(&t, q, 3);
    assert_int_equal(c->record[0].key, 11); /* those that came back are behind */
    assert_int_equal(c->record[2].key, 1);
    assert_int_equal(c->record[2].receives, 2);
    sqs_close_bench(&t);
}

static void test_bytes_asked_for_limit_a_receive_but_one_message_always_fits(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "receive_message_wait_time: 1s");
    bench_start(&t.b);
    for (int i = 0; i < 5; i++)
        send(&t, q, 0);
    static const wr_ask ask = {.op = WR_OP_RECEIVE, .condition = 1};
    wr_batch *b = wr_batch_take(t.b.source, 10);
    b->most_bytes = 2500;
    call(&t, q, &ask, &(wr_send){.stamp = wr_batch_stamp(b)});
    assert_int_equal(b->n, 2);
    b->most_bytes = 10;
    call(&t, q, &ask, &(wr_send){.stamp = wr_batch_stamp(b)});
    assert_int_equal(b->n, 1);
    sqs_close_bench(&t);
}

static void test_long_poll_is_answered_by_the_first_message_and_pollers_are_served_in_order(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    wr_batch *a = poll_for(&t, q, 10, 20, -1), *b = poll_for(&t, q, 10, 20, -1);
    until(&t, 3);
    assert_int_equal(t.answers, 0);
    send(&t, q, 1);
    assert_int_equal(t.answers, 2); /* the sender, and the first poller */
    assert_true(a->n == 1 && b->n == 0);
    send(&t, q, 2);
    assert_true(b->n == 1);
    assert_true(wr_dur_to_s(t.at) < 3.001);
    sqs_close_bench(&t);
}

static void test_long_poll_ends_empty_after_its_wait_and_a_short_one_at_once(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    watch(q, SQS_EMPTY);
    bench_start(&t.b);
    poll_for(&t, q, 1, 0, -1);
    assert_int_equal(t.code, SQS_OK);
    poll_for(&t, q, 1, 20, -1);
    until(&t, 19.9);
    assert_int_equal(t.code, -1);
    until(&t, 20.1);
    assert_int_equal(t.code, SQS_OK);
    assert_true(wr_dur_to_s(t.at) > 19.999);
    assert_true(counted(q, SQS_EMPTY) == 2);
    sqs_close_bench(&t);
}

static void test_poller_that_gave_up_gets_nothing(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    poll_for(&t, q, 1, 20, -1);
    wr_call_drop((wr_call *)(uintptr_t)t.parked);
    until(&t, 1);
    send(&t, q, 1);
    holds(q, 1, 0, 0);
    until(&t, 30);
    assert_null(inside(q)->waiting);
    sqs_close_bench(&t);
}

static void test_short_poll_asks_three_of_ten_servers(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", ""), *all = queue(&t, "all", "short_poll_shards: 10 of 10");
    bench_start(&t.b);
    int found = 0, n = 4000;
    for (int i = 0; i < n; i++) {
        send(&t, q, 0);
        wr_batch *b = poll_for(&t, q, 1, 0, -1);
        found += b->n;
        if (!b->n)
            b = receive(&t, q, 1);
        assert_int_equal(b->n, 1);
        delete_all(&t, q, b);
    }
    assert_true(fabs(found - 0.3 * n) < 5 * sqrt(n * 0.3 * 0.7));
    send(&t, all, 0);
    assert_int_equal(poll_for(&t, all, 1, 0, -1)->n, 1);
    sqs_close_bench(&t);
}

/* ---- receipts ---------------------------------------------------------------------------------------- */
static void test_stale_receipt_deletes_nothing_and_succeeds(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "visibility_timeout: 1s");
    watch(q, SQS_DELETED);
    bench_start(&t.b);
    send(&t, q, 1);
    wr_batch *a = receive(&t, q, 1);
    until(&t, 2);
    wr_batch *b = receive(&t, q, 1);
    assert_int_equal(b->record[0].receives, 2);
    assert_int_equal(delete_all(&t, q, a), SQS_OK);
    holds(q, 0, 1, 0);
    assert_int_equal(delete_all(&t, q, b), SQS_OK);
    holds(q, 0, 0, 0);
    assert_int_equal(delete_all(&t, q, b), SQS_OK); /* again */
    assert_true(counted(q, SQS_DELETED) == 3);
    sqs_close_bench(&t);
}

static void test_last_receipt_of_a_standard_queue_is_good_after_the_timeout(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "visibility_timeout: 1s"), *f = queue(&t, "f", "visibility_timeout: 1s, fifo_queue: true");
    bench_start(&t.b);
    send(&t, q, 1);
    send(&t, f, 1);
    wr_batch *a = receive(&t, q, 1), *b = receive(&t, f, 1);
    until(&t, 2);
    delete_all(&t, q, a);
    delete_all(&t, f, b);
    holds(q, 0, 0, 0);
    holds(f, 1, 0, 0); /* on a FIFO queue it is not */
    sqs_close_bench(&t);
}

static void test_receipt_of_a_slot_that_is_used_again_is_stale(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    send(&t, q, 1);
    wr_batch *a = receive(&t, q, 1);
    delete_all(&t, q, a);
    send(&t, q, 2);
    delete_all(&t, q, a);
    holds(q, 1, 0, 0);
    assert_int_equal(receive(&t, q, 1)->record[0].key, 2);
    sqs_close_bench(&t);
}

static void test_visibility_counts_from_the_change(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "visibility_timeout: 10s");
    bench_start(&t.b);
    send(&t, q, 1);
    wr_batch *b = receive(&t, q, 1);
    until(&t, 9);
    assert_int_equal(hide(&t, q, b, 10), SQS_OK);
    until(&t, 18.9);
    holds(q, 0, 1, 0);
    until(&t, 19.1);
    holds(q, 1, 0, 0);
    assert_int_equal(hide(&t, q, b, 10), SQS_NOT_IN_FLIGHT);
    b = receive(&t, q, 1);
    assert_int_equal(hide(&t, q, b, 0), SQS_OK); /* 0: at once */
    holds(q, 1, 0, 0);
    sqs_close_bench(&t);
}

static void test_a_message_is_hidden_for_twelve_hours_at_most(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    send(&t, q, 1);
    wr_batch *b = poll_for(&t, q, 1, 1, 43200);
    until(&t, 40000);
    hide(&t, q, b, 43200);
    until(&t, 43199);
    holds(q, 0, 1, 0);
    until(&t, 43201);
    holds(q, 1, 0, 0);
    sqs_close_bench(&t);
}

static void test_a_delayed_message_is_not_there_yet(void **state)
{
    (void)state;
    static const wr_ask soon = {.op = WR_OP_SEND, .condition = 1, .delay = 2 * WR_S};
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "delay_seconds: 60");
    bench_start(&t.b);
    send(&t, q, 1);
    call(&t, q, &soon, &(wr_send){.key = 2}); /* its own delay wins */
    holds(q, 0, 0, 2);
    wr_batch *b = poll_for(&t, q, 1, 20, -1);
    until(&t, 3);
    assert_int_equal(b->record[0].key, 2);
    holds(q, 0, 1, 1);
    until(&t, 61);
    holds(q, 2, 0, 0); /* and the other has come back */
    sqs_close_bench(&t);
}

/* ---- limits ------------------------------------------------------------------------------------------ */
static void test_at_the_limit_in_flight_a_short_poll_fails_and_a_long_one_waits(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "in_flight_limit: 2, short_poll_shards: 1 of 1");
    bench_start(&t.b);
    for (int i = 0; i < 5; i++)
        send(&t, q, 0);
    wr_batch *a = receive(&t, q, 10);
    assert_int_equal(a->n, 2);
    poll_for(&t, q, 10, 0, -1);
    assert_int_equal(t.code, SQS_OVER_LIMIT);
    wr_batch *b = poll_for(&t, q, 10, 20, -1);
    until(&t, 1);
    assert_int_equal(t.code, -1);
    a->n = 1;
    delete_all(&t, q, a);
    assert_int_equal(b->n, 1);
    sqs_close_bench(&t);
}

static void test_at_the_limit_a_fifo_queue_never_fails(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "fifo_queue: true, in_flight_limit: 1");
    bench_start(&t.b);
    send(&t, q, 1);
    send(&t, q, 2);
    receive(&t, q, 1);
    assert_int_equal(poll_for(&t, q, 1, 0, -1)->n, 0);
    assert_int_equal(t.code, SQS_OK);
    sqs_close_bench(&t);
}

static void test_a_deleted_message_may_be_seen_once_more(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "duplicate_rate: 100%");
    watch(q, SQS_DUPLICATES);
    bench_start(&t.b);
    send(&t, q, 1);
    delete_all(&t, q, receive(&t, q, 1));
    holds(q, 1, 0, 0);
    delete_all(&t, q, receive(&t, q, 1));
    holds(q, 0, 0, 0); /* but not twice */
    assert_true(counted(q, SQS_DUPLICATES) == 1);
    sqs_close_bench(&t);
}

/* ---- timers ------------------------------------------------------------------------------------------ */
static void test_many_timers_fire_in_order_and_memory_is_used_again(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    for (int round = 0; round < 2; round++) {
        for (uint64_t k = 0; k < MANY; k++)
            send(&t, q, k);
        double start = seconds(&t);
        for (uint64_t k = 0; k < MANY; k++) /* later ones come back earlier */
            poll_for(&t, q, 1, 1, (double)(2 * MANY - k) * 0.01);
        holds(q, 0, MANY, 0);
        assert_int_equal(inside(q)->timers.n, MANY);
        until(&t, start + 2 * MANY * 0.01 + 1);
        holds(q, MANY, 0, 0);
        for (uint64_t k = 0; k < MANY / 10; k++) {
            wr_batch *b = receive(&t, q, 10);
            assert_int_equal(b->record[0].key, MANY - 1 - 10 * k);
            delete_all(&t, q, b);
            wr_batch_give(t.b.source, b);
        }
        holds(q, 0, 0, 0);
    }
    assert_int_equal(inside(q)->made, MANY);
    sqs_close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls_and_receipts_without_a_batch_are_refused),
        cmocka_unit_test(test_a_delay_of_more_than_fifteen_minutes_is_refused),
        cmocka_unit_test(test_a_message_is_visible_then_in_flight_then_gone),
        cmocka_unit_test(test_messages_come_in_the_order_in_which_they_became_visible),
        cmocka_unit_test(test_bytes_asked_for_limit_a_receive_but_one_message_always_fits),
        cmocka_unit_test(test_long_poll_is_answered_by_the_first_message_and_pollers_are_served_in_order),
        cmocka_unit_test(test_long_poll_ends_empty_after_its_wait_and_a_short_one_at_once),
        cmocka_unit_test(test_poller_that_gave_up_gets_nothing),
        cmocka_unit_test(test_short_poll_asks_three_of_ten_servers),
        cmocka_unit_test(test_stale_receipt_deletes_nothing_and_succeeds),
        cmocka_unit_test(test_last_receipt_of_a_standard_queue_is_good_after_the_timeout),
        cmocka_unit_test(test_receipt_of_a_slot_that_is_used_again_is_stale),
        cmocka_unit_test(test_visibility_counts_from_the_change),
        cmocka_unit_test(test_a_message_is_hidden_for_twelve_hours_at_most),
        cmocka_unit_test(test_a_delayed_message_is_not_there_yet),
        cmocka_unit_test(test_at_the_limit_in_flight_a_short_poll_fails_and_a_long_one_waits),
        cmocka_unit_test(test_at_the_limit_a_fifo_queue_never_fails),
        cmocka_unit_test(test_a_deleted_message_may_be_seen_once_more),
        cmocka_unit_test(test_many_timers_fire_in_order_and_memory_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
