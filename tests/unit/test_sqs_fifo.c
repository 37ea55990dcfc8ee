/* test_sqs_fifo.c - FIFO queues: order within groups, locks, repeated messages, rates. Everything is exact. */
#include "test_sqs.h"

#define FIFO "fifo_queue: true, visibility_timeout: 10s"
#define HIGH FIFO ", deduplication_scope: messageGroup, fifo_throughput_limit: perMessageGroupId"

static void test_a_delay_of_its_own_is_refused(void **state)
{
    (void)state;
    static const wr_ask ask = {.op = WR_OP_SEND, .condition = 1, .delay = 0};
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO);
    bench_start(&t.b);
    call(&t, q, &ask, &(wr_send){0});
    assert_int_equal(t.code, SQS_PARAMETER);
    sqs_close_bench(&t);
}

static void test_a_group_in_flight_waits_and_others_do_not(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO);
    bench_start(&t.b);
    for (uint64_t k = 0; k < 6; k++)
        send(&t, q, k < 3 ? 1 : k);
    wr_batch *a = receive(&t, q, 1), *b = receive(&t, q, 1);
    assert_int_equal(a->record[0].key, 1);
    assert_int_equal(b->record[0].key, 3);
    b = receive(&t, q, 10);
    assert_int_equal(b->n, 2);
    assert_int_equal(receive(&t, q, 10)->n, 0); /* two of group 1 are there, and locked */
    holds(q, 2, 4, 0);
    delete_all(&t, q, a);
    assert_int_equal(receive(&t, q, 10)->n, 2);
    sqs_close_bench(&t);
}

static void test_one_receive_takes_a_group_as_far_as_it_can_before_the_next(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO);
    bench_start(&t.b);
    for (uint64_t k = 0; k < 12; k++)
        send(&t, q, 1 + k % 2);
    wr_batch *b = receive(&t, q, 10);
    static const uint64_t keys[] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 2};
    for (int i = 0; i < 10; i++)
        assert_int_equal(b->record[i].key, keys[i]);
    for (int i = 1; i < 6; i++)
        assert_true(b->record[i].sent > b->record[i - 1].sent);
    sqs_close_bench(&t);
}

static void test_messages_that_come_back_stand_at_their_place(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO);
    bench_start(&t.b);
    for (int k = 0; k < 5; k++)
        send(&t, q, 1);
    wr_batch *a = receive(&t, q, 3);
    wr_time sent[3] = {a->record[0].sent, a->record[1].sent, a->record[2].sent};
    wr_record second = a->record[1];
    a->record[0] = second; /* the second is done, the third is put back, then the first */
    a->n = 1;
    delete_all(&t, q, a);
    a->record[0] = a->record[2];
    hide(&t, q, a, 0);
    assert_int_equal(receive(&t, q, 10)->n, 0); /* the first is still in flight */
    until(&t, 11);
    wr_batch *b = receive(&t, q, 10);
    assert_int_equal(b->n, 4);
    assert_true(b->record[0].sent == sent[0] && b->record[1].sent == sent[2]);
    assert_true(b->record[2].receives == 1 && b->record[3].receives == 1);
    sqs_close_bench(&t);
}

static void test_a_dead_first_message_frees_its_group(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *dead = queue(&t, "dead", "fifo_queue: true");
    wr_comp *q = queue(&t, "q", FIFO ", redrive_policy: {dead_letter_target: dead, max_receive_count: 1}");
    bench_start(&t.b);
    send(&t, q, 1);
    send(&t, q, 1);
    receive(&t, q, 1);
    until(&t, 11);
    wr_batch *b = receive(&t, q, 1);
    assert_int_equal(b->n, 1); /* the second, in the same receive that moved the first */
    assert_int_equal(b->record[0].receives, 1);
    holds(dead, 1, 0, 0);
    sqs_close_bench(&t);
}

/* ---- repeated messages ------------------------------------------------------------------------------- */
static void test_a_repeated_message_is_accepted_and_not_delivered_for_five_minutes(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO);
    watch(q, SQS_REPEATED);
    watch(q, SQS_SENT);
    bench_start(&t.b);
    send_id(&t, q, 1, 77);
    delete_all(&t, q, receive(&t, q, 1));
    until(&t, 299);
    assert_int_equal(send_id(&t, q, 2, 77), SQS_OK);
    holds(q, 0, 0, 0);
    until(&t, 301);
    send_id(&t, q, 2, 77);
    holds(q, 1, 0, 0);
    assert_true(counted(q, SQS_REPEATED) == 1 && counted(q, SQS_SENT) == 2);
    sqs_close_bench(&t);
}

static void test_scope_says_whether_groups_share_ids(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO ", deduplication_scope: messageGroup"), *s = queue(&t, "s", "");
    bench_start(&t.b);
    send_id(&t, q, 1, 77);
    send_id(&t, q, 2, 77);
    send_id(&t, q, 2, 77);
    holds(q, 2, 0, 0);
    send_id(&t, s, 1, 77);
    send_id(&t, s, 1, 77);
    holds(s, 2, 0, 0); /* a standard queue has no ids */
    sqs_close_bench(&t);
}

static void test_many_ids_are_remembered_and_forgotten(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", HIGH);
    bench_start(&t.b);
    for (uint64_t round = 0; round < 3; round++) {
        for (uint64_t k = 0; k < MANY; k++) {
            until(&t, (double)round * 400 + (double)k * 0.01);
            send_id(&t, q, k, k + 1);
            if (k % 3 == 0)
                send_id(&t, q, k, k + 1);
        }
        holds(q, (uint32_t)(round + 1) * MANY, 0, 0);
        assert_int_equal(inside(q)->ids.n, MANY);
    }
    sqs_close_bench(&t);
}

/* ---- rates ------------------------------------------------------------------------------------------- */
static int accepted(sqs_bench *t, wr_comp *q, int calls, uint64_t groups)
{
    int good = 0;
    for (int i = 0; i < calls; i++)
        good += send(t, q, (uint64_t)i % groups) == SQS_OK;
    return good;
}

static void test_three_hundred_calls_a_second_of_each_action(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", FIFO);
    bench_start(&t.b);
    assert_int_equal(accepted(&t, q, 400, 400), 300);
    assert_int_equal(t.code, SQS_THROTTLED);
    assert_int_equal(receive(&t, q, 10)->n, 10); /* receives have a bucket of their own */
    until(&t, 1.001);
    assert_int_equal(accepted(&t, q, 400, 400), 300);
    until(&t, 1.1);
    assert_int_equal(accepted(&t, q, 400, 400), 29); /* of 0.099 s */
    sqs_close_bench(&t);
}

static void test_high_throughput_limits_each_group_and_the_region(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", HIGH), *r = queue(&t, "r", HIGH ", high_throughput_rate: 1000/s");
    bench_start(&t.b);
    assert_int_equal(inside(q)->plan->partitions, 234); /* 70,000 of us-east-1 */
    assert_int_equal(accepted(&t, q, 400, 1), 300);
    int same = 0;
    for (uint64_t k = 0; k < 2000; k++)
        same += (int)(wr_key_spot(k) * 234) == (int)(wr_key_spot(0) * 234);
    assert_int_equal(accepted(&t, q, 2000, 2000), 2000 - same); /* the partition of group 0 is used up */
    assert_true(accepted(&t, r, 5000, 5000) <= 1001);
    sqs_close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_delay_of_its_own_is_refused),
        cmocka_unit_test(test_a_group_in_flight_waits_and_others_do_not),
        cmocka_unit_test(test_one_receive_takes_a_group_as_far_as_it_can_before_the_next),
        cmocka_unit_test(test_messages_that_come_back_stand_at_their_place),
        cmocka_unit_test(test_a_dead_first_message_frees_its_group),
        cmocka_unit_test(test_a_repeated_message_is_accepted_and_not_delivered_for_five_minutes),
        cmocka_unit_test(test_scope_says_whether_groups_share_ids),
        cmocka_unit_test(test_many_ids_are_remembered_and_forgotten),
        cmocka_unit_test(test_three_hundred_calls_a_second_of_each_action),
        cmocka_unit_test(test_high_throughput_limits_each_group_and_the_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
