/* test_kinesis.h - a stream, or a table with one, on the kit's bench: records put in and read by hand. */
#ifndef WR_TEST_KINESIS_H
#define WR_TEST_KINESIS_H
#include "../../models/models.h"
#include "kit_bench.h"

static const wr_model reader_model = {.kind = "reader", .net = WR_NET_AWS};
static const wr_ask ask_records = {.op = WR_OP_RECORDS};

typedef struct reading { /* the latest answer to a read */
    enum wr_status status;
    wr_time at;
    int answers, refusals;
    wr_batch *batch;
} reading;
static reading got;

static inline void read_done(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    got.status = wr_call_status(answer);
    got.at = wr_now(self);
    got.answers++;
    got.refusals += got.status == WR_THROTTLED;
    got.batch = wr_call_batch(answer);
}

static inline double no_quota(const void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return INFINITY;
}

/* The resource `it` with these keys, and two readers. */
static inline wr_comp *stream_bench(bench *t, const wr_model *m, const char *yaml)
{
    got = (reading){0};
    bench_open(t);
    t->s.account.dynamodb_table_rcu = t->s.account.dynamodb_account_rcu = 40000;
    t->s.account.dynamodb_table_wcu = t->s.account.dynamodb_account_wcu = 40000;
    t->r->quota = no_quota;
    void *cfg = arena_alloc(t->l.arena, m->cfg_size);
    bench_bind(t, m->params, cfg, yaml);
    m->prepare(cfg, &t->b);
    bench_sound(t);
    wr_comp *it = bench_add(t, m, "it", cfg);
    bench_add(t, &reader_model, "one", NULL);
    bench_add(t, &reader_model, "two", NULL);
    bench_start(t);
    return it;
}

static inline void read_from(wr_comp *reader, wr_comp *it, int32_t shard, uint64_t position, int32_t room)
{
    wr_batch *b = wr_batch_take(reader, room);
    b->shard = shard;
    b->position = position;
    wr_send what = {.ask = &ask_records, .stamp = wr_batch_stamp(b), .az = -1};
    wr_call_send(reader, it, NULL, &what, read_done);
}

static inline void unheeded(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self;
    (void)mine;
    (void)answer;
}

static inline void send_to(bench *t, wr_comp *it, const wr_ask *ask, uint64_t key)
{
    wr_send what = {.ask = ask, .key = key, .az = -1};
    wr_call_send(t->source, it, NULL, &what, unheeded);
}

static inline void until(bench *t, double s)
{
    wr_engine_run(t->r->engine, wr_dur_from_s(s));
}
#endif
