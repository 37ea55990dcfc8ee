/* program_bench.h - what the tests of the step language share: a host that runs the program under test for every call
 * it gets, and "leaf", which answers after a time and can be told to fail. Seed 1. */
#ifndef WR_TEST_PROGRAM_BENCH_H
#define WR_TEST_PROGRAM_BENCH_H
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

static inline void leaf_call(wr_comp *self, wr_call *c)
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

static inline void run_done(wr_comp *self, wr_call *c, enum wr_status s)
{
    (void)self;
    wr_reply_status(c, s);
}

static inline void host_start(wr_comp *self)
{
    struct host *h = wr_state(self);
    h->host = wr_host_create(self);
}

static inline void host_call(wr_comp *self, wr_call *c)
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

static inline void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
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

static inline void open_world(world *x, const char *yaml)
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

static inline struct leaf *leaf(world *x)
{
    return wr_state(x->leaf);
}

static inline void ask_as(world *x, int operation, wr_dur timeout)
{
    wr_send what = {.ask = &wr_ask_request, .operation = operation, .key = 77, .size = 10, .timeout = timeout, .az = -1};
    wr_call_send(x->t.source, x->host, NULL, &what, answered);
}

static inline void go(world *x, double until_s)
{
    wr_engine_run(x->t.r->engine, wr_dur_from_s(until_s));
}

static inline void run_one(world *x, const char *yaml)
{
    open_world(x, yaml);
    bench_sound(&x->t);
    bench_start(&x->t);
    ask_as(x, 0, 0);
}

static inline void close_world(world *x)
{
    assert_int_equal(calls_open(x->t.r->calls), 0); /* nothing leaks */
    bench_close(&x->t);
}

static inline void refused(const char *yaml, const char *message)
{
    world x;
    open_world(&x, yaml);
    assert_true(bench_errors(&x.t) > 0);
    assert_string_equal(bench_message(&x.t), message);
    bench_close(&x.t);
}

static inline void takes(const char *yaml, wr_dur expected, enum wr_status s)
{
    world x;
    run_one(&x, yaml);
    go(&x, 1000);
    assert_int_equal(x.answers, 1);
    assert_int_equal(x.status, s);
    assert_int_equal(x.ended, expected);
    close_world(&x);
}

static inline void many(world *x, const char *yaml, int n)
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
#endif
