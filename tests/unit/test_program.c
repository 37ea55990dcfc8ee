/* The step language: refusals at load, the order and time of steps, branches, loops, retries of steps, return.
 *
 * A host runs the program under test for every call it gets; "leaf" answers after a time with an outcome that is read
 * off the key. Statistical checks have seed 1; tolerances are at least 5 standard errors. */
#include "../../sim/kit/program.h"
#include "kit_bench.h"

/* ---- the world ---------------------------------------------------------------------------------------- */
static const wr_code codes[] = {{"OK", NULL, WR_OK, 200, "."}, {"Error", "Test.Error", WR_FAILED, 500, "."}, {"Throttled", "Test.Throttled", WR_THROTTLED, 429, "."},
                                {"Conflict", "Test.Conflict", WR_CONFLICT, 409, "."}, {"Rejected", "Test.Rejected", WR_REJECTED, 503, "."}, {0}};
struct leaf {
    int64_t calls, fail_first; /* so many answers are errors */
    int code;
    wr_dur takes;
    uint64_t written, stamp, keys[64];
    int operation;
    double size;
    bool cancel, never;
};
struct host_cfg {
    wr_program_cfg program;
};
struct host {
    wr_host *host;
    wr_share *cpu;
};

static void leaf_call(wr_comp *self, wr_call *c)
{
    struct leaf *l = wr_state(self);
    l->keys[l->calls % 64] = wr_call_key(c);
    l->operation = wr_call_operation(c);
    l->size = wr_call_size(c);
    l->cancel = wr_call_ask(c)->cancel;
    l->calls++;
    if (wr_call_op(c) == WR_OP_GET)
        wr_call_set_stamp(c, l->stamp);
    if (l->never)
        wr_reply_never(c);
    else if (wr_call_op(c) == WR_OP_PUT && wr_call_ask(c)->unchanged && wr_call_stamp(c) != l->stamp)
        wr_reply(c, 3);
    else
        wr_reply_after(c, l->takes, l->calls <= l->fail_first ? l->code : 0);
}

static void run_done(wr_comp *self, wr_call *c, enum wr_status s)
{
    (void)self;
    wr_reply_status(c, s);
}

static void host_start(wr_comp *self)
{
    struct host *h = wr_state(self);
    h->host = wr_host_create(self);
}

static void host_call(wr_comp *self, wr_call *c)
{
    const struct host_cfg *cfg = wr_cfg(self);
    struct host *h = wr_state(self);
    wr_program_run(h->host, c, cfg->program.code, run_done);
}

static const wr_model leaf_model = {.kind = "leaf", .has = WR_HAS_CALLS, .net = WR_NET_SERVICE, .codes = codes, .accepts = ~0u,
                                    .state_size = sizeof(struct leaf), .call = leaf_call};
static const wr_model host_model = {.kind = "host", .has = WR_HAS_CALLS | WR_HAS_RETRIES, .net = WR_NET_SERVICE, .codes = codes,
                                    .state_size = sizeof(struct host), .start = host_start, .call = host_call};

typedef struct world {
    bench t;
    struct host_cfg cfg;
    wr_comp *host, *leaf;
    enum wr_status status;
    wr_time ended;
    int64_t answers, good;
    double sum;
    wr_dur spans[WR_STAGES];
} world;
static world *w; /* of the test that runs */

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    w->status = wr_call_status(answer);
    w->ended = wr_now(self);
    w->answers++;
    w->good += w->status == WR_OK;
    w->sum += wr_dur_to_s(wr_call_age(answer));
    for (int i = 0; i < WR_STAGES; i++)
        w->spans[i] = wr_call_span(answer, (enum wr_stage)i);
}

static void open_world(world *x, const char *yaml)
{
    memset(x, 0, sizeof *x);
    w = x;
    bench_open(&x->t);
    x->leaf = bench_add(&x->t, &leaf_model, "leaf", NULL);
    x->host = bench_add(&x->t, &host_model, "host", &x->cfg);
    bench_bind(&x->t, wr_program_params, &x->cfg.program, yaml);
    if (!bench_errors(&x->t))
        wr_program_prepare(&x->cfg.program, &x->t.b, false);
}

static struct leaf *leaf(world *x)
{
    return wr_state(x->leaf);
}

static void ask_as(world *x, int operation, wr_dur timeout)
{
    wr_send what = {.ask = &wr_ask_request, .operation = operation, .key = 77, .size = 10, .timeout = timeout, .az = -1};
    wr_call_send(x->t.source, x->host, NULL, &what, answered);
}

static void go(world *x, double until_s)
{
    wr_engine_run(x->t.r->engine, wr_dur_from_s(until_s));
}

static void run_one(world *x, const char *yaml)
{
    open_world(x, yaml);
    bench_sound(&x->t);
    bench_start(&x->t);
    ask_as(x, 0, 0);
}

static void close_world(world *x)
{
    assert_int_equal(calls_open(x->t.r->calls), 0); /* nothing leaks */
    bench_close(&x->t);
}

static void refused(const char *yaml, const char *message)
{
    world x;
    open_world(&x, yaml);
    assert_true(bench_errors(&x.t) > 0);
    assert_string_equal(bench_message(&x.t), message);
    bench_close(&x.t);
}

static void takes(const char *yaml, wr_dur expected, enum wr_status s)
{
    world x;
    run_one(&x, yaml);
    go(&x, 1000);
    assert_int_equal(x.answers, 1);
    assert_int_equal(x.status, s);
    assert_int_equal(x.ended, expected);
    close_world(&x);
}

/* ---- refusals ----------------------------------------------------------------------------------------- */
static void test_mistakes_are_told(void **state)
{
    (void)state;
    refused("steps: [{choose: [{share: 60%, steps: [{wait: 1s}]}, {share: 50%, steps: [{wait: 1s}]}]}]", "the shares of 'choose' sum to 1.1; at most 1 is allowed");
    refused("steps: [{repeat: {steps: [{wait: 1s}]}}]", "'repeat' needs one of 'times' and 'while'");
    refused("steps: [{parallel: {count: 3}}]", "'parallel' needs a list of branches, or 'count' and 'steps'");
    refused("steps: [{parallel: {wait_for: 3, branches: [[{wait: 1s}], [{wait: 1s}]]}}]", "'wait_for' is '3'; allowed are all, any and a number of branches");
    refused("steps: [{parallel: [[{return: ok}], [{wait: 1s}]]}]", "'return' stands within 'parallel'; only the request itself can be answered");
    refused("steps: [{fail: ok}]", "'fail' cannot be 'ok'; 'return' ends well");
    refused("steps: [{put: {to: leaf, condition: maybe}}]", "'condition' is 'maybe'; allowed are a share such as 95%, and unchanged");
    refused("{steps: [{wait: 1s}], operations: {a: [{wait: 1s}]}}", "'steps' of 'test' stands for all operations; write it or 'operations'");
    refused("steps: [{batch: {puts: 2}}]", "a step of 'test' calls nobody; write 'from' or 'to'");
}

static void test_steps_within_steps_have_a_limit(void **state)
{
    (void)state;
    text t = {0};
    for (int i = 0; i < 20; i++)
        text_puts(&t, "{repeat: {times: 1, steps: [");
    text_puts(&t, "{wait: 1s}");
    for (int i = 0; i < 20; i++)
        text_puts(&t, "]}}");
    text yaml = {0};
    text_printf(&yaml, "steps: [%s]", t.s);
    world x;
    open_world(&x, yaml.s);
    assert_true(bench_errors(&x.t) > 0);
    bench_close(&x.t);
    text_clear(&t);
    text_clear(&yaml);
}

static void test_loop_of_nothing_stops_the_run_with_a_reason(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{repeat: {while: 100%, steps: [{wait: 0s}]}}]");
    go(&x, 10);
    assert_non_null(x.t.r->broken);
    bench_close(&x.t);
}

/* ---- sequences ---------------------------------------------------------------------------------------- */
static void test_steps_run_one_after_the_other(void **state)
{
    (void)state;
    takes("steps: []", 0, WR_OK);
    takes("steps: [{wait: 1s}, {cpu: 2s}, {wait: 250ms}]", 3250 * WR_MS, WR_OK);
    takes("steps: {wait: {constant: 1s}}", WR_S, WR_OK);
    takes("steps: [{wait: 1s}, {fail: throttled}, {wait: 1s}]", WR_S, WR_THROTTLED);
    takes("steps: [{wait: 1s}, {fail: {share: 0%}}, {wait: 1s}]", 2 * WR_S, WR_OK);
    takes("steps: [{repeat: {times: 3, steps: [{wait: 1s}, {repeat: {times: 2, steps: [{wait: 10ms}]}}]}}]", 3060 * WR_MS, WR_OK);
    takes("steps: [{repeat: {times: 0, steps: [{wait: 1s}]}}]", 0, WR_OK);
    takes("steps: [{repeat: {while: 0%, steps: [{wait: 1s}]}}]", 0, WR_OK);
    takes("steps: [{choose: [{share: 100%, steps: [{wait: 1s}]}]}, {wait: 1s}]", 2 * WR_S, WR_OK);
    takes("steps: [{choose: [{share: 0%, steps: [{wait: 1s}]}]}, {wait: 1s}]", WR_S, WR_OK);
}

static void test_operation_picks_its_program_and_default_stands_for_others(void **state)
{
    (void)state;
    world x;
    open_world(&x, "operations: {default: [{wait: 1s}], order: [{wait: 2s}]}");
    bench_sound(&x.t);
    bench_start(&x.t);
    ask_as(&x, operation_number(&x.t.l, "order"), 0);
    go(&x, 10);
    assert_int_equal(x.ended, 2 * WR_S);
    ask_as(&x, operation_number(&x.t.l, "browse"), 0);
    go(&x, 20);
    assert_int_equal(x.ended, 11 * WR_S);
    close_world(&x);
    open_world(&x, "operations: {order: [{wait: 2s}]}");
    assert_true(wr_program_has(x.cfg.program.code, operation_number(&x.t.l, "order")));
    assert_false(wr_program_has(x.cfg.program.code, 0));
    bench_close(&x.t);
}

static void many(world *x, const char *yaml, int n)
{
    open_world(x, yaml);
    bench_sound(&x->t);
    bench_start(&x->t);
    for (int i = 0; i < n; i++)
        ask_as(x, 0, 0);
    go(x, 100000);
    assert_int_equal(x->answers, n);
    close_world(x);
}

static void test_shares_of_choose_and_rounds_of_while(void **state)
{
    (void)state;
    world x;
    many(&x, "steps: [{choose: [{share: 30%, steps: [{wait: 1s}]}, {share: 20%, steps: [{wait: 10s}]}]}]", 20000);
    bench_near(x.sum / 20000, 2.3, 0.07);
    many(&x, "steps: [{repeat: {while: 40%, steps: [{wait: 3s}]}}]", 20000); /* 0.4 / 0.6 rounds */
    bench_near(x.sum / 20000, 2, 0.07);
    many(&x, "steps: [{fail: {as: error, share: 25%}}]", 20000);
    bench_near((double)x.good / 20000, 0.75, 0.03);
}

/* ---- calls -------------------------------------------------------------------------------------------- */
static void test_call_passes_on_key_size_and_operation(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{call: leaf}, {call: {to: leaf, operation: pay, size: 2 KB}}]");
    go(&x, 0.0001);
    assert_int_equal(leaf(&x)->calls, 2);
    assert_int_equal(leaf(&x)->keys[0], 77);
    assert_int_equal(leaf(&x)->operation, operation_number(&x.t.l, "pay"));
    assert_true(leaf(&x)->size == 2048);
    close_world(&x);
}

static void test_failure_ends_the_operation_unless_it_is_caught(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        wr_time ended;
        enum wr_status s;
    } cases[] = {{"steps: [{call: leaf}, {wait: 1s}]", 0, WR_FAILED}, {"steps: [{call: {to: leaf, catch: continue}}, {wait: 1s}]", WR_S, WR_OK}};
    for (int i = 0; i < 2; i++) {
        world x;
        run_one(&x, cases[i].yaml);
        leaf(&x)->fail_first = 1;
        leaf(&x)->code = 1;
        go(&x, 10);
        assert_int_equal(x.status, cases[i].s);
        assert_int_equal(x.ended, cases[i].ended);
        close_world(&x);
    }
}

static void test_timeout_of_a_step(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{call: {to: leaf, timeout: 200ms}}]");
    leaf(&x)->never = true;
    go(&x, 10);
    assert_int_equal(x.status, WR_TIMEOUT);
    assert_int_equal(x.ended, 200 * WR_MS);
    close_world(&x);
}

static void test_step_is_retried_with_the_same_key_and_the_wait_is_backoff(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{get: {from: leaf, key: {uniform: {n: 1000M}}, retry: {mode: exponential, base: 100ms, attempts: 4}}}]");
    leaf(&x)->fail_first = 2;
    leaf(&x)->code = 1;
    leaf(&x)->takes = 10 * WR_MS;
    go(&x, 10);
    assert_int_equal(x.status, WR_OK);
    assert_int_equal(x.ended, 330 * WR_MS);
    assert_int_equal(x.spans[WR_BACKOFF], 300 * WR_MS);
    assert_int_equal(leaf(&x)->calls, 3);
    assert_true(leaf(&x)->keys[0] != 77 && leaf(&x)->keys[0] == leaf(&x)->keys[2]);
    assert_true(comp_cell(x.host, WR_U_RETRIES)->now.sum == 2);
    assert_true(comp_cell(x.host, WR_U_TRIES)->now.sum == 3);
    assert_true(comp_cell(x.host, WR_U_TRIED)->now.sum == 1);
    close_world(&x);
}

static void test_aws_steps_follow_the_sdk_and_calls_do_not(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        int64_t calls;
    } cases[] = {{"steps: [{get: leaf}]", 4}, {"steps: [{call: leaf}]", 1}, {"steps: [{read: leaf}]", 1}, {"steps: [{get: {from: leaf, retry: none}}]", 1},
                 {"steps: [{get: {from: leaf, retry: {mode: immediate, attempts: 2}}}]", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world x;
        wr_retry_cfg sdk = {0};
        memset(&x, 0, sizeof x);
        w = &x;
        bench_open(&x.t);
        x.leaf = bench_add(&x.t, &leaf_model, "leaf", NULL);
        x.host = bench_add(&x.t, &host_model, "host", &x.cfg);
        bench_bind(&x.t, wr_retry_params, &sdk, "{mode: immediate, attempts: 4}");
        wr_retry_prepare(&sdk, &x.t.b);
        x.t.s.sdk = &sdk;
        bench_bind(&x.t, wr_program_params, &x.cfg.program, cases[i].yaml);
        wr_program_prepare(&x.cfg.program, &x.t.b, false);
        bench_sound(&x.t);
        bench_start(&x.t);
        ask_as(&x, 0, 0);
        leaf(&x)->fail_first = 100;
        leaf(&x)->code = 2;
        go(&x, 10);
        assert_int_equal(leaf(&x)->calls, cases[i].calls);
        assert_int_equal(x.status, WR_THROTTLED);
        close_world(&x);
    }
}

static void test_unchanged_compares_with_the_last_get_of_the_key(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{get: {from: leaf, key: a}}, {wait: 1s}, {put: {to: leaf, key: a, condition: unchanged}}]");
    leaf(&x)->stamp = 5;
    go(&x, 10);
    assert_int_equal(x.status, WR_OK);
    ask_as(&x, 0, 0);
    go(&x, 10.5);
    leaf(&x)->stamp = 6;
    go(&x, 20);
    assert_int_equal(x.status, WR_CONFLICT);
    close_world(&x);
    run_one(&x, "steps: [{get: {from: leaf, key: a}}, {parallel: [[{put: {to: leaf, key: a, condition: unchanged}}]]}]");
    leaf(&x)->stamp = 5;
    go(&x, 10);
    assert_int_equal(x.status, WR_OK);
    close_world(&x);
}

/* ---- branches ----------------------------------------------------------------------------------------- */
static void test_branches_run_together(void **state)
{
    (void)state;
    takes("steps: [{parallel: [[{wait: 1s}], [{wait: 3s}], {wait: 2s}]}, {wait: 1s}]", 4 * WR_S, WR_OK);
    takes("steps: [{parallel: {wait_for: any, branches: [[{wait: 1s}], [{wait: 3s}]]}}, {wait: 1s}]", 2 * WR_S, WR_OK);
    takes("steps: [{parallel: {wait_for: 2, branches: [[{wait: 1s}], [{wait: 3s}], [{wait: 2s}]]}}, {wait: 1s}]", 3 * WR_S, WR_OK);
    takes("steps: [{parallel: {count: 4, steps: [{wait: 1s}]}}]", WR_S, WR_OK);
    takes("steps: [{parallel: {count: 0, steps: [{wait: 1s}]}}]", 0, WR_OK);
    takes("steps: [{parallel: [[{parallel: [[{wait: 1s}], [{wait: 2s}]]}], [{wait: 1s}]]}]", 2 * WR_S, WR_OK);
}

static void test_branches_that_fail(void **state)
{
    (void)state;
    takes("steps: [{parallel: [[{wait: 1s}, {fail: conflict}], [{wait: 3s}]]}, {wait: 1s}]", WR_S, WR_CONFLICT);
    takes("steps: [{parallel: {wait_for: any, branches: [[{wait: 1s}, {fail: error}], [{wait: 3s}]]}}]", 3 * WR_S, WR_OK);
    takes("steps: [{parallel: {wait_for: any, branches: [[{wait: 1s}, {fail: error}], [{wait: 3s}, {fail: throttled}]]}}]", 3 * WR_S, WR_THROTTLED);
    takes("steps: [{parallel: {wait_for: 1, branches: [[{wait: 2s}, {fail: error}], [{wait: 1s}]]}}, {wait: 3s}, {fail: rejected}]", 4 * WR_S, WR_REJECTED);
}

static void test_maximum_of_exponentials(void **state)
{
    (void)state;
    world x;
    many(&x, "steps: [{parallel: {count: 10, steps: [{wait: {exponential: 1s}}]}}]", 20000);
    bench_near(x.sum / 20000, 2.92896825, 0.02); /* H(10) */
    many(&x, "steps: [{parallel: {count: 10, wait_for: 8, steps: [{wait: {exponential: 1s}}]}}]", 20000);
    bench_near(x.sum / 20000, 2.92896825 - 1.5, 0.02); /* H(10) - H(2) */
    many(&x, "steps: [{wait: {exponential: 1s}}, {wait: {exponential: 2s}}]", 20000);
    bench_near(x.sum / 20000, 3, 0.03);
}

/* ---- return, abort ------------------------------------------------------------------------------------ */
static void test_steps_after_return_run_on(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{wait: 1s}, {return: ok}, {wait: 2s}, {call: leaf}, {return: error}]");
    go(&x, 2);
    assert_int_equal(x.ended, WR_S);
    assert_int_equal(x.status, WR_OK);
    assert_int_equal(leaf(&x)->calls, 0);
    go(&x, 10);
    assert_int_equal(leaf(&x)->calls, 1);
    assert_int_equal(x.answers, 1);
    close_world(&x);
    takes("steps: [{return: throttled}]", 0, WR_THROTTLED);
}

static wr_call *kept;

static void keeping_call(wr_comp *self, wr_call *c)
{
    kept = c;
    host_call(self, c);
}

static void test_abort_forgets_all_that_runs(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "steps: [{wait: 100s}]",
        "steps: [{cpu: 100s}]",
        "steps: [{call: leaf}]",
        "steps: [{parallel: [[{call: leaf}], [{wait: 100s}], [{parallel: [[{cpu: 100s}], [{call: leaf}]]}]]}]",
        "steps: [{get: {from: leaf, retry: {mode: fixed, base: 90s, retry_on: timeout}, timeout: 1ms}}]",
    };
    wr_model keeping = host_model;
    keeping.call = keeping_call;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        world x;
        memset(&x, 0, sizeof x);
        w = &x;
        bench_open(&x.t);
        x.leaf = bench_add(&x.t, &leaf_model, "leaf", NULL);
        x.host = bench_add(&x.t, &keeping, "host", &x.cfg);
        bench_bind(&x.t, wr_program_params, &x.cfg.program, programs[i]);
        wr_program_prepare(&x.cfg.program, &x.t.b, false);
        bench_sound(&x.t);
        bench_start(&x.t);
        leaf(&x)->takes = 10 * WR_S;
        struct host *h = wr_state(x.host);
        wr_share *cpu = wr_share_create(x.host, 1, 1);
        wr_host_cpu(h->host, cpu);
        ask_as(&x, 0, 0);
        go(&x, 0.5);
        wr_program_abort(h->host, kept);
        assert_true(wr_share_present(cpu) == 0);
        wr_program_abort(h->host, kept); /* nothing left: harmless */
        wr_reply(kept, 1);
        go(&x, 200);
        assert_int_equal(x.answers, 1);
        assert_int_equal(x.status, WR_FAILED);
        close_world(&x);
    }
}

static void test_cpu_is_shared_and_speed_counts(void **state)
{
    (void)state;
    world x;
    open_world(&x, "steps: [{cpu: 1s}]");
    bench_start(&x.t);
    struct host *h = wr_state(x.host);
    wr_host_cpu(h->host, wr_share_create(x.host, 1, 1));
    ask_as(&x, 0, 0);
    ask_as(&x, 0, 0);
    go(&x, 10);
    assert_int_equal(x.ended, 2 * WR_S);
    wr_host_cpu(h->host, NULL);
    wr_host_speed(h->host, 0.25);
    ask_as(&x, 0, 0);
    go(&x, 20);
    assert_int_equal(x.ended, 14 * WR_S);
    close_world(&x);
}

/* ---- what others ask about a program ------------------------------------------------------------------ */
static void test_single_call_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        bool single, callee;
    } cases[] = {{"steps: [{call: leaf}]", true, true}, {"steps: [{call: {to: leaf, timeout: 1s}}]", false, true}, {"steps: [{wait: 1s}, {call: leaf}]", false, true},
                 {"steps: [{call: leaf}, {call: host}]", false, false}, {"steps: [{wait: 1s}]", false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world x;
        open_world(&x, cases[i].yaml);
        bench_sound(&x.t);
        assert_int_equal(wr_program_single(x.cfg.program.code, 0) != NULL, cases[i].single);
        assert_int_equal(wr_program_callee(x.cfg.program.code, 0) != NULL, cases[i].callee);
        bench_close(&x.t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_told),
        cmocka_unit_test(test_steps_within_steps_have_a_limit),
        cmocka_unit_test(test_loop_of_nothing_stops_the_run_with_a_reason),
        cmocka_unit_test(test_steps_run_one_after_the_other),
        cmocka_unit_test(test_operation_picks_its_program_and_default_stands_for_others),
        cmocka_unit_test(test_shares_of_choose_and_rounds_of_while),
        cmocka_unit_test(test_call_passes_on_key_size_and_operation),
        cmocka_unit_test(test_failure_ends_the_operation_unless_it_is_caught),
        cmocka_unit_test(test_timeout_of_a_step),
        cmocka_unit_test(test_step_is_retried_with_the_same_key_and_the_wait_is_backoff),
        cmocka_unit_test(test_aws_steps_follow_the_sdk_and_calls_do_not),
        cmocka_unit_test(test_unchanged_compares_with_the_last_get_of_the_key),
        cmocka_unit_test(test_branches_run_together),
        cmocka_unit_test(test_branches_that_fail),
        cmocka_unit_test(test_maximum_of_exponentials),
        cmocka_unit_test(test_steps_after_return_run_on),
        cmocka_unit_test(test_abort_forgets_all_that_runs),
        cmocka_unit_test(test_cpu_is_shared_and_speed_counts),
        cmocka_unit_test(test_single_call_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
