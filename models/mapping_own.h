/* mapping_own.h - the files of event source mappings among themselves.
 *
 * mapping_table.c is what users write, mapping.c starts a source and knows what all have in common, mapping_queue.c
 * polls queues, mapping_stream.c reads streams. */
#ifndef WR_MAPPING_OWN_H
#define WR_MAPPING_OWN_H
#include "mapping.h"

/* ---- what was written (mapping_table.c) ---------------------------------------------------------------- */
enum mapping_kind { FROM_QUEUE, FROM_KINESIS, FROM_TABLE, FROM_CLOCK }; /* in the order of mapping_sources */

typedef struct mapping_pollers {
    int64_t initial, max;
    double growth; /* a second */
    wr_dur wait;
} mapping_pollers;
typedef struct mapping_provisioned { int64_t min, max; } mapping_provisioned;
typedef struct mapping_backoff { wr_dur base, cap; } mapping_backoff;

typedef struct mapping_cfg { /* of every kind; each table has rows for the fields it knows */
    const wr_link *source, *on_failure;
    wr_dur every;
    int64_t batch_size, most, parallel, retries;
    wr_dur window, record_age;
    bool partial, per_item, bisect;
    int starting;
    double polls;          /* of a shard, a second */
    const void *pollers, *provisioned, *backoff;
} mapping_cfg;
#define EVENT_BYTES (6.0 * 1048576) /* an event holds at most 6 MB */

/* ---- in a run ------------------------------------------------------------------------------------------ */
struct poller;
struct shard;
typedef struct mapping {
    wr_comp *self, *function, *source;
    const mapping_cfg *cfg;
    enum mapping_kind kind;
    /* queue: */
    struct poller *spare;
    int64_t least, limit;           /* pollers that always run, and at most */
    int64_t pollers, target;        /* that run; above the target they stop */
    int64_t polling, busiest;       /* with a poll under way; most that had none within the minute */
    double growth;
    wr_event grow;
    bool measuring;                 /* the minute's clock runs */
    wr_bucket polls, bytes;         /* provisioned mode */
    /* stream: */
    struct shard **shard;
    int32_t shards, shards_room;
    wr_call *root;
    wr_batch *poll;                 /* asks how many shards there are */
} mapping;

struct whose { void *of; };         /* on the root call of a poller, shard or lane */
wr_call *mapping_root(mapping *m, void *of);
static inline void *mapping_of(wr_call *root) { return WR_MINE(root, struct whose)->of; }
/* Sends `op` with the batch; `done` gets the root. */
void mapping_ask(mapping *m, wr_comp *to, enum wr_op op, wr_call *root, wr_batch *b, wr_done_fn *done);
void mapping_invoke(mapping *m, wr_call *root, wr_batch *event, wr_done_fn *done);
void mapping_lost(mapping *m);      /* a batch was given up: tells `on_failure` */
wr_dur mapping_pause(const mapping_backoff *b, int32_t failures); /* before the next try, after so many in a row */
void mapping_queue_start(mapping *m);
void mapping_stream_start(mapping *m);
#endif
