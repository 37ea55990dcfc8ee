/* test_sqs_dead.c - how messages leave a queue without being deleted: dead letters and their way back, retention;
 * and how old the oldest is. Everything is exact. */
#include "test_sqs.h"

#define TWICE "visibility_timeout: 1s, redrive_policy: {dead_letter_target: dead, max_receive_count: 2}"

static void test_a_message_moves_on_the_receive_that_would_exceed_the_count(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *dead = queue(&t, "dead", ""), *q = queue(&t, "q", TWICE);
    watch(q, SQS_RECEIVED);
    watch(q, SQS_REDRIVEN);
    watch(dead, SQS_SENT);
    bench_start(&t.b);
    send(&t, q, 5);
    for (int i = 1; i <= 2; i++) {
        wr_batch *b = receive(&t, q, 1);
        assert_int_equal(b->n, 1);
        assert_int_equal(b->record[0].receives, i);
        until(&t, 2 * i);
    }
    holds(q, 1, 0, 0); /* nobody asks: it stays */
    wr_batch *b = poll_for(&t, q, 1, 1, -1);
    assert_int_equal(t.code, -1);
    holds(q, 0, 0, 0);
    holds(dead, 1, 0, 0);
    assert_true(counted(q, SQS_RECEIVED) == 2 && counted(q, SQS_REDRIVEN) == 1 && counted(dead, SQS_SENT) == 0);
    until(&t, 6);
    assert_int_equal(b->n, 0);
    b = receive(&t, dead, 1);
    assert_int_equal(b->record[0].receives, 1);
    assert_int_equal(b->record[0].key, 5);
    assert_true(b->record[0].sent < WR_MS); /* as it was sent first */
    sqs_close_bench(&t);
}

static void test_retention_runs_on_in_a_standard_dead_letter_queue_and_age_starts_anew(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *dead = queue(&t, "dead", "message_retention_period: 100s");
    wr_comp *q = queue(&t, "q", "visibility_timeout: 1s, message_retention_period: 100s, "
                                "redrive_policy: {dead_letter_target: dead, max_receive_count: 1}");
    watch(dead, SQS_EXPIRED);
    bench_start(&t.b);
    send(&t, q, 1);
    receive(&t, q, 1);
    until(&t, 60);
    receive(&t, q, 1);
    holds(dead, 1, 0, 0);
    until(&t, 80.5);
    assert_true(fabs(wr_level(dead, SQS_AGE) - 20) < 1.001);
    until(&t, 99.9);
    holds(dead, 1, 0, 0);
    until(&t, 100.1);
    holds(dead, 0, 0, 0);
    assert_true(counted(dead, SQS_EXPIRED) == 1);
    sqs_close_bench(&t);
}

static void test_retention_starts_again_in_a_fifo_dead_letter_queue(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *dead = queue(&t, "dead", "fifo_queue: true, message_retention_period: 100s");
    wr_comp *q = queue(&t, "q", "fifo_queue: true, visibility_timeout: 1s, "
                                "redrive_policy: {dead_letter_target: dead, max_receive_count: 1}");
    bench_start(&t.b);
    send(&t, q, 1);
    receive(&t, q, 1);
    until(&t, 60);
    receive(&t, q, 1);
    until(&t, 159.9);
    holds(dead, 1, 0, 0);
    until(&t, 160.1);
    holds(dead, 0, 0, 0);
    sqs_close_bench(&t);
}

static void test_messages_expire_wherever_they_are(void **state)
{
    (void)state;
    static const wr_ask late = {.op = WR_OP_SEND, .condition = 1, .delay = 500 * WR_S};
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "message_retention_period: 60");
    watch(q, SQS_EXPIRED);
    bench_start(&t.b);
    send(&t, q, 1);
    poll_for(&t, q, 1, 1, 600);
    call(&t, q, &late, &(wr_send){0});
    send(&t, q, 3);
    holds(q, 1, 1, 1);
    until(&t, 61);
    holds(q, 0, 0, 0);
    assert_true(counted(q, SQS_EXPIRED) == 3);
    sqs_close_bench(&t);
}

static void test_moved_back_messages_are_as_if_sent_anew(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *dead = queue(&t, "dead", "initial_messages: 5");
    wr_comp *q = queue(&t, "q", "redrive_policy: {dead_letter_target: dead}, redrive: {at: 10s, rate: 2/s}");
    watch(q, SQS_SENT);
    bench_start(&t.b);
    until(&t, 11.25); /* at 10, 10.5 and 11 s */
    holds(q, 3, 0, 0);
    until(&t, 100);
    holds(q, 5, 0, 0);
    holds(dead, 0, 0, 0);
    assert_true(counted(q, SQS_SENT) == 5);
    wr_batch *b = receive(&t, q, 10);
    assert_true(b->record[4].sent == 12 * WR_S && b->record[4].receives == 1);
    sqs_close_bench(&t);
}

static void test_age_of_the_oldest_is_right_within_a_second(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *q = queue(&t, "q", "");
    bench_start(&t.b);
    assert_true(wr_level(q, SQS_AGE) == 0);
    send(&t, q, 1);
    until(&t, 5);
    send(&t, q, 2);
    wr_batch *b = receive(&t, q, 1);
    until(&t, 20.5);
    assert_true(wr_level(q, SQS_AGE) >= 19.4 && wr_level(q, WR_U_AGE_OF_OLDEST) <= 20.5); /* in flight counts, too */
    delete_all(&t, q, b);
    assert_true(fabs(wr_level(q, SQS_AGE) - 15.5) < 0.01);
    delete_all(&t, q, receive(&t, q, 1));
    assert_true(wr_level(q, SQS_AGE) == 0);
    sqs_close_bench(&t);
}

static void test_too_many_messages_end_the_run_with_a_reason(void **state)
{
    (void)state;
    sqs_bench t;
    sqs_open_bench(&t);
    wr_comp *dead = queue(&t, "dead", ""), *q = queue(&t, "q", TWICE);
    bench_start(&t.b);
    send(&t, q, 1);
    ((sqs *)wr_state(dead))->made = SQS_MOST; /* as if so many were there */
    for (int i = 1; i <= 2; i++) {
        receive(&t, q, 1);
        until(&t, 2 * i);
    }
    poll_for(&t, q, 1, 1, -1);
    assert_non_null(strstr(t.b.r->broken, "more than 50000000 messages in 'dead' at once; each takes 56 bytes"));
    sqs_close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_moves_on_the_receive_that_would_exceed_the_count),
        cmocka_unit_test(test_retention_runs_on_in_a_standard_dead_letter_queue_and_age_starts_anew),
        cmocka_unit_test(test_retention_starts_again_in_a_fifo_dead_letter_queue),
        cmocka_unit_test(test_messages_expire_wherever_they_are),
        cmocka_unit_test(test_moved_back_messages_are_as_if_sent_anew),
        cmocka_unit_test(test_age_of_the_oldest_is_right_within_a_second),
        cmocka_unit_test(test_too_many_messages_end_the_run_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
