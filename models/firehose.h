/* firehose.h - the files of a delivery stream among themselves: firehose_table.c is what users write and checks it,
 * firehose_read.c reads a stream, firehose_buffer.c has the buffers, the transformation and deliveries (of
 * sns_push.h), firehose.c direct puts and the descriptor. */
#ifndef WR_FIREHOSE_H
#define WR_FIREHOSE_H
#include "sns_push.h"

enum { FIRE_BATCH = 500, FIRE_READ = 10000 };
typedef struct fire_transform {
    const wr_link *lambda;
    double buffer_size, output;
    wr_dur buffer_interval, timeout;
    int64_t retries, outstanding;
} fire_transform;
typedef struct fire_cfg {
    const wr_link *from, *to;
    double buffer_size;
    wr_dur buffer_interval, keeps;
    const void *transform;
    double records, requests, bytes; /* quotas of direct puts, a second; NaN: the Region's. By prepare: numbers */
    const wr_dist *latency;
} fire_cfg;
extern const wr_param fire_params[];
void fire_prepare(void *cfg, wr_build *b);

enum fire_metric {
    FIRE_RECORDS, FIRE_BYTES, FIRE_REQUESTS, FIRE_THROTTLED, FIRE_READ_RECORDS, FIRE_READ_BYTES, FIRE_OUT_RECORDS, FIRE_OUT_BYTES,
    FIRE_OUT_OBJECTS, FIRE_FRESHNESS, FIRE_PROCESSED, FIRE_PROCESS_TIME, FIRE_NOT_PROCESSED, FIRE_LOST, FIRE_BUFFERED, FIRE_PENDING
};
enum fire_code { FIRE_OK, FIRE_QUOTA_RECORDS, FIRE_QUOTA_REQUESTS, FIRE_QUOTA_BYTES, FIRE_INVALID, FIRE_FAIL };

typedef struct fire_load { /* records that go on together */
    double bytes, records;
    wr_time oldest;
    struct fire_load *next;
} fire_load;
typedef struct fire fire;
typedef struct fire_buffer {
    fire *of;
    fire_load in;
    double most;
    wr_dur interval;
    wr_event timer;
    void (*full)(fire *f, fire_load in);
} fire_buffer;
struct fire {
    wr_comp *self;
    const fire_cfg *cfg;
    push target, lambda;
    fire_buffer raw, ready; /* before the transformation; before the target */
    fire_load *first, *last, *spare; /* wait to be transformed */
    int64_t outstanding;
    wr_bucket records, requests, bytes;
    struct fire_shard **shard; /* of the stream that is read */
    int32_t shards, room;
    wr_call *root;
    wr_batch *poll;
    double down, slow;
    wr_rng fate, latency, jitter;
};

void fire_buffers_open(fire *f);
void fire_take(fire *f, double bytes, wr_time since); /* one record came in */
void fire_read_open(fire *f);
#endif
