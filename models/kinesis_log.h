/* kinesis_log.h - what a stream is made of: shards, each a log of records that readers read at their own pace.
 *
 * Used by models/kinesis*.c and by the stream of a DynamoDB table. A record's number in its shard is its position;
 * the log only grows at its end and loses its beginning to retention. Numbers of shards only grow; a shard that
 * was split or merged is closed, and its children give nothing to a reader before that reader has read it to its
 * end. */
#ifndef WR_KINESIS_LOG_H
#define WR_KINESIS_LOG_H
#include "models.h"

enum { KLOG_READERS = 20, KLOG_BLOCK = 1024 }; /* most readers of a stream; records of a block */

typedef struct klog_entry {
    wr_time sent;
    uint64_t key;
    float size;
    int32_t operation;
} klog_entry;
typedef struct klog_spare klog_spare;
typedef struct klog_block {
    klog_entry *entry;   /* NULL: folded, only what stands below is known */
    wr_time first, last; /* sent */
    double bytes;
    int32_t n;
} klog_block;
typedef struct klog_shard {
    klog_block *block;            /* a ring */
    size_t room, head, blocks;
    size_t folded;                /* so many blocks from the head on */
    uint64_t oldest, newest;      /* the first record that is kept, and behind the last one */
    uint64_t base;                /* position of the first record of the first block */
    uint64_t at[KLOG_READERS];    /* behind what each reader has read */
    const int32_t *parent;
    int32_t parents;
    bool closed;
} klog_shard;
typedef struct klog {
    wr_comp *self;
    wr_dur retention;
    klog_shard **shard;
    int32_t shards, room;
    const wr_comp *reader[KLOG_READERS];
    int readers;
    int64_t behind[KLOG_READERS]; /* records that each reader has yet to read */
    int64_t kept, lost;           /* records in the log; those that no reader had read when they expired */
    int64_t full;                 /* blocks that hold records */
    klog_spare *spare;            /* recycled memory of blocks */
} klog;

void klog_open(klog *l, wr_comp *self, wr_dur retention);
int32_t klog_shard_new(klog *l, const int32_t *parent, int32_t parents); /* lends the array for the run */
void klog_shard_close(klog *l, int32_t shard);
void klog_append(klog *l, int32_t shard, klog_entry e);

int klog_reader(klog *l, const wr_comp *who); /* its number, made at its first call; -1: too many, the run ends */
/* Fills the batch for this reader: at most `records` and `bytes`, but one record if there is any. False: no such
 * shard, or too many readers (the run then ends). *last: when the last record was sent; as it was if there is none. */
bool klog_read(klog *l, const wr_comp *reader, wr_batch *b, int32_t records, double bytes, wr_time *last);
int64_t klog_depth(const klog *l);           /* records the slowest reader has yet to read; all where there is none */
wr_dur klog_age(const klog *l, wr_time now); /* of the oldest of those */
void klog_second(klog *l, wr_time now);      /* retention, and memory that is no longer needed */
#endif
