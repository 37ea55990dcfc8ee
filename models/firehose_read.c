/* firehose_read.c - a delivery stream as a reader of a data stream: each shard is asked once a second for all it has.
 *
 * It shares the reads of a shard with other readers, as theirs are. Shards that appear are found with the next answer,
 * one that is closed is read to its end. What has been read is the delivery stream's to keep.
 * Truth: tests/unit/test_firehose.c. */
#include "firehose.h"

typedef struct fire_shard {
    fire *of;
    wr_call *root;
    wr_batch *poll;         /* its own, filled anew each time */
    bool asking, closed;
    uint64_t position;
    int32_t number;
} fire_shard;
typedef struct whose { void *of; } whose;


static wr_call *open_root(fire *f, void *of)
{
    wr_call *root = wr_call_open(f->self, NULL, &(wr_send){.ask = &wr_ask_request, .az = -1});
    WR_MINE(root, whose)->of = of;
    return root;
}

static void ask(fire *f, wr_call *root, wr_batch *b, wr_done_fn *done)
{
    wr_call_clear_cause(root);
    wr_call_send(f->self, wr_link_to(f->self, f->cfg->from), root,
                 &(wr_send){.ask = &wr_ask_plain[WR_OP_RECORDS], .stamp = wr_batch_stamp(b), .az = -1}, done);
}

static void follow(fire *f, int32_t shards);

static void come(fire *f, const wr_batch *b)
{
    for (int32_t i = 0; i < b->n; i++) {
        wr_add(f->self, FIRE_READ_RECORDS, 1);
        wr_add(f->self, FIRE_READ_BYTES, b->record[i].size);
        wr_bill(f->self, 0, b->record[i].size > 0 ? (double)(1 + (int64_t)((b->record[i].size - 1) / 5120)) * 5120 : 5120);
        fire_take(f, b->record[i].size, b->record[i].sent);
    }
}

static void read_done(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    fire_shard *s = WR_MINE(mine, whose)->of;
    (void)self;
    s->asking = false;
    if (wr_call_status(answer) != WR_OK)
        return;
    s->position = s->poll->position;
    s->closed = s->poll->closed;
    come(s->of, s->poll);
    follow(s->of, s->poll->shards);
}

static void poll(wr_comp *self, void *arg)
{
    fire_shard *s = arg;
    if (s->closed)
        return;
    wr_after(self, WR_S, poll, s);
    if (s->asking)
        return;
    s->asking = true;
    s->poll->n = 0;
    s->poll->bytes = 0;
    s->poll->closed = false;
    s->poll->shard = s->number;
    s->poll->position = s->position;
    ask(s->of, s->root, s->poll, read_done);
}

static void open_shard(fire *f, int32_t number)
{
    fire_shard *s = wr_alloc(f->self, sizeof *s);
    *s = (fire_shard){.of = f, .number = number, .poll = wr_batch_take(f->self, FIRE_READ)};
    s->root = open_root(f, s);
    f->shard[number] = s;
    poll(f->self, s);
}

static void follow(fire *f, int32_t shards)
{
    if (shards > f->room) {
        struct fire_shard **more = wr_alloc(f->self, 2 * (size_t)shards * sizeof(fire_shard *));
        for (int32_t i = 0; i < f->shards; i++)
            more[i] = f->shard[i];
        f->shard = more;
        f->room = 2 * shards;
    }
    while (f->shards < shards)
        open_shard(f, f->shards++);
}

static void count_shards(wr_comp *self, void *arg);

static void counted(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    fire *f = WR_MINE(mine, whose)->of;
    if (wr_call_status(answer) == WR_OK)
        follow(f, f->poll->shards);
    if (!f->shards)
        wr_after(self, WR_S, count_shards, f);
}

static void count_shards(wr_comp *self, void *arg)
{
    fire *f = arg;
    (void)self;
    f->poll->shard = -1;
    ask(f, f->root, f->poll, counted);
}

void fire_read_open(fire *f)
{
    f->root = open_root(f, f);
    f->poll = wr_batch_take(f->self, 1);
    count_shards(f->self, f);
}
