/* test_sqs.h - queues on a bench: sent to and polled by the test itself, second by second, without latency. */
#ifndef WR_TEST_SQS_H
#define WR_TEST_SQS_H
#include "../../models/sqs.h"
#include "kit_bench.h"

typedef struct sqs_bench {
    bench b;
    draft drafts[8];
    sqs_plan plans[8];
    int code, answers; /* of the latest answer, and how many there were */
    wr_time at;
    const wr_call *parked;
} sqs_bench;
static sqs_bench *now_open; /* whose answers come in */

static inline void sqs_open_bench(sqs_bench *t)
{
    bench_open(&t->b);
    memset(t->drafts, 0, sizeof t->drafts);
    memset(t->plans, 0, sizeof t->plans);
    t->b.l.draft = t->drafts;
    t->b.s.region = "us-east-1";
    t->code = -1;
    t->answers = 0;
    now_open = t;
}

static inline void sqs_close_bench(sqs_bench *t)
{
    bench_close(&t->b);
}

/* A dead-letter queue comes before the queue that names it. */
static inline wr_comp *queue(sqs_bench *t, const char *name, const char *keys)
{
    int i = t->b.r->comps;
    char yaml[512];
    snprintf(yaml, sizeof yaml, "{latency: 0ms%s%s}", *keys ? ", " : "", keys);
    bench_bind(&t->b, sqs_params, &t->plans[i], yaml);
    bench_sound(&t->b);
    t->drafts[i] = (draft){.model = &wr_model_sqs, .cfg = &t->plans[i]};
    sqs_prepare(&t->plans[i], &t->b.b);
    bench_sound(&t->b);
    return bench_add(&t->b, &wr_model_sqs, name, &t->plans[i]);
}

static inline void until(sqs_bench *t, double seconds)
{
    wr_engine_run(t->b.r->engine, wr_dur_from_s(seconds));
}

static inline double seconds(const sqs_bench *t)
{
    return wr_dur_to_s(wr_engine_now(t->b.r->engine));
}

static inline void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    now_open->code = wr_call_code(answer);
    now_open->at = wr_now(self);
    now_open->answers++;
}

/* Deliveries take place with the next events, and all that follows at once. */
static inline wr_call *call(sqs_bench *t, wr_comp *q, const wr_ask *ask, const wr_send *like)
{
    wr_send what = *like;
    what.ask = ask;
    what.az = -1;
    wr_call *c = wr_call_send(t->b.source, q, NULL, &what, answered);
    wr_engine_run(t->b.r->engine, wr_engine_now(t->b.r->engine) + 1);
    return c;
}

static inline int send_id(sqs_bench *t, wr_comp *q, uint64_t key, uint64_t id)
{
    static const wr_ask ask = {.op = WR_OP_SEND, .condition = 1, .delay = -1};
    call(t, q, &ask, &(wr_send){.key = key, .stamp = id});
    return t->code;
}

static inline int send(sqs_bench *t, wr_comp *q, uint64_t key)
{
    return send_id(t, q, key, 0);
}

static inline wr_batch *poll_for(sqs_bench *t, wr_comp *q, int32_t room, double wait_s, double hide_s)
{
    static const wr_ask ask = {.op = WR_OP_RECEIVE, .condition = 1, .delay = -1};
    wr_batch *b = wr_batch_take(t->b.source, room);
    b->wait = wr_dur_from_s(wait_s);
    b->hide = hide_s < 0 ? -1 : wr_dur_from_s(hide_s);
    t->code = -1;
    t->parked = call(t, q, &ask, &(wr_send){.stamp = wr_batch_stamp(b)});
    return b;
}

/* One that finds whatever is there; it may have to wait a moment. */
static inline wr_batch *receive(sqs_bench *t, wr_comp *q, int32_t room)
{
    wr_batch *b = poll_for(t, q, room, 1e-6, -1);
    if (t->code < 0)
        wr_engine_run(t->b.r->engine, wr_engine_now(t->b.r->engine) + 2000);
    return b;
}

static inline int with_batch(sqs_bench *t, wr_comp *q, enum wr_op op, wr_batch *b)
{
    static wr_ask ask = {.condition = 1, .delay = -1};
    ask.op = op;
    call(t, q, &ask, &(wr_send){.stamp = wr_batch_stamp(b)});
    return t->code;
}

static inline int delete_all(sqs_bench *t, wr_comp *q, wr_batch *b)
{
    return with_batch(t, q, WR_OP_REMOVE, b);
}

static inline int hide(sqs_bench *t, wr_comp *q, wr_batch *b, double s)
{
    b->hide = wr_dur_from_s(s);
    return with_batch(t, q, WR_OP_HIDE, b);
}

static inline const sqs *inside(wr_comp *q)
{
    return wr_const_state(q);
}

static inline void holds(wr_comp *q, uint32_t visible, uint32_t flight, uint32_t delayed)
{
    const sqs *s = inside(q);
    if (s->count[SQS_VISIBLE] != visible || s->count[SQS_FLIGHT] != flight || s->count[SQS_DELAYED] != delayed)
        fail_msg("%u visible, %u in flight, %u delayed; should be %u, %u, %u", s->count[SQS_VISIBLE], s->count[SQS_FLIGHT],
                 s->count[SQS_DELAYED], visible, flight, delayed);
}

static inline double counted(wr_comp *q, int metric)
{
    cell *c = comp_cell(q, metric);
    cell_flush(c);
    return c->taps ? tap_stat(c, c->taps, F_SUM, 0) : NAN;
}

/* Before the run starts: what `counted` will tell. */
static inline void watch(wr_comp *q, int metric)
{
    tap_open(comp_cell(q, metric), false);
}
#endif
