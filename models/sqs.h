/* sqs.h - the files of an SQS queue among themselves.
 *
 * sqs_table.c is what users write and checks it; sqs_store.c keeps messages, their states and their timers;
 * sqs_fifo.c and sqs_fair.c are the two ways beside the plain one to line up visible messages, over the groups of
 * sqs_group.c; sqs_limits.c refuses what is sent twice or too often; sqs_poll.c gives messages to whoever asks, now
 * or later; sqs_redrive.c moves them to a dead-letter queue and back; sqs_workers.c are consumers of the queue's own;
 * sqs.c answers calls and has the descriptor. */
#ifndef WR_SQS_H
#define WR_SQS_H
#include "models.h"

#define SQS_NONE UINT32_MAX
enum { SQS_BATCH = 10, SQS_BLOCK = 4096, SQS_MOST = 50000000, SQS_SHARDS = 64, SQS_PARTITION_RATE = 300 };
enum sqs_scope { SQS_SCOPE_QUEUE, SQS_SCOPE_GROUP };
enum sqs_throughput { SQS_PER_QUEUE, SQS_PER_GROUP };
enum sqs_action { SQS_SEND, SQS_RECEIVE, SQS_DELETE, SQS_ACTIONS };

/* ---- what users write (sqs_table.c) ------------------------------------------------------------------ */
typedef struct sqs_redrive_policy {
    const wr_link *to;
    int64_t most;
} sqs_redrive_policy;
typedef struct sqs_redrive {
    wr_dur at;
    double rate;
} sqs_redrive;
typedef struct sqs_latency {
    const wr_dist *all, *of[SQS_ACTIONS];
} sqs_latency;
typedef struct sqs_consumers {
    int64_t workers, most;
    const wr_dist *service_time;
    wr_dur wait, heartbeat; /* heartbeat -1: none */
    double failure_rate;
} sqs_consumers;
typedef struct sqs_plan {
    bool fifo, fair, content_based;
    wr_dur visibility, retention, delay, wait;
    double largest, duplicate_rate;
    int scope, throughput;
    int64_t in_flight_limit, initial;
    const void *policy, *redrive, *latency, *consumers; /* blocks; NULL: not given */
    const char *shards;
    double group_rate;
    /* by prepare: */
    int asked, of;                         /* servers that a short poll asks, of how many */
    double partitions;
    const wr_dist *law[SQS_ACTIONS];
} sqs_plan;
extern const wr_param sqs_params[];
void sqs_prepare(void *cfg, wr_build *b);

/* ---- rows of the tables in sqs.c --------------------------------------------------------------------- */
enum sqs_metric {
    SQS_SENT, SQS_RECEIVED, SQS_DELETED, SQS_EMPTY, SQS_SIZE, SQS_VISIBLE_N, SQS_FLIGHT_N, SQS_DELAYED_N, SQS_AGE,
    SQS_NOISY, SQS_QUIET_VISIBLE, SQS_QUIET_FLIGHT, SQS_QUIET_DELAYED, SQS_QUIET_AGE, SQS_REDRIVEN, SQS_EXPIRED,
    SQS_DUPLICATES, SQS_MESSAGES, SQS_REPEATED, SQS_MOVED_BACK
};
enum sqs_code {
    SQS_OK, SQS_FAIL, SQS_THROTTLED, SQS_OVER_LIMIT, SQS_TOO_LONG, SQS_TOO_MANY, SQS_PARAMETER, SQS_NOT_IN_FLIGHT
};

/* ---- messages (sqs_store.c) -------------------------------------------------------------------------- */
enum sqs_state { SQS_FREE, SQS_VISIBLE, SQS_FLIGHT, SQS_DELAYED, SQS_STATES };
typedef struct sqs_message { /* 56 bytes, and as many as there are messages */
    wr_time sent, since;     /* since: it became visible, or was received */
    uint64_t key;
    uint32_t older, newer;   /* in order of `sent` */
    uint32_t next, prev;     /* visible: its neighbours in line; else next is its place among the timers */
    uint32_t order;          /* of arrival in this queue */
    uint32_t delivery;       /* which receipt is good */
    uint32_t size : 24, state : 3, copied : 1;
    uint16_t receives, operation;
} sqs_message;
typedef struct sqs_block {
    sqs_message *at;
    wr_time *arrived; /* where some came later than they were sent; NULL: all when sent */
} sqs_block;
typedef struct sqs_due {
    wr_time when;
    uint32_t order, id;
} sqs_due;
typedef struct sqs sqs;
typedef void sqs_placed(sqs *q, uint32_t id, uint32_t place);
typedef struct sqs_heap {
    sqs_due *at;
    uint32_t n, room;
    sqs_placed *placed;
} sqs_heap;
typedef struct sqs_line { /* how visible messages wait */
    void (*add)(sqs *q, uint32_t i);
    void (*remove)(sqs *q, uint32_t i);
    uint32_t (*first)(sqs *q, uint64_t servers); /* the next to be given away; servers: bits of those asked */
    void (*count)(sqs *q, uint32_t i, int state, int by); /* in flight, delayed; NULL: nobody asks */
} sqs_line;
extern const sqs_line sqs_plain, sqs_fifo, sqs_fair;

/* A group: of a FIFO queue, or a tenant of a fair one. */
typedef struct sqs_group {
    uint64_t key;
    uint32_t head, tail;          /* visible messages, in order */
    uint32_t count[SQS_STATES];
    uint32_t number, place;       /* fair: place in the heap of quiet ones */
    struct sqs_group *next, *prev; /* fifo: those that are ready; fair: noisy ones */
    bool used, listed, noisy;
    double work;                  /* fair: recent time in flight of its messages, as of `worked` */
    wr_time worked;
} sqs_group;
typedef struct sqs_groups {
    sqs_group **slot, **all, *free; /* slot: by key; all: by number */
    uint32_t n, room, made, all_room;
    sqs_group *head, *tail;       /* list of listed ones */
} sqs_groups;
sqs_group *sqs_group_of(sqs *q, uint64_t key);   /* made where there is none */
void sqs_group_free(sqs *q, sqs_group *g);
void sqs_group_list(sqs_groups *s, sqs_group *g); /* at the end */
void sqs_group_unlist(sqs_groups *s, sqs_group *g);
void sqs_group_unlink(sqs *q, sqs_group *g, uint32_t i);                 /* one of its visible messages */
void sqs_group_insert(sqs *q, sqs_group *g, uint32_t i, uint32_t before); /* SQS_NONE: at the end */

typedef struct sqs_poller { /* somebody who asked for messages: in the call, or a worker's */
    struct sqs_poller *next, *prev;
    wr_call *call;          /* NULL: a worker's */
    wr_batch *batch;
    wr_event timer;
    bool parked;
} sqs_poller;
typedef struct sqs_id { /* of deduplication */
    uint64_t id;
    wr_time until;
} sqs_id;
typedef struct sqs_ids {
    sqs_id *slot, *ring;    /* by id; in order of time */
    uint64_t n, room, ring_room, first;
} sqs_ids;

struct sqs {
    wr_comp *self;
    const sqs_plan *plan;
    const sqs_line *line;
    sqs_block *block;
    uint32_t blocks, made, free, order; /* free: list by `next` */
    uint32_t oldest, newest;            /* by `sent` */
    uint32_t count[SQS_STATES], shown[SQS_STATES];
    uint32_t head, tail;                /* the plain line */
    sqs_heap timers;
    wr_event alarm, expiry, aging;
    wr_time alarm_at, oldest_shown;
    bool expiring, ages, filling;
    sqs_poller *waiting, *waiting_end;
    sqs_groups groups;
    sqs_group *open;                    /* fifo: being received from */
    sqs_heap quiet;                     /* fair: one entry a quiet tenant with visible messages */
    uint32_t noisy, noisy_count[SQS_STATES];
    double work;
    wr_time worked;
    sqs_ids ids;
    wr_bucket *limit[SQS_ACTIONS];      /* fifo: of all, and of each partition */
    int64_t to_move;
    struct sqs_worker *worker;
    double slow, down;
    wr_rng latency, fate, labour;
};
static inline sqs_message *sqs_at(const sqs *q, uint32_t i)
{
    return &q->block[i / SQS_BLOCK].at[i % SQS_BLOCK];
}
void sqs_heap_push(sqs *q, sqs_heap *h, sqs_due d);
void sqs_heap_remove(sqs *q, sqs_heap *h, uint32_t place);
void sqs_store_open(sqs *q);
uint32_t sqs_put(sqs *q, const sqs_message *like); /* in no state yet; SQS_NONE: the run breaks */
void sqs_become(sqs *q, uint32_t i, enum sqs_state to, wr_time until); /* SQS_FREE: it is gone */
void sqs_retime(sqs *q, uint32_t i, wr_time until);                    /* in flight */
uint64_t sqs_handle(const sqs *q, uint32_t i);
uint32_t sqs_held(const sqs *q, uint64_t handle);                      /* SQS_NONE: received again, or gone */
wr_time sqs_arrived(const sqs *q, uint32_t i);
void sqs_publish(sqs *q);                                              /* levels, if they have changed */
bool sqs_later(uint32_t order, uint32_t than);

/* ---- the rest ---------------------------------------------------------------------------------------- */
bool sqs_admit(sqs *q, enum sqs_action a, uint64_t key, bool keyed); /* fifo: calls a second */
bool sqs_repeated(sqs *q, uint64_t id, uint64_t key);                 /* sent within five minutes; else remembered */
void sqs_limits_open(sqs *q);

wr_dur sqs_latency_of(sqs *q, enum sqs_action a);
void sqs_bill(sqs *q, double bytes);
void sqs_delete(sqs *q, uint64_t handle);
bool sqs_hide(sqs *q, uint64_t handle, wr_dur d);
int sqs_receive(sqs *q, sqs_poller *p); /* the code of the answer; -1: it waits, and sqs_received will follow */
void sqs_received(sqs *q, sqs_poller *p, int code);
void sqs_unpark(sqs *q, sqs_poller *p);
void sqs_serve(sqs *q);                 /* whoever waits; levels */

bool sqs_exceeds(const sqs *q, uint32_t i);
void sqs_to_dead(sqs *q, uint32_t i);
void sqs_redrive_start(sqs *q);
void sqs_fair_show(sqs *q);
void sqs_workers_start(sqs *q);
void sqs_worker_received(sqs *q, sqs_poller *p);
#endif
