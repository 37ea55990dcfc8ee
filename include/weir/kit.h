/* weir/kit.h - the parts that AWS services have in common. Each is one file in sim/kit with one
 * truth test; none knows a service. Parts keep a call's stage and the uniform metrics. */
#ifndef WEIR_KIT_H
#define WEIR_KIT_H
#include <weir/client.h>
#include <weir/model.h>
#ifdef __cplusplus
extern "C" {
#endif

/* bucket - tokens at `rate` a second, at most `burst`: DynamoDB capacity, API throttles, credits. */
typedef struct wr_bucket {
    double rate, burst, level; /* level as of `at`; negative: in debt */
    wr_time at;
} wr_bucket;
wr_bucket wr_bucket_full(double rate, double burst);
double wr_bucket_level(wr_bucket *b, wr_time now);           /* refills, then tells */
bool wr_bucket_take(wr_bucket *b, wr_time now, double n);    /* all or nothing */
wr_dur wr_bucket_delay(wr_bucket *b, wr_time now, double n); /* goes into debt, says how long to wait */
void wr_bucket_change(wr_bucket *b, wr_time now, double rate, double burst);

/* keys - which key a request is about: uniform, zipf, hot, constant, sequence, per_user. */
extern const wr_variant wr_key_laws[]; /* rows of a WR_T_CHOICE */
typedef struct wr_keys wr_keys;
const wr_keys *wr_keys_build(wr_build *b, const wr_pick *law); /* NULL where nothing was written */
uint64_t wr_keys_draw(const wr_keys *k, wr_rng *r, uint64_t user);
/* The same where a `sequence` is to go on: *nth counts the draws, 0 at first. */
uint64_t wr_keys_next(const wr_keys *k, wr_rng *r, uint64_t user, uint64_t *nth);
double wr_key_spot(uint64_t key); /* the fixed hash, in [0, 1): partitions and shards are ranges of it */

/* faults - what most services suffer: a share of them fails, or they are slower. The rows of a wr_fault; its doc says of
 * what the share is, and what takes longer. */
enum wr_fail_mode { WR_RESET, WR_HANG }; /* answered with an error at once; never answered */
typedef struct wr_fail_fault {
    double share;
    int mode;            /* enum wr_fail_mode; WR_RESET where the rows do not ask */
} wr_fail_fault;
typedef struct wr_slow_fault {
    double factor;
} wr_slow_fault;
extern const wr_param wr_fail_rows[];       /* share, mode: of a wr_fail_fault */
extern const wr_param wr_fail_share_rows[]; /* share alone, likewise */
extern const wr_param wr_slow_rows[];       /* factor: of a wr_slow_fault */

/* station - `servers` places and at most `room` calls waiting for one. Records wait, service, residence,
 * queue_depth, busy, in_system, concurrency. Owner's model has WR_HAS_STATION | WR_OWN_PRESENCE. */
enum wr_order { WR_FIFO, WR_LIFO, WR_PRIORITY };
typedef struct wr_station {
    wr_comp *owner;
    enum wr_order order;
    int64_t servers, room; /* INT64_MAX: unlimited */
    int64_t busy, waiting;
    bool sharing;          /* a place is no unit of work: the level `busy` is kept by a wr_share */
    const wr_dist *patience; /* longest wait; NULL: for ever */
    wr_rng patience_rng;
    wr_call *head, *tail;
    bool beginning;        /* the station's: work that takes no time must not pile up on the stack */
    void (*begin)(wr_comp *self, wr_call *c);   /* a place is yours: give it back with leave */
    void (*expired)(wr_comp *self, wr_call *c); /* waited longer than its patience: answer it */
} wr_station;
bool wr_station_enter(wr_station *s, wr_call *c);   /* false: full, the call is still yours */
void wr_station_leave(wr_station *s, wr_call *c);   /* its work is done; the next one begins */
bool wr_station_remove(wr_station *s, wr_call *c);  /* out of the waiting line (its caller is gone); false: not there */
void wr_station_resize(wr_station *s, int64_t servers);

/* share - processor sharing: `servers` processors of `speed`, shared equally by all present, at most one each. */
typedef struct wr_share wr_share;
typedef void wr_share_fn(wr_comp *self, wr_call *c);
wr_share *wr_share_create(wr_comp *owner, double servers, double speed);
void wr_share_enter(wr_share *s, wr_call *c, double work_s, wr_share_fn *done); /* work: seconds on one idle processor */
bool wr_share_remove(wr_share *s, wr_call *c);
void wr_share_change(wr_share *s, double servers, double speed);
double wr_share_busy(const wr_share *s);   /* processors at work now */
int64_t wr_share_present(const wr_share *s);
/* Called whenever wr_share_busy changes (CPU utilisation, credits); NULL: nobody. */
void wr_share_watch(wr_share *s, void (*changed)(wr_comp *owner, double busy));

/* batch - what travels between a queue or stream and its consumer. The consumer takes one, sends it along with a poll
 * (what.stamp = wr_batch_stamp(b)), finds it filled in `done`, works, and sends it along again to delete or hide the
 * records; it gives it back itself, and never while a call that carries it is under way (such calls have no timeout).
 * Invoking a function, it is the event: the function may mark records as failed. */
typedef struct wr_record {
    uint64_t handle;      /* queue: names this delivery; stream: sequence number in its shard */
    uint64_t key;         /* message group, partition key; 0: none */
    wr_time sent;         /* first of all: what ages and retention count from */
    double size;          /* bytes */
    int32_t receives;     /* this one included */
    int32_t operation;    /* what is to be done with it, of wr_build_operation; 0 is "default" */
    bool failed;          /* by the function: not done, the others are */
} wr_record;
typedef struct wr_batch {
    int32_t room, n;      /* the poller asks for at most `room` records and gets n */
    double bytes;         /* of the n */
    double most_bytes;    /* asked for; 0: no limit */
    wr_dur wait;          /* RECEIVE: long poll; 0 short; -1 the queue's own */
    wr_dur hide;          /* RECEIVE, HIDE: visibility timeout; -1 the queue's own */
    int32_t shard;        /* RECORDS: which; -1: only tell `shards` */
    int32_t shards;       /* RECORDS: how many there are; their numbers only grow, and stay */
    uint64_t position;    /* RECORDS: read from here; the callee moves it behind the last record read */
    uint64_t newest;      /* RECORDS: behind the last record of the shard: position == newest means caught up */
    bool closed;          /* RECORDS: the shard was split and everything of it is read */
    wr_record *record;
} wr_batch;
wr_batch *wr_batch_take(wr_comp *self, int32_t room); /* wait, hide: -1; the rest 0 */
void wr_batch_give(wr_comp *self, wr_batch *b);
uint64_t wr_batch_stamp(const wr_batch *b);
wr_batch *wr_call_batch(const wr_call *c);            /* that a call or its answer carries; NULL: none */
void wr_batch_add(wr_batch *b, wr_record r);          /* n < room */

/* program - what a handler does, from `operations:` or `steps:`: SCENARIO.md section 6. */
extern const wr_variant wr_steps[];         /* the step language: variants of a list */
extern const wr_param wr_program_params[];  /* keys `operations` and `steps`, for WR_T_INCLUDE */
typedef struct wr_program wr_program;       /* compiled, frozen */
typedef struct wr_program_cfg {             /* bound by wr_program_params */
    wr_list operations;                     /* of struct {const char *name; wr_list steps;} */
    wr_list steps;                          /* of wr_pick */
    const wr_program *code;                 /* by wr_program_prepare; NULL: nothing was written */
} wr_program_cfg;
/* `own`: steps that call default to no retry (a traffic's own request); else AWS steps use the scenario's `sdk`. */
void wr_program_prepare(wr_program_cfg *cfg, wr_build *b, bool own);
const wr_program *wr_program_build(wr_build *b, wr_list steps, bool own); /* of a single list of steps */
const wr_program *wr_program_call(wr_build *b, const wr_link *to);        /* {call: NAME} without text */
const wr_program *wr_program_cpu(wr_build *b, const wr_dist *time); /* {cpu: TIME} without text */
/* What is to run for c on a host whose own program is `own`: that, or what the caller asked for instead. */
const wr_program *wr_program_for(const wr_call *c, const wr_program *own);
bool wr_program_has(const wr_program *p, int operation);
/* The program is exactly one call without draws, retries or catch: whom it asks; else NULL. */
const wr_link *wr_program_single(const wr_program *p, int operation);
/* The only resource that the program asks, however it does it; NULL: none, or several. */
const wr_link *wr_program_callee(const wr_program *p, int operation);
/* In prepare: whoever it calls may give the work up once the host has stopped waiting (wr_ask.cancel). */
void wr_program_cancels(const wr_program *p);

typedef struct wr_host wr_host; /* where programs run: one per component that runs them */
typedef void wr_program_done(wr_comp *self, wr_call *c, enum wr_status s);
wr_host *wr_host_create(wr_comp *owner);
/* Another process of the same host, such as one environment of a function: its own client objects (retry quotas, rate
 * limits, breakers), everything else in common. What runs on a host ends on it. */
wr_host *wr_host_sibling(const wr_host *h);
void wr_host_renew(wr_host *h);                  /* a new process in its place: answers that steps kept are forgotten */
void wr_host_cpu(wr_host *h, wr_share *cpu);     /* `cpu` steps share these processors; without: a plain delay / speed */
void wr_host_speed(wr_host *h, double speed);
/* Runs the program of c's operation; `done` once, with WR_OK or the outcome of the step that failed (its cause is on
 * c). After a `return` step, done runs then and later steps run on. */
void wr_program_run(wr_host *h, wr_call *c, const wr_program *p, wr_program_done *done);
void wr_program_abort(wr_host *h, wr_call *c);   /* the host is lost: what runs for c is forgotten, done does not run */

/* watch - a CloudWatch alarm: reads a metric expression as CloudWatch would publish it (statistic, period, delay) and
 * judges M of N datapoints, in WR_PHASE_CONTROL, every minute (every 10 s for periods below a minute). */
enum wr_alarm_state { WR_ALARM_INSUFFICIENT, WR_ALARM_OK, WR_ALARM_ON };
enum wr_missing { WR_MISSING_MISSING, WR_MISSING_IGNORE, WR_MISSING_BREACHING, WR_MISSING_NOT_BREACHING };
enum wr_compare { WR_GT, WR_GE, WR_LT, WR_LE };
typedef struct wr_alarm_cfg {
    const wr_formula *metric;
    wr_dur period;
    int evaluation_periods, datapoints_to_alarm;
    enum wr_compare compare;
    double threshold;
    enum wr_missing missing;
    const wr_dist *delay; /* period end to visible datapoint; NULL: 0 */
} wr_alarm_cfg;
typedef struct wr_alarm wr_alarm;
/* At every evaluation; `value` is the newest visible datapoint (NaN: none), `points`[0..n) the judged ones, newest last. */
typedef void wr_alarm_fn(wr_comp *self, const wr_alarm *a, enum wr_alarm_state s, double value, void *arg);
wr_alarm *wr_alarm_start(wr_comp *self, const wr_alarm_cfg *cfg, wr_alarm_fn *fn, void *arg);
wr_time wr_alarm_newest(const wr_alarm *a); /* end of the period of the newest visible datapoint; -1: there is none yet */
/* The rule alone, for tests: newest last, NaN missing, n points of the evaluation range. */
enum wr_alarm_state wr_alarm_judge(const double *points, int n, const wr_alarm_cfg *cfg, enum wr_alarm_state before);

/* reader - the same metric expression read at will: the statistic since the last reading. */
typedef struct wr_reader wr_reader;
wr_reader *wr_reader_open(wr_comp *self, const wr_formula *f);
double wr_reader_take(wr_reader *r); /* NaN: nothing was observed */

#ifdef __cplusplus
}
#endif
#endif
