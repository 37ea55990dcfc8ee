/* The life of a call: answers, timeouts, drops, where its time went; and what a packet pays on its way.
 *
 * Times are chosen so that every answer is exact; nothing here is drawn. */
#include "kit_bench.h"

static const wr_code codes[] = {{"OK", NULL, WR_OK, 200, "."}, {"Busy", "Desk.Busy", WR_THROTTLED, 429, "."}, {0}};
struct desk { /* answers after `takes`, with `code`; the rest of its time it waits */
    wr_dur takes, waits;
    int code;
};

static void serve(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    const struct desk *d = wr_cfg(self);
    wr_call_stage(c, WR_SERVICE);
    wr_reply_after(c, d->takes, d->code);
}

static void desk_call(wr_comp *self, wr_call *c)
{
    const struct desk *d = wr_cfg(self);
    if (!d->waits) {
        wr_reply_after(c, d->takes, d->code);
        return;
    }
    wr_call_stage(c, WR_WAIT);
    wr_after(self, d->waits, serve, c);
}

static int gone_n;

static void desk_gone(wr_comp *self, wr_call *c)
{
    (void)self;
    gone_n += wr_call_abandoned(c);
}

static const wr_model desk_model = {.kind = "desk", .has = WR_HAS_CALLS | WR_HAS_PRESENCE, .net = WR_NET_VPC, .codes = codes,
                                    .call = desk_call, .gone = desk_gone};

static bench t;
static struct { uint64_t key; wr_time at; enum wr_status status; wr_cause cause; wr_dur wait; } got[256];
static int got_n;

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    got[got_n].key = wr_call_key(answer);
    got[got_n].at = wr_now(self);
    got[got_n].status = wr_call_status(answer);
    got[got_n].wait = wr_call_span(answer, WR_WAIT);
    got[got_n++].cause = wr_call_cause(answer);
}

static wr_call *ask(wr_comp *to, wr_call *mine, uint64_t key, wr_dur timeout)
{
    wr_send what = {.ask = &wr_ask_request, .key = key, .timeout = timeout, .az = -1};
    return wr_call_send(t.source, to, mine, &what, answered);
}

static void run_to(double s)
{
    wr_engine_run(t.r->engine, wr_dur_from_s(s));
}

static int open_bench(void **state)
{
    (void)state;
    bench_open(&t);
    got_n = gone_n = 0;
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    assert_int_equal(calls_open(t.r->calls), 0); /* every call has found its end */
    bench_close(&t);
    return 0;
}

static wr_comp *desk(struct desk *d)
{
    return bench_add(&t, &desk_model, "desk", d);
}

/* ---- refusals and ends that are no answers ------------------------------------------------------------ */
static void test_refusal_names_its_cause(void **state)
{
    (void)state;
    struct desk d = {.takes = 0, .code = 1};
    wr_comp *c = desk(&d);
    ask(c, NULL, 1, 0);
    run_to(1);
    assert_int_equal(got[0].status, WR_THROTTLED);
    assert_ptr_equal(got[0].cause.where, c);
    assert_int_equal(got[0].cause.code, 1);
    assert_true(comp_cell(c, WR_U_THROTTLED)->now.sum == 1);
}

static void test_timeout_comes_first_and_the_work_goes_on(void **state)
{
    (void)state;
    struct desk d = {.takes = 2 * WR_S};
    wr_comp *c = desk(&d);
    ask(c, NULL, 1, WR_S);
    run_to(10);
    assert_int_equal(got_n, 1);
    assert_int_equal(got[0].status, WR_TIMEOUT);
    assert_int_equal(got[0].at, WR_S);
    assert_true(comp_cell(c, WR_U_COMPLETED)->now.sum == 1);
    assert_true(comp_cell(c, WR_U_GOODPUT)->now.sum == 0);
    assert_true(comp_cell(c, WR_U_LATE)->now.sum == 1);
}

static void test_dropped_call_is_not_heard_of_again(void **state)
{
    (void)state;
    struct desk d = {.waits = 2 * WR_S};
    wr_comp *c = desk(&d);
    wr_call *sent = ask(c, NULL, 1, 3 * WR_S);
    run_to(1);
    wr_call_drop(sent);
    assert_int_equal(gone_n, 1);
    run_to(10);
    assert_int_equal(got_n, 0);
}

/* ---- answers ------------------------------------------------------------------------------------------ */
static void test_answer_that_is_in_time_disarms_the_timeout(void **state)
{
    (void)state;
    struct desk d = {.takes = WR_S};
    wr_comp *c = desk(&d);
    for (uint64_t k = 0; k < 3; k++)
        ask(c, NULL, k, 2 * WR_S);
    run_to(10);
    assert_int_equal(got_n, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(got[i].status, WR_OK);
        assert_int_equal(got[i].at, WR_S);
        assert_int_equal(got[i].key, i);
    }
}

static void test_equal_timeouts_end_in_the_order_in_which_they_were_armed(void **state)
{
    (void)state;
    struct desk d = {.takes = 100 * WR_S};
    wr_comp *c = desk(&d);
    for (uint64_t k = 0; k < 5; k++)
        ask(c, NULL, k, WR_S);
    run_to(2);
    assert_int_equal(got_n, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(got[i].key, i);
    run_to(200);
}

/* More lengths than there are lanes, the longest armed first: each still ends at its own instant. */
static void test_two_hundred_lengths_of_timeouts(void **state)
{
    (void)state;
    struct desk d = {.takes = 100 * WR_S};
    wr_comp *c = desk(&d);
    for (uint64_t k = 0; k < 200; k++)
        ask(c, NULL, k, (wr_dur)(200 - k) * WR_MS);
    run_to(2);
    assert_int_equal(got_n, 200);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(got[i].key, 199 - i);
        assert_int_equal(got[i].at, (i + 1) * WR_MS);
    }
    run_to(200);
}

/* ---- where the time went ------------------------------------------------------------------------------ */
static void test_wait_of_a_call_belongs_to_the_request_it_was_made_for(void **state)
{
    (void)state;
    struct desk d = {.takes = WR_S, .waits = 3 * WR_S};
    wr_comp *c = desk(&d);
    wr_call *root = wr_call_open(t.source, NULL, &(wr_send){.az = -1});
    ask(c, root, 1, 0);
    run_to(10);
    assert_int_equal(got[0].wait, 3 * WR_S);
    assert_int_equal(wr_call_span(root, WR_WAIT), 3 * WR_S);
    wr_call_close(root);
}

static void test_timeout_blames_the_place_where_the_call_stood(void **state)
{
    (void)state;
    struct desk d = {.takes = WR_S, .waits = 3 * WR_S};
    wr_comp *c = desk(&d);
    wr_call *root = wr_call_open(t.source, NULL, &(wr_send){.az = -1});
    ask(c, root, 1, 2 * WR_S);
    run_to(2.5);
    assert_int_equal(wr_call_span(root, WR_WAIT), 2 * WR_S);
    assert_ptr_equal(wr_call_cause(root).where, c);
    assert_int_equal(wr_call_cause(root).stage, WR_WAIT);
    wr_call_close(root);
    run_to(10);
}

/* ---- edges -------------------------------------------------------------------------------------------- */
static int ended;

static void counted(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self, (void)mine, (void)answer;
    ended++;
}

static void test_request_may_have_more_calls_open_than_fit_16_bits(void **state)
{
    (void)state;
    enum { MANY = 65537 };
    struct desk d = {.takes = WR_S};
    wr_comp *c = desk(&d);
    wr_call *root = wr_call_open(t.source, NULL, &(wr_send){.az = -1});
    wr_send what = {.ask = &wr_ask_request, .az = -1};
    ended = 0;
    wr_call_send(t.source, c, root, &what, counted);
    run_to(0.5);
    for (int i = 1; i < MANY; i++)
        wr_call_send(t.source, c, root, &what, counted);
    run_to(1.2);
    assert_int_equal(ended, 1);
    wr_call_close(root); /* all others are still open, and hold it */
    assert_int_equal(calls_open(t.r->calls), MANY);
    run_to(10);
    assert_int_equal(ended, MANY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refusal_names_its_cause),
        TEST(test_timeout_comes_first_and_the_work_goes_on),
        TEST(test_dropped_call_is_not_heard_of_again),
        TEST(test_answer_that_is_in_time_disarms_the_timeout),
        TEST(test_equal_timeouts_end_in_the_order_in_which_they_were_armed),
        TEST(test_two_hundred_lengths_of_timeouts),
        TEST(test_wait_of_a_call_belongs_to_the_request_it_was_made_for),
        TEST(test_timeout_blames_the_place_where_the_call_stood),
        TEST(test_request_may_have_more_calls_open_than_fit_16_bits),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
