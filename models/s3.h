/* s3.h - the files of S3 among themselves: s3.c is what users write and read, and the way of a request; s3_partition.c
 * has the index partitions with their rates; s3_event.c tells others about objects. */
#ifndef WR_S3_H
#define WR_S3_H
#include "models.h"

enum { S3_CREATED, S3_REMOVED, S3_ALL }; /* events */
typedef struct s3_notice {
    const wr_link *to;
    int on;
    double share;
    const wr_dist *delay;
} s3_notice;
typedef struct s3_cfg {
    int64_t prefixes;
    double get_rate, put_rate, throughput, stored;
    const wr_dist *split_after, *object_size, *get, *put;
    const wr_dist *latency;  /* of both, where it is written */
    wr_list notices;         /* of s3_notice */
    const wr_link *kms;
    bool bucket_key;
    wr_dur bucket_key_for;
} s3_cfg;

enum s3_metric {
    S3_REQUESTS, S3_GETS, S3_PUTS, S3_DELETES, S3_4XX, S3_5XX, S3_FIRST_BYTE, S3_TOTAL, S3_DOWN, S3_UP, S3_PARTITIONS,
    S3_EVENTS, S3_EVENT_RETRIES, S3_KMS
};
enum s3_code { S3_OK, S3_SLOW_GET, S3_SLOW_PUT, S3_KMS_THROTTLED, S3_KMS_FAILED, S3_FAIL };
enum { S3_BILL_PUT, S3_BILL_GET, S3_BILL_STORED };
enum { S3_GET, S3_PUT };    /* which rate counts */

typedef struct s3_partition {
    double upto;            /* end of its range of hashed keys */
    wr_bucket bucket[2];
    wr_time refused, hot;   /* last refusal; when they began; -1: never */
    wr_dur due;             /* it splits when it has been hot for so long */
    wr_comp *part;          /* its own series; NULL: not recorded */
} s3_partition;
typedef struct s3_event {   /* waits for its time */
    size_t notice;
    uint64_t key;
    int operation;
    struct s3_event *next;
} s3_event;
typedef struct s3 {
    wr_comp *self;
    const s3_cfg *cfg;
    s3_partition *partition;
    size_t n, room;
    s3_event *spare;
    wr_time key_until;      /* the bucket's own data key is good until then */
    double down, slow;
    int hangs;
    wr_rng size, latency, fate, events, splits;
} s3;

void s3_partitions_open(s3 *b);
bool s3_admit(s3 *b, uint64_t key, int side); /* false: the partition has had its requests of this second */
void s3_events_open(s3 *b);
void s3_tell(s3 *b, const wr_call *c, int what);
#endif
