/* kinesis.h - the files of a Kinesis stream among themselves.
 *
 * kinesis_log.c keeps the records; kinesis_rows.c is what users write and checks it; kinesis_shards.c maps keys to
 * shards, limits them, splits and merges them; kinesis.c answers requests and has the descriptor. */
#ifndef WR_KINESIS_H
#define WR_KINESIS_H
#include "kinesis_log.h"

#define KIN_RECORD_MOST (10 * 1048576.0)
#define KIN_RATE 1000.0           /* records a second into a shard */
#define KIN_BYTES_IN 1048576.0    /* and bytes */
#define KIN_BYTES_OUT 2097152.0   /* out of it */
#define KIN_BYTES_READ (10 * 1048576.0)
enum { KIN_PUT_MOST = 500, KIN_READ_MOST = 10000, KIN_READS = 5, KIN_SHARDS_MOST = 20000 };
enum { KIN_PROVISIONED, KIN_ON_DEMAND };

typedef struct kin_latency {
    const wr_dist *all, *put, *get, *push;
} kin_latency;
typedef struct kin_demand {
    wr_dur split_after;
    int64_t most;
} kin_demand;
typedef struct kin_reshard {
    wr_dur at;
    int64_t shards;
    const wr_dist *takes;
} kin_reshard;
typedef struct kin_plan {
    int mode;
    int64_t shards;
    wr_dur retention;
    const void *demand, *latency;
    wr_list reshard;
    bool fan_out;
    const wr_dist *put, *get, *push; /* by prepare */
} kin_plan;
extern const wr_param kin_params[];
void kin_prepare(void *cfg, wr_build *b);

enum kin_metric {
    KIN_IN_RECORDS, KIN_IN_BYTES, KIN_PUT_BYTES, KIN_PUT_LATENCY, KIN_PUT_SUCCESS, KIN_PUTS_BYTES, KIN_PUTS_LATENCY,
    KIN_PUTS_RECORDS, KIN_PUTS_SUCCESS, KIN_PUTS_TOTAL, KIN_PUTS_DONE, KIN_PUTS_FAILED, KIN_PUTS_THROTTLED,
    KIN_GET_BYTES, KIN_GET_AGE, KIN_GET_LATENCY, KIN_GET_RECORDS, KIN_GET_SUCCESS, KIN_PUSH_BYTES, KIN_PUSH_BEHIND,
    KIN_PUSH_RECORDS, KIN_WRITE_EXCEEDED, KIN_READ_EXCEEDED, KIN_OPEN_SHARDS, KIN_FAILED_RECORDS, KIN_DEPTH,
    KIN_MESSAGES, KIN_EXPIRED, KIN_UTILIZATION, KIN_USED, KIN_ROOM
};
enum kin_code { KIN_OK, KIN_WRITE_THROTTLED, KIN_READ_THROTTLED, KIN_INVALID, KIN_FAIL };
enum kin_usage {
    KIN_SHARD_HOURS, KIN_PUT_UNITS, KIN_FAN_HOURS, KIN_FAN_BYTES, KIN_STREAM_HOURS, KIN_DEMAND_IN, KIN_DEMAND_OUT
};

typedef struct kin_step { /* a resharding under way */
    int64_t shards;
} kin_step;
typedef struct kin_parked { /* a pushed read that waits for a record */
    wr_call *call;
    wr_event ends;
    int32_t shard;
    struct kin_parked *next;
} kin_parked;
typedef struct kin_shard {
    int32_t number;         /* in the log */
    double from, to;        /* its hash range */
    wr_bucket records, bytes, reads, out;
    wr_bucket *fan;         /* of each reader; NULL: no enhanced fan-out yet */
    wr_time locked;         /* no reads before this */
    double second_records, second_bytes, minute_records, minute_bytes;
    wr_dur hot;             /* above half of its limit for so long */
    wr_comp *part;          /* its own series; NULL: not recorded */
    kin_parked *parked;
} kin_shard;
typedef struct kin {
    wr_comp *self;
    const kin_plan *plan;
    klog log;
    kin_shard **shard;      /* all of them, by number */
    int32_t room;
    kin_shard **open;       /* by range */
    int32_t opens;
    int64_t seconds, readers_billed, lost;
    double slow, down, size[KIN_PUT_MOST];
    kin_parked *spare;
    wr_rng latency, takes;
} kin;

void kin_shards_open(kin *k);
kin_shard *kin_shard_at(const kin *k, uint64_t key);
bool kin_admit(kin *k, kin_shard *s, double bytes);      /* one record in */
int kin_read(kin *k, wr_call *c, kin_shard *s, wr_dur *wait); /* the code, and how much later than usual */
void kin_levels(kin *k);
void kin_second(wr_comp *self, void *arg);
void kin_resharded(wr_comp *self, void *arg);

bool kin_serve(kin *k, wr_call *c, kin_shard *s); /* kinesis.c: answers a read; false: parked */
void kin_wake(kin *k, kin_shard *s);       /* kinesis.c: what waits for this shard is tried again */
#endif
