/* dynamodb.h - the files of a DynamoDB table among themselves.
 *
 * dynamodb_units.c is AWS's arithmetic, free of any run; dynamodb_rows.c is what users write and dynamodb_plan.c
 * checks it; dynamodb_keys.c knows which keys were written and which are in a transaction; dynamodb_words.c has
 * metrics, errors and prices; dynamodb_capacity.c admits or refuses units, dynamodb_partition.c splits key ranges
 * and keeps the second's books; dynamodb_scaling.c changes provisioned capacity; dynamodb.c answers requests and
 * has the descriptor. */
#ifndef WR_DYNAMODB_H
#define WR_DYNAMODB_H
#include "kinesis_log.h"
#include <weir/cache.h>

enum { DDB_READ, DDB_WRITE, DDB_SIDES };
enum { DDB_PROVISIONED, DDB_ON_DEMAND };
enum { DDB_GLOBAL, DDB_EVEN };
enum { DDB_BATCH_GETS = 100, DDB_BATCH_PUTS = 25, DDB_TRANSACT = 100 }; /* most items of one request */
enum { DDB_OPS = WR_OP_TRANSACT - WR_OP_GET + 1 };
#define DDB_ITEM_MOST (400 * 1024.0)
#define DDB_TRANSACT_MOST (4 * 1024 * 1024.0)
#define DDB_READ_CEILING 3000.0 /* units a second of one partition */
#define DDB_WRITE_CEILING 1000.0

/* ---- units (dynamodb_units.c) --------------------------------------------------------------------------- */
double ddb_read_units(double bytes, double factor); /* factor: strong 1, eventual 0.5, transactional 2 */
double ddb_write_units(double bytes);
typedef struct ddb_pages { /* of a query or scan: sizes are summed and rounded once a page */
    double open, units;    /* bytes of the page being filled; strong units of the pages before it */
    int64_t n;             /* pages before it */
} ddb_pages;
void ddb_pages_add(ddb_pages *p, double bytes);
double ddb_pages_units(const ddb_pages *p, double factor);
int64_t ddb_pages_count(const ddb_pages *p);
enum { DDB_MOST_PARTITIONS = 100000 };
int64_t ddb_partitions(double read, double write, double bytes); /* that a new provisioned table gets */
uint64_t ddb_other_key(uint64_t key, int64_t i); /* of item i of a request; item 0 has the request's own */

/* ---- what users write (dynamodb_rows.c), and what prepare makes of it (dynamodb_plan.c) ----------------- */
typedef struct ddb_throughput {
    int64_t units[DDB_SIDES];
} ddb_throughput;
typedef struct ddb_burst {
    double seconds, partition_seconds;
    const char *initial;
} ddb_burst;
typedef struct ddb_on_demand {
    double warm[DDB_SIDES], most[DDB_SIDES]; /* most: infinite when not given */
    wr_dur window;
} ddb_on_demand;
typedef struct ddb_target { /* auto scaling of one side */
    int64_t min, max;
    double target;
} ddb_target;
typedef struct ddb_scaling {
    const void *side[DDB_SIDES]; /* ddb_target; NULL: fixed */
    int64_t up, down, decreases;
    const wr_dist *update_time;
} ddb_scaling;
typedef struct ddb_heat {
    wr_dur after;
    int64_t max;
} ddb_heat;
typedef struct ddb_share {
    const char *text;
} ddb_share;
typedef struct ddb_index_rows { /* an entry of global_secondary_indexes */
    const char *name;
    const void *throughput;
    const char *projection;
    wr_pick key;
    double written, key_changes;
} ddb_index_rows;
typedef struct ddb_local_rows {
    const char *name;
    double written;
} ddb_local_rows;
typedef struct ddb_latency {
    const wr_dist *all, *of[DDB_OPS]; /* by op - WR_OP_GET; NULL: not given */
} ddb_latency;
typedef struct ddb_index {
    const char *name;
    double units[DDB_SIDES]; /* provisioned */
    double projection;       /* share of the item's bytes; 0: keys only */
    double written, key_changes;
    const wr_keys *keys;     /* NULL: as even as the table's own keys */
} ddb_index;

typedef struct ddb_ttl {
    wr_dur after;
    const wr_dist *delay;
} ddb_ttl;
typedef struct ddb_dax_rows {
    int64_t nodes;
    double capacity;
    const char *node_type;
    wr_dur item_ttl, query_ttl;
    const wr_dist *latency;
} ddb_dax_rows;

typedef struct ddb_plan {
    int billing, model;
    const void *throughput, *burst, *on_demand, *scaling, *heat, *dax, *ttl, *latency; /* blocks */
    wr_list partitions, globals, locals;
    const wr_dist *item_size;
    int64_t item_count;
    bool stream, conflicts;
    /* by prepare: */
    double units[DDB_SIDES];   /* provisioned */
    double bytes, initial;     /* of the table; share of the buckets filled at time 0 */
    double *share;             /* of the partitions; NULL: even */
    int64_t shares;            /* how many partitions were asked for; 0: by the formula */
    size_t indexes;
    ddb_index *index;
    const wr_dist *law[DDB_OPS]; /* of latency; NULL for batch and transact: from get and put */
    wr_alarm_cfg alarm[DDB_SIDES];
} ddb_plan;
extern const wr_param ddb_params[];
void ddb_prepare(void *cfg, wr_build *b);

/* ---- metrics and codes (dynamodb_words.c) --------------------------------------------------------------------- */
enum ddb_metric { /* pairs: read, write */
    DDB_CONSUMED, DDB_LEVEL = DDB_CONSUMED + 2, DDB_EVENTS = DDB_LEVEL + 2, DDB_LIMIT_EVENTS = DDB_EVENTS + 2,
    DDB_THROTTLED = DDB_LIMIT_EVENTS + 8, DDB_LATENCY, DDB_CONDITIONS, DDB_CONFLICTS, DDB_RETURNED, DDB_SYSTEM_ERRORS,
    DDB_USER_ERRORS, DDB_USED, DDB_LEFT = DDB_USED + 2, DDB_WARM = DDB_LEFT + 2, DDB_PARTITIONS = DDB_WARM + 2,
    DDB_UNPROCESSED, DDB_UTILIZATION, DDB_BUSIER_UNITS, DDB_BUSIER_ROOM, DDB_TTL_DELETED, DDB_STREAM_RECORDS,
    DDB_STREAM_BYTES, DDB_STREAM_DEPTH, DDB_STREAM_AGE, DDB_STREAM_LOST, DDB_SHARDS, DDB_ITEM_HITS,
    DDB_QUERY_HITS = DDB_ITEM_HITS + 2, DDB_HITS = DDB_QUERY_HITS + 2, DDB_HIT_SHARE = DDB_HITS + 2
};
enum ddb_limit { DDB_BY_TABLE, DDB_BY_KEY_RANGE, DDB_BY_MAXIMUM, DDB_BY_ACCOUNT, DDB_LIMITS };
enum ddb_code { /* throttles: 1 + 4 x limit + 2 for an index + side */
    DDB_OK, DDB_THROTTLES, DDB_CONDITION = DDB_THROTTLES + 4 * DDB_LIMITS, DDB_CONFLICT, DDB_CANCELED, DDB_INVALID,
    DDB_FAIL,
    DDB_STREAM_LIMIT
};
enum ddb_usage { DDB_HOURS, DDB_REQUESTS = DDB_HOURS + 2, DDB_STORAGE = DDB_REQUESTS + 2, DDB_DAX_HOURS };
extern const wr_metric ddb_metrics[];
extern const wr_code ddb_codes[];
extern const wr_usage ddb_usages[];

/* ---- keys (dynamodb_keys.c) ----------------------------------------------------------------------------- */
typedef struct ddb_history { /* the latest writes, in order: a ring */
    uint64_t *key;
    uint64_t room, clock;    /* clock: number of the next write, from 1; a stamp is a clock */
    bool watched;            /* somebody asks: keep more */
} ddb_history;
typedef struct ddb_flight {
    uint64_t key;
    uint32_t holders;        /* 0: an empty slot */
} ddb_flight;
typedef struct ddb_flights { /* keys in a transaction that has not been answered */
    ddb_flight *slot;
    size_t n, room;
} ddb_flights;
void ddb_history_add(ddb_history *h, wr_comp *self, uint64_t key);
bool ddb_history_changed(ddb_history *h, uint64_t key, uint64_t stamp); /* written since? stamp 0: never read */
void ddb_flights_add(ddb_flights *f, wr_comp *self, uint64_t key);
void ddb_flights_remove(ddb_flights *f, uint64_t key);
bool ddb_flights_has(const ddb_flights *f, uint64_t key);

/* ---- capacity (dynamodb_capacity.c, dynamodb_partition.c) ----------------------------------------------- */
typedef struct ddb_heated { /* what a split needs to know of a partition */
    wr_dur since;           /* near its ceiling for so long */
    bool refused;           /* in this second */
    unsigned n;
    double spot[32];        /* the latest keys, to find their middle */
} ddb_heated;
typedef struct ddb_partition {
    wr_bucket bucket[DDB_SIDES];
    double used[DDB_SIDES]; /* in this second; kept with heat only */
    wr_comp *part;          /* its own series; NULL: not recorded */
    int32_t shard;          /* of the stream */
    ddb_heated *heat;       /* NULL: it never splits for heat */
} ddb_partition;
typedef struct ddb_growth { /* of an on-demand table: its previous peak */
    double *minute;         /* average rates, a ring as long as the window */
    double used, peak;      /* in this minute; the highest that is older than the window */
} ddb_growth;
typedef struct ddb_pool {   /* a table, or a global index: whatever has capacity of its own */
    wr_comp *who;           /* whose metrics */
    bool index, even, on_demand;
    wr_bucket bucket[DDB_SIDES];
    double counted[DDB_SIDES]; /* of its rate, in the sum over the account */
    double rate[DDB_SIDES], used[DDB_SIDES], busy[DDB_SIDES]; /* used since the last settling; busy: smoothed */
    enum ddb_limit limit[DDB_SIDES]; /* what the bucket stands for */
    double seconds, partition_seconds, initial;
    double *upto;           /* upper edges of the key ranges */
    ddb_partition **partition;
    size_t n, room;
    bool fixed;             /* the number of partitions was given */
    ddb_growth growth[DDB_SIDES];
    size_t minutes;         /* length of the rings of growth */
    uint64_t nth;           /* draws from the index's keys */
} ddb_pool;
typedef struct ddb_claim {
    ddb_pool *pool;
    ddb_partition *partition;
    double units;
    int side;
} ddb_claim;
typedef struct ddb_scaler {
    int side;
    double *point;          /* the latest minutes' consumption, a ring */
    int64_t points, room;
    wr_time newest, decreased;
    double wanted;
    bool updating;
    int64_t day, decreases; /* in that day */
    wr_rng rng;
} ddb_scaler;

/* ---- the stream, expiry and the cache (dynamodb_stream.c, dynamodb_ttl.c, dynamodb_dax.c) --------------- */
typedef struct ddb_stream {
    klog log;
    wr_bucket *reads;       /* of each shard */
    int32_t room;
    int64_t lost;           /* as told to the metric */
} ddb_stream;
typedef struct ddb_written { /* a write that will expire */
    wr_time at;
    uint64_t key;
    float size;             /* negative: a delete, after which there is nothing to expire */
} ddb_written;
typedef struct ddb_expired {
    uint64_t key;
    float size;
    struct ddb_expired *next;
} ddb_expired;
typedef struct ddb_expiry {
    ddb_written *ring;
    uint64_t room, first, n;
    ddb_flights pending;    /* writes of each key in the ring */
    ddb_expired *spare;
    wr_rng rng;
} ddb_expiry;
typedef struct ddb_dax {
    wr_cache *items, *queries;
    wr_rng rng;
} ddb_dax;

typedef struct ddb {
    wr_comp *self;
    const ddb_plan *plan;
    ddb_pool table, *index;
    double item[DDB_TRANSACT]; /* bytes of each write of the transaction being decided */
    ddb_claim *claim;       /* of the request, or the item, being decided */
    size_t claims;
    int refused;            /* code of the first limit that refused one; 0: none */
    ddb_history history;
    ddb_flights flights;
    ddb_scaler scaler[DDB_SIDES];
    wr_time settled;        /* end of the last second of the books */
    int64_t seconds;
    double slow, down;      /* product of factors; share of the key space that fails */
    int hangs;
    wr_rng latency, sizes, fate;
    ddb_stream stream;
    ddb_expiry expiry;
    ddb_dax dax;
} ddb;

void ddb_pool_open(ddb *t, ddb_pool *p, const ddb_index *index); /* NULL: the table */
void ddb_pool_rate(ddb *t, ddb_pool *p, int side, double rate);  /* it is told to the buckets and to the bill */
double ddb_account_room(ddb *t, int side);                       /* that all tables may still add */
void ddb_pool_minute(ddb *t, ddb_pool *p, int64_t minute); /* on demand: the peaks of minutes past */
double ddb_pool_left(ddb_pool *p, int side, wr_time now);
void ddb_claims_begin(ddb *t);
bool ddb_claim_units(ddb *t, ddb_pool *p, int side, double spot, double units);
void ddb_claims_commit(ddb *t);
void ddb_claims_undo(ddb *t);

void ddb_partitions_open(ddb *t, ddb_pool *p);
ddb_partition *ddb_partition_at(const ddb_pool *p, double spot);
void ddb_partitions_rate(ddb_pool *p, wr_time now, int side);
void ddb_partitions_grow(ddb *t, ddb_pool *p, int64_t n);
void ddb_settle(ddb *t);                       /* the books up to now */
void ddb_second(wr_comp *self, void *arg);     /* settles, splits, grows; goes on for ever */

void ddb_scaling_start(ddb *t);

void ddb_stream_open(ddb *t);                  /* before the partitions; nothing where there is no stream */
void ddb_stream_shard(ddb *t, ddb_partition *q);                     /* of a partition at the start */
void ddb_stream_split(ddb *t, ddb_partition *old, ddb_partition *new); /* the old shard ends, both begin another */
void ddb_stream_write(ddb *t, uint64_t key, double bytes, int operation);
void ddb_stream_read(ddb *t, wr_call *c);      /* answers it */
void ddb_stream_second(ddb *t);

void ddb_ttl_start(ddb *t);
void ddb_ttl_write(ddb *t, uint64_t key, double bytes, bool gone);

void ddb_dax_start(ddb *t);
bool ddb_dax_finds(ddb *t, const wr_ask *ask, uint64_t key);              /* of an item; counts hits and misses */
bool ddb_dax_answers(ddb *t, const wr_call *c);                           /* of a query or scan */
void ddb_dax_keeps(ddb *t, const wr_ask *ask, uint64_t key, double bytes); /* an item was read */
void ddb_dax_keeps_answer(ddb *t, const wr_call *c, double bytes);
void ddb_dax_write(ddb *t, uint64_t key, double bytes, bool gone);
wr_dur ddb_dax_latency(ddb *t);
bool ddb_dax_priced(const char *node_type);
#endif
