/* dynamodb_stream.c - a table's changes as a log: one shard for each partition, one record for each item changed.
 *
 * When a partition splits its shard is closed and both halves begin one; readers drain the old one first, which
 * keeps the order of each item. Records live for 24 hours; a read returns at most 1,000 of them or 1 MB, five
 * times a second for each shard. AWS recommends at most two readers of a shard; more of them share those five
 * reads. Not modelled: views (a record is as large as the item), the price of GetRecords (Lambda's are free).
 * Truth: tests/unit/test_dynamodb_stream.c. */
#include "dynamodb.h"
#include <string.h>

#define RETENTION (86400 * WR_S)
#define READ_BYTES 1048576.0
enum { READ_RECORDS = 1000, READS = 5 };

void ddb_stream_open(ddb *t)
{
    if (t->plan->stream)
        klog_open(&t->stream.log, t->self, RETENTION);
}

static int32_t begin(ddb *t, const int32_t *parent)
{
    ddb_stream *s = &t->stream;
    int32_t shard = klog_shard_new(&s->log, parent, parent ? 1 : 0);
    if (shard >= s->room) {
        int32_t room = s->room ? 2 * s->room : 8;
        wr_bucket *reads = wr_alloc(t->self, (size_t)room * sizeof *reads);
        if (s->room)
            memcpy(reads, s->reads, (size_t)s->room * sizeof *reads);
        s->reads = reads;
        s->room = room;
    }
    s->reads[shard] = wr_bucket_full(READS, READS);
    wr_set(t->self, DDB_SHARDS, s->log.shards);
    return shard;
}

void ddb_stream_shard(ddb *t, ddb_partition *q)
{
    if (t->plan->stream)
        q->shard = begin(t, NULL);
}

void ddb_stream_split(ddb *t, ddb_partition *old, ddb_partition *new)
{
    if (!t->plan->stream)
        return;
    int32_t *parent = wr_alloc(t->self, sizeof *parent);
    *parent = old->shard;
    klog_shard_close(&t->stream.log, old->shard);
    old->shard = begin(t, parent);
    new->shard = begin(t, parent);
}

static void show_depth(ddb *t)
{
    wr_set(t->self, DDB_STREAM_DEPTH, (double)klog_depth(&t->stream.log));
}

void ddb_stream_write(ddb *t, uint64_t key, double bytes, int operation)
{
    const ddb_partition *q = ddb_partition_at(&t->table, wr_key_spot(key));
    klog_append(&t->stream.log, q->shard, (klog_entry){wr_now(t->self), key, (float)bytes, operation});
    show_depth(t);
}

static bool may_read(ddb *t, int32_t shard)
{
    return shard < 0 || wr_bucket_take(&t->stream.reads[shard], wr_now(t->self), 1);
}

void ddb_stream_read(ddb *t, wr_call *c)
{
    wr_batch *b = wr_call_batch(c);
    wr_time last = 0;
    if (!t->plan->stream) {
        wr_break(t->self, "'%s' has no stream to read; write 'stream: true'", wr_name(t->self));
        wr_reply(c, DDB_INVALID);
        return;
    }
    if (!b || b->shard >= t->stream.log.shards) {
        wr_reply(c, DDB_INVALID);
        return;
    }
    if (!may_read(t, b->shard)) {
        wr_reply(c, DDB_STREAM_LIMIT);
        return;
    }
    if (!klog_read(&t->stream.log, wr_call_from(c), b, READ_RECORDS, READ_BYTES, &last)) {
        wr_reply(c, DDB_INVALID);
        return;
    }
    wr_add(t->self, DDB_STREAM_RECORDS, b->n);
    wr_add(t->self, DDB_STREAM_BYTES, b->bytes);
    show_depth(t);
    wr_reply_after(c, wr_dur_from_s(t->slow * wr_draw(t->plan->law[0], &t->latency)), DDB_OK);
}

void ddb_stream_second(ddb *t)
{
    ddb_stream *s = &t->stream;
    wr_time now = wr_now(t->self);
    if (!t->plan->stream)
        return;
    klog_second(&s->log, now);
    wr_add(t->self, DDB_STREAM_LOST, (double)(s->log.lost - s->lost));
    s->lost = s->log.lost;
    wr_set(t->self, DDB_STREAM_AGE, wr_dur_to_s(klog_age(&s->log, now)));
    show_depth(t);
}
